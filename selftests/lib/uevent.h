/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's uevents, without udevd. */
#ifndef SELFTESTS_UEVENT_H
#define SELFTESTS_UEVENT_H

#include <stdbool.h>
#include <stddef.h>

/* A socket that hears every uevent from now on. */
int uevent_listen(void);

/*
 * The next uevent of the class printport's device @name ("printport3") within @ms:
 * its strings, each with a NUL. Returns false if none comes.
 */
bool uevent_next(int fd, const char *name, char *buf, size_t size, unsigned int ms);

/* The value of KEY=VALUE in it, NULL if it is not there. */
const char *uevent_get(const char *event, size_t size, const char *key);

#endif /* SELFTESTS_UEVENT_H */
