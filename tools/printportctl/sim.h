/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PRINTPORTCTL_SIM_H
#define PRINTPORTCTL_SIM_H

#include <stdbool.h>

#define SIM_DIR "/sys/kernel/config/printport_sim"
#define SIM_NAME_MAX 64

/* What can be written, and what that may be; ends with a NULL name. */
struct sim_attribute {
	const char *name;
	const char *values;
};

extern const struct sim_attribute sim_attributes[];

/*
 * "attribute=value" for the simulated printer NAME. 0, or an exit code, and then it has
 * said why.
 */
int sim_set(const char *name, const char *assignment);

/* As sim_set(), and changes nothing: whether there is such an attribute. */
bool sim_is_assignment(const char *assignment);

/* The verbs `sim read` and `sim write`: they play the printer. An exit code. */
int sim_read(const char *name, const char *file);
int sim_write(const char *name, const char *text);

#endif
