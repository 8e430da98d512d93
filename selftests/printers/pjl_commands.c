// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "pjl_laser.h"

typedef void command_fn(struct printer *printer, const struct pjl_line *line);

static void do_echo(struct printer *printer, const struct pjl_line *line)
{
	pjl_say(printer, "@PJL ECHO %.*s\r\n\f", (int)line->words_len, line->words);
}

static void do_comment(struct printer *printer, const struct pjl_line *line)
{
	(void)printer;
	(void)line;
}

static bool is(const struct pjl_option *option, const char *value)
{
	return option->type == PJL_ALPHANUMERIC && option->len == strlen(value) &&
	       !memcmp(option->value, value, option->len);
}

/* The only option, which must have a value. */
static const struct pjl_option *one_value(struct printer *printer,
					  const struct pjl_line *line)
{
	if (!line->count) {
		pjl_wrong(printer, 20023, "an option is missing");
		return NULL;
	}
	if (line->count > 1)
		pjl_wrong(printer, 20024, "there is more than the option");
	if (line->options[0].type == PJL_NONE) {
		pjl_wrong(printer, 20015, "the option has no value");
		return NULL;
	}
	return &line->options[0];
}

static void do_enter(struct printer *printer, const struct pjl_line *line)
{
	struct laser *laser = laser_of(printer);
	const struct pjl_option *option = one_value(printer, line);

	if (!option)
		return;
	if (strcmp(option->name, "LANGUAGE")) {
		pjl_wrong(printer, 20023, "ENTER without LANGUAGE");
		return;
	}
	if (is(option, "PCL")) {
		laser->language = PAGES_PCL;
	} else if (is(option, "POSTSCRIPT")) {
		laser->language = PAGES_POSTSCRIPT;
	} else {
		pjl_wrong(printer, 20004, "ENTER LANGUAGE of a language that is not there");
		return;
	}
	log_begin("language");
	log_bytes("name", option->value, option->len);
	log_end();
	memset(&laser->pages, 0, sizeof(laser->pages));
	laser->pages.language = laser->language;
	laser->place = PJL_IN_DATA;
}

static void do_info(struct printer *printer, const struct pjl_line *line)
{
	if (line->count != 1 || line->options[0].type != PJL_NONE)
		pjl_wrong(printer, 20001, "INFO wants one category");
	else
		pjl_info(printer, line->options[0].name);
}

static void do_initialize(struct printer *printer, const struct pjl_line *line)
{
	if (line->count)
		pjl_wrong(printer, 20024, "INITIALIZE has no options");
	pjl_variables_initialize(&laser_of(printer)->variables);
}

static void do_reset(struct printer *printer, const struct pjl_line *line)
{
	if (line->count)
		pjl_wrong(printer, 20024, "RESET has no options");
	pjl_variables_reset(&laser_of(printer)->variables);
}

/* The value of a variable that was asked for, with quotation marks for a string. */
static void say_variable(struct printer *printer, const struct pjl_line *line,
			 char (*values)[PJL_VALUE_MAX + 1])
{
	const char *name = line->options[0].name;
	int index = pjl_variable_find(line->modifier_value, name);
	const char *value = index < 0 ? "?" : values[index];
	const char *quote = index < 0 || !pjl_variable(index)->values[0] ? "\"" : "";

	pjl_say(printer, "@PJL %s %s%s%s%s%s\r\n%s%s%s\r\n\f", line->command, line->modifier,
		line->modifier[0] ? ":" : "", line->modifier_value,
		line->modifier[0] ? " " : "", name, quote, value, quote);
}

static void do_inquire(struct printer *printer, const struct pjl_line *line)
{
	struct laser *laser = laser_of(printer);

	if (line->count != 1 || line->options[0].type != PJL_NONE)
		pjl_wrong(printer, 20001, "INQUIRE wants one variable");
	else
		say_variable(printer, line, laser->variables.current);
}

static void do_dinquire(struct printer *printer, const struct pjl_line *line)
{
	struct laser *laser = laser_of(printer);

	if (line->count != 1 || line->options[0].type != PJL_NONE)
		pjl_wrong(printer, 20001, "DINQUIRE wants one variable");
	else
		say_variable(printer, line, laser->variables.preset);
}

static int check_variable(struct printer *printer, const struct pjl_line *line)
{
	const struct pjl_option *option = one_value(printer, line);
	const char *problem;
	char text[128];
	int index;

	if (!option)
		return -1;
	index = pjl_variable_find(line->modifier_value, option->name);
	if (index < 0) {
		printer_warn(printer, "%s of an unknown variable %s", line->command,
			     option->name);
		return -1;
	}
	problem = pjl_variable_check(index, option);
	if (!problem)
		return index;
	snprintf(text, sizeof(text), "%s %s: %s", line->command, option->name, problem);
	pjl_wrong(printer, 25001, text);
	return -1;
}

static void do_set(struct printer *printer, const struct pjl_line *line)
{
	int index = check_variable(printer, line);

	if (index >= 0)
		pjl_variable_set(laser_of(printer)->variables.current, index,
				 &line->options[0]);
}

static void do_default(struct printer *printer, const struct pjl_line *line)
{
	int index = check_variable(printer, line);

	if (index >= 0)
		pjl_variable_set(laser_of(printer)->variables.preset, index,
				 &line->options[0]);
}

/* RDYMSG, OPMSG and STMSG: one line of 16 characters, what is longer is not shown. */
static bool take_message(struct printer *printer, const struct pjl_line *line, char *message)
{
	const struct pjl_option *option = one_value(printer, line);

	if (!option)
		return false;
	if (strcmp(option->name, "DISPLAY") || option->type != PJL_STRING) {
		pjl_wrong(printer, 20023, "a message wants DISPLAY and a string");
		return false;
	}
	if (option->len > 16)
		printer_warn(printer, "a message has more than 16 characters");
	snprintf(message, PJL_DISPLAY_MAX + 1, "%.*s",
		 option->len > 16 ? 16 : (int)option->len, option->value);
	return true;
}

static void do_rdymsg(struct printer *printer, const struct pjl_line *line)
{
	if (take_message(printer, line, laser_of(printer)->ready_message))
		pjl_status_changed(printer);
}

static void do_opmsg(struct printer *printer, const struct pjl_line *line)
{
	struct laser *laser = laser_of(printer);

	if (!take_message(printer, line, laser->operator_message))
		return;
	laser->wants_key = false;
	pjl_status_changed(printer);
}

static void do_stmsg(struct printer *printer, const struct pjl_line *line)
{
	struct laser *laser = laser_of(printer);

	if (!take_message(printer, line, laser->operator_message))
		return;
	laser->wants_key = true;
	pjl_status_changed(printer);
}

static void set_device(struct printer *printer, const struct pjl_option *option)
{
	struct laser *laser = laser_of(printer);

	if (is(option, "OFF"))
		laser->device = PJL_DEVICE_OFF;
	else if (is(option, "ON"))
		laser->device = PJL_DEVICE_ON;
	else if (is(option, "VERBOSE"))
		laser->device = PJL_DEVICE_VERBOSE;
	else
		pjl_wrong(printer, 25001, "USTATUS DEVICE is not OFF, ON or VERBOSE");
}

static void set_switch(struct printer *printer, const struct pjl_option *option, bool *value)
{
	if (is(option, "ON"))
		*value = true;
	else if (is(option, "OFF"))
		*value = false;
	else
		pjl_wrong(printer, 25001, "USTATUS JOB or PAGE is not OFF or ON");
}

static void set_timed(struct printer *printer, const struct pjl_option *option)
{
	struct laser *laser = laser_of(printer);
	char text[8] = "";
	unsigned long value;
	char *end;

	if (option->len < sizeof(text))
		memcpy(text, option->value, option->len);
	value = strtoul(text, &end, 10);
	if (option->type != PJL_NUMBER || !text[0] || *end || (value && value < 5) ||
	    value > 300) {
		pjl_wrong(printer, 25001, "USTATUS TIMED is not 0 or 5 to 300");
		return;
	}
	laser->timed = value;
	laser->timed_at = printer_now() + value * 1000;
}

static void do_ustatus(struct printer *printer, const struct pjl_line *line)
{
	struct laser *laser = laser_of(printer);
	const struct pjl_option *option = one_value(printer, line);

	if (!option)
		return;
	if (!strcmp(option->name, "DEVICE"))
		set_device(printer, option);
	else if (!strcmp(option->name, "JOB"))
		set_switch(printer, option, &laser->job_status);
	else if (!strcmp(option->name, "PAGE"))
		set_switch(printer, option, &laser->page_status);
	else if (!strcmp(option->name, "TIMED"))
		set_timed(printer, option);
	else
		pjl_wrong(printer, 25001, "USTATUS of an unknown variable");
}

static void do_ustatusoff(struct printer *printer, const struct pjl_line *line)
{
	struct laser *laser = laser_of(printer);

	if (line->count)
		pjl_wrong(printer, 20024, "USTATUSOFF has no options");
	laser->device = PJL_DEVICE_OFF;
	laser->job_status = false;
	laser->page_status = false;
	laser->timed = 0;
}

static const struct {
	const char *name;
	bool modifiers;		/* LPARM and IPARM may come with it */
	command_fn *run;
} commands[] = {
	{ "COMMENT", false, do_comment },
	{ "DEFAULT", true, do_default },
	{ "DINQUIRE", true, do_dinquire },
	{ "ECHO", false, do_echo },
	{ "ENTER", false, do_enter },
	{ "EOJ", false, pjl_eoj },
	{ "INFO", false, do_info },
	{ "INITIALIZE", false, do_initialize },
	{ "INQUIRE", true, do_inquire },
	{ "JOB", false, pjl_job },
	{ "OPMSG", false, do_opmsg },
	{ "RDYMSG", false, do_rdymsg },
	{ "RESET", false, do_reset },
	{ "SET", true, do_set },
	{ "STMSG", false, do_stmsg },
	{ "USTATUS", false, do_ustatus },
	{ "USTATUSOFF", false, do_ustatusoff },
};

static void log_line(const char *text, size_t len)
{
	while (len && (*text == ' ' || *text == '\t')) {
		text++;
		len--;
	}
	log_begin("pjl");
	log_bytes("line", text, len);
	log_end();
}

static void run(struct printer *printer, const struct pjl_line *line, size_t i)
{
	if (line->modifier[0] && !commands[i].modifiers)
		pjl_wrong(printer, 20021, "a modifier where none is allowed");
	else if (line->modifier[0] && strcmp(line->modifier, "LPARM") &&
		 strcmp(line->modifier, "IPARM"))
		pjl_wrong(printer, 20021, "a modifier other than LPARM and IPARM");
	else
		commands[i].run(printer, line);
}

void pjl_run_line(struct printer *printer, char *text, size_t len)
{
	struct pjl_line line;
	size_t i;
	int code;

	log_line(text, len);
	code = pjl_parse(&line, text, len);
	if (code) {
		pjl_wrong(printer, code, line.wrong);
		return;
	}
	if (!line.command[0])
		return;
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(line.command, commands[i].name))
			continue;
		run(printer, &line, i);
		return;
	}
	pjl_wrong(printer, 20002, "unsupported command");
}
