// SPDX-License-Identifier: GPL-2.0-only
/* Jobs: their borders, their accounts, how they end and how they are aborted. */
#include "fake_transport.h"

static int job_test_init(struct kunit *test)
{
	fake_test_init(test);
	return fake_open(test->priv);
}

static u32 start_job(struct fake_transport *t)
{
	u32 id = 0;

	KUNIT_ASSERT_EQ(t->test, fake_start_job(t, true, &id), 0);
	return id;
}

static void end_job(struct fake_transport *t)
{
	KUNIT_ASSERT_EQ(t->test, fake_end_job(t, NULL), 0);
}

/* A whole job whose bytes are on their way. */
static u32 queue_job(struct fake_transport *t, u32 stream, size_t len)
{
	u32 id = start_job(t);

	KUNIT_ASSERT_EQ(t->test, fake_write(t, stream, len), len);
	end_job(t);
	return id;
}

static struct printport_job_result result_of(struct fake_transport *t, u32 id)
{
	struct printport_job_result result = {};

	KUNIT_EXPECT_EQ(t->test, fake_get_job(t, id, &result), 0);
	return result;
}

static void expect_result(struct fake_transport *t, u32 id,
			  enum printport_job_state state, u64 accepted,
			  u64 delivered, u64 lost)
{
	struct printport_job_result result = result_of(t, id);

	fake_expect_account(t, &result, state, accepted, delivered, lost);
}

static int wait_for_job(struct fake_transport *t, u32 id, u32 wait, u32 timeout_ms,
			struct printport_job_result *result)
{
	struct printport_job_query query = {
		.id = id, .wait = wait, .timeout_ms = timeout_ms,
	};
	int err = printport_job_get(t->port, &query);

	*result = query.result;
	return err;
}

static long act_wait_for_job(struct fake_actor *actor)
{
	struct printport_job_result result;

	return wait_for_job(actor->t, actor->id, PRINTPORT_WAIT_DELIVERED, 0, &result) ?:
	       (long)result.state;
}

static struct fake_actor *wait_for_job_in_thread(struct fake_transport *t, u32 id)
{
	struct fake_actor *waiter = fake_actor(t, act_wait_for_job);

	waiter->id = id;
	fake_go(waiter);
	fake_wait_for_sleeper(t);
	return waiter;
}

/* Borders and accounts. */

static void ten_jobs_in_one_open_have_ten_accounts(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u32 id[10];
	int i;

	for (i = 0; i < 10; i++)
		id[i] = queue_job(t, 0, 10 + i);
	fake_print_all(t);
	for (i = 0; i < 10; i++)
		expect_result(t, id[i], PRINTPORT_JOB_COMPLETED, 10 + i, 10 + i, 0);
	KUNIT_EXPECT_EQ(test, fake_stats(t).jobs_completed, 10);
}

static void a_plain_write_begins_a_job(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_write(t, 0, 10);
	KUNIT_EXPECT_EQ(test, result_of(t, 0).flags, PRINTPORT_JOB_F_IMPLICIT);
}

static void plain_writes_are_one_job(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_write(t, 0, 10);
	fake_write(t, 0, 10);
	expect_result(t, 0, PRINTPORT_JOB_ACTIVE, 20, 0, 0);
}

static void open_write_close_is_one_completed_job(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u32 id;

	fake_write(t, 0, 10);
	id = fake_active_job(t);
	fake_print_all(t);
	fake_close(t);
	expect_result(t, id, PRINTPORT_JOB_COMPLETED, 10, 10, 0);
}

static void start_job_ends_what_plain_writes_began(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u32 plain, started;

	fake_write(t, 0, 10);
	plain = fake_active_job(t);
	started = start_job(t);
	fake_write(t, 1, 20);
	expect_result(t, plain, PRINTPORT_JOB_PENDING, 10, 0, 0);
	expect_result(t, started, PRINTPORT_JOB_ACTIVE, 20, 0, 0);
}

static void a_started_job_is_not_implicit(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	start_job(t);
	KUNIT_EXPECT_EQ(test, result_of(t, 0).flags, 0);
}

static void job_ids_count_up(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u32 first = queue_job(t, 0, 1);

	KUNIT_EXPECT_EQ(test, queue_job(t, 0, 1), first + 1);
}

static void no_job_has_the_id_zero(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	t->port->last_job_id = U32_MAX;
	t->audited = true;	/* it counts jobs by their ids */
	KUNIT_EXPECT_EQ(test, start_job(t), 1);
}

static void a_second_start_is_busy(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u32 id = start_job(t);

	KUNIT_EXPECT_EQ(test, fake_start_job(t, true, NULL), -EBUSY);
	KUNIT_EXPECT_EQ(test, fake_start_job(t, false, NULL), -EBUSY);
	KUNIT_EXPECT_EQ(test, fake_active_job(t), id);
}

static void end_without_a_job_finds_none(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	KUNIT_EXPECT_EQ(test, fake_end_job(t, NULL), -ENOENT);
}

static void end_of_another_job_finds_none(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct printport_job_query query = { .id = start_job(t) + 1 };

	KUNIT_EXPECT_EQ(test, printport_job_end(t->port, &query, true), -ENOENT);
	KUNIT_EXPECT_NE(test, fake_active_job(t), 0);
}

static void end_says_which_job_it_was(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct printport_job_query query = {};
	u32 id = start_job(t);

	KUNIT_EXPECT_EQ(test, printport_job_end(t->port, &query, true), 0);
	KUNIT_EXPECT_EQ(test, query.id, id);
}

static void an_empty_job_is_completed_at_once(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct printport_job_result result;

	start_job(t);
	KUNIT_EXPECT_EQ(test, fake_end_job(t, &result), 0);
	fake_expect_account(t, &result, PRINTPORT_JOB_COMPLETED, 0, 0, 0);
}

static void an_empty_job_waits_for_those_before_it(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u32 empty;

	queue_job(t, 0, 10);
	empty = queue_job(t, 0, 0);
	expect_result(t, empty, PRINTPORT_JOB_PENDING, 0, 0, 0);
	fake_print_all(t);
	expect_result(t, empty, PRINTPORT_JOB_COMPLETED, 0, 0, 0);
}

static void an_unknown_job_has_no_result(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct printport_job_result result;

	KUNIT_EXPECT_EQ(test, fake_get_job(t, 12345, &result), -ENOENT);
}

static void a_finished_jobs_duration_stands_still(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u32 id = queue_job(t, 0, 10);
	u64 duration;

	fake_print_all(t);
	duration = result_of(t, id).duration_ns;
	usleep_range(1000, 2000);
	KUNIT_EXPECT_EQ(test, result_of(t, id).duration_ns, duration);
}

static void the_last_sixteen_results_are_kept(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct printport_job_result result;
	u32 first = queue_job(t, 0, 1);
	int i;

	for (i = 0; i < PRINTPORT_RESULTS_MAX; i++)
		queue_job(t, 0, 1);
	fake_print_all(t);
	KUNIT_EXPECT_EQ(test, fake_get_job(t, first, &result), -ENOENT);
	expect_result(t, first + 1, PRINTPORT_JOB_COMPLETED, 1, 1, 0);
	expect_result(t, first + 16, PRINTPORT_JOB_COMPLETED, 1, 1, 0);
}

static void results_outlast_the_open(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u32 id = queue_job(t, 0, 10);

	fake_print_all(t);
	fake_close(t);
	KUNIT_ASSERT_EQ(test, fake_open(t), 0);
	expect_result(t, id, PRINTPORT_JOB_COMPLETED, 10, 10, 0);
}

/* Too many jobs. */

static void queue_jobs(struct fake_transport *t, unsigned int n)
{
	while (n--)
		queue_job(t, 0, 1);
}

static void start_of_one_job_too_many_does_not_wait_unasked(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	queue_jobs(t, PRINTPORT_JOBS_MAX);
	KUNIT_EXPECT_EQ(test, fake_start_job(t, true, NULL), -EAGAIN);
}

static void a_plain_write_of_one_job_too_many_does_not_wait_unasked(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	queue_jobs(t, PRINTPORT_JOBS_MAX);
	KUNIT_EXPECT_FALSE(test, fake_writable(t));
	KUNIT_EXPECT_EQ(test, fake_write(t, 0, 1), -EAGAIN);
}

static void start_waits_until_one_of_the_jobs_is_over(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *starter = fake_actor(t, fake_act_start_job);

	queue_jobs(t, PRINTPORT_JOBS_MAX);
	fake_go(starter);
	fake_wait_for_sleeper(t);
	fake_print(t, 1);
	KUNIT_EXPECT_EQ(test, fake_join(starter), 0);
}

static void a_plain_write_waits_until_one_of_the_jobs_is_over(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *writer;

	queue_jobs(t, PRINTPORT_JOBS_MAX);
	writer = fake_write_in_thread(t, 1, 10);
	fake_wait_for_sleeper(t);
	fake_print(t, 1);
	KUNIT_EXPECT_EQ(test, fake_join(writer), 10);
}

static void start_gives_up_at_the_write_limit(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	t->port->limits.write_ms = FAKE_SHORT_MS;
	queue_jobs(t, PRINTPORT_JOBS_MAX);
	KUNIT_EXPECT_EQ(test, fake_start_job(t, false, NULL), -ETIMEDOUT);
}

/* Waiting would not help: it is the caller who has to end it. */
static void a_second_start_is_busy_also_with_many_jobs(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	queue_jobs(t, PRINTPORT_JOBS_MAX - 1);
	start_job(t);
	KUNIT_EXPECT_EQ(test, fake_start_job(t, true, NULL), -EBUSY);
}

/* Waiting for a job. */

static void end_can_wait_for_delivery(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *waiter = wait_for_job_in_thread(t, queue_job(t, 0, 10));

	fake_print_all(t);
	KUNIT_EXPECT_EQ(test, fake_join(waiter), PRINTPORT_JOB_COMPLETED);
}

static void waiting_for_delivery_ends_with_a_failure(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *waiter = wait_for_job_in_thread(t, queue_job(t, 0, 10));

	fake_stop(t, -EIO);
	KUNIT_EXPECT_EQ(test, fake_join(waiter), PRINTPORT_JOB_FAILED);
}

static void waiting_for_delivery_ends_with_an_abort(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u32 id = queue_job(t, 0, 10);
	struct fake_actor *waiter = wait_for_job_in_thread(t, id);

	fake_abort_job(t, id, NULL);
	KUNIT_EXPECT_EQ(test, fake_join(waiter), PRINTPORT_JOB_ABORTED);
}

static void waiting_for_delivery_ends_with_unplugging(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *waiter = wait_for_job_in_thread(t, queue_job(t, 0, 10));

	fake_unplug(t);
	KUNIT_EXPECT_EQ(test, fake_join(waiter), -ENODEV);
}

static void waiting_for_delivery_does_not_wait_for_later_jobs(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *waiter = wait_for_job_in_thread(t, queue_job(t, 0, 10));

	queue_job(t, 1, 10);
	fake_print(t, 10);
	KUNIT_EXPECT_EQ(test, fake_join(waiter), PRINTPORT_JOB_COMPLETED);
}

static void a_job_is_ended_even_where_the_wait_times_out(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct printport_job_query query = {
		.wait = PRINTPORT_WAIT_DELIVERED, .timeout_ms = FAKE_SHORT_MS,
	};

	start_job(t);
	fake_write(t, 0, 10);
	KUNIT_EXPECT_EQ(test, printport_job_end(t->port, &query, true), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, fake_active_job(t), 0);
	fake_expect_account(t, &query.result, PRINTPORT_JOB_PENDING, 10, 0, 0);
}

static void without_a_monitor_nothing_is_known_to_be_printed(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct printport_job_query query = { .wait = PRINTPORT_WAIT_PRINTED };
	u32 id = start_job(t);

	KUNIT_EXPECT_EQ(test, printport_job_end(t->port, &query, true), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ_MSG(test, fake_active_job(t), id, "it is said before the end");
	KUNIT_EXPECT_EQ(test, printport_job_get(t->port, &query), -EOPNOTSUPP);
}

static const struct invalid_query {
	const char *name;
	struct printport_job_query query;
} invalid_queries[] = {
	{ "a way to wait that is not defined", { .wait = PRINTPORT_WAIT_PRINTED + 1 } },
	{ "a timeout beyond the longest", { .timeout_ms = PRINTPORT_LIMIT_MAX_MS + 1 } },
	{ "something in the reserved word", { .reserved = 1 } },
};

KUNIT_ARRAY_PARAM_DESC(invalid_query, invalid_queries, name);

static void an_invalid_query_changes_nothing(struct kunit *test)
{
	const struct invalid_query *c = test->param_value;
	struct fake_transport *t = test->priv;
	struct printport_job_query query = c->query;
	u32 id = start_job(t);

	KUNIT_EXPECT_EQ(test, printport_job_end(t->port, &query, true), -EINVAL);
	KUNIT_EXPECT_EQ(test, printport_job_get(t->port, &query), -EINVAL);
	KUNIT_EXPECT_EQ(test, printport_job_abort(t->port, &query), -EINVAL);
	KUNIT_EXPECT_EQ(test, fake_active_job(t), id);
}

/* Aborting. */

static void an_abort_drops_what_was_not_taken(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct printport_job_result result;

	start_job(t);
	fake_write(t, 0, 100);
	fake_print(t, 30);
	KUNIT_EXPECT_EQ(test, fake_abort_job(t, 0, &result), 0);
	fake_expect_account(t, &result, PRINTPORT_JOB_ABORTED, 100, 30, 70);
	KUNIT_EXPECT_EQ(test, result.error, ECANCELED);
}

static void an_abort_with_nothing_in_flight_leaves_the_transport_alone(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	start_job(t);
	fake_write(t, 0, 100);
	fake_abort_job(t, 0, NULL);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->tx_cancels), 0);
}

static void an_abort_cancels_what_is_in_flight(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct printport_job_result result;

	start_job(t);
	fake_write(t, 0, 100);
	fake_take(t, 60);
	fake_done(t, 20);
	KUNIT_EXPECT_EQ(test, fake_abort_job(t, 0, &result), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->tx_cancels), 1);
	fake_expect_account(t, &result, PRINTPORT_JOB_ABORTED, 100, 20, 80);
}

static void an_aborted_job_is_counted(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	start_job(t);
	fake_write(t, 0, 100);
	fake_take(t, 60);
	fake_abort_job(t, 0, NULL);
	KUNIT_EXPECT_EQ(test, fake_stats(t).jobs_aborted, 1);
	KUNIT_EXPECT_EQ(test, fake_stats(t).bytes_lost, 100);
	KUNIT_EXPECT_EQ_MSG(test, fake_stats(t).errors, 0, "nothing failed");
}

static void an_abort_waits_for_the_transport_to_stop(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *aborter = fake_actor(t, fake_act_abort);

	t->cancel = FAKE_CANCEL_LATER;
	aborter->id = start_job(t);
	fake_write(t, 0, 100);
	fake_take(t, 60);
	fake_go(aborter);
	fake_wait_for_sleeper(t);
	fake_done(t, 20);
	fake_stop(t, 0);
	KUNIT_EXPECT_EQ(test, fake_join(aborter), 0);
	expect_result(t, 1, PRINTPORT_JOB_ABORTED, 100, 20, 80);
}

static void an_abort_does_not_wait_for_ever(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct printport_job_result result;

	t->cancel = FAKE_CANCEL_LATER;
	start_job(t);
	fake_write(t, 0, 100);
	fake_take(t, 60);
	KUNIT_EXPECT_EQ(test, fake_abort_job(t, 0, &result), 0);
	fake_expect_account(t, &result, PRINTPORT_JOB_ABORTED, 100, 0, 0);
	fake_done(t, 10);
	fake_stop(t, 0);
	expect_result(t, 1, PRINTPORT_JOB_ABORTED, 100, 10, 90);
}

static void a_job_that_is_being_aborted_gives_nothing_more(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	t->cancel = FAKE_CANCEL_LATER;
	start_job(t);
	fake_write(t, 0, 100);
	fake_take(t, 60);
	fake_abort_job(t, 0, NULL);
	start_job(t);
	fake_write(t, 1, 50);
	KUNIT_EXPECT_EQ(test, fake_take(t, SIZE_MAX), 0);
	fake_stop(t, 0);
	fake_print_all(t);
	fake_expect_paper(t, 1, 0, 50);
	fake_expect_end_of_paper(t);
}

static void an_aborted_job_may_yet_be_delivered_whole(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	t->cancel = FAKE_CANCEL_LATER;
	start_job(t);
	fake_write(t, 0, 100);
	fake_take(t, 100);
	fake_abort_job(t, 0, NULL);
	fake_done(t, 100);
	expect_result(t, 1, PRINTPORT_JOB_ABORTED, 100, 100, 0);
}

static void a_transfer_that_fails_while_it_is_aborted_is_nobody_elses(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	t->cancel = FAKE_CANCEL_LATER;
	start_job(t);
	fake_write(t, 0, 100);
	fake_take(t, 60);
	fake_abort_job(t, 0, NULL);
	start_job(t);
	fake_write(t, 1, 50);
	fake_stop(t, -EIO);
	fake_print_all(t);
	fake_expect_paper(t, 1, 0, 50);
	KUNIT_EXPECT_EQ(test, printport_sync(t->port), 0);
}

static void the_job_after_an_aborted_one_starts_clean(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u32 second;

	start_job(t);
	fake_write(t, 0, 100);
	fake_take(t, 60);
	fake_done(t, 20);
	fake_abort_job(t, 0, NULL);
	second = queue_job(t, 1, 50);
	fake_print_all(t);
	fake_expect_paper(t, 0, 0, 20);
	fake_expect_paper(t, 1, 0, 50);
	fake_expect_end_of_paper(t);
	expect_result(t, second, PRINTPORT_JOB_COMPLETED, 50, 50, 0);
}

static void a_job_in_the_middle_can_be_aborted(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u32 middle, last;

	queue_job(t, 0, 100);
	middle = queue_job(t, 1, 100);
	last = queue_job(t, 2, 100);
	fake_take(t, 60);
	KUNIT_EXPECT_EQ(test, fake_abort_job(t, middle, NULL), 0);
	fake_print_all(t);
	fake_expect_paper(t, 0, 0, 100);
	fake_expect_paper(t, 2, 0, 100);
	fake_expect_end_of_paper(t);
	expect_result(t, middle, PRINTPORT_JOB_ABORTED, 100, 0, 100);
	expect_result(t, last, PRINTPORT_JOB_COMPLETED, 100, 100, 0);
}

static void a_job_in_the_middle_can_be_aborted_in_flight(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u32 middle;

	queue_job(t, 0, 100);
	middle = queue_job(t, 1, 100);
	queue_job(t, 2, 100);
	fake_take(t, SIZE_MAX);
	fake_take(t, 50);
	KUNIT_EXPECT_EQ(test, fake_abort_job(t, middle, NULL), 0);
	fake_print_all(t);
	fake_expect_paper(t, 0, 0, 100);
	fake_expect_paper(t, 2, 0, 100);
	fake_expect_end_of_paper(t);
}

static void a_transfer_reaches_over_the_hole_of_an_aborted_job(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u32 middle;

	queue_job(t, 0, 100);
	middle = queue_job(t, 1, 100);
	queue_job(t, 2, 100);
	fake_take(t, SIZE_MAX);
	fake_abort_job(t, middle, NULL);
	KUNIT_EXPECT_EQ(test, fake_take(t, SIZE_MAX), 100);
	fake_done(t, 150);
	fake_stop(t, 0);
	fake_print_all(t);
	fake_expect_paper(t, 0, 0, 100);
	fake_expect_paper(t, 2, 0, 100);
	fake_expect_end_of_paper(t);
}

static void several_holes_in_a_row_are_passed(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u32 id[4];
	int i;

	queue_job(t, 0, 10);
	for (i = 0; i < 4; i++)
		id[i] = queue_job(t, 1, 10);
	queue_job(t, 2, 10);
	for (i = 3; i >= 0; i--)
		fake_abort_job(t, id[i], NULL);
	fake_print_all(t);
	fake_expect_paper(t, 0, 0, 10);
	fake_expect_paper(t, 2, 0, 10);
	fake_expect_end_of_paper(t);
}

static void a_pending_job_can_be_aborted(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u32 id = queue_job(t, 0, 100);

	fake_take(t, 50);
	KUNIT_EXPECT_EQ(test, fake_abort_job(t, id, NULL), 0);
	expect_result(t, id, PRINTPORT_JOB_ABORTED, 100, 0, 100);
}

static void aborting_a_pending_job_leaves_the_active_one(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u32 pending = queue_job(t, 0, 100), active = start_job(t);

	fake_abort_job(t, pending, NULL);
	KUNIT_EXPECT_EQ(test, fake_active_job(t), active);
	KUNIT_EXPECT_EQ(test, fake_write(t, 1, 10), 10);
}

static void an_aborted_jobs_room_is_free_again(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	start_job(t);
	fake_write(t, 0, FAKE_QUEUE_SIZE);
	fake_take(t, 60);
	fake_abort_job(t, 0, NULL);
	end_job(t);
	KUNIT_EXPECT_EQ(test, fake_write(t, 1, FAKE_QUEUE_SIZE + 1), FAKE_QUEUE_SIZE);
}

static void a_completed_job_cannot_be_aborted(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u32 id = queue_job(t, 0, 100);

	fake_print_all(t);
	KUNIT_EXPECT_EQ(test, fake_abort_job(t, id, NULL), -ENOENT);
}

static void an_unknown_job_cannot_be_aborted(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	KUNIT_EXPECT_EQ(test, fake_abort_job(t, 0, NULL), -ENOENT);
	KUNIT_EXPECT_EQ(test, fake_abort_job(t, 12345, NULL), -ENOENT);
}

static void an_aborted_job_takes_nothing_until_it_is_ended(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct printport_job_result result;

	start_job(t);
	fake_write(t, 0, 100);
	fake_abort_job(t, 0, NULL);
	KUNIT_EXPECT_EQ(test, fake_write(t, 0, 10), -ECANCELED);
	KUNIT_EXPECT_EQ(test, fake_end_job(t, &result), 0);
	fake_expect_account(t, &result, PRINTPORT_JOB_ABORTED, 100, 0, 100);
	KUNIT_EXPECT_EQ(test, fake_write(t, 1, 10), 10);
}

static void starting_another_job_ends_an_aborted_one(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u32 aborted = start_job(t);

	fake_write(t, 0, 100);
	fake_abort_job(t, 0, NULL);
	KUNIT_EXPECT_EQ(test, start_job(t), aborted + 1);
	KUNIT_EXPECT_EQ(test, fake_write(t, 1, 10), 10);
}

static void an_aborted_plain_write_needs_no_end(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_write(t, 0, 100);
	fake_abort_job(t, 0, NULL);
	KUNIT_EXPECT_EQ(test, fake_end_job(t, NULL), -ENOENT);
	KUNIT_EXPECT_EQ(test, fake_write(t, 1, 10), 10);
}

static void an_abort_is_not_reported_to_who_asked_for_it(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	start_job(t);
	fake_write(t, 0, 100);
	fake_abort_job(t, 0, NULL);
	KUNIT_EXPECT_EQ(test, printport_sync(t->port), 0);
	KUNIT_EXPECT_EQ(test, printport_flush(t->port), 0);
}

static void an_abort_wakes_the_writer_of_a_started_job(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *writer;

	start_job(t);
	fake_write(t, 0, FAKE_QUEUE_SIZE);
	writer = fake_write_in_thread(t, 0, 100);
	fake_wait_for_sleeper(t);
	fake_abort_job(t, 0, NULL);
	KUNIT_EXPECT_EQ(test, fake_join(writer), -ECANCELED);
	KUNIT_EXPECT_EQ_MSG(test, fake_status(t).queued, 0,
			    "the aborted job's bytes begin another job");
}

static void an_abort_wakes_the_writer_of_a_plain_write(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *writer;

	writer = fake_write_in_thread(t, 0, FAKE_QUEUE_SIZE + 100);
	fake_wait_for_sleeper(t);
	fake_abort_job(t, 0, NULL);
	KUNIT_EXPECT_EQ(test, fake_join(writer), -ECANCELED);
	KUNIT_EXPECT_EQ_MSG(test, fake_status(t).queued, 0,
			    "the aborted job's bytes begin another job");
}

static void a_started_job_that_is_not_ended_is_aborted_by_close(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u32 id = start_job(t);

	fake_write(t, 0, 100);
	fake_take(t, 60);
	fake_close(t);
	expect_result(t, id, PRINTPORT_JOB_ABORTED, 100, 0, 100);
	fake_expect_state(t, PRINTPORT_STATE_CLOSED);
}

static void close_tells_that_it_aborted_a_job(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	start_job(t);
	fake_write(t, 0, 100);
	KUNIT_EXPECT_EQ(test, fake_close(t), -ECANCELED);
}

static void close_has_nothing_to_tell_of_a_job_that_lost_nothing(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	start_job(t);
	fake_write(t, 0, 100);
	fake_print_all(t);
	KUNIT_EXPECT_EQ(test, fake_close(t), 0);
}

static void close_aborts_no_job_that_was_ended(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u32 ended = queue_job(t, 0, 100);

	start_job(t);
	fake_write(t, 1, 100);
	fake_close(t);
	fake_print_all(t);
	expect_result(t, ended, PRINTPORT_JOB_COMPLETED, 100, 100, 0);
	fake_expect_paper(t, 0, 0, 100);
	fake_expect_end_of_paper(t);
}

/* The operator. */

static void an_operators_abort_ends_all_jobs(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	u32 first = queue_job(t, 0, 100), second = queue_job(t, 1, 100);

	fake_take(t, SIZE_MAX);
	fake_take(t, 50);
	printport_abort_all(t->port);
	expect_result(t, first, PRINTPORT_JOB_ABORTED, 100, 0, 100);
	expect_result(t, second, PRINTPORT_JOB_ABORTED, 100, 0, 100);
}

static void a_job_that_an_operator_aborted_takes_nothing_until_it_is_ended(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct printport_job_result result;

	start_job(t);
	fake_write(t, 0, 100);
	printport_abort_all(t->port);
	KUNIT_EXPECT_EQ(test, fake_write(t, 0, 10), -ECANCELED);
	KUNIT_EXPECT_EQ(test, fake_write(t, 0, 10), -ECANCELED);
	KUNIT_EXPECT_EQ(test, fake_end_job(t, &result), 0);
	fake_expect_account(t, &result, PRINTPORT_JOB_ABORTED, 100, 0, 100);
	start_job(t);
	KUNIT_EXPECT_EQ(test, fake_write(t, 1, 10), 10);
}

static void an_operators_abort_of_plain_writes_is_reported_once(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_write(t, 0, 100);
	printport_abort_all(t->port);
	KUNIT_EXPECT_EQ(test, fake_write(t, 1, 10), -ECANCELED);
	KUNIT_EXPECT_EQ(test, fake_write(t, 1, 10), 10);
	fake_print_all(t);
	fake_expect_paper(t, 1, 0, 10);
	fake_expect_end_of_paper(t);
}

static void an_operators_abort_of_an_idle_port_is_reported_to_nobody(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	printport_abort_all(t->port);
	KUNIT_EXPECT_EQ(test, printport_sync(t->port), 0);
	KUNIT_EXPECT_EQ(test, fake_write(t, 0, 10), 10);
}

static void an_operators_abort_leaves_plain_writes_that_were_delivered(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_write(t, 0, 100);
	fake_print_all(t);
	printport_abort_all(t->port);
	KUNIT_EXPECT_EQ(test, fake_write(t, 0, 10), 10);
	KUNIT_EXPECT_EQ(test, fake_stats(t).jobs_aborted, 0);
}

static void an_operators_abort_wakes_a_waiting_writer(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_actor *writer;

	writer = fake_write_in_thread(t, 0, FAKE_QUEUE_SIZE + 100);
	fake_wait_for_sleeper(t);
	printport_abort_all(t->port);
	KUNIT_EXPECT_EQ(test, fake_join(writer), -ECANCELED);
	KUNIT_EXPECT_EQ(test, fake_status(t).queued, 0);
}

static void an_operators_abort_ends_draining(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	queue_job(t, 0, 100);
	fake_take(t, 50);
	fake_close(t);
	fake_expect_state(t, PRINTPORT_STATE_DRAINING);
	printport_abort_all(t->port);
	flush_work(&t->port->drain_work);
	fake_expect_state(t, PRINTPORT_STATE_CLOSED);
	KUNIT_EXPECT_EQ(test, fake_stats(t).bytes_lost, 100);
}

static void an_operators_abort_while_draining_is_not_the_next_holders(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	queue_job(t, 0, 100);
	fake_close(t);
	printport_abort_all(t->port);
	flush_work(&t->port->drain_work);
	KUNIT_ASSERT_EQ(test, fake_open(t), 0);
	KUNIT_EXPECT_EQ(test, fake_write(t, 1, 10), 10);
}

static void an_operators_abort_of_a_closed_port_is_nothing(struct kunit *test)
{
	struct fake_transport *t = test->priv;

	fake_close(t);
	printport_abort_all(t->port);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->tx_cancels), 0);
	fake_expect_state(t, PRINTPORT_STATE_CLOSED);
}

static struct kunit_case job_test_cases[] = {
	KUNIT_CASE(ten_jobs_in_one_open_have_ten_accounts),
	KUNIT_CASE(a_plain_write_begins_a_job),
	KUNIT_CASE(plain_writes_are_one_job),
	KUNIT_CASE(open_write_close_is_one_completed_job),
	KUNIT_CASE(start_job_ends_what_plain_writes_began),
	KUNIT_CASE(a_started_job_is_not_implicit),
	KUNIT_CASE(job_ids_count_up),
	KUNIT_CASE(no_job_has_the_id_zero),
	KUNIT_CASE(a_second_start_is_busy),
	KUNIT_CASE(end_without_a_job_finds_none),
	KUNIT_CASE(end_of_another_job_finds_none),
	KUNIT_CASE(end_says_which_job_it_was),
	KUNIT_CASE(an_empty_job_is_completed_at_once),
	KUNIT_CASE(an_empty_job_waits_for_those_before_it),
	KUNIT_CASE(an_unknown_job_has_no_result),
	KUNIT_CASE(a_finished_jobs_duration_stands_still),
	KUNIT_CASE(the_last_sixteen_results_are_kept),
	KUNIT_CASE(results_outlast_the_open),
	KUNIT_CASE(start_of_one_job_too_many_does_not_wait_unasked),
	KUNIT_CASE(a_plain_write_of_one_job_too_many_does_not_wait_unasked),
	KUNIT_CASE(start_waits_until_one_of_the_jobs_is_over),
	KUNIT_CASE(a_plain_write_waits_until_one_of_the_jobs_is_over),
	KUNIT_CASE(start_gives_up_at_the_write_limit),
	KUNIT_CASE(a_second_start_is_busy_also_with_many_jobs),
	KUNIT_CASE(end_can_wait_for_delivery),
	KUNIT_CASE(waiting_for_delivery_ends_with_a_failure),
	KUNIT_CASE(waiting_for_delivery_ends_with_an_abort),
	KUNIT_CASE(waiting_for_delivery_ends_with_unplugging),
	KUNIT_CASE(waiting_for_delivery_does_not_wait_for_later_jobs),
	KUNIT_CASE(a_job_is_ended_even_where_the_wait_times_out),
	KUNIT_CASE(without_a_monitor_nothing_is_known_to_be_printed),
	KUNIT_CASE_PARAM(an_invalid_query_changes_nothing, invalid_query_gen_params),
	KUNIT_CASE(an_abort_drops_what_was_not_taken),
	KUNIT_CASE(an_abort_with_nothing_in_flight_leaves_the_transport_alone),
	KUNIT_CASE(an_abort_cancels_what_is_in_flight),
	KUNIT_CASE(an_aborted_job_is_counted),
	KUNIT_CASE(an_abort_waits_for_the_transport_to_stop),
	KUNIT_CASE_SLOW(an_abort_does_not_wait_for_ever),
	KUNIT_CASE_SLOW(a_job_that_is_being_aborted_gives_nothing_more),
	KUNIT_CASE_SLOW(an_aborted_job_may_yet_be_delivered_whole),
	KUNIT_CASE_SLOW(a_transfer_that_fails_while_it_is_aborted_is_nobody_elses),
	KUNIT_CASE(the_job_after_an_aborted_one_starts_clean),
	KUNIT_CASE(a_job_in_the_middle_can_be_aborted),
	KUNIT_CASE(a_job_in_the_middle_can_be_aborted_in_flight),
	KUNIT_CASE(a_transfer_reaches_over_the_hole_of_an_aborted_job),
	KUNIT_CASE(several_holes_in_a_row_are_passed),
	KUNIT_CASE(a_pending_job_can_be_aborted),
	KUNIT_CASE(aborting_a_pending_job_leaves_the_active_one),
	KUNIT_CASE(an_aborted_jobs_room_is_free_again),
	KUNIT_CASE(a_completed_job_cannot_be_aborted),
	KUNIT_CASE(an_unknown_job_cannot_be_aborted),
	KUNIT_CASE(an_aborted_job_takes_nothing_until_it_is_ended),
	KUNIT_CASE(starting_another_job_ends_an_aborted_one),
	KUNIT_CASE(an_aborted_plain_write_needs_no_end),
	KUNIT_CASE(an_abort_is_not_reported_to_who_asked_for_it),
	KUNIT_CASE(an_abort_wakes_the_writer_of_a_started_job),
	KUNIT_CASE(an_abort_wakes_the_writer_of_a_plain_write),
	KUNIT_CASE(a_started_job_that_is_not_ended_is_aborted_by_close),
	KUNIT_CASE(close_tells_that_it_aborted_a_job),
	KUNIT_CASE(close_has_nothing_to_tell_of_a_job_that_lost_nothing),
	KUNIT_CASE(close_aborts_no_job_that_was_ended),
	KUNIT_CASE(an_operators_abort_ends_all_jobs),
	KUNIT_CASE(a_job_that_an_operator_aborted_takes_nothing_until_it_is_ended),
	KUNIT_CASE(an_operators_abort_of_plain_writes_is_reported_once),
	KUNIT_CASE(an_operators_abort_of_an_idle_port_is_reported_to_nobody),
	KUNIT_CASE(an_operators_abort_leaves_plain_writes_that_were_delivered),
	KUNIT_CASE(an_operators_abort_wakes_a_waiting_writer),
	KUNIT_CASE(an_operators_abort_ends_draining),
	KUNIT_CASE(an_operators_abort_while_draining_is_not_the_next_holders),
	KUNIT_CASE(an_operators_abort_of_a_closed_port_is_nothing),
	{}
};

struct kunit_suite printport_job_suite = {
	.name = "printport_job",
	.init = job_test_init,
	.exit = fake_test_exit,
	.test_cases = job_test_cases,
};
