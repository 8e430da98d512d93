// SPDX-License-Identifier: GPL-2.0-or-later
/* printportctl print */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/printport.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "printportctl.h"

static volatile sig_atomic_t interrupted;

static const char *const job_states[] = {
	[PRINTPORT_JOB_ACTIVE] = "active",
	[PRINTPORT_JOB_PENDING] = "pending",
	[PRINTPORT_JOB_COMPLETED] = "completed",
	[PRINTPORT_JOB_ABORTED] = "aborted",
	[PRINTPORT_JOB_FAILED] = "failed",
};

static void on_signal(int number)
{
	/* SIGALRM is only there to end a call that had not begun to wait yet. */
	if (number != SIGALRM)
		interrupted = 1;
	if (interrupted)
		alarm(1);
}

static void catch_signals(void)
{
	/* Without SA_RESTART, so that a write that waits comes back. */
	struct sigaction action = { .sa_handler = on_signal }, old;
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	size_t i;

	sigaction(SIGALRM, &action, NULL);
	/* nohup and the shell's background jobs ignore some of them: so do we. */
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (!sigaction(numbers[i], NULL, &old) && old.sa_handler != SIG_IGN)
			sigaction(numbers[i], &action, NULL);
}

static void show_progress(unsigned long long done, unsigned long long size)
{
	const int width = 40;
	int filled = size ? (int)(done * width / size) : 0;

	if (filled > width)
		filled = width;
	fprintf(stderr, "\r[%.*s%*s] %llu", filled,
		"########################################", width - filled, "", done);
	if (size)
		fprintf(stderr, " of %llu bytes", size);
	fflush(stderr);
}

static int start_job(int port, const char *name, unsigned int *id)
{
	struct printport_job_start start = { 0 };
	const struct passwd *user = getpwuid(getuid());

	snprintf(start.name, sizeof(start.name), "%s", name);
	snprintf(start.user, sizeof(start.user), "%s", user ? user->pw_name : "");
	if (ioctl(port, PRINTPORT_IOC_START_JOB, &start))
		return -errno;
	*id = start.id;
	return 0;
}

/* Accepted by the port is not yet delivered; END_JOB waits for that. */
static int copy(int port, int from, bool progress)
{
	static char buffer[1 << 16];
	unsigned long long done = 0;
	struct stat st;

	if (fstat(from, &st) || !S_ISREG(st.st_mode))
		st.st_size = 0;
	while (!interrupted) {
		ssize_t n = read(from, buffer, sizeof(buffer)), written = 0;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return 0;
		while (written < n && !interrupted) {
			ssize_t w = write(port, buffer + written, n - written);

			if (w < 0 && errno != EINTR)
				return -errno;
			if (w > 0)
				written += w;
		}
		done += n;
		if (progress)
			show_progress(done, st.st_size);
	}
	return -EINTR;
}

static int finish_job(int port, unsigned long request, struct printport_job_query *job)
{
	while (ioctl(port, request, job)) {
		if (errno != EINTR || interrupted)
			return -errno;
		/* The job has ended; only the wait goes on. */
		request = PRINTPORT_IOC_GET_JOB;
	}
	return 0;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* How a job is to be printed. */
struct job_options {
	const char *name;
	bool verbose;
	bool printed;
};

static void show_result(const char *name, const struct printport_job_query *job)
{
	const struct printport_job_result *result = &job->result;

	printf("job %u \"%s\": %s, %llu bytes accepted, %llu delivered, %llu lost, %.2f s",
	       job->id, name, job_states[result->state],
	       (unsigned long long)result->bytes_accepted,
	       (unsigned long long)result->bytes_delivered,
	       (unsigned long long)result->bytes_lost, (double)result->duration_ns / 1e9);
	if (result->printed == PRINTPORT_PRINTED_YES)
		printf(", printed");
	if (result->printed == PRINTPORT_PRINTED_NO)
		printf(", not printed: %s", strerror(result->error));
	if (result->pages)
		printf(", %u page%s", result->pages, result->pages == 1 ? "" : "s");
	putchar('\n');
}

static int print_file(int port, const char *file, const struct job_options *options)
{
	struct printport_job_query job = {
		.wait = options->printed ? PRINTPORT_WAIT_PRINTED : PRINTPORT_WAIT_DELIVERED,
	};
	const char *name = options->name ? options->name : base_name(file);
	bool verbose = options->verbose;
	bool progress = isatty(STDERR_FILENO);
	int from = STDIN_FILENO, err, abort_err;

	if (strcmp(file, "-"))
		from = open(file, O_RDONLY | O_CLOEXEC);
	if (from < 0) {
		complain("%s: %s", file, strerror(errno));
		return EXIT_FAILED;
	}
	err = start_job(port, name, &job.id);
	if (!err) {
		if (verbose)
			printf("job %u \"%s\": started\n", job.id, name);
		fflush(stdout);
		err = copy(port, from, progress);
		if (!err)
			err = finish_job(port, PRINTPORT_IOC_END_JOB, &job);
		if (err) {
			job.wait = PRINTPORT_WAIT_NONE;
			abort_err = finish_job(port, PRINTPORT_IOC_ABORT_JOB, &job);
			if (abort_err)
				finish_job(port, PRINTPORT_IOC_GET_JOB, &job);
		}
	}
	if (progress)
		fputc('\n', stderr);
	if (from != STDIN_FILENO)
		close(from);

	if (verbose && job.id)
		show_result(name, &job);
	if (interrupted && (err || job.result.state != PRINTPORT_JOB_COMPLETED))
		return EXIT_INTERRUPTED;
	if (err == -ENODATA) {
		complain("%s: delivered; the printer does not say whether it is printed", name);
		return EXIT_UNCONFIRMED;
	}
	if (err) {
		complain("%s: %s", name, strerror(-err));
		return exit_code(-err);
	}
	if (job.result.state != PRINTPORT_JOB_COMPLETED) {
		complain("%s: %s (%s), %llu bytes lost", name, job_states[job.result.state],
			 strerror(job.result.error),
			 (unsigned long long)job.result.bytes_lost);
		return EXIT_FAILED;
	}
	if (job.result.printed == PRINTPORT_PRINTED_NO) {
		complain("%s: delivered and not printed (%s)", name, strerror(job.result.error));
		return EXIT_FAILED;
	}
	return EXIT_OK;
}

static int open_port(const char *name)
{
	struct port port;
	int ret, fd, err;

	ret = port_read(&port, name);
	if (ret)
		return -ret;
	fd = open(port.node, O_WRONLY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	err = errno;
	if (interrupted)
		return -EXIT_INTERRUPTED;
	switch (err) {
	case EBUSY:
		complain("%s is busy (%s): somebody else prints", port.node, port.state);
		break;
	case EACCES:
		complain("%s: permission denied; members of group lp may print", port.node);
		break;
	default:
		complain("%s: %s", port.node, strerror(err));
	}
	return -exit_code(err);
}

/* Said before anything is printed. */
static bool can_tell_printed(int port)
{
	struct printport_info info;

	if (!ioctl(port, PRINTPORT_IOC_GET_INFO, &info) &&
	    (info.capabilities & PRINTPORT_CAP_PRINTED))
		return true;
	complain("the port has no language monitor that could tell what is printed");
	return false;
}

int cmd_print(int argc, char **argv)
{
	struct job_options options = { };
	int option, port, i, end = 0, ret = EXIT_OK;
	unsigned int fd;

	while ((option = getopt(argc, argv, "+n:pv")) != -1) {
		if (option == 'n')
			options.name = optarg;
		else if (option == 'p')
			options.printed = true;
		else if (option == 'v')
			options.verbose = true;
		else
			return EXIT_USAGE;
	}
	if (argc - optind < 2)
		return EXIT_USAGE;

	catch_signals();
	/* "fd:N": the spooler that started us holds the port already. */
	if (sscanf(argv[optind], "fd:%u%n", &fd, &end) == 1 && !argv[optind][end])
		port = fd;
	else
		port = open_port(argv[optind]);
	if (port < 0)
		return -port;
	if (options.printed && !can_tell_printed(port))
		ret = EXIT_UNCONFIRMED;
	for (i = optind + 1; i < argc && ret == EXIT_OK; i++)
		ret = interrupted ? EXIT_INTERRUPTED :
		      print_file(port, argv[i], &options);
	if (close(port) && ret == EXIT_OK) {
		complain("%s: %s", argv[optind], strerror(errno));
		ret = EXIT_FAILED;
	}
	return ret;
}
