/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A language monitor by its system calls, without libprintport. */
#ifndef SELFTESTS_LM_H
#define SELFTESTS_LM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/printport_lm.h>

#include "port.h"
#include "task.h"

/**
 * struct lm - a monitor that is attached
 * @fd: its node
 * @state: where the rings stand
 * @job: the job ring, mapped twice
 * @wire: the wire ring, mapped twice
 * @setup: what SETUP returned
 * @wire_pos: where it writes next
 */
struct lm {
	int fd;
	const volatile struct printport_lm_state *state;
	const char *job;
	char *wire;
	struct printport_lm_setup setup;
	uint64_t wire_pos;
	char buf[PRINTPORT_LM_READ_MIN];
	size_t filled;
	size_t used;
};

/* The node of @port's monitor. */
void lm_node(const struct port *port, char *path, size_t size);
/* Opens and introduces it; fails the case if it cannot. */
void lm_attach(struct lm *lm, const struct port *port, unsigned int flags);
/* The same for a node that is open. */
void lm_introduce(struct lm *lm, int fd, unsigned int flags);
void lm_detach(struct lm *lm);

/*
 * The next record, valid until the next call; fails the case if there is none within
 * @ms. NULL: the attachment is over.
 */
const struct printport_lm_message *lm_next(struct lm *lm, unsigned int ms);
/* The next one has to be of this type. */
const struct printport_lm_message *lm_expect(struct lm *lm, unsigned int type);
/* Whether there is none for @ms. */
bool lm_is_quiet(struct lm *lm, unsigned int ms);

/* One command with a payload of @len bytes; 0 or -1 with errno. */
int lm_say(struct lm *lm, const struct printport_lm_message *command, const void *payload);
/* The same; fails the case if it is refused. Waits where the wire has no room. */
void lm_do(struct lm *lm, unsigned int type, __u32 job, __u32 arg, __u64 pos, __u64 len);
/* Puts bytes on the wire. */
void lm_write(struct lm *lm, __u32 job, const void *buf, size_t len);

/**
 * enum lm_mode - what a monitor does with data
 * @LM_PASS: pass the job through
 * @LM_FORWARD: forward what it was shown
 * @LM_REWRITE: write every byte with bit 5 changed
 */
enum lm_mode {
	LM_PASS,
	LM_FORWARD,
	LM_REWRITE,
};

/**
 * struct lm_script - what a monitor that runs by itself does
 * @port: on which port
 * @mode: with data
 * @flags: of SETUP
 * @prefix: written before each job
 * @suffix: written behind each job
 * @printed: says that each job is printed, with this many pages and error
 * @pages: see there
 * @error: see there
 * @misdeed: what it does at a record of type @at, the @after'th one
 * @at: see there; 0: never
 * @after: see there
 * @seed: of its garbage
 */
struct lm_script {
	struct port port;
	enum lm_mode mode;
	unsigned int flags;
	const char *prefix;
	const char *suffix;
	bool printed;
	unsigned int pages;
	unsigned int error;
	enum { LM_DIE, LM_HANG, LM_RAVE } misdeed;
	unsigned int at;
	unsigned int after;
	uint32_t seed;
};

/* Runs until the attachment is over; for task_start(), with a struct lm_script. */
long lm_run(void *script);
/* The same as a task, which is attached when this returns. */
struct task *lm_start(struct lm_script *script);

/* Writes commands of random contents. */
void lm_rave(struct lm *lm, uint32_t *state, unsigned int count);

#endif /* SELFTESTS_LM_H */
