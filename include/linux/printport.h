/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * printport: what a transport implements.
 *
 * A transport is the driver under a port: it knows how to move bytes to one
 * printer and what that printer's condition is. Everything else (the node, who
 * may hold it, jobs, the queue, time limits, sysfs, events) is the core's.
 *
 * The life of a port
 *
 *	port = printport_alloc(parent, &ops, priv);
 *	printport_set_device_id(port, id, len);		(optional)
 *	err = printport_register(port);			the node appears
 *	...
 *	printport_unregister(port);			unplugged; no op runs any more
 *	(stop every transfer that is still in hand, free priv's resources)
 *	printport_put(port);
 *
 * The core's object lives on while a spooler holds the node of a port that is
 * gone. @priv is never touched after printport_unregister() has returned.
 *
 * Moving bytes to the printer
 *
 * The core owns the queue, the transport pulls. ->tx_start() says that there is
 * work again; the transport answers by taking spans of the queue, as many at a time as
 * it likes to have in flight:
 *
 *	while (room for one more transfer &&
 *	       (n = printport_tx_take(port, &buf, max)))
 *		start a transfer of n bytes at buf
 *
 * @buf points into the queue itself, stays valid and unchanged until the bytes
 * are reported, and may be used for DMA to a device. A span never crosses from
 * one job into the next. Then, in order, oldest byte first:
 *
 *	printport_tx_done(port, n)	the printer took the oldest n bytes in flight
 *	printport_tx_stop(port, 0)	nothing is in flight any more; what was not
 *					reported done goes back to the queue and will
 *					be taken again (suspend, reset, lost claim)
 *	printport_tx_stop(port, -EIO)	the same, but the transfer failed for good: the
 *					job that the oldest byte in flight belongs to
 *					fails, its bytes are dropped and reported
 *	printport_tx_lost(port, -EIO)	with nothing in flight: the printer was without
 *					power, the job that it had some of fails
 *
 * Before printport_tx_stop() the transport makes sure that none of its transfers
 * reads the queue any more. After it, the transport takes again as soon as it can
 * (the core does not call ->tx_start() for that). A printer that is busy, off-line
 * or out of paper is no failure: the transport keeps what it has in flight, says
 * why with printport_set_reasons(), and waits without burning CPU time.
 *
 * Bytes from the printer
 *
 * Nothing is read before somebody wants it. ->rx_start() says that the spooler
 * reads; from then on the transport may push with printport_rx_push() what
 * arrives, until ->rx_stop(). What was not accepted the transport keeps, stops
 * reading, and offers again at the next ->rx_start().
 *
 * Contexts
 *
 * printport_tx_*(), printport_rx_*() and printport_set_reasons() may be called from
 * any context, interrupts included, and with a lock of the transport held that its
 * ops take, too: the core calls no op with a spinlock held. printport_set_reasons()
 * may be called from printport_alloc() on. The others sleep.
 */
#ifndef _LINUX_PRINTPORT_H
#define _LINUX_PRINTPORT_H

#include <linux/types.h>
#include <uapi/linux/printport.h>

struct attribute_group;
struct device;
struct module;
struct printport;

/**
 * enum printport_usblp - what ->usblp() is asked, ioctls of drivers/usb/class/usblp.c
 * @PRINTPORT_USBLP_GET_PROTOCOLS: result: protocol that is used, bits of those there are
 * @PRINTPORT_USBLP_SET_PROTOCOL: argument: protocol
 * @PRINTPORT_USBLP_HP_SET_CHANNEL: argument: channel
 * @PRINTPORT_USBLP_GET_BUS_ADDRESS: result: bus, device
 * @PRINTPORT_USBLP_GET_VID_PID: result: idVendor, idProduct
 */
enum printport_usblp {
	PRINTPORT_USBLP_GET_PROTOCOLS	= 2,
	PRINTPORT_USBLP_SET_PROTOCOL	= 3,
	PRINTPORT_USBLP_HP_SET_CHANNEL	= 4,
	PRINTPORT_USBLP_GET_BUS_ADDRESS	= 5,
	PRINTPORT_USBLP_GET_VID_PID	= 6,
};

/**
 * struct printport_ops - what a transport can do
 * @owner: the transport's module; pinned while the port is open or draining
 * @name: the transport's name, shorter than PRINTPORT_TRANSPORT_LEN
 * @groups: attributes of its own in the port's directory of sysfs. Optional
 * @open: a spooler opens the port: power up, get ready. Returns 0 or a negative
 *	errno, which open() returns. Optional.
 * @close: the queue is empty (or the rest was dropped) and nobody holds the port:
 *	power down. Every transfer in flight was reported. Optional.
 * @tx_start: there are bytes to take, after printport_tx_take() has returned 0 (or
 *	the port was opened). May be called when there are none. A transport that stops
 *	taking for a reason of its own, because enough is in flight or it is suspended,
 *	goes on by itself. Must not sleep for long: it runs in the spooler's write.
 * @tx_cancel: a job was aborted: stop what is in flight, soon (the core waits for
 *	a second), and report with printport_tx_done() and printport_tx_stop(port, 0).
 *	May finish asynchronously. Nothing in flight: nothing to do.
 * @rx_start: the spooler reads, or there is room again: push what the printer
 *	sends. May be called again while already reading. NULL: the port has no back
 *	channel and read() fails with EINVAL.
 * @rx_stop: nobody reads any more; what the transport kept is dropped.
 * @get_status: reads the printer's status lines, now: the byte of <linux/lp.h>
 *	LPGETSTATUS (LP_PERRORP, LP_PSELECD, LP_POUTPA, ...) or a negative errno.
 *	Optional.
 * @get_irq: the number of the interrupt that the port uses, 0 if none. Optional.
 * @watch: somebody looks at the status reasons: have them right, for some seconds. If
 *	@wait, returns when they are (a second at most). Does not wake a printer that
 *	sleeps. Optional: for a transport that does not hear of each change by itself.
 * @reset: resets the printer. Returns 0 or a negative errno. Optional.
 * @get_device_id: asks the printer for its device id, now, as it may carry the printer's
 *	condition. @id gets it with two bytes before it; returns its bytes without these,
 *	or a negative errno. Optional: what printport_set_device_id() got is given out.
 * @usblp: answers an ioctl of usblp with up to two numbers in @result. Returns 0 or a
 *	negative errno. Optional.
 *
 * All are called from process context and may sleep (bounded). None runs before
 * printport_register(), and none after printport_unregister() has returned; the
 * core calls them concurrently with each other except for @open and @close, which
 * alternate. @tx_start, @tx_cancel, @rx_start and @rx_stop are called only between
 * @open and @close; the others also on a closed port. A port that is
 * unregistered while it is open gets no @close: what @open took, the transport gives
 * back after printport_unregister().
 */
struct printport_ops {
	struct module *owner;
	const char *name;
	const struct attribute_group **groups;
	int (*open)(struct printport *port);
	void (*close)(struct printport *port);
	void (*tx_start)(struct printport *port);
	void (*tx_cancel)(struct printport *port);
	void (*rx_start)(struct printport *port);
	void (*rx_stop)(struct printport *port);
	int (*get_status)(struct printport *port);
	int (*get_irq)(struct printport *port);
	void (*watch)(struct printport *port, bool wait);
	int (*reset)(struct printport *port);
	int (*get_device_id)(struct printport *port, u8 *id, size_t size);
	int (*usblp)(struct printport *port, enum printport_usblp what, unsigned long arg,
		     int *result);
};

struct printport *printport_alloc(struct device *parent,
				  const struct printport_ops *ops, void *priv);
int printport_set_device_id(struct printport *port, const void *id, size_t len);
void printport_set_back_channel(struct printport *port, bool there);
int printport_register(struct printport *port);
void printport_unregister(struct printport *port);
void printport_put(struct printport *port);

void *printport_priv(const struct printport *port);
int printport_index(const struct printport *port);
struct device *printport_dev(struct printport *port);
struct printport *printport_of_dev(struct device *dev);

size_t printport_tx_take(struct printport *port, const void **buf, size_t max);
void printport_tx_done(struct printport *port, size_t len);
void printport_tx_stop(struct printport *port, int error);
void printport_tx_lost(struct printport *port, int error);
size_t printport_tx_pending(struct printport *port);
bool printport_is_careful(const struct printport *port);

size_t printport_rx_room(struct printport *port);
size_t printport_rx_push(struct printport *port, const void *buf, size_t len);

void printport_set_reasons(struct printport *port, u64 reasons);

u64 printport_reasons_from_lines(u8 lines);
size_t printport_device_id_len(const u8 *id, size_t received);

/* Names of status reasons, for a transport that takes or shows them as text. */
#define PRINTPORT_REASONS_STR_LEN	256

int printport_reasons_parse(const char *text, u64 *reasons);
int printport_reasons_format(u64 reasons, char *buf, size_t size);

#endif /* _LINUX_PRINTPORT_H */
