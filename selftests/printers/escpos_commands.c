// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands of Epson's ESC/POS command reference that receipt software uses. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escpos_receipt.h"
#include "escpos_symbol.h"
#include "log.h"

#define LF	0x0a
#define FF	0x0c
#define CR	0x0d
#define HT	0x09
#define DLE	0x10
#define CAN	0x18
#define ESC	0x1b
#define FS	0x1c
#define GS	0x1d

/* What data follows the fixed parameters. */
enum shape {
	FIXED,
	LENGTH_16,	/* pL pH are the last two parameters */
	LENGTH_32,	/* p1 to p4 are the last four */
	COUNTED,	/* the last parameter says how many bytes */
	UNTIL_NUL,
	COLUMNS,	/* ESC * */
	RASTER,		/* GS v 0 */
	BIT_IMAGE,	/* GS * */
};

/**
 * struct escpos_command - a command
 * @lead: ESC, FS or GS
 * @code: the second byte
 * @parameters: bytes behind it that come in any case
 * @values: that the first parameter may have, "" for all
 * @shape: of what follows
 * @prints: it brings something onto the paper
 * @internal: it is between host and printer, and no part of a receipt
 * @run: what it does, when all of it is there; may be NULL
 */
struct escpos_command {
	uint8_t lead;
	uint8_t code;
	unsigned int parameters;
	const char *values;
	enum shape shape;
	bool prints;
	bool internal;
	void (*run)(struct printer *printer);
};

static uint8_t parameter(struct printer *printer, unsigned int i)
{
	return receipt_of(printer)->header[2 + i];
}

/* --- what commands do ------------------------------------------------------------ */

static void do_initialize(struct printer *printer)
{
	struct receipt *receipt = receipt_of(printer);

	if (receipt->in_job && receipt->printed)
		escpos_job_end(printer, "printed");
	escpos_initialize(printer);
}

static void do_modes(struct printer *printer)
{
	struct receipt *receipt = receipt_of(printer);
	uint8_t n = parameter(printer, 0);

	receipt->small = n & 0x01;
	receipt->width = n & 0x20 ? 2 : 1;
}

static void do_font(struct printer *printer)
{
	receipt_of(printer)->small = parameter(printer, 0) & 1;
}

static void do_size(struct printer *printer)
{
	uint8_t n = parameter(printer, 0);

	if (n & 0x88)
		printer_error(printer, "GS ! of a size above 8");
	receipt_of(printer)->width = (n >> 4 & 7) + 1;
}

static void do_feed_lines(struct printer *printer)
{
	unsigned int n = parameter(printer, 0);

	do
		escpos_line_feed(printer);
	while (n-- > 1);
}

static void do_feed(struct printer *printer)
{
	if (receipt_of(printer)->line_len)
		escpos_line_feed(printer);
}

static void do_drawer(struct printer *printer)
{
	log_begin("drawer");
	log_number("pin", parameter(printer, 0) & 1 ? 5 : 2);
	log_end();
	if (parameter(printer, 1) > parameter(printer, 2))
		printer_warn(printer, "ESC p: the pulse is on for longer than off");
}

static void do_cut(struct printer *printer)
{
	static const uint8_t full[] = { 0, 48, 65, 97, 103 };

	escpos_cut(printer, memchr(full, parameter(printer, 0), sizeof(full)));
}

static void do_cut_partial(struct printer *printer)
{
	escpos_cut(printer, false);
}

static void do_asb(struct printer *printer)
{
	escpos_set_asb(printer, parameter(printer, 0));
}

static void do_transmit_status(struct printer *printer)
{
	if (!escpos_transmit_status(printer, parameter(printer, 0)))
		printer_error(printer, "GS r %u: no such status", parameter(printer, 0));
}

static void do_transmit_id(struct printer *printer)
{
	if (!escpos_transmit_id(printer, parameter(printer, 0)))
		printer_error(printer, "GS I %u: no such id", parameter(printer, 0));
}

static void do_page_mode(struct printer *printer)
{
	receipt_of(printer)->page_mode = true;
}

static void do_standard_mode(struct printer *printer)
{
	receipt_of(printer)->page_mode = false;
}

/* Function 48 of GS ( H: what stands before it is printed, as all is in its order here. */
static void answer_process_id(struct printer *printer)
{
	struct receipt *receipt = receipt_of(printer);
	uint8_t answer[7] = { 0x37, 0x22 };
	size_t i;

	if (receipt->data_len != 6 || receipt->data[1] != 48) {
		printer_error(printer, "GS ( H 48 wants m = 48 and four bytes");
		return;
	}
	for (i = 0; i < 4; i++) {
		if (receipt->data[2 + i] < 32 || receipt->data[2 + i] > 126) {
			printer_error(printer, "GS ( H 48: byte %u in the process id",
				      receipt->data[2 + i]);
			return;
		}
		answer[2 + i] = receipt->data[2 + i];
	}
	escpos_job_end(printer, "printed");
	log_begin("process-id");
	log_bytes("id", answer + 2, 4);
	log_end();
	printer_say(printer, answer, sizeof(answer));
}

static void do_response(struct printer *printer)
{
	struct receipt *receipt = receipt_of(printer);

	if (receipt->without & ESCPOS_WITHOUT_PROCESS_ID)
		return;
	if (receipt->data_len && receipt->data[0] == 48)
		answer_process_id(printer);
	else if (!receipt->data_len || receipt->data[0] != 49)
		printer_error(printer, "GS ( H of an unknown function");
}

static void do_group(struct printer *printer)
{
	struct receipt *receipt = receipt_of(printer);

	switch (parameter(printer, 0)) {
	case 'H':
		do_response(printer);
		break;
	case 'k':
		escpos_symbol_check(printer, receipt->data, receipt->data_len);
		break;
	case 'A': case 'C': case 'D': case 'E': case 'K': case 'L': case 'M': case 'N':
	case 'P': case 'Q': case 'V': case 'z':
		break;
	default:
		printer_error(printer, "GS ( %c: unknown command", parameter(printer, 0));
	}
}

static void do_barcode(struct printer *printer)
{
	struct receipt *receipt = receipt_of(printer);

	escpos_barcode_check(printer, parameter(printer, 0), receipt->data,
			     receipt->data_len);
}

static void do_large(struct printer *printer)
{
	if (parameter(printer, 0) != 'L')
		printer_error(printer, "GS 8 of something else than L");
}

/* Tab positions ascend. */
static void do_tabs(struct printer *printer)
{
	struct receipt *receipt = receipt_of(printer);
	uint64_t i;

	if (receipt->data_len > 32)
		printer_error(printer, "ESC D with more than 32 positions");
	for (i = 1; i < receipt->data_len && i < 32; i++)
		if (receipt->data[i] <= receipt->data[i - 1])
			printer_error(printer, "ESC D with positions that do not ascend");
}

static void do_area(struct printer *printer)
{
	if (!receipt_of(printer)->page_mode)
		printer_warn(printer, "ESC W or ESC T outside of page mode");
}

static void do_panel(struct printer *printer)
{
	if (parameter(printer, 0) < '3' || parameter(printer, 0) > '5')
		printer_error(printer, "ESC c %c: unknown command", parameter(printer, 0));
}

#define BOOLEAN		"0-1,48-49"
#define UNDERLINE	"0-2,48-50"

static const struct escpos_command commands[] = {
	{ ESC, 0x0c, 0, "", FIXED, .prints = true },
	{ ESC, ' ', 1, "", .shape = FIXED },
	{ ESC, '!', 1, "", FIXED, .run = do_modes },
	{ ESC, '$', 2, "", .shape = FIXED },
	{ ESC, '%', 1, "", .shape = FIXED },
	{ ESC, '*', 3, "0-1,32-33", COLUMNS, .prints = true },
	{ ESC, '-', 1, UNDERLINE, .shape = FIXED },
	{ ESC, '2', 0, "", .shape = FIXED },
	{ ESC, '3', 1, "", .shape = FIXED },
	{ ESC, '=', 1, "", .shape = FIXED },
	{ ESC, '?', 1, "32-126", .shape = FIXED },
	{ ESC, '@', 0, "", FIXED, .internal = true, .run = do_initialize },
	{ ESC, 'D', 0, "", UNTIL_NUL, .run = do_tabs },
	{ ESC, 'E', 1, "", .shape = FIXED },
	{ ESC, 'G', 1, "", .shape = FIXED },
	{ ESC, 'J', 1, "", FIXED, .prints = true, .run = do_feed },
	{ ESC, 'K', 1, "", FIXED, .prints = true, .run = do_feed },
	{ ESC, 'L', 0, "", FIXED, .run = do_page_mode },
	{ ESC, 'M', 1, "0-4,48-52,97-98", FIXED, .run = do_font },
	{ ESC, 'R', 1, "0-17,66-75,82", .shape = FIXED },
	{ ESC, 'S', 0, "", FIXED, .run = do_standard_mode },
	{ ESC, 'T', 1, "0-3,48-51", FIXED, .run = do_area },
	{ ESC, 'V', 1, UNDERLINE, .shape = FIXED },
	{ ESC, 'W', 8, "", FIXED, .run = do_area },
	{ ESC, '\\', 2, "", .shape = FIXED },
	{ ESC, 'a', 1, UNDERLINE, .shape = FIXED },
	{ ESC, 'c', 2, "", FIXED, .run = do_panel },
	{ ESC, 'd', 1, "", FIXED, .prints = true, .run = do_feed_lines },
	{ ESC, 'e', 1, "", FIXED, .prints = true, .run = do_feed_lines },
	{ ESC, 'i', 0, "", FIXED, .run = do_cut_partial },
	{ ESC, 'm', 0, "", FIXED, .run = do_cut_partial },
	{ ESC, 'p', 3, BOOLEAN, FIXED, .run = do_drawer },
	{ ESC, 'r', 1, BOOLEAN, .shape = FIXED },
	{ ESC, 't', 1, "", .shape = FIXED },
	{ ESC, '{', 1, "", .shape = FIXED },
	{ FS, '!', 1, "", .shape = FIXED },
	{ FS, '&', 0, "", .shape = FIXED },
	{ FS, '(', 3, "65,67,69,76,101", .shape = LENGTH_16 },
	{ FS, '-', 1, UNDERLINE, .shape = FIXED },
	{ FS, '.', 0, "", .shape = FIXED },
	{ FS, 'C', 1, "0-2,48-50", .shape = FIXED },
	{ FS, 'S', 2, "", .shape = FIXED },
	{ FS, 'W', 1, "", .shape = FIXED },
	{ FS, 'p', 2, "1-255", FIXED, .prints = true },
	{ GS, '!', 1, "", FIXED, .run = do_size },
	{ GS, '$', 2, "", .shape = FIXED },
	{ GS, '(', 3, "", LENGTH_16, .run = do_group },
	{ GS, '*', 2, "1-255", .shape = BIT_IMAGE },
	{ GS, '/', 1, "0-3,48-51", FIXED, .prints = true },
	{ GS, '8', 5, "", LENGTH_32, .prints = true, .run = do_large },
	{ GS, ':', 0, "", .shape = FIXED },
	{ GS, 'B', 1, "", .shape = FIXED },
	{ GS, 'H', 1, "0-3,48-51", .shape = FIXED },
	{ GS, 'I', 1, "", FIXED, .internal = true, .run = do_transmit_id },
	{ GS, 'L', 2, "", .shape = FIXED },
	{ GS, 'P', 2, "", .shape = FIXED },
	{ GS, 'T', 1, BOOLEAN, .shape = FIXED },
	{ GS, 'V', 1, "0-1,48-49,65-66,97-98,103-104", FIXED, .run = do_cut },
	{ GS, 'W', 2, "", .shape = FIXED },
	{ GS, '\\', 2, "", .shape = FIXED },
	{ GS, '^', 3, "", FIXED, .prints = true },
	{ GS, 'a', 1, "", FIXED, .internal = true, .run = do_asb },
	{ GS, 'b', 1, "", .shape = FIXED },
	{ GS, 'f', 1, "0-4,48-52,97-98", .shape = FIXED },
	{ GS, 'h', 1, "1-255", .shape = FIXED },
	{ GS, 'k', 1, "0-6,65-79", UNTIL_NUL, .prints = true, .run = do_barcode },
	{ GS, 'r', 1, "", FIXED, .internal = true, .run = do_transmit_status },
	{ GS, 'v', 6, "48", RASTER, .prints = true },
	{ GS, 'w', 1, "2-6,68-76", .shape = FIXED },
};

/* --- how they are put together --------------------------------------------------- */

static const struct escpos_command *find(uint8_t lead, uint8_t code)
{
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (commands[i].lead == lead && commands[i].code == code)
			return &commands[i];
	return NULL;
}

/* Whether @value is in a list such as "0-2,48-50". */
static bool is_allowed(const char *values, unsigned int value)
{
	while (*values) {
		char *end;
		unsigned long first = strtoul(values, &end, 10), last = first;

		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		if (value >= first && value <= last)
			return true;
		values = *end ? end + 1 : end;
	}
	return false;
}

static const char *name_of(uint8_t lead)
{
	return lead == ESC ? "ESC" : lead == FS ? "FS" : "GS";
}

/* GS k has a length in its newer form, GS V a distance in some. */
static size_t header_length(const struct receipt *receipt)
{
	const struct escpos_command *command = receipt->command;
	size_t len = 2 + command->parameters;

	if (receipt->header_len < len || command->lead != GS)
		return len;
	if (command->code == 'k' && receipt->header[2] >= 65)
		len++;
	if (command->code == 'V' && receipt->header[2] >= 65)
		len++;
	return len;
}

static uint64_t little_endian(const uint8_t *at, size_t len)
{
	uint64_t value = 0;

	while (len--)
		value = value << 8 | at[len];
	return value;
}

static enum shape shape_of(const struct receipt *receipt)
{
	const struct escpos_command *command = receipt->command;

	if (command->lead == GS && command->code == 'k' && receipt->header[2] >= 65)
		return COUNTED;
	return command->shape;
}

static uint64_t data_length(const struct receipt *receipt)
{
	const uint8_t *header = receipt->header, *end = header + receipt->header_len;

	switch (shape_of(receipt)) {
	case LENGTH_16:
		return little_endian(end - 2, 2);
	case LENGTH_32:
		return little_endian(end - 4, 4);
	case COUNTED:
		return end[-1];
	case COLUMNS:
		return little_endian(end - 2, 2) * (header[2] < 32 ? 1 : 3);
	case RASTER:
		return little_endian(end - 4, 2) * little_endian(end - 2, 2);
	case BIT_IMAGE:
		return header[2] * header[3] * 8;
	default:
		return 0;
	}
}

/* Bits of a picture that the parameters do not allow, and lengths of nothing. */
static void check_header(struct printer *printer)
{
	struct receipt *receipt = receipt_of(printer);
	const struct escpos_command *command = receipt->command;
	const char *lead = name_of(command->lead);
	enum shape shape = shape_of(receipt);

	if (command->values[0] && !is_allowed(command->values, receipt->header[2]))
		printer_error(printer, "%s %c %u: the parameter is out of range", lead,
			      command->code, receipt->header[2]);
	if (shape == RASTER && !is_allowed("0-3,48-51", receipt->header[3]))
		printer_error(printer, "GS v 0 %u: the mode is out of range",
			      receipt->header[3]);
	if (shape != FIXED && shape != UNTIL_NUL && !data_length(receipt))
		printer_error(printer, "%s %c: the data has no length", lead, command->code);
}

/* The status commands, and GS ( H among others that begin alike. */
static bool is_internal(const struct receipt *receipt)
{
	const struct escpos_command *command = receipt->command;

	return command->internal ||
	       (command->lead == GS && command->code == '(' && receipt->header[2] == 'H');
}

static void finish(struct printer *printer)
{
	struct receipt *receipt = receipt_of(printer);

	receipt->place = ESCPOS_TEXT;
	if (receipt->command->run)
		receipt->command->run(printer);
}

static void header_complete(struct printer *printer)
{
	struct receipt *receipt = receipt_of(printer);

	check_header(printer);
	if (!is_internal(receipt))
		escpos_content(printer, receipt->header, receipt->header_len,
			       receipt->command->prints);
	receipt->data_len = 0;
	receipt->data_left = data_length(receipt);
	if (shape_of(receipt) == UNTIL_NUL)
		receipt->place = ESCPOS_DATA_NUL;
	else if (receipt->data_left)
		receipt->place = ESCPOS_DATA;
	else
		finish(printer);
}

static void unknown(struct printer *printer)
{
	struct receipt *receipt = receipt_of(printer);

	printer_error(printer, "%s 0x%02X: unknown command", name_of(receipt->header[0]),
		      receipt->header[1]);
	escpos_content(printer, receipt->header, receipt->header_len, false);
	receipt->place = ESCPOS_TEXT;
}

/* A real-time command: it did its work when it arrived. */
static void realtime_header(struct printer *printer)
{
	struct receipt *receipt = receipt_of(printer);
	size_t want = escpos_realtime_length(receipt->header, receipt->header_len);
	uint8_t n = receipt->header[2];

	if (want && receipt->header_len < want)
		return;
	receipt->place = ESCPOS_TEXT;
	if (!want)
		printer_error(printer, "DLE 0x%02X: unknown command", receipt->header[1]);
	else if (receipt->header[1] == 0x04 && (n < 1 || n > 4))
		printer_error(printer, "DLE EOT %u: no such status", n);
	else if (receipt->header[1] == 0x05 && n > 2)
		printer_error(printer, "DLE ENQ %u: no such request", n);
	else if (receipt->header[1] == 0x14 && n == 1 &&
		 (receipt->header[3] > 1 || receipt->header[4] < 1 || receipt->header[4] > 8))
		printer_error(printer, "DLE DC4 1: pin or time is out of range");
}

static void header_byte(struct printer *printer, uint8_t byte)
{
	struct receipt *receipt = receipt_of(printer);

	receipt->header[receipt->header_len++] = byte;
	if (receipt->header[0] == DLE) {
		realtime_header(printer);
		return;
	}
	if (receipt->header_len == 2) {
		receipt->command = find(receipt->header[0], byte);
		if (!receipt->command) {
			unknown(printer);
			return;
		}
	}
	if (receipt->header_len == header_length(receipt))
		header_complete(printer);
}

static void data_byte(struct printer *printer, uint8_t byte)
{
	struct receipt *receipt = receipt_of(printer);
	bool last = receipt->place == ESCPOS_DATA ? !--receipt->data_left : !byte;

	if (!is_internal(receipt))
		escpos_content(printer, &byte, 1, receipt->command->prints);
	if (receipt->place == ESCPOS_DATA_NUL && last) {
		finish(printer);
		return;
	}
	if (receipt->data_len < sizeof(receipt->data))
		receipt->data[receipt->data_len] = byte;
	receipt->data_len++;
	if (last)
		finish(printer);
}

static void begin_header(struct printer *printer, uint8_t byte)
{
	struct receipt *receipt = receipt_of(printer);

	receipt->place = ESCPOS_HEADER;
	receipt->header[0] = byte;
	receipt->header_len = 1;
	receipt->command = NULL;
}

static void text_byte(struct printer *printer, uint8_t byte)
{
	struct receipt *receipt = receipt_of(printer);

	if (byte >= 0x20) {
		escpos_content(printer, &byte, 1, true);
		escpos_character(printer, byte);
		return;
	}
	switch (byte) {
	case ESC:
	case FS:
	case GS:
	case DLE:
		begin_header(printer, byte);
		return;
	case CAN:	/* only page mode has something to cancel */
		if (receipt->page_mode)
			receipt->line_len = 0;
		return;
	case LF:
		escpos_content(printer, &byte, 1, true);
		escpos_line_feed(printer);
		return;
	case FF:
		escpos_content(printer, &byte, 1, true);
		if (receipt->page_mode)
			escpos_line_feed(printer);
		receipt->page_mode = false;
		return;
	case HT:
		escpos_content(printer, &byte, 1, true);
		escpos_character(printer, byte);
		return;
	case CR:	/* ignored, as automatic line feed is off */
		escpos_content(printer, &byte, 1, false);
		return;
	case 0:		/* padding: printers ignore it */
		return;
	default:
		printer_error(printer, "unknown control code 0x%02X", byte);
	}
}

void escpos_byte(struct printer *printer, uint8_t byte)
{
	switch (receipt_of(printer)->place) {
	case ESCPOS_TEXT:
		text_byte(printer, byte);
		break;
	case ESCPOS_HEADER:
		header_byte(printer, byte);
		break;
	default:
		data_byte(printer, byte);
	}
}
