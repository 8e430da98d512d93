// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "pjl_query.h"

static const char *const categories[] = {
	"ID", "CONFIG", "MEMORY", "STATUS", "VARIABLES", "PAGECOUNT", "USTATUS",
};

static const char *without(const char *key, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncasecmp(key, prefix, len) ? key : key + len;
}

bool pjl_query_category(const char *key, char *category)
{
	size_t i;

	key = without(key, "pjl:");
	key = without(key, "@PJL ");
	key = without(key, "INFO ");
	for (i = 0; i < sizeof(categories) / sizeof(categories[0]); i++) {
		if (strcasecmp(key, categories[i]))
			continue;
		snprintf(category, PJL_CATEGORY_MAX, "%s", categories[i]);
		return true;
	}
	return false;
}

bool pjl_queries_own(const struct pjl_queries *queries)
{
	size_t i;

	for (i = 0; i < queries->count; i++)
		if (!queries->query[i].query)
			return true;
	return false;
}

static bool is_on_its_way(const struct pjl_queries *queries, const char *category)
{
	size_t i;

	for (i = 0; i < queries->count; i++)
		if (queries->query[i].sent && !strcmp(queries->query[i].category, category))
			return true;
	return false;
}

int pjl_queries_add(struct pjl_queries *queries, const char *category, uint32_t query,
		    uint64_t due)
{
	size_t others = queries->count - pjl_queries_own(queries);
	bool sent = is_on_its_way(queries, category);
	struct pjl_query *added;

	if (query ? others == PJL_QUERIES_MAX : pjl_queries_own(queries))
		return -EAGAIN;
	added = &queries->query[queries->count++];
	*added = (struct pjl_query){ .query = query, .due = due, .sent = sent };
	snprintf(added->category, sizeof(added->category), "%s", category);
	return 0;
}

bool pjl_queries_unsent(const struct pjl_queries *queries)
{
	size_t i;

	for (i = 0; i < queries->count; i++)
		if (!queries->query[i].sent)
			return true;
	return false;
}

void pjl_queries_send(struct pjl_queries *queries, struct pjl_wrap *wrap)
{
	char line[PJL_CATEGORY_MAX + 32];
	struct pjl_query *query;
	size_t i;

	for (i = 0; i < queries->count; i++) {
		query = &queries->query[i];
		if (query->sent)
			continue;
		if (!is_on_its_way(queries, query->category)) {
			snprintf(line, sizeof(line), "@PJL INFO %s\r\n", query->category);
			pjl_wrap_add(wrap, line);
		}
		query->sent = true;
	}
}

static void take(struct pjl_queries *queries, size_t index, struct pjl_query *taken)
{
	*taken = queries->query[index];
	queries->count--;
	memmove(&queries->query[index], &queries->query[index + 1],
		(queries->count - index) * sizeof(queries->query[0]));
}

bool pjl_queries_take(struct pjl_queries *queries, const char *category,
		      struct pjl_query *taken)
{
	size_t i;

	for (i = 0; i < queries->count; i++) {
		if (!queries->query[i].sent || strcmp(queries->query[i].category, category))
			continue;
		take(queries, i, taken);
		return true;
	}
	return false;
}

bool pjl_queries_take_due(struct pjl_queries *queries, uint64_t now,
			  struct pjl_query *taken)
{
	size_t i;

	for (i = 0; i < queries->count; i++) {
		if (queries->query[i].due > now)
			continue;
		take(queries, i, taken);
		return true;
	}
	return false;
}

uint64_t pjl_queries_due(const struct pjl_queries *queries)
{
	uint64_t due = 0;
	size_t i;

	for (i = 0; i < queries->count; i++)
		if (!due || queries->query[i].due < due)
			due = queries->query[i].due;
	return due;
}

static void strip_quotes(char *buf, int *len)
{
	if (*len < 2 || buf[0] != '"' || buf[*len - 1] != '"')
		return;
	*len -= 2;
	memmove(buf, buf + 1, (size_t)*len);
}

int pjl_query_answer(const struct pjl_message *message, char *buf, size_t size)
{
	size_t i, len = 0;
	int end;

	if (message->truncated)
		return -EMSGSIZE;
	for (i = 0; i < message->body_len; i++) {
		if (message->body[i] == '\r')
			continue;
		if (len == size)
			return -EMSGSIZE;
		buf[len++] = message->body[i];
	}
	while (len && buf[len - 1] == '\n')
		len--;
	end = (int)len;
	if (!strcmp(message->category, "ID"))
		strip_quotes(buf, &end);
	if ((end == 1 && buf[0] == '?') || (end == 3 && !memcmp(buf, "\"?\"", 3)))
		return -EOPNOTSUPP;
	return end;
}
