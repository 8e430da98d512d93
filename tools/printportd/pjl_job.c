// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pjl_job.h"

/* --- around a job -------------------------------------------------------------------- */

void pjl_wrap_add(struct pjl_wrap *wrap, const char *text)
{
	size_t len = strlen(text);

	if (len > sizeof(wrap->buf) - wrap->len)
		return;
	memcpy(wrap->buf + wrap->len, text, len);
	wrap->len += len;
}

void pjl_wrap_settings(struct pjl_wrap *wrap, unsigned int timed)
{
	char line[64];

	pjl_wrap_add(wrap, "@PJL USTATUS DEVICE = VERBOSE\r\n"
			   "@PJL USTATUS JOB = ON\r\n"
			   "@PJL USTATUS PAGE = ON\r\n");
	snprintf(line, sizeof(line), "@PJL USTATUS TIMED = %u\r\n", timed);
	pjl_wrap_add(wrap, line);
}

/* Of a byte of a string: strings have no quotes, and no control characters but HT. */
static char allowed(char c)
{
	if (c == '"')
		return '\'';
	if ((unsigned char)c < 0x20 && c != '\t')
		return '?';
	return c;
}

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Copies at most @max bytes, not cutting a UTF-8 character in two, and a NUL. */
static size_t copy_string(char *to, const char *from, size_t max)
{
	size_t i, len = strnlen(from, max + 1), back;

	if (len > max) {
		for (back = 0; back < 4 && back < max && is_continuation(from[max - back]); )
			back++;
		len = is_continuation(from[max - back]) ? max : max - back;
	}
	for (i = 0; i < len; i++)
		to[i] = allowed(from[i]);
	to[len] = 0;
	return len;
}

void pjl_job_name(char *to, const char *name, uint32_t id)
{
	char tag[16];
	int tag_len = snprintf(tag, sizeof(tag), " #%u", id);
	size_t len;

	len = copy_string(to, name[0] ? name : "job", PJL_NAME_MAX - (size_t)tag_len);
	memcpy(to + len, tag, (size_t)tag_len + 1);
}

void pjl_wrap_job(struct pjl_wrap *wrap, const char *name, const char *user)
{
	char line[2 * PJL_NAME_MAX + 64], display[PJL_NAME_MAX + 1];

	copy_string(display, user, PJL_NAME_MAX);
	if (display[0])
		snprintf(line, sizeof(line), "@PJL JOB NAME = \"%s\" DISPLAY = \"%s\"\r\n",
			 name, display);
	else
		snprintf(line, sizeof(line), "@PJL JOB NAME = \"%s\"\r\n", name);
	pjl_wrap_add(wrap, line);
}

void pjl_wrap_eoj(struct pjl_wrap *wrap, const char *name)
{
	char line[PJL_NAME_MAX + 64];

	snprintf(line, sizeof(line), "@PJL EOJ NAME = \"%s\"\r\n", name);
	pjl_wrap_add(wrap, PJL_UEL);
	pjl_wrap_add(wrap, line);
	pjl_wrap_add(wrap, PJL_UEL);
}

/*
 * Two UELs, because a transfer of counted bytes that was cut off takes what comes next
 * for its own.
 */
void pjl_wrap_reset(struct pjl_wrap *wrap, const char *name)
{
	char line[PJL_NAME_MAX + 64];

	pjl_wrap_add(wrap, PJL_UEL PJL_UEL "@PJL\r\n");
	if (name[0])
		snprintf(line, sizeof(line), "@PJL EOJ NAME = \"%s\"\r\n", name);
	else
		snprintf(line, sizeof(line), "@PJL EOJ\r\n");
	pjl_wrap_add(wrap, line);
	pjl_wrap_add(wrap, "@PJL RESET\r\n" PJL_UEL);
}

/* --- the head of a job --------------------------------------------------------------- */

struct head {
	const char *at;
	size_t len;
	bool last;
};

static void skip(struct head *head, size_t len)
{
	head->at += len;
	head->len -= len;
}

/* Whether @text comes next; PJL_HEAD_MORE: may come, PJL_HEAD_OWN_JOB: yes. */
static enum pjl_head comes(const struct head *head, const char *text)
{
	size_t len = strlen(text);

	if (memcmp(head->at, text, head->len < len ? head->len : len))
		return PJL_HEAD_DATA;
	if (head->len >= len)
		return PJL_HEAD_OWN_JOB;
	return head->last ? PJL_HEAD_DATA : PJL_HEAD_MORE;
}

/* The length of the line that comes next, its end included; 0: there is no end yet. */
static size_t line_length(const struct head *head)
{
	size_t i;

	for (i = 0; i < head->len; i++) {
		if (head->at[i] == '\n')
			return i + 1;
		if (head->at[i] == PJL_UEL[0])
			return i;
	}
	return 0;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool word_is(const char *at, size_t len, const char *word)
{
	size_t word_len = strlen(word);

	return len >= word_len && !strncasecmp(at, word, word_len) &&
	       (len == word_len || is_space(at[word_len]));
}

/* NAME = "..." in the parameters of a JOB command; anything else is passed over. */
static void own_name(const char *at, size_t len, char *name)
{
	char line[512], *from, *end;

	if (len >= sizeof(line))
		len = sizeof(line) - 1;
	memcpy(line, at, len);
	line[len] = 0;
	from = strcasestr(line, "NAME");
	if (!from)
		return;
	from += 4 + strspn(from + 4, " \t");
	if (*from != '=')
		return;
	from += 1 + strspn(from + 1, " \t");
	if (*from != '"')
		return;
	end = strchr(from + 1, '"');
	if (!end)
		return;
	*end = 0;
	copy_string(name, from + 1, PJL_NAME_MAX);
}

/* A line that begins with "@PJL". */
static enum pjl_head command_line(const char *at, size_t len, char *name)
{
	at += 4;
	len -= 4;
	if (len && !is_space(*at))
		return PJL_HEAD_DATA;
	while (len && (*at == ' ' || *at == '\t')) {
		at++;
		len--;
	}
	if (word_is(at, len, "ENTER"))
		return PJL_HEAD_DATA;
	if (!word_is(at, len, "JOB"))
		return PJL_HEAD_MORE;
	own_name(at + 3, len - 3, name);
	return PJL_HEAD_OWN_JOB;
}

/* Takes a UEL or a line of PJL off the head. PJL_HEAD_MORE: done, look at what is next. */
static enum pjl_head step(struct head *head, char *name, bool *stuck)
{
	enum pjl_head next = comes(head, PJL_UEL);
	size_t len;

	if (next == PJL_HEAD_OWN_JOB) {
		skip(head, PJL_UEL_LEN);
		return PJL_HEAD_MORE;
	}
	if (next == PJL_HEAD_DATA)
		next = comes(head, "@PJL");
	if (next == PJL_HEAD_MORE)
		*stuck = true;
	if (next != PJL_HEAD_OWN_JOB)
		return next;
	len = line_length(head);
	if (!len && !head->last) {
		*stuck = true;
		return PJL_HEAD_MORE;
	}
	if (!len)
		len = head->len;
	next = command_line(head->at, len, name);
	skip(head, len);
	return next;
}

enum pjl_head pjl_job_head(const void *buf, size_t len, bool last, char *name)
{
	struct head head = { buf, len, last };
	enum pjl_head found = PJL_HEAD_MORE;
	bool stuck = false;

	name[0] = 0;
	if (head.len >= PJL_LOOKAHEAD) {
		head.len = PJL_LOOKAHEAD;
		head.last = true;
	}
	while (found == PJL_HEAD_MORE && !stuck && head.len)
		found = step(&head, name, &stuck);
	if (found == PJL_HEAD_MORE && head.last)
		found = PJL_HEAD_DATA;
	return found;
}

/* --- jobs of which the end is waited for --------------------------------------------- */

struct pjl_job *pjl_jobs_add(struct pjl_jobs *jobs, uint32_t id)
{
	struct pjl_job *job = &jobs->job[jobs->count++];

	*job = (struct pjl_job){ .id = id };
	return job;
}

struct pjl_job *pjl_jobs_find(struct pjl_jobs *jobs, uint32_t id)
{
	size_t i;

	for (i = 0; i < jobs->count; i++)
		if (jobs->job[i].id == id)
			return &jobs->job[i];
	return NULL;
}

void pjl_jobs_remove(struct pjl_jobs *jobs, struct pjl_job *job)
{
	size_t index = (size_t)(job - jobs->job);

	jobs->count--;
	memmove(job, job + 1, (jobs->count - index) * sizeof(*job));
}

static struct pjl_job *oldest(struct pjl_jobs *jobs,
			      bool (*matches)(const struct pjl_job *job, const char *name),
			      const char *name)
{
	size_t i;

	for (i = 0; i < jobs->count; i++)
		if ((!jobs->job[i].ended || jobs->job[i].own) &&
		    matches(&jobs->job[i], name))
			return &jobs->job[i];
	return NULL;
}

static bool has_name(const struct pjl_job *job, const char *name)
{
	return job->name[0] && !strcmp(job->name, name);
}

/* A printer that changes or shortens names may leave the tag at their end alone. */
static bool has_tag(const struct pjl_job *job, const char *name)
{
	const char *tag = strrchr(name, '#');
	const char *own = strrchr(job->name, '#');

	return job->wrapped && tag && own && !strcmp(tag, own);
}

/* Ends in " #" and digits: a name of pjl_job_name(), also of a job that is over. */
static bool is_tagged(const char *name)
{
	const char *tag = strrchr(name, '#');

	return tag && tag > name && tag[-1] == ' ' && tag[1] &&
	       !tag[1 + strspn(tag + 1, "0123456789")];
}

static bool is_own(const struct pjl_job *job, const char *name)
{
	(void)name;
	return job->own;
}

static bool is_started(const struct pjl_job *job, const char *name)
{
	(void)name;
	return job->started;
}

static bool is_any(const struct pjl_job *job, const char *name)
{
	(void)job;
	(void)name;
	return true;
}

struct pjl_job *pjl_jobs_named(struct pjl_jobs *jobs, const char *name)
{
	struct pjl_job *job;

	if (!name)
		return pjl_jobs_printing(jobs);
	job = oldest(jobs, has_name, name);
	if (!job)
		job = oldest(jobs, has_tag, name);
	return job || is_tagged(name) ? job : oldest(jobs, is_own, name);
}

struct pjl_job *pjl_jobs_printing(struct pjl_jobs *jobs)
{
	struct pjl_job *job = oldest(jobs, is_started, NULL);

	return job ? job : oldest(jobs, is_any, NULL);
}
