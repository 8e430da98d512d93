/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was printed, as files: DIR/raw, all bytes as they came; DIR/job-N.data, the jobs
 * without the job language around them; DIR/job-N.txt, the lines that were printed.
 */
#ifndef PRINTERS_STORE_H
#define PRINTERS_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Makes the directory if it is not there and opens DIR/raw. Without it all the rest does
 * nothing. Returns false with a message if it cannot.
 */
bool store_open(const char *directory);
/* Returns false if something could not be written. */
bool store_close(void);

void store_raw(const void *buf, size_t len);
/* Job @number begins; one that is open is ended. */
void store_job(uint64_t number);
void store_data(const void *buf, size_t len);
void store_line(const void *buf, size_t len);
void store_job_end(void);

#endif /* PRINTERS_STORE_H */
