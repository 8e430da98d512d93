// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The simulated parallel port, by the kernel's own drivers: lp, ppdev and the parport core's
 * software handshakes are the standard that the simulator is held against.
 */
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <linux/parport.h>
#include <linux/ppdev.h>

#include "options.h"
#include "parport_sim.h"
#include "random.h"
#include "tap.h"
#include "task.h"

#define DEVICE_ID	"MFG:Acme;MDL:Mono 1;CLS:PRINTER;CMD:PJL,PCL;DES:Acme Mono 1;"

/* Random, from faster than the host to slower than what it polls for. */
#define SLOW		"busy_ns=200 20000;ack_ns=200 20000;response_ns=200 20000;"
/* The same for EPP, where the host gives up after 10 us. */
#define SLOW_EPP	"response_ns=200 9000;"
/* Enough for all that a case prints before somebody reads it. */
#define PAPER		"buffer=2097152;"

/* The seed of the printer's own times: another one for each run with another --seed. */
static struct parport_sim new_sim(const char *settings)
{
	char text[512];

	snprintf(text, sizeof(text), "seed=%u;%s", options.seed, settings);
	return parport_sim_new(text);
}

/* Gone with all that belongs to it. */
static void discard_sim(struct parport_sim *sim)
{
	CHECK_OK(rmdir(sim->dir));
}

/* What it has logged. */
static const char *log_of(const struct parport_sim *sim)
{
	static char log[8192];
	int fd = parport_sim_open(sim, "violations", O_RDONLY);
	ssize_t len = CHECK_OK(read(fd, log, sizeof(log) - 1));

	log[len] = '\0';
	close(fd);
	return log;
}

static void check_legal(const struct parport_sim *sim, const char *what)
{
	if (log_of(sim)[0])
		FAIL("%s: %.300s", what, log_of(sim));
}

/* ppdev */

static int pp_open_flags(const struct parport_sim *sim, int flags)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/dev/parport%d", sim->parport);
	fd = open(path, O_RDWR | O_CLOEXEC | flags);
	if (fd < 0)
		FAIL("open %s: %s", path, tap_errno_name(errno));
	CHECK_OK(ioctl(fd, PPCLAIM));
	return fd;
}

static int pp_open(const struct parport_sim *sim)
{
	return pp_open_flags(sim, 0);
}

static int pp_negotiate(int fd, int mode)
{
	return ioctl(fd, PPNEGOT, &mode);
}

static void pp_compatibility(int fd)
{
	CHECK_OK(pp_negotiate(fd, IEEE1284_MODE_COMPAT));
}

/* The status lines as their bits are in the register. */
static uint8_t pp_status(int fd)
{
	unsigned char status;

	CHECK_OK(ioctl(fd, PPRSTATUS, &status));
	return status & 0xf8;
}

/* How many interrupts there were since the last time. */
static int pp_interrupts(int fd)
{
	int count;

	CHECK_OK(ioctl(fd, PPCLRIRQ, &count));
	return count;
}

static void pp_direction(int fd, int reverse)
{
	CHECK_OK(ioctl(fd, PPDATADIR, &reverse));
}

/* What is under way, for messages. */
static const char *doing = "";

/* Writes @len of random_fill()'s bytes. */
static void pp_write_random(int fd, uint32_t seed, size_t len)
{
	size_t done = 0, part;
	char buf[1024];
	ssize_t ret;

	while (done < len) {
		part = len - done < sizeof(buf) ? len - done : sizeof(buf);
		random_fill(seed, done, buf, part);
		ret = write(fd, buf, part);
		if (ret <= 0)
			FAIL("%s: after %zu bytes write returned %zd, %s", doing, done, ret,
			     ret ? tap_errno_name(errno) : "nothing");
		done += ret;
	}
}

/* Reads @len bytes that are random_fill()'s from @pos. */
static void pp_read_random(int fd, uint32_t seed, uint64_t pos, size_t len)
{
	char buf[1024];
	ssize_t ret;
	long wrong;

	while (len) {
		ret = read(fd, buf, len < sizeof(buf) ? len : sizeof(buf));
		if (ret <= 0)
			FAIL("%s: at byte %llu read returned %zd, %s", doing,
			     (unsigned long long)pos, ret,
			     ret ? tap_errno_name(errno) : "nothing");
		CHECK((size_t)ret <= len);
		wrong = random_check(seed, pos, buf, ret);
		if (wrong >= 0)
			FAIL("%s: byte %llu is wrong: %02x", doing,
			     (unsigned long long)pos + wrong, (uint8_t)buf[wrong]);
		pos += ret;
		len -= ret;
	}
}

/* The lines by hand */

static const struct line {
	const char *name;
	bool status;
	uint8_t bit;
	bool inverted;
} lines[] = {
	{ "nStrobe", false, PARPORT_CONTROL_STROBE, true },
	{ "nAutoFd", false, PARPORT_CONTROL_AUTOFD, true },
	{ "nInit", false, PARPORT_CONTROL_INIT, false },
	{ "nSelectIn", false, PARPORT_CONTROL_SELECT, true },
	{ "nFault", true, PARPORT_STATUS_ERROR, false },
	{ "Select", true, PARPORT_STATUS_SELECT, false },
	{ "PError", true, PARPORT_STATUS_PAPEROUT, false },
	{ "nAck", true, PARPORT_STATUS_ACK, false },
	{ "Busy", true, PARPORT_STATUS_BUSY, true },
};

static const struct line *line_named(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (!strcmp(lines[i].name, name))
			return &lines[i];
	FAIL("no line %s", name);
}

static void play_lines(int fd, char *assignments)
{
	struct ppdev_frob_struct frob = { };
	const struct line *line = NULL;
	char text[128], *word, *value;
	long long until;
	bool level;

	snprintf(text, sizeof(text), "%s", assignments);
	while ((word = strsep(&assignments, ","))) {
		value = strchr(word, '=');
		CHECK(value);
		*value++ = '\0';
		line = line_named(word);
		level = *value == '1';
		frob.mask |= line->bit;
		if (level != line->inverted)
			frob.val |= line->bit;
	}
	if (!line->status) {
		CHECK_OK(ioctl(fd, PPFCONTROL, &frob));
		return;
	}
	until = tap_now_ms() + tap_patience(1000);
	while ((pp_status(fd) & frob.mask) != frob.val)
		if (tap_now_ms() > until)
			FAIL("%s: status is %02x, not %s", doing, pp_status(fd), text);
}

static void slow_down(const struct parport_sim *sim)
{
	static const char *const spans[] = { "busy_ns", "ack_ns", "response_ns" };
	unsigned int i;

	for (i = 0; i < 3; i++)
		parport_sim_set(sim, spans[i], "300000000");
}

/* What the printer has to say. */
static void say(const struct parport_sim *sim, const char *text)
{
	int fd = parport_sim_open(sim, "reply", O_WRONLY | O_NONBLOCK);

	CHECK_EQ(write(fd, text, strlen(text)), (long)strlen(text));
	close(fd);
}

static void play_step(const struct parport_sim *sim, int fd, char *step)
{
	unsigned char byte, got;
	char *value;

	if (!strcmp(step, "slow")) {
		slow_down(sim);
	} else if (!strcmp(step, "look")) {
		pp_status(fd);
	} else if (!strcmp(step, "forward") || !strcmp(step, "reverse")) {
		pp_direction(fd, step[0] == 'r');
	} else if (!strncmp(step, "sleep=", 6)) {
		tap_sleep_ms(strtoul(step + 6, NULL, 10));
	} else if (!strncmp(step, "reply=", 6)) {
		say(sim, step + 6);
	} else if (!strncmp(step, "condition=", 10)) {
		parport_sim_set(sim, "condition", step + 10);
	} else if (step[0] == '#') {
		value = strchr(step, '=');
		CHECK(value);
		*value++ = '\0';
		if (parport_sim_count(sim, step + 1) != strtol(value, NULL, 10))
			FAIL("%s: %s is %lld, not %s", doing, step + 1,
			     parport_sim_count(sim, step + 1), value);
	} else if (!strncmp(step, "data=", 5)) {
		byte = strtoul(step + 5, NULL, 16);
		CHECK_OK(ioctl(fd, PPWDATA, &byte));
	} else if (!strncmp(step, "read=", 5)) {
		byte = strtoul(step + 5, NULL, 16);
		CHECK_OK(ioctl(fd, PPRDATA, &got));
		CHECK_EQ(got, byte);
	} else {
		play_lines(fd, step);
	}
}

/*
 * Steps separated by spaces: "data=5a" writes the data lines, "read=5a" reads them and
 * checks, "forward" and "reverse" turn them, "look" reads the status, "sleep=MS"; lines of
 * the host are set, several at once by "nStrobe=1,nAutoFd=1"; lines of the printer are
 * waited for. "reply=TEXT" and "condition=WORD" are for the printer, "slow" makes it slower
 * than a program, "#COUNTER=NUMBER" checks.
 */
static void play(const struct parport_sim *sim, int fd, const char *script)
{
	char text[1024], *rest = text, *step;

	CHECK(strlen(script) < sizeof(text));
	strcpy(text, script);
	while ((step = strsep(&rest, " ")))
		if (*step)
			play_step(sim, fd, step);
}

/* Pieces of scripts. The numbers are those of the events in IEEE 1284-1994. */
#define BYTE(x)		"Busy=0,nFault=1 data=" x " nStrobe=0 nStrobe=1 "
#define EVENTS_0_2(x)	"data=" x " nSelectIn=1,nAutoFd=0 nAck=0,nFault=1,Select=1,PError=1 "
#define NEGOTIATE(x)	EVENTS_0_2(x) "nStrobe=0 nStrobe=1,nAutoFd=1 nAck=1 "
#define TERMINATE	"nSelectIn=0,nAutoFd=1 nAck=0 nAutoFd=0 nAck=1 nAutoFd=1 "
/* The lines are bits 0 to 3. */
#define NIBBLE(a, b, c, d)							\
	"nAutoFd=0 nAck=0,nFault=" #a ",Select=" #b ",PError=" #c ",Busy=" #d	\
	" nAutoFd=1 nAck=1 "
#define BYTE_IN(x)	"nAutoFd=0 nAck=0 read=" x " nAutoFd=1 nAck=1 nStrobe=0 nStrobe=1 "
#define ECP		NEGOTIATE("10") "Select=1 nAutoFd=0 PError=1 nAutoFd=1 "
#define ECP_OUT(x)	"data=" x " nStrobe=0 Busy=1 nStrobe=1 Busy=0 "
#define ECP_REVERSE	"nAutoFd=0 reverse nInit=0 PError=0 "
#define ECP_IN(x)	"nAck=0 Busy=1 read=" x " nAutoFd=1 nAck=1 nAutoFd=0 "
#define ECP_FORWARD	"nInit=1 PError=1 forward nAutoFd=1 "
#define EPP		NEGOTIATE("40") "Select=1 "
#define EPP_OUT(x)	"nStrobe=0 data=" x " nAutoFd=0 Busy=1 nAutoFd=1 Busy=0 nStrobe=1 "
#define EPP_IN(x)	"reverse nAutoFd=0 Busy=1 read=" x " nAutoFd=1 Busy=0 forward "
#define EPP_TERMINATE	"nInit=0 sleep=1 nInit=1,nSelectIn=0 "

/**
 * struct by_hand - a sequence of steps and what it does
 * @name: one word
 * @settings: of the simulated port, NULL: none
 * @reply: what the printer has to say, NULL: nothing
 * @script: the steps
 * @printed: of them the printer took, if the script is legal
 * @taken: how many bytes of the reply the host took, if the script is legal
 */
struct by_hand {
	const char *name;
	const char *settings;
	const char *reply;
	const char *script;
	const char *printed;
	unsigned int taken;
};

static int by_hand_open(const struct by_hand *by_hand, struct parport_sim *sim)
{
	int fd;

	doing = by_hand->name;
	*sim = new_sim(by_hand->settings ?: "");
	if (by_hand->reply)
		say(sim, by_hand->reply);
	fd = pp_open(sim);
	play(sim, fd, "nStrobe=1,nAutoFd=1,nInit=1,nSelectIn=0 forward");
	parport_sim_check_legal(sim);
	return fd;
}

/* What is printed so far; fails the case unless it is @text. */
static void check_printed(const struct parport_sim *sim, const char *text)
{
	int fd = parport_sim_open(sim, "printed", O_RDONLY | O_NONBLOCK);
	size_t len = strlen(text), done = 0;
	char buf[256] = "";
	ssize_t ret;

	CHECK_EQ(parport_sim_count(sim, "forward_bytes"), (long long)len);
	while (done < len) {
		ret = CHECK_OK(read(fd, buf + done, sizeof(buf) - 1 - done));
		CHECK(ret > 0);
		done += ret;
	}
	if (strcmp(buf, text))
		FAIL("%s is printed, not %s", buf, text);
	CHECK_ERR(read(fd, buf, 1), EAGAIN);
	close(fd);
}

static const struct by_hand legal[] = {
	{ "compatibility", "", NULL, BYTE("61") BYTE("62") BYTE("63"), "abc", 0 },
	/* The standard's race: busy for some other reason after the host has looked. */
	{ "race", "", NULL, "Busy=0,nFault=1 sleep=1 data=61 nStrobe=0 nStrobe=1", "a", 0 },
	{ "nothing", "", NULL, "data=55 look data=aa look", "", 0 },
	{ "init", "", NULL, "nInit=0 sleep=1 nInit=1 sleep=1 " BYTE("61"), "a", 0 },
	{ "nibble", "", "ab", NEGOTIATE("00") "nFault=0 " NIBBLE(1, 0, 0, 0)
	  NIBBLE(0, 1, 1, 0) "nFault=0 " NIBBLE(0, 1, 0, 0) NIBBLE(0, 1, 1, 0) "nFault=1 "
	  TERMINATE BYTE("61"), "a", 2 },
	{ "nibble_idle", "", NULL, NEGOTIATE("00") "nFault=1 nAutoFd=0 sleep=1 " TERMINATE,
	  "", 0 },
	{ "byte", "", "ab", NEGOTIATE("01") "Select=1 nFault=0 reverse " BYTE_IN("61")
	  BYTE_IN("62") "nFault=1 forward " TERMINATE BYTE("61"), "a", 2 },
	{ "ecp", "", NULL, ECP ECP_OUT("61") ECP_OUT("62") TERMINATE BYTE("63"), "abc", 0 },
	{ "ecp_reverse", "", "ab", ECP ECP_OUT("61") ECP_REVERSE ECP_IN("61") ECP_IN("62")
	  ECP_FORWARD ECP_OUT("62") TERMINATE, "ab", 2 },
	{ "epp", "", NULL, EPP EPP_OUT("61") EPP_OUT("62") EPP_TERMINATE BYTE("63"), "abc",
	  0 },
	{ "epp_read", "", "ab", EPP EPP_OUT("61") EPP_IN("61") EPP_IN("62") EPP_OUT("62")
	  EPP_TERMINATE, "ab", 2 },
	/* The printer pulses nAck by itself, and lets go of PError when it is answered. */
	{ "reverse_idle", "", NULL, NEGOTIATE("00") "nFault=1 nAutoFd=0 PError=1 sleep=1 "
	  "reply=a nFault=0,PError=1 sleep=2 nAck=1 nAutoFd=1 PError=0,nAck=1 "
	  NIBBLE(1, 0, 0, 0) NIBBLE(0, 1, 1, 0) "nFault=1 " TERMINATE, "", 1 },
	{ "ecp_rle", "supports=nibble ecp rle", NULL, NEGOTIATE("30")
	  "Select=1 nAutoFd=0 PError=1 " ECP_OUT("03") "nAutoFd=1 " ECP_OUT("61")
	  ECP_OUT("62") TERMINATE, "aaaab", 0 },
	{ "ecp_recovery", "", NULL, ECP ECP_OUT("61") "condition=busy data=62 nStrobe=0 "
	  "sleep=5 #recoveries=0 nInit=0 PError=0 nInit=1 PError=1 nStrobe=1 #recoveries=1 "
	  "condition=none " ECP_OUT("63") TERMINATE, "ac", 0 },
	{ "refused", "supports=nibble", NULL, NEGOTIATE("10") "Select=0 " TERMINATE
	  BYTE("61"), "a", 0 },
};

static void legal_by_hand(void)
{
	const struct by_hand *by_hand = legal;
	struct parport_sim sim;
	size_t i;
	int fd;

	for (i = 0; i < sizeof(legal) / sizeof(legal[0]); i++, by_hand++) {
		fd = by_hand_open(by_hand, &sim);
		play(&sim, fd, by_hand->script);
		check_legal(&sim, by_hand->name);
		CHECK_SOON(parport_sim_in_mode(&sim, "compatibility"), 1000);
		check_printed(&sim, by_hand->printed);
		CHECK_EQ(parport_sim_count(&sim, "reverse_bytes") -
			 parport_sim_count(&sim, "id_bytes"), by_hand->taken);
		CHECK_EQ(parport_sim_count(&sim, "immediate_terminations"), 0);
		close(fd);
		discard_sim(&sim);
	}
}

/* Leaving in the middle of a byte: the standard allows it, the byte stays where it was. */
static const struct by_hand immediate[] = {
	{ .name = "nibble", .reply = "a",
	  .script = NEGOTIATE("00") "nFault=0 " NIBBLE(1, 0, 0, 0) "nAutoFd=0 nAck=0" },
	{ .name = "byte", .reply = "a",
	  .script = NEGOTIATE("01") "nFault=0 reverse nAutoFd=0 nAck=0 read=61" },
	{ .name = "ecp", .script = ECP "data=61 nStrobe=0 Busy=1" },
	{ .name = "ecp_reverse", .reply = "a", .script = ECP ECP_REVERSE "nAck=0 read=61" },
};

static void immediate_by_hand(void)
{
	const struct by_hand *by_hand = immediate;
	struct parport_sim sim;
	size_t i;
	int fd;

	for (i = 0; i < sizeof(immediate) / sizeof(immediate[0]); i++, by_hand++) {
		fd = by_hand_open(by_hand, &sim);
		play(&sim, fd, by_hand->script);
		play(&sim, fd, "nSelectIn=0 sleep=1 nStrobe=1,nAutoFd=1,nInit=1 sleep=1 "
			       "forward sleep=1 #immediate_terminations=1 " BYTE("61"));
		check_legal(&sim, by_hand->name);
		CHECK(parport_sim_in_mode(&sim, "compatibility"));
		CHECK_EQ(parport_sim_count(&sim, "reply_left"), !!by_hand->reply);
		check_printed(&sim, "a");
		close(fd);
		discard_sim(&sim);
	}
}

static const struct by_hand illegal[] = {
	{ .name = "busy", .script = "slow " BYTE("61") "nStrobe=0 nStrobe=1" },
	{ .name = "not_looked", .script = BYTE("61") "sleep=5 nStrobe=0" },
	{ .name = "data_in_strobe",
	  .script = "Busy=0,nFault=1 data=61 nStrobe=0 data=62 nStrobe=1" },
	{ .name = "strobe_in_fault", .settings = "condition=error",
	  .script = "Busy=1 data=61 nStrobe=0 nStrobe=1" },
	{ .name = "strobe_unseen_reversed",
	  .script = "Busy=0,nFault=1 data=61 reverse nStrobe=0 nStrobe=1" },

	{ .name = "event_3_before_2",
	  .script = "slow data=10 nSelectIn=1,nAutoFd=0 nStrobe=0" },
	{ .name = "event_4_without_3", .script = EVENTS_0_2("10") "nAutoFd=1" },
	{ .name = "data_before_event_4",
	  .script = EVENTS_0_2("10") "data=40 nStrobe=0 nStrobe=1,nAutoFd=1" },
	{ .name = "event_7_before_6",
	  .script = EVENTS_0_2("00") "slow nStrobe=0 nStrobe=1,nAutoFd=1 nAutoFd=0" },

	{ .name = "nibble_10_before_9", .reply = "a",
	  .script = NEGOTIATE("00") "nFault=0 slow nAutoFd=0 nAutoFd=1" },
	{ .name = "nibble_7_before_11", .reply = "a",
	  .script = NEGOTIATE("00") "nFault=0 nAutoFd=0 nAck=0 slow nAutoFd=1 nAutoFd=0" },
	{ .name = "nibble_strobe", .reply = "a",
	  .script = NEGOTIATE("00") "nStrobe=0" },
	{ .name = "byte_driven_by_both", .reply = "a",
	  .script = NEGOTIATE("01") "forward nAutoFd=0 nAck=0 look nAutoFd=1 nAck=1" },
	{ .name = "byte_without_16", .reply = "ab",
	  .script = NEGOTIATE("01") "reverse nAutoFd=0 nAck=0 nAutoFd=1 nAck=1 nAutoFd=0" },

	{ .name = "ecp_without_30", .script = NEGOTIATE("10") "data=61 nStrobe=0" },
	{ .name = "ecp_37_before_36", .script = ECP "slow data=61 nStrobe=0 nStrobe=1" },
	{ .name = "ecp_data_in_strobe",
	  .script = ECP "data=61 nStrobe=0 data=62 Busy=1 nStrobe=1" },
	{ .name = "ecp_command_in_strobe",
	  .script = ECP "data=61 nStrobe=0 nAutoFd=0 Busy=1 nStrobe=1" },
	{ .name = "ecp_reverse_without_38", .reply = "a",
	  .script = ECP "reverse nInit=0" },
	{ .name = "ecp_driven_by_both", .reply = "a",
	  .script = ECP "nAutoFd=0 forward nInit=0 PError=0 nAck=0 look" },
	{ .name = "ecp_strobe_in_reverse", .script = ECP ECP_REVERSE "nStrobe=0" },
	{ .name = "ecp_44_before_43", .script = ECP ECP_REVERSE "nAutoFd=1" },

	{ .name = "ecp_rle_refused", .script = ECP "nAutoFd=0 " ECP_OUT("03") },
	{ .name = "ecp_init_in_idle", .script = ECP "nInit=0" },

	{ .name = "epp_next_before_60",
	  .script = EPP "nStrobe=0 data=61 nAutoFd=0 Busy=1 slow nAutoFd=1 nAutoFd=0" },
	{ .name = "epp_data_in_strobe",
	  .script = EPP "nStrobe=0 data=61 nAutoFd=0 data=62 Busy=1 nAutoFd=1" },
	{ .name = "epp_direction_in_strobe",
	  .script = EPP "slow nStrobe=0 data=61 nAutoFd=0 nStrobe=1" },
	{ .name = "epp_driven_by_both", .reply = "a",
	  .script = EPP "forward nAutoFd=0 Busy=1 look nAutoFd=1" },

	{ .name = "event_25_before_24",
	  .script = NEGOTIATE("00") "slow nSelectIn=0,nAutoFd=1 nAutoFd=0" },
	{ .name = "event_29_before_27",
	  .script = NEGOTIATE("00") "nSelectIn=0,nAutoFd=1 nAck=0 slow nAutoFd=0 nAutoFd=1" },
	{ .name = "strobe_in_termination",
	  .script = NEGOTIATE("00") "nSelectIn=0,nAutoFd=1 nAck=0 nStrobe=0" },
};

static void illegal_by_hand(void)
{
	const struct by_hand *by_hand = illegal;
	char missed[512] = "";
	struct parport_sim sim;
	unsigned int seen = 0;
	size_t i, used;
	int fd;

	for (i = 0; i < sizeof(illegal) / sizeof(illegal[0]); i++, by_hand++) {
		fd = by_hand_open(by_hand, &sim);
		play(&sim, fd, by_hand->script);
		used = strlen(missed);
		if (log_of(&sim)[0] && parport_sim_count(&sim, "violations"))
			seen++;
		else
			snprintf(missed + used, sizeof(missed) - used, " %s", by_hand->name);
		close(fd);
		discard_sim(&sim);
	}
	if (missed[0])
		FAIL("not seen:%s", missed);
	tap_note("%u kinds", seen);
}

/* lp */

/* The node that lp has made for it. */
static int lp_open(const struct parport_sim *sim, int flags)
{
	char path[64], parport[32], device[PATH_MAX];
	unsigned int i;

	snprintf(parport, sizeof(parport), "/parport%d/", sim->parport);
	for (i = 0; i < 8; i++) {
		snprintf(path, sizeof(path), "/sys/bus/parport/devices/lp.%u", i);
		if (!realpath(path, device) || !strstr(device, parport))
			continue;
		snprintf(path, sizeof(path), "/dev/lp%u", i);
		return CHECK_OK(open(path, flags | O_CLOEXEC));
	}
	FAIL("no lp on parport%d", sim->parport);
}

static void lp_writes(const char *settings, size_t len, const char *counter, bool hardware)
{
	struct parport_sim sim = new_sim(settings);
	long long began = tap_now_ms(), span;
	int fd = lp_open(&sim, O_WRONLY);

	write_random(fd, options.seed, 0, len);
	CHECK_OK(close(fd));
	span = tap_now_ms() - began + 1;
	parport_sim_check_legal(&sim);
	CHECK_EQ(parport_sim_count(&sim, counter), (long long)len);
	CHECK_EQ(parport_sim_count(&sim, "hardware_bytes"), hardware ? (long long)len : 0);
	CHECK(parport_sim_in_mode(&sim, "compatibility"));
	parport_sim_printed(&sim, options.seed, 0, len);
	CHECK_EQ(parport_sim_count(&sim, "forward_bytes"), (long long)len);
	tap_note("%zu bytes, %lld kB/s", len, len / span);
}

static void lp_write_software(void)
{
	lp_writes(PAPER, options_bytes(131072, 32768), "compat_bytes", false);
}

static void lp_write_software_irq(void)
{
	lp_writes(PAPER "irq=1", options_bytes(65536, 16384), "compat_bytes", false);
}

static void lp_write_slow(void)
{
	lp_writes(PAPER SLOW, options_bytes(16384, 8192), "compat_bytes", false);
}

static void lp_write_slow_irq(void)
{
	lp_writes(PAPER SLOW "irq=1", options_bytes(16384, 8192), "compat_bytes", false);
}

static void lp_write_hardware(void)
{
	lp_writes(PAPER "modes=tristate compat", options_bytes(1 << 19, 65536),
		  "compat_bytes", true);
}

static void lp_write_ecp(void)
{
	lp_writes(PAPER "modes=tristate ecp;irq=1", options_bytes(1 << 19, 65536), "ecp_bytes",
		  true);
}

static void lp_reads(const char *settings)
{
	struct parport_sim sim = new_sim(settings);
	size_t len = options_bytes(8192, 4096), done = 0;
	int fd = lp_open(&sim, O_RDWR);
	char buf[1000];
	ssize_t ret;

	parport_sim_reply(&sim, options.seed, 0, len);
	while (done < len) {
		ret = CHECK_OK(read(fd, buf, sizeof(buf)));
		CHECK(ret > 0);
		CHECK_EQ(random_check(options.seed, done, buf, ret), -1);
		done += ret;
	}
	CHECK_EQ(done, len);
	CHECK_EQ(parport_sim_count(&sim, "nibble_bytes"), (long long)len);
	CHECK_EQ(parport_sim_count(&sim, "reply_left"), 0);
	CHECK_EQ(write(fd, "x", 1), 1);
	CHECK_OK(close(fd));
	check_printed(&sim, "x");
	parport_sim_check_legal(&sim);
}

static void lp_read(void)
{
	lp_reads("");
}

static void lp_read_slow(void)
{
	lp_reads(SLOW);
}

static void lp_read_irq(void)
{
	lp_reads(SLOW "irq=1");
}

/* Modes */

/**
 * struct mode - one that the host may ask for
 * @name: in messages
 * @mode: for PPNEGOT
 * @needs: words of "supports" that a printer must have to accept it
 * @in: the mode that the printer is in then
 */
static const struct mode {
	const char *name;
	int mode;
	const char *needs;
	const char *in;
} modes[] = {
	{ "nibble", IEEE1284_MODE_NIBBLE, "nibble", "nibble" },
	{ "byte", IEEE1284_MODE_BYTE, "byte", "byte" },
	{ "ECP", IEEE1284_MODE_ECP, "ecp", "ecp" },
	{ "ECP with RLE", IEEE1284_MODE_ECPRLE, "ecp rle", "ecp" },
	{ "ECP in software", IEEE1284_MODE_ECPSWE, "ecp", "ecp" },
	{ "EPP", IEEE1284_MODE_EPP, "epp", "epp" },
	{ "EPP in software", IEEE1284_MODE_EPPSWE, "epp", "epp" },
	{ "id, nibble", IEEE1284_MODE_NIBBLE | IEEE1284_DEVICEID, "nibble id", "nibble" },
	{ "id, byte", IEEE1284_MODE_BYTE | IEEE1284_DEVICEID, "byte id", "byte" },
	{ "id, ECP", IEEE1284_MODE_ECP | IEEE1284_DEVICEID, "ecp id", "ecp" },
	{ "id, ECP with RLE", IEEE1284_MODE_ECPRLE | IEEE1284_DEVICEID, "ecp rle id", "ecp" },
	{ "reserved 02", 0x02, "-", "" },
	{ "reserved 08", 0x08, "-", "" },
	{ "extensibility link", IEEE1284_EXT_LINK, "-", "" },
};

/* Whether each word of @words is one of @all. */
static bool has_words(const char *all, const char *words)
{
	char text[128], *rest = text, *word;

	snprintf(text, sizeof(text), "%s", words);
	while ((word = strsep(&rest, " "))) {
		char want[64], have[128];

		snprintf(want, sizeof(want), " %s ", word);
		snprintf(have, sizeof(have), " %s ", all);
		if (!strstr(have, want))
			return false;
	}
	return true;
}

static void negotiate_one(const struct parport_sim *sim, int fd, const struct mode *mode,
			  const char *supports)
{
	long long accepted = parport_sim_count(sim, "negotiations");
	long long refused = parport_sim_count(sim, "refused");
	int ret = pp_negotiate(fd, mode->mode);

	if (has_words(supports, mode->needs)) {
		if (ret)
			FAIL("%s (%s): %s", mode->name, supports, tap_errno_name(errno));
		if (!parport_sim_in_mode(sim, mode->in))
			FAIL("%s (%s): in another mode", mode->name, supports);
		CHECK_EQ(parport_sim_count(sim, "negotiations"), accepted + 1);
		CHECK_EQ(parport_sim_count(sim, "refused"), refused);
	} else {
		if (!ret)
			FAIL("%s (%s): accepted", mode->name, supports);
		if (errno != (strcmp(supports, "none") ? ENXIO : EIO))
			FAIL("%s (%s): %s", mode->name, supports, tap_errno_name(errno));
		CHECK_EQ(parport_sim_count(sim, "negotiations"), accepted);
		CHECK_EQ(parport_sim_count(sim, "refused"),
			 refused + !!strcmp(supports, "none"));
	}
	pp_compatibility(fd);
	if (!parport_sim_in_mode(sim, "compatibility"))
		FAIL("%s (%s): not terminated", mode->name, supports);
	parport_sim_check_legal(sim);
}

static void negotiate_all(const char *settings)
{
	static const char *const supports[] = {
		"nibble byte ecp rle epp id", "nibble", "nibble id", "nibble byte id",
		"nibble ecp", "nibble ecp rle id", "nibble epp", "none",
	};
	struct parport_sim sim = new_sim(settings);
	int fd = pp_open(&sim);
	size_t i, j;

	for (i = 0; i < sizeof(supports) / sizeof(supports[0]); i++) {
		parport_sim_set(&sim, "supports", supports[i]);
		for (j = 0; j < sizeof(modes) / sizeof(modes[0]); j++)
			negotiate_one(&sim, fd, &modes[j], supports[i]);
	}
	CHECK_EQ(parport_sim_count(&sim, "immediate_terminations"), 0);
	CHECK_EQ(write(fd, "still there", 11), 11);
	check_printed(&sim, "still there");
	close(fd);
}

static void negotiate(void)
{
	negotiate_all("");
}

static void negotiate_slow(void)
{
	negotiate_all(SLOW);
}

static void negotiate_irq(void)
{
	negotiate_all(SLOW "irq=1");
}

/* Data through ppdev */

/**
 * struct transfer - what goes through ppdev
 * @name: in messages
 * @settings: of the simulated port
 * @mode: for PPNEGOT
 * @counter: that counts the bytes
 * @hardware: they go through an engine
 * @part: this part of the bytes that are to be transferred
 */
struct transfer {
	const char *name;
	const char *settings;
	int mode;
	const char *counter;
	bool hardware;
	unsigned int part;
};

/*
 * The core's software EPP waits for 10 us at most, and not at all when another process is
 * to run: the printer has to be faster than that.
 */
#define PROMPT		"response_ns=0;"

static const struct transfer writes[] = {
	{ "compatibility", PAPER, IEEE1284_MODE_COMPAT, "compat_bytes", false, 1 },
	{ "compatibility, slow", PAPER SLOW, IEEE1284_MODE_COMPAT, "compat_bytes", false, 8 },
	{ "compatibility, irq", PAPER SLOW "irq=1", IEEE1284_MODE_COMPAT, "compat_bytes",
	  false, 8 },
	{ "compatibility, hardware", PAPER "modes=compat", IEEE1284_MODE_COMPAT,
	  "compat_bytes", true, 1 },
	{ "compatibility, hardware, slow", PAPER SLOW "modes=compat", IEEE1284_MODE_COMPAT,
	  "compat_bytes", true, 8 },
	{ "ECP", PAPER, IEEE1284_MODE_ECP, "ecp_bytes", false, 2 },
	{ "ECP, slow", PAPER SLOW, IEEE1284_MODE_ECP, "ecp_bytes", false, 8 },
	{ "ECP, irq", PAPER SLOW "irq=1", IEEE1284_MODE_ECP, "ecp_bytes", false, 8 },
	{ "ECP, hardware", PAPER "modes=tristate ecp", IEEE1284_MODE_ECP, "ecp_bytes", true,
	  1 },
	{ "ECP, hardware, slow", PAPER SLOW "modes=tristate ecp;irq=1", IEEE1284_MODE_ECP,
	  "ecp_bytes", true, 8 },
	{ "ECP, not by hardware", PAPER "modes=tristate ecp", IEEE1284_MODE_ECPSWE,
	  "ecp_bytes", false, 8 },
	{ "EPP", PAPER PROMPT, IEEE1284_MODE_EPP, "epp_bytes", false, 2 },
	{ "EPP, irq", PAPER PROMPT "irq=1", IEEE1284_MODE_EPP, "epp_bytes", false, 8 },
	{ "EPP, hardware", PAPER "modes=tristate epp", IEEE1284_MODE_EPP, "epp_bytes", true,
	  1 },
	{ "EPP, hardware, slow", PAPER SLOW_EPP "modes=tristate epp;irq=1", IEEE1284_MODE_EPP,
	  "epp_bytes", true, 8 },
	{ "EPP, not by hardware", PAPER PROMPT "modes=tristate epp", IEEE1284_MODE_EPPSWE,
	  "epp_bytes", false, 8 },
};

static void write_one(const struct transfer *transfer, size_t len)
{
	struct parport_sim sim = new_sim(transfer->settings);
	int fd = pp_open(&sim);

	doing = transfer->name;
	if (pp_negotiate(fd, transfer->mode))
		FAIL("%s: negotiation: %s", transfer->name, tap_errno_name(errno));
	pp_write_random(fd, options.seed, len);
	pp_compatibility(fd);
	close(fd);
	CHECK(parport_sim_in_mode(&sim, "compatibility"));
	check_legal(&sim, transfer->name);
	if (parport_sim_count(&sim, transfer->counter) != (long long)len ||
	    parport_sim_count(&sim, "hardware_bytes") !=
		    (transfer->hardware ? (long long)len : 0))
		FAIL("%s: %lld %s, %lld by hardware, not %zu", transfer->name,
		     parport_sim_count(&sim, transfer->counter), transfer->counter,
		     parport_sim_count(&sim, "hardware_bytes"), len);
	parport_sim_printed(&sim, options.seed, 0, len);
	discard_sim(&sim);
}

static void ppdev_write(void)
{
	size_t len = options_bytes(16384, 8192), i;

	for (i = 0; i < sizeof(writes) / sizeof(writes[0]); i++)
		write_one(&writes[i], len / writes[i].part);
}

static const struct transfer reads[] = {
	{ "nibble", "", IEEE1284_MODE_NIBBLE, "nibble_bytes", false, 1 },
	{ "nibble, slow", SLOW, IEEE1284_MODE_NIBBLE, "nibble_bytes", false, 2 },
	{ "nibble, irq", SLOW "irq=1", IEEE1284_MODE_NIBBLE, "nibble_bytes", false, 2 },
	{ "byte", "", IEEE1284_MODE_BYTE, "byte_bytes", false, 1 },
	{ "byte, slow", SLOW, IEEE1284_MODE_BYTE, "byte_bytes", false, 2 },
	{ "byte, irq", SLOW "irq=1", IEEE1284_MODE_BYTE, "byte_bytes", false, 2 },
	{ "ECP", "", IEEE1284_MODE_ECP, "ecp_reverse_bytes", false, 1 },
	{ "ECP, slow", SLOW, IEEE1284_MODE_ECP, "ecp_reverse_bytes", false, 2 },
	{ "ECP, irq", SLOW "irq=1", IEEE1284_MODE_ECP, "ecp_reverse_bytes", false, 2 },
	{ "ECP with RLE", "supports=nibble ecp rle", IEEE1284_MODE_ECPRLE,
	  "ecp_reverse_bytes", false, 1 },
	{ "EPP", PROMPT, IEEE1284_MODE_EPP, "epp_reverse_bytes", false, 1 },
	{ "EPP, hardware", "modes=tristate epp", IEEE1284_MODE_EPP, "epp_reverse_bytes", true,
	  1 },
	{ "EPP, hardware, slow", SLOW_EPP "modes=tristate epp;irq=1", IEEE1284_MODE_EPP,
	  "epp_reverse_bytes", true, 2 },
};

static void read_one(const struct transfer *transfer, size_t len)
{
	struct parport_sim sim = new_sim(transfer->settings);
	int fd = pp_open(&sim);

	doing = transfer->name;
	parport_sim_reply(&sim, options.seed, 0, len);
	if (pp_negotiate(fd, transfer->mode))
		FAIL("%s: negotiation: %s", transfer->name, tap_errno_name(errno));
	pp_read_random(fd, options.seed, 0, len / 2);
	/* Leaving in between costs nothing. */
	pp_compatibility(fd);
	CHECK_OK(pp_negotiate(fd, transfer->mode));
	pp_read_random(fd, options.seed, len / 2, len - len / 2);
	pp_compatibility(fd);
	check_legal(&sim, transfer->name);
	if (parport_sim_count(&sim, transfer->counter) != (long long)len)
		FAIL("%s: %lld %s, not %zu", transfer->name,
		     parport_sim_count(&sim, transfer->counter), transfer->counter, len);
	CHECK_EQ(parport_sim_count(&sim, "reply_left"), 0);
	CHECK_EQ(write(fd, "x", 1), 1);
	close(fd);
	check_printed(&sim, "x");
	discard_sim(&sim);
}

static void ppdev_read(void)
{
	size_t len = options_bytes(4096, 2048), i;

	for (i = 0; i < sizeof(reads) / sizeof(reads[0]); i++)
		read_one(&reads[i], len / reads[i].part);
}

/* The printer falls silent, and speaks again: reverse idle, events 18 to 21. */
static void reverse_idle_one(const char *what, int mode, const char *settings)
{
	struct parport_sim sim = new_sim(settings);
	int fd = pp_open_flags(&sim, O_NONBLOCK), i, got;
	char buf[16];

	doing = what;
	CHECK_OK(pp_negotiate(fd, mode));
	for (i = 0; i < 5; i++) {
		long long until = tap_now_ms() + tap_patience(2000);

		CHECK_ERR(read(fd, buf, sizeof(buf)), EAGAIN);
		parport_sim_reply(&sim, options.seed, i * 10, 10);
		for (got = 0; got < 10 && tap_now_ms() < until;) {
			ssize_t ret = read(fd, buf + got, 10 - got);

			if (ret > 0)
				got += ret;
			else
				CHECK_ERR(ret, EAGAIN);
		}
		if (got < 10 || random_check(options.seed, i * 10, buf, 10) >= 0)
			FAIL("%s: round %d: %d bytes", what, i, got);
	}
	pp_compatibility(fd);
	check_legal(&sim, what);
	close(fd);
	discard_sim(&sim);
}

static void reverse_idle(void)
{
	reverse_idle_one("nibble", IEEE1284_MODE_NIBBLE, "");
	reverse_idle_one("nibble, irq", IEEE1284_MODE_NIBBLE, "irq=1");
	reverse_idle_one("byte", IEEE1284_MODE_BYTE, "");
	reverse_idle_one("byte, irq", IEEE1284_MODE_BYTE, "irq=1");
	reverse_idle_one("ECP", IEEE1284_MODE_ECP, "");
}

/* A printer with little memory, and somebody who reads it slowly. */
static long write_task(void *arg)
{
	write_random(*(int *)arg, options.seed, 0, 4096);
	return 0;
}

static void full_one(const char *settings, int mode)
{
	struct parport_sim sim = new_sim(settings);
	int fd = pp_open(&sim);
	struct task *writer;

	CHECK_OK(pp_negotiate(fd, mode));
	writer = task_start(write_task, &fd);
	CHECK_SOON(parport_sim_count(&sim, "forward_bytes") >= 1000, 5000);
	tap_sleep_ms(50);
	CHECK(parport_sim_count(&sim, "forward_bytes") <= 1001);
	CHECK(!task_done(writer));
	parport_sim_printed(&sim, options.seed, 0, 4096);
	CHECK_EQ(task_result(writer, 5000), 0);
	pp_compatibility(fd);
	parport_sim_check_legal(&sim);
	CHECK_EQ(parport_sim_count(&sim, "lost_bytes"), 0);
	close(fd);
	discard_sim(&sim);
}

static void full(void)
{
	full_one("buffer=1000", IEEE1284_MODE_COMPAT);
	full_one("buffer=1000;irq=1", IEEE1284_MODE_COMPAT);
	full_one("buffer=1000;modes=compat", IEEE1284_MODE_COMPAT);
	full_one("buffer=1000;modes=tristate ecp", IEEE1284_MODE_ECP);
	full_one("buffer=1000", IEEE1284_MODE_ECP);
}

/* What the core itself does wrong */

static void core_is_illegal(const char *what, const char *settings, int mode)
{
	struct parport_sim sim = new_sim(settings);
	struct itimerval timer = { .it_value.tv_usec = 200000 };
	int fd = pp_open(&sim);
	char buf[16] = "0123456789abcdef";

	task_catch(SIGALRM, false);
	CHECK_OK(pp_negotiate(fd, mode));
	parport_sim_check_legal(&sim);
	CHECK_OK(setitimer(ITIMER_REAL, &timer, NULL));
	if (write(fd, buf, sizeof(buf)) == (ssize_t)sizeof(buf))
		FAIL("%s: all is written", what);
	tap_sleep_ms(5);
	if (!log_of(&sim)[0])
		FAIL("%s: no violation", what);
	tap_note("%s", what);
	parport_sim_set(&sim, "condition", "none");
	parport_sim_set(&sim, "response_ns", "500");
	pp_compatibility(fd);
	close(fd);
	discard_sim(&sim);
}

static void core_violations(void)
{
	core_is_illegal("ECP: nStrobe is withdrawn at a signal", "trigger=36 3 busy",
			IEEE1284_MODE_ECP);
	core_is_illegal("EPP: a strobe is withdrawn after 10 us", "response_ns=500000",
			IEEE1284_MODE_EPP);
}

/* The same, by the core's patience of 4 s. */
static void core_ecp_recovery(void)
{
	struct parport_sim sim;
	unsigned char control;
	char buf[16] = "0123456789abcdef";
	int fd;

	if (options.quick)
		tap_skip("takes 5 s");
	sim = new_sim("trigger=36 3 busy");
	/* Not once more for what is left. */
	fd = pp_open_flags(&sim, O_NONBLOCK);
	CHECK_OK(pp_negotiate(fd, IEEE1284_MODE_ECP));
	CHECK_EQ(write(fd, buf, sizeof(buf)), 2);
	CHECK_EQ(parport_sim_count(&sim, "ecp_bytes"), 2);
	parport_sim_set(&sim, "condition", "none");
	pp_compatibility(fd);
	CHECK_EQ(parport_sim_count(&sim, "recoveries"), 0);
	CHECK_EQ(parport_sim_count(&sim, "immediate_terminations"), 1);
	CHECK_OK(ioctl(fd, PPRCONTROL, &control));
	CHECK(!(control & PARPORT_CONTROL_INIT));
	tap_note("ECP: nInit is left low after a stall");
	close(fd);
}

/* ECP for a device id is terminated in the reverse direction, and nInit is left low. */
static void core_ecp_id(void)
{
	struct parport_sim sim = new_sim("");
	int fd = pp_open(&sim);
	char buf[16];

	CHECK_OK(pp_negotiate(fd, IEEE1284_MODE_ECP | IEEE1284_DEVICEID));
	CHECK(read(fd, buf, sizeof(buf)) > 0);
	pp_compatibility(fd);
	CHECK_EQ(parport_sim_count(&sim, "immediate_terminations"), 1);
	CHECK_EQ(parport_sim_count(&sim, "terminations"),
		 parport_sim_count(&sim, "negotiations") - 1);
	/* In its initialization no printer negotiates. */
	CHECK_ERR(pp_negotiate(fd, IEEE1284_MODE_NIBBLE), EIO);
	play(&sim, fd, "nInit=1 forward sleep=1");
	CHECK_OK(pp_negotiate(fd, IEEE1284_MODE_NIBBLE));
	pp_compatibility(fd);
	tap_note("ECP: a device id is left in the reverse direction");
	close(fd);
}

/* Device id */

/*
 * The core forgets to turn the direction when it terminates ECP that was negotiated for a
 * device id, see core_ecp_id(): it is done here.
 */
static void read_id(const struct parport_sim *sim, int fd, int mode, unsigned int told,
		    const char *text)
{
	char buf[1024];
	size_t len = strlen(text) + 2, done = 0;

	if (pp_negotiate(fd, mode | IEEE1284_DEVICEID))
		FAIL("mode %02x: %s", mode | IEEE1284_DEVICEID, tap_errno_name(errno));
	while (done < len)
		done += CHECK_OK(read(fd, buf + done, len - done));
	if (mode == IEEE1284_MODE_ECP)
		play(sim, fd, "nInit=1 PError=1 forward");
	pp_compatibility(fd);
	CHECK_EQ((uint8_t)buf[0] << 8 | (uint8_t)buf[1], told);
	if (memcmp(buf + 2, text, len - 2))
		FAIL("the device id is %.*s", (int)len - 2, buf + 2);
}

static void device_id_all(const char *settings)
{
	struct parport_sim sim = new_sim(settings);
	unsigned int len = strlen(DEVICE_ID) + 2;
	int fd = pp_open(&sim);

	parport_sim_reply(&sim, options.seed, 0, 100);
	read_id(&sim, fd, IEEE1284_MODE_NIBBLE, len, DEVICE_ID);
	read_id(&sim, fd, IEEE1284_MODE_BYTE, len, DEVICE_ID);
	read_id(&sim, fd, IEEE1284_MODE_ECP, len, DEVICE_ID);
	read_id(&sim, fd, IEEE1284_MODE_NIBBLE, len, DEVICE_ID);
	/* Once by the core, when the port came up. */
	CHECK_EQ(parport_sim_count(&sim, "id_bytes"), 5 * len);
	CHECK_EQ(parport_sim_count(&sim, "reply_left"), 100);
	parport_sim_set(&sim, "device_id", "MDL:Other;");
	read_id(&sim, fd, IEEE1284_MODE_NIBBLE, 12, "MDL:Other;");
	parport_sim_check_legal(&sim);
	close(fd);
	discard_sim(&sim);
}

static void device_id(void)
{
	device_id_all("device_id=" DEVICE_ID);
}

static void device_id_slow(void)
{
	device_id_all(SLOW "irq=1;device_id=" DEVICE_ID);
}

static void device_id_length(void)
{
	static const unsigned int lengths[] = {
		0, 1, 2, 3, sizeof(DEVICE_ID) - 1, sizeof(DEVICE_ID) + 10, 4096, 0x4300, 65535,
	};
	struct parport_sim sim;
	char settings[256];
	size_t i;
	int fd;

	/* The core reads each of them too, when the port comes up. */
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		snprintf(settings, sizeof(settings), "device_id_length=%u;device_id=%s",
			 lengths[i], DEVICE_ID);
		sim = new_sim(settings);
		fd = pp_open(&sim);
		read_id(&sim, fd, IEEE1284_MODE_NIBBLE, lengths[i], DEVICE_ID);
		parport_sim_set(&sim, "device_id_length", "auto");
		read_id(&sim, fd, IEEE1284_MODE_NIBBLE, sizeof(DEVICE_ID) + 1, DEVICE_ID);
		parport_sim_check_legal(&sim);
		close(fd);
		discard_sim(&sim);
	}
}

static void autoprobe_of(const struct parport_sim *sim, char *buf, size_t size)
{
	char path[64];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/dev/parport/parport%d/autoprobe",
		 sim->parport);
	fd = CHECK_OK(open(path, O_RDONLY | O_CLOEXEC));
	len = CHECK_OK(read(fd, buf, size - 1));
	buf[len] = '\0';
	close(fd);
}

static void autoprobe(void)
{
	struct parport_sim sim = new_sim("device_id=" DEVICE_ID);
	char buf[512];

	autoprobe_of(&sim, buf, sizeof(buf));
	CHECK(strstr(buf, "CLASS:PRINTER;"));
	CHECK(strstr(buf, "MODEL:Mono 1;"));
	CHECK(strstr(buf, "MANUFACTURER:Acme;"));
	CHECK(strstr(buf, "DESCRIPTION:Acme Mono 1;"));
	CHECK(strstr(buf, "COMMAND SET:PJL,PCL;"));
	parport_sim_check_legal(&sim);
	discard_sim(&sim);

	sim = new_sim("supports=none;device_id=" DEVICE_ID);
	autoprobe_of(&sim, buf, sizeof(buf));
	CHECK_EQ(strlen(buf), 0);
	/* The core resets a printer that says nothing. */
	CHECK(parport_sim_count(&sim, "inits") >= 1);
	parport_sim_check_legal(&sim);
}

/* Faults */

static void conditions(void)
{
	static const struct {
		const char *words;
		uint8_t status;
	} all[] = {
		{ "none", 0xd8 }, { "paper-out", 0x70 }, { "offline", 0x40 },
		{ "error", 0x50 }, { "busy", 0x58 }, { "paper-out offline", 0x60 },
		{ "offline error", 0x40 }, { "off", 0x00 }, { "none", 0xd8 },
		{ "paper-out", 0x70 }, { "off", 0x00 }, { "paper-out off", 0x00 },
		{ "none", 0xd8 },
	};
	struct parport_sim sim = new_sim("");
	int fd = pp_open(&sim);
	char words[64];
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		uint8_t wanted = all[i].status;

		/* Without power all lines are low, and the Busy bit is inverted. */
		if (strstr(all[i].words, "off") && !strstr(all[i].words, "offline"))
			wanted = PARPORT_STATUS_BUSY;
		parport_sim_set(&sim, "condition", all[i].words);
		parport_sim_get(&sim, "condition", words, sizeof(words));
		CHECK(has_words(words, all[i].words));
		CHECK_SOON(pp_status(fd) == wanted, 1000);
		tap_sleep_ms(1);
		CHECK_EQ(pp_status(fd), wanted);
	}
	/* Whatever happens, the lines stay as they are. */
	parport_sim_set(&sim, "condition", "mute");
	parport_sim_set(&sim, "condition", "mute paper-out");
	play(&sim, fd, "data=61 nStrobe=0 nStrobe=1 sleep=1 nInit=0 sleep=1 nInit=1 sleep=1");
	CHECK_EQ(pp_status(fd), 0xd8);
	check_printed(&sim, "");
	close(fd);
}

/* How often @event of @who is in the trace. */
static unsigned int traced(const struct parport_sim *sim, const char *who, const char *event)
{
	int fd = parport_sim_open(sim, "trace", O_RDONLY);
	static char buf[1 << 20];
	size_t len = 0;
	char *rest = buf, *line, by[16], what[32];
	unsigned int count = 0;
	ssize_t ret;

	while ((ret = CHECK_OK(read(fd, buf + len, sizeof(buf) - 1 - len))))
		len += ret;
	buf[len] = '\0';
	close(fd);
	while ((line = strsep(&rest, "\n")))
		if (sscanf(line, "%*s %15s %31s", by, what) == 2 && !strcmp(by, who) &&
		    !strcmp(what, event))
			count++;
	return count;
}

/**
 * struct trigger - when a printer falls dumb
 * @event: the event
 * @host: it is one of the host's
 * @printed: what it has printed then
 * @lines: how its lines are from then on
 */
static const struct trigger {
	const char *event;
	bool host;
	const char *printed;
	const char *lines;
} triggers[] = {
	{ "data", true, "ab", "Busy=0,nAck=1" },
	{ "strobe", true, "ab", "Busy=0,nAck=1" },
	{ "strobe-end", true, "abc", "nAck=1" },
	{ "busy", false, "abc", "Busy=0,nAck=1" },
	{ "ack", false, "abc", "Busy=1,nAck=1" },
	{ "ack-end", false, "abc", "Busy=1,nAck=0" },
};

static void trigger_one(const struct trigger *trigger)
{
	struct parport_sim sim = new_sim("");
	char text[64], wanted[64];
	int fd = pp_open(&sim);
	unsigned int count;

	play(&sim, fd, "nStrobe=1,nAutoFd=1,nInit=1,nSelectIn=0 forward");
	snprintf(wanted, sizeof(wanted), "%s 3 mute", trigger->event);
	parport_sim_set(&sim, "trigger", wanted);
	parport_sim_get(&sim, "trigger", text, sizeof(text));
	if (strcmp(text, wanted))
		FAIL("trigger is %s, not %s", text, wanted);
	count = traced(&sim, trigger->host ? "host" : "printer", trigger->event);
	play(&sim, fd, BYTE("61") BYTE("62"));
	CHECK_SOON(pp_status(fd) == 0xd8, 1000);
	snprintf(wanted, sizeof(wanted), "%s 1 mute", trigger->event);
	parport_sim_get(&sim, "trigger", text, sizeof(text));
	if (strcmp(text, wanted))
		FAIL("trigger is %s, not %s", text, wanted);

	play(&sim, fd, BYTE("63") "sleep=2");
	parport_sim_get(&sim, "trigger", text, sizeof(text));
	if (strcmp(text, "none"))
		FAIL("trigger is %s", text);
	parport_sim_get(&sim, "condition", text, sizeof(text));
	if (strcmp(text, "mute"))
		FAIL("%s: the condition is %s", trigger->event, text);
	play(&sim, fd, trigger->lines);
	check_printed(&sim, trigger->printed);
	CHECK_EQ(traced(&sim, trigger->host ? "host" : "printer", trigger->event) - count,
		 trigger->host ? 3 : 2);
	parport_sim_check_legal(&sim);

	/* Off and on again, it is as new. */
	parport_sim_set(&sim, "condition", "off");
	CHECK_EQ(pp_status(fd), PARPORT_STATUS_BUSY);
	parport_sim_set(&sim, "condition", "none");
	play(&sim, fd, BYTE("78"));
	CHECK_SOON(parport_sim_count(&sim, "compat_bytes") ==
		   (long long)strlen(trigger->printed) + 1, 1000);
	close(fd);
	discard_sim(&sim);
}

static void trigger_compatibility(void)
{
	size_t i;

	for (i = 0; i < sizeof(triggers) / sizeof(triggers[0]); i++)
		trigger_one(&triggers[i]);
}

static void trigger_negotiation(void)
{
	/* Event 0 is data like any other until event 1 comes. */
	static const int errors[] = { 0, EIO, EIO, ENXIO, ENXIO, ENXIO, ENXIO };
	struct parport_sim sim = new_sim("");
	int fd = pp_open(&sim), i;
	char text[64];

	for (i = 1; i < 7; i++) {
		snprintf(text, sizeof(text), "%d 2 mute", i);
		parport_sim_set(&sim, "trigger", text);
		CHECK_OK(pp_negotiate(fd, IEEE1284_MODE_BYTE));
		pp_compatibility(fd);
		parport_sim_get(&sim, "trigger", text, sizeof(text));
		CHECK_EQ(atoi(text), i);
		if (!pp_negotiate(fd, IEEE1284_MODE_BYTE))
			FAIL("event %d: accepted", i);
		if (errno != errors[i])
			FAIL("event %d: %s", i, tap_errno_name(errno));
		parport_sim_get(&sim, "trigger", text, sizeof(text));
		if (strcmp(text, "none"))
			FAIL("event %d: trigger is %s", i, text);
		/* The host has given up meanwhile. */
		parport_sim_set(&sim, "condition", "off");
		pp_compatibility(fd);
		parport_sim_set(&sim, "condition", "none");
		CHECK_SOON(parport_sim_in_mode(&sim, "compatibility"), 1000);
	}
	CHECK_OK(pp_negotiate(fd, IEEE1284_MODE_BYTE));
	pp_compatibility(fd);
	parport_sim_check_legal(&sim);
	close(fd);
}

/* Power fails in every mode. */
static void power(void)
{
	static const int all[] = {
		IEEE1284_MODE_COMPAT, IEEE1284_MODE_NIBBLE, IEEE1284_MODE_BYTE,
		IEEE1284_MODE_ECP, IEEE1284_MODE_EPP,
	};
	struct parport_sim sim = new_sim("");
	int fd = pp_open(&sim);
	size_t i;

	CHECK_EQ(write(fd, "a", 1), 1);
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		parport_sim_reply(&sim, 1, 0, 10);
		CHECK_OK(pp_negotiate(fd, all[i]));
		parport_sim_set(&sim, "condition", "off");
		CHECK_EQ(pp_status(fd), PARPORT_STATUS_BUSY);
		CHECK(parport_sim_in_mode(&sim, "compatibility"));
		CHECK_EQ(parport_sim_count(&sim, "reply_left"), 0);
		parport_sim_set(&sim, "condition", "none");
		pp_compatibility(fd);
		CHECK_SOON(pp_status(fd) == 0xd8, 1000);
		CHECK(parport_sim_in_mode(&sim, "compatibility"));
	}
	CHECK_EQ(parport_sim_count(&sim, "lost_bytes"), 50);
	CHECK_EQ(write(fd, "b", 1), 1);
	/* What is printed, is. */
	check_printed(&sim, "ab");
	close(fd);
}

/* What the host believes that it has sent, and what is printed. */
static void accounting(void)
{
	static const struct {
		const char *trigger;
		unsigned int sent;
		unsigned int printed;
	} all[] = {
		{ "strobe 1000 off", 1000, 999 }, { "strobe-end 1000 off", 1000, 1000 },
		{ "busy 1000 off", 1000, 1000 }, { "ack 1000 off", 1000, 1000 },
		{ "strobe 1000 paper-out", 1000, 1000 }, { "ack 1000 paper-out", 1000, 1000 },
		{ "ack-end 1000 offline", 1000, 1000 },
	};
	static char buf[2000];
	struct parport_sim sim;
	size_t i;
	int fd;

	random_fill(options.seed, 0, buf, sizeof(buf));
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		sim = new_sim("");
		fd = pp_open(&sim);
		parport_sim_set(&sim, "trigger", all[i].trigger);
		if (write(fd, buf, sizeof(buf)) != (ssize_t)all[i].sent)
			FAIL("%s: another number is sent", all[i].trigger);
		if (parport_sim_count(&sim, "forward_bytes") != all[i].printed)
			FAIL("%s: %lld are printed", all[i].trigger,
			     parport_sim_count(&sim, "forward_bytes"));
		parport_sim_check_legal(&sim);
		parport_sim_printed(&sim, options.seed, 0, all[i].printed);
		parport_sim_set(&sim, "condition", "none");
		tap_sleep_ms(1);
		CHECK_EQ(write(fd, buf + all[i].printed, 500), 500);
		parport_sim_printed(&sim, options.seed, all[i].printed, 500);
		parport_sim_check_legal(&sim);
		close(fd);
		discard_sim(&sim);
	}
}

/* Interrupts */

static void interrupts(void)
{
	struct parport_sim sim = new_sim("irq=1");
	long long total;
	int fd, i;

	/* Nobody has enabled it. */
	CHECK_EQ(parport_sim_count(&sim, "interrupts"), 0);
	parport_sim_set(&sim, "condition", "paper-out");
	parport_sim_set(&sim, "condition", "none");
	tap_sleep_ms(10);
	CHECK_EQ(parport_sim_count(&sim, "interrupts"), 0);

	fd = pp_open(&sim);
	play(&sim, fd, "nStrobe=1,nAutoFd=1,nInit=1,nSelectIn=0 forward");
	pp_interrupts(fd);
	total = parport_sim_count(&sim, "interrupts");
	for (i = 0; i < 10; i++) {
		play(&sim, fd, BYTE("61"));
		CHECK_SOON(pp_interrupts(fd) == 1, 1000);
	}
	parport_sim_set(&sim, "condition", "paper-out");
	CHECK_SOON(pp_interrupts(fd) == 1, 1000);
	parport_sim_set(&sim, "condition", "none");
	CHECK_SOON(pp_interrupts(fd) == 1, 1000);
	parport_sim_set(&sim, "ack_on_change", "0");
	parport_sim_set(&sim, "condition", "paper-out");
	tap_sleep_ms(20);
	CHECK_EQ(pp_interrupts(fd), 0);
	CHECK_EQ(parport_sim_count(&sim, "interrupts") - total, 12);
	parport_sim_check_legal(&sim);
	close(fd);
}

static void no_interrupts(void)
{
	struct parport_sim sim = new_sim("irq=0");
	int fd = pp_open(&sim);

	CHECK_EQ(write(fd, "abc", 3), 3);
	parport_sim_set(&sim, "condition", "paper-out");
	tap_sleep_ms(20);
	CHECK_EQ(pp_interrupts(fd), 0);
	CHECK_EQ(parport_sim_count(&sim, "interrupts"), 0);
	close(fd);
}

/* Coming and going */

static long write_for_ever(void *arg)
{
	char buf[4096] = "";
	ssize_t ret;

	do {
		ret = write(*(int *)arg, buf, sizeof(buf));
	} while (ret == (ssize_t)sizeof(buf));
	return ret;
}

static void remove_while_claimed(void)
{
	struct parport_sim sim = new_sim("discard=1");
	int fd = pp_open(&sim), mode = IEEE1284_MODE_COMPAT;
	struct task *writer;
	unsigned char status;
	char name[32];

	writer = task_start(write_for_ever, &fd);
	CHECK_SOON(parport_sim_count(&sim, "forward_bytes") > 0, 2000);
	CHECK(parport_sim_remove(&sim) < tap_patience(2000));
	parport_sim_get(&sim, "parport", name, sizeof(name));
	CHECK(!strcmp(name, "none"));
	task_result(writer, 15000);
	ioctl(fd, PPRSTATUS, &status);
	ioctl(fd, PPNEGOT, &mode);
	CHECK(write(fd, "abc", 3) <= 0);
	CHECK_OK(close(fd));

	parport_sim_set(&sim, "discard", "0");
	parport_sim_live(&sim);
	fd = pp_open(&sim);
	CHECK_EQ(write(fd, "abc", 3), 3);
	close(fd);
	/* The directory goes while the port is live and claimed. */
	fd = pp_open(&sim);
	CHECK_OK(rmdir(sim.dir));
	close(fd);
}

static long read_printed(void *arg)
{
	char buf[16];

	task_about_to_block();
	return read(*(int *)arg, buf, sizeof(buf));
}

static long write_reply(void *arg)
{
	static char buf[1 << 20];
	ssize_t ret;

	task_about_to_block();
	do {
		ret = write(*(int *)arg, buf, sizeof(buf));
	} while (ret > 0);
	return ret;
}

static void rmdir_while_blocked(void)
{
	struct parport_sim sim = new_sim("");
	int printed = parport_sim_open(&sim, "printed", O_RDONLY);
	int reply = parport_sim_open(&sim, "reply", O_WRONLY);
	struct task *reader = task_start(read_printed, &printed);
	struct task *writer = task_start(write_reply, &reply);
	long long began;

	task_wait_blocked(reader);
	task_wait_blocked(writer);
	/* The port goes; the printer does not. */
	parport_sim_remove(&sim);
	tap_sleep_ms(20);
	CHECK(!task_done(reader));
	CHECK(!task_done(writer));
	began = tap_now_ms();
	CHECK_OK(rmdir(sim.dir));
	CHECK(tap_now_ms() - began < tap_patience(2000));
	CHECK(task_result(reader, 1000) <= 0);
	CHECK(task_result(writer, 1000) <= 0);
}

static void many(void)
{
	struct parport_sim sims[4];
	int i, round;

	for (round = 0; round < 3; round++) {
		for (i = 0; i < 4; i++)
			sims[i] = new_sim(i & 1 ? "irq=1" : "");
		for (i = 0; i < 4; i++) {
			int fd = pp_open(&sims[i]);

			write_random(fd, i, 0, 500);
			close(fd);
		}
		for (i = 0; i < 4; i++) {
			parport_sim_printed(&sims[i], i, 0, 500);
			parport_sim_check_legal(&sims[i]);
			discard_sim(&sims[i]);
		}
	}
}

/* Files */

static void files(void)
{
	struct parport_sim sim = new_sim("");
	int printed = parport_sim_open(&sim, "printed", O_RDONLY | O_NONBLOCK);
	int reply = parport_sim_open(&sim, "reply", O_WRONLY | O_NONBLOCK), fd;
	struct pollfd poller = { .fd = printed, .events = POLLIN };
	static char buf[1 << 20];
	struct task *reader;
	int blocking;

	CHECK_ERR(read(printed, buf, 1), EAGAIN);
	CHECK_EQ(poll(&poller, 1, 0), 0);
	fd = pp_open(&sim);
	CHECK_EQ(write(fd, "abc", 3), 3);
	CHECK_EQ(poll(&poller, 1, 1000), 1);
	CHECK_EQ(read(printed, buf, 1), 1);
	CHECK_EQ(read(printed, buf + 1, 10), 2);
	CHECK(!memcmp(buf, "abc", 3));

	blocking = parport_sim_open(&sim, "printed", O_RDONLY);
	reader = task_start(read_printed, &blocking);
	task_wait_blocked(reader);
	CHECK_EQ(write(fd, "d", 1), 1);
	CHECK_EQ(task_result(reader, 1000), 1);

	/* It outlasts the port. */
	CHECK_EQ(write(fd, "ef", 2), 2);
	close(fd);
	parport_sim_remove(&sim);
	parport_sim_live(&sim);
	CHECK_EQ(read(printed, buf, 10), 2);
	CHECK(!memcmp(buf, "ef", 2));

	CHECK_EQ(write(reply, buf, sizeof(buf)), sizeof(buf));
	CHECK_ERR(write(reply, buf, 1), EAGAIN);
	CHECK_EQ(parport_sim_count(&sim, "reply_left"), 1 << 20);
	close(parport_sim_open(&sim, "reply", O_WRONLY | O_TRUNC));
	CHECK_EQ(parport_sim_count(&sim, "reply_left"), 0);
	close(reply);
}

static void violations_file(void)
{
	struct parport_sim sim = new_sim("");
	int fd = pp_open(&sim), i, log;
	unsigned int count = 0;
	const char *line;

	play(&sim, fd, "nStrobe=1,nAutoFd=1,nInit=1,nSelectIn=0 forward " BYTE("61"));
	CHECK(parport_sim_count(&sim, "min_setup_ns") > 0);
	CHECK(parport_sim_count(&sim, "min_strobe_ns") > 0);
	CHECK(parport_sim_count(&sim, "min_hold_ns") >= 0);
	for (i = 0; i < 120; i++)
		play(&sim, fd, "Busy=0 data=61 nStrobe=0 data=62 nStrobe=1");
	for (line = log_of(&sim); *line; line = strchr(line, '\n') + 1) {
		unsigned long long ns;
		char mode[32], event[32];

		if (++count <= 100 && (sscanf(line, "%llu %31s %31[^:]: %*[^\n]", &ns, mode,
					      event) != 3 || strcmp(mode, "compatibility")))
			FAIL("violations: %.100s", line);
	}
	CHECK_EQ(count, 101);
	CHECK(parport_sim_count(&sim, "violations") >= 120);
	log = parport_sim_open(&sim, "violations", O_WRONLY);
	CHECK_EQ(write(log, "x", 1), 1);
	close(log);
	parport_sim_check_legal(&sim);
	CHECK_EQ(parport_sim_count(&sim, "violations"), 0);
	close(fd);
}

/* The configuration */

static int try_set(const struct parport_sim *sim, const char *setting, const char *value)
{
	char path[256];
	ssize_t ret;
	int fd, error;

	snprintf(path, sizeof(path), "%s/%s", sim->dir, setting);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	ret = write(fd, value, strlen(value));
	error = ret < 0 ? errno : 0;
	close(fd);
	return error;
}

static void expect_set(const struct parport_sim *sim, const char *setting, const char *value,
		       int wanted)
{
	int error = try_set(sim, setting, value);

	if (error != wanted)
		FAIL("%s = %.40s: %s, not %s", setting, value,
		     error ? tap_errno_name(error) : "0",
		     wanted ? tap_errno_name(wanted) : "0");
}

static void settings(void)
{
	static const struct {
		const char *setting;
		const char *value;
	} bad[] = {
		{ "supports", "nibble nonsense" }, { "supports", "none nibble" },
		{ "condition", "wet" }, { "condition", "paper-out wet" },
		{ "condition", "none off" },
		{ "device_id_length", "65536" }, { "device_id_length", "-1" },
		{ "device_id_length", "long" },
		{ "busy_ns", " " }, { "busy_ns", "x" }, { "busy_ns", "-5" },
		{ "busy_ns", "5 4" },
		{ "busy_ns", "1 2 3" }, { "busy_ns", "99999999999999999999" },
		{ "ack_ns", "1 x" }, { "response_ns", "7 6" },
		{ "buffer", "16777217" }, { "buffer", "-1" }, { "buffer", "much" },
		{ "discard", "2" }, { "ack_on_change", "maybe" }, { "live", "2" },
		{ "trigger", "strobe" }, { "trigger", "strobe 0 off" },
		{ "trigger", "strobe -1 off" }, { "trigger", "strobe 1" },
		{ "trigger", "76 1 off" }, { "trigger", "-1 1 off" },
		{ "trigger", "event 1 off" }, { "trigger", "strobe 1 wet" },
		{ "seed", "x" }, { "seed", "-1" },
	};
	static const struct {
		const char *setting;
		const char *value;
	} hardware[] = {
		{ "modes", "tristate epp ecp compat" }, { "irq", "1" },
	};
	struct parport_sim sim = new_sim("");
	char before[1024], after[1024];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		parport_sim_get(&sim, bad[i].setting, before, sizeof(before));
		expect_set(&sim, bad[i].setting, bad[i].value, EINVAL);
		parport_sim_get(&sim, bad[i].setting, after, sizeof(after));
		if (strcmp(before, after))
			FAIL("%s = %s: refused, but %s is %s now", bad[i].setting,
			     bad[i].value, before, after);
	}
	for (i = 0; i < sizeof(hardware) / sizeof(hardware[0]); i++)
		expect_set(&sim, hardware[i].setting, hardware[i].value, EBUSY);
	parport_sim_remove(&sim);
	expect_set(&sim, "modes", "tristate laser", EINVAL);
	expect_set(&sim, "irq", "2", EINVAL);
	for (i = 0; i < sizeof(hardware) / sizeof(hardware[0]); i++)
		expect_set(&sim, hardware[i].setting, hardware[i].value, 0);
	expect_set(&sim, "buffer", "16777216", 0);
	expect_set(&sim, "device_id_length", "65535", 0);
	expect_set(&sim, "device_id_length", "auto", 0);
	expect_set(&sim, "parport", "parport7", EACCES);
	parport_sim_live(&sim);
}

static void settings_long(void)
{
	struct parport_sim sim = new_sim("");
	char text[4096], id[4096];
	size_t len;

	/* The longest that it takes is there in full; what is too long changes nothing. */
	for (len = 64; len < sizeof(text); len *= 2) {
		memset(text, 'A', len - 1);
		text[len - 1] = '\0';
		parport_sim_get(&sim, "device_id", id, sizeof(id));
		if (!try_set(&sim, "device_id", text))
			strcpy(id, text);
		parport_sim_get(&sim, "device_id", text, sizeof(text));
		CHECK(!strcmp(id, text));
	}
	memset(text, ' ', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	try_set(&sim, "condition", text);
	try_set(&sim, "trigger", text);
	try_set(&sim, "busy_ns", text);
	parport_sim_get(&sim, "condition", text, sizeof(text));
	CHECK(!strcmp(text, "none"));
	parport_sim_get(&sim, "trigger", text, sizeof(text));
	CHECK(!strcmp(text, "none"));
}

static const struct tap_case cases[] = {
	{ "lp_write", lp_write_software, 0 },
	{ "lp_write_irq", lp_write_software_irq, 0 },
	{ "lp_write_slow", lp_write_slow, 0 },
	{ "lp_write_slow_irq", lp_write_slow_irq, 0 },
	{ "lp_write_hardware", lp_write_hardware, 0 },
	{ "lp_write_ecp", lp_write_ecp, 0 },
	{ "lp_read", lp_read, 0 },
	{ "lp_read_slow", lp_read_slow, 0 },
	{ "lp_read_irq", lp_read_irq, 0 },
	{ "negotiate", negotiate, 0 },
	{ "negotiate_slow", negotiate_slow, 0 },
	{ "negotiate_irq", negotiate_irq, 0 },
	{ "ppdev_write", ppdev_write, 0 },
	{ "ppdev_read", ppdev_read, 0 },
	{ "reverse_idle", reverse_idle, 0 },
	{ "full", full, 0 },
	{ "device_id", device_id, 0 },
	{ "device_id_slow", device_id_slow, 0 },
	{ "device_id_length", device_id_length, 0 },
	{ "autoprobe", autoprobe, 0 },
	{ "legal", legal_by_hand, 0 },
	{ "immediate", immediate_by_hand, 0 },
	{ "illegal", illegal_by_hand, 0 },
	{ "core_violations", core_violations, 0 },
	{ "core_ecp_recovery", core_ecp_recovery, 0 },
	{ "core_ecp_id", core_ecp_id, 0 },
	{ "conditions", conditions, 0 },
	{ "trigger_compatibility", trigger_compatibility, 0 },
	{ "trigger_negotiation", trigger_negotiation, 0 },
	{ "power", power, 0 },
	{ "accounting", accounting, 0 },
	{ "interrupts", interrupts, 0 },
	{ "no_interrupts", no_interrupts, 0 },
	{ "remove_claimed", remove_while_claimed, 0 },
	{ "rmdir_blocked", rmdir_while_blocked, 0 },
	{ "many", many, 0 },
	{ "files", files, 0 },
	{ "violations_file", violations_file, 0 },
	{ "settings", settings, 0 },
	{ "settings_long", settings_long, 0 },
};

int main(int argc, char **argv)
{
	options_parse(argc, argv);
	return TAP_RUN("parport_sim", cases, parport_sim_cleanup);
}
