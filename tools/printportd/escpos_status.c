// SPDX-License-Identifier: GPL-2.0-or-later
#include "escpos_status.h"

#include <string.h>

#include <linux/printport.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

/**
 * struct status_bits - bits of a status that mean a condition if one of them is set
 * @byte: of ASB: which of its bytes; of DLE EOT: n
 * @mask: the bits. Paper sensors have two, which Epson's printers set together
 * @condition: ESCPOS_* bit
 */
struct status_bits {
	uint8_t byte;
	uint8_t mask;
	uint32_t condition;
};

/* Epson, ESC/POS command reference, GS a: basic ASB status. */
static const struct status_bits asb_bits[] = {
	{ 0, 0x04, ESCPOS_DRAWER_HIGH },
	{ 0, 0x08, ESCPOS_OFFLINE },
	{ 0, 0x20, ESCPOS_COVER_OPEN },
	{ 0, 0x40, ESCPOS_FEEDING },
	{ 1, 0x01, ESCPOS_WAITING },
	{ 1, 0x04, ESCPOS_MECHANICAL },
	{ 1, 0x08, ESCPOS_CUTTER },
	{ 1, 0x20, ESCPOS_UNRECOVERABLE },
	{ 1, 0x40, ESCPOS_OVERHEATED },
	{ 2, 0x03, ESCPOS_PAPER_LOW },
	{ 2, 0x0c, ESCPOS_PAPER_OUT },
};

/* The same, DLE EOT n: real-time status. */
static const struct status_bits realtime_bits[] = {
	{ 1, 0x04, ESCPOS_DRAWER_HIGH },
	{ 1, 0x08, ESCPOS_OFFLINE },
	{ 1, 0x20, ESCPOS_WAITING },
	{ 2, 0x04, ESCPOS_COVER_OPEN },
	{ 2, 0x08, ESCPOS_FEEDING },
	{ 2, 0x20, ESCPOS_PAPER_STOP },
	{ 2, 0x40, ESCPOS_ERROR },
	{ 3, 0x04, ESCPOS_MECHANICAL },
	{ 3, 0x08, ESCPOS_CUTTER },
	{ 3, 0x20, ESCPOS_UNRECOVERABLE },
	{ 3, 0x40, ESCPOS_OVERHEATED },
	{ 4, 0x0c, ESCPOS_PAPER_LOW },
	{ 4, 0x60, ESCPOS_PAPER_OUT },
};

static const struct {
	uint32_t conditions;
	uint64_t reason;
} reasons_table[] = {
	{ ESCPOS_OFFLINE, PRINTPORT_REASON_OFFLINE },
	{ ESCPOS_COVER_OPEN, PRINTPORT_REASON_COVER_OPEN },
	{ ESCPOS_FEEDING | ESCPOS_WAITING, PRINTPORT_REASON_PAUSED },
	{ ESCPOS_ERROR | ESCPOS_MECHANICAL | ESCPOS_CUTTER | ESCPOS_UNRECOVERABLE |
	  ESCPOS_OVERHEATED, PRINTPORT_REASON_OTHER },
	{ ESCPOS_PAPER_LOW, PRINTPORT_REASON_MEDIA_LOW },
	{ ESCPOS_PAPER_OUT | ESCPOS_PAPER_STOP, PRINTPORT_REASON_MEDIA_EMPTY },
};

/* By bit number of PRINTPORT_REASON_*: RFC 8011, 5.4.12, and PWG 5100.9. */
static const char *const reason_names[] = {
	"media-empty", "media-jam", "media-low", "media-needed", "cover-open",
	"door-open", "offline", "toner-low", "toner-empty", "marker-supply-low",
	"marker-supply-empty", "output-area-full", "paused", "other",
};

_Static_assert(PRINTPORT_REASON_ALL == (1ULL << ARRAY_SIZE(reason_names)) - 1,
	       "a status reason has no name");

uint32_t escpos_asb_conditions(const uint8_t *asb)
{
	uint32_t conditions = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(asb_bits); i++)
		if (asb[asb_bits[i].byte] & asb_bits[i].mask)
			conditions |= asb_bits[i].condition;
	return conditions;
}

uint32_t escpos_realtime_conditions(uint32_t conditions, unsigned int n, uint8_t byte)
{
	const struct status_bits *bits = realtime_bits;

	for (; bits < realtime_bits + ARRAY_SIZE(realtime_bits); bits++) {
		if (bits->byte != n)
			continue;
		conditions &= ~bits->condition;
		if (byte & bits->mask)
			conditions |= bits->condition;
	}
	return conditions;
}

uint64_t escpos_reasons(uint32_t conditions)
{
	uint64_t reasons = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(reasons_table); i++)
		if (conditions & reasons_table[i].conditions)
			reasons |= reasons_table[i].reason;
	return reasons;
}

bool escpos_reasons_stop(uint64_t reasons)
{
	return reasons & ~(PRINTPORT_REASON_MEDIA_LOW | PRINTPORT_REASON_TONER_LOW |
			   PRINTPORT_REASON_MARKER_SUPPLY_LOW);
}

static size_t append(char *buf, size_t size, size_t len, const char *text)
{
	size_t more = strlen(text);

	if (more > size - 1 - len)
		more = size - 1 - len;
	memcpy(buf + len, text, more);
	buf[len + more] = 0;
	return len + more;
}

size_t escpos_reasons_text(uint64_t reasons, char *buf, size_t size)
{
	size_t i, len = 0;

	buf[0] = 0;
	for (i = 0; i < ARRAY_SIZE(reason_names); i++) {
		if (!(reasons & (1ULL << i)))
			continue;
		if (len)
			len = append(buf, size, len, " ");
		len = append(buf, size, len, reason_names[i]);
	}
	return len ? len : append(buf, size, 0, "none");
}
