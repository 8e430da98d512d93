// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl doctor: printportd, and the configuration. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "port_config.h"
#include "subprocess.h"
#include "textfile.h"

/* What the language monitor ends with when its configuration is wrong (EX_CONFIG). */
#define CODE_DAEMON_CONFIG 78
/* Fewer may be printers that were plugged in anew. */
#define RESTARTS_MAX 3

/* Of "systemctl show" for one unit; "" if it is not there. */
static void value_of(const char *output, const char *key, char *value, size_t size)
{
	const char *at = output;
	size_t len = strlen(key);

	value[0] = '\0';
	while (at && *at) {
		if (!strncmp(at, key, len) && at[len] == '=') {
			at += len + 1;
			snprintf(value, size, "%.*s", (int)strcspn(at, "\n"), at);
			return;
		}
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
}

static void find_failed(struct doctor *doctor, const struct printport_entry *port,
			const char *unit, const char *code)
{
	struct doctor_finding *finding;

	finding = doctor_add(doctor, DOCTOR_WARNING, "printportd-failed", port->name);
	doctor_what(finding, "printportd for %s has failed%s%s%s.", port->node,
		    *code && strcmp(code, "0") ? " with exit code " : "",
		    strcmp(code, "0") ? code : "",
		    atoi(code) == CODE_DAEMON_CONFIG ? ": its configuration is wrong" : "");
	doctor_why(finding, "The port prints as it is, without job language: nobody can say "
		   "whether something is printed.");
	doctor_advice(finding, "journalctl -u %s; then: systemctl restart %s", unit, unit);
}

static void find_restarts(struct doctor *doctor, const struct printport_entry *port,
			  const char *unit, const char *restarts)
{
	struct doctor_finding *finding;

	finding = doctor_add(doctor, DOCTOR_WARNING, "printportd-restarts", port->name);
	doctor_what(finding, "printportd for %s was restarted %s times.", port->node,
		    restarts);
	doctor_why(finding, "A job that is under way when it ends fails.");
	doctor_advice(finding, "journalctl -u %s", unit);
}

static void check_unit(struct doctor *doctor, const struct printport_entry *port)
{
	char unit[32], output[1024], value[64], code[16];
	char *const argv[] = {
		"systemctl", "show", "-p", "LoadState,ActiveState,NRestarts,ExecMainStatus",
		unit, NULL
	};

	snprintf(unit, sizeof(unit), "printportd@%u", port->index);
	if (subprocess_run(argv, output, sizeof(output), DOCTOR_PROGRAM_MS))
		return;
	value_of(output, "LoadState", value, sizeof(value));
	if (strcmp(value, "loaded"))
		return;
	value_of(output, "ExecMainStatus", code, sizeof(code));
	value_of(output, "ActiveState", value, sizeof(value));
	if (!strcmp(value, "failed")) {
		find_failed(doctor, port, unit, code);
		return;
	}
	value_of(output, "NRestarts", value, sizeof(value));
	if (atoi(value) >= RESTARTS_MAX)
		find_restarts(doctor, port, unit, value);
}

void doctor_check_daemon(struct doctor *doctor)
{
	size_t i;

	/* Whether systemd is process 1, as sd_booted(3) has it. */
	if (!text_exists("/run/systemd/system"))
		return;
	for (i = 0; i < doctor->port_count; i++)
		check_unit(doctor, &doctor->ports[i]);
}

static void find_wrong(struct doctor *doctor, const char *file, const char *said,
		       const char *advice)
{
	struct doctor_finding *finding;

	finding = doctor_add(doctor, DOCTOR_ERROR, "configuration-wrong", file);
	doctor_what(finding, "The configuration in %s is wrong: %s", file,
		    *said ? said : "nobody says why");
	doctor_why(finding, "What is wrong does not count, or keeps printportd from "
		   "starting.");
	doctor_advice(finding, "%s", advice);
}

/* The daemon's: it knows best. */
static void check_languages(struct doctor *doctor)
{
	char *const argv[] = { "printportd", "--check", NULL, NULL };
	char *with_port[4], port[16], output[1024];

	if (!doctor->port_count || !text_exists("/etc/printportd.conf"))
		return;
	snprintf(port, sizeof(port), "%u", doctor->ports[0].index);
	memcpy(with_port, argv, sizeof(with_port));
	with_port[2] = port;
	if (subprocess_run(with_port, output, sizeof(output), DOCTOR_PROGRAM_MS) ==
	    CODE_DAEMON_CONFIG) {
		output[strcspn(output, "\n")] = '\0';
		find_wrong(doctor, "/etc/printportd.conf", output,
			   "correct it, then: printportd --check 0");
	}
}

/* The first thing that is wrong, as "printportctl config check" says it. Whether one is. */
static bool first_problem(const struct port_configs *configs, char *text, size_t size)
{
	const struct port_config *file;
	size_t i;

	if (*configs->problem) {
		snprintf(text, size, "%s", configs->problem);
		return true;
	}
	for (i = 0; i < configs->n; i++) {
		file = configs->files[i];
		if (!file->n_problems)
			continue;
		if (file->problems[0].line)
			snprintf(text, size, "%s:%u: %s", file->path, file->problems[0].line,
				 file->problems[0].text);
		else
			snprintf(text, size, "%s: %s", file->path, file->problems[0].text);
		return true;
	}
	return false;
}

void doctor_check_config(struct doctor *doctor)
{
	struct port_configs configs;
	char said[1024];

	if (!port_configs_load(&configs, port_config_dir())) {
		if (first_problem(&configs, said, sizeof(said)))
			find_wrong(doctor, port_config_dir(), said,
				   "correct it, then: printportctl config check");
		port_configs_free(&configs);
	}
	check_languages(doctor);
}
