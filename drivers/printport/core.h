/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The core's own view of a port. Transports see include/linux/printport.h only.
 *
 * Locks, in the order in which they nest:
 *
 * session_mutex	Held while a session begins or ends, and while a language monitor
 *		attaches: protects the rings' memory and @lm against being taken away.
 * lm.*_mutex	One read and one write of a language monitor at a time.
 * tx_mutex	One producer at a time: held through a whole write, also while it
 *		waits for room, and while a job is started or ended.
 * rx_mutex	One reader at a time: held through a whole read.
 * ops_lock	Write: around ->open() and ->close(), and when the transport goes.
 *		Read: around every other op. Protects @dead and @active. Never held
 *		while user memory is touched or the printer is waited for, so that
 *		unplugging is never kept waiting by a spooler.
 * lock		Spinlock, taken in interrupts: everything that says "lock" below.
 *
 * Lifetime: the transport holds a reference from printport_alloc() to
 * printport_put(), an open or draining session holds another one, and so does
 * sysfs while a file is in use. Queue memory may be read by transfers that are in
 * flight, so a session that ends normally (nothing is in flight) frees it, and
 * for a port that is gone the last reference does.
 */
#ifndef _PRINTPORT_CORE_H
#define _PRINTPORT_CORE_H

#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/printport.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "export.h"
#include "ieee1284_id.h"
#include "ring.h"

struct iov_iter;
struct printport_lm;
struct notifier_block;

/* Ended jobs that may wait for the printer at one time. */
#define PRINTPORT_JOBS_MAX	64
/* Results that are kept of jobs that are over. */
#define PRINTPORT_RESULTS_MAX	16
/* How long a language monitor may do nothing while there is something to do. */
#define PRINTPORT_MONITOR_MS	10000
/* How long an abort waits for the transport to stop what is in flight. */
#define PRINTPORT_CANCEL_MS	1000

/**
 * struct printport_job - one job, and the stretch of the queue that it owns
 * @node: in printport.jobs, or in printport.results when settled
 * @id: as user space knows it
 * @flags: PRINTPORT_JOB_F_*
 * @state: enum printport_job_state
 * @error: 0 or a negative errno
 * @start: queue position of the first byte
 * @end: queue position behind the last byte; meaningful once @over
 * @over: takes no more bytes
 * @dead: failed or aborted: what is left of it will be skipped
 * @unreported: it failed or was aborted, and no call has said so
 * @written_off: the bytes that a dead job lost are counted; none is in flight
 * @internal: not a job: what a language monitor sent between jobs
 * @accepted: bytes written
 * @decided: of these, how many a language monitor has decided on
 * @delivered: of these, how many the printer took
 * @wired: bytes put on the wire
 * @sent: of these, how many the printer took
 * @lost: bytes accepted that will not be delivered
 * @started: when it started, boot time
 * @finished: when it was settled, boot time
 * @name: cleaned, NUL-terminated
 * @user: cleaned, NUL-terminated
 * @printed: enum printport_printed
 * @pages: printed, as a language monitor says
 *
 * With a language monitor the job owns a stretch of the job ring as well, and one of
 * the wire only from when it is its turn. What the monitor knows of it:
 *
 * @in_start: job ring position of the first byte
 * @in_end: job ring position behind the last byte; meaningful once @ended
 * @shown: job ring position up to which the monitor was told
 * @ended: its holder has ended it
 * @begun: @start is known
 * @told: it was told of the start
 * @told_end: it was told of the end, or that the job is dead
 * @told_delivered: it was told that everything is delivered
 * @done: it has finished with the job, or never heard of it
 */
struct printport_job {
	struct list_head node;
	u32 id;
	u32 flags;
	enum printport_job_state state;
	int error;
	u64 start;
	u64 end;
	bool over;
	bool dead;
	bool unreported;
	bool written_off;
	bool internal;
	u64 accepted;
	u64 decided;
	u64 delivered;
	u64 wired;
	u64 sent;
	u64 lost;
	ktime_t started;
	ktime_t finished;
	char name[PRINTPORT_JOB_NAME_LEN];
	char user[PRINTPORT_JOB_USER_LEN];
	enum printport_printed printed;
	u32 pages;

	u64 in_start;
	u64 in_end;
	u64 shown;
	bool ended;
	bool begun;
	bool told;
	bool told_end;
	bool told_delivered;
	bool done;
};

/* A queue of bytes with one producer and one consumer; positions under lock. */
struct printport_fifo {
	struct printport_ring ring;
	u64 head;
	u64 tail;
};

/* Counters since the port was registered; under lock. */
struct printport_stats {
	u64 bytes_written;
	u64 bytes_delivered;
	u64 bytes_lost;
	u64 bytes_read;
	u64 jobs_completed;
	u64 jobs_aborted;
	u64 jobs_failed;
	u64 errors;
};

struct printport {
	struct device dev;
	struct cdev cdev;
	struct device lm_dev;		/* the language monitor's node; holds @dev */
	struct cdev lm_cdev;
	int index;
	const struct printport_ops *ops;
	void *priv;			/* the transport's */
	char transport[PRINTPORT_TRANSPORT_LEN];
	u32 capabilities;		/* lock; may be read without */

	void *raw_id;			/* immutable once registered */
	size_t raw_id_len;
	struct ieee1284_id id;

	struct rw_semaphore ops_lock;
	bool dead;			/* ops_lock: no op may run any more */
	bool active;			/* ops_lock: between ->open() and ->close() */

	struct mutex session_mutex;	/* see above */
	spinlock_t lock;		/* in interrupts too; see above */
	enum printport_state state;	/* lock */
	bool session;			/* lock: rings and references are held */
	bool held;			/* lock: a spooler has the node open */
	bool shut;			/* lock: the system goes down, no byte is accepted */
	bool drain_waited;		/* lock: this close has had its wait */
	bool no_wait;			/* lock: this close must not wait at all */
	struct list_head openers;	/* lock: waiting in line for the port */
	struct printport_limits limits;	/* lock; single words may be read without */
	unsigned int lp_flags;		/* lock: LP_ABORT, ...; may be read without */
	struct printport_stats stats;	/* lock */

	/* The forward queue. Positions count bytes since the session began. */
	struct mutex tx_mutex;
	wait_queue_head_t tx_wait;	/* room, delivery, job ends, gone */
	struct printport_ring tx;
	u64 head;			/* lock: behind the last accepted byte */
	u64 taken;			/* lock: next byte that the transport takes */
	u64 tail;			/* lock: oldest byte whose fate is open */
	u64 wake_at;			/* lock: tail at which somebody wants to know */
	size_t queued;			/* lock: on the wire, neither delivered nor lost */
	size_t in_flight;		/* lock: taken, not reported */
	bool tx_waits;			/* lock: the transport found the queue empty */
	unsigned long tx_progress;	/* lock: jiffies of the last delivered byte */
	int error;			/* lock: to be reported once, 0 or -errno */
	u32 error_job;			/* lock: the first job that it happened to */

	/* Jobs. */
	struct printport_job *job;	/* lock: takes the bytes of the next write */
	struct list_head jobs;		/* lock: own a stretch of the queue, in order */
	unsigned int nr_jobs;		/* lock */
	struct list_head results;	/* lock: the last ones that are over */
	unsigned int nr_results;	/* lock */
	u32 last_job_id;		/* lock */

	/* The back channel. */
	struct mutex rx_mutex;
	wait_queue_head_t rx_wait;
	bool rx_wanted;			/* somebody has read in this session */
	struct printport_fifo rx;	/* lock */

	/* The language monitor. */
	struct printport_lm *attached;	/* lock: whoever has the node open, not lost */
	struct printport_lm *lm;	/* lock: this session's; referenced */
	wait_queue_head_t lm_wait;	/* records, room, answers */
	struct delayed_work lm_watch;
	u32 monitor_ms;			/* may be read without lock */
	u64 lm_reasons;			/* lock: what the monitor says of the printer */
	size_t undecided;		/* lock: accepted, not decided on by the monitor */

	/* Condition and events. */
	u64 reasons;			/* lock: what the transport says of the printer */
	u32 status_seq;			/* lock: counts changes of reasons */
	u32 status_seen;		/* lock: what the holder has read */
	bool status_read;		/* lock: it has, since it opened the port */
	bool silent;			/* lock: no event may be scheduled any more */
	struct delayed_work event_work;
	unsigned long event_last;	/* event_work only */
	u64 event_errors;		/* event_work only: what was last announced */
	u64 event_lost;
	u64 event_reasons;
	enum printport_state event_state;
	enum printport_printer_state event_printer_state;
	struct work_struct drain_work;
};

#define to_printport(d) container_of(d, struct printport, dev)

/**
 * printport_queued - bytes that are on their way
 * @port: the port, locked
 *
 * Return: bytes accepted (or added by a language monitor), neither delivered nor lost.
 */
static inline size_t printport_queued(const struct printport *port)
{
	return port->queued + port->undecided;
}

/* core.c */
bool printport_ops_begin(struct printport *port);
void printport_ops_end(struct printport *port);
int printport_wait_tx(struct printport *port, unsigned int limit_ms,
		      bool (*cond)(struct printport *port, u64 arg), u64 arg);

extern struct class printport_class;

/* shutdown.c */
extern unsigned int printport_shutdown_ms;
extern bool printport_shutting_down;
extern struct notifier_block printport_reboot_notifier;

/* sleep.c */
extern bool printport_asleep;
extern bool printport_hibernating;
extern struct notifier_block printport_pm_notifier;

void printport_shutdown(void);

/* session.c */
extern unsigned int printport_queue_kib;

int printport_open(struct printport *port, bool nonblock);
void printport_dont_wait(struct printport *port);
int printport_flush(struct printport *port);
void printport_close(struct printport *port);
int printport_session_get(struct printport *port);
void printport_session_put(struct printport *port);
void printport_drain_work(struct work_struct *work);
void printport_session_abandon(struct printport *port);
void printport_session_free(struct printport *port);

/* queue.c */
int printport_tx_lock(struct printport *port, bool nonblock);
ssize_t printport_write(struct printport *port, struct iov_iter *from,
			bool nonblock);
int printport_sync(struct printport *port);
int printport_drain(struct printport *port, unsigned int limit_ms);
bool printport_tx_writable(const struct printport *port);
bool printport_tx_idle(const struct printport *port);
void printport_tx_start(struct printport *port);
void printport_tx_advance(struct printport *port);
void printport_tx_wake(struct printport *port);

/* backchannel.c */
ssize_t printport_read(struct printport *port, struct iov_iter *to,
		       bool nonblock);
bool printport_rx_readable(const struct printport *port);
size_t printport_fifo_filled(const struct printport_fifo *fifo);
size_t printport_fifo_put(struct printport_fifo *fifo, const void *buf, size_t len);
void printport_rx_want(struct printport *port);

/* job.c */
struct printport_job *printport_job_alloc(void);
void printport_job_begin(struct printport *port, struct printport_job *job,
			 u32 flags);
void printport_job_over(struct printport *port);
void printport_job_settle(struct printport *port, struct printport_job *job);
void printport_job_write_off(struct printport *port, struct printport_job *job);
bool printport_job_is_idle(const struct printport_job *job);
void printport_job_fail(struct printport *port, struct printport_job *job,
			int error);
struct printport_job *printport_job_find(struct printport *port, u32 id);
void printport_cancel(struct printport *port, u32 id);
void printport_tx_cancel(struct printport *port);
bool printport_jobs_orphaned(struct printport *port, int error, u32 *id);
bool printport_jobs_full(const struct printport *port);
void printport_jobs_gone(struct printport *port);
void printport_jobs_close(struct printport *port);
int printport_error_take(struct printport *port);
int printport_take_error(struct printport *port);
void printport_results_free(struct printport *port);
int printport_job_start(struct printport *port, struct printport_job *job,
			bool nonblock, u32 *id);
int printport_job_end(struct printport *port, struct printport_job_query *query,
		      bool nonblock);
int printport_job_abort(struct printport *port, struct printport_job_query *query);
void printport_abort_all(struct printport *port);
int printport_job_get(struct printport *port, struct printport_job_query *query);
void printport_job_result(const struct printport_job *job,
			  struct printport_job_result *result);

/* status.c */
enum printport_printer_state printport_printer_state(const struct printport *port);
int printport_lm_set_reasons(struct printport *port, const struct printport_lm *lm,
			     u64 reasons);
bool printport_lm_clear_reasons(struct printport *port);
void printport_get_status(struct printport *port, struct printport_status *status);
int printport_lines(struct printport *port);
void printport_watch(struct printport *port, bool wait);
int printport_reset(struct printport *port);
void printport_changed(struct printport *port);
void printport_event_schedule(struct printport *port);
void printport_event_work(struct work_struct *work);
int printport_uevent_env(struct printport *port, struct kobj_uevent_env *env);
const char *printport_printer_state_name(enum printport_printer_state state);
void printport_text_clean(char *text, char substitute);
extern const char *const printport_state_names[];
extern const char *const printport_job_state_names[];

/* sysfs.c */
extern const struct attribute_group *printport_groups[];
int printport_limits_check(const struct printport_limits *limits);

/* file.c */
extern const struct file_operations printport_fops;

/* ioctl.c, lp_ioctl.c */
long printport_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
long printport_lp_ioctl(struct file *file, struct printport *port,
			unsigned int cmd, unsigned long arg);
int printport_lp_open_error(struct printport *port);
int printport_lp_write_error(const struct printport *port);

#endif /* _PRINTPORT_CORE_H */
