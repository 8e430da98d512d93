/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CHANNELS_H
#define CHANNELS_H

#include <printport.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct channels - the back and the side channel to the filters
 * @port: the port, NULL until it is open
 * @device_id: of the port; "" if unknown
 * @capabilities: PRINTPORT_CAP_*
 * @has_back: somebody may read what the printer says
 * @has_side: somebody may ask
 * @draining: a filter waits until everything that it wrote is delivered
 * @dropped: bytes of the printer that no filter has read
 */
struct channels {
	struct printport_port *port;
	char device_id[1100];
	uint32_t capabilities;
	bool has_back;
	bool has_side;
	bool draining;
	uint64_t dropped;
};

/*
 * Looks which channels cupsd has given. To be called before any file is opened: a
 * descriptor of a channel that is missing would become that of another file.
 */
void channels_begin(struct channels *channels);

/* The descriptor to poll for POLLIN, or -1: nobody can ask. */
int channels_side_fd(const struct channels *channels);

/* Answers the request that has come. */
void channels_answer(struct channels *channels);

/* Passes on what the printer has said: one reading, without waiting for anybody. */
void channels_back(struct channels *channels);

/*
 * Everything that the filters have written so far was written to the port: answers the
 * request that waits for its delivery, if it is delivered.
 */
void channels_drained(struct channels *channels);

/* The port is being closed: nobody has to wait any longer. */
void channels_end(struct channels *channels);

#endif
