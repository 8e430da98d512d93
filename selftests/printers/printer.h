/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An emulated printer: what all of them have in common. Bytes come in from a node, wait
 * in the receive buffer, and are processed by the printer's language as fast as its
 * engine goes; what the printer says goes out through the back channel.
 */
#ifndef PRINTERS_PRINTER_H
#define PRINTERS_PRINTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What can be wrong with a printer, or be reported by it. */
#define CONDITION_PAPER_OUT	(1U << 0)
#define CONDITION_PAPER_LOW	(1U << 1)
#define CONDITION_COVER_OPEN	(1U << 2)
#define CONDITION_JAM		(1U << 3)
#define CONDITION_TONER_LOW	(1U << 4)
#define CONDITION_TONER_EMPTY	(1U << 5)
#define CONDITION_OFFLINE	(1U << 6)
#define CONDITION_OUTPUT_FULL	(1U << 7)
#define CONDITION_CUTTER_ERROR	(1U << 8)
#define CONDITION_ERROR		(1U << 9)	/* not recoverable */
#define CONDITION_OVERHEAT	(1U << 10)	/* goes away by itself */
#define CONDITION_DRAWER_OPEN	(1U << 11)
#define CONDITION_FEED_BUTTON	(1U << 12)

/* Those that only tell something; all others stop the engine. */
#define CONDITION_HARMLESS	(CONDITION_PAPER_LOW | CONDITION_TONER_LOW | \
				 CONDITION_DRAWER_OPEN)

/* The gadget printer hands out its data in pieces of this size. */
#define READ_SIZE		8192
#define RECEIVE_BUFFER_MAX	(1 << 20)
/* Bytes that the back channel keeps for a spooler that does not read. */
#define BACK_CHANNEL_SIZE	65536

struct printer;

/**
 * struct printer_language - how one kind of printer behaves
 * @name: for messages and the log
 * @conditions: CONDITION_* bits that this kind of printer can have
 * @process: handles bytes of the receive buffer; returns how many. It stops where
 *	printer_is_busy() becomes true, and returns 0 where it cannot go on now
 * @received: sees bytes as they arrive, before they are processed, for commands that
 *	act at once; may be NULL
 * @page_printed: the page of printer_eject() is in the tray
 * @changed: the conditions were @old and are others now
 * @power_on: the printer is switched on: all settings are the factory's. Also called first
 * @cancel: somebody pressed the key; returns false if there is no such key
 * @key: another key of the panel; returns false if there is no such key. May be NULL
 * @deadline: when @tick is to be called, in ms of printer_now(), 0: never. May be NULL
 * @tick: the time has come. May be NULL
 * @end: nothing more comes
 */
struct printer_language {
	const char *name;
	uint32_t conditions;
	size_t (*process)(struct printer *printer, const uint8_t *buf, size_t len);
	void (*received)(struct printer *printer, const uint8_t *buf, size_t len);
	void (*page_printed)(struct printer *printer);
	void (*changed)(struct printer *printer, uint32_t old);
	void (*power_on)(struct printer *printer);
	bool (*cancel)(struct printer *printer);
	bool (*key)(struct printer *printer, const char *name);
	uint64_t (*deadline)(struct printer *printer);
	void (*tick)(struct printer *printer);
	void (*end)(struct printer *printer);
};

/**
 * struct printer - a printer that is switched on
 * @language: how it behaves
 * @data: the language's own
 * @conditions: CONDITION_* bits that hold now
 * @page_ms: what a page takes
 * @speed: bytes a second that are processed, 0: no limit
 * @chunk: bytes that one write to the back channel takes, 0: no limit
 * @silent: nothing is said
 * @no_eoj: the end of a job is not reported
 * @ejecting: a page is on its way
 * @eject_at: when it is printed, unless a condition stops the engine
 * @receive: the receive buffer, of @receive_size bytes
 * @receive_begin: its first byte that is not processed
 * @receive_end: behind its last byte
 * @speed_at: since when @speed has not been used up, in microseconds
 * @back: what is to be said
 * @back_len: how much that is
 * @bytes: received since the program began
 * @processed: bytes that were processed, of those
 * @pages: printed since the program began
 * @jobs_started: likewise
 * @jobs_ended: likewise
 * @errors: violations of the protocol, likewise
 * @over: the program is to end
 */
struct printer {
	const struct printer_language *language;
	void *data;
	uint32_t conditions;
	unsigned int page_ms;
	uint64_t speed;
	size_t chunk;
	bool silent;
	bool no_eoj;
	bool ejecting;
	uint64_t eject_at;
	uint8_t *receive;
	size_t receive_size;
	size_t receive_begin;
	size_t receive_end;
	uint64_t speed_at;
	uint8_t back[BACK_CHANNEL_SIZE];
	size_t back_len;
	uint64_t bytes;
	uint64_t processed;
	uint64_t pages;
	uint64_t jobs_started;
	uint64_t jobs_ended;
	uint64_t errors;
	bool over;
};

/* Milliseconds and microseconds of a clock that does not jump; never 0. */
uint64_t printer_now(void);
uint64_t printer_now_us(void);

/* Room for the receive buffer. Returns false if there is no memory. */
bool printer_init(struct printer *printer, const struct printer_language *language,
		  void *data, size_t receive_size);
void printer_free(struct printer *printer);

/* Whether a condition keeps the engine from printing. */
bool printer_is_stopped(const struct printer *printer);
/* Whether nothing can be processed now: a page is on its way, or nobody listens. */
bool printer_is_busy(const struct printer *printer);
/* Whether all that came is printed. */
bool printer_is_idle(const struct printer *printer);

/* Where to put what arrives: @len is 0 unless at least READ_SIZE bytes have room. */
uint8_t *printer_room(struct printer *printer, size_t *len);
/* That many bytes were put there. */
void printer_receive(struct printer *printer, size_t len);

/* Does what can be done now; whether there was anything. */
bool printer_work(struct printer *printer);
/* When there is something to do again, in ms of printer_now(); 0: not by time. */
uint64_t printer_deadline(struct printer *printer);
/* Forgets what was received and not processed, the last @keep bytes excepted. */
void printer_drop(struct printer *printer, size_t keep);
/* Nothing more comes. */
void printer_end(struct printer *printer);

/* Prints a page: takes its time, then page_printed() is called. */
void printer_eject(struct printer *printer);
/* Says something; all of it or, if the back channel is full, nothing. */
void printer_say(struct printer *printer, const void *buf, size_t len);
/* That many bytes of @back are on their way. */
void printer_said(struct printer *printer, size_t len);

/* Something that the reference does not allow: counted and logged. */
void printer_error(struct printer *printer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Something odd that printers ignore: logged. */
void printer_warn(struct printer *printer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A condition, by its name in commands; 0: there is none of this name. */
uint32_t condition_by_name(const char *name);
/* Returns false if this kind of printer cannot have the condition. */
bool printer_set_condition(struct printer *printer, uint32_t condition, bool on);
void printer_power_cycle(struct printer *printer);

#endif /* PRINTERS_PRINTER_H */
