// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A spooler that measures what its writes cost. One line of JSON on standard output.
 *
 *	load throughput --node NODE [option...]	writes as fast as it can, then fsync
 *	load latency --node NODE [option...]	write + fsync, one at a time
 *	load job --node NODE [option...]	START_JOB, write, END_JOB (delivered)
 *	load first-byte --node NODE --printer NODE [option...]
 *						START_JOB until the printer sees something
 *	load arrival --node NODE --stamps FIFO [option...]
 *						write on an idle port until the printer has it
 *	load open-close --node NODE [option...]	open, write (nothing if --size 0), close
 *	load read --node NODE --control FIFO [option...]
 *						reads what the printer sends
 *	load idle --node NODE [option...]	holds the node and does nothing
 *	load stall --node NODE --condition FILE [option...]
 *						write + fsync while the printer stands still
 *	load status --node NODE --condition FILE [option...]
 *						the printer's condition, until poll()
 *
 *	--size N	bytes of each write or read (65536)
 *	--bytes N	to be written at most (no limit)
 *	--seconds S	to write at most (1)
 *	--count N	writes or jobs to be timed (300)
 *	--watch PID	a process whose processor time counts separately; up to 4
 *	--worker NAME	the same, a thread that is there once the node is in use
 *	--label K=V	a member of the result
 *	--stamps FIFO	where ffs_sink puts the times at which something came
 *	--control FIFO	where ffs_sink takes its commands
 *	--reading	arrival: the spooler also waits for what the printer sends
 *	--condition FILE where parport_sim takes the printer's condition
 *	--fault WORDS	stall and status: the condition in which it does not print (paper-out)
 *
 * A node without fsync (usblp, CUSE) has delivered what write() has returned for.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <linux/printport.h>

#include "measure.h"

#define SIZE_MAX_BYTES	(16UL << 20)
#define COUNT_MAX	1000000UL
#define LABELS_MAX	16
#define WARM_UP		10
#define PATIENCE_S	10
#define DEADLINE_S	300
#define QUIET_MS	300

static struct {
	const char *node, *printer, *stamps, *control, *worker, *condition, *fault;
	size_t size;
	unsigned long long bytes;
	double seconds;
	unsigned long count;
	pid_t watch[WATCH_MAX];
	unsigned int nr_watch;
	char *labels[LABELS_MAX];
	unsigned int nr_labels;
	bool reading;
} options = {
	.size = 65536, .bytes = ~0ULL, .seconds = 1, .count = 300, .fault = "paper-out",
};

/* Text of 64 characters a line, so that a monitor that counts lines has some to find. */
static char *make_text(size_t size)
{
	char *text = malloc(size);
	size_t i;

	if (!text)
		die("no memory");
	for (i = 0; i < size; i++)
		text[i] = i % 64 == 63 ? '\n' : ' ' + i % 95;
	return text;
}

static void write_all(int fd, const char *buf, size_t len)
{
	while (len) {
		ssize_t ret = write(fd, buf, len);

		if (ret < 0 && errno == EINTR)
			continue;
		if (ret <= 0)
			die_errno("%s: write", options.node);
		buf += ret;
		len -= ret;
	}
}

/* Returns whether the node has fsync. */
static bool sync_all(int fd)
{
	if (!fsync(fd))
		return true;
	if (errno != EINVAL)
		die_errno("%s: fsync", options.node);
	return false;
}

static int open_file(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0)
		die_errno("%s", path);
	return fd;
}

static int open_node(void)
{
	return open_file(options.node, O_WRONLY);
}

static void close_node(int fd)
{
	if (close(fd))
		die_errno("%s: close", options.node);
}

/* Whether @pid, a name in /proc, is called @name. */
static bool is_called(const char *pid, const char *name)
{
	char path[300], comm[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (fgets(comm, sizeof(comm), file))
		comm[strcspn(comm, "\n")] = '\0';
	fclose(file);
	return !strcmp(comm, name);
}

/* From now on the worker's processor time counts, too. */
static void watch_worker(void)
{
	struct dirent *entry;
	DIR *proc;

	if (!options.worker)
		return;
	proc = opendir("/proc");
	if (!proc)
		die_errno("/proc");
	do {
		entry = readdir(proc);
		if (!entry)
			die("there is no thread %s", options.worker);
	} while (!is_called(entry->d_name, options.worker));
	if (options.nr_watch == WATCH_MAX)
		die("too many processes to watch");
	options.watch[options.nr_watch++] = strtol(entry->d_name, NULL, 10);
	closedir(proc);
}

static void result_begin(const char *test)
{
	unsigned int i;

	json_begin();
	for (i = 0; i < options.nr_labels; i++) {
		char *value = strchr(options.labels[i], '=');

		*value++ = '\0';
		json_text(options.labels[i], value);
	}
	json_text("test", test);
	json_number("size", options.size);
}

static void tell_cpu(const struct cpu_usage *from, const struct cpu_usage *to)
{
	double watched = 0;
	unsigned int i;

	for (i = 0; i < options.nr_watch; i++)
		watched += (to->watched[i] - from->watched[i]) / 1e9;
	json_number("cpu_writer_s", (to->self - from->self) / 1e9);
	json_number("cpu_watched_s", watched);
	/* Of two clocks: a machine that was idle may seem to have been less than that. */
	json_number("cpu_system_s", (int64_t)(to->system - from->system) / 1e9);
}

/* --- throughput ------------------------------------------------------------------ */

/* Returns how many bytes were written. */
static unsigned long long write_for_a_while(int fd, const char *text)
{
	/* The clock costs as much as a small write: it is read once every 16 KiB or 256. */
	unsigned int batch = options.size < 64 ? 256 :
			     options.size < 16384 ? 16384 / options.size : 1, i;
	uint64_t until = now_ns() + options.seconds * 1e9;
	unsigned long long done = 0;

	do {
		for (i = 0; i < batch && done < options.bytes; i++) {
			write_all(fd, text, options.size);
			done += options.size;
		}
	} while (done < options.bytes && now_ns() < until);
	return done;
}

static void throughput(void)
{
	char *text = make_text(options.size);
	struct cpu_usage from, to;
	unsigned long long done;
	int fd = open_node();
	uint64_t time;
	bool synced;

	write_all(fd, text, options.size);
	sync_all(fd);
	watch_worker();
	from = cpu_usage(options.watch, options.nr_watch);
	time = now_ns();
	done = write_for_a_while(fd, text);
	synced = sync_all(fd);
	time = now_ns() - time;
	to = cpu_usage(options.watch, options.nr_watch);
	/* A gadget keeps full packets to itself until a short one comes. */
	write_all(fd, "\n", 1);
	sync_all(fd);
	close_node(fd);

	result_begin("throughput");
	json_number("bytes", done);
	/* What the printer has to have got: the first write and the last byte, too. */
	json_number("bytes_all", done + options.size + 1);
	json_number("seconds", time / 1e9);
	json_number("mb_per_s", done * 1e3 / time);
	json_bool("fsync", synced);
	tell_cpu(&from, &to);
	json_end();
	free(text);
}

/* --- latency --------------------------------------------------------------------- */

static void latency(void)
{
	char *text = make_text(options.size);
	struct samples samples;
	int fd = open_node();
	bool synced = false;
	unsigned long i;

	samples_alloc(&samples, options.count);
	for (i = 0; i < options.count + WARM_UP; i++) {
		uint64_t began = now_ns();

		write_all(fd, text, options.size);
		synced = sync_all(fd);
		if (i >= WARM_UP)
			samples_add(&samples, now_ns() - began);
	}
	close_node(fd);

	result_begin("latency");
	json_bool("fsync", synced);
	json_samples("us", &samples);
	json_end();
	free(samples.ns);
	free(text);
}

/* --- jobs ------------------------------------------------------------------------ */

/* Returns false where the node has no jobs. */
static bool start_job(int fd)
{
	struct printport_job_start start = { .name = "benchmark", .user = "tester" };

	if (!ioctl(fd, PRINTPORT_IOC_START_JOB, &start))
		return true;
	if (errno != ENOTTY && errno != ENOSYS && errno != EINVAL)
		die_errno("%s: START_JOB", options.node);
	return false;
}

static void end_job(int fd)
{
	struct printport_job_query query = {
		.wait = PRINTPORT_WAIT_DELIVERED,
		.timeout_ms = PATIENCE_S * 1000,
	};

	if (ioctl(fd, PRINTPORT_IOC_END_JOB, &query))
		die_errno("%s: END_JOB", options.node);
	if (query.result.state != PRINTPORT_JOB_COMPLETED)
		die("%s: job %u ended in state %u, error %u", options.node, query.id,
		    query.result.state, query.result.error);
}

static void job(void)
{
	char *text = make_text(options.size);
	struct samples samples;
	bool supported = true;
	int fd = open_node();
	unsigned long i;

	samples_alloc(&samples, options.count);
	for (i = 0; i < options.count + WARM_UP; i++) {
		uint64_t began = now_ns();

		supported = start_job(fd);
		if (!supported)
			break;
		write_all(fd, text, options.size);
		end_job(fd);
		if (i >= WARM_UP)
			samples_add(&samples, now_ns() - began);
	}
	close_node(fd);

	result_begin("job");
	json_bool("supported", supported);
	json_samples("us", &samples);
	json_end();
	free(samples.ns);
	free(text);
}

/* --- the first byte at the printer ------------------------------------------------ */

#define MARK	"%%BenchmarkDocument"
#define MARK_LEN (sizeof(MARK) - 1)

/* What the printer's side has seen since watching began, by now_ns(); 0: not yet. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	uint64_t first, mark, last;
	int fd;
} printer = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void printer_saw(uint64_t when, bool mark)
{
	pthread_mutex_lock(&printer.lock);
	printer.last = when;
	if (!printer.first)
		printer.first = when;
	if (mark && !printer.mark)
		printer.mark = when;
	pthread_cond_broadcast(&printer.changed);
	pthread_mutex_unlock(&printer.lock);
}

/* As it was written, or as lm_bench's rewriting monitor changes it. */
static bool has_mark(const char *buf, size_t len)
{
	char changed[MARK_LEN];
	size_t i;

	for (i = 0; i < MARK_LEN; i++)
		changed[i] = MARK[i] ^ 0x20;
	return memmem(buf, len, MARK, MARK_LEN) || memmem(buf, len, changed, MARK_LEN);
}

static void *printer_run(void *unused)
{
	char buf[MARK_LEN + 65536];
	size_t kept = 0;

	(void)unused;
	for (;;) {
		ssize_t len = read(printer.fd, buf + kept, sizeof(buf) - kept);
		uint64_t when = now_ns();
		bool mark;

		if (len <= 0)
			return NULL;
		len += kept;
		mark = has_mark(buf, len);
		/* A mark that is found must not be found again in what is kept. */
		kept = (size_t)len < MARK_LEN - 1 ? (size_t)len : MARK_LEN - 1;
		memmove(buf, buf + len - kept, kept);
		printer_saw(when, mark);
	}
}

static void printer_begin(void)
{
	pthread_condattr_t attr;
	pthread_t thread;

	if (!options.printer)
		die("first-byte needs --printer");
	printer.fd = open(options.printer, O_RDONLY | O_CLOEXEC);
	if (printer.fd < 0)
		die_errno("%s", options.printer);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&printer.changed, &attr);
	if (pthread_create(&thread, NULL, printer_run, NULL))
		die("no thread");
}

/* Waits until nothing has come for 5 ms, then forgets what came. */
static void printer_quiet(void)
{
	static const struct timespec pause = { .tv_nsec = 5000000 };
	uint64_t until = now_ns() + PATIENCE_S * 1000000000ULL, last;

	do {
		if (now_ns() > until)
			die("%s: is never quiet", options.printer);
		nanosleep(&pause, NULL);
		pthread_mutex_lock(&printer.lock);
		last = printer.last;
		printer.first = 0;
		printer.mark = 0;
		pthread_mutex_unlock(&printer.lock);
	} while (now_ns() - last < 5000000);
}

static void printer_wait_mark(void)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += PATIENCE_S;
	pthread_mutex_lock(&printer.lock);
	while (!printer.mark)
		if (pthread_cond_timedwait(&printer.changed, &printer.lock, &until))
			die("%s: the document does not arrive", options.printer);
	pthread_mutex_unlock(&printer.lock);
}

static void first_byte(void)
{
	struct samples first, document;
	int fd = open_node();
	unsigned long i;

	samples_alloc(&first, options.count);
	samples_alloc(&document, options.count);
	printer_begin();
	for (i = 0; i < options.count + WARM_UP; i++) {
		uint64_t began;

		printer_quiet();
		began = now_ns();
		if (!start_job(fd))
			die("%s: has no jobs", options.node);
		write_all(fd, MARK "\n", MARK_LEN + 1);
		end_job(fd);
		printer_wait_mark();
		if (i < WARM_UP)
			continue;
		samples_add(&first, printer.first - began);
		samples_add(&document, printer.mark - began);
	}
	close_node(fd);

	options.size = MARK_LEN + 1;
	result_begin("first-byte");
	json_samples("us", &first);
	json_samples("document_us", &document);
	json_end();
}

/* --- one write on an idle port ------------------------------------------------------ */

/* Returns whether there was one within @timeout_ms. */
static bool next_stamp(int fd, int timeout_ms, uint64_t *stamp)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	if (poll(&poll_fd, 1, timeout_ms) <= 0)
		return false;
	if (read(fd, stamp, sizeof(*stamp)) != sizeof(*stamp))
		die_errno("%s", options.stamps);
	return true;
}

/* Makes the driver listen to the printer, which has nothing to say. */
static int open_listening(void)
{
	struct pollfd poll_fd = { .fd = open_file(options.node, O_RDWR), .events = POLLIN };

	if (poll(&poll_fd, 1, 0) < 0)
		die_errno("%s: poll", options.node);
	return poll_fd.fd;
}

static void arrival(void)
{
	static const struct timespec pause = { .tv_nsec = 3000000 };
	char *text = make_text(options.size);
	struct samples samples;
	uint64_t began, stamp;
	unsigned long i;
	int fd, stamps;

	if (!options.stamps)
		die("arrival needs --stamps");
	stamps = open_file(options.stamps, O_RDWR | O_NONBLOCK);
	while (next_stamp(stamps, 0, &stamp))
		;
	fd = options.reading ? open_listening() : open_node();
	samples_alloc(&samples, options.count);
	for (i = 0; i < options.count + WARM_UP; i++) {
		nanosleep(&pause, NULL);
		began = now_ns();
		write_all(fd, text, options.size);
		/* One of before is possible after the machine has stood still. */
		do {
			if (!next_stamp(stamps, PATIENCE_S * 1000, &stamp))
				die("%s: nothing arrives", options.stamps);
		} while (stamp < began);
		if (i >= WARM_UP)
			samples_add(&samples, stamp - began);
	}
	close_node(fd);

	result_begin("arrival");
	json_bool("reading", options.reading);
	json_number("bytes_all", (options.count + WARM_UP) * options.size);
	json_samples("us", &samples);
	json_end();
	free(samples.ns);
	free(text);
}

/* --- a job that is an open and a close --------------------------------------------- */

static void open_close(void)
{
	char *text = make_text(options.size + 1);
	struct samples samples;
	unsigned long i;

	samples_alloc(&samples, options.count);
	for (i = 0; i < options.count + WARM_UP; i++) {
		uint64_t began = now_ns();
		int fd = open_node();

		write_all(fd, text, options.size);
		close_node(fd);
		if (i >= WARM_UP)
			samples_add(&samples, now_ns() - began);
	}

	result_begin("open-close");
	json_number("bytes_all", (options.count + WARM_UP) * options.size);
	json_samples("us", &samples);
	json_end();
	free(samples.ns);
	free(text);
}

/* --- what the printer sends --------------------------------------------------------- */

static void tell_sink(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		die_errno("%s", options.control);
}

/* usblp hands on an empty packet as 0 bytes. */
static size_t read_some(int fd, char *buf)
{
	ssize_t ret = read(fd, buf, options.size);

	if (ret < 0 && errno == EINTR)
		return 0;
	if (ret < 0)
		die_errno("%s: read", options.node);
	return ret;
}

/* Reads until nothing has come for a while; returns how many bytes. */
static unsigned long long read_rest(int fd, char *buf)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	unsigned long long done = 0;

	while (poll(&poll_fd, 1, QUIET_MS) > 0)
		done += read_some(fd, buf);
	return done;
}

static void read_test(void)
{
	char *buf = make_text(options.size);
	unsigned long long done = 0, rest;
	struct cpu_usage from, to;
	uint64_t time, until;
	int fd, control;

	if (!options.control)
		die("read needs --control");
	control = open_file(options.control, O_WRONLY);
	fd = open_file(options.node, O_RDWR);
	tell_sink(control, "send\n");
	rest = read_some(fd, buf);
	from = cpu_usage(options.watch, options.nr_watch);
	time = now_ns();
	until = time + options.seconds * 1e9;
	do {
		done += read_some(fd, buf);
	} while (now_ns() < until);
	time = now_ns() - time;
	to = cpu_usage(options.watch, options.nr_watch);
	tell_sink(control, "stop\n");
	rest += read_rest(fd, buf);
	close_node(fd);

	result_begin("read");
	json_number("bytes", done);
	json_number("bytes_all", done + rest);
	json_number("seconds", time / 1e9);
	json_number("mb_per_s", done * 1e3 / time);
	tell_cpu(&from, &to);
	json_end();
	free(buf);
}

/* --- a printer that stands still ----------------------------------------------------- */

#define SETTLE_S	0.3
/* A driver may look more often at a printer that has only just stopped. */
#define STAND_STILL_S	10

static void sleep_for(double time)
{
	struct timespec left = { .tv_sec = time };

	left.tv_nsec = (time - left.tv_sec) * 1e9;
	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

static void set_condition(const char *words)
{
	int fd;

	if (!options.condition)
		die("this needs --condition");
	fd = open_file(options.condition, O_WRONLY | O_TRUNC);
	if (write(fd, words, strlen(words)) < 0)
		die_errno("%s", options.condition);
	close(fd);
}

static struct {
	int fd;
	char *text;
	atomic_bool done;
} stalled;

static void *stalled_run(void *unused)
{
	(void)unused;
	write_all(stalled.fd, stalled.text, options.size);
	sync_all(stalled.fd);
	atomic_store(&stalled.done, true);
	return NULL;
}

/* Opens the node, and has it in use. */
static void stalled_open(void)
{
	stalled.text = make_text(options.size);
	stalled.fd = open_node();
	write_all(stalled.fd, stalled.text, options.size);
	sync_all(stalled.fd);
	watch_worker();
	sleep_for(SETTLE_S);
}

/* As cpu_usage(), but of a single thread: to look at the others' clocks takes time, too. */
static struct cpu_usage thread_usage(pthread_t thread)
{
	struct cpu_usage usage = cpu_usage(options.watch, options.nr_watch);
	struct timespec time;
	clockid_t clock;

	if (pthread_getcpuclockid(thread, &clock) || clock_gettime(clock, &time))
		die("%s: the writer is gone", options.node);
	usage.self = time.tv_sec * 1000000000ULL + time.tv_nsec;
	return usage;
}

static void tell_cpu_of_a_while(pthread_t thread)
{
	struct cpu_usage from = thread_usage(thread), to;
	uint64_t time = now_ns();

	sleep_for(options.seconds);
	time = now_ns() - time;
	to = thread_usage(thread);
	json_number("seconds", time / 1e9);
	tell_cpu(&from, &to);
}

static void idle(void)
{
	stalled_open();
	result_begin("idle");
	json_number("bytes_all", options.size);
	tell_cpu_of_a_while(pthread_self());
	json_end();
	close_node(stalled.fd);
	free(stalled.text);
}

static void stall(void)
{
	pthread_t thread;
	uint64_t time;

	stalled_open();
	set_condition(options.fault);
	if (pthread_create(&thread, NULL, stalled_run, NULL))
		die("no thread");
	sleep_for(STAND_STILL_S);
	result_begin("stall");
	json_text("fault", options.fault);
	json_number("bytes_all", 2 * options.size);
	tell_cpu_of_a_while(thread);
	if (atomic_load(&stalled.done))
		die("%s: the printer does not stand still", options.node);

	time = now_ns();
	set_condition("none");
	pthread_join(thread, NULL);
	json_number("resume_s", (now_ns() - time) / 1e9);
	json_end();
	close_node(stalled.fd);
	free(stalled.text);
}

/* --- a change of the printer's condition ---------------------------------------------- */

static unsigned long long reasons_now(int fd)
{
	struct printport_status status;

	if (ioctl(fd, PRINTPORT_IOC_GET_STATUS, &status))
		die_errno("%s: GET_STATUS", options.node);
	return status.reasons;
}

/* Returns when poll() said that there are reasons, or none. */
static uint64_t wait_reasons(int fd, bool some)
{
	uint64_t now = now_ns(), until = now + PATIENCE_S * 1000000000ULL;
	struct pollfd poll_fd = { .fd = fd, .events = POLLPRI };

	do {
		if (now >= until || poll(&poll_fd, 1, (until - now) / 1000000 + 1) <= 0)
			die("%s: does not tell of a change in %d s", options.node, PATIENCE_S);
		now = now_ns();
	} while (!!reasons_now(fd) != some);
	return now;
}

/* A change of the condition while another thread waits in poll(). */
struct change {
	const char *condition;
	double delay;
	uint64_t time;
};

static void *change_run(void *arg)
{
	struct change *change = arg;

	sleep_for(change->delay);
	change->time = now_ns();
	set_condition(change->condition);
	return NULL;
}

static void status_test(void)
{
	/* Without O_NONBLOCK GET_STATUS would ask the printer by itself, and wait. */
	int fd = open_file(options.node, O_WRONLY | O_NONBLOCK);
	struct samples samples;
	unsigned long i;

	samples_alloc(&samples, options.count);
	set_condition("none");
	if (reasons_now(fd))
		die("%s: the printer is not ready", options.node);
	for (i = 0; i < options.count; i++) {
		struct change change = {
			.condition = i % 2 ? "none" : options.fault,
			/* At no fixed time of the driver's own period. */
			.delay = 0.02 + i * 67 % 211 / 1e3,
		};
		uint64_t told;
		pthread_t thread;

		if (pthread_create(&thread, NULL, change_run, &change))
			die("no thread");
		told = wait_reasons(fd, !(i % 2));
		pthread_join(thread, NULL);
		samples_add(&samples, told - change.time);
	}
	set_condition("none");
	close_node(fd);

	result_begin("status");
	json_text("fault", options.fault);
	json_number("bytes_all", 0);
	json_samples("us", &samples);
	json_end();
	free(samples.ns);
}

/* --- the command line -------------------------------------------------------------- */

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "throughput", throughput },
	{ "latency", latency },
	{ "job", job },
	{ "first-byte", first_byte },
	{ "arrival", arrival },
	{ "open-close", open_close },
	{ "read", read_test },
	{ "idle", idle },
	{ "stall", stall },
	{ "status", status_test },
};

static void usage(void)
{
	fprintf(stderr, "usage: load throughput|latency|job|first-byte|arrival|open-close\n"
		"       |read|idle|stall|status --node NODE [--printer NODE] [--stamps FIFO]\n"
		"       [--control FIFO] [--reading] [--condition FILE] [--fault WORDS]\n"
		"       [--size N] [--bytes N] [--seconds S] [--count N]\n"
		"       [--watch PID]... [--worker NAME] [--label K=V]...\n");
	exit(2);
}

static unsigned long long number_or_zero(const char *text, unsigned long long max)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (errno || end == text || *end || *text == '-' || value > max)
		usage();
	return value;
}

static unsigned long long number(const char *text, unsigned long long max)
{
	unsigned long long value = number_or_zero(text, max);

	if (!value)
		usage();
	return value;
}

static double seconds(const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value > 0 && value <= DEADLINE_S / 2))
		usage();
	return value;
}

static void add_watch(const char *text)
{
	if (options.nr_watch == WATCH_MAX)
		usage();
	options.watch[options.nr_watch++] = number(text, 1 << 30);
}

static void add_label(char *text)
{
	if (options.nr_labels == LABELS_MAX || !strchr(text, '='))
		usage();
	options.labels[options.nr_labels++] = text;
}

static void parse_option(int c)
{
	switch (c) {
	case 'n':
		options.node = optarg;
		break;
	case 'p':
		options.printer = optarg;
		break;
	case 's':
		options.size = number_or_zero(optarg, SIZE_MAX_BYTES);
		break;
	case 'b':
		options.bytes = number(optarg, ~0ULL);
		break;
	case 't':
		options.seconds = seconds(optarg);
		break;
	case 'c':
		options.count = number(optarg, COUNT_MAX);
		break;
	case 'w':
		add_watch(optarg);
		break;
	case 'l':
		add_label(optarg);
		break;
	case 'S':
		options.stamps = optarg;
		break;
	case 'r':
		options.reading = true;
		break;
	case 'C':
		options.control = optarg;
		break;
	case 'W':
		options.worker = optarg;
		break;
	case 'o':
		options.condition = optarg;
		break;
	case 'f':
		options.fault = optarg;
		break;
	default:
		usage();
	}
}

static void parse(int argc, char **argv)
{
	static const struct option names[] = {
		{ "node", required_argument, NULL, 'n' },
		{ "printer", required_argument, NULL, 'p' },
		{ "size", required_argument, NULL, 's' },
		{ "bytes", required_argument, NULL, 'b' },
		{ "seconds", required_argument, NULL, 't' },
		{ "count", required_argument, NULL, 'c' },
		{ "watch", required_argument, NULL, 'w' },
		{ "label", required_argument, NULL, 'l' },
		{ "stamps", required_argument, NULL, 'S' },
		{ "control", required_argument, NULL, 'C' },
		{ "worker", required_argument, NULL, 'W' },
		{ "condition", required_argument, NULL, 'o' },
		{ "fault", required_argument, NULL, 'f' },
		{ "reading", no_argument, NULL, 'r' },
		{ }
	};
	int c;

	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1)
		parse_option(c);
	if (!options.node || optind + 1 != argc)
		usage();
	/* Only that test has something to do without a byte. */
	if (!options.size && strcmp(argv[optind], "open-close"))
		usage();
}

int main(int argc, char **argv)
{
	size_t i;

	parse(argc, argv);
	/* Whatever hangs, this ends. */
	alarm(DEADLINE_S);
	for (i = 0; i < sizeof(tests) / sizeof(*tests); i++) {
		if (!strcmp(tests[i].name, argv[optind])) {
			tests[i].run();
			return 0;
		}
	}
	usage();
}
