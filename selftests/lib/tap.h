/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A test harness of a hundred lines. Not cmocka: the programs are also built as static
 * 32-bit binaries, and no Debian package has a 32-bit libcmocka without adding a foreign
 * architecture; and a case here is a process of its own with a time limit, because what
 * is tested can block for ever.
 */
#ifndef SELFTESTS_TAP_H
#define SELFTESTS_TAP_H

#include <errno.h>
#include <stddef.h>

/**
 * struct tap_case - a named test
 * @name: one word
 * @run: returns if the test passed; runs in a process of its own
 * @seconds: time limit, 0 for 30; see tap_patience()
 */
struct tap_case {
	const char *name;
	void (*run)(void);
	unsigned int seconds;
};

/*
 * Runs the cases (those named in options.only, if any) and returns the exit code of
 * main(). @cleanup runs after each case, in a process of its own, with the case's pid.
 */
int tap_run(const char *program, const struct tap_case *cases, size_t count,
	    void (*cleanup)(int pid));

#define TAP_RUN(program, cases, cleanup) \
	tap_run(program, cases, sizeof(cases) / sizeof((cases)[0]), cleanup)

/* Ends the case, from any process of it. */
void tap_fail(const char *file, int line, const char *format, ...)
	__attribute__((noreturn, format(printf, 3, 4)));
void tap_skip(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));
/* Something to be said beside the result. */
void tap_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A bound in ms for "at once", stretched where the kernel is slow. */
int tap_patience(int ms);

long long tap_now_ms(void);
void tap_sleep_ms(unsigned int ms);

#define FAIL(...) tap_fail(__FILE__, __LINE__, __VA_ARGS__)

#define CHECK(condition) \
	((condition) ? (void)0 : FAIL("not true: %s", #condition))

#define CHECK_EQ(value, wanted) ({						\
	long long value_ = (value), wanted_ = (wanted);				\
	if (value_ != wanted_)							\
		FAIL("%s is %lld, not %s (%lld)", #value, value_, #wanted,	\
		     wanted_);							\
})

/* The call succeeds; what it returned. */
#define CHECK_OK(call) ({							\
	long long ret_ = (call);						\
	if (ret_ < 0)								\
		FAIL("%s: %s", #call, tap_errno_name(errno));			\
	ret_;									\
})

/* The call fails, with this errno. */
#define CHECK_ERR(call, wanted) ({						\
	long long ret_ = (call);						\
	if (ret_ >= 0)								\
		FAIL("%s returned %lld, not %s", #call, ret_, #wanted);		\
	if (errno != (wanted))							\
		FAIL("%s: %s, not %s", #call, tap_errno_name(errno), #wanted);	\
})

/* Waits for the condition. */
#define CHECK_SOON(condition, ms) ({						\
	long long until_ = tap_now_ms() + tap_patience(ms);			\
	while (!(condition)) {							\
		if (tap_now_ms() > until_)					\
			FAIL("not within %d ms: %s", tap_patience(ms),		\
			     #condition);					\
		tap_sleep_ms(2);						\
	}									\
})

const char *tap_errno_name(int code);

#endif /* SELFTESTS_TAP_H */
