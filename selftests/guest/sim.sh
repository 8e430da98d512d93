#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: sim.sh [--quick]     every test program on simulated ports
# shellcheck disable=SC2317 # functions that others call
. "$(dirname "$0")/common.sh"

quick=()
[ "${1-}" != --quick ] || quick=(--quick)

# Several at a time, since most of them wait most of the time.
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

# More ports at once than the 256 that are promised.
many_ports() {
	local dir result=0
	mkdir "$sims"/many{1..300} || return
	for dir in "$sims"/many*; do
		echo 1 >"$dir/live" || result=1
	done
	[ -c /dev/printport299 ] || result=1
	rmdir "$sims"/many* || result=1
	return "$result"
}

# Each tracepoint tells of what it is for: a job, and one that fails.
tracepoints() {
	local tracing=/sys/kernel/tracing sim=$sims/traced node event result=0
	mkdir "$sim" && echo 1 >"$sim/sink" && echo 1 >"$sim/live" || return
	node=/dev/$(cat "$sim/port")
	echo 1 >"$tracing/events/printport/enable" || return
	echo job >"$node"
	echo 5 >"$sim/fail_next"
	echo job 2>/dev/null >"$node"
	echo 0 >"$tracing/events/printport/enable"
	for event in 'open: .* result=0' 'close: .* queued=0' 'job: .* job=1 state=completed' \
		'job: .* job=2 state=failed' 'queue: .* write bytes=4' 'queue: .* take bytes=4' \
		'queue: .* done bytes=4' 'error: .* job=2 error=-5 lost=4'; do
		grep -q "printport_$event" "$tracing/trace" || {
			echo "# no $event"
			result=1
		}
	done
	rmdir "$sim"
	return "$result"
}

load_modules printport printport_sim
check "tracepoints" tracepoints
[ ${#quick[@]} -gt 0 ] || check "300 ports" many_ports
# Not beside others: it counts on the names of its ports not to be taken again.
run unplug_test "${quick[@]}"
if [ ${#quick[@]} -gt 0 ]; then
	run_together stall_test open_test error_test job_test transfer_test \
		backchannel_test uapi_test 32/uapi_test 32/job_test 32/transfer_test
else
	run 32/unplug_test
	run_together {,32/}{stall,open,error,job,transfer,backchannel,uapi}_test
fi
check "unload" rmmod printport_sim printport
finish
