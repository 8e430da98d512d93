/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A laser printer that speaks PJL, PCL, PostScript and plain text, as HP's Printer Job
 * Language Technical Reference Manual (5021-0380) describes a LaserJet 4 or later. The
 * stream (pjl_laser.c) is cut into lines of PJL (pjl_commands.c) and data of jobs
 * (pjl_job.c).
 */
#ifndef PRINTERS_PJL_LASER_H
#define PRINTERS_PJL_LASER_H

#include "pjl_line.h"
#include "pjl_pages.h"
#include "pjl_variables.h"
#include "printer.h"

#define PJL_NAME_MAX	80
#define PJL_DISPLAY_MAX	80
#define PJL_DEPTH_MAX	32
#define PJL_UEL		"\033%-12345X"
#define PJL_UEL_LEN	9

enum pjl_device { PJL_DEVICE_OFF, PJL_DEVICE_ON, PJL_DEVICE_VERBOSE };

/* Where in the stream the printer is. */
enum pjl_place {
	PJL_IN_DATA,		/* of a printer language */
	PJL_LINE_BEGIN,		/* @PJL, a universal exit, or data may follow */
	PJL_IN_LINE,
	PJL_SKIP_LINE,		/* the rest of one that is too long */
};

/* struct pjl_status - what the panel shows, with its status code */
struct pjl_status {
	unsigned int code;
	char display[PJL_DISPLAY_MAX + 1];
	bool online;
};

/* struct pjl_level - a JOB that was not ended, one inside the other */
struct pjl_level {
	char name[PJL_NAME_MAX];
	size_t name_len;
	unsigned int pages;
	unsigned int id;
	bool cancelled;
};

/**
 * struct laser - the printer's state
 * @model: what INFO ID says
 * @page_count: what INFO PAGECOUNT says
 * @place: where in the stream it is
 * @held: bytes that may become a universal exit or @PJL
 * @held_len: how many
 * @line: the line of PJL so far
 * @line_len: of it
 * @pages: where pages end
 * @language: what ENTER LANGUAGE asked for; PAGES_AUTO: to be guessed
 * @depth: JOBs that were not ended
 * @levels: those
 * @in_job: a job, with or without JOB, was begun
 * @ending: the job without JOB ends when its last page is printed
 * @stray: 1: white space only was seen where PJL might have been meant; more: and that
 *	much of @PJL; 0: no
 * @data_at: when data came last
 * @cancelling: bytes are thrown away until the job ends
 * @job_bytes: data of this job
 * @job_pages: printed pages of this job
 * @formatted: all its pages, also those that START and END leave out
 * @first_page: START of the job
 * @last_page: END of the job, 0: to its end
 * @job_id: of the last JOB
 * @job_display: what JOB wants on the panel
 * @ready_message: RDYMSG
 * @operator_message: OPMSG or STMSG, until a key is pressed
 * @wants_key: it was STMSG: the key is reported
 * @device, @job_status, @page_status, @timed: USTATUS
 * @timed_at: when the next timed status is due
 * @shown: the status that was reported last
 * @variables: the environment
 */
struct laser {
	char model[64];
	uint64_t page_count;
	enum pjl_place place;
	uint8_t held[PJL_UEL_LEN];
	size_t held_len;
	char line[PJL_LINE_MAX];
	size_t line_len;
	struct pages pages;
	enum pages_language language;
	unsigned int depth;
	struct pjl_level levels[PJL_DEPTH_MAX];
	bool in_job;
	bool ending;
	unsigned int stray;
	uint64_t data_at;
	bool cancelling;
	uint64_t job_bytes;
	unsigned int job_pages;
	uint64_t formatted;
	uint64_t first_page;
	uint64_t last_page;
	unsigned int job_id;
	char job_display[PJL_DISPLAY_MAX + 1];
	char ready_message[PJL_DISPLAY_MAX + 1];
	char operator_message[PJL_DISPLAY_MAX + 1];
	bool wants_key;
	enum pjl_device device;
	bool job_status;
	bool page_status;
	unsigned int timed;
	uint64_t timed_at;
	struct pjl_status shown;
	struct pjl_variables variables;
};

static inline struct laser *laser_of(struct printer *printer)
{
	return printer->data;
}

/* pjl_status.c: what the printer says of itself */
void pjl_say(struct printer *printer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
struct pjl_status pjl_status(struct printer *printer);
/* "CODE=...", three lines. */
void pjl_say_status(struct printer *printer, const char *header);
/* Reports the status if it is another one than before. */
void pjl_status_changed(struct printer *printer);
/* Counts and logs an error of the protocol, and reports it with USTATUS DEVICE=VERBOSE. */
void pjl_wrong(struct printer *printer, int code, const char *what);
/* Whether the engine, or the operator's attention, is wanted before data is processed. */
bool pjl_is_stopped(struct printer *printer);

/* pjl_commands.c: a line, without "@PJL" and without its end */
void pjl_run_line(struct printer *printer, char *text, size_t len);

/* pjl_info.c: the answers of INFO */
void pjl_info(struct printer *printer, const char *category);

/* pjl_job.c: jobs, by JOB and EOJ or without them */
void pjl_job(struct printer *printer, const struct pjl_line *line);
void pjl_eoj(struct printer *printer, const struct pjl_line *line);
/* A byte of the job's data. */
void pjl_data(struct printer *printer, uint8_t byte);
/* A universal exit, or that nothing comes any more, ends the data. */
void pjl_data_end(struct printer *printer);
void pjl_page_printed(struct printer *printer);
bool pjl_cancel(struct printer *printer);
/* The job is over, for a reason other than its end. */
void pjl_job_lost(struct printer *printer, const char *result);

#endif /* PRINTERS_PJL_LASER_H */
