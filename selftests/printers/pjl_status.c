// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pjl_laser.h"

/*
 * HP PJL Technical Reference Manual, appendix D. The worst comes first: the panel shows
 * one of them. 412xx is a tray to be loaded, of any paper.
 */
static const struct {
	uint32_t condition;
	unsigned int code;
	const char *display;
} codes[] = {
	{ CONDITION_ERROR, 50000, "PRINTER ERROR" },
	{ CONDITION_JAM, 40022, "PAPER JAM" },
	{ CONDITION_COVER_OPEN, 40021, "PRINTER OPEN" },
	{ CONDITION_TONER_EMPTY, 40010, "INSTALL TONER" },
	{ CONDITION_PAPER_OUT, 41200, "LOAD PAPER" },
	{ CONDITION_OUTPUT_FULL, 40019, "OUTPUT BIN FULL" },
	{ CONDITION_OFFLINE, 10002, "OFFLINE" },
};

void pjl_say(struct printer *printer, const char *format, ...)
{
	char text[8192];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (len > 0)
		printer_say(printer, text, (size_t)len < sizeof(text) ? (size_t)len :
								       sizeof(text) - 1);
}

static void fill(struct pjl_status *status, unsigned int code, const char *display,
		 bool online)
{
	status->code = code;
	snprintf(status->display, sizeof(status->display), "%s", display);
	status->online = online;
}

struct pjl_status pjl_status(struct printer *printer)
{
	struct laser *laser = laser_of(printer);
	struct pjl_status status;
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (!(printer->conditions & codes[i].condition))
			continue;
		fill(&status, codes[i].code, codes[i].display, false);
		return status;
	}
	if (laser->operator_message[0])
		fill(&status, laser->wants_key ? 40049 : 40048, laser->operator_message,
		     false);
	else if (laser->cancelling)
		fill(&status, 10007, "CANCELING JOB", true);
	else if (laser->in_job)
		fill(&status, 10023, laser->job_display[0] ? laser->job_display :
							     "PROCESSING JOB", true);
	else if (printer->conditions & CONDITION_TONER_LOW)
		fill(&status, 10006, "TONER LOW", true);
	else
		fill(&status, 10001, laser->ready_message[0] ? laser->ready_message : "READY",
		     true);
	/* A warning is shown also while a job prints. */
	if (status.code == 10023 && printer->conditions & CONDITION_TONER_LOW)
		fill(&status, 10006, "TONER LOW", true);
	return status;
}

void pjl_say_status(struct printer *printer, const char *header)
{
	struct pjl_status status = pjl_status(printer);

	pjl_say(printer, "@PJL %s\r\nCODE=%u\r\nDISPLAY=\"%s\"\r\nONLINE=%s\r\n\f", header,
		status.code, status.display, status.online ? "TRUE" : "FALSE");
}

void pjl_status_changed(struct printer *printer)
{
	struct laser *laser = laser_of(printer);
	struct pjl_status status = pjl_status(printer);

	if (status.code == laser->shown.code && status.online == laser->shown.online &&
	    !strcmp(status.display, laser->shown.display))
		return;
	laser->shown = status;
	if (laser->device != PJL_DEVICE_OFF)
		pjl_say_status(printer, "USTATUS DEVICE");
}

void pjl_wrong(struct printer *printer, int code, const char *what)
{
	printer_error(printer, "%d: %s", code, what);
	if (laser_of(printer)->device == PJL_DEVICE_VERBOSE)
		pjl_say(printer, "@PJL USTATUS DEVICE\r\nCODE=%d\r\n\f", code);
}

bool pjl_is_stopped(struct printer *printer)
{
	return printer_is_stopped(printer) || laser_of(printer)->operator_message[0];
}
