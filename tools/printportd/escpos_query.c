// SPDX-License-Identifier: GPL-2.0-or-later
/* Questions to ESC/POS printers: what they are (GS I), and how they are, as last heard. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "escpos.h"

#define PREFIX		"escpos:"
/* The least n of GS I that is answered by a block and not by a byte. */
#define FIRST_BLOCK	32

/* Epson, ESC/POS command reference, GS I: printer ID and printer information B. */
static const struct {
	const char *key;
	uint8_t n;
} identity[] = {
	{ "id", 1 },
	{ "type", 2 },
	{ "rom", 3 },
	{ "firmware", 65 },
	{ "maker", 66 },
	{ "model", 67 },
	{ "serial", 68 },
	{ "font", 69 },
	{ NULL, 0 }
};

static uint8_t find_identity(const char *key)
{
	size_t i;

	for (i = 0; identity[i].key && strcasecmp(identity[i].key, key); i++)
		;
	return identity[i].n;
}

static int answer_text(struct escpos *escpos, uint32_t query, const char *text)
{
	printport_monitor_answer(escpos->monitor, query, 0, text, strlen(text));
	return PRINTPORT_MONITOR_LATER;
}

static const char *drawer(const struct escpos *escpos)
{
	bool high = escpos->conditions & ESCPOS_DRAWER_HIGH;

	if (!escpos->heard)
		return "unknown";
	return high == !!escpos->option[ESCPOS_DRAWER_OPEN_HIGH] ? "open" : "closed";
}

static const char *paper(const struct escpos *escpos)
{
	if (!escpos->heard)
		return "unknown";
	if (escpos->conditions & (ESCPOS_PAPER_OUT | ESCPOS_PAPER_STOP))
		return "out";
	return escpos->conditions & ESCPOS_PAPER_LOW ? "low" : "ok";
}

static int answer_reasons(struct escpos *escpos, uint32_t query)
{
	char text[256];

	if (!escpos->heard)
		return answer_text(escpos, query, "unknown");
	escpos_reasons_text(escpos_reasons(escpos->conditions), text, sizeof(text));
	return answer_text(escpos, query, text);
}

static int enqueue(struct escpos *escpos, uint32_t query, uint8_t n)
{
	struct escpos_question *question;

	if (escpos->n_questions == ESCPOS_QUESTIONS_MAX)
		return -EAGAIN;
	question = &escpos->questions[escpos->n_questions++];
	question->query = query;
	question->n = n;
	question->until = escpos_now(escpos) + escpos->option[ESCPOS_QUERY_MS];
	return PRINTPORT_MONITOR_LATER;
}

int escpos_query(struct escpos *escpos, uint32_t query, const char *key)
{
	uint8_t n;

	if (!strncasecmp(key, PREFIX, strlen(PREFIX)))
		key += strlen(PREFIX);
	if (!strcasecmp(key, "drawer"))
		return answer_text(escpos, query, drawer(escpos));
	if (!strcasecmp(key, "paper"))
		return answer_text(escpos, query, paper(escpos));
	if (!strcasecmp(key, "reasons"))
		return answer_reasons(escpos, query);
	n = find_identity(key);
	return n ? enqueue(escpos, query, n) : -ENOENT;
}

/* Takes out the first question that asks for @n (0: for anything). */
static bool take(struct escpos *escpos, uint8_t n, uint32_t *query)
{
	struct escpos_question *question = escpos->questions;
	struct escpos_question *end = question + escpos->n_questions;

	while (question < end && n && question->n != n)
		question++;
	if (question == end)
		return false;
	*query = question->query;
	memmove(question, question + 1, (size_t)(end - question - 1) * sizeof(*question));
	escpos->n_questions--;
	return true;
}

static void answer_all(struct escpos *escpos, uint8_t n, int error, const void *buf,
		       size_t len)
{
	size_t left = escpos->n_questions;
	uint32_t query;

	/* Who gets an answer may ask again at once. */
	for (; left && take(escpos, n, &query); left--)
		printport_monitor_answer(escpos->monitor, query, error, buf, len);
}

/*
 * Between jobs only, and not while the printer still works on one: it would answer when
 * it is through with that, and one byte may be the answer to either.
 */
static bool may_ask(const struct escpos *escpos)
{
	return !escpos->asked && !escpos->doc && !escpos->clearing && !escpos->closing &&
	       !escpos->n_jobs;
}

void escpos_query_next(struct escpos *escpos)
{
	int err;

	if (!escpos->n_questions || !may_ask(escpos))
		return;
	err = escpos_hold(escpos);
	if (err == -EBUSY || err == -EAGAIN)
		return;
	if (!err)
		err = escpos_send_question(escpos, escpos->questions[0].n);
	if (err)
		answer_all(escpos, 0, err, NULL, 0);
	else
		escpos->asked = escpos->questions[0].n;
}

static void answered(struct escpos *escpos, const void *buf, size_t len)
{
	uint8_t n = escpos->asked;

	escpos->asked = 0;
	answer_all(escpos, n, 0, buf, len);
}

bool escpos_query_byte(struct escpos *escpos, uint8_t byte)
{
	char text[8];

	if (!escpos->asked || escpos->asked >= FIRST_BLOCK)
		return false;
	snprintf(text, sizeof(text), "0x%02x", byte);
	answered(escpos, text, strlen(text));
	return true;
}

bool escpos_query_block(struct escpos *escpos, const uint8_t *data, size_t len)
{
	if (escpos->asked < FIRST_BLOCK)
		return false;
	/* Without the header and the NUL. */
	answered(escpos, data + 1, len - 2);
	return true;
}

uint64_t escpos_query_until(const struct escpos *escpos)
{
	/* All wait equally long: the oldest is the first. */
	return escpos->n_questions ? escpos->questions[0].until : 0;
}

static bool wanted(const struct escpos *escpos, uint8_t n)
{
	size_t i;

	for (i = 0; i < escpos->n_questions; i++)
		if (escpos->questions[i].n == n)
			return true;
	return false;
}

void escpos_query_expire(struct escpos *escpos)
{
	uint32_t query;

	while (escpos->n_questions && escpos_query_until(escpos) <= escpos_now(escpos) &&
	       take(escpos, 0, &query))
		printport_monitor_answer(escpos->monitor, query, -ETIMEDOUT, NULL, 0);
	if (!wanted(escpos, escpos->asked))
		escpos->asked = 0;
}
