// SPDX-License-Identifier: GPL-2.0-or-later
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"
#include "task.h"

struct task {
	pid_t pid;
	bool about_to_block;
	bool done;
	long result;
	int error;
	long long ended;
};

static struct task *self;	/* in a task's child */

void *task_shared_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	CHECK(memory != MAP_FAILED);
	return memory;
}

struct task *task_start(long (*run)(void *arg), void *arg)
{
	struct task *task = task_shared_memory(sizeof(*task));
	pid_t pid = CHECK_OK(fork());

	if (!pid) {
		self = task;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		errno = 0;
		task->result = run(arg);
		task->error = errno;
		task->ended = tap_now_ms();
		__atomic_store_n(&task->done, true, __ATOMIC_RELEASE);
		_exit(0);
	}
	task->pid = pid;
	return task;
}

void task_about_to_block(void)
{
	if (self)
		__atomic_store_n(&self->about_to_block, true, __ATOMIC_RELEASE);
}

static char process_state(pid_t pid)
{
	char path[64], text[1024];
	const char *rest;
	FILE *file;
	size_t len;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "r");
	if (!file)
		return 0;
	len = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[len] = '\0';
	rest = strrchr(text, ')');
	return rest && rest[1] ? rest[2] : 0;
}

long long task_cpu_ns(const struct task *task)
{
	struct timespec used;
	clockid_t clock;

	CHECK_EQ(clock_getcpuclockid(task->pid, &clock), 0);
	CHECK_OK(clock_gettime(clock, &used));
	return used.tv_sec * 1000000000LL + used.tv_nsec;
}

void task_wait_blocked(struct task *task)
{
	long long until = tap_now_ms() + tap_patience(5000);
	unsigned int seen = 0;

	while (seen < 3) {
		if (task_done(task))
			FAIL("a call that was to block returned %ld, %s", task->result,
			     tap_errno_name(task->error));
		if (__atomic_load_n(&task->about_to_block, __ATOMIC_ACQUIRE) &&
		    process_state(task->pid) == 'S')
			seen++;
		else
			seen = 0;
		if (tap_now_ms() > until)
			FAIL("a call that was to block does not sleep");
		tap_sleep_ms(5);
	}
}

bool task_done(const struct task *task)
{
	return __atomic_load_n(&task->done, __ATOMIC_ACQUIRE);
}

static void reap(struct task *task, unsigned int ms)
{
	long long until = tap_now_ms() + tap_patience(ms);

	while (task->pid && waitpid(task->pid, NULL, WNOHANG) != task->pid) {
		if (tap_now_ms() > until)
			FAIL("a process does not end within %d ms", tap_patience(ms));
		tap_sleep_ms(1);
	}
	task->pid = 0;
}

long task_result(struct task *task, unsigned int ms)
{
	long long until = tap_now_ms() + tap_patience(ms);

	while (!task_done(task)) {
		if (task->pid && waitpid(task->pid, NULL, WNOHANG) == task->pid) {
			task->pid = 0;
			if (!task_done(task))
				FAIL("a process ended before its call did");
		}
		if (tap_now_ms() > until)
			FAIL("a call does not return within %d ms", tap_patience(ms));
		tap_sleep_ms(1);
	}
	/* Its copies of files are closed, too. */
	reap(task, 20000);
	errno = task->error;
	return task->result;
}

long long task_ended(const struct task *task)
{
	return task->ended;
}

pid_t task_pid(const struct task *task)
{
	return task->pid;
}

void task_kill(struct task *task, unsigned int ms)
{
	kill(task->pid, SIGKILL);
	reap(task, ms);
}

void task_pin(unsigned int cpu)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu % (count > 0 ? count : 1), &set);
	CHECK_OK(sched_setaffinity(0, sizeof(set), &set));
}

static void do_nothing(int sig)
{
	(void)sig;
}

void task_catch(int sig, bool restart)
{
	struct sigaction action = {
		.sa_handler = do_nothing,
		.sa_flags = restart ? SA_RESTART : 0,
	};

	CHECK_OK(sigaction(sig, &action, NULL));
}
