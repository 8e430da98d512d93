/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Simulated parallel ports with printers: module parport_sim, selftests/parport_sim/README.md. */
#ifndef SELFTESTS_PARPORT_SIM_H
#define SELFTESTS_PARPORT_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "port.h"

/**
 * struct parport_sim - a simulated parallel port
 * @dir: its directory in configfs
 * @debug: its directory in debugfs
 * @parport: number N of parportN; valid while live
 */
struct parport_sim {
	char dir[128];
	char debug[128];
	int parport;
};

/* With "SETTING=VALUE;SETTING=VALUE", which may be "", set first; it is live then. */
struct parport_sim parport_sim_new(const char *settings);
void parport_sim_live(struct parport_sim *sim);
/* Returns how many ms it took. */
long long parport_sim_remove(struct parport_sim *sim);
void parport_sim_set(const struct parport_sim *sim, const char *setting, const char *value);
void parport_sim_get(const struct parport_sim *sim, const char *setting, char *buf, size_t size);
/* One line of counters. */
long long parport_sim_count(const struct parport_sim *sim, const char *counter);
/* Whether the printer is in this mode, by its name in counters. */
bool parport_sim_in_mode(const struct parport_sim *sim, const char *mode);
/* Opens a file of debugfs, or fails the case. */
int parport_sim_open(const struct parport_sim *sim, const char *file, int flags);
/* Fails the case with what the log says if the host has done something illegal. */
void parport_sim_check_legal(const struct parport_sim *sim);
/* Puts random_fill()'s bytes into the reply queue, without waiting: @len at most 1 MiB. */
void parport_sim_reply(const struct parport_sim *sim, uint32_t seed, uint64_t pos, size_t len);
/* Reads @len printed bytes that are random_fill()'s from @pos, or fails the case. */
void parport_sim_printed(const struct parport_sim *sim, uint32_t seed, uint64_t pos, size_t len);
/* The print port on it (module printport_parport loaded); waits for its node. */
struct port parport_sim_port(const struct parport_sim *sim);
/* Removes what the case whose process was @pid has left behind. */
void parport_sim_cleanup(int pid);

#endif /* SELFTESTS_PARPORT_SIM_H */
