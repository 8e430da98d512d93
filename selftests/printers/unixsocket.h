/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PRINTERS_UNIXSOCKET_H
#define PRINTERS_UNIXSOCKET_H

/*
 * A stream socket that listens at @path, in place of one that was left there; nothing
 * else is replaced. Returns -1 with a message if there can be none.
 */
int unix_listen(const char *path);

#endif /* PRINTERS_UNIXSOCKET_H */
