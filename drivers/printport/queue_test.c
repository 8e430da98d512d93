// SPDX-License-Identifier: GPL-2.0-only
/* The forward queue: accepting, taking, reporting, failing, waiting for room. */
#include <linux/lp.h>
#include <linux/slab.h>

#include "fake_transport.h"

static int queue_test_init(struct kunit *test)
{
	fake_test_init(test);
	return fake_open(test->priv);
}

static void fill(struct fake_transport *t, u32 stream)
{
	size_t room = FAKE_QUEUE_SIZE - fake_status(t).queued;

	KUNIT_ASSERT_EQ(t->test, fake_write(t, stream, room), room);
}

/* Ends what plain writes have begun, so that the next one begins another job. */
static u32 end_job(struct fake_transport *t)
{
	u32 id = fake_active_job(t);

	KUNIT_ASSERT_EQ(t->test, fake_end_job(t, NULL), 0);
	return id;
}

static void reopen_with_queue(struct fake_transport *t, unsigned int kib)
{
	KUNIT_ASSERT_EQ(t->test, fake_close(t), 0);
	printport_queue_kib = kib;
	KUNIT_ASSERT_EQ(t->test, fake_open(t), 0);
}

static void what_is_accepted_is_queued(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	KUNIT_EXPECT_EQ(test, fake_write(t, 0, 100), 100);
	KUNIT_EXPECT_EQ(test, fake_status(t).queued, 100);
	KUNIT_EXPECT_EQ(test, printport_tx_pending(t->port), 100);
}

static void what_is_taken_is_in_flight(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_write(t, 0, 100);
	KUNIT_EXPECT_EQ(test, fake_take(t, 30), 30);
	KUNIT_EXPECT_EQ(test, fake_status(t).in_flight, 30);
	KUNIT_EXPECT_EQ(test, fake_status(t).queued, 100);
	KUNIT_EXPECT_EQ(test, printport_tx_pending(t->port), 70);
}

static void what_is_done_is_delivered(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_write(t, 0, 100);
	fake_take(t, 30);
	fake_done(t, 20);
	KUNIT_EXPECT_EQ(test, fake_status(t).in_flight, 10);
	KUNIT_EXPECT_EQ(test, fake_status(t).queued, 80);
	KUNIT_EXPECT_EQ(test, fake_stats(t).bytes_delivered, 20);
}

static void nothing_is_taken_from_an_empty_queue(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	KUNIT_EXPECT_EQ(test, fake_take(t, SIZE_MAX), 0);
}

static void nothing_is_taken_twice(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_write(t, 0, 100);
	fake_take(t, 100);
	KUNIT_EXPECT_EQ(test, fake_take(t, 100), 0);
}

static void several_transfers_are_in_flight_at_once(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_write(t, 0, 100);
	fake_take(t, 30);
	fake_take(t, 30);
	fake_take(t, 40);
	fake_done(t, 50);
	fake_done(t, 50);
	fake_expect_paper(t, 0, 0, 100);
}

static void done_with_nothing_is_nothing(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_write(t, 0, 100);
	fake_done(t, 0);
	KUNIT_EXPECT_EQ(test, fake_status(t).queued, 100);
}

static void small_writes_coalesce(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	int i;

	for (i = 0; i < 10; i++)
		fake_write(t, 0, 7);
	KUNIT_EXPECT_EQ(test, fake_take(t, SIZE_MAX), 70);
}

/* One that has not found the queue empty comes again by itself. */
static void a_write_tells_a_transport_that_found_nothing(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_write(t, 0, 1);
	fake_write(t, 0, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->tx_starts), 1);
	fake_take(t, 2);
	fake_write(t, 0, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->tx_starts), 1);
	fake_print_all(t);
	fake_write(t, 0, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->tx_starts), 2);
	fake_take(t, 1);
	fake_stop(t, 0);
	fake_write(t, 0, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->tx_starts), 3);
}

static void a_write_of_nothing_begins_no_job(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	KUNIT_EXPECT_EQ(test, fake_write(t, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, fake_active_job(t), 0);
}

static void a_span_ends_with_its_job(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_write(t, 0, 10);
	end_job(t);
	fake_write(t, 1, 20);
	KUNIT_EXPECT_EQ(test, fake_take(t, SIZE_MAX), 10);
	KUNIT_EXPECT_EQ(test, fake_take(t, SIZE_MAX), 20);
}

static void one_done_may_reach_over_jobs(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct printport_job_result result;
	u32 first;

	fake_write(t, 0, 10);
	first = end_job(t);
	fake_write(t, 1, 20);
	fake_take(t, SIZE_MAX);
	fake_take(t, SIZE_MAX);
	fake_done(t, 15);
	fake_get_job(t, first, &result);
	fake_expect_account(t, &result, PRINTPORT_JOB_COMPLETED, 10, 10, 0);
	fake_get_job(t, 0, &result);
	fake_expect_account(t, &result, PRINTPORT_JOB_ACTIVE, 20, 5, 0);
}

static void a_span_ends_with_its_chunk(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	size_t chunk;

	reopen_with_queue(t, 256);
	chunk = 1UL << t->port->tx.chunk_shift;
	KUNIT_ASSERT_EQ(test, fake_write(t, 0, 256 << 10), 256 << 10);
	fake_print(t, chunk - 10);
	KUNIT_EXPECT_EQ(test, fake_take(t, SIZE_MAX), 10);
	KUNIT_EXPECT_EQ(test, fake_take(t, SIZE_MAX), min(chunk, (256UL << 10) - chunk));
}

static void a_span_ends_where_the_ring_does(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_write(t, 0, FAKE_QUEUE_SIZE - 10);
	fake_print_all(t);
	fake_write(t, 0, 30);
	KUNIT_EXPECT_EQ(test, fake_take(t, SIZE_MAX), 10);
	KUNIT_EXPECT_EQ(test, fake_take(t, SIZE_MAX), 20);
}

static void bytes_survive_many_wraps(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	size_t total = 0;

	while (total < 20 * FAKE_QUEUE_SIZE) {
		total += fake_write(t, 0, 1500);
		fake_print(t, 1400);
		if (fake_status(t).queued > 2000)
			fake_print_all(t);
	}
	fake_print_all(t);
	fake_expect_paper(t, 0, 0, total);
	fake_expect_end_of_paper(t);
}

static void a_large_queue_comes_through_whole(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	reopen_with_queue(t, 256);
	KUNIT_EXPECT_EQ(test, fake_write(t, 0, 300 << 10), 256 << 10);
	fake_print_all(t);
	fake_expect_paper(t, 0, 0, 256 << 10);
}

static void the_next_open_begins_with_an_empty_queue(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_write(t, 0, 100);
	fake_print_all(t);
	fake_close(t);
	KUNIT_ASSERT_EQ(test, fake_open(t), 0);
	fake_write(t, 1, 50);
	fake_print_all(t);
	fake_expect_paper(t, 0, 0, 100);
	fake_expect_paper(t, 1, 0, 50);
	fake_expect_end_of_paper(t);
}

/* Stopping without an error. */

static void what_was_stopped_is_queued_again(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_write(t, 0, 100);
	fake_take(t, 60);
	fake_stop(t, 0);
	KUNIT_EXPECT_EQ(test, fake_status(t).in_flight, 0);
	KUNIT_EXPECT_EQ(test, fake_status(t).queued, 100);
}

static void what_was_stopped_comes_again_in_order(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_write(t, 0, 100);
	fake_take(t, 30);
	fake_take(t, 30);
	fake_done(t, 10);
	fake_stop(t, 0);
	fake_print_all(t);
	fake_expect_paper(t, 0, 0, 100);
	fake_expect_end_of_paper(t);
}

static void stopping_goes_back_over_jobs(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_write(t, 0, 10);
	end_job(t);
	fake_write(t, 1, 10);
	fake_take(t, SIZE_MAX);
	fake_take(t, SIZE_MAX);
	fake_stop(t, 0);
	fake_print_all(t);
	fake_expect_paper(t, 0, 0, 10);
	fake_expect_paper(t, 1, 0, 10);
	fake_expect_end_of_paper(t);
}

static void stopping_an_idle_port_is_nothing(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_stop(t, 0);
	KUNIT_EXPECT_EQ(test, fake_write(t, 0, 10), 10);
}

static void stopping_loses_nothing(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_write(t, 0, 10);
	fake_take(t, 10);
	fake_stop(t, 0);
	KUNIT_EXPECT_EQ(test, fake_stats(t).bytes_lost, 0);
	KUNIT_EXPECT_EQ(test, fake_stats(t).errors, 0);
}

/* Failing. */

enum reporter {
	BY_WRITE,
	BY_SYNC,
	BY_CLOSE,
	BY_END_JOB,
	BY_GET_JOB,
	BY_ABORT_JOB,
};

struct report {
	const char *name;
	enum reporter by;
};

static const struct report reports[] = {
	{ "write", BY_WRITE },
	{ "sync", BY_SYNC },
	{ "close", BY_CLOSE },
	{ "END_JOB", BY_END_JOB },
	{ "GET_JOB", BY_GET_JOB },
	{ "ABORT_JOB", BY_ABORT_JOB },
};

KUNIT_ARRAY_PARAM_DESC(report, reports, name);

static int report(struct fake_transport *t, enum reporter by)
{
	struct printport_job_result result = {};
	int err = 0;

	switch (by) {
	case BY_WRITE:
		return fake_write(t, 1, 10);
	case BY_SYNC:
		return printport_sync(t->port);
	case BY_CLOSE:
		return printport_flush(t->port);
	case BY_END_JOB:
		err = fake_end_job(t, &result);
		break;
	case BY_GET_JOB:
		err = fake_get_job(t, 0, &result);
		break;
	case BY_ABORT_JOB:
		err = fake_abort_job(t, 0, &result);
		break;
	}
	return err ?: -(int)result.error;
}

static void a_failure_is_reported_by_whoever_comes_first(struct kunit *test)
{
	const struct report *c = test->param_value;
	struct fake_transport *t = test->priv;

	fake_start_job(t, true, NULL);
	fake_write(t, 0, 100);
	fake_take(t, 50);
	fake_stop(t, -EIO);
	KUNIT_EXPECT_EQ(test, report(t, c->by), -EIO);
}

static void a_failure_is_reported_once(struct kunit *test)
{
	const struct report *c = test->param_value;
	struct fake_transport *t = test->priv;

	fake_start_job(t, true, NULL);
	fake_write(t, 0, 100);
	fake_take(t, 50);
	fake_stop(t, -EIO);
	report(t, c->by);
	KUNIT_EXPECT_EQ(test, printport_sync(t->port), 0);
	KUNIT_EXPECT_EQ(test, printport_flush(t->port), 0);
}

static void a_write_after_a_failed_plain_write_begins_another_job(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u32 failed;

	fake_write(t, 0, 100);
	failed = fake_active_job(t);
	fake_take(t, 50);
	fake_stop(t, -EIO);
	KUNIT_EXPECT_EQ(test, fake_write(t, 1, 10), -EIO);
	KUNIT_EXPECT_EQ(test, fake_write(t, 1, 10), 10);
	KUNIT_EXPECT_EQ(test, fake_active_job(t), failed + 1);
	fake_print_all(t);
	fake_expect_paper(t, 1, 0, 10);
	fake_expect_end_of_paper(t);
}

static void a_failed_job_takes_no_more(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_start_job(t, true, NULL);
	fake_write(t, 0, 100);
	fake_take(t, 50);
	fake_stop(t, -EIO);
	KUNIT_EXPECT_EQ(test, fake_write(t, 0, 10), -EIO);
	KUNIT_EXPECT_EQ(test, fake_write(t, 0, 10), -ECANCELED);
	KUNIT_EXPECT_EQ(test, fake_write(t, 0, 10), -ECANCELED);
}

static void a_failure_is_counted(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct printport_stats stats;

	fake_write(t, 0, 100);
	fake_take(t, 50);
	fake_done(t, 20);
	fake_stop(t, -EIO);
	stats = fake_stats(t);
	KUNIT_EXPECT_EQ(test, stats.errors, 1);
	KUNIT_EXPECT_EQ(test, stats.jobs_failed, 1);
	KUNIT_EXPECT_EQ(test, stats.bytes_lost, 80);
	KUNIT_EXPECT_EQ(test, stats.bytes_delivered, 20);
}

static void a_failure_is_in_the_jobs_account(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct printport_job_result result;
	u32 id;

	fake_write(t, 0, 100);
	id = fake_active_job(t);
	fake_take(t, 50);
	fake_done(t, 20);
	fake_stop(t, -EIO);
	KUNIT_ASSERT_EQ(test, fake_get_job(t, id, &result), 0);
	fake_expect_account(t, &result, PRINTPORT_JOB_FAILED, 100, 20, 80);
	KUNIT_EXPECT_EQ(test, result.error, EIO);
}

static void a_failure_spares_the_next_job(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_write(t, 0, 100);
	end_job(t);
	fake_write(t, 1, 100);
	fake_take(t, 50);
	fake_stop(t, -EIO);
	fake_print_all(t);
	fake_expect_paper(t, 1, 0, 100);
	fake_expect_end_of_paper(t);
}

static void a_failure_spares_the_next_job_also_in_flight(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_write(t, 0, 100);
	end_job(t);
	fake_write(t, 1, 100);
	fake_take(t, SIZE_MAX);
	fake_take(t, 60);
	fake_stop(t, -EIO);
	fake_print_all(t);
	fake_expect_paper(t, 1, 0, 100);
	fake_expect_end_of_paper(t);
}

static void the_failure_of_an_ended_job_reaches_who_writes_the_next(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_write(t, 0, 100);
	end_job(t);
	fake_write(t, 1, 10);
	fake_take(t, 50);
	fake_stop(t, -EIO);
	KUNIT_EXPECT_EQ(test, fake_write(t, 1, 10), -EIO);
	KUNIT_EXPECT_EQ(test, fake_write(t, 1, 10), 10);
	fake_print_all(t);
	fake_expect_paper(t, 1, 0, 20);
}

static void a_failure_hits_the_oldest_byte_in_flight(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct printport_job_result result;
	u32 first;

	fake_write(t, 0, 100);
	first = end_job(t);
	fake_write(t, 1, 100);
	fake_take(t, SIZE_MAX);
	fake_take(t, SIZE_MAX);
	fake_done(t, 100);
	fake_stop(t, -EIO);
	fake_get_job(t, first, &result);
	KUNIT_EXPECT_EQ(test, result.state, PRINTPORT_JOB_COMPLETED);
	fake_print_all(t);
	fake_expect_paper(t, 0, 0, 100);
	fake_expect_end_of_paper(t);
}

static void a_failure_with_nothing_in_flight_hits_what_waits(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_write(t, 0, 100);
	fake_stop(t, -EIO);
	KUNIT_EXPECT_EQ(test, fake_status(t).queued, 0);
	KUNIT_EXPECT_EQ(test, printport_sync(t->port), -EIO);
}

static void a_printer_without_power_has_lost_the_job_under_way(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_start_job(t, true, NULL);
	fake_write(t, 0, 100);
	fake_print_all(t);
	printport_tx_lost(t->port, -EIO);
	KUNIT_EXPECT_EQ(test, printport_sync(t->port), -EIO);
	KUNIT_EXPECT_EQ(test, fake_write(t, 0, 10), -ECANCELED);
	KUNIT_EXPECT_EQ(test, fake_stats(t).jobs_failed, 1);
}

static void a_printer_without_power_has_lost_also_what_was_to_follow(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_start_job(t, true, NULL);
	fake_write(t, 0, 100);
	fake_take(t, 60);
	fake_done(t, 60);
	printport_tx_lost(t->port, -EIO);
	KUNIT_EXPECT_EQ(test, printport_sync(t->port), -EIO);
	KUNIT_EXPECT_EQ(test, fake_stats(t).bytes_lost, 40);
}

static void plain_writes_that_were_printed_are_not_lost_with_the_power(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_write(t, 0, 100);
	fake_print_all(t);
	printport_tx_lost(t->port, -EIO);
	KUNIT_EXPECT_EQ(test, fake_write(t, 0, 10), 10);
	KUNIT_EXPECT_EQ(test, fake_stats(t).errors, 0);
}

static void a_printer_without_power_lost_nothing_of_a_job_to_come(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_start_job(t, true, NULL);
	fake_write(t, 0, 100);
	printport_tx_lost(t->port, -EIO);
	fake_print_all(t);
	fake_expect_paper(t, 0, 0, 100);
	KUNIT_EXPECT_EQ(test, printport_sync(t->port), 0);
}

struct lp_case {
	u64 reasons;
	unsigned int flags;
	ssize_t want;
};

static const struct lp_case lp_cases[] = {
	{ PRINTPORT_REASON_MEDIA_EMPTY, LP_ABORT, -ENOSPC },
	{ PRINTPORT_REASON_OFFLINE, LP_ABORT, -EIO },
	{ PRINTPORT_REASON_OTHER, LP_ABORT, -EIO },
	{ PRINTPORT_REASON_TONER_LOW, LP_ABORT, -EAGAIN },
	{ 0, LP_ABORT, -EAGAIN },
	{ PRINTPORT_REASON_MEDIA_EMPTY, 0, -EAGAIN },
	{ PRINTPORT_REASON_MEDIA_EMPTY, LP_ABORTOPEN | LP_CAREFUL, -EAGAIN },
};

static void lp_name(const struct lp_case *lp, char *name)
{
	snprintf(name, KUNIT_PARAM_DESC_SIZE, "reasons %#llx, flags %#x", lp->reasons,
		 lp->flags);
}

KUNIT_ARRAY_PARAM(lp, lp_cases, lp_name);

/* A write that would have to wait for a printer that has stopped. */
static void a_write_fails_instead_of_waiting_after_lpabort(struct kunit *test)
{
	const struct lp_case *lp = test->param_value;
	struct fake_transport *t = test->priv;

	t->port->lp_flags = lp->flags;
	printport_set_reasons(t->port, lp->reasons);
	KUNIT_EXPECT_EQ(test, fake_write(t, 0, FAKE_QUEUE_SIZE), FAKE_QUEUE_SIZE);
	KUNIT_EXPECT_EQ(test, fake_write(t, 0, 1), lp->want);
	/* Nothing of what was accepted is lost by that. */
	printport_set_reasons(t->port, 0);
	fake_print_all(t);
	fake_expect_paper(t, 0, 0, FAKE_QUEUE_SIZE);
	KUNIT_EXPECT_EQ(test, printport_sync(t->port), 0);
}

static void a_waiting_writer_fails_when_the_printer_stops_after_lpabort(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *writer;

	t->port->lp_flags = LP_ABORT;
	fill(t, 0);
	writer = fake_write_in_thread(t, 0, 100);
	fake_wait_for_sleeper(t);
	printport_set_reasons(t->port, PRINTPORT_REASON_MEDIA_EMPTY);
	KUNIT_EXPECT_EQ(test, fake_join(writer), -ENOSPC);
}

static void a_failure_with_nothing_queued_is_nobodys(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_start_job(t, true, NULL);
	fake_stop(t, -EIO);
	KUNIT_EXPECT_EQ(test, printport_sync(t->port), 0);
	KUNIT_EXPECT_EQ(test, fake_write(t, 0, 10), 10);
}

static void a_failure_gives_its_room_back(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fill(t, 0);
	fake_take(t, 10);
	fake_stop(t, -EIO);
	printport_sync(t->port);
	KUNIT_EXPECT_EQ(test, fake_write(t, 1, FAKE_QUEUE_SIZE + 1), FAKE_QUEUE_SIZE);
}

static void two_failures_are_counted_as_two(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_write(t, 0, 10);
	end_job(t);
	fake_write(t, 1, 10);
	fake_stop(t, -EIO);
	fake_stop(t, -EIO);
	KUNIT_EXPECT_EQ(test, fake_stats(t).errors, 2);
	KUNIT_EXPECT_EQ(test, fake_stats(t).bytes_lost, 20);
}

static void one_report_speaks_for_all_that_failed_before(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_write(t, 0, 10);
	end_job(t);
	fake_write(t, 1, 10);
	fake_stop(t, -EIO);
	fake_stop(t, -ENOSPC);
	KUNIT_EXPECT_EQ(test, printport_sync(t->port), -EIO);
	KUNIT_EXPECT_EQ(test, printport_sync(t->port), 0);
}

static void the_result_of_one_failed_job_does_not_speak_for_another(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct printport_job_result result;
	u32 first;

	fake_write(t, 0, 10);
	first = end_job(t);
	fake_write(t, 1, 10);
	fake_stop(t, -EIO);
	fake_stop(t, -ENOSPC);
	fake_get_job(t, first, &result);
	KUNIT_EXPECT_EQ(test, result.error, EIO);
	KUNIT_EXPECT_EQ(test, printport_sync(t->port), -ENOSPC);
}

static void a_write_that_got_something_in_leaves_another_jobs_error(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *writer;

	fake_write(t, 0, 2000);
	end_job(t);
	writer = fake_write_in_thread(t, 1, FAKE_QUEUE_SIZE);
	fake_wait_for_sleeper(t);
	fake_stop(t, -EIO);
	KUNIT_EXPECT_EQ(test, fake_join(writer), FAKE_QUEUE_SIZE - 2000);
	KUNIT_EXPECT_EQ(test, fake_write(t, 1, 10), -EIO);
	fake_print_all(t);
	fake_expect_paper(t, 1, 0, FAKE_QUEUE_SIZE - 2000);
}

/* A full queue. */

static void a_write_takes_what_fits(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	KUNIT_EXPECT_EQ(test, fake_write(t, 0, FAKE_QUEUE_SIZE + 100), FAKE_QUEUE_SIZE);
}

static void a_full_queue_refuses_without_waiting(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fill(t, 0);
	KUNIT_EXPECT_EQ(test, fake_write(t, 0, 1), -EAGAIN);
}

static void a_full_queue_is_writable_from_low_water_on(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fill(t, 0);
	fake_print(t, FAKE_LOW_WATER - 1);
	KUNIT_EXPECT_FALSE(test, fake_writable(t));
	fake_print(t, 1);
	KUNIT_EXPECT_TRUE(test, fake_writable(t));
}

static void whatever_room_there_is_can_be_used(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fill(t, 0);
	fake_print(t, 5);
	KUNIT_EXPECT_EQ(test, fake_write(t, 0, 10), 5);
}

static void a_waiting_writer_goes_on_at_low_water(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *writer;

	fill(t, 0);
	writer = fake_write_in_thread(t, 0, 100);
	fake_wait_for_sleeper(t);
	fake_print(t, FAKE_LOW_WATER);
	KUNIT_EXPECT_EQ(test, fake_join(writer), 100);
}

static bool print_up_to(struct fake_transport *t, size_t len)
{
	fake_print_all(t);
	return t->printed >= len;
}

static void a_waiting_writer_gets_everything_in(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	const size_t len = 10 * FAKE_QUEUE_SIZE;
	struct fake_actor *writer = fake_write_in_thread(t, 0, len);

	fake_wait_until(t, print_up_to(t, len));
	KUNIT_EXPECT_EQ(test, fake_join(writer), len);
	fake_expect_paper(t, 0, 0, len);
}

static void a_waiting_writer_learns_of_a_failure(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *writer;

	fill(t, 0);
	writer = fake_write_in_thread(t, 0, 100);
	fake_wait_for_sleeper(t);
	fake_stop(t, -EIO);
	KUNIT_EXPECT_EQ(test, fake_join(writer), -EIO);
}

static void a_failure_makes_what_the_same_write_accepted_worthless(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *writer;

	writer = fake_write_in_thread(t, 0, FAKE_QUEUE_SIZE + 100);
	fake_wait_for_sleeper(t);
	fake_stop(t, -EIO);
	KUNIT_EXPECT_EQ(test, fake_join(writer), -EIO);
	KUNIT_EXPECT_EQ(test, printport_sync(t->port), 0);
}

static void a_waiting_writer_is_woken_by_unplugging(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *writer;

	fill(t, 0);
	writer = fake_write_in_thread(t, 0, 100);
	fake_wait_for_sleeper(t);
	fake_unplug(t);
	KUNIT_EXPECT_EQ(test, fake_join(writer), -ENODEV);
}

static void a_second_writer_does_not_wait_without_being_asked(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *writer;

	fill(t, 0);
	writer = fake_write_in_thread(t, 0, 100);
	fake_wait_for_sleeper(t);
	KUNIT_EXPECT_EQ(test, fake_write(t, 1, 10), -EAGAIN);
	fake_print_all(t);
	fake_join(writer);
}

static void a_write_gives_up_at_its_limit(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	t->port->limits.write_ms = FAKE_SHORT_MS;
	fill(t, 0);
	KUNIT_EXPECT_EQ(test, fake_write_wait(t, 0, 10), -ETIMEDOUT);
}

static void a_write_that_got_something_in_says_how_much(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	t->port->limits.write_ms = FAKE_SHORT_MS;
	KUNIT_EXPECT_EQ(test, fake_write_wait(t, 0, FAKE_QUEUE_SIZE + 100),
			FAKE_QUEUE_SIZE);
	fake_print_all(t);
	fake_expect_paper(t, 0, 0, FAKE_QUEUE_SIZE);
}

/* Waiting for delivery. */

static void sync_of_an_empty_queue_returns_at_once(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	KUNIT_EXPECT_EQ(test, printport_sync(t->port), 0);
}

static void sync_waits_for_the_last_byte(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *syncer = fake_actor(t, fake_act_sync);

	fake_write(t, 0, 100);
	fake_go(syncer);
	fake_wait_for_sleeper(t);
	fake_print(t, 99);
	KUNIT_EXPECT_FALSE(test, fake_finished(syncer));
	fake_print(t, 1);
	KUNIT_EXPECT_EQ(test, fake_join(syncer), 0);
}

static void two_syncs_wait_for_what_each_of_them_saw(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *early = fake_actor(t, fake_act_sync);
	struct fake_actor *late = fake_actor(t, fake_act_sync);

	fake_write(t, 0, 100);
	fake_go(early);
	fake_wait_until(t, READ_ONCE(t->port->wake_at) == 100);
	fake_write(t, 0, 100);
	fake_go(late);
	fake_print(t, 100);
	KUNIT_EXPECT_EQ(test, fake_join(early), 0);
	KUNIT_EXPECT_FALSE(test, fake_finished(late));
	fake_wait_until(t, READ_ONCE(t->port->wake_at) == 200);
	fake_print(t, 100);
	KUNIT_EXPECT_EQ(test, fake_join(late), 0);
}

static void sync_waits_behind_a_hole(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *syncer = fake_actor(t, fake_act_sync);

	fake_write(t, 0, 100);
	end_job(t);
	fake_write(t, 1, 100);
	KUNIT_ASSERT_EQ(test, fake_abort_job(t, 0, NULL), 0);
	fake_go(syncer);
	fake_wait_for_sleeper(t);
	fake_print(t, 100);
	KUNIT_EXPECT_EQ(test, fake_join(syncer), 0);
}

static void sync_gives_up_at_the_write_limit(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	t->port->limits.write_ms = FAKE_SHORT_MS;
	fake_write(t, 0, 100);
	KUNIT_EXPECT_EQ(test, printport_sync(t->port), -ETIMEDOUT);
}

static void sync_learns_of_a_failure(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *syncer = fake_actor(t, fake_act_sync);

	fake_write(t, 0, 100);
	fake_go(syncer);
	fake_wait_for_sleeper(t);
	fake_stop(t, -EIO);
	KUNIT_EXPECT_EQ(test, fake_join(syncer), -EIO);
}

static void sync_is_woken_by_unplugging(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *syncer = fake_actor(t, fake_act_sync);

	fake_write(t, 0, 100);
	fake_go(syncer);
	fake_wait_for_sleeper(t);
	fake_unplug(t);
	KUNIT_EXPECT_EQ(test, fake_join(syncer), -ENODEV);
}

static struct kunit_case queue_test_cases[] = {
	KUNIT_CASE(what_is_accepted_is_queued),
	KUNIT_CASE(what_is_taken_is_in_flight),
	KUNIT_CASE(what_is_done_is_delivered),
	KUNIT_CASE(nothing_is_taken_from_an_empty_queue),
	KUNIT_CASE(nothing_is_taken_twice),
	KUNIT_CASE(several_transfers_are_in_flight_at_once),
	KUNIT_CASE(done_with_nothing_is_nothing),
	KUNIT_CASE(small_writes_coalesce),
	KUNIT_CASE(a_write_tells_a_transport_that_found_nothing),
	KUNIT_CASE(a_write_of_nothing_begins_no_job),
	KUNIT_CASE(a_span_ends_with_its_job),
	KUNIT_CASE(one_done_may_reach_over_jobs),
	KUNIT_CASE(a_span_ends_with_its_chunk),
	KUNIT_CASE(a_span_ends_where_the_ring_does),
	KUNIT_CASE(bytes_survive_many_wraps),
	KUNIT_CASE(a_large_queue_comes_through_whole),
	KUNIT_CASE(the_next_open_begins_with_an_empty_queue),
	KUNIT_CASE(what_was_stopped_is_queued_again),
	KUNIT_CASE(what_was_stopped_comes_again_in_order),
	KUNIT_CASE(stopping_goes_back_over_jobs),
	KUNIT_CASE(stopping_an_idle_port_is_nothing),
	KUNIT_CASE(stopping_loses_nothing),
	KUNIT_CASE_PARAM(a_failure_is_reported_by_whoever_comes_first, report_gen_params),
	KUNIT_CASE_PARAM(a_failure_is_reported_once, report_gen_params),
	KUNIT_CASE(a_write_after_a_failed_plain_write_begins_another_job),
	KUNIT_CASE(a_failed_job_takes_no_more),
	KUNIT_CASE(a_failure_is_counted),
	KUNIT_CASE(a_failure_is_in_the_jobs_account),
	KUNIT_CASE(a_failure_spares_the_next_job),
	KUNIT_CASE(a_failure_spares_the_next_job_also_in_flight),
	KUNIT_CASE(the_failure_of_an_ended_job_reaches_who_writes_the_next),
	KUNIT_CASE(a_failure_hits_the_oldest_byte_in_flight),
	KUNIT_CASE(a_failure_with_nothing_in_flight_hits_what_waits),
	KUNIT_CASE(a_failure_with_nothing_queued_is_nobodys),
	KUNIT_CASE(a_printer_without_power_has_lost_the_job_under_way),
	KUNIT_CASE(a_printer_without_power_has_lost_also_what_was_to_follow),
	KUNIT_CASE(a_printer_without_power_lost_nothing_of_a_job_to_come),
	KUNIT_CASE(plain_writes_that_were_printed_are_not_lost_with_the_power),
	KUNIT_CASE_PARAM(a_write_fails_instead_of_waiting_after_lpabort, lp_gen_params),
	KUNIT_CASE(a_waiting_writer_fails_when_the_printer_stops_after_lpabort),
	KUNIT_CASE(a_failure_gives_its_room_back),
	KUNIT_CASE(two_failures_are_counted_as_two),
	KUNIT_CASE(one_report_speaks_for_all_that_failed_before),
	KUNIT_CASE(the_result_of_one_failed_job_does_not_speak_for_another),
	KUNIT_CASE(a_write_that_got_something_in_leaves_another_jobs_error),
	KUNIT_CASE(a_write_takes_what_fits),
	KUNIT_CASE(a_full_queue_refuses_without_waiting),
	KUNIT_CASE(a_full_queue_is_writable_from_low_water_on),
	KUNIT_CASE(whatever_room_there_is_can_be_used),
	KUNIT_CASE(a_waiting_writer_goes_on_at_low_water),
	KUNIT_CASE(a_waiting_writer_gets_everything_in),
	KUNIT_CASE(a_waiting_writer_learns_of_a_failure),
	KUNIT_CASE(a_failure_makes_what_the_same_write_accepted_worthless),
	KUNIT_CASE(a_waiting_writer_is_woken_by_unplugging),
	KUNIT_CASE(a_second_writer_does_not_wait_without_being_asked),
	KUNIT_CASE(a_write_gives_up_at_its_limit),
	KUNIT_CASE(a_write_that_got_something_in_says_how_much),
	KUNIT_CASE(sync_of_an_empty_queue_returns_at_once),
	KUNIT_CASE(sync_waits_for_the_last_byte),
	KUNIT_CASE(two_syncs_wait_for_what_each_of_them_saw),
	KUNIT_CASE(sync_waits_behind_a_hole),
	KUNIT_CASE(sync_gives_up_at_the_write_limit),
	KUNIT_CASE(sync_learns_of_a_failure),
	KUNIT_CASE(sync_is_woken_by_unplugging),
	{}
};

struct kunit_suite printport_queue_suite = {
	.name = "printport_queue",
	.init = queue_test_init,
	.exit = fake_test_exit,
	.test_cases = queue_test_cases,
};
