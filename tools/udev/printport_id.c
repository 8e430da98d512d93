// SPDX-License-Identifier: GPL-2.0-or-later
/* printport_id: the names and the configuration of a port, for udev; see printport_id(8). */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "claims.h"
#include "identity.h"
#include "port_config.h"

#define EXIT_USAGE	2
#define EXIT_NO_PORT	3

struct options {
	const char *port;
	const char *sysfs_dir;
	const char *config_dir;
	const char *state_dir;
};

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* To the system's log; what a person has started says it to that person, too. */
static void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsyslog(LOG_WARNING, format, args);
	va_end(args);
}

/* The first line of an attribute; "" if there is none. */
static void read_attribute(const struct options *options, const char *attribute, char *value,
			   size_t size)
{
	char path[512];
	ssize_t len = -1;
	int fd;

	snprintf(path, sizeof(path), "%s/%s/%s", options->sysfs_dir, options->port, attribute);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0) {
		len = read(fd, value, size - 1);
		close(fd);
	}
	value[len > 0 ? len : 0] = '\0';
	value[strcspn(value, "\n")] = '\0';
}

static void identify(const struct options *options, struct identity *identity)
{
	char device_id[4096], transport[32], parport[64];
	struct identity_source source = {
		.transport = transport,
		.device_id = device_id,
		.parport = parport,
		/* udev hands over what usb_id and path_id have found. */
		.vendor = getenv("ID_VENDOR"),
		.model = getenv("ID_MODEL"),
		.vendor_id = getenv("ID_VENDOR_ID"),
		.model_id = getenv("ID_MODEL_ID"),
		.serial = getenv("ID_SERIAL_SHORT"),
		.place = getenv("ID_PATH"),
	};

	read_attribute(options, "ieee1284_id", device_id, sizeof(device_id));
	read_attribute(options, "transport", transport, sizeof(transport));
	read_attribute(options, "parallel/parport", parport, sizeof(parport));
	identity_make(identity, &source);
}

static void say_problems(const struct port_configs *configs, const char *dir)
{
	const struct port_config *config;
	size_t i, j;

	if (*configs->problem)
		say("%s: %s", dir, configs->problem);
	for (i = 0; i < configs->n; i++) {
		config = configs->files[i];
		for (j = 0; j < config->n_problems; j++)
			say("%s:%u: %s", config->path, config->problems[j].line,
			    config->problems[j].text);
		if (config->n_problems)
			say("%s does not count until that is right; printportctl config check",
			    config->path);
	}
}

/* udev takes what is between the outermost quotation marks as it is. */
static void put(const char *property, const char *value)
{
	if (*value)
		printf("%s=\"%s\"\n", property, value);
}

static void put_config(const struct port_config *config, const char *name)
{
	int i;

	put("PRINTPORT_CONFIG", config->path);
	put(port_keys[PORT_NAME].property, name);
	for (i = PORT_KEYS_MATCH; i < PORT_KEYS; i++)
		if (i != PORT_NAME)
			put(port_keys[i].property, config->values[i]);
}

/* Takes @name unless another port has it, which is said; without the list nobody has it. */
static const char *take(struct claims *claims, const struct options *options,
			const char *kind, const char *name)
{
	char holder[32];

	if (!*name || !claims || claims_take(claims, kind, name, holder, sizeof(holder)))
		return claims ? name : "";
	say("%s: %s also has the %s %s; it keeps the link", options->port, holder, kind, name);
	return "";
}

static void put_all(const struct options *options, struct identity *identity,
		    const struct port_configs *configs)
{
	const struct port_config *config;
	struct claims *claims = NULL;
	const char *name = "";
	int err;

	err = claims_open(options->state_dir, options->sysfs_dir, options->port, &claims);
	if (err)
		say("%s: %s: %s; the port gets no link by-id and by-name", options->port,
		    options->state_dir, strerror(-err));
	if (!*take(claims, options, "id", identity->id))
		*identity->id = '\0';
	config = port_configs_find(configs, identity);
	if (config)
		name = take(claims, options, "name", config->values[PORT_NAME]);
	err = claims ? claims_close(claims) : err;
	if (err) {
		*identity->id = '\0';
		name = "";
	}
	put("PRINTPORT_ID", identity->id);
	put("PRINTPORT_PATH", identity->path);
	if (config)
		put_config(config, name);
}

static void usage(FILE *to)
{
	fprintf(to, "usage: printport_id [options] PORT\n"
		"  PORT               printportN\n"
		"  --config-dir DIR   default: " PORT_CONFIG_DIR "\n"
		"  --sysfs-dir DIR    default: /sys/class/printport\n"
		"  --state-dir DIR    default: /run/printport\n"
		"  -h, --help\n"
		"Writes udev's properties of a port. See printport_id(8).\n");
}

static bool is_port(const char *name)
{
	size_t digits;

	if (strncmp(name, "printport", 9))
		return false;
	digits = strspn(name + 9, "0123456789");
	return digits && digits < 10 && !name[9 + digits];
}

static bool parse_options(struct options *options, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "config-dir", required_argument, NULL, 'c' },
		{ "sysfs-dir", required_argument, NULL, 's' },
		{ "state-dir", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		if (option == 'c')
			options->config_dir = optarg;
		else if (option == 's')
			options->sysfs_dir = optarg;
		else if (option == 'r')
			options->state_dir = optarg;
		else if (option == 'h')
			usage(stdout);
		if (option == 'h')
			exit(EXIT_SUCCESS);
		if (option == '?')
			return false;
	}
	if (optind != argc - 1)
		return false;
	options->port = argv[optind];
	return true;
}

int main(int argc, char **argv)
{
	struct options options = {
		.sysfs_dir = "/sys/class/printport",
		.config_dir = PORT_CONFIG_DIR,
		.state_dir = "/run/printport",
	};
	struct port_configs configs;
	struct identity identity;
	char path[512];

	if (!parse_options(&options, argc, argv)) {
		usage(stderr);
		return EXIT_USAGE;
	}
	snprintf(path, sizeof(path), "%s/%s", options.sysfs_dir, options.port);
	if (!is_port(options.port) || access(path, F_OK)) {
		fprintf(stderr, "printport_id: there is no print port of that name; "
			"printportctl list shows them\n");
		return EXIT_NO_PORT;
	}
	openlog("printport_id", LOG_PID | (isatty(STDERR_FILENO) ? LOG_PERROR : 0),
		LOG_DAEMON);
	identify(&options, &identity);
	if (port_configs_load(&configs, options.config_dir)) {
		say("%s: no memory for the configuration", options.port);
		return EXIT_FAILURE;
	}
	say_problems(&configs, options.config_dir);
	put_all(&options, &identity, &configs);
	port_configs_free(&configs);
	return fflush(stdout) || ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
