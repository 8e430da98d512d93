// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl doctor: findings, and their texts. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "printportctl.h"
#include "text.h"

static void set_text(char **text, const char *format, va_list ap)
{
	free(*text);
	if (vasprintf(text, format, ap) < 0) {
		complain("out of memory");
		exit(EXIT_FAILED);
	}
	clean_text(*text);
}

static void clear(struct doctor_finding *finding)
{
	free(finding->subject);
	free(finding->what);
	free(finding->why);
	free(finding->advice);
	free(finding->fix_text);
	memset(finding, 0, sizeof(*finding));
}

struct doctor_finding *doctor_add(struct doctor *doctor, enum doctor_severity severity,
				  const char *id, const char *subject)
{
	static struct doctor_finding too_many;
	struct doctor_finding *finding = &too_many;

	if (doctor->count < DOCTOR_FINDINGS_MAX)
		finding = &doctor->findings[doctor->count++];
	clear(finding);
	finding->severity = severity;
	finding->id = id;
	finding->subject = strdup(subject);
	if (!finding->subject) {
		complain("out of memory");
		exit(EXIT_FAILED);
	}
	clean_text(finding->subject);
	return finding;
}

void doctor_what(struct doctor_finding *finding, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	set_text(&finding->what, format, ap);
	va_end(ap);
}

void doctor_why(struct doctor_finding *finding, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	set_text(&finding->why, format, ap);
	va_end(ap);
}

void doctor_advice(struct doctor_finding *finding, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	set_text(&finding->advice, format, ap);
	va_end(ap);
}

void doctor_fix(struct doctor_finding *finding, int (*fix)(const char *subject, char *error),
		const char *format, ...)
{
	va_list ap;

	finding->fix = fix;
	va_start(ap, format);
	set_text(&finding->fix_text, format, ap);
	va_end(ap);
}

int doctor_fail(char *error, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(error, DOCTOR_ERROR_MAX, format, ap);
	va_end(ap);
	clean_text(error);
	return -1;
}

void doctor_clear(struct doctor *doctor)
{
	size_t i;

	for (i = 0; i < doctor->count; i++)
		clear(&doctor->findings[i]);
	free(doctor->ports);
	memset(doctor, 0, sizeof(*doctor));
}
