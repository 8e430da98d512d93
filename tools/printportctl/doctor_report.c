// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl doctor: what it says, a paragraph for each finding. */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"

#define WIDTH 78
#define INDENT 2

static const char *const severities[] = { "note", "warning", "error" };
static const char *const colours[] = { "\033[36m", "\033[33m", "\033[31m" };

static bool is_coloured(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !getenv("NO_COLOR") && term && strcmp(term, "dumb");
}

/* Filled lines. */
static void fill(const char *text)
{
	size_t column = 0, len;

	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		len = strcspn(text, " ");
		if (column && column + 1 + len <= WIDTH)
			column += printf(" %.*s", (int)len, text);
		else
			column = printf("%s%*s%.*s", column ? "\n" : "", INDENT, "",
					(int)len, text) - (column ? 1 : 0);
		text += len;
	}
	putchar('\n');
}

static void show_finding(const struct doctor_finding *finding, bool would)
{
	bool coloured = is_coloured();

	printf("%s%s%s: %s [%s]\n", coloured ? colours[finding->severity] : "",
	       severities[finding->severity], coloured ? "\033[0m" : "", finding->subject,
	       finding->id);
	fill(finding->what);
	fill(finding->why);
	/* In one line, however long: it is there to be copied. */
	printf("%*sTo do: %s\n", INDENT, "", finding->advice);
	if (finding->fix)
		printf("%*s%s: %s\n", INDENT, "", would ? "--fix would" : "--fix can",
		       finding->fix_text);
	putchar('\n');
}

/* What is worst comes first. */
void doctor_show(const struct doctor *doctor, bool would)
{
	int severity;
	size_t i, wrong = 0;

	for (severity = DOCTOR_ERROR; severity >= DOCTOR_NOTE; severity--)
		for (i = 0; i < doctor->count; i++)
			if ((int)doctor->findings[i].severity == severity) {
				show_finding(&doctor->findings[i], would);
				wrong += severity != DOCTOR_NOTE;
			}
	if (!wrong)
		printf("Nothing is wrong with %zu print port%s.\n", doctor->port_count,
		       doctor->port_count == 1 ? "" : "s");
}

static json_object *finding_object(const struct doctor_finding *finding)
{
	json_object *object = json_object_new_object();
	const char *const members[][2] = {
		{ "id", finding->id }, { "severity", severities[finding->severity] },
		{ "subject", finding->subject }, { "what", finding->what },
		{ "why", finding->why }, { "do", finding->advice },
		{ "fix", finding->fix ? finding->fix_text : NULL },
	};
	size_t i;

	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		json_object_object_add(object, members[i][0], members[i][1] ?
				       json_object_new_string(members[i][1]) : NULL);
	return object;
}

void doctor_show_json(const struct doctor *doctor, char *const *done, size_t done_count)
{
	json_object *object = json_object_new_object();
	json_object *findings = json_object_new_array(), *fixes = json_object_new_array();
	size_t i;

	for (i = 0; i < doctor->count; i++)
		json_object_array_add(findings, finding_object(&doctor->findings[i]));
	for (i = 0; i < done_count; i++)
		json_object_array_add(fixes, json_object_new_string(done[i]));
	json_object_object_add(object, "findings", findings);
	json_object_object_add(object, "fixes", fixes);
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY |
					    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}
