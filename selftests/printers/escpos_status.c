// SPDX-License-Identifier: GPL-2.0-or-later
/* The bits are those of Epson's ESC/POS command reference: GS a, DLE EOT, GS r, GS I. */
#include <stdio.h>
#include <string.h>

#include "escpos_receipt.h"
#include "log.h"

static bool has(const struct printer *printer, uint32_t conditions)
{
	return printer->conditions & conditions;
}

static void say(struct printer *printer, const char *what, const void *buf, size_t len)
{
	log_begin("answer");
	log_text("to", what);
	log_bytes("bytes", buf, len);
	log_end();
	printer_say(printer, buf, len);
}

/* GS a: bits 1, 0 of the first byte and 4 of all tell a status from other answers. */
static void automatic_status(const struct printer *printer, uint8_t *status)
{
	memset(status, 0, 4);
	status[0] = 0x10;
	if (has(printer, CONDITION_DRAWER_OPEN))
		status[0] |= 0x04;
	if (printer_is_stopped(printer))
		status[0] |= 0x08;
	if (has(printer, CONDITION_COVER_OPEN))
		status[0] |= 0x20;
	if (has(printer, CONDITION_FEED_BUTTON)) {
		status[0] |= 0x40;
		status[1] |= 0x02;
	}
	if (has(printer, CONDITION_JAM))
		status[1] |= 0x04;
	if (has(printer, CONDITION_CUTTER_ERROR))
		status[1] |= 0x08;
	if (has(printer, CONDITION_ERROR))
		status[1] |= 0x20;
	if (has(printer, CONDITION_OVERHEAT))
		status[1] |= 0x40;
	if (has(printer, CONDITION_PAPER_LOW | CONDITION_PAPER_OUT))
		status[2] |= 0x03;
	if (has(printer, CONDITION_PAPER_OUT))
		status[2] |= 0x0c;
	status[3] = 0x0f;	/* reserved bits, as a TM-T88V sets them */
}

static void say_automatic(struct printer *printer)
{
	struct receipt *receipt = receipt_of(printer);

	automatic_status(printer, receipt->asb_sent);
	say(printer, "GS a", receipt->asb_sent, sizeof(receipt->asb_sent));
}

void escpos_set_asb(struct printer *printer, uint8_t n)
{
	struct receipt *receipt = receipt_of(printer);

	if (receipt->without & ESCPOS_WITHOUT_ASB)
		return;
	receipt->asb = n;
	if (n)
		say_automatic(printer);
}

void escpos_status_changed(struct printer *printer)
{
	/* The bits of GS a, and what they stand for in the four bytes. */
	static const struct {
		uint8_t asked;
		uint8_t bits[4];
	} items[] = {
		{ 0x01, { 0x04 } },
		{ 0x02, { 0x28 } },
		{ 0x04, { 0x00, 0x6c } },
		{ 0x08, { 0x00, 0x00, 0x0f } },
		{ 0x40, { 0x40, 0x02 } },
	};
	struct receipt *receipt = receipt_of(printer);
	uint8_t now[4];
	size_t i, j;

	automatic_status(printer, now);
	for (i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		if (!(receipt->asb & items[i].asked))
			continue;
		for (j = 0; j < sizeof(now); j++) {
			if (!((now[j] ^ receipt->asb_sent[j]) & items[i].bits[j]))
				continue;
			say_automatic(printer);
			return;
		}
	}
}

static uint8_t printer_status(const struct printer *printer)
{
	uint8_t status = 0x12;

	if (has(printer, CONDITION_DRAWER_OPEN))
		status |= 0x04;
	if (printer_is_stopped(printer))
		status |= 0x08;
	if (has(printer, CONDITION_FEED_BUTTON))
		status |= 0x40;
	return status;
}

static uint8_t offline_cause(const struct printer *printer)
{
	uint8_t status = 0x12;

	if (has(printer, CONDITION_COVER_OPEN))
		status |= 0x04;
	if (has(printer, CONDITION_FEED_BUTTON))
		status |= 0x08;
	if (has(printer, CONDITION_PAPER_OUT))
		status |= 0x20;
	if (has(printer, CONDITION_JAM | CONDITION_CUTTER_ERROR | CONDITION_ERROR |
		CONDITION_OVERHEAT))
		status |= 0x40;
	return status;
}

static uint8_t error_cause(const struct printer *printer)
{
	uint8_t status = 0x12;

	if (has(printer, CONDITION_JAM))
		status |= 0x04;
	if (has(printer, CONDITION_CUTTER_ERROR))
		status |= 0x08;
	if (has(printer, CONDITION_ERROR))
		status |= 0x20;
	if (has(printer, CONDITION_OVERHEAT))
		status |= 0x40;
	return status;
}

static uint8_t paper_sensors(const struct printer *printer)
{
	uint8_t status = 0x12;

	if (has(printer, CONDITION_PAPER_LOW | CONDITION_PAPER_OUT))
		status |= 0x0c;
	if (has(printer, CONDITION_PAPER_OUT))
		status |= 0x60;
	return status;
}

bool escpos_realtime_status(struct printer *printer, uint8_t n)
{
	static uint8_t (*const kinds[])(const struct printer *printer) = {
		printer_status, offline_cause, error_cause, paper_sensors,
	};
	uint8_t status;

	if (n < 1 || n > 4)
		return false;
	status = kinds[n - 1](printer);
	say(printer, "DLE EOT", &status, 1);
	return true;
}

bool escpos_transmit_status(struct printer *printer, uint8_t n)
{
	uint8_t status = 0;

	switch (n) {
	case 1:
	case 49:
		if (has(printer, CONDITION_PAPER_LOW | CONDITION_PAPER_OUT))
			status |= 0x03;
		if (has(printer, CONDITION_PAPER_OUT))
			status |= 0x0c;
		break;
	case 2:
	case 50:
		status = has(printer, CONDITION_DRAWER_OPEN);
		break;
	default:
		return false;
	}
	if (!(receipt_of(printer)->without & ESCPOS_WITHOUT_STATUS))
		say(printer, "GS r", &status, 1);
	return true;
}

/* Header, text and NUL. */
static void say_text(struct printer *printer, const char *text)
{
	uint8_t answer[80];
	int len = snprintf((char *)answer, sizeof(answer), "_%s", text);

	say(printer, "GS I", answer, len + 1);
}

bool escpos_transmit_id(struct printer *printer, uint8_t n)
{
	uint8_t id;

	switch (n) {
	case 1:
	case 49:
		id = 0x20;	/* model */
		break;
	case 2:
	case 50:
		id = 0x02;	/* type: it has an autocutter */
		break;
	case 3:
	case 51:
		id = 0x01;	/* version */
		break;
	case 65:
		say_text(printer, "1.00 ESC/POS");
		return true;
	case 66:
		say_text(printer, "PRINTPORT");
		return true;
	case 67:
		say_text(printer, receipt_of(printer)->model);
		return true;
	case 68:
		say_text(printer, "SIM0000001");
		return true;
	case 69:
		say_text(printer, "ANK");
		return true;
	default:
		return false;
	}
	say(printer, "GS I", &id, 1);
	return true;
}
