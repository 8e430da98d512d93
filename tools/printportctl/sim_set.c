// SPDX-License-Identifier: GPL-2.0-or-later
/* The attributes of simulated printers, see Documentation/sim.md. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <printport.h>

#include "printportctl.h"
#include "sim.h"
#include "textfile.h"

/* More than any value may have. */
#define VALUE_MAX 4096
/* The last errno that a program may see, see Documentation/sim.md. */
#define ERRNO_MAX 133

const struct sim_attribute sim_attributes[] = {
	{ "device_id", "an IEEE 1284 device id of at most 1024 bytes" },
	{ "buffer", "the printer's memory in bytes, 1 to 1048576" },
	{ "unidirectional", "0 or 1" },
	{ "rate", "bytes per second, 0 (no limit) to 4294967295" },
	{ "stall", "0 or 1" },
	{ "sink", "0 or 1" },
	{ "reasons", "keywords such as media-empty,cover-open, or none" },
	{ "fail_next", "an errno, EIO or 5, or 0" },
	{ NULL, NULL }
};

static const struct sim_attribute *find(const char *assignment)
{
	const struct sim_attribute *attribute;
	size_t len = strcspn(assignment, "=");

	if (!assignment[len])
		return NULL;
	for (attribute = sim_attributes; attribute->name; attribute++)
		if (strlen(attribute->name) == len &&
		    !strncmp(attribute->name, assignment, len))
			return attribute;
	return NULL;
}

static void say_attributes(const char *assignment)
{
	const struct sim_attribute *attribute;

	complain("\"%.*s\" is no ATTRIBUTE=VALUE of a simulated printer; there are:",
		 64, assignment);
	for (attribute = sim_attributes; attribute->name; attribute++)
		fprintf(stderr, "  %s=...\t%s\n", attribute->name, attribute->values);
}

bool sim_is_assignment(const char *assignment)
{
	if (find(assignment))
		return true;
	say_attributes(assignment);
	return false;
}

/* "EIO" is 5; what is no name stays as it is. */
static void errno_number(const char *name, char *value, size_t size)
{
	int number;

	snprintf(value, size, "%s", name);
	for (number = 1; number <= ERRNO_MAX; number++) {
		const char *known = strerrorname_np(number);

		if (known && !strcmp(known, name))
			snprintf(value, size, "%d", number);
	}
}

/* In the form that the kernel takes. */
static void convert(const struct sim_attribute *attribute, const char *given, char *value,
		    size_t size)
{
	uint64_t reasons;

	if (!strcmp(attribute->name, "reasons") && !printport_reasons_parse(given, &reasons))
		printport_reasons_format(reasons, value, size);
	else if (!strcmp(attribute->name, "fail_next"))
		errno_number(given, value, size);
	else
		snprintf(value, size, "%s", given);
}

static int explain(const char *name, const struct sim_attribute *attribute,
		   const char *given, int err)
{
	switch (-err) {
	case EINVAL:
		complain("%s=%.64s: no such value; it is %s", attribute->name, given,
			 attribute->values);
		return EXIT_USAGE;
	case EBUSY:
		complain("%s can be changed only while the printer is unplugged: "
			 "printportctl sim unplug %s", attribute->name, name);
		return EXIT_BUSY;
	case EACCES:
	case EPERM:
		complain("only root may change simulated printers");
		return EXIT_DENIED;
	case ENOENT:
		complain("there is no simulated printer %s; printportctl sim list shows them",
			 name);
		return EXIT_NO_PORT;
	default:
		complain("%s: %s: %s", name, attribute->name, strerror(-err));
		return EXIT_FAILED;
	}
}

int sim_set(const char *name, const char *assignment)
{
	const struct sim_attribute *attribute = find(assignment);
	const char *given = assignment + strcspn(assignment, "=") + 1;
	char value[VALUE_MAX];
	int err = -EINVAL;

	if (!attribute) {
		say_attributes(assignment);
		return EXIT_USAGE;
	}
	/* The newline makes an empty value one that is written at all. */
	if (strlen(given) < sizeof(value) - 1) {
		convert(attribute, given, value, sizeof(value) - 1);
		strcat(value, "\n");
		err = text_write(value, SIM_DIR "/%s/%s", name, attribute->name);
	}
	return err ? explain(name, attribute, given, err) : EXIT_OK;
}
