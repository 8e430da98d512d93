/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The printer's side of a port, played by a process. */
#ifndef SELFTESTS_PRINTER_H
#define SELFTESTS_PRINTER_H

#include <stdint.h>

#include "task.h"

/*
 * Reads @bytes and checks that they are random_fill()'s from position 0, and that no
 * more come. Its result is 0; it fails the case otherwise.
 */
struct task *printer_expect(const char *node, uint32_t seed, uint64_t bytes);

/* Reads and forgets, until the printer is unplugged or the task is killed. */
struct task *printer_discard(const char *node);

/* Reads @len bytes that are random_fill()'s from @pos, or fails the case. */
void printer_read(int fd, uint32_t seed, uint64_t pos, uint64_t len);

#endif /* SELFTESTS_PRINTER_H */
