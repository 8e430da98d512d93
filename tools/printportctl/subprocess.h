/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PRINTPORTCTL_SUBPROCESS_H
#define PRINTPORTCTL_SUBPROCESS_H

#include <stddef.h>

/**
 * subprocess_run - run another program, and wait for it
 * @argv: the program, looked for in the system's directories only, and its arguments
 * @output: out: what it wrote to its standard output and error, clean for a terminal but
 *	for newlines, cut to @size - 1 bytes
 * @size: bytes at @output
 * @timeout_ms: after which it is killed
 *
 * One that cannot be killed, because it waits in the kernel, is left behind after a second.
 * It runs in the C locale, with nothing on its standard input. Returns its exit code (128
 * and the signal's number if a signal killed it), or -ENOENT (no such program), -ETIMEDOUT,
 * or another -errno.
 */
int subprocess_run(char *const argv[], char *output, size_t size, int timeout_ms);

#endif
