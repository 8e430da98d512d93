// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl doctor: parallel ports. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "doctor.h"
#include "subprocess.h"
#include "text.h"
#include "textfile.h"

#define PARPORTS "/proc/sys/dev/parport"
/* A driver that has the bus for longer keeps it. */
#define HELD_MS 500

static int load_parport_pc(const char *subject, char *error)
{
	char *const argv[] = { "modprobe", "-a", "parport_pc", "printport_parport", NULL };
	char output[DOCTOR_ERROR_MAX];
	int code = subprocess_run(argv, output, sizeof(output), DOCTOR_PROGRAM_MS);

	(void)subject;
	output[strcspn(output, "\n")] = '\0';
	if (text_exists("/sys/module/parport_pc") && !code)
		return 0;
	return doctor_fail(error, "modprobe: %.300s", code < 0 ? strerror(-code) : output);
}

/* Whether the firmware tells of a parallel port: PNP0400, or PNP0401 with ECP. */
static bool has_hardware(void)
{
	struct dirent **entries;
	int count = scandir("/sys/bus/pnp/devices", &entries, NULL, NULL), i;
	bool found = false;
	char id[64];

	for (i = 0; i < count; i++) {
		text_read(id, sizeof(id), "/sys/bus/pnp/devices/%s/id", entries[i]->d_name);
		found = found || !strcasecmp(id, "PNP0400") || !strcasecmp(id, "PNP0401");
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return found;
}

static void check_hardware(struct doctor *doctor)
{
	struct doctor_finding *finding;

	if (doctor->parport_count || text_exists("/sys/module/parport_pc") || !has_hardware())
		return;
	finding = doctor_add(doctor, DOCTOR_WARNING, "parport-pc-not-loaded", "parport_pc");
	doctor_what(finding, "The machine has a parallel port, and parport_pc, which drives "
		    "it, is not loaded.");
	doctor_why(finding, "A printer on it is no print port.");
	doctor_advice(finding, "modprobe parport_pc; modprobe printport_parport");
	doctor_fix(finding, load_parport_pc, "load the modules parport_pc and "
		   "printport_parport");
}

/* The driver that has the bus; "": none, or ours. */
static void bus_driver(const char *parport, char *driver, size_t size)
{
	text_read(driver, size, PARPORTS "/%s/devices/active", parport);
	driver[strcspn(driver, " \t")] = '\0';
	if (!strcmp(driver, "none") || !strncmp(driver, "printport_parport", 17))
		driver[0] = '\0';
}

/* Of the nodes of lp and ppdev. */
static void node_holders(const char *parport, char *text, size_t size)
{
	char dev[32], found[256];
	int i;

	text[0] = '\0';
	if (text_read(dev, sizeof(dev), "/sys/class/ppdev/%s/dev", parport) > 0)
		doctor_holders(dev, text, size);
	for (i = 0; i < 8; i++) {
		if (text_read(dev, sizeof(dev), "/sys/class/printer/lp%d/dev", i) <= 0 ||
		    !doctor_holders(dev, found, sizeof(found)))
			continue;
		if (strlen(text) + strlen(found) + 3 < size) {
			strcat(text, *text ? ", " : "");
			strcat(text, found);
		}
	}
}

static bool has_port(const struct doctor *doctor, const char *parport)
{
	char name[32];
	size_t i;

	for (i = 0; i < doctor->port_count; i++) {
		text_read(name, sizeof(name), "/sys/class/printport/%s/parallel/parport",
			  doctor->ports[i].name);
		if (!strcmp(name, parport))
			return true;
	}
	return false;
}

static int not_hidden(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && strcmp(entry->d_name, "active");
}

/* The drivers that are registered with the port: "lp, ppdev0" */
static void list_drivers(const char *parport, char *text, size_t size)
{
	char path[64];
	struct dirent **entries;
	int count, i;
	size_t len = 0;

	text[0] = '\0';
	snprintf(path, sizeof(path), PARPORTS "/%s/devices", parport);
	count = scandir(path, &entries, not_hidden, alphasort);
	for (i = 0; i < count; i++) {
		if (len + strlen(entries[i]->d_name) + 3 < size)
			len += snprintf(text + len, size - len, "%s%s", len ? ", " : "",
					entries[i]->d_name);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	clean_text(text);
}

static void find_no_port(struct doctor *doctor, const char *parport)
{
	char setting[128], drivers[128], holders[256];
	struct doctor_finding *finding;

	text_read(setting, sizeof(setting),
		  "/sys/module/printport_parport/parameters/parport");
	if (strcmp(setting, "auto")) {
		finding = doctor_add(doctor, DOCTOR_NOTE, "parport-excluded", parport);
		doctor_what(finding, "The parallel port %s is left alone, as the parameter "
			    "parport=%s of printport_parport says.", parport, setting);
		doctor_why(finding, "A printer on it is no print port.");
		doctor_advice(finding, "if that is not wanted: change it in /etc/modprobe.d, "
			      "then: modprobe -r printport_parport; modprobe "
			      "printport_parport");
		return;
	}
	list_drivers(parport, drivers, sizeof(drivers));
	node_holders(parport, holders, sizeof(holders));
	finding = doctor_add(doctor, DOCTOR_ERROR, "parport-held-exclusively", parport);
	doctor_what(finding, "The parallel port %s is no print port: another driver has it "
		    "for itself%s%s%s%s.", parport, *drivers ? ": " : "", drivers,
		    *holders ? ", used by " : "", holders);
	doctor_why(finding, "A driver that registers exclusively (PPEXCL) shares the port "
		   "with no other.");
	doctor_advice(finding, "when that program has ended: modprobe -r printport_parport; "
		      "modprobe printport_parport");
}

static void find_held(struct doctor *doctor, const char *parport, const char *driver)
{
	struct doctor_finding *finding;
	char holders[256];

	node_holders(parport, holders, sizeof(holders));
	finding = doctor_add(doctor, DOCTOR_WARNING, "parport-held", parport);
	doctor_what(finding, "The parallel port %s is held by %s%s%s.", parport, driver,
		    *holders ? ", used by " : "", holders);
	doctor_why(finding, "What is printed through the print port waits until it lets go.");
	doctor_advice(finding, "%s", *holders ? "end that program, or wait until it is done" :
		      "as root printportctl doctor says which program it is");
}

static void check_held(struct doctor *doctor)
{
	static const struct timespec pause = { .tv_nsec = HELD_MS * 1000000L };
	char first[DOCTOR_PARPORTS_MAX][32] = { };
	char driver[32];
	bool any = false;
	size_t i;

	for (i = 0; i < doctor->parport_count; i++) {
		bus_driver(doctor->parports[i], first[i], sizeof(first[i]));
		any = any || *first[i];
	}
	if (!any)
		return;
	nanosleep(&pause, NULL);
	for (i = 0; i < doctor->parport_count; i++) {
		bus_driver(doctor->parports[i], driver, sizeof(driver));
		if (*driver && !strcmp(driver, first[i]))
			find_held(doctor, doctor->parports[i], driver);
	}
}

void doctor_check_parallel(struct doctor *doctor)
{
	size_t i;

	check_hardware(doctor);
	if (text_exists("/sys/module/printport_parport"))
		for (i = 0; i < doctor->parport_count; i++)
			if (!has_port(doctor, doctor->parports[i]))
				find_no_port(doctor, doctor->parports[i]);
	check_held(doctor);
}
