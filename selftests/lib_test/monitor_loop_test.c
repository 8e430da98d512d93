// SPDX-License-Identifier: GPL-2.0-or-later
/* The loop of a language monitor, against a channel that is played by fake_channel.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "fake_channel.h"
#include "model.h"
#include "printport-monitor.h"

#define LATER	PRINTPORT_MONITOR_LATER

/* What the operations did, in words, and what they are to do. */
static struct {
	struct printport_monitor *monitor;
	struct printport_doc *doc;
	char said[8192];
	char logged[4096];
	int open_ret;
	int end_ret;
	int abort_ret;
	int close_ret;
	int query_ret;
	void (*start)(struct printport_doc *doc);
	void (*write)(struct printport_doc *doc, const char *buf, size_t len, bool flush);
	void (*end)(struct printport_doc *doc);
	void (*abort)(struct printport_doc *doc);
	void (*open)(void);
	void (*close)(void);
	void (*timer)(void);
	void (*read)(const char *buf, size_t len);
	uint32_t query;
	uint64_t accepted;
} test;

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *format, ...)
{
	size_t used = strlen(test.said);
	va_list args;

	if (used && used + 2 < sizeof(test.said))
		test.said[used++] = ' ';
	va_start(args, format);
	vsnprintf(test.said + used, sizeof(test.said) - used, format, args);
	va_end(args);
}

static void logged(void *arg, int level, const char *line)
{
	size_t used = strlen(test.logged);

	(void)arg;
	if (level <= LOG_ERR)
		snprintf(test.logged + used, sizeof(test.logged) - used, "%s\n", line);
}

/* --- the language ------------------------------------------------------- */

static int op_open_port(struct printport_monitor *monitor, uid_t uid)
{
	(void)monitor;
	say("open:%u", uid);
	if (test.open)
		test.open();
	return test.open_ret;
}

static void op_start_doc(struct printport_monitor *monitor, struct printport_doc *doc)
{
	(void)monitor;
	test.doc = doc;
	say("start%u", doc->id);
	if (test.start)
		test.start(doc);
}

static void op_write(struct printport_monitor *monitor, struct printport_doc *doc,
		     const void *buf, size_t len, bool flush)
{
	(void)monitor;
	say(len <= 32 ? "write%u%s\"%.*s\"" : "write%u%s(%d)", doc->id, flush ? "!" : "",
	    (int)len, (const char *)buf);
	if (test.write)
		test.write(doc, buf, len, flush);
}

static int op_end_doc(struct printport_monitor *monitor, struct printport_doc *doc)
{
	(void)monitor;
	say("end%u", doc->id);
	test.accepted = doc->accepted;
	if (test.end)
		test.end(doc);
	return test.end_ret;
}

static int op_abort_doc(struct printport_monitor *monitor, struct printport_doc *doc,
			int error)
{
	(void)monitor;
	say("abort%u:%d", doc->id, error);
	if (test.abort)
		test.abort(doc);
	return test.abort_ret;
}

static void op_delivered(struct printport_monitor *monitor, uint32_t id, int error)
{
	(void)monitor;
	say("delivered%u:%d", id, error);
}

static int op_close_port(struct printport_monitor *monitor)
{
	(void)monitor;
	say("close");
	if (test.close)
		test.close();
	return test.close_ret;
}

static int op_get_printer_data(struct printport_monitor *monitor, uint32_t query,
			       const char *key)
{
	(void)monitor;
	say("query:%s", key);
	test.query = query;
	return test.query_ret;
}

static void op_status(struct printport_monitor *monitor, uint64_t reasons)
{
	(void)monitor;
	say("status:%llu", (unsigned long long)reasons);
}

static void op_timer(struct printport_monitor *monitor)
{
	(void)monitor;
	say("timer");
	if (test.timer)
		test.timer();
}

static void op_read(struct printport_monitor *monitor, const void *buf, size_t len)
{
	(void)monitor;
	say("read\"%.*s\"", (int)len, (const char *)buf);
	if (test.read)
		test.read(buf, len);
}

static const struct printport_monitor_ops all_ops = {
	.size = sizeof(all_ops),
	.name = "test",
	.flags = PRINTPORT_MONITOR_CONFIRMS,
	.open_port = op_open_port,
	.start_doc = op_start_doc,
	.write = op_write,
	.read = op_read,
	.end_doc = op_end_doc,
	.abort_doc = op_abort_doc,
	.delivered = op_delivered,
	.close_port = op_close_port,
	.get_printer_data = op_get_printer_data,
	.status = op_status,
	.timer = op_timer,
};

static const struct printport_monitor_ops no_ops = {
	.size = sizeof(no_ops), .name = "none", .flags = PRINTPORT_MONITOR_PASS_BACK,
};

/* --- helpers ------------------------------------------------------------ */

static void attach(const struct printport_monitor_ops *ops)
{
	assert_int_equal(printport_monitor_attach("/dev/printport-lm7", ops, &test,
						  &test.monitor), 0);
	printport_monitor_set_log(test.monitor, logged, NULL);
}

static int set_up(void **state)
{
	(void)state;
	memset(&test, 0, sizeof(test));
	fake_setup();
	attach(&all_ops);
	return 0;
}

static int set_up_default(void **state)
{
	(void)state;
	memset(&test, 0, sizeof(test));
	fake_setup();
	attach(&no_ops);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	printport_monitor_detach(test.monitor);
	fake_teardown();
	return 0;
}

static bool has_work(void)
{
	struct pollfd poller = { .fd = printport_monitor_fd(test.monitor), .events = POLLIN };

	return poll(&poller, 1, 0) == 1;
}

/* Everything that there is to do, which must not be without end. */
static void run(void)
{
	int rounds = 0;

	while (has_work()) {
		assert_int_equal(printport_monitor_dispatch(test.monitor), 0);
		assert_true(++rounds < 1000);
	}
}

static void sane(void)
{
	assert_string_equal(test.logged, "");
	assert_int_equal(fake.refused, 0);
}

#define SAID(text) do {					\
	assert_string_equal(test.said, text);		\
	test.said[0] = '\0';				\
} while (0)

#define TRACE(text) do {				\
	assert_string_equal(fake.trace, text);		\
	fake_forget_trace();				\
} while (0)

static void send_doc(struct printport_doc *doc, const char *text)
{
	assert_int_equal(printport_monitor_send(test.monitor, doc, text, strlen(text)), 0);
}

/* Ways to write(). */

static void forward_all(struct printport_doc *doc, const char *buf, size_t len, bool flush)
{
	(void)buf;
	(void)flush;
	printport_monitor_forward(test.monitor, doc, len);
}

static void forward_lines(struct printport_doc *doc, const char *buf, size_t len, bool flush)
{
	const char *end = memrchr(buf, '\n', len);

	if (flush)
		printport_monitor_forward(test.monitor, doc, len);
	else if (end)
		printport_monitor_forward(test.monitor, doc, end + 1 - buf);
}

static void shout(struct printport_doc *doc, const char *buf, size_t len, bool flush)
{
	char *loud = malloc(len);
	size_t i;

	(void)flush;
	for (i = 0; i < len; i++)
		loud[i] = toupper((unsigned char)buf[i]);
	assert_int_equal(printport_monitor_send(test.monitor, doc, loud, len), 0);
	printport_monitor_consume(test.monitor, doc, len);
	free(loud);
}

static void shout_in_place(struct printport_doc *doc, const char *buf, size_t len, bool flush)
{
	(void)flush;
	while (len) {
		size_t room, i;
		char *loud = printport_monitor_reserve(test.monitor, len, &room);

		if (!loud)
			return;
		for (i = 0; i < room; i++)
			loud[i] = toupper((unsigned char)buf[i]);
		printport_monitor_commit(test.monitor, doc, room);
		printport_monitor_consume(test.monitor, doc, room);
		buf += room;
		len -= room;
	}
}

static void leave(struct printport_doc *doc, const char *buf, size_t len, bool flush)
{
	(void)doc;
	(void)buf;
	(void)len;
	(void)flush;
}

static void open_and_start(uint32_t job)
{
	if (!printport_monitor_is_open(test.monitor)) {
		fake_open(0);
		run();
	}
	fake_start(job, "doc");
	run();
	fake_forget_trace();
	test.said[0] = '\0';
}

/* --- attaching ---------------------------------------------------------- */

static void attach_tells(void **state)
{
	(void)state;
	assert_string_equal(fake.setup.name, "test");
	assert_int_equal(fake.setup.flags, PRINTPORT_LM_F_CONFIRMS);
	assert_int_equal(printport_monitor_index(test.monitor), 7);
	assert_ptr_equal(printport_monitor_data(test.monitor), &test);
	assert_false(has_work());
}

static void attach_checks(void **state)
{
	struct printport_monitor_ops ops = { .size = sizeof(ops), .name = "x" };
	struct printport_monitor *monitor;

	(void)state;
	ops.size = 8;
	assert_int_equal(printport_monitor_attach("/x", &ops, NULL, &monitor), -EINVAL);
	ops.size = sizeof(ops);
	ops.name = "a name that is longer than what there is room for";
	assert_int_equal(printport_monitor_attach("/x", &ops, NULL, &monitor), -EINVAL);
	ops.name = "";
	assert_int_equal(printport_monitor_attach("/x", &ops, NULL, &monitor), -EINVAL);
	ops.name = "x";
	ops.flags = 1U << 20;
	assert_int_equal(printport_monitor_attach("/x", &ops, NULL, &monitor), -EINVAL);
	ops.flags = 0;
	assert_int_equal(printport_monitor_attach("/x", &ops, NULL, &monitor), -ENOENT);
	printport_monitor_detach(NULL);
}

/* --- opening and closing ------------------------------------------------ */

static void send_init(void)
{
	send_doc(NULL, "init");
}

static void send_bye(void)
{
	send_doc(NULL, "bye");
}

static void opens_and_closes(void **state)
{
	(void)state;
	test.open = send_init;
	test.close = send_bye;
	fake_open(1000);
	run();
	SAID("open:1000");
	/* What is sent at opening goes behind the answer. */
	TRACE("open:0 W0\"init\"");
	assert_true(printport_monitor_is_open(test.monitor));
	fake_close();
	run();
	SAID("close");
	TRACE("W0\"bye\" close");
	assert_false(printport_monitor_is_open(test.monitor));
	sane();
}

static void refuses_to_open(void **state)
{
	(void)state;
	test.open_ret = -EACCES;
	fake_open(1000);
	run();
	TRACE("open:13");
	assert_false(printport_monitor_is_open(test.monitor));
	sane();
}

static void close_later(void **state)
{
	(void)state;
	test.close_ret = LATER;
	fake_open(0);
	fake_close();
	run();
	TRACE("open:0");
	printport_monitor_close_done(test.monitor);
	assert_true(has_work());
	run();
	TRACE("close");
	printport_monitor_close_done(test.monitor);
	assert_string_not_equal(test.logged, "");
}

static void opener_gave_up(void **state)
{
	(void)state;
	fake.no_opener = true;
	fake_open(0);
	run();
	SAID("open:0 close");
	TRACE("");
	assert_false(printport_monitor_is_open(test.monitor));
	/* A CLOSE that comes nevertheless is answered, once. */
	fake_close();
	run();
	SAID("");
	TRACE("close");
	fake.no_opener = false;
	fake_open(0);
	run();
	SAID("open:0");
	TRACE("open:0");
	assert_string_equal(test.logged, "");
}

static void close_waits_for_jobs(void **state)
{
	(void)state;
	test.write = forward_all;
	test.end_ret = LATER;
	open_and_start(1);
	fake_text(1, "abc");
	fake_end(1);
	fake_close();
	run();
	SAID("write1!\"abc\" end1");
	TRACE("F1:3");
	printport_monitor_done(test.monitor, test.doc);
	run();
	SAID("close");
	TRACE("D1 close");
	sane();
}

/* --- jobs --------------------------------------------------------------- */

static void default_passes_through(void **state)
{
	(void)state;
	fake_open(0);
	fake_start(5, "doc");
	fake_text(5, "hello");
	run();
	TRACE("open:0:back F5:*");
	fake_text(5, " world");
	run();
	fake_end(5);
	fake_start(6, "empty");
	fake_end(6);
	fake_close();
	run();
	fake_print(10);
	TRACE("D5 D6 close");
	assert_string_equal(fake.paper, "hello world");
	sane();
}

static void start_sees_attributes(struct printport_doc *doc)
{
	assert_true(doc->implicit);
	assert_string_equal(doc->name, "letter.ps");
	assert_string_equal(doc->user, "anna");
	assert_int_equal(doc->accepted, 0);
}

static void undecided_is_shown_again(void **state)
{
	(void)state;
	test.start = start_sees_attributes;
	test.write = forward_lines;
	fake_open(0);
	fake_start(1, "letter.ps");
	run();
	fake_text(1, "one\ntw");
	run();
	assert_int_equal(test.doc->accepted, 6);
	run();
	fake_text(1, "o\nthr");
	fake_text(1, "ee");
	run();
	fake_end(1);
	run();
	SAID("open:0 start1 write1\"one\ntw\" write1\"two\nthree\" write1!\"three\" end1");
	TRACE("open:0 F1:4 F1:4 F1:5 D1");
	sane();
}

static void left_at_the_end_is_forwarded(void **state)
{
	(void)state;
	test.write = leave;
	open_and_start(1);
	fake_text(1, "abc");
	run();
	fake_end(1);
	run();
	SAID("write1\"abc\" write1!\"abc\" end1");
	TRACE("F1:* D1");
	fake_print(9);
	assert_string_equal(fake.paper, "abc");
	sane();
}

static void sync_flushes(void **state)
{
	(void)state;
	test.write = forward_lines;
	open_and_start(1);
	fake_text(1, "abc");
	run();
	SAID("write1\"abc\"");
	fake_sync(1);
	run();
	SAID("write1!\"abc\"");
	TRACE("F1:3");
	fake_sync(1);
	run();
	SAID("");
	sane();
}

static void full_ring_flushes(void **state)
{
	char block[FAKE_RING] = { 0 };

	(void)state;
	test.write = forward_lines;
	open_and_start(1);
	fake_data(1, block, sizeof(block) - 1);
	run();
	SAID("write1(4095)");
	fake_data(1, block, 1);
	run();
	SAID("write1!(4096)");
	TRACE("F1:4096");
	sane();
}

static void rewrite_in_order(void **state)
{
	(void)state;
	test.write = shout;
	open_and_start(1);
	fake_text(1, "abc");
	run();
	fake_text(1, "def");
	run();
	TRACE("W1\"ABC\" C1:3 W1\"DEF\" C1:3");
	assert_int_equal(fake.writes, 3);
	sane();
}

static void mixed(struct printport_doc *doc, const char *buf, size_t len, bool flush)
{
	(void)buf;
	(void)flush;
	assert_int_equal(len, 6);
	send_doc(doc, "<");
	send_doc(doc, "<");
	printport_monitor_forward(test.monitor, doc, 1);
	printport_monitor_forward(test.monitor, doc, 1);
	printport_monitor_consume(test.monitor, doc, 1);
	printport_monitor_consume(test.monitor, doc, 1);
	send_doc(doc, ">");
	printport_monitor_pass(test.monitor, doc);
	printport_monitor_forward(test.monitor, doc, 1);
}

static void neighbours_are_merged(void **state)
{
	(void)state;
	test.write = mixed;
	open_and_start(1);
	fake_text(1, "abcdef");
	run();
	TRACE("W1\"<<\" F1:2 C1:2 W1\">\" F1:*");
	fake_text(1, "ghi");
	run();
	SAID("write1\"abcdef\"");
	fake_end(1);
	run();
	fake_print(9);
	assert_string_equal(fake.paper, "<<ab>efghi");
	sane();
}

static void header(struct printport_doc *doc)
{
	send_doc(doc, "head:");
	printport_monitor_pass(test.monitor, doc);
}

static void trailer(struct printport_doc *doc)
{
	send_doc(doc, ":tail");
}

static void header_and_trailer(void **state)
{
	(void)state;
	test.start = header;
	test.end = trailer;
	open_and_start(1);
	run();
	fake_text(1, "abc");
	run();
	fake_end(1);
	run();
	SAID("end1");
	assert_int_equal(test.accepted, 3);
	TRACE("W1\":tail\" D1");
	fake_start(2, "empty");
	fake_end(2);
	run();
	TRACE("W2\"head::tail\" D2");
	fake_print(99);
	assert_string_equal(fake.paper, "head:abc:tailhead::tail");
	sane();
}

static void forward_ahead(struct printport_doc *doc)
{
	send_doc(doc, "[");
	printport_monitor_forward(test.monitor, doc, 5);
	send_doc(doc, "|");
	printport_monitor_forward(test.monitor, doc, 2);
	printport_monitor_forward(test.monitor, doc, 1);
	send_doc(doc, "]");
}

static void what_follows_bytes_to_come_waits(void **state)
{
	(void)state;
	test.start = forward_ahead;
	test.write = forward_all;
	open_and_start(1);
	fake_text(1, "ab");
	run();
	fake_text(1, "cdefghijk");
	run();
	fake_end(1);
	run();
	fake_print(99);
	assert_string_equal(fake.paper, "[abcde|fgh]ijk");
	/* A job that ends before. */
	fake_start(2, "doc");
	fake_text(2, "xyz");
	fake_end(2);
	run();
	fake_print(99);
	assert_string_equal(fake.paper, "[abcde|fgh]ijk[xyz|]");
	/* The same, but its end is not known yet. */
	fake_start(3, "doc");
	run();
	fake_text(3, "uvw");
	run();
	fake_end(3);
	run();
	fake_print(99);
	assert_string_equal(fake.paper, "[abcde|fgh]ijk[xyz|][uvw|]");
	sane();
}

static void jobs_follow_one_another(void **state)
{
	(void)state;
	test.write = shout;
	test.end_ret = LATER;
	fake_open(0);
	fake_start(1, "a");
	fake_text(1, "one");
	fake_end(1);
	fake_start(2, "b");
	fake_text(2, "two");
	fake_end(2);
	run();
	SAID("open:0 start1 write1!\"one\" end1");
	TRACE("open:0 W1\"ONE\" C1:3");
	printport_monitor_done(test.monitor, test.doc);
	run();
	SAID("start2 write2!\"two\" end2");
	TRACE("D1 W2\"TWO\" C2:3");
	printport_monitor_done(test.monitor, test.doc);
	run();
	TRACE("D2");
	fake_record(PRINTPORT_LM_DELIVERED, 1, 0, 0, NULL, 0);
	fake_record(PRINTPORT_LM_DELIVERED, 2, EIO, 0, NULL, 0);
	run();
	SAID("delivered1:0 delivered2:-5");
	sane();
}

static void done_in_end(struct printport_doc *doc)
{
	printport_monitor_done(test.monitor, doc);
}

static void done_within_end_doc(void **state)
{
	(void)state;
	test.write = forward_all;
	test.end = done_in_end;
	open_and_start(1);
	fake_text(1, "x");
	fake_end(1);
	run();
	TRACE("F1:1 D1");
	sane();
}

static void between_start(struct printport_doc *doc)
{
	send_doc(NULL, "pre");
	send_doc(doc, "head");
	send_doc(NULL, "post");
}

static void bytes_of_no_job(void **state)
{
	(void)state;
	test.start = between_start;
	test.write = forward_all;
	open_and_start(1);
	fake_text(1, "abc");
	run();
	send_doc(NULL, "more");
	fake_end(1);
	run();
	TRACE("F1:3 D1 W0\"postmore\"");
	fake_print(9);
	assert_string_equal(fake.paper, "preheadabcpostmore");
	sane();
}

static void bytes_aside_are_bounded(void **state)
{
	static char block[4096];
	int i, err = 0;

	(void)state;
	test.write = forward_all;
	open_and_start(1);
	fake_text(1, "abc");
	run();
	for (i = 0; i < 100 && !err; i++)
		err = printport_monitor_send(test.monitor, NULL, block, sizeof(block));
	assert_int_equal(err, -ENOMEM);
	assert_int_equal(i, 17);
	sane();
}

/* --- no room ------------------------------------------------------------ */

static void waits_for_room(void **state)
{
	(void)state;
	test.write = shout;
	open_and_start(1);
	fake.room = 1;
	fake_text(1, "abc");
	run();
	TRACE("W1\"ABC\"");
	fake_text(1, "def");
	run();
	/* No write() while something waits, but others are heard. */
	SAID("write1\"abc\"");
	test.query_ret = -ENOENT;
	fake_query(3, "key");
	fake_record(PRINTPORT_LM_PRINTER_DATA, 0, 0, 0, "ok", 2);
	run();
	SAID("query:key read\"ok\"");
	TRACE("A3:2\"\"");
	printport_monitor_progress(test.monitor, 1, 3);
	printport_monitor_reasons(test.monitor, 2);
	run();
	TRACE("P1:3 R2");
	assert_false(has_work());
	fake_print(1);
	run();
	TRACE("C1:3");
	fake_print(1);
	run();
	SAID("write1\"def\"");
	fake.room = 9;
	fake_print(1);
	run();
	TRACE("W1\"DEF\" C1:3");
	sane();
}

static void sends_more_than_the_ring(struct printport_doc *doc)
{
	char block[1000];
	int i;

	for (i = 0; i < 10; i++) {
		memset(block, 'a' + i, sizeof(block));
		assert_int_equal(printport_monitor_send(test.monitor, doc, block,
							sizeof(block)), 0);
	}
	printport_monitor_pass(test.monitor, doc);
}

static void shout_and_complain(struct printport_doc *doc, const char *buf, size_t len,
			       bool flush)
{
	shout(doc, buf, len, flush);
	printport_monitor_reasons(test.monitor, 2);
}

/* What is behind the command that finds no room, and need not wait for it. */
static void news_overtake(void **state)
{
	(void)state;
	test.write = shout_and_complain;
	test.end_ret = LATER;
	open_and_start(1);
	fake.room = 1;
	fake_text(1, "abc");
	fake_end(1);
	run();
	TRACE("W1\"ABC\" R2");
	fake_print(1);
	run();
	TRACE("C1:3");
	send_doc(test.doc, "tail");
	printport_monitor_done(test.monitor, test.doc);
	printport_monitor_printed(test.monitor, 1, 0, 1);
	printport_monitor_reasons(test.monitor, 0);
	run();
	/* PRINTED has to stay behind DONE. */
	TRACE("R0");
	fake.room = 9;
	fake_print(1);
	run();
	TRACE("W1\"tail\" D1 p1:0:1");
	sane();
}

static void sends_something(struct printport_doc *doc)
{
	char block[3000] = { 0 };

	assert_int_equal(printport_monitor_send(test.monitor, doc, block, sizeof(block)), 0);
}

static void what_does_not_fit_is_kept(void **state)
{
	unsigned int i;

	(void)state;
	test.start = sends_more_than_the_ring;
	test.end = trailer;
	open_and_start(1);
	fake_text(1, "end");
	fake_end(1);
	run();
	SAID("");
	for (i = 0; i < 100 && fake.printed < 10008; i++) {
		fake_print_bytes(999);
		run();
	}
	assert_int_equal(fake.printed, 10008);
	for (i = 0; i < 10000; i++)
		assert_int_equal(fake.paper[i], 'a' + i / 1000);
	assert_string_equal(fake.paper + 10000, "end:tail");
	sane();
}

static void a_send_is_bounded(void **state)
{
	static char block[1 << 20];
	int i, err = 0;

	(void)state;
	fake_open(0);
	run();
	for (i = 0; i < 100 && !err; i++)
		err = printport_monitor_send(test.monitor, NULL, block, sizeof(block));
	assert_int_equal(err, -ENOMEM);
	assert_in_range(i, 15, 18);
}

static void in_place_wraps(void **state)
{
	char block[1500];
	size_t i, sent = 0;

	(void)state;
	test.write = shout_in_place;
	open_and_start(1);
	while (sent < 100000) {
		size_t len = sizeof(block) - sent % 700;

		if (len > fake_job_room()) {
			fake_print_bytes(1111);
			run();
			continue;
		}
		for (i = 0; i < len; i++)
			block[i] = 'a' + (sent + i) % 23;
		fake_data(1, block, len);
		sent += len;
		run();
	}
	fake_end(1);
	for (i = 0; i < 100; i++) {
		fake_print_bytes(1111);
		run();
	}
	assert_int_equal(fake.printed, sent);
	for (i = 0; i < sent; i++)
		assert_int_equal(fake.paper[i], 'A' + i % 23);
	sane();
}

/* One try, as in Documentation/examples/shout.c: the rest is for the next call. */
static void shout_once(struct printport_doc *doc, const char *buf, size_t len, bool flush)
{
	size_t room, i;
	char *loud = printport_monitor_reserve(test.monitor, len, &room);

	(void)flush;
	for (i = 0; i < room; i++)
		loud[i] = toupper((unsigned char)buf[i]);
	printport_monitor_commit(test.monitor, doc, room);
	printport_monitor_consume(test.monitor, doc, room);
}

static void too_little_room_is_not_forwarded(void **state)
{
	char block[2000];
	unsigned int i;

	(void)state;
	test.write = shout_once;
	test.start = sends_something;
	memset(block, 'x', sizeof(block));
	open_and_start(1);
	fake_data(1, block, sizeof(block));
	fake_end(1);
	for (i = 0; i < 20; i++) {
		run();
		fake_print_bytes(1000);
	}
	assert_int_equal(fake.printed, 5000);
	for (i = 3000; i < 5000; i++)
		assert_int_equal(fake.paper[i], 'X');
	sane();
}

/* A language that wants all or nothing is not asked for ever. */
static void all_or_nothing(struct printport_doc *doc, const char *buf, size_t len, bool flush)
{
	size_t room;

	(void)doc;
	(void)buf;
	(void)flush;
	printport_monitor_reserve(test.monitor, len + FAKE_RING, &room);
}

static void greed_does_not_hang(void **state)
{
	(void)state;
	test.write = all_or_nothing;
	open_and_start(1);
	fake_text(1, "abc");
	fake_end(1);
	run();
	SAID("write1!\"abc\" end1");
	TRACE("F1:* D1");
}

/* The job is longer in the wire ring than there is room, and the rest is not lost. */
static void doubled(struct printport_doc *doc, const char *buf, size_t len, bool flush)
{
	size_t room, i;
	char *to;

	(void)flush;
	for (i = 0; i < len; i++) {
		to = printport_monitor_reserve(test.monitor, 2, &room);
		if (!to || room < 2)
			return;
		to[0] = buf[i];
		to[1] = buf[i];
		printport_monitor_commit(test.monitor, doc, 2);
		printport_monitor_consume(test.monitor, doc, 1);
	}
}

static void starved_at_the_end_is_not_forwarded(void **state)
{
	char block[3000];
	size_t i;

	(void)state;
	test.write = doubled;
	memset(block, 'x', sizeof(block));
	open_and_start(1);
	fake_data(1, block, sizeof(block));
	fake_end(1);
	for (i = 0; i < 100; i++) {
		run();
		fake_print_bytes(1000);
	}
	assert_int_equal(fake.printed, 6000);
	assert_null(strstr(fake.trace, "F1"));
	sane();
}

static void back_is_bounded_and_blocks_nobody(void **state)
{
	static char block[20000];

	(void)state;
	test.write = forward_all;
	open_and_start(1);
	fake.back_room = 2000;
	memset(block, 'b', sizeof(block));
	assert_int_equal(printport_monitor_back(test.monitor, block, 20000), 16384);
	run();
	TRACE("B(1024)");
	assert_int_equal(printport_monitor_back(test.monitor, block, 20000), 1024);
	run();
	fake_text(1, "abc");
	run();
	TRACE("F1:3");
	fake.back_room = SIZE_MAX;
	fake_wake_writer();
	run();
	assert_int_equal(strlen(fake.trace), 16 * strlen("B(1024) ") - 1);
	fake_forget_trace();
	assert_int_equal(printport_monitor_back(test.monitor, "hello", 5), 5);
	run();
	TRACE("B\"hello\"");
	fake_end(1);
	fake_close();
	run();
	assert_int_equal(printport_monitor_back(test.monitor, "x", 1), 0);
	sane();
}

/* --- jobs that die ------------------------------------------------------ */

static void reset_printer(struct printport_doc *doc)
{
	send_doc(doc, "lost");
	send_doc(NULL, "reset");
}

static void abort_drops_and_answers(void **state)
{
	(void)state;
	test.write = shout;
	test.abort = reset_printer;
	open_and_start(1);
	fake_text(1, "abc");
	fake.room = 1;
	run();
	TRACE("W1\"ABC\"");
	fake_start(2, "next");
	fake_abort(1, ECANCELED);
	fake.room = 99;
	fake_text(2, "def");
	run();
	SAID("write1\"abc\" abort1:-125 start2 write2\"def\"");
	TRACE("D1 W0\"reset\" W2\"DEF\" C2:3");
	fake_print(9);
	assert_string_equal(fake.paper, "resetDEF");
	sane();
}

static void abort_later(void **state)
{
	(void)state;
	test.write = forward_all;
	test.abort = reset_printer;
	test.abort_ret = LATER;
	open_and_start(1);
	fake_text(1, "abc");
	run();
	fake_abort(1, EIO);
	fake_start(2, "next");
	fake_text(2, "def");
	run();
	SAID("write1\"abc\" abort1:-5");
	TRACE("F1:3");
	printport_monitor_done(test.monitor, test.doc);
	run();
	TRACE("D1 W0\"reset\" F2:3");
	sane();
}

static void abort_after_end_doc_said_later(void **state)
{
	(void)state;
	test.write = forward_all;
	test.end_ret = LATER;
	open_and_start(1);
	fake_text(1, "abc");
	fake_end(1);
	run();
	fake_abort(1, EIO);
	run();
	SAID("write1!\"abc\" end1 abort1:-5");
	TRACE("F1:3 D1");
	sane();
}

static void abort_of_a_job_in_the_queue(void **state)
{
	(void)state;
	test.write = forward_all;
	test.end_ret = LATER;
	open_and_start(1);
	fake_end(1);
	fake_start(2, "b");
	fake_text(2, "xyz");
	fake_abort(2, EIO);
	run();
	SAID("end1");
	TRACE("");
	printport_monitor_done(test.monitor, test.doc);
	run();
	/* The language never heard of it. */
	SAID("");
	TRACE("D1 D2");
	sane();
}

/* The kernel knows of the death before the record is read. */
static void cancelled_commands_are_dropped(void **state)
{
	(void)state;
	test.write = shout;
	open_and_start(1);
	fake_text(1, "abc");
	fake_kill(1);
	run();
	SAID("write1\"abc\"");
	TRACE("");
	fake_tell_abort(1, EIO);
	fake_start(2, "next");
	fake_text(2, "def");
	run();
	SAID("abort1:-5 start2 write2\"def\"");
	fake_print(9);
	assert_string_equal(fake.paper, "DEF");
	sane();
}

static void room_of_cancelled_bytes_is_free_again(void **state)
{
	char block[FAKE_RING];
	uint32_t job;

	(void)state;
	test.write = shout;
	memset(block, 'x', sizeof(block));
	for (job = 1; job < 20; job++) {
		open_and_start(job);
		fake_data(job, block, 4000);
		fake_kill(job);
		run();
		fake_tell_abort(job, EIO);
		run();
	}
	open_and_start(job);
	fake_text(job, "alive");
	run();
	fake_print(9);
	assert_string_equal(fake.paper, "ALIVE");
	sane();
}

static void done_before_abort_is_read(void **state)
{
	(void)state;
	test.write = shout;
	test.end_ret = LATER;
	open_and_start(1);
	fake_text(1, "abc");
	fake_end(1);
	fake_start(2, "next");
	fake_text(2, "def");
	run();
	/* It dies, and before that is read the language says that it is done. */
	fake_kill(1);
	printport_monitor_done(test.monitor, test.doc);
	run();
	SAID("write1!\"abc\" end1");
	assert_int_equal(fake.early_done, 1);
	fake_tell_abort(1, EIO);
	run();
	SAID("start2 write2\"def\"");
	fake_print(9);
	assert_string_equal(fake.paper, "DEF");
	sane();
}

static void abort_while_done_waits(void **state)
{
	(void)state;
	test.write = forward_all;
	test.end = trailer;
	open_and_start(1);
	fake_text(1, "abc");
	fake_end(1);
	fake.room = 1;
	run();
	TRACE("F1:3");
	fake_abort(1, EIO);
	fake.room = 9;
	run();
	TRACE("D1");
	SAID("write1!\"abc\" end1");
	sane();
}

/* --- questions ---------------------------------------------------------- */

static void questions(void **state)
{
	char key[5000];

	(void)state;
	test.query_ret = LATER;
	fake_query(1, "pages");
	run();
	SAID("query:pages");
	TRACE("");
	printport_monitor_answer(test.monitor, 1, 0, "42", 2);
	run();
	TRACE("A1:0\"42\"");
	fake_record(PRINTPORT_LM_QUERY, 0, 2, 0, "a\0b", 3);
	run();
	SAID("");
	TRACE("A2:22\"\"");
	test.query_ret = -1000;
	fake_query(0x7fffffff, "x");
	run();
	TRACE("A2147483647:5\"\"");
	test.said[0] = '\0';
	memset(key, 'k', sizeof(key));
	fake_record(PRINTPORT_LM_QUERY, 0, 3, 0, key, PRINTPORT_LM_PAYLOAD_MAX);
	run();
	assert_int_equal(strlen(test.said), strlen("query:") + PRINTPORT_LM_PAYLOAD_MAX);
	printport_monitor_answer(test.monitor, 9, 0, key, PRINTPORT_LM_PAYLOAD_MAX + 1);
	fake_forget_trace();
	run();
	TRACE("A9:90\"\"");
	sane();
}

static void heard(void *arg, int error, const void *buf, size_t len)
{
	say("answer%ld:%d\"%.*s\"", (long)(intptr_t)arg, error, (int)len,
	    len ? (const char *)buf : "");
}

static void ask_in_read(const char *buf, size_t len)
{
	(void)buf;
	(void)len;
	printport_monitor_ask(test.monitor, "nested", heard, (void *)7);
	say("asked");
}

static void own_questions(void **state)
{
	uint32_t first;
	int i;

	(void)state;
	test.query_ret = LATER;
	printport_monitor_ask(test.monitor, "one", heard, (void *)1);
	SAID("query:one");
	first = test.query;
	assert_true(first >> 31);
	printport_monitor_ask(test.monitor, "two", heard, (void *)2);
	assert_int_not_equal(first, test.query);
	printport_monitor_answer(test.monitor, test.query, 0, "2", 1);
	printport_monitor_answer(test.monitor, first, -EIO, "x", 1);
	printport_monitor_answer(test.monitor, first, 0, "again", 5);
	SAID("query:two answer2:0\"2\" answer1:-5\"\"");
	test.query_ret = -ENOENT;
	printport_monitor_ask(test.monitor, "three", heard, (void *)3);
	printport_monitor_ask(test.monitor, "", heard, (void *)4);
	SAID("query:three answer3:-2\"\" answer4:-22\"\"");
	/* From within an operation: called when it is over. */
	test.read = ask_in_read;
	fake_record(PRINTPORT_LM_PRINTER_DATA, 0, 0, 0, "x", 1);
	run();
	SAID("read\"x\" asked query:nested answer7:-2\"\"");
	test.query_ret = LATER;
	for (i = 0; i < 64; i++)
		printport_monitor_ask(test.monitor, "k", heard, (void *)1);
	test.said[0] = '\0';
	printport_monitor_ask(test.monitor, "many", heard, (void *)5);
	SAID("answer5:-11\"\"");
	TRACE("");
	printport_monitor_detach(test.monitor);
	assert_int_equal(strlen(test.said), 64 * strlen("answer1:-19\"\" ") - 1);
	/* For tear_down(). */
	test.monitor = NULL;
}

/* --- the rest ----------------------------------------------------------- */

static void what_became_of_jobs(void **state)
{
	(void)state;
	test.write = forward_all;
	test.end = trailer;
	open_and_start(1);
	fake_text(1, "abc");
	fake_end(1);
	fake.room = 1;
	run();
	TRACE("F1:3");
	/* PRINTED must not overtake the DONE of its job. */
	printport_monitor_printed(test.monitor, 1, 0, 3);
	run();
	TRACE("");
	fake.room = 9;
	fake_print(1);
	run();
	TRACE("W1\":tail\" D1 p1:0:3");
	printport_monitor_printed(test.monitor, 1, -ENODATA, 0);
	printport_monitor_progress(test.monitor, 0, 5);
	printport_monitor_printed(test.monitor, 99, 0, 0);
	run();
	TRACE("p1:61:0 P0:0");
	sane();
}

static void observed(void *arg, const struct printport_lm_message *command)
{
	(void)arg;
	say("o%u:%u", command->type, command->job);
}

static void observer_hears_what_was_accepted(void **state)
{
	(void)state;
	test.write = forward_all;
	open_and_start(1);
	printport_monitor_observe(test.monitor, observed, NULL);
	fake_text(1, "abc");
	fake.room = 0;
	run();
	SAID("write1\"abc\"");
	fake.room = 9;
	fake_wake_writer();
	run();
	fake_end(1);
	printport_monitor_back(test.monitor, "x", 1);
	run();
	SAID("o3:1 end1 o5:1 o7:0");
	printport_monitor_observe(test.monitor, NULL, NULL);
	sane();
}

static void again(void)
{
	printport_monitor_timer(test.monitor, 0);
}

static void timer(void **state)
{
	struct pollfd poller = { .fd = printport_monitor_fd(test.monitor), .events = POLLIN };
	uint64_t began = printport_monitor_now(test.monitor);

	(void)state;
	test.timer = again;
	printport_monitor_timer(test.monitor, 100000);
	printport_monitor_timer(test.monitor, 20);
	assert_int_equal(poll(&poller, 1, 10000), 1);
	assert_in_range(printport_monitor_now(test.monitor) - began, 19, 5000);
	run();
	SAID("timer");
	assert_int_equal(poll(&poller, 1, 50), 0);
	printport_monitor_timer(test.monitor, 10);
	printport_monitor_timer(test.monitor, 0);
	assert_int_equal(poll(&poller, 1, 50), 0);
}

static void stop_it(void)
{
	printport_monitor_stop(test.monitor);
}

static void run_and_stop(void **state)
{
	(void)state;
	printport_monitor_stop(test.monitor);
	assert_int_equal(printport_monitor_run(test.monitor), 0);
	test.timer = stop_it;
	printport_monitor_timer(test.monitor, 5);
	assert_int_equal(printport_monitor_run(test.monitor), 0);
	SAID("timer");
}

static int dispatched;

static void dispatch_again(void)
{
	dispatched = printport_monitor_dispatch(test.monitor);
}

static void dispatch_is_not_nested(void **state)
{
	(void)state;
	test.open = dispatch_again;
	fake_open(0);
	run();
	assert_int_equal(dispatched, -EBUSY);
}

static void expelled(void **state)
{
	(void)state;
	open_and_start(1);
	fake_text(1, "abc");
	fake.lost = true;
	assert_int_equal(printport_monitor_run(test.monitor), -ENODEV);
	assert_int_equal(printport_monitor_dispatch(test.monitor), -ENODEV);
	printport_monitor_reasons(test.monitor, 1);
}

static void hung_up(void **state)
{
	(void)state;
	close(fake.peer);
	fake.peer = dup(fake.fd);
	assert_int_equal(printport_monitor_run(test.monitor), -ENODEV);
}

static void transport(void **state)
{
	(void)state;
	assert_int_equal(printport_monitor_open_transport(test.monitor), 0);
	assert_int_equal(fake.transport_opens, 1);
	printport_monitor_close_transport(test.monitor);
	assert_int_equal(fake.transport_opens, 0);
	fake_record(PRINTPORT_LM_STATUS, 0, 0, 65, NULL, 0);
	run();
	SAID("status:65");
}

static void misuse_is_survived(void **state)
{
	struct printport_doc stranger = { .id = 99 };

	(void)state;
	test.write = leave;
	open_and_start(1);
	fake_text(1, "abc");
	run();
	printport_monitor_consume(test.monitor, test.doc, 1000);
	printport_monitor_done(test.monitor, test.doc);
	printport_monitor_done(test.monitor, NULL);
	printport_monitor_forward(test.monitor, &stranger, 1);
	printport_monitor_commit(test.monitor, test.doc, 1);
	run();
	TRACE("C1:3");
	assert_int_equal(fake.refused, 0);
	assert_string_not_equal(test.logged, "");
}

static void log_is_clean(void **state)
{
	(void)state;
	printport_monitor_log(test.monitor, LOG_ERR, "a%sb\n", "\033[0m");
	assert_string_equal(test.logged, "a?[0mb?\n");
	printport_monitor_set_log(test.monitor, NULL, NULL);
	printport_monitor_log(test.monitor, LOG_ERR, "x");
}

static void few_system_calls(void **state)
{
	char block[1024] = { 0 };
	unsigned int reads, writes;

	(void)state;
	test.write = forward_all;
	open_and_start(1);
	reads = fake.reads;
	writes = fake.writes;
	fake_data(1, block, sizeof(block));
	fake_data(1, block, sizeof(block));
	fake_data(1, block, sizeof(block));
	assert_int_equal(printport_monitor_dispatch(test.monitor), 0);
	assert_int_equal(fake.reads - reads, 1);
	assert_int_equal(fake.writes - writes, 1);
	TRACE("F1:3072");
}

/* --- garbage ------------------------------------------------------------ */

static void expect_eproto(const void *record, size_t len)
{
	struct printport_lm_message message = { 0 };

	memcpy(&message, record, len < sizeof(message) ? len : sizeof(message));
	fake_setup();
	memset(&test, 0, sizeof(test));
	attach(&all_ops);
	test.write = forward_lines;
	fake_open(0);
	fake_start(1, "a");
	fake_text(1, "abc");
	run();
	fake_raw(record, len);
	if (printport_monitor_dispatch(test.monitor) != -EPROTO)
		fail_msg("record %u (size %u, job %u, pos %llu, len %llu) was taken",
			 message.type, message.size, message.job,
			 (unsigned long long)message.pos, (unsigned long long)message.len);
	assert_int_equal(printport_monitor_dispatch(test.monitor), -EPROTO);
	assert_string_not_equal(test.logged, "");
	printport_monitor_detach(test.monitor);
	fake_teardown();
}

static void garbage(void **state)
{
	static const struct printport_lm_message records[] = {
		{ .size = 32, .type = 0 },
		{ .size = 32, .type = 12 },
		{ .size = 32, .type = 0xffff },
		{ .size = 0, .type = PRINTPORT_LM_CLOSE },
		{ .size = 24, .type = PRINTPORT_LM_CLOSE },
		{ .size = 36, .type = PRINTPORT_LM_CLOSE },
		{ .size = 40, .type = PRINTPORT_LM_CLOSE },
		{ .size = 0xfffffff8, .type = PRINTPORT_LM_CLOSE },
		{ .size = 32, .type = PRINTPORT_LM_START_DOC, .job = 2 },
		{ .size = 32, .type = PRINTPORT_LM_START_DOC, .job = 2, .len = 320 },
		{ .size = 32, .type = PRINTPORT_LM_PRINTER_DATA, .len = 1 },
		{ .size = 32, .type = PRINTPORT_LM_PRINTER_DATA, .len = ~0ULL },
		{ .size = 32, .type = PRINTPORT_LM_QUERY, .arg = 1, .len = 5000 },
		{ .size = 32, .type = PRINTPORT_LM_QUERY, .arg = 0 },
		{ .size = 32, .type = PRINTPORT_LM_QUERY, .arg = 0x80000001 },
		{ .size = 32, .type = PRINTPORT_LM_DATA, .job = 9, .len = 1 },
		{ .size = 32, .type = PRINTPORT_LM_DATA, .job = 1, .pos = 3, .len = 0 },
		{ .size = 32, .type = PRINTPORT_LM_DATA, .job = 1, .pos = 2, .len = 5 },
		{ .size = 32, .type = PRINTPORT_LM_DATA, .job = 1, .pos = 4, .len = 5 },
		{ .size = 32, .type = PRINTPORT_LM_DATA, .job = 1, .pos = 3, .len = ~0ULL },
		{ .size = 32, .type = PRINTPORT_LM_DATA, .job = 1, .pos = 3, .len = 4094 },
		{ .size = 32, .type = PRINTPORT_LM_END_DOC, .job = 9, .pos = 3 },
		{ .size = 32, .type = PRINTPORT_LM_END_DOC, .job = 1, .pos = 2 },
		{ .size = 32, .type = PRINTPORT_LM_END_DOC, .job = 1, .pos = 4 },
		{ .size = 32, .type = PRINTPORT_LM_ABORT, .job = 0 },
	};
	struct {
		struct printport_lm_message message;
		struct printport_lm_doc doc;
	} twice = { .message = { .size = sizeof(twice), .type = PRINTPORT_LM_START_DOC,
				 .job = 1, .len = sizeof(twice.doc) } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(records) / sizeof(records[0]); i++)
		expect_eproto(&records[i], sizeof(records[i]));
	expect_eproto(&twice, sizeof(twice));
	expect_eproto("garbage", 7);
}

/* Whatever is read, nothing worse than -EPROTO comes of it. */
static void random_garbage(void **state)
{
	unsigned int seed = 1, round;

	(void)state;
	for (round = 0; round < 3000; round++) {
		unsigned char bytes[480];
		struct printport_lm_message *record = (void *)bytes;
		size_t at, i;
		int err = 0;

		fake_setup();
		memset(&test, 0, sizeof(test));
		attach(&all_ops);
		test.write = round & 1 ? forward_lines : leave;
		for (at = 0; at < 12 && !err; at++) {
			for (i = 0; i < sizeof(bytes); i++)
				bytes[i] = rand_r(&seed) % 8 ? 0 : rand_r(&seed);
			record->size = rand_r(&seed) % 2 ? 32 : 352;
			record->type = rand_r(&seed) % 11 + 1;
			record->job = rand_r(&seed) % 3;
			record->pos = rand_r(&seed) % 6;
			record->len = record->size == 352 ? 320 : rand_r(&seed) % 6;
			/* The memory that records speak of is there, whatever they say. */
			fake.open_waits = true;
			fake_raw(bytes, record->size);
			while (!err && has_work())
				err = printport_monitor_dispatch(test.monitor);
		}
		assert_true(!err || err == -EPROTO);
		printport_monitor_detach(test.monitor);
		fake_teardown();
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define CASE_DEFAULT(name) cmocka_unit_test_setup_teardown(name, set_up_default, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(attach_tells),
		cmocka_unit_test_setup_teardown(attach_checks, set_up, tear_down),
		CASE(opens_and_closes),
		CASE(refuses_to_open),
		CASE(close_later),
		CASE(opener_gave_up),
		CASE(close_waits_for_jobs),
		CASE_DEFAULT(default_passes_through),
		CASE(undecided_is_shown_again),
		CASE(left_at_the_end_is_forwarded),
		CASE(sync_flushes),
		CASE(full_ring_flushes),
		CASE(rewrite_in_order),
		CASE(neighbours_are_merged),
		CASE(header_and_trailer),
		CASE(what_follows_bytes_to_come_waits),
		CASE(jobs_follow_one_another),
		CASE(done_within_end_doc),
		CASE(bytes_of_no_job),
		CASE(bytes_aside_are_bounded),
		CASE(waits_for_room),
		CASE(news_overtake),
		CASE(what_does_not_fit_is_kept),
		CASE(a_send_is_bounded),
		CASE(in_place_wraps),
		CASE(too_little_room_is_not_forwarded),
		CASE(greed_does_not_hang),
		CASE(starved_at_the_end_is_not_forwarded),
		CASE(back_is_bounded_and_blocks_nobody),
		CASE(abort_drops_and_answers),
		CASE(abort_later),
		CASE(abort_after_end_doc_said_later),
		CASE(abort_of_a_job_in_the_queue),
		CASE(cancelled_commands_are_dropped),
		CASE(room_of_cancelled_bytes_is_free_again),
		CASE(done_before_abort_is_read),
		CASE(abort_while_done_waits),
		CASE(questions),
		CASE(own_questions),
		CASE(what_became_of_jobs),
		CASE(observer_hears_what_was_accepted),
		CASE(timer),
		CASE(run_and_stop),
		CASE(dispatch_is_not_nested),
		CASE(expelled),
		CASE(hung_up),
		CASE(transport),
		CASE(misuse_is_survived),
		CASE(log_is_clean),
		CASE(few_system_calls),
		cmocka_unit_test(garbage),
		cmocka_unit_test(random_garbage),
		cmocka_unit_test(model_jobs),
	};
	int count = sizeof(tests) / sizeof(tests[0]);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	printf("monitor_loop_test: %d passed, %d failed\n", count - failed, failed);
	return failed ? 1 : 0;
}
