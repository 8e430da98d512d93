/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * printportctl doctor. A check is a function that looks at one part of the system and adds
 * findings; a finding may have a fix. doctor.c calls the checks, again after each round of
 * fixes, so that the findings that are shown are of what is.
 */
#ifndef PRINTPORTCTL_DOCTOR_H
#define PRINTPORTCTL_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <printport.h>

#define DOCTOR_FINDINGS_MAX	200
#define DOCTOR_INTERFACES_MAX	64
#define DOCTOR_PARPORTS_MAX	32
#define DOCTOR_ERROR_MAX	512
/* The longest that another program may take. */
#define DOCTOR_PROGRAM_MS	20000

enum doctor_severity { DOCTOR_NOTE, DOCTOR_WARNING, DOCTOR_ERROR };

/*
 * @severity: a warning or an error is something wrong
 * @id: stable, for programs
 * @subject: the port, module, USB interface or file that it is about, for @fix too
 * @what, @why: sentences
 * @advice: a command, or a sentence where there is none
 * @fix_text: what the fix does, "load the module X"; NULL: there is none
 * @fix: does it. 0, or -1 and why not in @error (DOCTOR_ERROR_MAX bytes)
 */
struct doctor_finding {
	enum doctor_severity severity;
	const char *id;
	char *subject;
	char *what;
	char *why;
	char *advice;
	char *fix_text;
	int (*fix)(const char *subject, char *error);
};

/* An interface of a USB device that is of the printer class. */
struct doctor_interface {
	char name[32];		/* 1-1:1.0 */
	char device[32];	/* 1-1 */
	char driver[32];	/* "" if there is none */
	char title[128];	/* Acme Mono 1 */
	char serial[128];
	bool ipp;		/* IPP over USB: not ours */
};

/* Of one round. */
struct doctor {
	struct doctor_finding findings[DOCTOR_FINDINGS_MAX];
	size_t count;
	struct printport_entry *ports;
	size_t port_count;
	struct doctor_interface interfaces[DOCTOR_INTERFACES_MAX];
	size_t interface_count;
	char parports[DOCTOR_PARPORTS_MAX][16];
	size_t parport_count;
};

/*
 * A finding without texts yet. Never NULL: what is too much is thrown away. All texts are
 * cleaned (clean_text()) on their way in.
 */
struct doctor_finding *doctor_add(struct doctor *doctor, enum doctor_severity severity,
				  const char *id, const char *subject);

void doctor_what(struct doctor_finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void doctor_why(struct doctor_finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void doctor_advice(struct doctor_finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void doctor_fix(struct doctor_finding *finding, int (*fix)(const char *subject, char *error),
		const char *format, ...) __attribute__((format(printf, 3, 4)));

/* For a fix: says why not, and returns -1. */
int doctor_fail(char *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What there is. */
void doctor_look(struct doctor *doctor);
void doctor_clear(struct doctor *doctor);

/* The checks. */
void doctor_check_modules(struct doctor *doctor);
void doctor_check_usb(struct doctor *doctor);
void doctor_check_parallel(struct doctor *doctor);
void doctor_check_udev(struct doctor *doctor);
void doctor_check_nodes(struct doctor *doctor);
void doctor_check_ports(struct doctor *doctor);
void doctor_check_twins(struct doctor *doctor);
void doctor_check_daemon(struct doctor *doctor);
void doctor_check_config(struct doctor *doctor);
void doctor_check_cups(struct doctor *doctor);

/* Whether printers that printport_usb could drive, or drives, are plugged in. */
bool doctor_has_usb_printers(const struct doctor *doctor);

/*
 * Who has the device with number @dev ("189:1", as in sysfs) open: "cat (process 12), ..."
 * Returns how many were found; who is not root sees only his own.
 */
size_t doctor_holders(const char *dev, char *text, size_t size);

/* The name for a port that outlasts unplugging: "by-id/...", or printportN. */
void doctor_lasting_name(const struct printport_entry *entry, char *name, size_t size);

/* The report as text; @would: fixes are not going to be done, only told. */
void doctor_show(const struct doctor *doctor, bool would);
/* The same for programs; @done: lines that say what was done. */
void doctor_show_json(const struct doctor *doctor, char *const *done, size_t done_count);

#endif
