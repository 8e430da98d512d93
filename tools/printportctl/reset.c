// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl reset */
#include <errno.h>
#include <getopt.h>
#include <printport.h>
#include <stdio.h>
#include <string.h>

#include "printportctl.h"

static int reset(const struct port *port)
{
	struct printport_port *open;
	int ret, err;

	/* Not in line behind others: a reset is for now. */
	ret = port_open(port, PRINTPORT_OPEN_WRITE_ONLY | PRINTPORT_OPEN_NONBLOCK, &open);
	if (ret)
		return ret;
	err = printport_reset(open);
	if (err == -EOPNOTSUPP) {
		complain("%s: a printer on this kind of port (%s) cannot be reset by it",
			 port->name, port->transport);
		ret = EXIT_FAILED;
	} else if (err == -ENODEV) {
		ret = port_gone(port->name);
	} else if (err) {
		complain("%s: reset: %s", port->name, strerror(-err));
		ret = exit_code(-err);
	} else {
		printf("%s: reset\n", port->name);
	}
	printport_close_port(open);
	return ret;
}

int cmd_reset(int argc, char **argv)
{
	static const struct option options[] = { { "help", no_argument, NULL, 'h' }, { } };
	struct port port;
	int option, ret;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1)
		return bad_option(option);
	if (argc - optind != 1)
		return EXIT_USAGE;
	ret = port_read(&port, argv[optind]);
	return ret ? ret : reset(&port);
}
