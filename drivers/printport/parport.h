/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * printport_parport: IEEE 1284 printers on any Linux parport.
 *
 *	parport.c		ports come and go, the worker
 *	parport_bus.c		the bus: claimed, shared, released; interrupts; requests
 *	parport_mode.c		which mode is used, negotiation, termination; sysfs
 *	parport_tx.c		forward data
 *	parport_ecp.c		ECP by hand, for ports that have no hardware for it
 *	parport_rx.c		the back channel
 *	parport_status.c	the status lines, and who looks at them
 *	parport_id.c		the device id
 *
 * Who runs where: each port has a thread, the worker, from ->match_port() to ->detach().
 * It alone touches the lines: it spends its life inside a span, asleep between two bytes,
 * for as long as a printer is out of paper; and parport's negotiation gives up at once
 * where a signal is pending, as it may be in the process that asks for something. What
 * others want done with the lines they ask the worker for (a request), who gets to it
 * between two bytes.
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
 * has none, and another one, which never claims, listens for the wakeup. When we
 * release the bus parport claims it for whoever is on that list: the port's interrupt
 * is therefore off before.
 *
 * The worker is not frozen when the system sleeps, since a port may go meanwhile (an adapter
 * without suspend is unbound) and ->detach() waits for it: it is asked to leave the bus.
 *
 * Locks: @lock, a spinlock taken in interrupts, protects @owned, @wanted and @request,
 * and is held around all calls of parport_claim(). @request_mutex: one request at a
 * time. What is neither said to be theirs nor atomic belongs to the worker. The list of
 * ports is protected by parport, which calls ->match_port() and ->detach() one at a time.
 */
#ifndef _PRINTPORT_PARPORT_H
#define _PRINTPORT_PARPORT_H

#include <linux/bits.h>
#include <linux/completion.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/parport.h>
#include <linux/printport.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

/* nSelectIn low, nInit, nAutoFd and nStrobe high: compatibility mode, idle. */
#define PRINTPORT_PARPORT_IDLE		(PARPORT_CONTROL_SELECT | PARPORT_CONTROL_INIT)

/* IEEE 1284-1994: data setup, nStrobe and data hold time. */
#define PRINTPORT_PARPORT_STROBE_NS	500
/* IEEE 1284-1994: how long either side may take for its next step (T_L). */
#define PRINTPORT_PARPORT_RESPONSE_US	35000

/* A condition that lasts shorter than this is not worth telling. */
#define PRINTPORT_PARPORT_NOTICE	(50 * NSEC_PER_MSEC)
/* How often a printer that has stopped, or that somebody watches, is looked at. */
#define PRINTPORT_PARPORT_POLL		(200 * NSEC_PER_MSEC)

#define PRINTPORT_PARPORT_RX_SIZE	256

enum {
	PRINTPORT_PARPORT_KICKED,	/* look again: something has changed */
	PRINTPORT_PARPORT_CANCEL,	/* stop what is in flight */
	PRINTPORT_PARPORT_PREEMPT,	/* another driver wants the bus */
	PRINTPORT_PARPORT_READING,	/* a spooler reads */
	PRINTPORT_PARPORT_INTERRUPT,	/* the port's interrupt has come */
	PRINTPORT_PARPORT_CHOOSE,	/* a mode was set: choose again */
	PRINTPORT_PARPORT_AWAITED,	/* a spooler waits for a change of condition */
	PRINTPORT_PARPORT_STOP,		/* the port goes */
};

/* Modes of transfer, as IEEE 1284 names them. */
enum printport_parport_mode {
	PRINTPORT_PARPORT_AUTO,		/* the best one; of the lines: not known */
	PRINTPORT_PARPORT_NONE,
	PRINTPORT_PARPORT_COMPATIBILITY,
	PRINTPORT_PARPORT_NIBBLE,
	PRINTPORT_PARPORT_BYTE,
	PRINTPORT_PARPORT_EPP,
	PRINTPORT_PARPORT_ECP,
	PRINTPORT_PARPORT_MODES
};

struct printport_parport;

/**
 * struct printport_parport_request - something that the worker is asked to do
 * @run: does it; returns a number or a negative errno
 * @data: for @run
 * @busless: @run does without the bus
 * @patient: nothing is lost by waiting for the worker
 * @deadline: jiffies: the bus is waited for until then
 * @ret: what @run returned, or -EBUSY
 * @done: it is over
 */
struct printport_parport_request {
	int (*run)(struct printport_parport *pp, void *data);
	void *data;
	bool busless;
	bool patient;
	unsigned long deadline;
	int ret;
	struct completion done;
};

/**
 * struct printport_parport - a printer on a parport
 * @node: in the list of ports
 * @port: the core's view of it
 * @parport: the hardware
 * @pardev: parport's view of us: what claims the bus
 * @listener: hears when the bus is free
 * @flags: PRINTPORT_PARPORT_KICKED and so on, atomic
 * @wait: the worker waits: for a kick or for the bus
 * @worker: the thread
 * @forward_setting: mode that the administrator wants; single word
 * @reverse_setting: the same
 * @negotiated: forward mode that was used last; single word
 * @watched: jiffies when somebody has looked last; single word
 * @watching: the worker looks by itself, as somebody watches; single word
 * @looked: jiffies when the lines were read last; single word
 * @request_mutex: see above
 * @lock: see above
 * @owned: lock: the bus is ours
 * @wanted: lock: the bus is to be claimed as soon as its holder lets go
 * @request: lock: what the worker is asked for
 * @busy_at: request_mutex: jiffies when a request has last waited for the bus in vain
 * @held: the bus is ours, or to be, also between two steps of the worker
 * @irq_on: the port's interrupt is on
 * @irq_missed: how often in a row the printer was ready without it
 * @mode: what the lines are in
 * @forward: forward mode while the bus is ours, AUTO: still to be chosen
 * @refused: modes that the printer did not take
 * @refused_at: jiffies of the last refusal
 * @ieee1284: the printer has once taken part in a negotiation
 * @ecp_pending: ECP by hand: a byte is on the lines, the printer has not taken it
 * @reasons: what the core was told last
 * @no_power: the core was told that the printer is without power
 * @parked: the system sleeps, or the port goes: the lines are left alone
 * @open: between ->open() and ->close()
 * @span: the bytes in flight
 * @len: how many, 0 if there are none
 * @sent: how many of them the printer has taken
 * @reported: how many of them the core knows to be sent
 * @moved: when the last byte was sent
 * @stalled: since when the printer has not been ready, 0 if it was
 * @last_stall: for how long it was not ready the last time, in ns
 * @slow: it was not ready for the last byte: do not spin for this one
 * @aside: stalled in a mode without status lines; compatibility mode until it is ready
 * @asides: how often that has happened since the last byte
 * @ask_at: when to ask for data from the printer
 * @run_left: how many of a run of equal bytes from the printer are to be passed on
 * @run_byte: which byte
 * @rx: what the printer sent
 */
struct printport_parport {
	struct list_head node;
	struct printport *port;
	struct parport *parport;
	struct pardevice *pardev;
	struct pardevice *listener;
	unsigned long flags;
	wait_queue_head_t wait;
	struct task_struct *worker;

	u8 forward_setting;
	u8 reverse_setting;
	u8 negotiated;
	unsigned long watched;
	bool watching;
	unsigned long looked;

	struct mutex request_mutex;	/* one request at a time */
	spinlock_t lock;		/* owned, wanted, request */
	bool owned;
	bool wanted;
	struct printport_parport_request *request;
	unsigned long busy_at;

	bool held;
	bool irq_on;
	unsigned int irq_missed;
	enum printport_parport_mode mode;
	enum printport_parport_mode forward;
	unsigned long refused;
	unsigned long refused_at;
	bool ieee1284;
	bool ecp_pending;
	u64 reasons;
	bool no_power;

	bool parked;
	bool open;
	const u8 *span;
	size_t len;
	size_t sent;
	size_t reported;
	ktime_t moved;
	ktime_t stalled;
	s64 last_stall;
	bool slow;
	bool aside;
	unsigned int asides;

	ktime_t ask_at;
	u8 rx[PRINTPORT_PARPORT_RX_SIZE];
};

/* parport_bus.c */
void printport_parport_kick(struct printport_parport *pp);
int printport_parport_preempt(void *data);
void printport_parport_wakeup(void *data);
void printport_parport_interrupt(void *data);
bool printport_parport_claim(struct printport_parport *pp);
void printport_parport_release(struct printport_parport *pp);
bool printport_parport_slice_over(const struct printport_parport *pp);
bool printport_parport_wanted(const struct printport_parport *pp);
bool printport_parport_irq_on(struct printport_parport *pp);
void printport_parport_irq_off(struct printport_parport *pp);
int printport_parport_ask(struct printport_parport *pp,
			  struct printport_parport_request *request);
ktime_t printport_parport_serve(struct printport_parport *pp);

/* parport_mode.c */
extern const struct attribute_group *printport_parport_groups[];

void printport_parport_compatibility(struct printport_parport *pp);
int printport_parport_enter(struct printport_parport *pp, enum printport_parport_mode mode);
enum printport_parport_mode printport_parport_enter_forward(struct printport_parport *pp);
enum printport_parport_mode printport_parport_reverse_mode(struct printport_parport *pp);
void printport_parport_refuse(struct printport_parport *pp, enum printport_parport_mode mode);

/* parport_tx.c */
bool printport_parport_spin(struct parport *parport, u8 mask, u8 lines, bool slow, u8 *seen);
bool printport_parport_is_off(u8 lines);
void printport_parport_take(struct printport_parport *pp);
void printport_parport_give_back(struct printport_parport *pp);
ktime_t printport_parport_send(struct printport_parport *pp);
void printport_parport_sent(struct printport_parport *pp, size_t len);
bool printport_parport_go_on(const struct printport_parport *pp);

/* parport_ecp.c */
bool printport_parport_wait(struct parport *parport, u8 mask, u8 lines, unsigned int us);
bool printport_parport_ecp_send(struct printport_parport *pp, u8 *lines);
void printport_parport_ecp_recover(struct printport_parport *pp);
size_t printport_parport_ecp_read(struct printport_parport *pp, u8 *buf, size_t size,
				  unsigned long end);

/* parport_rx.c */
ktime_t printport_parport_until_ask(const struct printport_parport *pp);
void printport_parport_receive(struct printport_parport *pp);
size_t printport_parport_read(struct printport_parport *pp, u8 *buf, size_t size,
			      unsigned int limit_ms, bool *more);
void printport_parport_rx_start(struct printport *port);
void printport_parport_rx_stop(struct printport *port);

/* parport_status.c */
u8 printport_parport_look(struct printport_parport *pp);
void printport_parport_note_lines(struct printport_parport *pp, u8 lines);
ktime_t printport_parport_watch_idle(struct printport_parport *pp);
void printport_parport_watch(struct printport *port, bool wait);
int printport_parport_get_status(struct printport *port);
int printport_parport_get_irq(struct printport *port);
int printport_parport_reset(struct printport *port);

/* parport_id.c */
void printport_parport_identify(struct printport_parport *pp);
int printport_parport_get_device_id(struct printport *port, u8 *id, size_t size);

#endif /* _PRINTPORT_PARPORT_H */
