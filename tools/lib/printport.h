/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libprintport: print ports, for spoolers and for whoever wants to know how they are.
 *
 *	err = printport_open_port("printport0", 0, &port);
 *	err = printport_start_doc(port, "letter.ps", "anna", &id);
 *	err = printport_write(port, buf, len, NULL);
 *	err = printport_end_doc(port, PRINTPORT_WAIT_DELIVERED, 0, &result);
 *	err = printport_close_port(port);
 *
 * Errors are negative errnos, sizes are bytes, times are milliseconds. What a port is,
 * what can go wrong and what the structures mean is in printport(4) and
 * <linux/printport.h>. A port may be used by several threads as a descriptor may.
 */
#ifndef PRINTPORT_H
#define PRINTPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/printport.h>

#ifdef __cplusplus
extern "C" {
#endif

struct printport_port;

/* printport_open_port(): do not wait, neither in it nor in what follows. */
#define PRINTPORT_OPEN_NONBLOCK		(1U << 0)
/* Only read and look: no job, no write. */
#define PRINTPORT_OPEN_READ_ONLY	(1U << 1)
/* Only write: for ports that must not be read, or nodes that may not be. */
#define PRINTPORT_OPEN_WRITE_ONLY	(1U << 2)

/* --- a port that is held (OpenPort ... ClosePort) --------------------------------- */

/**
 * printport_open_port - open a port, as its spooler
 * @name: "3", "printport3", a whole path, a link that udev keeps ("by-id/usb-ACME_X_1",
 *	"by-path/...", "by-name/till"), or a configured name ("till")
 * @flags: PRINTPORT_OPEN_*
 * @port: out
 *
 * Returns 0, -EBUSY (somebody holds it, or it is draining), -ENOENT, -ENODEV, -EACCES,
 * -EINVAL (name or flags), -ENOMEM, what the language monitor says, or another -errno.
 */
int printport_open_port(const char *name, unsigned int flags, struct printport_port **port);

/*
 * Closes the port and frees @port, also where it fails: -EIO and others say that bytes
 * were lost since the last report. NULL is allowed. A job that was not ended is aborted.
 */
int printport_close_port(struct printport_port *port);

/* The descriptor, for poll(2) and ioctl(2). */
int printport_port_fd(const struct printport_port *port);

/**
 * printport_start_doc - start a job
 * @port: the port
 * @name: of the document, UTF-8; NULL: none. What is longer than the kernel takes is cut.
 * @user: whose it is, likewise
 * @id: out: the job's id; NULL: not of interest
 *
 * Returns 0, -EBUSY (a job is active), -EAGAIN, -ENODEV, or another -errno.
 */
int printport_start_doc(struct printport_port *port, const char *name, const char *user,
			uint32_t *id);

/**
 * printport_write - write all of it
 * @port: the port
 * @buf: the bytes
 * @len: how many
 * @written: out: how many were accepted, also where it fails; NULL: not of interest
 *
 * Returns 0, or -errno: -EAGAIN (PRINTPORT_OPEN_NONBLOCK: no room), -EINTR (a signal),
 * -ETIMEDOUT, -ECANCELED (the job was aborted), -EIO (bytes were lost), -ENODEV.
 */
int printport_write(struct printport_port *port, const void *buf, size_t len, size_t *written);

/* Reads what the printer says: how many bytes, 0 at the end, or -errno. */
ssize_t printport_read(struct printport_port *port, void *buf, size_t len);

/* Waits until everything that was written is delivered. Returns 0 or -errno. */
int printport_flush(struct printport_port *port);

/**
 * printport_end_doc - end the job
 * @port: the port
 * @wait: enum printport_wait: for nothing, until delivered, or until printed
 * @timeout_ms: without a byte of progress; 0: no limit
 * @result: out: the job's account so far; NULL: not of interest
 *
 * Returns 0 or -errno: -ETIMEDOUT, -EINTR (both: the job is ended all the same; wait on
 * with printport_get_job()), -EOPNOTSUPP (printed, without a monitor that can tell),
 * -ENODATA (the printer does not say), -ECONNRESET (printed: the language monitor was
 * lost), -ENOENT (no job), -ENODEV. A job that failed is no error of this call: see
 * @result->state and @result->error.
 */
int printport_end_doc(struct printport_port *port, unsigned int wait, unsigned int timeout_ms,
		      struct printport_job_result *result);

/*
 * Aborts job @id (0: the active one). Returns 0, -ENOENT, or another -errno. Here and in the
 * next one @result is left alone if nothing is known of the job.
 */
int printport_abort_doc(struct printport_port *port, uint32_t id,
			struct printport_job_result *result);

/* The result of job @id (0: the active one); may wait. Errors as printport_end_doc(). */
int printport_get_job(struct printport_port *port, uint32_t id, unsigned int wait,
		      unsigned int timeout_ms, struct printport_job_result *result);

int printport_get_info(struct printport_port *port, struct printport_info *info);
int printport_get_status(struct printport_port *port, struct printport_status *status);
int printport_get_limits(struct printport_port *port, struct printport_limits *limits);
int printport_set_limits(struct printport_port *port, const struct printport_limits *limits);
int printport_reset(struct printport_port *port);

/*
 * The printer's IEEE 1284 device id as it is (untrusted bytes), without its length, cut
 * to @size - 1 bytes and NUL-terminated. Returns its whole length, or -errno: -EIO: none.
 */
ssize_t printport_get_device_id(struct printport_port *port, char *buf, size_t size);

/**
 * printport_get_printer_data - ask the language monitor
 * @port: the port
 * @key: the question, such as "pages"; see the language's documentation
 * @buf: out: the answer, cut to @size bytes; no NUL is added
 * @size: bytes at @buf
 * @timeout_ms: 0: the port's limits/monitor_ms
 *
 * Returns the whole length of the answer, or -errno: -EOPNOTSUPP (no monitor), -ENOENT (it
 * does not know), -ETIMEDOUT, -EAGAIN, -EINVAL (key), or what the monitor says.
 */
ssize_t printport_get_printer_data(struct printport_port *port, const char *key, void *buf,
				   size_t size, unsigned int timeout_ms);

/* --- ports, whoever holds them (EnumPorts) ------------------------------------------ */

/**
 * struct printport_entry - a port as sysfs describes it
 * @index: the N of /dev/printportN
 * @name: printportN
 * @node: /dev/printportN
 * @transport: "usb", "parport", "sim"
 * @state: "closed", "open", "draining", "gone"
 * @status: "idle", "processing", "stopped"
 * @monitor: the language monitor, or "none"
 * @device_id: the printer's device id, with what is not printable replaced
 * @reasons: PRINTPORT_REASON_* bits
 */
struct printport_entry {
	unsigned int index;
	char name[32];
	char node[40];
	char transport[PRINTPORT_TRANSPORT_LEN];
	char state[16];
	char status[16];
	char monitor[40];
	char device_id[1100];
	uint64_t reasons;
};

/*
 * All ports, by index. @list is to be freed with free(3); NULL if there is none. Returns
 * their number, or -errno: -ENOENT: the kernel module is not loaded.
 */
ssize_t printport_enum_ports(struct printport_entry **list);

/*
 * One of them, by a name as in printport_open_port(). Returns 0, -EINVAL (no such form, or
 * a path that leads to no port), -ENOENT (no such port or link), or another -errno.
 */
int printport_get_entry(const char *name, struct printport_entry *entry);

/*
 * The value of a key of a device id ("MFG:ACME;MDL:X;"), compared without case, cut to
 * @size - 1 bytes. Returns whether there is such a key.
 */
bool printport_device_id_value(const char *device_id, const char *key, char *value,
			       size_t size);

/* --- status reasons --------------------------------------------------------------------- */

/* Room for all reasons and a NUL. */
#define PRINTPORT_REASONS_TEXT	256

/* The keyword of one PRINTPORT_REASON_* bit, or NULL. */
const char *printport_reason_name(uint64_t reason);

/*
 * Keywords separated by spaces, or "none". Returns the length of the whole text, which
 * is cut to @size - 1 bytes.
 */
size_t printport_reasons_format(uint64_t reasons, char *text, size_t size);

/*
 * The opposite; separators are white space and commas. Returns 0, or -EINVAL for a word
 * that is no keyword, and then leaves @reasons alone.
 */
int printport_reasons_parse(const char *text, uint64_t *reasons);

#ifdef __cplusplus
}
#endif

#endif /* PRINTPORT_H */
