// SPDX-License-Identifier: GPL-2.0-only
/* Who holds a port: open, close, drain, stand in line, unplug. */
#include "fake_transport.h"

static void open_and_close(struct fake_transport *t)
{
	KUNIT_ASSERT_EQ(t->test, fake_open(t), 0);
	KUNIT_ASSERT_EQ(t->test, fake_close(t), 0);
}

static void open_with_bytes(struct fake_transport *t, size_t len)
{
	KUNIT_ASSERT_EQ(t->test, fake_open(t), 0);
	KUNIT_ASSERT_EQ(t->test, fake_write(t, 0, len), len);
}

/* Closed by its holder, with bytes left. */
static void leave_draining(struct fake_transport *t, size_t len)
{
	open_with_bytes(t, len);
	KUNIT_ASSERT_EQ(t->test, fake_close(t), 0);
}

static struct fake_actor *stand_in_line(struct fake_transport *t)
{
	struct fake_actor *opener = fake_actor(t, fake_act_open);
	unsigned int before = fake_line(t);

	fake_go(opener);
	fake_wait_until(t, fake_line(t) == before + 1);
	return opener;
}

static void a_port_begins_closed(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_expect_state(t, PRINTPORT_STATE_CLOSED);
}

static void open_makes_it_open(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	KUNIT_EXPECT_EQ(test, fake_open(t), 0);
	fake_expect_state(t, PRINTPORT_STATE_OPEN);
}

static void close_makes_it_closed(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	open_and_close(t);
	fake_expect_state(t, PRINTPORT_STATE_CLOSED);
}

static void the_transport_is_opened_and_closed_each_time(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	open_and_close(t);
	open_and_close(t);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->opens), 2);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->closes), 2);
}

static void a_closed_port_holds_no_queue_memory(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	open_and_close(t);
	KUNIT_EXPECT_EQ(test, t->port->tx.size + t->port->rx.ring.size, 0);
}

static void a_second_open_is_busy_without_waiting(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	KUNIT_ASSERT_EQ(test, fake_open(t), 0);
	KUNIT_EXPECT_EQ(test, printport_open(t->port, true), -EBUSY);
}

static void a_second_open_is_busy_that_would_wait(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	KUNIT_ASSERT_EQ(test, fake_open(t), 0);
	KUNIT_EXPECT_EQ(test, printport_open(t->port, false), -EBUSY);
}

static void a_refused_open_does_not_disturb_the_holder(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	KUNIT_ASSERT_EQ(test, fake_open(t), 0);
	fake_open(t);
	KUNIT_EXPECT_EQ(test, fake_write(t, 0, 10), 10);
	fake_print_all(t);
	fake_expect_paper(t, 0, 0, 10);
}

static void a_second_open_is_busy_while_the_first_is_on_its_way(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *opener = fake_actor(t, fake_act_open);

	t->open_blocks = true;
	fake_go(opener);
	fake_wait_until(t, completion_done(&t->open_entered));
	KUNIT_EXPECT_EQ(test, fake_open(t), -EBUSY);
	complete_all(&t->open_released);
	KUNIT_EXPECT_EQ(test, fake_join(opener), 0);
}

static void close_with_bytes_left_drains(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	leave_draining(t, 10);
	fake_expect_state(t, PRINTPORT_STATE_DRAINING);
}

static void the_transport_stays_open_while_draining(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	leave_draining(t, 10);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->closes), 0);
}

static void open_while_draining_is_busy(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	leave_draining(t, 10);
	KUNIT_EXPECT_EQ(test, fake_open(t), -EBUSY);
}

static void draining_goes_on_until_the_last_byte(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	leave_draining(t, 10);
	fake_print(t, 9);
	flush_work(&t->port->drain_work);
	fake_expect_state(t, PRINTPORT_STATE_DRAINING);
}

static void the_last_byte_ends_draining(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	leave_draining(t, 10);
	fake_print_all(t);
	flush_work(&t->port->drain_work);
	fake_expect_state(t, PRINTPORT_STATE_CLOSED);
	fake_expect_paper(t, 0, 0, 10);
}

static void a_failure_ends_draining(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	leave_draining(t, 10);
	fake_take(t, 10);
	fake_stop(t, -EIO);
	flush_work(&t->port->drain_work);
	fake_expect_state(t, PRINTPORT_STATE_CLOSED);
}

static void what_failed_while_draining_is_not_the_next_holders(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	leave_draining(t, 10);
	fake_take(t, 10);
	fake_stop(t, -EIO);
	flush_work(&t->port->drain_work);
	KUNIT_ASSERT_EQ(test, fake_open(t), 0);
	KUNIT_EXPECT_EQ(test, printport_sync(t->port), 0);
}

static void after_draining_the_transport_is_closed(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	leave_draining(t, 10);
	fake_print_all(t);
	flush_work(&t->port->drain_work);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->closes), 1);
}

static void after_draining_it_opens_again(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	leave_draining(t, 10);
	fake_print_all(t);
	flush_work(&t->port->drain_work);
	KUNIT_EXPECT_EQ(test, fake_open(t), 0);
}

static void close_waits_for_the_printer(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *closer = fake_actor(t, fake_act_close);

	t->port->limits.close_ms = PRINTPORT_LIMIT_MAX_MS;
	open_with_bytes(t, 10);
	fake_go(closer);
	fake_wait_for_sleeper(t);
	fake_print_all(t);
	KUNIT_EXPECT_EQ(test, fake_join(closer), 0);
	fake_expect_state(t, PRINTPORT_STATE_CLOSED);
}

static void close_waits_no_longer_than_its_limit(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	t->port->limits.close_ms = FAKE_SHORT_MS;
	open_with_bytes(t, 10);
	KUNIT_EXPECT_EQ(test, fake_close(t), 0);
	fake_expect_state(t, PRINTPORT_STATE_DRAINING);
}

static void close_waits_once(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	t->port->limits.close_ms = FAKE_SHORT_MS;
	open_with_bytes(t, 10);
	printport_flush(t->port);
	t->port->limits.close_ms = PRINTPORT_LIMIT_MAX_MS;
	printport_close(t->port);
	fake_expect_state(t, PRINTPORT_STATE_DRAINING);
}

static void close_does_not_wait_where_it_must_not(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	t->port->limits.close_ms = PRINTPORT_LIMIT_MAX_MS;
	open_with_bytes(t, 10);
	printport_dont_wait(t->port);
	KUNIT_EXPECT_EQ(test, fake_close(t), 0);
	fake_expect_state(t, PRINTPORT_STATE_DRAINING);
}

static void close_tells_what_failed_while_it_waited(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *closer = fake_actor(t, fake_act_close);

	t->port->limits.close_ms = PRINTPORT_LIMIT_MAX_MS;
	open_with_bytes(t, 10);
	fake_take(t, 10);
	fake_go(closer);
	fake_wait_for_sleeper(t);
	fake_stop(t, -EIO);
	KUNIT_EXPECT_EQ(test, fake_join(closer), -EIO);
}

static void a_transport_that_fails_to_open_says_why(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	t->open_error = -ENXIO;
	KUNIT_EXPECT_EQ(test, fake_open(t), -ENXIO);
	fake_expect_state(t, PRINTPORT_STATE_CLOSED);
}

static void a_transport_that_failed_to_open_is_not_closed(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	t->open_error = -ENXIO;
	fake_open(t);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->closes), 0);
}

static void after_a_failed_open_it_opens_again(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	t->open_error = -ENXIO;
	fake_open(t);
	t->open_error = 0;
	KUNIT_EXPECT_EQ(test, fake_open(t), 0);
}

/* The line of openers. */

static void openers_get_the_port_in_order_of_arrival(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *opener[3];
	int i;

	t->port->limits.open_ms = PRINTPORT_LIMIT_MAX_MS;
	KUNIT_ASSERT_EQ(test, fake_open(t), 0);
	for (i = 0; i < 3; i++)
		opener[i] = stand_in_line(t);
	for (i = 0; i < 3; i++) {
		KUNIT_ASSERT_EQ(test, fake_close(t), 0);
		KUNIT_EXPECT_EQ(test, fake_join(opener[i]), 0);
		KUNIT_EXPECT_EQ_MSG(test, fake_line(t), 2 - i,
				    "more than the first in line got it");
	}
}

static void handed_over_a_port_is_never_closed(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *opener;

	t->port->limits.open_ms = PRINTPORT_LIMIT_MAX_MS;
	KUNIT_ASSERT_EQ(test, fake_open(t), 0);
	opener = stand_in_line(t);
	t->open_blocks = true;
	KUNIT_ASSERT_EQ(test, fake_close(t), 0);
	fake_expect_state(t, PRINTPORT_STATE_OPEN);
	complete_all(&t->open_released);
	KUNIT_EXPECT_EQ(test, fake_join(opener), 0);
}

static void the_transport_is_closed_and_opened_between_holders(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *opener;

	t->port->limits.open_ms = PRINTPORT_LIMIT_MAX_MS;
	KUNIT_ASSERT_EQ(test, fake_open(t), 0);
	opener = stand_in_line(t);
	fake_close(t);
	fake_join(opener);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->closes), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->opens), 2);
}

static void the_line_waits_for_draining(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *opener;

	t->port->limits.open_ms = PRINTPORT_LIMIT_MAX_MS;
	leave_draining(t, 10);
	opener = stand_in_line(t);
	fake_print_all(t);
	KUNIT_EXPECT_EQ(test, fake_join(opener), 0);
}

static void waiting_in_line_ends_at_the_limit(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	t->port->limits.open_ms = FAKE_SHORT_MS;
	KUNIT_ASSERT_EQ(test, fake_open(t), 0);
	KUNIT_EXPECT_EQ(test, printport_open(t->port, false), -EBUSY);
	KUNIT_EXPECT_EQ(test, fake_line(t), 0);
}

static void nonblock_does_not_stand_in_line(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	t->port->limits.open_ms = PRINTPORT_LIMIT_MAX_MS;
	KUNIT_ASSERT_EQ(test, fake_open(t), 0);
	KUNIT_EXPECT_EQ(test, printport_open(t->port, true), -EBUSY);
}

static void a_free_port_is_opened_without_a_line(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	t->port->limits.open_ms = PRINTPORT_LIMIT_MAX_MS;
	KUNIT_EXPECT_EQ(test, printport_open(t->port, false), 0);
}

static void the_next_in_line_tries_after_a_failed_open(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *first, *second;

	t->port->limits.open_ms = PRINTPORT_LIMIT_MAX_MS;
	KUNIT_ASSERT_EQ(test, fake_open(t), 0);
	first = stand_in_line(t);
	second = stand_in_line(t);
	t->open_error = -ENXIO;
	fake_close(t);
	KUNIT_EXPECT_EQ(test, fake_join(first), -ENXIO);
	KUNIT_EXPECT_EQ(test, fake_join(second), -ENXIO);
	fake_expect_state(t, PRINTPORT_STATE_CLOSED);
}

static void unplugging_sends_the_whole_line_home(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *opener[3];
	int i;

	t->port->limits.open_ms = PRINTPORT_LIMIT_MAX_MS;
	KUNIT_ASSERT_EQ(test, fake_open(t), 0);
	for (i = 0; i < 3; i++)
		opener[i] = stand_in_line(t);
	fake_unplug(t);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, fake_join(opener[i]), -ENODEV);
}

/* Unplugging, in each state. */

static void unplugged_while_closed_it_is_gone(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_unplug(t);
	fake_expect_state(t, PRINTPORT_STATE_GONE);
	KUNIT_EXPECT_EQ(test, fake_open(t), -ENODEV);
}

static void unplugged_while_open_it_is_gone(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	open_with_bytes(t, 10);
	fake_take(t, 5);
	fake_unplug(t);
	fake_expect_state(t, PRINTPORT_STATE_GONE);
}

static void unplugged_while_open_its_bytes_are_lost(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	open_with_bytes(t, 10);
	fake_print(t, 4);
	fake_take(t, 2);
	fake_unplug(t);
	KUNIT_EXPECT_EQ(test, fake_stats(t).bytes_lost, 6);
	KUNIT_EXPECT_EQ(test, fake_stats(t).errors, 1);
}

static void unplugged_while_open_close_tells_the_loss(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	open_with_bytes(t, 10);
	fake_unplug(t);
	KUNIT_EXPECT_EQ(test, fake_close(t), -ENODEV);
}

static void unplugged_without_loss_close_has_nothing_to_tell(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	open_with_bytes(t, 10);
	fake_print_all(t);
	fake_unplug(t);
	KUNIT_EXPECT_EQ(test, fake_close(t), 0);
}

static void unplugged_while_draining_it_is_gone(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	leave_draining(t, 10);
	fake_unplug(t);
	fake_expect_state(t, PRINTPORT_STATE_GONE);
	KUNIT_EXPECT_EQ(test, fake_stats(t).bytes_lost, 10);
}

static void a_transport_that_is_gone_is_not_closed(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	open_with_bytes(t, 10);
	fake_unplug(t);
	fake_close(t);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->closes), 0);
}

static void reports_after_unplugging_have_no_effect(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	const void *buf;

	open_with_bytes(t, 10);
	KUNIT_ASSERT_EQ(test, printport_tx_take(t->port, &buf, 10), 10);
	fake_unplug(t);
	printport_tx_done(t->port, 10);
	printport_tx_stop(t->port, -EIO);
	KUNIT_EXPECT_EQ(test, fake_stats(t).bytes_delivered, 0);
	KUNIT_EXPECT_EQ(test, fake_stats(t).bytes_lost, 10);
}

static void what_is_in_flight_stays_readable_until_the_last_put(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	const void *buf;

	open_with_bytes(t, 10);
	KUNIT_ASSERT_EQ(test, printport_tx_take(t->port, &buf, 10), 10);
	fake_unplug(t);
	fake_close(t);
	KUNIT_EXPECT_TRUE(test, fake_is_stream(buf, 0, 0, 10));
}

static void unplugging_waits_for_an_open_that_runs(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *opener = fake_actor(t, fake_act_open);
	struct fake_actor *unplugger = fake_actor(t, fake_act_unplug);
	long opened;

	t->open_blocks = true;
	fake_go(opener);
	fake_wait_until(t, completion_done(&t->open_entered));
	fake_go(unplugger);
	fake_wait_until(t, fake_status(t).state == PRINTPORT_STATE_GONE);
	KUNIT_EXPECT_FALSE_MSG(test, fake_finished(unplugger), "->open() still runs");
	complete_all(&t->open_released);

	opened = fake_join(opener);
	fake_join(unplugger);
	KUNIT_EXPECT_TRUE(test, opened == 0 || opened == -ENODEV);
	KUNIT_EXPECT_EQ(test, fake_write(t, 0, 1), -ENODEV);
	fake_expect_state(t, PRINTPORT_STATE_GONE);
}

static void the_last_put_frees_a_port_that_was_never_registered(struct kunit *test)
{
	struct printport *port = printport_alloc(NULL, &fake_ops, NULL);
	int index;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, port);
	index = printport_index(port);
	printport_put(port);
	port = printport_alloc(NULL, &fake_ops, NULL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, port);
	KUNIT_EXPECT_EQ_MSG(test, printport_index(port), index, "its number is not free");
	printport_put(port);
}

static int next_index(struct kunit *test)
{
	struct printport *port = printport_alloc(NULL, &fake_ops, NULL);
	int index;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, port);
	index = printport_index(port);
	printport_put(port);
	return index;
}

static void close_frees_what_the_transport_has_put(struct kunit *test)
{
	struct fake_transport *t = fake_plug_in(test, &fake_ops);
	struct printport *port = t->port;
	int index = printport_index(port);

	open_with_bytes(t, 10);
	fake_unplug(t);
	printport_put(port);
	KUNIT_EXPECT_NE_MSG(test, next_index(test), index, "freed under its holder");
	printport_close(port);
	KUNIT_EXPECT_EQ_MSG(test, next_index(test), index, "nobody freed it");
	fake_scrap(t);
}

static void the_transports_put_frees_what_nobody_holds(struct kunit *test)
{
	struct fake_transport *t = fake_plug_in(test, &fake_ops);
	int index = printport_index(t->port);

	open_with_bytes(t, 10);
	fake_free(t);
	KUNIT_EXPECT_EQ(test, next_index(test), index);
}

/* What a holder can still call. */

static void a_gone_port(struct fake_transport *t)
{
	open_with_bytes(t, 10);
	fake_unplug(t);
}

static void write_to_a_gone_port_fails(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	a_gone_port(t);
	KUNIT_EXPECT_EQ(test, fake_write_wait(t, 0, 10), -ENODEV);
}

static void write_of_nothing_to_a_gone_port_fails(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	a_gone_port(t);
	KUNIT_EXPECT_EQ(test, fake_write_wait(t, 0, 0), -ENODEV);
}

static void read_from_a_gone_port_fails(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u8 byte;

	a_gone_port(t);
	KUNIT_EXPECT_EQ(test, fake_read_wait(t, &byte, 1), -ENODEV);
}

static void sync_of_a_gone_port_fails_each_time(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	a_gone_port(t);
	KUNIT_EXPECT_EQ(test, printport_sync(t->port), -ENODEV);
	KUNIT_EXPECT_EQ(test, printport_sync(t->port), -ENODEV);
}

static void start_job_on_a_gone_port_fails(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	a_gone_port(t);
	KUNIT_EXPECT_EQ(test, fake_start_job(t, false, NULL), -ENODEV);
}

static void end_job_on_a_gone_port_fails(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	a_gone_port(t);
	KUNIT_EXPECT_EQ(test, fake_end_job(t, NULL), -ENODEV);
}

static void end_of_an_explicit_job_on_a_gone_port_tells_its_account(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct printport_job_result result;

	KUNIT_ASSERT_EQ(test, fake_open(t), 0);
	KUNIT_ASSERT_EQ(test, fake_start_job(t, true, NULL), 0);
	fake_write(t, 0, 10);
	fake_print(t, 4);
	fake_unplug(t);
	KUNIT_EXPECT_EQ(test, fake_end_job(t, &result), -ENODEV);
	fake_expect_account(t, &result, PRINTPORT_JOB_FAILED, 10, 4, 6);
	KUNIT_EXPECT_EQ(test, result.error, ENODEV);
}

static void abort_job_on_a_gone_port_fails(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	a_gone_port(t);
	KUNIT_EXPECT_EQ(test, fake_abort_job(t, 0, NULL), -ENODEV);
}

static void get_job_on_a_gone_port_fails(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct printport_job_result result;

	a_gone_port(t);
	KUNIT_EXPECT_EQ(test, fake_get_job(t, 0, &result), -ENODEV);
}

static void reset_and_lines_of_a_gone_port_fail(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	a_gone_port(t);
	KUNIT_EXPECT_EQ(test, printport_reset(t->port), -ENODEV);
	KUNIT_EXPECT_EQ(test, printport_lines(t->port), -ENODEV);
}

static void operators_can_abort_a_gone_port(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	a_gone_port(t);
	printport_abort_all(t->port);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->tx_cancels), 0);
}

static struct kunit_case session_test_cases[] = {
	KUNIT_CASE(a_port_begins_closed),
	KUNIT_CASE(open_makes_it_open),
	KUNIT_CASE(close_makes_it_closed),
	KUNIT_CASE(the_transport_is_opened_and_closed_each_time),
	KUNIT_CASE(a_closed_port_holds_no_queue_memory),
	KUNIT_CASE(a_second_open_is_busy_without_waiting),
	KUNIT_CASE(a_second_open_is_busy_that_would_wait),
	KUNIT_CASE(a_refused_open_does_not_disturb_the_holder),
	KUNIT_CASE(a_second_open_is_busy_while_the_first_is_on_its_way),
	KUNIT_CASE(close_with_bytes_left_drains),
	KUNIT_CASE(the_transport_stays_open_while_draining),
	KUNIT_CASE(open_while_draining_is_busy),
	KUNIT_CASE(draining_goes_on_until_the_last_byte),
	KUNIT_CASE(the_last_byte_ends_draining),
	KUNIT_CASE(a_failure_ends_draining),
	KUNIT_CASE(what_failed_while_draining_is_not_the_next_holders),
	KUNIT_CASE(after_draining_the_transport_is_closed),
	KUNIT_CASE(after_draining_it_opens_again),
	KUNIT_CASE(close_waits_for_the_printer),
	KUNIT_CASE(close_waits_no_longer_than_its_limit),
	KUNIT_CASE(close_waits_once),
	KUNIT_CASE(close_does_not_wait_where_it_must_not),
	KUNIT_CASE(close_tells_what_failed_while_it_waited),
	KUNIT_CASE(a_transport_that_fails_to_open_says_why),
	KUNIT_CASE(a_transport_that_failed_to_open_is_not_closed),
	KUNIT_CASE(after_a_failed_open_it_opens_again),
	KUNIT_CASE(openers_get_the_port_in_order_of_arrival),
	KUNIT_CASE(handed_over_a_port_is_never_closed),
	KUNIT_CASE(the_transport_is_closed_and_opened_between_holders),
	KUNIT_CASE(the_line_waits_for_draining),
	KUNIT_CASE(waiting_in_line_ends_at_the_limit),
	KUNIT_CASE(nonblock_does_not_stand_in_line),
	KUNIT_CASE(a_free_port_is_opened_without_a_line),
	KUNIT_CASE(the_next_in_line_tries_after_a_failed_open),
	KUNIT_CASE(unplugging_sends_the_whole_line_home),
	KUNIT_CASE(unplugged_while_closed_it_is_gone),
	KUNIT_CASE(unplugged_while_open_it_is_gone),
	KUNIT_CASE(unplugged_while_open_its_bytes_are_lost),
	KUNIT_CASE(unplugged_while_open_close_tells_the_loss),
	KUNIT_CASE(unplugged_without_loss_close_has_nothing_to_tell),
	KUNIT_CASE(unplugged_while_draining_it_is_gone),
	KUNIT_CASE(a_transport_that_is_gone_is_not_closed),
	KUNIT_CASE(reports_after_unplugging_have_no_effect),
	KUNIT_CASE(what_is_in_flight_stays_readable_until_the_last_put),
	KUNIT_CASE(unplugging_waits_for_an_open_that_runs),
	KUNIT_CASE(the_last_put_frees_a_port_that_was_never_registered),
	KUNIT_CASE(close_frees_what_the_transport_has_put),
	KUNIT_CASE(the_transports_put_frees_what_nobody_holds),
	KUNIT_CASE(write_to_a_gone_port_fails),
	KUNIT_CASE(write_of_nothing_to_a_gone_port_fails),
	KUNIT_CASE(read_from_a_gone_port_fails),
	KUNIT_CASE(sync_of_a_gone_port_fails_each_time),
	KUNIT_CASE(start_job_on_a_gone_port_fails),
	KUNIT_CASE(end_job_on_a_gone_port_fails),
	KUNIT_CASE(end_of_an_explicit_job_on_a_gone_port_tells_its_account),
	KUNIT_CASE(abort_job_on_a_gone_port_fails),
	KUNIT_CASE(get_job_on_a_gone_port_fails),
	KUNIT_CASE(reset_and_lines_of_a_gone_port_fail),
	KUNIT_CASE(operators_can_abort_a_gone_port),
	{}
};

struct kunit_suite printport_session_suite = {
	.name = "printport_session",
	.init = fake_test_init,
	.exit = fake_test_exit,
	.test_cases = session_test_cases,
};
