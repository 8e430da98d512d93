// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes the ESC/POS language: the input is what spooler, printer, time and people do, one
 * after the other, and what the printer says is taken from the input as it is. Whatever
 * that was, in the end every job has been accounted for, every question is answered, and
 * the language wants nothing more.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "escpos.h"
#include "fake_monitor.h"
#include "language.h"

#define JOBS_MAX	256

/* Thousands of runs a second, each with many short lives of memory. */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "quarantine_size_mb=1:malloc_context_size=8";
}

static struct {
	const uint8_t *at;
	size_t left;
} input;

static struct {
	struct escpos *escpos;
	struct printport_monitor *monitor;
	uint32_t started;
	uint32_t questions[JOBS_MAX];
	size_t n_questions;
	bool ended[JOBS_MAX];
	unsigned int much;
} run;

static void check(bool holds)
{
	if (!holds)
		abort();
}

static unsigned int next(void)
{
	if (!input.left)
		return 0;
	input.left--;
	return *input.at++;
}

/* Up to @max bytes of the input. */
static const void *take(size_t max, size_t *len)
{
	const void *at = input.at;

	*len = max < input.left ? max : input.left;
	input.at += *len;
	input.left -= *len;
	return at;
}

/* --- what can happen ---------------------------------------------------------------- */

static void open_port(void)
{
	fake_open(run.monitor, 0);
}

static void start_job(void)
{
	uint32_t id;

	if (run.started + 1 >= JOBS_MAX)
		return;
	id = fake_start(run.monitor, "job", "user");
	if (id)
		run.started = id;
}

static void write_data(void)
{
	size_t len;
	const void *data = take(next() % 32, &len);

	fake_data(run.monitor, data, len);
}

/* Enough of it is more than is saved for a job that waits. */
static void write_much(void)
{
	static const char zero[4000];

	if (run.much++ < ESCPOS_SAVED_MAX / sizeof(zero) + 1)
		fake_data(run.monitor, zero, sizeof(zero));
}

static void sync_data(void)
{
	fake_sync(run.monitor);
}

static void end_job(void)
{
	bool done = run.escpos->doc;

	fake_end(run.monitor);
	if (done)
		run.ended[run.started] = true;
}

static void abort_job(void)
{
	if (run.escpos->doc)
		run.ended[run.started] = false;
	fake_abort(run.monitor, -ECANCELED);
}

static void close_port(void)
{
	if (run.escpos->doc)
		run.ended[run.started] = false;
	fake_close(run.monitor);
}

static void deliver(void)
{
	unsigned int which = next();

	fake_delivered(run.monitor, 1 + which % 128, which & 128 ? -EIO : 0);
}

static void deliver_all(void)
{
	uint32_t id;

	for (id = 1; id <= run.started; id++)
		fake_delivered(run.monitor, id, 0);
}

static void say(void)
{
	size_t len;
	const void *data = take(next() % 64, &len);

	fake_says(run.monitor, data, len);
}

/* What a fuzzer does not guess: the response to the process ID that is due. */
static void confirm(void)
{
	uint8_t response[] = { 0x37, 0x22, 0, 0, 0, 0, 0 };
	const char *token = run.escpos->probe_token;

	if (!token[0] && run.escpos->n_jobs)
		token = run.escpos->jobs[next() % run.escpos->n_jobs].token;
	memcpy(response + 2, token, ESCPOS_TOKEN_LEN);
	fake_says(run.monitor, response, sizeof(response));
}

static void transport_status(void)
{
	fake_status(run.monitor, next());
}

static void query(void)
{
	static const char *const keys[] = {
		"model", "type", "id", "rom", "serial", "drawer", "paper", "reasons",
		"escpos:x",
	};

	const char *key = keys[next() % (sizeof(keys) / sizeof(keys[0]))];

	if (run.n_questions < JOBS_MAX)
		run.questions[run.n_questions++] = fake_query(run.monitor, key);
}

static void pass_time(void)
{
	fake_advance(run.monitor, next() * 13);
}

static void pass_much_time(void)
{
	fake_advance(run.monitor, next() * 1000);
}

static void trouble(void)
{
	unsigned int which = next();

	if (which & 1)
		fake_set_transport_error(run.monitor, which & 2 ? -EBUSY :
						      which & 4 ? -ENODEV : 0);
	else
		fake_set_send_failure(run.monitor, which & 2 ? (int)which >> 2 : -1);
	fake_set_back_room(run.monitor, which & 8 ? which : SIZE_MAX);
}

static void (*const steps[])(void) = {
	open_port, start_job, write_data, write_much, sync_data, end_job, abort_job,
	close_port, deliver, deliver_all, say, say, confirm, transport_status, query,
	pass_time, pass_much_time, trouble,
};

/* --- what must hold ----------------------------------------------------------------- */

static void check_bounds(void)
{
	const struct escpos *escpos = run.escpos;

	check(!fake_complaint(run.monitor));
	check(escpos->n_jobs <= ESCPOS_JOBS_MAX);
	check(escpos->n_questions <= ESCPOS_QUESTIONS_MAX);
	check(escpos->saved_len <= ESCPOS_SAVED_MAX);
	check(escpos->parser.len < ESCPOS_BLOCK_MAX + 1);
	check(escpos->asb_due <= ESCPOS_UNANSWERED_MAX);
}

static void check_end(void)
{
	uint32_t id;
	size_t i;

	fake_set_transport_error(run.monitor, 0);
	fake_set_send_failure(run.monitor, -1);
	fake_status(run.monitor, 0);
	fake_advance(run.monitor, 5000);
	deliver_all();
	close_port();
	fake_advance(run.monitor, 5000);
	deliver_all();
	fake_advance(run.monitor, 1000000);
	check_bounds();
	for (id = 1; id <= run.started; id++)
		check(!run.ended[id] || fake_printed(run.monitor, id, NULL, NULL));
	for (i = 0; i < run.n_questions; i++)
		check(fake_answer(run.monitor, run.questions[i], NULL, NULL, NULL));
	check(!fake_timer(run.monitor));
	check(!fake_transport_open(run.monitor));
	check(!run.escpos->told);
}

static void options(unsigned int *values)
{
	unsigned int bits = next() | next() << 8;
	size_t i;

	for (i = 0; i < ESCPOS_OPTIONS; i++)
		values[i] = language_escpos.options[i].preset;
	values[ESCPOS_INIT] = !(bits & 1);
	values[ESCPOS_PROCESS_ID] = bits & 2 ? ESCPOS_PROCESS_ID_PROBE : bits >> 2 & 2;
	values[ESCPOS_ABORT_CLEAR] = !(bits & 16);
	values[ESCPOS_ABORT_PADDING] = bits & 32 ? 70 : 0;
	values[ESCPOS_REALTIME_DURING_JOB] = bits >> 6 & 1;
	values[ESCPOS_ASB_TO_SPOOLER] = bits >> 7 & 1;
	values[ESCPOS_LINGER_MS] = bits & 256 ? 0 : 2000;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned int values[ESCPOS_OPTIONS];

	memset(&run, 0, sizeof(run));
	input.at = data;
	input.left = size;
	options(values);
	run.escpos = language_escpos.create(values);
	run.monitor = fake_new(language_escpos.ops, run.escpos);
	language_escpos.attached(run.escpos, run.monitor);
	while (input.left) {
		steps[next() % (sizeof(steps) / sizeof(steps[0]))]();
		check_bounds();
		fake_events_clear(run.monitor);
		fake_wire_clear(run.monitor);
	}
	check_end();
	fake_free(run.monitor);
	language_escpos.destroy(run.escpos);
	return 0;
}
