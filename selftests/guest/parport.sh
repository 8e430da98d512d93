#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: parport.sh [--quick]     printport_parport and QEMU's parallel port
# What the host must find on paper is left in $PRINTPORT_OUT: parport-compare looks at it.
# shellcheck disable=SC2317 # functions that others call
. "$(dirname "$0")/common.sh"

quick=() rounds=500 bytes=1048576
if [ "${1-}" = --quick ]; then
	quick=(--quick)
	rounds=100
	bytes=131072
fi
expected=$(mktemp)

find_port() {
	port=$(port_of parport) && node=/dev/$port && [ -c "$node" ]
}

modprobe parport_pc
load_modules printport printport_parport
soon 10 find_port || {
	fail "no port"
	finish
}
print=(--port "$node" --expect "$expected")

check "closed" attribute "$port" state closed
check "idle" attribute "$port" status idle
check "no reasons" attribute "$port" reasons none
run open_test "${quick[@]}" --port "$node" --rounds $rounds race every_mode mode_bits
run uapi_test "${quick[@]}" --port "$node" bad_pointers zero_length unknown_ioctls \
	ioctl_pointers ioctl_sizes longer_structures limits sysfs not_a_file info lp_lines
run transfer_test "${print[@]}" --bytes $bytes mixed
run transfer_test "${print[@]}" --bytes $((bytes / 8)) nonblock
run job_test "${quick[@]}" "${print[@]}" ten_jobs thousand_jobs
if [ ${#quick[@]} -eq 0 ]; then
	run 32/transfer_test "${print[@]}" --bytes $((bytes / 8)) mixed
fi
size=$(stat -c %s "$expected")
check "all is counted" attribute "$port" stats/bytes_delivered "$size"
check "nothing is lost" attribute "$port" stats/bytes_lost 0
check "closed again" attribute "$port" state closed
if [ -n "${PRINTPORT_OUT-}" ]; then
	cp "$expected" "$PRINTPORT_OUT/expected"
	sha256sum <"$expected" | sed "s/-/$size bytes/" >"$PRINTPORT_OUT/expected.sha256"
fi
check "unload" rmmod printport_parport printport
finish
