// SPDX-License-Identifier: GPL-2.0-or-later
#include "escpos_parser.h"

#define XON	0x11
#define XOFF	0x13

static bool starts_asb(uint8_t byte)
{
	return (byte & 0x93) == 0x10;
}

static bool is_realtime(uint8_t byte)
{
	return (byte & 0x93) == 0x12;
}

/* What follows in an automatic status looks the same. */
static bool is_status(uint8_t byte)
{
	return (byte & 0x90) == 0;
}

static bool starts_block(uint8_t byte)
{
	switch (byte) {
	case ESCPOS_HEADER_RESPONSE:
	case ESCPOS_HEADER_POWER:
	case ESCPOS_HEADER_INFO_A:
	case ESCPOS_HEADER_INFO_B:
		return true;
	}
	return false;
}

static bool in_block(uint8_t byte)
{
	return byte >= 0x20 && byte < 0x80;
}

static void keep(struct escpos_parser *parser, uint8_t byte)
{
	parser->buf[parser->len++] = byte;
}

static void complete(struct escpos_parser *parser, enum escpos_message_type type,
		     escpos_sink sink, void *arg)
{
	size_t len = parser->len;

	parser->len = 0;
	sink(arg, type, parser->buf, len);
}

static void first_byte(struct escpos_parser *parser, uint8_t byte, escpos_sink sink, void *arg)
{
	keep(parser, byte);
	if (starts_asb(byte) || starts_block(byte))
		return;
	complete(parser, is_realtime(byte) ? ESCPOS_REALTIME :
			 is_status(byte) ? ESCPOS_STATUS : ESCPOS_UNKNOWN, sink, arg);
}

/* Whether @byte goes on with the message that has begun. */
static bool next_byte(struct escpos_parser *parser, uint8_t byte, escpos_sink sink, void *arg)
{
	bool asb = starts_asb(parser->buf[0]);

	if (asb ? !is_status(byte) : byte && !in_block(byte))
		return false;
	if (parser->len == ESCPOS_BLOCK_MAX)
		return false;
	keep(parser, byte);
	if (asb && parser->len == ESCPOS_ASB_LEN)
		complete(parser, ESCPOS_ASB, sink, arg);
	else if (!asb && !byte)
		complete(parser, ESCPOS_BLOCK, sink, arg);
	return true;
}

void escpos_parser_feed(struct escpos_parser *parser, const void *buf, size_t len,
			escpos_sink sink, void *arg)
{
	const uint8_t *byte = buf, *end = byte + len;

	for (; byte < end; byte++) {
		if (*byte == XON || *byte == XOFF)
			continue;
		if (parser->len && next_byte(parser, *byte, sink, arg))
			continue;
		parser->len = 0;
		first_byte(parser, *byte, sink, arg);
	}
}

bool escpos_parser_partial(const struct escpos_parser *parser)
{
	return parser->len;
}

void escpos_parser_reset(struct escpos_parser *parser)
{
	parser->len = 0;
}
