// SPDX-License-Identifier: GPL-2.0-or-later
/* Every byte arrives, whichever way it is written and whatever signals come. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include "options.h"
#include "printer.h"
#include "random.h"
#include "sim.h"
#include "tap.h"
#include "uring.h"

#define STEP_MAX	(1 << 20)
/* What goes into a pipe at once; vmsplice() may need one more page than it fills. */
#define PIPE_MAX	(15 * 4096)

struct sender {
	int fd;
	int pipe[2];
	int file;
	struct uring *uring;
	uint32_t state;
};

static volatile sig_atomic_t signals;

static void count_signal(int sig)
{
	(void)sig;
	signals++;
}

/* Retries what a signal or a full queue cut short; what it returns is final. */
static bool again(struct sender *sender, ssize_t ret)
{
	struct pollfd poller = { .fd = sender->fd, .events = POLLOUT };

	if (ret >= 0)
		return false;
	if (errno == EAGAIN)
		poll(&poller, 1, 1000);
	return errno == EINTR || errno == EAGAIN;
}

static ssize_t by_write(struct sender *sender, const char *buf, size_t len)
{
	return write(sender->fd, buf, len);
}

static ssize_t by_writev(struct sender *sender, const char *buf, size_t len)
{
	struct iovec vectors[16];
	int count = 0;

	while (len && count < 16) {
		size_t part = count == 15 ? len : random_below(&sender->state, len + 1);

		vectors[count++] = (struct iovec){ (void *)buf, part };
		buf += part;
		len -= part;
	}
	return writev(sender->fd, vectors, count);
}

static void pipe_to_port(struct sender *sender, size_t len)
{
	while (len) {
		ssize_t ret = splice(sender->pipe[0], NULL, sender->fd, NULL, len,
				     SPLICE_F_MOVE);

		if (again(sender, ret))
			continue;
		CHECK_OK(ret);
		CHECK(ret > 0);
		len -= ret;
	}
}

static ssize_t by_splice(struct sender *sender, const char *buf, size_t len)
{
	size_t done;

	len = len < PIPE_MAX ? len : PIPE_MAX;
	for (done = 0; done < len;) {
		ssize_t ret = write(sender->pipe[1], buf + done, len - done);

		if (ret > 0)
			done += ret;
		else
			CHECK(errno == EINTR);
	}
	pipe_to_port(sender, len);
	return len;
}

static ssize_t by_vmsplice(struct sender *sender, const char *buf, size_t len)
{
	struct iovec vector = { (void *)buf, len < PIPE_MAX ? len : PIPE_MAX };
	ssize_t ret = vmsplice(sender->pipe[1], &vector, 1, 0);

	if (ret > 0)
		pipe_to_port(sender, ret);
	return ret;
}

static ssize_t by_sendfile(struct sender *sender, const char *buf, size_t len)
{
	off_t offset = 0;

	CHECK_EQ(pwrite(sender->file, buf, len, 0), (long)len);
	return sendfile(sender->fd, sender->file, &offset, len);
}

static ssize_t by_uring(struct sender *sender, const char *buf, size_t len)
{
	if (!sender->uring)
		return by_write(sender, buf, len);
	return uring_write(sender->uring, sender->fd, buf, len);
}

static ssize_t (*const ways[])(struct sender *sender, const char *buf, size_t len) = {
	by_write, by_writev, by_splice, by_vmsplice, by_sendfile, by_uring,
};

/* Sends @bytes by way @way, or by all of them in turn if it is -1. */
static void send_bytes(struct sender *sender, int way, uint64_t bytes)
{
	/* vmsplice() hands out these pages: none is written to before it is taken. */
	char *buf = mmap(NULL, STEP_MAX, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t pos = 0;

	CHECK(buf != MAP_FAILED);
	while (pos < bytes) {
		size_t len = random_size(&sender->state, STEP_MAX), done = 0;

		if (len > bytes - pos)
			len = bytes - pos;
		random_fill(options.seed, pos, buf, len);
		expect_on_paper(buf, len);
		while (done < len) {
			int this = way >= 0 ? way :
				   (int)random_below(&sender->state,
						     sizeof(ways) / sizeof(ways[0]));
			ssize_t ret = ways[this](sender, buf + done, len - done);

			if (again(sender, ret))
				continue;
			if (ret < 0)
				FAIL("way %d, byte %llu: %s", this,
				     (unsigned long long)pos + done, tap_errno_name(errno));
			CHECK(ret > 0 && (size_t)ret <= len - done);
			done += ret;
		}
		pos += len;
	}
	munmap(buf, STEP_MAX);
}

static long send_signals(void *arg)
{
	pid_t target = *(pid_t *)arg;
	uint32_t state = options.seed;

	while (!kill(target, SIGUSR1))
		usleep(random_below(&state, 4000));
	return 0;
}

/* One kind of signal interrupts calls, the other has them restarted. */
static struct task *begin_storm(void)
{
	struct itimerval every = { { 0, 3000 }, { 0, 3000 } };
	struct sigaction action = { .sa_handler = count_signal };
	pid_t me = getpid();

	CHECK_OK(sigaction(SIGALRM, &action, NULL));
	action.sa_flags = SA_RESTART;
	CHECK_OK(sigaction(SIGUSR1, &action, NULL));
	CHECK_OK(setitimer(ITIMER_REAL, &every, NULL));
	return task_start(send_signals, &me);
}

static void end_storm(struct task *storm)
{
	struct itimerval never = { };

	CHECK_OK(setitimer(ITIMER_REAL, &never, NULL));
	task_kill(storm, 5000);
}

static void transfer(int way, int flags, uint64_t bytes)
{
	struct port port = sim_or_option(false);
	struct sender sender = { .state = options.seed, .uring = uring_open() };
	long long delivered = port_number(&port, "stats/bytes_delivered");
	long long lost = port_number(&port, "stats/bytes_lost");
	struct task *printer = NULL, *storm;
	long long began;

	sender.fd = port_open_soon(&port, O_WRONLY | flags);
	sender.file = CHECK_OK(memfd_create("transfer", MFD_CLOEXEC));
	CHECK_OK(pipe2(sender.pipe, O_CLOEXEC));
	if (port.printer[0])
		printer = printer_expect(port.printer, options.seed, bytes);

	began = tap_now_ms();
	storm = begin_storm();
	send_bytes(&sender, way, bytes);
	while (fsync(sender.fd))
		CHECK_EQ(errno, EINTR);
	end_storm(storm);

	CHECK_EQ(port_number(&port, "stats/bytes_delivered") - delivered, (long long)bytes);
	CHECK_EQ(port_number(&port, "stats/bytes_lost") - lost, 0);
	if (printer)
		CHECK_EQ(task_result(printer, 10000), 0);
	CHECK_OK(close(sender.fd));
	tap_note("%.1f MiB/s, %d signals%s",
		 bytes / 1048576.0 * 1000 / (tap_now_ms() - began + 1), (int)signals,
		 sender.uring ? "" : ", no io_uring");
}

static void mixed(void)
{
	transfer(-1, 0, options_bytes(64 << 20, 8 << 20));
}

static void nonblock(void)
{
	transfer(-1, O_NONBLOCK, options_bytes(16 << 20, 2 << 20));
}

static void one_way(int way)
{
	transfer(way, 0, options_bytes(8 << 20, 1 << 20));
}

static void write_only(void)
{
	one_way(0);
}

static void writev_only(void)
{
	one_way(1);
}

static void splice_only(void)
{
	one_way(2);
}

static void vmsplice_only(void)
{
	one_way(3);
}

static void sendfile_only(void)
{
	one_way(4);
}

static void uring_only(void)
{
	one_way(5);
}

static const struct tap_case cases[] = {
	{ "mixed", mixed, 300 },
	{ "nonblock", nonblock, 120 },
	{ "write", write_only, 60 },
	{ "writev", writev_only, 60 },
	{ "splice", splice_only, 60 },
	{ "vmsplice", vmsplice_only, 60 },
	{ "sendfile", sendfile_only, 60 },
	{ "io_uring", uring_only, 60 },
};

int main(int argc, char **argv)
{
	options_parse(argc, argv);
	return TAP_RUN("transfer", cases, sim_cleanup);
}
