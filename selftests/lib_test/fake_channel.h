/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel's side of the language-monitor channel, in this process: rings, records,
 * commands. It is as strict as include/uapi/linux/printport_lm.h is; what it refuses
 * with EINVAL is counted, since a library that is right never sees that.
 */
#ifndef FAKE_CHANNEL_H
#define FAKE_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/printport_lm.h>

#define FAKE_RING	4096
#define FAKE_PIECES	256
#define FAKE_JOBS	2048
#define FAKE_TEXT	(1 << 20)

struct fake_job {
	uint32_t id;
	uint64_t start;
	uint64_t end;
	uint64_t shown;
	bool ended;
	bool dead;
	bool told_end;
	bool begun;
	bool done;
	char *paper;
	size_t printed;
	size_t paper_room;
};

struct fake_piece {
	uint32_t job;
	uint16_t type;
	uint64_t pos;
	uint64_t len;
};

/**
 * struct fake - the kernel
 * @room: pieces that the wire takes before it says EAGAIN
 * @back_room: bytes that BACK takes
 * @paper: what was printed, in order
 * @trace: the commands that were carried out, see fake_channel.c
 * @reads: read(2) calls that gave records
 * @writes: write(2) calls that carried out something
 * @refused: commands that got EINVAL
 * @early_done: DONE of jobs that had died, and of which ABORT was not read
 * @open_waits: OPEN was told and not answered
 * @no_opener: OPEN_ANSWER gets EINVAL
 * @lost: the monitor is expelled
 * @setup: what SETUP was told
 * @transport_opens: OPEN_PORT calls less CLOSE_PORT calls
 */
struct fake {
	int fd;
	int peer;
	unsigned int room;
	size_t back_room;
	char *paper;
	size_t printed;
	char *trace;
	unsigned int reads;
	unsigned int writes;
	unsigned int refused;
	unsigned int early_done;
	bool open_waits;
	bool no_opener;
	bool lost;
	struct printport_lm_setup setup;
	int transport_opens;

	struct printport_lm_state *state;
	unsigned char *job_ring;
	unsigned char *wire_ring;
	int memory[3];
	uint64_t job_tail;
	uint64_t forward_left;
	unsigned char *records;
	size_t records_len;
	struct fake_job jobs[FAKE_JOBS];
	unsigned int nr_jobs;
	struct fake_piece pieces[FAKE_PIECES];
	unsigned int nr_pieces;
};

extern struct fake fake;

void fake_setup(void);
void fake_teardown(void);

/* The spooler and others. */
void fake_record(unsigned int type, uint32_t job, uint32_t arg, uint64_t pos,
		 const void *payload, size_t len);
void fake_raw(const void *record, size_t len);
void fake_open(uint32_t uid);
void fake_start(uint32_t job, const char *name);
size_t fake_job_room(void);
void fake_data(uint32_t job, const void *buf, size_t len);
void fake_text(uint32_t job, const char *text);
void fake_sync(uint32_t job);
void fake_end(uint32_t job);
/* The job dies; the record comes with fake_tell_abort(), or at once. */
void fake_kill(uint32_t job);
void fake_tell_abort(uint32_t job, uint32_t error);
void fake_abort(uint32_t job, uint32_t error);
void fake_close(void);
void fake_query(uint32_t cookie, const char *key);
struct fake_job *fake_job(uint32_t id);

/* The printer takes the oldest @pieces, and POLLOUT is said. */
void fake_print(unsigned int pieces);
/* The same with bytes; what is left of a piece stays. */
void fake_print_bytes(uint64_t bytes);
void fake_wake_writer(void);
void fake_forget_trace(void);

#endif /* FAKE_CHANNEL_H */
