// SPDX-License-Identifier: GPL-2.0-or-later
/* What the emulated printers have in common: commands, the cable, the files. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "test_printer.h"

#define UEL	"\033%-12345X"

static struct subject start(void)
{
	return printer_start("pjl_laser", NULL, NULL, NULL);
}

static void bad_commands(void)
{
	static const char *const rows[] = {
		"nonsense", "condition", "condition weather on", "condition jam",
		"condition jam maybe", "condition jam on now", "delay", "delay -1",
		"delay 1x", "delay 3600001", "delay 99999999999999999999", "speed fast",
		"chunk", "silence", "no-eoj 1", "garbage 4097", "wait-for", "wait-for rain",
		"wait-for page x", "power-cycle now", "key", "cancel", "a b c d e f",
	};
	struct subject subject = start();
	char line[600];
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		printer_refuses(&subject, rows[i]);
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	printer_refuses(&subject, line);
	printer_do(&subject, "");
	printer_do(&subject, "# a remark");
	printer_do(&subject, "  delay   5  ");
	printer_do(&subject, "status");
	printer_finish(&subject, 0);
}

static void chunks(void)
{
	struct subject subject = start();
	char buf[64];
	unsigned int i;

	printer_do(&subject, "chunk 1");
	SEND(&subject, UEL "@PJL ECHO abc\r\n");
	for (i = 0; i < 5; i++)
		CHECK(printer_says_some(&subject, buf, sizeof(buf)) <= 4);
	printer_do(&subject, "chunk 0");
	SEND(&subject, UEL);
	printer_finish(&subject, 0);
}

static void silence(void)
{
	struct subject subject = start();

	printer_do(&subject, "silence on");
	SEND(&subject, UEL "@PJL ECHO one\r\n");
	printer_do(&subject, "wait-for bytes 24");
	printer_do(&subject, "garbage 100");
	printer_says_nothing(&subject);
	printer_do(&subject, "silence off");
	SEND(&subject, "@PJL ECHO two\r\n");
	SAYS(&subject, "@PJL ECHO two\r\n\f");
	printer_finish(&subject, 0);
}

static void garbage(void)
{
	struct subject subject = start();
	char buf[4096];
	size_t sum = 0;

	printer_do(&subject, "garbage 4096");
	while (sum < sizeof(buf))
		sum += printer_says_some(&subject, buf, sizeof(buf) - sum);
	printer_says_nothing(&subject);
	printer_finish(&subject, 0);
}

static void speed(void)
{
	static char data[2000];
	struct subject subject = start();
	long long begun = tap_now_ms();

	memset(data, 'x', sizeof(data));
	printer_do(&subject, "speed 4000");
	SEND(&subject, UEL);
	printer_write(&subject, data, sizeof(data));
	SEND(&subject, UEL "@PJL ECHO end\r\n");
	SAYS(&subject, "@PJL ECHO end\r\n\f");
	if (tap_now_ms() - begun < 450)
		FAIL("2000 bytes at 4000 bytes a second took %lld ms", tap_now_ms() - begun);
	printer_do(&subject, "speed 20");
	begun = tap_now_ms();
	SEND(&subject, "@PJL ECHO x\r\n");
	SAYS(&subject, "@PJL ECHO x\r\n\f");
	if (tap_now_ms() - begun < 500)
		FAIL("13 bytes at 20 bytes a second took %lld ms", tap_now_ms() - begun);
	printer_do(&subject, "speed 0");
	SEND(&subject, UEL);
	printer_finish(&subject, 0);
}

/* A spooler that does not read its answers: the printer stops and keeps little. */
static void nobody_reads(void)
{
	static const char question[] = "@PJL INFO VARIABLES\r\n";
	struct subject subject = start();
	struct pollfd poller = { .fd = subject.fd, .events = POLLOUT };
	unsigned long sum = 0;

	SEND(&subject, UEL);
	while (CHECK_OK(poll(&poller, 1, tap_patience(500))) > 0) {
		ssize_t put = send(subject.fd, question, sizeof(question) - 1, MSG_DONTWAIT);

		if (put > 0)
			sum += put;
		if (sum > 16 << 20)
			FAIL("the printer never stops reading");
	}
	kill(subject.pid, SIGTERM);
	printer_ended(&subject, 0);
}

static void wait_for(void)
{
	struct subject subject = start();

	printer_do(&subject, "wait-for time 20");
	printer_do(&subject, "wait-for idle");
	SEND(&subject, UEL "@PJL JOB\r\n@PJL ENTER LANGUAGE=PCL\r\na\fb\f");
	printer_do(&subject, "wait-for job-start 1");
	printer_do(&subject, "wait-for page 2");
	SEND(&subject, UEL "@PJL EOJ\r\n@PJL WRONG\r\n");
	printer_do(&subject, "wait-for job-end 1");
	printer_do(&subject, "wait-for error 1");
	printer_finish(&subject, 1);
}

static void quit(void)
{
	struct subject subject = start();

	SEND(&subject, UEL "@PJL ECHO x\r\n");
	SAYS(&subject, "@PJL ECHO x\r\n\f");
	printer_do(&subject, "quit");
	printer_ended(&subject, 0);
	CHECK_EQ(printer_logged(&subject, "\"end\"", NULL), 1);
}

static void raw_bytes(void)
{
	static const char stream[] = UEL "@PJL JOB\r\n" UEL "\0\377abc\r\n" UEL
		"@PJL EOJ\r\n" UEL;
	struct subject subject = start();

	SEND(&subject, stream);
	printer_finish(&subject, 0);
	SAVED(&subject, "raw", stream);
	SAVED(&subject, "job-1.data", "\0\377abc\r\n");
}

static void script(void)
{
	static const char text[] = "# begins when the first page is printed\n"
				   "wait-for page\ncondition jam on\nwait-for time 100\n"
				   "condition jam off\nwait-for job-end 1\nquit";
	char path[64];
	struct subject subject;
	int fd;

	snprintf(path, sizeof(path), "/tmp/printers_test_script.%d", getpid());
	fd = CHECK_OK(open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600));
	CHECK_EQ(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	close(fd);
	subject = printer_start("pjl_laser", "--script", path, NULL);
	SEND(&subject, UEL "@PJL USTATUS DEVICE=ON\r\n@PJL USTATUS PAGE=ON\r\n@PJL JOB\r\n"
	     "@PJL ENTER LANGUAGE=PCL\r\na\f");
	SAYS(&subject, "@PJL USTATUS DEVICE\r\nCODE=10023\r\nDISPLAY=\"PROCESSING JOB\"\r\n"
	     "ONLINE=TRUE\r\n\f@PJL USTATUS PAGE\r\n1\r\n\f"
	     "@PJL USTATUS DEVICE\r\nCODE=40022\r\nDISPLAY=\"PAPER JAM\"\r\n"
	     "ONLINE=FALSE\r\n\f");
	SEND(&subject, "b\f" UEL "@PJL EOJ\r\n");
	unlink(path);
	SAYS(&subject, "@PJL USTATUS DEVICE\r\nCODE=10023\r\nDISPLAY=\"PROCESSING JOB\"\r\n"
	     "ONLINE=TRUE\r\n\f@PJL USTATUS PAGE\r\n2\r\n\f");
	printer_ended(&subject, 0);
}

static void first_commands(void)
{
	struct subject subject = printer_start("pjl_laser", "--do", "condition jam on", NULL);

	SEND(&subject, UEL "@PJL INFO STATUS\r\n");
	SAYS(&subject, "@PJL INFO STATUS\r\nCODE=40022\r\n");
	SEND(&subject, UEL);
	printer_do(&subject, "condition jam off");
	printer_finish(&subject, 0);
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = CHECK_OK(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));

	strcpy(address.sun_path, path);
	CHECK_SOON(!connect(fd, (struct sockaddr *)&address, sizeof(address)), 10000);
	return fd;
}

/* Spoolers come and go; settings stay, as with a cable. */
static void listening(void)
{
	char path[64];
	struct subject subject;

	snprintf(path, sizeof(path), "/tmp/printers_test.%d/port", getpid());
	subject = printer_start("pjl_laser", "--listen", path, NULL);
	subject.fd = connect_to(path);
	SEND(&subject, UEL "@PJL SET COPIES=7\r\n@PJL INQUIRE COPIES\r\n");
	SAYS(&subject, "@PJL INQUIRE COPIES\r\n7\r\n\f");
	close(subject.fd);
	subject.fd = connect_to(path);
	SEND(&subject, "@PJL INQUIRE COPIES\r\n");
	/* Who has said all can still hear the answer. */
	shutdown(subject.fd, SHUT_WR);
	SAYS(&subject, "@PJL INQUIRE COPIES\r\n7\r\n\f");
	printer_do(&subject, "quit");
	printer_ended(&subject, 0);
	CHECK(access(path, F_OK));
}

const struct tap_case common_cases[] = {
	{ "bad_commands", bad_commands, 0 },
	{ "chunks", chunks, 0 },
	{ "silence", silence, 0 },
	{ "garbage", garbage, 0 },
	{ "speed", speed, 0 },
	{ "nobody_reads", nobody_reads, 0 },
	{ "wait_for", wait_for, 0 },
	{ "quit", quit, 0 },
	{ "raw_bytes", raw_bytes, 0 },
	{ "script", script, 0 },
	{ "first_commands", first_commands, 0 },
	{ "listening", listening, 0 },
};

const size_t common_case_count = COUNT(common_cases);
