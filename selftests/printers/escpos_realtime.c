// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Real-time commands (Epson's reference: DLE EOT, DLE ENQ, DLE DC4) act when they arrive,
 * however much waits to be printed, and wherever they stand: the printer does not know
 * yet whether the bytes are a command or, say, part of a picture. They are processed in
 * their place as well, where they do nothing, or are that part of the picture.
 */
#include <string.h>

#include "escpos_receipt.h"
#include "log.h"

#define DLE	0x10
#define EOT	0x04
#define ENQ	0x05
#define DC4	0x14

static const uint8_t clear_buffers[] = { DLE, DC4, 8, 1, 3, 20, 1, 6, 2, 8 };

size_t escpos_realtime_length(const uint8_t *buf, size_t len)
{
	if (len >= 1 && buf[0] != DLE)
		return 0;
	if (len < 2)
		return 3;
	if (buf[1] == EOT || buf[1] == ENQ)
		return 3;
	if (buf[1] != DC4)
		return 0;
	if (len < 3)
		return 4;
	switch (buf[2]) {
	case 1:		/* pulse: m t */
	case 2:		/* power off: a b */
		return 5;
	case 3:		/* buzzer: a n r t1 t2 */
		return 8;
	case 7:		/* status of what m says */
		return 4;
	case 8:
		return memcmp(buf, clear_buffers, len) ? 0 : sizeof(clear_buffers);
	default:
		return 0;
	}
}

static void recover(struct printer *printer)
{
	printer_set_condition(printer, CONDITION_CUTTER_ERROR, false);
	printer_set_condition(printer, CONDITION_JAM, false);
}

/* Forgets what is not printed, up to the @behind bytes that follow the command. */
static void clear(struct printer *printer, size_t behind)
{
	struct receipt *receipt = receipt_of(printer);

	printer_drop(printer, behind);
	printer->ejecting = false;
	receipt->place = ESCPOS_TEXT;
	receipt->line_len = 0;
	receipt->page_mode = false;
	escpos_job_end(printer, "cleared");
}

/* Errors are reported where the command is processed in its place. */
static void run(struct printer *printer, const uint8_t *command, size_t len, size_t behind)
{
	static const uint8_t cleared[] = { 0x37, 0x25, 0x00 };
	struct receipt *receipt = receipt_of(printer);

	log_begin("realtime");
	log_bytes("command", command, len);
	log_end();
	if (command[1] == EOT) {
		escpos_realtime_status(printer, command[2]);
	} else if (command[1] == ENQ && (command[2] == 1 || command[2] == 2)) {
		if (!(printer->conditions & (CONDITION_CUTTER_ERROR | CONDITION_JAM)))
			return;
		if (command[2] == 2)
			clear(printer, behind);
		recover(printer);
	} else if (command[1] == DC4 && command[2] == 1) {
		log_begin("drawer");
		log_number("pin", command[3] ? 5 : 2);
		log_end();
	} else if (command[1] == DC4 && command[2] == 8 &&
		   !(receipt->without & ESCPOS_WITHOUT_CLEAR)) {
		clear(printer, behind);
		recover(printer);
		printer_say(printer, cleared, sizeof(cleared));
	}
}

void escpos_received(struct printer *printer, const uint8_t *buf, size_t len)
{
	struct receipt *receipt = receipt_of(printer);
	size_t i, want;

	if (receipt->without & ESCPOS_WITHOUT_REALTIME)
		return;
	for (i = 0; i < len; i++) {
		receipt->realtime[receipt->realtime_len++] = buf[i];
		want = escpos_realtime_length(receipt->realtime, receipt->realtime_len);
		if (!want && receipt->realtime_len > 1) {
			/* It was none, but another one may begin with this byte. */
			receipt->realtime[0] = buf[i];
			receipt->realtime_len = 1;
			want = escpos_realtime_length(receipt->realtime, 1);
		}
		if (!want) {
			receipt->realtime_len = 0;
		} else if (receipt->realtime_len == want) {
			run(printer, receipt->realtime, want, len - i - 1);
			receipt->realtime_len = 0;
		}
	}
}
