// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "log.h"

#define WORDS	3

/* Says what is wrong, or NULL. */
typedef const char *command_fn(struct printer *printer, struct control_client *client,
			       char **words);

static bool parse_number(const char *text, uint64_t max, uint64_t *value)
{
	char *end;

	if (!text || *text < '0' || *text > '9')
		return false;
	errno = 0;
	*value = strtoull(text, &end, 10);
	return !errno && !*end && *value <= max;
}

/* Reads on or off. */
static bool parse_switch(const char *text, bool *on)
{
	*on = text && !strcmp(text, "on");
	return *on || (text && !strcmp(text, "off"));
}

static const char *do_condition(struct printer *printer, struct control_client *client,
				char **words)
{
	uint32_t condition = words[1] ? condition_by_name(words[1]) : 0;
	bool on;

	(void)client;
	if (!condition)
		return "no such condition";
	if (!parse_switch(words[2], &on))
		return "on or off?";
	if (!printer_set_condition(printer, condition, on))
		return "this printer cannot have that condition";
	return NULL;
}

static const char *do_delay(struct printer *printer, struct control_client *client,
			    char **words)
{
	uint64_t ms;

	(void)client;
	if (!parse_number(words[1], 3600000, &ms))
		return "milliseconds, at most 3600000";
	printer->page_ms = ms;
	return NULL;
}

static const char *do_speed(struct printer *printer, struct control_client *client,
			    char **words)
{
	(void)client;
	if (!parse_number(words[1], 1000000000, &printer->speed))
		return "bytes a second, at most 1000000000";
	printer->speed_at = printer_now_us();
	return NULL;
}

static const char *do_garbage(struct printer *printer, struct control_client *client,
			      char **words)
{
	static uint32_t state = 2463534242U;
	uint8_t buf[4096];
	uint64_t len, i;

	(void)client;
	if (!parse_number(words[1], sizeof(buf), &len))
		return "bytes, at most 4096";
	for (i = 0; i < len; i++) {
		state ^= state << 13;
		state ^= state >> 17;
		state ^= state << 5;
		buf[i] = state >> 11;
	}
	printer_say(printer, buf, len);
	return NULL;
}

static const char *do_silence(struct printer *printer, struct control_client *client,
			      char **words)
{
	(void)client;
	return parse_switch(words[1], &printer->silent) ? NULL : "on or off?";
}

static const char *do_no_eoj(struct printer *printer, struct control_client *client,
			     char **words)
{
	(void)client;
	return parse_switch(words[1], &printer->no_eoj) ? NULL : "on or off?";
}

static const char *do_power_cycle(struct printer *printer, struct control_client *client,
				  char **words)
{
	(void)client;
	(void)words;
	printer_power_cycle(printer);
	return NULL;
}

static const char *do_chunk(struct printer *printer, struct control_client *client,
			    char **words)
{
	uint64_t bytes;

	(void)client;
	if (!parse_number(words[1], BACK_CHANNEL_SIZE, &bytes))
		return "bytes, 0 for no limit";
	printer->chunk = bytes;
	return NULL;
}

static const char *do_cancel(struct printer *printer, struct control_client *client,
			     char **words)
{
	(void)client;
	(void)words;
	if (!printer->language->cancel(printer))
		return "nothing to cancel, or no such key";
	return NULL;
}

static const char *do_key(struct printer *printer, struct control_client *client,
			  char **words)
{
	(void)client;
	if (!words[1] || !printer->language->key || !printer->language->key(printer, words[1]))
		return "no such key";
	return NULL;
}

static const char *do_quit(struct printer *printer, struct control_client *client,
			   char **words)
{
	(void)client;
	(void)words;
	printer->over = true;
	return NULL;
}

static uint64_t counter(const struct printer *printer, enum control_event event)
{
	switch (event) {
	case CONTROL_JOB_START:
		return printer->jobs_started;
	case CONTROL_JOB_END:
		return printer->jobs_ended;
	case CONTROL_PAGE:
		return printer->pages;
	case CONTROL_BYTES:
		return printer->bytes;
	case CONTROL_ERROR:
		return printer->errors;
	case CONTROL_TIME:
		return printer_now();
	default:
		return 0;
	}
}

static const struct {
	const char *name;
	enum control_event event;
} events[] = {
	{ "job-start", CONTROL_JOB_START },
	{ "job-end", CONTROL_JOB_END },
	{ "page", CONTROL_PAGE },
	{ "bytes", CONTROL_BYTES },
	{ "error", CONTROL_ERROR },
	{ "idle", CONTROL_IDLE },
	{ "time", CONTROL_TIME },
};

static enum control_event event_by_name(const char *name)
{
	size_t i;

	for (i = 0; name && i < sizeof(events) / sizeof(events[0]); i++)
		if (!strcmp(name, events[i].name))
			return events[i].event;
	return CONTROL_NOTHING;
}

static const char *do_wait_for(struct printer *printer, struct control_client *client,
			       char **words)
{
	enum control_event event = event_by_name(words[1]);
	uint64_t count = 0;

	if (event == CONTROL_NOTHING)
		return "no such event";
	if (words[2] && !parse_number(words[2], UINT32_MAX, &count))
		return "how many?";
	if (event == CONTROL_TIME)
		count += printer_now();
	else if (!words[2])
		count = counter(printer, event) + 1;
	client->event = event;
	client->count = count;
	return NULL;
}

bool command_awaited(const struct printer *printer, const struct control_client *client)
{
	switch (client->event) {
	case CONTROL_NOTHING:
		return true;
	case CONTROL_IDLE:
		return printer_is_idle(printer);
	default:
		return counter(printer, client->event) >= client->count;
	}
}

static const struct {
	const char *name;
	unsigned int words;	/* the most, with the command */
	command_fn *run;
} commands[] = {
	{ "condition", 3, do_condition },
	{ "delay", 2, do_delay },
	{ "speed", 2, do_speed },
	{ "garbage", 2, do_garbage },
	{ "silence", 2, do_silence },
	{ "no-eoj", 2, do_no_eoj },
	{ "power-cycle", 1, do_power_cycle },
	{ "chunk", 2, do_chunk },
	{ "cancel", 1, do_cancel },
	{ "key", 2, do_key },
	{ "wait-for", 3, do_wait_for },
	{ "quit", 1, do_quit },
};

static unsigned int split(char *line, char **words, unsigned int max)
{
	unsigned int count = 0;
	char *rest, *word;

	for (word = strtok_r(line, " \t\r", &rest); word;
	     word = strtok_r(NULL, " \t\r", &rest)) {
		if (count == max)
			return max + 1;
		words[count++] = word;
	}
	return count;
}

static const char *run(struct printer *printer, struct control_client *client, char **words,
		       unsigned int count)
{
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(words[0], commands[i].name))
			continue;
		if (count > commands[i].words)
			return "too many words";
		return commands[i].run(printer, client, words);
	}
	return "no such command";
}

static void print_status(const struct printer *printer, char *answer, size_t size)
{
	snprintf(answer, size,
		 "ok {\"bytes\": %" PRIu64 ", \"pages\": %" PRIu64 ", \"started\": %" PRIu64
		 ", \"ended\": %" PRIu64 ", \"errors\": %" PRIu64 ", \"idle\": %s}\n",
		 printer->bytes, printer->pages, printer->jobs_started, printer->jobs_ended,
		 printer->errors, printer_is_idle(printer) ? "true" : "false");
}

void command_run(struct printer *printer, struct control_client *client, char *line,
		 char *answer, size_t size)
{
	char *words[WORDS + 1] = { NULL };
	unsigned int count = split(line, words, WORDS);
	const char *wrong;

	snprintf(answer, size, "ok\n");
	if (!count || words[0][0] == '#')
		return;
	if (count == 1 && !strcmp(words[0], "status")) {
		print_status(printer, answer, size);
		return;
	}
	wrong = run(printer, client, words, count);
	if (!wrong)
		return;
	snprintf(answer, size, "error: %s: %s\n", words[0], wrong);
	log_begin("bad-command");
	log_text("command", words[0]);
	log_text("reason", wrong);
	log_end();
}
