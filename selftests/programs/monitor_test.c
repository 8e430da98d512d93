// SPDX-License-Identifier: GPL-2.0-or-later
/* The language-monitor channel: /dev/printport-lmN and what a spooler sees of it. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lm.h"
#include "options.h"
#include "printer.h"
#include "random.h"
#include "sim.h"
#include "tap.h"
#include "task.h"

#define SIZE(type, size) _Static_assert(sizeof(struct type) == (size), #type)

SIZE(printport_lm_message, 32);
SIZE(printport_lm_setup, 24 + PRINTPORT_LM_NAME_LEN);
SIZE(printport_lm_state, 32);
SIZE(printport_lm_doc, 320);
SIZE(printport_query, 32);

/* --- what the printer got ------------------------------------------------------- */

/* Reads exactly @len bytes at the printer and compares. */
static void paper_is(int printer, const void *wanted, size_t len)
{
	char *got = malloc(len + 1);
	size_t done = 0;

	CHECK(got);
	while (done < len) {
		struct pollfd pfd = { .fd = printer, .events = POLLIN };
		ssize_t ret;

		if (!CHECK_OK(poll(&pfd, 1, tap_patience(5000))))
			FAIL("only %zu of %zu bytes arrived", done, len);
		ret = CHECK_OK(read(printer, got + done, len - done));
		CHECK(ret > 0);
		done += ret;
	}
	if (memcmp(got, wanted, len))
		FAIL("other bytes arrived: %.*s, not %.*s", (int)(len < 80 ? len : 80), got,
		     (int)(len < 80 ? len : 80), (const char *)wanted);
	free(got);
}

/* Nothing more comes. */
static void paper_ends(int printer)
{
	struct pollfd pfd = { .fd = printer, .events = POLLIN };

	CHECK_EQ(poll(&pfd, 1, 100), 0);
}

static void paper_says(int printer, const char *text)
{
	paper_is(printer, text, strlen(text));
}

static int printer_open(const struct port *port)
{
	return CHECK_OK(open(port->printer, O_RDWR | O_NONBLOCK | O_CLOEXEC));
}

static void print(int fd, const char *name, const char *text)
{
	job_start(fd, name);
	write_all(fd, text, strlen(text));
	CHECK_EQ(job_end(fd, PRINTPORT_WAIT_DELIVERED).state, PRINTPORT_JOB_COMPLETED);
}

/* --- attaching ------------------------------------------------------------------ */

static void attach_rules(void)
{
	struct sim sim = sim_only("");
	char path[64];
	struct lm lm;
	int fd;

	lm_node(&sim.port, path, sizeof(path));
	CHECK(port_is(&sim.port, "monitor", "none"));
	CHECK_ERR(open(path, O_RDONLY), EINVAL);
	CHECK_ERR(open(path, O_WRONLY), EINVAL);

	lm_attach(&lm, &sim.port, 0);
	CHECK(port_is(&sim.port, "monitor", "test"));
	CHECK_ERR(open(path, O_RDWR), EBUSY);
	CHECK_ERR(ioctl(lm.fd, PRINTPORT_LM_IOC_SETUP, &lm.setup), EBUSY);
	CHECK_OK(ioctl(lm.fd, PRINTPORT_LM_IOC_DETACH));
	CHECK(port_is(&sim.port, "monitor", "none"));
	CHECK_ERR(ioctl(lm.fd, PRINTPORT_LM_IOC_DETACH), ENODEV);
	CHECK_ERR(read(lm.fd, lm.buf, sizeof(lm.buf)), ENODEV);
	CHECK_ERR(write(lm.fd, lm.buf, 32), ENODEV);
	fd = CHECK_OK(open(path, O_RDWR));
	CHECK_OK(close(fd));
	lm_detach(&lm);

	/* Not while a spooler holds the port. */
	fd = port_open(&sim.port, O_WRONLY);
	CHECK_ERR(open(path, O_RDWR), EBUSY);
	CHECK_OK(close(fd));
	fd = CHECK_OK(open(path, O_RDWR));
	CHECK_OK(close(fd));
}

static void not_introduced(void)
{
	struct sim sim = sim_only("");
	struct printport_lm_setup setup = { .flags = 2, .name = "x" };
	char path[64], buf[PRINTPORT_LM_READ_MIN] = { };
	int fd;

	lm_node(&sim.port, path, sizeof(path));
	fd = CHECK_OK(open(path, O_RDWR | O_NONBLOCK));
	CHECK_ERR(read(fd, buf, sizeof(buf)), EINVAL);
	CHECK_ERR(write(fd, buf, 32), EINVAL);
	CHECK_ERR(ioctl(fd, PRINTPORT_LM_IOC_OPEN_PORT), EINVAL);
	CHECK_ERR(ioctl(fd, PRINTPORT_LM_IOC_SETUP, &setup), EINVAL);
	setup.flags = 0;
	memset(setup.name, 'x', sizeof(setup.name));
	CHECK_ERR(ioctl(fd, PRINTPORT_LM_IOC_SETUP, &setup), EINVAL);
	CHECK_ERR(ioctl(fd, PRINTPORT_LM_IOC_SETUP, NULL), EFAULT);
	CHECK_ERR(ioctl(fd, _IO(PRINTPORT_IOC_MAGIC, 0x7f)), EINVAL);

	/* It does nothing: whoever opens the port does not wait for ever. */
	port_set(&sim.port, "limits/monitor_ms", "200");
	CHECK_ERR(open(sim.port.node, O_WRONLY), ETIMEDOUT);
	CHECK_OK(close(port_open(&sim.port, O_WRONLY)));
	CHECK_OK(close(fd));
}

static void mappings(void)
{
	struct sim sim = sim_only("");
	struct lm lm;
	size_t size;
	void *kept;

	lm_attach(&lm, &sim.port, 0);
	size = lm.setup.job_size;
	CHECK(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, lm.fd,
		   PRINTPORT_LM_MAP_JOB) == MAP_FAILED && errno == EACCES);
	CHECK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, lm.fd,
		   PRINTPORT_LM_MAP_STATE) == MAP_FAILED && errno == EACCES);
	CHECK(mmap(NULL, size, PROT_READ, MAP_PRIVATE, lm.fd,
		   PRINTPORT_LM_MAP_JOB) == MAP_FAILED && errno == EINVAL);
	CHECK(mmap(NULL, size * 4, PROT_READ, MAP_SHARED, lm.fd,
		   PRINTPORT_LM_MAP_JOB) == MAP_FAILED && errno == EINVAL);
	CHECK(mmap(NULL, size, PROT_READ, MAP_SHARED, lm.fd,
		   0x30000000) == MAP_FAILED && errno == EINVAL);
	kept = mmap(NULL, size, PROT_READ, MAP_SHARED, lm.fd, PRINTPORT_LM_MAP_JOB);
	CHECK(kept != MAP_FAILED);
	CHECK_ERR(mprotect(kept, size, PROT_READ | PROT_WRITE), EACCES);

	/* The memory outlives the port for as long as it is mapped. */
	sim_unplug(&sim);
	CHECK_ERR(read(lm.fd, lm.buf, sizeof(lm.buf)), ENODEV);
	lm_detach(&lm);
	CHECK_EQ(((char *)kept)[size - 1], 0);
}

static void accept_and_refuse(void)
{
	struct sim sim = sim_only("sink=1");
	struct lm_script script = { .port = sim.port };
	const struct printport_lm_message *record;
	struct task *task;
	struct lm lm;
	pid_t pid;
	int fd;

	task = lm_start(&script);
	fd = port_open(&sim.port, O_WRONLY);
	CHECK(port_is_busy(&sim.port));
	print(fd, "accepted", "abc");
	CHECK_OK(close(fd));
	CHECK(port_is(&sim.port, "state", "closed"));
	task_kill(task, 5000);
	CHECK_SOON(port_is(&sim.port, "monitor", "none"), 5000);

	lm_attach(&lm, &sim.port, 0);
	pid = CHECK_OK(fork());
	if (!pid) {
		CHECK_ERR(open(sim.port.node, O_WRONLY), EACCES);
		exit(0);
	}
	record = lm_expect(&lm, PRINTPORT_LM_OPEN);
	CHECK_EQ(record->arg, getuid());
	lm_do(&lm, PRINTPORT_LM_OPEN_ANSWER, 0, EACCES, 0, 0);
	CHECK_EQ(waitpid(pid, NULL, 0), pid);
	CHECK(port_is(&sim.port, "state", "closed"));
	lm_detach(&lm);
}

/* --- data ------------------------------------------------------------------------ */

static void wrapper(void)
{
	struct sim sim = sim_only("");
	struct lm_script script = {
		.port = sim.port, .mode = LM_PASS, .prefix = "<", .suffix = ">",
	};
	int printer = printer_open(&sim.port), fd;
	struct printport_job_result result;

	lm_start(&script);
	fd = port_open(&sim.port, O_WRONLY);
	print(fd, "one", "abc");
	paper_says(printer, "<abc>");

	job_start(fd, "empty");
	result = job_end(fd, PRINTPORT_WAIT_DELIVERED);
	CHECK_EQ(result.state, PRINTPORT_JOB_COMPLETED);
	CHECK_EQ(result.bytes_accepted, 0);
	CHECK_EQ(result.bytes_sent, 2);
	paper_says(printer, "<>");

	print(fd, "one byte", "x");
	paper_says(printer, "<x>");
	write_all(fd, "plain", 5);
	CHECK_OK(close(fd));
	CHECK(port_is(&sim.port, "state", "closed"));
	paper_says(printer, "<plain>");
	paper_ends(printer);

	fd = port_open(&sim.port, O_WRONLY);
	result = (job_start(fd, "counted"), write_all(fd, "1234567890", 10),
		  job_end(fd, PRINTPORT_WAIT_DELIVERED));
	CHECK_EQ(result.bytes_accepted, 10);
	CHECK_EQ(result.bytes_delivered, 10);
	CHECK_EQ(result.bytes_lost, 0);
	CHECK_EQ(result.bytes_sent, 12);
	CHECK_OK(close(fd));
	CHECK_EQ(port_number(&sim.port, "stats/bytes_written"), 3 + 1 + 5 + 10);
	CHECK_EQ(port_number(&sim.port, "stats/bytes_delivered"), 3 + 1 + 5 + 10);
	CHECK_EQ(port_number(&sim.port, "stats/jobs_completed"), 5);
}

static void thousand_jobs(void)
{
	struct sim sim = sim_only("");
	struct lm_script script = { .port = sim.port, .prefix = "<", .suffix = ">" };
	unsigned int count = options_rounds(1000, 100), i;
	char text[32];
	pid_t pid;
	int fd;

	for (script.mode = LM_PASS; script.mode <= LM_FORWARD; script.mode++) {
		struct task *task = lm_start(&script);
		int status;

		pid = CHECK_OK(fork());
		if (!pid) {
			int printer = printer_open(&sim.port);

			for (i = 0; i < count; i++) {
				snprintf(text, sizeof(text), "<job %u>", i);
				paper_says(printer, text);
			}
			paper_ends(printer);
			exit(0);
		}
		fd = port_open_soon(&sim.port, O_WRONLY);
		for (i = 0; i < count; i++) {
			snprintf(text, sizeof(text), "job %u", i);
			job_start(fd, text);
			write_all(fd, text, strlen(text));
			job_end(fd, PRINTPORT_WAIT_NONE);
		}
		CHECK_OK(fsync(fd));
		CHECK_OK(close(fd));
		CHECK_EQ(waitpid(pid, &status, 0), pid);
		CHECK_EQ(status, 0);
		task_kill(task, 5000);
	}
	tap_note("%u jobs twice", count);
}

/* Reads what random_fill() made with bit 5 changed. */
static long rewritten_reader(void *arg)
{
	const struct port *port = arg;
	unsigned long long bytes = options_bytes(64 << 20, 4 << 20), done = 0;
	static char buf[65536];
	int fd = CHECK_OK(open(port->printer, O_RDONLY));

	while (done < bytes) {
		ssize_t ret = CHECK_OK(read(fd, buf, sizeof(buf))), i;

		for (i = 0; i < ret; i++)
			buf[i] ^= 0x20;
		if (random_check(options.seed, done, buf, ret) >= 0)
			FAIL("wrong byte behind %llu", done);
		done += ret;
	}
	return 0;
}

/* More than any queue holds, in writes of all sizes. */
static void large_job(enum lm_mode mode)
{
	struct sim sim = sim_only("");
	struct lm_script script = { .port = sim.port, .mode = mode };
	unsigned long long bytes = options_bytes(64 << 20, 4 << 20), done = 0;
	struct printport_job_result result;
	uint32_t state = options.seed;
	struct task *printer;
	int fd;

	lm_start(&script);
	printer = mode == LM_REWRITE ? task_start(rewritten_reader, &sim.port) :
				       printer_expect(sim.port.printer, options.seed, bytes);
	fd = port_open(&sim.port, O_WRONLY);
	job_start(fd, "large");
	while (done < bytes) {
		size_t len = random_size(&state, 300000);

		if (len > bytes - done)
			len = bytes - done;
		write_random(fd, options.seed, done, len);
		done += len;
	}
	result = job_end(fd, PRINTPORT_WAIT_DELIVERED);
	CHECK_EQ(result.state, PRINTPORT_JOB_COMPLETED);
	CHECK_EQ(result.bytes_accepted, bytes);
	CHECK_EQ(result.bytes_delivered, bytes);
	CHECK_EQ(result.bytes_lost, 0);
	CHECK_EQ(task_result(printer, 60000), 0);
	CHECK_OK(close(fd));
	tap_note("%llu bytes", bytes);
}

static void large_pass(void)
{
	large_job(LM_PASS);
}

static void large_forward(void)
{
	large_job(LM_FORWARD);
}

static void large_rewrite(void)
{
	large_job(LM_REWRITE);
}

/* One decision at a time: order, positions, and what is refused. */
static void decisions(void)
{
	struct sim sim = sim_only("");
	const struct printport_lm_message *record;
	struct printport_lm_message wrong;
	int printer = printer_open(&sim.port), fd;
	__u32 job, next;
	struct lm lm;
	pid_t pid;
	__u64 pos;

	lm_attach(&lm, &sim.port, 0);
	pid = CHECK_OK(fork());
	if (!pid) {
		fd = port_open(&sim.port, O_WRONLY);
		job_start(fd, "name\nof it");
		write_all(fd, "0123456789", 10);
		job_end(fd, PRINTPORT_WAIT_DELIVERED);
		job_start(fd, "second");
		job_end(fd, PRINTPORT_WAIT_DELIVERED);
		exit(close(fd));
	}
	lm_expect(&lm, PRINTPORT_LM_OPEN);
	wrong = (struct printport_lm_message){ .type = PRINTPORT_LM_OPEN_ANSWER, .arg = 134 };
	CHECK_ERR(lm_say(&lm, &wrong, NULL), EINVAL);
	wrong = (struct printport_lm_message){ .type = PRINTPORT_LM_OPEN_ANSWER, .len = 1 };
	CHECK_ERR(lm_say(&lm, &wrong, NULL), EINVAL);
	/* Before the spooler is let in something may be sent. */
	lm_write(&lm, 0, "hello ", 6);
	lm_do(&lm, PRINTPORT_LM_OPEN_ANSWER, 0, 0, 0, 0);
	CHECK_ERR(lm_say(&lm, &(struct printport_lm_message){
		.type = PRINTPORT_LM_OPEN_ANSWER }, NULL), EINVAL);

	record = lm_expect(&lm, PRINTPORT_LM_START_DOC);
	job = record->job;
	CHECK_EQ(record->len, sizeof(struct printport_lm_doc));
	CHECK(!strcmp((const char *)(record + 1), "name?of it"));
	record = lm_expect(&lm, PRINTPORT_LM_DATA);
	CHECK_EQ(record->job, job);
	pos = record->pos;
	CHECK(!memcmp(lm.job + pos % lm.setup.job_size, "0123456789", record->len));

	wrong = (struct printport_lm_message){
		.type = PRINTPORT_LM_FORWARD, .job = job, .pos = pos + 1, .len = 1 };
	CHECK_ERR(lm_say(&lm, &wrong, NULL), EINVAL);
	wrong.pos = pos;
	wrong.len = 0;
	CHECK_ERR(lm_say(&lm, &wrong, NULL), EINVAL);
	wrong.type = PRINTPORT_LM_CONSUME;
	wrong.len = 1000;
	CHECK_ERR(lm_say(&lm, &wrong, NULL), EINVAL);
	wrong.len = 1;
	wrong.job = job + 1;
	CHECK_ERR(lm_say(&lm, &wrong, NULL), ECANCELED);
	wrong = (struct printport_lm_message){ .type = PRINTPORT_LM_DONE, .job = job };
	CHECK_ERR(lm_say(&lm, &wrong, NULL), EINVAL);
	wrong = (struct printport_lm_message){
		.type = PRINTPORT_LM_WRITE, .job = job, .pos = 0, .len = 1 << 30 };
	CHECK_ERR(lm_say(&lm, &wrong, NULL), EINVAL);
	wrong = (struct printport_lm_message){ .type = PRINTPORT_LM_CLOSE_DONE };
	CHECK_ERR(lm_say(&lm, &wrong, NULL), EINVAL);
	wrong = (struct printport_lm_message){ .type = PRINTPORT_LM_REASONS, .pos = ~0ULL };
	CHECK_ERR(lm_say(&lm, &wrong, NULL), EINVAL);
	wrong = (struct printport_lm_message){ .type = 0 };
	CHECK_ERR(lm_say(&lm, &wrong, NULL), EINVAL);
	wrong = (struct printport_lm_message){ .type = 999 };
	CHECK_ERR(lm_say(&lm, &wrong, NULL), EINVAL);

	/* 012 forwarded, 3 taken out for "three", 45 forwarded, the rest ahead of its time. */
	lm_do(&lm, PRINTPORT_LM_FORWARD, job, 0, pos, 3);
	wrong = (struct printport_lm_message){ .type = PRINTPORT_LM_WRITE, .len = 1,
		.pos = lm.state->wire_head };
	CHECK_ERR(lm_say(&lm, &wrong, NULL), EINVAL);
	lm_write(&lm, job, "three", 5);
	lm_do(&lm, PRINTPORT_LM_CONSUME, job, 0, pos + 3, 1);
	lm_do(&lm, PRINTPORT_LM_FORWARD, job, 0, pos + 4, 2);
	lm_do(&lm, PRINTPORT_LM_FORWARD, job, 0, pos + 6, PRINTPORT_LM_REST);
	do {
		record = lm_next(&lm, 5000);
		CHECK(record);
	} while (record->type == PRINTPORT_LM_DATA || record->type == PRINTPORT_LM_SYNC);
	CHECK_EQ(record->type, PRINTPORT_LM_END_DOC);
	lm_do(&lm, PRINTPORT_LM_DONE, job, 0, 0, 0);
	CHECK_ERR(lm_say(&lm, &(struct printport_lm_message){
		.type = PRINTPORT_LM_DONE, .job = job }, NULL), EINVAL);
	paper_says(printer, "hello 012three456789");

	lm_write(&lm, 0, " between ", 9);
	record = lm_next(&lm, 5000);
	CHECK_EQ(record->type, PRINTPORT_LM_DELIVERED);
	CHECK_EQ(record->job, job);
	CHECK_EQ(record->arg, 0);
	next = lm_expect(&lm, PRINTPORT_LM_START_DOC)->job;
	CHECK(next > job);
	lm_expect(&lm, PRINTPORT_LM_END_DOC);
	lm_do(&lm, PRINTPORT_LM_DONE, next, 0, 0, 0);
	lm_expect(&lm, PRINTPORT_LM_DELIVERED);
	lm_expect(&lm, PRINTPORT_LM_CLOSE);
	lm_write(&lm, 0, "bye", 3);
	lm_do(&lm, PRINTPORT_LM_CLOSE_DONE, 0, 0, 0, 0);
	CHECK_EQ(waitpid(pid, NULL, 0), pid);
	paper_says(printer, " between bye");
	paper_ends(printer);
	CHECK_SOON(port_is(&sim.port, "state", "closed"), 1000);
	CHECK(lm_is_quiet(&lm, 50));
	lm_detach(&lm);
}

/* --- jobs that die ----------------------------------------------------------------- */

static void aborted(void)
{
	struct sim sim = sim_only("");
	struct lm_script script = { .port = sim.port, .prefix = "<", .suffix = ">" };
	struct printport_job_query query = { };
	int printer, fd;

	lm_start(&script);
	sim_set(&sim, "stall", "1");
	fd = port_open(&sim.port, O_WRONLY);
	query.id = job_start(fd, "to be aborted");
	write_all(fd, "lost", 4);
	CHECK_OK(ioctl(fd, PRINTPORT_IOC_ABORT_JOB, &query));
	CHECK_EQ(query.result.state, PRINTPORT_JOB_ABORTED);
	CHECK_EQ(query.result.bytes_lost, 4);
	CHECK_ERR(write(fd, "x", 1), ECANCELED);
	sim_set(&sim, "stall", "0");
	print(fd, "next", "good");
	CHECK_OK(close(fd));
	printer = printer_open(&sim.port);
	{
		char buf[64] = { };
		ssize_t len = CHECK_OK(read(printer, buf, sizeof(buf)));

		/* What was in flight when it was aborted may have come through. */
		CHECK(len >= 6 && !memcmp(buf + len - 6, "<good>", 6));
	}
}

static long die_in_mid_job(void *arg)
{
	int fd = port_open_soon(arg, O_WRONLY);

	job_start(fd, "of somebody who dies");
	write_all(fd, "half a j", 8);
	raise(SIGKILL);
	return 0;
}

static void spooler_dies(void)
{
	struct sim sim = sim_only("sink=1");
	struct lm_script script = {
		.port = sim.port, .mode = LM_FORWARD, .prefix = "<", .suffix = ">",
	};
	unsigned int rounds = options_rounds(100, 20), i;
	int fd, status;
	pid_t pid;

	lm_start(&script);
	for (i = 0; i < rounds; i++) {
		pid = CHECK_OK(fork());
		if (!pid)
			die_in_mid_job(&sim.port);
		CHECK_EQ(waitpid(pid, &status, 0), pid);
		fd = port_open_soon(&sim.port, O_WRONLY);
		print(fd, "next", "good");
		CHECK_OK(close(fd));
	}
	CHECK_EQ(port_number(&sim.port, "stats/jobs_aborted"), rounds);
	CHECK_EQ(port_number(&sim.port, "stats/jobs_completed"), rounds);
	CHECK(port_is(&sim.port, "monitor", "test"));
}

/* --- monitors that misbehave ----------------------------------------------------------- */

/* What else there is to be told of: a condition, the printer's words, a question. */
static void more_to_tell(const struct sim *sim, int fd)
{
	char answer[16];
	struct printport_query query = {
		.question = (uintptr_t)"?", .question_len = 1, .answer = (uintptr_t)answer,
		.answer_len = sizeof(answer), .timeout_ms = 30,
	};
	int printer = open(sim->port.printer, O_WRONLY | O_NONBLOCK);

	sim_set(sim, "reasons", "toner-low");
	sim_set(sim, "reasons", "none");
	if (printer >= 0) {
		CHECK(write(printer, "words", 5) == 5 || errno == EAGAIN);
		close(printer);
	}
	if (!ioctl(fd, PRINTPORT_IOC_QUERY, &query))
		FAIL("a question that nobody answers was answered");
	CHECK(errno == ETIMEDOUT || errno == ECONNRESET || errno == ENODEV);
}

/* A job that its holder aborts. */
static void abort_one(int fd)
{
	struct printport_job_start start = { .name = "to be aborted" };
	struct printport_job_query query = { };

	if (ioctl(fd, PRINTPORT_IOC_START_JOB, &start))
		return;
	if (write(fd, "half", 4) < 0)
		return;
	/* So that the monitor has heard of it, as a rule. */
	tap_sleep_ms(3);
	query.id = start.id;
	if (ioctl(fd, PRINTPORT_IOC_ABORT_JOB, &query))
		CHECK(errno == ENODEV || errno == ENOENT);
	query = (struct printport_job_query){ };
	ioctl(fd, PRINTPORT_IOC_END_JOB, &query);
}

/* A spooler's session of which every outcome but hanging is allowed, if it is said. */
static void print_with_bad_monitor(const struct sim *sim, unsigned int limit_ms)
{
	const struct port *port = &sim->port;
	struct printport_job_query end = { .wait = PRINTPORT_WAIT_DELIVERED,
					   .timeout_ms = 20000 };
	struct printport_job_start start = { .name = "unlucky" };
	long long began = tap_now_ms(), accounted;
	bool failed = false;
	int fd, i;

	fd = open(port->node, O_RDWR);
	if (fd < 0) {
		if (errno != ECONNRESET && errno != ETIMEDOUT && errno != EIO &&
		    errno > 133)
			FAIL("open: %s", tap_errno_name(errno));
	} else {
		abort_one(fd);
		more_to_tell(sim, fd);
		if (ioctl(fd, PRINTPORT_IOC_START_JOB, &start))
			failed = true;
		for (i = 0; i < 3 && !failed; i++)
			if (write(fd, "some bytes", 10) < 0) {
				failed = true;
				if (errno != ECONNRESET && errno != ETIMEDOUT &&
				    errno != ENODEV && errno != ECANCELED)
					FAIL("write: %s", tap_errno_name(errno));
			}
		if (!failed && fsync(fd) && errno != ECONNRESET && errno != ETIMEDOUT &&
		    errno != ENODEV)
			FAIL("fsync: %s", tap_errno_name(errno));
		if (!ioctl(fd, PRINTPORT_IOC_END_JOB, &end)) {
			CHECK(end.result.state == PRINTPORT_JOB_COMPLETED ||
			      end.result.state == PRINTPORT_JOB_FAILED);
			CHECK_EQ(end.result.bytes_accepted,
				 end.result.bytes_delivered + end.result.bytes_lost);
			if (end.result.state == PRINTPORT_JOB_FAILED)
				CHECK(end.result.error == ECONNRESET ||
				      end.result.error == ETIMEDOUT);
		}
		close(fd);
	}
	if (tap_now_ms() - began > tap_patience(limit_ms))
		FAIL("took %lld ms", tap_now_ms() - began);
	accounted = port_number(port, "stats/bytes_delivered") +
		    port_number(port, "stats/bytes_lost");
	CHECK_EQ(port_number(port, "stats/bytes_written"), accounted);
}

static void print_with_good_monitor(const struct sim *sim)
{
	struct lm_script script = { .port = sim->port, .prefix = "<", .suffix = ">" };
	struct task *task = lm_start(&script);
	int fd = port_open_soon(&sim->port, O_WRONLY);

	print(fd, "lucky", "good");
	CHECK_OK(close(fd));
	task_kill(task, 5000);
}

static const unsigned int record_types[] = {
	PRINTPORT_LM_OPEN, PRINTPORT_LM_START_DOC, PRINTPORT_LM_DATA, PRINTPORT_LM_SYNC,
	PRINTPORT_LM_END_DOC, PRINTPORT_LM_ABORT, PRINTPORT_LM_DELIVERED, PRINTPORT_LM_CLOSE,
	PRINTPORT_LM_QUERY, PRINTPORT_LM_PRINTER_DATA, PRINTPORT_LM_STATUS,
};

static void misdeeds(int misdeed, unsigned int rounds, const char *monitor_ms,
		     unsigned int limit_ms)
{
	const unsigned int types = sizeof(record_types) / sizeof(record_types[0]);
	struct sim sim = sim_only("sink=1");
	uint32_t state = options.seed;
	unsigned int i;

	port_set(&sim.port, "limits/monitor_ms", monitor_ms);
	for (i = 0; i < rounds; i++) {
		struct lm_script script = {
			.port = sim.port,
			.mode = random_below(&state, 3),
			.prefix = "<", .suffix = ">",
			.misdeed = misdeed,
			.at = record_types[i % types],
			.after = record_types[i % types] == PRINTPORT_LM_DATA ?
				 random_below(&state, 3) : 0,
			.seed = state,
		};
		struct task *task = lm_start(&script);

		print_with_bad_monitor(&sim, limit_ms);
		/* One that was not caught at it, or that hangs. */
		task_kill(task, 5000);
		CHECK_SOON(port_is(&sim.port, "monitor", "none"), 2000);
		CHECK_SOON(port_is(&sim.port, "state", "closed"), 2000);
		if (!(i % 8) || misdeed == LM_HANG)
			print_with_good_monitor(&sim);
	}
	tap_note("%u monitors", rounds);
}

static void monitors_die(void)
{
	misdeeds(LM_DIE, options_rounds(400, 77), "10000", 5000);
}

static void monitors_rave(void)
{
	misdeeds(LM_RAVE, options_rounds(400, 77), "10000", 5000);
}

static void monitors_hang(void)
{
	misdeeds(LM_HANG, options_rounds(200, 22), "150", 4000);
}

/* Garbage while nobody holds the port, and while somebody does. */
static void garbage(void)
{
	struct sim sim = sim_only("sink=1");
	void *nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint32_t state = options.seed;
	struct lm lm;

	CHECK(nowhere != MAP_FAILED);
	lm_attach(&lm, &sim.port, 0);
	lm_rave(&lm, &state, options_rounds(200000, 10000));
	CHECK(port_is(&sim.port, "monitor", "test"));
	CHECK_OK(ioctl(lm.fd, PRINTPORT_LM_IOC_OPEN_PORT));
	lm_rave(&lm, &state, options_rounds(200000, 10000));
	CHECK_ERR(write(lm.fd, nowhere, 32), EFAULT);
	
	CHECK_ERR(read(lm.fd, lm.buf, PRINTPORT_LM_READ_MIN - 1), EINVAL);
	lm_detach(&lm);
	print_with_good_monitor(&sim);
}

static void lost_handle_is_stale(void)
{
	struct sim sim = sim_only("stall=1");
	struct lm_script script = { .port = sim.port };
	struct task *task = lm_start(&script);
	struct pollfd pfd = { .events = POLLOUT };
	int fd = port_open(&sim.port, O_RDWR);

	job_start(fd, "lost");
	write_all(fd, "abc", 3);
	task_kill(task, 5000);
	CHECK_SOON(port_is(&sim.port, "monitor", "none"), 2000);
	CHECK_ERR(write(fd, "x", 1), ECONNRESET);
	CHECK_ERR(write(fd, "x", 1), ENODEV);
	CHECK_ERR(read(fd, &pfd, 1), ENODEV);
	CHECK_ERR(fsync(fd), ENODEV);
	pfd.fd = fd;
	CHECK_EQ(poll(&pfd, 1, 1000), 1);
	CHECK(pfd.revents & POLLHUP);
	CHECK(port_is(&sim.port, "state", "open"));
	CHECK_OK(close(fd));
	CHECK_EQ(port_number(&sim.port, "stats/bytes_lost"), 3);
	/* The printer is still stalled, and the port free. */
	CHECK_SOON(port_is(&sim.port, "state", "closed"), 3000);
	sim_set(&sim, "stall", "0");
	sim_set(&sim, "sink", "1");
	print_with_good_monitor(&sim);
}

static long open_for_writing(void *arg)
{
	return open(arg, O_WRONLY);
}

/* Its printer takes nothing: that is not the monitor's fault. */
static void stall_is_no_misdeed(void)
{
	struct sim sim = sim_only("stall=1");
	struct lm_script script = { .port = sim.port, .mode = LM_FORWARD, .suffix = ">" };
	int fd, printer;

	port_set(&sim.port, "limits/monitor_ms", "200");
	port_set(&sim.port, "limits/close_ms", "0");
	lm_start(&script);
	fd = port_open(&sim.port, O_WRONLY);
	write_until_full(fd, options.seed, 0);
	tap_sleep_ms(1000);
	CHECK(port_is(&sim.port, "monitor", "test"));
	CHECK_OK(close(fd));
	tap_sleep_ms(1000);
	CHECK(port_is(&sim.port, "monitor", "test"));
	CHECK(port_is(&sim.port, "state", "draining"));
	sim_set(&sim, "stall", "0");
	printer = printer_open(&sim.port);
	CHECK_SOON(({ char sink[4096]; (void)!read(printer, sink, sizeof(sink));
		      port_is(&sim.port, "state", "closed"); }), 20000);
}

/* --- talking ------------------------------------------------------------------------------ */

static long ask(void *arg)
{
	char answer[64] = { };
	struct printport_query query = {
		.question = (uintptr_t)"who are you", .question_len = 11,
		.answer = (uintptr_t)answer, .answer_len = sizeof(answer),
		.timeout_ms = 5000,
	};
	int fd = *(int *)arg;

	if (ioctl(fd, PRINTPORT_IOC_QUERY, &query))
		return -1;
	CHECK_EQ(query.answer_len, 9);
	CHECK(!memcmp(answer, "a monitor", 9));
	return 0;
}

static void queries(void)
{
	struct sim sim = sim_only("sink=1");
	struct printport_query query = { .question_len = 1, .timeout_ms = 100 };
	const struct printport_lm_message *record;
	struct printport_lm_message answer;
	struct task *opener, *asker;
	struct lm lm;
	int fd;

	fd = port_open(&sim.port, O_RDWR);
	query.question = (uintptr_t)"?";
	CHECK_ERR(ioctl(fd, PRINTPORT_IOC_QUERY, &query), EOPNOTSUPP);
	CHECK_OK(close(fd));

	lm_attach(&lm, &sim.port, 0);
	opener = task_start(open_for_writing, sim.port.node);
	lm_expect(&lm, PRINTPORT_LM_OPEN);
	lm_do(&lm, PRINTPORT_LM_OPEN_ANSWER, 0, EAGAIN, 0, 0);
	CHECK_EQ(task_result(opener, 5000), -1);
	CHECK_EQ(errno, EAGAIN);

	if (!fork()) {
		fd = port_open(&sim.port, O_RDWR);
		asker = task_start(ask, &fd);
		CHECK_EQ(task_result(asker, 10000), 0);
		asker = task_start(ask, &fd);
		CHECK_EQ(task_result(asker, 10000), -1);
		CHECK_EQ(errno, ENOENT);
		CHECK_ERR(ioctl(fd, PRINTPORT_IOC_QUERY, &query), ETIMEDOUT);
		query.question = 0;
		CHECK_ERR(ioctl(fd, PRINTPORT_IOC_QUERY, &query), EFAULT);
		query.question_len = 0;
		CHECK_ERR(ioctl(fd, PRINTPORT_IOC_QUERY, &query), EINVAL);
		query.question_len = PRINTPORT_QUERY_MAX + 1;
		CHECK_ERR(ioctl(fd, PRINTPORT_IOC_QUERY, &query), EINVAL);
		exit(close(fd));
	}
	lm_expect(&lm, PRINTPORT_LM_OPEN);
	lm_do(&lm, PRINTPORT_LM_OPEN_ANSWER, 0, 0, 0, 0);
	record = lm_expect(&lm, PRINTPORT_LM_QUERY);
	CHECK_EQ(record->len, 11);
	CHECK(!memcmp(record + 1, "who are you", 11));
	answer = (struct printport_lm_message){
		.type = PRINTPORT_LM_ANSWER, .arg = record->arg + 1, .len = 9 };
	CHECK_ERR(lm_say(&lm, &answer, "a monitor"), ENOENT);
	answer.arg--;
	CHECK_OK(lm_say(&lm, &answer, "a monitor"));
	CHECK_ERR(lm_say(&lm, &answer, "a monitor"), ENOENT);
	record = lm_expect(&lm, PRINTPORT_LM_QUERY);
	CHECK(record->arg != answer.arg);
	answer = (struct printport_lm_message){
		.type = PRINTPORT_LM_ANSWER, .arg = record->arg, .pos = ENOENT };
	CHECK_OK(lm_say(&lm, &answer, NULL));
	lm_expect(&lm, PRINTPORT_LM_QUERY);
	lm_expect(&lm, PRINTPORT_LM_CLOSE);
	lm_do(&lm, PRINTPORT_LM_CLOSE_DONE, 0, 0, 0, 0);
	lm_detach(&lm);
}

static long open_port(void *arg)
{
	int fd = port_open(arg, O_RDWR);
	char buf[16] = { };

	CHECK_EQ(read(fd, buf, sizeof(buf)), 5);
	CHECK(!memcmp(buf, "reply", 5));
	return close(fd);
}

static void back_channel(void)
{
	struct sim sim = sim_only("");
	int printer = printer_open(&sim.port);
	const struct printport_lm_message *record;
	struct printport_lm_message back = { .type = PRINTPORT_LM_BACK, .len = 5 };
	struct task *spooler;
	struct lm lm;

	lm_attach(&lm, &sim.port, 0);
	CHECK_ERR(lm_say(&lm, &back, "reply"), EINVAL);

	/* What one spooler does not read the next one does not get. */
	spooler = task_start(open_for_writing, sim.port.node);
	lm_expect(&lm, PRINTPORT_LM_OPEN);
	CHECK_OK(lm_say(&lm, &back, "other"));
	lm_do(&lm, PRINTPORT_LM_OPEN_ANSWER, 0, 0, 0, 0);
	lm_expect(&lm, PRINTPORT_LM_CLOSE);
	lm_do(&lm, PRINTPORT_LM_CLOSE_DONE, 0, 0, 0, 0);
	CHECK(task_result(spooler, 5000) >= 0);
	CHECK_SOON(port_is(&sim.port, "state", "closed"), 2000);

	spooler = task_start(open_port, &sim.port);
	lm_expect(&lm, PRINTPORT_LM_OPEN);
	lm_do(&lm, PRINTPORT_LM_OPEN_ANSWER, 0, 0, 0, 0);
	CHECK_EQ(write(printer, "printer says", 12), 12);
	record = lm_expect(&lm, PRINTPORT_LM_PRINTER_DATA);
	CHECK_EQ(record->len, 12);
	CHECK(!memcmp(record + 1, "printer says", 12));
	CHECK_OK(lm_say(&lm, &back, "reply"));
	lm_expect(&lm, PRINTPORT_LM_CLOSE);
	lm_do(&lm, PRINTPORT_LM_CLOSE_DONE, 0, 0, 0, 0);
	CHECK_EQ(task_result(spooler, 5000), 0);

	/* The same without the monitor in between. */
	spooler = task_start(open_port, &sim.port);
	lm_expect(&lm, PRINTPORT_LM_OPEN);
	CHECK_OK(lm_say(&lm, &(struct printport_lm_message){
		.type = PRINTPORT_LM_OPEN_ANSWER,
		.flags = PRINTPORT_LM_OPEN_PASS_BACK }, NULL));
	CHECK_EQ(write(printer, "reply", 5), 5);
	lm_expect(&lm, PRINTPORT_LM_CLOSE);
	lm_do(&lm, PRINTPORT_LM_CLOSE_DONE, 0, 0, 0, 0);
	CHECK_EQ(task_result(spooler, 5000), 0);
	lm_detach(&lm);
}

static void reasons(void)
{
	struct sim sim = sim_only("sink=1");
	const struct printport_lm_message *record;
	struct lm lm;

	lm_attach(&lm, &sim.port, 0);
	lm_do(&lm, PRINTPORT_LM_REASONS, 0, 0, PRINTPORT_REASON_TONER_LOW, 0);
	CHECK(port_is(&sim.port, "reasons", "toner-low"));
	sim_set(&sim, "reasons", "media-empty");
	record = lm_expect(&lm, PRINTPORT_LM_STATUS);
	CHECK_EQ(record->pos, PRINTPORT_REASON_MEDIA_EMPTY);
	CHECK(port_is(&sim.port, "reasons", "media-empty toner-low"));
	CHECK(port_is(&sim.port, "status", "stopped"));
	lm_do(&lm, PRINTPORT_LM_REASONS, 0, 0, 0, 0);
	CHECK(port_is(&sim.port, "reasons", "media-empty"));
	lm_do(&lm, PRINTPORT_LM_REASONS, 0, 0, PRINTPORT_REASON_COVER_OPEN, 0);
	lm_detach(&lm);
	CHECK(port_is(&sim.port, "reasons", "media-empty"));
}

static void own_use(void)
{
	struct sim sim = sim_only("");
	int printer = printer_open(&sim.port), fd;
	const struct printport_lm_message *record;
	struct task *spooler;
	struct lm lm;

	lm_attach(&lm, &sim.port, 0);
	CHECK_ERR(lm_say(&lm, &(struct printport_lm_message){
		.type = PRINTPORT_LM_WRITE, .len = 1 }, NULL), EINVAL);
	CHECK_OK(ioctl(lm.fd, PRINTPORT_LM_IOC_OPEN_PORT));
	CHECK_OK(ioctl(lm.fd, PRINTPORT_LM_IOC_OPEN_PORT));
	CHECK(port_is(&sim.port, "state", "closed"));
	lm_write(&lm, 0, "status?", 7);
	paper_says(printer, "status?");
	CHECK_EQ(write(printer, "ready", 5), 5);
	record = lm_expect(&lm, PRINTPORT_LM_PRINTER_DATA);
	CHECK_EQ(record->len, 5);

	/* A spooler comes in between. */
	spooler = task_start(open_port, &sim.port);
	lm_expect(&lm, PRINTPORT_LM_OPEN);
	lm_do(&lm, PRINTPORT_LM_OPEN_ANSWER, 0, 0, 0, 0);
	lm_write(&lm, 0, "again?", 6);
	paper_says(printer, "again?");
	CHECK_OK(ioctl(lm.fd, PRINTPORT_LM_IOC_CLOSE_PORT));
	CHECK_OK(lm_say(&lm, &(struct printport_lm_message){
		.type = PRINTPORT_LM_BACK, .len = 5 }, "reply"));
	lm_expect(&lm, PRINTPORT_LM_CLOSE);
	lm_do(&lm, PRINTPORT_LM_CLOSE_DONE, 0, 0, 0, 0);
	CHECK_EQ(task_result(spooler, 5000), 0);

	/* One that dies while the printer takes nothing leaves the port free. */
	CHECK_OK(ioctl(lm.fd, PRINTPORT_LM_IOC_OPEN_PORT));
	sim_set(&sim, "stall", "1");
	lm_write(&lm, 0, "never", 5);
	lm_detach(&lm);
	lm_attach(&lm, &sim.port, 0);
	lm_detach(&lm);
	sim_set(&sim, "stall", "0");
	fd = port_open(&sim.port, O_WRONLY);
	print(fd, "direct", "abc");
	CHECK_OK(close(fd));
}

static void printed(void)
{
	struct sim sim = sim_only("sink=1");
	struct lm_script script = {
		.port = sim.port, .flags = PRINTPORT_LM_F_CONFIRMS, .printed = true, .pages = 7,
	};
	struct printport_job_query end = { .wait = PRINTPORT_WAIT_PRINTED, .timeout_ms = 5000 };
	struct printport_info info;
	struct task *task;
	int fd;

	task = lm_start(&script);
	fd = port_open(&sim.port, O_WRONLY);
	CHECK_OK(ioctl(fd, PRINTPORT_IOC_GET_INFO, &info));
	CHECK((info.capabilities & PRINTPORT_CAP_MONITOR) &&
	      (info.capabilities & PRINTPORT_CAP_PRINTED));
	job_start(fd, "printed");
	write_all(fd, "abc", 3);
	CHECK_OK(ioctl(fd, PRINTPORT_IOC_END_JOB, &end));
	CHECK_EQ(end.result.state, PRINTPORT_JOB_COMPLETED);
	CHECK_EQ(end.result.printed, PRINTPORT_PRINTED_YES);
	CHECK_EQ(end.result.pages, 7);
	CHECK_OK(close(fd));
	task_kill(task, 5000);

	/* The printer does not say. */
	script.error = ENODATA;
	task = lm_start(&script);
	fd = port_open_soon(&sim.port, O_WRONLY);
	job_start(fd, "perhaps printed");
	end = (struct printport_job_query){ .wait = PRINTPORT_WAIT_PRINTED, .timeout_ms = 5000 };
	CHECK_ERR(ioctl(fd, PRINTPORT_IOC_END_JOB, &end), ENODATA);
	CHECK_EQ(end.result.printed, PRINTPORT_PRINTED_UNCONFIRMED);
	CHECK_OK(close(fd));
	task_kill(task, 5000);

	/* Delivered, and cancelled at the printer. */
	script.error = ECANCELED;
	task = lm_start(&script);
	fd = port_open_soon(&sim.port, O_WRONLY);
	job_start(fd, "cancelled");
	end = (struct printport_job_query){ .wait = PRINTPORT_WAIT_PRINTED, .timeout_ms = 5000 };
	CHECK_OK(ioctl(fd, PRINTPORT_IOC_END_JOB, &end));
	CHECK_EQ(end.result.printed, PRINTPORT_PRINTED_NO);
	CHECK_EQ(end.result.error, ECANCELED);
	CHECK_OK(close(fd));
	task_kill(task, 5000);

	/* A monitor that is silent about it: the wait is bounded, and the job goes on. */
	script.printed = false;
	task = lm_start(&script);
	fd = port_open_soon(&sim.port, O_WRONLY);
	job_start(fd, "unknown");
	end = (struct printport_job_query){ .wait = PRINTPORT_WAIT_PRINTED, .timeout_ms = 200 };
	CHECK_ERR(ioctl(fd, PRINTPORT_IOC_END_JOB, &end), ETIMEDOUT);
	CHECK_EQ(end.result.state, PRINTPORT_JOB_COMPLETED);
	task_kill(task, 5000);
	end.timeout_ms = 0;
	CHECK_ERR(ioctl(fd, PRINTPORT_IOC_GET_JOB, &end), ECONNRESET);
	CHECK_OK(close(fd));

	/* One that cannot tell. */
	script.flags = 0;
	task = lm_start(&script);
	fd = port_open_soon(&sim.port, O_WRONLY);
	job_start(fd, "unknown");
	end = (struct printport_job_query){ .wait = PRINTPORT_WAIT_PRINTED };
	CHECK_ERR(ioctl(fd, PRINTPORT_IOC_END_JOB, &end), EOPNOTSUPP);
	job_end(fd, PRINTPORT_WAIT_DELIVERED);
	CHECK_OK(close(fd));
}

/* One that is expelled for doing nothing is not to be taken for a wait that may go on. */
static void expelled_before_printed(void)
{
	struct sim sim = sim_only("sink=1");
	struct lm_script script = { .port = sim.port, .flags = PRINTPORT_LM_F_CONFIRMS };
	struct printport_job_query query = { .wait = PRINTPORT_WAIT_PRINTED, .timeout_ms = 60000 };
	struct task *task;
	int fd;

	port_set(&sim.port, "limits/monitor_ms", "1000");
	task = lm_start(&script);
	fd = port_open_soon(&sim.port, O_WRONLY);
	query.id = job_start(fd, "unknown");
	CHECK_EQ(job_end(fd, PRINTPORT_WAIT_DELIVERED).state, PRINTPORT_JOB_COMPLETED);
	CHECK_OK(kill(task_pid(task), SIGSTOP));
	job_start(fd, "something to do");
	CHECK_ERR(ioctl(fd, PRINTPORT_IOC_GET_JOB, &query), ECONNRESET);
	CHECK_EQ(query.result.state, PRINTPORT_JOB_COMPLETED);
	close(fd);
	CHECK_OK(kill(task_pid(task), SIGCONT));
	task_kill(task, 5000);
}

/* A monitor that looks ahead decides when it is told that somebody waits. */
static void sync_is_told(void)
{
	struct sim sim = sim_only("sink=1");
	const struct printport_lm_message *record;
	struct lm lm;
	__u64 pos;
	__u32 job;
	pid_t pid;

	port_set(&sim.port, "limits/monitor_ms", "300");
	lm_attach(&lm, &sim.port, 0);
	pid = CHECK_OK(fork());
	if (!pid) {
		int fd = port_open(&sim.port, O_WRONLY);

		write_all(fd, "ab", 2);
		tap_sleep_ms(800);
		CHECK_OK(fsync(fd));
		exit(close(fd));
	}
	lm_expect(&lm, PRINTPORT_LM_OPEN);
	lm_do(&lm, PRINTPORT_LM_OPEN_ANSWER, 0, 0, 0, 0);
	job = lm_expect(&lm, PRINTPORT_LM_START_DOC)->job;
	pos = lm_expect(&lm, PRINTPORT_LM_DATA)->pos;
	/* Longer than its limit: nobody waits for these bytes. */
	record = lm_expect(&lm, PRINTPORT_LM_SYNC);
	CHECK_EQ(record->pos, pos + 2);
	lm_do(&lm, PRINTPORT_LM_FORWARD, job, 0, pos, 2);
	lm_expect(&lm, PRINTPORT_LM_END_DOC);
	lm_do(&lm, PRINTPORT_LM_DONE, job, 0, 0, 0);
	lm_expect(&lm, PRINTPORT_LM_DELIVERED);
	lm_expect(&lm, PRINTPORT_LM_CLOSE);
	lm_do(&lm, PRINTPORT_LM_CLOSE_DONE, 0, 0, 0, 0);
	CHECK_EQ(waitpid(pid, NULL, 0), pid);
	lm_detach(&lm);
}

static void unplugged(void)
{
	struct sim sim = sim_only("");
	struct lm_script script = { .port = sim.port, .mode = LM_REWRITE };
	unsigned int rounds = options_rounds(50, 10), i;

	for (i = 0; i < rounds; i++) {
		struct task *task = lm_start(&script);
		int fd = port_open(&sim.port, O_RDWR | O_NONBLOCK);

		write_until_full(fd, options.seed, 0);
		if (i & 1)
			task_kill(task, 5000);
		CHECK(sim_unplug(&sim) < tap_patience(5000));
		if (!(i & 1))
			CHECK_EQ(task_result(task, 5000), 0);
		CHECK_ERR(write(fd, "x", 1), ENODEV);
		CHECK_ERR(write(fd, "x", 1), ENODEV);
		close(fd);
		sim_plug(&sim);
		script.port = sim.port;
	}
}

static void no_permission(void)
{
	struct sim sim = sim_only("sink=1");
	struct stat st;
	char path[64];
	int status;
	pid_t pid;

	lm_node(&sim.port, path, sizeof(path));
	CHECK_OK(stat(path, &st));
	CHECK_EQ(st.st_mode & 077, 0);
	pid = CHECK_OK(fork());
	if (!pid) {
		CHECK_OK(setgid(65534));
		CHECK_OK(setuid(65534));
		CHECK_ERR(open(path, O_RDWR), EACCES);
		exit(0);
	}
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);

	/* With permission nothing else is needed. */
	CHECK_OK(chown(path, 65534, 65534));
	CHECK_OK(chmod(path, 0600));
	pid = CHECK_OK(fork());
	if (!pid) {
		struct lm_script script = { .port = sim.port, .prefix = "<", .suffix = ">" };

		CHECK_OK(setgid(65534));
		CHECK_OK(setuid(65534));
		exit(lm_run(&script));
	}
	CHECK_SOON(port_is(&sim.port, "monitor", "test"), 5000);
	{
		int fd = port_open(&sim.port, O_WRONLY);

		print(fd, "by nobody", "abc");
		CHECK_OK(close(fd));
	}
	CHECK_OK(kill(pid, SIGKILL));
	CHECK_EQ(waitpid(pid, &status, 0), pid);
}

static const struct tap_case cases[] = {
	{ "attach_rules", attach_rules, 0 },
	{ "not_introduced", not_introduced, 0 },
	{ "mappings", mappings, 0 },
	{ "accept_and_refuse", accept_and_refuse, 0 },
	{ "wrapper", wrapper, 0 },
	{ "thousand_jobs", thousand_jobs, 120 },
	{ "large_pass", large_pass, 120 },
	{ "large_forward", large_forward, 120 },
	{ "large_rewrite", large_rewrite, 120 },
	{ "decisions", decisions, 0 },
	{ "aborted", aborted, 0 },
	{ "spooler_dies", spooler_dies, 60 },
	{ "monitors_die", monitors_die, 300 },
	{ "monitors_rave", monitors_rave, 300 },
	{ "monitors_hang", monitors_hang, 300 },
	{ "garbage", garbage, 120 },
	{ "lost_handle_is_stale", lost_handle_is_stale, 0 },
	{ "stall_is_no_misdeed", stall_is_no_misdeed, 60 },
	{ "queries", queries, 0 },
	{ "back_channel", back_channel, 0 },
	{ "reasons", reasons, 0 },
	{ "own_use", own_use, 0 },
	{ "printed", printed, 60 },
	{ "expelled_before_printed", expelled_before_printed, 60 },
	{ "sync_is_told", sync_is_told, 0 },
	{ "unplugged", unplugged, 60 },
	{ "no_permission", no_permission, 0 },
};

int main(int argc, char **argv)
{
	options_parse(argc, argv);
	return TAP_RUN("monitor", cases, sim_cleanup);
}
