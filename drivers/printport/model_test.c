// SPDX-License-Identifier: GPL-2.0-only
/*
 * Thousands of operations in random order, and after each of them what a simple model
 * of the port says: which job a byte belongs to, which byte comes next, what is lost,
 * and what has still to be reported.
 */
#include <linux/moduleparam.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "fake_transport.h"

#define STEPS		10000
#define MODEL_JOBS	512	/* of which the last few matter */

static ulong seed;
module_param(seed, ulong, 0444);
MODULE_PARM_DESC(seed, "Seed of the random operations; 0 (default): a new one");

/* Its bytes are those of stream @id % FAKE_STREAMS from @offset on. */
struct model_job {
	u32 id;
	bool implicit;
	bool over;
	enum printport_job_state state;
	int error;
	bool unreported;
	u64 offset;
	u64 accepted;
	u64 delivered;
};

struct model {
	struct kunit *test;
	struct fake_transport *t;
	struct rnd_state rnd;
	struct model_job jobs[MODEL_JOBS];	/* by id */
	u32 nr_jobs;
	u32 unsettled;		/* the first job that is not over and done with */
	struct model_job *active;
	bool held;
	int error;
	u32 error_job;
	u64 lost;
};

static u32 below(struct model *m, u32 limit)
{
	return prandom_u32_state(&m->rnd) % limit;
}

static struct model_job *job(struct model *m, u32 id)
{
	return &m->jobs[id % MODEL_JOBS];
}

static bool is_dead(const struct model_job *j)
{
	return j->state == PRINTPORT_JOB_ABORTED || j->state == PRINTPORT_JOB_FAILED;
}

static bool is_open(const struct model_job *j)
{
	return j->state == PRINTPORT_JOB_ACTIVE || j->state == PRINTPORT_JOB_PENDING;
}

static u32 oldest(struct model *m)
{
	return m->nr_jobs > PRINTPORT_JOBS_MAX ? m->nr_jobs - PRINTPORT_JOBS_MAX : 0;
}

/* The job of the oldest byte on its way, NULL if there is none. */
static struct model_job *first_on_its_way(struct model *m)
{
	u32 id;

	for (id = oldest(m) + 1; id <= m->nr_jobs; id++)
		if (is_open(job(m, id)) && job(m, id)->delivered < job(m, id)->accepted)
			return job(m, id);
	return NULL;
}

/* Jobs that are over, and have nothing before them, are completed. */
static void complete_jobs(struct model *m)
{
	struct model_job *j;
	u32 id;

	for (id = oldest(m) + 1; id <= m->nr_jobs; id++) {
		j = job(m, id);
		if (is_dead(j))
			continue;
		if (!j->over || j->delivered < j->accepted)
			break;
		j->state = PRINTPORT_JOB_COMPLETED;
	}
	m->unsettled = id;
}

static void begin_job(struct model *m, bool implicit)
{
	u32 id = ++m->nr_jobs;

	m->active = job(m, id);
	*m->active = (struct model_job){
		.id = id,
		.implicit = implicit,
		.offset = m->t->sent[id % FAKE_STREAMS],
	};
}

static void end_active(struct model *m)
{
	struct model_job *j = m->active;

	m->active = NULL;
	if (!j || j->over)
		return;
	j->over = true;
	j->state = PRINTPORT_JOB_PENDING;
	complete_jobs(m);
}

static void kill_job(struct model *m, struct model_job *j,
		     enum printport_job_state state, int error)
{
	j->over = true;
	j->state = state;
	j->error = error;
	m->lost += j->accepted - j->delivered;
	if (m->active == j && j->implicit)
		m->active = NULL;
}

static void owe_report(struct model *m, struct model_job *j)
{
	if (!m->held)
		return;
	j->unreported = true;
	if (m->error)
		return;
	m->error = j->error;
	m->error_job = j->id;
}

/* One report speaks for all jobs. */
static int take_report(struct model *m)
{
	int err = m->error;
	u32 id;

	m->error = 0;
	for (id = oldest(m) + 1; id <= m->nr_jobs; id++)
		job(m, id)->unreported = false;
	return err;
}

/* A result speaks for its job: it is the turn of the next, if it is still known. */
static void has_been_reported(struct model *m, struct model_job *j)
{
	u32 id;

	j->unreported = false;
	if (!m->error || m->error_job != j->id)
		return;
	m->error = 0;
	id = m->unsettled > PRINTPORT_RESULTS_MAX ? m->unsettled - PRINTPORT_RESULTS_MAX : 1;
	for (; id <= m->nr_jobs; id++)
		if (job(m, id)->unreported)
			owe_report(m, job(m, id));
}

/* Compares a job's account. A final one counts as the report of its error. */
static void expect_account(struct model *m, struct model_job *j,
			   const struct printport_job_result *result)
{
	KUNIT_EXPECT_EQ(m->test, result->id, j->id);
	fake_expect_account(m->t, result, j->state, j->accepted, j->delivered,
			    is_dead(j) ? j->accepted - j->delivered : 0);
	KUNIT_EXPECT_EQ(m->test, result->error, (u32)-j->error);
	KUNIT_EXPECT_EQ(m->test, result->flags, j->implicit ? PRINTPORT_JOB_F_IMPLICIT : 0);
	if (!is_open(j))
		has_been_reported(m, j);
}

static void do_write(struct model *m)
{
	struct fake_transport *t = m->t;
	size_t room = t->port->tx.size - (t->port->head - t->port->tail);
	size_t len = 1 + below(m, 1500);
	u32 id = m->active ? m->active->id : m->nr_jobs + 1;
	ssize_t want, got;

	if (m->error)
		want = take_report(m);
	else if (m->active && is_dead(m->active))
		want = -ECANCELED;
	else if (!m->active && t->port->nr_jobs >= PRINTPORT_JOBS_MAX)
		want = -EAGAIN;
	else
		want = room ? min(len, room) : -EAGAIN;

	if (want > 0 && !m->active)
		begin_job(m, true);
	got = fake_write(t, id % FAKE_STREAMS, len);
	KUNIT_EXPECT_EQ(m->test, got, want);
	if (got > 0 && want > 0)
		m->active->accepted += got;
}

/* Bytes accepted whose fate is open. */
static u64 on_their_way(struct model *m)
{
	u64 bytes = 0;
	u32 id;

	for (id = oldest(m) + 1; id <= m->nr_jobs; id++)
		if (is_open(job(m, id)))
			bytes += job(m, id)->accepted - job(m, id)->delivered;
	return bytes;
}

static void do_take(struct model *m)
{
	bool any = on_their_way(m) > m->t->in_flight && m->t->nr_spans < FAKE_SPANS;

	KUNIT_EXPECT_EQ(m->test, fake_take(m->t, 1 + below(m, 1000)) > 0, any);
}

static void do_done(struct model *m)
{
	struct fake_transport *t = m->t;
	size_t len = below(m, t->in_flight + 1), part;
	struct model_job *j;

	fake_done(t, len);
	while (len && (j = first_on_its_way(m))) {
		part = min_t(u64, len, j->accepted - j->delivered);
		fake_expect_paper(t, j->id % FAKE_STREAMS, j->offset + j->delivered, part);
		j->delivered += part;
		len -= part;
	}
	KUNIT_EXPECT_EQ_MSG(m->test, len, 0, "done with bytes of no job");
	fake_expect_end_of_paper(t);
	t->printed = 0;
	t->looked_at = 0;
	complete_jobs(m);
}

static void do_stop(struct model *m)
{
	struct model_job *victim;

	if (below(m, 4)) {
		fake_stop(m->t, 0);
		return;
	}
	fake_stop(m->t, -EIO);
	victim = first_on_its_way(m);
	if (victim) {
		kill_job(m, victim, PRINTPORT_JOB_FAILED, -EIO);
		owe_report(m, victim);
	}
	complete_jobs(m);
}

static void do_start(struct model *m)
{
	int want = 0;
	u32 id = 0;

	if (m->active && !m->active->implicit && !is_dead(m->active))
		want = -EBUSY;
	else if (m->t->port->nr_jobs >= PRINTPORT_JOBS_MAX)
		want = -EAGAIN;
	KUNIT_EXPECT_EQ(m->test, fake_start_job(m->t, true, &id), want);
	if (want)
		return;
	end_active(m);
	begin_job(m, false);
	KUNIT_EXPECT_EQ(m->test, id, m->active->id);
}

static void do_end(struct model *m)
{
	struct printport_job_result result;
	struct model_job *j = m->active;

	KUNIT_EXPECT_EQ(m->test, fake_end_job(m->t, &result), j ? 0 : -ENOENT);
	if (!j)
		return;
	end_active(m);
	expect_account(m, j, &result);
}

static void do_abort(struct model *m)
{
	struct printport_job_result result;
	struct model_job *j = m->active;
	u32 id = 0;

	if (below(m, 2) && m->nr_jobs) {
		id = max_t(int, 1, m->nr_jobs - below(m, 6));
		j = job(m, id);
	}
	if (j && !is_open(j) && j != m->active)
		j = NULL;
	KUNIT_EXPECT_EQ(m->test, fake_abort_job(m->t, id, &result), j ? 0 : -ENOENT);
	if (!j)
		return;
	if (!is_dead(j))
		kill_job(m, j, PRINTPORT_JOB_ABORTED, -ECANCELED);
	complete_jobs(m);
	expect_account(m, j, &result);
}

static void do_abort_all(struct model *m)
{
	struct model_job *j;
	u32 id;

	printport_abort_all(m->t->port);
	for (id = oldest(m) + 1; id <= m->nr_jobs; id++) {
		j = job(m, id);
		if (!is_open(j) || (j->implicit && j->delivered == j->accepted))
			continue;
		kill_job(m, j, PRINTPORT_JOB_ABORTED, -ECANCELED);
		owe_report(m, j);
	}
	complete_jobs(m);
}

static void do_get(struct model *m)
{
	struct printport_job_result result;
	u32 id;

	if (!m->nr_jobs)
		return;
	id = max_t(int, 1, m->nr_jobs - below(m, 4));
	KUNIT_EXPECT_EQ(m->test, fake_get_job(m->t, id, &result), 0);
	expect_account(m, job(m, id), &result);
}

static void do_close(struct model *m)
{
	struct model_job *j = m->active;
	int err;

	if (!m->held)
		return;
	if (j && !j->implicit && !is_dead(j)) {
		kill_job(m, j, PRINTPORT_JOB_ABORTED, -ECANCELED);
		if (j->delivered < j->accepted)
			owe_report(m, j);
	}
	end_active(m);
	complete_jobs(m);
	err = take_report(m);
	m->held = false;
	KUNIT_EXPECT_EQ(m->test, fake_close(m->t), err);
}

static void do_open(struct model *m)
{
	bool draining = first_on_its_way(m);

	if (!draining)
		flush_work(&m->t->port->drain_work);
	KUNIT_EXPECT_EQ(m->test, fake_open(m->t), m->held || draining ? -EBUSY : 0);
	m->held |= !draining;
}

static void step(struct model *m)
{
	static void (*const any_time[])(struct model *) = {
		do_take, do_take, do_take, do_done, do_done, do_stop,
	};
	static void (*const while_held[])(struct model *) = {
		do_write, do_write, do_write, do_write, do_write, do_write,
		do_start, do_start, do_end, do_end, do_get, do_get, do_abort, do_abort,
	};
	static void (*const rarely[])(struct model *) = {
		do_abort_all, do_close, do_open,
	};

	if (!below(m, 40))
		rarely[below(m, ARRAY_SIZE(rarely))](m);
	else if (!m->held && !below(m, 3))
		do_open(m);
	else if (m->held && below(m, 2))
		while_held[below(m, ARRAY_SIZE(while_held))](m);
	else
		any_time[below(m, ARRAY_SIZE(any_time))](m);
}

static void expect_counters(struct model *m)
{
	KUNIT_EXPECT_EQ(m->test, fake_status(m->t).queued, on_their_way(m));
	KUNIT_EXPECT_EQ(m->test, fake_status(m->t).in_flight, m->t->in_flight);
	KUNIT_EXPECT_EQ(m->test, fake_status(m->t).job, m->active ? m->active->id : 0);
	KUNIT_EXPECT_EQ(m->test, fake_stats(m->t).bytes_lost, m->lost);
}

static void a_port_does_what_the_model_does(struct kunit *test)
{
	ulong this_seed = seed ?: get_random_u32() | 1;
	struct model *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, m);
	kunit_info(test, "seed=%lu", this_seed);
	prandom_seed_state(&m->rnd, this_seed);
	m->test = test;
	m->t = test->priv;
	for (i = 0; i < STEPS; i++) {
		step(m);
		expect_counters(m);
		if (test->status == KUNIT_FAILURE)
			KUNIT_FAIL_AND_ABORT(test, "at step %d; repeat with seed=%lu", i,
					     this_seed);
	}
	KUNIT_EXPECT_GT_MSG(test, m->nr_jobs, 100, "hardly anything happened");
}

static struct kunit_case model_test_cases[] = {
	KUNIT_CASE_SLOW(a_port_does_what_the_model_does),
	{}
};

struct kunit_suite printport_model_suite = {
	.name = "printport_model",
	.init = fake_test_init,
	.exit = fake_test_exit,
	.test_cases = model_test_cases,
};
