// SPDX-License-Identifier: GPL-2.0-or-later
/* The ESC/POS language, without a printer: its parts, and all of it with a fake library. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "escpos.h"
#include "fake_monitor.h"
#include "language.h"

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
/* A string literal, with the NULs in it. */
#define BYTES(literal)		(literal), (sizeof(literal) - 1)

#define INIT		"\x1b@"
#define ASB_ON		"\x1d" "a\xff"
#define PROCESS_ID(id)	"\x1d(H\x06\x00" "00" id
#define ASK_PAPER	"\x1dr\x01"
#define DLE_EOT		"\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04"
#define CLEAR		"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
#define CAN		"\x18"

#define READY		"\x10\x00\x00\x0f"
#define PAPER_OUT	"\x18\x00\x0f\x0f"
#define PAPER_LOW	"\x10\x00\x03\x0f"
#define COVER_OPEN	"\x38\x00\x00\x0f"
#define PRINTED(id)	"\x37\x22" id "\x00"
#define CLEARED		"\x37\x25\x00"
#define POWER_ON	"\x3b\x31\x00"
#define REALTIME_OK	"\x12\x12\x12\x12"

/* The fake's clock starts at 1000, and the process IDs with it. */
#define PROBE		PROCESS_ID("1000")
#define PROBED		PRINTED("1000")

/* --- the parser --------------------------------------------------------------------- */

/* What the parser said, as text: a letter, the bytes in hexadecimal, a space. */
struct heard {
	char text[4096];
	size_t len;
};

static void hear(void *arg, enum escpos_message_type type, const uint8_t *data, size_t len)
{
	struct heard *heard = arg;
	size_t i;

	assert_true(heard->len + 2 * len + 3 < sizeof(heard->text));
	heard->text[heard->len++] = "ARSBU"[type];
	for (i = 0; i < len; i++)
		heard->len += (size_t)sprintf(heard->text + heard->len, "%02x", data[i]);
	heard->text[heard->len++] = ' ';
	heard->text[heard->len] = 0;
}

static const struct {
	const char *says;
	size_t len;
	const char *heard;
} parser_cases[] = {
	{ BYTES(READY), "A1000000f " },
	{ BYTES(PAPER_OUT READY), "A18000f0f A1000000f " },
	{ BYTES("\x12\x1a\x7e"), "R12 R1a R7e " },
	{ BYTES("\x00\x0f\x20\x6c"), "S00 S0f S20 S6c " },
	{ BYTES(PRINTED("0042")), "B37223030343200 " },
	/* Text that looks like status stays text. */
	{ BYTES("_024\x00"), "B5f30323400 " },
	{ BYTES("_TM-T88V\x00" READY), "B5f544d2d5438385600 A1000000f " },
	{ BYTES("_\x00"), "B5f00 " },
	{ BYTES(CLEARED POWER_ON), "B372500 B3b3100 " },
	/* Flow control is nobody's, wherever it is. */
	{ BYTES("\x11\x10\x13\x00\x11\x00\x0f\x13"), "A1000000f " },
	{ BYTES("\x37\x22\x13" "00\x11" "01\x00"), "B37223030303100 " },
	/* All between two messages. */
	{ BYTES(READY "\x16" PRINTED("0001") "\x12" READY),
	  "A1000000f R16 B37223030303100 R12 A1000000f " },
	/* Broken off: the rest is not made into something else. */
	{ BYTES("\x10\x00" READY), "A1000000f " },
	{ BYTES("\x10\x00\x00" PRINTED("0001")), "B37223030303100 " },
	{ BYTES("_TM\x12"), "R12 " },
	{ BYTES("\x37\x22" READY), "A1000000f " },
	{ BYTES("\x80\xff\x15" READY), "U80 Uff U15 A1000000f " },
	{ BYTES("\x17\x1b\x77\x92\x93\x90"), "U17 U1b U77 U92 U93 U90 " },
	{ BYTES("_T\xff" READY), "Uff A1000000f " },
};

static void test_parser(void **state)
{
	struct escpos_parser parser;
	struct heard heard;
	size_t i, split;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(parser_cases); i++) {
		for (split = 0; split <= parser_cases[i].len; split++) {
			memset(&parser, 0, sizeof(parser));
			memset(&heard, 0, sizeof(heard));
			escpos_parser_feed(&parser, parser_cases[i].says, split, hear, &heard);
			escpos_parser_feed(&parser, parser_cases[i].says + split,
					   parser_cases[i].len - split, hear, &heard);
			assert_string_equal(heard.text, parser_cases[i].heard);
			assert_false(escpos_parser_partial(&parser));
		}
	}
}

static void test_parser_byte_by_byte(void **state)
{
	struct escpos_parser parser = { 0 };
	struct heard heard = { 0 };
	char expected[4096] = "";
	size_t i, j;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(parser_cases); i++) {
		strcat(expected, parser_cases[i].heard);
		for (j = 0; j < parser_cases[i].len; j++)
			escpos_parser_feed(&parser, parser_cases[i].says + j, 1, hear, &heard);
	}
	assert_string_equal(heard.text, expected);
}

static void test_parser_partial(void **state)
{
	struct escpos_parser parser = { 0 };
	struct heard heard = { 0 };

	(void)state;
	escpos_parser_feed(&parser, "\x10\x00", 2, hear, &heard);
	assert_true(escpos_parser_partial(&parser));
	escpos_parser_reset(&parser);
	assert_false(escpos_parser_partial(&parser));
	escpos_parser_feed(&parser, READY, 4, hear, &heard);
	assert_string_equal(heard.text, "A1000000f ");
}

static void test_parser_overlong(void **state)
{
	struct escpos_parser parser = { 0 };
	struct heard heard = { 0 };
	char text[ESCPOS_BLOCK_MAX];

	(void)state;
	/* 'a' is a status byte when it is not in a block. */
	memset(text, 'a', sizeof(text));
	escpos_parser_feed(&parser, "_", 1, hear, &heard);
	escpos_parser_feed(&parser, text, ESCPOS_BLOCK_MAX - 1, hear, &heard);
	assert_string_equal(heard.text, "");
	escpos_parser_feed(&parser, text, 1, hear, &heard);
	assert_string_equal(heard.text, "S61 ");
	escpos_parser_feed(&parser, BYTES(READY), hear, &heard);
	assert_string_equal(heard.text, "S61 A1000000f ");
}

static void count(void *arg, enum escpos_message_type type, const uint8_t *data, size_t len)
{
	size_t *counts = arg;

	assert_in_range(len, 1, ESCPOS_BLOCK_MAX);
	if (type == ESCPOS_ASB)
		assert_true(len == 4 && (data[0] & 0x93) == 0x10 && !(data[3] & 0x90));
	if (type == ESCPOS_BLOCK)
		assert_true(len >= 2 && !data[len - 1]);
	counts[type]++;
}

/* After any garbage two automatic statuses are enough to be on track again. */
static void test_parser_resync(void **state)
{
	struct escpos_parser parser = { 0 };
	size_t counts[5] = { 0 }, before;
	unsigned int round, i;
	uint8_t byte;

	(void)state;
	srand(1);
	for (round = 0; round < 20000; round++) {
		for (i = 0; i < 7; i++) {
			byte = (uint8_t)rand();
			escpos_parser_feed(&parser, &byte, 1, count, counts);
		}
		before = counts[ESCPOS_ASB];
		escpos_parser_feed(&parser, BYTES(READY READY), count, counts);
		assert_true(counts[ESCPOS_ASB] > before);
		assert_false(escpos_parser_partial(&parser));
	}
}

/* --- status ------------------------------------------------------------------------- */

static const struct {
	const char *asb;
	const char *reasons;
	bool stops;
} asb_cases[] = {
	{ READY, "none", false },
	{ "\x14\x00\x00\x0f", "none", false },
	{ "\x18\x00\x00\x0f", "offline", true },
	{ COVER_OPEN, "cover-open offline", true },
	{ "\x58\x00\x00\x0f", "offline paused", true },
	{ "\x10\x01\x00\x0f", "paused", true },
	{ "\x10\x02\x00\x0f", "none", false },
	{ "\x18\x04\x00\x0f", "offline other", true },
	{ "\x18\x08\x00\x0f", "offline other", true },
	{ "\x18\x20\x00\x0f", "offline other", true },
	{ "\x18\x40\x00\x0f", "offline other", true },
	{ PAPER_LOW, "media-low", false },
	{ "\x10\x00\x01\x0f", "media-low", false },
	{ PAPER_OUT, "media-empty media-low offline", true },
	{ "\x18\x00\x0c\x0f", "media-empty offline", true },
	{ "\x10\x00\x60\x6f", "none", false },
	{ "\x7c\x6d\x6f\x6f", "media-empty media-low cover-open offline paused other", true },
};

static void test_asb(void **state)
{
	const uint8_t *asb;
	uint64_t reasons;
	char text[256];
	size_t i, len;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(asb_cases); i++) {
		asb = (const uint8_t *)asb_cases[i].asb;
		reasons = escpos_reasons(escpos_asb_conditions(asb));
		len = escpos_reasons_text(reasons, text, sizeof(text));
		assert_int_equal(len, strlen(text));
		assert_string_equal(text, asb_cases[i].reasons);
		assert_int_equal(escpos_reasons_stop(reasons), asb_cases[i].stops);
	}
}

static const struct {
	unsigned int n;
	uint8_t byte;
	uint32_t conditions;
} realtime_cases[] = {
	{ 1, 0x12, 0 },
	{ 1, 0x16, ESCPOS_DRAWER_HIGH },
	{ 1, 0x1a, ESCPOS_OFFLINE },
	{ 1, 0x32, ESCPOS_WAITING },
	{ 2, 0x16, ESCPOS_COVER_OPEN },
	{ 2, 0x1a, ESCPOS_FEEDING },
	{ 2, 0x32, ESCPOS_PAPER_STOP },
	{ 2, 0x52, ESCPOS_ERROR },
	{ 3, 0x16, ESCPOS_MECHANICAL },
	{ 3, 0x1a, ESCPOS_CUTTER },
	{ 3, 0x32, ESCPOS_UNRECOVERABLE },
	{ 3, 0x52, ESCPOS_OVERHEATED },
	{ 4, 0x1e, ESCPOS_PAPER_LOW },
	{ 4, 0x72, ESCPOS_PAPER_OUT },
	{ 4, 0x7e, ESCPOS_PAPER_LOW | ESCPOS_PAPER_OUT },
	{ 5, 0x7e, 0 },
};

static void test_realtime(void **state)
{
	uint32_t conditions;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(realtime_cases); i++) {
		conditions = escpos_realtime_conditions(0, realtime_cases[i].n,
							realtime_cases[i].byte);
		assert_int_equal(conditions, realtime_cases[i].conditions);
		/* What it says is over is over, what it does not speak of stays. */
		conditions = escpos_realtime_conditions(conditions | 1u << 31,
							realtime_cases[i].n, 0x12);
		assert_int_equal(conditions, 1u << 31);
	}
}

static void test_reasons_text_room(void **state)
{
	uint64_t reasons = PRINTPORT_REASON_MEDIA_EMPTY | PRINTPORT_REASON_OFFLINE;
	char text[8];

	(void)state;
	assert_int_equal(escpos_reasons_text(reasons, text, sizeof(text)), 7);
	assert_string_equal(text, "media-e");
	assert_int_equal(escpos_reasons_text(0, text, 1), 0);
}

/* --- speaks() ----------------------------------------------------------------------- */

static void test_speaks(void **state)
{
	static const char *const yes[] = {
		"ESC/POS", "ESCPOS", "esc/pos", "ESC-POS", "ESC POS", "EPSON ESC/POS",
		"PJL,ESC/POS", "ESC/POS,PJL", " ESC/POS ", "BDC;ESC/POS", "A,,EscPos,",
	};
	static const char *const no[] = {
		"", ",", "ESC/P", "ESCP", "ESCPL2", "ESCPL2,BDC,D4", "ESC/P2", "ESCPR1", "PJL",
		"ESCPOSX", "XESCPOS", "ESC,POS", "ESC/LABEL", "STAR", "EPSON",
		"EPSONESCPOSEPSONESCPOSEPSONESCPOS",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(yes); i++)
		assert_true(language_escpos.speaks(yes[i], "", ""));
	for (i = 0; i < ARRAY_SIZE(no); i++)
		assert_false(language_escpos.speaks(no[i], "EPSON", "TM-T88V"));
	assert_false(language_escpos.speaks("ESC/P", NULL, NULL));
}

/* --- with the fake ------------------------------------------------------------------ */

struct test {
	struct escpos *escpos;
	struct printport_monitor *monitor;
};

static struct test *new_test(void)
{
	struct test *test = calloc(1, sizeof(*test));
	unsigned int values[ESCPOS_OPTIONS];
	size_t i;

	assert_non_null(test);
	for (i = 0; i < ESCPOS_OPTIONS; i++)
		values[i] = language_escpos.options[i].preset;
	assert_null(language_escpos.options[i].name);
	test->escpos = language_escpos.create(values);
	assert_non_null(test->escpos);
	test->monitor = fake_new(language_escpos.ops, test->escpos);
	language_escpos.attached(test->escpos, test->monitor);
	return test;
}

static int set_up(void **state)
{
	*state = new_test();
	return 0;
}

static int tear_down(void **state)
{
	struct test *test = *state;
	const char *complaint = fake_complaint(test->monitor);

	if (complaint)
		print_error("%s\n", complaint);
	fake_free(test->monitor);
	language_escpos.destroy(test->escpos);
	free(test);
	return complaint ? -1 : 0;
}

static void expect_wire_(struct test *test, const void *expected, size_t len, const char *file,
			 int line)
{
	const uint8_t *wire;
	size_t i, got;

	wire = fake_wire(test->monitor, &got);
	if (got != len || memcmp(wire, expected, len)) {
		print_error("the printer got:");
		for (i = 0; i < got; i++)
			print_error(" %02x", wire[i]);
		print_error("\n");
		_fail(file, line);
	}
	fake_wire_clear(test->monitor);
}

/* What the printer got since the last time. */
#define expect_wire(test, literal) \
	expect_wire_(test, BYTES(literal), __FILE__, __LINE__)

static void expect_back(struct test *test, const void *expected, size_t len)
{
	const void *back;
	size_t got;

	back = fake_back(test->monitor, &got);
	assert_int_equal(got, len);
	assert_memory_equal(back, expected, len);
}

#define says(test, literal)	fake_says((test)->monitor, BYTES(literal))

static void expect_answer(struct test *test, uint32_t query, int expected, const char *text)
{
	const char *answer;
	size_t len;
	int error;

	assert_true(fake_answer(test->monitor, query, &error, &answer, &len));
	assert_int_equal(error, expected);
	if (text) {
		assert_int_equal(len, strlen(text));
		assert_memory_equal(answer, text, len);
	}
}

static void expect_unanswered(struct test *test, uint32_t query)
{
	assert_false(fake_answer(test->monitor, query, NULL, NULL, NULL));
}

static void expect_printed(struct test *test, uint32_t id, int expected)
{
	int error;

	assert_true(fake_printed(test->monitor, id, &error, NULL));
	assert_int_equal(error, expected);
}

static void expect_not_printed(struct test *test, uint32_t id)
{
	assert_false(fake_printed(test->monitor, id, NULL, NULL));
}

/* Opens the port, of a printer that knows GS ( H. */
static void open_capable(struct test *test)
{
	assert_int_equal(fake_open(test->monitor, 0), 0);
	says(test, PROBED READY);
	fake_wire_clear(test->monitor);
}

/* Of one that does not. */
static void open_simple(struct test *test)
{
	assert_int_equal(fake_open(test->monitor, 0), 0);
	says(test, READY);
	fake_advance(test->monitor, 1000);
	fake_wire_clear(test->monitor);
}

static uint32_t print(struct test *test, const char *text)
{
	uint32_t id = fake_start(test->monitor, "job", "anna");

	assert_int_not_equal(id, 0);
	fake_data(test->monitor, text, strlen(text));
	fake_end(test->monitor);
	return id;
}

static uint32_t print_and_deliver(struct test *test, const char *text)
{
	uint32_t id = print(test, text);

	fake_delivered(test->monitor, id, 0);
	return id;
}

/* --- jobs --------------------------------------------------------------------------- */

static void test_wire(void **state)
{
	struct test *test = *state;

	fake_open(test->monitor, 0);
	expect_wire(test, PROBE INIT ASB_ON);
	says(test, PROBED READY);
	print(test, "hello\n");
	expect_wire(test, INIT ASB_ON "hello\n" ASB_ON PROCESS_ID("1001"));
	print(test, "");
	expect_wire(test, INIT ASB_ON ASB_ON PROCESS_ID("1002"));
}

/* Nothing in a job is looked at, whatever it is, and nothing is copied. */
static void test_untouched(void **state)
{
	struct test *test = *state;
	const uint8_t *wire;
	char data[4096];
	size_t i, len;
	uint32_t id;

	open_capable(test);
	for (i = 0; i < sizeof(data); i++)
		data[i] = (char)(i * 7 ^ i >> 3);
	id = fake_start(test->monitor, "", "");
	fake_events_clear(test->monitor);
	fake_wire_clear(test->monitor);
	fake_data_in_steps(test->monitor, data, sizeof(data), 13);
	wire = fake_wire(test->monitor, &len);
	assert_int_equal(len, sizeof(data));
	assert_memory_equal(wire, data, len);
	assert_int_equal(fake_event_count(test->monitor), 0);
	fake_end(test->monitor);
	expect_not_printed(test, id);
}

static void test_no_init(void **state)
{
	struct test *test = *state;

	test->escpos->option[ESCPOS_INIT] = 0;
	fake_open(test->monitor, 0);
	expect_wire(test, ASB_ON);
	print(test, "x");
	/* Without ESC @ there is no way to ask that leaves no trace. */
	expect_wire(test, ASB_ON "x" ASB_ON ASK_PAPER);
}

static void test_process_id_never(void **state)
{
	struct test *test = *state;

	test->escpos->process_id = ESCPOS_UNSUPPORTED;
	fake_open(test->monitor, 0);
	expect_wire(test, ASB_ON);
	print(test, "x");
	expect_wire(test, INIT ASB_ON "x" ASB_ON ASK_PAPER);
}

static void test_create(void **state)
{
	static const enum escpos_support support[] = {
		ESCPOS_UNSUPPORTED, ESCPOS_UNKNOWN_SUPPORT, ESCPOS_SUPPORTED,
	};
	unsigned int values[ESCPOS_OPTIONS] = { 0 }, i;
	struct escpos *escpos;

	(void)state;
	for (i = 0; i < 3; i++) {
		values[ESCPOS_PROCESS_ID] = i;
		escpos = language_escpos.create(values);
		assert_int_equal(escpos->process_id, support[i]);
		language_escpos.destroy(escpos);
	}
	for (i = 0; language_escpos.options[i].name; i++) {
		assert_in_range(language_escpos.options[i].preset,
				language_escpos.options[i].minimum,
				language_escpos.options[i].maximum);
		assert_non_null(language_escpos.options[i].help);
	}
}

/* A first job waits with its end for whether the printer knows GS ( H, within a bound. */
static void test_probe_late(void **state)
{
	struct test *test = *state;
	uint32_t id;

	fake_open(test->monitor, 0);
	fake_wire_clear(test->monitor);
	id = print(test, "x");
	expect_wire(test, INIT ASB_ON "x");
	assert_int_equal(fake_count(test->monitor, FAKE_DONE), 0);
	fake_advance(test->monitor, 500);
	says(test, PROBED);
	expect_wire(test, ASB_ON PROCESS_ID("1001"));
	assert_int_equal(fake_count(test->monitor, FAKE_DONE), 1);
	says(test, PRINTED("1001"));
	expect_printed(test, id, 0);
}

static void test_probe_unanswered(void **state)
{
	struct test *test = *state;
	uint32_t id;

	fake_open(test->monitor, 0);
	id = print(test, "x");
	says(test, READY READY);
	fake_wire_clear(test->monitor);
	fake_advance(test->monitor, 999);
	expect_wire(test, "");
	fake_advance(test->monitor, 1);
	expect_wire(test, ASB_ON ASK_PAPER);
	says(test, "\x00");
	expect_printed(test, id, 0);
	/* It is not asked again, but believed if it says so after all. */
	print(test, "y");
	expect_wire(test, INIT ASB_ON "y" ASB_ON ASK_PAPER);
	says(test, PROBED);
	print(test, "z");
	expect_wire(test, INIT ASB_ON "z" ASB_ON PROCESS_ID("1001"));
}

/* A printer that is out of paper does not answer, and that proves nothing. */
static void test_probe_stopped(void **state)
{
	struct test *test = *state;

	fake_open(test->monitor, 0);
	says(test, PAPER_OUT);
	fake_advance(test->monitor, 1000);
	fake_wire_clear(test->monitor);
	fake_start(test->monitor, "", "");
	expect_wire(test, PROCESS_ID("1001") INIT ASB_ON);
}

static void test_probe_mute(void **state)
{
	struct test *test = *state;
	unsigned int i;

	fake_open(test->monitor, 0);
	for (i = 0; i < 3; i++) {
		print(test, "x");
		fake_advance(test->monitor, 1000);
	}
	fake_wire_clear(test->monitor);
	print(test, "x");
	expect_wire(test, INIT ASB_ON "x" ASB_ON ASK_PAPER);
}

/* --- completion --------------------------------------------------------------------- */

static void test_confirmed(void **state)
{
	struct test *test = *state;
	uint32_t id;

	open_capable(test);
	id = print_and_deliver(test, "x");
	expect_not_printed(test, id);
	says(test, PRINTED("1000"));
	says(test, PRINTED("1002"));
	expect_not_printed(test, id);
	fake_says_in_steps(test->monitor, BYTES(READY PRINTED("1001") READY), 1);
	expect_printed(test, id, 0);
	/* What was not for us is the spooler's. */
	expect_back(test, BYTES(PRINTED("1000") PRINTED("1002")));
	fake_advance(test->monitor, 100000);
}

/* The printer may be through before the transport says that it has all. */
static void test_confirmed_early(void **state)
{
	struct test *test = *state;
	uint32_t id;

	open_capable(test);
	id = print(test, "x");
	says(test, PRINTED("1001"));
	expect_printed(test, id, 0);
	fake_delivered(test->monitor, id, 0);
	fake_advance(test->monitor, 100000);
}

static void test_confirmed_in_order(void **state)
{
	struct test *test = *state;
	uint32_t first, second, third;

	open_capable(test);
	first = print_and_deliver(test, "1");
	second = print_and_deliver(test, "2");
	third = print_and_deliver(test, "3");
	says(test, PRINTED("1002"));
	expect_printed(test, first, 0);
	expect_printed(test, second, 0);
	expect_not_printed(test, third);
	says(test, PRINTED("1003"));
	expect_printed(test, third, 0);
}

static void test_confirmed_while_next(void **state)
{
	struct test *test = *state;
	uint32_t first;

	open_capable(test);
	first = print_and_deliver(test, "1");
	fake_start(test->monitor, "", "");
	fake_data(test->monitor, "2", 1);
	says(test, PRINTED("1001"));
	expect_printed(test, first, 0);
}

static void test_not_confirmed(void **state)
{
	struct test *test = *state;
	uint32_t id;

	open_capable(test);
	id = print(test, "x");
	fake_advance(test->monitor, 60000);
	expect_not_printed(test, id);
	fake_delivered(test->monitor, id, 0);
	says(test, READY);
	fake_advance(test->monitor, 9999);
	expect_not_printed(test, id);
	fake_advance(test->monitor, 1);
	expect_printed(test, id, -ENODATA);
	/* Too late. */
	says(test, PRINTED("1001"));
}

static void test_paper_out(void **state)
{
	struct test *test = *state;
	uint32_t id;

	open_capable(test);
	id = print_and_deliver(test, "x");
	says(test, PAPER_OUT);
	assert_int_equal(fake_reasons(test->monitor),
			 PRINTPORT_REASON_MEDIA_EMPTY | PRINTPORT_REASON_MEDIA_LOW |
			 PRINTPORT_REASON_OFFLINE);
	/* The printer answers when it is asked, so it goes on waiting. */
	while (printport_monitor_now(test->monitor) < 3600000) {
		fake_advance(test->monitor, 29000);
		says(test, PAPER_OUT);
	}
	expect_not_printed(test, id);
	says(test, READY);
	assert_int_equal(fake_reasons(test->monitor), 0);
	fake_advance(test->monitor, 9000);
	expect_not_printed(test, id);
	says(test, PRINTED("1001"));
	expect_printed(test, id, 0);
}

/* The transport knows better than a printer that does not speak. */
static void test_paper_out_by_transport(void **state)
{
	struct test *test = *state;
	uint32_t id;

	open_capable(test);
	id = print_and_deliver(test, "x");
	fake_status(test->monitor, PRINTPORT_REASON_MEDIA_EMPTY);
	fake_advance(test->monitor, 1000000);
	expect_not_printed(test, id);
	fake_status(test->monitor, PRINTPORT_REASON_MEDIA_LOW);
	fake_advance(test->monitor, 9999);
	expect_not_printed(test, id);
	fake_advance(test->monitor, 1);
	expect_printed(test, id, -ENODATA);
	/* Those reasons are the transport's to report. */
	assert_int_equal(fake_reasons(test->monitor), 0);
}

static void test_by_status(void **state)
{
	struct test *test = *state;
	uint32_t first, second;

	open_simple(test);
	first = print_and_deliver(test, "1");
	expect_wire(test, INIT ASB_ON "1" ASB_ON ASK_PAPER);
	second = print_and_deliver(test, "2");
	says(test, READY READY "\x03");
	expect_printed(test, first, 0);
	expect_not_printed(test, second);
	says(test, READY "\x00");
	expect_printed(test, second, 0);
	/* A third answer is to a question of the spooler's. */
	says(test, "\x0c");
	expect_back(test, "\x0c", 1);
}

static void test_delivery_failed(void **state)
{
	struct test *test = *state;
	uint32_t first, second;

	open_capable(test);
	first = print(test, "1");
	second = print(test, "2");
	fake_delivered(test->monitor, first, -EIO);
	expect_printed(test, first, -EIO);
	fake_delivered(test->monitor, second, 0);
	says(test, PRINTED("1002"));
	expect_printed(test, second, 0);
}

static void test_too_many_jobs(void **state)
{
	struct test *test = *state;
	uint32_t id[ESCPOS_JOBS_MAX + 1];
	size_t i;

	open_capable(test);
	for (i = 0; i < ESCPOS_JOBS_MAX; i++)
		id[i] = print_and_deliver(test, "x");
	expect_not_printed(test, id[0]);
	id[i] = print_and_deliver(test, "x");
	expect_printed(test, id[0], -ENODATA);
	expect_not_printed(test, id[1]);
	says(test, PRINTED("1065"));
	for (i = 1; i <= ESCPOS_JOBS_MAX; i++)
		expect_printed(test, id[i], 0);
}

static void test_process_id_wraps(void **state)
{
	struct test *test = *state;
	uint32_t first, second;

	open_capable(test);
	test->escpos->sequence = 9999;
	first = print_and_deliver(test, "1");
	second = print_and_deliver(test, "2");
	expect_wire(test, INIT ASB_ON "1" ASB_ON PROCESS_ID("9999")
		    INIT ASB_ON "2" ASB_ON PROCESS_ID("0000"));
	says(test, PRINTED("9999"));
	expect_printed(test, first, 0);
	expect_not_printed(test, second);
	says(test, PRINTED("0000"));
	expect_printed(test, second, 0);
}

static void test_no_memory(void **state)
{
	struct test *test = *state;
	uint32_t id;

	open_capable(test);
	fake_start(test->monitor, "", "");
	fake_set_send_failure(test->monitor, 0);
	fake_end(test->monitor);
	id = 1;
	expect_not_printed(test, id);
	fake_delivered(test->monitor, id, 0);
	fake_advance(test->monitor, 1);
	expect_printed(test, id, -ENODATA);
}

/* --- closing ------------------------------------------------------------------------ */

/* open, write, close, and the printer is heard all the same. */
static void test_confirmed_after_close(void **state)
{
	struct test *test = *state;
	uint32_t id;

	open_capable(test);
	id = print(test, "x");
	fake_close(test->monitor);
	fake_advance(test->monitor, 10);
	assert_true(fake_transport_open(test->monitor));
	fake_delivered(test->monitor, id, 0);
	says(test, PRINTED("1001"));
	expect_printed(test, id, 0);
	fake_advance(test->monitor, 1999);
	assert_true(fake_transport_open(test->monitor));
	fake_advance(test->monitor, 1);
	assert_false(fake_transport_open(test->monitor));
	assert_int_equal(fake_timer(test->monitor), 0);
}

static void test_close_busy(void **state)
{
	struct test *test = *state;
	uint32_t id;

	open_capable(test);
	id = print_and_deliver(test, "x");
	fake_set_transport_error(test->monitor, -EBUSY);
	fake_close(test->monitor);
	fake_advance(test->monitor, 5000);
	expect_not_printed(test, id);
	fake_set_transport_error(test->monitor, 0);
	fake_advance(test->monitor, 500);
	says(test, PRINTED("1001"));
	expect_printed(test, id, 0);
}

static void test_close_gone(void **state)
{
	struct test *test = *state;
	uint32_t id;

	open_capable(test);
	id = print_and_deliver(test, "x");
	fake_set_transport_error(test->monitor, -ENODEV);
	fake_close(test->monitor);
	fake_advance(test->monitor, 10);
	expect_printed(test, id, -ENODATA);
}

/* An idle port costs nothing, and claims nothing. */
static void test_idle(void **state)
{
	struct test *test = *state;

	open_capable(test);
	says(test, COVER_OPEN);
	assert_int_equal(fake_reasons(test->monitor),
			 PRINTPORT_REASON_COVER_OPEN | PRINTPORT_REASON_OFFLINE);
	fake_close(test->monitor);
	assert_int_equal(fake_timer(test->monitor), 0);
	assert_int_equal(fake_reasons(test->monitor), 0);
}

static void test_reopen(void **state)
{
	struct test *test = *state;
	unsigned int i;

	open_capable(test);
	for (i = 0; i < 3; i++) {
		fake_close(test->monitor);
		assert_int_equal(fake_open(test->monitor, 0), 0);
		expect_wire(test, ASB_ON);
	}
}

/* --- asking for the status ---------------------------------------------------------- */

static void test_poll(void **state)
{
	struct test *test = *state;
	uint32_t id;

	test->escpos->process_id = ESCPOS_UNSUPPORTED;
	fake_open(test->monitor, 0);
	id = print(test, "x");
	fake_wire_clear(test->monitor);
	/* Not before the printer has all of the job. */
	fake_advance(test->monitor, 5000);
	expect_wire(test, "");
	fake_delivered(test->monitor, id, 0);
	fake_advance(test->monitor, 2000);
	expect_wire(test, DLE_EOT);
	says(test, "\x1a\x32\x12\x72");
	assert_int_equal(fake_reasons(test->monitor),
			 PRINTPORT_REASON_OFFLINE | PRINTPORT_REASON_MEDIA_EMPTY);
	expect_back(test, "", 0);
	fake_advance(test->monitor, 2000);
	expect_wire(test, DLE_EOT);
	says(test, REALTIME_OK);
	assert_int_equal(fake_reasons(test->monitor), 0);
	expect_not_printed(test, id);
	says(test, "\x00");
	expect_printed(test, id, 0);
	fake_wire_clear(test->monitor);
	fake_advance(test->monitor, 10000);
	expect_wire(test, "");
}

static void test_poll_unanswered(void **state)
{
	struct test *test = *state;
	uint32_t id;

	test->escpos->process_id = ESCPOS_UNSUPPORTED;
	test->escpos->option[ESCPOS_CONFIRM_MS] = 100000;
	test->escpos->option[ESCPOS_SILENCE_MS] = 1000000;
	fake_open(test->monitor, 0);
	id = print_and_deliver(test, "x");
	fake_wire_clear(test->monitor);
	fake_advance(test->monitor, 99999);
	expect_wire(test, DLE_EOT DLE_EOT DLE_EOT);
	expect_not_printed(test, id);
	fake_advance(test->monitor, 1);
	expect_printed(test, id, -ENODATA);
}

/* With automatic status there is nothing to ask for. */
static void test_no_poll(void **state)
{
	struct test *test = *state;

	open_capable(test);
	print_and_deliver(test, "x");
	says(test, PAPER_OUT);
	fake_wire_clear(test->monitor);
	fake_advance(test->monitor, 20000);
	expect_wire(test, "");
}

static void test_no_poll_in_job(void **state)
{
	struct test *test = *state;

	test->escpos->process_id = ESCPOS_UNSUPPORTED;
	fake_open(test->monitor, 0);
	print_and_deliver(test, "x");
	fake_start(test->monitor, "", "");
	fake_data(test->monitor, "y", 1);
	fake_wire_clear(test->monitor);
	fake_advance(test->monitor, 100000);
	expect_wire(test, "");
}

static void test_poll_in_job(void **state)
{
	struct test *test = *state;

	test->escpos->process_id = ESCPOS_UNSUPPORTED;
	test->escpos->option[ESCPOS_REALTIME_DURING_JOB] = 1;
	fake_open(test->monitor, 0);
	fake_start(test->monitor, "", "");
	fake_wire_clear(test->monitor);
	fake_data(test->monitor, "a", 1);
	fake_advance(test->monitor, 1500);
	fake_data(test->monitor, "b", 1);
	fake_advance(test->monitor, 1999);
	expect_wire(test, "ab");
	fake_advance(test->monitor, 1);
	expect_wire(test, DLE_EOT);
	says(test, "\x1a\x16\x12\x12");
	assert_int_equal(fake_reasons(test->monitor),
			 PRINTPORT_REASON_OFFLINE | PRINTPORT_REASON_COVER_OPEN);
	fake_data(test->monitor, "c", 1);
	fake_end(test->monitor);
	expect_wire(test, "c" ASB_ON ASK_PAPER);
}

/* --- a printer that is switched off and on ------------------------------------------ */

static void test_silence(void **state)
{
	struct test *test = *state;

	open_capable(test);
	fake_advance(test->monitor, 29999);
	expect_wire(test, "");
	fake_advance(test->monitor, 1);
	expect_wire(test, ASB_ON);
	says(test, PAPER_LOW);
	assert_int_equal(fake_reasons(test->monitor), PRINTPORT_REASON_MEDIA_LOW);
	fake_advance(test->monitor, 30000);
	expect_wire(test, ASB_ON);
	/* Not in a job. */
	fake_start(test->monitor, "", "");
	fake_wire_clear(test->monitor);
	fake_advance(test->monitor, 300000);
	expect_wire(test, "");
}

/* What is not taken must not pile up, and what is not known is not claimed. */
static void test_silence_unbroken(void **state)
{
	struct test *test = *state;
	uint32_t id;

	open_capable(test);
	id = print_and_deliver(test, "x");
	says(test, COVER_OPEN);
	fake_wire_clear(test->monitor);
	fake_advance(test->monitor, 90000);
	expect_wire(test, ASB_ON DLE_EOT ASB_ON DLE_EOT ASB_ON DLE_EOT);
	expect_not_printed(test, id);
	fake_advance(test->monitor, 10000000);
	expect_wire(test, "");
	assert_int_equal(fake_reasons(test->monitor), 0);
	expect_printed(test, id, -ENODATA);
	says(test, READY);
	fake_advance(test->monitor, 30000);
	expect_wire(test, ASB_ON);
}

static void test_power_on(void **state)
{
	struct test *test = *state;
	uint32_t id;

	open_capable(test);
	id = print_and_deliver(test, "x");
	fake_wire_clear(test->monitor);
	says(test, "\x3b\x30\x00");
	expect_wire(test, "");
	fake_says_in_steps(test->monitor, BYTES(POWER_ON), 1);
	expect_printed(test, id, -ENODATA);
	expect_wire(test, ASB_ON);
	expect_back(test, "", 0);
	/* In a job it has to wait. */
	fake_start(test->monitor, "", "");
	fake_wire_clear(test->monitor);
	says(test, POWER_ON);
	expect_wire(test, "");
	fake_end(test->monitor);
	expect_wire(test, ASB_ON PROCESS_ID("1002"));
}

/* Automatic status that is news to nobody: the printer was switched on. */
static void test_restart(void **state)
{
	struct test *test = *state;

	open_capable(test);
	fake_advance(test->monitor, 20000);
	says(test, PAPER_LOW);
	fake_advance(test->monitor, 20000);
	says(test, READY);
	expect_wire(test, "");
	says(test, READY);
	expect_wire(test, ASB_ON);
	/* One that repeats itself is not asked for ever. */
	says(test, READY READY READY);
	expect_wire(test, "");
}

/* --- what the spooler reads --------------------------------------------------------- */

static void test_back(void **state)
{
	struct test *test = *state;

	open_capable(test);
	fake_start(test->monitor, "", "");
	fake_data(test->monitor, "\x10\x04\x01\x1dr\x01\x1dIC", 9);
	says(test, "\x12\x00_TM-T88V\x00" READY "\x80");
	expect_back(test, BYTES("\x12\x00_TM-T88V\x00\x80"));
}

/* Responses too may be to a command of the spooler's. */
static void test_back_responses(void **state)
{
	struct test *test = *state;

	open_capable(test);
	fake_start(test->monitor, "", "");
	says(test, CLEARED PRINTED("abcd") "\x37\x23\x40\x00" "\x3b\x32\x00");
	expect_back(test, BYTES(CLEARED PRINTED("abcd") "\x37\x23\x40\x00" "\x3b\x32\x00"));
}

static void test_back_late_poll(void **state)
{
	struct test *test = *state;

	test->escpos->process_id = ESCPOS_UNSUPPORTED;
	fake_open(test->monitor, 0);
	print_and_deliver(test, "x");
	fake_advance(test->monitor, 2000);
	fake_start(test->monitor, "", "");
	says(test, "\x1a");
	expect_back(test, "\x1a", 1);
	assert_int_equal(fake_reasons(test->monitor), 0);
}

static void test_back_full(void **state)
{
	struct test *test = *state;

	open_capable(test);
	fake_set_back_room(test->monitor, 1);
	says(test, "\x12\x16\x1a");
	expect_back(test, "\x12", 1);
}

static void test_asb_to_spooler(void **state)
{
	struct test *test = *state;

	test->escpos->option[ESCPOS_ASB_TO_SPOOLER] = 1;
	open_capable(test);
	says(test, PAPER_LOW);
	expect_back(test, BYTES(READY PAPER_LOW));
}

static void test_half_message(void **state)
{
	struct test *test = *state;

	open_capable(test);
	says(test, "\x38\x00");
	fake_advance(test->monitor, 499);
	says(test, "\x00");
	fake_advance(test->monitor, 499);
	assert_int_equal(fake_reasons(test->monitor), 0);
	fake_advance(test->monitor, 1);
	says(test, "\x0f");
	assert_int_equal(fake_reasons(test->monitor), 0);
	expect_back(test, "\x0f", 1);
}

/* --- queries ------------------------------------------------------------------------ */

static const struct {
	const char *key;
	const char *sent;
	const char *says;
	size_t len;
	const char *answer;
} query_cases[] = {
	{ "model", "\x1dIC", BYTES("_TM-T88V\x00"), "TM-T88V" },
	{ "MAKER", "\x1dI\x42", BYTES("_EPSON\x00"), "EPSON" },
	{ "firmware", "\x1dI\x41", BYTES("_1.28\x00"), "1.28" },
	{ "serial", "\x1dI\x44", BYTES("_\x00"), "" },
	{ "escpos:Font", "\x1dI\x45", BYTES("_KANJI JAPANESE\x00"), "KANJI JAPANESE" },
	{ "id", "\x1dI\x01", BYTES("\x20"), "0x20" },
	{ "type", "\x1dI\x02", BYTES("\x02"), "0x02" },
	{ "rom", "\x1dI\x03", BYTES("\x0c"), "0x0c" },
};

static void test_queries_idle(void **state)
{
	struct test *test = *state;
	uint32_t query;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(query_cases); i++) {
		query = fake_query(test->monitor, query_cases[i].key);
		assert_true(fake_transport_open(test->monitor));
		expect_wire_(test, query_cases[i].sent, 3, __FILE__, __LINE__);
		expect_unanswered(test, query);
		fake_says_in_steps(test->monitor, query_cases[i].says, query_cases[i].len, 1);
		expect_answer(test, query, 0, query_cases[i].answer);
	}
	assert_int_equal(fake_count(test->monitor, FAKE_OPEN_TRANSPORT), 1);
	fake_advance(test->monitor, 2000);
	assert_false(fake_transport_open(test->monitor));
	assert_int_equal(fake_timer(test->monitor), 0);
}

static void test_queries_open(void **state)
{
	struct test *test = *state;
	uint32_t query;
	size_t i;

	open_capable(test);
	for (i = 0; i < ARRAY_SIZE(query_cases); i++) {
		query = fake_query(test->monitor, query_cases[i].key);
		expect_wire_(test, query_cases[i].sent, 3, __FILE__, __LINE__);
		says(test, READY);
		fake_says(test->monitor, query_cases[i].says, query_cases[i].len);
		expect_answer(test, query, 0, query_cases[i].answer);
	}
	assert_int_equal(fake_count(test->monitor, FAKE_OPEN_TRANSPORT), 0);
	expect_back(test, "", 0);
}

static void test_query_unknown(void **state)
{
	struct test *test = *state;

	expect_answer(test, fake_query(test->monitor, ""), -ENOENT, NULL);
	expect_answer(test, fake_query(test->monitor, "models"), -ENOENT, NULL);
	expect_answer(test, fake_query(test->monitor, "escpos:"), -ENOENT, NULL);
}

static void test_query_state(void **state)
{
	struct test *test = *state;

	expect_answer(test, fake_query(test->monitor, "drawer"), 0, "unknown");
	expect_answer(test, fake_query(test->monitor, "paper"), 0, "unknown");
	expect_answer(test, fake_query(test->monitor, "reasons"), 0, "unknown");
	open_capable(test);
	fake_start(test->monitor, "", "");
	expect_answer(test, fake_query(test->monitor, "drawer"), 0, "open");
	expect_answer(test, fake_query(test->monitor, "paper"), 0, "ok");
	expect_answer(test, fake_query(test->monitor, "reasons"), 0, "none");
	says(test, "\x34\x00\x03\x0f");
	expect_answer(test, fake_query(test->monitor, "drawer"), 0, "closed");
	expect_answer(test, fake_query(test->monitor, "paper"), 0, "low");
	expect_answer(test, fake_query(test->monitor, "reasons"), 0, "media-low cover-open");
	test->escpos->option[ESCPOS_DRAWER_OPEN_HIGH] = 1;
	expect_answer(test, fake_query(test->monitor, "drawer"), 0, "open");
	says(test, PAPER_OUT);
	expect_answer(test, fake_query(test->monitor, "escpos:PAPER"), 0, "out");
}

static void test_query_timeout(void **state)
{
	struct test *test = *state;
	uint32_t first, second;

	open_capable(test);
	first = fake_query(test->monitor, "model");
	fake_advance(test->monitor, 1000);
	second = fake_query(test->monitor, "maker");
	expect_wire(test, "\x1dIC");
	fake_advance(test->monitor, 1999);
	expect_unanswered(test, first);
	fake_advance(test->monitor, 1);
	expect_answer(test, first, -ETIMEDOUT, NULL);
	expect_wire(test, "\x1dIB");
	says(test, "_EPSON\x00");
	expect_answer(test, second, 0, "EPSON");
}

static void test_query_same(void **state)
{
	struct test *test = *state;
	uint32_t first, second, other;

	open_capable(test);
	first = fake_query(test->monitor, "model");
	other = fake_query(test->monitor, "id");
	second = fake_query(test->monitor, "Model");
	expect_wire(test, "\x1dIC");
	says(test, "_X\x00");
	expect_answer(test, first, 0, "X");
	expect_answer(test, second, 0, "X");
	expect_wire(test, "\x1dI\x01");
	says(test, "\x20");
	expect_answer(test, other, 0, "0x20");
	expect_wire(test, "");
}

static void test_query_in_job(void **state)
{
	struct test *test = *state;
	uint32_t early, late, queries[7], job;
	size_t i;

	open_capable(test);
	fake_start(test->monitor, "", "");
	fake_wire_clear(test->monitor);
	early = fake_query(test->monitor, "id");
	fake_advance(test->monitor, 2999);
	expect_unanswered(test, early);
	fake_advance(test->monitor, 1);
	expect_answer(test, early, -ETIMEDOUT, NULL);

	late = fake_query(test->monitor, "model");
	for (i = 0; i < ARRAY_SIZE(queries); i++)
		queries[i] = fake_query(test->monitor, "model");
	expect_answer(test, fake_query(test->monitor, "model"), -EAGAIN, NULL);
	expect_wire(test, "");
	fake_end(test->monitor);
	job = 1;
	fake_delivered(test->monitor, job, 0);
	expect_wire(test, ASB_ON PROCESS_ID("1001"));
	/* The printer is still at the job. */
	says(test, PRINTED("1001"));
	expect_printed(test, job, 0);
	expect_wire(test, "\x1dIC");
	says(test, "_X\x00");
	expect_answer(test, late, 0, "X");
	for (i = 0; i < ARRAY_SIZE(queries); i++)
		expect_answer(test, queries[i], 0, "X");
}

/* A job begins between question and answer. */
static void test_query_then_job(void **state)
{
	struct test *test = *state;
	uint32_t query;

	open_simple(test);
	query = fake_query(test->monitor, "id");
	print_and_deliver(test, "x");
	says(test, READY "\x20");
	expect_answer(test, query, 0, "0x20");
	expect_not_printed(test, 1);
	says(test, "\x00");
	expect_printed(test, 1, 0);
}

static void test_query_transport_error(void **state)
{
	struct test *test = *state;
	uint32_t query;

	fake_set_transport_error(test->monitor, -ENODEV);
	expect_answer(test, fake_query(test->monitor, "id"), -ENODEV, NULL);
	fake_set_transport_error(test->monitor, -EBUSY);
	query = fake_query(test->monitor, "id");
	fake_advance(test->monitor, 400);
	expect_unanswered(test, query);
	fake_set_transport_error(test->monitor, 0);
	fake_advance(test->monitor, 100);
	says(test, "\x20");
	expect_answer(test, query, 0, "0x20");
}

static void test_query_then_open(void **state)
{
	struct test *test = *state;
	uint32_t query;

	query = fake_query(test->monitor, "model");
	fake_wire_clear(test->monitor);
	fake_open(test->monitor, 0);
	expect_wire(test, PROBE INIT ASB_ON);
	says(test, "_X\x00" PROBED READY);
	expect_answer(test, query, 0, "X");
	fake_advance(test->monitor, 60000);
	fake_close(test->monitor);
	fake_advance(test->monitor, 60000);
	assert_false(fake_transport_open(test->monitor));
}

/* --- abort -------------------------------------------------------------------------- */

static void abort_one(struct test *test)
{
	fake_start(test->monitor, "", "");
	fake_data(test->monitor, "\x1dv0\x00\x10\x00\x10\x00", 8);
	fake_wire_clear(test->monitor);
	fake_abort(test->monitor, -ECANCELED);
}

static void test_abort(void **state)
{
	struct test *test = *state;

	open_capable(test);
	abort_one(test);
	expect_wire(test, CLEAR);
	says(test, CLEARED);
	expect_wire(test, CAN INIT ASB_ON);
	print(test, "x");
	expect_wire(test, INIT ASB_ON "x" ASB_ON PROCESS_ID("1001"));
	expect_back(test, "", 0);
}

static void test_abort_no_answer(void **state)
{
	struct test *test = *state;

	test->escpos->option[ESCPOS_ABORT_PADDING] = 4;
	open_capable(test);
	abort_one(test);
	expect_wire(test, CLEAR);
	fake_advance(test->monitor, 999);
	expect_wire(test, "");
	fake_advance(test->monitor, 1);
	expect_wire(test, "\x00\x00\x00\x00" CAN INIT ASB_ON);
}

static void test_abort_without_clear(void **state)
{
	struct test *test = *state;

	test->escpos->option[ESCPOS_ABORT_CLEAR] = 0;
	open_capable(test);
	abort_one(test);
	expect_wire(test, CAN INIT ASB_ON);
}

static void test_abort_padding(void **state)
{
	struct test *test = *state;
	size_t len;

	test->escpos->option[ESCPOS_ABORT_CLEAR] = 0;
	test->escpos->option[ESCPOS_ABORT_PADDING] = 32768;
	open_capable(test);
	abort_one(test);
	fake_wire(test->monitor, &len);
	assert_int_equal(len, 32768 + sizeof(CAN INIT ASB_ON) - 1);
}

/* The printer would forget the neighbour too. */
static void test_abort_neighbour(void **state)
{
	struct test *test = *state;
	uint32_t id;

	open_capable(test);
	id = print_and_deliver(test, "receipt");
	abort_one(test);
	expect_wire(test, CAN INIT ASB_ON);
	says(test, PRINTED("1001"));
	expect_printed(test, id, 0);
}

/* The next job must not be cleared away with the one that died. */
static void test_abort_then_job(void **state)
{
	struct test *test = *state;
	uint32_t id;

	open_capable(test);
	abort_one(test);
	fake_wire_clear(test->monitor);
	id = fake_start(test->monitor, "", "");
	fake_data(test->monitor, "ab", 2);
	fake_sync(test->monitor);
	fake_data(test->monitor, "cd", 2);
	expect_wire(test, "");
	fake_data(test->monitor, "ef", 2);
	fake_end(test->monitor);
	expect_wire(test, "");
	assert_int_equal(fake_count(test->monitor, FAKE_DONE), 1);
	says(test, CLEARED);
	expect_wire(test, CAN INIT ASB_ON INIT ASB_ON "abcdef" ASB_ON PROCESS_ID("1001"));
	assert_int_equal(fake_count(test->monitor, FAKE_DONE), 2);
	fake_delivered(test->monitor, id, 0);
	says(test, PRINTED("1001"));
	expect_printed(test, id, 0);
}

/* The same where the job's bytes are forwarded piece by piece. */
static void test_abort_then_job_in_pieces(void **state)
{
	struct test *test = *state;

	test->escpos->option[ESCPOS_REALTIME_DURING_JOB] = 1;
	open_capable(test);
	abort_one(test);
	fake_wire_clear(test->monitor);
	fake_start(test->monitor, "", "");
	fake_data(test->monitor, "ab", 2);
	fake_sync(test->monitor);
	fake_data(test->monitor, "cd", 2);
	says(test, CLEARED);
	expect_wire(test, CAN INIT ASB_ON INIT ASB_ON "abcd");
	/* Nothing is decided beyond what was shown. */
	fake_advance(test->monitor, 2000);
	expect_wire(test, "");
	fake_end(test->monitor);
	expect_wire(test, ASB_ON PROCESS_ID("1001"));
}

static void test_abort_then_large_job(void **state)
{
	struct test *test = *state;
	size_t len;
	char *data = calloc(1, ESCPOS_SAVED_MAX);

	open_capable(test);
	abort_one(test);
	fake_wire_clear(test->monitor);
	fake_start(test->monitor, "", "");
	fake_data(test->monitor, "a", 1);
	fake_sync(test->monitor);
	fake_data(test->monitor, data, ESCPOS_SAVED_MAX);
	expect_wire(test, "");
	fake_sync(test->monitor);
	fake_wire(test->monitor, &len);
	assert_int_equal(len, sizeof(CAN INIT ASB_ON INIT ASB_ON) + ESCPOS_SAVED_MAX);
	free(data);
}

static void test_abort_twice(void **state)
{
	struct test *test = *state;

	open_capable(test);
	abort_one(test);
	expect_wire(test, CLEAR);
	fake_start(test->monitor, "", "");
	fake_data(test->monitor, "x", 1);
	fake_sync(test->monitor);
	fake_abort(test->monitor, -EINTR);
	expect_wire(test, "");
	says(test, CLEARED);
	expect_wire(test, CAN INIT ASB_ON);
}

static void test_abort_at_end(void **state)
{
	struct test *test = *state;

	/* The end of the job waits for the probe when it is aborted. */
	fake_open(test->monitor, 0);
	print(test, "x");
	fake_wire_clear(test->monitor);
	fake_abort(test->monitor, -ECANCELED);
	expect_wire(test, CLEAR);
	says(test, CLEARED PROBED);
	expect_wire(test, CAN INIT ASB_ON);
}

/* The holder dies: abort and close, one after the other. */
static void test_abort_and_close(void **state)
{
	struct test *test = *state;

	open_capable(test);
	fake_start(test->monitor, "", "");
	fake_data(test->monitor, "x", 1);
	fake_wire_clear(test->monitor);
	fake_close(test->monitor);
	expect_wire(test, CLEAR);
	assert_int_equal(fake_count(test->monitor, FAKE_CLOSE_DONE), 0);
	fake_advance(test->monitor, 1000);
	expect_wire(test, CAN INIT ASB_ON);
	assert_int_equal(fake_count(test->monitor, FAKE_CLOSE_DONE), 1);
	assert_int_equal(fake_timer(test->monitor), 0);
}

/* --- all at once -------------------------------------------------------------------- */

/* A day's dialogue, cut at every point: the outcome is always the same. */
static void test_every_split(void **state)
{
	static const char dialogue[] =
		PROBED READY "\x13" COVER_OPEN "\x11" READY PAPER_LOW PRINTED("1001") "\xff"
		PAPER_OUT PRINTED("1002");
	size_t split, len = sizeof(dialogue) - 1;
	struct test *test;
	void *other;

	(void)state;
	for (split = 0; split <= len; split++) {
		test = new_test();
		other = test;
		fake_open(test->monitor, 0);
		test->escpos->process_id = ESCPOS_SUPPORTED;
		print_and_deliver(test, "1");
		print_and_deliver(test, "2");
		fake_says(test->monitor, dialogue, split);
		fake_advance(test->monitor, 100);
		fake_says(test->monitor, dialogue + split, len - split);
		expect_printed(test, 1, 0);
		expect_printed(test, 2, 0);
		assert_int_equal(fake_reasons(test->monitor),
				 PRINTPORT_REASON_MEDIA_EMPTY | PRINTPORT_REASON_MEDIA_LOW |
				 PRINTPORT_REASON_OFFLINE);
		expect_back(test, "\xff", 1);
		assert_int_equal(tear_down(&other), 0);
	}
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parser),
		cmocka_unit_test(test_parser_byte_by_byte),
		cmocka_unit_test(test_parser_partial),
		cmocka_unit_test(test_parser_overlong),
		cmocka_unit_test(test_parser_resync),
		cmocka_unit_test(test_asb),
		cmocka_unit_test(test_realtime),
		cmocka_unit_test(test_reasons_text_room),
		cmocka_unit_test(test_speaks),
		cmocka_unit_test(test_create),
		TEST(test_wire),
		TEST(test_untouched),
		TEST(test_no_init),
		TEST(test_process_id_never),
		TEST(test_probe_late),
		TEST(test_probe_unanswered),
		TEST(test_probe_stopped),
		TEST(test_probe_mute),
		TEST(test_confirmed),
		TEST(test_confirmed_early),
		TEST(test_confirmed_in_order),
		TEST(test_confirmed_while_next),
		TEST(test_not_confirmed),
		TEST(test_paper_out),
		TEST(test_paper_out_by_transport),
		TEST(test_by_status),
		TEST(test_delivery_failed),
		TEST(test_too_many_jobs),
		TEST(test_process_id_wraps),
		TEST(test_no_memory),
		TEST(test_confirmed_after_close),
		TEST(test_close_busy),
		TEST(test_close_gone),
		TEST(test_idle),
		TEST(test_reopen),
		TEST(test_poll),
		TEST(test_poll_unanswered),
		TEST(test_no_poll),
		TEST(test_no_poll_in_job),
		TEST(test_poll_in_job),
		TEST(test_silence),
		TEST(test_silence_unbroken),
		TEST(test_power_on),
		TEST(test_restart),
		TEST(test_back),
		TEST(test_back_full),
		TEST(test_back_responses),
		TEST(test_back_late_poll),
		TEST(test_asb_to_spooler),
		TEST(test_half_message),
		TEST(test_queries_idle),
		TEST(test_queries_open),
		TEST(test_query_unknown),
		TEST(test_query_state),
		TEST(test_query_timeout),
		TEST(test_query_same),
		TEST(test_query_in_job),
		TEST(test_query_then_job),
		TEST(test_query_transport_error),
		TEST(test_query_then_open),
		TEST(test_abort),
		TEST(test_abort_no_answer),
		TEST(test_abort_without_clear),
		TEST(test_abort_padding),
		TEST(test_abort_neighbour),
		TEST(test_abort_then_job),
		TEST(test_abort_then_job_in_pieces),
		TEST(test_abort_then_large_job),
		TEST(test_abort_twice),
		TEST(test_abort_at_end),
		TEST(test_abort_and_close),
		cmocka_unit_test(test_every_split),
	};
	int failed = cmocka_run_group_tests_name("escpos", tests, NULL, NULL);

	printf("%d passed, %d failed\n", (int)ARRAY_SIZE(tests) - failed, failed);
	return failed != 0;
}
