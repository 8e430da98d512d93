// SPDX-License-Identifier: GPL-2.0-or-later
/* printportd: the language monitor of one port, see printportd(8). */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "attachment.h"
#include "choose.h"
#include "feed.h"
#include "languages.h"
#include "log.h"
#include "properties.h"
#include "socket.h"
#include "text.h"

#define DEFAULT_CONFIG		"/etc/printportd.conf"
#define DEFAULT_RUNTIME_DIR	"/run/printportd"
#define DEFAULT_SYSFS_DIR	"/sys/class/printport"
#define DEFAULT_STOP_MS		10000
#define STOP_MAX_MS		3600000

struct options {
	const char *config;
	const char *runtime_dir;
	const char *sysfs_dir;
	const char *dev_dir;
	unsigned int stop_ms;
	unsigned int index;
	bool check;
	bool log_json;
	int log_level;
};

struct daemon {
	struct options options;
	char name[32];			/* printportN */
	char properties[32];		/* printport-lmN; "": not a device that udev knows */
	char *node;
	char *socket;
	sd_event *event;
	struct sysfs *sysfs;
	struct config *config;
	struct socket_handler handler;
	struct socket_server *server;
	struct attachment *attachment;
	bool reload;			/* when the port is closed */
};

/* --- the command line ------------------------------------------------------------- */

static void usage(FILE *to)
{
	fprintf(to, "usage: printportd [options] PORT\n"
		"  PORT                 N, printportN or /dev/printport-lmN\n"
		"  -c, --config FILE    default: " DEFAULT_CONFIG ", if it exists\n"
		"  --runtime-dir DIR    for the socket, default: " DEFAULT_RUNTIME_DIR "\n"
		"  --stop-ms MS         at SIGTERM, how long to go on serving a spooler,\n"
		"                       default: %d\n"
		"  --check              check the configuration, say which language it is\n"
		"  --languages          list the languages and their options\n"
		"  --log-json           a JSON object a line\n"
		"  -v, --verbose        say more\n"
		"  -h, --help\n"
		"See printportd(8).\n", DEFAULT_STOP_MS);
}

static void list_languages(void)
{
	const struct language *const *list;
	const struct language_option *option;

	for (list = languages; *list; list++) {
		printf("[language %s]\n", (*list)->name);
		for (option = (*list)->options; option && option->name; option++)
			printf("# %s, %u to %u\n%s = %u\n", option->help, option->minimum,
			       option->maximum, option->name, option->preset);
	}
}

static bool parse_port(const char *text, unsigned int *index)
{
	static const char *const prefixes[] = {
		"/dev/printport-lm", "/dev/printport", "printport-lm", "printport", "",
	};
	size_t i;

	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t len = strlen(prefixes[i]);

		if (!strncmp(text, prefixes[i], len) && !text_number(text + len, index))
			return true;
	}
	return false;
}

enum {
	OPT_RUNTIME_DIR = 256, OPT_STOP_MS, OPT_CHECK, OPT_LANGUAGES, OPT_LOG_JSON, OPT_SYSFS,
	OPT_DEV,
};

static bool parse_option(struct options *options, int option)
{
	switch (option) {
	case 'c':
		options->config = optarg;
		return true;
	case 'v':
		options->log_level = LOG_DEBUG;
		return true;
	case OPT_RUNTIME_DIR:
		options->runtime_dir = optarg;
		return true;
	case OPT_STOP_MS:
		return !text_number(optarg, &options->stop_ms) &&
		       options->stop_ms <= STOP_MAX_MS;
	case OPT_CHECK:
		options->check = true;
		return true;
	case OPT_LANGUAGES:
		list_languages();
		exit(EX_OK);
	case OPT_LOG_JSON:
		options->log_json = true;
		return true;
	case OPT_SYSFS:
		options->sysfs_dir = optarg;
		return true;
	case OPT_DEV:
		options->dev_dir = optarg;
		return true;
	case 'h':
		usage(stdout);
		exit(EX_OK);
	default:
		return false;
	}
}

static bool parse_options(struct options *options, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "runtime-dir", required_argument, NULL, OPT_RUNTIME_DIR },
		{ "stop-ms", required_argument, NULL, OPT_STOP_MS },
		{ "check", no_argument, NULL, OPT_CHECK },
		{ "languages", no_argument, NULL, OPT_LANGUAGES },
		{ "log-json", no_argument, NULL, OPT_LOG_JSON },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		/* For tests. */
		{ "sysfs-dir", required_argument, NULL, OPT_SYSFS },
		{ "dev-dir", required_argument, NULL, OPT_DEV },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "c:vh", longs, NULL)) != -1)
		if (!parse_option(options, option))
			return false;
	return optind == argc - 1 && parse_port(argv[optind], &options->index);
}

/* --- the configuration ------------------------------------------------------------ */

static void log_config_error(const char *path, const struct config_error *error)
{
	log_say(LOG_ERR, "configuration", LOG_TEXT("file", path),
		LOG_NUMBER("line", error->line), LOG_TEXT("error", error->text));
}

/* The default file need not exist, one that was asked for must. */
static int load_config(const struct options *options, struct config **config)
{
	const char *path = options->config ? options->config : DEFAULT_CONFIG;
	struct config_error error;
	int err = config_load(path, languages, config, &error);

	if (err == -ENOENT && !options->config)
		err = config_parse("", 0, languages, config, &error);
	if (err)
		log_config_error(path, &error);
	return err;
}

static void reload(struct daemon *daemon)
{
	struct config *config, *old = daemon->config;

	daemon->reload = false;
	if (load_config(&daemon->options, &config)) {
		log_say(LOG_WARNING, "the old configuration stays in force");
		return;
	}
	daemon->config = config;
	socket_server_set_group(daemon->server, config_socket_group(config));
	attachment_reconfigure(daemon->attachment, config);
	config_free(old);
	log_say(LOG_INFO, "configuration read again");
}

/* --- the socket's questions ------------------------------------------------------- */

static void on_answer(void *arg, int error, const void *buf, size_t len)
{
	socket_answer(arg, error, buf, len);
}

static void on_query(void *arg, struct socket_query *query, const char *key)
{
	struct daemon *daemon = arg;

	attachment_ask(daemon->attachment, key, on_answer, query);
}

static struct json_object *on_status(void *arg)
{
	const struct daemon *daemon = arg;
	const char *language = attachment_language(daemon->attachment);
	struct json_object *status = feed_status();

	json_object_object_add(status, "port", json_object_new_string(daemon->name));
	json_object_object_add(status, "language",
			       language ? json_object_new_string(language) : NULL);
	json_object_object_add(status, "open", json_object_new_boolean(
			       attachment_is_open(daemon->attachment)));
	return status;
}

/* --- the loop --------------------------------------------------------------------- */

static int on_stop_signal(sd_event_source *source, const struct signalfd_siginfo *info,
			  void *arg)
{
	struct daemon *daemon = arg;

	(void)source;
	(void)info;
	sd_notify(0, "STOPPING=1");
	attachment_stop(daemon->attachment);
	return 0;
}

static int on_reload_signal(sd_event_source *source, const struct signalfd_siginfo *info,
			    void *arg)
{
	struct daemon *daemon = arg;

	(void)source;
	(void)info;
	daemon->reload = true;
	return 0;
}

/* Runs after everything else of a turn of the loop. */
static int on_turn(sd_event_source *source, void *arg)
{
	struct daemon *daemon = arg;

	(void)source;
	if (daemon->reload && !attachment_is_open(daemon->attachment))
		reload(daemon);
	return 0;
}

static int add_signals(struct daemon *daemon)
{
	sigset_t set;
	int err;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	signal(SIGPIPE, SIG_IGN);
	err = sd_event_add_signal(daemon->event, NULL, SIGTERM, on_stop_signal, daemon);
	if (err >= 0)
		err = sd_event_add_signal(daemon->event, NULL, SIGINT, on_stop_signal,
					  daemon);
	if (err >= 0)
		err = sd_event_add_signal(daemon->event, NULL, SIGHUP, on_reload_signal,
					  daemon);
	if (err >= 0)
		err = sd_event_add_post(daemon->event, NULL, on_turn, daemon);
	return err;
}

static int add_socket(struct daemon *daemon)
{
	const char *dir = daemon->options.runtime_dir;

	if (mkdir(dir, 0755) && errno != EEXIST)
		return -errno;
	if (asprintf(&daemon->socket, "%s/%s.sock", dir, daemon->name) < 0)
		return -ENOMEM;
	daemon->handler = (struct socket_handler) {
		.query = on_query, .status = on_status, .arg = daemon,
	};
	return socket_server_new(daemon->event, daemon->socket,
				 config_socket_group(daemon->config), &daemon->handler,
				 &daemon->server);
}

static int add_attachment(struct daemon *daemon)
{
	struct attachment_setup setup = {
		.event = daemon->event,
		.name = daemon->name,
		.properties = daemon->properties,
		.node = daemon->node,
		.sysfs = daemon->sysfs,
		.config = daemon->config,
		.stop_ms = daemon->options.stop_ms,
	};

	daemon->attachment = attachment_new(&setup);
	return daemon->attachment ? 0 : -ENOMEM;
}

static int set_up(struct daemon *daemon)
{
	int err = sd_event_default(&daemon->event);

	if (err >= 0)
		err = add_signals(daemon);
	if (err >= 0)
		err = sd_event_set_watchdog(daemon->event, true);
	if (err >= 0)
		err = add_attachment(daemon);
	if (err >= 0)
		err = add_socket(daemon);
	return err;
}

static void tear_down(struct daemon *daemon)
{
	/* First what answers to questions, then who wants the answers. */
	attachment_free(daemon->attachment);
	feed_stop();
	socket_server_free(daemon->server);
	sd_event_unref(daemon->event);
}

static int serve(struct daemon *daemon)
{
	int ret = set_up(daemon);

	if (ret < 0) {
		log_say(LOG_ERR, ret == -EBUSY ? "another printportd serves this port" :
			"cannot start", LOG_TEXT("socket", daemon->socket ?: ""),
			LOG_TEXT("error", strerror(-ret)));
		tear_down(daemon);
		return EXIT_FAILURE;
	}
	feed_start(daemon->server, daemon->sysfs);
	attachment_start(daemon->attachment);
	sd_notify(0, "READY=1");
	ret = sd_event_loop(daemon->event);
	if (ret < 0) {
		log_say(LOG_ERR, "the event loop failed", LOG_TEXT("error", strerror(-ret)));
		ret = EXIT_FAILURE;
	}
	sd_notify(0, "STOPPING=1");
	tear_down(daemon);
	return ret;
}

/* --- the program ------------------------------------------------------------------ */

static int check(const struct daemon *daemon)
{
	struct config_choice own = properties_choice(daemon->properties, languages);
	struct choice choice;
	struct device_id id;
	char text[4096];

	sysfs_read(daemon->sysfs, "ieee1284_id", text, sizeof(text));
	device_id_parse(&id, text);
	choice = choose_language(daemon->config, &own, daemon->name, &id, languages);
	printf("%s: %s%s (%s)\n", daemon->name,
	       choice.language ? choice.language->name : "none",
	       choice.probe ? ", or raw" : "", choice.why);
	return EX_OK;
}

static bool make_names(struct daemon *daemon)
{
	const struct options *options = &daemon->options;
	char *dir;

	snprintf(daemon->name, sizeof(daemon->name), "printport%u", options->index);
	if (!strcmp(options->sysfs_dir, DEFAULT_SYSFS_DIR))
		snprintf(daemon->properties, sizeof(daemon->properties), "printport-lm%u",
			 options->index);
	if (asprintf(&daemon->node, "%s/printport-lm%u", options->dev_dir,
		     options->index) < 0)
		return false;
	if (asprintf(&dir, "%s/%s", options->sysfs_dir, daemon->name) < 0)
		return false;
	daemon->sysfs = sysfs_new(dir);
	free(dir);
	return daemon->sysfs;
}

static int run(struct daemon *daemon)
{
	if (!make_names(daemon))
		return EX_OSERR;
	log_setup(daemon->name, daemon->options.log_json, daemon->options.log_level);
	if (load_config(&daemon->options, &daemon->config))
		return EX_CONFIG;
	if (daemon->options.check)
		return check(daemon);
	if (!sysfs_exists(daemon->sysfs)) {
		log_say(LOG_ERR, "there is no such port");
		return EX_UNAVAILABLE;
	}
	return serve(daemon);
}

int main(int argc, char **argv)
{
	static struct daemon daemon = {
		.options = {
			.runtime_dir = DEFAULT_RUNTIME_DIR,
			.sysfs_dir = DEFAULT_SYSFS_DIR,
			.dev_dir = "/dev",
			.stop_ms = DEFAULT_STOP_MS,
			.log_level = LOG_INFO,
		},
	};
	int ret;

	if (!parse_options(&daemon.options, argc, argv)) {
		usage(stderr);
		return EX_USAGE;
	}
	ret = run(&daemon);
	config_free(daemon.config);
	sysfs_free(daemon.sysfs);
	free(daemon.socket);
	free(daemon.node);
	return ret;
}
