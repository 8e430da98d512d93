/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Status bytes of ESC/POS printers, and the status reasons that they amount to. */
#ifndef PRINTPORTD_ESCPOS_STATUS_H
#define PRINTPORTD_ESCPOS_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Conditions of a printer, a bit each. */
#define ESCPOS_OFFLINE		(1U << 0)
#define ESCPOS_COVER_OPEN	(1U << 1)
#define ESCPOS_FEEDING		(1U << 2)	/* by the paper feed button */
#define ESCPOS_WAITING		(1U << 3)	/* for someone to bring it online again */
#define ESCPOS_ERROR		(1U << 4)	/* one of the four below */
#define ESCPOS_MECHANICAL	(1U << 5)	/* recoverable by DLE ENQ */
#define ESCPOS_CUTTER		(1U << 6)	/* likewise */
#define ESCPOS_UNRECOVERABLE	(1U << 7)
#define ESCPOS_OVERHEATED	(1U << 8)	/* or another that goes away by itself */
#define ESCPOS_PAPER_LOW	(1U << 9)
#define ESCPOS_PAPER_OUT	(1U << 10)
#define ESCPOS_PAPER_STOP	(1U << 11)	/* stopped by the end of the paper */
#define ESCPOS_DRAWER_HIGH	(1U << 12)	/* pin 3 of the drawer connector */

/* DLE EOT n: the n that every printer knows are 1 to this. */
#define ESCPOS_REALTIME_KINDS	4

/**
 * escpos_asb_conditions - the conditions that an automatic status speaks of
 * @asb: its 4 bytes
 *
 * Returns all that hold.
 */
uint32_t escpos_asb_conditions(const uint8_t *asb);

/**
 * escpos_realtime_conditions - the conditions after the answer to DLE EOT n
 * @conditions: those before it
 * @n: 1 printer, 2 cause of being offline, 3 cause of an error, 4 paper sensors
 * @byte: the answer
 *
 * Returns @conditions with those that the answer speaks of brought up to date.
 */
uint32_t escpos_realtime_conditions(uint32_t conditions, unsigned int n, uint8_t byte);

/* PRINTPORT_REASON_* bits for conditions. */
uint64_t escpos_reasons(uint32_t conditions);

/* Whether one of the status reasons keeps the printer from printing. */
bool escpos_reasons_stop(uint64_t reasons);

/**
 * escpos_reasons_text - status reasons as keywords
 * @reasons: PRINTPORT_REASON_* bits
 * @buf: out: keywords separated by spaces, or "none"; cut off if there is no room
 * @size: bytes at @buf, at least 1
 *
 * Returns the length of the text.
 */
size_t escpos_reasons_text(uint64_t reasons, char *buf, size_t size);

#endif /* PRINTPORTD_ESCPOS_STATUS_H */
