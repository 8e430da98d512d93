// SPDX-License-Identifier: GPL-2.0-or-later
/* A language monitor for printers that are hard of hearing: prints text in upper case. */
#include <ctype.h>
#include <printport-monitor.h>
#include <stdio.h>
#include <string.h>

static void shout_write(struct printport_monitor *monitor, struct printport_doc *doc,
			const void *buf, size_t len, bool flush)
{
	const unsigned char *from = buf;
	size_t room, i;
	unsigned char *to = printport_monitor_reserve(monitor, len, &room);

	(void)flush;
	for (i = 0; to && i < room; i++)
		to[i] = toupper(from[i]);
	printport_monitor_commit(monitor, doc, room);
	printport_monitor_consume(monitor, doc, room);
}

int main(int argc, char **argv)
{
	static const struct printport_monitor_ops ops = {
		.size = sizeof(ops), .name = "shout", .write = shout_write,
	};
	struct printport_monitor *monitor;
	int err = printport_monitor_attach(argc > 1 ? argv[1] : "/dev/printport-lm0", &ops,
					   NULL, &monitor);

	if (!err) {
		err = printport_monitor_run(monitor);
		printport_monitor_detach(monitor);
	}
	fprintf(stderr, "shout: %s\n", strerror(-err));
	return 1;
}
