/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FOLLOW_H
#define FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

struct follow;

/* Follows ports as they change, come and go, without asking all the time. NULL: failed. */
struct follow *follow_new(void);
void follow_free(struct follow *follow);

/* From now on changes of port @index end follow_wait(). Returns 0 or a negative errno. */
int follow_port(struct follow *follow, int index);
void follow_forget(struct follow *follow, int index);

/*
 * Waits for a change, at most @ms milliseconds (-1: any time). Returns 0, or -EINTR: a
 * signal came that interrupts.
 */
int follow_wait(struct follow *follow, int ms);

/* What was printed goes out; like the wait, signals end it. */
void follow_flush(const struct follow *follow);

/* What the last follow_wait() saw: whether the port changed. */
bool follow_changed(const struct follow *follow, int index);

/* Whether the port that follow_port() began with is gone; there may be a new one. */
bool follow_gone(const struct follow *follow, int index);

/* Whether udev is through with the port: its links are there. True where udev does not run. */
bool follow_is_ready(const struct follow *follow, int index);

/* Whether ports have come, gone, or got other names. */
bool follow_plugged(const struct follow *follow);

#endif
