/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * printport_sim: simulated printers, made through configfs.
 *
 *	struct printport_sim		what configfs shows: the settings and counters of
 *					a printer, plugged in or not (sim.c)
 *	struct printport_sim_printer	a printer that is plugged in: its cable (the
 *					transport's side of a port), its memory and
 *					/dev/printport-simN (sim_printer.c)
 *
 * Lifetimes: each plugging in makes a printer of its own, which never comes back
 * once it is unplugged. Who may use what is a matter of references alone:
 *
 *   - An open node holds its printer, through the cdev, whose kobject is a child of
 *     the printer's device. So does the printer while it is plugged in (sim.c).
 *   - A printer holds its sim (the configfs item), so settings and counters can be
 *     used wherever there is a printer, also after rmdir.
 *   - Nothing else points to a printer when it is unplugged: the core calls no op
 *     any more (printport_unregister()), and the pump cannot be queued once @gone is
 *     set under kick_lock, and is then cancelled. From there on nobody uses @port.
 *   - The module stays while an item, an open node or an open port exists.
 *
 * Locks, in the order in which they nest:
 *
 *   sim.lock		plugging, and what cannot change while plugged in
 *   printer.pump_lock	one run of the pump, or a cancel: @span, @left, pacing
 *   printer.back_lock	the back channel
 *   printer.read_lock	the consumer's end of the printer's memory; held while user
 *			memory is touched, hence never in an op or in the pump
 *   printer.kick_lock	queueing the pump
 *
 * printer.gone is written with pump_lock and kick_lock held.
 *
 * The node takes no lock of sim, so unplugging never waits for who holds the node.
 */
#ifndef _PRINTPORT_SIM_H
#define _PRINTPORT_SIM_H

#include <linux/atomic.h>
#include <linux/cdev.h>
#include <linux/configfs.h>
#include <linux/device.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

struct platform_device;
struct printport;

#define PRINTPORT_SIM_NAME_MAX		64
#define PRINTPORT_SIM_ID_MAX		1024
#define PRINTPORT_SIM_BUFFER_DEFAULT	65536U
#define PRINTPORT_SIM_BUFFER_MAX	1048576U

/**
 * struct printport_sim - what is known about a printer, plugged in or not
 * @item: in configfs; a plugged-in printer and its open node hold it too
 * @lock: see above
 * @printer: lock: the printer, NULL while not plugged in
 * @pdev: lock: the printer's place in sysfs, parent of port and node
 * @device_id: lock: IEEE 1284 id without its length bytes; any bytes
 * @device_id_len: lock
 * @buffer: lock: bytes of the printer's memory
 * @unidirectional: lock: there is no back channel
 * @reasons: lock: PRINTPORT_REASON_* bits
 * @lines: the byte of LPGETSTATUS that follows from @reasons
 * @rate: bytes per second that the printer takes, 0 for no limit
 * @stall: takes nothing
 * @sink: throws away what it takes
 * @fail_next: errno of the next transfer, 0 for none
 * @printed: bytes taken since it was plugged in
 * @unread: bytes of the back channel that no spooler came to read since then
 * @resets: times it was reset since then
 *
 * From @lines on every member is read and written at any time, each on its own.
 */
struct printport_sim {
	struct config_item item;
	struct mutex lock;		/* see above */
	struct printport_sim_printer *printer;
	struct platform_device *pdev;
	char device_id[PRINTPORT_SIM_ID_MAX];
	size_t device_id_len;
	unsigned int buffer;
	unsigned int unidirectional;
	u64 reasons;

	u8 lines;
	unsigned int rate;
	unsigned int stall;
	unsigned int sink;
	unsigned int fail_next;
	atomic64_t printed;
	atomic64_t unread;
	atomic_t resets;
};

/**
 * struct printport_sim_ring - a queue of bytes, one producer and one consumer
 *
 * Each end publishes its own counter with release, after it is done with the bytes,
 * and reads the other's with acquire, before it touches them.
 *
 * @data: a power of two of bytes
 * @mask: that minus one
 * @limit: bytes that may be in it
 * @head: counts what went in; the producer's
 * @tail: counts what came out; the consumer's
 */
struct printport_sim_ring {
	u8 *data;
	unsigned int mask;
	unsigned int limit;
	unsigned int head;
	unsigned int tail;
};

/**
 * struct printport_sim_printer - a printer that is, or was, plugged in
 * @dev: the node's device, and the reference count
 * @cdev: the node
 * @sim: settings and counters; held
 * @port: the port; not to be used once @gone
 * @wait: who waits at the node
 * @flags: bits, see sim_printer.c
 * @gone: unplugged; pump_lock or kick_lock, or acquire
 * @kick_lock: see above
 * @pump: moves bytes from the port to the memory
 * @pump_lock: see above
 * @span: pump_lock: the span in hand
 * @left: pump_lock: bytes of it that the printer has not taken
 * @paid_ns: pump_lock: the time up to which the rate is used up
 * @paced_rate: pump_lock: the rate that the pump waits for, 0 if it does not
 * @memory: bytes printed and not read; the pump puts in, under pump_lock
 * @read_lock: see above
 * @back_lock: see above
 * @back: back_lock: bytes for the spooler; its memory is NULL if there can be none
 * @back_wanted: back_lock: the spooler reads
 */
struct printport_sim_printer {
	struct device dev;
	struct cdev cdev;
	struct printport_sim *sim;
	struct printport *port;
	wait_queue_head_t wait;
	unsigned long flags;
	bool gone;

	spinlock_t kick_lock;		/* see above */
	struct delayed_work pump;
	struct mutex pump_lock;		/* see above */
	const u8 *span;
	size_t left;
	u64 paid_ns;
	unsigned int paced_rate;

	struct printport_sim_ring memory;
	struct mutex read_lock;		/* see above */
	struct mutex back_lock;		/* see above */
	struct printport_sim_ring back;
	bool back_wanted;
};

struct printport_sim_printer *printport_sim_printer_alloc(struct printport_sim *sim);
int printport_sim_printer_add(struct printport_sim_printer *printer,
			      struct printport *port, struct device *parent);
void printport_sim_printer_del(struct printport_sim_printer *printer);
void printport_sim_printer_put(struct printport_sim_printer *printer);
void printport_sim_printer_start(struct printport_sim_printer *printer);
void printport_sim_printer_kick(struct printport_sim_printer *printer);
void printport_sim_printer_cancel(struct printport_sim_printer *printer);
void printport_sim_printer_back_start(struct printport_sim_printer *printer);
void printport_sim_printer_back_stop(struct printport_sim_printer *printer);
unsigned int printport_sim_printer_buffered(struct printport_sim_printer *printer);
bool printport_sim_printer_busy(struct printport_sim_printer *printer);
int printport_sim_printer_init(void);
void printport_sim_printer_exit(void);

#endif /* _PRINTPORT_SIM_H */
