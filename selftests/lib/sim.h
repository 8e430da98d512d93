/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Simulated printers: module printport_sim, see Documentation/sim.md. */
#ifndef SELFTESTS_SIM_H
#define SELFTESTS_SIM_H

#include "port.h"

/**
 * struct sim - a simulated printer
 * @dir: its directory in configfs
 * @port: the port that it hangs on; valid while plugged in
 */
struct sim {
	char dir[128];
	struct port port;
};

/* "SETTING=VALUE ..." separated by spaces, before it is plugged in; may be "". */
struct sim sim_new(const char *settings);
void sim_plug(struct sim *sim);
/* Returns how many ms it took. */
long long sim_unplug(struct sim *sim);

void sim_set(const struct sim *sim, const char *setting, const char *value);
long long sim_number(const struct sim *sim, const char *attribute);

/* Removes what the case whose process was @pid has left behind. */
void sim_cleanup(int pid);

/*
 * The port to test: the one of the command line, or a simulated one, which has room
 * for everything that a case prints without somebody who reads it if @sink.
 */
struct port sim_or_option(bool sink);

/* Skips the case if the command line names a port: it needs a printer that obeys. */
struct sim sim_only(const char *settings);

#endif /* SELFTESTS_SIM_H */
