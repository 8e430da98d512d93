// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tap.h"
#include "uring.h"

struct uring {
	int fd;
	struct io_uring_params params;
	char *sq, *cq;
	struct io_uring_sqe *sqes;
};

static unsigned int *sq_word(struct uring *uring, unsigned int offset)
{
	return (unsigned int *)(uring->sq + offset);
}

static unsigned int *cq_word(struct uring *uring, unsigned int offset)
{
	return (unsigned int *)(uring->cq + offset);
}

static void *map(struct uring *uring, size_t size, off_t offset)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_POPULATE, uring->fd, offset);

	CHECK(memory != MAP_FAILED);
	return memory;
}

struct uring *uring_open(void)
{
	struct uring *uring = calloc(1, sizeof(*uring));
	struct io_uring_params *params = &uring->params;

	CHECK(uring);
	uring->fd = syscall(__NR_io_uring_setup, 1, params);
	if (uring->fd < 0) {
		free(uring);
		return NULL;
	}
	uring->sq = map(uring, params->sq_off.array + params->sq_entries * sizeof(unsigned int),
			IORING_OFF_SQ_RING);
	uring->cq = map(uring, params->cq_off.cqes +
			params->cq_entries * sizeof(struct io_uring_cqe), IORING_OFF_CQ_RING);
	uring->sqes = map(uring, params->sq_entries * sizeof(struct io_uring_sqe),
			  IORING_OFF_SQES);
	return uring;
}

ssize_t uring_write(struct uring *uring, int fd, const void *buf, size_t len)
{
	const struct io_uring_params *params = &uring->params;
	unsigned int *sq_tail = sq_word(uring, params->sq_off.tail);
	unsigned int *cq_head = cq_word(uring, params->cq_off.head);
	unsigned int *cq_tail = cq_word(uring, params->cq_off.tail);
	unsigned int slot = *sq_tail & *sq_word(uring, params->sq_off.ring_mask);
	const struct io_uring_cqe *cqes = (void *)(uring->cq + params->cq_off.cqes);
	unsigned int to_submit = 1;
	int res;

	uring->sqes[slot] = (struct io_uring_sqe){
		.opcode = IORING_OP_WRITE,
		.fd = fd,
		.addr = (uintptr_t)buf,
		.len = len,
		.off = -1,
	};
	sq_word(uring, params->sq_off.array)[slot] = slot;
	__atomic_store_n(sq_tail, *sq_tail + 1, __ATOMIC_RELEASE);

	while (__atomic_load_n(cq_tail, __ATOMIC_ACQUIRE) == *cq_head) {
		long ret = syscall(__NR_io_uring_enter, uring->fd, to_submit, 1,
				   IORING_ENTER_GETEVENTS, NULL, 0);

		if (ret < 0 && errno != EINTR)
			FAIL("io_uring_enter: %s", tap_errno_name(errno));
		if (ret > 0)
			to_submit = 0;
	}
	res = cqes[*cq_head & *cq_word(uring, params->cq_off.ring_mask)].res;
	__atomic_store_n(cq_head, *cq_head + 1, __ATOMIC_RELEASE);
	if (res >= 0)
		return res;
	errno = -res;
	return -1;
}
