#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: usb.sh [--quick]     printport_usb and an emulated USB printer (f_printer on dummy_hcd)
# shellcheck disable=SC2317 # functions that others call
. "$(dirname "$0")/common.sh"

quick=() rounds=10
if [ "${1-}" = --quick ]; then
	quick=(--quick)
	rounds=3
fi
id='MFG:Acme;MDL:Mono 1;CMD:PJL,PS;SN:X42;'

find_port() {
	port=$(port_of usb) && node=/dev/$port && [ -c "$node" ]
}

# What arrives is thrown away, so that nothing that a test prints is in the way.
sink_begin() {
	cat $gadget_node >/dev/null &
	sink=$!
}

sink_end() {
	kill "$sink" && wait "$sink"
} 2>/dev/null

load_modules printport printport_usb
check "gadget" gadget_up "$id"
soon 10 find_port || {
	fail "no port"
	finish
}

check "driver" test "$(basename "$(readlink "/sys/class/printport/$port/device/driver")")" = \
	printport_usb
modprobe usblp
check "usblp does not bind" test ! -e /dev/usb/lp0
check "device id $(attribute "$port" ieee1284_id)" attribute "$port" ieee1284_id "$id"
for line in PRINTPORT_TRANSPORT=usb PRINTPORT_MFG=Acme "PRINTPORT_MDL=Mono 1" \
	PRINTPORT_SERN=X42 PRINTPORT_CMD=PJL,PS; do
	check "uevent $line" grep -qxF "$line" "/sys/class/printport/$port/uevent"
done

sink_begin
run open_test "${quick[@]}" --port "$node" --rounds $((rounds * 100))
run uapi_test "${quick[@]}" --port "$node" bad_pointers zero_length unknown_ioctls \
	ioctl_pointers ioctl_read_only ioctl_sizes longer_structures limits sysfs not_a_file \
	info lp_lines
sink_end
run transfer_test "${quick[@]}" --port "$node" --printer $gadget_node mixed nonblock
run job_test "${quick[@]}" --port "$node" --printer $gadget_node ten_jobs thousand_jobs
run backchannel_test "${quick[@]}" --port "$node" --printer $gadget_node both_ways nothing woken
if [ ${#quick[@]} -eq 0 ]; then
	run 32/transfer_test --quick --port "$node" --printer $gadget_node mixed nonblock
	run 32/job_test --quick --port "$node" --printer $gadget_node ten_jobs
fi

# Nobody reads at the printer's side: the port drains, and when it resumes all arrives.
document=$(mktemp)
head -c 200000 /dev/urandom >"$document"
echo 300 >"/sys/class/printport/$port/limits/close_ms"
check "stalled: close returns" bounded 5 cp "$document" "$node"
check "stalled: draining" attribute "$port" state draining
refused "stalled: busy" eval ": >$node"
arrived() {
	bounded 10 head -c 200000 "$gadget_node" | cmp - "$document"
}
check "stalled: resumes and all arrives" arrived
check "stalled: closed" soon 5 attribute "$port" state closed
echo 10000 >"/sys/class/printport/$port/limits/close_ms"

# Unplugged while it prints, then while it is stalled; plugged in again it prints.
for round in $(seq $rounds); do
	[ $((round % 2)) -eq 0 ] || sink_begin
	cat /dev/zero 2>/dev/null >"$node" &
	writer=$!
	written() {
		[ "$(attribute "$port" stats/bytes_written)" -gt 100000 ]
	}
	soon 5 written || fail "unplug $round: nothing is written"
	began=$SECONDS
	# f_printer does not survive each unplugging with a reader.
	[ $((round % 2)) -eq 0 ] || sink_end
	gadget_unplug
	soon 5 test ! -e "$node" || fail "unplug $round: $node is still there"
	if bounded 5 tail --pid=$writer -f /dev/null; then
		ok "unplug $round: the writer ended within $((SECONDS - began)) s"
	else
		fail "unplug $round: the writer hangs"
	fi
	gadget_plug
	soon 10 find_port || fail "unplug $round: no port afterwards"
	check "replug $round: busy no more" soon 2 eval ": >$node"
done
run transfer_test --quick --port "$node" --printer $gadget_node mixed

speed() {
	[ "$(cat "/sys/class/printport/$port/device/../speed")" = "$1" ]
}

check "gadget goes" gadget_down
for pair in full=12 super=5000; do
	check "${pair%=*} speed" gadget_up "$id" "${pair%=*}"
	soon 10 find_port || fail "${pair%=*} speed: no port"
	check "${pair%=*} speed: ${pair#*=} Mbit/s" speed "${pair#*=}"
	run transfer_test --quick --port "$node" --printer $gadget_node mixed nonblock
	run backchannel_test --quick --port "$node" --printer $gadget_node both_ways
	check "${pair%=*} speed: gadget goes" gadget_down
done
check "unload" rmmod printport_usb printport
finish
