/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The language monitor of a port: what include/uapi/linux/printport_lm.h promises.
 *
 *	monitor.c		attach, detach, being lost; the node
 *	monitor_record.c	what the monitor is told: records follow from the state
 *				of jobs and rings when they are read, nothing is queued
 *	monitor_command.c	what it says
 *	monitor_query.c		questions to it
 *	wire.c			the wire, as pieces of the two rings
 *
 * Lifetime: a monitor is referenced by its open node and by the session that it serves.
 * Its rings go with the last reference: neither transfers in flight nor mappings
 * (which hold the node) can outlive them. It is lost, once and for good, when the node
 * is closed, when it is expelled and when the port goes.
 */
#ifndef _PRINTPORT_LM_H
#define _PRINTPORT_LM_H

#include <linux/hrtimer.h>
#include <linux/kref.h>
#include <linux/printport_lm.h>

#include "core.h"

/* Pieces of the wire that may be on their way at a time. */
#define PRINTPORT_PIECES_MAX	256
/* Questions that may wait for an answer. */
#define PRINTPORT_QUERIES_MAX	16

/**
 * enum printport_piece_kind - where a piece of the wire comes from
 * @PRINTPORT_PIECE_FORWARD: the job ring
 * @PRINTPORT_PIECE_WRITE: the wire ring
 * @PRINTPORT_PIECE_CONSUME: the job ring, but nothing is sent: it marks the place on
 *	the wire before which everything that stands for these bytes was written
 */
enum printport_piece_kind {
	PRINTPORT_PIECE_FORWARD,
	PRINTPORT_PIECE_WRITE,
	PRINTPORT_PIECE_CONSUME,
};

/**
 * struct printport_piece - a stretch of the wire
 * @wire: position on the wire of its first byte that is not delivered
 * @pos: the position of that byte in its ring
 * @len: bytes that are not delivered
 * @job: whose they are
 * @kind: which ring
 */
struct printport_piece {
	u64 wire;
	u64 pos;
	u64 len;
	struct printport_job *job;
	enum printport_piece_kind kind;
};

/**
 * enum printport_ask - how far a question to the monitor has come
 * @PRINTPORT_ASK_NOT: nothing is asked
 * @PRINTPORT_ASK_NOW: it is to be told
 * @PRINTPORT_ASK_TOLD: it was told
 * @PRINTPORT_ASK_ANSWERED: it has answered
 */
enum printport_ask {
	PRINTPORT_ASK_NOT,
	PRINTPORT_ASK_NOW,
	PRINTPORT_ASK_TOLD,
	PRINTPORT_ASK_ANSWERED,
};

/**
 * struct printport_lm - a language monitor, from open to close of its node
 * @ref: see above
 * @port: the port; valid while the node is open
 * @introduced: SETUP was called
 * @name: cleaned, NUL-terminated
 * @flags: PRINTPORT_LM_F_*
 * @lost: lock: it is no monitor any more
 * @error: lock: why it was lost, negative errno
 * @own: lock: it has opened the transport for itself
 * @pass_back: lock: what the printer says goes to the spooler
 *
 * The rings; positions under lock:
 * @job: what the spooler wrote
 * @wire: what the monitor adds
 * @state: the page that shows the positions
 * @job_head: behind the last byte that the spooler wrote
 * @decided: the first byte that the monitor has not decided on
 * @job_tail: the first byte that is still in use
 * @forward_left: bytes, from @decided on, that are forwarded as they come
 * @wire_head: behind the last byte of a WRITE
 * @wire_tail: the first byte that is still in use
 * @pieces: a queue in a circle
 * @first_piece: index of the oldest
 * @nr_pieces: how many
 * @back: what the monitor says to the spooler
 *
 * What it is told, and what it owes; lock:
 * @open: OPEN
 * @open_error: its answer
 * @opener: user id
 * @close: CLOSE
 * @sync: job ring position that a spooler waits for
 * @sync_told: up to where SYNC was told
 * @status_told: the transport's reasons that it knows
 * @untold: jobs that are delivered of which it was not told
 * @queries: struct printport_lm_query that nobody answered
 * @nr_queries: how many
 * @last_cookie: of a query
 * @owes: it has something to do
 * @since: jiffies since when, or of its last action
 *
 * @read_mutex: one reader; protects @record and @record_len
 * @record: records that were not copied to it yet
 * @record_len: bytes of them
 * @write_mutex: one writer; protects @payload
 * @payload: of the command that is carried out
 * @wake_timer: tells of small writes when they are a millisecond old
 * @wake_armed: lock: @wake_timer will tell of what is written now
 * @last_wake: lock: when it was last told of data
 */
struct printport_lm {
	struct kref ref;
	struct printport *port;
	bool introduced;
	char name[PRINTPORT_LM_NAME_LEN];
	u32 flags;
	bool lost;
	int error;
	bool own;
	bool pass_back;

	struct printport_ring job;
	struct printport_ring wire;
	struct printport_lm_state *state;
	u64 job_head;
	u64 decided;
	u64 job_tail;
	u64 forward_left;
	u64 wire_head;
	u64 wire_tail;
	struct printport_piece pieces[PRINTPORT_PIECES_MAX];
	unsigned int first_piece;
	unsigned int nr_pieces;
	struct printport_fifo back;

	enum printport_ask open;
	int open_error;
	u32 opener;
	enum printport_ask close;
	u64 sync;
	u64 sync_told;
	u64 status_told;
	unsigned int untold;
	struct list_head queries;
	unsigned int nr_queries;
	u32 last_cookie;
	bool owes;
	unsigned long since;

	struct mutex read_mutex;	/* see above */
	void *record;
	size_t record_len;
	struct mutex write_mutex;	/* see above */
	void *payload;
	struct hrtimer wake_timer;
	bool wake_armed;
	ktime_t last_wake;
};

/**
 * struct printport_lm_query - a question; belongs to who asks
 * @node: lock: in printport_lm.queries until it is answered
 * @cookie: names it
 * @told: lock: the monitor knows it
 * @question: bytes
 * @question_len: how many
 * @answer: lock: bytes, or NULL
 * @answer_len: lock: how many
 * @error: lock: 0 or a negative errno
 * @done: answered, or there is nobody any more who could
 */
struct printport_lm_query {
	struct list_head node;
	u32 cookie;
	bool told;
	void *question;
	size_t question_len;
	void *answer;
	size_t answer_len;
	int error;
	struct completion done;
};

/**
 * printport_lm_serves - whether a monitor looks after a session
 * @port: the port, locked
 *
 * Return: false too where it was lost.
 */
static inline bool printport_lm_serves(const struct printport *port)
{
	return port->lm && !port->lm->lost && port->state != PRINTPORT_STATE_GONE;
}

/* monitor.c */
extern struct class printport_lm_class;

int printport_lm_init(unsigned int minors);
void printport_lm_exit(unsigned int minors);
void printport_lm_name(struct printport *port, char name[PRINTPORT_LM_NAME_LEN]);
int printport_lm_add_node(struct printport *port);
void printport_lm_del_node(struct printport *port);
void printport_lm_gone(struct printport *port);
struct printport_lm *printport_lm_new(struct printport *port);
struct printport_lm *printport_lm_get(struct printport *port);
void printport_lm_put(struct printport_lm *lm);
int printport_lm_attach(struct printport *port, struct printport_lm *lm);
void printport_lm_lose(struct printport *port, struct printport_lm *lm, int error);
int printport_lm_ask_open(struct printport *port);
void printport_lm_ask_close(struct printport *port);
void printport_lm_kick(struct printport *port);
void printport_lm_kick_data(struct printport *port);
void printport_lm_owes_less(struct printport *port, struct printport_lm *lm);
void printport_lm_acted(struct printport *port, struct printport_lm *lm);
void printport_lm_watch(struct work_struct *work);
void printport_lm_excuse(struct printport *port);
bool printport_lm_stale(const struct printport *port);
bool printport_lm_owes_job(const struct printport *port, const struct printport_job *job);
bool printport_lm_wire_room(const struct printport_lm *lm);

/* monitor_record.c */
bool printport_lm_has_record(struct printport *port, struct printport_lm *lm);
int printport_lm_gather(struct printport_lm *lm);
ssize_t printport_lm_read(struct printport_lm *lm, char __user *buf, size_t size,
			  bool nonblock);

/* monitor_command.c */
int printport_lm_command(struct printport_lm *lm, const struct printport_lm_message *m);
ssize_t printport_lm_write(struct printport_lm *lm, const char __user *buf, size_t size);

/* monitor_query.c */
int printport_query(struct printport *port, struct printport_query *query);
int printport_lm_answer(struct printport_lm *lm, u32 cookie, int error, const void *buf,
			size_t len);
void printport_lm_drop_queries(struct printport_lm *lm, int error);

/* wire.c */
struct printport_job *printport_lm_current(const struct printport *port);
void printport_lm_begin(struct printport *port, struct printport_job *job);
void printport_lm_written(struct printport *port, size_t len);
void printport_lm_forward_more(struct printport *port);
bool printport_wire_full(const struct printport_lm *lm);
void printport_wire_add(struct printport *port, enum printport_piece_kind kind,
			struct printport_job *job, u64 pos, u64 len);
void printport_wire_trim(struct printport *port);
void *printport_wire_span(const struct printport_lm *lm, u64 wire, size_t *len);
void printport_lm_skip(struct printport *port);
void printport_lm_align(struct printport *port);

#endif /* _PRINTPORT_LM_H */
