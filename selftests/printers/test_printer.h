/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An emulated printer under test: the program, at the other end of a socket. */
#ifndef PRINTERS_TEST_PRINTER_H
#define PRINTERS_TEST_PRINTER_H

#include <stddef.h>
#include <sys/types.h>

#include "tap.h"

/**
 * struct subject - a printer that runs
 * @pid: its process
 * @fd: the spooler's end of the cable
 * @control: connected to its control socket
 * @directory: where its files are: log, raw, job-N.data ...
 */
struct subject {
	pid_t pid;
	int fd;
	int control;
	char directory[64];
};

/* Starts program @name with up to three words of options, NULL for fewer. */
struct subject printer_start(const char *name, const char *option1, const char *option2,
			     const char *option3);
/* Sends what the spooler prints. */
void printer_write(const struct subject *subject, const void *buf, size_t len);
/* How much a printer takes that takes nothing any more. */
size_t printer_write_until_full(const struct subject *subject, char filler);
/* The printer says these bytes next, or the case fails. */
void printer_says(const struct subject *subject, const void *buf, size_t len);
/* The next read, whatever its length is. */
size_t printer_says_some(const struct subject *subject, void *buf, size_t size);
/* The printer says nothing for a while. */
void printer_says_nothing(const struct subject *subject);
/* A command succeeds, or is refused. */
void printer_do(const struct subject *subject, const char *command);
void printer_refuses(const struct subject *subject, const char *command);
/* The spooler hangs up; the printer ends with this exit code. */
void printer_finish(struct subject *subject, int code);
/* The same, after it ended by itself. */
void printer_ended(struct subject *subject, int code);
/* Whether a line of the log has these strings; the second one may be NULL. */
int printer_logged(const struct subject *subject, const char *one, const char *other);
/* A file of it has these bytes and no others. */
void printer_saved(const struct subject *subject, const char *file, const void *buf,
		   size_t len);

#define SEND(subject, text)	printer_write(subject, text, sizeof(text) - 1)
#define SAYS(subject, text)	printer_says(subject, text, sizeof(text) - 1)
#define SAVED(subject, file, text) \
	printer_saved(subject, file, text, sizeof(text) - 1)
#define COUNT(array)		(sizeof(array) / sizeof((array)[0]))

/* Removes the files of the case whose process was @pid. */
void test_printer_cleanup(int pid);

extern const struct tap_case common_cases[], pjl_cases[], escpos_cases[];
extern const size_t common_case_count, pjl_case_count, escpos_case_count;

#endif /* PRINTERS_TEST_PRINTER_H */
