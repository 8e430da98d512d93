// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "printer.h"

/* A printer that cannot get rid of its answers stops, as a real one does. */
#define BACK_CHANNEL_HIGH	16384
/* The longest time that the speed limit saves up for a burst. */
#define SPEED_BURST_US		10000

static const struct {
	const char *name;
	uint32_t condition;
} conditions[] = {
	{ "paper-out", CONDITION_PAPER_OUT },
	{ "paper-low", CONDITION_PAPER_LOW },
	{ "cover-open", CONDITION_COVER_OPEN },
	{ "jam", CONDITION_JAM },
	{ "toner-low", CONDITION_TONER_LOW },
	{ "toner-empty", CONDITION_TONER_EMPTY },
	{ "offline", CONDITION_OFFLINE },
	{ "output-full", CONDITION_OUTPUT_FULL },
	{ "cutter-error", CONDITION_CUTTER_ERROR },
	{ "error", CONDITION_ERROR },
	{ "overheat", CONDITION_OVERHEAT },
	{ "drawer-open", CONDITION_DRAWER_OPEN },
	{ "feed-button", CONDITION_FEED_BUTTON },
};

#define CONDITION_COUNT	(sizeof(conditions) / sizeof(conditions[0]))

uint64_t printer_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000ULL + now.tv_nsec / 1000 + 1000;
}

uint64_t printer_now(void)
{
	return printer_now_us() / 1000;
}

bool printer_init(struct printer *printer, const struct printer_language *language,
		  void *data, size_t receive_size)
{
	memset(printer, 0, sizeof(*printer));
	printer->language = language;
	printer->data = data;
	printer->receive_size = receive_size;
	printer->receive = malloc(receive_size);
	if (!printer->receive)
		return false;
	language->power_on(printer);
	return true;
}

void printer_free(struct printer *printer)
{
	free(printer->receive);
}

bool printer_is_stopped(const struct printer *printer)
{
	return printer->conditions & ~CONDITION_HARMLESS;
}

bool printer_is_busy(const struct printer *printer)
{
	return printer->ejecting || printer->back_len > BACK_CHANNEL_HIGH;
}

bool printer_is_idle(const struct printer *printer)
{
	return !printer->ejecting && printer->receive_begin == printer->receive_end;
}

uint8_t *printer_room(struct printer *printer, size_t *len)
{
	size_t used = printer->receive_end - printer->receive_begin;

	*len = 0;
	if (printer->receive_size - used < READ_SIZE)
		return NULL;
	if (printer->receive_size - printer->receive_end < READ_SIZE) {
		memmove(printer->receive, printer->receive + printer->receive_begin, used);
		printer->receive_begin = 0;
		printer->receive_end = used;
	}
	*len = printer->receive_size - printer->receive_end;
	return printer->receive + printer->receive_end;
}

void printer_receive(struct printer *printer, size_t len)
{
	uint8_t *begin = printer->receive + printer->receive_end;

	printer->receive_end += len;
	printer->bytes += len;
	if (printer->language->received)
		printer->language->received(printer, begin, len);
}

void printer_drop(struct printer *printer, size_t keep)
{
	size_t used = printer->receive_end - printer->receive_begin;

	if (keep < used)
		printer->receive_begin = printer->receive_end - keep;
}

/* How many bytes the speed limit allows now. */
static size_t allowance(struct printer *printer, size_t len)
{
	uint64_t now = printer_now_us(), allowed;

	if (!printer->speed)
		return len;
	if (now < printer->speed_at)
		return 0;
	if (now - printer->speed_at > SPEED_BURST_US)
		printer->speed_at = now - SPEED_BURST_US;
	allowed = (now - printer->speed_at) * printer->speed / 1000000;
	/* Slower than a byte in a burst: one byte, and the time for it is owed. */
	if (!allowed && now >= printer->speed_at + SPEED_BURST_US)
		allowed = 1;
	return allowed < len ? allowed : len;
}

static void pay(struct printer *printer, size_t len)
{
	if (printer->speed)
		printer->speed_at += len * 1000000ULL / printer->speed;
}

static bool eject_done(struct printer *printer)
{
	if (printer_is_stopped(printer) || printer_now() < printer->eject_at)
		return false;
	printer->ejecting = false;
	printer->pages++;
	printer->language->page_printed(printer);
	return true;
}

/* Processes a stretch of the receive buffer; whether it got anywhere. */
static bool process(struct printer *printer)
{
	size_t len = printer->receive_end - printer->receive_begin, done;

	if (printer_is_busy(printer) || !len)
		return false;
	len = allowance(printer, len);
	if (!len)
		return false;
	done = printer->language->process(printer, printer->receive + printer->receive_begin,
					  len);
	pay(printer, done);
	printer->processed += done;
	printer->receive_begin += done;
	return done;
}

static bool tick(struct printer *printer)
{
	uint64_t at = 0;

	if (printer->language->deadline)
		at = printer->language->deadline(printer);
	if (!at || printer_now() < at)
		return false;
	printer->language->tick(printer);
	return true;
}

bool printer_work(struct printer *printer)
{
	bool progress = false;

	if (printer->ejecting)
		progress = eject_done(printer);
	if (process(printer))
		progress = true;
	if (tick(printer))
		progress = true;
	return progress;
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
	if (!a || !b)
		return a ? a : b;
	return a < b ? a : b;
}

uint64_t printer_deadline(struct printer *printer)
{
	uint64_t at = 0;

	if (printer->ejecting && !printer_is_stopped(printer))
		at = printer->eject_at;
	if (printer->speed && !printer_is_busy(printer) &&
	    printer->receive_begin != printer->receive_end && !printer_is_stopped(printer)) {
		uint64_t byte = (printer->speed_at + 1000000 / printer->speed) / 1000 + 1;

		at = sooner(at, sooner(byte, printer_now() + SPEED_BURST_US / 1000));
	}
	if (printer->language->deadline)
		at = sooner(at, printer->language->deadline(printer));
	return at;
}

void printer_end(struct printer *printer)
{
	printer->language->end(printer);
}

void printer_eject(struct printer *printer)
{
	printer->ejecting = true;
	printer->eject_at = printer_now() + printer->page_ms;
}

void printer_say(struct printer *printer, const void *buf, size_t len)
{
	if (printer->silent)
		return;
	if (len > sizeof(printer->back) - printer->back_len) {
		log_begin("dropped");
		log_number("bytes", len);
		log_end();
		return;
	}
	memcpy(printer->back + printer->back_len, buf, len);
	printer->back_len += len;
}

void printer_said(struct printer *printer, size_t len)
{
	printer->back_len -= len;
	memmove(printer->back, printer->back + len, printer->back_len);
}

static void complain(struct printer *printer, const char *event, const char *format,
		     va_list args)
{
	char text[256];

	vsnprintf(text, sizeof(text), format, args);
	log_begin(event);
	log_number("job", printer->jobs_started);
	log_number("offset", printer->processed);
	log_text("text", text);
	log_end();
	fprintf(stderr, "%s: %s: %s\n", printer->language->name, event, text);
}

void printer_error(struct printer *printer, const char *format, ...)
{
	va_list args;

	printer->errors++;
	va_start(args, format);
	complain(printer, "error", format, args);
	va_end(args);
}

void printer_warn(struct printer *printer, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(printer, "warning", format, args);
	va_end(args);
}

uint32_t condition_by_name(const char *name)
{
	size_t i;

	for (i = 0; i < CONDITION_COUNT; i++)
		if (!strcmp(name, conditions[i].name))
			return conditions[i].condition;
	return 0;
}

static void log_condition(uint32_t condition, bool on)
{
	size_t i;

	for (i = 0; i < CONDITION_COUNT; i++) {
		if (conditions[i].condition != condition)
			continue;
		log_begin("condition");
		log_text("name", conditions[i].name);
		log_bool("on", on);
		log_end();
	}
}

bool printer_set_condition(struct printer *printer, uint32_t condition, bool on)
{
	uint32_t old = printer->conditions;

	if (!(printer->language->conditions & condition))
		return false;
	if (on)
		printer->conditions |= condition;
	else
		printer->conditions &= ~condition;
	if (old == printer->conditions)
		return true;
	log_condition(condition, on);
	/* A page that a condition held up takes its time anew. */
	if (printer->ejecting && !printer_is_stopped(printer) && (old & ~CONDITION_HARMLESS))
		printer->eject_at = printer_now() + printer->page_ms;
	printer->language->changed(printer, old);
	return true;
}

void printer_power_cycle(struct printer *printer)
{
	log_event("power-cycle");
	printer_drop(printer, 0);
	printer->back_len = 0;
	printer->ejecting = false;
	printer->language->power_on(printer);
}
