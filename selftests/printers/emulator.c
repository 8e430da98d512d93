// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "command.h"
#include "control.h"
#include "emulator.h"
#include "log.h"
#include "store.h"

#define OWN_OPTIONS	8	/* the most that an emulator may have of its own */
#define DO_MAX		32

enum { OPT_CONTROL = 256, OPT_SCRIPT, OPT_LISTEN, OPT_LOG, OPT_SAVE, OPT_LENIENT, OPT_BUFFER,
       OPT_DO, OPT_HELP, OPT_OWN };

static const struct option common_options[] = {
	{ "control", required_argument, NULL, OPT_CONTROL },
	{ "script", required_argument, NULL, OPT_SCRIPT },
	{ "listen", required_argument, NULL, OPT_LISTEN },
	{ "log", required_argument, NULL, OPT_LOG },
	{ "save", required_argument, NULL, OPT_SAVE },
	{ "lenient", no_argument, NULL, OPT_LENIENT },
	{ "buffer", required_argument, NULL, OPT_BUFFER },
	{ "do", required_argument, NULL, OPT_DO },
	{ "help", no_argument, NULL, OPT_HELP },
};

#define COMMON_OPTIONS	(sizeof(common_options) / sizeof(common_options[0]))

/**
 * struct settings - the command line
 * @path: what the printer hangs on; NULL with @listen
 * @listen: socket that spoolers connect to
 * @control: socket or FIFO for commands
 * @script: file of commands
 * @log: file, or "-"
 * @save: directory
 * @lenient: exit with 0 even if the protocol was violated
 * @buffer: bytes of the receive buffer
 * @todo: commands to begin with
 * @todo_count: how many
 */
struct settings {
	const char *path;
	const char *listen;
	const char *control;
	const char *script;
	const char *log;
	const char *save;
	bool lenient;
	size_t buffer;
	char *todo[DO_MAX];
	unsigned int todo_count;
};

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static void usage(const struct emulator *emulator, FILE *file)
{
	fprintf(file, "usage: %s [option]... {NODE | - | --listen SOCKET}\n",
		emulator->language->name);
	fputs("  NODE            a node or pty that it hangs on; -: stdin and stdout\n"
	      "  --listen PATH   a unix socket that spoolers connect to, one at a time\n"
	      "  --control PATH  take commands from this unix socket, or FIFO that exists\n"
	      "  --script FILE   take commands from this file\n"
	      "  --do COMMAND    a command to begin with; may be repeated\n"
	      "  --log FILE      say what happens, in JSON lines; -: to stderr\n"
	      "  --save DIR      keep what is printed: raw, job-N.data, job-N.txt\n"
	      "  --buffer BYTES  size of the receive buffer, 8192 to 1048576\n"
	      "  --lenient       exit with 0 even if the protocol was violated\n", file);
	fputs(emulator->help, file);
}

static bool parse_buffer(const char *text, size_t *size)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || value < READ_SIZE ||
	    value > RECEIVE_BUFFER_MAX)
		return false;
	*size = value;
	return true;
}

static bool common_option(struct settings *settings, int option)
{
	switch (option) {
	case OPT_CONTROL:
		settings->control = optarg;
		return true;
	case OPT_SCRIPT:
		settings->script = optarg;
		return true;
	case OPT_LISTEN:
		settings->listen = optarg;
		return true;
	case OPT_LOG:
		settings->log = optarg;
		return true;
	case OPT_SAVE:
		settings->save = optarg;
		return true;
	case OPT_LENIENT:
		settings->lenient = true;
		return true;
	case OPT_BUFFER:
		return parse_buffer(optarg, &settings->buffer);
	case OPT_DO:
		if (settings->todo_count == DO_MAX)
			return false;
		settings->todo[settings->todo_count++] = optarg;
		return true;
	default:
		return false;
	}
}

static void list_options(const struct emulator *emulator, struct option *list)
{
	size_t i;

	memcpy(list, common_options, sizeof(common_options));
	for (i = 0; i < OWN_OPTIONS && emulator->options[i]; i++)
		list[COMMON_OPTIONS + i] = (struct option) {
			emulator->options[i], required_argument, NULL, OPT_OWN + i,
		};
}

static void parse(const struct emulator *emulator, struct settings *settings, int argc,
		  char **argv)
{
	struct option list[COMMON_OPTIONS + OWN_OPTIONS + 1] = { };
	int option;
	bool right;

	list_options(emulator, list);
	while ((option = getopt_long(argc, argv, "", list, NULL)) != -1) {
		if (option == OPT_HELP) {
			usage(emulator, stdout);
			exit(0);
		}
		if (option >= OPT_OWN)
			right = emulator->option(emulator->data,
						 emulator->options[option - OPT_OWN], optarg);
		else
			right = common_option(settings, option);
		if (!right) {
			usage(emulator, stderr);
			exit(2);
		}
	}
	if (optind + !settings->listen != argc) {
		usage(emulator, stderr);
		exit(2);
	}
	settings->path = settings->listen ? NULL : argv[optind];
}

/* Signals come only while the loop waits. */
static void catch_signals(sigset_t *while_waiting)
{
	struct sigaction action = { .sa_handler = on_signal };
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigprocmask(SIG_BLOCK, &blocked, while_waiting);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static bool open_all(const struct settings *settings, struct channel *channel,
		     struct control *control)
{
	if (settings->log && !log_open(settings->log))
		return false;
	if (settings->save && !store_open(settings->save))
		return false;
	control_init(control);
	if (settings->control && !control_listen(control, settings->control))
		return false;
	if (settings->script && !control_script(control, settings->script))
		return false;
	return settings->listen ? channel_listen(channel, settings->listen) :
				  channel_open(channel, settings->path);
}

static bool do_first(const struct settings *settings, struct printer *printer)
{
	struct control_client client = { .fd = -1 };
	char answer[256];
	unsigned int i;

	for (i = 0; i < settings->todo_count; i++) {
		command_run(printer, &client, settings->todo[i], answer, sizeof(answer));
		if (strncmp(answer, "ok", 2) || client.event != CONTROL_NOTHING) {
			fprintf(stderr, "--do: %s", answer);
			return false;
		}
	}
	return true;
}

static void sleep_until(uint64_t at, struct pollfd *polls, unsigned int count,
			const sigset_t *mask)
{
	uint64_t now = printer_now(), ms = at > now ? at - now : 0;
	struct timespec span = { ms / 1000, ms % 1000 * 1000000 };

	ppoll(polls, count, at ? &span : NULL, mask);
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
	if (!a || !b)
		return a ? a : b;
	return a < b ? a : b;
}

static void wait_for_work(struct channel *channel, struct control *control,
			  struct printer *printer, const sigset_t *mask)
{
	struct pollfd polls[CHANNEL_POLLS + CONTROL_POLLS];
	unsigned int count = channel_poll(channel, printer, polls);
	uint64_t at = printer_deadline(printer);

	count += control_poll(control, polls + count);
	at = sooner(at, channel_deadline(channel, printer));
	at = sooner(at, control_deadline(control));
	sleep_until(at, polls, count, mask);
}

/* Nothing more can happen: no more bytes, no more commands. */
static bool is_over(const struct channel *channel, const struct control *control,
		    const struct printer *printer)
{
	if (printer->over || stop)
		return true;
	if (channel->over && printer_is_idle(printer))
		return true;
	return (channel->over || (channel->ended && channel->listener < 0)) &&
	       printer_is_stopped(printer) && !control_is_open(control);
}

static void loop(struct channel *channel, struct control *control, struct printer *printer,
		 const sigset_t *mask)
{
	while (!is_over(channel, control, printer)) {
		bool progress = channel_work(channel, printer);

		if (printer_work(printer))
			progress = true;
		if (control_work(control, printer))
			progress = true;
		if (progress)	/* signals only */
			sleep_until(1, NULL, 0, mask);
		else if (!is_over(channel, control, printer))
			wait_for_work(channel, control, printer, mask);
	}
}

static void log_sum(const struct printer *printer)
{
	log_begin("end");
	log_number("bytes", printer->bytes);
	log_number("unprocessed", printer->receive_end - printer->receive_begin);
	log_number("pages", printer->pages);
	log_number("jobs", printer->jobs_started);
	log_number("errors", printer->errors);
	log_end();
}

static void log_start(const struct emulator *emulator)
{
	log_begin("start");
	log_text("printer", emulator->language->name);
	log_end();
}

static int run(const struct emulator *emulator, const struct settings *settings)
{
	static struct printer printer;
	struct channel channel;
	struct control control;
	sigset_t mask;
	bool good;

	catch_signals(&mask);
	if (!open_all(settings, &channel, &control))
		return 2;
	log_start(emulator);
	if (!printer_init(&printer, emulator->language, emulator->data, settings->buffer))
		return 2;
	good = do_first(settings, &printer);
	if (good) {
		loop(&channel, &control, &printer, &mask);
		printer_end(&printer);
	}
	good &= store_close();
	log_sum(&printer);
	control_close(&control);
	channel_close(&channel);
	log_close();
	printer_free(&printer);
	if (!good)
		return 2;
	return printer.errors && !settings->lenient;
}

int emulator_main(const struct emulator *emulator, int argc, char **argv)
{
	struct settings settings = { .buffer = 16384 };

	parse(emulator, &settings, argc, argv);
	return run(emulator, &settings);
}
