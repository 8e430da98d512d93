// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lm.h"
#include "random.h"
#include "tap.h"

void lm_node(const struct port *port, char *path, size_t size)
{
	const char *digits = port->node + strcspn(port->node, "0123456789");

	snprintf(path, size, "/dev/printport-lm%s", digits);
}

static void *map(int fd, size_t size, int protection, off_t offset)
{
	void *memory = mmap(NULL, size, protection, MAP_SHARED, fd, offset);

	if (memory == MAP_FAILED)
		FAIL("mmap at %#llx: %s", (long long)offset, tap_errno_name(errno));
	return memory;
}

void lm_introduce(struct lm *lm, int fd, unsigned int flags)
{
	memset(lm, 0, sizeof(*lm));
	lm->fd = fd;
	lm->setup.flags = flags;
	strcpy(lm->setup.name, "test");
	CHECK_OK(ioctl(fd, PRINTPORT_LM_IOC_SETUP, &lm->setup));
	lm->state = map(fd, getpagesize(), PROT_READ, PRINTPORT_LM_MAP_STATE);
	lm->job = map(fd, 2 * lm->setup.job_size, PROT_READ, PRINTPORT_LM_MAP_JOB);
	lm->wire = map(fd, 2 * lm->setup.wire_size, PROT_READ | PROT_WRITE,
		       PRINTPORT_LM_MAP_WIRE);
}

void lm_attach(struct lm *lm, const struct port *port, unsigned int flags)
{
	char path[64];
	int fd;

	lm_node(port, path, sizeof(path));
	CHECK_SOON((fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)) >= 0 ||
		   errno != EBUSY, 5000);
	lm_introduce(lm, CHECK_OK(fd), flags);
}

void lm_detach(struct lm *lm)
{
	munmap((void *)(uintptr_t)lm->state, getpagesize());
	munmap((void *)(uintptr_t)lm->job, 2 * lm->setup.job_size);
	munmap(lm->wire, 2 * lm->setup.wire_size);
	CHECK_OK(close(lm->fd));
}

static bool fill(struct lm *lm, unsigned int ms)
{
	struct pollfd pfd = { .fd = lm->fd, .events = POLLIN };
	ssize_t ret;

	lm->used = 0;
	lm->filled = 0;
	if (!CHECK_OK(poll(&pfd, 1, ms)))
		return true;
	ret = read(lm->fd, lm->buf, sizeof(lm->buf));
	if (ret < 0 && errno == ENODEV)
		return false;
	if (ret < 0 && errno == EAGAIN)
		return true;
	lm->filled = CHECK_OK(ret);
	return true;
}

const struct printport_lm_message *lm_next(struct lm *lm, unsigned int ms)
{
	long long until = tap_now_ms() + tap_patience(ms);
	const struct printport_lm_message *record;

	while (lm->used == lm->filled) {
		if (tap_now_ms() > until)
			FAIL("no record within %d ms", tap_patience(ms));
		if (!fill(lm, tap_patience(ms)))
			return NULL;
	}
	record = (void *)(lm->buf + lm->used);
	CHECK(record->size >= sizeof(*record) && !(record->size % 8));
	lm->used += record->size;
	CHECK(lm->used <= lm->filled);
	return record;
}

const struct printport_lm_message *lm_expect(struct lm *lm, unsigned int type)
{
	const struct printport_lm_message *record = lm_next(lm, 5000);

	CHECK(record);
	if (record->type != type)
		FAIL("record of type %u, not %u", record->type, type);
	return record;
}

bool lm_is_quiet(struct lm *lm, unsigned int ms)
{
	if (lm->used == lm->filled)
		CHECK(fill(lm, ms));
	return lm->used == lm->filled;
}

int lm_say(struct lm *lm, const struct printport_lm_message *command, const void *payload)
{
	char buf[sizeof(*command) + PRINTPORT_LM_PAYLOAD_MAX] = { };
	struct printport_lm_message *header = (void *)buf;
	size_t len = payload ? command->len : 0;
	ssize_t ret;

	*header = *command;
	if (payload)
		memcpy(buf + sizeof(*header), payload, len);
	header->size = sizeof(*header) + (len + 7) / 8 * 8;
	ret = write(lm->fd, buf, header->size);
	if (ret >= 0)
		CHECK_EQ(ret, header->size);
	return ret < 0 ? -1 : 0;
}

void lm_do(struct lm *lm, unsigned int type, __u32 job, __u32 arg, __u64 pos, __u64 len)
{
	struct printport_lm_message command = {
		.type = type, .job = job, .arg = arg, .pos = pos, .len = len,
	};
	struct pollfd pfd = { .fd = lm->fd, .events = POLLOUT };

	while (lm_say(lm, &command, NULL)) {
		/* Its job has died, or all is over: the next record says so. */
		if (errno == ECANCELED || errno == ENODEV)
			return;
		if (errno != EAGAIN)
			FAIL("command %u: %s", type, tap_errno_name(errno));
		CHECK_OK(poll(&pfd, 1, 1000));
	}
}

void lm_write(struct lm *lm, __u32 job, const void *buf, size_t len)
{
	size_t piece = lm->setup.wire_size / 4, part;
	struct pollfd pfd = { .fd = lm->fd, .events = POLLOUT };

	for (; len; buf = (const char *)buf + part, len -= part) {
		part = len < piece ? len : piece;
		if (lm->wire_pos < lm->state->wire_head)
			lm->wire_pos = lm->state->wire_head;
		while (lm->wire_pos + part - lm->state->wire_tail > lm->setup.wire_size) {
			CHECK_OK(poll(&pfd, 1, 1000));
			if (pfd.revents & POLLHUP)
				return;
		}
		memcpy(lm->wire + lm->wire_pos % lm->setup.wire_size, buf, part);
		lm_do(lm, PRINTPORT_LM_WRITE, job, 0, lm->wire_pos, part);
		lm->wire_pos += part;
	}
}

static void rewrite(struct lm *lm, const struct printport_lm_message *data)
{
	__u64 pos = data->pos, end = data->pos + data->len;
	static char buf[65536];
	size_t part, i;

	for (; pos < end; pos += part) {
		part = end - pos < sizeof(buf) ? end - pos : sizeof(buf);
		for (i = 0; i < part; i++)
			buf[i] = lm->job[pos % lm->setup.job_size + i] ^ 0x20;
		lm_write(lm, data->job, buf, part);
		lm_do(lm, PRINTPORT_LM_CONSUME, data->job, 0, pos, part);
	}
}

void lm_rave(struct lm *lm, uint32_t *state, unsigned int count)
{
	char buf[256];

	for (; count; count--) {
		struct printport_lm_message *header = (void *)buf;
		size_t len = random_below(state, 4) ? sizeof(*header) :
						       random_below(state, sizeof(buf));

		random_fill(*state, 0, buf, sizeof(buf));
		if (random_below(state, 8)) {
			/* Half sensible: more of it gets past the first checks. */
			header->type = random_below(state, 13);
			header->size = sizeof(*header);
			header->flags = random_below(state, 3) ? 0 : 1;
			header->job = random_below(state, 6);
			header->arg = random_below(state, 2) ? 0 : random_below(state, 140);
			header->pos = random_below(state, 2) ?
				      lm->state->job_decided : random_below(state, 100000);
			header->len = random_below(state, 3) ? random_below(state, 70000) : ~0ULL;
		}
		if (write(lm->fd, buf, len) < 0 && errno == ENODEV)
			return;
		random_below(state, 100);
	}
}

static void misbehave(struct lm *lm, struct lm_script *script)
{
	switch (script->misdeed) {
	case LM_DIE:
		raise(SIGKILL);
		break;
	case LM_HANG:
		raise(SIGSTOP);
		break;
	case LM_RAVE:
		lm_rave(lm, &script->seed, 50);
		raise(SIGKILL);
	}
}

static void begin(struct lm *lm, struct lm_script *script,
		  const struct printport_lm_message *record)
{
	if (script->prefix)
		lm_write(lm, record->job, script->prefix, strlen(script->prefix));
	if (script->mode == LM_PASS)
		lm_do(lm, PRINTPORT_LM_FORWARD, record->job, 0, record->pos,
		      PRINTPORT_LM_REST);
}

static void serve(struct lm *lm, struct lm_script *script,
		  const struct printport_lm_message *record)
{
	switch (record->type) {
	case PRINTPORT_LM_OPEN:
		lm_do(lm, PRINTPORT_LM_OPEN_ANSWER, 0, 0, 0, 0);
		break;
	case PRINTPORT_LM_START_DOC:
		begin(lm, script, record);
		break;
	case PRINTPORT_LM_DATA:
		if (script->mode == LM_FORWARD)
			lm_do(lm, PRINTPORT_LM_FORWARD, record->job, 0, record->pos,
			      record->len);
		else if (script->mode == LM_REWRITE)
			rewrite(lm, record);
		break;
	case PRINTPORT_LM_END_DOC:
		if (script->suffix)
			lm_write(lm, record->job, script->suffix, strlen(script->suffix));
		lm_do(lm, PRINTPORT_LM_DONE, record->job, 0, 0, 0);
		break;
	case PRINTPORT_LM_ABORT:
		lm_do(lm, PRINTPORT_LM_DONE, record->job, 0, 0, 0);
		break;
	case PRINTPORT_LM_DELIVERED:
		if (script->printed)
			lm_do(lm, PRINTPORT_LM_PRINTED, record->job, script->error, 0,
			      script->pages);
		break;
	case PRINTPORT_LM_CLOSE:
		lm_do(lm, PRINTPORT_LM_CLOSE_DONE, 0, 0, 0, 0);
		break;
	}
}

long lm_run(void *arg)
{
	struct lm_script *script = arg;
	const struct printport_lm_message *record;
	struct lm lm;

	lm_attach(&lm, &script->port, script->flags);
	while ((record = lm_next(&lm, 60000))) {
		if (script->at == record->type && !script->after--)
			misbehave(&lm, script);
		serve(&lm, script, record);
	}
	return 0;
}

struct task *lm_start(struct lm_script *script)
{
	struct task *task = task_start(lm_run, script);

	CHECK_SOON(port_is(&script->port, "monitor", "test"), 5000);
	return task;
}
