#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: parport_sim.sh [--quick]     the simulated parallel port, by the kernel's own drivers
# shellcheck disable=SC2317 # functions that others call
. "$(dirname "$0")/common.sh"

quick=()
[ "${1-}" != --quick ] || quick=(--quick)
sim=$modules/../../selftests/parport_sim/parport_sim.ko
config=/sys/kernel/config/parport_sim
debug=/sys/kernel/debug

mounted() {
	mountpoint -q "$debug" || mount -t debugfs debugfs "$debug"
}

# The kernel's drivers may not be there: then what needs them fails.
modprobe parport
modprobe configfs 2>/dev/null
check "load" insmod "$sim"
check "debugfs" mounted
check "ppdev" modprobe ppdev
check "lp" modprobe lp
[ -d "$config" ] || {
	fail "no $config"
	finish
}

run parport_sim_test "${quick[@]}"

# A directory holds the module; a reader holds it no longer than the directory.
reader=
blocked_reader() {
	mkdir "$config/last" && echo 1 >"$config/last/live" || return
	cat "$debug/parport_sim/last/printed" &
	reader=$!
	soon 5 grep -q "^State:.S" "/proc/$reader/status"
}
reader_ends() {
	soon 5 eval "! kill -0 $reader 2>/dev/null"
}
check "a blocked reader" blocked_reader
refused "unload in use" rmmod parport_sim
check "remove" bounded 10 rmdir "$config/last"
check "the reader ends" reader_ends
check "unload the clients" modprobe -r lp ppdev
check "unload" bounded 10 rmmod parport_sim
finish
