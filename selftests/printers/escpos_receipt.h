/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A receipt printer that speaks ESC/POS, as Epson's ESC/POS command reference describes
 * one with a roll of 80 mm, an autocutter and a drawer.
 */
#ifndef PRINTERS_ESCPOS_RECEIPT_H
#define PRINTERS_ESCPOS_RECEIPT_H

#include "printer.h"

#define ESCPOS_HEADER_MAX	16
#define ESCPOS_DATA_MAX		256
#define ESCPOS_LINE_MAX		64

/* What a printer may lack; the command is ignored then, as real ones do. */
#define ESCPOS_WITHOUT_PROCESS_ID	(1U << 0)
#define ESCPOS_WITHOUT_ASB		(1U << 1)
#define ESCPOS_WITHOUT_CLEAR		(1U << 2)
#define ESCPOS_WITHOUT_REALTIME		(1U << 3)
#define ESCPOS_WITHOUT_STATUS		(1U << 4)

/* Where in the stream the printer is. */
enum escpos_place { ESCPOS_TEXT, ESCPOS_HEADER, ESCPOS_DATA, ESCPOS_DATA_NUL };

struct escpos_command;

/**
 * struct receipt - the printer's state
 * @model: what GS I says
 * @without: ESCPOS_WITHOUT_* bits
 * @realtime: a real-time command so far, as it arrives
 * @realtime_len: of it
 * @place: where in the stream it is
 * @header: a command so far, as it is processed: code and fixed parameters
 * @header_len: of it
 * @command: what it is, NULL while that is not known
 * @data_left: bytes of data that are to follow
 * @data: the first bytes of the data
 * @data_len: all of them
 * @line: the line that is to be printed
 * @line_len: of it
 * @small: font B: 64 columns and not 48
 * @width: of characters, 1 to 8
 * @page_mode: ESC L
 * @asb: what GS a asked for
 * @asb_sent: the last automatic status
 * @in_job: a receipt was begun
 * @printed: something is on it
 * @cut: it is cut off: what is printed next begins another one
 * @job_bytes: its bytes without status commands
 * @job_lines: its lines
 */
struct receipt {
	char model[64];
	uint32_t without;
	uint8_t realtime[ESCPOS_HEADER_MAX];
	size_t realtime_len;
	enum escpos_place place;
	uint8_t header[ESCPOS_HEADER_MAX];
	size_t header_len;
	const struct escpos_command *command;
	uint64_t data_left;
	uint8_t data[ESCPOS_DATA_MAX];
	uint64_t data_len;
	uint8_t line[ESCPOS_LINE_MAX];
	size_t line_len;
	bool small;
	unsigned int width;
	bool page_mode;
	uint8_t asb;
	uint8_t asb_sent[4];
	bool in_job;
	bool printed;
	bool cut;
	uint64_t job_bytes;
	uint64_t job_lines;
};

static inline struct receipt *receipt_of(struct printer *printer)
{
	return printer->data;
}

/* escpos_status.c: what the printer says of itself */
void escpos_say_byte(struct printer *printer, uint8_t byte);
/* DLE EOT n; false: there is no such status. */
bool escpos_realtime_status(struct printer *printer, uint8_t n);
/* GS a n */
void escpos_set_asb(struct printer *printer, uint8_t n);
/* Sends the automatic status if what was asked for has changed. */
void escpos_status_changed(struct printer *printer);
/* GS r n; false: there is no such status. */
bool escpos_transmit_status(struct printer *printer, uint8_t n);
/* GS I n; false: there is no such id. */
bool escpos_transmit_id(struct printer *printer, uint8_t n);

/* escpos_realtime.c: commands that act as they arrive */
void escpos_received(struct printer *printer, const uint8_t *buf, size_t len);
/* Length of a real-time command of which @len bytes are there, 0: it is none. */
size_t escpos_realtime_length(const uint8_t *buf, size_t len);

/* escpos_commands.c: commands in their order */
void escpos_byte(struct printer *printer, uint8_t byte);

/* escpos_paper.c: what is printed, and where receipts begin and end */
void escpos_initialize(struct printer *printer);
/* Bytes of a command or a character; @prints: it brings something onto the paper. */
void escpos_content(struct printer *printer, const void *buf, size_t len, bool prints);
void escpos_character(struct printer *printer, uint8_t byte);
void escpos_line_feed(struct printer *printer);
void escpos_cut(struct printer *printer, bool full);
void escpos_job_end(struct printer *printer, const char *result);

#endif /* PRINTERS_ESCPOS_RECEIPT_H */
