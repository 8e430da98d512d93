// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "escpos_symbol.h"
#include "log.h"

#define DIGITS	"0123456789"
#define LETTERS	"ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/*
 * Epson's reference, GS k: both forms of the command (m, and m + 65), the number of
 * characters, and which. NULL: all up to 127.
 */
static const struct {
	uint8_t kind;
	const char *name;
	unsigned int min;
	unsigned int max;
	const char *characters;
} barcodes[] = {
	{ 0, "UPC-A", 11, 12, DIGITS },
	{ 1, "UPC-E", 6, 12, DIGITS },
	{ 2, "EAN13", 12, 13, DIGITS },
	{ 3, "EAN8", 7, 8, DIGITS },
	{ 4, "CODE39", 1, 255, DIGITS LETTERS " $%*+-./" },
	{ 5, "ITF", 2, 254, DIGITS },
	{ 6, "CODABAR", 2, 255, DIGITS "ABCDabcd$+-./:" },
	{ 7, "CODE93", 1, 255, NULL },
	{ 8, "CODE128", 2, 255, NULL },
	{ 9, "GS1-128", 2, 255, NULL },
	{ 10, "GS1 DataBar Omnidirectional", 13, 13, DIGITS },
	{ 11, "GS1 DataBar Truncated", 13, 13, DIGITS },
	{ 12, "GS1 DataBar Limited", 13, 13, DIGITS },
	{ 13, "GS1 DataBar Expanded", 2, 255, NULL },
	{ 14, "CODE128 auto", 1, 255, NULL },
};

static bool is_character(const char *characters, uint8_t byte)
{
	return characters ? byte && strchr(characters, byte) : byte <= 127;
}

void escpos_barcode_check(struct printer *printer, uint8_t kind, const uint8_t *data,
			  uint64_t len)
{
	uint8_t row = kind >= 65 ? kind - 65 : kind;
	uint64_t i;

	if (row >= sizeof(barcodes) / sizeof(barcodes[0]) || (kind > 6 && kind < 65))
		return;
	log_begin("barcode");
	log_text("kind", barcodes[row].name);
	log_bytes("data", data, len < 256 ? len : 256);
	log_end();
	if (len < barcodes[row].min || len > barcodes[row].max ||
	    (barcodes[row].kind == 5 && len % 2)) {
		printer_error(printer, "%s of %u characters", barcodes[row].name,
			      (unsigned int)len);
		return;
	}
	for (i = 0; i < len; i++) {
		if (is_character(barcodes[row].characters, data[i]))
			continue;
		printer_error(printer, "%s cannot have 0x%02X", barcodes[row].name, data[i]);
		return;
	}
	if (row == 8 && (data[0] != '{' || data[1] < 'A' || data[1] > 'C'))
		printer_error(printer, "CODE128 does not begin with a code set");
}

/* QR code (cn = 49): the length of each function's parameters, and their values. */
static const char *qr_problem(const uint8_t *data, uint64_t len)
{
	switch (data[1]) {
	case 65:
		if (len != 4 || data[2] < 49 || data[2] > 51 || data[3])
			return "model";
		return NULL;
	case 67:
		if (len != 3 || data[2] < 1 || data[2] > 16)
			return "module size";
		return NULL;
	case 69:
		if (len != 3 || data[2] < 48 || data[2] > 51)
			return "error correction";
		return NULL;
	case 80:
		if (len < 4 || len > 7092 || data[2] != 48)
			return "data";
		return NULL;
	case 81:
	case 82:
		if (len != 3 || data[2] != 48)
			return "print";
		return NULL;
	default:
		return "function";
	}
}

void escpos_symbol_check(struct printer *printer, const uint8_t *data, uint64_t len)
{
	const char *problem;

	if (len < 3 || data[0] < 48 || data[0] > 55) {
		printer_error(printer, "GS ( k of an unknown symbol");
		return;
	}
	log_begin("symbol");
	log_number("cn", data[0]);
	log_number("fn", data[1]);
	log_end();
	problem = data[0] == 49 ? qr_problem(data, len) : NULL;
	if (problem)
		printer_error(printer, "GS ( k: wrong %s of a QR code", problem);
}
