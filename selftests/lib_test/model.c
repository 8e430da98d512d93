// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A language decides at random, and notes what it wants to be on paper: literal bytes,
 * and stretches of the job that may not have come yet. A spooler writes, syncs, ends and
 * aborts at random, a printer takes at random. In the end the paper of each job has to
 * be what its language wanted, or a beginning of it if the job was aborted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "fake_channel.h"
#include "model.h"
#include "printport-monitor.h"

#define JOBS	40

/* A stretch of the job (@text NULL; all the rest if @len is SIZE_MAX), or text. */
struct wish {
	char *text;
	size_t from;
	size_t len;
};

struct model_job {
	char *data;
	size_t len;
	struct wish *wishes;
	size_t nr_wishes;
	size_t decided;
	bool aborted;
	bool told;
	bool ended;
	bool started;
	bool passed;
};

static struct {
	unsigned int seed;
	struct printport_monitor *monitor;
	struct model_job jobs[JOBS + 1];
	uint32_t spooling;
	uint32_t turn;
	struct printport_doc *late;
	bool kind;
} model;

static unsigned int dice(unsigned int sides)
{
	return rand_r(&model.seed) % sides;
}

static void wish(struct model_job *job, const char *text, size_t from, size_t len)
{
	struct wish *added;

	job->wishes = realloc(job->wishes, (job->nr_wishes + 1) * sizeof(*job->wishes));
	added = &job->wishes[job->nr_wishes++];
	*added = (struct wish){ .from = from, .len = len };
	if (text) {
		added->text = malloc(len + 1);
		memcpy(added->text, text, len);
	}
}

static void send_some(struct model_job *job, struct printport_doc *doc)
{
	char text[3000];
	size_t len = dice(20) ? dice(30) + 1 : dice(sizeof(text)) + 1, i, room;
	char *to;

	for (i = 0; i < len; i++)
		text[i] = 'A' + dice(26);
	if (dice(2)) {
		to = printport_monitor_reserve(model.monitor, len, &room);
		if (!to)
			return;
		memcpy(to, text, room);
		printport_monitor_commit(model.monitor, doc, room);
		len = room;
	} else {
		assert_int_equal(printport_monitor_send(model.monitor, doc, text, len), 0);
	}
	wish(job, text, 0, len);
}

static void forward_some(struct model_job *job, struct printport_doc *doc, size_t len)
{
	printport_monitor_forward(model.monitor, doc, len);
	wish(job, NULL, job->decided, len);
	job->decided += len;
}

static void pass_rest(struct model_job *job, struct printport_doc *doc)
{
	printport_monitor_pass(model.monitor, doc);
	wish(job, NULL, job->decided, SIZE_MAX);
	job->passed = true;
}

static void model_start(struct printport_monitor *monitor, struct printport_doc *doc)
{
	struct model_job *job = &model.jobs[doc->id];

	/* In order, and one at a time. */
	assert_true(doc->id > model.turn);
	model.turn = doc->id;
	job->started = true;
	assert_null(model.late);
	if (dice(4) == 0)
		assert_int_equal(printport_monitor_send(monitor, NULL, "0", 1), 0);
	while (dice(3))
		send_some(job, doc);
	if (dice(8) == 0)
		forward_some(job, doc, dice(500) + 1);
	while (dice(3) == 0)
		send_some(job, doc);
	if (dice(8) == 0)
		pass_rest(job, doc);
}

static void model_write(struct printport_monitor *monitor, struct printport_doc *doc,
			const void *buf, size_t len, bool flush)
{
	struct model_job *job = &model.jobs[doc->id];
	size_t left = len, part;

	assert_int_equal(doc->id, model.turn);
	assert_false(job->passed);
	assert_true(len > 0 && len <= FAKE_RING);
	assert_true(job->decided + len <= job->len);
	/* The memory of a dead job is used again, whether or not it is known to be dead. */
	if (!job->aborted)
		assert_memory_equal(buf, job->data + job->decided, len);
	assert_int_equal(doc->accepted, job->decided + len);

	while (left && dice(6)) {
		part = dice(left) + 1;
		switch (dice(12)) {
		case 0:
			pass_rest(job, doc);
			return;
		case 1:
			forward_some(job, doc, left + dice(300));
			while (dice(3) == 0)
				send_some(job, doc);
			return;
		case 2:
		case 3:
		case 4:
			printport_monitor_consume(monitor, doc, part);
			job->decided += part;
			left -= part;
			break;
		case 5:
		case 6:
			assert_int_equal(printport_monitor_send(monitor, NULL, "0", 1), 0);
			break;
		case 7:
		case 8:
			forward_some(job, doc, part);
			left -= part;
			break;
		default:
			send_some(job, doc);
		}
	}
	if (flush && left && dice(2))
		forward_some(job, doc, left);
}

static int later(struct printport_doc *doc)
{
	if (dice(3))
		return 0;
	model.late = doc;
	return PRINTPORT_MONITOR_LATER;
}

static int model_end(struct printport_monitor *monitor, struct printport_doc *doc)
{
	struct model_job *job = &model.jobs[doc->id];

	(void)monitor;
	assert_true(job->ended);
	/* What was left undecided the library has forwarded. */
	if (!job->passed && job->decided < job->len)
		wish(job, NULL, job->decided, SIZE_MAX);
	job->passed = true;
	while (dice(3))
		send_some(job, doc);
	return later(doc);
}

static int model_abort(struct printport_monitor *monitor, struct printport_doc *doc,
		       int error)
{
	struct model_job *job = &model.jobs[doc->id];

	assert_true(job->aborted && job->started);
	assert_int_equal(error, -5);
	model.late = NULL;
	if (dice(2))
		assert_int_equal(printport_monitor_send(monitor, NULL, "0", 1), 0);
	return later(doc);
}

static const struct printport_monitor_ops model_ops = {
	.size = sizeof(model_ops),
	.name = "model",
	.start_doc = model_start,
	.write = model_write,
	.end_doc = model_end,
	.abort_doc = model_abort,
};

static void model_log(void *arg, int level, const char *line)
{
	(void)arg;
	if (level <= LOG_ERR)
		fail_msg("seed %u: %s", *(unsigned int *)arg, line);
}

/* --- the spooler and the printer ---------------------------------------- */

static void spool(void)
{
	struct model_job *job = &model.jobs[model.spooling];
	char text[2000];
	size_t len, i;

	if (!model.spooling || job->ended) {
		if (model.spooling < JOBS)
			fake_start(++model.spooling, "doc");
		return;
	}
	switch (dice(12)) {
	case 0:
		fake_end(model.spooling);
		job->ended = true;
		return;
	case 1:
		fake_sync(model.spooling);
		return;
	}
	len = dice(10) ? dice(100) : dice(sizeof(text));
	if (len > fake_job_room())
		len = fake_job_room();
	if (!len)
		return;
	for (i = 0; i < len; i++)
		text[i] = 'a' + dice(26);
	job->data = realloc(job->data, job->len + len);
	memcpy(job->data + job->len, text, len);
	job->len += len;
	fake_data(model.spooling, text, len);
}

/* A job that is on its way dies. */
static void kill_one(void)
{
	uint32_t id;

	for (id = 1; id <= model.spooling; id++)
		if (!fake_job(id)->done && !fake_job(id)->dead && !dice(4))
			break;
	if (id > model.spooling)
		return;
	model.jobs[id].aborted = true;
	model.jobs[id].ended = true;
	fake_kill(id);
}

/* Of what has died the monitor reads now, or it finds out by itself. */
static void tell_of_the_dead(void)
{
	uint32_t id;

	for (id = 1; id <= model.spooling; id++) {
		if (!model.jobs[id].aborted || model.jobs[id].told)
			continue;
		model.jobs[id].told = true;
		fake_tell_abort(id, 5);
	}
}

static void work(void)
{
	struct pollfd poller = { .fd = printport_monitor_fd(model.monitor), .events = POLLIN };
	struct printport_doc *doc;
	int rounds = 0;

	while (poll(&poller, 1, 0) == 1) {
		assert_int_equal(printport_monitor_dispatch(model.monitor), 0);
		assert_true(++rounds < 1000);
	}
	if (model.late && !dice(2)) {
		doc = model.late;
		model.late = NULL;
		printport_monitor_done(model.monitor, doc);
	}
}

static void print(void)
{
	if (dice(2))
		fake_print(dice(4));
	else
		fake_print_bytes(dice(3000));
}

static void step(void)
{
	unsigned int i;

	for (i = dice(6); i; i--)
		spool();
	if (!model.kind && !dice(40))
		kill_one();
	if (!dice(3))
		fake.room = dice(4) ? dice(6) + 1 : 200;
	if (dice(2))
		tell_of_the_dead();
	if (dice(3))
		work();
	if (!dice(3))
		print();
}

static bool all_done(void)
{
	return model.spooling == JOBS && model.jobs[JOBS].ended && fake_job(JOBS)->done &&
		!fake.nr_pieces;
}

/* --- the paper ---------------------------------------------------------- */

static size_t wanted(const struct model_job *job, char **paper)
{
	size_t size = 0, i;

	*paper = malloc(FAKE_TEXT);
	for (i = 0; i < job->nr_wishes; i++) {
		const struct wish *this = &job->wishes[i];
		size_t from = this->from < job->len ? this->from : job->len;
		size_t len = this->len < job->len - from ? this->len : job->len - from;

		if (this->text)
			len = this->len;
		if (!len)
			continue;
		memcpy(*paper + size, this->text ? this->text : job->data + from, len);
		size += len;
	}
	return size;
}

static void check_job(uint32_t id)
{
	struct model_job *job = &model.jobs[id];
	struct fake_job *real = fake_job(id);
	char *paper;
	size_t len = wanted(job, &paper);

	if (job->aborted ? real->printed > len : real->printed != len)
		fail_msg("seed %u job %u: %zu bytes, %zu wanted", model.seed, id,
			 real->printed, len);
	if (real->printed)
		assert_memory_equal(real->paper, paper, real->printed);
	free(paper);
}

static void free_job(struct model_job *job)
{
	size_t i;

	for (i = 0; i < job->nr_wishes; i++)
		free(job->wishes[i].text);
	free(job->wishes);
	free(job->data);
}

static void one_run(unsigned int seed)
{
	unsigned int steps = 0;
	uint32_t id;

	memset(&model, 0, sizeof(model));
	model.seed = seed;
	model.kind = seed % 4 == 0;
	fake_setup();
	assert_int_equal(printport_monitor_attach("/dev/printport-lm7", &model_ops, NULL,
						  &model.monitor), 0);
	printport_monitor_set_log(model.monitor, model_log, &seed);
	fake_open(0);
	while (!all_done()) {
		step();
		if (++steps > 100000)
			fail_msg("seed %u: job %u of %u hangs", seed, model.turn,
				 model.spooling);
	}
	for (id = 1; id <= JOBS; id++)
		check_job(id);
	assert_int_equal(fake.refused, 0);
	printport_monitor_detach(model.monitor);
	fake_teardown();
	for (id = 1; id <= JOBS; id++)
		free_job(&model.jobs[id]);
}

void model_jobs(void **state)
{
	const char *only = getenv("MODEL_SEED"), *rounds = getenv("MODEL_ROUNDS");
	unsigned int seed, last = rounds ? atoi(rounds) : 200;

	(void)state;
	if (only) {
		one_run(atoi(only));
		return;
	}
	for (seed = 1; seed <= last; seed++)
		one_run(seed);
}
