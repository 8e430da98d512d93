/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A transport without a printer, for the unit tests. It does nothing of its own
 * accord: it notes what the core asks of it, and the test takes, reports and pushes
 * in its place.
 *
 * What is written are bytes of numbered streams, of which each is known by its
 * stream and its offset there. What was reported as done is kept in order, so that a
 * test can say which bytes have to come next on the paper.
 */
#ifndef _PRINTPORT_FAKE_TRANSPORT_H
#define _PRINTPORT_FAKE_TRANSPORT_H

#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/sizes.h>

#include "core.h"

#define FAKE_STREAMS	8
#define FAKE_SPANS	256
#define FAKE_PAPER_MAX	SZ_1M

/* Whatever is waited for in a test and has not come after this long never will. */
#define FAKE_PATIENCE	(20 * HZ)

/* The smallest queue there is: a test can fill it. */
#define FAKE_QUEUE_SIZE	4096
#define FAKE_LOW_WATER	(FAKE_QUEUE_SIZE / 4)

/* A time limit that a test lets pass. */
#define FAKE_SHORT_MS	30

/**
 * enum fake_cancel - what the fake answers to ->tx_cancel()
 * @FAKE_CANCEL_NOW: it stops before ->tx_cancel() returns
 * @FAKE_CANCEL_LATER: the test stops it
 */
enum fake_cancel {
	FAKE_CANCEL_NOW,
	FAKE_CANCEL_LATER,
};

struct fake_span {
	const u8 *buf;
	size_t len;
};

/**
 * struct fake_transport - the transport and what it has seen
 * @test: the test that it belongs to
 * @port: its port
 * @registered: the port is plugged in
 * @open_error: what ->open() returns
 * @open_blocks: ->open() waits for @open_released
 * @cancel: what it does in ->tx_cancel()
 * @open_entered: ->open() runs
 * @open_released: ->open() may return
 * @opens: calls of ->open()
 * @closes: calls of ->close()
 * @tx_starts: calls of ->tx_start()
 * @tx_cancels: calls of ->tx_cancel()
 * @rx_starts: calls of ->rx_start()
 * @rx_stops: calls of ->rx_stop()
 * @ops_after_unplug: calls of any of them when there must be none
 * @hardware: whoever moves bytes holds it: a transport does not report from two
 *	places at once
 * @spans: taken and not reported, a ring
 * @first_span: the oldest of them
 * @nr_spans: how many
 * @in_flight: bytes in them
 * @paper: what was reported as done
 * @paper_size: bytes that fit on it before it must grow
 * @printed: bytes on it
 * @looked_at: bytes on it that the test has compared
 * @sent: bytes of each stream that were accepted
 * @actors: threads of the test
 * @audited: something was wrong and has been said
 */
struct fake_transport {
	struct kunit *test;
	struct printport *port;
	bool registered;
	int open_error;
	bool open_blocks;
	enum fake_cancel cancel;
	struct completion open_entered;
	struct completion open_released;
	atomic_t opens;
	atomic_t closes;
	atomic_t tx_starts;
	atomic_t tx_cancels;
	atomic_t rx_starts;
	atomic_t rx_stops;
	atomic_t ops_after_unplug;
	struct mutex hardware;		/* moving bytes, and all below */
	struct fake_span spans[FAKE_SPANS];
	unsigned int first_span;
	unsigned int nr_spans;
	size_t in_flight;
	u8 *paper;
	size_t paper_size;
	size_t printed;
	size_t looked_at;
	u64 sent[FAKE_STREAMS];
	struct list_head actors;
	bool audited;
};

/**
 * struct fake_actor - a thread that does one thing
 * @node: in fake_transport.actors
 * @t: the transport
 * @work: the thread
 * @gone: it is on its way
 * @act: what it does
 * @stream: for @act
 * @len: for @act
 * @id: for @act
 * @enough: for @act: it may return
 * @delay_us: it spins this long before it does it
 * @done: it has done it
 * @result: what @act returned
 */
struct fake_actor {
	struct list_head node;
	struct fake_transport *t;
	struct work_struct work;
	bool gone;
	long (*act)(struct fake_actor *actor);
	u32 stream;
	size_t len;
	u32 id;
	bool enough;
	unsigned int delay_us;
	struct completion done;
	long result;
};

extern const struct printport_ops fake_ops;
extern const struct printport_ops fake_one_way_ops;

/* The module's: what the actors run on. */
int fake_threads_begin(void);
void fake_threads_end(void);

/* A suite's ->init() and ->exit(): a small queue, and a fresh port per test case. */
int fake_test_init(struct kunit *test);
void fake_test_exit(struct kunit *test);

struct fake_transport *fake_plug_in(struct kunit *test,
				    const struct printport_ops *ops);
void fake_unplug(struct fake_transport *t);
void fake_free(struct fake_transport *t);

/* Only the transport: its port has been put already. */
void fake_scrap(struct fake_transport *t);

/* The spooler's side. The bytes are the next ones of @stream. */
int fake_open(struct fake_transport *t);
int fake_close(struct fake_transport *t);
ssize_t fake_write(struct fake_transport *t, u32 stream, size_t len);
ssize_t fake_write_wait(struct fake_transport *t, u32 stream, size_t len);
ssize_t fake_read(struct fake_transport *t, u8 *buf, size_t len);
ssize_t fake_read_wait(struct fake_transport *t, u8 *buf, size_t len);
int fake_start_job(struct fake_transport *t, bool nonblock, u32 *id);
int fake_end_job(struct fake_transport *t, struct printport_job_result *result);
int fake_abort_job(struct fake_transport *t, u32 id,
		   struct printport_job_result *result);
int fake_get_job(struct fake_transport *t, u32 id,
		 struct printport_job_result *result);
u32 fake_active_job(struct fake_transport *t);

/* The printer's side. */
size_t fake_take(struct fake_transport *t, size_t max);
void fake_done(struct fake_transport *t, size_t len);
void fake_stop(struct fake_transport *t, int error);
size_t fake_print(struct fake_transport *t, size_t max);
size_t fake_print_all(struct fake_transport *t);
size_t fake_push(struct fake_transport *t, u64 offset, size_t len);

/* What came out of it. */
u8 fake_byte(u32 stream, u64 offset);
bool fake_is_stream(const u8 *buf, u32 stream, u64 offset, size_t len);
bool fake_paper_goes_on(struct fake_transport *t, u32 stream, u64 offset, size_t len);
void fake_audit(struct fake_transport *t, const char *after);
struct printport_status fake_status(struct fake_transport *t);
struct printport_stats fake_stats(struct fake_transport *t);
unsigned int fake_line(struct fake_transport *t);
bool fake_writable(struct fake_transport *t);
bool fake_has_sleeper(struct fake_transport *t);
bool fake_has_reader(struct fake_transport *t);
void fake_expect_account(struct fake_transport *t,
			 const struct printport_job_result *result,
			 enum printport_job_state state, u64 accepted, u64 delivered,
			 u64 lost);

/* Threads. Those that are still there at the end of a test are joined. */
struct fake_actor *fake_actor(struct fake_transport *t,
			      long (*act)(struct fake_actor *actor));
void fake_go(struct fake_actor *actor);
long fake_join(struct fake_actor *actor);

static inline bool fake_finished(struct fake_actor *actor)
{
	return completion_done(&actor->done);
}

/* Things for an actor to do. */
long fake_act_open(struct fake_actor *actor);
long fake_act_write(struct fake_actor *actor);
long fake_act_sync(struct fake_actor *actor);
long fake_act_close(struct fake_actor *actor);
long fake_act_read(struct fake_actor *actor);
long fake_act_start_job(struct fake_actor *actor);
long fake_act_abort(struct fake_actor *actor);
long fake_act_unplug(struct fake_actor *actor);
struct fake_actor *fake_write_in_thread(struct fake_transport *t, u32 stream,
					size_t len);

#define fake_wait_until(t, condition)						\
do {										\
	unsigned long __limit = jiffies + FAKE_PATIENCE;			\
										\
	while (!(condition) && time_before(jiffies, __limit))			\
		usleep_range(100, 500);						\
	KUNIT_ASSERT_TRUE_MSG((t)->test, condition, "it never came true");	\
} while (0)

/* Somebody sleeps on the forward queue, or on the back channel. */
#define fake_wait_for_sleeper(t)	fake_wait_until(t, fake_has_sleeper(t))
#define fake_wait_for_reader(t)		fake_wait_until(t, fake_has_reader(t))

#define fake_expect_paper(transport, stream, offset, len)			\
do {										\
	struct fake_transport *__t = (transport);				\
	u64 __offset = (offset);						\
	size_t __len = (len);							\
	u32 __stream = (stream);						\
										\
	KUNIT_EXPECT_TRUE_MSG(__t->test,					\
			      fake_paper_goes_on(__t, __stream, __offset, __len), \
			      "the paper does not go on with %zu bytes of stream %u from %llu", \
			      __len, __stream, __offset);			\
} while (0)

#define fake_expect_end_of_paper(transport)					\
do {										\
	struct fake_transport *__t = (transport);				\
										\
	KUNIT_EXPECT_EQ(__t->test, __t->printed, __t->looked_at);		\
} while (0)

#define fake_expect_state(transport, expected)					\
do {										\
	struct fake_transport *__t = (transport);				\
										\
	KUNIT_EXPECT_EQ(__t->test, fake_status(__t).state, (u32)(expected));	\
} while (0)

extern struct kunit_suite printport_ieee1284_id_suite;
extern struct kunit_suite printport_ring_suite;
extern struct kunit_suite printport_status_suite;
extern struct kunit_suite printport_session_suite;
extern struct kunit_suite printport_queue_suite;
extern struct kunit_suite printport_job_suite;
extern struct kunit_suite printport_backchannel_suite;
extern struct kunit_suite printport_shutdown_suite;
extern struct kunit_suite printport_monitor_suite;
extern struct kunit_suite printport_model_suite;
extern struct kunit_suite printport_race_suite;

#endif /* _PRINTPORT_FAKE_TRANSPORT_H */
