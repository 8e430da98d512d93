/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STATUS_H
#define STATUS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The queue's printer-state-reasons become those of @reasons (PRINTPORT_REASON_* bits),
 * and connecting-to-device. Only what has changed is said.
 */
void status_show(uint64_t reasons, bool connecting);

/* Takes away whatever a backend that was killed may have left. */
void status_reset(void);

/* A cups_sc_state_t for the side channel. */
unsigned char status_side_channel(uint64_t reasons, bool busy);

#endif
