// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The printer's end of a USB benchmark: takes what comes as fast as it can, counts it, and
 * sends bytes back when told to.
 *
 *	ffs_sink --ffs DIR [option...]		a printer of its own, on a mounted FunctionFS
 *	ffs_sink --node NODE [option...]	the end of f_printer, /dev/g_printer0
 *
 *	--id TEXT	the IEEE 1284 device id (FunctionFS)
 *	--size N	bytes of each transfer or read (32768; a node: 1 MiB)
 *	--depth N	transfers in hand at a time (16, FunctionFS)
 *	--stamps FIFO	gets 8 bytes for each transfer that ends a millisecond or more without
 *			one: the time of CLOCK_MONOTONIC in nanoseconds, of this machine's order
 *
 * Commands, a line each, on standard input (which may be a FIFO):
 *
 *	stat		prints the counts: one line of JSON
 *	send [N]	sends N bytes to the host, or until stop
 *	stop		no more of them; ends with a transfer of one byte
 *	quit		prints the counts and ends, as at the end of the input
 *
 * The counts are also printed once at the beginning: then it is ready.
 */
#include <asm/byteorder.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <linux/aio_abi.h>
#include <linux/usb/functionfs.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "measure.h"

#define SIZE_MAX_BYTES	(4UL << 20)
#define DEPTH_MAX	64UL
#define ID_MAX		1000
#define IDLE_NS		1000000
#define RETRY_US	1000

/* USB Device Class Definition for Printing Devices 1.1, 4.2 */
#define GET_DEVICE_ID	0
#define GET_PORT_STATUS	1
#define SOFT_RESET	2
/* Not in error, selected, paper there. */
#define STATUS_WELL	0x18

static struct {
	const char *ffs, *node, *id, *stamps;
	unsigned long size, depth;
} options = { .id = "MFG:Acme;MDL:Bench;CMD:RAW;SN:F42;", .depth = 16 };

static atomic_ullong received, transfers, sent, errors, requests, resets;
static uint64_t last_transfer;
static int stamps_fd = -1;

static void count_received(size_t len)
{
	uint64_t now = now_ns();

	if (stamps_fd >= 0 && now - last_transfer >= IDLE_NS &&
	    write(stamps_fd, &now, sizeof(now)) < 0 && errno != EAGAIN)
		die_errno("%s", options.stamps);
	last_transfer = now;
	atomic_fetch_add(&received, len);
	atomic_fetch_add(&transfers, 1);
}

static char *make_buffer(size_t size)
{
	char *buf = aligned_alloc(4096, (size + 4095) / 4096 * 4096);

	if (!buf)
		die("no memory");
	/* Pages that are there: the first round costs what the others do. */
	memset(buf, 'p', size);
	return buf;
}

static void start(void *(*run)(void *), void *arg)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, arg))
		die("no thread");
}

/* --- what is to be sent --------------------------------------------------------------- */

static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	uint64_t left;		/* bytes yet to be handed over */
	bool end;		/* and one byte behind them */
	int event;		/* readable while there may be some */
} to_send = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

static void send_bytes(uint64_t bytes)
{
	uint64_t one = 1;

	pthread_mutex_lock(&to_send.lock);
	to_send.end = to_send.end || bytes || to_send.left;
	to_send.left = bytes;
	pthread_cond_signal(&to_send.changed);
	pthread_mutex_unlock(&to_send.lock);
	if (write(to_send.event, &one, sizeof(one)) < 0)
		die_errno("eventfd");
}

/* Returns how many bytes to send now, at most @max; 0: none. @wait: until there are some. */
static size_t next_to_send(size_t max, bool wait)
{
	size_t len = 0;

	pthread_mutex_lock(&to_send.lock);
	while (wait && !to_send.left && !to_send.end)
		pthread_cond_wait(&to_send.changed, &to_send.lock);
	if (to_send.left) {
		len = to_send.left < max ? to_send.left : max;
		to_send.left -= len;
	} else if (to_send.end) {
		to_send.end = false;
		len = 1;
	}
	pthread_mutex_unlock(&to_send.lock);
	return len;
}

/* --- transfers of FunctionFS --------------------------------------------------------- */

struct lane {
	int fd;
	aio_context_t context;
	struct iocb *iocbs;
	unsigned long busy;
};

static void lane_open(struct lane *lane, const char *name, int opcode)
{
	char path[4096];
	unsigned long i;

	snprintf(path, sizeof(path), "%s/%s", options.ffs, name);
	lane->fd = open(path, O_RDWR | O_CLOEXEC);
	if (lane->fd < 0)
		die_errno("%s", path);
	if (syscall(SYS_io_setup, options.depth, &lane->context))
		die_errno("io_setup");
	lane->iocbs = calloc(options.depth, sizeof(*lane->iocbs));
	if (!lane->iocbs)
		die("no memory");
	for (i = 0; i < options.depth; i++) {
		lane->iocbs[i].aio_fildes = lane->fd;
		lane->iocbs[i].aio_lio_opcode = opcode;
		lane->iocbs[i].aio_buf = (uintptr_t)make_buffer(options.size);
	}
}

/* Waits while the host has not enabled the endpoint. */
static void lane_submit(struct lane *lane, struct iocb *iocb, size_t len)
{
	iocb->aio_nbytes = len;
	/* Returned by io_getevents, beside the address of the iocb. */
	iocb->aio_data = len;
	while (syscall(SYS_io_submit, lane->context, 1, &iocb) != 1) {
		if (errno != EAGAIN && errno != EINTR)
			die_errno("io_submit");
		usleep(RETRY_US);
	}
	lane->busy++;
}

/* Returns how many events there are. */
static long lane_wait(struct lane *lane, struct io_event *events)
{
	long nr = syscall(SYS_io_getevents, lane->context, 1L, (long)options.depth, events,
			  NULL);

	if (nr < 0 && errno != EINTR)
		die_errno("io_getevents");
	if (nr <= 0)
		return 0;
	lane->busy -= nr;
	return nr;
}

/* A reset, or a change of the host's driver: the endpoint comes back. */
static void lane_failed(void)
{
	atomic_fetch_add(&errors, 1);
	usleep(RETRY_US);
}

static void *ffs_receive(void *arg)
{
	struct io_event events[DEPTH_MAX];
	struct lane *lane = arg;
	unsigned long i;
	long nr, j;

	for (i = 0; i < options.depth; i++)
		lane_submit(lane, &lane->iocbs[i], options.size);
	for (;;) {
		nr = lane_wait(lane, events);
		for (j = 0; j < nr; j++) {
			if (events[j].res >= 0)
				count_received(events[j].res);
			else
				lane_failed();
			lane_submit(lane, (struct iocb *)(uintptr_t)events[j].obj,
				    options.size);
		}
	}
	return NULL;
}

/* The iocbs that are not busy, as a stack. */
struct spare {
	struct iocb *iocb[DEPTH_MAX];
	unsigned long nr;
};

static void ffs_send_more(struct lane *lane, struct spare *spare)
{
	size_t len;

	while (spare->nr) {
		len = next_to_send(options.size, !lane->busy);
		if (!len)
			return;
		lane_submit(lane, spare->iocb[--spare->nr], len);
	}
}

static void *ffs_send(void *arg)
{
	struct io_event events[DEPTH_MAX];
	struct lane *lane = arg;
	struct spare spare = { };
	long nr, i;

	for (spare.nr = 0; spare.nr < options.depth; spare.nr++)
		spare.iocb[spare.nr] = &lane->iocbs[spare.nr];
	for (;;) {
		ffs_send_more(lane, &spare);
		nr = lane_wait(lane, events);
		for (i = 0; i < nr; i++) {
			if (events[i].res >= 0)
				atomic_fetch_add(&sent, events[i].res);
			else
				lane_failed();
			spare.iocb[spare.nr++] =
				(struct iocb *)(uintptr_t)events[i].obj;
		}
	}
	return NULL;
}

/* --- descriptors and requests of FunctionFS -------------------------------------------- */

struct pipes {
	struct usb_interface_descriptor interface;
	struct usb_endpoint_descriptor_no_audio out, in;
} __attribute__((packed));

struct super_pipes {
	struct usb_interface_descriptor interface;
	struct usb_endpoint_descriptor_no_audio out;
	struct usb_ss_ep_comp_descriptor out_more;
	struct usb_endpoint_descriptor_no_audio in;
	struct usb_ss_ep_comp_descriptor in_more;
} __attribute__((packed));

#define INTERFACE {						\
	.bLength = sizeof(struct usb_interface_descriptor),	\
	.bDescriptorType = USB_DT_INTERFACE,			\
	.bNumEndpoints = 2,					\
	.bInterfaceClass = USB_CLASS_PRINTER,			\
	.bInterfaceSubClass = 1,				\
	.bInterfaceProtocol = 2,				\
}
#define ENDPOINT(address, packet) {					\
	.bLength = sizeof(struct usb_endpoint_descriptor_no_audio),	\
	.bDescriptorType = USB_DT_ENDPOINT,				\
	.bEndpointAddress = (address),					\
	.bmAttributes = USB_ENDPOINT_XFER_BULK,				\
	.wMaxPacketSize = __constant_cpu_to_le16(packet),				\
}
#define OUT(packet)	ENDPOINT(1 | USB_DIR_OUT, packet)
#define IN(packet)	ENDPOINT(2 | USB_DIR_IN, packet)
#define COMPANION {						\
	.bLength = sizeof(struct usb_ss_ep_comp_descriptor),	\
	.bDescriptorType = USB_DT_SS_ENDPOINT_COMP,		\
	.bMaxBurst = 15,					\
}

static const struct {
	struct usb_functionfs_descs_head_v2 head;
	__le32 full_count, high_count, super_count;
	struct pipes full, high;
	struct super_pipes super;
} __attribute__((packed)) descriptors = {
	.head = {
		.magic = __constant_cpu_to_le32(FUNCTIONFS_DESCRIPTORS_MAGIC_V2),
		.length = __constant_cpu_to_le32(sizeof(descriptors)),
		.flags = __constant_cpu_to_le32(FUNCTIONFS_HAS_FS_DESC |
						FUNCTIONFS_HAS_HS_DESC |
						FUNCTIONFS_HAS_SS_DESC),
	},
	.full_count = __constant_cpu_to_le32(3),
	.high_count = __constant_cpu_to_le32(3),
	.super_count = __constant_cpu_to_le32(5),
	.full = { INTERFACE, OUT(64), IN(64) },
	.high = { INTERFACE, OUT(512), IN(512) },
	.super = { INTERFACE, OUT(1024), COMPANION, IN(1024), COMPANION },
};

static const struct usb_functionfs_strings_head strings = {
	.magic = __constant_cpu_to_le32(FUNCTIONFS_STRINGS_MAGIC),
	.length = __constant_cpu_to_le32(sizeof(strings)),
};

static size_t device_id(unsigned char *buf)
{
	size_t len = strlen(options.id);

	memcpy(buf + 2, options.id, len);
	buf[0] = (len + 2) >> 8;
	buf[1] = len + 2;
	return len + 2;
}

/* The host gives up a request that goes wrong; so does the printer. */
static void answer(int ep0, const struct usb_ctrlrequest *setup, const void *buf, size_t len)
{
	if (len > __le16_to_cpu(setup->wLength))
		len = __le16_to_cpu(setup->wLength);
	if (write(ep0, buf, len) < 0)
		atomic_fetch_add(&errors, 1);
}

/* Reading where the host reads, and the other way round, stalls the request. */
static void refuse(int ep0, const struct usb_ctrlrequest *setup)
{
	ssize_t ret;

	if (setup->bRequestType & USB_DIR_IN)
		ret = read(ep0, NULL, 0);
	else
		ret = write(ep0, NULL, 0);
	if (ret >= 0)
		atomic_fetch_add(&errors, 1);
}

static void handle_setup(int ep0, const struct usb_ctrlrequest *setup)
{
	static const unsigned char status = STATUS_WELL;
	unsigned char buf[2 + ID_MAX];

	atomic_fetch_add(&requests, 1);
	if ((setup->bRequestType & USB_TYPE_MASK) != USB_TYPE_CLASS) {
		refuse(ep0, setup);
	} else if ((setup->bRequestType & USB_DIR_IN) &&
		   setup->bRequest == GET_DEVICE_ID) {
		answer(ep0, setup, buf, device_id(buf));
	} else if ((setup->bRequestType & USB_DIR_IN) &&
		   setup->bRequest == GET_PORT_STATUS) {
		answer(ep0, setup, &status, sizeof(status));
	} else if (!(setup->bRequestType & USB_DIR_IN) && setup->bRequest == SOFT_RESET) {
		atomic_fetch_add(&resets, 1);
		if (read(ep0, NULL, 0) < 0)
			atomic_fetch_add(&errors, 1);
	} else {
		refuse(ep0, setup);
	}
}

static void *ffs_control(void *arg)
{
	struct usb_functionfs_event events[4];
	int ep0 = *(int *)arg;
	ssize_t len;
	size_t i;

	for (;;) {
		len = read(ep0, events, sizeof(events));
		if (len < 0 && errno != EINTR && errno != EAGAIN && errno != EIDRM)
			die_errno("%s/ep0", options.ffs);
		for (i = 0; len > 0 && i < len / sizeof(*events); i++)
			if (events[i].type == FUNCTIONFS_SETUP)
				handle_setup(ep0, &events[i].u.setup);
	}
	return NULL;
}

static void ffs_begin(void)
{
	static struct lane out, in;
	static int ep0;
	char path[4096];

	snprintf(path, sizeof(path), "%s/ep0", options.ffs);
	ep0 = open(path, O_RDWR | O_CLOEXEC);
	if (ep0 < 0)
		die_errno("%s", path);
	if (write(ep0, &descriptors, sizeof(descriptors)) < 0 ||
	    write(ep0, &strings, sizeof(strings)) < 0)
		die_errno("%s", path);
	lane_open(&out, "ep1", IOCB_CMD_PREAD);
	lane_open(&in, "ep2", IOCB_CMD_PWRITE);
	start(ffs_control, &ep0);
	start(ffs_receive, &out);
	start(ffs_send, &in);
}

/* --- f_printer's node ---------------------------------------------------------------- */

static void node_receive(int fd, char *buf)
{
	ssize_t len = read(fd, buf, options.size);

	if (len > 0)
		count_received(len);
	else
		lane_failed();
}

/* Returns how many bytes were taken. */
static size_t node_send(int fd, const char *buf, size_t len)
{
	ssize_t ret = write(fd, buf, len);

	if (ret <= 0) {
		lane_failed();
		return 0;
	}
	atomic_fetch_add(&sent, ret);
	return ret;
}

/* One thread and no waiting inside: a read that waits keeps the node's writers out. */
static void *node_run(void *arg)
{
	char *buf = make_buffer(options.size);
	struct pollfd polled[] = {
		{ .fd = *(int *)arg },
		{ .fd = to_send.event, .events = POLLIN },
	};
	size_t len = 0;
	uint64_t nr;

	for (;;) {
		if (!len)
			len = next_to_send(options.size, false);
		polled[0].events = len ? POLLIN | POLLOUT : POLLIN;
		if (poll(polled, 2, -1) < 0) {
			if (errno != EINTR)
				die_errno("%s", options.node);
			continue;
		}
		if (polled[1].revents && read(to_send.event, &nr, sizeof(nr)) < 0)
			die_errno("eventfd");
		if (polled[0].revents & ~POLLOUT)
			node_receive(polled[0].fd, buf);
		if (polled[0].revents & POLLOUT)
			len -= node_send(polled[0].fd, buf, len);
	}
	return NULL;
}

static void node_begin(void)
{
	static int fd;

	fd = open(options.node, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		die_errno("%s", options.node);
	start(node_run, &fd);
}

/* --- commands --------------------------------------------------------------------------- */

static void tell(void)
{
	json_begin();
	json_number("received", received);
	json_number("transfers", transfers);
	json_number("sent", sent);
	json_number("requests", requests);
	json_number("resets", resets);
	json_number("errors", errors);
	json_end();
}

/* Returns whether to go on. */
static bool command(char *line)
{
	unsigned long long bytes;
	char end;

	line[strcspn(line, "\n")] = '\0';
	if (!strcmp(line, "stat"))
		tell();
	else if (!strcmp(line, "send"))
		send_bytes(UINT64_MAX);
	else if (sscanf(line, "send %llu%c", &bytes, &end) == 1)
		send_bytes(bytes);
	else if (!strcmp(line, "stop"))
		send_bytes(0);
	else if (strcmp(line, "quit"))
		die("no such command: %.40s", line);
	return strcmp(line, "quit");
}

static void usage(FILE *to)
{
	fprintf(to, "usage: ffs_sink --ffs DIR | --node NODE [--id TEXT] [--size N]\n"
		"       [--depth N] [--stamps FIFO]\n"
		"commands on standard input: stat, send [N], stop, quit\n");
	exit(to == stderr ? 2 : 0);
}

static unsigned long number(const char *text, unsigned long max)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 0);
	if (errno || end == text || *end || *text == '-' || !value || value > max)
		usage(stderr);
	return value;
}

static void parse_option(int c)
{
	switch (c) {
	case 'f':
		options.ffs = optarg;
		break;
	case 'n':
		options.node = optarg;
		break;
	case 'i':
		options.id = optarg;
		break;
	case 's':
		options.size = number(optarg, SIZE_MAX_BYTES);
		break;
	case 'd':
		options.depth = number(optarg, DEPTH_MAX);
		break;
	case 't':
		options.stamps = optarg;
		break;
	default:
		usage(c == 'h' ? stdout : stderr);
	}
}

static void parse(int argc, char **argv)
{
	static const struct option names[] = {
		{ "ffs", required_argument, NULL, 'f' },
		{ "node", required_argument, NULL, 'n' },
		{ "id", required_argument, NULL, 'i' },
		{ "size", required_argument, NULL, 's' },
		{ "depth", required_argument, NULL, 'd' },
		{ "stamps", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ }
	};
	int c;

	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1)
		parse_option(c);
	if (!options.ffs == !options.node || strlen(options.id) > ID_MAX || optind != argc)
		usage(stderr);
	if (!options.size)
		options.size = options.ffs ? 32768 : 1048576;
}

int main(int argc, char **argv)
{
	char line[64];

	parse(argc, argv);
	to_send.event = eventfd(0, EFD_CLOEXEC);
	if (to_send.event < 0)
		die_errno("eventfd");
	if (options.stamps) {
		/* Both ends, so that a reader may come and go. */
		stamps_fd = open(options.stamps, O_RDWR | O_NONBLOCK | O_CLOEXEC);
		if (stamps_fd < 0)
			die_errno("%s", options.stamps);
	}
	if (options.ffs)
		ffs_begin();
	else
		node_begin();
	/* Ready: the counts before anything has come. */
	tell();
	while (fgets(line, sizeof(line), stdin) && command(line))
		;
	tell();
	return 0;
}
