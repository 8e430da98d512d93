// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "emulator.h"
#include "log.h"
#include "pjl_laser.h"

static const char uel[] = PJL_UEL;
static const char prefix[] = "@PJL";

/* --- the stream ------------------------------------------------------------------ */

/* What a byte was good for. */
enum verdict { TAKEN, WAIT };

static bool may_be(const struct laser *laser, uint8_t byte, const char *text, size_t len)
{
	return laser->held_len < len && !memcmp(laser->held, text, laser->held_len) &&
	       byte == (uint8_t)text[laser->held_len];
}

static void hold(struct laser *laser, uint8_t byte)
{
	laser->held[laser->held_len++] = byte;
}

/* Data, or what looked like a universal exit and is data. */
static enum verdict data(struct printer *printer, uint8_t byte)
{
	struct laser *laser = laser_of(printer);

	if (pjl_is_stopped(printer) && !laser->cancelling)
		return WAIT;
	pjl_data(printer, byte);
	return TAKEN;
}

/* White space, then @PJL: no printer takes that for a command. */
static void look_for_stray(struct printer *printer, uint8_t byte)
{
	struct laser *laser = laser_of(printer);

	if (!laser->stray || (laser->stray == 1 && (byte == ' ' || byte == '\t' ||
						    byte == '\r' || byte == '\n')))
		return;
	laser->stray = byte == (uint8_t)prefix[laser->stray - 1] ? laser->stray + 1 : 0;
	if (laser->stray == sizeof(prefix)) {
		printer_error(printer, "white space before @PJL makes it data");
		laser->stray = 0;
	}
}

/* What was held is data; false if the printer cannot go on with it now. */
static bool release(struct printer *printer)
{
	struct laser *laser = laser_of(printer);

	while (laser->held_len) {
		if (printer_is_busy(printer) || data(printer, laser->held[0]) == WAIT)
			return false;
		laser->held_len--;
		memmove(laser->held, laser->held + 1, laser->held_len);
	}
	return !printer_is_busy(printer);
}

static void universal_exit(struct printer *printer)
{
	struct laser *laser = laser_of(printer);

	laser->held_len = 0;
	laser->language = PAGES_AUTO;
	if (laser->place == PJL_IN_LINE)
		pjl_wrong(printer, 20006, "a line is ended by a universal exit");
	if (laser->place == PJL_IN_DATA)
		pjl_data_end(printer);
	laser->place = PJL_LINE_BEGIN;
}

static enum verdict in_data(struct printer *printer, uint8_t byte)
{
	struct laser *laser = laser_of(printer);

	if (!pages_in_binary(&laser->pages) && may_be(laser, byte, uel, PJL_UEL_LEN)) {
		hold(laser, byte);
		if (laser->held_len == PJL_UEL_LEN)
			universal_exit(printer);
		return TAKEN;
	}
	if (laser->held_len) {
		if (!release(printer))
			return WAIT;
		return in_data(printer, byte);
	}
	if (data(printer, byte) == WAIT)
		return WAIT;
	look_for_stray(printer, byte);
	return TAKEN;
}

static enum verdict line_begin(struct printer *printer, uint8_t byte)
{
	struct laser *laser = laser_of(printer);

	if (may_be(laser, byte, uel, PJL_UEL_LEN)) {
		hold(laser, byte);
		if (laser->held_len == PJL_UEL_LEN)
			universal_exit(printer);
		return TAKEN;
	}
	if (may_be(laser, byte, prefix, strlen(prefix))) {
		hold(laser, byte);
		if (laser->held_len < strlen(prefix))
			return TAKEN;
		laser->held_len = 0;
		laser->line_len = 0;
		laser->place = PJL_IN_LINE;
		return TAKEN;
	}
	/* Anything else is data, in the language that the printer guesses. */
	memset(&laser->pages, 0, sizeof(laser->pages));
	laser->place = PJL_IN_DATA;
	laser->stray = !laser->held_len;
	return in_data(printer, byte);
}

static void line_end(struct printer *printer)
{
	struct laser *laser = laser_of(printer);
	size_t len = laser->line_len;

	laser->place = PJL_LINE_BEGIN;
	if (len && laser->line[len - 1] == '\r')
		len--;
	pjl_run_line(printer, laser->line, len);
}

static enum verdict in_line(struct printer *printer, uint8_t byte)
{
	struct laser *laser = laser_of(printer);

	if (may_be(laser, byte, uel, PJL_UEL_LEN)) {
		hold(laser, byte);
		if (laser->held_len == PJL_UEL_LEN)
			universal_exit(printer);
		return TAKEN;
	}
	if (byte == '\n' && laser->place == PJL_SKIP_LINE) {
		laser->place = PJL_LINE_BEGIN;
		laser->held_len = 0;
	} else if (byte == '\n') {
		if (laser->held_len)
			pjl_wrong(printer, 20006, "a line ends in half a universal exit");
		laser->held_len = 0;
		line_end(printer);
	} else if (laser->line_len + laser->held_len + 1 > PJL_LINE_MAX) {
		if (laser->place == PJL_IN_LINE)
			pjl_wrong(printer, 20005, "a line is longer than 2048 characters");
		laser->place = PJL_SKIP_LINE;
		laser->held_len = 0;
	} else {
		memcpy(laser->line + laser->line_len, laser->held, laser->held_len);
		laser->line_len += laser->held_len;
		laser->held_len = 0;
		laser->line[laser->line_len++] = byte;
	}
	return TAKEN;
}

static enum verdict take(struct printer *printer, uint8_t byte)
{
	switch (laser_of(printer)->place) {
	case PJL_IN_DATA:
		return in_data(printer, byte);
	case PJL_LINE_BEGIN:
		return line_begin(printer, byte);
	default:
		return in_line(printer, byte);
	}
}

static size_t process(struct printer *printer, const uint8_t *buf, size_t len)
{
	size_t done;

	for (done = 0; done < len && !printer_is_busy(printer); done++)
		if (take(printer, buf[done]) == WAIT)
			break;
	if (done)
		laser_of(printer)->data_at = printer_now();
	return done;
}

/* --- the rest of the printer ----------------------------------------------------- */

static void power_on(struct printer *printer)
{
	struct laser *laser = laser_of(printer), new = { .place = PJL_IN_DATA };

	if (laser->in_job)
		pjl_job_lost(printer, "power-cycle");
	memcpy(new.model, laser->model, sizeof(new.model));
	new.page_count = laser->page_count;
	*laser = new;
	pjl_variables_initialize(&laser->variables);
	laser->shown = pjl_status(printer);
}

static void changed(struct printer *printer, uint32_t old)
{
	(void)old;
	pjl_status_changed(printer);
}

/* The keys that end OPMSG and STMSG. */
static bool key(struct printer *printer, const char *name)
{
	static const char *const keys[] = { "online", "continue", "reset" };
	static const char *const answers[] = { "ONLINE", "CONTINUE", "RESET" };
	struct laser *laser = laser_of(printer);
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!strcmp(name, keys[i]))
			break;
	if (i == sizeof(keys) / sizeof(keys[0]) || !laser->operator_message[0])
		return false;
	if (laser->wants_key)
		pjl_say(printer, "@PJL STMSG DISPLAY=\"%s\"\r\n%s\r\n\f",
			laser->operator_message, answers[i]);
	laser->operator_message[0] = '\0';
	pjl_status_changed(printer);
	return true;
}

/*
 * When a job that nobody ends is taken for complete (variable TIMEOUT); a JOB must be
 * ended by EOJ.
 */
static uint64_t data_timeout(struct printer *printer)
{
	struct laser *laser = laser_of(printer);
	int index = pjl_variable_find("", "TIMEOUT");

	if (!laser->in_job || laser->depth || laser->place != PJL_IN_DATA ||
	    laser->ending || !printer_is_idle(printer) || pjl_is_stopped(printer))
		return 0;
	return laser->data_at + atoi(laser->variables.current[index]) * 1000;
}

static uint64_t deadline(struct printer *printer)
{
	struct laser *laser = laser_of(printer);
	uint64_t timed = laser->timed ? laser->timed_at : 0;
	uint64_t timeout = data_timeout(printer);

	if (!timed || !timeout)
		return timed ? timed : timeout;
	return timed < timeout ? timed : timeout;
}

static void tick(struct printer *printer)
{
	struct laser *laser = laser_of(printer);
	uint64_t timeout = data_timeout(printer);

	if (timeout && printer_now() >= timeout && release(printer))
		pjl_data_end(printer);
	if (laser->timed && printer_now() >= laser->timed_at) {
		laser->timed_at = printer_now() + laser->timed * 1000ULL;
		pjl_say_status(printer, "USTATUS TIMED");
	}
}

/* A page that is begun comes out when nothing follows, without delay. */
static void flush(struct printer *printer)
{
	struct laser *laser = laser_of(printer);

	if (!laser->in_job || laser->depth || laser->place != PJL_IN_DATA || !release(printer))
		return;
	pjl_data_end(printer);
	if (!printer->ejecting)
		return;
	printer->ejecting = false;
	printer->pages++;
	pjl_page_printed(printer);
}

static void at_end(struct printer *printer)
{
	struct laser *laser = laser_of(printer);

	if (laser->place == PJL_IN_LINE)
		pjl_wrong(printer, 20006, "the stream ends in a line");
	if (laser->place != PJL_IN_DATA && laser->held_len)
		printer_error(printer, "the stream ends in part of a universal exit");
	if (laser->depth)
		printer_error(printer, "27001: JOB without EOJ");
	if (printer_is_idle(printer) && !pjl_is_stopped(printer))
		flush(printer);
	if (laser->in_job)
		pjl_job_lost(printer, "unfinished");
}

static const struct printer_language language = {
	.name = "pjl_laser",
	.conditions = CONDITION_PAPER_OUT | CONDITION_COVER_OPEN | CONDITION_JAM |
		      CONDITION_TONER_LOW | CONDITION_TONER_EMPTY | CONDITION_OFFLINE |
		      CONDITION_OUTPUT_FULL | CONDITION_ERROR,
	.process = process,
	.page_printed = pjl_page_printed,
	.changed = changed,
	.power_on = power_on,
	.cancel = pjl_cancel,
	.key = key,
	.deadline = deadline,
	.tick = tick,
	.end = at_end,
};

static bool option(void *data_of, const char *name, const char *value)
{
	struct laser *laser = data_of;
	char *end;

	if (!strcmp(name, "model")) {
		if (strlen(value) >= sizeof(laser->model) || strchr(value, '"'))
			return false;
		strcpy(laser->model, value);
		return true;
	}
	laser->page_count = strtoull(value, &end, 10);
	return *value >= '0' && *value <= '9' && !*end;
}

int main(int argc, char **argv)
{
	static const char *const options[] = { "model", "pagecount", NULL };
	static struct laser laser = { .model = "LASER 9000" };
	const struct emulator emulator = {
		.language = &language,
		.data = &laser,
		.option = option,
		.options = options,
		.help = "  --model TEXT    what INFO ID says\n"
			"  --pagecount N   pages that it has printed in its life\n",
	};

	return emulator_main(&emulator, argc, argv);
}
