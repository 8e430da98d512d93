#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: sim.sh [--quick]     every test program on simulated ports
. "$(dirname "$0")/common.sh"

quick=()
[ "${1-}" != --quick ] || quick=(--quick)

# Quickly: several at a time, since most of them wait most of the time.
run_together() {
	local dir program
	dir=$(mktemp -d)
	for program; do
		while [ "$(jobs -rp | wc -l)" -ge 4 ]; do
			wait -n
		done
		{
			"$programs/$program" "${quick[@]}" >"$dir/${program//\//-}"
			echo $? >"$dir/${program//\//-}.code"
		} &
	done
	wait
	for program; do
		program=${program//\//-}
		cat "$dir/$program"
		count "$program" "$(cat "$dir/$program.code")" "$dir/$program"
	done
	rm -r "$dir"
}

load_modules printport printport_sim
if [ ${#quick[@]} -gt 0 ]; then
	# Not beside others: it counts on the names of its ports not to be taken again.
	run unplug_test --quick
	run_together stall_test open_test error_test job_test transfer_test \
		backchannel_test uapi_test 32/uapi_test 32/job_test 32/transfer_test
else
	for bits in '' 32/; do
		for program in open transfer job stall error unplug uapi backchannel; do
			run "$bits${program}_test"
		done
	done
fi
check "unload" rmmod printport_sim printport
finish
