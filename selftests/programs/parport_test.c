// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * printport_parport and IEEE 1284 printers that are strict, slow, stop, and lose power:
 * simulated ones, see selftests/parport_sim/README.md.
 */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <linux/lp.h>
#include <linux/parport.h>
#include <linux/ppdev.h>

#include "options.h"
#include "parport_sim.h"
#include "random.h"
#include "tap.h"
#include "task.h"

/* ioctl of usblp */
#define GET_DEVICE_ID(len)	_IOC(_IOC_READ, 'P', 1, len)

#define COUNT(array)		(sizeof(array) / sizeof((array)[0]))

/* A printer that answers at once. */
#define PROMPT	"busy_ns=0 1000;ack_ns=500 1000;response_ns=100 1000"
/* One that takes some time for each byte, so that a job lasts. */
#define STEADY	"busy_ns=5000 20000;ack_ns=500 2000;response_ns=500 4000"

/* What cases share */

/**
 * struct rig - a printer, and the port that it hangs on
 * @sim: the printer
 * @port: the port
 */
struct rig {
	struct parport_sim sim;
	struct port port;
};

/* The printer's settings, as parport_sim_new() takes them. */
static struct rig rig_up(const char *format, ...) __attribute__((format(printf, 1, 2)));
static struct rig rig_up(const char *format, ...)
{
	char settings[512];
	struct rig rig;
	va_list args;

	va_start(args, format);
	vsnprintf(settings, sizeof(settings), format, args);
	va_end(args);
	rig.sim = parport_sim_new(settings);
	rig.port = parport_sim_port(&rig.sim);
	return rig;
}

/* Settings of the printer that may change while it is there: "NAME=VALUE;NAME=VALUE". */
static void set_all(const struct parport_sim *sim, const char *settings)
{
	char words[256], *word, *value, *rest = words;

	snprintf(words, sizeof(words), "%s", settings);
	while ((word = strsep(&rest, ";"))) {
		value = strchr(word, '=');
		CHECK(value);
		*value++ = '\0';
		parport_sim_set(sim, word, value);
	}
}

static void set_condition(const struct rig *rig, const char *condition)
{
	parport_sim_set(&rig->sim, "condition", condition);
}

/* Writes to an attribute of the port; returns 0 or the errno. */
static int try_set(const struct port *port, const char *attribute, const char *text)
{
	char path[256];
	ssize_t ret;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", port->sysfs, attribute);
	fd = CHECK_OK(open(path, O_WRONLY | O_CLOEXEC));
	ret = write(fd, text, strlen(text));
	close(fd);
	return ret < 0 ? errno : 0;
}

static long long now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

/* KB/s of what began at a time of tap_now_ms(). */
static size_t rate(size_t bytes, long long began)
{
	return bytes / (size_t)(tap_now_ms() - began + 1);
}

/* Bytes that somebody writes or reads, random_fill()'s from 0 on. */
struct stream {
	const struct rig *rig;
	int fd;			/* -1: opens and closes the port itself */
	uint32_t seed;
	size_t len;
};

static long write_stream(void *arg)
{
	const struct stream *stream = arg;
	int fd = stream->fd >= 0 ? stream->fd : port_open(&stream->rig->port, O_WRONLY);

	write_random(fd, stream->seed, 0, stream->len);
	CHECK_OK(fsync(fd));
	CHECK_OK(close(fd));
	return 0;
}

/* Reads @len bytes of the stream from @pos. */
static void read_random(int fd, uint32_t seed, uint64_t pos, size_t len)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	char buf[16384];
	ssize_t ret;
	long wrong;

	while (len) {
		if (poll(&poller, 1, tap_patience(5000)) != 1)
			FAIL("%zu bytes from the printer do not come", len);
		ret = CHECK_OK(read(fd, buf, len < sizeof(buf) ? len : sizeof(buf)));
		CHECK(ret > 0);
		wrong = random_check(seed, pos, buf, ret);
		if (wrong >= 0)
			FAIL("byte %llu from the printer is wrong: %02x",
			     (unsigned long long)pos + wrong, (unsigned char)buf[wrong]);
		pos += ret;
		len -= ret;
	}
}

static long read_stream(void *arg)
{
	const struct stream *stream = arg;

	read_random(stream->fd, stream->seed, 0, stream->len);
	return 0;
}

static long read_paper(void *arg)
{
	const struct stream *stream = arg;

	parport_sim_printed(&stream->rig->sim, stream->seed, 0, stream->len);
	return 0;
}

/* One job that is printed, all of it. */
static void check_prints(const struct rig *rig, uint32_t seed, size_t len)
{
	struct stream stream = { .rig = rig, .fd = -1, .seed = seed, .len = len };
	struct task *writer = task_start(write_stream, &stream);

	parport_sim_printed(&rig->sim, seed, 0, len);
	CHECK_EQ(task_result(writer, 10000), 0);
}

/* Nothing that the standard forbids was done, and the port has nothing in hand. */
static void check_clean(const struct rig *rig)
{
	CHECK_SOON(port_is(&rig->port, "state", "closed"), 5000);
	CHECK_EQ(port_number(&rig->port, "stats/bytes_written"),
		 port_number(&rig->port, "stats/bytes_delivered") +
		 port_number(&rig->port, "stats/bytes_lost"));
	parport_sim_check_legal(&rig->sim);
}

static void check_all_delivered(const struct rig *rig)
{
	check_clean(rig);
	CHECK_EQ(port_number(&rig->port, "stats/bytes_lost"), 0);
}

/* Forward modes */

/**
 * struct forward - a way to print
 * @modes: what the port has hardware for
 * @setting: of parallel/forward_mode
 * @negotiated: what parallel/negotiated says then
 * @counter: of the printer
 * @hardware: bytes go through the hardware
 */
struct forward {
	const char *modes;
	const char *setting;
	const char *negotiated;
	const char *counter;
	bool hardware;
};

enum { COMPAT, COMPAT_FIFO, ECP, ECP_SOFT, EPP, FORWARDS };

static const struct forward forwards[FORWARDS] = {
	[COMPAT]	= { "tristate", "auto", "compatibility", "compat_bytes", false },
	[COMPAT_FIFO]	= { "tristate compat", "auto", "compatibility", "compat_bytes", true },
	[ECP]		= { "tristate ecp", "auto", "ecp", "ecp_bytes", true },
	[ECP_SOFT]	= { "tristate", "ecp", "ecp", "ecp_bytes", false },
	[EPP]		= { "tristate epp", "auto", "epp", "epp_bytes", true },
};

/*
 * Random times of the printer, and what part of the bytes is sent at that speed. EPP's
 * printers have 10 us for an answer.
 */
static const struct {
	const char *settings;
	const char *epp_settings;
	unsigned int part;
} speeds[] = {
	{ PROMPT, "response_ns=100 1000", 1 },
	{ "busy_ns=500 50000;ack_ns=500 5000;response_ns=200 20000", "response_ns=200 8000",
	  32 },
	{ "busy_ns=100000 3000000;ack_ns=1000 5000;response_ns=20000 300000",
	  "response_ns=7000 9000", 4096 },
};

static void print_through(const struct rig *rig, const struct forward *forward,
			  uint32_t seed, size_t len)
{
	long long bytes = parport_sim_count(&rig->sim, forward->counter);
	long long hardware = parport_sim_count(&rig->sim, "hardware_bytes");

	check_prints(rig, seed, len);
	CHECK(port_is(&rig->port, "parallel/negotiated", forward->negotiated));
	bytes = parport_sim_count(&rig->sim, forward->counter) - bytes;
	hardware = parport_sim_count(&rig->sim, "hardware_bytes") - hardware;
	CHECK_EQ(bytes, len);
	CHECK_EQ(hardware, forward->hardware ? len : 0);
	check_all_delivered(rig);
}

static void print_in(int mode)
{
	const struct forward *forward = &forwards[mode];
	/* With interrupt and without; what is done by hand takes its time. */
	size_t bytes = options_bytes(1 << 20, 65536) / (forward->hardware ? 2 : 8);
	long long began;
	unsigned int irq, i;

	for (irq = 0; irq < 2; irq++) {
		struct rig rig = rig_up("modes=%s;irq=%u;seed=%u", forward->modes, irq,
					options.seed + irq);

		port_set(&rig.port, "parallel/forward_mode", forward->setting);
		for (i = 0; i < COUNT(speeds); i++) {
			set_all(&rig.sim, mode == EPP ? speeds[i].epp_settings :
							speeds[i].settings);
			began = tap_now_ms();
			print_through(&rig, forward, options.seed + i, bytes / speeds[i].part);
			if (!i)
				tap_note("%s %zu KB/s", irq ? "irq" : "no irq",
					 rate(bytes, began));
		}
	}
}

static void forward_compat(void)
{
	print_in(COMPAT);
}

static void forward_compat_fifo(void)
{
	print_in(COMPAT_FIFO);
}

static void forward_ecp(void)
{
	print_in(ECP);
}

static void forward_ecp_soft(void)
{
	print_in(ECP_SOFT);
}

static void forward_epp(void)
{
	print_in(EPP);
}

/* Reverse modes */

/* Each way to get data from the printer, and its counter. */
static void read_in(const char *modes, const char *setting, const char *counter)
{
	size_t len = options_bytes(1 << 17, 16384);
	struct rig rig = rig_up("modes=%s;" PROMPT, modes);
	long long began;
	int fd;

	port_set(&rig.port, "parallel/reverse_mode", setting);
	parport_sim_reply(&rig.sim, options.seed, 0, len);
	began = tap_now_ms();
	fd = port_open(&rig.port, O_RDWR);
	read_random(fd, options.seed, 0, len);
	tap_note("%zu KB/s", rate(len, began));
	CHECK_EQ(parport_sim_count(&rig.sim, counter), len);
	CHECK_EQ(parport_sim_count(&rig.sim, "reply_left"), 0);
	/* And what comes late. */
	tap_sleep_ms(50);
	parport_sim_reply(&rig.sim, options.seed, len, 100);
	read_random(fd, options.seed, len, 100);
	CHECK_OK(close(fd));
	CHECK_EQ(port_number(&rig.port, "stats/bytes_read"), len + 100);
	check_all_delivered(&rig);
}

static void reverse_nibble(void)
{
	read_in("tristate", "nibble", "nibble_bytes");
}

static void reverse_byte(void)
{
	read_in("tristate", "auto", "byte_bytes");
}

static void reverse_ecp(void)
{
	read_in("tristate ecp", "auto", "ecp_reverse_bytes");
}

/* Nobody is asked. */
static void reverse_none(void)
{
	struct rig rig = rig_up("modes=tristate ecp;" PROMPT);
	struct pollfd poller = { .events = POLLIN };
	long long negotiations;

	port_set(&rig.port, "parallel/reverse_mode", "none");
	parport_sim_reply(&rig.sim, options.seed, 0, 100);
	negotiations = parport_sim_count(&rig.sim, "negotiations");
	poller.fd = port_open(&rig.port, O_RDWR);
	CHECK_EQ(poll(&poller, 1, 500), 0);
	CHECK_EQ(parport_sim_count(&rig.sim, "negotiations"), negotiations);
	CHECK_EQ(parport_sim_count(&rig.sim, "reply_left"), 100);
	/* Taken at the next safe point. */
	port_set(&rig.port, "parallel/reverse_mode", "nibble");
	read_random(poller.fd, options.seed, 0, 100);
	CHECK_OK(close(poller.fd));
	check_all_delivered(&rig);
}

/* Both ways at once. */
static void both_ways(int mode, const char *reverse, const char *counter)
{
	const struct forward *forward = &forwards[mode];
	size_t len = options_bytes(1 << 17, 16384), answer = len / 8;
	struct rig rig = rig_up("modes=%s;irq=%u;" PROMPT, forward->modes, mode & 1);
	struct stream in = { .rig = &rig, .seed = options.seed + 1, .len = answer };
	struct stream out = { .rig = &rig, .seed = options.seed, .len = len };
	struct task *writer, *reader;
	uint64_t pos = 0;

	if (mode == EPP)
		parport_sim_set(&rig.sim, "response_ns", "100 1000");
	port_set(&rig.port, "parallel/forward_mode", forward->setting);
	port_set(&rig.port, "parallel/reverse_mode", reverse);
	in.fd = port_open(&rig.port, O_RDWR);
	out.fd = in.fd;
	reader = task_start(read_stream, &in);
	writer = task_start(write_stream, &out);
	CHECK_OK(close(in.fd));
	/* The printer answers each part of what it prints. */
	for (; pos < len; pos += len / 16) {
		parport_sim_printed(&rig.sim, out.seed, pos, len / 16);
		parport_sim_reply(&rig.sim, in.seed, pos / 8, answer / 16);
	}
	CHECK_EQ(task_result(writer, 10000), 0);
	CHECK_EQ(task_result(reader, 10000), 0);
	CHECK_EQ(parport_sim_count(&rig.sim, counter), answer);
	CHECK_EQ(parport_sim_count(&rig.sim, forward->counter), len);
	CHECK(port_is(&rig.port, "parallel/negotiated", forward->negotiated));
	check_all_delivered(&rig);
}

static void both_compat_nibble(void)
{
	both_ways(COMPAT, "nibble", "nibble_bytes");
}

static void both_compat_byte(void)
{
	both_ways(COMPAT_FIFO, "auto", "byte_bytes");
}

static void both_ecp(void)
{
	both_ways(ECP, "auto", "ecp_reverse_bytes");
}

static void both_ecp_soft(void)
{
	both_ways(ECP_SOFT, "ecp", "ecp_reverse_bytes");
}

static void both_ecp_nibble(void)
{
	both_ways(ECP_SOFT, "nibble", "nibble_bytes");
}

static void both_epp_byte(void)
{
	both_ways(EPP, "auto", "byte_bytes");
}

/* Which mode is taken */

/**
 * struct match - a port, a printer, and what becomes of them
 * @modes: of the port
 * @supports: of the printer
 * @setting: parallel/forward_mode
 * @negotiated: wanted
 * @reverse: counter of the reverse mode that is wanted, NULL: none works
 */
struct match {
	const char *modes;
	const char *supports;
	const char *setting;
	const char *negotiated;
	const char *reverse;
};

static void check_match(const struct match *match)
{
	struct rig rig = rig_up("modes=%s;supports=%s;" PROMPT, match->modes, match->supports);
	struct pollfd poller = { .events = POLLIN };
	uint32_t seed = options.seed;
	int fd;

	port_set(&rig.port, "parallel/forward_mode", match->setting);
	check_prints(&rig, seed, 2000);
	if (!port_is(&rig.port, "parallel/negotiated", match->negotiated))
		FAIL("port %s, printer %s, %s: not %s", match->modes, match->supports,
		     match->setting, match->negotiated);
	parport_sim_reply(&rig.sim, seed, 0, 100);
	fd = port_open(&rig.port, O_RDWR);
	write_random(fd, seed, 0, 2000);
	if (match->reverse) {
		read_random(fd, seed, 0, 100);
		if (parport_sim_count(&rig.sim, match->reverse) != 100)
			FAIL("port %s, printer %s, %s: not by %s", match->modes,
			     match->supports, match->setting, match->reverse);
	} else {
		poller.fd = fd;
		CHECK_EQ(poll(&poller, 1, 400), 0);
	}
	parport_sim_printed(&rig.sim, seed, 0, 2000);
	write_random(fd, seed, 0, 2000);
	CHECK_OK(close(fd));
	parport_sim_printed(&rig.sim, seed, 0, 2000);
	check_all_delivered(&rig);
}

static void fall_back(void)
{
	static const struct match matches[] = {
		{ "tristate ecp epp", "nibble byte ecp epp id", "auto", "ecp",
		  "ecp_reverse_bytes" },
		{ "tristate ecp epp", "nibble byte epp id", "auto", "epp", "byte_bytes" },
		{ "tristate ecp epp", "nibble epp id", "auto", "epp", "nibble_bytes" },
		{ "tristate ecp epp", "nibble byte id", "auto", "compatibility",
		  "byte_bytes" },
		{ "tristate ecp epp", "nibble", "auto", "compatibility", "nibble_bytes" },
		{ "tristate ecp epp", "none", "auto", "compatibility", NULL },
		{ "tristate ecp epp", "none", "ecp", "compatibility", NULL },
		{ "tristate ecp epp", "nibble byte epp id", "ecp", "compatibility",
		  "byte_bytes" },
		{ "tristate ecp epp", "nibble byte ecp id", "epp", "compatibility",
		  "byte_bytes" },
		{ "tristate ecp epp", "nibble byte ecp epp id", "epp", "epp", "byte_bytes" },
		{ "tristate ecp epp", "nibble byte ecp epp id", "compatibility",
		  "compatibility", "byte_bytes" },
		{ "tristate", "nibble byte ecp epp id", "auto", "compatibility",
		  "byte_bytes" },
		{ "tristate", "nibble id", "ecp", "compatibility", "nibble_bytes" },
		{ "ecp", "nibble byte ecp epp id", "auto", "ecp", "nibble_bytes" },
		{ "epp", "nibble byte ecp epp id", "auto", "epp", "nibble_bytes" },
		{ "compat", "nibble byte ecp epp id", "ecp", "ecp", "nibble_bytes" },
	};
	unsigned int i;

	for (i = 0; i < COUNT(matches); i++)
		check_match(&matches[i]);
}

static void check_setting(const struct rig *rig, const char *attribute, const char *text,
			  int wanted)
{
	int error = try_set(&rig->port, attribute, text);

	if (error != wanted)
		FAIL("%s = %s: %s, not %s", attribute, text, tap_errno_name(error),
		     tap_errno_name(wanted));
	if (!wanted && !port_is(&rig->port, attribute, text))
		FAIL("%s is not %s", attribute, text);
}

static void settings(void)
{
	static const char *const bad[] = { "", "\n", "fast", "ecp epp", "ECPP", "2", "auto " };
	struct rig plain = rig_up("modes=compat"), full = rig_up("modes=tristate ecp epp");
	static const char *const files[] = { "forward_mode", "reverse_mode", "negotiated",
					     "parport" };
	char path[256], name[32];
	struct stat stat;
	unsigned int i;

	for (i = 0; i < COUNT(files); i++) {
		snprintf(path, sizeof(path), "%s/parallel/%s", full.port.sysfs, files[i]);
		CHECK_OK(lstat(path, &stat));
		CHECK_EQ(stat.st_mode & 0777, i < 2 ? 0644 : 0444);
	}
	snprintf(name, sizeof(name), "parport%d", full.sim.parport);
	CHECK(port_is(&full.port, "parallel/parport", name));
	CHECK(port_is(&full.port, "parallel/forward_mode", "auto"));
	CHECK(port_is(&full.port, "parallel/reverse_mode", "auto"));
	CHECK(port_is(&full.port, "parallel/negotiated", "compatibility"));

	/* An empty write does not reach the driver. */
	for (i = 1; i < COUNT(bad); i++) {
		check_setting(&full, "parallel/forward_mode", bad[i], EINVAL);
		check_setting(&full, "parallel/reverse_mode", bad[i], EINVAL);
	}
	check_setting(&full, "parallel/forward_mode", "nibble", EINVAL);
	check_setting(&full, "parallel/forward_mode", "none", EINVAL);
	check_setting(&full, "parallel/reverse_mode", "epp", EINVAL);
	check_setting(&full, "parallel/reverse_mode", "compatibility", EINVAL);

	check_setting(&plain, "parallel/forward_mode", "epp", EOPNOTSUPP);
	check_setting(&plain, "parallel/forward_mode", "ecp", 0);
	check_setting(&plain, "parallel/forward_mode", "compatibility", 0);
	check_setting(&plain, "parallel/forward_mode", "auto", 0);
	check_setting(&plain, "parallel/reverse_mode", "byte", EOPNOTSUPP);
	check_setting(&plain, "parallel/reverse_mode", "ecp", EOPNOTSUPP);
	check_setting(&plain, "parallel/reverse_mode", "nibble", 0);
	check_setting(&plain, "parallel/reverse_mode", "none", 0);
	CHECK(port_is(&plain.port, "parallel/reverse_mode", "none"));
	check_setting(&full, "parallel/forward_mode", "epp", 0);
	check_setting(&full, "parallel/forward_mode", "ecp", 0);
	check_setting(&full, "parallel/reverse_mode", "byte", 0);
	check_setting(&full, "parallel/reverse_mode", "ecp", 0);
	check_clean(&plain);
	check_clean(&full);
}

/* Modes change in mid-job, in both directions. */
static void settings_in_a_job(void)
{
	static const char *const forward[] = { "compatibility", "epp", "ecp", "auto" };
	static const char *const reverse[] = { "nibble", "byte", "ecp", "auto", "none" };
	size_t len = options_bytes(1 << 17, 32768), answer = len / 16;
	struct rig rig = rig_up("modes=tristate ecp epp;busy_ns=5000 20000;ack_ns=500 2000;"
				"response_ns=200 8000");
	struct stream in = { .rig = &rig, .seed = options.seed + 1, .len = answer };
	struct stream out = { .rig = &rig, .seed = options.seed, .len = len };
	struct stream paper = { .rig = &rig, .seed = options.seed, .len = len };
	uint32_t state = options.seed;
	struct task *writer, *reader;
	unsigned int changes = 0;
	uint64_t pos;

	parport_sim_reply(&rig.sim, in.seed, 0, answer);
	in.fd = port_open(&rig.port, O_RDWR);
	out.fd = in.fd;
	reader = task_start(read_stream, &in);
	writer = task_start(write_stream, &out);
	for (pos = 0; pos < paper.len; pos += 2048) {
		parport_sim_printed(&rig.sim, paper.seed, pos, 2048);
		port_set(&rig.port, "parallel/forward_mode",
			 forward[random_below(&state, COUNT(forward))]);
		port_set(&rig.port, "parallel/reverse_mode",
			 reverse[random_below(&state, COUNT(reverse))]);
		changes++;
	}
	port_set(&rig.port, "parallel/reverse_mode", "auto");
	CHECK_EQ(task_result(writer, 10000), 0);
	CHECK_EQ(task_result(reader, 10000), 0);
	CHECK_OK(close(in.fd));
	CHECK(parport_sim_count(&rig.sim, "compat_bytes") > 0);
	CHECK(parport_sim_count(&rig.sim, "ecp_bytes") > 0);
	CHECK(parport_sim_count(&rig.sim, "epp_bytes") > 0);
	CHECK_EQ(parport_sim_count(&rig.sim, "reverse_bytes"),
		 answer + parport_sim_count(&rig.sim, "id_bytes"));
	tap_note("%u changes", changes);
	check_all_delivered(&rig);
}

/* Faults */

/**
 * struct scene - something that goes on while the printer gets into trouble
 * @modes: of the port
 * @settings: of the printer
 * @forward: parallel/forward_mode
 * @reverse: parallel/reverse_mode
 * @reads: the printer sends, and somebody reads
 * @count: how often an event may go well, at most
 * @events: in which phases the trouble comes
 */
struct scene {
	const char *modes;
	const char *settings;
	const char *forward;
	const char *reverse;
	bool reads;
	unsigned int count;
	const char *const *events;
};

/**
 * struct fault - a printer in trouble, and who prints on it
 * @rig: printer and port
 * @scene: what goes on
 * @condition: the trouble
 * @number: of the condition
 * @event: the phase of this round
 * @state: of random_below()
 * @fd: the port, does not wait
 * @seed: of this round's bytes
 * @taken: bytes that the printer had taken before this round
 * @written: bytes of the job that were written
 * @said: bytes that the printer has said
 * @heard: bytes that were read
 * @exact: what is read must be what the printer said
 */
struct fault {
	struct rig rig;
	const struct scene *scene;
	const char *condition;
	unsigned int number;
	const char *event;
	uint32_t state;
	int fd;
	uint32_t seed;
	long long taken;
	size_t written;
	size_t said;
	size_t heard;
	bool exact;
};

#define JOB	16384

#define BAD(fault, format, ...)							\
	FAIL("%s at %s, %s %s (parport%d): " format, (fault)->condition,	\
	     (fault)->event, (fault)->scene->modes, (fault)->scene->forward,	\
	     (fault)->rig.sim.parport, ##__VA_ARGS__)

/* The condition comes true within @ms, while the holder reads. */
#define SOON(fault, condition, ms) ({						\
	long long soon_ = tap_now_ms() + tap_patience(ms);			\
	while (!(condition)) {							\
		if (tap_now_ms() > soon_)					\
			BAD(fault, "not within %d ms: %s", tap_patience(ms),	\
			    #condition);					\
		hear(fault);							\
		tap_sleep_ms(5);						\
	}									\
})

#define MUST(fault, condition) \
	((condition) ? (void)0 : BAD(fault, "not true: %s", #condition))

static void hear(struct fault *fault)
{
	char buf[4096];
	ssize_t len;
	long wrong;

	if (!fault->scene->reads)
		return;
	while ((len = read(fault->fd, buf, sizeof(buf))) > 0) {
		wrong = random_check(fault->seed, fault->heard, buf, len);
		if (fault->exact && wrong >= 0)
			BAD(fault, "byte %ld from the printer is wrong: %02x",
			    (long)fault->heard + wrong, (unsigned char)buf[wrong]);
		fault->heard += len;
	}
	if (len < 0 && errno != EAGAIN)
		BAD(fault, "read: %s", tap_errno_name(errno));
}

/* The printer always has a little more to say. */
static void say(struct fault *fault)
{
	if (!fault->scene->reads || fault->said > fault->heard + 256)
		return;
	parport_sim_reply(&fault->rig.sim, fault->seed, fault->said, 64);
	fault->said += 64;
}

static bool fired(const struct fault *fault)
{
	char trigger[64];

	parport_sim_get(&fault->rig.sim, "trigger", trigger, sizeof(trigger));
	return !strcmp(trigger, "none");
}

static bool shows(const struct fault *fault, const char *reasons)
{
	return port_is(&fault->rig.port, "reasons", reasons);
}

/* Starts the round's job, and prints until the trouble is there. */
static void get_into_trouble(struct fault *fault)
{
	long long until = tap_now_ms() + tap_patience(20000);
	size_t first = fault->scene->reads ? JOB / 4 : JOB / 2;
	char trigger[64], left[64];

	snprintf(trigger, sizeof(trigger), "%s %u %s", fault->event,
		 1 + random_below(&fault->state, fault->scene->count), fault->condition);
	fault->fd = port_open_soon(&fault->rig.port, O_RDWR | O_NONBLOCK);
	parport_sim_set(&fault->rig.sim, "trigger", trigger);
	job_start(fault->fd, trigger);
	write_random(fault->fd, fault->seed, 0, first);
	fault->written = first;
	while (!fired(fault)) {
		if (tap_now_ms() > until) {
			parport_sim_get(&fault->rig.sim, "trigger", left, sizeof(left));
			BAD(fault, "the event does not happen: %s, left %s", trigger, left);
		}
		say(fault);
		hear(fault);
		/* The job goes on. */
		if (fault->scene->reads && fault->written < JOB - JOB / 8) {
			write_random(fault->fd, fault->seed, fault->written, 64);
			fault->written += 64;
		}
		tap_sleep_ms(2);
	}
}

/* Everything that is on paper and was not looked at yet; returns how much. */
static size_t on_paper(struct fault *fault, char *buf, size_t size)
{
	int fd = parport_sim_open(&fault->rig.sim, "printed", O_RDONLY | O_NONBLOCK);
	size_t done = 0;
	ssize_t len;

	while (done < size && (len = read(fd, buf + done, size - done)) > 0)
		done += len;
	close(fd);
	return done;
}

/* What is on paper is the beginning of this round's job; returns how much. */
static size_t check_paper(struct fault *fault)
{
	static char buf[2 * JOB];
	size_t len = on_paper(fault, buf, sizeof(buf));
	long wrong = random_check(fault->seed, 0, buf, len);

	if (wrong >= 0)
		BAD(fault, "of %zu bytes on paper the one at %ld is wrong: %02x", len, wrong,
		    (unsigned char)buf[wrong]);
	return len;
}

/* Ends the job and waits; returns 0 or the errno. */
static int end_job(struct fault *fault, struct printport_job_query *query, unsigned int ms)
{
	*query = (struct printport_job_query){
		.wait = PRINTPORT_WAIT_DELIVERED,
		.timeout_ms = tap_patience(ms),
	};
	return ioctl(fault->fd, PRINTPORT_IOC_END_JOB, query) ? errno : 0;
}

static void check_complete(struct fault *fault, const struct printport_job_result *result)
{
	size_t len;

	if (result->state != PRINTPORT_JOB_COMPLETED)
		BAD(fault, "state %u, error %s, delivered %llu, lost %llu", result->state,
		    tap_errno_name(result->error), (long long)result->bytes_delivered,
		    (long long)result->bytes_lost);
	MUST(fault, result->bytes_accepted == fault->written);
	MUST(fault, result->bytes_delivered == fault->written);
	len = check_paper(fault);
	if (len != fault->written)
		BAD(fault, "%zu of %zu bytes are on paper", len, fault->written);
}

/* After a fault: a job that is printed as if nothing had been. */
static void print_again(struct fault *fault)
{
	struct printport_job_query query;
	int err;

	fault->seed += 1000;
	fault->exact = false;
	job_start(fault->fd, "again");
	write_random(fault->fd, fault->seed, 0, 2000);
	fault->written = 2000;
	err = end_job(fault, &query, 5000);
	if (err)
		BAD(fault, "the next job: %s", tap_errno_name(err));
	check_complete(fault, &query.result);
}

/* Paper out, off-line, error, busy: the job waits, then goes on as if nothing had been. */
static void check_waits(struct fault *fault, const char *reasons)
{
	struct printport_job_query query;
	int err;

	write_random(fault->fd, fault->seed, fault->written, JOB - fault->written);
	fault->written = JOB;
	if (!strcmp(reasons, "none"))
		tap_sleep_ms(150);
	SOON(fault, shows(fault, reasons), 1000);
	hear(fault);
	MUST(fault, port_is(&fault->rig.port, "status",
			    strcmp(reasons, "none") ? "stopped" : "processing"));
	MUST(fault, port_number(&fault->rig.port, "queued") > 0);

	set_condition(&fault->rig, "none");
	err = end_job(fault, &query, 5000);
	if (err)
		BAD(fault, "does not go on: %s, delivered %llu", tap_errno_name(err),
		    (long long)query.result.bytes_delivered);
	check_complete(fault, &query.result);
	SOON(fault, !fault->scene->reads || fault->heard == fault->said, 5000);
	SOON(fault, shows(fault, "none"), 1000);
}

static void check_job_lost(struct fault *fault, const struct printport_job_result *result)
{
	long long paper = check_paper(fault), delivered = result->bytes_delivered;

	if (result->state != PRINTPORT_JOB_FAILED || result->error != EIO)
		BAD(fault, "state %u, error %s, delivered %lld, on paper %lld", result->state,
		    tap_errno_name(result->error), delivered, paper);
	MUST(fault, result->bytes_accepted == delivered + result->bytes_lost);
	/* One byte was under way when the power went. */
	if (paper < delivered - 1 || paper > delivered + 1)
		BAD(fault, "%lld bytes are on paper, %lld were delivered", paper, delivered);
}

/* The rest of the job, as much of it as is accepted: it may have failed already. */
static void write_rest(struct fault *fault)
{
	char buf[JOB];
	ssize_t len;

	random_fill(fault->seed, fault->written, buf, JOB - fault->written);
	len = write(fault->fd, buf, JOB - fault->written);
	if (len > 0)
		fault->written += len;
	else if (errno != EIO && errno != ECANCELED)
		BAD(fault, "write: %s", tap_errno_name(errno));
}

/* A job of which the printer has had nothing waits, another one fails. */
static void check_power_lost(struct fault *fault)
{
	long long taken = parport_sim_count(&fault->rig.sim, "forward_bytes") - fault->taken;
	struct printport_job_query query;
	int err;

	fault->exact = false;
	write_rest(fault);
	SOON(fault, shows(fault, "offline"), 1000);
	err = end_job(fault, &query, taken > 1 ? 3000 : 500);
	if (!err && taken) {
		check_job_lost(fault, &query.result);
		set_condition(&fault->rig, "none");
	} else if (err == ETIMEDOUT && taken <= 1) {
		set_condition(&fault->rig, "none");
		query.timeout_ms = tap_patience(5000);
		CHECK_OK(ioctl(fault->fd, PRINTPORT_IOC_GET_JOB, &query));
		check_complete(fault, &query.result);
	} else {
		BAD(fault, "%s, state %u, after %lld bytes", tap_errno_name(err),
		    query.result.state, taken);
	}
	print_again(fault);
	SOON(fault, shows(fault, "none"), 1000);
}

/* The lines do not move any more: nobody can know more, but nothing hangs. */
static void check_mute(struct fault *fault)
{
	struct printport_job_query query = { };
	long long began;
	char buf[JOB];
	int err;

	fault->exact = false;
	tap_sleep_ms(random_below(&fault->state, 300));
	began = tap_now_ms();
	CHECK_OK(ioctl(fault->fd, PRINTPORT_IOC_ABORT_JOB, &query));
	err = end_job(fault, &query, 3000);
	if (err || query.result.state != PRINTPORT_JOB_ABORTED)
		BAD(fault, "abort: %s, state %u", tap_errno_name(err), query.result.state);
	MUST(fault, query.result.bytes_accepted ==
		    query.result.bytes_delivered + query.result.bytes_lost);
	if (tap_now_ms() - began > tap_patience(1500))
		BAD(fault, "aborting took %lld ms", tap_now_ms() - began);
	set_condition(&fault->rig, "none");
	/* Whatever it still had on its lines. */
	tap_sleep_ms(tap_patience(50));
	while (on_paper(fault, buf, sizeof(buf)))
		;
	print_again(fault);
}

static void check_legal(struct fault *fault)
{
	int fd = parport_sim_open(&fault->rig.sim, "violations", O_RDONLY);
	char text[800];
	ssize_t len = CHECK_OK(read(fd, text, sizeof(text) - 1));

	close(fd);
	text[len] = '\0';
	if (len)
		BAD(fault, "illegal: %s", text);
}

static void check_fault(struct fault *fault)
{
	static const char *const reasons[] = { "media-empty", "offline", "other", "none" };
	int fd;

	fault->seed = random_below(&fault->state, 1 << 30);
	fault->taken = parport_sim_count(&fault->rig.sim, "forward_bytes");
	fault->said = 0;
	fault->heard = 0;
	fault->exact = true;
	/* Modes that have not worked in the last round are tried again. */
	port_set(&fault->rig.port, "parallel/forward_mode", fault->scene->forward);
	port_set(&fault->rig.port, "parallel/reverse_mode", fault->scene->reverse);
	get_into_trouble(fault);
	if (fault->number < COUNT(reasons))
		check_waits(fault, reasons[fault->number]);
	else if (!strcmp(fault->condition, "off"))
		check_power_lost(fault);
	else
		check_mute(fault);
	CHECK_OK(close(fault->fd));
	check_legal(fault);
	fd = parport_sim_open(&fault->rig.sim, "reply", O_WRONLY | O_TRUNC);
	close(fd);
}

/* All phases with one condition. */
static long go_through(void *arg)
{
	struct fault *fault = arg;
	unsigned int i;

	for (i = 0; fault->scene->events[i]; i++) {
		/* Quickly: a third of it, another one with each seed. */
		if (options.quick && (i + fault->number + options.seed) % 3)
			continue;
		fault->event = fault->scene->events[i];
		check_fault(fault);
	}
	return 0;
}

static void run_scene(const struct scene *scene)
{
	static const char *const conditions[] = { "paper-out", "offline", "error", "busy",
						  "off", "mute" };
	struct fault faults[COUNT(conditions)] = { };
	struct task *tasks[COUNT(conditions)];
	unsigned int i;

	for (i = 0; i < COUNT(conditions); i++) {
		faults[i].rig = rig_up("modes=%s;irq=%u;%s;seed=%u", scene->modes,
				       (i + options.seed) & 1, scene->settings,
				       options.seed + i);
		faults[i].scene = scene;
		faults[i].condition = conditions[i];
		faults[i].number = i;
		faults[i].state = options.seed + i;
	}
	for (i = 0; i < COUNT(conditions); i++)
		tasks[i] = task_start(go_through, &faults[i]);
	for (i = 0; i < COUNT(conditions); i++)
		CHECK_EQ(task_result(tasks[i], 120000), 0);
}

static const char *const compat_events[] = {
	"data", "strobe", "strobe-end", "busy", "ack", "ack-end", NULL
};

static const char *const ecp_events[] = { "35", "36", "37", "32", NULL };

static const char *const epp_events[] = { "62", "58", "63", "60", NULL };

static const char *const negotiation_events[] = {
	"1", "2", "3", "4", "5", "6", NULL
};

static const char *const termination_events[] = {
	"22", "23", "24", "25", "26", "27", "28", "29", NULL
};

static const char *const reversal_events[] = {
	"38", "39", "40", "42", "43", "44", "45", "46", "47", "48", "49", NULL
};

static const char *const nibble_events[] = { "7", "8", "9", "10", "11", NULL };

static void faults_compat(void)
{
	run_scene(&(struct scene){ "tristate", PROMPT, "auto", "auto", false, 4000,
				   compat_events });
}

static void faults_compat_fifo(void)
{
	run_scene(&(struct scene){ "tristate compat", PROMPT, "auto", "auto", false, 4000,
				   compat_events });
}

static void faults_ecp(void)
{
	run_scene(&(struct scene){ "tristate ecp", PROMPT, "auto", "auto", false, 4000,
				   ecp_events });
}

static void faults_ecp_soft(void)
{
	run_scene(&(struct scene){ "tristate", PROMPT, "ecp", "auto", false, 4000,
				   ecp_events });
}

static void faults_epp(void)
{
	run_scene(&(struct scene){ "tristate epp", "response_ns=100 1000", "auto", "auto",
				   false, 4000, epp_events });
}

static void faults_negotiation(void)
{
	run_scene(&(struct scene){ "tristate", STEADY, "auto", "nibble", true, 3,
				   negotiation_events });
}

static void faults_negotiation_ecp(void)
{
	run_scene(&(struct scene){ "tristate ecp", STEADY, "auto", "nibble", true, 3,
				   negotiation_events });
}

static void faults_termination(void)
{
	run_scene(&(struct scene){ "tristate", STEADY, "auto", "byte", true, 3,
				   termination_events });
}

static void faults_termination_ecp(void)
{
	run_scene(&(struct scene){ "tristate ecp", STEADY, "auto", "nibble", true, 3,
				   termination_events });
}

static void faults_reversal(void)
{
	run_scene(&(struct scene){ "tristate ecp", STEADY, "auto", "ecp", true, 3,
				   reversal_events });
}

static void faults_nibble(void)
{
	run_scene(&(struct scene){ "tristate", STEADY, "auto", "nibble", true, 40,
				   nibble_events });
}

/* The condition */

static const struct {
	const char *condition;
	const char *reasons;
	unsigned char lines;
} conditions[] = {
	{ "paper-out", "media-empty", LP_PACK | LP_POUTPA | LP_PSELECD },
	{ "offline", "offline", LP_PACK },
	{ "error", "other", LP_PACK | LP_PSELECD },
};

/* Opens sysfs reasons for poll(). */
static int watch_reasons(const struct port *port)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/reasons", port->sysfs);
	return CHECK_OK(open(path, O_RDONLY | O_CLOEXEC));
}

/* Reads the file again; poll() then waits for a change. */
static bool reads_as(int fd, const char *text)
{
	char buf[256];
	ssize_t len = CHECK_OK(pread(fd, buf, sizeof(buf), 0));
	size_t wanted = strlen(text);

	return (size_t)len == wanted + 1 && !memcmp(buf, text, wanted);
}

/* Changes the condition; returns how many us it took until poll() told. */
static long long change(const struct rig *rig, int fd, const char *condition)
{
	struct pollfd poller = { .fd = fd, .events = POLLPRI };
	long long began = now_us();

	set_condition(rig, condition);
	if (poll(&poller, 1, tap_patience(3000)) != 1)
		FAIL("%s is not told", condition);
	return now_us() - began;
}

struct latency {
	long long longest;
	long long sum;
	unsigned int count;
};

static void add_latency(struct latency *latency, long long us, const char *what,
			const char *condition, unsigned int bound_ms)
{
	if (us > tap_patience(bound_ms) * 1000LL)
		FAIL("%s: %s is told after %lld us", what, condition, us);
	if (us > latency->longest)
		latency->longest = us;
	latency->sum += us;
	latency->count++;
}

static void note_latency(const struct latency *latency, const char *what)
{
	tap_note("%s %.1f ms, %.1f at most", what, latency->sum / 1000.0 / latency->count,
		 latency->longest / 1000.0);
}

/* Each condition comes and goes, and whoever polls @fd of sysfs is told. */
static void come_and_go(const struct rig *rig, unsigned int bound_ms, const char *what)
{
	struct latency latency = { };
	int fd = watch_reasons(&rig->port);
	unsigned int i;

	CHECK(reads_as(fd, "none"));
	for (i = 0; i < 2 * COUNT(conditions); i++) {
		const char *condition = i & 1 ? "none" : conditions[i / 2].condition;
		const char *reasons = i & 1 ? "none" : conditions[i / 2].reasons;

		add_latency(&latency, change(rig, fd, condition), what, condition, bound_ms);
		if (!reads_as(fd, reasons))
			FAIL("%s: %s is told, but not as %s", what, condition, reasons);
		tap_sleep_ms(30);
	}
	close(fd);
	note_latency(&latency, what);
}

/* Nobody holds the port. */
static void status_closed(void)
{
	unsigned int irq;

	for (irq = 0; irq < 2; irq++) {
		struct rig rig = rig_up("modes=tristate ecp;irq=%u", irq);

		come_and_go(&rig, 400, irq ? "irq" : "no irq");
		CHECK(port_is(&rig.port, "state", "closed"));
		check_clean(&rig);
	}
}

/* The holder is told by POLLPRI. */
static void status_open(void)
{
	unsigned int irq, i;

	for (irq = 0; irq < 2; irq++) {
		struct rig rig = rig_up("modes=tristate ecp;irq=%u", irq);
		int fd = port_open(&rig.port, O_RDWR);
		struct latency latency = { };

		CHECK_EQ(port_status(fd).reasons, 0);
		for (i = 0; i < 2 * COUNT(conditions); i++) {
			const char *condition = i & 1 ? "none" : conditions[i / 2].condition;
			const char *reasons = i & 1 ? "none" : conditions[i / 2].reasons;

			add_latency(&latency, change(&rig, fd, condition),
				    irq ? "irq" : "no irq", condition, irq ? 100 : 400);
			CHECK_EQ(!port_status(fd).reasons, i & 1);
			CHECK(port_is(&rig.port, "reasons", reasons));
			tap_sleep_ms(30);
		}
		CHECK_OK(close(fd));
		note_latency(&latency, irq ? "irq" : "no irq");
		check_clean(&rig);
	}
}

/* While bytes move, in a mode that shows the condition and in one that does not. */
static void status_in_a_job(void)
{
	static const int modes[] = { COMPAT, COMPAT_FIFO, ECP, ECP_SOFT, EPP };
	unsigned int i;

	for (i = 0; i < COUNT(modes); i++) {
		const struct forward *forward = &forwards[modes[i]];
		unsigned int irq = (i + options.seed) & 1;
		struct rig rig = rig_up("modes=%s;irq=%u;busy_ns=20000 100000;"
					"response_ns=%s;discard=1", forward->modes, irq,
					modes[i] == EPP ? "200 8000" : "5000 20000");
		struct stream stream = { .rig = &rig, .fd = -1, .seed = options.seed,
					 .len = 1 << 22 };
		struct task *writer;
		char what[64];

		port_set(&rig.port, "parallel/forward_mode", forward->setting);
		port_set(&rig.port, "limits/close_ms", "0");
		writer = task_start(write_stream, &stream);
		CHECK_SOON(port_number(&rig.port, "stats/bytes_delivered") > 0, 3000);
		snprintf(what, sizeof(what), "%s%s%s", forward->negotiated,
			 forward->hardware ? " hardware" : "", irq ? " irq" : "");
		come_and_go(&rig, irq && i < 2 ? 300 : 600, what);
		CHECK(!task_done(writer));
		CHECK(port_is(&rig.port, "parallel/negotiated", forward->negotiated));
		task_kill(writer, 2000);
		port_set(&rig.port, "abort", "1");
		check_clean(&rig);
	}
}

/* ioctls of <linux/lp.h> */

static int get_lines(int fd)
{
	int lines;

	CHECK_OK(ioctl(fd, LPGETSTATUS, &lines));
	return lines & (LP_PBUSY | LP_PACK | LP_POUTPA | LP_PSELECD | LP_PERRORP);
}

static void lp_lines(void)
{
	struct rig rig = rig_up("modes=tristate ecp;" PROMPT);
	int fd = port_open(&rig.port, O_RDWR);
	unsigned int i;

	for (i = 0; i < COUNT(conditions); i++) {
		CHECK_EQ(get_lines(fd), LP_PBUSY | LP_PACK | LP_PSELECD | LP_PERRORP);
		set_condition(&rig, conditions[i].condition);
		CHECK_EQ(get_lines(fd), conditions[i].lines);
		set_condition(&rig, "none");
	}
	set_condition(&rig, "busy");
	CHECK_EQ(get_lines(fd), LP_PACK | LP_PSELECD | LP_PERRORP);
	set_condition(&rig, "off");
	CHECK_EQ(get_lines(fd), LP_PBUSY);
	set_condition(&rig, "none");
	CHECK_EQ(get_lines(fd), LP_PBUSY | LP_PACK | LP_PSELECD | LP_PERRORP);

	/* In a mode in which the lines mean something else: those of compatibility mode. */
	write_random(fd, options.seed, 0, 100);
	CHECK_OK(fsync(fd));
	CHECK(port_is(&rig.port, "parallel/negotiated", "ecp"));
	CHECK_EQ(get_lines(fd), LP_PBUSY | LP_PACK | LP_PSELECD | LP_PERRORP);
	set_condition(&rig, "paper-out");
	write_random(fd, options.seed, 100, 100);
	tap_sleep_ms(300);
	CHECK_EQ(get_lines(fd), conditions[0].lines);
	set_condition(&rig, "none");
	CHECK_OK(fsync(fd));
	parport_sim_printed(&rig.sim, options.seed, 0, 200);
	CHECK_OK(close(fd));
	check_all_delivered(&rig);
}

static void lp_ioctls(void)
{
	unsigned int irq;

	for (irq = 0; irq < 2; irq++) {
		struct rig rig = rig_up("irq=%u;" PROMPT, irq);
		int fd = port_open(&rig.port, O_RDWR), number = -1;
		long long inits;

		CHECK_OK(ioctl(fd, LPGETIRQ, &number));
		if (irq ? number <= 0 : number)
			FAIL("interrupt %d", number);
		inits = parport_sim_count(&rig.sim, "inits");
		CHECK_OK(ioctl(fd, LPRESET));
		CHECK_EQ(parport_sim_count(&rig.sim, "inits"), inits + 1);
		CHECK_OK(ioctl(fd, PRINTPORT_IOC_RESET));
		CHECK_EQ(parport_sim_count(&rig.sim, "inits"), inits + 2);

		CHECK_OK(close(fd));
		check_all_delivered(&rig);
	}
}

/* Nothing that was accepted is lost by a write that does not wait for a stopped printer. */
static void lp_abort(void)
{
	struct rig rig = rig_up(PROMPT);
	int fd = port_open(&rig.port, O_RDWR);
	struct task *paper;
	struct stream stream = { .rig = &rig, .seed = options.seed };

	set_condition(&rig, "paper-out");
	stream.len = write_until_full(fd, stream.seed, 0);
	CHECK_SOON(port_is(&rig.port, "reasons", "media-empty"), 1000);
	CHECK_OK(ioctl(fd, LPABORT, 1));
	CHECK_ERR(write(fd, "x", 1), ENOSPC);
	set_condition(&rig, "offline");
	CHECK_SOON(port_is(&rig.port, "reasons", "offline"), 1000);
	CHECK_ERR(write(fd, "x", 1), EIO);
	set_condition(&rig, "none");
	paper = task_start(read_paper, &stream);
	CHECK_OK(fsync(fd));
	CHECK_EQ(task_result(paper, 5000), 0);
	CHECK_SOON(port_is(&rig.port, "reasons", "none"), 1000);

	CHECK_OK(ioctl(fd, LPABORTOPEN, 1));
	CHECK_OK(close(fd));
	set_condition(&rig, "paper-out");
	CHECK_ERR(open(rig.port.node, O_WRONLY), ENOSPC);
	set_condition(&rig, "error");
	CHECK_ERR(open(rig.port.node, O_WRONLY), EIO);
	set_condition(&rig, "none");
	CHECK_OK(close(port_open(&rig.port, O_WRONLY)));
	check_all_delivered(&rig);
}

/* The device id */

#define ID	"MFG:Acme;MDL:Mono 1;CMD:PCL;CLS:PRINTER;"
#define OTHER	"MFG:Acme;MDL:Mono 1;CMD:PCL;CLS:PRINTER;STATUS:OUT OF TONER;"

static void check_id(int fd, const char *text)
{
	size_t len = strlen(text);
	unsigned char id[1024] = { };

	CHECK_OK(ioctl(fd, GET_DEVICE_ID(sizeof(id)), id));
	CHECK_EQ(id[0] << 8 | id[1], len + 2);
	if (memcmp(id + 2, text, len))
		FAIL("the id is %.900s", id + 2);
}

/* A semicolon separates settings, so the id comes later: the port comes once more. */
static void come_again(struct rig *rig, const char *setting, const char *value)
{
	parport_sim_remove(&rig->sim);
	parport_sim_set(&rig->sim, setting, value);
	parport_sim_live(&rig->sim);
	rig->port = parport_sim_port(&rig->sim);
}

static void device_id(void)
{
	static const char *const forward[] = { "auto", "compatibility" };
	static const unsigned int lengths[] = { sizeof(OTHER) - 1, (sizeof(OTHER) + 1) << 8,
						60000 };
	struct rig rig = rig_up("modes=tristate ecp;" STEADY);
	struct stream stream = { .rig = &rig, .seed = options.seed, .len = 16384 };
	struct task *writer;
	unsigned int i, asked = 0;
	char length[16];

	come_again(&rig, "device_id", ID);
	CHECK(port_is(&rig.port, "ieee1284_id", ID));
	stream.fd = port_open(&rig.port, O_RDWR);
	check_id(stream.fd, ID);
	parport_sim_set(&rig.sim, "device_id", OTHER);
	check_id(stream.fd, OTHER);
	/* The text only, the bytes turned round, too much: all are put right. */
	for (i = 0; i < COUNT(lengths); i++) {
		snprintf(length, sizeof(length), "%u", lengths[i]);
		parport_sim_set(&rig.sim, "device_id_length", length);
		check_id(stream.fd, OTHER);
	}
	parport_sim_set(&rig.sim, "device_id_length", "auto");

	/* In mid-job, too. */
	for (i = 0; i < COUNT(forward); i++) {
		port_set(&rig.port, "parallel/forward_mode", forward[i]);
		if (i)
			stream.fd = port_open(&rig.port, O_RDWR);
		writer = task_start(write_stream, &stream);
		for (; !task_done(writer); asked++) {
			check_id(stream.fd, OTHER);
			tap_sleep_ms(20);
		}
		CHECK_EQ(task_result(writer, 5000), 0);
		CHECK_OK(close(stream.fd));
		parport_sim_printed(&rig.sim, stream.seed, 0, stream.len);
	}
	tap_note("asked %u times in two jobs", asked);
	check_all_delivered(&rig);
}

/* A printer that is switched on later. */
static void off_at_arrival(void)
{
	struct rig rig = rig_up("modes=tristate ecp;condition=off;" PROMPT);
	struct stream stream = { .rig = &rig, .fd = -1, .seed = options.seed, .len = 3000 };
	unsigned char id[64];
	struct task *writer;
	int fd;

	parport_sim_set(&rig.sim, "device_id", ID);
	CHECK(port_is(&rig.port, "ieee1284_id", ""));
	CHECK(port_is(&rig.port, "reasons", "offline"));
	fd = port_open(&rig.port, O_RDWR);
	CHECK_ERR(ioctl(fd, GET_DEVICE_ID(sizeof(id)), id), EIO);
	CHECK_OK(close(fd));

	writer = task_start(write_stream, &stream);
	tap_sleep_ms(500);
	CHECK(!task_done(writer));
	CHECK_EQ(port_number(&rig.port, "stats/bytes_delivered"), 0);
	set_condition(&rig, "none");
	parport_sim_printed(&rig.sim, stream.seed, 0, stream.len);
	CHECK_EQ(task_result(writer, 5000), 0);
	CHECK_SOON(port_is(&rig.port, "reasons", "none"), 2000);
	fd = port_open(&rig.port, O_RDWR);
	check_id(fd, ID);
	CHECK_OK(close(fd));
	/* It was not there to refuse anything. */
	check_prints(&rig, options.seed, 3000);
	CHECK(port_is(&rig.port, "parallel/negotiated", "ecp"));
	check_all_delivered(&rig);
}

static void no_id(void)
{
	static const char *const supports[] = { "nibble byte ecp epp", "none" };
	unsigned char id[64];
	unsigned int i;
	int fd;

	for (i = 0; i < COUNT(supports); i++) {
		struct rig rig = rig_up("modes=tristate;supports=%s;" PROMPT, supports[i]);

		CHECK(port_is(&rig.port, "ieee1284_id", ""));
		fd = port_open(&rig.port, O_RDWR);
		CHECK_ERR(ioctl(fd, GET_DEVICE_ID(sizeof(id)), id), EIO);
		CHECK_OK(close(fd));
		check_prints(&rig, options.seed, 1000);
		check_all_delivered(&rig);
	}
}

/* What it costs */

/* The kernel thread that works for the port. */
static int find_worker(const struct port *port)
{
	char wanted[64], path[300], comm[64];
	struct dirent *entry;
	int found = 0;
	FILE *file;
	DIR *dir;

	snprintf(wanted, sizeof(wanted), "printport/%s\n",
		 port->node + strlen("/dev/printport"));
	dir = opendir("/proc");
	CHECK(dir);
	while (!found && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		file = fopen(path, "r");
		if (!file)
			continue;
		if (fgets(comm, sizeof(comm), file) && !strcmp(comm, wanted))
			found = atoi(entry->d_name);
		fclose(file);
	}
	closedir(dir);
	CHECK(found);
	return found;
}

static long long cpu_ns(int pid)
{
	unsigned long user, system;
	char path[64];
	long long ns;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/schedstat", pid);
	file = fopen(path, "r");
	if (file) {
		CHECK_EQ(fscanf(file, "%lld", &ns), 1);
	} else {
		snprintf(path, sizeof(path), "/proc/%d/stat", pid);
		file = fopen(path, "r");
		CHECK(file);
		CHECK_EQ(fscanf(file, "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u "
				"%lu %lu", &user, &system), 2);
		ns = (user + system) * (1000000000LL / sysconf(_SC_CLK_TCK));
	}
	fclose(file);
	return ns;
}

/* A printer without paper costs nothing, whatever the mode, with a reader or without. */
static void cpu_while_stalled(void)
{
	static const char *const names[FORWARDS] = { "compat", "fifo", "ecp", "ecp soft",
						     "epp" };
	struct rig rigs[FORWARDS];
	long long began, used[FORWARDS];
	int fds[FORWARDS], pids[FORWARDS], i;

	for (i = 0; i < FORWARDS; i++) {
		rigs[i] = rig_up("modes=%s;" PROMPT, forwards[i].modes);
		port_set(&rigs[i].port, "parallel/forward_mode", forwards[i].setting);
		fds[i] = port_open(&rigs[i].port, O_WRONLY);
		write_random(fds[i], options.seed, 0, 1000);
		CHECK_OK(fsync(fds[i]));
		set_condition(&rigs[i], "paper-out");
		write_random(fds[i], options.seed, 1000, 1000);
		pids[i] = find_worker(&rigs[i].port);
	}
	/* Until each of them has found out. */
	for (i = 0; i < FORWARDS; i++)
		CHECK_SOON(port_is(&rigs[i].port, "reasons", "media-empty"), 2000);
	tap_sleep_ms(500);
	began = now_us();
	for (i = 0; i < FORWARDS; i++)
		used[i] = cpu_ns(pids[i]);
	tap_sleep_ms(2000);
	for (i = 0; i < FORWARDS; i++)
		used[i] = cpu_ns(pids[i]) - used[i];
	began = now_us() - began;
	for (i = 0; i < FORWARDS; i++) {
		tap_note("%s %.3f %%", names[i], used[i] / 10.0 / began);
		if (used[i] / 10.0 / began >= tap_patience(1))
			FAIL("%s: %lld us of %lld us (compat, fifo, ecp, ecp soft, epp: %lld, "
			     "%lld, %lld, %lld, %lld us)", names[i], used[i] / 1000, began,
			     used[0] / 1000, used[1] / 1000, used[2] / 1000, used[3] / 1000,
			     used[4] / 1000);
		CHECK(port_number(&rigs[i].port, "queued") == 1000);
		set_condition(&rigs[i], "none");
		CHECK_OK(close(fds[i]));
		parport_sim_printed(&rigs[i].sim, options.seed, 0, 2000);
		check_all_delivered(&rigs[i]);
	}
}

/* Others on the same bus */

/**
 * struct client - another program that uses the parport, through ppdev
 * @number: which parport
 * @stop: it is to end
 * @rounds: how often it had the bus
 * @longest_us: how long it has waited for it
 */
struct client {
	int number;
	volatile bool stop;
	volatile unsigned int rounds;
	volatile long long longest_us;
};

static void read_id_by_hand(int fd)
{
	int mode = IEEE1284_MODE_NIBBLE | IEEE1284_DEVICEID;
	char id[256] = { };
	ssize_t len;

	CHECK_OK(ioctl(fd, PPNEGOT, &mode));
	len = CHECK_OK(read(fd, id, sizeof(id) - 1));
	if (len != 2 + strlen(ID) || memcmp(id + 2, ID, len - 2))
		FAIL("ppdev reads an id of %zd bytes: %s", len, id + 2);
	mode = IEEE1284_MODE_COMPAT;
	CHECK_OK(ioctl(fd, PPNEGOT, &mode));
}

static long use_bus(void *arg)
{
	struct client *client = arg;
	char node[32];
	int fd;

	snprintf(node, sizeof(node), "/dev/parport%d", client->number);
	fd = CHECK_OK(open(node, O_RDWR | O_CLOEXEC));
	while (!client->stop) {
		long long began = now_us();

		CHECK_OK(ioctl(fd, PPCLAIM));
		began = now_us() - began;
		if (began > client->longest_us)
			client->longest_us = began;
		read_id_by_hand(fd);
		CHECK_OK(ioctl(fd, PPRELEASE));
		client->rounds++;
		tap_sleep_ms(2);
	}
	CHECK_OK(close(fd));
	return 0;
}

static void share_bus(int mode, unsigned int irq)
{
	const struct forward *forward = &forwards[mode];
	struct rig rig = rig_up("modes=%s;irq=%u;" STEADY, forward->modes, irq);
	struct client *client = task_shared_memory(sizeof(*client));
	struct stream stream = { .rig = &rig, .seed = options.seed };
	struct task *task, *writer;
	unsigned int rounds;

	stream.len = options_bytes(65536, 32768);
	come_again(&rig, "device_id", ID);
	port_set(&rig.port, "parallel/forward_mode", forward->setting);
	client->number = rig.sim.parport;
	stream.fd = port_open(&rig.port, O_RDWR);

	/* With nothing to print the bus is free. */
	task = task_start(use_bus, client);
	CHECK_SOON(client->rounds >= 3, 2000);
	if (client->longest_us > tap_patience(50) * 1000)
		FAIL("%lld us for a free bus", client->longest_us);

	client->longest_us = 0;
	rounds = client->rounds;
	writer = task_start(write_stream, &stream);
	parport_sim_printed(&rig.sim, stream.seed, 0, stream.len);
	CHECK_EQ(task_result(writer, 5000), 0);
	rounds = client->rounds - rounds;
	CHECK(rounds >= 2);
	tap_note("%s: %u claims in a job, %lld ms at most", forward->negotiated, rounds,
		 client->longest_us / 1000);
	if (client->longest_us > tap_patience(400) * 1000)
		FAIL("a claim took %lld us", client->longest_us);

	/* At once where the printer has stopped. */
	set_condition(&rig, "paper-out");
	write_random(stream.fd, stream.seed, 0, 1000);
	CHECK_SOON(port_is(&rig.port, "reasons", "media-empty"), 2000);
	client->longest_us = 0;
	rounds = client->rounds;
	CHECK_SOON(client->rounds >= rounds + 5, 3000);
	tap_note("stalled %lld ms", client->longest_us / 1000);
	if (client->longest_us > tap_patience(150) * 1000)
		FAIL("stalled, a claim took %lld us", client->longest_us);
	set_condition(&rig, "none");
	parport_sim_printed(&rig.sim, stream.seed, 0, 1000);
	CHECK_OK(close(stream.fd));
	client->stop = true;
	CHECK_EQ(task_result(task, 2000), 0);
	CHECK(port_is(&rig.port, "parallel/negotiated", forward->negotiated));
	check_all_delivered(&rig);
}

static void contention(void)
{
	/* parport itself has a lock inversion there, which lockdep would tell of. */
	unsigned int irq = options.patience == 1;

	share_bus(COMPAT, irq);
	share_bus(COMPAT_FIFO, 0);
	share_bus(ECP, irq);
	share_bus(ECP_SOFT, 0);
	share_bus(EPP, 0);
}

/* While another program has the bus: what needs it waits for a bounded time. */
static void bus_taken(void)
{
	struct rig rig = rig_up("modes=tristate ecp;" PROMPT);
	struct stream stream = { .rig = &rig, .seed = options.seed, .len = 2000 };
	struct task *writer;
	char node[32];
	long long began;
	int fd, lines;

	snprintf(node, sizeof(node), "/dev/parport%d", rig.sim.parport);
	fd = CHECK_OK(open(node, O_RDWR | O_CLOEXEC));
	CHECK_OK(ioctl(fd, PPCLAIM));
	began = tap_now_ms();
	stream.fd = port_open(&rig.port, O_RDWR);
	CHECK_ERR(ioctl(stream.fd, LPGETSTATUS, &lines), EBUSY);
	CHECK_ERR(ioctl(stream.fd, LPRESET), EBUSY);
	CHECK(port_is(&rig.port, "reasons", "none"));
	if (tap_now_ms() - began > tap_patience(2000))
		FAIL("%lld ms without the bus", tap_now_ms() - began);
	writer = task_start(write_stream, &stream);
	tap_sleep_ms(300);
	CHECK(!task_done(writer));
	CHECK_EQ(port_number(&rig.port, "stats/bytes_delivered"), 0);
	CHECK_OK(ioctl(fd, PPRELEASE));
	parport_sim_printed(&rig.sim, stream.seed, 0, stream.len);
	CHECK_EQ(task_result(writer, 2000), 0);
	CHECK_OK(close(stream.fd));
	CHECK_OK(close(fd));
	check_all_delivered(&rig);
}

/* The port goes */

/**
 * struct holder - who holds a port that goes
 * @port: which
 * @call: what it does until it fails
 */
struct holder {
	struct port port;
	long (*call)(int fd);
};

static long go_on_writing(int fd)
{
	static char buf[8192];
	long ret;

	do {
		ret = write(fd, buf, sizeof(buf));
	} while (ret > 0);
	return ret;
}

static long go_on_reading(int fd)
{
	char buf[512];
	long ret;

	do {
		ret = read(fd, buf, sizeof(buf));
	} while (ret > 0);
	return ret;
}

static long go_on_syncing(int fd)
{
	static char buf[100];
	long ret;

	do {
		ret = write(fd, buf, sizeof(buf)) < 0 ? -1 : fsync(fd);
	} while (!ret);
	return ret;
}

static long go_on_looking(int fd)
{
	struct printport_status status;
	int lines;
	long ret;

	do {
		ret = ioctl(fd, PRINTPORT_IOC_GET_STATUS, &status) ? -1 :
		      ioctl(fd, LPGETSTATUS, &lines);
	} while (!ret);
	return ret;
}

static long go_on_asking(int fd)
{
	unsigned char id[512];
	long ret;

	do {
		ret = ioctl(fd, GET_DEVICE_ID(sizeof(id)), id);
	} while (!ret);
	return ret;
}

static long poll_and_write(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	/* The port may go first. */
	if (write(fd, "x", 1) < 0)
		return -1;
	while (poll(&poller, 1, -1) == 1 && !(poller.revents & POLLHUP))
		if (read(fd, &(char){ 0 }, 1) < 0)
			return -1;
	return write(fd, "x", 1);
}

static long hold(void *arg)
{
	struct holder *holder = arg;
	int fd = open(holder->port.node, O_RDWR | O_CLOEXEC);

	/* It may go while it is being opened. */
	if (fd < 0) {
		CHECK_EQ(errno, ENODEV);
		return 0;
	}
	CHECK_ERR(holder->call(fd), ENODEV);
	CHECK_ERR(write(fd, "x", 1), ENODEV);
	CHECK_ERR(ioctl(fd, LPRESET), ENODEV);
	CHECK_OK(close(fd));
	return 0;
}

/* One port that comes and goes; returns how long its removal has taken at most, in ms. */
static long come_and_be_removed(void *arg)
{
	static long (*const calls[])(int fd) = {
		go_on_writing, go_on_reading, go_on_syncing, go_on_looking, go_on_asking,
		poll_and_write,
	};
	static const char *const troubles[] = { "none", "none", "none", "paper-out", "busy",
						"off", "mute" };
	static const char *const modes[] = {
		"tristate", "tristate compat", "tristate ecp", "tristate epp",
		"tristate ecp epp compat", "epp",
	};
	struct rig *rig = arg;
	uint32_t state = options.seed + rig->sim.parport;
	unsigned int rounds = options_rounds(500, 30) / 2, round;
	struct holder holder;
	struct task *task;
	char value[8];
	long longest = 0;

	for (round = 0; round < rounds; round++) {
		long took;

		parport_sim_set(&rig->sim, "modes", modes[random_below(&state, COUNT(modes))]);
		snprintf(value, sizeof(value), "%u", random_below(&state, 2));
		parport_sim_set(&rig->sim, "irq", value);
		parport_sim_live(&rig->sim);
		rig->port = parport_sim_port(&rig->sim);
		if (random_below(&state, 3) == 0)
			port_set(&rig->port, "parallel/forward_mode", "ecp");

		holder.port = rig->port;
		holder.call = calls[random_below(&state, COUNT(calls))];
		parport_sim_reply(&rig->sim, 0, 0, random_below(&state, 2000) + 1);
		task = task_start(hold, &holder);
		CHECK_SOON(port_is(&rig->port, "state", "open"), 5000);
		tap_sleep_ms(random_below(&state, 10));
		set_condition(rig, troubles[random_below(&state, COUNT(troubles))]);
		tap_sleep_ms(random_below(&state, random_below(&state, 4) ? 20 : 150));
		took = parport_sim_remove(&rig->sim);
		if (took > tap_patience(1000))
			FAIL("removing it took %ld ms, round %u", took, round);
		if (took > longest)
			longest = took;
		CHECK_EQ(task_result(task, 2000), 0);
		set_condition(rig, "none");
		close(parport_sim_open(&rig->sim, "reply", O_WRONLY | O_TRUNC));
	}
	return longest;
}

/* parport of 7.2, the debug kernel's, gives a number out twice when a lower one is free. */
static unsigned int ports_at_once(void)
{
	const char *kernel = getenv("PRINTPORT_KERNEL");

	return kernel && !strcmp(kernel, "debug") ? 1 : 2;
}

static void removal(void)
{
	struct rig rigs[2];
	struct task *tasks[2];
	unsigned int i, count = ports_at_once();

	for (i = 0; i < count; i++) {
		rigs[i] = rig_up("discard=1;seed=%u;" PROMPT, options.seed + i);
		parport_sim_remove(&rigs[i].sim);
		tasks[i] = task_start(come_and_be_removed, &rigs[i]);
	}
	for (i = 0; i < count; i++)
		tap_note("%ld ms at most", task_result(tasks[i], 280000));
	for (i = 0; i < count; i++) {
		parport_sim_check_legal(&rigs[i].sim);
		parport_sim_set(&rigs[i].sim, "discard", "0");
		parport_sim_live(&rigs[i].sim);
		rigs[i].port = parport_sim_port(&rigs[i].sim);
		check_prints(&rigs[i], options.seed, 5000);
		check_all_delivered(&rigs[i]);
	}
}

static const struct tap_case cases[] = {
	{ "forward_compat", forward_compat, 120 },
	{ "forward_compat_fifo", forward_compat_fifo, 120 },
	{ "forward_ecp", forward_ecp, 120 },
	{ "forward_ecp_soft", forward_ecp_soft, 120 },
	{ "forward_epp", forward_epp, 120 },
	{ "reverse_nibble", reverse_nibble, 120 },
	{ "reverse_byte", reverse_byte, 120 },
	{ "reverse_ecp", reverse_ecp, 120 },
	{ "reverse_none", reverse_none, 0 },
	{ "both_compat_nibble", both_compat_nibble, 60 },
	{ "both_compat_byte", both_compat_byte, 60 },
	{ "both_ecp", both_ecp, 60 },
	{ "both_ecp_soft", both_ecp_soft, 60 },
	{ "both_ecp_nibble", both_ecp_nibble, 60 },
	{ "both_epp_byte", both_epp_byte, 60 },
	{ "fall_back", fall_back, 60 },
	{ "settings", settings, 0 },
	{ "settings_in_a_job", settings_in_a_job, 60 },
	{ "faults_compat", faults_compat, 120 },
	{ "faults_compat_fifo", faults_compat_fifo, 120 },
	{ "faults_ecp", faults_ecp, 120 },
	{ "faults_ecp_soft", faults_ecp_soft, 120 },
	{ "faults_epp", faults_epp, 120 },
	{ "faults_negotiation", faults_negotiation, 120 },
	{ "faults_negotiation_ecp", faults_negotiation_ecp, 120 },
	{ "faults_termination", faults_termination, 120 },
	{ "faults_termination_ecp", faults_termination_ecp, 120 },
	{ "faults_reversal", faults_reversal, 120 },
	{ "faults_nibble", faults_nibble, 120 },
	{ "status_closed", status_closed, 60 },
	{ "status_open", status_open, 60 },
	{ "status_in_a_job", status_in_a_job, 60 },
	{ "lp_lines", lp_lines, 0 },
	{ "lp_ioctls", lp_ioctls, 0 },
	{ "lp_abort", lp_abort, 0 },
	{ "device_id", device_id, 60 },
	{ "off_at_arrival", off_at_arrival, 0 },
	{ "no_id", no_id, 0 },
	{ "cpu_while_stalled", cpu_while_stalled, 0 },
	{ "contention", contention, 120 },
	{ "bus_taken", bus_taken, 0 },
	{ "removal", removal, 300 },
};

int main(int argc, char **argv)
{
	options_parse(argc, argv);
	return TAP_RUN("parport", cases, parport_sim_cleanup);
}
