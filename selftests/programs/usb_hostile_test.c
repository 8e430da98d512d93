// SPDX-License-Identifier: GPL-2.0-or-later
/* USB printers that stall, lie, babble, fall silent and vanish. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/lp.h>

#include "options.h"
#include "random.h"
#include "tap.h"
#include "task.h"
#include "usb_printer.h"

/* ioctls of usblp */
#define GET_DEVICE_ID(len)	_IOC(_IOC_READ, 'P', 1, len)
#define GET_PROTOCOLS		_IOC(_IOC_READ, 'P', 2, sizeof(int[2]))
#define SET_PROTOCOL		_IOC(_IOC_WRITE, 'P', 3, 0)
#define HP_SET_CHANNEL		_IOC(_IOC_WRITE, 'P', 4, 0)
#define GET_BUS_ADDRESS		_IOC(_IOC_READ, 'P', 5, sizeof(int[2]))
#define GET_VID_PID		_IOC(_IOC_READ, 'P', 6, sizeof(int[2]))
#define SOFT_RESET		_IOC(_IOC_NONE, 'P', 7, 0)

/* What cases share */

/* Reads @len bytes that are random_fill()'s from @pos, the first within @ms. */
static void read_random(int fd, uint32_t seed, uint64_t pos, size_t len, unsigned int ms)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	char buf[16384];
	ssize_t ret;

	while (len) {
		if (poll(&poller, 1, tap_patience(ms)) != 1)
			FAIL("%zu bytes do not come", len);
		ret = CHECK_OK(read(fd, buf, len < sizeof(buf) ? len : sizeof(buf)));
		CHECK(ret > 0);
		CHECK_EQ(random_check(seed, pos, buf, ret), -1);
		pos += ret;
		len -= ret;
	}
}

/* Whether nothing comes for @ms. */
static bool nothing_to_read(int fd, unsigned int ms)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	return !poll(&poller, 1, ms);
}

/* A job of its own, which is printed behind what is on paper. */
static void print_job(struct usb_printer *printer, unsigned int pair,
		      const struct port *port, uint32_t seed, uint32_t len)
{
	uint32_t before = printer->script.out[pair].taken;
	int fd = port_open_soon(port, O_WRONLY);

	write_random(fd, seed, 0, len);
	CHECK_OK(fsync(fd));
	CHECK_OK(close(fd));
	usb_printer_check(printer, pair, before, seed, 0, len);
}

static int lines_of(int fd)
{
	int lines = -1;

	return ioctl(fd, LPGETSTATUS, &lines) < 0 ? -errno : lines;
}

static long read_one(void *arg)
{
	char buf[100];
	ssize_t ret;

	task_about_to_block();
	ret = read(*(int *)arg, buf, sizeof(buf));
	return ret;
}

static long print_much(void *arg)
{
	int fd = *(int *)arg;

	write_random(fd, options.seed, 0, 200001);
	return fsync(fd);
}

/* The time that all CPUs together did not idle, in ns. */
static long long machine_busy_ns(void)
{
	unsigned long long user, nice, system, idle, wait, hard, soft;
	FILE *file = fopen("/proc/stat", "r");

	CHECK(file);
	CHECK_EQ(fscanf(file, "cpu %llu %llu %llu %llu %llu %llu %llu", &user, &nice, &system,
			&idle, &wait, &hard, &soft), 7);
	fclose(file);
	return (user + nice + system + hard + soft) * (1000000000LL / sysconf(_SC_CLK_TCK));
}

/* An honest printer */

static void plain(void)
{
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer = usb_printer_plug(&script);
	struct port port = usb_printer_port(printer, 0);
	unsigned int len = options_bytes(1000001, 100001);
	int fd = port_open(&port, O_RDWR);

	write_random(fd, options.seed, 0, len);
	CHECK_OK(fsync(fd));
	usb_printer_check(printer, 0, 0, options.seed, 0, len);
	usb_printer_say_random(printer, options.seed, 0, 100);
	read_random(fd, options.seed, 0, 100, 2000);
	CHECK_EQ(lines_of(fd), 0x18);
	CHECK_OK(ioctl(fd, LPRESET));
	CHECK_EQ(printer->resets, 1);
	CHECK_OK(close(fd));
	CHECK_EQ(port_number(&port, "stats/errors"), 0);
	print_job(printer, 0, &port, options.seed, 3000);
	usb_printer_unplug(printer);
}

/* Version 1.0 of the class said "other", and some know neither. */
static void reset_recipients(void)
{
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer;
	struct port port;
	int fd;

	script.reset_types = USB_PRINTER_RESET_OTHER;
	printer = usb_printer_plug(&script);
	port = usb_printer_port(printer, 0);
	fd = port_open(&port, O_WRONLY);
	CHECK_OK(ioctl(fd, LPRESET));
	CHECK_EQ(printer->resets, 1);
	CHECK_OK(close(fd));
	print_job(printer, 0, &port, options.seed, 1001);

	printer->script.reset_types = USB_PRINTER_RESET_NONE;
	fd = port_open(&port, O_WRONLY);
	CHECK(ioctl(fd, LPRESET) < 0);
	tap_note("refused: %s", tap_errno_name(errno));
	CHECK_EQ(printer->resets, 1);
	CHECK_OK(close(fd));
	print_job(printer, 0, &port, options.seed, 1001);
	usb_printer_unplug(printer);
}

/* Stalls */

static void stalls_are_cleared(unsigned int stalls)
{
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer;
	struct port port;

	script.out[0].stalls = stalls;
	script.out[0].stall_at = 50 * USB_PRINTER_PACKET;
	printer = usb_printer_plug(&script);
	port = usb_printer_port(printer, 0);
	print_job(printer, 0, &port, options.seed, 100001);
	CHECK_EQ(printer->script.out[0].stalled, stalls);
	CHECK_EQ(port_number(&port, "stats/errors"), 0);
	CHECK_EQ(port_number(&port, "stats/bytes_lost"), 0);
	CHECK_EQ(port_number(&port, "stats/jobs_completed"), 1);
	usb_printer_unplug(printer);
}

static void out_stalls_once(void)
{
	stalls_are_cleared(1);
}

static void out_stalls_twice(void)
{
	stalls_are_cleared(2);
}

/* Each time after some progress, so that it never is too often. */
static void out_stalls_often(void)
{
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer;
	struct port port;

	script.out[0].stalls = 1;
	script.out[0].stall_at = 3 * USB_PRINTER_PACKET;
	script.out[0].stall_every = 7 * USB_PRINTER_PACKET;
	printer = usb_printer_plug(&script);
	port = usb_printer_port(printer, 0);
	print_job(printer, 0, &port, options.seed, 100001);
	CHECK_EQ(printer->script.out[0].stalled, 1 + (100001 / USB_PRINTER_PACKET - 3) / 7);
	CHECK_EQ(port_number(&port, "stats/errors"), 0);
	CHECK_EQ(port_number(&port, "stats/bytes_lost"), 0);
	usb_printer_unplug(printer);
}

static void check_failed_job(int fd, const struct port *port, uint32_t delivered)
{
	struct printport_job_result result;

	CHECK_ERR(fsync(fd), EIO);
	CHECK_OK(fsync(fd));
	CHECK_ERR(write(fd, "abc", 3), ECANCELED);
	result = job_end(fd, PRINTPORT_WAIT_DELIVERED);
	CHECK_EQ(result.state, PRINTPORT_JOB_FAILED);
	CHECK_EQ(result.error, EIO);
	CHECK_EQ(result.bytes_delivered, delivered);
	CHECK_EQ(result.bytes_lost, result.bytes_accepted - delivered);
	CHECK_EQ(port_number(port, "stats/errors"), 1);
	CHECK_EQ(port_number(port, "stats/jobs_failed"), 1);
	CHECK_EQ(port_number(port, "stats/bytes_lost"), result.bytes_lost);
}

static void out_stalls_without_progress(void)
{
	struct usb_printer_script script = usb_printer_honest();
	unsigned int at = 50 * USB_PRINTER_PACKET;
	struct usb_printer *printer;
	struct port port;
	int fd;

	script.out[0].stalls = USB_PRINTER_FOR_EVER;
	script.out[0].stall_at = at;
	printer = usb_printer_plug(&script);
	port = usb_printer_port(printer, 0);
	fd = port_open(&port, O_WRONLY);
	job_start(fd, "fails");
	write_random(fd, options.seed, 0, 60001);
	check_failed_job(fd, &port, at);
	tap_note("%u stalls", printer->bus.stalled.out);
	CHECK(printer->bus.stalled.out >= 3);
	CHECK(printer->bus.stalled.out <= 8);

	printer->script.out[0].stalls = 0;
	job_start(fd, "next");
	write_random(fd, options.seed + 1, 0, 30001);
	CHECK_EQ(job_end(fd, PRINTPORT_WAIT_DELIVERED).state, PRINTPORT_JOB_COMPLETED);
	CHECK_OK(close(fd));
	usb_printer_check(printer, 0, at, options.seed + 1, 0, 30001);
	CHECK_EQ(port_number(&port, "stats/errors"), 1);
	usb_printer_unplug(printer);
}

static void out_stalls_for_ever(void)
{
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer;
	struct port port;
	long long began;
	int fd, i;

	script.out[0].stalls = USB_PRINTER_FOR_EVER;
	printer = usb_printer_plug(&script);
	port = usb_printer_port(printer, 0);
	for (i = 0; i < 3; i++) {
		fd = port_open_soon(&port, O_RDWR);
		began = tap_now_ms();
		write_random(fd, options.seed, 0, 5001);
		CHECK_ERR(fsync(fd), EIO);
		CHECK(tap_now_ms() - began < tap_patience(5000));
		CHECK_OK(close(fd));
		CHECK_EQ(port_number(&port, "stats/jobs_failed"), i + 1);
		CHECK_EQ(port_number(&port, "stats/bytes_lost"), 5001 * (i + 1));
	}
	/* Closed with bytes that it refuses. */
	fd = port_open_soon(&port, O_WRONLY);
	write_random(fd, options.seed, 0, 5001);
	CHECK_ERR(close(fd), EIO);
	CHECK_SOON(port_is(&port, "state", "closed"), 5000);
	CHECK_EQ(printer->script.out[0].taken, 0);
	printer->script.out[0].stalls = 0;
	print_job(printer, 0, &port, options.seed, 5001);
	usb_printer_unplug(printer);
}

/* No handshake at all: nobody knows whether the last packet arrived, so it is not repeated. */
static void out_is_mute(void)
{
	struct usb_printer_script script = usb_printer_honest();
	unsigned int at = 50 * USB_PRINTER_PACKET;
	struct usb_printer *printer;
	struct port port;
	int fd;

	script.out[0].mute_at = at;
	script.out[0].mute_ms = 200;
	printer = usb_printer_plug(&script);
	port = usb_printer_port(printer, 0);
	fd = port_open(&port, O_WRONLY);
	job_start(fd, "fails");
	write_random(fd, options.seed, 0, 60001);
	check_failed_job(fd, &port, at);
	CHECK_SOON(!printer->script.out[0].mute_ms, 2000);
	CHECK_OK(close(fd));
	CHECK_EQ(printer->script.out[0].taken, at);
	print_job(printer, 0, &port, options.seed + 1, 30001);
	usb_printer_unplug(printer);
}

static void in_stalls_once(void)
{
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer = usb_printer_plug(&script);
	struct port port = usb_printer_port(printer, 0);
	int fd = port_open(&port, O_RDWR);
	struct task *writer;

	usb_printer_say_random(printer, options.seed, 0, 100);
	usb_printer_say_stall(printer);
	usb_printer_say_random(printer, options.seed, 100, 100);
	writer = task_start(print_much, &fd);
	read_random(fd, options.seed, 0, 200, 3000);
	CHECK_EQ(task_result(writer, 30000), 0);
	usb_printer_check(printer, 0, 0, options.seed, 0, 200001);
	CHECK_EQ(port_number(&port, "stats/errors"), 0);
	CHECK(printer->bus.stalled.in >= 1);
	CHECK(printer->bus.cleared.in >= 1);
	CHECK_OK(close(fd));
	usb_printer_unplug(printer);
}

static void in_stalls_for_ever(void)
{
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer = usb_printer_plug(&script);
	struct port port = usb_printer_port(printer, 0);
	int fd = port_open(&port, O_RDWR);
	struct task *reader, *writer;
	uint32_t cleared;

	usb_printer_say_wedge(printer);
	CHECK_SOON(usb_printer_has_said(printer), 2000);
	reader = task_start(read_one, &fd);
	task_wait_blocked(reader);
	CHECK_SOON(printer->bus.stalled.in > 0, 2000);
	writer = task_start(print_much, &fd);
	CHECK_EQ(task_result(writer, 30000), 0);
	usb_printer_check(printer, 0, 0, options.seed, 0, 200001);
	cleared = printer->bus.cleared.in;
	tap_sleep_ms(5000);
	tap_note("%u halts cleared in 5 s", printer->bus.cleared.in - cleared);
	CHECK(printer->bus.cleared.in - cleared <= 12);
	CHECK(!task_done(reader));
	usb_printer_unplug(printer);
	CHECK_ERR(task_result(reader, 3000), ENODEV);
	close(fd);
}

/* From the printer */

static void in_sends_empty_packets(void)
{
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer;
	struct port port;
	struct task *reader;
	uint32_t empty;
	int fd;

	script.in_empty = true;
	printer = usb_printer_plug(&script);
	port = usb_printer_port(printer, 0);
	fd = port_open(&port, O_RDWR);
	reader = task_start(read_one, &fd);
	task_wait_blocked(reader);
	CHECK_SOON(printer->bus.empty > 2, 3000);
	empty = printer->bus.empty;
	tap_sleep_ms(3000);
	tap_note("%u empty packets in 3 s", printer->bus.empty - empty);
	CHECK(printer->bus.empty - empty < 200);
	CHECK(!task_done(reader));
	CHECK(nothing_to_read(fd, 300));
	write_random(fd, options.seed, 0, 20001);
	CHECK_OK(fsync(fd));
	usb_printer_check(printer, 0, 0, options.seed, 0, 20001);
	CHECK(!task_done(reader));
	usb_printer_say_random(printer, options.seed, 0, 10);
	CHECK_EQ(task_result(reader, 3000), 10);
	CHECK_OK(close(fd));
	usb_printer_unplug(printer);
}

static void in_full_packets(void)
{
	static const size_t sizes[] = { 1, 1, 512, 1024, 4096, 1, 511, 513, 512 };
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer = usb_printer_plug(&script);
	struct port port = usb_printer_port(printer, 0);
	int fd = port_open(&port, O_RDWR);
	uint64_t pos = 0;
	unsigned int i, empty;

	for (empty = 0; empty < 2; empty++) {
		for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			usb_printer_say_random(printer, options.seed, pos, sizes[i]);
			if (empty)
				usb_printer_say_empty(printer);
			read_random(fd, options.seed, pos, sizes[i], 1500);
			pos += sizes[i];
			CHECK(nothing_to_read(fd, 50));
		}
	}
	CHECK_EQ(port_number(&port, "stats/bytes_read"), pos);
	CHECK_OK(close(fd));
	usb_printer_unplug(printer);
}

static void both_ways(void)
{
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer = usb_printer_plug(&script);
	struct port port = usb_printer_port(printer, 0);
	int fd = port_open(&port, O_RDWR);
	struct task *writer;

	usb_printer_say_random(printer, options.seed, 0, 102400);
	usb_printer_say_random(printer, options.seed, 102400, 333);
	writer = task_start(print_much, &fd);
	read_random(fd, options.seed, 0, 102400 + 333, 5000);
	CHECK_EQ(task_result(writer, 30000), 0);
	usb_printer_check(printer, 0, 0, options.seed, 0, 200001);
	CHECK(nothing_to_read(fd, 100));
	CHECK_OK(close(fd));
	usb_printer_unplug(printer);
}

/* What nobody reads stays with the printer, and is in nobody's way. */
static void talks_too_much(void)
{
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer = usb_printer_plug(&script);
	struct port port = usb_printer_port(printer, 0);
	unsigned int len = options_bytes(1000000, 300000);
	int fd = port_open(&port, O_RDWR);

	usb_printer_say_random(printer, options.seed, 0, len);
	read_random(fd, options.seed, 0, 1, 2000);
	write_random(fd, options.seed, 0, 50001);
	CHECK_OK(fsync(fd));
	usb_printer_check(printer, 0, 0, options.seed, 0, 50001);
	tap_sleep_ms(1000);
	CHECK(!usb_printer_has_said(printer));
	read_random(fd, options.seed, 1, len - 1, 2000);
	CHECK_OK(close(fd));
	usb_printer_unplug(printer);
}

/* More than dummy_udc keeps in its FIFO: it has left when the host has taken it. */
static void nothing_is_read_unasked(void)
{
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer = usb_printer_plug(&script);
	struct port port = usb_printer_port(printer, 0);
	int fd;

	usb_printer_say_random(printer, options.seed, 0, 100);
	print_job(printer, 0, &port, options.seed, 1001);
	fd = port_open(&port, O_RDWR);
	write_random(fd, options.seed, 0, 1001);
	CHECK_OK(fsync(fd));
	tap_sleep_ms(1000);
	CHECK(!usb_printer_has_said(printer));
	CHECK_EQ(printer->bus.received, 0);
	read_random(fd, options.seed, 0, 100, 2000);
	CHECK_SOON(usb_printer_has_said(printer), 1000);
	CHECK_OK(close(fd));
	usb_printer_unplug(printer);
}

/* A printer that is busy, and its status */

static void busy_for_long(void)
{
	unsigned int ms = options.quick ? 10000 : 60000;
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer;
	struct pollfd poller = { .events = POLLOUT };
	long long began, busy;
	struct port port;
	size_t accepted;
	int fd;

	script.lines = 0x38;
	script.out[0].stop = true;
	printer = usb_printer_plug(&script);
	port = usb_printer_port(printer, 0);
	poller.fd = fd = port_open(&port, O_WRONLY);
	began = tap_now_ms();
	accepted = write_until_full(fd, options.seed, 0);
	CHECK_EQ(poll(&poller, 1, 0), 0);
	CHECK_SOON(port_is(&port, "reasons", "media-empty"), 3000);
	CHECK(port_is(&port, "status", "stopped"));
	tap_note("media-empty after %lld ms", tap_now_ms() - began);

	busy = machine_busy_ns();
	began = tap_now_ms();
	tap_sleep_ms(ms);
	busy = (machine_busy_ns() - busy) / (tap_now_ms() - began) / 10000;
	tap_note("%lld %% of a CPU", busy);
	CHECK(busy < 50);
	CHECK_EQ(printer->script.out[0].taken, 0);
	CHECK(port_is(&port, "reasons", "media-empty"));
	CHECK_EQ(poll(&poller, 1, 0), 0);

	printer->script.lines = 0x18;
	printer->script.out[0].stop = false;
	CHECK_SOON(port_is(&port, "reasons", "none"), 3000);
	CHECK_OK(fsync(fd));
	usb_printer_check(printer, 0, 0, options.seed, 0, accepted);
	CHECK_EQ(port_number(&port, "stats/errors"), 0);
	CHECK_OK(close(fd));
	usb_printer_unplug(printer);
}

/* What is in flight is stopped and sent again: exactly what the printer did not take. */
static void reset_in_a_job(void)
{
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer_out *out;
	struct usb_printer *printer;
	struct port port;
	int fd, i;

	script.out[0].stop_at = 11 * USB_PRINTER_PACKET;
	printer = usb_printer_plug(&script);
	out = &printer->script.out[0];
	port = usb_printer_port(printer, 0);
	fd = port_open(&port, O_WRONLY);
	write_random(fd, options.seed, 0, 60001);
	for (i = 0; i < 3; i++) {
		CHECK_SOON(out->taken == out->stop_at, 3000);
		CHECK_OK(ioctl(fd, LPRESET));
		CHECK_EQ(printer->resets, i + 1);
		out->stop_at += 11 * USB_PRINTER_PACKET;
	}
	out->stop_at = 0;
	CHECK_OK(fsync(fd));
	CHECK_OK(close(fd));
	usb_printer_check(printer, 0, 0, options.seed, 0, 60001);
	CHECK_EQ(port_number(&port, "stats/errors"), 0);
	usb_printer_unplug(printer);
}

static void abort_of_a_busy_one(void)
{
	struct usb_printer_script script = usb_printer_honest();
	unsigned int at = 11 * USB_PRINTER_PACKET;
	struct printport_job_result result;
	struct usb_printer *printer;
	long long began;
	struct port port;
	__u32 id;
	int fd;

	script.out[0].stop_at = at;
	printer = usb_printer_plug(&script);
	port = usb_printer_port(printer, 0);
	fd = port_open(&port, O_WRONLY);
	id = job_start(fd, "aborted");
	write_random(fd, options.seed, 0, 60001);
	CHECK_SOON(printer->script.out[0].taken == at, 3000);
	began = tap_now_ms();
	port_set(&port, "abort", "1");
	CHECK_SOON(job_get(fd, id).state == PRINTPORT_JOB_ABORTED, 2000);
	CHECK(tap_now_ms() - began < tap_patience(2000));
	result = job_end(fd, PRINTPORT_WAIT_DELIVERED);
	CHECK_EQ(result.bytes_delivered, at);
	CHECK_EQ(result.bytes_lost, 60001 - at);
	printer->script.out[0].stop_at = 0;
	CHECK_OK(close(fd));
	print_job(printer, 0, &port, options.seed + 1, 20001);
	CHECK_EQ(printer->script.out[0].taken, at + 20001);
	usb_printer_unplug(printer);
}

/* Whatever the host's reason: the printer kept what it had, and gets the rest. */
static void bus_reset_in_a_job(void)
{
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer_out *out;
	struct usb_printer *printer;
	struct port port;
	int fd, i;

	script.alts_count = 0;
	usb_printer_add(&script, 0, 0, 1, 0);
	usb_printer_add(&script, 0, 1, 2, 0);
	script.out[0].stop_at = 11 * USB_PRINTER_PACKET;
	printer = usb_printer_plug(&script);
	out = &printer->script.out[0];
	port = usb_printer_port(printer, 0);
	fd = port_open(&port, O_RDWR);
	write_random(fd, options.seed, 0, 60001);
	for (i = 0; i < 2; i++) {
		CHECK_SOON(out->taken == out->stop_at, 3000);
		usb_printer_reset(printer);
		CHECK_EQ(printer->alternate, 1);
		out->stop_at += 11 * USB_PRINTER_PACKET;
	}
	out->stop_at = 0;
	CHECK_OK(fsync(fd));
	usb_printer_check(printer, 0, 0, options.seed, 0, 60001);
	usb_printer_say_random(printer, options.seed, 0, 1000);
	read_random(fd, options.seed, 0, 1000, 2000);
	CHECK_OK(close(fd));
	CHECK_EQ(port_number(&port, "stats/errors"), 0);
	usb_printer_unplug(printer);
}

/* A printer that nobody uses sleeps; printing and asking wake it. */
static void sleeps_and_wakes(void)
{
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer = usb_printer_plug(&script);
	struct port port = usb_printer_port(printer, 0);
	int fd, i;

	usb_printer_set(printer, "power/autosuspend_delay_ms", "0");
	usb_printer_set(printer, "power/control", "auto");
	for (i = 0; i < 3; i++) {
		CHECK_SOON(usb_printer_is(printer, "power/runtime_status", "suspended"), 5000);
		print_job(printer, 0, &port, options.seed, 10001);
		CHECK_SOON(usb_printer_is(printer, "power/runtime_status", "suspended"), 5000);
		fd = port_open(&port, O_RDWR);
		CHECK_EQ(lines_of(fd), 0x18);
		usb_printer_say_random(printer, options.seed, 0, 100);
		read_random(fd, options.seed, 0, 100, 2000);
		CHECK_OK(close(fd));
	}
	/* Pulled out in its sleep. */
	CHECK_SOON(usb_printer_is(printer, "power/runtime_status", "suspended"), 5000);
	usb_printer_unplug(printer);
}

/* Nobody prints, and somebody wants to know. */
static void status_of_an_idle_one(void)
{
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer;
	struct port port;
	uint32_t asked;

	script.lines = 0x38;
	printer = usb_printer_plug(&script);
	port = usb_printer_port(printer, 0);
	CHECK_SOON(port_is(&port, "reasons", "media-empty"), 3000);
	CHECK(port_is(&port, "status", "stopped"));
	printer->script.lines = 0x10;
	CHECK_SOON(!port_is(&port, "reasons", "media-empty"), 3000);
	CHECK(!port_is(&port, "reasons", "none"));
	/* However often somebody looks, it is asked once a second or so. */
	asked = printer->statuses;
	printer->script.lines = 0x18;
	CHECK_SOON(port_is(&port, "reasons", "none"), 3000);
	CHECK(printer->statuses - asked <= 5);
	usb_printer_unplug(printer);
}

static void status_fails(enum usb_printer_answer answer)
{
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer;
	struct port port;
	long long began;
	int fd, lines;

	script.status_answer = answer;
	script.out[0].stop_at = 10 * USB_PRINTER_PACKET;
	printer = usb_printer_plug(&script);
	port = usb_printer_port(printer, 0);
	fd = port_open(&port, O_WRONLY);
	began = tap_now_ms();
	lines = lines_of(fd);
	tap_note("%s after %lld ms", lines < 0 ? tap_errno_name(-lines) : "no error",
		 tap_now_ms() - began);
	CHECK(lines < 0);
	CHECK(tap_now_ms() - began <= tap_patience(6000));

	write_random(fd, options.seed, 0, 30001);
	CHECK_SOON(printer->statuses >= 2, 10000);
	tap_sleep_ms(1500);
	CHECK(port_is(&port, "reasons", "none"));
	printer->script.out[0].stop_at = 0;
	CHECK_OK(fsync(fd));
	CHECK_OK(close(fd));
	usb_printer_check(printer, 0, 0, options.seed, 0, 30001);
	CHECK_EQ(port_number(&port, "stats/errors"), 0);
	usb_printer_unplug(printer);
}

static void status_stalls(void)
{
	status_fails(USB_PRINTER_STALL);
}

static void status_is_empty(void)
{
	status_fails(USB_PRINTER_EMPTY);
}

static void status_is_silent(void)
{
	status_fails(USB_PRINTER_SILENCE);
}

/* Device ids */

#define TEXT	"MFG:Acme;MDL:Hostile 1;"

/**
 * struct id_case - a device id
 * @name: what is wrong with it
 * @prefix: its length bytes; 0: the length of @text and themselves
 * @text: what comes behind
 * @len: how much of that
 * @repeat: @text is repeated until there are so many bytes
 * @answer: how GET_DEVICE_ID is answered
 * @wanted: ieee1284_id; NULL: anything that is clean
 */
struct id_case {
	const char *name;
	int prefix;
	const char *text;
	size_t len;
	size_t repeat;
	enum usb_printer_answer answer;
	const char *wanted;
};

#define ID(text)	(text), sizeof(text) - 1
#define BYTES(high, low) ((high) << 8 | (low) | 0x10000)

static const struct id_case id_cases[] = {
	{ "usual", 0, ID(TEXT), 0, 0, TEXT },
	{ "little endian", BYTES(sizeof(TEXT) + 1, 0), ID(TEXT), 0, 0, TEXT },
	{ "text counted", BYTES(0, sizeof(TEXT) - 1), ID(TEXT), 0, 0, TEXT },
	{ "text counted, little endian", BYTES(sizeof(TEXT) - 1, 0), ID(TEXT), 0, 0, TEXT },
	{ "length 0", BYTES(0, 0), ID(TEXT), 0, 0, NULL },
	{ "length 1", BYTES(0, 1), ID(TEXT), 0, 0, NULL },
	{ "length 2", BYTES(0, 2), ID(TEXT), 0, 0, NULL },
	{ "length 0xffff", BYTES(0xff, 0xff), ID(TEXT), 0, 0, TEXT },
	{ "2000 bytes", 0, ID(TEXT), 2000, 0, NULL },
	{ "4094 bytes", 0, ID("X:"), 4092, 0, NULL },
	{ "NUL", 0, ID("MFG:Acme;\0MDL:Hostile;"), 0, 0, NULL },
	{ "only NULs", 0, ID("\0\0\0\0"), 0, 0, NULL },
	{ "newlines", 0, ID("MFG:Acme\nSUBSYSTEM=usb;MDL:X\r\nY;"), 0, 0, NULL },
	{ "control characters", 0, ID("MFG:\001\002\033[31m;MDL:\177\b\t;"), 0, 0, NULL },
	{ "invalid UTF-8", 0, ID("MFG:\xff\xfe\xc0\xaf;MDL:\xed\xa0\x80;\xc3"), 0, 0, NULL },
	{ "valid UTF-8", 0, ID("MFG:M\xc3\xbcller;"), 0, 0, "MFG:M\xc3\xbcller;" },
	{ "no colon", 0, ID(";;;;:::;;=;"), 0, 0, NULL },
	{ "two bytes", BYTES(0, 2), ID(""), 0, 0, "" },
	{ "no bytes", 0, ID(TEXT), 0, USB_PRINTER_EMPTY, "" },
	{ "stall", 0, ID(TEXT), 0, USB_PRINTER_STALL, "" },
};

/* How many bytes of @text are one good UTF-8 character; 0: none. */
static size_t clean_character(const unsigned char *text)
{
	size_t len, i;

	if (text[0] >= 0x20 && text[0] < 0x7f)
		return 1;
	len = text[0] >= 0xf0 && text[0] < 0xf5 ? 4 : text[0] >= 0xe0 && text[0] < 0xf0 ? 3 :
	      text[0] >= 0xc2 && text[0] < 0xe0 ? 2 : 0;
	for (i = 1; i < len; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] >= 0xa0) ||
	    (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] >= 0x90) ||
	    (text[0] == 0xc2 && text[1] < 0xa0))
		return 0;
	return len;
}

/* One line, or lines of KEY=value with keys of the kernel's; printable UTF-8. */
static void check_clean(const char *name, const char *text, bool lines)
{
	const unsigned char *at = (const unsigned char *)text;
	bool begin = true;
	size_t len;

	for (; *at; at += len) {
		len = *at == '\n' && lines ? 1 : clean_character(at);
		if (!len)
			FAIL("%s: byte %#x at %td", name, *at, (const char *)at - text);
		if (begin && lines &&
		    strncmp((const char *)at, "PRINTPORT_", strlen("PRINTPORT_")) &&
		    strncmp((const char *)at, "MAJOR=", strlen("MAJOR=")) &&
		    strncmp((const char *)at, "MINOR=", strlen("MINOR=")) &&
		    strncmp((const char *)at, "DEVNAME=", strlen("DEVNAME=")) &&
		    strncmp((const char *)at, "DEVMODE=", strlen("DEVMODE=")))
			FAIL("%s: a line of uevent: %.40s", name, (const char *)at);
		begin = *at == '\n';
	}
}

static void fill_id(struct usb_printer_script *script, const struct id_case *test)
{
	size_t len = test->repeat ? test->repeat : test->len, i;

	for (i = 0; i < len; i++)
		script->id[2 + i] = test->text[i % test->len];
	script->id_len = len + 2;
	script->id[0] = (test->prefix ? test->prefix : (int)script->id_len) >> 8;
	script->id[1] = test->prefix ? test->prefix : (int)script->id_len;
	script->id_answer = test->answer;
}

static void check_id(struct usb_printer *printer, const struct id_case *test)
{
	struct port port;
	char text[8192];

	fill_id(&printer->script, test);
	usb_printer_rebind(printer, 0);
	port = usb_printer_port(printer, 0);
	port_get(&port, "ieee1284_id", text, sizeof(text));
	check_clean(test->name, text, false);
	if (test->wanted && strcmp(text, test->wanted))
		FAIL("%s: \"%s\"", test->name, text);
	port_get(&port, "uevent", text, sizeof(text));
	check_clean(test->name, text, true);
	print_job(printer, 0, &port, options.seed, 1);
}

static void device_ids(void)
{
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer = usb_printer_plug(&script);
	size_t i;

	usb_printer_port(printer, 0);
	for (i = 0; i < sizeof(id_cases) / sizeof(id_cases[0]); i++)
		check_id(printer, &id_cases[i]);
	usb_printer_unplug(printer);
}

/* Nobody answers, for as long as a control request may last, and the port comes up. */
static void id_is_silent(void)
{
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer;
	struct port port;

	script.id_answer = USB_PRINTER_SILENCE;
	printer = usb_printer_plug(&script);
	port = usb_printer_port(printer, 0);
	CHECK(port_is(&port, "ieee1284_id", ""));
	print_job(printer, 0, &port, options.seed, 1);
	usb_printer_unplug(printer);
}

static void id_by_plain_index(void)
{
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer;
	struct usb_printer_alt *alt;
	struct port port;

	script.alts_count = 0;
	alt = usb_printer_add(&script, 0, 0, 0xff, 1);
	alt->class = alt->subclass = 0xff;
	usb_printer_add(&script, 1, 0, 2, 0);
	script.id_plain_index = true;
	printer = usb_printer_plug(&script);
	port = usb_printer_port(printer, 1);
	CHECK(port_is(&port, "ieee1284_id", "MFG:Acme;MDL:Hostile 1;CMD:PS;"));
	print_job(printer, 0, &port, options.seed, 1001);
	usb_printer_unplug(printer);
}

/* Descriptors */

static void does_not_bind(const struct usb_printer_script *script)
{
	struct usb_printer *printer = usb_printer_plug(script);

	usb_printer_settle(printer);
	CHECK_EQ(usb_printer_ports(printer), 0);
	usb_printer_unplug(printer);
}

static void no_way_to_print(void)
{
	struct usb_printer_script script;
	struct usb_printer_alt *alt = &script.alts[0];

	script = usb_printer_honest();
	alt->count = 0;
	does_not_bind(&script);

	script = usb_printer_honest();
	alt->count = 0;
	alt->claimed = 30;
	does_not_bind(&script);

	script = usb_printer_honest();
	alt->endpoints[0] = alt->endpoints[1];
	alt->count = 1;
	does_not_bind(&script);

	script = usb_printer_honest();
	alt->endpoints[0].packet = 0;
	does_not_bind(&script);

	script = usb_printer_honest();
	alt->endpoints[0].attributes = 3;
	does_not_bind(&script);

	script = usb_printer_honest();
	alt->protocol = 4;
	does_not_bind(&script);
}

static void read_is_refused(const struct usb_printer_script *script)
{
	struct usb_printer *printer = usb_printer_plug(script);
	struct port port = usb_printer_port(printer, 0);
	int fd = port_open(&port, O_RDWR);
	char c;

	CHECK_ERR(read(fd, &c, 1), EINVAL);
	CHECK_OK(close(fd));
	print_job(printer, 0, &port, options.seed, 1001);
	usb_printer_unplug(printer);
}

static void no_back_channel(void)
{
	struct usb_printer_script script = usb_printer_honest();

	script.alts[0].protocol = 1;
	read_is_refused(&script);

	script = usb_printer_honest();
	script.alts[0].count = 1;
	read_is_refused(&script);
}

static void endpoints_claimed(void)
{
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer;
	struct port port;

	script.alts[0].claimed = 30;
	printer = usb_printer_plug(&script);
	port = usb_printer_port(printer, 0);
	print_job(printer, 0, &port, options.seed, 1001);
	usb_printer_unplug(printer);
}

/* The best of several alternate settings is chosen, and it works. */
static void alternate_settings(void)
{
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer;
	struct port port;
	int fd;

	script.alts_count = 0;
	usb_printer_add(&script, 0, 0, 1, 0);
	usb_printer_add(&script, 0, 1, 2, 0);
	usb_printer_add(&script, 0, 2, 4, 0);
	printer = usb_printer_plug(&script);
	port = usb_printer_port(printer, 0);
	CHECK_EQ(printer->alternate, 1);
	print_job(printer, 0, &port, options.seed, 20001);
	usb_printer_say_random(printer, options.seed, 0, 100);
	fd = port_open(&port, O_RDONLY);
	read_random(fd, options.seed, 0, 100, 2000);
	CHECK_OK(close(fd));
	usb_printer_unplug(printer);

	script = usb_printer_honest();
	usb_printer_add(&script, 0, 1, 3, 0);
	printer = usb_printer_plug(&script);
	port = usb_printer_port(printer, 0);
	CHECK_EQ(printer->alternate, 0);
	print_job(printer, 0, &port, options.seed, 20001);
	usb_printer_unplug(printer);
}

static void alternate_setting_is_refused(void)
{
	struct usb_printer_script script = usb_printer_honest();

	usb_printer_add(&script, 0, 1, 4, 0);
	script.set_interface = USB_PRINTER_STALL;
	does_not_bind(&script);
	script.set_interface = USB_PRINTER_SILENCE;
	script.silence_ms = 6500;
	does_not_bind(&script);
}

static void two_printers_in_one(void)
{
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer;
	struct port first, second;

	usb_printer_add(&script, 1, 0, 2, 1);
	printer = usb_printer_plug(&script);
	first = usb_printer_port(printer, 0);
	second = usb_printer_port(printer, 1);
	CHECK_EQ(usb_printer_ports(printer), 2);
	print_job(printer, 0, &first, options.seed, 10001);
	print_job(printer, 1, &second, options.seed + 1, 10001);
	CHECK_EQ(printer->script.out[0].taken, 10001);
	usb_printer_unplug(printer);
}

/* ioctls of usblp */

static struct usb_printer_script with_three_protocols(void)
{
	struct usb_printer_script script = usb_printer_honest();

	script.alts_count = 0;
	usb_printer_add(&script, 0, 0, 1, 0);
	usb_printer_add(&script, 0, 1, 2, 0);
	usb_printer_add(&script, 0, 2, 3, 0);
	return script;
}

static void check_protocols(int fd, int current, int mask)
{
	int protocols[2] = { -1, -1 };

	CHECK_OK(ioctl(fd, GET_PROTOCOLS, protocols));
	CHECK_EQ(protocols[0], current);
	CHECK_EQ(protocols[1], mask);
}

static void usblp_protocols(void)
{
	struct usb_printer_script script = with_three_protocols();
	struct usb_printer *printer = usb_printer_plug(&script);
	struct port port = usb_printer_port(printer, 0);
	int fd = port_open(&port, O_RDWR);
	char c;

	check_protocols(fd, 2, 0x0e);
	CHECK_ERR(ioctl(fd, SET_PROTOCOL, 0), EINVAL);
	CHECK_ERR(ioctl(fd, SET_PROTOCOL, 4), EINVAL);
	CHECK_ERR(ioctl(fd, SET_PROTOCOL, -1), EINVAL);
	CHECK_ERR(ioctl(fd, SET_PROTOCOL, 0x7fffffff), EINVAL);
	check_protocols(fd, 2, 0x0e);

	CHECK_OK(ioctl(fd, SET_PROTOCOL, 1));
	check_protocols(fd, 1, 0x0e);
	CHECK_EQ(printer->alternate, 0);
	CHECK_ERR(read(fd, &c, 1), EINVAL);
	write_random(fd, options.seed, 0, 5001);
	CHECK_OK(fsync(fd));
	usb_printer_check(printer, 0, 0, options.seed, 0, 5001);

	CHECK_OK(ioctl(fd, SET_PROTOCOL, 2));
	check_protocols(fd, 2, 0x0e);
	CHECK_EQ(printer->alternate, 1);
	usb_printer_say_random(printer, options.seed, 0, 100);
	read_random(fd, options.seed, 0, 100, 2000);
	write_random(fd, options.seed, 0, 5001);
	CHECK_OK(fsync(fd));
	usb_printer_check(printer, 0, 5001, options.seed, 0, 5001);
	CHECK_OK(close(fd));
	usb_printer_unplug(printer);
}

static void usblp_one_protocol(void)
{
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer = usb_printer_plug(&script);
	struct port port = usb_printer_port(printer, 0);
	int fd = port_open(&port, O_RDWR);

	check_protocols(fd, 2, 0x04);
	CHECK_ERR(ioctl(fd, SET_PROTOCOL, 1), EINVAL);
	CHECK_ERR(ioctl(fd, SET_PROTOCOL, 3), EINVAL);
	CHECK_OK(ioctl(fd, SET_PROTOCOL, 2));
	check_protocols(fd, 2, 0x04);
	CHECK_OK(close(fd));
	print_job(printer, 0, &port, options.seed, 1001);
	usb_printer_unplug(printer);
}

/* A job that is on its way when the protocol is changed is whole. */
static void usblp_switch_in_a_job(void)
{
	struct usb_printer_script script = with_three_protocols();
	struct usb_printer *printer = usb_printer_plug(&script);
	struct port port = usb_printer_port(printer, 0);
	int fd = port_open(&port, O_RDWR), i;
	uint64_t pos = 0;

	for (i = 0; i < 6; i++) {
		write_random(fd, options.seed, pos, 20001);
		pos += 20001;
		CHECK_OK(ioctl(fd, SET_PROTOCOL, i & 1 ? 2 : 1));
	}
	CHECK_OK(fsync(fd));
	CHECK_OK(close(fd));
	usb_printer_check(printer, 0, 0, options.seed, 0, pos);
	CHECK_EQ(port_number(&port, "stats/jobs_completed"), 1);
	CHECK_EQ(port_number(&port, "stats/errors"), 0);
	usb_printer_unplug(printer);
}

static void usblp_switch_is_refused(void)
{
	struct usb_printer_script script = with_three_protocols();
	struct usb_printer *printer = usb_printer_plug(&script);
	struct port port = usb_printer_port(printer, 0);
	int fd = port_open(&port, O_RDWR);

	printer->script.set_interface = USB_PRINTER_STALL;
	CHECK(ioctl(fd, SET_PROTOCOL, 1) < 0);
	tap_note("%s", tap_errno_name(errno));
	printer->script.set_interface = USB_PRINTER_ANSWER;
	/* For a moment the device is being reset. */
	CHECK_SOON(!ioctl(fd, SET_PROTOCOL, 2) || errno != EBUSY, 5000);
	check_protocols(fd, 2, 0x0e);
	CHECK_OK(close(fd));
	print_job(printer, 0, &port, options.seed, 5001);
	usb_printer_unplug(printer);
}

/* Not even the way back works: the device is reset, and the port prints again. */
static void usblp_switch_and_back_are_refused(void)
{
	struct usb_printer_script script = with_three_protocols();
	struct usb_printer *printer = usb_printer_plug(&script);
	struct port port = usb_printer_port(printer, 0);
	int fd = port_open(&port, O_RDWR);

	printer->script.set_interface = USB_PRINTER_STALL;
	CHECK_ERR(ioctl(fd, SET_PROTOCOL, 1), EIO);
	printer->script.set_interface = USB_PRINTER_ANSWER;
	write_random(fd, options.seed, 0, 5001);
	CHECK_OK(fsync(fd));
	CHECK_OK(close(fd));
	usb_printer_check(printer, 0, 0, options.seed, 0, 5001);
	usb_printer_unplug(printer);
}

static void usblp_numbers(void)
{
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer = usb_printer_plug(&script);
	struct port port = usb_printer_port(printer, 0);
	int fd = port_open(&port, O_RDWR), pair[2], more[4] = { -1, -1, -1, -1 };

	CHECK_OK(ioctl(fd, GET_BUS_ADDRESS, pair));
	CHECK_EQ(pair[0], usb_printer_number(printer, "busnum"));
	CHECK_EQ(pair[1], usb_printer_number(printer, "devnum"));
	CHECK_OK(ioctl(fd, GET_VID_PID, pair));
	CHECK_EQ(pair[0], script.vendor);
	CHECK_EQ(pair[1], script.product);
	/* Room for more is no mistake. */
	CHECK_OK(ioctl(fd, _IOC(_IOC_READ, 'P', 6, sizeof(more)), more));
	CHECK_EQ(more[0], script.vendor);
	CHECK_EQ(more[2], -1);
	CHECK_OK(ioctl(fd, SOFT_RESET));
	CHECK_EQ(printer->resets, 1);
	CHECK_OK(close(fd));
	usb_printer_unplug(printer);
}

static void usblp_channel(void)
{
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer = usb_printer_plug(&script);
	struct port port = usb_printer_port(printer, 0);
	int fd = port_open(&port, O_RDWR);

	CHECK_ERR(ioctl(fd, HP_SET_CHANNEL, 5), EINVAL);
	CHECK_EQ(printer->channels, 0);
	CHECK_OK(close(fd));
	usb_printer_unplug(printer);

	script = usb_printer_honest();
	script.vendor = 0x03f0;
	script.product = 0xfff0;
	printer = usb_printer_plug(&script);
	port = usb_printer_port(printer, 0);
	fd = port_open(&port, O_RDWR);
	CHECK_OK(ioctl(fd, HP_SET_CHANNEL, 5));
	CHECK_EQ(printer->channels, 1);
	CHECK_EQ(printer->channel, 5);
	CHECK_OK(close(fd));
	print_job(printer, 0, &port, options.seed, 1001);
	usb_printer_unplug(printer);
}

/* The id that the printer has now, cut off where there is no more room. */
static void usblp_live_id(void)
{
	static const char later[] = "MFG:Acme;MDL:Hostile 1;STATUS:BUSY;";
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer = usb_printer_plug(&script);
	struct port port = usb_printer_port(printer, 0);
	int fd = port_open(&port, O_RDWR);
	unsigned char buf[1024];

	usb_printer_set_id(&printer->script, later);
	memset(buf, 0x55, sizeof(buf));
	CHECK_OK(ioctl(fd, GET_DEVICE_ID(sizeof(buf)), buf));
	CHECK_EQ(buf[0] << 8 | buf[1], sizeof(later) - 1 + 2);
	CHECK(!memcmp(buf + 2, later, sizeof(later) - 1));
	CHECK_EQ(buf[sizeof(later) - 1 + 2], 0x55);

	memset(buf, 0x55, sizeof(buf));
	CHECK_OK(ioctl(fd, GET_DEVICE_ID(12), buf));
	CHECK(!memcmp(buf + 2, later, 10));
	CHECK_EQ(buf[12], 0x55);
	CHECK_OK(close(fd));
	usb_printer_unplug(printer);
}

/* Directions and sizes that usblp does not have. */
static void usblp_wrong(void)
{
	static const unsigned int wrong[] = {
		_IOC(_IOC_WRITE, 'P', 2, 8), _IOC(_IOC_NONE, 'P', 2, 8),
		_IOC(_IOC_READ, 'P', 2, 4), _IOC(_IOC_READ, 'P', 2, 0),
		_IOC(_IOC_READ, 'P', 3, 0), _IOC(_IOC_READ, 'P', 4, 0),
		_IOC(_IOC_WRITE, 'P', 5, 8), _IOC(_IOC_READ, 'P', 5, 4),
		_IOC(_IOC_WRITE, 'P', 6, 8), _IOC(_IOC_READ, 'P', 6, 4),
		_IOC(_IOC_READ, 'P', 7, 0), _IOC(_IOC_WRITE, 'P', 7, 0),
		_IOC(_IOC_WRITE, 'P', 1, 100), _IOC(_IOC_NONE, 'P', 1, 100),
	};
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer = usb_printer_plug(&script);
	struct port port = usb_printer_port(printer, 0);
	int fd = port_open(&port, O_RDWR);
	char buf[100];
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (ioctl(fd, wrong[i], buf) >= 0 || errno != EINVAL)
			FAIL("ioctl %u, direction %u, size %u: not EINVAL",
			     _IOC_NR(wrong[i]), _IOC_DIR(wrong[i]), _IOC_SIZE(wrong[i]));
	}
	CHECK_EQ(printer->resets, 0);
	CHECK_OK(close(fd));
	usb_printer_unplug(printer);
}

/* Printers that vanish in the middle of something */

static void vanishes_in_bulk(void)
{
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer;
	struct task *writer, *reader;
	struct port port;
	int fd;

	script.out[0].vanish_at = 60 * USB_PRINTER_PACKET;
	printer = usb_printer_plug(&script);
	port = usb_printer_port(printer, 0);
	fd = port_open(&port, O_RDWR);
	reader = task_start(read_one, &fd);
	task_wait_blocked(reader);
	writer = task_start(print_much, &fd);
	usb_printer_await_vanish(printer);
	CHECK_ERR(task_result(writer, 5000), ENODEV);
	CHECK_ERR(task_result(reader, 5000), ENODEV);
	CHECK_ERR(write(fd, "abc", 3), ENODEV);
	CHECK_ERR(lines_of(fd) < 0 ? -1 : 0, ENODEV);
	close(fd);
	usb_printer_unplug(printer);
}

static void vanishes_in_status(void)
{
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer = usb_printer_plug(&script);
	struct port port = usb_printer_port(printer, 0);
	int fd = port_open(&port, O_RDWR), lines;
	long long began = tap_now_ms();

	printer->script.status_answer = USB_PRINTER_VANISH;
	lines = lines_of(fd);
	tap_note("%s", tap_errno_name(-lines));
	CHECK(lines < 0);
	CHECK(tap_now_ms() - began <= tap_patience(6000));
	usb_printer_await_vanish(printer);
	CHECK_EQ(lines_of(fd), -ENODEV);
	CHECK_ERR(write(fd, "abc", 3), ENODEV);
	close(fd);
	usb_printer_unplug(printer);
}

static void vanishes_in_probe(void)
{
	struct usb_printer_script script = usb_printer_honest();
	struct usb_printer *printer;

	script.id_answer = USB_PRINTER_VANISH;
	printer = usb_printer_plug(&script);
	CHECK_SOON(printer->ids, 5000);
	usb_printer_await_vanish(printer);
	CHECK_EQ(usb_printer_ports(printer), 0);
	usb_printer_unplug(printer);

	script = with_three_protocols();
	script.set_interface = USB_PRINTER_VANISH;
	printer = usb_printer_plug(&script);
	CHECK_SOON(printer->set_interfaces, 5000);
	usb_printer_await_vanish(printer);
	CHECK_EQ(usb_printer_ports(printer), 0);
	usb_printer_unplug(printer);
}

static void vanishes_in_switch(void)
{
	struct usb_printer_script script = with_three_protocols();
	struct usb_printer *printer = usb_printer_plug(&script);
	struct port port = usb_printer_port(printer, 0);
	int fd = port_open(&port, O_RDWR), ret;

	write_random(fd, options.seed, 0, 20001);
	printer->script.set_interface = USB_PRINTER_VANISH;
	ret = ioctl(fd, SET_PROTOCOL, 1);
	tap_note("%s", ret < 0 ? tap_errno_name(errno) : "no error");
	CHECK(ret < 0 && errno != EINVAL && errno != ENOTTY);
	usb_printer_await_vanish(printer);
	CHECK_ERR(ioctl(fd, SET_PROTOCOL, 1), ENODEV);
	CHECK_ERR(write(fd, "abc", 3), ENODEV);
	close(fd);
	usb_printer_unplug(printer);
}

/* Pulled out and plugged in at any time, with a writer that knows nothing of it. */
static void comes_and_goes(void)
{
	unsigned int rounds = options_rounds(20, 3), i;
	uint32_t state = options.seed;

	for (i = 0; i < rounds; i++) {
		struct usb_printer_script script = usb_printer_honest();
		struct usb_printer *printer = usb_printer_plug(&script);
		struct port port = usb_printer_port(printer, 0);
		int fd = port_open(&port, O_RDWR);
		struct task *writer = task_start(print_much, &fd);
		long ret;

		tap_sleep_ms(random_below(&state, 300));
		usb_printer_unplug(printer);
		ret = task_result(writer, 5000);
		CHECK(!ret || errno == ENODEV);
		close(fd);
	}
}

/* Vendor-specific printers */

static struct usb_printer_script of_class(uint8_t class)
{
	struct usb_printer_script script = usb_printer_honest();

	script.vendor = 0x04b8;
	script.product = 0xfff1;
	script.alts[0].class = class;
	if (class != 7)
		script.alts[0].subclass = script.alts[0].protocol = 0xff;
	return script;
}

static void new_ids(void)
{
	struct usb_printer_script script = of_class(0xff);
	struct usb_printer_alt *alt;
	struct usb_printer *printer;
	struct port port;

	does_not_bind(&script);
	usb_printer_tell_driver("new_id", "04b8 fff1\n");

	script = of_class(0xff);
	printer = usb_printer_plug(&script);
	port = usb_printer_port(printer, 0);
	print_job(printer, 0, &port, options.seed, 10001);
	usb_printer_unplug(printer);

	script = of_class(0xff);
	alt = usb_printer_add(&script, 1, 0, 2, 1);
	printer = usb_printer_plug(&script);
	port = usb_printer_port(printer, 1);
	usb_printer_settle(printer);
	CHECK_EQ(usb_printer_ports(printer), 1);
	CHECK_EQ(alt->class, 7);
	print_job(printer, 1, &port, options.seed, 10001);
	usb_printer_unplug(printer);

	script = of_class(8);
	does_not_bind(&script);
	script = of_class(3);
	does_not_bind(&script);
	script = of_class(0xff);
	script.alts[0].count = 0;
	does_not_bind(&script);
	usb_printer_tell_driver("remove_id", "04b8 fff1\n");
}

static void cleanup(int pid)
{
	int fd = open(USB_PRINTER_DRIVER "/remove_id", O_WRONLY | O_CLOEXEC);

	if (fd >= 0) {
		if (write(fd, "04b8 fff1\n", 10) < 0 && errno != ENODEV)
			FAIL("remove_id: %s", tap_errno_name(errno));
		close(fd);
	}
	usb_printer_cleanup(pid);
}

static const struct tap_case cases[] = {
	{ "plain", plain, 60 },
	{ "reset", reset_recipients, 0 },
	{ "out_stall", out_stalls_once, 0 },
	{ "out_stall_twice", out_stalls_twice, 0 },
	{ "out_stall_often", out_stalls_often, 60 },
	{ "out_no_progress", out_stalls_without_progress, 0 },
	{ "out_stalled", out_stalls_for_ever, 0 },
	{ "out_mute", out_is_mute, 0 },
	{ "in_stall", in_stalls_once, 60 },
	{ "in_stalled", in_stalls_for_ever, 60 },
	{ "in_empty", in_sends_empty_packets, 0 },
	{ "in_full", in_full_packets, 0 },
	{ "both_ways", both_ways, 60 },
	{ "in_flood", talks_too_much, 60 },
	{ "in_unasked", nothing_is_read_unasked, 0 },
	{ "busy", busy_for_long, 120 },
	{ "reset_in_job", reset_in_a_job, 60 },
	{ "bus_reset", bus_reset_in_a_job, 60 },
	{ "sleep", sleeps_and_wakes, 60 },
	{ "abort_busy", abort_of_a_busy_one, 0 },
	{ "status_idle", status_of_an_idle_one, 0 },
	{ "status_stall", status_stalls, 0 },
	{ "status_empty", status_is_empty, 0 },
	{ "status_silent", status_is_silent, 60 },
	{ "ids", device_ids, 120 },
	{ "id_silent", id_is_silent, 60 },
	{ "id_plain_index", id_by_plain_index, 0 },
	{ "no_printer", no_way_to_print, 60 },
	{ "no_back_channel", no_back_channel, 0 },
	{ "endpoints_claimed", endpoints_claimed, 0 },
	{ "alternates", alternate_settings, 0 },
	{ "alternate_refused", alternate_setting_is_refused, 60 },
	{ "two_in_one", two_printers_in_one, 0 },
	{ "usblp_protocols", usblp_protocols, 0 },
	{ "usblp_one_protocol", usblp_one_protocol, 0 },
	{ "usblp_switch", usblp_switch_in_a_job, 0 },
	{ "usblp_refused", usblp_switch_is_refused, 0 },
	{ "usblp_refused_twice", usblp_switch_and_back_are_refused, 0 },
	{ "usblp_numbers", usblp_numbers, 0 },
	{ "usblp_channel", usblp_channel, 0 },
	{ "usblp_live_id", usblp_live_id, 0 },
	{ "usblp_wrong", usblp_wrong, 0 },
	{ "vanish_bulk", vanishes_in_bulk, 0 },
	{ "vanish_status", vanishes_in_status, 0 },
	{ "vanish_probe", vanishes_in_probe, 0 },
	{ "vanish_switch", vanishes_in_switch, 0 },
	{ "come_and_go", comes_and_goes, 120 },
	{ "new_id", new_ids, 60 },
};

int main(int argc, char **argv)
{
	options_parse(argc, argv);
	return TAP_RUN("usb_hostile", cases, cleanup);
}
