// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The trace: one word a command.
 *	open:E	answered, errno E		W5"abc"	WRITE for job 5
 *	F5:10	FORWARD 10 bytes (*: REST)	C5:3	CONSUME
 *	D5	DONE				close	CLOSE_DONE
 *	B"abc"	BACK				R2	REASONS
 *	P5:7	PROGRESS			p5:E:7	PRINTED
 *	A3:E"x"	ANSWER
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fake_channel.h"
#include "monitor-internal.h"

struct fake fake;

static const uint64_t map_offsets[] = {
	PRINTPORT_LM_MAP_STATE, PRINTPORT_LM_MAP_JOB, PRINTPORT_LM_MAP_WIRE,
};

static void die(const char *what)
{
	fprintf(stderr, "FAIL fake channel: %s\n", what);
	abort();
}

static void trace(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void trace(const char *format, ...)
{
	size_t used = strlen(fake.trace);
	va_list args;

	/* Long tests look at the paper. */
	if (used > FAKE_TEXT - 10000)
		return;
	if (used)
		fake.trace[used++] = ' ';
	va_start(args, format);
	vsnprintf(fake.trace + used, FAKE_TEXT - used, format, args);
	va_end(args);
}

void fake_forget_trace(void)
{
	fake.trace[0] = '\0';
}

/* --- poll --------------------------------------------------------------- */

static void set_readable(bool readable)
{
	char byte;

	while (recv(fake.fd, &byte, 1, MSG_DONTWAIT) == 1)
		;
	if (readable && send(fake.peer, "r", 1, MSG_DONTWAIT) != 1)
		die("send");
}

void fake_wake_writer(void)
{
	char byte;

	/* Room in the socket's buffer is an edge for whoever waits for POLLOUT. */
	if (send(fake.fd, "w", 1, MSG_DONTWAIT) != 1 ||
	    recv(fake.peer, &byte, 1, MSG_DONTWAIT) != 1)
		die("wake");
}

/* --- the spooler -------------------------------------------------------- */

void fake_raw(const void *record, size_t len)
{
	fake.records = realloc(fake.records, fake.records_len + len);
	if (!fake.records)
		die("memory");
	memcpy(fake.records + fake.records_len, record, len);
	fake.records_len += len;
	set_readable(true);
}

static void record_flags(unsigned int type, unsigned int flags, uint32_t job, uint32_t arg,
			 uint64_t pos, const void *payload, size_t len)
{
	unsigned char bytes[sizeof(struct printport_lm_message) + 8192] = { 0 };
	struct printport_lm_message message = {
		.type = type, .flags = flags, .job = job, .arg = arg, .pos = pos, .len = len,
	};
	size_t padded = payload ? (len + 7) & ~(size_t)7 : 0;

	message.size = sizeof(message) + padded;
	memcpy(bytes, &message, sizeof(message));
	if (payload)
		memcpy(bytes + sizeof(message), payload, len);
	fake_raw(bytes, message.size);
}

void fake_record(unsigned int type, uint32_t job, uint32_t arg, uint64_t pos,
		 const void *payload, size_t len)
{
	record_flags(type, 0, job, arg, pos, payload, len);
}

void fake_open(uint32_t uid)
{
	fake.open_waits = true;
	fake_record(PRINTPORT_LM_OPEN, 0, uid, 0, NULL, 0);
}

void fake_start(uint32_t id, const char *name)
{
	struct printport_lm_doc doc = { .user = "anna" };
	struct fake_job *job = &fake.jobs[fake.nr_jobs++];

	if (fake.nr_jobs > FAKE_JOBS)
		die("too many jobs");
	*job = (struct fake_job){ .id = id, .start = fake.state->job_head,
				  .shown = fake.state->job_head };
	snprintf(doc.name, sizeof(doc.name), "%s", name);
	record_flags(PRINTPORT_LM_START_DOC, PRINTPORT_JOB_F_IMPLICIT, id, 0,
		     fake.state->job_head, &doc,
		     sizeof(doc));
}

struct fake_job *fake_job(uint32_t id)
{
	unsigned int i;

	for (i = fake.nr_jobs; i--;)
		if (fake.jobs[i].id == id)
			return &fake.jobs[i];
	return NULL;
}

static struct fake_job *current(void)
{
	unsigned int i;

	for (i = 0; i < fake.nr_jobs; i++)
		if (!fake.jobs[i].done)
			return &fake.jobs[i];
	return NULL;
}

size_t fake_job_room(void)
{
	return FAKE_RING - (fake.state->job_head - fake.job_tail);
}

static void add_piece(unsigned int type, uint32_t job, uint64_t pos, uint64_t len)
{
	if (fake.nr_pieces == FAKE_PIECES)
		die("too many pieces");
	fake.pieces[fake.nr_pieces++] = (struct fake_piece){ job, type, pos, len };
}

/* What was forwarded ahead goes as it comes. */
static void forward_more(struct fake_job *job)
{
	uint64_t have = (job->ended ? job->end : fake.state->job_head) -
			fake.state->job_decided;
	uint64_t len = have < fake.forward_left ? have : fake.forward_left;

	if (!len)
		return;
	add_piece(PRINTPORT_LM_FORWARD, job->id, fake.state->job_decided, len);
	fake.state->job_decided += len;
	if (fake.forward_left != PRINTPORT_LM_REST)
		fake.forward_left -= len;
	if (job->shown < fake.state->job_decided)
		job->shown = fake.state->job_decided;
}

void fake_data(uint32_t id, const void *buf, size_t len)
{
	struct fake_job *job = fake_job(id);
	const unsigned char *from = buf;
	size_t i;

	if (len > fake_job_room())
		die("the job ring is full");
	for (i = 0; i < len; i++)
		fake.job_ring[(fake.state->job_head + i) % FAKE_RING] = from[i];
	fake.state->job_head += len;
	if (job == current() && job->begun)
		forward_more(job);
	if (job->shown < fake.state->job_head)
		fake_record(PRINTPORT_LM_DATA, id, 0, job->shown, NULL,
			    fake.state->job_head - job->shown);
	job->shown = fake.state->job_head;
}

void fake_text(uint32_t id, const char *text)
{
	fake_data(id, text, strlen(text));
}

void fake_sync(uint32_t id)
{
	fake_record(PRINTPORT_LM_SYNC, id, 0, fake.state->job_head, NULL, 0);
}

void fake_end(uint32_t id)
{
	struct fake_job *job = fake_job(id);

	job->ended = true;
	job->end = fake.state->job_head;
	job->told_end = true;
	fake_record(PRINTPORT_LM_END_DOC, id, 0, job->end, NULL, 0);
}

/* What is on the wire of a dead job is dropped, and its bytes are passed over. */
static void drop_dead(void)
{
	unsigned int from, to = 0;

	for (from = 0; from < fake.nr_pieces; from++) {
		struct fake_job *job = fake_job(fake.pieces[from].job);

		if (!job || !job->dead)
			fake.pieces[to++] = fake.pieces[from];
	}
	fake.nr_pieces = to;
}

static void skip_dead(void)
{
	unsigned int i;

	for (i = 0; i < fake.nr_jobs; i++) {
		struct fake_job *job = &fake.jobs[i];

		if (!job->dead && !job->done)
			break;
		if (fake.state->job_decided < job->end) {
			fake.state->job_decided = job->end;
			fake.forward_left = 0;
		}
	}
}

static void tails(void)
{
	uint64_t wire = fake.state->wire_head;
	unsigned int i;

	fake.job_tail = fake.state->job_decided;
	for (i = fake.nr_pieces; i--;) {
		if (fake.pieces[i].type == PRINTPORT_LM_WRITE)
			wire = fake.pieces[i].pos;
		else
			fake.job_tail = fake.pieces[i].pos;
	}
	fake.state->wire_tail = wire;
}

void fake_kill(uint32_t id)
{
	struct fake_job *job = fake_job(id);

	if (!job->ended)
		job->end = fake.state->job_head;
	job->ended = true;
	job->dead = true;
	job->told_end = false;
	drop_dead();
	skip_dead();
	tails();
}

void fake_tell_abort(uint32_t id, uint32_t error)
{
	fake_job(id)->told_end = true;
	fake_record(PRINTPORT_LM_ABORT, id, error, 0, NULL, 0);
}

void fake_abort(uint32_t id, uint32_t error)
{
	fake_kill(id);
	fake_tell_abort(id, error);
}

void fake_close(void)
{
	fake_record(PRINTPORT_LM_CLOSE, 0, 0, 0, NULL, 0);
}

void fake_query(uint32_t cookie, const char *key)
{
	fake_record(PRINTPORT_LM_QUERY, 0, cookie, 0, key, strlen(key));
}

/* --- the printer -------------------------------------------------------- */

static void print_span(struct fake_piece *piece, uint64_t len)
{
	const unsigned char *ring = piece->type == PRINTPORT_LM_WRITE ? fake.wire_ring :
				    fake.job_ring;
	struct fake_job *job = fake_job(piece->job);
	uint64_t i;

	for (i = 0; i < len && piece->type != PRINTPORT_LM_CONSUME; i++) {
		char byte = ring[(piece->pos + i) % FAKE_RING];

		if (fake.printed + 1 < FAKE_TEXT)
			fake.paper[fake.printed++] = byte;
		if (!job)
			continue;
		if (job->printed == job->paper_room) {
			job->paper_room = job->paper_room * 2 + 256;
			job->paper = realloc(job->paper, job->paper_room);
		}
		job->paper[job->printed++] = byte;
	}
	piece->pos += len;
	piece->len -= len;
}

static void drop_first(void)
{
	memmove(fake.pieces, fake.pieces + 1, --fake.nr_pieces * sizeof(fake.pieces[0]));
}

void fake_print(unsigned int pieces)
{
	while (pieces-- && fake.nr_pieces) {
		print_span(&fake.pieces[0], fake.pieces[0].len);
		drop_first();
	}
	tails();
	fake_wake_writer();
}

void fake_print_bytes(uint64_t bytes)
{
	while (fake.nr_pieces && bytes) {
		uint64_t len = fake.pieces[0].len < bytes ? fake.pieces[0].len : bytes;

		print_span(&fake.pieces[0], len);
		bytes -= len;
		if (!fake.pieces[0].len)
			drop_first();
	}
	tails();
	fake_wake_writer();
}

/* --- commands ----------------------------------------------------------- */

static int job_turn(const struct printport_lm_message *m)
{
	struct fake_job *job = fake_job(m->job), *turn = current();

	if (!job || job->dead || (job->done && job != turn))
		return ECANCELED;
	return job == turn ? 0 : EINVAL;
}

static bool wire_is_full(void)
{
	return fake.nr_pieces >= fake.room || fake.nr_pieces >= FAKE_PIECES - 1;
}

static int do_write(const struct printport_lm_message *m)
{
	struct fake_job *turn = current();
	int err;

	if (m->job) {
		err = job_turn(m);
		if (err)
			return err;
	} else if (turn && turn->begun && !turn->dead) {
		return EINVAL;
	}
	if (!m->len || m->pos < fake.state->wire_head || m->len > FAKE_RING)
		return EINVAL;
	if (m->pos + m->len - fake.state->wire_tail > FAKE_RING || wire_is_full())
		return EAGAIN;
	if (m->job)
		turn->begun = true;
	add_piece(PRINTPORT_LM_WRITE, m->job, m->pos, m->len);
	fake.state->wire_head = m->pos + m->len;
	tails();
	if (m->len <= 64) {
		char text[65] = "";
		uint64_t i;

		for (i = 0; i < m->len; i++)
			text[i] = fake.wire_ring[(m->pos + i) % FAKE_RING];
		trace("W%u\"%s\"", m->job, text);
	} else {
		trace("W%u(%llu)", m->job, (unsigned long long)m->len);
	}
	return 0;
}

static int do_decide(const struct printport_lm_message *m)
{
	struct fake_job *job = fake_job(m->job);
	uint64_t decided = fake.state->job_decided;
	int err = job_turn(m);

	if (err)
		return err;
	if (decided < job->start)
		decided = job->start;
	if (!m->len || m->pos != decided || (job->begun && fake.forward_left))
		return EINVAL;
	if (m->type == PRINTPORT_LM_CONSUME &&
	    m->len > (job->ended ? job->end : fake.state->job_head) - decided)
		return EINVAL;
	if (wire_is_full())
		return EAGAIN;
	job->begun = true;
	fake.state->job_decided = decided;
	if (m->type == PRINTPORT_LM_CONSUME) {
		add_piece(PRINTPORT_LM_CONSUME, m->job, m->pos, m->len);
		fake.state->job_decided += m->len;
		trace("C%u:%llu", m->job, (unsigned long long)m->len);
	} else {
		fake.forward_left = m->len;
		forward_more(job);
		if (m->len == PRINTPORT_LM_REST)
			trace("F%u:*", m->job);
		else
			trace("F%u:%llu", m->job, (unsigned long long)m->len);
	}
	tails();
	return 0;
}

static int do_done(const struct printport_lm_message *m)
{
	struct fake_job *job = fake_job(m->job);
	uint64_t decided = fake.state->job_decided;

	if (!job || job != current())
		return EINVAL;
	if (decided < job->start)
		decided = job->start;
	if (!job->told_end || (!job->dead && decided != job->end))
		return EINVAL;
	job->done = true;
	fake.forward_left = 0;
	skip_dead();
	tails();
	trace("D%u", m->job);
	return 0;
}

static int do_back(const struct printport_lm_message *m, const void *payload)
{
	if (m->len > fake.back_room)
		return EAGAIN;
	fake.back_room -= m->len;
	if (m->len <= 64)
		trace("B\"%.*s\"", (int)m->len, (const char *)payload);
	else
		trace("B(%llu)", (unsigned long long)m->len);
	return 0;
}

static int do_open_answer(const struct printport_lm_message *m)
{
	if (!fake.open_waits || fake.no_opener)
		return EINVAL;
	fake.open_waits = false;
	trace("open:%u%s", m->arg, m->flags & PRINTPORT_LM_OPEN_PASS_BACK ? ":back" : "");
	return 0;
}

static int carry_out(const struct printport_lm_message *m, const void *payload)
{
	switch (m->type) {
	case PRINTPORT_LM_OPEN_ANSWER:
		return do_open_answer(m);
	case PRINTPORT_LM_WRITE:
		return do_write(m);
	case PRINTPORT_LM_FORWARD:
	case PRINTPORT_LM_CONSUME:
		return do_decide(m);
	case PRINTPORT_LM_DONE:
		return do_done(m);
	case PRINTPORT_LM_CLOSE_DONE:
		trace("close");
		return 0;
	case PRINTPORT_LM_BACK:
		return do_back(m, payload);
	case PRINTPORT_LM_REASONS:
		trace("R%llu", (unsigned long long)m->pos);
		return 0;
	case PRINTPORT_LM_PROGRESS:
		if (m->job && (!fake_job(m->job) || fake_job(m->job)->dead))
			return ECANCELED;
		trace("P%u:%u", m->job, m->arg);
		return 0;
	case PRINTPORT_LM_PRINTED:
		if (!fake_job(m->job) || !fake_job(m->job)->done)
			return ENOENT;
		trace("p%u:%u:%llu", m->job, m->arg, (unsigned long long)m->len);
		return 0;
	case PRINTPORT_LM_ANSWER:
		if (m->arg >> 31)
			return EINVAL;
		trace("A%u:%llu\"%.*s\"", m->arg, (unsigned long long)m->pos, (int)m->len,
		      (const char *)payload);
		return 0;
	}
	return EINVAL;
}

static size_t payload_size(const struct printport_lm_message *m)
{
	if (m->type == PRINTPORT_LM_BACK || m->type == PRINTPORT_LM_ANSWER)
		return (m->len + 7) & ~(size_t)7;
	return 0;
}

/* --- the system calls --------------------------------------------------- */

static ssize_t fake_write_call(int fd, const void *buf, size_t len)
{
	const unsigned char *at = buf;
	struct printport_lm_message m;
	size_t done = 0;
	int err = 0;

	if (fd != fake.fd)
		die("write to another descriptor");
	while (done < len && !err) {
		memcpy(&m, at + done, sizeof(m));
		if (fake.lost)
			err = ENODEV;
		else if (len - done < sizeof(m) || m.size > len - done ||
			 m.size != sizeof(m) + payload_size(&m))
			die("a command's size is wrong");
		else
			err = carry_out(&m, at + done + sizeof(m));
		if (!err)
			done += m.size;
	}
	if (done) {
		fake.writes++;
		return done;
	}
	if (err == EINVAL && m.type == PRINTPORT_LM_DONE && fake_job(m.job) &&
	    fake_job(m.job)->dead && !fake_job(m.job)->told_end)
		fake.early_done++;
	else if (err == EINVAL)
		fake.refused++;
	errno = err;
	return -1;
}

static ssize_t fake_read_call(int fd, void *buf, size_t len)
{
	size_t take = 0;

	if (fd != fake.fd || len < PRINTPORT_LM_READ_MIN)
		die("a read that is wrong");
	if (fake.lost || !fake.records_len) {
		errno = fake.lost ? ENODEV : EAGAIN;
		return -1;
	}
	while (take < fake.records_len) {
		struct printport_lm_message m;
		size_t left = fake.records_len - take;

		memset(&m, 0, sizeof(m));
		memcpy(&m, fake.records + take, left < sizeof(m) ? left : sizeof(m));
		/* A record that is garbage ends what is read. */
		if (m.size < sizeof(m) || m.size > left) {
			take = fake.records_len;
			break;
		}
		if (take + m.size > len)
			break;
		take += m.size;
	}
	memcpy(buf, fake.records, take);
	memmove(fake.records, fake.records + take, fake.records_len - take);
	fake.records_len -= take;
	set_readable(fake.records_len);
	fake.reads++;
	return take;
}

static int fake_open_call(const char *path, int flags)
{
	if (strcmp(path, "/dev/printport-lm7") ||
	    flags != (O_RDWR | O_NONBLOCK | O_CLOEXEC)) {
		errno = ENOENT;
		return -1;
	}
	return fake.fd;
}

static int fake_ioctl_call(int fd, unsigned long request, void *arg)
{
	struct printport_lm_setup *setup = arg;

	if (fd != fake.fd)
		die("ioctl on another descriptor");
	switch (request) {
	case PRINTPORT_LM_IOC_SETUP:
		fake.setup = *setup;
		setup->index = 7;
		setup->job_size = FAKE_RING;
		setup->wire_size = FAKE_RING;
		setup->monitor_ms = 30000;
		return 0;
	case PRINTPORT_LM_IOC_OPEN_PORT:
		fake.transport_opens++;
		return 0;
	case PRINTPORT_LM_IOC_CLOSE_PORT:
		fake.transport_opens--;
		return 0;
	}
	errno = ENOTTY;
	return -1;
}

static void *fake_mmap_call(size_t size, int protection, int fd, off_t offset)
{
	size_t at, step = FAKE_RING;
	unsigned char *base;
	int i;

	for (i = 0; i < 3 && (off_t)map_offsets[i] != offset; i++)
		;
	if (fd != fake.fd || i == 3)
		die("mmap");
	base = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (at = 0; at < size; at += step)
		if (mmap(base + at, step, protection, MAP_SHARED | MAP_FIXED,
			 fake.memory[i], 0) == MAP_FAILED)
			die("mmap");
	return base;
}

static void *own_view(int i)
{
	void *view;

	fake.memory[i] = memfd_create("fake", MFD_CLOEXEC);
	if (fake.memory[i] < 0 || ftruncate(fake.memory[i], FAKE_RING))
		die("memfd");
	view = mmap(NULL, FAKE_RING, PROT_READ | PROT_WRITE, MAP_SHARED, fake.memory[i], 0);
	if (view == MAP_FAILED)
		die("mmap");
	return view;
}

void fake_setup(void)
{
	int pair[2];

	memset(&fake, 0, sizeof(fake));
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair))
		die("socketpair");
	fake.fd = pair[0];
	fake.peer = pair[1];
	fake.room = FAKE_PIECES;
	fake.back_room = SIZE_MAX;
	fake.paper = calloc(1, FAKE_TEXT);
	fake.trace = calloc(1, FAKE_TEXT);
	fake.state = own_view(0);
	fake.job_ring = own_view(1);
	fake.wire_ring = own_view(2);
	printport_sys = (struct printport_syscalls){
		.open = fake_open_call,
		.ioctl = fake_ioctl_call,
		.mmap = fake_mmap_call,
		.munmap = munmap,
		.read = fake_read_call,
		.write = fake_write_call,
	};
}

void fake_teardown(void)
{
	unsigned int i;

	munmap(fake.state, FAKE_RING);
	munmap(fake.job_ring, FAKE_RING);
	munmap(fake.wire_ring, FAKE_RING);
	for (i = 0; i < 3; i++)
		close(fake.memory[i]);
	for (i = 0; i < fake.nr_jobs; i++)
		free(fake.jobs[i].paper);
	close(fake.peer);
	free(fake.paper);
	free(fake.trace);
	free(fake.records);
}
