/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libprintport: what the files of the monitor's half share.
 *
 *	monitor.c	attaching, the loop, small public functions
 *	record.c	what the kernel says
 *	job.c		jobs: which operation is called when, decisions
 *	wire.c		what is sent: the wire ring, and what does not fit yet
 *	channel.c	the node's memory, and commands on their way to the kernel
 *	query.c		questions and answers
 *	buffer.c	queues of bytes
 *	syscalls.c	system calls, which a test may play
 *
 * The order of what is sent is the order of one queue in two parts: @ready (commands
 * that the kernel may have now) and behind it @backlog (that begins with what has to
 * wait: for room in the wire ring, or for the job's position to be known). Commands
 * that have no place in that order (answers, reasons) overtake it if it is blocked.
 */
#ifndef PRINTPORT_MONITOR_INTERNAL_H
#define PRINTPORT_MONITOR_INTERNAL_H

#include <sys/types.h>

#include "buffer.h"
#include "printport-monitor.h"
#include "syscalls.h"

#define READ_SIZE	(32 * 1024)	/* bytes of records read at a time */
#define BATCH_SIZE	(64 * 1024)	/* commands are written when there are that many */
#define BACK_SIZE	(16 * 1024)	/* bytes kept for a spooler that does not read */
#define ASIDE_SIZE	(64 * 1024)	/* bytes of no job kept while a job is under way */
#define URGENT_SIZE	(1024 * 1024)	/* commands kept that should not have to wait */
#define BACKLOG_SIZE	(16 * 1024 * 1024)	/* no more is sent than that ahead */
#define JOBS_MAX	4096		/* no kernel announces more */
#define ASKED_MAX	64		/* questions of the process itself */
#define ERRNO_LAST	133		/* the last one that the channel carries */

/* In the flags of messages in the backlog only. */
#define BARRIER		0x2000	/* bytes forwarded ahead have to come before what follows */
#define HELD		0x4000	/* WRITE: the bytes are the payload, @pos of them are gone */

/**
 * struct job - a job whose DONE has not been said
 * @doc: what operations see; first, so that a doc is its job
 * @next: in the queue of those whose turn has not come
 * @base: position of the job's first byte
 * @decided: bytes that are decided on, in front; can be ahead of @available
 * @available: bytes that were announced (or need not be: they are decided on)
 * @shown: bytes that were available when write() was last called
 * @sync: bytes that a SYNC waits for
 * @barrier: @decided when what followed was last made to wait for it
 * @error: of ABORT, negative
 * @begun: a command for it was made
 * @pass: all is decided on, whatever comes
 * @ended: END_DOC was read
 * @flushed: what is available was shown with flush
 * @starved: write() found too little room in the wire ring
 * @room: how much was left after that
 * @dead: no command but DONE is of use any more
 * @aborted: ABORT was read
 * @told: abort_doc() was called, or will not be
 * @later: end_doc() was called and said LATER
 */
struct job {
	struct printport_doc doc;
	struct job *next;
	uint64_t base;
	uint64_t decided;
	uint64_t available;
	uint64_t shown;
	uint64_t sync;
	uint64_t barrier;
	size_t room;
	int error;
	bool begun;
	bool pass;
	bool ended;
	bool flushed;
	bool starved;
	bool dead;
	bool aborted;
	bool told;
	bool later;
	char name[PRINTPORT_JOB_NAME_LEN];
	char user[PRINTPORT_JOB_USER_LEN];
};

/* A question that the process asked itself; @key until get_printer_data() is called. */
struct asked {
	struct asked *next;
	uint32_t id;
	char *key;
	void (*answer)(void *arg, int error, const void *buf, size_t len);
	void *arg;
};

enum closing { NOT_CLOSING, CLOSE_TOLD, CLOSE_LATER };

/**
 * struct printport_monitor - a monitor that is attached
 * @ops: the language
 * @data: the language's
 * @fd: the node
 * @room_fd: a duplicate of @fd, so that epoll can watch for room in another way
 * @epoll_fd: watches all of them
 * @timer_fd: printport_monitor_timer()
 * @kick_fd: an eventfd: something was asked for outside of dispatch
 * @index: of the port
 * @error: what ended the attachment; negative errno
 * @busy: in dispatch
 * @in_op: depth of operations that are being called
 * @kicked: @kick_fd was written
 * @stopped: printport_monitor_stop()
 * @watching: @room_fd is watched
 * @changed: something was dropped: what waited for it may go on
 * @is_open: a spooler holds the port
 * @abandoned: the spooler gave up opening before it was answered
 * @closing: how far CLOSE has come
 * @owed_abort: a job that died before its DONE was taken; ABORT is still to be read
 * @blocked: the first of @ready was refused with EAGAIN
 * @back_blocked: the same of @back
 * @state: the kernel's page
 * @page_size: of @state
 * @job_ring: mapped twice
 * @wire_ring: mapped twice
 * @job_size: of the ring
 * @wire_size: of the ring
 * @wire_pos: where the next byte goes
 * @wire_accepted: behind the last byte of which the kernel was told
 * @reserved: printport_monitor_reserve(): where,
 * @reserved_len: and how much
 * @ready: see above
 * @backlog: see above
 * @urgent: commands that overtake @ready while it is blocked
 * @back: bytes for the spooler
 * @aside: bytes of no job, while a job is under way
 * @job: whose turn it is, or NULL
 * @queue: the jobs behind it
 * @queue_end: where to link the next one
 * @jobs: how many they are
 * @finished: jobs to be freed, when no operation can be using them
 * @asked: questions of the process itself
 * @next_ask: the id of the next
 * @observe: printport_monitor_observe()
 * @observe_arg: its argument
 * @log: printport_monitor_set_log()
 * @log_arg: its argument
 * @key: the question that get_printer_data() is called with
 * @records: what was read
 */
struct printport_monitor {
	const struct printport_monitor_ops *ops;
	void *data;
	int fd;
	int room_fd;
	int epoll_fd;
	int timer_fd;
	int kick_fd;
	unsigned int index;
	int error;
	bool busy;
	unsigned int in_op;
	bool kicked;
	volatile bool stopped;
	bool watching;
	bool changed;
	bool is_open;
	bool abandoned;
	enum closing closing;
	uint32_t owed_abort;
	bool blocked;
	bool back_blocked;
	const struct printport_lm_state *state;
	size_t page_size;
	const unsigned char *job_ring;
	unsigned char *wire_ring;
	uint32_t job_size;
	uint32_t wire_size;
	uint64_t wire_pos;
	uint64_t wire_accepted;
	uint64_t reserved;
	size_t reserved_len;
	struct buffer ready;
	struct buffer backlog;
	struct buffer urgent;
	struct buffer back;
	struct buffer aside;
	struct job *job;
	struct job *queue;
	struct job **queue_end;
	unsigned int jobs;
	struct job *finished;
	struct asked *asked;
	uint32_t next_ask;
	void (*observe)(void *arg, const struct printport_lm_message *command);
	void *observe_arg;
	void (*log)(void *arg, int level, const char *line);
	void *log_arg;
	char key[PRINTPORT_LM_PAYLOAD_MAX + 1];
	unsigned char records[READ_SIZE] __attribute__((aligned(8)));
};

/* monitor.c */
/* The attachment is over; the first reason counts. */
void monitor_fail(struct printport_monitor *monitor, int error);
/* Something has to be done: dispatch does it, now or soon. */
void monitor_kick(struct printport_monitor *monitor);

/* channel.c */
int channel_map(struct printport_monitor *monitor, const struct printport_lm_setup *setup);
void channel_unmap(struct printport_monitor *monitor);
uint64_t channel_wire_tail(const struct printport_monitor *monitor);
/* A command in the order of what is sent. */
void channel_command(struct printport_monitor *monitor, struct printport_lm_message *command);
/* The same, but not behind the backlog: for wire.c. */
void channel_ready(struct printport_monitor *monitor, struct printport_lm_message *command);
/* Makes a decision part of the one before it; false: there is none on its way. */
bool channel_extend(struct printport_monitor *monitor,
		    const struct printport_lm_message *command);
/* A command that may overtake. */
void channel_urgent(struct printport_monitor *monitor, struct printport_lm_message *command,
		    const void *payload, size_t len);
/* OPEN_ANSWER goes before everything else: what is sent at opening needs an open port. */
void channel_first(struct printport_monitor *monitor, struct printport_lm_message *command);
/* The job whose DONE is on its way (there is one at most), or 0. */
uint32_t channel_waiting_done(const struct printport_monitor *monitor);
/* Drops what is on its way for a job that is dead, but DONE. */
void channel_cancel(struct printport_monitor *monitor, uint32_t job);
/* Writes what can be written. */
void channel_flush(struct printport_monitor *monitor);
/* There is something that waits for POLLOUT. */
bool channel_wants_room(const struct printport_monitor *monitor);
/* An errno as the channel carries it: 0 to ERRNO_LAST. */
uint32_t channel_errno(int error);

/* wire.c */
/* Moves from the backlog what can go; false: something waits. */
bool wire_advance(struct printport_monitor *monitor);
/* Bytes of room in the ring. */
size_t wire_room(const struct printport_monitor *monitor);
/* Makes what follows wait, if bytes of the job that are not there yet were forwarded. */
void wire_barrier(struct printport_monitor *monitor, struct job *job);
/* Commands were dropped: their room in the ring is free again. */
void wire_rewind(struct printport_monitor *monitor);
int wire_send(struct printport_monitor *monitor, uint32_t job, const void *buf, size_t len);

/* job.c */
struct job *job_find(struct printport_monitor *monitor, uint32_t id);
/* Calls the operations whose time has come. */
void jobs_pump(struct printport_monitor *monitor);
void jobs_free(struct printport_monitor *monitor);
void jobs_free_finished(struct printport_monitor *monitor);
/* Says DONE for a job of which the language is not told any more. */
void job_answer_abort(struct printport_monitor *monitor, uint32_t id);

/* record.c */
void records_read(struct printport_monitor *monitor, bool hung_up);

/* query.c */
void query_asked(struct printport_monitor *monitor, uint32_t id, const void *key, size_t len);
/* Asks what was asked from within operations. */
void queries_ask(struct printport_monitor *monitor);
bool queries_waiting(const struct printport_monitor *monitor);
void queries_free(struct printport_monitor *monitor);

#endif /* PRINTPORT_MONITOR_INTERNAL_H */
