/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls that may block, each in a process of its own. */
#ifndef SELFTESTS_TASK_H
#define SELFTESTS_TASK_H

#include <stdbool.h>
#include <sys/types.h>

struct task;

/*
 * Runs @run in a child; what it returns and errno are kept, see task_result(). The
 * child has its own references to this process's files.
 */
struct task *task_start(long (*run)(void *arg), void *arg);

/* In the child, just before the call that is to block. */
void task_about_to_block(void);
/* Waits until the child sleeps in that call. */
void task_wait_blocked(struct task *task);

bool task_done(const struct task *task);
/*
 * Fails the case unless the task ends within @ms; sets errno to the task's. The process
 * is gone then.
 */
long task_result(struct task *task, unsigned int ms);
/* When it ended, by tap_now_ms(). */
long long task_ended(const struct task *task);
pid_t task_pid(const struct task *task);
/* SIGKILL; fails the case unless it ends within @ms. */
void task_kill(struct task *task, unsigned int ms);

/* CPU time that it has used, in ns. */
long long task_cpu_ns(const struct task *task);

/* Memory that this process and its children share, zeroed. */
void *task_shared_memory(size_t size);

/* Runs on one CPU from now on. */
void task_pin(unsigned int cpu);

/* A handler that does nothing, with or without SA_RESTART. */
void task_catch(int sig, bool restart);

#endif /* SELFTESTS_TASK_H */
