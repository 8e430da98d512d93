// SPDX-License-Identifier: GPL-2.0-only
/*
 * The language monitor's side of a port: what it is told, what its commands do to the
 * wire, and what becomes of jobs when it is gone. The test plays the monitor, without a
 * node; records are taken and commands given as its read and write would.
 */
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <linux/suspend.h>

#include "fake_transport.h"
#include "lm.h"

/* Records that were taken and not looked at are in lm->record, from @at on. */
struct fake_monitor {
	struct fake_transport *t;
	struct printport_lm *lm;
	size_t at;
	u64 wire_pos;
};

static struct printport_lm_message *next_record(struct fake_monitor *m)
{
	struct printport_lm *lm = m->lm;
	struct printport_lm_message *record;

	if (m->at == lm->record_len) {
		m->at = 0;
		lm->record_len = 0;
		if (printport_lm_gather(lm) || !lm->record_len)
			return NULL;
	}
	record = lm->record + m->at;
	m->at += record->size;
	return record;
}

static int say(struct fake_monitor *m, u16 type, u32 job, u32 arg, u64 pos, u64 len)
{
	struct printport_lm_message command = {
		.size = sizeof(command), .type = type, .job = job, .arg = arg, .pos = pos,
		.len = len,
	};

	return printport_lm_command(m->lm, &command);
}

#define expect_record(m, wanted)						\
({										\
	struct printport_lm_message *__record = next_record(m);			\
										\
	KUNIT_ASSERT_NOT_NULL((m)->t->test, __record);				\
	KUNIT_ASSERT_EQ((m)->t->test, (int)__record->type, (int)(wanted));	\
	__record;								\
})

/* Bytes of a stream, by way of the wire ring. */
static int put_on_wire(struct fake_monitor *m, u32 job, u32 stream, u64 offset, size_t len)
{
	size_t done = 0;

	m->wire_pos = max(m->wire_pos, m->lm->wire_head);
	/* Where there is no room the bytes of others are left alone. */
	while (done < len && m->wire_pos + len - m->lm->wire_tail <= m->lm->wire.size) {
		size_t part = len - done, i;
		u8 *to = printport_ring_span(&m->lm->wire, m->wire_pos + done, &part);

		for (i = 0; i < part; i++)
			to[i] = fake_byte(stream, offset + done + i);
		done += part;
	}
	return say(m, PRINTPORT_LM_WRITE, job, 0, m->wire_pos, len);
}

static struct fake_monitor *attach(struct kunit *test)
{
	struct fake_monitor *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, m);
	m->t = test->priv;
	m->lm = printport_lm_new(m->t->port);
	KUNIT_ASSERT_NOT_NULL(test, m->lm);
	m->lm->introduced = true;
	m->lm->flags = PRINTPORT_LM_F_CONFIRMS;
	KUNIT_ASSERT_EQ(test, printport_lm_attach(m->t->port, m->lm), 0);
	return m;
}

static void detach(struct fake_monitor *m)
{
	printport_lm_lose(m->t->port, m->lm, -ECONNRESET);
	hrtimer_cancel(&m->lm->wake_timer);
	printport_lm_put(m->lm);
}

static struct fake_monitor *attach_and_open(struct kunit *test)
{
	struct fake_monitor *m = attach(test);
	struct fake_actor *opener = fake_actor(m->t, fake_act_open);

	fake_go(opener);
	fake_wait_until(m->t, m->lm->open == PRINTPORT_ASK_NOW);
	expect_record(m, PRINTPORT_LM_OPEN);
	KUNIT_ASSERT_EQ(test, say(m, PRINTPORT_LM_OPEN_ANSWER, 0, 0, 0, 0), 0);
	KUNIT_ASSERT_EQ(test, fake_join(opener), 0);
	return m;
}

static void close_and_detach(struct fake_monitor *m)
{
	printport_dont_wait(m->t->port);
	fake_close(m->t);
	detach(m);
}

/* An explicit job that the monitor has heard of. */
static u32 begin_job(struct fake_monitor *m)
{
	u32 id;

	KUNIT_ASSERT_EQ(m->t->test, fake_start_job(m->t, true, &id), 0);
	KUNIT_ASSERT_EQ(m->t->test, expect_record(m, PRINTPORT_LM_START_DOC)->job, id);
	return id;
}

static void forwarded_bytes_are_the_spoolers(struct kunit *test)
{
	struct fake_monitor *m = attach_and_open(test);
	struct printport_lm_message *data;
	u32 id = begin_job(m);

	fake_write(m->t, 0, 100);
	KUNIT_EXPECT_EQ(test, fake_print_all(m->t), 0);
	data = expect_record(m, PRINTPORT_LM_DATA);
	KUNIT_EXPECT_EQ(test, data->len, 100);
	KUNIT_EXPECT_EQ(test, say(m, PRINTPORT_LM_FORWARD, id, 0, data->pos, 60), 0);
	KUNIT_EXPECT_EQ(test, fake_print_all(m->t), 60);
	KUNIT_EXPECT_EQ(test, say(m, PRINTPORT_LM_FORWARD, id, 0, data->pos + 60, 40), 0);
	KUNIT_EXPECT_EQ(test, fake_print_all(m->t), 40);
	fake_expect_paper(m->t, 0, 0, 100);
	close_and_detach(m);
}

static void what_is_written_and_forwarded_keeps_its_order(struct kunit *test)
{
	struct fake_monitor *m = attach_and_open(test);
	u32 id = begin_job(m);
	u64 pos;

	fake_write(m->t, 0, 30);
	pos = expect_record(m, PRINTPORT_LM_DATA)->pos;
	KUNIT_EXPECT_EQ(test, put_on_wire(m, id, 1, 0, 5), 0);
	KUNIT_EXPECT_EQ(test, say(m, PRINTPORT_LM_FORWARD, id, 0, pos, 10), 0);
	KUNIT_EXPECT_EQ(test, put_on_wire(m, id, 1, 5, 7), 0);
	KUNIT_EXPECT_EQ(test, say(m, PRINTPORT_LM_FORWARD, id, 0, pos + 10, 20), 0);
	fake_print_all(m->t);
	fake_expect_paper(m->t, 1, 0, 5);
	fake_expect_paper(m->t, 0, 0, 10);
	fake_expect_paper(m->t, 1, 5, 7);
	fake_expect_paper(m->t, 0, 10, 20);
	close_and_detach(m);
}

static void a_consumed_byte_is_delivered_when_its_replacement_is(struct kunit *test)
{
	struct fake_monitor *m = attach_and_open(test);
	struct printport_job_result result;
	u32 id = begin_job(m);
	u64 pos;

	fake_write(m->t, 0, 10);
	pos = expect_record(m, PRINTPORT_LM_DATA)->pos;
	put_on_wire(m, id, 1, 0, 3);
	KUNIT_EXPECT_EQ(test, say(m, PRINTPORT_LM_CONSUME, id, 0, pos, 10), 0);
	fake_get_job(m->t, id, &result);
	KUNIT_EXPECT_EQ(test, result.bytes_delivered, 0);
	fake_print(m->t, 2);
	fake_get_job(m->t, id, &result);
	KUNIT_EXPECT_EQ(test, result.bytes_delivered, 0);
	KUNIT_EXPECT_EQ(test, result.bytes_sent, 2);
	fake_print_all(m->t);
	fake_get_job(m->t, id, &result);
	KUNIT_EXPECT_EQ(test, result.bytes_delivered, 10);
	KUNIT_EXPECT_EQ(test, result.bytes_sent, 3);
	close_and_detach(m);
}

static void pieces_that_go_on_are_one(struct kunit *test)
{
	struct fake_monitor *m = attach_and_open(test);
	u32 id = begin_job(m);
	u64 pos;
	int i;

	fake_write(m->t, 0, 1000);
	pos = expect_record(m, PRINTPORT_LM_DATA)->pos;
	for (i = 0; i < 1000; i++)
		KUNIT_ASSERT_EQ(test, say(m, PRINTPORT_LM_FORWARD, id, 0, pos + i, 1), 0);
	KUNIT_EXPECT_EQ(test, m->lm->nr_pieces, 1);
	fake_print_all(m->t);
	fake_expect_paper(m->t, 0, 0, 1000);
	close_and_detach(m);
}

static void a_full_wire_takes_no_more_until_the_printer_does(struct kunit *test)
{
	struct fake_monitor *m = attach_and_open(test);
	u32 id = begin_job(m), written = 0;
	u64 pos;

	fake_write(m->t, 0, 1000);
	pos = expect_record(m, PRINTPORT_LM_DATA)->pos;
	while (!put_on_wire(m, id, 1, written, 1)) {
		KUNIT_ASSERT_EQ(test, say(m, PRINTPORT_LM_FORWARD, id, 0, pos + written, 1), 0);
		written++;
	}
	KUNIT_EXPECT_EQ(test, written, PRINTPORT_PIECES_MAX / 2);
	KUNIT_EXPECT_EQ(test, put_on_wire(m, id, 1, written, 1), -EAGAIN);
	KUNIT_EXPECT_FALSE(test, printport_lm_wire_room(m->lm));
	fake_print(m->t, 2);
	KUNIT_EXPECT_EQ(test, put_on_wire(m, id, 1, written, 1), 0);
	fake_print_all(m->t);
	KUNIT_EXPECT_EQ(test, m->lm->nr_pieces, 0);
	KUNIT_EXPECT_TRUE(test, printport_lm_wire_room(m->lm));
	KUNIT_EXPECT_EQ(test, m->t->printed, 2 * PRINTPORT_PIECES_MAX / 2 + 1);
	close_and_detach(m);
}

static void a_full_wire_ring_takes_no_more(struct kunit *test)
{
	struct fake_monitor *m = attach_and_open(test);
	u32 id = begin_job(m);
	size_t size = m->lm->wire.size;

	KUNIT_EXPECT_EQ(test, put_on_wire(m, id, 1, 0, size), 0);
	KUNIT_EXPECT_EQ(test, put_on_wire(m, id, 1, size, 1), -EAGAIN);
	KUNIT_EXPECT_EQ(test, say(m, PRINTPORT_LM_WRITE, id, 0, m->lm->wire_head, size + 1),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, say(m, PRINTPORT_LM_WRITE, id, 0, m->lm->wire_head - 1, 1),
			-EINVAL);
	fake_print(m->t, 1);
	KUNIT_EXPECT_EQ(test, put_on_wire(m, id, 1, size, 1), 0);
	fake_print_all(m->t);
	fake_expect_paper(m->t, 1, 0, size + 1);
	close_and_detach(m);
}

static void the_rest_goes_on_as_it_is_written(struct kunit *test)
{
	struct fake_monitor *m = attach_and_open(test);
	u32 id = begin_job(m);

	KUNIT_EXPECT_EQ(test, say(m, PRINTPORT_LM_FORWARD, id, 0, 0, PRINTPORT_LM_REST), 0);
	fake_write(m->t, 0, 50);
	KUNIT_EXPECT_EQ(test, fake_print_all(m->t), 50);
	fake_write(m->t, 0, 70);
	KUNIT_EXPECT_EQ(test, fake_print_all(m->t), 70);
	fake_expect_paper(m->t, 0, 0, 120);
	KUNIT_EXPECT_NULL(test, next_record(m));
	/* There is nothing left to decide. */
	KUNIT_EXPECT_EQ(test, say(m, PRINTPORT_LM_CONSUME, id, 0, 120, 1), -EINVAL);
	fake_end_job(m->t, NULL);
	expect_record(m, PRINTPORT_LM_END_DOC);
	KUNIT_EXPECT_EQ(test, say(m, PRINTPORT_LM_DONE, id, 0, 0, 0), 0);
	expect_record(m, PRINTPORT_LM_DELIVERED);
	close_and_detach(m);
}

static void decisions_out_of_turn_are_refused(struct kunit *test)
{
	struct fake_monitor *m = attach_and_open(test);
	u32 first = begin_job(m), second;
	u64 pos;

	fake_write(m->t, 0, 10);
	pos = expect_record(m, PRINTPORT_LM_DATA)->pos;
	KUNIT_EXPECT_EQ(test, say(m, PRINTPORT_LM_DONE, first, 0, 0, 0), -EINVAL);
	fake_end_job(m->t, NULL);
	KUNIT_EXPECT_EQ(test, say(m, PRINTPORT_LM_DONE, first, 0, 0, 0), -EINVAL);
	expect_record(m, PRINTPORT_LM_END_DOC);
	second = begin_job(m);
	KUNIT_EXPECT_EQ(test, put_on_wire(m, second, 1, 0, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, say(m, PRINTPORT_LM_DONE, first, 0, 0, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, say(m, PRINTPORT_LM_FORWARD, first, 0, pos, 11), 0);
	KUNIT_EXPECT_EQ(test, say(m, PRINTPORT_LM_DONE, first, 0, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, say(m, PRINTPORT_LM_DONE, first, 0, 0, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, say(m, PRINTPORT_LM_FORWARD, first, 0, pos, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, say(m, PRINTPORT_LM_WRITE, second + 1, 0, m->lm->wire_head, 1),
			-ECANCELED);
	KUNIT_EXPECT_EQ(test, put_on_wire(m, second, 1, 0, 1), 0);
	KUNIT_EXPECT_EQ(test, put_on_wire(m, 0, 1, 0, 1), -EINVAL);
	fake_print_all(m->t);
	fake_expect_paper(m->t, 0, 0, 10);
	fake_expect_paper(m->t, 1, 0, 1);
	fake_expect_end_of_paper(m->t);
	close_and_detach(m);
}

static void an_aborted_job_is_skipped_and_has_to_be_answered(struct kunit *test)
{
	struct fake_monitor *m = attach_and_open(test);
	struct printport_job_result result;
	u32 id = begin_job(m), next;
	u64 pos;

	fake_write(m->t, 0, 100);
	pos = expect_record(m, PRINTPORT_LM_DATA)->pos;
	say(m, PRINTPORT_LM_FORWARD, id, 0, pos, 40);
	fake_print(m->t, 10);
	fake_abort_job(m->t, id, &result);
	fake_expect_account(m->t, &result, PRINTPORT_JOB_ABORTED, 100, 10, 90);
	KUNIT_EXPECT_EQ(test, say(m, PRINTPORT_LM_FORWARD, id, 0, pos + 40, 1), -ECANCELED);
	KUNIT_EXPECT_EQ(test, put_on_wire(m, id, 1, 0, 1), -ECANCELED);
	fake_end_job(m->t, NULL);

	KUNIT_ASSERT_EQ(test, fake_start_job(m->t, true, &next), 0);
	fake_write(m->t, 2, 20);
	KUNIT_EXPECT_EQ(test, expect_record(m, PRINTPORT_LM_ABORT)->arg, ECANCELED);
	expect_record(m, PRINTPORT_LM_START_DOC);
	pos = expect_record(m, PRINTPORT_LM_DATA)->pos;
	KUNIT_EXPECT_EQ(test, say(m, PRINTPORT_LM_FORWARD, next, 0, pos, 20), -EINVAL);
	KUNIT_EXPECT_EQ(test, put_on_wire(m, 0, 1, 0, 3), 0);
	KUNIT_EXPECT_EQ(test, say(m, PRINTPORT_LM_DONE, id, 0, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, say(m, PRINTPORT_LM_FORWARD, next, 0, pos, 20), 0);
	fake_print_all(m->t);
	fake_expect_paper(m->t, 0, 0, 10);
	fake_expect_paper(m->t, 1, 0, 3);
	fake_expect_paper(m->t, 2, 0, 20);
	fake_expect_end_of_paper(m->t);
	close_and_detach(m);
}

static void a_job_that_died_unheard_of_is_never_told(struct kunit *test)
{
	struct fake_monitor *m = attach_and_open(test);
	u32 id;

	KUNIT_ASSERT_EQ(test, fake_start_job(m->t, true, &id), 0);
	fake_write(m->t, 0, 100);
	fake_abort_job(m->t, id, NULL);
	KUNIT_EXPECT_NULL(test, next_record(m));
	KUNIT_EXPECT_EQ(test, m->lm->decided, 100);
	KUNIT_EXPECT_EQ(test, m->lm->job_tail, 100);
	close_and_detach(m);
}

static void what_a_lost_monitor_has_finished_is_still_delivered(struct kunit *test)
{
	struct fake_monitor *m = attach_and_open(test);
	struct printport_job_result result;
	u32 first = begin_job(m), second;

	say(m, PRINTPORT_LM_FORWARD, first, 0, 0, PRINTPORT_LM_REST);
	fake_write(m->t, 0, 10);
	fake_end_job(m->t, NULL);
	expect_record(m, PRINTPORT_LM_END_DOC);
	say(m, PRINTPORT_LM_DONE, first, 0, 0, 0);
	second = begin_job(m);
	fake_write(m->t, 1, 20);
	printport_lm_lose(m->t->port, m->lm, -ECONNRESET);
	fake_print_all(m->t);
	fake_expect_paper(m->t, 0, 0, 10);
	fake_expect_end_of_paper(m->t);
	fake_get_job(m->t, first, &result);
	fake_expect_account(m->t, &result, PRINTPORT_JOB_COMPLETED, 10, 10, 0);
	fake_get_job(m->t, second, &result);
	fake_expect_account(m->t, &result, PRINTPORT_JOB_FAILED, 20, 0, 20);
	KUNIT_EXPECT_EQ(test, result.error, ECONNRESET);
	/* The result has said it. */
	KUNIT_EXPECT_EQ(test, fake_write(m->t, 0, 1), -ENODEV);
	close_and_detach(m);
}

static void a_failed_transfer_is_told_as_an_abort(struct kunit *test)
{
	struct fake_monitor *m = attach_and_open(test);
	u32 id = begin_job(m);

	say(m, PRINTPORT_LM_FORWARD, id, 0, 0, PRINTPORT_LM_REST);
	fake_write(m->t, 0, 10);
	fake_take(m->t, 10);
	fake_stop(m->t, -EIO);
	KUNIT_EXPECT_EQ(test, expect_record(m, PRINTPORT_LM_ABORT)->arg, EIO);
	KUNIT_EXPECT_EQ(test, say(m, PRINTPORT_LM_DONE, id, 0, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, fake_write(m->t, 0, 1), -EIO);
	close_and_detach(m);
}

/* Waits for the watch to have looked twice. */
static void let_the_limit_pass(struct fake_monitor *m)
{
	msleep(4 * FAKE_SHORT_MS);
	flush_delayed_work(&m->t->port->lm_watch);
}

static void who_has_nothing_to_do_is_not_expelled(struct kunit *test)
{
	struct fake_monitor *m;
	u32 id;

	((struct fake_transport *)test->priv)->port->monitor_ms = FAKE_SHORT_MS;
	m = attach(test);
	let_the_limit_pass(m);
	KUNIT_EXPECT_FALSE(test, m->lm->lost);
	detach(m);

	((struct fake_transport *)test->priv)->port->monitor_ms = PRINTPORT_MONITOR_MS;
	m = attach_and_open(test);
	id = begin_job(m);
	fake_write(m->t, 0, 10);
	expect_record(m, PRINTPORT_LM_DATA);
	m->t->port->monitor_ms = FAKE_SHORT_MS;
	cancel_delayed_work_sync(&m->t->port->lm_watch);
	/* It holds bytes for which nobody waits. */
	let_the_limit_pass(m);
	KUNIT_EXPECT_FALSE(test, m->lm->lost);
	KUNIT_EXPECT_EQ(test, say(m, PRINTPORT_LM_FORWARD, id, 0, 0, 10), 0);
	close_and_detach(m);
}

static void who_is_frozen_is_not_expelled(struct kunit *test)
{
	struct fake_monitor *m = attach_and_open(test);
	u32 id;

	m->t->port->monitor_ms = FAKE_SHORT_MS;
	cancel_delayed_work_sync(&m->t->port->lm_watch);
	printport_pm_notifier.notifier_call(&printport_pm_notifier, PM_SUSPEND_PREPARE, NULL);
	KUNIT_ASSERT_EQ(test, fake_start_job(m->t, true, &id), 0);
	let_the_limit_pass(m);
	KUNIT_EXPECT_FALSE(test, m->lm->lost);
	m->t->port->monitor_ms = PRINTPORT_MONITOR_MS;
	printport_pm_notifier.notifier_call(&printport_pm_notifier, PM_POST_SUSPEND, NULL);
	KUNIT_EXPECT_FALSE(test, m->lm->lost);
	detach(m);
	fake_close(m->t);
}

static void who_does_not_read_is_expelled(struct kunit *test)
{
	struct fake_monitor *m = attach_and_open(test);
	u32 id;

	m->t->port->monitor_ms = FAKE_SHORT_MS;
	cancel_delayed_work_sync(&m->t->port->lm_watch);
	KUNIT_ASSERT_EQ(test, fake_start_job(m->t, true, &id), 0);
	fake_wait_until(m->t, m->lm->lost);
	KUNIT_EXPECT_EQ(test, m->lm->error, -ETIMEDOUT);
	KUNIT_EXPECT_NULL(test, next_record(m));
	KUNIT_EXPECT_EQ(test, say(m, PRINTPORT_LM_PROGRESS, 0, 0, 0, 0), -ENODEV);
	KUNIT_EXPECT_EQ(test, fake_write(m->t, 0, 1), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, fake_write(m->t, 0, 1), -ENODEV);
	close_and_detach(m);
}

static void who_is_in_use_cannot_be_attached_to(struct kunit *test)
{
	struct fake_transport *t = test->priv;
	struct fake_monitor *m = attach(test);
	struct printport_lm *other = printport_lm_new(t->port);

	KUNIT_ASSERT_NOT_NULL(test, other);
	KUNIT_EXPECT_EQ(test, printport_lm_attach(t->port, other), -EBUSY);
	detach(m);
	KUNIT_ASSERT_EQ(test, fake_open(t), 0);
	KUNIT_EXPECT_EQ(test, printport_lm_attach(t->port, other), -EBUSY);
	fake_write(t, 0, 10);
	fake_take(t, 10);
	printport_dont_wait(t->port);
	fake_close(t);
	KUNIT_EXPECT_EQ(test, printport_lm_attach(t->port, other), -EBUSY);
	fake_done(t, 10);
	fake_wait_until(t, fake_status(t).state == PRINTPORT_STATE_CLOSED);
	KUNIT_EXPECT_EQ(test, printport_lm_attach(t->port, other), 0);
	printport_lm_lose(t->port, other, -ECONNRESET);
	printport_lm_put(other);
}

/*
 * Whatever the order in which the spooler writes, the monitor decides and the printer
 * takes: the paper is the sum of the decisions. Stream 0 is the spooler's, 1 the
 * monitor's; @expected notes which byte comes from which.
 */
static void any_order_gives_the_paper_that_was_decided(struct kunit *test)
{
	struct fake_monitor *m = attach_and_open(test);
	struct fake_transport *t = m->t;
	u8 *expected = kunit_kzalloc(test, SZ_256K, GFP_KERNEL);
	struct printport_job_result result;
	u64 written = 0, decided = 0, added = 0, known = 0;
	size_t len = 0;
	u32 id = begin_job(m);
	int step;

	KUNIT_ASSERT_NOT_NULL(test, expected);
	for (step = 0; step < 20000 && len < SZ_256K - SZ_8K; step++) {
		u32 n = 1 + get_random_u32() % 700;
		struct printport_lm_message *record;
		ssize_t ret;

		switch (get_random_u32() % 5) {
		case 0:
			ret = fake_write(t, 0, n);
			written += ret > 0 ? ret : 0;
			break;
		case 1:
			while ((record = next_record(m)))
				if (record->type == PRINTPORT_LM_DATA)
					known = record->pos + record->len;
			break;
		case 2:
			n = min_t(u64, n, known - decided);
			if (!n || say(m, PRINTPORT_LM_FORWARD, id, 0, decided, n))
				break;
			for (; n; n--)
				expected[len++] = fake_byte(0, decided++);
			break;
		case 3:
			if (put_on_wire(m, id, 1, added, n))
				break;
			for (; n; n--)
				expected[len++] = fake_byte(1, added++);
			n = min_t(u64, 1 + get_random_u32() % 300, known - decided);
			if (n && !say(m, PRINTPORT_LM_CONSUME, id, 0, decided, n))
				decided += n;
			break;
		default:
			fake_print(t, n);
		}
		fake_audit(t, "a step");
	}
	fake_print_all(t);
	KUNIT_EXPECT_EQ(test, t->printed, len);
	KUNIT_EXPECT_EQ(test, memcmp(t->paper, expected, len), 0);
	fake_get_job(t, id, &result);
	KUNIT_EXPECT_EQ(test, result.bytes_accepted, written);
	KUNIT_EXPECT_EQ(test, result.bytes_delivered, decided);
	KUNIT_EXPECT_EQ(test, result.bytes_sent, len);
	kunit_info(test, "%zu bytes, %llu of them the monitor's, in %d steps", len, added, step);
	close_and_detach(m);
}

static struct kunit_case monitor_cases[] = {
	KUNIT_CASE(forwarded_bytes_are_the_spoolers),
	KUNIT_CASE(what_is_written_and_forwarded_keeps_its_order),
	KUNIT_CASE(a_consumed_byte_is_delivered_when_its_replacement_is),
	KUNIT_CASE(pieces_that_go_on_are_one),
	KUNIT_CASE(a_full_wire_takes_no_more_until_the_printer_does),
	KUNIT_CASE(a_full_wire_ring_takes_no_more),
	KUNIT_CASE(the_rest_goes_on_as_it_is_written),
	KUNIT_CASE(decisions_out_of_turn_are_refused),
	KUNIT_CASE(an_aborted_job_is_skipped_and_has_to_be_answered),
	KUNIT_CASE(a_job_that_died_unheard_of_is_never_told),
	KUNIT_CASE(what_a_lost_monitor_has_finished_is_still_delivered),
	KUNIT_CASE(a_failed_transfer_is_told_as_an_abort),
	KUNIT_CASE(who_has_nothing_to_do_is_not_expelled),
	KUNIT_CASE(who_is_frozen_is_not_expelled),
	KUNIT_CASE(who_does_not_read_is_expelled),
	KUNIT_CASE(who_is_in_use_cannot_be_attached_to),
	KUNIT_CASE(any_order_gives_the_paper_that_was_decided),
	{}
};

struct kunit_suite printport_monitor_suite = {
	.name = "printport_monitor",
	.init = fake_test_init,
	.exit = fake_test_exit,
	.test_cases = monitor_cases,
};
