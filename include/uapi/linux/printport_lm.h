/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * printport: the language-monitor channel, the interface of /dev/printport-lmN.
 *
 * Opening the node attaches a language monitor to /dev/printportN, closing it
 * detaches it. One monitor at a time, and only while no spooler holds the port:
 * EBUSY otherwise. From then on what a spooler does with the port is told to the
 * monitor in *records*, read with read(2), and the monitor answers and acts with
 * *commands*, written with write(2). Bytes of jobs are not copied: both ends of the
 * channel look at the same two rings of memory, which the monitor maps.
 *
 *	job ring	what the spooler wrote; the monitor reads it in place
 *	wire ring	what the monitor adds; it writes there, then says WRITE
 *
 * Positions in a ring count bytes since the monitor attached; a byte lies at its
 * position modulo the ring's size. The monitor decides on the bytes of the job ring
 * in order: FORWARD sends them to the printer as they are, CONSUME takes them out.
 *
 * Order. Records of one job come in the order START_DOC, DATA ..., END_DOC; a job
 * that dies gets ABORT in place of what is left. Each job is finished by the
 * monitor's DONE, and jobs are finished in order. Bytes that belong to no job (job 0)
 * may be written while no job is begun, that is before the first command for the
 * next job and after DONE for the last one.
 *
 * Time. A monitor that has something to do and does nothing at all (no read that
 * returned a record, no command) for the port's limit limits/monitor_ms is expelled:
 * its calls fail with ENODEV from then on, and its jobs with ETIMEDOUT. PROGRESS
 * for job 0 says "I am here" and does nothing else. Nothing has to be done about
 * bytes that the monitor has read and not decided on, until the spooler waits for
 * them (END_DOC, SYNC, or a full ring), and never while the wire has no room. Who asks
 * a QUERY has a limit of his own.
 *
 * A monitor that is lost (killed, expelled) while a spooler holds the port: jobs that
 * it has not finished fail with ECONNRESET (expelled: ETIMEDOUT), the bytes of them
 * that were not delivered are counted as lost, and the spooler's handle is stale:
 * after the error was reported once every call fails with ENODEV, until it is closed.
 *
 * Errors of every call: ENODEV (expelled, detached, or the port is gone), EFAULT.
 */
#ifndef _UAPI_LINUX_PRINTPORT_LM_H
#define _UAPI_LINUX_PRINTPORT_LM_H

#include <linux/ioctl.h>
#include <linux/types.h>

#include <linux/printport.h>

/* The most bytes that a record or a command carries behind its header. */
#define PRINTPORT_LM_PAYLOAD_MAX	4096U

#define PRINTPORT_LM_NAME_LEN		32

/*
 * What mmap(2) maps, by offset; MAP_SHARED only (EINVAL). A ring may be mapped with
 * its size, or with twice its size: then every stretch of it is in one piece.
 */
#define PRINTPORT_LM_MAP_STATE	0x00000000	/* struct printport_lm_state, a page, read-only */
#define PRINTPORT_LM_MAP_JOB	0x10000000	/* the job ring, read-only */
#define PRINTPORT_LM_MAP_WIRE	0x20000000	/* the wire ring */

/**
 * struct printport_lm_state - where the rings stand, kept up to date by the kernel
 * @job_head: behind the last byte that the spooler has written
 * @job_decided: the first byte that is neither forwarded nor consumed
 * @wire_head: behind the last byte that WRITE has sent
 * @wire_tail: the first byte of the wire ring that is still in use. What the monitor
 *	puts at @wire_tail plus the ring's size or behind it would overwrite that.
 */
struct printport_lm_state {
	__u64 job_head;
	__u64 job_decided;
	__u64 wire_head;
	__u64 wire_tail;
};

/* In struct printport_lm_setup: the monitor can tell that a job was printed. */
#define PRINTPORT_LM_F_CONFIRMS		(1U << 0)

/**
 * struct printport_lm_setup - who the monitor is, and what it has got
 * @flags: in: PRINTPORT_LM_F_* bits
 * @index: out: the N of /dev/printportN
 * @job_size: out: bytes of the job ring, a power of two
 * @wire_size: out: bytes of the wire ring, a power of two
 * @monitor_ms: out: how long the monitor may do nothing, see above
 * @reserved: zero
 * @name: in: the language, such as ``pjl``, NUL-terminated; shown in sysfs ``monitor``.
 *	Control characters become '?'.
 */
struct printport_lm_setup {
	__u32 flags;
	__u32 index;
	__u32 job_size;
	__u32 wire_size;
	__u32 monitor_ms;
	__u32 reserved;
	char name[PRINTPORT_LM_NAME_LEN];
};

/**
 * enum printport_lm_record_type - what the kernel says
 * @PRINTPORT_LM_OPEN: a spooler opens the port and waits; answer OPEN_ANSWER.
 *	@arg: its user id
 * @PRINTPORT_LM_START_DOC: a job begins, at @pos of the job ring. @job; @flags:
 *	PRINTPORT_JOB_F_*; payload: struct printport_lm_doc
 * @PRINTPORT_LM_DATA: @len bytes of @job at @pos of the job ring
 * @PRINTPORT_LM_SYNC: the spooler waits until what it wrote of @job up to @pos is
 *	delivered: decide on it, if you can
 * @PRINTPORT_LM_END_DOC: no more bytes of @job; answer DONE. @pos: behind its last byte
 * @PRINTPORT_LM_ABORT: @job is dead (@arg: errno), what is left of it was dropped;
 *	answer DONE. Only of jobs whose START_DOC was read. Until this was read, DONE
 *	for a job that has died fails with EINVAL
 * @PRINTPORT_LM_DELIVERED: the printer took the last byte of @job, for which DONE was
 *	said, or (@arg: errno) it never will
 * @PRINTPORT_LM_CLOSE: the spooler has closed the port, or does not wait any more for
 *	the answer to an OPEN that was read; answer CLOSE_DONE
 * @PRINTPORT_LM_QUERY: somebody asks; answer ANSWER with the same @arg. Payload: @len
 *	bytes of question
 * @PRINTPORT_LM_PRINTER_DATA: the printer says @len bytes, the payload
 * @PRINTPORT_LM_STATUS: what the transport knows of the printer's condition has
 *	changed. @pos: PRINTPORT_REASON_* bits
 */
enum printport_lm_record_type {
	PRINTPORT_LM_OPEN		= 1,
	PRINTPORT_LM_START_DOC		= 2,
	PRINTPORT_LM_DATA		= 3,
	PRINTPORT_LM_SYNC		= 4,
	PRINTPORT_LM_END_DOC		= 5,
	PRINTPORT_LM_ABORT		= 6,
	PRINTPORT_LM_DELIVERED		= 7,
	PRINTPORT_LM_CLOSE		= 8,
	PRINTPORT_LM_QUERY		= 9,
	PRINTPORT_LM_PRINTER_DATA	= 10,
	PRINTPORT_LM_STATUS		= 11,
};

/**
 * enum printport_lm_command_type - what the monitor says
 * @PRINTPORT_LM_OPEN_ANSWER: @arg: 0, or the errno (1 to 133) with which open() fails.
 *	@flags: PRINTPORT_LM_OPEN_PASS_BACK. EINVAL: nobody waits for it
 * @PRINTPORT_LM_WRITE: send @len bytes at @pos of the wire ring, as part of @job or of
 *	no job (0). Pieces are written in order of @pos; gaps are allowed. EAGAIN: the
 *	wire has no room for one more piece, poll for POLLOUT
 * @PRINTPORT_LM_FORWARD: send the next @len bytes of @job as they are, those that have
 *	not been written yet included; PRINTPORT_LM_REST: all of them. @pos is the
 *	first of them and must be where the last decision ended (EINVAL). While it goes on
 *	for bytes that are not there yet, a WRITE goes before those, and another decision
 *	is refused (EINVAL). EAGAIN as WRITE
 * @PRINTPORT_LM_CONSUME: @len bytes of @job at @pos are dealt with and need not be
 *	sent. They count as delivered once everything before them is. EAGAIN as WRITE
 * @PRINTPORT_LM_DONE: answers END_DOC and ABORT: nothing more comes for @job. EINVAL:
 *	it was not told yet, or bytes of the job are not decided on
 * @PRINTPORT_LM_CLOSE_DONE: answers CLOSE
 * @PRINTPORT_LM_BACK: hand @len bytes, the payload, to who reads the port. EAGAIN:
 *	no room
 * @PRINTPORT_LM_REASONS: @pos: PRINTPORT_REASON_* bits that hold now, as far as the
 *	monitor knows; those that the transport knows are added
 * @PRINTPORT_LM_PROGRESS: @job has printed @arg pages so far; job 0: I am here
 * @PRINTPORT_LM_PRINTED: what became of @job, for which DONE was said. @arg: 0: it is
 *	printed; ENODATA: the printer does not say; another errno (1 to 133): it will
 *	not be. @len: pages, 0 if unknown. ENOENT: no such job, or it is long over
 * @PRINTPORT_LM_ANSWER: answers QUERY. @arg: as there; @pos: 0 or an errno (1 to 133);
 *	payload: @len bytes. ENOENT: nobody waits for it
 *
 * All commands for a job fail with ECANCELED if it is dead, and with EINVAL if it is
 * not its turn.
 */
enum printport_lm_command_type {
	PRINTPORT_LM_OPEN_ANSWER	= 1,
	PRINTPORT_LM_WRITE		= 2,
	PRINTPORT_LM_FORWARD		= 3,
	PRINTPORT_LM_CONSUME		= 4,
	PRINTPORT_LM_DONE		= 5,
	PRINTPORT_LM_CLOSE_DONE		= 6,
	PRINTPORT_LM_BACK		= 7,
	PRINTPORT_LM_REASONS		= 8,
	PRINTPORT_LM_PROGRESS		= 9,
	PRINTPORT_LM_PRINTED		= 10,
	PRINTPORT_LM_ANSWER		= 11,
};

/* OPEN_ANSWER: what the printer says goes to the spooler, not to the monitor. */
#define PRINTPORT_LM_OPEN_PASS_BACK	(1U << 0)

/* FORWARD: as many bytes as the job has. */
#define PRINTPORT_LM_REST		(~0ULL)

/**
 * struct printport_lm_message - the header of records and commands
 * @size: bytes of this header and of the payload behind it, rounded up to a multiple of
 *	8. What pads the payload is zero in records and ignored in commands.
 * @type: enum printport_lm_record_type or enum printport_lm_command_type
 * @flags: see there; zero if nothing is said
 * @job: id of a job, or 0
 * @arg: see there; zero if nothing is said
 * @pos: see there; zero if nothing is said
 * @len: see there; of a message with a payload: its length without padding; zero if
 *	nothing is said
 *
 * read() gives whole records, as many as fit (EINVAL: the buffer is smaller than
 * PRINTPORT_LM_READ_MIN), and waits for the first (O_NONBLOCK: EAGAIN).
 * write() takes whole commands and returns the bytes of those that were carried
 * out. One that fails ends it: its error is returned if it was the first, else by
 * the next write() that begins with it. It never waits for room: EAGAIN. EINVAL: no
 * such command, or a member that has to be zero is not.
 * poll() says POLLIN when there is a record, POLLOUT when half of the pieces that the
 * wire can have and a quarter of the wire ring are free, POLLWRBAND when BACK has room,
 * POLLHUP and POLLERR when the attachment is over.
 */
struct printport_lm_message {
	__u32 size;
	__u16 type;
	__u16 flags;
	__u32 job;
	__u32 arg;
	__u64 pos;
	__u64 len;
};

/* A buffer for read() that has room for any record. */
#define PRINTPORT_LM_READ_MIN	8192U

/**
 * struct printport_lm_doc - the payload of START_DOC
 * @name: the job's name, NUL-terminated; may be empty
 * @user: whose it is, NUL-terminated; may be empty
 */
struct printport_lm_doc {
	char name[PRINTPORT_JOB_NAME_LEN];
	char user[PRINTPORT_JOB_USER_LEN];
};

#define PRINTPORT_LM_IOC_MAGIC	PRINTPORT_IOC_MAGIC

/*
 * Introduces the monitor. Until this was called nothing else works (EINVAL), and a
 * spooler that opens the port waits for it. EINVAL: flags, or a name without a NUL;
 * EBUSY: it was called before.
 */
#define PRINTPORT_LM_IOC_SETUP \
	_IOWR(PRINTPORT_LM_IOC_MAGIC, 0x80, struct printport_lm_setup)

/*
 * Opens the transport for the monitor's own use (queries, status) while no spooler
 * holds the port, and closes it again. A spooler may open the port at any time
 * between them and finds the transport open. OPEN_PORT: errors as open() of the
 * port; 0 if it is open already.
 */
#define PRINTPORT_LM_IOC_OPEN_PORT	_IO(PRINTPORT_LM_IOC_MAGIC, 0x81)
#define PRINTPORT_LM_IOC_CLOSE_PORT	_IO(PRINTPORT_LM_IOC_MAGIC, 0x82)

/* Detaches. EBUSY: a spooler holds the port, or it is draining. */
#define PRINTPORT_LM_IOC_DETACH		_IO(PRINTPORT_LM_IOC_MAGIC, 0x83)

#endif /* _UAPI_LINUX_PRINTPORT_LM_H */
