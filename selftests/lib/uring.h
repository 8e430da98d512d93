/* SPDX-License-Identifier: GPL-2.0-or-later */
/* io_uring by its system calls, one write at a time: liburing has no 32-bit build here. */
#ifndef SELFTESTS_URING_H
#define SELFTESTS_URING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct uring;

/* NULL where the kernel has none. */
struct uring *uring_open(void);
/* Like write(2). */
ssize_t uring_write(struct uring *uring, int fd, const void *buf, size_t len);

#endif /* SELFTESTS_URING_H */
