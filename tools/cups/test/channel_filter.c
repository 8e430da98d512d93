// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A CUPS filter for tests: passes its document on as it is, and says in DEBUG lines what
 * the backend answers on the side channel and what came on the back channel.
 */
#include <cups/cups.h>
#include <cups/sidechannel.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A port may have to be waited for. */
#define LONG_S	60.0

static void ask(const char *name, cups_sc_command_t command, const char *question, size_t len)
{
	char data[65536] = "";
	int size = sizeof(data) - 1;
	cups_sc_status_t status;

	/* The library sends as much of the data as the question is long. */
	memcpy(data, question, len);
	status = cupsSideChannelDoRequest(command, data, &size, LONG_S);
	if (status != CUPS_SC_STATUS_OK)
		size = 0;
	data[size] = '\0';
	fprintf(stderr, "DEBUG: channel %s status=%d len=%d", name, status, size);
	if (size == 1)
		fprintf(stderr, " byte=%d\n", (unsigned char)data[0]);
	else
		fprintf(stderr, " text=%s\n", data);
}

static int copy(int from)
{
	char data[16384];
	ssize_t n;

	while ((n = read(from, data, sizeof(data))) > 0) {
		ssize_t at = 0;

		while (at < n) {
			ssize_t written = write(STDOUT_FILENO, data + at, n - at);

			if (written < 0)
				return errno;
			at += written;
		}
	}
	return n < 0 ? errno : 0;
}

static void listen_to_printer(void)
{
	char said[256];
	ssize_t n = cupsBackChannelRead(said, sizeof(said) - 1, LONG_S);

	said[n > 0 ? n : 0] = '\0';
	fprintf(stderr, "DEBUG: channel back len=%zd text=%s\n", n, said);
}

static void wait_until_connected(void)
{
	char data[16] = "";
	int i, size;

	for (i = 0; i < (int)LONG_S * 10 && data[0] != CUPS_SC_CONNECTED; i++) {
		size = sizeof(data);
		if (cupsSideChannelDoRequest(CUPS_SC_CMD_GET_CONNECTED, data, &size, 1.0) !=
		    CUPS_SC_STATUS_OK)
			data[0] = 0;
		usleep(100000);
	}
}

/* FILTER JOB USER TITLE COPIES OPTIONS [FILE] */
int main(int argc, char **argv)
{
	int from = argc > 6 ? open(argv[6], O_RDONLY) : STDIN_FILENO, err;

	if (from < 0)
		return EXIT_FAILURE;
	wait_until_connected();
	ask("connected", CUPS_SC_CMD_GET_CONNECTED, "", 0);
	ask("bidi", CUPS_SC_CMD_GET_BIDI, "", 0);
	ask("device-id", CUPS_SC_CMD_GET_DEVICE_ID, "", 0);
	ask("state", CUPS_SC_CMD_GET_STATE, "", 0);
	ask("snmp", CUPS_SC_CMD_SNMP_GET, ".1.3.6.1.2.1", 13);
	err = copy(from);
	if (err)
		fprintf(stderr, "DEBUG: channel copy: %s\n", strerror(err));
	ask("drain", CUPS_SC_CMD_DRAIN_OUTPUT, "", 0);
	if (strstr(argv[3], "listen"))
		listen_to_printer();
	if (strstr(argv[3], "reset"))
		ask("reset", CUPS_SC_CMD_SOFT_RESET, "", 0);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
