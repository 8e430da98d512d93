#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: kunit.sh      runs the unit tests; needs a kernel with KUnit and PRINTPORT_MODULES
set -eu
modules=${PRINTPORT_MODULES:?where the .ko files are}

dmesg --clear
insmod "$modules/printport.ko"
insmod "$modules/printport_test.ko"
rmmod printport_test printport

# KTAP: suites are not indented, their cases are by four columns, parameters by more.
log=$(dmesg | sed 's/^\[ *[0-9.]*\] //')
grep -E '^ *(# Subtest|# .*(FAILED|EXPECTATION|ASSERTION|Expected)|not ok|ok )' <<<"$log" || true
passed=$(grep -cE '^    ok ' <<<"$log" || true)
failed=$(grep -cE '^    not ok ' <<<"$log" || true)
skipped=$(grep -cE '^    ok .*# SKIP' <<<"$log" || true)
if [ "$passed" -eq 0 ]; then
	echo "FAIL no unit test ran"
	failed=$((failed + 1))
fi
echo "$((passed - skipped)) passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
