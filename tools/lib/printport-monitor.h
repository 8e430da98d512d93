/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libprintport: language monitors.
 *
 * A language monitor is a table of operations, named after those of the port-monitor
 * model, and a loop that calls them:
 *
 *	static const struct printport_monitor_ops ops = {
 *		.size = sizeof(ops), .name = "shout", .write = shout_write,
 *	};
 *	err = printport_monitor_attach("/dev/printport-lm0", &ops, NULL, &monitor);
 *	err = printport_monitor_run(monitor);
 *	printport_monitor_detach(monitor);
 *
 * Every operation may be left out. Operations are called one at a time, from
 * printport_monitor_run() or printport_monitor_dispatch(), must not block, and may call
 * any function below but attach, detach, run and dispatch. Errors are negative errnos,
 * sizes are bytes, times are milliseconds.
 *
 * What a monitor sends (printport_monitor_send(), ..._forward(), ...) is kept in order.
 * While the printer takes nothing the library keeps what does not fit and calls no
 * write() operation, so that what it keeps is bounded by what the operations send at
 * a time.
 */
#ifndef PRINTPORT_MONITOR_H
#define PRINTPORT_MONITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/printport.h>
#include <linux/printport_lm.h>

#ifdef __cplusplus
extern "C" {
#endif

struct printport_monitor;

/**
 * struct printport_doc - a job, from start_doc() until printport_monitor_done()
 * @id: the job's id
 * @implicit: a plain open-write-close, not a START_JOB
 * @name: its name, may be empty; UTF-8 without control characters, not trusted otherwise
 * @user: whose it is, may be empty; likewise
 * @accepted: bytes of the job that the monitor has been shown so far; in end_doc() all of
 *	them, also those that were passed through
 * @data: the monitor's own
 */
struct printport_doc {
	uint32_t id;
	bool implicit;
	const char *name;
	const char *user;
	uint64_t accepted;
	void *data;
};

/* The monitor can tell when a job is printed: it calls printport_monitor_printed(). */
#define PRINTPORT_MONITOR_CONFIRMS	(1U << 0)
/* What the printer says goes to the spooler; read() is not called while it holds the port. */
#define PRINTPORT_MONITOR_PASS_BACK	(1U << 1)

/* What an operation returns that will answer later. */
#define PRINTPORT_MONITOR_LATER		1

/**
 * struct printport_monitor_ops - a language
 * @size: sizeof(struct printport_monitor_ops)
 * @name: its name, at most PRINTPORT_LM_NAME_LEN - 1 bytes
 * @flags: PRINTPORT_MONITOR_* bits
 * @open_port: a spooler (user id @uid) opens the port. 0, or -errno to refuse it.
 *	Default: accept
 * @start_doc: a job begins. Default: nothing
 * @write: @len bytes of the job, of which none is decided on, in one piece: decide with
 *	printport_monitor_forward(), ..._consume(), ..._pass(). What is left undecided
 *	is shown again with what comes behind it. @flush: the spooler waits for these
 *	bytes, or no more come, or no more fit: decide on all of them if you can; those
 *	left undecided when the job ends are forwarded. Default: pass the job through
 * @read: the printer says @len bytes. Default: hand them to the spooler
 * @end_doc: no more bytes of the job come, all are decided on: send what goes behind
 *	it. 0: that is all (printport_monitor_done() is called for you), or
 *	PRINTPORT_MONITOR_LATER. Default: 0
 * @abort_doc: the job died (@error: negative errno); what was not printed of it was
 *	dropped. Comes in place of end_doc(), or after one that said LATER. 0: done
 *	(what is sent in this operation with a NULL doc follows it), or
 *	PRINTPORT_MONITOR_LATER. Default: 0
 * @delivered: the printer took the last byte of job @id, which is done, or
 *	(@error: negative errno) it never will. Default: nothing
 * @close_port: the spooler has closed the port, all jobs are done. 0, or
 *	PRINTPORT_MONITOR_LATER: printport_monitor_close_done() follows. Default: 0
 * @get_printer_data: somebody asks @query, the NUL-terminated @key (at most
 *	PRINTPORT_LM_PAYLOAD_MAX bytes). -errno, or PRINTPORT_MONITOR_LATER with
 *	printport_monitor_answer() now or later. Default: -ENOENT
 * @status: the transport's own status reasons are now @reasons. Default: nothing
 * @timer: the time set by printport_monitor_timer() has passed. Default: nothing
 */
struct printport_monitor_ops {
	size_t size;
	const char *name;
	unsigned int flags;
	int (*open_port)(struct printport_monitor *monitor, uid_t uid);
	void (*start_doc)(struct printport_monitor *monitor, struct printport_doc *doc);
	void (*write)(struct printport_monitor *monitor, struct printport_doc *doc,
		      const void *buf, size_t len, bool flush);
	void (*read)(struct printport_monitor *monitor, const void *buf, size_t len);
	int (*end_doc)(struct printport_monitor *monitor, struct printport_doc *doc);
	int (*abort_doc)(struct printport_monitor *monitor, struct printport_doc *doc,
			 int error);
	void (*delivered)(struct printport_monitor *monitor, uint32_t id, int error);
	int (*close_port)(struct printport_monitor *monitor);
	int (*get_printer_data)(struct printport_monitor *monitor, uint32_t query,
				const char *key);
	void (*status)(struct printport_monitor *monitor, uint64_t reasons);
	void (*timer)(struct printport_monitor *monitor);
};

/* --- the attachment ------------------------------------------------------------- */

/**
 * printport_monitor_attach - attach to a port
 * @path: /dev/printport-lmN
 * @ops: the language; kept, not copied
 * @data: for printport_monitor_data()
 * @monitor: out
 *
 * Returns 0 or -errno: -EBUSY (a spooler holds the port, or another monitor is
 * attached), -ENODEV, -ENOENT, -EACCES, -EINVAL (ops), -ENOMEM.
 */
int printport_monitor_attach(const char *path, const struct printport_monitor_ops *ops,
			     void *data, struct printport_monitor **monitor);
/*
 * The same for a node that is open already; @fd is the monitor's from then on, also on
 * error.
 */
int printport_monitor_attach_fd(int fd, const struct printport_monitor_ops *ops,
				void *data, struct printport_monitor **monitor);

/* Detaches, whoever holds the port, and frees the monitor; NULL is allowed. */
void printport_monitor_detach(struct printport_monitor *monitor);

/*
 * Runs until printport_monitor_stop() (0) or until the channel fails: -ENODEV (expelled,
 * or the port is gone) or another -errno.
 */
int printport_monitor_run(struct printport_monitor *monitor);
void printport_monitor_stop(struct printport_monitor *monitor);

/*
 * For a loop of one's own: a descriptor that is readable when there is something to do
 * (it is an epoll), and what to call then. Returns as printport_monitor_run(), but 0
 * when it has done what there was to do.
 */
int printport_monitor_fd(const struct printport_monitor *monitor);
int printport_monitor_dispatch(struct printport_monitor *monitor);

void *printport_monitor_data(const struct printport_monitor *monitor);
/* The N of /dev/printportN. */
unsigned int printport_monitor_index(const struct printport_monitor *monitor);
/* Whether a spooler holds the port. */
bool printport_monitor_is_open(const struct printport_monitor *monitor);

/* --- deciding on a job's bytes: in write(), in order ------------------------------ */

/* Sends the next @len bytes of the job as they are, also those that are yet to come. */
void printport_monitor_forward(struct printport_monitor *monitor, struct printport_doc *doc,
			       uint64_t len);
/* The same for all the rest of the job; write() is not called for it any more. */
void printport_monitor_pass(struct printport_monitor *monitor, struct printport_doc *doc);
/* The next @len bytes that were shown are dealt with: what stands for them was sent. */
void printport_monitor_consume(struct printport_monitor *monitor, struct printport_doc *doc,
			       size_t len);

/* --- sending to the printer -------------------------------------------------------- */

/*
 * Sends bytes as part of @doc, or of no job (NULL: between jobs, that is before the
 * next job's start_doc() has sent or decided anything and after the last one is done;
 * while a job is under way they are sent after it). Returns 0 or -ENOMEM.
 */
int printport_monitor_send(struct printport_monitor *monitor, struct printport_doc *doc,
			   const void *buf, size_t len);
/*
 * The same without a copy: room for up to @want contiguous bytes at the returned
 * address, @len of them; NULL if there is none now (write() is called again when there
 * is). printport_monitor_commit() sends the first @len of them.
 */
void *printport_monitor_reserve(struct printport_monitor *monitor, size_t want, size_t *len);
void printport_monitor_commit(struct printport_monitor *monitor, struct printport_doc *doc,
			      size_t len);

/* --- answers and news ---------------------------------------------------------------- */

/* Nothing more comes for a job; @doc is freed. After end_doc() or abort_doc() said LATER. */
void printport_monitor_done(struct printport_monitor *monitor, struct printport_doc *doc);
/* After close_port() said LATER. */
void printport_monitor_close_done(struct printport_monitor *monitor);
/*
 * What became of a job that is done: @error 0: printed; -ENODATA: the printer does not
 * say; another: it will not be. @pages: 0 if unknown.
 */
void printport_monitor_printed(struct printport_monitor *monitor, uint32_t id, int error,
			       unsigned int pages);
/* @pages of job @id are printed so far. */
void printport_monitor_progress(struct printport_monitor *monitor, uint32_t id,
				unsigned int pages);
/* The status reasons (PRINTPORT_REASON_*) that the language knows of, all that hold now. */
void printport_monitor_reasons(struct printport_monitor *monitor, uint64_t reasons);
/*
 * Hands bytes to who reads the port. Returns how many were taken; the rest is the
 * caller's (a spooler that does not read must not stop the printer).
 */
size_t printport_monitor_back(struct printport_monitor *monitor, const void *buf, size_t len);
/* Answers get_printer_data(): @error 0 with @len bytes, or -errno. */
void printport_monitor_answer(struct printport_monitor *monitor, uint32_t query, int error,
			      const void *buf, size_t len);

/* --- the monitor's own initiative ------------------------------------------------------ */

/* Calls timer() in @ms milliseconds, once; a new time replaces the old one, 0 cancels. */
void printport_monitor_timer(struct printport_monitor *monitor, unsigned int ms);
/* Milliseconds of a clock that does not jump. */
uint64_t printport_monitor_now(const struct printport_monitor *monitor);
/*
 * Opens the transport for the monitor's own use while no spooler holds the port, and
 * closes it. Returns 0 or -errno.
 */
int printport_monitor_open_transport(struct printport_monitor *monitor);
void printport_monitor_close_transport(struct printport_monitor *monitor);

/*
 * Asks the monitor itself, as a spooler does with PRINTPORT_IOC_QUERY. @answer is called
 * once, from dispatch or before this returns.
 */
void printport_monitor_ask(struct printport_monitor *monitor, const char *key,
			   void (*answer)(void *arg, int error, const void *buf, size_t len),
			   void *arg);

/*
 * Calls @observe with the header of each command that the kernel has accepted
 * (struct printport_lm_message: PROGRESS, PRINTED, REASONS, DONE, ...); NULL: no more.
 */
void printport_monitor_observe(struct printport_monitor *monitor,
			       void (*observe)(void *arg,
					       const struct printport_lm_message *command),
			       void *arg);

/*
 * Words for the log: @log is called with each line, without newline; NULL: none.
 * printport_monitor_log() is for languages. @level: as syslog(3).
 */
void printport_monitor_set_log(struct printport_monitor *monitor,
			       void (*log)(void *arg, int level, const char *line), void *arg);
void printport_monitor_log(struct printport_monitor *monitor, int level,
			   const char *format, ...) __attribute__((format(printf, 3, 4)));

#ifdef __cplusplus
}
#endif

#endif /* PRINTPORT_MONITOR_H */
