/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an ESC/POS printer says, taken apart. The printer marks its messages by bits that
 * are fixed (Epson, ESC/POS command reference, GS a, DLE EOT, GS r, GS I, GS ( H):
 *
 *	0xx1xx00		first of the 4 bytes of an automatic status (ASB)
 *	0xx0xxxx		the other 3 of them, when they follow it
 *	0xx1xx10		answer to DLE EOT
 *	0xx0xxxx		answer to GS r, and to GS I with n < 32
 *	37, 3B, 3D or 5F ... 00	a block: responses, power notices, printer information
 *	11, 13			XON and XOFF, anywhere
 *
 * Nothing is allocated, and a message has a greatest length.
 */
#ifndef PRINTPORTD_ESCPOS_PARSER_H
#define PRINTPORTD_ESCPOS_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ESCPOS_ASB_LEN		4
/* The longest blocks that are defined have 80 bytes of data. */
#define ESCPOS_BLOCK_MAX	96

/* First bytes of blocks, and the identifiers behind them. */
#define ESCPOS_HEADER_RESPONSE	0x37
#define ESCPOS_HEADER_POWER	0x3b
#define ESCPOS_HEADER_INFO_A	0x3d
#define ESCPOS_HEADER_INFO_B	0x5f
#define ESCPOS_RESPONSE_PROCESS	0x22
#define ESCPOS_RESPONSE_CLEAR	0x25
#define ESCPOS_POWER_OFF	0x30
#define ESCPOS_POWER_ON		0x31

/**
 * enum escpos_message_type - the kinds of message
 * @ESCPOS_ASB: ESCPOS_ASB_LEN bytes of automatic status
 * @ESCPOS_REALTIME: one byte, answers DLE EOT
 * @ESCPOS_STATUS: one byte, answers GS r, or GS I with a small n
 * @ESCPOS_BLOCK: header, data and NUL; the NUL is the last byte and the only one
 * @ESCPOS_UNKNOWN: one byte that is none of these
 */
enum escpos_message_type {
	ESCPOS_ASB,
	ESCPOS_REALTIME,
	ESCPOS_STATUS,
	ESCPOS_BLOCK,
	ESCPOS_UNKNOWN,
};

/**
 * struct escpos_parser - a message that is not complete; all zero at first
 * @len: bytes of it
 * @buf: they
 */
struct escpos_parser {
	size_t len;
	uint8_t buf[ESCPOS_BLOCK_MAX];
};

/* Takes a message; @data is valid during the call. */
typedef void (*escpos_sink)(void *arg, enum escpos_message_type type, const uint8_t *data,
			    size_t len);

/**
 * escpos_parser_feed - take apart what the printer says
 * @parser: the state between calls
 * @buf: @len bytes, in any pieces; not trusted
 * @sink: called with each message that they complete; must not feed the same parser
 * @arg: for @sink
 *
 * A message that is broken off by a byte that cannot be part of it is dropped.
 */
void escpos_parser_feed(struct escpos_parser *parser, const void *buf, size_t len,
			escpos_sink sink, void *arg);

/* Whether part of a message is there, and the rest is due. */
bool escpos_parser_partial(const struct escpos_parser *parser);

/* Drops it. */
void escpos_parser_reset(struct escpos_parser *parser);

#endif /* PRINTPORTD_ESCPOS_PARSER_H */
