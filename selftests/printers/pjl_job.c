// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "pjl_laser.h"
#include "store.h"

static bool ids_wanted(const struct laser *laser)
{
	int index = pjl_variable_find("", "JOBID");

	return !strcmp(laser->variables.current[index], "ON");
}

/* --- what is said about jobs ----------------------------------------------------- */

struct job_message {
	char text[512];
	int len;
};

static void begin_message(struct job_message *message, const char *what, const char *name,
			  size_t name_len)
{
	message->len = snprintf(message->text, sizeof(message->text),
				"@PJL USTATUS JOB\r\n%s\r\n", what);
	if (name_len)
		message->len += snprintf(message->text + message->len,
					 sizeof(message->text) - message->len,
					 "NAME=\"%.*s\"\r\n", (int)name_len, name);
}

static void add_number(struct job_message *message, const char *key, unsigned int value)
{
	message->len += snprintf(message->text + message->len,
				 sizeof(message->text) - message->len, "%s=%u\r\n", key,
				 value);
}

static void end_message(struct printer *printer, struct job_message *message,
			const struct pjl_level *level, const char *result)
{
	struct laser *laser = laser_of(printer);

	if (ids_wanted(laser))
		add_number(message, "ID", level->id);
	if (ids_wanted(laser) && result)
		message->len += snprintf(message->text + message->len,
					 sizeof(message->text) - message->len,
					 "RESULT=%s\r\n", result);
	message->text[message->len++] = '\f';
	if (laser->job_status)
		printer_say(printer, message->text, message->len);
}

static void say_start(struct printer *printer, const struct pjl_level *level)
{
	struct job_message message;

	begin_message(&message, "START", level->name, level->name_len);
	end_message(printer, &message, level, NULL);
}

/* The name is the one that EOJ gives. */
static void say_end(struct printer *printer, const struct pjl_level *level, const char *name,
		    size_t name_len)
{
	struct job_message message;

	if (printer->no_eoj)
		return;
	begin_message(&message, "END", name, name_len);
	add_number(&message, "PAGES", level->pages);
	end_message(printer, &message, level, level->cancelled ? "USER_CANCELED" : "OK");
}

static void say_cancelled(struct printer *printer, const struct pjl_level *level)
{
	struct job_message message;

	begin_message(&message, "CANCELED", level->name, level->name_len);
	end_message(printer, &message, level, "USER_CANCELED");
}

/* --- beginning and end ----------------------------------------------------------- */

static void log_start(struct printer *printer, const struct pjl_level *level)
{
	struct laser *laser = laser_of(printer);

	log_begin("job-start");
	log_number("job", printer->jobs_started);
	if (level) {
		log_bytes("name", level->name, level->name_len);
		log_text("display", laser->job_display);
	}
	log_end();
}

static void start(struct printer *printer, const struct pjl_level *level)
{
	struct laser *laser = laser_of(printer);

	laser->in_job = true;
	laser->cancelling = false;
	laser->ending = false;
	laser->job_bytes = 0;
	laser->job_pages = 0;
	laser->formatted = 0;
	printer->jobs_started++;
	log_start(printer, level);
	store_job(printer->jobs_started);
}

static void end(struct printer *printer, const char *name, size_t name_len,
		const char *result)
{
	struct laser *laser = laser_of(printer);

	if (!laser->in_job)
		return;
	printer->jobs_ended++;
	log_begin("job-end");
	log_number("job", printer->jobs_started);
	if (name_len)
		log_bytes("name", name, name_len);
	log_number("bytes", laser->job_bytes);
	log_number("pages", laser->job_pages);
	log_text("result", result);
	log_end();
	store_job_end();
	laser->in_job = false;
	laser->ending = false;
	laser->cancelling = false;
	laser->job_display[0] = '\0';
	laser->first_page = 0;
	laser->last_page = 0;
	memset(&laser->pages, 0, sizeof(laser->pages));
}

static void end_plain(struct printer *printer)
{
	struct laser *laser = laser_of(printer);

	end(printer, NULL, 0, laser->cancelling ? "cancelled" : "printed");
	pjl_variables_reset(&laser->variables);
	pjl_status_changed(printer);
}

/* --- JOB and EOJ ----------------------------------------------------------------- */

static bool whole_number(const struct pjl_option *option, uint64_t min, uint64_t max,
			 uint64_t *value)
{
	size_t i;

	*value = 0;
	if (option->type != PJL_NUMBER || option->len > 10)
		return false;
	for (i = 0; i < option->len; i++) {
		if (option->value[i] < '0' || option->value[i] > '9')
			return false;
		*value = *value * 10 + option->value[i] - '0';
	}
	return *value >= min && *value <= max;
}

/* The name of JOB or EOJ; what is too long of it is not significant. */
static void take_name(struct printer *printer, const struct pjl_option *option,
		      struct pjl_level *level)
{
	if (option->type != PJL_STRING) {
		pjl_wrong(printer, 25001, "NAME is not a string");
		return;
	}
	if (!option->len)
		pjl_wrong(printer, 27006, "NAME is an empty string");
	if (option->len > PJL_NAME_MAX)
		pjl_wrong(printer, 25001, "NAME has more than 80 characters");
	level->name_len = option->len > PJL_NAME_MAX ? PJL_NAME_MAX : option->len;
	memcpy(level->name, option->value, level->name_len);
}

static void take_display(struct printer *printer, const struct pjl_option *option)
{
	struct laser *laser = laser_of(printer);

	if (option->type != PJL_STRING)
		pjl_wrong(printer, 25001, "DISPLAY is not a string");
	else if (option->len > PJL_DISPLAY_MAX)
		pjl_wrong(printer, 25001, "DISPLAY has more than 80 characters");
	else
		snprintf(laser->job_display, sizeof(laser->job_display), "%.*s",
			 (int)option->len, option->value);
}

static void job_option(struct printer *printer, const struct pjl_option *option,
		       struct pjl_level *level)
{
	struct laser *laser = laser_of(printer);
	uint64_t value;

	if (!strcmp(option->name, "NAME")) {
		take_name(printer, option, level);
	} else if (!strcmp(option->name, "DISPLAY")) {
		take_display(printer, option);
	} else if (!strcmp(option->name, "START") || !strcmp(option->name, "END")) {
		if (!whole_number(option, 1, 2147483647, &value))
			pjl_wrong(printer, 25001, "START or END is not 1 to 2147483647");
		else if (option->name[0] == 'S')
			laser->first_page = value;
		else
			laser->last_page = value;
	} else if (!strcmp(option->name, "PASSWORD")) {
		if (!whole_number(option, 0, 65535, &value))
			pjl_wrong(printer, 25001, "PASSWORD is not 0 to 65535");
	} else {
		pjl_wrong(printer, 25001, "JOB has an option that it does not know");
	}
}

void pjl_job(struct printer *printer, const struct pjl_line *line)
{
	struct laser *laser = laser_of(printer);
	struct pjl_level *level = &laser->levels[laser->depth];
	size_t i;

	if (laser->depth == PJL_DEPTH_MAX) {
		pjl_wrong(printer, 27001, "too many JOBs in one another");
		return;
	}
	memset(level, 0, sizeof(*level));
	for (i = 0; i < line->count; i++)
		job_option(printer, &line->options[i], level);
	level->id = laser->job_id = (laser->job_id + 1) % 32768;
	if (!laser->depth)
		start(printer, level);
	laser->depth++;
	level->cancelled = laser->cancelling;
	say_start(printer, level);
	pjl_variables_reset(&laser->variables);
	pjl_status_changed(printer);
}

void pjl_eoj(struct printer *printer, const struct pjl_line *line)
{
	struct laser *laser = laser_of(printer);
	struct pjl_level named = { .name_len = 0 }, *level;
	size_t i;

	for (i = 0; i < line->count; i++) {
		if (!strcmp(line->options[i].name, "NAME"))
			take_name(printer, &line->options[i], &named);
		else
			pjl_wrong(printer, 25001, "EOJ has an option other than NAME");
	}
	if (!laser->depth) {
		pjl_wrong(printer, 27002, "EOJ without JOB");
		return;
	}
	level = &laser->levels[--laser->depth];
	if (laser->depth)
		laser->levels[laser->depth - 1].pages += level->pages;
	say_end(printer, level, named.name, named.name_len);
	if (!laser->depth)
		end(printer, named.name, named.name_len,
		    level->cancelled ? "cancelled" : "printed");
	pjl_variables_reset(&laser->variables);
	pjl_status_changed(printer);
}

/* --- data ------------------------------------------------------------------------ */

/* START and END leave pages out. */
static bool page_wanted(const struct laser *laser)
{
	return laser->formatted >= laser->first_page &&
	       (!laser->last_page || laser->formatted <= laser->last_page);
}

static void page(struct printer *printer)
{
	struct laser *laser = laser_of(printer);

	laser->formatted++;
	if (page_wanted(laser))
		printer_eject(printer);
}

void pjl_data(struct printer *printer, uint8_t byte)
{
	struct laser *laser = laser_of(printer);

	if (!laser->in_job) {
		start(printer, NULL);
		pjl_status_changed(printer);
	}
	laser->job_bytes++;
	if (laser->cancelling)
		return;
	store_data(&byte, 1);
	if (pages_byte(&laser->pages, byte))
		page(printer);
}

void pjl_data_end(struct printer *printer)
{
	struct laser *laser = laser_of(printer);
	bool last = pages_end(&laser->pages);

	if (!laser->in_job)
		return;
	if (last && !laser->cancelling)
		page(printer);
	if (laser->depth)
		return;
	if (printer->ejecting)
		laser->ending = true;
	else
		end_plain(printer);
}

void pjl_page_printed(struct printer *printer)
{
	struct laser *laser = laser_of(printer);

	laser->page_count++;
	laser->job_pages++;
	if (laser->depth)
		laser->levels[laser->depth - 1].pages++;
	log_begin("page");
	log_number("job", printer->jobs_started);
	log_number("page", laser->job_pages);
	log_end();
	if (laser->page_status)
		pjl_say(printer, "@PJL USTATUS PAGE\r\n%u\r\n\f", laser->job_pages);
	if (laser->ending)
		end_plain(printer);
}

bool pjl_cancel(struct printer *printer)
{
	struct laser *laser = laser_of(printer);
	unsigned int i;

	if (!laser->in_job || laser->cancelling)
		return false;
	laser->cancelling = true;
	printer->ejecting = false;
	memset(&laser->pages, 0, sizeof(laser->pages));
	log_begin("cancel");
	log_number("job", printer->jobs_started);
	log_end();
	for (i = 0; i < laser->depth; i++)
		laser->levels[i].cancelled = true;
	if (laser->depth)
		say_cancelled(printer, &laser->levels[0]);
	pjl_status_changed(printer);
	if (laser->ending)
		end_plain(printer);
	return true;
}

void pjl_job_lost(struct printer *printer, const char *result)
{
	struct laser *laser = laser_of(printer);

	end(printer, NULL, 0, result);
	laser->depth = 0;
}
