// SPDX-License-Identifier: GPL-2.0-only
/* See fake_transport.h. */
#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uio.h>

#include "fake_transport.h"

/* Threads that stay: to make one takes longer than most of what they do. */
static struct workqueue_struct *fake_threads;

int fake_threads_begin(void)
{
	fake_threads = alloc_workqueue("printport_test", WQ_UNBOUND, 0);
	return fake_threads ? 0 : -ENOMEM;
}

void fake_threads_end(void)
{
	destroy_workqueue(fake_threads);
}

static struct fake_transport *fake_called(struct printport *port)
{
	struct fake_transport *t = printport_priv(port);

	if (!READ_ONCE(t->registered))
		atomic_inc(&t->ops_after_unplug);
	return t;
}

static int fake_op_open(struct printport *port)
{
	struct fake_transport *t = fake_called(port);

	atomic_inc(&t->opens);
	complete_all(&t->open_entered);
	if (t->open_blocks)
		wait_for_completion(&t->open_released);
	return t->open_error;
}

static void fake_op_close(struct printport *port)
{
	atomic_inc(&fake_called(port)->closes);
}

static void fake_op_tx_start(struct printport *port)
{
	atomic_inc(&fake_called(port)->tx_starts);
}

static void fake_op_tx_cancel(struct printport *port)
{
	struct fake_transport *t = fake_called(port);

	atomic_inc(&t->tx_cancels);
	if (t->cancel == FAKE_CANCEL_NOW)
		fake_stop(t, 0);
}

static void fake_op_rx_start(struct printport *port)
{
	atomic_inc(&fake_called(port)->rx_starts);
}

static void fake_op_rx_stop(struct printport *port)
{
	atomic_inc(&fake_called(port)->rx_stops);
}

const struct printport_ops fake_ops = {
	.owner = THIS_MODULE,
	.name = "fake",
	.open = fake_op_open,
	.close = fake_op_close,
	.tx_start = fake_op_tx_start,
	.tx_cancel = fake_op_tx_cancel,
	.rx_start = fake_op_rx_start,
	.rx_stop = fake_op_rx_stop,
};

const struct printport_ops fake_one_way_ops = {
	.owner = THIS_MODULE,
	.name = "fake",
	.open = fake_op_open,
	.close = fake_op_close,
	.tx_start = fake_op_tx_start,
	.tx_cancel = fake_op_tx_cancel,
};

struct fake_transport *fake_plug_in(struct kunit *test, const struct printport_ops *ops)
{
	struct fake_transport *t;

	t = kzalloc(sizeof(*t), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t);
	t->test = test;
	init_completion(&t->open_entered);
	init_completion(&t->open_released);
	mutex_init(&t->hardware);
	INIT_LIST_HEAD(&t->actors);
	t->port = printport_alloc(NULL, ops, t);
	if (IS_ERR(t->port)) {
		kfree(t);
		KUNIT_FAIL_AND_ABORT(test, "no memory for a fake transport");
	}

	/* A test that wants to wait says so. */
	t->port->limits.close_ms = 0;
	t->registered = true;
	KUNIT_ASSERT_EQ(test, printport_register(t->port), 0);
	return t;
}

void fake_unplug(struct fake_transport *t)
{
	printport_unregister(t->port);
	WRITE_ONCE(t->registered, false);
	mutex_lock(&t->hardware);
	t->nr_spans = 0;
	t->in_flight = 0;
	mutex_unlock(&t->hardware);
	fake_audit(t, "unplug");
}

static bool fake_actor_end(struct fake_actor *actor)
{
	if (actor->gone && !wait_for_completion_timeout(&actor->done, FAKE_PATIENCE))
		return false;
	flush_work(&actor->work);
	list_del(&actor->node);
	kfree(actor);
	return true;
}

void fake_scrap(struct fake_transport *t)
{
	kfree(t->paper);
	kfree(t);
}

void fake_free(struct fake_transport *t)
{
	struct fake_actor *actor, *next;

	complete_all(&t->open_released);
	if (t->registered)
		fake_unplug(t);
	list_for_each_entry_safe(actor, next, &t->actors, node) {
		if (!fake_actor_end(actor)) {
			KUNIT_FAIL(t->test, "a thread hangs; its port is not freed");
			return;
		}
	}
	if (t->port->held)
		printport_close(t->port);
	KUNIT_EXPECT_EQ_MSG(t->test, atomic_read(&t->ops_after_unplug), 0,
			    "an op ran after printport_unregister() had returned");
	printport_put(t->port);
	fake_scrap(t);
}

static unsigned int fake_saved_queue_kib;

int fake_test_init(struct kunit *test)
{
	fake_saved_queue_kib = printport_queue_kib;
	printport_queue_kib = FAKE_QUEUE_SIZE >> 10;
	test->priv = fake_plug_in(test, &fake_ops);
	return 0;
}

void fake_test_exit(struct kunit *test)
{
	if (test->priv)
		fake_free(test->priv);
	printport_queue_kib = fake_saved_queue_kib;
}

int fake_open(struct fake_transport *t)
{
	return printport_open(t->port, true);
}

int fake_close(struct fake_transport *t)
{
	int err = printport_flush(t->port);

	printport_close(t->port);
	fake_audit(t, "close");
	return err;
}

u8 fake_byte(u32 stream, u64 offset)
{
	return offset * 31 + (offset >> 8) * 7 + (offset >> 16) * 3 + stream * 89 + 5;
}

static void fake_fill(u8 *buf, u32 stream, u64 offset, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		buf[i] = fake_byte(stream, offset + i);
}

bool fake_is_stream(const u8 *buf, u32 stream, u64 offset, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (buf[i] != fake_byte(stream, offset + i))
			return false;
	return true;
}

static ssize_t fake_do_write(struct fake_transport *t, u32 stream, size_t len,
			     bool nonblock)
{
	struct iov_iter from;
	struct kvec vec;
	ssize_t ret;

	vec.iov_len = len;
	vec.iov_base = kvmalloc(len, GFP_KERNEL);
	if (!vec.iov_base)
		return -ENOMEM;
	fake_fill(vec.iov_base, stream, t->sent[stream], len);
	iov_iter_kvec(&from, ITER_SOURCE, &vec, 1, len);
	ret = printport_write(t->port, &from, nonblock);
	if (ret > 0)
		t->sent[stream] += ret;
	kvfree(vec.iov_base);
	fake_audit(t, "write");
	return ret;
}

ssize_t fake_write(struct fake_transport *t, u32 stream, size_t len)
{
	return fake_do_write(t, stream, len, true);
}

ssize_t fake_write_wait(struct fake_transport *t, u32 stream, size_t len)
{
	return fake_do_write(t, stream, len, false);
}

static ssize_t fake_do_read(struct fake_transport *t, u8 *buf, size_t len, bool nonblock)
{
	struct kvec vec = { .iov_base = buf, .iov_len = len };
	struct iov_iter to;

	iov_iter_kvec(&to, ITER_DEST, &vec, 1, len);
	return printport_read(t->port, &to, nonblock);
}

ssize_t fake_read(struct fake_transport *t, u8 *buf, size_t len)
{
	return fake_do_read(t, buf, len, true);
}

ssize_t fake_read_wait(struct fake_transport *t, u8 *buf, size_t len)
{
	return fake_do_read(t, buf, len, false);
}

int fake_start_job(struct fake_transport *t, bool nonblock, u32 *id)
{
	struct printport_job *job = printport_job_alloc();
	u32 unused;
	int err;

	if (!job)
		return -ENOMEM;
	err = printport_job_start(t->port, job, nonblock, id ?: &unused);
	fake_audit(t, "START_JOB");
	return err;
}

int fake_end_job(struct fake_transport *t, struct printport_job_result *result)
{
	struct printport_job_query query = {};
	int err = printport_job_end(t->port, &query, true);

	fake_audit(t, "END_JOB");
	if (result)
		*result = query.result;
	return err;
}

int fake_abort_job(struct fake_transport *t, u32 id, struct printport_job_result *result)
{
	struct printport_job_query query = { .id = id };
	int err = printport_job_abort(t->port, &query);

	fake_audit(t, "ABORT_JOB");
	if (result)
		*result = query.result;
	return err;
}

int fake_get_job(struct fake_transport *t, u32 id, struct printport_job_result *result)
{
	struct printport_job_query query = { .id = id };
	int err = printport_job_get(t->port, &query);

	*result = query.result;
	return err;
}

u32 fake_active_job(struct fake_transport *t)
{
	return fake_status(t).job;
}

/* With @hardware held. */
static size_t fake_do_take(struct fake_transport *t, size_t max)
{
	const void *buf;
	size_t len;

	if (t->nr_spans == FAKE_SPANS)
		return 0;
	len = printport_tx_take(t->port, &buf, max);
	if (len) {
		t->spans[(t->first_span + t->nr_spans++) % FAKE_SPANS] =
			(struct fake_span){ .buf = buf, .len = len };
		t->in_flight += len;
	}
	return len;
}

/* With @hardware held. */
static bool fake_paper_for(struct fake_transport *t, size_t len)
{
	size_t size = t->paper_size ?: PAGE_SIZE;
	u8 *paper;

	while (size < t->printed + len)
		size *= 2;
	if (size == t->paper_size)
		return true;
	paper = size > FAKE_PAPER_MAX ? NULL : krealloc(t->paper, size, GFP_KERNEL);
	if (!paper)
		return false;
	t->paper = paper;
	t->paper_size = size;
	return true;
}

/* With @hardware held. The bytes are read as late as a printer may read them. */
static void fake_do_done(struct fake_transport *t, size_t len)
{
	size_t left = min(len, t->in_flight), part;
	struct fake_span *span;

	len = left;
	while (left) {
		span = &t->spans[t->first_span];
		part = min(left, span->len);
		if (!fake_paper_for(t, part)) {
			KUNIT_FAIL(t->test, "out of paper: the test prints too much");
			break;
		}
		memcpy(t->paper + t->printed, span->buf, part);
		t->printed += part;
		span->buf += part;
		span->len -= part;
		left -= part;
		if (!span->len) {
			t->first_span = (t->first_span + 1) % FAKE_SPANS;
			t->nr_spans--;
		}
	}
	t->in_flight -= len;
	printport_tx_done(t->port, len);
}

size_t fake_take(struct fake_transport *t, size_t max)
{
	size_t len;

	mutex_lock(&t->hardware);
	len = fake_do_take(t, max);
	mutex_unlock(&t->hardware);
	fake_audit(t, "take");
	return len;
}

void fake_done(struct fake_transport *t, size_t len)
{
	mutex_lock(&t->hardware);
	fake_do_done(t, len);
	mutex_unlock(&t->hardware);
	fake_audit(t, "done");
}

void fake_stop(struct fake_transport *t, int error)
{
	mutex_lock(&t->hardware);
	t->nr_spans = 0;
	t->in_flight = 0;
	printport_tx_stop(t->port, error);
	mutex_unlock(&t->hardware);
	fake_audit(t, "stop");
}

size_t fake_print(struct fake_transport *t, size_t max)
{
	size_t len = 0, part;

	mutex_lock(&t->hardware);
	while (len < max && (part = fake_do_take(t, max - len)))
		len += part;
	fake_do_done(t, len);
	mutex_unlock(&t->hardware);
	fake_audit(t, "print");
	return len;
}

size_t fake_print_all(struct fake_transport *t)
{
	fake_done(t, t->in_flight);
	return fake_print(t, SIZE_MAX);
}

/* Stream 0 from @offset on. */
size_t fake_push(struct fake_transport *t, u64 offset, size_t len)
{
	u8 *buf = kvmalloc(len, GFP_KERNEL);
	size_t done;

	KUNIT_ASSERT_NOT_NULL(t->test, buf);
	fake_fill(buf, 0, offset, len);
	done = printport_rx_push(t->port, buf, len);
	kvfree(buf);
	return done;
}

bool fake_paper_goes_on(struct fake_transport *t, u32 stream, u64 offset, size_t len)
{
	const u8 *paper = t->paper + t->looked_at;

	if (t->printed - t->looked_at < len)
		return false;
	t->looked_at += len;
	return fake_is_stream(paper, stream, offset, len);
}

static bool fake_is_final(const struct printport_job *job)
{
	return job->written_off || job->state == PRINTPORT_JOB_COMPLETED;
}

/* With the port locked: what is wrong with the books, NULL if they balance. */
static const char *fake_find_fault(const struct printport *port)
{
	const struct printport_stats *stats = &port->stats;
	unsigned int nr_jobs = 0, nr_results = 0, unsettled = 0;
	const struct printport_job *job;
	u64 open_bytes = 0, on_wire = 0;

	if (port->in_flight > port->queued)
		return "more is in flight than queued";
	if (port->tail > port->taken || port->taken > port->head)
		return "tail, taken and head are out of order";
	if (port->tx.size && port->head - port->tail > port->tx.size)
		return "the queue holds more than its size";

	list_for_each_entry(job, &port->jobs, node) {
		if (!job->written_off)
			on_wire += job->wired - job->sent;
		if (job->internal)
			continue;
		nr_jobs++;
		unsettled += !fake_is_final(job);
		if (job->delivered + job->lost > job->accepted)
			return "a job delivered and lost more than it accepted";
		if (fake_is_final(job) && job->delivered + job->lost != job->accepted)
			return "a final job's accepted is not delivered + lost";
		open_bytes += job->accepted - job->delivered - job->lost;
	}
	list_for_each_entry(job, &port->results, node) {
		nr_results++;
		if (!fake_is_final(job))
			return "a result is not final";
		if (job->delivered + job->lost != job->accepted)
			return "a result's accepted is not delivered + lost";
		if (job->state == PRINTPORT_JOB_COMPLETED && job->lost)
			return "a completed job lost bytes";
	}
	if (stats->bytes_written != stats->bytes_delivered + stats->bytes_lost + open_bytes)
		return "bytes_written is not delivered + lost + on their way";
	if (on_wire != port->queued)
		return "queued is not what the jobs have on their way";
	if (!port->lm && open_bytes != port->queued)
		return "what the jobs have accepted is not on its way";
	if (nr_jobs != port->nr_jobs || nr_jobs > PRINTPORT_JOBS_MAX)
		return "the number of jobs is wrong";
	if (nr_results != port->nr_results ||
	    (!port->lm && nr_results > PRINTPORT_RESULTS_MAX))
		return "the number of results is wrong";
	if (stats->jobs_completed + stats->jobs_aborted + stats->jobs_failed +
	    unsettled != port->last_job_id)
		return "a job is counted never, or twice";
	return NULL;
}

void fake_audit(struct fake_transport *t, const char *after)
{
	const char *fault;

	spin_lock_irq(&t->port->lock);
	fault = t->audited ? NULL : fake_find_fault(t->port);
	t->audited |= !!fault;
	spin_unlock_irq(&t->port->lock);
	if (fault)
		KUNIT_FAIL(t->test, "after %s: %s", after, fault);
}

struct printport_status fake_status(struct fake_transport *t)
{
	struct printport_status status;

	printport_get_status(t->port, &status);
	return status;
}

struct printport_stats fake_stats(struct fake_transport *t)
{
	struct printport_stats stats;

	spin_lock_irq(&t->port->lock);
	stats = t->port->stats;
	spin_unlock_irq(&t->port->lock);
	return stats;
}

/* How many openers stand in line. */
unsigned int fake_line(struct fake_transport *t)
{
	unsigned int len;

	spin_lock_irq(&t->port->lock);
	len = list_count_nodes(&t->port->openers);
	spin_unlock_irq(&t->port->lock);
	return len;
}

bool fake_writable(struct fake_transport *t)
{
	bool writable;

	spin_lock_irq(&t->port->lock);
	writable = printport_tx_writable(t->port);
	spin_unlock_irq(&t->port->lock);
	return writable;
}

bool fake_has_sleeper(struct fake_transport *t)
{
	return wq_has_sleeper(&t->port->tx_wait);
}

bool fake_has_reader(struct fake_transport *t)
{
	return wq_has_sleeper(&t->port->rx_wait);
}

void fake_expect_account(struct fake_transport *t,
			 const struct printport_job_result *result,
			 enum printport_job_state state, u64 accepted, u64 delivered,
			 u64 lost)
{
	KUNIT_EXPECT_EQ(t->test, result->state, (u32)state);
	KUNIT_EXPECT_EQ(t->test, result->bytes_accepted, accepted);
	KUNIT_EXPECT_EQ(t->test, result->bytes_delivered, delivered);
	KUNIT_EXPECT_EQ(t->test, result->bytes_lost, lost);
}

static void fake_actor_work(struct work_struct *work)
{
	struct fake_actor *actor = container_of(work, struct fake_actor, work);

	udelay(actor->delay_us);
	actor->result = actor->act(actor);
	complete_all(&actor->done);
}

struct fake_actor *fake_actor(struct fake_transport *t,
			      long (*act)(struct fake_actor *actor))
{
	struct fake_actor *actor = kzalloc(sizeof(*actor), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(t->test, actor);
	actor->t = t;
	actor->act = act;
	init_completion(&actor->done);
	INIT_WORK(&actor->work, fake_actor_work);
	list_add_tail(&actor->node, &t->actors);
	return actor;
}

void fake_go(struct fake_actor *actor)
{
	actor->gone = true;
	queue_work(fake_threads, &actor->work);
}

long fake_join(struct fake_actor *actor)
{
	struct fake_transport *t = actor->t;
	long result;

	if (!wait_for_completion_timeout(&actor->done, FAKE_PATIENCE))
		KUNIT_FAIL_AND_ABORT(t->test, "a thread does not come back");
	result = actor->result;
	fake_actor_end(actor);
	return result;
}

long fake_act_open(struct fake_actor *actor)
{
	return printport_open(actor->t->port, false);
}

long fake_act_write(struct fake_actor *actor)
{
	return fake_write_wait(actor->t, actor->stream, actor->len);
}

long fake_act_sync(struct fake_actor *actor)
{
	return printport_sync(actor->t->port);
}

long fake_act_close(struct fake_actor *actor)
{
	return fake_close(actor->t);
}

long fake_act_read(struct fake_actor *actor)
{
	u8 byte;

	return fake_read_wait(actor->t, &byte, 1);
}

long fake_act_start_job(struct fake_actor *actor)
{
	return fake_start_job(actor->t, false, &actor->id);
}

long fake_act_abort(struct fake_actor *actor)
{
	return fake_abort_job(actor->t, actor->id, NULL);
}

long fake_act_unplug(struct fake_actor *actor)
{
	fake_unplug(actor->t);
	return 0;
}

struct fake_actor *fake_write_in_thread(struct fake_transport *t, u32 stream, size_t len)
{
	struct fake_actor *writer = fake_actor(t, fake_act_write);

	writer->stream = stream;
	writer->len = len;
	fake_go(writer);
	return writer;
}
