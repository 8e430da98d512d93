/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PJL status codes (CODE= of a status message), and what they mean for a port. */
#ifndef PRINTPORTD_PJL_CODES_H
#define PRINTPORTD_PJL_CODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * enum pjl_severity - how much a condition keeps the printer from printing
 * @PJL_NO_CONDITION: not about the printer: a complaint about a PJL command, or about
 *	its file system
 * @PJL_IDLE: nothing to do, ready
 * @PJL_BUSY: at work, or on its way to ready
 * @PJL_WARNING: goes on printing, unless the message says that it is off line
 * @PJL_ERROR: does not print until somebody does something
 */
enum pjl_severity {
	PJL_NO_CONDITION,
	PJL_IDLE,
	PJL_BUSY,
	PJL_WARNING,
	PJL_ERROR,
};

/**
 * enum pjl_online - ONLINE= of a status message
 * @PJL_ONLINE_UNKNOWN: not said
 * @PJL_ONLINE_FALSE: off line
 * @PJL_ONLINE_TRUE: on line
 */
enum pjl_online {
	PJL_ONLINE_UNKNOWN,
	PJL_ONLINE_FALSE,
	PJL_ONLINE_TRUE,
};

/**
 * struct pjl_code - a status code, or a range of them
 * @first: the first one
 * @last: the last one
 * @severity: enum pjl_severity
 * @reasons: PRINTPORT_REASON_* bits
 * @meaning: for the log and the documentation
 */
struct pjl_code {
	unsigned int first;
	unsigned int last;
	enum pjl_severity severity;
	uint64_t reasons;
	const char *meaning;
};

/* The entry for a code; never NULL, an unknown code has an entry that says so. */
const struct pjl_code *pjl_code(unsigned int code);

/*
 * The status reasons that hold when the printer shows @count codes and says @online.
 * Only what keeps it from printing, and the three kinds of low supplies.
 */
uint64_t pjl_code_reasons(const unsigned int *codes, size_t count, enum pjl_online online);

/* The worst severity of the codes; off line is PJL_ERROR. */
enum pjl_severity pjl_code_severity(const unsigned int *codes, size_t count,
				    enum pjl_online online);

/*
 * Writes the names of the reasons as in sysfs ("media-empty cover-open", or "none") to
 * @buf of @size bytes, at least 1, NUL-terminated. Returns its length.
 */
size_t pjl_reason_names(uint64_t reasons, char *buf, size_t size);

#endif /* PRINTPORTD_PJL_CODES_H */
