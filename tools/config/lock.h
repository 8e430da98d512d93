/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LOCK_H
#define LOCK_H

/*
 * Waits, for two seconds at most, until nobody else holds the file @path, which is made if it
 * is not there. Only its owner can open it, so that nobody else can keep others waiting. A
 * link in its place is not followed.
 *
 * Returns a file to close afterwards, or -errno: -EAGAIN, somebody holds it all the time.
 */
int lock_file(const char *path);

#endif
