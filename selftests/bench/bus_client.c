// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Another client of a parallel bus, which measures how long it waits for its claims. One line
 * of JSON on standard output.
 *
 *	bus_client --node NODE [option...]	claims, reads the status lines, releases
 *
 *	--seconds S	for how long (1)
 *	--pause-us N	between a release and the next claim (10000)
 *	--label K=V	a member of the result
 *
 * NODE is one of ppdev's, /dev/parportN.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <linux/ppdev.h>

#include "measure.h"

#define LABELS_MAX	16
#define SECONDS_MAX	100
#define CLAIMS_MAX	100000
/* How much longer than it is to run it may take: the last claim has to be waited for. */
#define PATIENCE_S	60

static struct {
	const char *node;
	double seconds;
	unsigned long pause_us;
	char *labels[LABELS_MAX];
	unsigned int nr_labels;
} options = { .seconds = 1, .pause_us = 10000 };

/* Returns for how many nanoseconds the claim was waited for. */
static uint64_t claim(int fd)
{
	uint64_t time = now_ns();
	unsigned char lines;

	if (ioctl(fd, PPCLAIM))
		die_errno("%s: claim", options.node);
	time = now_ns() - time;
	if (ioctl(fd, PPRSTATUS, &lines))
		die_errno("%s: status", options.node);
	if (ioctl(fd, PPRELEASE))
		die_errno("%s: release", options.node);
	return time;
}

static void run(struct samples *samples)
{
	struct timespec pause = {
		.tv_sec = options.pause_us / 1000000,
		.tv_nsec = options.pause_us % 1000000 * 1000,
	};
	uint64_t until = now_ns() + options.seconds * 1e9;
	int fd = open(options.node, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die_errno("%s", options.node);
	while (samples->nr < samples->max && now_ns() < until) {
		samples_add(samples, claim(fd));
		nanosleep(&pause, NULL);
	}
	close(fd);
}

static void tell(struct samples *samples)
{
	unsigned int i;

	json_begin();
	for (i = 0; i < options.nr_labels; i++) {
		char *value = strchr(options.labels[i], '=');

		*value++ = '\0';
		json_text(options.labels[i], value);
	}
	json_text("test", "bus-client");
	json_number("seconds", options.seconds);
	json_samples("us", samples);
	json_end();
}

static void usage(void)
{
	fprintf(stderr, "usage: bus_client --node NODE [--seconds S] [--pause-us N] "
		"[--label K=V]...\n");
	exit(2);
}

static double number(const char *text, double max)
{
	double value;
	char *end;

	value = strtod(text, &end);
	if (end == text || *end || !(value > 0 && value <= max))
		usage();
	return value;
}

static void add_label(char *text)
{
	if (options.nr_labels == LABELS_MAX || !strchr(text, '='))
		usage();
	options.labels[options.nr_labels++] = text;
}

static void parse_option(int c)
{
	switch (c) {
	case 'n':
		options.node = optarg;
		break;
	case 't':
		options.seconds = number(optarg, SECONDS_MAX);
		break;
	case 'p':
		options.pause_us = number(optarg, SECONDS_MAX * 1e6);
		break;
	case 'l':
		add_label(optarg);
		break;
	default:
		usage();
	}
}

static void parse(int argc, char **argv)
{
	static const struct option names[] = {
		{ "node", required_argument, NULL, 'n' },
		{ "seconds", required_argument, NULL, 't' },
		{ "pause-us", required_argument, NULL, 'p' },
		{ "label", required_argument, NULL, 'l' },
		{ }
	};
	int c;

	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1)
		parse_option(c);
	if (!options.node || optind != argc)
		usage();
}

int main(int argc, char **argv)
{
	struct samples samples;

	parse(argc, argv);
	/* Whatever hangs, this ends. */
	alarm(options.seconds + PATIENCE_S);
	samples_alloc(&samples, CLAIMS_MAX);
	run(&samples);
	tell(&samples);
	free(samples.ns);
	return 0;
}
