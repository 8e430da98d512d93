// SPDX-License-Identifier: GPL-2.0-or-later
/* A spooler of one job, with nothing but the kernel's interface: spool NODE FILE */
#include <errno.h>
#include <fcntl.h>
#include <linux/printport.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* A printer that has stopped is no error: the job waits for it. Who prints wants to know. */
static void say_condition(int port)
{
	struct printport_status status;

	if (!ioctl(port, PRINTPORT_IOC_GET_STATUS, &status) &&
	    status.printer_state == PRINTPORT_PRINTER_STOPPED)
		fprintf(stderr, "the printer has stopped, reasons %#llx: the job waits\n",
			(unsigned long long)status.reasons);
}

static void start_job(int port, const char *name)
{
	struct printport_job_start start = { .flags = 0 };
	const char *base = strrchr(name, '/');

	snprintf(start.name, sizeof(start.name), "%s", base ? base + 1 : name);
	snprintf(start.user, sizeof(start.user), "%s", getenv("USER") ?: "");
	if (ioctl(port, PRINTPORT_IOC_START_JOB, &start))
		die("START_JOB");
	printf("job %u\n", start.id);
}

/* A write takes what there is room for, and waits if that is nothing. */
static int write_all(int port, const char *buf, size_t len)
{
	while (len) {
		ssize_t n = write(port, buf, len);

		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0) {
			buf += n;
			len -= n;
		}
	}
	return 0;
}

static void send_file(int port, int file)
{
	static char buf[65536];
	ssize_t n;

	while ((n = read(file, buf, sizeof(buf))) > 0)
		if (write_all(port, buf, n)) {
			/* EIO and ECANCELED: the result says more. */
			perror("write");
			return;
		}
	if (n < 0)
		die("read");	/* The job was not ended: the kernel aborts it. */
}

/* How long this waits is the printer's affair, so a signal is no reason to give up. */
static void end_job(int port, unsigned int wait, struct printport_job_query *query)
{
	unsigned long request = PRINTPORT_IOC_END_JOB;

	memset(query, 0, sizeof(*query));
	query->wait = wait;
	while (ioctl(port, request, query)) {
		if (errno == ENODATA)
			return;		/* Delivered, and the printer does not say more. */
		if (errno != EINTR)
			die("END_JOB");
		request = PRINTPORT_IOC_GET_JOB;
	}
}

static int report(const struct printport_job_result *result)
{
	printf("%llu bytes accepted, %llu delivered, %llu lost\n",
	       (unsigned long long)result->bytes_accepted,
	       (unsigned long long)result->bytes_delivered,
	       (unsigned long long)result->bytes_lost);
	if (result->state != PRINTPORT_JOB_COMPLETED) {
		printf("failed: %s\n", strerror(result->error));
		return 1;
	}
	if (result->printed == PRINTPORT_PRINTED_YES)
		printf("printed, %u pages\n", result->pages);
	else
		puts("delivered");
	return result->printed == PRINTPORT_PRINTED_NO;
}

int main(int argc, char **argv)
{
	struct printport_job_query query;
	struct printport_info info;
	int port, file;

	if (argc != 3) {
		fprintf(stderr, "usage: spool NODE FILE\n");
		return 2;
	}
	file = open(argv[2], O_RDONLY);
	if (file < 0)
		die(argv[2]);
	/* O_RDWR would do, too: nothing is read before somebody reads. */
	port = open(argv[1], O_WRONLY);
	if (port < 0)
		die(argv[1]);	/* EBUSY: somebody else prints. */
	if (ioctl(port, PRINTPORT_IOC_GET_INFO, &info))
		die("GET_INFO");	/* ENOTTY: no print port. */

	say_condition(port);
	start_job(port, argv[2]);
	send_file(port, file);
	end_job(port, info.capabilities & PRINTPORT_CAP_PRINTED ? PRINTPORT_WAIT_PRINTED :
		PRINTPORT_WAIT_DELIVERED, &query);
	if (close(port))
		die("close");
	return report(&query.result);
}
