// SPDX-License-Identifier: GPL-2.0-only
/* Status reasons, printer-state, and what a change of either brings about. */
#include <linux/lp.h>
#include <linux/string.h>

#include "fake_transport.h"

struct keyword {
	const char *name;
	u64 bit;
};

static const struct keyword keywords[] = {
	{ "media-empty", PRINTPORT_REASON_MEDIA_EMPTY },
	{ "media-jam", PRINTPORT_REASON_MEDIA_JAM },
	{ "media-low", PRINTPORT_REASON_MEDIA_LOW },
	{ "media-needed", PRINTPORT_REASON_MEDIA_NEEDED },
	{ "cover-open", PRINTPORT_REASON_COVER_OPEN },
	{ "door-open", PRINTPORT_REASON_DOOR_OPEN },
	{ "offline", PRINTPORT_REASON_OFFLINE },
	{ "toner-low", PRINTPORT_REASON_TONER_LOW },
	{ "toner-empty", PRINTPORT_REASON_TONER_EMPTY },
	{ "marker-supply-low", PRINTPORT_REASON_MARKER_SUPPLY_LOW },
	{ "marker-supply-empty", PRINTPORT_REASON_MARKER_SUPPLY_EMPTY },
	{ "output-area-full", PRINTPORT_REASON_OUTPUT_AREA_FULL },
	{ "paused", PRINTPORT_REASON_PAUSED },
	{ "other", PRINTPORT_REASON_OTHER },
};

KUNIT_ARRAY_PARAM_DESC(keyword, keywords, name);

static void a_reason_has_its_keyword(struct kunit *test)
{
	const struct keyword *c = test->param_value;
	char text[PRINTPORT_REASONS_STR_LEN];

	printport_reasons_format(c->bit, text, sizeof(text));
	KUNIT_EXPECT_STREQ(test, text, c->name);
}

static void a_keyword_has_its_reason(struct kunit *test)
{
	const struct keyword *c = test->param_value;
	u64 reasons = 0;

	KUNIT_EXPECT_EQ(test, printport_reasons_parse(c->name, &reasons), 0);
	KUNIT_EXPECT_EQ(test, reasons, c->bit);
}

static void no_reason_is_called_none(struct kunit *test)
{
	char text[PRINTPORT_REASONS_STR_LEN];

	KUNIT_EXPECT_EQ(test, printport_reasons_format(0, text, sizeof(text)), 4);
	KUNIT_EXPECT_STREQ(test, text, "none");
}

static void all_reasons_fit_and_come_back(struct kunit *test)
{
	char text[PRINTPORT_REASONS_STR_LEN];
	u64 reasons = 0;
	int len;

	len = printport_reasons_format(PRINTPORT_REASON_ALL, text, sizeof(text));
	KUNIT_EXPECT_EQ(test, len, (int)strlen(text));
	KUNIT_EXPECT_EQ(test, printport_reasons_parse(text, &reasons), 0);
	KUNIT_EXPECT_EQ(test, reasons, PRINTPORT_REASON_ALL);
}

static void a_buffer_that_is_too_small_is_terminated(struct kunit *test)
{
	char text[8];

	printport_reasons_format(PRINTPORT_REASON_ALL, text, sizeof(text));
	KUNIT_EXPECT_STREQ(test, text, "media-e");
}

struct words {
	const char *name;
	const char *text;
	int err;
	u64 reasons;
};

static const struct words word_lists[] = {
	{ "nothing", "", 0, 0 },
	{ "only separators", " ,\t\r\n", 0, 0 },
	{ "none", "none\n", 0, 0 },
	{ "none beside a reason", "none paused", 0, PRINTPORT_REASON_PAUSED },
	{ "spaces", " paused  other ", 0,
	  PRINTPORT_REASON_PAUSED | PRINTPORT_REASON_OTHER },
	{ "commas", "paused,other", 0, PRINTPORT_REASON_PAUSED | PRINTPORT_REASON_OTHER },
	{ "twice the same", "other other", 0, PRINTPORT_REASON_OTHER },
	{ "an unknown word", "on-fire", -EINVAL },
	{ "an unknown word behind a known one", "paused on-fire", -EINVAL },
	{ "a keyword's beginning", "media", -EINVAL },
	{ "a keyword and more", "paused!", -EINVAL },
	{ "a keyword in capitals", "PAUSED", -EINVAL },
	{ "none's beginning", "non", -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(words, word_lists, name);

static void text_becomes_reasons(struct kunit *test)
{
	const struct words *c = test->param_value;
	const u64 untouched = 0xabcd;
	u64 reasons = untouched;

	KUNIT_EXPECT_EQ(test, printport_reasons_parse(c->text, &reasons), c->err);
	KUNIT_EXPECT_EQ(test, reasons, c->err ? untouched : c->reasons);
}

struct lines {
	const char *name;
	u8 lines;
	u64 reasons;
};

#define ONLINE	(LP_PSELECD | LP_PERRORP)

static const struct lines line_sets[] = {
	{ "selected, no fault", ONLINE, 0 },
	{ "busy and acknowledge say nothing", ONLINE | LP_PBUSY | LP_PACK, 0 },
	{ "paper out with nFault", LP_PSELECD | LP_POUTPA, PRINTPORT_REASON_MEDIA_EMPTY },
	{ "paper out alone", ONLINE | LP_POUTPA, PRINTPORT_REASON_MEDIA_EMPTY },
	{ "not selected with nFault", 0, PRINTPORT_REASON_OFFLINE },
	{ "not selected alone", LP_PERRORP, PRINTPORT_REASON_OFFLINE },
	{ "not selected and paper out", LP_POUTPA,
	  PRINTPORT_REASON_OFFLINE | PRINTPORT_REASON_MEDIA_EMPTY },
	{ "nFault alone", LP_PSELECD, PRINTPORT_REASON_OTHER },
};

KUNIT_ARRAY_PARAM_DESC(lines, line_sets, name);

static void lines_become_reasons(struct kunit *test)
{
	const struct lines *c = test->param_value;

	KUNIT_EXPECT_EQ(test, printport_reasons_from_lines(c->lines), c->reasons);
}

static void reasons_become_lines_where_the_transport_has_none(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u64 reasons = PRINTPORT_REASON_OFFLINE | PRINTPORT_REASON_MEDIA_EMPTY;

	printport_set_reasons(t->port, reasons);
	KUNIT_EXPECT_EQ(test, printport_reasons_from_lines(printport_lines(t->port)),
			reasons);
}

static void a_warning_is_no_fault_on_the_lines(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	printport_set_reasons(t->port, PRINTPORT_REASON_TONER_LOW);
	KUNIT_EXPECT_EQ(test, printport_lines(t->port) & ONLINE, ONLINE);
}

static void control_characters_are_replaced(struct kunit *test)
{
	char text[] = "a\nb\x1b\x7f\xc3\xa9";

	printport_text_clean(text, '?');
	KUNIT_EXPECT_STREQ(test, text, "a?b??\xc3\xa9");
}

struct printer_case {
	const char *name;
	u64 reasons;
	size_t queued;
	enum printport_printer_state want;
};

static const struct printer_case printer_cases[] = {
	{ "nothing to do", 0, 0, PRINTPORT_PRINTER_IDLE },
	{ "bytes on their way", 0, 1, PRINTPORT_PRINTER_PROCESSING },
	{ "a warning and nothing to do", PRINTPORT_REASON_TONER_LOW, 0,
	  PRINTPORT_PRINTER_IDLE },
	{ "a warning and bytes", PRINTPORT_REASON_MEDIA_LOW, 1,
	  PRINTPORT_PRINTER_PROCESSING },
	{ "all warnings and bytes",
	  PRINTPORT_REASON_MEDIA_LOW | PRINTPORT_REASON_TONER_LOW |
	  PRINTPORT_REASON_MARKER_SUPPLY_LOW, 1, PRINTPORT_PRINTER_PROCESSING },
	{ "offline and nothing to do", PRINTPORT_REASON_OFFLINE, 0,
	  PRINTPORT_PRINTER_STOPPED },
	{ "out of paper and bytes", PRINTPORT_REASON_MEDIA_EMPTY, 1,
	  PRINTPORT_PRINTER_STOPPED },
	{ "a warning beside a fault",
	  PRINTPORT_REASON_TONER_LOW | PRINTPORT_REASON_MEDIA_JAM, 1,
	  PRINTPORT_PRINTER_STOPPED },
};

KUNIT_ARRAY_PARAM_DESC(printer, printer_cases, name);

static void printer_state_follows_reasons_and_bytes(struct kunit *test)
{
	const struct printer_case *c = test->param_value;
	struct fake_transport *t = test->priv;

	KUNIT_ASSERT_EQ(test, fake_open(t), 0);
	if (c->queued)
		KUNIT_ASSERT_EQ(test, fake_write(t, 0, c->queued), c->queued);
	printport_set_reasons(t->port, c->reasons);
	KUNIT_EXPECT_EQ(test, fake_status(t).printer_state, (u32)c->want);
}

static void a_change_of_reasons_counts(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u32 before = t->port->status_seq;

	printport_set_reasons(t->port, PRINTPORT_REASON_COVER_OPEN);
	KUNIT_EXPECT_EQ(test, t->port->status_seq, before + 1);
}

static void the_same_reasons_again_do_not_count(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u32 before;

	printport_set_reasons(t->port, PRINTPORT_REASON_COVER_OPEN);
	before = t->port->status_seq;
	printport_set_reasons(t->port, PRINTPORT_REASON_COVER_OPEN);
	KUNIT_EXPECT_EQ(test, t->port->status_seq, before);
}

static void bits_that_mean_nothing_are_dropped(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	printport_set_reasons(t->port, U64_MAX);
	KUNIT_EXPECT_EQ(test, fake_status(t).reasons, PRINTPORT_REASON_ALL);
}

static void a_change_of_reasons_is_announced(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	printport_set_reasons(t->port, PRINTPORT_REASON_COVER_OPEN);
	fake_wait_until(t, READ_ONCE(t->port->event_reasons) ==
			PRINTPORT_REASON_COVER_OPEN);
}

static void every_state_is_announced_that_lasts(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	KUNIT_ASSERT_EQ(test, fake_open(t), 0);
	fake_wait_until(t, READ_ONCE(t->port->event_state) == PRINTPORT_STATE_OPEN);
	KUNIT_ASSERT_EQ(test, fake_close(t), 0);
	fake_wait_until(t, READ_ONCE(t->port->event_state) == PRINTPORT_STATE_CLOSED);
}

static void a_loss_is_announced(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	KUNIT_ASSERT_EQ(test, fake_open(t), 0);
	fake_write(t, 0, 10);
	fake_take(t, 5);
	fake_stop(t, -EIO);
	fake_wait_until(t, READ_ONCE(t->port->event_lost) == 10);
	KUNIT_EXPECT_EQ(test, t->port->event_errors, 1);
}

static void the_beginning_and_end_of_work_are_announced(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	KUNIT_ASSERT_EQ(test, fake_open(t), 0);
	fake_write(t, 0, 10);
	fake_wait_until(t, READ_ONCE(t->port->event_printer_state) ==
			PRINTPORT_PRINTER_PROCESSING);
	fake_print_all(t);
	fake_wait_until(t, READ_ONCE(t->port->event_printer_state) ==
			PRINTPORT_PRINTER_IDLE);
}

static void unplugging_leaves_no_work_pending(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	printport_set_reasons(t->port, PRINTPORT_REASON_COVER_OPEN);
	printport_set_reasons(t->port, 0);
	fake_unplug(t);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&t->port->event_work));
	KUNIT_EXPECT_FALSE(test, work_pending(&t->port->drain_work));
}

static void nothing_schedules_work_once_unplugged(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	KUNIT_ASSERT_EQ(test, fake_open(t), 0);
	fake_write(t, 0, 10);
	fake_unplug(t);
	printport_set_reasons(t->port, PRINTPORT_REASON_COVER_OPEN);
	fake_close(t);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&t->port->event_work));
	KUNIT_EXPECT_FALSE(test, work_pending(&t->port->drain_work));
}

/* Its last put may follow at once: work would run in freed memory. */
static void a_port_that_is_not_registered_schedules_no_work(struct kunit *test)
{
	struct printport *port = printport_alloc(NULL, &fake_ops, NULL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, port);
	port->event_last = jiffies + HZ;	/* it would not run before we look */
	printport_set_reasons(port, PRINTPORT_REASON_OFFLINE);
	KUNIT_EXPECT_FALSE(test, cancel_delayed_work_sync(&port->event_work));
	printport_put(port);
}

static struct kunit_case status_test_cases[] = {
	KUNIT_CASE_PARAM(a_reason_has_its_keyword, keyword_gen_params),
	KUNIT_CASE_PARAM(a_keyword_has_its_reason, keyword_gen_params),
	KUNIT_CASE(no_reason_is_called_none),
	KUNIT_CASE(all_reasons_fit_and_come_back),
	KUNIT_CASE(a_buffer_that_is_too_small_is_terminated),
	KUNIT_CASE_PARAM(text_becomes_reasons, words_gen_params),
	KUNIT_CASE_PARAM(lines_become_reasons, lines_gen_params),
	KUNIT_CASE(reasons_become_lines_where_the_transport_has_none),
	KUNIT_CASE(a_warning_is_no_fault_on_the_lines),
	KUNIT_CASE(control_characters_are_replaced),
	KUNIT_CASE_PARAM(printer_state_follows_reasons_and_bytes, printer_gen_params),
	KUNIT_CASE(a_change_of_reasons_counts),
	KUNIT_CASE(the_same_reasons_again_do_not_count),
	KUNIT_CASE(bits_that_mean_nothing_are_dropped),
	KUNIT_CASE(a_change_of_reasons_is_announced),
	KUNIT_CASE(every_state_is_announced_that_lasts),
	KUNIT_CASE(a_loss_is_announced),
	KUNIT_CASE(the_beginning_and_end_of_work_are_announced),
	KUNIT_CASE(unplugging_leaves_no_work_pending),
	KUNIT_CASE(nothing_schedules_work_once_unplugged),
	KUNIT_CASE(a_port_that_is_not_registered_schedules_no_work),
	{}
};

struct kunit_suite printport_status_suite = {
	.name = "printport_status",
	.init = fake_test_init,
	.exit = fake_test_exit,
	.test_cases = status_test_cases,
};
