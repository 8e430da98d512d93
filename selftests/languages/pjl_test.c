// SPDX-License-Identifier: GPL-2.0-or-later
/* Unit tests of the PJL language with a fake of libprintport. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_monitor.h"
#include "language.h"
#include "pjl_codes.h"
#include "pjl_job.h"
#include "pjl_parser.h"
#include "pjl_query.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

#define UEL		"\033%-12345X"
#define SETTINGS	UEL "@PJL\r\n" \
			"@PJL USTATUS DEVICE = VERBOSE\r\n" \
			"@PJL USTATUS JOB = ON\r\n" \
			"@PJL USTATUS PAGE = ON\r\n" \
			"@PJL USTATUS TIMED = 15\r\n" UEL
#define OFF		UEL "@PJL USTATUSOFF\r\n" UEL
#define ASK(what)	UEL "@PJL\r\n@PJL INFO " what "\r\n" UEL
#define BEFORE(name)	UEL "@PJL\r\n@PJL JOB NAME = \"" name "\"\r\n"
#define BEHIND(name)	UEL "@PJL EOJ NAME = \"" name "\"\r\n" UEL
#define RESET(name)	UEL UEL "@PJL\r\n@PJL EOJ NAME = \"" name "\"\r\n@PJL RESET\r\n" UEL
#define RESET_NAMELESS	UEL UEL "@PJL\r\n@PJL EOJ\r\n@PJL RESET\r\n" UEL

#define READY		"@PJL USTATUS DEVICE\r\nCODE=10001\r\nDISPLAY=\"READY\"\r\n" \
			"ONLINE=TRUE\r\n\f"
#define PRINTING	"@PJL USTATUS DEVICE\r\nCODE=10023\r\nDISPLAY=\"PRINTING\"\r\n" \
			"ONLINE=TRUE\r\n\f"
#define NO_PAPER	"@PJL USTATUS DEVICE\r\nCODE=41202\r\nDISPLAY=\"LOAD LETTER\"\r\n" \
			"ONLINE=FALSE\r\n\f"
#define START(name)	"@PJL USTATUS JOB\r\nSTART\r\nNAME=\"" name "\"\r\n\f"
#define END(name, pages) "@PJL USTATUS JOB\r\nEND\r\nNAME=\"" name "\"\r\n" \
			"PAGES=" pages "\r\n\f"
#define PAGE(n)		"@PJL USTATUS PAGE\r\n" n "\r\n\f"

#define REASON(name)	PRINTPORT_REASON_##name

/* --- a port with the language -------------------------------------------------------- */

struct port {
	struct printport_monitor *monitor;
	void *language;
};

static unsigned int *value_of(unsigned int *values, const char *name)
{
	size_t i;

	for (i = 0; language_pjl.options[i].name; i++)
		if (!strcmp(language_pjl.options[i].name, name))
			return &values[i];
	fail_msg("no option %s", name);
	return NULL;
}

static struct port *port_with(const char *option, unsigned int value)
{
	struct port *port = calloc(1, sizeof(*port));
	unsigned int values[32];
	size_t i;

	for (i = 0; language_pjl.options[i].name; i++)
		values[i] = language_pjl.options[i].preset;
	if (option)
		*value_of(values, option) = value;
	port->language = language_pjl.create(values);
	assert_non_null(port->language);
	port->monitor = fake_new(language_pjl.ops, port->language);
	language_pjl.attached(port->language, port->monitor);
	return port;
}

static void port_end(struct port *port)
{
	const char *complaint = fake_complaint(port->monitor);

	if (complaint)
		fail_msg("%s", complaint);
	fake_free(port->monitor);
	language_pjl.destroy(port->language);
	free(port);
}

/* Open, with the settings sent and taken off the record. */
static struct port *open_port(void)
{
	struct port *port = port_with(NULL, 0);

	assert_int_equal(fake_open(port->monitor, 1000), 0);
	fake_advance(port->monitor, 1);
	fake_wire_clear(port->monitor);
	return port;
}

static void wire_is_bytes(struct port *port, const char *wanted, size_t wanted_len)
{
	size_t len;
	const char *wire = fake_wire(port->monitor, &len);

	if (len != wanted_len || memcmp(wire, wanted, len))
		print_error("the printer got  %.*s\nand not          %.*s\n", (int)len, wire,
			    (int)wanted_len, wanted);
	assert_int_equal(len, wanted_len);
	assert_memory_equal(wire, wanted, len);
	fake_wire_clear(port->monitor);
}

static void wire_is(struct port *port, const char *wanted)
{
	wire_is_bytes(port, wanted, strlen(wanted));
}

static void says(struct port *port, const char *text)
{
	fake_says(port->monitor, text, strlen(text));
}

static uint32_t print(struct port *port, const char *name, const char *text)
{
	uint32_t id = fake_start(port->monitor, name, "");

	fake_data(port->monitor, text, strlen(text));
	fake_end(port->monitor);
	return id;
}

/* Prints a job of which the printer has taken everything. */
static uint32_t print_delivered(struct port *port, const char *name)
{
	uint32_t id = print(port, name, "x");

	fake_delivered(port->monitor, id, 0);
	fake_advance(port->monitor, 1);
	fake_wire_clear(port->monitor);
	return id;
}

static void is_printed(struct port *port, uint32_t id, int wanted, unsigned int wanted_pages)
{
	unsigned int pages;
	int error;

	assert_true(fake_printed(port->monitor, id, &error, &pages));
	assert_int_equal(error, wanted);
	assert_int_equal(pages, wanted_pages);
}

static void not_printed(struct port *port, uint32_t id)
{
	assert_false(fake_printed(port->monitor, id, NULL, NULL));
}

static void is_answered(struct port *port, uint32_t query, const char *wanted)
{
	const char *buf;
	size_t len;
	int error;

	assert_true(fake_answer(port->monitor, query, &error, &buf, &len));
	assert_int_equal(error, 0);
	assert_string_equal(buf, wanted);
	assert_int_equal(len, strlen(wanted));
}

static void is_refused(struct port *port, uint32_t query, int wanted)
{
	int error;

	assert_true(fake_answer(port->monitor, query, &error, NULL, NULL));
	assert_int_equal(error, wanted);
}

static void not_answered(struct port *port, uint32_t query)
{
	assert_false(fake_answer(port->monitor, query, NULL, NULL, NULL));
}

/* --- which printers ------------------------------------------------------------------ */

static void test_speaks(void **state)
{
	static const struct {
		const char *set;
		bool speaks;
	} table[] = {
		{ "PJL", true }, { "pjl", true }, { "PCL,PJL,POSTSCRIPT", true },
		{ "MLC,PCL, PjL ,PML", true }, { "PCL,PJL", true }, { "\tPJL\t", true },
		{ "", false }, { ",", false }, { ",,,", false }, { "PCL", false },
		{ "PJLX", false }, { "XPJL", false }, { "PJL;PCL", false },
		{ "P JL", false }, { "ESC/POS", false }, { "PCL,,PJL,", true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(table); i++)
		if (language_pjl.speaks(table[i].set, "", "") != table[i].speaks)
			fail_msg("'%s'", table[i].set);
}

static void test_options(void **state)
{
	const struct language_option *option;

	(void)state;
	assert_true(language_pjl.ops->flags & PRINTPORT_MONITOR_CONFIRMS);
	assert_string_equal(language_pjl.name, language_pjl.ops->name);
	for (option = language_pjl.options; option->name; option++) {
		assert_non_null(option->help);
		assert_in_range(option->preset, option->minimum, option->maximum);
	}
}

/* --- around jobs --------------------------------------------------------------------- */

static void test_settings_on_open(void **state)
{
	struct port *port = port_with(NULL, 0);

	(void)state;
	fake_open(port->monitor, 0);
	wire_is(port, "");
	fake_advance(port->monitor, 1);
	wire_is(port, SETTINGS);
	port_end(port);
}

static void test_first_job_right_after_open(void **state)
{
	struct port *port = port_with(NULL, 0);

	(void)state;
	fake_open(port->monitor, 0);
	print(port, "letter", "hello");
	wire_is(port, SETTINGS BEFORE("letter #1") "hello" BEHIND("letter #1"));
	fake_advance(port->monitor, 1);
	wire_is(port, "");
	port_end(port);
}

static void test_user_is_displayed(void **state)
{
	struct port *port = open_port();

	(void)state;
	fake_start(port->monitor, "a\tb", "Anna \"the\" boss\n");
	fake_data(port->monitor, "x", 1);
	fake_end(port->monitor);
	wire_is(port, UEL "@PJL\r\n@PJL JOB NAME = \"a\tb #1\" "
		"DISPLAY = \"Anna 'the' boss?\"\r\n" "x" BEHIND("a\tb #1"));
	port_end(port);
}

#define B(bytes)	{ bytes, sizeof(bytes) - 1 }

static void test_bodies(void **state)
{
	/* Also what looks like the beginning of PJL, and is not. */
	static const struct {
		const char *body;
		size_t len;
	} table[] = {
		B(""), B("x"), B("\033"), B("\0"), B("@"), B("\033%"), B("\033E\033&l0O"),
		B("\033%-12345"), B("\033%-12345Y"), B(UEL), B(UEL "@PJ"), B(UEL UEL),
		B("@PJL"), B("@PJLJOB\r\n"), B("plain\ntext\n@PJL JOB\n"),
		B(UEL "@PJL\r\n@PJL SET COPIES=2\r\n@PJL ENTER LANGUAGE=PCL\r\n"
		  "@PJL JOB\r\n"),
		B(UEL "@PJL\r\n" UEL "%!PS\n"),
		B(UEL "@PJL COMMENT JOB\r\n@PJL EOJ\r\nx"),
	};
	struct port *port;
	char wanted[512];
	size_t i, step, len;

	(void)state;
	for (i = 0; i < COUNT(table); i++) {
		for (step = 1; step <= table[i].len + 1; step++) {
			port = open_port();
			fake_start(port->monitor, "", "");
			fake_data_in_steps(port->monitor, table[i].body, table[i].len, step);
			fake_end(port->monitor);
			len = (size_t)sprintf(wanted, "%s", BEFORE("job #1"));
			memcpy(wanted + len, table[i].body, table[i].len);
			len += table[i].len;
			len += (size_t)sprintf(wanted + len, "%s", BEHIND("job #1"));
			wire_is_bytes(port, wanted, len);
			port_end(port);
		}
	}
}

static void test_own_job(void **state)
{
	static const char *const table[] = {
		UEL "@PJL JOB\r\nx" UEL "@PJL EOJ\r\n" UEL,
		UEL "@PJL\r\n@PJL JOB NAME=\"mine\"\r\nx",
		UEL "@PJL COMMENT hello\n@PJL SET COPIES=2\n@PJL\n@PJL  job  name = \"m\"\nx",
		UEL UEL "@PJL\r\n" UEL "@PJL JOB\r\n",
		"@PJL JOB PASSWORD = 7\r\nx",
		UEL "@PJL COMMENT x" UEL "@PJL JOB\r\n",
	};
	struct port *port;
	char wanted[256];
	size_t i, step;

	(void)state;
	for (i = 0; i < COUNT(table); i++) {
		for (step = 1; step <= strlen(table[i]); step++) {
			port = open_port();
			fake_start(port->monitor, "n", "u");
			fake_data_in_steps(port->monitor, table[i], strlen(table[i]), step);
			fake_end(port->monitor);
			snprintf(wanted, sizeof(wanted), "%s%s", table[i], UEL);
			wire_is(port, wanted);
			port_end(port);
		}
	}
}

/* A whole job that is one line without its end still has a JOB command of its own. */
static void test_own_job_cut_off(void **state)
{
	struct port *port = open_port();

	(void)state;
	print(port, "n", UEL "@PJL JOB");
	wire_is(port, UEL "@PJL JOB" UEL);
	port_end(port);
}

static void test_lookahead_is_bounded(void **state)
{
	struct port *port = open_port();
	char line[200];
	size_t i, len = 0, wire_len;

	(void)state;
	fake_start(port->monitor, "n", "");
	fake_data(port->monitor, UEL, 9);
	memset(line, 'x', sizeof(line));
	memcpy(line, "@PJL COMMENT ", 13);
	line[sizeof(line) - 1] = '\n';
	for (i = 0; i < 30; i++, len += sizeof(line)) {
		fake_wire(port->monitor, &wire_len);
		assert_true(len < PJL_LOOKAHEAD ? !wire_len : wire_len > PJL_LOOKAHEAD);
		fake_data(port->monitor, line, sizeof(line));
	}
	fake_end(port->monitor);
	port_end(port);
}

/* The spooler waits: what is there has to go. */
static void test_sync_decides(void **state)
{
	struct port *port = open_port();

	(void)state;
	fake_start(port->monitor, "n", "");
	fake_data(port->monitor, "\033%-1", 4);
	wire_is(port, "");
	fake_sync(port->monitor);
	wire_is(port, BEFORE("n #1") "\033%-1");
	fake_data(port->monitor, "more", 4);
	wire_is(port, "more");
	fake_end(port->monitor);
	wire_is(port, BEHIND("n #1"));
	port_end(port);
}

static void test_forwarded_not_copied(void **state)
{
	struct port *port = open_port();
	size_t i;

	(void)state;
	fake_events_clear(port->monitor);
	fake_start(port->monitor, "n", "");
	for (i = 0; i < 100; i++)
		fake_data(port->monitor, "0123456789", 10);
	fake_end(port->monitor);
	assert_int_equal(fake_count(port->monitor, FAKE_FORWARD), 1);
	assert_int_equal(fake_count(port->monitor, FAKE_CONSUME), 0);
	assert_int_equal(fake_count(port->monitor, FAKE_SEND), 2);
	port_end(port);
}

static void test_names(void **state)
{
	static const struct {
		const char *name;
		uint32_t id;
		const char *wanted;
	} table[] = {
		{ "", 1, "job #1" },
		{ "a", 4294967295u, "a #4294967295" },
		{ "\"; @PJL RESET\r\n", 2, "'; @PJL RESET?? #2" },
		{ "\033%-12345X", 3, "?%-12345X #3" },
		{ "\001\037 \t\177", 4, "?? \t\177 #4" },
		{ "Gr\303\274\303\237e", 5, "Gr\303\274\303\237e #5" },
	};
	char name[PJL_NAME_MAX + 1];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(table); i++) {
		pjl_job_name(name, table[i].name, table[i].id);
		assert_string_equal(name, table[i].wanted);
	}
}

static void test_long_names(void **state)
{
	char name[PJL_NAME_MAX + 1], text[301];
	size_t i, len;

	(void)state;
	/* UTF-8 of two, three and four bytes at every distance from the limit. */
	for (i = 0; i < 40; i++) {
		static const char *const characters[] = {
			"\303\274", "\342\202\254", "\360\237\226\250",
		};
		const char *character = characters[i % 3];

		memset(text, 'x', 60 + i % 20);
		for (len = 60 + i % 20; len + strlen(character) < sizeof(text); )
			len += (size_t)sprintf(text + len, "%s", character);
		pjl_job_name(name, text, 12345);
		len = strlen(name);
		assert_in_range(len, PJL_NAME_MAX - 3, PJL_NAME_MAX);
		if (60 + i % 20 >= PJL_NAME_MAX - 7)
			continue;
		assert_string_equal(name + len - 7, " #12345");
		/* The last character is whole. */
		assert_true((len - 7 - (60 + i % 20)) % strlen(character) == 0);
	}
	memset(text, '\200', 300);
	text[300] = 0;
	pjl_job_name(name, text, 1);
	assert_int_equal(strlen(name), PJL_NAME_MAX);
}

static void test_wrapper_fits(void **state)
{
	struct pjl_wrap wrap = { 0 };
	char name[PJL_NAME_MAX + 1], user[301];

	(void)state;
	memset(user, 'u', 300);
	user[300] = 0;
	pjl_job_name(name, user, 4294967295u);
	pjl_wrap_reset(&wrap, "");
	pjl_wrap_add(&wrap, UEL "@PJL\r\n");
	pjl_wrap_settings(&wrap, 300);
	pjl_wrap_job(&wrap, name, user);
	assert_true(wrap.len < sizeof(wrap.buf));
	assert_memory_equal(wrap.buf + wrap.len - 4, "u\"\r\n", 4);
	assert_non_null(memmem(wrap.buf, wrap.len, "DISPLAY = \"uuu", 14));
	assert_null(memmem(wrap.buf, wrap.len, "TIMED = 15", 10));
}

/* --- what the printer says ----------------------------------------------------------- */

struct heard {
	unsigned int count;
	struct pjl_message last;
	char body[PJL_MESSAGE_MAX + 1];
};

static void hear(void *arg, const struct pjl_message *message)
{
	struct heard *heard = arg;

	heard->count++;
	heard->last = *message;
	memcpy(heard->body, message->body, message->body_len);
	heard->body[message->body_len] = 0;
}

static void parse(struct heard *heard, const char *text, size_t len)
{
	struct pjl_parser *parser = calloc(1, sizeof(*parser));

	memset(heard, 0, sizeof(*heard));
	pjl_parser_feed(parser, text, len, hear, heard);
	free(parser);
}

static const struct {
	const char *text;
	enum pjl_message_type type;
	unsigned int code;
	enum pjl_online online;
	enum pjl_job_event event;
	const char *string;	/* display, name, or body */
	unsigned int pages;
	bool cancelled;
} messages[] = {
	{ READY, PJL_USTATUS_DEVICE, 10001, PJL_ONLINE_TRUE, 0, "READY", 0, false },
	{ "@PJL USTATUS TIMED\r\nCODE = 40021\r\nDISPLAY = '12 COVER OPEN '\r\n"
	  "ONLINE = FALSE\r\n\f", PJL_USTATUS_DEVICE, 40021, PJL_ONLINE_FALSE, 0,
	  "12 COVER OPEN ", 0, false },
	{ "@PJL INFO STATUS\r\nCODE=10001\r\nDISPLAY=\"00 READY\"\r\nONLINE=TRUE\r\n\f",
	  PJL_INFO, 10001, PJL_ONLINE_TRUE, 0, "00 READY", 0, false },
	{ "@PJL USTATUS DEVICE\nCODE=99999\n\f", PJL_USTATUS_DEVICE, 99999, 0, 0, "", 0,
	  false },
	{ "@PJL USTATUS DEVICE\r\nONLINE=FALSE\r\n\f", PJL_USTATUS_DEVICE, 0,
	  PJL_ONLINE_FALSE, 0, "", 0, false },
	{ "@PJL USTATUS DEVICE\r\nCODE=1000000000000000001\r\n\f", PJL_OTHER, 0, 0, 0, "", 0,
	  false },
	{ "@PJL USTATUS DEVICE\r\nCODE=-1\r\n\f", PJL_OTHER, 0, 0, 0, "", 0, false },
	{ "@PJL USTATUS DEVICE\r\nCODE=10001\r\nDISPLAY=\"an @PJL USTATUS\"\r\n\f",
	  PJL_USTATUS_DEVICE, 10001, 0, 0, "an @PJL USTATUS", 0, false },
	{ START("letter #7"), PJL_USTATUS_JOB, 0, 0, PJL_JOB_START, "letter #7", 0, false },
	{ END("letter #7", "12"), PJL_USTATUS_JOB, 0, 0, PJL_JOB_END, "letter #7", 12, false },
	{ "@PJL USTATUS JOB\r\nEND\r\nNAME=\"a = b\"\r\nPAGES=1\r\nID=346\r\nRESULT=OK\r\n\f",
	  PJL_USTATUS_JOB, 0, 0, PJL_JOB_END, "a = b", 1, false },
	{ "@PJL USTATUS JOB\r\nEND\r\nNAME=\"x\"\r\nPAGES=1\r\nRESULT=USER_CANCELED\n\f",
	  PJL_USTATUS_JOB, 0, 0, PJL_JOB_END, "x", 1, true },
	{ "@PJL USTATUS JOB\r\nCANCELED\r\nNAME=\"x\"\r\nID=346\r\nRESULT=USER_CANCELED\n\f",
	  PJL_USTATUS_JOB, 0, 0, PJL_JOB_CANCELED, "x", 0, true },
	{ "@PJL USTATUS JOB END\r\nNAME=\"x\"\r\nPAGES=2\r\n\f", PJL_USTATUS_JOB, 0, 0,
	  PJL_JOB_END, "x", 2, false },
	{ "@PJL USTATUS JOB\r\nEND\r\nPAGES=4294967297\r\n\f", PJL_USTATUS_JOB, 0, 0,
	  PJL_JOB_END, "", 0, false },
	{ "@PJL USTATUS JOB\r\nEND\r\nNAME=\"\033[2J\001\"\r\n\f", PJL_USTATUS_JOB, 0, 0,
	  PJL_JOB_END, "?[2J?", 0, false },
	{ "@PJL USTATUS JOB\r\nNAME=\"x\"\r\n\f", PJL_OTHER, 0, 0, 0, "", 0, false },
	{ PAGE("3"), PJL_USTATUS_PAGE, 0, 0, 0, "", 3, false },
	{ "@PJL USTATUS PAGE\r\nthree\r\n\f", PJL_OTHER, 0, 0, 0, "", 0, false },
	{ "@PJL INFO ID\r\n\"HP LASERJET 4\"\r\n\f", PJL_INFO, 0, 0, 0,
	  "\"HP LASERJET 4\"\r\n", 0, false },
	{ "@PJL ECHO 12:07 hello \r\n\f", PJL_ECHO, 0, 0, 0, "12:07 hello", 0, false },
	{ "@PJL\f", PJL_OTHER, 0, 0, 0, "", 0, false },
	{ "@PJL \r\n\f", PJL_OTHER, 0, 0, 0, "", 0, false },
	{ "@PJL NONSENSE\r\n?\r\n\f", PJL_OTHER, 0, 0, 0, "", 0, false },
};

static void check_message(size_t i, const struct heard *heard)
{
	const struct pjl_message *message = &heard->last;
	const char *string = messages[i].type == PJL_USTATUS_JOB ? message->name :
			     messages[i].code || messages[i].online ? message->display :
			     messages[i].type == PJL_OTHER ? "" : heard->body;

	if (heard->count != 1 || message->type != messages[i].type ||
	    message->codes[0] != messages[i].code || message->online != messages[i].online ||
	    message->event != messages[i].event || strcmp(string, messages[i].string) ||
	    message->pages != messages[i].pages ||
	    message->cancelled != messages[i].cancelled)
		fail_msg("message %zu: %s\ncount %u type %d code %u online %d event %d '%s' "
			 "pages %u", i, messages[i].text, heard->count, message->type,
			 message->codes[0], message->online, message->event, string,
			 message->pages);
}

static void test_messages(void **state)
{
	struct heard heard;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(messages); i++) {
		parse(&heard, messages[i].text, strlen(messages[i].text));
		check_message(i, &heard);
	}
}

/* Each message cut at each place into two pieces that come one after the other. */
static void test_every_split(void **state)
{
	struct pjl_parser parser;
	struct heard heard;
	size_t i, at, len;

	(void)state;
	for (i = 0; i < COUNT(messages); i++) {
		len = strlen(messages[i].text);
		for (at = 0; at <= len; at++) {
			memset(&parser, 0, sizeof(parser));
			memset(&heard, 0, sizeof(heard));
			pjl_parser_feed(&parser, messages[i].text, at, hear, &heard);
			pjl_parser_feed(&parser, messages[i].text + at, len - at, hear,
					&heard);
			check_message(i, &heard);
			assert_false(pjl_parser_is_inside(&parser));
		}
	}
}

static void test_garbage_around(void **state)
{
	static const char *const before[] = {
		"garbage", "\f\f\r\n", "@", "@@", "@P@PJ", "@PJ\n", "\0\0@PJ",
		"@PJL USTATUS DEVICE\r\nCODE=400\r\n",	/* the end was lost */
		"@PJL INFO CONFIG\r\n" "IN TRAYS [3 ENUMERATED]\r\n@PJ\r\n",
	};
	struct heard heard;
	char text[512];
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(messages); i++) {
		for (j = 0; j < COUNT(before); j++) {
			snprintf(text, sizeof(text), "%s%sgarbage\f", before[j],
				 messages[i].text);
			parse(&heard, text, strlen(text));
			check_message(i, &heard);
		}
	}
}

static void test_two_conditions(void **state)
{
	static const char text[] = "@PJL USTATUS DEVICE\r\nCODE=10006\r\nDISPLAY=\"LOW\"\r\n"
		"CODE2=40022\r\nDISPLAY2=\"JAM\"\r\nONLINE=FALSE\r\n\f";
	struct heard heard;

	(void)state;
	parse(&heard, text, strlen(text));
	assert_int_equal(heard.last.code_count, 2);
	assert_int_equal(heard.last.codes[1], 40022);
	assert_string_equal(heard.last.display, "LOW");
}

/* A line or a message without end does not stop what comes behind it. */
static void test_too_long(void **state)
{
	static const size_t lengths[] = {
		PJL_LINE_MAX - 40, PJL_LINE_MAX + 1, PJL_MESSAGE_MAX, PJL_MESSAGE_MAX * 3,
	};
	size_t room = PJL_MESSAGE_MAX * 4, i, len;
	char *text = malloc(room);
	struct heard heard;

	(void)state;
	for (i = 0; i < COUNT(lengths); i++) {
		len = (size_t)sprintf(text, "@PJL INFO CONFIG\r\n");
		memset(text + len, 'x', lengths[i]);
		len += lengths[i];
		len += (size_t)sprintf(text + len, "\r\n\f");
		parse(&heard, text, len);
		assert_int_equal(heard.count, 1);
		assert_int_equal(heard.last.type, PJL_INFO);
		assert_string_equal(heard.last.category, "CONFIG");
		assert_int_equal(heard.last.truncated, i > 0);
		/* The same without an end of its own. */
		len += (size_t)sprintf(text + len - 1, READY) - 1;
		parse(&heard, text, len);
		assert_int_equal(heard.count, 1);
		assert_int_equal(heard.last.type, PJL_USTATUS_DEVICE);
	}
	/* A USTATUS message that is too long says nothing. */
	len = (size_t)sprintf(text, "@PJL USTATUS JOB\r\nEND\r\n");
	memset(text + len, 'x', PJL_LINE_MAX + 1);
	len += PJL_LINE_MAX + 1;
	len += (size_t)sprintf(text + len, "\r\n\f");
	parse(&heard, text, len);
	assert_int_equal(heard.last.type, PJL_OTHER);
	free(text);
}

static void test_half_message_times_out(void **state)
{
	struct port *port = open_port();

	(void)state;
	says(port, "@PJL USTATUS DEVICE\r\nCODE=40022\r\n");
	fake_advance(port->monitor, 1999);
	says(port, "ONLINE=FALSE\r\n");
	fake_advance(port->monitor, 2000);
	says(port, "\f");
	assert_int_equal(fake_reasons(port->monitor), 0);
	says(port, NO_PAPER);
	assert_int_not_equal(fake_reasons(port->monitor), 0);
	port_end(port);
}

/* --- conditions ---------------------------------------------------------------------- */

static void test_codes(void **state)
{
	static const struct {
		unsigned int code;
		enum pjl_online online;
		enum pjl_severity severity;
		uint64_t reasons;
	} table[] = {
		{ 10000, PJL_ONLINE_TRUE, PJL_IDLE, 0 },
		{ 10001, PJL_ONLINE_TRUE, PJL_IDLE, 0 },
		{ 10001, PJL_ONLINE_UNKNOWN, PJL_IDLE, 0 },
		{ 10001, PJL_ONLINE_FALSE, PJL_ERROR, REASON(OFFLINE) },
		{ 10002, PJL_ONLINE_FALSE, PJL_ERROR, REASON(OFFLINE) },
		{ 10003, PJL_ONLINE_TRUE, PJL_BUSY, 0 },
		{ 10006, PJL_ONLINE_TRUE, PJL_WARNING, REASON(TONER_LOW) },
		{ 10007, PJL_ONLINE_TRUE, PJL_BUSY, 0 },
		{ 10010, PJL_ONLINE_TRUE, PJL_NO_CONDITION, 0 },
		{ 10023, PJL_ONLINE_TRUE, PJL_BUSY, 0 },
		{ 10201, PJL_ONLINE_TRUE, PJL_WARNING, REASON(TONER_LOW) },
		{ 10205, PJL_ONLINE_TRUE, PJL_WARNING, REASON(MARKER_SUPPLY_LOW) },
		{ 10316, PJL_ONLINE_TRUE, PJL_WARNING, 0 },
		{ 10999, PJL_ONLINE_TRUE, PJL_BUSY, 0 },
		{ 11202, PJL_ONLINE_TRUE, PJL_WARNING, REASON(MEDIA_LOW) },
		{ 12201, PJL_ONLINE_TRUE, PJL_WARNING, 0 },
		{ 15031, PJL_ONLINE_FALSE, PJL_ERROR, REASON(OUTPUT_AREA_FULL) },
		{ 15031, PJL_ONLINE_TRUE, PJL_WARNING, 0 },
		{ 15032, PJL_ONLINE_FALSE, PJL_ERROR, REASON(OTHER) },
		{ 20001, PJL_ONLINE_TRUE, PJL_NO_CONDITION, 0 },
		{ 27002, PJL_ONLINE_TRUE, PJL_NO_CONDITION, 0 },
		{ 30016, PJL_ONLINE_TRUE, PJL_WARNING, 0 },
		{ 30016, PJL_ONLINE_FALSE, PJL_ERROR, REASON(OTHER) },
		{ 30119, PJL_ONLINE_FALSE, PJL_ERROR, REASON(MEDIA_JAM) },
		{ 32001, PJL_ONLINE_TRUE, PJL_NO_CONDITION, 0 },
		{ 35027, PJL_ONLINE_TRUE, PJL_WARNING, 0 },
		{ 35078, PJL_ONLINE_TRUE, PJL_IDLE, 0 },
		{ 40000, PJL_ONLINE_TRUE, PJL_IDLE, 0 },
		{ 40001, PJL_ONLINE_FALSE, PJL_ERROR, REASON(OTHER) },
		{ 40010, PJL_ONLINE_FALSE, PJL_ERROR, REASON(TONER_EMPTY) },
		{ 40019, PJL_ONLINE_FALSE, PJL_ERROR, REASON(OUTPUT_AREA_FULL) },
		{ 40021, PJL_ONLINE_FALSE, PJL_ERROR, REASON(COVER_OPEN) },
		{ 40022, PJL_ONLINE_FALSE, PJL_ERROR, REASON(MEDIA_JAM) },
		{ 40038, PJL_ONLINE_FALSE, PJL_ERROR, REASON(TONER_LOW) | REASON(OTHER) },
		{ 40079, PJL_ONLINE_FALSE, PJL_ERROR, REASON(OFFLINE) },
		{ 40600, PJL_ONLINE_FALSE, PJL_ERROR, REASON(TONER_EMPTY) },
		{ 40999, PJL_ONLINE_FALSE, PJL_ERROR, REASON(OTHER) },
		{ 41000, PJL_ONLINE_FALSE, PJL_ERROR,
		  REASON(MEDIA_EMPTY) | REASON(MEDIA_NEEDED) },
		{ 41999, PJL_ONLINE_FALSE, PJL_ERROR,
		  REASON(MEDIA_EMPTY) | REASON(MEDIA_NEEDED) },
		{ 42203, PJL_ONLINE_FALSE, PJL_ERROR, REASON(MEDIA_JAM) },
		{ 43115, PJL_ONLINE_FALSE, PJL_ERROR, REASON(OTHER) },
		{ 44012, PJL_ONLINE_FALSE, PJL_ERROR, REASON(MEDIA_JAM) },
		{ 50999, PJL_ONLINE_FALSE, PJL_ERROR, REASON(OTHER) },
		{ 55000, PJL_ONLINE_FALSE, PJL_ERROR, REASON(OTHER) },
		{ 60000, PJL_ONLINE_TRUE, PJL_BUSY, 0 },
		{ 1, PJL_ONLINE_TRUE, PJL_BUSY, 0 },
		{ 999999999, PJL_ONLINE_TRUE, PJL_BUSY, 0 },
	};
	enum pjl_severity severity;
	uint64_t reasons;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(table); i++) {
		severity = pjl_code_severity(&table[i].code, 1, table[i].online);
		reasons = pjl_code_reasons(&table[i].code, 1, table[i].online);
		if (severity != table[i].severity || reasons != table[i].reasons)
			fail_msg("%u, online %d: severity %d, reasons %#llx", table[i].code,
				 table[i].online, severity, (unsigned long long)reasons);
	}
}

/* Every code has an entry that fits it, and what goes on printing has no stopping reason. */
static void test_all_codes(void **state)
{
	const uint64_t low = REASON(MEDIA_LOW) | REASON(TONER_LOW) |
			     REASON(MARKER_SUPPLY_LOW);
	const struct pjl_code *entry;
	unsigned int code;

	(void)state;
	for (code = 0; code < 100000; code++) {
		entry = pjl_code(code);
		assert_in_range(code, entry->first, entry->last);
		assert_non_null(entry->meaning);
		assert_int_equal(entry->reasons & ~PRINTPORT_REASON_ALL, 0);
		if (entry->severity == PJL_ERROR)
			assert_int_not_equal(entry->reasons & ~low, 0);
		else
			assert_int_equal(pjl_code_reasons(&code, 1, PJL_ONLINE_TRUE) & ~low,
					 0);
		assert_int_not_equal(pjl_code_reasons(&code, 1, PJL_ONLINE_FALSE) & ~low, 0);
	}
}

static void test_reason_names(void **state)
{
	char names[256], little[8];

	(void)state;
	assert_int_equal(pjl_reason_names(0, names, sizeof(names)), 4);
	assert_string_equal(names, "none");
	pjl_reason_names(REASON(MEDIA_EMPTY) | REASON(OTHER), names, sizeof(names));
	assert_string_equal(names, "media-empty other");
	pjl_reason_names(PRINTPORT_REASON_ALL, names, sizeof(names));
	assert_non_null(strstr(names, "marker-supply-empty output-area-full paused other"));
	assert_int_equal(pjl_reason_names(PRINTPORT_REASON_ALL, little, sizeof(little)), 7);
}

static void test_reasons_reported(void **state)
{
	struct port *port = open_port();

	(void)state;
	says(port, READY);
	assert_int_equal(fake_count(port->monitor, FAKE_REASONS), 0);
	says(port, NO_PAPER);
	assert_int_equal(fake_reasons(port->monitor),
			 REASON(MEDIA_EMPTY) | REASON(MEDIA_NEEDED));
	says(port, NO_PAPER);
	assert_int_equal(fake_count(port->monitor, FAKE_REASONS), 1);
	/* A complaint about a command changes nothing. */
	says(port, "@PJL USTATUS DEVICE\r\nCODE=20001\r\nONLINE=TRUE\r\n\f");
	assert_int_equal(fake_count(port->monitor, FAKE_REASONS), 1);
	says(port, READY);
	assert_int_equal(fake_reasons(port->monitor), 0);
	port_end(port);
}

static void test_printing_hides_toner_low(void **state)
{
	struct port *port = open_port();

	(void)state;
	says(port, "@PJL USTATUS DEVICE\r\nCODE=10006\r\nONLINE=TRUE\r\n\f");
	says(port, PRINTING);
	assert_int_equal(fake_reasons(port->monitor), REASON(TONER_LOW));
	says(port, NO_PAPER);
	assert_true(fake_reasons(port->monitor) & REASON(TONER_LOW));
	says(port, READY);
	assert_int_equal(fake_reasons(port->monitor), 0);
	port_end(port);
}

static void test_what_is_said_goes_back(void **state)
{
	struct port *port = port_with("back", 0);
	const char *back;
	size_t len;

	(void)state;
	fake_open(port->monitor, 0);
	says(port, READY);
	fake_back(port->monitor, &len);
	assert_int_equal(len, 0);
	port_end(port);

	port = open_port();
	says(port, "any" READY "thing");
	back = fake_back(port->monitor, &len);
	assert_int_equal(len, strlen("any" READY "thing"));
	assert_memory_equal(back, "any" READY "thing", len);
	/* A spooler that does not read changes nothing. */
	fake_set_back_room(port->monitor, 0);
	says(port, NO_PAPER);
	assert_int_not_equal(fake_reasons(port->monitor), 0);
	port_end(port);
}

/* --- what became of jobs ------------------------------------------------------------- */

static void test_printed(void **state)
{
	struct port *port = open_port();
	uint32_t id = print(port, "letter", "hello");

	(void)state;
	says(port, START("letter #1") PAGE("1"));
	assert_int_equal(fake_progress(port->monitor, id), 1);
	fake_delivered(port->monitor, id, 0);
	says(port, PAGE("2") PAGE("3"));
	assert_int_equal(fake_progress(port->monitor, id), 3);
	not_printed(port, id);
	says(port, END("letter #1", "3"));
	is_printed(port, id, 0, 3);
	fake_advance(port->monitor, 1000000);
	port_end(port);
}

/* The end is heard before the library has told that the last byte was taken. */
static void test_printed_before_delivered(void **state)
{
	struct port *port = open_port();
	uint32_t id = print(port, "letter", "hello");

	(void)state;
	says(port, END("letter #1", "1"));
	is_printed(port, id, 0, 1);
	fake_delivered(port->monitor, id, 0);
	port_end(port);
}

/* A lie, or a panel that cancels: the end is heard before the job was ended. */
static void test_end_amid_job(void **state)
{
	struct port *port = open_port();
	uint32_t id = fake_start(port->monitor, "letter", "");

	(void)state;
	fake_data(port->monitor, "hello", 5);
	says(port, "@PJL USTATUS JOB\r\nEND\r\nNAME=\"letter #1\"\r\nPAGES=1\r\n"
		   "RESULT=USER_CANCELED\r\n\f");
	not_printed(port, id);
	fake_data(port->monitor, "more", 4);
	fake_end(port->monitor);
	not_printed(port, id);
	fake_delivered(port->monitor, id, 0);
	is_printed(port, id, -ECANCELED, 1);
	port_end(port);
}

static void test_cancelled_at_panel(void **state)
{
	struct port *port = open_port();
	uint32_t first = print_delivered(port, "a"), second = print_delivered(port, "b");

	(void)state;
	says(port, "@PJL USTATUS JOB\r\nCANCELED\r\nNAME=\"a #1\"\r\nID=1\r\n"
		   "RESULT=USER_CANCELED\r\n\f");
	says(port, "@PJL USTATUS JOB\r\nEND\r\nNAME=\"a #1\"\r\nPAGES=2\r\n"
		   "RESULT=USER_CANCELED\r\n\f");
	is_printed(port, first, -ECANCELED, 2);
	/* END does not come, or its job is over: the next job is not meant. */
	says(port, END("a #1", "1"));
	not_printed(port, second);
	says(port, "@PJL USTATUS JOB\r\nCANCELED\r\nNAME=\"b #2\"\r\n\f");
	fake_advance(port->monitor, 3000);
	says(port, "@PJL INFO STATUS\r\nCODE=10001\r\nONLINE=TRUE\r\n\f");
	is_printed(port, second, -ECANCELED, 0);
	port_end(port);
}

static void test_names_as_the_printer_likes(void **state)
{
	static const char *const ends[] = {
		END("letter #1", "1"),
		END("LETTER #1", "1"),		/* changed */
		END("let... #1", "1"),		/* shortened */
		"@PJL USTATUS JOB\r\nEND\r\nPAGES=1\r\n\f",
		"@PJL USTATUS JOB\r\nEND\r\nNAME=\"\"\r\nPAGES=1\r\n\f",
		"@PJL USTATUS JOB\r\nEND\r\nNAME=letter #1\r\nPAGES=1\r\n\f",
	};
	struct port *port;
	uint32_t id;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(ends); i++) {
		port = open_port();
		id = print_delivered(port, "letter");
		says(port, END("somebody else's", "5"));
		says(port, END("letter #2", "5"));
		not_printed(port, id);
		says(port, ends[i]);
		is_printed(port, id, 0, 1);
		port_end(port);
	}
}

static void test_several_jobs(void **state)
{
	struct port *port = open_port();
	uint32_t id[4];
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++)
		id[i] = print_delivered(port, "same");
	says(port, START("same #1") PAGE("1"));
	says(port, END("same #1", "1"));
	is_printed(port, id[0], 0, 1);
	/* The second one is not heard of. */
	says(port, START("same #3") PAGE("1") PAGE("2"));
	says(port, END("same #3", "2"));
	is_printed(port, id[1], -ENODATA, 0);
	is_printed(port, id[2], 0, 2);
	not_printed(port, id[3]);
	says(port, END("same #4", "1"));
	is_printed(port, id[3], 0, 1);
	port_end(port);
}

static void test_too_many_jobs(void **state)
{
	struct port *port = open_port();
	uint32_t id[PJL_JOBS_MAX + 2];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(id); i++)
		id[i] = print(port, "n", "x");
	is_printed(port, id[0], -ENODATA, 0);
	is_printed(port, id[1], -ENODATA, 0);
	not_printed(port, id[2]);
	says(port, END("n #66", "1"));
	is_printed(port, id[65], 0, 1);
	is_printed(port, id[2], -ENODATA, 0);
	port_end(port);
}

static void test_own_names(void **state)
{
	struct port *port = open_port();
	uint32_t own, wrapped, nameless;

	(void)state;
	own = print(port, "spooler's", UEL "@PJL JOB NAME=\"mine\"\r\nx" UEL "@PJL EOJ\r\n");
	wrapped = print(port, "b", "x");
	nameless = print(port, "c", UEL "@PJL JOB\r\nx" UEL "@PJL EOJ NAME=\"end\"\r\n");
	fake_delivered(port->monitor, own, 0);
	fake_delivered(port->monitor, wrapped, 0);
	says(port, START("mine") END("mine", "2"));
	is_printed(port, own, 0, 2);
	says(port, END("b #2", "1"));
	is_printed(port, wrapped, 0, 1);
	says(port, END("end", "1"));
	not_printed(port, nameless);
	/* Of a job that is over, late. */
	says(port, END("b #2", "7"));
	fake_delivered(port->monitor, nameless, 0);
	is_printed(port, nameless, 0, 1);
	port_end(port);
}

/* Two jobs of PJL in one of the port: their pages together. */
static void test_two_own_jobs_in_one(void **state)
{
	struct port *port = open_port();
	uint32_t id = print(port, "n", UEL "@PJL JOB NAME=\"a\"\r\nx" UEL "@PJL EOJ\r\n"
			    UEL "@PJL JOB NAME=\"b\"\r\nx" UEL "@PJL EOJ\r\n");

	(void)state;
	says(port, END("a", "2"));
	says(port, END("b", "3"));
	fake_delivered(port->monitor, id, 0);
	is_printed(port, id, 0, 5);
	port_end(port);
}

/* A printer that says nothing of jobs, but answers. */
static void test_no_eoj(void **state)
{
	struct port *port = port_with("silence-ms", 86400000);
	uint32_t id;

	(void)state;
	fake_open(port->monitor, 0);
	id = print_delivered(port, "n");
	says(port, PAGE("1"));
	fake_advance(port->monitor, 59999);
	fake_wire_clear(port->monitor);
	not_printed(port, id);
	fake_advance(port->monitor, 1);
	wire_is(port, ASK("STATUS"));
	says(port, "@PJL INFO STATUS\r\nCODE=10023\r\nONLINE=TRUE\r\n\f");
	not_printed(port, id);
	fake_advance(port->monitor, 60000);
	says(port, "@PJL INFO STATUS\r\nCODE=10001\r\nONLINE=TRUE\r\n\f");
	is_printed(port, id, -ENODATA, 1);
	port_end(port);
}

static void test_no_word_at_all(void **state)
{
	struct port *port = open_port();
	uint32_t id = print_delivered(port, "n");

	(void)state;
	fake_advance(port->monitor, 69998);
	not_printed(port, id);
	fake_advance(port->monitor, 10);
	is_printed(port, id, -ENODATA, 0);
	port_end(port);
}

/* Out of paper for hours: the job is waited for as long as the printer says so. */
static void test_waits_while_stopped(void **state)
{
	struct port *port = open_port();
	uint32_t id = print_delivered(port, "n");
	unsigned int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		says(port, "@PJL USTATUS TIMED\r\nCODE=41202\r\nONLINE=FALSE\r\n\f");
		fake_advance(port->monitor, 15000);
	}
	not_printed(port, id);
	says(port, PRINTING PAGE("1"));
	says(port, END("n #1", "1"));
	is_printed(port, id, 0, 1);
	port_end(port);
}

static void test_waits_while_next_job(void **state)
{
	struct port *port = open_port();
	uint32_t first = print_delivered(port, "a"), second;
	unsigned int i;

	(void)state;
	second = fake_start(port->monitor, "b", "");
	fake_data(port->monitor, "x", 1);
	for (i = 0; i < 100; i++) {
		says(port, "@PJL USTATUS TIMED\r\nCODE=41202\r\nONLINE=FALSE\r\n\f");
		fake_advance(port->monitor, 15000);
	}
	not_printed(port, first);
	/* No word more, and it cannot be asked. */
	fake_advance(port->monitor, 200000);
	is_printed(port, first, -ENODATA, 0);
	fake_end(port->monitor);
	fake_delivered(port->monitor, second, 0);
	says(port, END("b #2", "1"));
	is_printed(port, second, 0, 1);
	port_end(port);
}

/* What is in the printer's memory of an aborted job is not the next one's. */
static void test_pages_of_an_aborted_job(void **state)
{
	struct port *port = open_port();
	uint32_t second;

	(void)state;
	fake_start(port->monitor, "a", "");
	fake_data(port->monitor, "half", 4);
	says(port, START("a #1"));
	says(port, PAGE("1"));
	fake_abort(port->monitor, -ECANCELED);
	second = print_delivered(port, "b");
	says(port, PAGE("2979"));
	assert_int_equal(fake_progress(port->monitor, second), 0);
	says(port, START("b #2"));
	says(port, PAGE("1"));
	assert_int_equal(fake_progress(port->monitor, second), 1);
	says(port, END("b #2", "1"));
	is_printed(port, second, 0, 1);
	port_end(port);
}

/* Open, write, close: the end comes when nobody holds the port any more. */
static void test_printed_after_close(void **state)
{
	struct port *port = open_port();
	uint32_t id = fake_start_implicit(port->monitor);

	(void)state;
	fake_data(port->monitor, "x", 1);
	fake_end(port->monitor);
	fake_wire_clear(port->monitor);
	fake_close(port->monitor);
	fake_delivered(port->monitor, id, 0);
	fake_advance(port->monitor, 1);
	assert_true(fake_transport_open(port->monitor));
	wire_is(port, SETTINGS);
	says(port, END("job #1", "1"));
	is_printed(port, id, 0, 1);
	fake_advance(port->monitor, 1999);
	assert_true(fake_transport_open(port->monitor));
	fake_advance(port->monitor, 1);
	wire_is(port, OFF);
	fake_advance(port->monitor, 500);
	assert_false(fake_transport_open(port->monitor));
	assert_int_equal(fake_timer(port->monitor), 0);
	port_end(port);
}

static void test_transport_busy_after_close(void **state)
{
	struct port *port = open_port();
	uint32_t id = print_delivered(port, "n");

	(void)state;
	fake_set_transport_error(port->monitor, -EBUSY);
	fake_close(port->monitor);
	fake_advance(port->monitor, 1000);
	assert_in_range(fake_count(port->monitor, FAKE_OPEN_TRANSPORT), 3, 6);
	fake_set_transport_error(port->monitor, 0);
	fake_advance(port->monitor, 250);
	assert_true(fake_transport_open(port->monitor));
	says(port, END("n #1", "1"));
	is_printed(port, id, 0, 1);
	port_end(port);
}

static void test_idle_close(void **state)
{
	struct port *port = open_port();
	uint32_t id = print_delivered(port, "n");

	(void)state;
	says(port, END("n #1", "1"));
	is_printed(port, id, 0, 1);
	fake_wire_clear(port->monitor);
	fake_close(port->monitor);
	wire_is(port, OFF);
	fake_advance(port->monitor, 1000000);
	assert_false(fake_transport_open(port->monitor));
	assert_int_equal(fake_count(port->monitor, FAKE_OPEN_TRANSPORT), 0);
	assert_int_equal(fake_timer(port->monitor), 0);
	wire_is(port, "");
	port_end(port);
}

/* A port that is closed while the printer is out of paper says when it no longer is. */
static void test_condition_watched_after_close(void **state)
{
	struct port *port = open_port();

	(void)state;
	says(port, NO_PAPER);
	fake_close(port->monitor);
	fake_advance(port->monitor, 20000);
	assert_true(fake_transport_open(port->monitor));
	assert_int_not_equal(fake_reasons(port->monitor), 0);
	says(port, READY);
	assert_int_equal(fake_reasons(port->monitor), 0);
	fake_advance(port->monitor, 2500);
	assert_false(fake_transport_open(port->monitor));
	port_end(port);
}

static void test_condition_not_watched_for_ever(void **state)
{
	struct port *port = open_port();

	(void)state;
	says(port, NO_PAPER);
	fake_close(port->monitor);
	fake_advance(port->monitor, 200000);
	assert_false(fake_transport_open(port->monitor));
	assert_int_equal(fake_reasons(port->monitor), 0);
	assert_int_equal(fake_timer(port->monitor), 0);
	port_end(port);
}

/* --- jobs that die ------------------------------------------------------------------- */

static void test_abort(void **state)
{
	struct port *port = open_port();

	(void)state;
	fake_start(port->monitor, "a", "");
	fake_data(port->monitor, "half", 4);
	fake_abort(port->monitor, -ECANCELED);
	wire_is(port, BEFORE("a #1") "half" RESET("a #1"));
	says(port, END("a #1", "1"));
	print(port, "b", "x");
	wire_is(port, BEFORE("b #2") "x" BEHIND("b #2"));
	assert_int_equal(fake_count(port->monitor, FAKE_PRINTED), 0);
	port_end(port);
}

static void test_abort_before_anything(void **state)
{
	struct port *port = open_port();

	(void)state;
	fake_start(port->monitor, "a", "");
	fake_data(port->monitor, "\033%", 2);
	fake_abort(port->monitor, -ECANCELED);
	wire_is(port, "");
	port_end(port);
}

static void test_abort_own_job(void **state)
{
	struct port *port = open_port();

	(void)state;
	fake_start(port->monitor, "a", "");
	fake_data(port->monitor, UEL "@PJL JOB\r\n", 19);
	fake_abort(port->monitor, -EIO);
	wire_is(port, UEL "@PJL JOB\r\n" RESET_NAMELESS);
	port_end(port);
}

static void test_abort_padding(void **state)
{
	struct port *port = port_with("abort-padding", 10000);
	const char *wire;
	size_t len, i;

	(void)state;
	fake_open(port->monitor, 0);
	fake_start(port->monitor, "a", "");
	fake_data(port->monitor, "half", 4);
	fake_wire_clear(port->monitor);
	fake_abort(port->monitor, -ECANCELED);
	wire = fake_wire(port->monitor, &len);
	assert_int_equal(len, 10000 + strlen(RESET("a #1")));
	for (i = 0; i < 10000; i++)
		assert_int_equal(wire[i], 0);
	assert_memory_equal(wire + 10000, RESET("a #1"), len - 10000);
	port_end(port);
}

/* The job was done when its transfer failed: nobody calls abort_doc(). */
static void test_delivery_fails(void **state)
{
	struct port *port = open_port();
	uint32_t id = print(port, "a", "x");

	(void)state;
	fake_advance(port->monitor, 1);
	fake_wire_clear(port->monitor);
	fake_delivered(port->monitor, id, -EIO);
	is_printed(port, id, -EIO, 0);
	wire_is(port, RESET_NAMELESS);
	print(port, "b", "x");
	wire_is(port, BEFORE("b #2") "x" BEHIND("b #2"));
	port_end(port);
}

static void test_no_memory(void **state)
{
	struct port *port;
	uint32_t id;
	int sends;

	(void)state;
	for (sends = 0; sends < 4; sends++) {
		port = open_port();
		fake_set_send_failure(port->monitor, sends);
		id = print(port, "a", "x");
		fake_set_send_failure(port->monitor, -1);
		fake_delivered(port->monitor, id, 0);
		fake_wire_clear(port->monitor);
		print(port, "b", "x");
		if (sends == 0 || sends == 1)	/* a's trailer was lost */
			wire_is(port, RESET_NAMELESS BEFORE("b #2") "x" BEHIND("b #2"));
		else
			wire_is(port, BEFORE("b #2") "x" BEHIND("b #2"));
		port_end(port);
	}
}

static void test_abort_no_memory(void **state)
{
	struct port *port = open_port();

	(void)state;
	fake_start(port->monitor, "a", "");
	fake_data(port->monitor, "half", 4);
	fake_set_send_failure(port->monitor, 0);
	fake_abort(port->monitor, -ECANCELED);
	fake_set_send_failure(port->monitor, -1);
	fake_wire_clear(port->monitor);
	print(port, "b", "x");
	wire_is(port, RESET_NAMELESS BEFORE("b #2") "x" BEHIND("b #2"));
	port_end(port);
}

/* --- questions ----------------------------------------------------------------------- */

static void test_query_keys(void **state)
{
	static const char *const known[] = {
		"ID", "id", "INFO ID", "pjl:INFO ID", "PJL:id", "@PJL INFO ID", "CONFIG",
		"memory", "Status", "VARIABLES", "PAGECOUNT", "info ustatus",
	};
	static const char *const unknown[] = {
		"", "INFO", "ID ", " ID", "INFO ID\r\n@PJL RESET", "FSDIRLIST", "IDX",
		"pjl:", "pjl:pjl:ID", "\"",
	};
	char category[PJL_CATEGORY_MAX];
	struct port *port = open_port();
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(known); i++)
		assert_true(pjl_query_category(known[i], category));
	for (i = 0; i < COUNT(unknown); i++)
		is_refused(port, fake_query(port->monitor, unknown[i]), -ENOENT);
	wire_is(port, "");
	port_end(port);
}

static void test_query_while_open(void **state)
{
	struct port *port = open_port();
	uint32_t query = fake_query(port->monitor, "pjl:INFO ID");

	(void)state;
	wire_is(port, ASK("ID"));
	not_answered(port, query);
	says(port, READY "@PJL INFO ID\r\n\"LASERJET 4\"\r\n\f");
	is_answered(port, query, "LASERJET 4");
	port_end(port);
}

static void test_query_while_closed(void **state)
{
	struct port *port = port_with(NULL, 0);
	uint32_t query = fake_query(port->monitor, "CONFIG");

	(void)state;
	assert_true(fake_transport_open(port->monitor));
	wire_is(port, UEL "@PJL\r\n@PJL USTATUS DEVICE = VERBOSE\r\n@PJL USTATUS JOB = ON\r\n"
		"@PJL USTATUS PAGE = ON\r\n@PJL USTATUS TIMED = 15\r\n"
		"@PJL INFO CONFIG\r\n" UEL);
	says(port, "@PJL INFO CONFIG\r\n" "IN TRAYS [1 ENUMERATED]\r\n\tINTRAY1\r\n"
		   "DUPLEX\r\n\f");
	is_answered(port, query, "IN TRAYS [1 ENUMERATED]\n\tINTRAY1\nDUPLEX");
	fake_advance(port->monitor, 2000);
	wire_is(port, OFF);
	/* One more question before the transport is closed. */
	query = fake_query(port->monitor, "PAGECOUNT");
	fake_advance(port->monitor, 1000);
	says(port, "@PJL INFO PAGECOUNT\r\n183933\r\n\f");
	is_answered(port, query, "183933");
	fake_advance(port->monitor, 2500);
	assert_false(fake_transport_open(port->monitor));
	assert_int_equal(fake_timer(port->monitor), 0);
	assert_int_equal(fake_count(port->monitor, FAKE_OPEN_TRANSPORT), 1);
	port_end(port);
}

static void test_query_during_job(void **state)
{
	struct port *port = open_port();
	uint32_t query;

	(void)state;
	fake_start(port->monitor, "a", "");
	fake_data(port->monitor, "x", 1);
	query = fake_query(port->monitor, "MEMORY");
	fake_data(port->monitor, "y", 1);
	wire_is(port, BEFORE("a #1") "xy");
	fake_end(port->monitor);
	wire_is(port, BEHIND("a #1"));
	/* The next job comes at once: the question goes before it. */
	print(port, "b", "z");
	wire_is(port, ASK("MEMORY") BEFORE("b #2") "z" BEHIND("b #2"));
	says(port, "@PJL INFO MEMORY\r\nTOTAL=1494416\r\nLARGEST=1494176\r\n\f");
	is_answered(port, query, "TOTAL=1494416\nLARGEST=1494176");
	port_end(port);
}

static void test_query_times_out(void **state)
{
	struct port *port = open_port();
	uint32_t sent = fake_query(port->monitor, "ID"), waiting;

	(void)state;
	fake_start(port->monitor, "a", "");
	fake_data(port->monitor, "x", 1);
	fake_advance(port->monitor, 1000);
	waiting = fake_query(port->monitor, "CONFIG");
	fake_advance(port->monitor, 8999);
	not_answered(port, sent);
	fake_advance(port->monitor, 1);
	is_refused(port, sent, -ETIMEDOUT);
	not_answered(port, waiting);
	fake_advance(port->monitor, 1000);
	is_refused(port, waiting, -ETIMEDOUT);
	/* An answer that comes too late is nobody's. */
	says(port, "@PJL INFO ID\r\n\"X\"\r\n\f");
	fake_end(port->monitor);
	port_end(port);
}

static void test_queries_bounded_and_shared(void **state)
{
	struct port *port = open_port();
	uint32_t query[PJL_QUERIES_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(query); i++)
		query[i] = fake_query(port->monitor, i & 1 ? "ID" : "info id");
	wire_is(port, ASK("ID"));
	is_refused(port, fake_query(port->monitor, "ID"), -EAGAIN);
	is_refused(port, fake_query(port->monitor, "CONFIG"), -EAGAIN);
	is_answered(port, fake_query(port->monitor, "code"), "0");
	says(port, "@PJL INFO ID\r\n\"X\"\r\n\f");
	for (i = 0; i < COUNT(query); i++)
		is_answered(port, query[i], "X");
	fake_query(port->monitor, "ID");
	wire_is(port, ASK("ID"));
	port_end(port);
}

static void test_query_answers(void **state)
{
	struct port *port = open_port();
	uint32_t query = fake_query(port->monitor, "PAGECOUNT");
	char *text;

	(void)state;
	says(port, "@PJL INFO PAGECOUNT\r\n\"?\"\r\n\f");
	is_refused(port, query, -EOPNOTSUPP);
	query = fake_query(port->monitor, "VARIABLES");
	text = calloc(1, 3 * PJL_MESSAGE_MAX);
	strcpy(text, "@PJL INFO VARIABLES\r\n");
	while (strlen(text) < PJL_MESSAGE_MAX + 100)
		strcat(text, "COPIES=1 [2 RANGE]\r\n");
	strcat(text, "\f");
	says(port, text);
	is_refused(port, query, -EMSGSIZE);
	/* Longer than an answer can be, though not than a message. */
	query = fake_query(port->monitor, "VARIABLES");
	strcpy(text + PRINTPORT_QUERY_MAX + 600, "\r\n\f");
	says(port, text);
	is_refused(port, query, -EMSGSIZE);
	free(text);
	query = fake_query(port->monitor, "ID");
	says(port, "@PJL INFO ID\r\n\f");
	is_answered(port, query, "");
	port_end(port);
}

static void test_query_no_printer(void **state)
{
	struct port *port = port_with(NULL, 0);
	uint32_t query;

	(void)state;
	fake_set_transport_error(port->monitor, -ENODEV);
	is_refused(port, fake_query(port->monitor, "ID"), -ENODEV);
	fake_set_transport_error(port->monitor, -EBUSY);
	query = fake_query(port->monitor, "ID");
	fake_advance(port->monitor, 9999);
	not_answered(port, query);
	fake_advance(port->monitor, 1);
	is_refused(port, query, -ETIMEDOUT);
	fake_advance(port->monitor, 1000);
	assert_int_equal(fake_timer(port->monitor), 0);
	port_end(port);
}

static void test_local_queries(void **state)
{
	struct port *port = open_port();

	(void)state;
	is_answered(port, fake_query(port->monitor, "reasons"), "none");
	is_answered(port, fake_query(port->monitor, "online"), "unknown");
	is_answered(port, fake_query(port->monitor, "display"), "");
	fake_start(port->monitor, "a", "");
	fake_data(port->monitor, "x", 1);
	says(port, START("a #1") PAGE("4") NO_PAPER);
	is_answered(port, fake_query(port->monitor, "Reasons"), "media-empty media-needed");
	is_answered(port, fake_query(port->monitor, "online"), "no");
	is_answered(port, fake_query(port->monitor, "display"), "LOAD LETTER");
	is_answered(port, fake_query(port->monitor, "code"), "41202");
	is_answered(port, fake_query(port->monitor, "pages"), "4");
	fake_end(port->monitor);
	port_end(port);
}

/* A spooler opens the port while the transport is open for a question. */
static void test_open_while_held(void **state)
{
	struct port *port = port_with(NULL, 0);
	uint32_t query = fake_query(port->monitor, "ID"), id;

	(void)state;
	fake_open(port->monitor, 0);
	id = print(port, "a", "x");
	says(port, "@PJL INFO ID\r\n\"X\"\r\n\f");
	is_answered(port, query, "X");
	fake_delivered(port->monitor, id, 0);
	says(port, END("a #1", "1"));
	fake_advance(port->monitor, 10000);
	assert_true(fake_transport_open(port->monitor));
	fake_close(port->monitor);
	fake_advance(port->monitor, 3000);
	assert_false(fake_transport_open(port->monitor));
	port_end(port);
}

/* --- power, probes ------------------------------------------------------------------- */

static void test_settings_after_silence(void **state)
{
	struct port *port = open_port();

	(void)state;
	fake_advance(port->monitor, 29998);
	wire_is(port, "");
	fake_advance(port->monitor, 2);
	wire_is(port, UEL "@PJL\r\n@PJL USTATUS DEVICE = VERBOSE\r\n@PJL USTATUS JOB = ON\r\n"
		"@PJL USTATUS PAGE = ON\r\n@PJL USTATUS TIMED = 15\r\n"
		"@PJL INFO STATUS\r\n" UEL);
	says(port, "@PJL INFO STATUS\r\nCODE=10001\r\nONLINE=TRUE\r\n\f");
	fake_advance(port->monitor, 29999);
	wire_is(port, "");
	/* A printer that never answers is not spoken to for ever. */
	fake_advance(port->monitor, 10000000);
	fake_wire_clear(port->monitor);
	fake_advance(port->monitor, 10000000);
	wire_is(port, "");
	port_end(port);
}

static void test_silence_during_job(void **state)
{
	struct port *port = open_port();

	(void)state;
	fake_start(port->monitor, "a", "");
	fake_data(port->monitor, "x", 1);
	fake_advance(port->monitor, 40000);
	fake_data(port->monitor, "y", 1);
	wire_is(port, BEFORE("a #1") "xy");
	fake_end(port->monitor);
	wire_is(port, BEHIND("a #1"));
	fake_advance(port->monitor, 1);
	wire_is(port, SETTINGS);
	port_end(port);
}

static void test_settings_after_transport_was_offline(void **state)
{
	struct port *port = open_port();

	(void)state;
	fake_status(port->monitor, REASON(OFFLINE));
	wire_is(port, "");
	fake_status(port->monitor, 0);
	wire_is(port, SETTINGS);
	port_end(port);
}

struct probe {
	unsigned int calls;
	bool speaks;
};

static void probed(void *arg, bool speaks)
{
	struct probe *probe = arg;

	probe->calls++;
	probe->speaks = speaks;
}

static void test_probe(void **state)
{
	static const struct {
		const char *text;
		bool speaks;
	} table[] = {
		{ "@PJL ECHO printport speaks PJL\r\n\f@PJL INFO ID\r\n\"X\"\r\n\f", true },
		{ "@PJL INFO ID\r\n\"X\"\r\n\f", true },
		{ "@PJL ECHO something else\r\n\f", false },
		{ "@PJL ECHO printport speaks PJL", false },
		{ "", false },
		{ "\x12\x16\x10\x14", false },
	};
	struct probe probe;
	struct port *port;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(table); i++) {
		port = port_with(NULL, 0);
		memset(&probe, 0, sizeof(probe));
		language_pjl.probe(port->language, probed, &probe);
		wire_is(port, UEL "@PJL\r\n@PJL ECHO printport speaks PJL\r\n"
			"@PJL INFO ID\r\n" UEL);
		says(port, table[i].text);
		fake_advance(port->monitor, 3000);
		assert_int_equal(probe.calls, 1);
		assert_int_equal(probe.speaks, table[i].speaks);
		fake_advance(port->monitor, 5000);
		assert_int_equal(probe.calls, 1);
		assert_false(fake_transport_open(port->monitor));
		/* A printer that does not speak PJL gets no more of it. */
		wire_is(port, "");
		port_end(port);
	}
}

static void test_probe_no_printer(void **state)
{
	struct port *port = port_with(NULL, 0);
	struct probe probe = { 0, true };

	(void)state;
	fake_set_transport_error(port->monitor, -EIO);
	language_pjl.probe(port->language, probed, &probe);
	assert_int_equal(probe.calls, 1);
	assert_false(probe.speaks);
	port_end(port);
}

static void test_timed_option(void **state)
{
	static const struct {
		unsigned int value;
		const char *wanted;
	} table[] = {
		{ 0, "TIMED = 0\r\n" }, { 3, "TIMED = 5\r\n" }, { 300, "TIMED = 300\r\n" },
	};
	struct port *port;
	const char *wire;
	size_t i, len;

	(void)state;
	for (i = 0; i < COUNT(table); i++) {
		port = port_with("timed-s", table[i].value);
		fake_open(port->monitor, 0);
		fake_advance(port->monitor, 1);
		wire = fake_wire(port->monitor, &len);
		assert_non_null(memmem(wire, len, table[i].wanted, strlen(table[i].wanted)));
		port_end(port);
	}
}

#define TEST(name)	cmocka_unit_test(test_##name)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(speaks), TEST(options), TEST(settings_on_open),
		TEST(first_job_right_after_open), TEST(user_is_displayed), TEST(bodies),
		TEST(own_job), TEST(own_job_cut_off), TEST(lookahead_is_bounded),
		TEST(sync_decides), TEST(forwarded_not_copied), TEST(names),
		TEST(long_names), TEST(wrapper_fits), TEST(messages), TEST(every_split),
		TEST(garbage_around), TEST(two_conditions), TEST(too_long),
		TEST(half_message_times_out), TEST(codes), TEST(all_codes),
		TEST(reason_names), TEST(reasons_reported), TEST(printing_hides_toner_low),
		TEST(what_is_said_goes_back), TEST(printed), TEST(printed_before_delivered),
		TEST(end_amid_job), TEST(cancelled_at_panel),
		TEST(names_as_the_printer_likes), TEST(several_jobs), TEST(too_many_jobs),
		TEST(own_names), TEST(two_own_jobs_in_one), TEST(no_eoj),
		TEST(no_word_at_all), TEST(waits_while_stopped), TEST(waits_while_next_job),
		TEST(pages_of_an_aborted_job),
		TEST(printed_after_close), TEST(transport_busy_after_close),
		TEST(idle_close), TEST(condition_watched_after_close),
		TEST(condition_not_watched_for_ever), TEST(abort),
		TEST(abort_before_anything), TEST(abort_own_job), TEST(abort_padding),
		TEST(abort_no_memory),
		TEST(delivery_fails), TEST(no_memory), TEST(query_keys),
		TEST(query_while_open), TEST(query_while_closed), TEST(query_during_job),
		TEST(query_times_out), TEST(queries_bounded_and_shared),
		TEST(query_answers), TEST(query_no_printer), TEST(local_queries),
		TEST(open_while_held), TEST(settings_after_silence),
		TEST(silence_during_job), TEST(settings_after_transport_was_offline),
		TEST(probe), TEST(probe_no_printer), TEST(timed_option),
	};
	int failed = cmocka_run_group_tests_name("pjl", tests, NULL, NULL);

	printf("%d passed, %d failed\n", (int)COUNT(tests) - failed, failed);
	return failed != 0;
}
