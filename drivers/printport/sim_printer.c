// SPDX-License-Identifier: GPL-2.0-only
/*
 * A simulated printer that is plugged in: the pump, which takes bytes from the port
 * into the printer's memory; the memory; the back channel; and the printer's node,
 * /dev/printport-simN, at which a program plays the printer. Locks and lifetimes
 * are in sim.h.
 *
 * The pump is a work item. It stops when there is nothing to take, when the printer
 * stalls, or when its memory is full, and whoever changes that queues it again; it
 * never polls. Only a rate makes it come back by itself, when the next helping is
 * due.
 */
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/printport.h>
#include <linux/slab.h>
#include <linux/uio.h>

#include "compat.h"
#include "sim.h"

#define PRINTPORT_SIM_MINORS	1024

/* Bytes that are in flight at most, and that one run of the pump moves. */
#define PRINTPORT_SIM_SPAN	65536
#define PRINTPORT_SIM_BATCH	1048576
/* A reader lets the pump refill what it has read this often. */
#define PRINTPORT_SIM_READ_STEP	16384

#define PRINTPORT_SIM_BACK	4096
#define PRINTPORT_SIM_BACK_STEP	256

/* The helpings in which a rate is dealt out, and how much of it can be made up. */
#define PRINTPORT_SIM_QUANTUM_NS	(10 * NSEC_PER_MSEC)
#define PRINTPORT_SIM_LATE_NS		(2 * NSEC_PER_SEC)

/* printport_sim_printer.flags */
#define PRINTPORT_SIM_HELD	0	/* somebody has the node open */
#define PRINTPORT_SIM_FULL	1	/* the pump has stopped for want of room */

static dev_t printport_sim_first;
static struct workqueue_struct *printport_sim_wq;

static struct class printport_sim_class = {
	.name = "printport_sim",
};

static int printport_sim_ring_alloc(struct printport_sim_ring *ring,
				    unsigned int limit)
{
	unsigned int size = roundup_pow_of_two(limit);

	ring->data = kvmalloc(size, GFP_KERNEL);
	if (!ring->data)
		return -ENOMEM;
	ring->mask = size - 1;
	ring->limit = limit;
	return 0;
}

static unsigned int printport_sim_ring_used(struct printport_sim_ring *ring)
{
	/* Tail first, since it never passes head; pairs with printport_sim_ring_skip(). */
	unsigned int tail = smp_load_acquire(&ring->tail);

	/* Pairs with printport_sim_ring_put(). Who is at neither end may see too much. */
	return min(smp_load_acquire(&ring->head) - tail, ring->limit);
}

static unsigned int printport_sim_ring_room(struct printport_sim_ring *ring)
{
	return ring->limit - printport_sim_ring_used(ring);
}

/* By the producer: there must be room. */
static void printport_sim_ring_put(struct printport_sim_ring *ring, const void *buf,
				   unsigned int len)
{
	unsigned int pos = ring->head & ring->mask;
	unsigned int part = min(len, ring->mask + 1 - pos);

	memcpy(ring->data + pos, buf, part);
	memcpy(ring->data, buf + part, len - part);
	/* The bytes before the counter: see printport_sim_ring_used(). */
	smp_store_release(&ring->head, ring->head + len);
}

/* By the consumer: the oldest bytes, as far as they lie together. */
static unsigned int printport_sim_ring_peek(struct printport_sim_ring *ring,
					    const void **buf)
{
	unsigned int pos = ring->tail & ring->mask;

	*buf = ring->data + pos;
	return min(printport_sim_ring_used(ring), ring->mask + 1 - pos);
}

static void printport_sim_ring_skip(struct printport_sim_ring *ring,
				    unsigned int len)
{
	/* Done with the bytes: see printport_sim_ring_used(). */
	smp_store_release(&ring->tail, ring->tail + len);
}

static bool printport_sim_printer_gone(struct printport_sim_printer *printer)
{
	/* With it everything that was printed is seen: printport_sim_printer_del(). */
	return smp_load_acquire(&printer->gone);
}

static void printport_sim_printer_queue(struct printport_sim_printer *printer,
					unsigned long delay)
{
	spin_lock(&printer->kick_lock);
	if (!printer->gone)
		queue_delayed_work(printport_sim_wq, &printer->pump, delay);
	spin_unlock(&printer->kick_lock);
}

/**
 * printport_sim_printer_start - there may be bytes to take
 * @printer: a printer that is plugged in
 *
 * Context: process.
 */
void printport_sim_printer_start(struct printport_sim_printer *printer)
{
	printport_sim_printer_queue(printer, 0);
}

/**
 * printport_sim_printer_kick - a setting has changed: look at it now
 * @printer: a printer that is plugged in
 *
 * Context: process.
 */
void printport_sim_printer_kick(struct printport_sim_printer *printer)
{
	spin_lock(&printer->kick_lock);
	if (!printer->gone)
		mod_delayed_work(printport_sim_wq, &printer->pump, 0);
	spin_unlock(&printer->kick_lock);
}

/*
 * How many of @len bytes the rate allows now; if none, @delay is when it is worth
 * coming back. A pump that comes late from such a wait makes up for it, so that the
 * rate holds on average; one that had nothing to do does not.
 */
static size_t printport_sim_printer_pace(struct printport_sim_printer *printer,
					 size_t len, unsigned long *delay)
{
	unsigned int rate = READ_ONCE(printer->sim->rate);
	u64 now, credit, quantum, helping;

	if (!rate) {
		printer->paced_rate = 0;
		return len;
	}

	/* The first byte of an idle printer goes at once, however slow it is. */
	quantum = max_t(u64, PRINTPORT_SIM_QUANTUM_NS, DIV_ROUND_UP(NSEC_PER_SEC, rate));
	now = ktime_get_ns();
	credit = min_t(u64, now - printer->paid_ns,
		       printer->paced_rate == rate ? PRINTPORT_SIM_LATE_NS : quantum);
	printer->paid_ns = now - credit;

	helping = div_u64(quantum * rate, NSEC_PER_SEC);
	helping = min_t(u64, len, helping);
	len = min_t(u64, len, div_u64(credit * rate, NSEC_PER_SEC));
	if (len < helping) {
		printer->paced_rate = rate;
		*delay = nsecs_to_jiffies(DIV_ROUND_UP_ULL(helping * NSEC_PER_SEC, rate) -
					  credit) + 1;
		return 0;
	}
	printer->paid_ns += div_u64((u64)len * NSEC_PER_SEC, rate);
	return len;
}

/* Whether there is no room; the reader that makes some will then queue the pump. */
static bool printport_sim_printer_full(struct printport_sim_printer *printer)
{
	if (printport_sim_ring_room(&printer->memory))
		return false;
	set_bit(PRINTPORT_SIM_FULL, &printer->flags);
	/* Pairs with test_and_clear_bit() in printport_sim_printer_read(). */
	smp_mb__after_atomic();
	return !printport_sim_ring_room(&printer->memory);
}

/* Under pump_lock. Returns whether to come back by itself, after @delay. */
static bool printport_sim_printer_move(struct printport_sim_printer *printer,
				       unsigned long *delay)
{
	struct printport_sim *sim = printer->sim;
	size_t budget = PRINTPORT_SIM_BATCH;
	const void *buf;
	int error;

	*delay = 0;
	while (budget) {
		bool sink = READ_ONCE(sim->sink);
		size_t len;

		if (!printer->left) {
			printer->left = printport_tx_take(printer->port, &buf,
							  PRINTPORT_SIM_SPAN);
			printer->span = buf;
		}
		if (!printer->left)
			goto idle;

		error = xchg(&sim->fail_next, 0);
		if (error) {
			printer->left = 0;
			printport_tx_stop(printer->port, -error);
			continue;
		}
		if (READ_ONCE(sim->stall) ||
		    (!sink && printport_sim_printer_full(printer)))
			goto idle;

		len = min(printer->left, budget);
		if (!sink)
			len = min_t(size_t, len,
				    printport_sim_ring_room(&printer->memory));
		len = printport_sim_printer_pace(printer, len, delay);
		if (!len)
			return true;

		if (!sink)
			printport_sim_ring_put(&printer->memory, printer->span, len);
		printer->span += len;
		printer->left -= len;
		budget -= len;
		atomic64_add(len, &sim->printed);
		printport_tx_done(printer->port, len);
		if (!sink)
			wake_up_interruptible_poll(&printer->wait,
						   EPOLLIN | EPOLLRDNORM);
	}
	return true;

idle:
	printer->paced_rate = 0;
	return false;
}

static void printport_sim_printer_pump(struct work_struct *work)
{
	struct printport_sim_printer *printer =
		container_of(to_delayed_work(work), struct printport_sim_printer, pump);
	unsigned long delay;
	bool again;

	mutex_lock(&printer->pump_lock);
	again = !printer->gone && printport_sim_printer_move(printer, &delay);
	mutex_unlock(&printer->pump_lock);
	if (again)
		printport_sim_printer_queue(printer, delay);
}

/**
 * printport_sim_printer_cancel - give back what is in flight
 * @printer: a printer that is plugged in
 *
 * Context: process, sleeps for as long as the pump runs.
 */
void printport_sim_printer_cancel(struct printport_sim_printer *printer)
{
	mutex_lock(&printer->pump_lock);
	if (printer->left) {
		printer->left = 0;
		printport_tx_stop(printer->port, 0);
	}
	mutex_unlock(&printer->pump_lock);
	printport_sim_printer_kick(printer);
}

/* Under back_lock. */
static void printport_sim_printer_back_push(struct printport_sim_printer *printer)
{
	const void *buf;
	unsigned int len;
	size_t pushed;

	while (printer->back_wanted &&
	       (len = printport_sim_ring_peek(&printer->back, &buf))) {
		pushed = printport_rx_push(printer->port, buf, len);
		printport_sim_ring_skip(&printer->back, pushed);
		if (pushed < len)
			printer->back_wanted = false;	/* until ->rx_start() */
	}
}

/**
 * printport_sim_printer_back_start - the spooler reads
 * @printer: a printer that is plugged in and has a back channel
 *
 * Context: process, may sleep.
 */
void printport_sim_printer_back_start(struct printport_sim_printer *printer)
{
	mutex_lock(&printer->back_lock);
	printer->back_wanted = true;
	printport_sim_printer_back_push(printer);
	mutex_unlock(&printer->back_lock);
	wake_up_interruptible_poll(&printer->wait, EPOLLOUT | EPOLLWRNORM);
}

/**
 * printport_sim_printer_back_stop - nobody reads any more
 * @printer: a printer that is plugged in and has a back channel
 *
 * What is left answers somebody who will not read it: it is dropped, and counted.
 *
 * Context: process, may sleep.
 */
void printport_sim_printer_back_stop(struct printport_sim_printer *printer)
{
	unsigned int left;

	mutex_lock(&printer->back_lock);
	printer->back_wanted = false;
	left = printport_sim_ring_used(&printer->back);
	printport_sim_ring_skip(&printer->back, left);
	atomic64_add(left, &printer->sim->unread);
	mutex_unlock(&printer->back_lock);
	wake_up_interruptible_poll(&printer->wait, EPOLLOUT | EPOLLWRNORM);
}

/**
 * printport_sim_printer_buffered - how full the memory is
 * @printer: the printer
 *
 * Context: any.
 * Return: bytes printed and not read yet
 */
unsigned int printport_sim_printer_buffered(struct printport_sim_printer *printer)
{
	return printport_sim_ring_used(&printer->memory);
}

/**
 * printport_sim_printer_busy - whether it could not take a byte now
 * @printer: the printer
 *
 * Context: any.
 * Return: true if it stalls or its memory is full
 */
bool printport_sim_printer_busy(struct printport_sim_printer *printer)
{
	struct printport_sim *sim = printer->sim;

	if (READ_ONCE(sim->stall))
		return true;
	return !READ_ONCE(sim->sink) && !printport_sim_ring_room(&printer->memory);
}

static int printport_sim_printer_open(struct inode *inode, struct file *file)
{
	struct printport_sim_printer *printer =
		container_of(inode->i_cdev, struct printport_sim_printer, cdev);

	if (printport_sim_printer_gone(printer))
		return -ENODEV;
	if (test_and_set_bit(PRINTPORT_SIM_HELD, &printer->flags))
		return -EBUSY;
	get_device(&printer->dev);
	file->private_data = printer;
	file->f_mode |= FMODE_NOWAIT;
	return stream_open(inode, file);
}

static int printport_sim_printer_release(struct inode *inode, struct file *file)
{
	struct printport_sim_printer *printer = file->private_data;

	clear_bit_unlock(PRINTPORT_SIM_HELD, &printer->flags);
	put_device(&printer->dev);
	return 0;
}

static bool printport_sim_printer_nonblock(const struct kiocb *iocb)
{
	return iocb->ki_filp->f_flags & O_NONBLOCK || iocb->ki_flags & IOCB_NOWAIT;
}

/* What is there, up to the size of @to: 0 if there is nothing. */
static ssize_t printport_sim_printer_read(struct printport_sim_printer *printer,
					  struct iov_iter *to)
{
	size_t done = 0, len, copied;
	const void *buf;

	while (iov_iter_count(to)) {
		len = printport_sim_ring_peek(&printer->memory, &buf);
		len = min3(len, iov_iter_count(to), (size_t)PRINTPORT_SIM_READ_STEP);
		if (!len)
			break;
		copied = copy_to_iter(buf, len, to);
		printport_sim_ring_skip(&printer->memory, copied);
		/* Fully ordered: either the pump sees the room or this its mark. */
		if (copied && test_and_clear_bit(PRINTPORT_SIM_FULL, &printer->flags))
			printport_sim_printer_queue(printer, 0);
		done += copied;
		if (copied < len)
			return done ?: -EFAULT;
	}
	return done;
}

static ssize_t printport_sim_printer_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct printport_sim_printer *printer = iocb->ki_filp->private_data;
	bool nonblock = printport_sim_printer_nonblock(iocb);
	ssize_t ret;

	if (!iov_iter_count(to))
		return 0;

	for (;;) {
		/* First: what was printed before it went is there to be read. */
		bool gone = printport_sim_printer_gone(printer);

		if (nonblock) {
			if (!mutex_trylock(&printer->read_lock))
				return -EAGAIN;
		} else if (mutex_lock_interruptible(&printer->read_lock)) {
			return -ERESTARTSYS;
		}
		ret = printport_sim_printer_read(printer, to);
		mutex_unlock(&printer->read_lock);
		if (ret || gone)
			return ret;

		if (nonblock)
			return -EAGAIN;
		ret = wait_event_interruptible(printer->wait,
					       printport_sim_ring_used(&printer->memory) ||
					       printport_sim_printer_gone(printer));
		if (ret)
			return ret;
	}
}

/* Returns how many bytes the back channel accepted. */
static size_t printport_sim_printer_answer(struct printport_sim_printer *printer,
					   const void *buf, size_t len)
{
	mutex_lock(&printer->back_lock);
	len = min_t(size_t, len, printport_sim_ring_room(&printer->back));
	printport_sim_ring_put(&printer->back, buf, len);
	printport_sim_printer_back_push(printer);
	mutex_unlock(&printer->back_lock);
	return len;
}

static ssize_t printport_sim_printer_write_iter(struct kiocb *iocb,
						struct iov_iter *from)
{
	struct printport_sim_printer *printer = iocb->ki_filp->private_data;
	u8 step[PRINTPORT_SIM_BACK_STEP];
	size_t done = 0, len, put;
	int err = 0;

	if (!printer->back.data)
		return -EINVAL;

	while (!err && iov_iter_count(from)) {
		if (printport_sim_printer_gone(printer)) {
			err = -ENODEV;
			break;
		}
		len = copy_from_iter(step, min(iov_iter_count(from), sizeof(step)), from);
		if (!len) {
			err = -EFAULT;
			break;
		}
		put = printport_sim_printer_answer(printer, step, len);
		iov_iter_revert(from, len - put);
		done += put;
		if (put)
			continue;

		if (printport_sim_printer_nonblock(iocb))
			err = -EAGAIN;
		else
			err = wait_event_interruptible(printer->wait,
						       printport_sim_ring_room(&printer->back) ||
						       printport_sim_printer_gone(printer));
	}
	return done ?: err;
}

static __poll_t printport_sim_printer_poll(struct file *file, poll_table *wait)
{
	struct printport_sim_printer *printer = file->private_data;
	__poll_t mask = 0;

	poll_wait(file, &printer->wait, wait);
	if (printport_sim_printer_gone(printer))
		return EPOLLIN | EPOLLRDNORM | EPOLLRDHUP | EPOLLHUP;
	if (printport_sim_ring_used(&printer->memory))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (printer->back.data && printport_sim_ring_room(&printer->back))
		mask |= EPOLLOUT | EPOLLWRNORM;
	return mask;
}

static const struct file_operations printport_sim_printer_fops = {
	.owner = THIS_MODULE,
	.open = printport_sim_printer_open,
	.release = printport_sim_printer_release,
	.read_iter = printport_sim_printer_read_iter,
	.write_iter = printport_sim_printer_write_iter,
	.splice_read = copy_splice_read,
	.splice_write = iter_file_splice_write,
	.poll = printport_sim_printer_poll,
};

static void printport_sim_printer_free(struct device *dev)
{
	struct printport_sim_printer *printer =
		container_of(dev, struct printport_sim_printer, dev);

	kvfree(printer->memory.data);
	kvfree(printer->back.data);
	config_item_put(&printer->sim->item);
	kfree(printer);
}

/**
 * printport_sim_printer_alloc - make a printer
 * @sim: what it is like; locked, and held until the printer is freed
 *
 * Context: process, may sleep.
 * Return: the printer, to be given back with printport_sim_printer_put(), or NULL.
 */
struct printport_sim_printer *printport_sim_printer_alloc(struct printport_sim *sim)
{
	struct printport_sim_printer *printer;

	printer = kzalloc(sizeof(*printer), GFP_KERNEL);
	if (!printer)
		return NULL;

	config_item_get(&sim->item);
	printer->sim = sim;
	init_waitqueue_head(&printer->wait);
	spin_lock_init(&printer->kick_lock);
	INIT_DELAYED_WORK(&printer->pump, printport_sim_printer_pump);
	mutex_init(&printer->pump_lock);
	mutex_init(&printer->read_lock);
	mutex_init(&printer->back_lock);

	device_initialize(&printer->dev);
	printer->dev.class = &printport_sim_class;
	printer->dev.release = printport_sim_printer_free;
	cdev_init(&printer->cdev, &printport_sim_printer_fops);
	printer->cdev.owner = THIS_MODULE;

	if (printport_sim_ring_alloc(&printer->memory, sim->buffer) ||
	    (!sim->unidirectional &&
	     printport_sim_ring_alloc(&printer->back, PRINTPORT_SIM_BACK))) {
		put_device(&printer->dev);
		return NULL;
	}
	return printer;
}

/**
 * printport_sim_printer_add - make the printer's node appear
 * @printer: the printer
 * @port: the port that it hangs on; not registered yet
 * @parent: the parent in sysfs
 *
 * Context: process, may sleep.
 * Return: 0 or a negative errno; then only printport_sim_printer_put() is left to do.
 */
int printport_sim_printer_add(struct printport_sim_printer *printer,
			      struct printport *port, struct device *parent)
{
	int index = printport_index(port);
	int err;

	if (index >= PRINTPORT_SIM_MINORS)
		return -ENOSPC;
	err = dev_set_name(&printer->dev, "printport-sim%d", index);
	if (err)
		return err;
	printer->port = port;
	printer->dev.parent = parent;
	printer->dev.devt = MKDEV(MAJOR(printport_sim_first), index);
	return cdev_device_add(&printer->cdev, &printer->dev);
}

/**
 * printport_sim_printer_del - the printer is unplugged
 * @printer: a printer that was added; its port is not registered any more
 *
 * When this returns the port is not used any more. What is in the memory can still
 * be read by who holds the node.
 *
 * Context: process, may sleep.
 */
void printport_sim_printer_del(struct printport_sim_printer *printer)
{
	mutex_lock(&printer->pump_lock);
	spin_lock(&printer->kick_lock);
	/* Nothing is printed from here on: see printport_sim_printer_gone(). */
	smp_store_release(&printer->gone, true);
	spin_unlock(&printer->kick_lock);
	mutex_unlock(&printer->pump_lock);
	cancel_delayed_work_sync(&printer->pump);

	mutex_lock(&printer->back_lock);
	printer->back_wanted = false;
	mutex_unlock(&printer->back_lock);

	wake_up_all(&printer->wait);
	cdev_device_del(&printer->cdev, &printer->dev);
}

/**
 * printport_sim_printer_put - give back the reference of printport_sim_printer_alloc()
 * @printer: the printer; not added, or deleted again
 *
 * Context: process, may sleep.
 */
void printport_sim_printer_put(struct printport_sim_printer *printer)
{
	put_device(&printer->dev);
}

/**
 * printport_sim_printer_init - what all printers share
 *
 * Context: process, may sleep.
 * Return: 0 or a negative errno.
 */
int printport_sim_printer_init(void)
{
	int err;

	printport_sim_wq = alloc_workqueue("printport_sim", WQ_UNBOUND, 0);
	if (!printport_sim_wq)
		return -ENOMEM;
	err = class_register(&printport_sim_class);
	if (err)
		goto err_wq;
	err = alloc_chrdev_region(&printport_sim_first, 0, PRINTPORT_SIM_MINORS,
				  "printport_sim");
	if (err)
		goto err_class;
	return 0;

err_class:
	class_unregister(&printport_sim_class);
err_wq:
	destroy_workqueue(printport_sim_wq);
	return err;
}

/**
 * printport_sim_printer_exit - the reverse of printport_sim_printer_init()
 *
 * Context: process, may sleep.
 */
void printport_sim_printer_exit(void)
{
	unregister_chrdev_region(printport_sim_first, PRINTPORT_SIM_MINORS);
	class_unregister(&printport_sim_class);
	destroy_workqueue(printport_sim_wq);
}
