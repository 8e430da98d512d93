// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two or three things at the same time, up to a few hundred times over. What is expected
 * holds whichever of them comes first; KASAN and lockdep watch the rest.
 */
#include <linux/moduleparam.h>
#include <linux/random.h>

#include "fake_transport.h"

#define ROUNDS		500
#define SPREAD_US	300

/* A machine that is slow, or has other things to do, gets through fewer of them. */
static unsigned int race_ms = 1500;
module_param(race_ms, uint, 0444);
MODULE_PARM_DESC(race_ms, "How long each race is repeated at most (default 1500 ms)");

struct rounds {
	unsigned long end;
	int done;
};

static bool again(struct kunit *test, struct rounds *rounds)
{
	if (!rounds->end)
		rounds->end = jiffies + msecs_to_jiffies(race_ms);
	if (rounds->done < ROUNDS && time_before(jiffies, rounds->end)) {
		rounds->done++;
		return true;
	}
	kunit_info(test, "%d rounds", rounds->done);
	return false;
}

/* A port with a holder, for one round. */
static struct fake_transport *plug_in_and_open(struct kunit *test)
{
	struct fake_transport *t = fake_plug_in(test, &fake_ops);

	KUNIT_ASSERT_EQ(test, fake_open(t), 0);
	return t;
}

static struct fake_actor *go(struct fake_transport *t,
			     long (*act)(struct fake_actor *actor))
{
	struct fake_actor *actor = fake_actor(t, act);

	actor->delay_us = get_random_u32_below(SPREAD_US);
	fake_go(actor);
	return actor;
}

static void unplug_soon(struct fake_transport *t)
{
	udelay(get_random_u32_below(SPREAD_US));
	fake_unplug(t);
}

static long write_more_than_fits(struct fake_actor *actor)
{
	return fake_write_wait(actor->t, 0, 3 * FAKE_QUEUE_SIZE);
}

/* The printer, until the test has seen enough. */
static long print_on(struct fake_actor *actor)
{
	struct fake_transport *t = actor->t;

	while (!READ_ONCE(actor->enough) && READ_ONCE(t->registered)) {
		fake_print(t, 1 + get_random_u32_below(2000));
		cond_resched();
	}
	return 0;
}

static void stop_printing(struct fake_actor *printer)
{
	WRITE_ONCE(printer->enough, true);
	fake_join(printer);
}

static void a_writer_and_the_unplugger(struct kunit *test)
{
	struct fake_transport *t;
	struct fake_actor *writer;
	struct rounds rounds = {};

	while (again(test, &rounds)) {
		t = plug_in_and_open(test);
		writer = go(t, write_more_than_fits);
		unplug_soon(t);
		KUNIT_EXPECT_EQ(test, fake_join(writer), -ENODEV);
		fake_free(t);
	}
}

static void a_writer_the_printer_and_the_unplugger(struct kunit *test)
{
	struct fake_actor *writer, *printer;
	struct fake_transport *t;
	long written;
	struct rounds rounds = {};

	while (again(test, &rounds)) {
		t = plug_in_and_open(test);
		printer = go(t, print_on);
		writer = go(t, write_more_than_fits);
		unplug_soon(t);
		written = fake_join(writer);
		stop_printing(printer);
		KUNIT_EXPECT_TRUE(test, written == -ENODEV ||
				  written == 3 * FAKE_QUEUE_SIZE);
		fake_expect_paper(t, 0, 0, t->printed);
		fake_free(t);
	}
}

static void a_sync_and_the_unplugger(struct kunit *test)
{
	struct fake_transport *t;
	struct fake_actor *syncer;
	struct rounds rounds = {};

	while (again(test, &rounds)) {
		t = plug_in_and_open(test);
		fake_write(t, 0, 10);
		syncer = go(t, fake_act_sync);
		unplug_soon(t);
		KUNIT_EXPECT_EQ(test, fake_join(syncer), -ENODEV);
		fake_free(t);
	}
}

static void a_close_that_waits_and_the_unplugger(struct kunit *test)
{
	struct fake_transport *t;
	struct fake_actor *closer;
	struct rounds rounds = {};

	while (again(test, &rounds)) {
		t = plug_in_and_open(test);
		t->port->limits.close_ms = PRINTPORT_LIMIT_MAX_MS;
		fake_write(t, 0, 10);
		closer = go(t, fake_act_close);
		unplug_soon(t);
		KUNIT_EXPECT_EQ(test, fake_join(closer), -ENODEV);
		fake_free(t);
	}
}

static void a_close_that_drains_and_the_unplugger(struct kunit *test)
{
	struct fake_transport *t;
	struct fake_actor *closer;
	struct rounds rounds = {};

	while (again(test, &rounds)) {
		t = plug_in_and_open(test);
		fake_write(t, 0, 10);
		closer = go(t, fake_act_close);
		unplug_soon(t);
		fake_join(closer);
		KUNIT_EXPECT_EQ(test, fake_stats(t).bytes_lost, 10);
		KUNIT_EXPECT_FALSE_MSG(test, t->port->session, "the session never ended");
		fake_free(t);
	}
}

static void the_end_of_draining_and_the_unplugger(struct kunit *test)
{
	struct fake_actor *printer;
	struct fake_transport *t;
	struct rounds rounds = {};

	while (again(test, &rounds)) {
		t = plug_in_and_open(test);
		fake_write(t, 0, 10);
		fake_close(t);
		printer = go(t, print_on);
		unplug_soon(t);
		stop_printing(printer);
		KUNIT_EXPECT_FALSE_MSG(test, t->port->session, "the session never ended");
		fake_free(t);
	}
}

static void a_reader_and_the_unplugger(struct kunit *test)
{
	struct fake_transport *t;
	struct fake_actor *reader;
	struct rounds rounds = {};

	while (again(test, &rounds)) {
		t = plug_in_and_open(test);
		reader = go(t, fake_act_read);
		unplug_soon(t);
		KUNIT_EXPECT_EQ(test, fake_join(reader), -ENODEV);
		fake_free(t);
	}
}

static void an_open_and_the_unplugger(struct kunit *test)
{
	struct fake_transport *t;
	struct fake_actor *opener;
	long opened;
	struct rounds rounds = {};

	while (again(test, &rounds)) {
		t = fake_plug_in(test, &fake_ops);
		opener = go(t, fake_act_open);
		unplug_soon(t);
		opened = fake_join(opener);
		KUNIT_EXPECT_TRUE(test, opened == 0 || opened == -ENODEV);
		KUNIT_EXPECT_EQ(test, t->port->held, opened == 0);
		fake_expect_state(t, PRINTPORT_STATE_GONE);
		fake_free(t);
	}
}

static void openers_in_line_and_the_unplugger(struct kunit *test)
{
	struct fake_actor *first, *second;
	struct fake_transport *t;
	struct rounds rounds = {};

	while (again(test, &rounds)) {
		t = plug_in_and_open(test);
		t->port->limits.open_ms = PRINTPORT_LIMIT_MAX_MS;
		first = go(t, fake_act_open);
		second = go(t, fake_act_open);
		unplug_soon(t);
		KUNIT_EXPECT_EQ(test, fake_join(first), -ENODEV);
		KUNIT_EXPECT_EQ(test, fake_join(second), -ENODEV);
		fake_free(t);
	}
}

/* The rest needs no unplugging: one port does for all rounds. */

static void a_writer_the_printer_and_an_abort(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *writer, *printer, *aborter;
	long written;
	struct rounds rounds = {};

	KUNIT_ASSERT_EQ(test, fake_open(t), 0);
	while (again(test, &rounds)) {
		t->printed = 0;
		t->looked_at = 0;
		memset(t->sent, 0, sizeof(t->sent));
		printer = go(t, print_on);
		aborter = fake_actor(t, fake_act_abort);
		KUNIT_ASSERT_EQ(test, fake_start_job(t, false, &aborter->id), 0);
		writer = go(t, write_more_than_fits);
		aborter->delay_us = get_random_u32_below(SPREAD_US);
		fake_go(aborter);
		KUNIT_EXPECT_EQ(test, fake_join(aborter), 0);
		written = fake_join(writer);
		KUNIT_EXPECT_TRUE(test, written == -ECANCELED ||
				  written == 3 * FAKE_QUEUE_SIZE);

		KUNIT_ASSERT_EQ(test, fake_start_job(t, false, NULL), 0);
		KUNIT_EXPECT_EQ(test, fake_write_wait(t, 1, 500), 500);
		KUNIT_EXPECT_EQ(test, fake_end_job(t, NULL), 0);
		KUNIT_EXPECT_EQ(test, printport_sync(t->port), 0);
		stop_printing(printer);
		KUNIT_ASSERT_GE(test, t->printed, 500);
		fake_expect_paper(t, 0, 0, t->printed - 500);
		fake_expect_paper(t, 1, 0, 500);
	}
}

static void an_operators_abort_a_writer_and_the_printer(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *writer, *printer;
	long written;
	struct rounds rounds = {};

	KUNIT_ASSERT_EQ(test, fake_open(t), 0);
	while (again(test, &rounds)) {
		t->printed = 0;
		t->looked_at = 0;
		memset(t->sent, 0, sizeof(t->sent));
		printer = go(t, print_on);
		KUNIT_ASSERT_EQ(test, fake_start_job(t, false, NULL), 0);
		writer = go(t, write_more_than_fits);
		udelay(get_random_u32_below(SPREAD_US));
		printport_abort_all(t->port);
		written = fake_join(writer);
		KUNIT_EXPECT_TRUE(test, written == -ECANCELED ||
				  written == 3 * FAKE_QUEUE_SIZE);
		KUNIT_EXPECT_EQ(test, fake_end_job(t, NULL), 0);
		printport_sync(t->port);
		stop_printing(printer);
		fake_expect_paper(t, 0, 0, t->printed);
	}
}

static void two_who_open_at_once(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *first, *second;
	struct rounds rounds = {};

	while (again(test, &rounds)) {
		first = go(t, fake_act_open);
		second = go(t, fake_act_open);
		KUNIT_EXPECT_EQ_MSG(test, fake_join(first) + fake_join(second), -EBUSY,
				    "not exactly one got it");
		fake_close(t);
	}
}

static atomic_t holders, wins, collisions;

static long open_and_close_again_and_again(struct fake_actor *actor)
{
	struct fake_transport *t = actor->t;
	struct rounds rounds = {};
	int err;

	while (again(t->test, &rounds)) {
		err = fake_open(t);
		if (err == -EBUSY)
			continue;
		if (err)
			return err;
		if (atomic_inc_return(&holders) != 1)
			atomic_inc(&collisions);
		atomic_inc(&wins);
		fake_write(t, actor->stream, 10);
		fake_print_all(t);
		atomic_dec(&holders);
		fake_close(t);
	}
	return 0;
}

static void a_storm_of_opens_and_closes(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *first, *second;

	atomic_set(&wins, 0);
	atomic_set(&collisions, 0);
	first = go(t, open_and_close_again_and_again);
	second = go(t, open_and_close_again_and_again);
	KUNIT_EXPECT_EQ(test, fake_join(first), 0);
	KUNIT_EXPECT_EQ(test, fake_join(second), 0);
	KUNIT_EXPECT_EQ_MSG(test, atomic_read(&collisions), 0, "two held it at once");
	KUNIT_EXPECT_EQ(test, atomic_read(&t->opens), atomic_read(&wins));
	KUNIT_EXPECT_EQ(test, atomic_read(&t->closes), atomic_read(&wins));
	KUNIT_EXPECT_GT(test, atomic_read(&wins), 0);
	fake_expect_state(t, PRINTPORT_STATE_CLOSED);
}

static void the_last_byte_and_a_close(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *closer;
	struct rounds rounds = {};

	while (again(test, &rounds)) {
		KUNIT_ASSERT_EQ(test, fake_open(t), 0);
		fake_write(t, 0, 10);
		closer = go(t, fake_act_close);
		udelay(get_random_u32_below(SPREAD_US));
		fake_print_all(t);
		KUNIT_EXPECT_EQ(test, fake_join(closer), 0);
		flush_work(&t->port->drain_work);
		fake_expect_state(t, PRINTPORT_STATE_CLOSED);
	}
}

static void an_opener_whose_time_is_up_and_a_close(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *opener;
	long opened;
	struct rounds rounds = {};

	t->port->limits.open_ms = 1;
	while (again(test, &rounds)) {
		KUNIT_ASSERT_EQ(test, fake_open(t), 0);
		opener = go(t, fake_act_open);
		mdelay(get_random_u32_below(6));
		fake_close(t);
		opened = fake_join(opener);
		KUNIT_EXPECT_TRUE(test, opened == 0 || opened == -EBUSY);
		fake_expect_state(t, opened ? PRINTPORT_STATE_CLOSED : PRINTPORT_STATE_OPEN);
		if (!opened)
			fake_close(t);
	}
}

static struct kunit_case race_test_cases[] = {
	KUNIT_CASE_SLOW(a_writer_and_the_unplugger),
	KUNIT_CASE_SLOW(a_writer_the_printer_and_the_unplugger),
	KUNIT_CASE_SLOW(a_sync_and_the_unplugger),
	KUNIT_CASE_SLOW(a_close_that_waits_and_the_unplugger),
	KUNIT_CASE_SLOW(a_close_that_drains_and_the_unplugger),
	KUNIT_CASE_SLOW(the_end_of_draining_and_the_unplugger),
	KUNIT_CASE_SLOW(a_reader_and_the_unplugger),
	KUNIT_CASE_SLOW(an_open_and_the_unplugger),
	KUNIT_CASE_SLOW(openers_in_line_and_the_unplugger),
	KUNIT_CASE_SLOW(a_writer_the_printer_and_an_abort),
	KUNIT_CASE_SLOW(an_operators_abort_a_writer_and_the_printer),
	KUNIT_CASE_SLOW(two_who_open_at_once),
	KUNIT_CASE_SLOW(a_storm_of_opens_and_closes),
	KUNIT_CASE_SLOW(the_last_byte_and_a_close),
	KUNIT_CASE_SLOW(an_opener_whose_time_is_up_and_a_close),
	{}
};

struct kunit_suite printport_race_suite = {
	.name = "printport_race",
	.init = fake_test_init,
	.exit = fake_test_exit,
	.test_cases = race_test_cases,
};
