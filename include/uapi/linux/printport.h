/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * printport: monitored print ports, the interface of /dev/printportN.
 *
 * Every structure here has the same layout for 32-bit and 64-bit callers and
 * grows only at its end. The size that a program was built with travels in the
 * ioctl number: the kernel takes a shorter structure as if its missing tail
 * were zero, and a longer one if the part that it does not know is zero.
 *
 * Errors that every ioctl may return:
 *
 * ========  ==================================================================
 * ENODEV    the port is gone (unplugged, removed); only close is left to do
 * ENOTTY    no such ioctl
 * EFAULT    the argument points to memory that cannot be read or written
 * EINVAL    the structure is shorter than its first version, or a member has
 *           a value that is not defined
 * E2BIG     the structure is longer than the kernel's and its tail is not zero
 * ========  ==================================================================
 */
#ifndef _UAPI_LINUX_PRINTPORT_H
#define _UAPI_LINUX_PRINTPORT_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* The version of this interface, as reported in struct printport_info. */
#define PRINTPORT_API_VERSION		1

#define PRINTPORT_TRANSPORT_LEN		16
#define PRINTPORT_JOB_NAME_LEN		256
#define PRINTPORT_JOB_USER_LEN		64

/**
 * enum printport_state - what a port is doing, as in sysfs ``state``
 * @PRINTPORT_STATE_CLOSED: nobody holds the port
 * @PRINTPORT_STATE_OPEN: a spooler holds the port
 * @PRINTPORT_STATE_DRAINING: closed, but accepted bytes are still on their way
 *	to the printer; an open gets EBUSY
 * @PRINTPORT_STATE_GONE: unplugged or removed while a spooler held it
 */
enum printport_state {
	PRINTPORT_STATE_CLOSED		= 0,
	PRINTPORT_STATE_OPEN		= 1,
	PRINTPORT_STATE_DRAINING	= 2,
	PRINTPORT_STATE_GONE		= 3,
};

/**
 * enum printport_printer_state - IPP printer-state (RFC 8011, 5.4.11)
 * @PRINTPORT_PRINTER_IDLE: no data is on its way
 * @PRINTPORT_PRINTER_PROCESSING: data is on its way
 * @PRINTPORT_PRINTER_STOPPED: a status reason keeps the printer from printing
 */
enum printport_printer_state {
	PRINTPORT_PRINTER_IDLE		= 3,
	PRINTPORT_PRINTER_PROCESSING	= 4,
	PRINTPORT_PRINTER_STOPPED	= 5,
};

/*
 * Status reasons: the keywords of IPP printer-state-reasons (RFC 8011, 5.4.12,
 * and PWG 5100.9), one bit each. sysfs ``reasons`` shows them by name.
 */
#define PRINTPORT_REASON_MEDIA_EMPTY		(1ULL << 0)
#define PRINTPORT_REASON_MEDIA_JAM		(1ULL << 1)
#define PRINTPORT_REASON_MEDIA_LOW		(1ULL << 2)
#define PRINTPORT_REASON_MEDIA_NEEDED		(1ULL << 3)
#define PRINTPORT_REASON_COVER_OPEN		(1ULL << 4)
#define PRINTPORT_REASON_DOOR_OPEN		(1ULL << 5)
#define PRINTPORT_REASON_OFFLINE		(1ULL << 6)
#define PRINTPORT_REASON_TONER_LOW		(1ULL << 7)
#define PRINTPORT_REASON_TONER_EMPTY		(1ULL << 8)
#define PRINTPORT_REASON_MARKER_SUPPLY_LOW	(1ULL << 9)
#define PRINTPORT_REASON_MARKER_SUPPLY_EMPTY	(1ULL << 10)
#define PRINTPORT_REASON_OUTPUT_AREA_FULL	(1ULL << 11)
#define PRINTPORT_REASON_PAUSED			(1ULL << 12)
#define PRINTPORT_REASON_OTHER			(1ULL << 13)
#define PRINTPORT_REASON_ALL			((1ULL << 14) - 1)

/* Capabilities of a port, in struct printport_info. */
#define PRINTPORT_CAP_READ	(1U << 0)	/* read() can work: a back channel */
#define PRINTPORT_CAP_STATUS	(1U << 1)	/* status lines can be read at any time */
#define PRINTPORT_CAP_RESET	(1U << 2)	/* PRINTPORT_IOC_RESET works */
#define PRINTPORT_CAP_MONITOR	(1U << 3)	/* a language monitor is attached */
#define PRINTPORT_CAP_PRINTED	(1U << 4)	/* PRINTPORT_WAIT_PRINTED works */
#define PRINTPORT_CAP_ALL	((1U << 5) - 1)

/**
 * struct printport_info - what this port is
 * @api_version: PRINTPORT_API_VERSION of the running kernel module
 * @index: the N in /dev/printportN
 * @capabilities: PRINTPORT_CAP_* bits
 * @queue_size: bytes that the port accepts before the printer takes any
 * @transport: ``usb``, ``parport`` or ``sim``, NUL-terminated
 */
struct printport_info {
	__u32 api_version;
	__u32 index;
	__u32 capabilities;
	__u32 queue_size;
	char transport[PRINTPORT_TRANSPORT_LEN];
};

/**
 * struct printport_status - the condition of port and printer, now
 * @state: enum printport_state
 * @printer_state: enum printport_printer_state
 * @reasons: PRINTPORT_REASON_* bits
 * @queued: bytes accepted and not yet delivered
 * @in_flight: how many of those the transport has in hand
 * @job: id of the job that new bytes belong to, 0 if there is none
 * @reserved: zero
 *
 * Of a printer that does not tell of changes by itself this asks, for a second at most; with
 * O_NONBLOCK it does not wait for the answer.
 *
 * Reading the status also ends the EPOLLPRI condition of poll(). From the first time in
 * an open on, poll() says EPOLLPRI when the reasons have changed since.
 */
struct printport_status {
	__u32 state;
	__u32 printer_state;
	__u64 reasons;
	__u64 queued;
	__u64 in_flight;
	__u32 job;
	__u32 reserved;
};

/* The longest time limit, in milliseconds (24 hours). */
#define PRINTPORT_LIMIT_MAX_MS		86400000U

/**
 * struct printport_limits - time limits of a port
 * @open_ms: how long an open without O_NONBLOCK waits in line, in order of
 *	arrival, for a busy port; 0 (default): EBUSY at once
 * @read_ms: how long a read waits for the first byte before it fails with
 *	ETIMEDOUT; 0 (default): no limit
 * @write_ms: how long a write or fsync waits without a byte of progress before
 *	it fails with ETIMEDOUT (a write that has accepted bytes returns their
 *	number); 0 (default): no limit
 * @close_ms: how long close waits without a byte of progress before it leaves
 *	the port draining; 0: not at all; default 10,000
 *
 * All in milliseconds, at most PRINTPORT_LIMIT_MAX_MS. They belong to the port
 * and outlast the open.
 */
struct printport_limits {
	__u32 open_ms;
	__u32 read_ms;
	__u32 write_ms;
	__u32 close_ms;
};

/**
 * struct printport_job_start - what PRINTPORT_IOC_START_JOB is told
 * @id: out: the job's id, unique on this port until 2^32 jobs have been started
 * @flags: zero
 * @name: UTF-8, NUL-terminated; may be empty. Control characters become '?'.
 * @user: UTF-8, NUL-terminated; may be empty. Control characters become '?'.
 */
struct printport_job_start {
	__u32 id;
	__u32 flags;
	char name[PRINTPORT_JOB_NAME_LEN];
	char user[PRINTPORT_JOB_USER_LEN];
};

/**
 * enum printport_job_state - how far a job has come
 * @PRINTPORT_JOB_ACTIVE: started and not ended; takes bytes
 * @PRINTPORT_JOB_PENDING: ended; bytes are still on their way
 * @PRINTPORT_JOB_COMPLETED: every accepted byte was delivered
 * @PRINTPORT_JOB_ABORTED: aborted by its holder, an operator, or because its
 *	holder closed the port without ending it
 * @PRINTPORT_JOB_FAILED: the transport failed; see the result's error
 */
enum printport_job_state {
	PRINTPORT_JOB_ACTIVE	= 0,
	PRINTPORT_JOB_PENDING	= 1,
	PRINTPORT_JOB_COMPLETED	= 2,
	PRINTPORT_JOB_ABORTED	= 3,
	PRINTPORT_JOB_FAILED	= 4,
};

#define PRINTPORT_JOB_F_IMPLICIT	(1U << 0)	/* began with a plain write */

/**
 * enum printport_printed - what the language monitor says became of a job
 * @PRINTPORT_PRINTED_UNKNOWN: nothing yet, or there is no monitor
 * @PRINTPORT_PRINTED_YES: it is printed
 * @PRINTPORT_PRINTED_UNCONFIRMED: delivered, and the printer does not say more
 * @PRINTPORT_PRINTED_NO: it is not printed, and will not be
 */
enum printport_printed {
	PRINTPORT_PRINTED_UNKNOWN	= 0,
	PRINTPORT_PRINTED_YES		= 1,
	PRINTPORT_PRINTED_UNCONFIRMED	= 2,
	PRINTPORT_PRINTED_NO		= 3,
};

/**
 * struct printport_job_result - the account of one job
 * @id: the job's id
 * @state: enum printport_job_state
 * @error: 0, or the errno (positive) for which the job failed or was aborted
 * @flags: PRINTPORT_JOB_F_*
 * @bytes_accepted: bytes that write took for this job
 * @bytes_delivered: bytes that the printer took
 * @bytes_lost: accepted bytes that will not be delivered. Accepted is the sum
 *	of delivered and lost once the state is COMPLETED, ABORTED or FAILED. A byte
 *	that a language monitor has replaced counts as delivered when what stands for
 *	it was.
 * @duration_ns: from the job's start to its last byte, or until now
 * @bytes_sent: bytes that the printer took for this job, what a language monitor has
 *	added included
 * @printed: enum printport_printed
 * @pages: pages printed, as the language monitor says; 0 if unknown
 */
struct printport_job_result {
	__u32 id;
	__u32 state;
	__u32 error;
	__u32 flags;
	__u64 bytes_accepted;
	__u64 bytes_delivered;
	__u64 bytes_lost;
	__u64 duration_ns;
	__u64 bytes_sent;
	__u32 printed;
	__u32 pages;
};

/**
 * enum printport_wait - what an ioctl waits for
 * @PRINTPORT_WAIT_NONE: return at once
 * @PRINTPORT_WAIT_DELIVERED: until the printer took every byte of the job, or
 *	the job failed or was aborted
 * @PRINTPORT_WAIT_PRINTED: until the language monitor says what became of the job;
 *	EOPNOTSUPP on a port without one, or with one that cannot tell
 */
enum printport_wait {
	PRINTPORT_WAIT_NONE		= 0,
	PRINTPORT_WAIT_DELIVERED	= 1,
	PRINTPORT_WAIT_PRINTED		= 2,
};

/**
 * struct printport_job_query - names a job and takes its result
 * @id: in: the job, 0 for the one that is active; out: its id
 * @wait: enum printport_wait (END_JOB and GET_JOB; 0 for ABORT_JOB)
 * @timeout_ms: how long to wait without a byte of progress, 0 for no limit, at
 *	most PRINTPORT_LIMIT_MAX_MS
 * @reserved: zero
 * @result: out
 */
struct printport_job_query {
	__u32 id;
	__u32 wait;
	__u32 timeout_ms;
	__u32 reserved;
	struct printport_job_result result;
};

#define PRINTPORT_IOC_MAGIC	0xBE

/* What this port is. */
#define PRINTPORT_IOC_GET_INFO \
	_IOR(PRINTPORT_IOC_MAGIC, 0x00, struct printport_info)

/* The condition of port and printer. */
#define PRINTPORT_IOC_GET_STATUS \
	_IOR(PRINTPORT_IOC_MAGIC, 0x01, struct printport_status)

/*
 * The time limits. SET: EINVAL for one above PRINTPORT_LIMIT_MAX_MS; EBADF: not open
 * for writing.
 */
#define PRINTPORT_IOC_GET_LIMITS \
	_IOR(PRINTPORT_IOC_MAGIC, 0x02, struct printport_limits)
#define PRINTPORT_IOC_SET_LIMITS \
	_IOW(PRINTPORT_IOC_MAGIC, 0x03, struct printport_limits)

/*
 * Starts a job. Bytes of a plain write that came before it become a job of
 * their own and are ended. EBUSY: a job is active already (one that failed or was
 * aborted is ended by this). EINVAL: flags, or a
 * name or user without a NUL. EAGAIN (O_NONBLOCK): a write is under way, or
 * too many ended jobs wait for the printer; without O_NONBLOCK it waits.
 * EBADF: not open for writing.
 */
#define PRINTPORT_IOC_START_JOB \
	_IOWR(PRINTPORT_IOC_MAGIC, 0x10, struct printport_job_start)

/*
 * Ends the active job (or the bytes of plain writes so far) and, if asked,
 * waits. The job is ended even where the wait fails: ETIMEDOUT (no byte of
 * progress within timeout_ms), EINTR (a signal; wait on with GET_JOB) and
 * EOPNOTSUPP (printed, without a monitor that can tell: this one is said before the
 * job is ended). ENOENT: no job is active, or id is not the active one's. EAGAIN
 * (O_NONBLOCK): a write is under way. EBADF: not open for writing.
 * Waiting for printed fails with ENODATA where the printer does not say, and with
 * ECONNRESET where the language monitor was lost before; a job that is delivered and
 * not printed has a result with an error.
 * A result that is final counts as the report of the job's error: the next
 * write, fsync or close does not repeat it.
 */
#define PRINTPORT_IOC_END_JOB \
	_IOWR(PRINTPORT_IOC_MAGIC, 0x11, struct printport_job_query)

/*
 * Aborts the active job, or the one named by id while bytes of it are still on
 * their way: what the printer has not taken is dropped, and a write that waits
 * fails with ECANCELED. The active job then takes no more bytes: write fails with
 * ECANCELED until END_JOB or START_JOB. ENOENT: no such job, or it is over. Works
 * while another thread waits in write. EBADF: not open for writing.
 */
#define PRINTPORT_IOC_ABORT_JOB \
	_IOWR(PRINTPORT_IOC_MAGIC, 0x12, struct printport_job_query)

/*
 * The result of a job: of the active one, one that is on its way, or one of the
 * port's last 16. ENOENT: no such job. ETIMEDOUT, EINTR, EOPNOTSUPP as END_JOB.
 * END_JOB and GET_JOB fill in the result also where they fail with ETIMEDOUT,
 * EINTR, ENODATA, ECONNRESET or ENODEV.
 */
#define PRINTPORT_IOC_GET_JOB \
	_IOWR(PRINTPORT_IOC_MAGIC, 0x13, struct printport_job_query)

/*
 * Resets the printer (USB SOFT_RESET, parallel nInit). Bytes in the queue stay
 * there. EOPNOTSUPP: the transport cannot. EBADF: not open for writing.
 */
#define PRINTPORT_IOC_RESET	_IO(PRINTPORT_IOC_MAGIC, 0x20)

/* The longest question, and the longest answer. */
#define PRINTPORT_QUERY_MAX	4096U

/**
 * struct printport_query - a question to the language monitor, and its answer
 * @question: address of the question
 * @answer: address of room for the answer
 * @question_len: bytes of the question, 1 to PRINTPORT_QUERY_MAX
 * @answer_len: in: bytes of room; out: length of the answer, of which no more than
 *	there is room for was stored
 * @timeout_ms: how long to wait, 0 for the port's limit (limits/monitor_ms), at most
 *	PRINTPORT_LIMIT_MAX_MS
 * @reserved: zero
 */
struct printport_query {
	__u64 question;
	__u64 answer;
	__u32 question_len;
	__u32 answer_len;
	__u32 timeout_ms;
	__u32 reserved;
};

/*
 * Asks the language monitor; what can be asked is the language's (see the monitor's
 * documentation). EOPNOTSUPP: there is none; ENOENT: it does not know the question;
 * ETIMEDOUT: no answer in time; EAGAIN: too many questions wait; or what it says.
 */
#define PRINTPORT_IOC_QUERY \
	_IOWR(PRINTPORT_IOC_MAGIC, 0x30, struct printport_query)

#endif /* _UAPI_LINUX_PRINTPORT_H */
