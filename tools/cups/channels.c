// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The back channel (what the printer says) and the side channel (what filters ask).
 * Neither may hold up the job: what nobody reads in time is dropped.
 */
#include <cups/backend.h>
#include <cups/cups.h>
#include <cups/sidechannel.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "channels.h"
#include "message.h"
#include "status.h"

#define BACK_FD		3
/* What an answer waits for a filter that does not take it. */
#define ANSWER_S	0.5

/* Whether @fd is open; if not, it is taken, so that it becomes no other file's. */
static bool is_given(int fd)
{
	int null;

	if (fcntl(fd, F_GETFD) >= 0) {
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		return true;
	}
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0 && null != fd) {
		dup3(null, fd, O_CLOEXEC);
		close(null);
	}
	return false;
}

void channels_begin(struct channels *channels)
{
	struct stat st;

	memset(channels, 0, sizeof(*channels));
	channels->has_back = is_given(BACK_FD);
	channels->has_side = is_given(CUPS_SC_FD) && !fstat(CUPS_SC_FD, &st) &&
			     S_ISSOCK(st.st_mode);
}

int channels_side_fd(const struct channels *channels)
{
	return channels->has_side ? CUPS_SC_FD : -1;
}

static void answer(struct channels *channels, cups_sc_command_t command,
		   cups_sc_status_t status, const void *data, size_t len)
{
	if (cupsSideChannelWrite(command, status, data, (int)len, ANSWER_S))
		channels->has_side = false;
}

static void answer_byte(struct channels *channels, cups_sc_command_t command,
			unsigned char byte)
{
	answer(channels, command, CUPS_SC_STATUS_OK, &byte, 1);
}

static void soft_reset(struct channels *channels)
{
	int err = channels->port ? printport_reset(channels->port) : -ENODEV;
	cups_sc_status_t status = CUPS_SC_STATUS_IO_ERROR;

	if (!err)
		status = CUPS_SC_STATUS_OK;
	else if (err == -EOPNOTSUPP)
		status = CUPS_SC_STATUS_NOT_IMPLEMENTED;
	answer(channels, CUPS_SC_CMD_SOFT_RESET, status, NULL, 0);
}

static void get_state(struct channels *channels)
{
	struct printport_status status = { .reasons = PRINTPORT_REASON_OFFLINE };

	/* Without the port's EPOLLPRI, which is the job's: the next tick catches up. */
	if (channels->port && printport_get_status(channels->port, &status))
		status.reasons = PRINTPORT_REASON_OFFLINE;
	else if (channels->port)
		status_show(status.reasons, false);
	answer_byte(channels, CUPS_SC_CMD_GET_STATE,
		    status_side_channel(status.reasons, status.queued));
}

static void get_device_id(struct channels *channels)
{
	size_t len = strlen(channels->device_id);

	answer(channels, CUPS_SC_CMD_GET_DEVICE_ID,
	       len ? CUPS_SC_STATUS_OK : CUPS_SC_STATUS_NO_RESPONSE,
	       channels->device_id, len);
}

static void drain(struct channels *channels)
{
	if (channels->port)
		channels->draining = true;
	else
		answer(channels, CUPS_SC_CMD_DRAIN_OUTPUT, CUPS_SC_STATUS_IO_ERROR, NULL, 0);
}

void channels_answer(struct channels *channels)
{
	cups_sc_command_t command;
	cups_sc_status_t status;
	/* Of no request that is known here the data matter. */
	char data[65536];
	int len = sizeof(data);

	if (cupsSideChannelRead(&command, &status, data, &len, 0.0)) {
		channels->has_side = false;
		return;
	}
	switch (command) {
	case CUPS_SC_CMD_SOFT_RESET:
		soft_reset(channels);
		break;
	case CUPS_SC_CMD_DRAIN_OUTPUT:
		drain(channels);
		break;
	case CUPS_SC_CMD_GET_BIDI:
		answer_byte(channels, command, channels->capabilities & PRINTPORT_CAP_READ ?
			    CUPS_SC_BIDI_SUPPORTED : CUPS_SC_BIDI_NOT_SUPPORTED);
		break;
	case CUPS_SC_CMD_GET_DEVICE_ID:
		get_device_id(channels);
		break;
	case CUPS_SC_CMD_GET_STATE:
		get_state(channels);
		break;
	case CUPS_SC_CMD_GET_CONNECTED:
		answer_byte(channels, command, channels->port ? CUPS_SC_CONNECTED :
			    CUPS_SC_NOT_CONNECTED);
		break;
	default:
		answer(channels, command, CUPS_SC_STATUS_NOT_IMPLEMENTED, NULL, 0);
	}
}

void channels_back(struct channels *channels)
{
	char data[4096];
	ssize_t n = printport_read(channels->port, data, sizeof(data)), sent = 0;

	if (n <= 0)
		return;
	if (channels->has_back)
		sent = cupsBackChannelWrite(data, n, 0.0);
	if (sent < n)
		channels->dropped += n - (sent > 0 ? sent : 0);
}

void channels_drained(struct channels *channels)
{
	struct printport_status status;
	int err;

	if (!channels->draining)
		return;
	err = printport_get_status(channels->port, &status);
	if (!err)
		status_show(status.reasons, false);
	if (!err && status.queued)
		return;
	channels->draining = false;
	answer(channels, CUPS_SC_CMD_DRAIN_OUTPUT,
	       err ? CUPS_SC_STATUS_IO_ERROR : CUPS_SC_STATUS_OK, NULL, 0);
}

void channels_end(struct channels *channels)
{
	if (channels->draining)
		answer(channels, CUPS_SC_CMD_DRAIN_OUTPUT, CUPS_SC_STATUS_IO_ERROR, NULL, 0);
	channels->draining = false;
	channels->port = NULL;
	if (channels->dropped)
		say("DEBUG", "%llu bytes of what the printer said were read by no filter.",
		    (unsigned long long)channels->dropped);
	channels->dropped = 0;
}
