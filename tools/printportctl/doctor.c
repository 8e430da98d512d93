// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl doctor: why a printer is no print port, or why a port does not print. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "printportctl.h"

/* A fix may show what is wrong behind it: first the module, then its driver. */
#define ROUNDS_MAX 4
#define FIXES_MAX 100

static const char help[] =
"usage: printportctl doctor [--json] [--fix] [-n]\n"
"Says why a printer is no print port, or why a port does not print, and what to do.\n"
"--fix repairs what can be repaired safely: loads modules, takes printers that nobody\n"
"uses from usblp, has udev set nodes right. -n says what it would do.\n";

static void (*const checks[])(struct doctor *doctor) = {
	doctor_check_modules, doctor_check_usb, doctor_check_parallel, doctor_check_udev,
	doctor_check_nodes, doctor_check_ports, doctor_check_twins, doctor_check_daemon,
	doctor_check_config, doctor_check_cups,
};

/* What was tried, so that nothing is tried twice; and the lines that say so. */
struct fixes {
	char *keys[FIXES_MAX];
	char *lines[FIXES_MAX];
	size_t count;
};

static void examine(struct doctor *doctor)
{
	size_t i;

	doctor_clear(doctor);
	doctor_look(doctor);
	for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		checks[i](doctor);
}

static bool was_tried(const struct fixes *fixes, const char *key)
{
	size_t i;

	for (i = 0; i < fixes->count; i++)
		if (!strcmp(fixes->keys[i], key))
			return true;
	return false;
}

/* Whether something was done. */
static bool fix(const struct doctor_finding *finding, struct fixes *fixes)
{
	char error[DOCTOR_ERROR_MAX] = "", *key, *line;
	bool good;

	if (!finding->fix || fixes->count == FIXES_MAX ||
	    asprintf(&key, "%s %s", finding->id, finding->subject) < 0)
		return false;
	if (was_tried(fixes, key)) {
		free(key);
		return false;
	}
	good = !finding->fix(finding->subject, error);
	if (asprintf(&line, "%s: %s%s%s", good ? "Done" : "Not done", finding->fix_text,
		     *error ? ": " : "", error) < 0) {
		free(key);
		return good;
	}
	fixes->keys[fixes->count] = key;
	fixes->lines[fixes->count++] = line;
	return good;
}

static void fix_all(struct doctor *doctor, struct fixes *fixes)
{
	bool changed = true;
	int round;
	size_t i;

	for (round = 0; round < ROUNDS_MAX && changed; round++) {
		changed = false;
		for (i = 0; i < doctor->count; i++)
			changed |= fix(&doctor->findings[i], fixes);
		if (changed)
			examine(doctor);
	}
}

static int verdict(const struct doctor *doctor)
{
	size_t i;

	for (i = 0; i < doctor->count; i++)
		if (doctor->findings[i].severity != DOCTOR_NOTE)
			return EXIT_FAILED;
	return EXIT_OK;
}

static void show(const struct doctor *doctor, const struct fixes *fixes, bool json,
		 bool would)
{
	size_t i;

	if (json) {
		doctor_show_json(doctor, fixes->lines, fixes->count);
		return;
	}
	for (i = 0; i < fixes->count; i++)
		puts(fixes->lines[i]);
	if (fixes->count)
		putchar('\n');
	doctor_show(doctor, would);
	if (geteuid())
		puts("Who is not root does not see everything: not all programs that hold "
		     "something.");
}

int cmd_doctor(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "fix", no_argument, NULL, 'f' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
		{ }
	};
	bool json = false, wants_fix = false, would = false;
	static struct doctor doctor;
	struct fixes fixes = { };
	int option, ret;

	while ((option = getopt_long(argc, argv, "hn", longs, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return EXIT_OK;
		}
		if (option == '?')
			return EXIT_USAGE;
		json |= option == 'j';
		wants_fix |= option == 'f';
		would |= option == 'n';
	}
	if (optind < argc)
		return EXIT_USAGE;
	if (wants_fix && !would && geteuid()) {
		complain("only root may repair something: sudo printportctl doctor --fix");
		return EXIT_DENIED;
	}
	examine(&doctor);
	if (wants_fix && !would)
		fix_all(&doctor, &fixes);
	show(&doctor, &fixes, json, would);
	ret = verdict(&doctor);
	doctor_clear(&doctor);
	while (fixes.count) {
		free(fixes.keys[--fixes.count]);
		free(fixes.lines[fixes.count]);
	}
	return ret;
}
