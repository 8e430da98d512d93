// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The PJL language against a printer and a spooler that do anything: each byte of the
 * input is something that one of them does, with what follows as its argument. Whatever
 * happens, the language does nothing that the library would refuse, changes no byte of a
 * job, and in the end has answered every question and said of every job what became of it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake_monitor.h"
#include "language.h"

#define JOBS		80
#define QUERIES		64
#define JOB_MAX		8192
/* Enough to fill what is kept of a message, not so often that it takes all the time. */
#define LONG_LINE	1000
#define LONG_LINES	10
/* Longer than anything that is waited for. */
#define LONG_MS		2000000

struct input {
	const uint8_t *at;
	size_t len;
};

struct world {
	struct printport_monitor *monitor;
	uint32_t job;			/* that is under way */
	uint32_t ended[JOBS];		/* and not delivered, or not looked after yet */
	unsigned int ended_count;
	uint32_t delivered[JOBS];
	unsigned int delivered_count;
	uint32_t query[QUERIES];
	unsigned int query_count;
	uint8_t data[JOB_MAX];		/* of the job */
	size_t data_len;
	size_t wire_start;		/* where what the printer got of it begins */
	unsigned int long_lines;
};

static const unsigned int values[][8] = {
	{ 30000, 60000, 10000, 2000, 3000, 15, 0, 1 },
	{ 1000, 1000, 100, 1, 100, 0, 16, 0 },
};

static const char *const keys[] = {
	"ID", "info status", "pjl:INFO CONFIG", "reasons", "display", "code", "online",
	"pages", "nonsense", "VARIABLES",
};

/* What a printer would say; the input can also make up its own. */
static const char *const sayings[] = {
	"@PJL USTATUS DEVICE\r\nCODE=10001\r\nDISPLAY=\"READY\"\r\nONLINE=TRUE\r\n\f",
	"@PJL USTATUS DEVICE\r\nCODE=10023\r\nDISPLAY=\"PRINTING\"\r\nONLINE=TRUE\r\n\f",
	"@PJL USTATUS TIMED\r\nCODE=40022\r\nONLINE=FALSE\r\n\f",
	"@PJL USTATUS JOB\r\nSTART\r\nNAME=\"",
	"@PJL USTATUS JOB\r\nEND\r\nNAME=\"job #",
	"@PJL USTATUS JOB\r\nEND\r\nRESULT=OK\r\n\f",
	"@PJL USTATUS JOB\r\nCANCELED\r\nNAME=\"",
	"\"\r\nPAGES=3\r\n\f",
	"@PJL USTATUS PAGE\r\n2\r\n\f",
	"@PJL INFO STATUS\r\nCODE=10001\r\nONLINE=TRUE\r\n\f",
	"@PJL INFO ID\r\n\"LASER\"\r\n\f",
	"@PJL INFO CONFIG\r\n?\r\n\f",
	"@PJL ECHO printport speaks PJL\r\n\f",
	"RESULT=USER_CANCELED\r\n\f",
	"\r\n\f",
	"@PJL USTATUS DEVICE\r\nCODE=41202\r\nCODE2=10006\r\n",
};

/* What jobs are made of. */
static const char *const pieces[] = {
	"\033%-12345X", "\033%-12345X@PJL\r\n", "@PJL JOB NAME = \"mine\"\r\n",
	"@PJL ENTER LANGUAGE = PCL\r\n", "@PJL SET COPIES = 2\n", "hello\f", "\033E", "@PJL",
};

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

static uint8_t next(struct input *input)
{
	if (!input->len)
		return 0;
	input->len--;
	return *input->at++;
}

static struct input next_bytes(struct input *input)
{
	struct input bytes = { NULL, next(input) % 64 };

	if (bytes.len > input->len)
		bytes.len = input->len;
	bytes.at = input->at;
	input->at += bytes.len;
	input->len -= bytes.len;
	return bytes;
}

static void check(bool truth)
{
	if (!truth)
		abort();
}

/* --- the spooler ------------------------------------------------------------------ */

static void start_job(struct world *world, struct input *input)
{
	struct input name = next_bytes(input);
	char text[80] = "";
	size_t wire_len, i;

	if (world->job || world->ended_count + world->delivered_count >= JOBS)
		return;
	for (i = 0; i < name.len; i++)
		text[i] = name.at[i] ? (char)name.at[i] : '?';
	text[i] = 0;
	fake_wire(world->monitor, &wire_len);
	world->job = fake_start(world->monitor, text, i & 1 ? text : "");
	world->data_len = 0;
	world->wire_start = wire_len;
}

static void write_job(struct world *world, const void *buf, size_t len)
{
	if (!world->job || !len || len > JOB_MAX - world->data_len)
		return;
	memcpy(world->data + world->data_len, buf, len);
	world->data_len += len;
	fake_data(world->monitor, buf, len);
}

static void end_job(struct world *world)
{
	const char *wire;
	size_t wire_len;

	if (!world->job)
		return;
	fake_end(world->monitor);
	wire = fake_wire(world->monitor, &wire_len);
	check(!world->data_len || memmem(wire + world->wire_start,
					 wire_len - world->wire_start,
					 world->data, world->data_len));
	world->ended[world->ended_count++] = world->job;
	world->job = 0;
}

static void deliver(struct world *world, int error)
{
	uint32_t id = world->ended[0];

	if (!world->ended_count)
		return;
	world->ended_count--;
	memmove(world->ended, world->ended + 1, world->ended_count * sizeof(id));
	world->delivered[world->delivered_count++] = id;
	fake_delivered(world->monitor, id, error);
}

static void close_port(struct world *world)
{
	world->job = 0;
	fake_close(world->monitor);
}

static void ask(struct world *world, uint8_t choice)
{
	if (world->query_count == QUERIES)
		return;
	world->query[world->query_count++] = fake_query(world->monitor,
							keys[choice % COUNT(keys)]);
}

/* --- anything ------------------------------------------------------------------------ */

static void say(struct world *world, struct input *input, size_t step)
{
	struct input bytes = next_bytes(input);

	fake_says_in_steps(world->monitor, bytes.at, bytes.len, step);
}

static void say_known(struct world *world, uint8_t choice)
{
	const char *text = sayings[choice % COUNT(sayings)];

	fake_says(world->monitor, text, strlen(text));
}

static void say_long(struct world *world, uint8_t byte)
{
	char line[LONG_LINE];

	if (world->long_lines++ >= LONG_LINES)
		return;
	memset(line, byte, sizeof(line));
	line[sizeof(line) - 1] = '\n';
	fake_says(world->monitor, line, sizeof(line));
}

static void write_known(struct world *world, uint8_t choice)
{
	const char *text = pieces[choice % COUNT(pieces)];

	write_job(world, text, strlen(text));
}

static void transport_error(struct world *world, uint8_t choice)
{
	static const int errors[] = { 0, -EBUSY, -ENODEV };

	fake_set_transport_error(world->monitor, errors[choice % COUNT(errors)]);
}

static void one(struct world *world, struct input *input)
{
	struct input bytes;

	switch (next(input) % 21) {
	case 0:
		fake_open(world->monitor, 0);
		break;
	case 1:
		start_job(world, input);
		break;
	case 2:
		bytes = next_bytes(input);
		write_job(world, bytes.at, bytes.len);
		break;
	case 3:
	case 4:
		write_known(world, next(input));
		break;
	case 5:
		fake_sync(world->monitor);
		break;
	case 6:
		end_job(world);
		break;
	case 7:
		world->job = 0;
		fake_abort(world->monitor, -ECANCELED);
		break;
	case 8:
		deliver(world, 0);
		break;
	case 9:
		deliver(world, -EIO);
		break;
	case 10:
		close_port(world);
		break;
	case 11:
		say(world, input, 1);
		break;
	case 12:
		say(world, input, 64);
		break;
	case 13:
	case 14:
	case 15:
		say_known(world, next(input));
		break;
	case 16:
		ask(world, next(input));
		break;
	case 17:
		fake_advance(world->monitor, 1ULL << next(input) % 18);
		break;
	case 18:
		fake_status(world->monitor, next(input));
		break;
	case 19:
		say_long(world, next(input));
		break;
	default:
		transport_error(world, next(input));
		break;
	}
}

/* The printer says nothing more; nothing is left open. */
static void all_over(struct world *world)
{
	unsigned int i;

	end_job(world);
	while (world->ended_count)
		deliver(world, 0);
	close_port(world);
	fake_advance(world->monitor, LONG_MS);
	for (i = 0; i < world->delivered_count; i++)
		check(fake_printed(world->monitor, world->delivered[i], NULL, NULL));
	for (i = 0; i < world->query_count; i++)
		check(fake_answer(world->monitor, world->query[i], NULL, NULL, NULL));
	check(!fake_transport_open(world->monitor));
	check(!fake_timer(world->monitor));
}

static void probed(void *arg, bool speaks)
{
	(void)speaks;
	check(!*(bool *)arg);
	*(bool *)arg = true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	struct world world;
	bool was_probed = false;
	uint8_t first = next(&input);
	void *language;

	memset(&world, 0, offsetof(struct world, data));
	language = language_pjl.create(values[first & 1]);
	world.monitor = fake_new(language_pjl.ops, language);
	world.data_len = 0;
	world.long_lines = 0;
	language_pjl.attached(language, world.monitor);
	if (first & 2)
		language_pjl.probe(language, probed, &was_probed);
	while (input.len && !fake_complaint(world.monitor))
		one(&world, &input);
	check(!fake_complaint(world.monitor));
	all_over(&world);
	check(!(first & 2) || was_probed);
	check(!fake_complaint(world.monitor));
	fake_free(world.monitor);
	language_pjl.destroy(language);
	return 0;
}
