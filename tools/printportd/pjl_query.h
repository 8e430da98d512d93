/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions that a PJL printer answers (INFO), and who waits for the answers. */
#ifndef PRINTPORTD_PJL_QUERY_H
#define PRINTPORTD_PJL_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pjl_job.h"
#include "pjl_parser.h"

/* The most questions of others that wait; one more place is kept for the monitor. */
#define PJL_QUERIES_MAX		8

#define PJL_CATEGORY_MAX	16

/**
 * struct pjl_query - a question
 * @category: what is asked for, in capitals, such as "ID"
 * @query: who asks; 0: the monitor itself
 * @due: when it is too late for an answer
 * @sent: the printer has been asked
 */
struct pjl_query {
	char category[PJL_CATEGORY_MAX];
	uint32_t query;
	uint64_t due;
	bool sent;
};

/**
 * struct pjl_queries - the questions that wait, in order; all zero is a valid start
 * @count: how many
 * @query: the questions
 */
struct pjl_queries {
	size_t count;
	struct pjl_query query[PJL_QUERIES_MAX + 1];
};

/*
 * Makes the category of a key such as "ID", "info id" or "pjl:INFO ID". @category has
 * room for PJL_CATEGORY_MAX bytes. Returns false if the printer cannot be asked that.
 */
bool pjl_query_category(const char *key, char *category);

/*
 * Adds a question; one that the printer has been asked already shares the answer. Returns
 * 0 or -EAGAIN: too many wait.
 */
int pjl_queries_add(struct pjl_queries *queries, const char *category, uint32_t query,
		    uint64_t due);
/* Whether the monitor itself has asked. */
bool pjl_queries_own(const struct pjl_queries *queries);
bool pjl_queries_unsent(const struct pjl_queries *queries);

/*
 * Adds the commands for all questions that were not sent, each of them once, and takes
 * them as sent.
 */
void pjl_queries_send(struct pjl_queries *queries, struct pjl_wrap *wrap);

/* Takes the first question about @category that was sent. */
bool pjl_queries_take(struct pjl_queries *queries, const char *category,
		      struct pjl_query *taken);
/* Takes the first question that is due at @now. */
bool pjl_queries_take_due(struct pjl_queries *queries, uint64_t now,
			  struct pjl_query *taken);
/* When the first one is due, 0: none waits. */
uint64_t pjl_queries_due(const struct pjl_queries *queries);

/*
 * Makes the answer to a question of a message of type PJL_INFO: its lines, without their
 * carriage returns and without the last line's end; of ID without quotes. @buf has
 * room for @size bytes. Returns its length; -EOPNOTSUPP: the printer does not know the
 * category; -EMSGSIZE: the answer is longer than there is room for.
 */
int pjl_query_answer(const struct pjl_message *message, char *buf, size_t size);

#endif /* PRINTPORTD_PJL_QUERY_H */
