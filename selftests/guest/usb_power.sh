#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: usb_power.sh [--quick]     a USB printer is suspended, resumed and reset, in jobs too
# shellcheck disable=SC2154,SC2317 # from common.sh; functions that others call
. "$(dirname "$0")/common.sh"

loses=
rounds=5 size=3000001 states='freeze mem disk'
if [ "${1-}" = --quick ]; then
	rounds=2
	size=2000001
	states='mem disk'
fi
work=$(mktemp -d)
document=$work/document

find_port() {
	port=$(port_of usb) && node=/dev/$port && [ -c "$node" ] &&
		device=$(readlink -f "/sys/class/printport/$port/device/..")
}

power() {
	[ "$(cat "$device/power/$1")" = "$2" ]
}

# A printer that takes its time: a fast one would be done before anything happens. While
# it is being reset it cannot be read (ENODEV, EAGAIN).
cat >"$work/printer" <<'END'
import os, sys, time
printer = os.open(sys.argv[1], os.O_RDWR)
while True:
    try:
        os.write(1, os.read(printer, 30000))
    except OSError:
        pass
    time.sleep(0.04 * int(sys.argv[2]))
END

printer_begin() {
	python3 "$work/printer" "$gadget_node" "$patience" >"$work/printed" &
	printer=$!
}

printer_end() {
	kill "$printer" && wait "$printer"
} 2>/dev/null

printed_all() {
	[ "$(stat -c %s "$work/printed")" -ge "$(stat -c %s "$document")" ]
}

# exact NAME: the printer got the document, once
exact() {
	soon 30 printed_all
	sleep 0.1
	if cmp -s "$document" "$work/printed"; then
		ok "$1: exact"
	else
		fail "$1: $(compare "$document" "$work/printed")"
	fi
}

# What is wrong, for people.
compare() {
	python3 - "$@" <<-'END'
	import sys
	sent, got = (open(name, "rb").read() for name in sys.argv[1:3])
	same = next((i for i, (a, b) in enumerate(zip(sent, got)) if a != b),
	            min(len(sent), len(got)))
	text = "%d bytes of %d, wrong from %d on" % (len(got), len(sent), same)
	found = sent.find(got[same:same + 64]) if same + 64 <= len(got) else -1
	if found > same:
	    text += ": %d bytes are missing" % (found - same)
	elif found >= 0:
	    text += ": %d bytes again" % (same - found)
	print(text)
	END
}

new_document() {
	head -c "$1" /dev/urandom >"$document"
}

# Refuses to be suspended: what was suspended before it is woken up again. That is all
# that was added after it: the USB printer. The devices of the virtual machine stay awake,
# of which 9p, where the root is, would not wake up again.
refuser_up() {
	local host=/sys/devices/platform/vhci_hcd.0 hub
	modprobe vhci_hcd || return
	echo 0 >/sys/power/pm_async
	# Nobody shall look at what is plugged in.
	for hub in "$host"/usb*/*-0:1.0; do
		echo "${hub##*/}" >/sys/bus/usb/drivers/hub/unbind || return
	done
	python3 - "$host/attach" <<-'END' &
	import socket, sys, time
	ends = socket.socketpair()
	open(sys.argv[1], "w").write("0 %d 65538 3" % ends[0].fileno())
	time.sleep(3600)
	END
	refuser=$!
	soon 20 grep -q '^hs *0000 005' "$host/status"
}

refuser_down() {
	echo 0 >/sys/devices/platform/vhci_hcd.0/detach
	kill "$refuser"
	wait "$refuser"
	modprobe -r vhci_hcd
} 2>/dev/null

# What has been suspended so far, as the kernel's log says.
naps() {
	dmesg | grep -c 'vhci_hcd.0: .*Do not suspend'
}

# nap STATE: the system is suspended, or hibernates, as far as the printer is concerned
nap() {
	local before
	before=$(naps)
	echo "$1" 2>/dev/null >/sys/power/state
	[ "$(naps)" -gt "$before" ]
}

usb_reset() {
	python3 - "$(printf '/dev/bus/usb/%03d/%03d' "$(cat "$device/busnum")" \
		"$(cat "$device/devnum")")" <<-'END'
	import fcntl, os, sys
	fcntl.ioctl(os.open(sys.argv[1], os.O_RDWR), 0x5514)	# USBDEVFS_RESET
	END
}

delivered() {
	attribute "$port" stats/bytes_delivered
}

has_begun() {
	[ $(($(delivered) - begun)) -gt "$1" ]
}

# repeatedly NAME COMMAND...: at random moments of jobs; if $loses, the printer loses them
repeatedly() {
	local name=$1 round in_the_middle=0 told=0
	shift
	for round in $(seq $rounds); do
		during "$name $round" "$@"
	done
	# On a busy machine a job may be over before the printer is.
	check "$name: $in_the_middle of $rounds while data was on its way" \
		test "$in_the_middle" -gt 0
	if [ -z "$loses" ]; then
		check "$name: no job failed" test "$told" -eq 0
	else
		check "$name: $told jobs of $rounds failed, and it was said" test "$told" -gt 0
	fi
}

# during NAME COMMAND...: at a random moment of one job
during() {
	local name=$1 writer code middle
	shift
	new_document "$size"
	printer_begin
	begun=$(delivered)
	cat "$document" >"$node" &
	writer=$!
	soon 10 has_begun $((RANDOM * (size / 3) / 32768)) || fail "$name: nothing is printed"
	middle=$(($(delivered) - begun))
	check "$name" "$@"
	[ $(($(delivered) - begun)) -ge "$size" ] || in_the_middle=$((in_the_middle + 1))
	if bounded 60 tail --pid=$writer -f /dev/null; then
		wait $writer
		code=$?
		if [ $code -eq 0 ]; then
			exact "$name at $middle"
		else
			told=$((told + 1))
		fi
	else
		fail "$name: the writer hangs"
		kill -9 $writer
	fi
	printer_end
	soon 5 attribute "$port" state closed || fail "$name: not closed"
}

# Runtime

autosuspend() {
	echo 0 >"$device/power/autosuspend_delay_ms"
	echo auto >"$device/power/control"
}

read_attributes() {
	local dir=/sys/class/printport/$port
	cat "$dir"/{state,status,reasons,queued,transport,ieee1284_id,monitor,job,uevent} \
		"$dir"/limits/* "$dir"/stats/* >/dev/null
}

runtime() {
	local active suspended round
	autosuspend
	check "closed: suspended" soon 5 power runtime_status suspended
	active=$(cat "$device/power/runtime_active_time")
	check "attributes can be read" read_attributes
	check "and do not wake it up" power runtime_active_time "$active"

	exec 7<>"$node"
	check "open: active" power runtime_status active
	suspended=$(cat "$device/power/runtime_suspended_time")
	sleep 1
	check "open: stays active" power runtime_suspended_time "$suspended"
	exec 7>&-
	check "closed: suspended again" soon 5 power runtime_status suspended

	for round in $(seq $((rounds * 2))); do
		# f_printer keeps a piece that does not end with a short packet: odd sizes.
		new_document $((RANDOM * 4 + 1))
		printer_begin
		cat "$document" >"$node" || fail "runtime $round: not written"
		exact "runtime $round"
		printer_end
		soon 5 power runtime_status suspended || fail "runtime $round: not suspended"
	done
	echo on >"$device/power/control"
}

# The system

# A holder waits for the printer to speak, and nothing else happens.
while_reading() {
	local reader
	exec 7<>"$node"
	bounded 20 head -n 1 <&7 >"$work/answer" &
	reader=$!
	sleep 0.2
	check "$1 while one reads" nap "$1"
	echo "answer $1" >"$gadget_node"
	wait $reader
	check "$1: the reader gets the answer" grep -qx "answer $1" "$work/answer"
	exec 7>&-
}

# The printer takes nothing; the spooler has gone already.
while_stalled() {
	new_document 150001
	echo 300 >"/sys/class/printport/$port/limits/close_ms"
	check "$1: close returns" bounded 5 cp "$document" "$node"
	check "$1: draining" attribute "$port" state draining
	check "$1 while it is stalled" nap "$1"
	check "$1: still draining" attribute "$port" state draining
	printer_begin
	exact "$1 while it was stalled"
	printer_end
	check "$1: closed" soon 5 attribute "$port" state closed
	echo 10000 >"/sys/class/printport/$port/limits/close_ms"
}

reset_count() {
	dmesg | grep -c 'reset high-speed USB device'
}

system() {
	local state resets
	for state in $states; do
		grep -qw "$state" /sys/power/state || continue
		resets=$(reset_count)
		repeatedly "$state" nap "$state"
		# The emulated bus loses its power each time.
		check "$state: reset" test "$(reset_count)" -ge $((resets + rounds))
		while_reading "$state"
		while_stalled "$state"
	done
}

# Closing

# Writes what is accepted at once, says how much, and is gone.
write_and_run() {
	python3 - "$document" "$node" <<-'END'
	import os, sys
	data = open(sys.argv[1], "rb").read()
	port = os.open(sys.argv[2], os.O_WRONLY | os.O_NONBLOCK)
	done = 0
	try:
	    while done < len(data):
	        done += os.write(port, data[done:done + 10007])
	except BlockingIOError:
	    pass
	os.close(port)
	print(done)
	END
}

nonblocking() {
	local round accepted
	for round in $(seq $rounds); do
		new_document "$size"
		# By turns it reads all the time, or nothing before the close.
		[ $((round % 2)) -eq 0 ] || printer_begin
		accepted=$(write_and_run)
		[ "$accepted" -gt 0 ] || fail "nonblocking $round: nothing is accepted"
		[ $((round % 2)) -ne 0 ] || printer_begin
		truncate -s "$accepted" "$document"
		exact "nonblocking $round: $accepted bytes and away"
		printer_end
		soon 5 attribute "$port" state closed || fail "nonblocking $round: not closed"
	done
}

load_modules printport printport_usb
check "refuser" refuser_up
check "gadget" gadget_up 'MFG:Acme;MDL:Mono 1;CMD:PJL,PS;SN:X42;'
soon 10 find_port || {
	fail "no port"
	finish
}
# gadget_power ATTRIBUTES: bmAttributes of its configuration
gadget_power() {
	gadget_unplug
	echo "$1" >"$gadget"/configs/c.1/bmAttributes
	gadget_plug && soon 10 find_port
}

check "with a power supply" gadget_power 0xc0
runtime
nonblocking
repeatedly reset usb_reset
system
check "on the bus's power" gadget_power 0x80
loses=yes
repeatedly "bus-powered, ${states%% *}" nap "${states%% *}"
check "gadget goes" gadget_down
check "unload" rmmod printport_usb printport
refuser_down
rm -rf "$work"
finish
