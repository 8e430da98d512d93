/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Barcodes and two-dimensional symbols: whether what they are given can be printed. */
#ifndef PRINTERS_ESCPOS_SYMBOL_H
#define PRINTERS_ESCPOS_SYMBOL_H

#include "printer.h"

/* GS k: @data has room for 256 bytes of the @len. */
void escpos_barcode_check(struct printer *printer, uint8_t kind, const uint8_t *data,
			  uint64_t len);
/* GS ( k: cn, fn and parameters. */
void escpos_symbol_check(struct printer *printer, const uint8_t *data, uint64_t len);

#endif /* PRINTERS_ESCPOS_SYMBOL_H */
