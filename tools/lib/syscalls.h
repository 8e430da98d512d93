/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PRINTPORT_SYSCALLS_H
#define PRINTPORT_SYSCALLS_H

#include <sys/types.h>

/* The system calls on the nodes, with the C library's conventions. */
struct printport_syscalls {
	int (*open)(const char *path, int flags);
	int (*ioctl)(int fd, unsigned long request, void *arg);
	void *(*mmap)(size_t size, int protection, int fd, off_t offset);
	int (*munmap)(void *address, size_t size);
	ssize_t (*read)(int fd, void *buf, size_t len);
	ssize_t (*write)(int fd, const void *buf, size_t len);
};

/* A test puts its own here. */
extern struct printport_syscalls printport_sys;

#endif /* PRINTPORT_SYSCALLS_H */
