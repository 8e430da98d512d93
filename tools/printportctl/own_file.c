// SPDX-License-Identifier: GPL-2.0-or-later
/* The file of /etc/printport that is a port's. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "own_file.h"
#include "port_udev.h"

int own_file_read(struct own_file *own, const struct port *port)
{
	int err;

	memset(own, 0, sizeof(*own));
	err = port_udev_identify(port->name, &own->identity);
	if (err == -ENODEV)
		return port_gone(port->name);
	if (!err)
		err = port_configs_load(&own->configs, port_config_dir());
	if (err) {
		complain("%s: %s", port_config_dir(), strerror(-err));
		return EXIT_FAILED;
	}
	own->config = port_configs_find(&own->configs, &own->identity);
	return EXIT_OK;
}

void own_file_done(struct own_file *own)
{
	port_configs_free(&own->configs);
}

void complain_problems(const struct port_config *config)
{
	size_t i;

	for (i = 0; i < config->n_problems; i++)
		if (config->problems[i].line)
			complain("%s:%u: %s", config->path, config->problems[i].line,
				 config->problems[i].text);
		else
			complain("%s: %s", config->path, config->problems[i].text);
}

/* --- other ports ------------------------------------------------------------------ */

struct others {
	const struct port_config *config;
	const struct port *but;
	int (*each)(const struct port *other, void *arg);
	void *arg;
};

static int look_at(const struct port *port, void *arg)
{
	struct others *others = arg;
	struct identity identity;

	if (others->but && port->index == others->but->index)
		return 0;
	if (port_udev_identify(port->name, &identity) ||
	    !port_config_fits(others->config, &identity))
		return 0;
	return others->each(port, others->arg);
}

int own_file_others(const struct port_config *config, const struct port *but,
		    int (*each)(const struct port *other, void *arg), void *arg)
{
	struct others others = { config, but, each, arg };

	return port_each(look_at, &others);
}

static int say_other(const struct port *other, void *arg)
{
	const struct port_config *config = arg;

	complain("%s is also for %s", config->path, other->name);
	return 0;
}

/* --- changing --------------------------------------------------------------------- */

static bool is_free(const char *path)
{
	return access(path, F_OK) && errno == ENOENT;
}

static bool try_path(char *path, size_t size, const char *name)
{
	if (!*name)
		return false;
	return snprintf(path, size, "%s/%s.conf", port_config_dir(), name) < (int)size &&
	       is_free(path);
}

static const char *new_name(const struct port_change *changes, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (changes[i].key == PORT_NAME && changes[i].value)
			return changes[i].value;
	return "";
}

/* The name of a file that is to be made, and what is in its [match]. */
static int make_new(const struct port *port, const struct identity *identity,
		    const char *name, char *path, char *match, size_t size)
{
	if (*identity->id) {
		snprintf(match, size, "id = %s", identity->id);
	} else if (*identity->path) {
		snprintf(match, size, "path = %s", identity->path);
		complain("%s can be told only by its place (%s): %s; the file will be for "
			 "whatever printer is there", port->name, identity->path,
			 identity->no_id ? identity->no_id : "it has no id");
	} else {
		complain("%s: neither the printer nor its place can be told from others; "
			 "is udev running? udevadm trigger -s printport", port->name);
		return EXIT_FAILED;
	}
	if (try_path(path, PATH_MAX, name) || try_path(path, PATH_MAX, identity->id) ||
	    try_path(path, PATH_MAX, identity->path))
		return EXIT_OK;
	complain("%s exists and is not for %s; change or remove it", path, port->name);
	return EXIT_CONFIG;
}

/* A file that is meant for the port and wrong is to be repaired first, not doubled. */
static int check_broken(const struct own_file *own)
{
	size_t i;

	for (i = 0; i < own->configs.n; i++) {
		const struct port_config *config = own->configs.files[i];

		if (config == own->config)
			break;
		if (config->n_problems && port_config_is_meant(config, &own->identity)) {
			complain_problems(config);
			complain("%s is for this port and does not count until it is right; "
				 "nothing was changed", config->path);
			return EXIT_CONFIG;
		}
	}
	return EXIT_OK;
}

static int change_code(int err)
{
	switch (err) {
	case -EINVAL:
		return EXIT_CONFIG;
	case -EACCES:
	case -EPERM:
	case -EROFS:
		return EXIT_DENIED;
	case -EAGAIN:
		return EXIT_BUSY;
	default:
		return EXIT_FAILED;
	}
}

static int change(const struct port *port, const struct own_file *own,
		  const struct port_change *changes, size_t n)
{
	char path[PATH_MAX], match[IDENTITY_NAME_MAX + 16] = "", why[512];
	int ret = check_broken(own), err;

	if (ret)
		return ret;
	if (own->config)
		snprintf(path, sizeof(path), "%s", own->config->path);
	else
		ret = make_new(port, &own->identity, new_name(changes, n), path, match,
			       sizeof(match));
	if (ret)
		return ret;
	err = port_file_change(path, match, changes, n, why, sizeof(why));
	if (err) {
		complain("%s%s", why, err == -EACCES || err == -EPERM ?
			 "; only root may change it" : "");
		return change_code(err);
	}
	if (own->config)
		own_file_others(own->config, port, say_other, (void *)own->config);
	printf("%s: %s\n", own->config ? "changed" : "made", path);
	return EXIT_OK;
}

int own_file_change(const struct port *port, const struct port_change *changes, size_t n)
{
	struct own_file own;
	int ret = own_file_read(&own, port);

	if (!ret)
		ret = change(port, &own, changes, n);
	own_file_done(&own);
	return ret;
}
