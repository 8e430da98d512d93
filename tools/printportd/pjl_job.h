/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What PJL puts around a job, what the head of a job says, and the list of the jobs of
 * which the printer has not said yet what became of them.
 */
#ifndef PRINTPORTD_PJL_JOB_H
#define PRINTPORTD_PJL_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The Universal Exit Language command. */
#define PJL_UEL			"\033%-12345X"
#define PJL_UEL_LEN		9

/* The longest NAME and DISPLAY, in bytes (the reference: 80 significant characters). */
#define PJL_NAME_MAX		80

/* Room for what goes before or behind a job. */
#define PJL_WRAP_MAX		1024

/* How much of a job is looked at to find a PJL JOB command of its own. */
#define PJL_LOOKAHEAD		4096

/* The most jobs of which the end is waited for. */
#define PJL_JOBS_MAX		64

/**
 * struct pjl_wrap - bytes for the printer
 * @len: how many
 * @buf: the bytes
 */
struct pjl_wrap {
	size_t len;
	char buf[PJL_WRAP_MAX];
};

/* Adds a string; what does not fit is left out as a whole. */
void pjl_wrap_add(struct pjl_wrap *wrap, const char *text);

/* Adds the commands that make the printer speak; @timed: seconds, 0 for not by itself. */
void pjl_wrap_settings(struct pjl_wrap *wrap, unsigned int timed);

/*
 * Makes the NAME of job @id, with which the printer reports its end: @name as far as it
 * is allowed and fits, and " #ID". @to has room for PJL_NAME_MAX + 1 bytes.
 */
void pjl_job_name(char *to, const char *name, uint32_t id);

/* Adds the JOB command. @name: of pjl_job_name(); @user: anything, may be empty. */
void pjl_wrap_job(struct pjl_wrap *wrap, const char *name, const char *user);

/* Adds what goes behind a job that @name was put before. */
void pjl_wrap_eoj(struct pjl_wrap *wrap, const char *name);

/* Adds what brings a printer back in which a job was cut off; @name may be empty. */
void pjl_wrap_reset(struct pjl_wrap *wrap, const char *name);

/**
 * enum pjl_head - what the first bytes of a job are
 * @PJL_HEAD_MORE: cannot be told before more of it comes
 * @PJL_HEAD_DATA: not a job in the sense of PJL, though maybe with PJL commands
 * @PJL_HEAD_OWN_JOB: it brings a JOB command of its own
 */
enum pjl_head {
	PJL_HEAD_MORE,
	PJL_HEAD_DATA,
	PJL_HEAD_OWN_JOB,
};

/*
 * Looks at the first @len bytes of a job; @last: more is not to be waited for. @name
 * (PJL_NAME_MAX + 1 bytes): the NAME of its own JOB command, empty if there is none.
 */
enum pjl_head pjl_job_head(const void *buf, size_t len, bool last, char *name);

/**
 * struct pjl_job - a job of which the end is waited for
 * @id: its id at the port
 * @own: it has a JOB command of its own
 * @wrapped: the JOB command before it was sent, EOJ is to follow
 * @done: nothing more of it will be sent
 * @delivered: the printer took its last byte
 * @started: the printer has begun it
 * @ended: the printer has said what became of it; a job with JOB commands of its own can
 *	end more than once
 * @asked: the printer was asked whether it still prints
 * @error: what, a negative errno or 0
 * @pages: that came out so far
 * @due: when to stop waiting for the printer's word, once it is delivered
 * @name: as the printer knows it
 */
struct pjl_job {
	uint32_t id;
	bool own;
	bool wrapped;
	bool done;
	bool delivered;
	bool started;
	bool ended;
	bool asked;
	int error;
	unsigned int pages;
	uint64_t due;
	char name[PJL_NAME_MAX + 1];
};

/**
 * struct pjl_jobs - such jobs, the oldest first; all zero is a valid start
 * @count: how many
 * @job: the jobs
 */
struct pjl_jobs {
	size_t count;
	struct pjl_job job[PJL_JOBS_MAX];
};

/* Adds a job behind the others; there must be room. */
struct pjl_job *pjl_jobs_add(struct pjl_jobs *jobs, uint32_t id);
/* NULL if there is no such job. */
struct pjl_job *pjl_jobs_find(struct pjl_jobs *jobs, uint32_t id);
void pjl_jobs_remove(struct pjl_jobs *jobs, struct pjl_job *job);

/*
 * The job that the printer means by @name (NULL: it gave none), and NULL if it means none
 * of these.
 */
struct pjl_job *pjl_jobs_named(struct pjl_jobs *jobs, const char *name);

/* The job of which pages come out now, NULL if there is none. */
struct pjl_job *pjl_jobs_printing(struct pjl_jobs *jobs);

#endif /* PRINTPORTD_PJL_JOB_H */
