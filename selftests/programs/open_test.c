// SPDX-License-Identifier: GPL-2.0-or-later
/* One spooler at a time. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "options.h"
#include "printer.h"
#include "sim.h"
#include "tap.h"
#include "task.h"

/* Two racers that meet before and after each step. */
struct race {
	struct port port;
	unsigned int rounds;
	unsigned int arrived;
	int result[2];		/* 0 or errno */
	unsigned int wins[2];
};

static void meet(struct race *race)
{
	unsigned int number = __atomic_add_fetch(&race->arrived, 1, __ATOMIC_ACQ_REL);
	unsigned int wanted = (number + 1) & ~1U, spins = 0;

	while ((int)(__atomic_load_n(&race->arrived, __ATOMIC_ACQUIRE) - wanted) < 0)
		if (++spins > 10000)
			usleep(20);	/* a virtual CPU may be waiting for this one */
}

static void race_rounds(struct race *race, int me)
{
	unsigned int round;

	task_pin(me);
	for (round = 0; round < race->rounds; round++) {
		int fd, again;

		meet(race);
		fd = open(race->port.node, O_WRONLY);
		race->result[me] = fd < 0 ? errno : 0;
		meet(race);
		if (!race->result[0] == !race->result[1])
			FAIL("round %u: %s", round,
			     race->result[0] ? "nobody got the port" : "both got the port");
		if (fd < 0 && race->result[me] != EBUSY)
			FAIL("round %u: the loser got %s", round,
			     tap_errno_name(race->result[me]));
		if (fd >= 0) {
			race->wins[me]++;
			close(fd);
		}
		meet(race);
		/* It is free again at once, for either. */
		if (me == (int)(round & 1)) {
			again = open(race->port.node, O_WRONLY);
			if (again < 0)
				FAIL("round %u: after close: %s", round,
				     tap_errno_name(errno));
			close(again);
		}
	}
}

static long race_other(void *arg)
{
	race_rounds(arg, 1);
	return 0;
}

static void race(void)
{
	struct race *shared = task_shared_memory(sizeof(*shared));
	struct task *other;

	shared->port = sim_or_option(true);
	shared->rounds = options_rounds(10000, 1000);
	other = task_start(race_other, shared);
	race_rounds(shared, 0);
	CHECK_EQ(task_result(other, 5000), 0);
	tap_note("%u rounds, won %u : %u", shared->rounds, shared->wins[0], shared->wins[1]);
}

static void check_free(const struct port *port)
{
	int fd = open(port->node, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		FAIL("open of a free port: %s", tap_errno_name(errno));
	CHECK_OK(close(fd));
}

static void dup_holds(void)
{
	struct port port = sim_or_option(true);
	int fd = port_open(&port, O_WRONLY), copy = CHECK_OK(dup(fd));

	CHECK_OK(close(fd));
	CHECK(port_is_busy(&port));
	CHECK_EQ(write(copy, "x", 1), 1);
	CHECK_OK(close(copy));
	check_free(&port);
}

static long wait_for_byte(void *arg)
{
	char byte;

	return read(*(int *)arg, &byte, 1);
}

static void fork_holds(void)
{
	struct port port = sim_or_option(true);
	int ends[2], fd = port_open(&port, O_WRONLY);
	struct task *child;

	CHECK_OK(pipe(ends));
	child = task_start(wait_for_byte, &ends[0]);
	CHECK_OK(close(fd));
	CHECK(port_is_busy(&port));
	CHECK_EQ(write(ends[1], "x", 1), 1);
	CHECK_EQ(task_result(child, 2000), 1);
	CHECK_SOON(!port_is_busy(&port), 2000);
	check_free(&port);
}

static void send_fd(int socket, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = { };
	struct iovec byte = { "x", 1 };
	struct msghdr message = {
		.msg_iov = &byte,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(int));
	CHECK_EQ(sendmsg(socket, &message, 0), 1);
}

static int receive_fd(int socket)
{
	char control[CMSG_SPACE(sizeof(int))], byte;
	struct iovec vector = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	int fd;

	CHECK_EQ(recvmsg(socket, &message, 0), 1);
	CHECK(CMSG_FIRSTHDR(&message));
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
	return fd;
}

static long take_over(void *arg)
{
	int *sockets = arg, fd = receive_fd(sockets[1]);

	CHECK_EQ(write(fd, "x", 1), 1);
	CHECK_EQ(write(sockets[1], "r", 1), 1);
	wait_for_byte(&sockets[1]);
	return close(fd);
}

static void passed_on(void)
{
	struct port port = sim_or_option(true);
	int sockets[2], fd = port_open(&port, O_WRONLY);
	struct task *receiver;
	char byte;

	CHECK_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	send_fd(sockets[0], fd);
	CHECK_OK(close(fd));
	/* Nobody has it open, it is on its way. */
	CHECK(port_is_busy(&port));
	receiver = task_start(take_over, sockets);
	CHECK_EQ(read(sockets[0], &byte, 1), 1);
	CHECK(port_is_busy(&port));
	CHECK_EQ(write(sockets[0], "x", 1), 1);
	CHECK_EQ(task_result(receiver, 5000), 0);
	check_free(&port);
}

static void passed_on_and_lost(void)
{
	struct port port = sim_or_option(true);
	int sockets[2], fd = port_open(&port, O_WRONLY);

	CHECK_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	send_fd(sockets[0], fd);
	CHECK_OK(close(fd));
	CHECK(port_is_busy(&port));
	CHECK_OK(close(sockets[0]));
	CHECK_OK(close(sockets[1]));
	CHECK_SOON(!port_is_busy(&port), 5000);
}

static void any_mode_is_exclusive(void)
{
	static const int modes[] = { O_RDONLY, O_WRONLY, O_RDWR };
	struct port port = sim_or_option(true);
	unsigned int holder, other;

	for (holder = 0; holder < 3; holder++) {
		int fd = port_open(&port, modes[holder]);

		for (other = 0; other < 3; other++)
			CHECK_ERR(open(port.node, modes[other]), EBUSY);
		CHECK_OK(close(fd));
	}
}

static void mode_bits(void)
{
	struct port port = sim_or_option(true);
	struct stat status;
	char byte = 0;
	int fd;

	CHECK_OK(stat(port.node, &status));
	CHECK(S_ISCHR(status.st_mode));
	CHECK_EQ(status.st_mode & 0777 & 0117, 0);

	fd = port_open(&port, O_RDONLY);
	CHECK_ERR(write(fd, &byte, 1), EBADF);
	CHECK_OK(close(fd));
	fd = port_open(&port, O_WRONLY);
	CHECK_ERR(read(fd, &byte, 1), EBADF);
	CHECK_OK(close(fd));
}

/* Who stands in line, and in which order they got the port. */
struct line {
	struct port port;
	int held;		/* the holder's descriptor, of which forks make copies */
	unsigned int next;
	unsigned int order[8];
};

struct place {
	struct line *line;
	unsigned int number;
};

static long stand_in_line(void *arg)
{
	const struct place *place = arg;
	struct line *line = place->line;
	int fd;

	close(line->held);
	task_about_to_block();
	fd = open(line->port.node, O_WRONLY);
	if (fd < 0)
		return -1;
	line->order[line->next++] = place->number;
	tap_sleep_ms(20);
	return close(fd);
}

static struct line *new_line(const struct port *port, int held, const char *open_ms)
{
	struct line *line = task_shared_memory(sizeof(*line));

	line->port = *port;
	line->held = held;
	port_set(port, "limits/open_ms", open_ms);
	return line;
}

static struct task *join_line(struct line *line, unsigned int number)
{
	struct place place = { line, number };
	struct task *task = task_start(stand_in_line, &place);

	task_wait_blocked(task);
	return task;
}

static void leave_line(struct line *line)
{
	port_set(&line->port, "limits/open_ms", "0");
}

static void line_is_in_order(void)
{
	struct port port = sim_or_option(true);
	int fd = port_open(&port, O_WRONLY);
	struct line *line = new_line(&port, fd, "60000");
	struct task *tasks[8];
	unsigned int i;

	for (i = 0; i < 8; i++)
		tasks[i] = join_line(line, i);
	/* Who does not want to wait does not, and does not push in. */
	CHECK(port_is_busy(&port));
	CHECK_OK(close(fd));
	CHECK(port_is_busy(&port) || line->next == 8);
	for (i = 0; i < 8; i++)
		CHECK_EQ(task_result(tasks[i], 10000), 0);
	for (i = 0; i < 8; i++)
		CHECK_EQ(line->order[i], i);
	leave_line(line);
	check_free(&port);
}

static void line_has_a_limit(void)
{
	struct port port = sim_or_option(true);
	int fd = port_open(&port, O_WRONLY);
	struct line *line = new_line(&port, fd, "1000");
	long long began = tap_now_ms();

	CHECK_ERR(open(port.node, O_WRONLY), EBUSY);
	CHECK(tap_now_ms() - began >= 990);
	CHECK(tap_now_ms() - began < tap_patience(5000));
	began = tap_now_ms();
	CHECK_ERR(open(port.node, O_WRONLY | O_NONBLOCK), EBUSY);
	CHECK(tap_now_ms() - began < 900);
	leave_line(line);
	CHECK_OK(close(fd));
	check_free(&port);
}

static long interrupted_in_line(void *arg)
{
	task_catch(SIGUSR1, false);
	return stand_in_line(arg);
}

static void line_goes_on_without(void)
{
	struct port port = sim_or_option(true);
	int fd = port_open(&port, O_WRONLY);
	struct line *line = new_line(&port, fd, "60000");
	struct place place = { line, 0 };
	struct task *first = task_start(interrupted_in_line, &place), *second, *third;

	task_wait_blocked(first);
	second = join_line(line, 1);
	third = join_line(line, 2);
	kill(task_pid(first), SIGUSR1);
	CHECK_ERR(task_result(first, 2000), EINTR);
	task_kill(second, 2000);
	CHECK_OK(close(fd));
	CHECK_EQ(task_result(third, 5000), 0);
	CHECK_EQ(line->next, 1);
	CHECK_EQ(line->order[0], 2);
	leave_line(line);
	check_free(&port);
}

/* Waits out a drain: the port goes from hand to hand and is never free in between. */
static void line_behind_a_drain(void)
{
	struct sim sim = sim_only("stall=1");
	struct line *line;
	struct task *waiting;
	int fd = port_open(&sim.port, O_WRONLY);

	port_set(&sim.port, "limits/close_ms", "0");
	CHECK_EQ(write(fd, "abc", 3), 3);
	CHECK_OK(close(fd));
	CHECK(port_is(&sim.port, "state", "draining"));
	CHECK_ERR(open(sim.port.node, O_WRONLY), EBUSY);
	CHECK_ERR(open(sim.port.node, O_WRONLY | O_NONBLOCK), EBUSY);

	line = new_line(&sim.port, -1, "60000");
	waiting = join_line(line, 0);
	sim_set(&sim, "stall", "0");
	CHECK_EQ(task_result(waiting, 5000), 0);
	CHECK_EQ(sim_number(&sim, "bytes_printed"), 3);
	leave_line(line);
	check_free(&sim.port);
}

static const struct tap_case cases[] = {
	{ "race", race, 400 },
	{ "dup", dup_holds, 0 },
	{ "fork", fork_holds, 0 },
	{ "fd_passing", passed_on, 0 },
	{ "fd_passing_lost", passed_on_and_lost, 0 },
	{ "every_mode", any_mode_is_exclusive, 0 },
	{ "mode_bits", mode_bits, 0 },
	{ "line_order", line_is_in_order, 0 },
	{ "line_limit", line_has_a_limit, 0 },
	{ "line_signal", line_goes_on_without, 0 },
	{ "line_draining", line_behind_a_drain, 0 },
};

int main(int argc, char **argv)
{
	options_parse(argc, argv);
	return TAP_RUN("open", cases, sim_cleanup);
}
