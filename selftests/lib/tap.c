// SPDX-License-Identifier: GPL-2.0-or-later
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "options.h"
#include "tap.h"

enum verdict { NOTHING, FAILED, SKIPPED };

/* What the processes of a case tell the harness. */
static struct {
	int said;		/* the first one to speak is heard */
	enum verdict verdict;
	char text[1024];
	char note[512];
} *shared;

static void tell(enum verdict verdict, const char *format, va_list args)
{
	if (!__atomic_exchange_n(&shared->said, 1, __ATOMIC_SEQ_CST)) {
		vsnprintf(shared->text, sizeof(shared->text), format, args);
		__atomic_store_n(&shared->verdict, verdict, __ATOMIC_RELEASE);
	}
	_exit(3);
}

void tap_skip(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tell(SKIPPED, format, args);
	abort();
}

void tap_fail(const char *file, int line, const char *format, ...)
{
	const char *base = strrchr(file, '/');
	char where[512];
	va_list args;

	snprintf(where, sizeof(where), "%s:%d: %s", base ? base + 1 : file, line, format);
	va_start(args, format);
	tell(FAILED, where, args);
	abort();
}

void tap_note(const char *format, ...)
{
	size_t used = strlen(shared->note);
	va_list args;

	if (used && used + 2 < sizeof(shared->note)) {
		strcat(shared->note, ", ");
		used += 2;
	}
	va_start(args, format);
	vsnprintf(shared->note + used, sizeof(shared->note) - used, format, args);
	va_end(args);
}

const char *tap_errno_name(int code)
{
	const char *name = strerrorname_np(code);

	return name ? name : strerror(code);
}

int tap_patience(int ms)
{
	return ms * options.patience;
}

long long tap_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

void tap_sleep_ms(unsigned int ms)
{
	struct timespec span = { ms / 1000, ms % 1000 * 1000000L };

	while (nanosleep(&span, &span) && errno == EINTR)
		;
}

static bool reap(pid_t pid, int *status, long long ms)
{
	long long until = tap_now_ms() + ms;

	while (waitpid(pid, status, WNOHANG) != pid) {
		if (tap_now_ms() > until)
			return false;
		/* One process of the case has given up: the others may wait for it. */
		if (__atomic_load_n(&shared->verdict, __ATOMIC_ACQUIRE))
			kill(-pid, SIGKILL);
		tap_sleep_ms(2);
	}
	return true;
}

/* The harness itself has something to say, unless a process of the case had. */
static void trouble(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void trouble(const char *format, ...)
{
	va_list args;

	if (__atomic_exchange_n(&shared->said, 1, __ATOMIC_SEQ_CST))
		return;
	va_start(args, format);
	vsnprintf(shared->text, sizeof(shared->text), format, args);
	va_end(args);
	shared->verdict = FAILED;
}

/*
 * Runs @run or @clean in a process group of its own, none of which is left afterwards
 * unless the kernel holds it. Returns the pid.
 */
static pid_t run_bounded(void (*run)(void), void (*clean)(int), int arg,
			 unsigned int seconds)
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0) {
		trouble("fork: %s", strerror(errno));
		return 0;
	}
	if (!pid) {
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (run)
			run();
		else
			clean(arg);
		_exit(0);
	}
	setpgid(pid, pid);

	if (!reap(pid, &status, seconds * 1000LL)) {
		kill(-pid, SIGKILL);
		trouble("no end after %u s%s", seconds,
			reap(pid, &status, 20000) ? "" : ", and cannot be killed");
		return pid;
	}
	kill(-pid, SIGKILL);
	if (WIFSIGNALED(status))
		trouble("died of %s", strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status))
		trouble("ended with exit code %d", WEXITSTATUS(status));
	return pid;
}

static const char *coloured(const char *word, const char *colour)
{
	static char text[64];

	if (!isatty(STDOUT_FILENO))
		return word;
	snprintf(text, sizeof(text), "\033[%sm%s\033[0m", colour, word);
	return text;
}

static enum verdict run_case(const char *program, const struct tap_case *test,
			     void (*cleanup)(int pid))
{
	unsigned int seconds = tap_patience(test->seconds ? test->seconds : 30);
	char text[sizeof(shared->text) + 16], note[sizeof(shared->note)];
	long long began = tap_now_ms();
	enum verdict verdict;
	pid_t pid;

	memset(shared, 0, sizeof(*shared));
	pid = run_bounded(test->run, NULL, 0, seconds);
	verdict = shared->verdict;
	memcpy(text, shared->text, sizeof(shared->text));
	memcpy(note, shared->note, sizeof(note));
	if (cleanup && pid) {
		memset(shared, 0, sizeof(*shared));
		run_bounded(NULL, cleanup, pid, tap_patience(30));
		if (shared->verdict && verdict != FAILED) {
			verdict = FAILED;
			snprintf(text, sizeof(text), "cleaning up: %s", shared->text);
		}
	}

	switch (verdict) {
	case FAILED:
		printf("%s %s.%s: %s\n", coloured("FAIL", "31;1"), program, test->name, text);
		break;
	case SKIPPED:
		printf("%s %s.%s: %s\n", coloured("skip", "33"), program, test->name, text);
		break;
	default:
		printf("%s %s.%s (%.1f s%s%s)\n", coloured("ok", "32"), program,
		       test->name, (tap_now_ms() - began) / 1000.0,
		       note[0] ? "; " : "", note);
	}
	return verdict;
}

int tap_run(const char *program, const struct tap_case *cases, size_t count,
	    void (*cleanup)(int pid))
{
	unsigned int passed = 0, failed = 0, skipped = 0;
	char name[64];
	size_t i;

	snprintf(name, sizeof(name), "%s%s", program, sizeof(void *) == 4 ? "32" : "");

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED) {
		perror("mmap");
		return 2;
	}
	for (i = 0; i < count; i++) {
		if (!options_wants(cases[i].name))
			continue;
		switch (run_case(name, &cases[i], cleanup)) {
		case FAILED:
			failed++;
			break;
		case SKIPPED:
			skipped++;
			break;
		default:
			passed++;
		}
		fflush(stdout);
	}
	printf("%s: %u passed, %u failed", name, passed, failed);
	if (skipped)
		printf(", %u skipped", skipped);
	printf("\n");
	return failed ? 1 : 0;
}
