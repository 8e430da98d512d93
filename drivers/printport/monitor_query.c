// SPDX-License-Identifier: GPL-2.0-only
/*
 * Questions to the language monitor (GetPrinterDataFromPort): a spooler asks and
 * waits, the monitor is told by a record and answers by a command.
 */
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "lm.h"

static int printport_query_check(const struct printport_query *query)
{
	if (!query->question_len || query->question_len > PRINTPORT_QUERY_MAX ||
	    query->reserved || query->timeout_ms > PRINTPORT_LIMIT_MAX_MS)
		return -EINVAL;
	return 0;
}

static int printport_query_post(struct printport *port, struct printport_lm_query *q)
{
	struct printport_lm *lm;
	int err = 0;

	spin_lock_irq(&port->lock);
	lm = port->lm;
	if (port->state == PRINTPORT_STATE_GONE || printport_lm_stale(port)) {
		err = -ENODEV;
	} else if (!lm) {
		err = -EOPNOTSUPP;
	} else if (lm->nr_queries >= PRINTPORT_QUERIES_MAX) {
		err = -EAGAIN;
	} else {
		/* 31 bits: the rest is for the monitor's own use. */
		lm->last_cookie = lm->last_cookie % 0x7fffffff + 1;
		q->cookie = lm->last_cookie;
		list_add_tail(&q->node, &lm->queries);
		lm->nr_queries++;
		printport_lm_kick(port);
	}
	spin_unlock_irq(&port->lock);
	return err;
}

/* Under lock. */
static void printport_query_take(struct printport_lm *lm, struct printport_lm_query *q)
{
	list_del_init(&q->node);
	lm->nr_queries--;
}

static int printport_query_wait(struct printport *port, struct printport_lm_query *q,
				unsigned int limit_ms)
{
	long left;

	left = wait_for_completion_interruptible_timeout(&q->done,
							 msecs_to_jiffies(limit_ms));
	spin_lock_irq(&port->lock);
	if (!list_empty(&q->node)) {
		printport_query_take(port->lm, q);
		printport_lm_owes_less(port, port->lm);
		q->error = left < 0 ? -EINTR : -ETIMEDOUT;
	}
	spin_unlock_irq(&port->lock);
	return q->error;
}

/**
 * printport_query - PRINTPORT_IOC_QUERY
 * @port: an open port
 * @query: the question; out: @answer_len
 *
 * Context: process, sleeps.
 * Return: 0, -EINVAL, -EOPNOTSUPP, -EAGAIN, -ETIMEDOUT, -EINTR, -EFAULT, -ENOMEM,
 * -ENODEV, -ECONNRESET, or what the monitor says.
 */
int printport_query(struct printport *port, struct printport_query *query)
{
	void __user *answer = u64_to_user_ptr(query->answer);
	struct printport_lm_query *q;
	int err;

	err = printport_query_check(query);
	if (err)
		return err;
	q = kzalloc(sizeof(*q), GFP_KERNEL);
	if (!q)
		return -ENOMEM;
	init_completion(&q->done);
	INIT_LIST_HEAD(&q->node);
	q->question_len = query->question_len;
	q->question = memdup_user(u64_to_user_ptr(query->question), query->question_len);
	if (IS_ERR(q->question)) {
		err = PTR_ERR(q->question);
		goto out_free;
	}

	err = printport_query_post(port, q);
	if (!err)
		err = printport_query_wait(port, q,
					   query->timeout_ms ?: READ_ONCE(port->monitor_ms));
	if (!err && copy_to_user(answer, q->answer,
				 min_t(size_t, query->answer_len, q->answer_len)))
		err = -EFAULT;
	query->answer_len = q->answer_len;
	kfree(q->answer);
	kfree(q->question);
out_free:
	kfree(q);
	return err;
}

/**
 * printport_lm_answer - the monitor answers
 * @lm: the monitor
 * @cookie: of the question
 * @error: 0 or a negative errno
 * @buf: the answer
 * @len: bytes
 *
 * Context: process, may sleep.
 * Return: 0, -ENOENT (nobody waits for it), -ENOMEM.
 */
int printport_lm_answer(struct printport_lm *lm, u32 cookie, int error, const void *buf,
			size_t len)
{
	struct printport *port = lm->port;
	struct printport_lm_query *q;
	void *answer = NULL;
	int err = -ENOENT;

	if (len) {
		answer = kmemdup(buf, len, GFP_KERNEL_ACCOUNT);
		if (!answer)
			return -ENOMEM;
	}
	spin_lock_irq(&port->lock);
	list_for_each_entry(q, &lm->queries, node) {
		if (q->cookie != cookie || !q->told)
			continue;
		printport_query_take(lm, q);
		q->error = error;
		q->answer = answer;
		q->answer_len = len;
		complete(&q->done);
		answer = NULL;
		err = 0;
		break;
	}
	spin_unlock_irq(&port->lock);
	kfree(answer);
	return err;
}

/**
 * printport_lm_drop_queries - there is nobody any more who could answer
 * @lm: the monitor; its port is locked
 * @error: negative errno
 *
 * Context: any.
 */
void printport_lm_drop_queries(struct printport_lm *lm, int error)
{
	struct printport_lm_query *q, *next;

	list_for_each_entry_safe(q, next, &lm->queries, node) {
		printport_query_take(lm, q);
		q->error = error;
		complete(&q->done);
	}
}
