// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "emulator.h"
#include "escpos_receipt.h"
#include "log.h"

static size_t process(struct printer *printer, const uint8_t *buf, size_t len)
{
	size_t done;

	/* Off line, whatever for: nothing is processed, and what comes is kept. */
	if (printer_is_stopped(printer))
		return 0;
	for (done = 0; done < len && !printer_is_busy(printer); done++)
		escpos_byte(printer, buf[done]);
	return done;
}

static void page_printed(struct printer *printer)
{
	log_begin("page");
	log_number("job", printer->jobs_started);
	log_number("page", printer->pages);
	log_end();
}

static void changed(struct printer *printer, uint32_t old)
{
	(void)old;
	escpos_status_changed(printer);
}

static void power_on(struct printer *printer)
{
	struct receipt *receipt = receipt_of(printer), new = { .width = 1 };

	escpos_job_end(printer, "power-cycle");
	memcpy(new.model, receipt->model, sizeof(new.model));
	new.without = receipt->without;
	*receipt = new;
}

static bool cancel(struct printer *printer)
{
	(void)printer;
	return false;
}

static void at_end(struct printer *printer)
{
	struct receipt *receipt = receipt_of(printer);
	bool all = printer_is_idle(printer);

	if (receipt->place != ESCPOS_TEXT)
		printer_error(printer, "the stream ends in a command");
	escpos_job_end(printer, all ? "printed" : "unfinished");
}

static const struct printer_language language = {
	.name = "escpos_receipt",
	.conditions = CONDITION_PAPER_OUT | CONDITION_PAPER_LOW | CONDITION_COVER_OPEN |
		      CONDITION_JAM | CONDITION_OFFLINE | CONDITION_CUTTER_ERROR |
		      CONDITION_ERROR | CONDITION_OVERHEAT | CONDITION_DRAWER_OPEN |
		      CONDITION_FEED_BUTTON,
	.process = process,
	.received = escpos_received,
	.page_printed = page_printed,
	.changed = changed,
	.power_on = power_on,
	.cancel = cancel,
	.end = at_end,
};

static const struct {
	const char *name;
	uint32_t feature;
} features[] = {
	{ "process-id", ESCPOS_WITHOUT_PROCESS_ID },
	{ "asb", ESCPOS_WITHOUT_ASB },
	{ "clear", ESCPOS_WITHOUT_CLEAR },
	{ "realtime", ESCPOS_WITHOUT_REALTIME },
	{ "status", ESCPOS_WITHOUT_STATUS },
};

static bool option(void *data, const char *name, const char *value)
{
	struct receipt *receipt = data;
	size_t i;

	if (!strcmp(name, "model")) {
		if (strlen(value) >= sizeof(receipt->model))
			return false;
		strcpy(receipt->model, value);
		return true;
	}
	for (i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
		if (strcmp(value, features[i].name))
			continue;
		receipt->without |= features[i].feature;
		return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	static const char *const options[] = { "model", "without", NULL };
	static struct receipt receipt = { .model = "RECEIPT 80" };
	const struct emulator emulator = {
		.language = &language,
		.data = &receipt,
		.option = option,
		.options = options,
		.help = "  --model TEXT    what GS I 67 says\n"
			"  --without WHAT  it lacks process-id (GS ( H), asb (GS a),\n"
			"                  clear (DLE DC4 8), realtime (DLE ...) or\n"
			"                  status (GS r); may be repeated\n",
	};

	return emulator_main(&emulator, argc, argv);
}
