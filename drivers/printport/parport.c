// SPDX-License-Identifier: GPL-2.0-only
/*
 * IEEE 1284 printers on any Linux parport: forward data in compatibility mode, the
 * back channel in byte or nibble mode.
 *
 * Who runs where: each open port has a thread, the worker, which alone moves data.
 * It is a thread and not a work item because it spends its life inside a span,
 * asleep between two bytes, for as long as a printer is out of paper. It strobes
 * each byte itself: parport_write() offers more speed on some hardware, but it
 * waits where neither a cancelled job nor a detached port can reach it.
 *
 * Sharing: the bus is ours only while there is something to do, and goes to another
 * driver that asks for it when our time slice is over, or at once while the printer
 * is not ready. Nobody waits for the bus within parport: a claim that fails is
 * noted, printport_parport_wakeup() repeats it when the holder lets go, and whoever
 * wanted the bus meanwhile sleeps where it can be woken.
 *
 * parport_claim() by a device that is on parport's waiting list turns interrupts on
 * while it holds the lock that the port's interrupt takes, and a failed claim by a
 * device that has a wakeup callback puts it on that list. So the device that claims
 * has none, and another one, which never claims, listens for the wakeup. For the same
 * reason the port's interrupt is not used; sleeps that follow the printer leave it
 * little to gain.
 *
 * Locks, in the order in which they nest:
 *
 * io		Mutex: whoever touches the lines or decides about the bus. The worker
 *		lets go of it between two bytes for a request, after each span, and
 *		before each sleep. Protects what has no other protection in struct
 *		printport_parport.
 * lock		Spinlock: @owned and @wanted, and all calls of parport_claim().
 *
 * The list of ports is protected by parport, which calls ->match_port() and
 * ->detach() one at a time. A port lives from the one to the other; the worker from
 * ->open() to ->close(), or to the detach.
 */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/freezer.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/parport.h>
#include <linux/printport.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#define PRINTPORT_PARPORT_NAME		"printport_parport"
#define PRINTPORT_PARPORT_LISTENER	"printport_parport_wakeup"

/* nSelectIn low, nInit, nAutoFd and nStrobe high: compatibility mode, idle. */
#define PRINTPORT_PARPORT_IDLE		(PARPORT_CONTROL_SELECT | PARPORT_CONTROL_INIT)

/* IEEE 1284-1994, compatibility mode: data setup, nStrobe and data hold time. */
#define PRINTPORT_PARPORT_STROBE_NS	500
/* IEEE 1284-1994, initialization: how long nInit is low, at least. */
#define PRINTPORT_PARPORT_INIT_US	50

#define PRINTPORT_PARPORT_SPAN		4096
/* The core hears of each so many bytes: often enough for who watches. */
#define PRINTPORT_PARPORT_REPORT	256

/*
 * A printer that stores bytes is ready again within microseconds; what takes longer
 * is slept for: first for half of what it took the last time, then for an eighth of
 * what it has taken by now, so that little is added to it.
 */
#define PRINTPORT_PARPORT_SPINS		30
#define PRINTPORT_PARPORT_SPINS_FAST	8
#define PRINTPORT_PARPORT_SPIN_US	2
#define PRINTPORT_PARPORT_POLL_MIN	(100 * NSEC_PER_USEC)
#define PRINTPORT_PARPORT_POLL_BUSY	(20 * NSEC_PER_MSEC)
#define PRINTPORT_PARPORT_POLL_FAULT	(200 * NSEC_PER_MSEC)
/* A condition that lasts shorter than this is not worth telling. */
#define PRINTPORT_PARPORT_NOTICE	(50 * NSEC_PER_MSEC)
/* How often an idle port looks whether a condition that was told is over. */
#define PRINTPORT_PARPORT_WATCH		(1 * NSEC_PER_SEC)

/* How often the printer is asked for data, and one that does not answer. */
#define PRINTPORT_PARPORT_ASK		(100 * NSEC_PER_MSEC)
#define PRINTPORT_PARPORT_ASK_AGAIN	(5LL * NSEC_PER_SEC)
/* How long reading may keep forward data waiting. */
#define PRINTPORT_PARPORT_READ_MS	50
#define PRINTPORT_PARPORT_RX_SIZE	256

#define PRINTPORT_PARPORT_ID_SIZE	1024
#define PRINTPORT_PARPORT_ID_MS		1000

/* While others wait too, there may be no wakeup: then to ask for the bus again. */
#define PRINTPORT_PARPORT_RECLAIM	(1 * NSEC_PER_SEC)
/* How long a request waits for the bus: a little longer than a time slice. */
#define PRINTPORT_PARPORT_ACQUIRE_MS	250

enum {
	PRINTPORT_PARPORT_KICKED,	/* look again: something has changed */
	PRINTPORT_PARPORT_STOP,		/* the worker is to end */
	PRINTPORT_PARPORT_CANCEL,	/* stop what is in flight */
	PRINTPORT_PARPORT_PREEMPT,	/* another driver wants the bus */
	PRINTPORT_PARPORT_READING,	/* a spooler reads */
};

/**
 * struct printport_parport - a printer on a parport
 * @node: in printport_parport_ports
 * @port: the core's view of it
 * @pardev: parport's view of it: what claims the bus
 * @listener: hears when the bus is free
 * @flags: PRINTPORT_PARPORT_KICKED and so on, atomic
 * @wait: for a kick or for the bus
 * @worker: NULL unless open
 * @requests: how many wait for @io while the worker may have it, atomic
 * @io: see above
 * @lock: see above
 * @owned: lock: the bus is ours
 * @wanted: lock: the bus is to be claimed as soon as its holder lets go
 * @held: the worker goes on with the bus, others must not give it back
 * @prepared: since the bus was claimed the lines have been put in order
 * @reasons: what the core was told last
 * @span: the bytes in flight
 * @len: how many, 0 if there are none
 * @sent: how many of them were strobed
 * @reported: how many of them the core knows to be sent
 * @stalled: since when the printer has not been ready, 0 if it was
 * @last_stall: for how long it was not ready the last time, in ns
 * @slow: it was not ready for the last byte: do not spin for this one
 * @ask_at: when to ask for data from the printer
 * @reverse_mode: the mode to ask for it in
 * @rx: what the printer sent
 */
struct printport_parport {
	struct list_head node;
	struct printport *port;
	struct pardevice *pardev;
	struct pardevice *listener;
	unsigned long flags;
	wait_queue_head_t wait;
	struct task_struct *worker;

	atomic_t requests;
	struct mutex io;		/* the bus and the lines, between two bytes */
	spinlock_t lock;		/* owned, wanted */
	bool owned;
	bool wanted;
	bool held;
	bool prepared;
	u64 reasons;

	const void *span;
	size_t len;
	size_t sent;
	size_t reported;
	ktime_t stalled;
	s64 last_stall;
	bool slow;

	ktime_t ask_at;
	int reverse_mode;
	u8 rx[PRINTPORT_PARPORT_RX_SIZE];
};

static LIST_HEAD(printport_parport_ports);

static void printport_parport_kick(struct printport_parport *pp)
{
	set_bit(PRINTPORT_PARPORT_KICKED, &pp->flags);
	wake_up(&pp->wait);
}

/* The bus */

/* Any context: another driver wants the bus. The worker gives it up when it can. */
static int printport_parport_preempt(void *data)
{
	struct printport_parport *pp = data;

	set_bit(PRINTPORT_PARPORT_PREEMPT, &pp->flags);
	printport_parport_kick(pp);
	return 1;
}

/*
 * Any context: the bus is free. It must be claimed here and now, or a driver that
 * claims and releases in a loop would always be faster than we are.
 */
static void printport_parport_wakeup(void *data)
{
	struct printport_parport *pp = data;
	unsigned long flags;
	bool claimed;

	spin_lock_irqsave(&pp->lock, flags);
	claimed = pp->wanted && !parport_claim(pp->pardev);
	if (claimed) {
		pp->owned = true;
		pp->wanted = false;
	}
	spin_unlock_irqrestore(&pp->lock, flags);
	if (claimed)
		printport_parport_kick(pp);
}

/* The lines as compatibility mode wants them, whatever was here before. */
static void printport_parport_prepare(struct printport_parport *pp)
{
	struct parport *parport = pp->pardev->port;

	parport_negotiate(parport, IEEE1284_MODE_COMPAT);
	parport_data_forward(parport);
	parport_write_control(parport, PRINTPORT_PARPORT_IDLE);
	pp->prepared = true;
}

/* Returns whether the bus is ours. If not, a kick comes when it is. */
static bool printport_parport_claim(struct printport_parport *pp)
{
	unsigned long flags;
	bool owned;

	lockdep_assert_held(&pp->io);

	spin_lock_irqsave(&pp->lock, flags);
	if (!pp->owned) {
		pp->owned = !parport_claim(pp->pardev);
		pp->wanted = !pp->owned;
	}
	owned = pp->owned;
	spin_unlock_irqrestore(&pp->lock, flags);

	if (owned && !pp->prepared)
		printport_parport_prepare(pp);
	return owned;
}

/* Also takes back the wish for a bus that is not ours yet. */
static void printport_parport_release(struct printport_parport *pp)
{
	unsigned long flags;
	bool owned;

	lockdep_assert_held(&pp->io);

	spin_lock_irqsave(&pp->lock, flags);
	owned = pp->owned;
	pp->owned = false;
	pp->wanted = false;
	spin_unlock_irqrestore(&pp->lock, flags);

	if (owned)
		parport_release(pp->pardev);
	clear_bit(PRINTPORT_PARPORT_PREEMPT, &pp->flags);
	pp->held = false;
	pp->prepared = false;
}

static void printport_parport_request_end(struct printport_parport *pp)
{
	if (!pp->held)
		printport_parport_release(pp);
	else if (READ_ONCE(pp->owned))
		/* The bus that the worker waits for may have come to us. */
		printport_parport_kick(pp);
	mutex_unlock(&pp->io);
}

/*
 * A request: gets in between two bytes, and waits a bounded time for the bus. Returns
 * 0, then printport_parport_request_end() must follow, or -EBUSY.
 */
static int printport_parport_request(struct printport_parport *pp)
{
	atomic_inc(&pp->requests);
	mutex_lock(&pp->io);
	atomic_dec(&pp->requests);

	if (printport_parport_claim(pp))
		return 0;
	/* One wait for all who stand in line for @io, not one each. */
	if (!atomic_read(&pp->requests))
		wait_event_timeout(pp->wait, READ_ONCE(pp->owned),
				   msecs_to_jiffies(PRINTPORT_PARPORT_ACQUIRE_MS));
	if (printport_parport_claim(pp))
		return 0;
	printport_parport_request_end(pp);
	return -EBUSY;
}

/* Whether our time with a bus that another driver wants is over. */
static bool printport_parport_slice_over(struct printport_parport *pp)
{
	return test_bit(PRINTPORT_PARPORT_PREEMPT, &pp->flags) &&
	       jiffies - pp->pardev->time >= pp->pardev->timeslice;
}

static bool printport_parport_stopping(struct printport_parport *pp)
{
	return READ_ONCE(pp->flags) & (BIT(PRINTPORT_PARPORT_STOP) |
				       BIT(PRINTPORT_PARPORT_CANCEL));
}

/* Forward data */

static void printport_parport_note_lines(struct printport_parport *pp, u8 lines)
{
	u64 reasons = printport_reasons_from_lines(lines);

	if (reasons == pp->reasons)
		return;
	pp->reasons = reasons;
	printport_set_reasons(pp->port, reasons);
}

static u8 printport_parport_look(struct printport_parport *pp)
{
	u8 lines = parport_read_status(pp->pardev->port);

	printport_parport_note_lines(pp, lines);
	return lines;
}

static void printport_parport_report(struct printport_parport *pp)
{
	size_t len = pp->sent - pp->reported;

	pp->reported = pp->sent;
	if (len)
		printport_tx_done(pp->port, len);
}

static void printport_parport_give_back(struct printport_parport *pp)
{
	if (!pp->len)
		return;
	printport_parport_report(pp);
	pp->len = 0;
	printport_tx_stop(pp->port, 0);
}

/*
 * Spins briefly for the printer to be ready. As with lp, paper-out and off-line alone
 * do not keep a byte back: the standard has nFault or Busy go with them, and there
 * are printers and cables which drive no more lines than they must.
 */
static bool printport_parport_ready(struct parport *parport, bool slow, u8 *lines)
{
	const u8 ready = PARPORT_STATUS_BUSY | PARPORT_STATUS_ERROR;
	int i, spins = slow ? PRINTPORT_PARPORT_SPINS_FAST : PRINTPORT_PARPORT_SPINS;

	for (i = 0; i < spins; i++) {
		*lines = parport_read_status(parport);
		if ((*lines & ready) == ready)
			return true;
		if (i >= PRINTPORT_PARPORT_SPINS_FAST)
			udelay(PRINTPORT_PARPORT_SPIN_US);
	}
	return false;
}

static void printport_parport_strobe(struct parport *parport, u8 byte)
{
	parport_write_data(parport, byte);
	ndelay(PRINTPORT_PARPORT_STROBE_NS);
	parport_write_control(parport, PRINTPORT_PARPORT_IDLE | PARPORT_CONTROL_STROBE);
	ndelay(PRINTPORT_PARPORT_STROBE_NS);
	parport_write_control(parport, PRINTPORT_PARPORT_IDLE);
	ndelay(PRINTPORT_PARPORT_STROBE_NS);
}

/* The printer is not ready: how long to sleep before it is looked at again. */
static ktime_t printport_parport_stall(struct printport_parport *pp, u8 lines)
{
	ktime_t now = ktime_get();
	s64 elapsed, expected = pp->last_stall >> 1, longest = PRINTPORT_PARPORT_POLL_BUSY;

	printport_parport_report(pp);
	if (!pp->stalled)
		pp->stalled = now;
	elapsed = ktime_to_ns(ktime_sub(now, pp->stalled));
	if (elapsed >= PRINTPORT_PARPORT_NOTICE)
		printport_parport_note_lines(pp, lines);

	if (pp->reasons || !(lines & PARPORT_STATUS_ERROR))
		longest = PRINTPORT_PARPORT_POLL_FAULT;
	return clamp_t(s64, elapsed < expected ? expected - elapsed : elapsed >> 3,
		       PRINTPORT_PARPORT_POLL_MIN, longest);
}

static void printport_parport_stall_over(struct printport_parport *pp)
{
	pp->slow = pp->stalled;
	if (pp->stalled)
		pp->last_stall = ktime_to_ns(ktime_sub(ktime_get(), pp->stalled));
	pp->stalled = 0;
}

/* Sends what is in flight as far as it goes. Returns how long to wait then. */
static ktime_t printport_parport_send(struct printport_parport *pp)
{
	struct parport *parport = pp->pardev->port;
	const u8 *span = pp->span;
	u8 lines = 0;

	while (pp->sent < pp->len) {
		if (!printport_parport_ready(parport, pp->slow || pp->stalled, &lines))
			return printport_parport_stall(pp, lines);
		printport_parport_strobe(parport, span[pp->sent++]);
		printport_parport_stall_over(pp);
		if (pp->sent - pp->reported >= PRINTPORT_PARPORT_REPORT)
			printport_parport_report(pp);
		if (printport_parport_stopping(pp) || printport_parport_slice_over(pp) ||
		    atomic_read(&pp->requests))
			break;
		cond_resched();
	}
	printport_parport_report(pp);
	if (pp->sent == pp->len)
		pp->len = 0;
	if (pp->reasons)
		printport_parport_note_lines(pp, lines);
	return 0;
}

/* The back channel */

/*
 * Reads, in the mode that was negotiated, until the printer has no more, @size bytes
 * are there or the time is up. One byte at a time: parport_read() is out of reach
 * while it lasts, and a printer may stretch a nibble by twice 35 ms (IEEE 1284-1994,
 * the host's response time T_L).
 */
static size_t printport_parport_read(struct printport_parport *pp, u8 *buf, size_t size,
				     unsigned int limit_ms, bool *more)
{
	unsigned long end = jiffies + msecs_to_jiffies(limit_ms);
	struct parport *parport = pp->pardev->port;
	size_t len = 0;

	do {
		*more = false;
		if (parport_read(parport, buf + len, 1) != 1)
			break;
		len++;
		*more = parport->physport->ieee1284.phase == IEEE1284_PH_HBUSY_DAVAIL;
	} while (*more && len < size && time_before(jiffies, end) &&
		 !printport_parport_stopping(pp));
	return len;
}

static int printport_parport_reverse(struct printport_parport *pp)
{
	struct parport *parport = pp->pardev->port;
	int err;

	err = parport_negotiate(parport, pp->reverse_mode);
	/* Positive: an IEEE 1284 printer, but it does not have this mode. */
	if (err > 0 && pp->reverse_mode != IEEE1284_MODE_NIBBLE) {
		pp->reverse_mode = IEEE1284_MODE_NIBBLE;
		err = parport_negotiate(parport, pp->reverse_mode);
	}
	return err;
}

static void printport_parport_receive(struct printport_parport *pp)
{
	size_t len, room = min(printport_rx_room(pp->port), sizeof(pp->rx));
	s64 next = PRINTPORT_PARPORT_ASK;
	bool more;

	if (!room) {
		pp->ask_at = ktime_add_ns(ktime_get(), next);
		return;
	}

	if (printport_parport_reverse(pp)) {
		next = PRINTPORT_PARPORT_ASK_AGAIN;
	} else {
		len = printport_parport_read(pp, pp->rx, room, PRINTPORT_PARPORT_READ_MS,
					     &more);
		/* There is room for all of it unless the spooler has closed the port. */
		printport_rx_push(pp->port, pp->rx, len);
		if (more)
			next = 0;
	}
	printport_parport_prepare(pp);
	pp->ask_at = ktime_add_ns(ktime_get(), next);
}

/* The worker */

/* How long until the printer is to be asked for data. */
static ktime_t printport_parport_until_ask(struct printport_parport *pp)
{
	if (!test_bit(PRINTPORT_PARPORT_READING, &pp->flags))
		return KTIME_MAX;
	return max_t(ktime_t, ktime_sub(pp->ask_at, ktime_get()), 0);
}

/* Nothing to move. A condition that was told is watched until it is over. */
static ktime_t printport_parport_idle(struct printport_parport *pp)
{
	ktime_t delay = KTIME_MAX;

	if (pp->reasons) {
		if (printport_parport_claim(pp))
			printport_parport_look(pp);
		delay = PRINTPORT_PARPORT_WATCH;
	}
	printport_parport_release(pp);
	pp->stalled = 0;
	return delay;
}

/* Does what can be done now. Returns how long to sleep before the next time. */
static ktime_t printport_parport_step(struct printport_parport *pp)
{
	ktime_t delay = 0;
	bool ask;

	if (test_and_clear_bit(PRINTPORT_PARPORT_CANCEL, &pp->flags))
		printport_parport_give_back(pp);
	if (!pp->len) {
		pp->sent = 0;
		pp->reported = 0;
		pp->len = printport_tx_take(pp->port, &pp->span, PRINTPORT_PARPORT_SPAN);
	}
	ask = !printport_parport_until_ask(pp);
	if (!pp->len && !ask)
		return min(printport_parport_idle(pp), printport_parport_until_ask(pp));

	pp->held = true;
	if (!printport_parport_claim(pp))
		return PRINTPORT_PARPORT_RECLAIM;
	if (ask)
		printport_parport_receive(pp);
	if (pp->len)
		delay = printport_parport_send(pp);
	if (!delay && !printport_parport_slice_over(pp))
		return 0;

	if (delay > PRINTPORT_PARPORT_POLL_BUSY ||
	    test_bit(PRINTPORT_PARPORT_PREEMPT, &pp->flags))
		printport_parport_release(pp);
	return min(delay, printport_parport_until_ask(pp));
}

static int printport_parport_work(void *data)
{
	struct printport_parport *pp = data;
	ktime_t delay;

	set_freezable();
	while (!kthread_should_stop()) {
		/* Before the look, so that what changes after it is not missed. */
		test_and_clear_bit(PRINTPORT_PARPORT_KICKED, &pp->flags);
		mutex_lock(&pp->io);
		delay = printport_parport_step(pp);
		mutex_unlock(&pp->io);
		/* A mutex would rather go to us again, who run, than to a sleeper. */
		if (atomic_read(&pp->requests))
			usleep_range(50, 100);
		if (delay)
			wait_event_interruptible_hrtimeout(pp->wait,
							   test_bit(PRINTPORT_PARPORT_KICKED,
								    &pp->flags) ||
							   kthread_should_stop() ||
							   freezing(current), delay);
		/* After a sleep the lines may be anything: claim and prepare again. */
		if (freezing(current)) {
			mutex_lock(&pp->io);
			printport_parport_release(pp);
			mutex_unlock(&pp->io);
		}
		try_to_freeze();
	}

	mutex_lock(&pp->io);
	printport_parport_release(pp);
	mutex_unlock(&pp->io);
	return 0;
}

/* The core's requests */

static int printport_parport_open(struct printport *port)
{
	struct printport_parport *pp = printport_priv(port);
	struct task_struct *worker;

	mutex_lock(&pp->io);
	pp->flags = 0;
	pp->len = 0;
	pp->stalled = 0;
	pp->last_stall = 0;
	pp->slow = false;
	pp->ask_at = 0;
	pp->reverse_mode = pp->pardev->port->physport->modes & PARPORT_MODE_TRISTATE ?
			   IEEE1284_MODE_BYTE : IEEE1284_MODE_NIBBLE;
	/* Selects the printer too. Where the bus is taken, that can wait for data. */
	if (printport_parport_claim(pp))
		printport_parport_look(pp);
	printport_parport_release(pp);
	mutex_unlock(&pp->io);

	worker = kthread_run(printport_parport_work, pp, "printport/%d",
			     printport_index(port));
	if (IS_ERR(worker))
		return PTR_ERR(worker);
	pp->worker = worker;
	return 0;
}

static void printport_parport_stop(struct printport_parport *pp)
{
	if (!pp->worker)
		return;
	set_bit(PRINTPORT_PARPORT_STOP, &pp->flags);
	kthread_stop(pp->worker);
	pp->worker = NULL;
}

static void printport_parport_close(struct printport *port)
{
	struct printport_parport *pp = printport_priv(port);

	printport_parport_stop(pp);
	/* Nobody would notice when what was told is over. */
	pp->reasons = 0;
	printport_set_reasons(port, 0);
}

static void printport_parport_tx_start(struct printport *port)
{
	printport_parport_kick(printport_priv(port));
}

static void printport_parport_tx_cancel(struct printport *port)
{
	struct printport_parport *pp = printport_priv(port);

	set_bit(PRINTPORT_PARPORT_CANCEL, &pp->flags);
	printport_parport_kick(pp);
}

static void printport_parport_rx_start(struct printport *port)
{
	struct printport_parport *pp = printport_priv(port);

	if (!test_and_set_bit(PRINTPORT_PARPORT_READING, &pp->flags))
		printport_parport_kick(pp);
}

static void printport_parport_rx_stop(struct printport *port)
{
	struct printport_parport *pp = printport_priv(port);

	clear_bit(PRINTPORT_PARPORT_READING, &pp->flags);
}

/*
 * While another driver has the bus the lines may mean anything: -EBUSY then, after a
 * bounded wait, and never an old value that looks like a new one.
 */
static int printport_parport_get_status(struct printport *port)
{
	struct printport_parport *pp = printport_priv(port);
	int ret;

	ret = printport_parport_request(pp);
	if (ret)
		return ret;
	ret = printport_parport_look(pp);
	printport_parport_request_end(pp);
	return ret;
}

static int printport_parport_reset(struct printport *port)
{
	struct printport_parport *pp = printport_priv(port);
	int err;

	err = printport_parport_request(pp);
	if (err)
		return err;
	parport_write_control(pp->pardev->port,
			      PRINTPORT_PARPORT_IDLE & ~PARPORT_CONTROL_INIT);
	usleep_range(PRINTPORT_PARPORT_INIT_US, 4 * PRINTPORT_PARPORT_INIT_US);
	parport_write_control(pp->pardev->port, PRINTPORT_PARPORT_IDLE);
	printport_parport_request_end(pp);
	return 0;
}

static const struct printport_ops printport_parport_ops = {
	.owner = THIS_MODULE,
	.name = "parport",
	.open = printport_parport_open,
	.close = printport_parport_close,
	.tx_start = printport_parport_tx_start,
	.tx_cancel = printport_parport_tx_cancel,
	.rx_start = IS_ENABLED(CONFIG_PARPORT_1284) ? printport_parport_rx_start : NULL,
	.rx_stop = IS_ENABLED(CONFIG_PARPORT_1284) ? printport_parport_rx_stop : NULL,
	.get_status = printport_parport_get_status,
	.reset = printport_parport_reset,
};

/* The device id */

/*
 * IEEE 1284-1994, 7.6: two bytes of length, high byte first, which count themselves,
 * then the id. Many printers count wrongly, so the end that the printer signals
 * comes first. Returns the length of the id, which is at @id + 2, 0 if there is none.
 */
static size_t printport_parport_read_id(struct printport_parport *pp, u8 *id, size_t size)
{
	struct parport *parport = pp->pardev->port;
	size_t len = 0, told;
	bool more = false;

	if (!parport_negotiate(parport, IEEE1284_MODE_NIBBLE | IEEE1284_DEVICEID))
		len = printport_parport_read(pp, id, size, PRINTPORT_PARPORT_ID_MS, &more);
	printport_parport_prepare(pp);
	if (len <= 2)
		return 0;

	/* It goes on and on: an id with a tail, or a line that is stuck. */
	if (more) {
		told = id[0] << 8 | id[1];
		len = told <= len ? told : 0;
	}
	return len > 2 ? len - 2 : 0;
}

/* What parport found when the port came up, for when the printer cannot be asked. */
static size_t printport_parport_probed_id(const struct parport *parport, char *id,
					  size_t size)
{
	const struct parport_device_info *info = &parport->probe_info[0];
	const struct {
		const char *key;
		const char *value;
	} fields[] = {
		{ "MFG", info->mfr },
		{ "MDL", info->model },
		{ "CMD", info->cmdset },
		{ "CLS", info->class_name },
		{ "DES", info->description },
	};
	size_t len = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(fields); i++)
		if (fields[i].value)
			len += scnprintf(id + len, size - len, "%s:%s;", fields[i].key,
					 fields[i].value);
	return len;
}

/* A printer without a device id, or that is switched off, is a printer too. */
static void printport_parport_identify(struct printport_parport *pp)
{
	u8 *id = kzalloc(PRINTPORT_PARPORT_ID_SIZE, GFP_KERNEL);
	size_t len = 0;

	if (!id)
		return;

	if (IS_ENABLED(CONFIG_PARPORT_1284)) {
		mutex_lock(&pp->io);
		if (printport_parport_claim(pp))
			len = printport_parport_read_id(pp, id, PRINTPORT_PARPORT_ID_SIZE);
		printport_parport_release(pp);
		mutex_unlock(&pp->io);
	}
	if (len) {
		printport_set_device_id(pp->port, id + 2, len);
	} else {
		len = printport_parport_probed_id(pp->pardev->port, id,
						  PRINTPORT_PARPORT_ID_SIZE);
		if (len)
			printport_set_device_id(pp->port, id, len);
	}
	kfree(id);
}

/* Ports come and go */

static void printport_parport_attach(struct parport *parport)
{
	struct printport_parport *pp;
	struct pardev_cb claimer = { .preempt = printport_parport_preempt };
	struct pardev_cb listener = { .wakeup = printport_parport_wakeup };

	/* parport may say it twice when a port and this driver come up together. */
	list_for_each_entry(pp, &printport_parport_ports, node)
		if (pp->pardev->port == parport)
			return;

	pp = kzalloc(sizeof(*pp), GFP_KERNEL);
	if (!pp)
		return;
	claimer.private = pp;
	listener.private = pp;
	init_waitqueue_head(&pp->wait);
	mutex_init(&pp->io);
	spin_lock_init(&pp->lock);

	/* The hardware, of which udev knows where it is; not every parport has it. */
	pp->port = printport_alloc(parport->physport->dev ?: &parport->bus_dev,
				   &printport_parport_ops, pp);
	if (IS_ERR(pp->port))
		goto err_free;

	pp->pardev = parport_register_dev_model(parport, PRINTPORT_PARPORT_NAME, &claimer,
						parport->number);
	if (!pp->pardev)
		goto err_put;
	pp->listener = parport_register_dev_model(parport, PRINTPORT_PARPORT_LISTENER,
						  &listener, parport->number);
	if (!pp->listener)
		goto err_claimer;

	printport_parport_identify(pp);
	if (printport_register(pp->port))
		goto err_listener;
	list_add_tail(&pp->node, &printport_parport_ports);
	return;

err_listener:
	/* It may have been opened for a moment, and has not been closed then. */
	printport_parport_stop(pp);
	parport_unregister_device(pp->listener);
err_claimer:
	parport_unregister_device(pp->pardev);
err_put:
	printport_put(pp->port);
err_free:
	kfree(pp);
	pr_err("%s: no print port for it\n", parport->name);
}

static void printport_parport_detach(struct parport *parport)
{
	struct printport_parport *pp;

	list_for_each_entry(pp, &printport_parport_ports, node)
		if (pp->pardev->port == parport)
			goto found;
	return;

found:
	list_del(&pp->node);
	printport_unregister(pp->port);
	printport_parport_stop(pp);
	parport_unregister_device(pp->listener);
	parport_unregister_device(pp->pardev);
	printport_put(pp->port);
	kfree(pp);
}

static struct parport_driver printport_parport_driver = {
	.name = PRINTPORT_PARPORT_NAME,
	.match_port = printport_parport_attach,
	.detach = printport_parport_detach,
};
module_parport_driver(printport_parport_driver);

MODULE_DESCRIPTION("IEEE 1284 printers on parallel ports");
MODULE_AUTHOR("The printport developers");
MODULE_LICENSE("GPL");
