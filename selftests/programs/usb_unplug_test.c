// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A USB printer that is unplugged at random moments. It is f_printer, a gadget of this
 * machine (see guest/common.sh): writing to its UDC file pulls the cable. Half of what the
 * driver sees of that can be had faster, without the hub: by unbinding it in sysfs.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/lp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "options.h"
#include "port.h"
#include "random.h"
#include "tap.h"
#include "task.h"

#define GADGET		"/sys/kernel/config/usb_gadget/printer"
#define GADGET_NODE	"/dev/g_printer0"
#define CLASS		"/sys/class/printport"
#define DRIVER		"/sys/bus/usb/drivers/printport_usb"

#define TASKS_MAX	5
#define PLUGGED_MS	10000
/* See unplug_test.c. */
#define OPENING_MS	10000

/**
 * struct plugged - a printer that is plugged in
 * @port: its port
 * @interface: its USB interface, such as 1-1:1.0
 * @device: directory of its USB device in sysfs
 */
struct plugged {
	struct port port;
	char interface[32];
	char device[PATH_MAX];
};

/* What all rounds have seen; all tasks count here. */
static struct {
	unsigned int calls;	/* that went well */
	unsigned int errors;	/* see over() */
	unsigned int last_error;
	long long longest;	/* until a port was gone, in ms */
	unsigned int stop;	/* the openers may end */
} *seen;

static struct plugged now;
static struct task *printing;

static void put_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		FAIL("open %s: %s", path, tap_errno_name(errno));
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		FAIL("write %s to %s: %s", text, path, tap_errno_name(errno));
	close(fd);
}

/* Files that may be gone by now. */
static bool put_if_there(const char *dir, const char *file, const char *text)
{
	char path[PATH_MAX + 64];
	ssize_t ret;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ret = write(fd, text, strlen(text));
	close(fd);
	return ret > 0;
}

/* The first entry of a directory that begins with @prefix. */
static bool first_entry(const char *dir, const char *prefix, char *name, size_t size)
{
	struct dirent *entry;
	bool found = false;
	DIR *list = opendir(dir);

	if (!list)
		return false;
	while (!found && (entry = readdir(list))) {
		found = entry->d_name[0] != '.' &&
			!strncmp(entry->d_name, prefix, strlen(prefix));
		if (found)
			snprintf(name, size, "%s", entry->d_name);
	}
	closedir(list);
	return found;
}

static bool find_port(void)
{
	char name[256], path[512], *slash;

	if (!first_entry(CLASS, "printport", name, sizeof(name)))
		return false;
	snprintf(path, sizeof(path), "/dev/%.40s", name);
	if (access(path, F_OK))
		return false;
	now.port = port_at(path, GADGET_NODE);
	snprintf(path, sizeof(path), CLASS "/%.40s/device", name);
	if (!realpath(path, now.device))
		return false;
	slash = strrchr(now.device, '/');
	if (!slash)
		return false;
	snprintf(now.interface, sizeof(now.interface), "%.31s", slash + 1);
	*slash = '\0';
	return true;
}

static void plug(void)
{
	char udc[64];

	CHECK(first_entry("/sys/class/udc", "", udc, sizeof(udc)));
	put_text(GADGET "/UDC", udc);
	CHECK_SOON(find_port(), PLUGGED_MS);
}

/*
 * f_printer crashes where a read of its node and its unbinding meet. What the reader has
 * asked for before it dies is still being sent when the cable is pulled.
 */
static void stop_printing(void)
{
	if (printing)
		task_kill(printing, 5000);
	printing = NULL;
}

static void pull(void)
{
	stop_printing();
	put_text(GADGET "/UDC", "\n");
}

static void bind(void)
{
	put_text(DRIVER "/bind", now.interface);
	CHECK_SOON(find_port(), PLUGGED_MS);
}

static void unbind(void)
{
	put_text(DRIVER "/unbind", now.interface);
}

/**
 * struct way - how the driver is told that its printer is gone
 * @off: by this
 * @on: and how it gets one again
 * @gone_ms: when the port has to be gone. The hub may sleep, and a printer that was pulled
 *	while it woke up is tried several times before the hub gives it up.
 */
struct way {
	void (*off)(void);
	void (*on)(void);
	unsigned int gone_ms;
};

static const struct way by_cable = { pull, plug, 20000 };
static const struct way by_sysfs = { unbind, bind, 2000 };

/*
 * Whether this was a holder's last call. Before the hub has noticed anything, transfers
 * fail: that of data is said once for each job (and ECANCELED to who goes on with that
 * job), that of a class request each time.
 */
static bool over(const char *call, long ret)
{
	if (ret >= 0) {
		__atomic_add_fetch(&seen->calls, 1, __ATOMIC_RELAXED);
		return false;
	}
	if (errno == ENODEV)
		return true;
	if (errno != EIO && errno != ECANCELED && errno != ETIMEDOUT)
		FAIL("%s: %s", call, tap_errno_name(errno));
	__atomic_add_fetch(&seen->errors, 1, __ATOMIC_RELAXED);
	__atomic_store_n(&seen->last_error, errno, __ATOMIC_RELAXED);
	return false;
}

static long keep_writing(void *arg)
{
	uint32_t state = options.seed + getpid();
	static char buf[100000];
	int fd = *(int *)arg;

	for (;;) {
		if (over("write", write(fd, buf, random_size(&state, sizeof(buf)))))
			return 0;
		if (!random_below(&state, 8) && over("fsync", fsync(fd)))
			return 0;
	}
}

static long keep_reading(void *arg)
{
	char buf[64];

	while (!over("read", read(*(int *)arg, buf, sizeof(buf))))
		;
	return 0;
}

static long keep_polling(void *arg)
{
	struct pollfd poller = { .fd = *(int *)arg };
	uint32_t state = options.seed + getpid();

	do {
		poller.events = random_below(&state, 2) ? POLLIN | POLLOUT | POLLPRI : 0;
		CHECK_OK(poll(&poller, 1, random_below(&state, 2) ? -1 : 5));
	} while (!(poller.revents & POLLHUP));
	CHECK(poller.revents & POLLERR);
	return 0;
}

static long keep_asking(void *arg)
{
	struct printport_status status;
	int fd = *(int *)arg, lines;
	long ret;

	for (;;) {
		ret = ioctl(fd, LPGETSTATUS, &lines);
		if (over("LPGETSTATUS", ret))
			return 0;
		if (over("GET_STATUS", ioctl(fd, PRINTPORT_IOC_GET_STATUS, &status)))
			return 0;
		if (ret < 0)
			tap_sleep_ms(1);
	}
}

static long keep_resetting(void *arg)
{
	uint32_t state = options.seed + getpid();

	while (!over("LPRESET", ioctl(*(int *)arg, LPRESET)))
		tap_sleep_ms(random_below(&state, 20));
	return 0;
}

static long keep_doing_jobs(void *arg)
{
	struct printport_job_start start = { };
	struct printport_job_query query;
	int fd = *(int *)arg;
	long ret;

	for (;;) {
		ret = ioctl(fd, PRINTPORT_IOC_START_JOB, &start);
		if ((!ret || errno != EBUSY) && over("START_JOB", ret))
			return 0;
		query = (struct printport_job_query){ .wait = PRINTPORT_WAIT_DELIVERED };
		ret = ioctl(fd, PRINTPORT_IOC_END_JOB, &query);
		if ((!ret || errno != ENOENT) && over("END_JOB", ret))
			return 0;
	}
}

/* Suspends it whenever it is closed, and forbids that, by turns. */
static long keep_switching_power(void *arg)
{
	const struct plugged *printer = arg;
	uint32_t state = options.seed + getpid();

	put_if_there(printer->device, "power/autosuspend_delay_ms", "0");
	while (put_if_there(printer->device, "power/control",
			    random_below(&state, 2) ? "auto" : "on")) {
		tap_sleep_ms(random_below(&state, 10));
		if (__atomic_load_n(&seen->stop, __ATOMIC_RELAXED))
			break;
	}
	return 0;
}

static long keep_looking(void *arg)
{
	static const char *const files[] = { "state", "reasons", "queued", "job", "uevent" };
	const struct plugged *printer = arg;
	uint32_t state = options.seed;
	char path[256], buf[4096];
	int fd;

	do {
		snprintf(path, sizeof(path), "%s/%s", printer->port.sysfs,
			 files[random_below(&state, 5)]);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0 && read(fd, buf, sizeof(buf)) < 0 && errno != ENODEV)
			FAIL("read %s: %s", path, tap_errno_name(errno));
		if (fd >= 0)
			close(fd);
	} while (fd >= 0 && !__atomic_load_n(&seen->stop, __ATOMIC_RELAXED));
	return 0;
}

static void use_for_a_moment(int fd, uint32_t *state)
{
	static char buf[30000];
	int lines;

	if (random_below(state, 4))
		over("write", write(fd, buf, random_size(state, sizeof(buf))));
	if (!random_below(state, 4))
		over("LPGETSTATUS", ioctl(fd, LPGETSTATUS, &lines));
	/* What it wrote may be lost by now. */
	if (close(fd) && errno != ENODEV)
		over("close", -1);
}

/* Whichever comes first: the node, its port, or their end. */
static long keep_opening(void *arg)
{
	const struct plugged *printer = arg;
	uint32_t state = options.seed + getpid();
	int fd;

	while (!__atomic_load_n(&seen->stop, __ATOMIC_RELAXED)) {
		fd = open(printer->port.node, O_RDWR | O_CLOEXEC);
		if (fd >= 0) {
			use_for_a_moment(fd, &state);
			continue;
		}
		if (errno != EBUSY && errno != ENODEV && errno != ENOENT && errno != ENXIO)
			over("open", -1);
		tap_sleep_ms(1);
	}
	return 0;
}

/*
 * The printer takes what it gets, as soon as it is enumerated and not just being reset. Its
 * buffer is never full: what f_printer has in hand of a request that is half read it frees
 * when it is unplugged, and then gives to the next reader.
 */
static long keep_printing(void *arg)
{
	static char buf[4 << 20];
	int fd;

	(void)arg;
	do {
		fd = open(GADGET_NODE, O_RDWR | O_CLOEXEC);
		while (fd >= 0 && read(fd, buf, sizeof(buf)) > 0)
			;
		if (fd >= 0)
			close(fd);
		tap_sleep_ms(5);
	} while (getppid() > 1);
	return 0;
}

static void check_stale(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN | POLLOUT };
	struct printport_status status;
	int lines;
	char byte = 0;

	/* Nobody may have written or waited since the job has failed. */
	if (write(fd, &byte, 1) >= 0 || (errno != ENODEV && errno != EIO))
		FAIL("write on a port that is gone: %s", tap_errno_name(errno));
	CHECK_ERR(write(fd, &byte, 1), ENODEV);
	CHECK_ERR(read(fd, &byte, 1), ENODEV);
	CHECK_ERR(fsync(fd), ENODEV);
	CHECK_ERR(ioctl(fd, PRINTPORT_IOC_GET_STATUS, &status), ENODEV);
	CHECK_ERR(ioctl(fd, LPGETSTATUS, &lines), ENODEV);
	CHECK_ERR(ioctl(fd, LPRESET), ENODEV);
	CHECK_EQ(poll(&poller, 1, 0), 1);
	CHECK((poller.revents & (POLLHUP | POLLERR)) == (POLLHUP | POLLERR));
	CHECK_OK(close(fd));
}

static void switch_off(const struct way *way)
{
	long long began = tap_now_ms(), took;
	char sysfs[128];

	snprintf(sysfs, sizeof(sysfs), "%s", now.port.sysfs);
	way->off();
	CHECK_SOON(access(sysfs, F_OK), way->gone_ms);
	took = tap_now_ms() - began;
	if (took > seen->longest)
		seen->longest = took;
}

/* Several calls at once on one open file, by a printer that reads or does not. */
static void round_held(const struct way *way, uint32_t *state)
{
	static long (*const calls[])(void *arg) = {
		keep_writing, keep_reading, keep_polling, keep_asking, keep_resetting,
		keep_doing_jobs, keep_writing, keep_polling,
	};
	unsigned int count = 1 + random_below(state, TASKS_MAX), i;
	int fd = port_open_soon(&now.port, O_RDWR);
	struct task *tasks[TASKS_MAX], *looker;

	for (i = 0; i < count; i++)
		tasks[i] = task_start(calls[random_below(state, 8)], &fd);
	looker = task_start(keep_looking, &now);
	tap_sleep_ms(random_below(state, tap_patience(40)));
	switch_off(way);
	for (i = 0; i < count; i++)
		CHECK_EQ(task_result(tasks[i], 2000), 0);
	CHECK_EQ(task_result(looker, 2000), 0);
	check_stale(fd);
}

/* Opened, used and closed by several at once, and suspended in between. */
static void round_contended(const struct way *way, uint32_t *state)
{
	struct task *openers[2], *power = task_start(keep_switching_power, &now);
	unsigned int i;

	__atomic_store_n(&seen->stop, 0, __ATOMIC_RELAXED);
	for (i = 0; i < 2; i++)
		openers[i] = task_start(keep_opening, &now);
	tap_sleep_ms(random_below(state, tap_patience(40)));
	switch_off(way);
	__atomic_store_n(&seen->stop, 1, __ATOMIC_RELAXED);
	for (i = 0; i < 2; i++)
		CHECK_EQ(task_result(openers[i], OPENING_MS), 0);
	CHECK_EQ(task_result(power, 2000), 0);
}

static long close_it(void *arg)
{
	return close(*(int *)arg);
}

/* Closed with bytes that are on their way, waiting for them or not. */
static void round_closing(const struct way *way, uint32_t *state)
{
	int fd = port_open_soon(&now.port, O_RDWR);
	static char buf[60000];
	struct task *closer;

	port_set(&now.port, "limits/close_ms", random_below(state, 2) ? "0" : "10000");
	CHECK_OK(write(fd, buf, 1 + random_below(state, sizeof(buf) - 1)));
	closer = task_start(close_it, &fd);
	/* The last one that closes it waits: here or there. */
	if (random_below(state, 2))
		tap_sleep_ms(random_below(state, tap_patience(20)));
	if (random_below(state, 2)) {
		CHECK_OK(close(fd));
		fd = -1;
	}
	switch_off(way);
	if (task_result(closer, 3000) && errno != ENODEV && errno != EIO)
		FAIL("close: %s", tap_errno_name(errno));
	if (fd >= 0 && close(fd) && errno != ENODEV && errno != EIO)
		FAIL("close: %s", tap_errno_name(errno));
}

/* Opens a printer that sleeps, or is just about to. */
static void round_suspended(const struct way *way, uint32_t *state)
{
	struct task *opener;

	put_if_there(now.device, "power/autosuspend_delay_ms", "0");
	put_if_there(now.device, "power/control", "auto");
	__atomic_store_n(&seen->stop, 0, __ATOMIC_RELAXED);
	tap_sleep_ms(random_below(state, tap_patience(60)));
	opener = random_below(state, 2) ? task_start(keep_opening, &now) : NULL;
	tap_sleep_ms(random_below(state, tap_patience(60)));
	switch_off(way);
	__atomic_store_n(&seen->stop, 1, __ATOMIC_RELAXED);
	if (opener)
		CHECK_EQ(task_result(opener, OPENING_MS), 0);
}

/* The port that comes back takes a job. */
static void check_is_back(void)
{
	int fd = port_open_soon(&now.port, O_RDWR);
	struct printport_status status = port_status(fd);

	CHECK_EQ(status.state, PRINTPORT_STATE_OPEN);
	CHECK_EQ(status.queued, 0);
	CHECK_OK(close(fd));
}

static void one_round(const struct way *way, uint32_t *state)
{
	static void (*const rounds[])(const struct way *way, uint32_t *state) = {
		round_held, round_held, round_held, round_held, round_contended,
		round_contended, round_closing, round_suspended,
	};

	if (random_below(state, 4))
		printing = task_start(keep_printing, NULL);
	rounds[random_below(state, 8)](way, state);
	stop_printing();
	way->on();
	check_is_back();
}

/* Without --rounds as many as there is time for. */
static void rounds_of(const struct way *way)
{
	long long until = tap_now_ms() + (options.quick ? 8000 : 30000);
	uint32_t state = options.seed;
	unsigned int round;

	seen = task_shared_memory(sizeof(*seen));
	CHECK(find_port());
	for (round = 0; options.rounds ? round < options.rounds : tap_now_ms() < until;
	     round++)
		one_round(way, &state);
	CHECK(round > 0);
	tap_note("%u times, %u calls, %u errors before the end, gone after %lld ms at most",
		 round, seen->calls, seen->errors, seen->longest);
	if (seen->errors)
		tap_note("the last one %s", tap_errno_name(seen->last_error));
}

static void cable(void)
{
	rounds_of(&by_cable);
}

static void sysfs(void)
{
	rounds_of(&by_sysfs);
}

/* A case that failed may have left it unplugged. */
static void cleanup(int pid)
{
	(void)pid;
	if (find_port())
		return;
	put_if_there(GADGET, "UDC", "\n");
	plug();
}

static const struct tap_case cases[] = {
	{ "cable", cable, 7200 },
	{ "sysfs", sysfs, 7200 },
};

int main(int argc, char **argv)
{
	options_parse(argc, argv);
	return TAP_RUN("usb_unplug", cases, cleanup);
}
