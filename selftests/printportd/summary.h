/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SUMMARY_H
#define SUMMARY_H

#include <stdio.h>

/* Runs cmocka tests; the last line is "N passed, N failed". Returns main()'s exit code. */
#define run_and_sum_up(name, tests) ({						\
	int total_ = sizeof(tests) / sizeof((tests)[0]);			\
	int failed_ = cmocka_run_group_tests_name(name, tests, NULL, NULL);	\
										\
	fflush(stderr);								\
	printf("%s: %d passed, %d failed\n", name, total_ - failed_, failed_);	\
	failed_ ? 1 : 0;							\
})

#endif /* SUMMARY_H */
