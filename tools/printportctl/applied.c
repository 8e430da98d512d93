// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether a port is as its file says. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "applied.h"
#include "own_file.h"
#include "port_udev.h"

/* udev may have a whole machine's start to do first. */
#define APPLY_MS	30000

static int complain_apply(const struct port *port, int err)
{
	switch (err) {
	case -ESRCH:
		complain("udev does not run: %s gets its configuration when it does",
			 port->name);
		return EXIT_FAILED;
	case -EACCES:
	case -EPERM:
	case -EROFS:
		complain("%s: only root may have its configuration applied", port->name);
		return EXIT_DENIED;
	case -ENODEV:
		return port_gone(port->name);
	case -ETIMEDOUT:
		complain("%s: udev has not done it within %d s: udevadm settle, and "
			 "`journalctl -u systemd-udevd` may tell why", port->name,
			 APPLY_MS / 1000);
		return EXIT_TIMEOUT;
	default:
		complain("%s: %s", port->name, strerror(-err));
		return EXIT_FAILED;
	}
}

static bool is_same(const char *a, const char *b)
{
	char *end_a, *end_b;
	unsigned long number_a = strtoul(a, &end_a, 10), number_b = strtoul(b, &end_b, 10);

	return !strcmp(a, b) || (*a && *b && !*end_a && !*end_b && number_a == number_b);
}

static int check_attribute(const struct port *port, const struct port_config *config, int key)
{
	const struct port_key_info *info = &port_keys[key];
	const char *wanted = config->values[key];
	char value[256];

	port_attr(port, info->attribute, value, sizeof(value));
	if (is_same(wanted, value))
		return EXIT_OK;
	if (!*value)
		complain("%s:%u: %s: %s is on %s, which has no such thing", config->path,
			 config->lines[key], info->name, port->name, port->transport);
	else
		complain("%s:%u: %s = %s could not be applied: it is %s%s", config->path,
			 config->lines[key], info->name, wanted, value,
			 strcmp(port->state, "closed") ? "; somebody holds the port: again "
			 "when it is closed" : "");
	return *value && strcmp(port->state, "closed") ? EXIT_BUSY : EXIT_FAILED;
}

static int check_name(const struct port *port, const struct port_config *config)
{
	const char *wanted = config->values[PORT_NAME];
	char name[256];

	if (!*wanted)
		return EXIT_OK;
	port_udev_property(port->name, "PRINTPORT_NAME", name, sizeof(name));
	if (!strcmp(name, wanted))
		return EXIT_OK;
	complain("%s:%u: name = %s could not be applied to %s: another port has it, or udev's "
		 "rules (60-printport.rules) are not installed", config->path,
		 config->lines[PORT_NAME], wanted, port->name);
	return EXIT_FAILED;
}

static int check_config(const struct port *port, const struct port_config *config)
{
	int key, ret = check_name(port, config), err;

	for (key = 0; key < PORT_KEYS; key++) {
		if (!port_keys[key].attribute || !*config->values[key])
			continue;
		err = check_attribute(port, config, key);
		if (!ret)
			ret = err;
	}
	return ret;
}

/* Of files that are wrong, those that may be meant for the port. */
static int check_files(const struct own_file *own)
{
	int ret = EXIT_OK;
	size_t i;

	for (i = 0; i < own->configs.n; i++) {
		const struct port_config *config = own->configs.files[i];

		if (!config->n_problems || !port_config_is_meant(config, &own->identity))
			continue;
		complain_problems(config);
		ret = EXIT_CONFIG;
	}
	return ret;
}

int apply_config(const struct port *port)
{
	struct own_file own;
	int err, ret;

	if (getenv("PRINTPORT_CONFIG_DIR")) {
		complain("udev reads " PORT_CONFIG_DIR " and not %s: nothing is applied",
			 port_config_dir());
		return EXIT_OK;
	}
	err = port_udev_apply(port->name, APPLY_MS);
	if (err)
		return complain_apply(port, err);
	ret = own_file_read(&own, port);
	if (!ret && own.config)
		ret = check_config(port, own.config);
	if (!ret)
		ret = check_files(&own);
	own_file_done(&own);
	return ret;
}
