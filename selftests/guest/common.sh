# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the scripts in the guest share: modules, the gadget printer, running programs and
# counting. In the environment: PRINTPORT_MODULES, PRINTPORT_PROGRAMS, PRINTPORT_OUT.

set -u
modules=${PRINTPORT_MODULES:?where the .ko files are}
programs=${PRINTPORT_PROGRAMS:?where the test programs are}
passed=0 failed=0 skipped=0

ok() {
	passed=$((passed + 1))
	echo "ok $*"
}

fail() {
	failed=$((failed + 1))
	echo "FAIL $*"
}

# check NAME COMMAND...
check() {
	local name=$1
	shift
	if "$@"; then
		ok "$name"
	else
		fail "$name: $*"
	fi
}

# The last line of each script; its exit code.
finish() {
	echo "${0##*/}: $passed passed, $failed failed$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")"
	[ "$failed" -eq 0 ]
}

# run PROGRAM [ARG...]: a test program, whose cases are counted. PROGRAM may begin with 32/.
run() {
	local line code result
	while IFS= read -r line; do
		echo "$line"
		result=$line
	done < <(
		"$programs/$@"
		echo "exit $?"
	) | {
		local last='' count=''
		while IFS= read -r line; do
			case $line in
			exit\ *) code=${line#exit } ;;
			*) echo "$line" && last=$line ;;
			esac
		done
		:
	}
}
