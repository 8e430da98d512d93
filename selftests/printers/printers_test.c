// SPDX-License-Identifier: GPL-2.0-or-later
/* The emulated printers say exactly what they should, and notice what is wrong. */
#include <signal.h>
#include <string.h>

#include "options.h"
#include "test_printer.h"

int main(int argc, char **argv)
{
	struct tap_case cases[common_case_count + pjl_case_count + escpos_case_count];
	size_t count = 0;

	options_parse(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	memcpy(cases, common_cases, common_case_count * sizeof(cases[0]));
	count += common_case_count;
	memcpy(cases + count, pjl_cases, pjl_case_count * sizeof(cases[0]));
	count += pjl_case_count;
	memcpy(cases + count, escpos_cases, escpos_case_count * sizeof(cases[0]));
	count += escpos_case_count;
	return tap_run("printers_test", cases, count, test_printer_cleanup);
}
