#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: parport_ieee1284.sh [--quick] [--rounds N] [CASE...]
# printport_parport and simulated IEEE 1284 printers (module parport_sim). CASE: only these
# of parport_test. --rounds: how often ports are removed.
#
# Where two drivers wait for one port, parport turns interrupts on while it holds the lock that
# a port's interrupt takes, of which lockdep complains. In the debug kernel the cases with two
# are therefore left out: "contention" can be run there alone.
# shellcheck disable=SC2317 # functions that others call
. "$(dirname "$0")/common.sh"

quick=() rounds=()
while [ $# -gt 0 ]; do
	case $1 in
	--quick) quick=(--quick) ;;
	--rounds) rounds=(--rounds "$2") && shift ;;
	*) break ;;
	esac
	shift
done
printers=/sys/kernel/config/parport_sim
paper=/sys/kernel/debug/parport_sim
scratch=$(mktemp -d)

# printer NAME [SETTING=VALUE...]: a printer on a port of its own
printer() {
	local name=$1 setting
	shift
	mkdir "$printers/$name" || return
	for setting; do
		echo "${setting#*=}" >"$printers/$name/${setting%%=*}" || return
	done
	echo 1 >"$printers/$name/live"
}

# port_on PRINTER: the name of the print port on it
port_on() {
	local parport port
	parport=$(cat "$printers/$1/parport")
	for port in /sys/class/printport/printport*; do
		port=${port##*/}
		attribute "$port" parallel/parport "$parport" && echo "$port"
	done | grep .
}

no_port_on() {
	! port_on "$1" >/dev/null
}

# printed PRINTER BYTES: what is on paper, so many bytes of it
printed() {
	bounded 10 head -c "$2" "$paper/$1/printed"
}

# legal PRINTER: nothing was done that the standard forbids
legal() {
	[ -z "$(cat "$paper/$1/violations")" ] || {
		head -n 5 "$paper/$1/violations"
		return 1
	}
}

# prints PRINTER NODE: a short job
prints() {
	echo "to $2" >"$2" && [ "$(printed "$1" $((4 + ${#2})))" = "to $2" ]
}

unload() {
	rmmod printport_parport
}

# insert PARPORTS: the driver, for these ports
insert() {
	insmod "$modules/printport_parport.ko" parport="$1"
}

# Which ports are taken, and that the others are left alone.
binding() {
	local a b
	a=$(cat "$printers/a/parport") b=$(cat "$printers/b/parport")
	a=${a#parport} b=${b#parport}

	check "parport=none" insert none
	check "none: not the first" no_port_on a
	check "none: not the second" no_port_on b
	check "none: unload" unload
	check "parport=$b" insert "$b"
	check "$b: not the first" no_port_on a
	check "$b: the second" port_on b
	check "$b: prints" prints b "/dev/$(port_on b)"
	check "$b: unload" unload
	check "parport=$a,$b" insert "$a,$b"
	check "$a,$b: the first" port_on a
	check "$a,$b: the second" port_on b
	check "$a,$b: another" printer c
	check "$a,$b: not that one" no_port_on c
	check "$a,$b: it goes" rmdir "$printers/c"
	check "$a,$b: unload" unload
	refused "parport=fast" insert fast
	refused "parport=1000" insert 1000
	refused "parport=-1" insert -1
	check "parport=auto" insert auto
	check "auto: the first" port_on a
	check "auto: the second" port_on b
}

# Ports that come and go while the driver is there.
hot_plug() {
	local node result=0
	for _ in 1 2 3; do
		printer c && soon 5 port_on c >/dev/null && node=/dev/$(port_on c) &&
			prints c "$node" && legal c && rmdir "$printers/c" &&
			[ ! -e "$node" ] || result=1
	done
	return "$result"
}

# letters_of FILE LETTERS: those bytes of it
letters_of() {
	tr -dc "$2" <"$1"
}

# beside_lp PRINTER LP: both print on the same port at the same time
beside_lp() {
	local node size result=0
	node=/dev/$(port_on "$1")
	seq 1 3000 >"$scratch/digits"
	tr '0-9\n' 'a-j ' <"$scratch/digits" >"$scratch/letters"
	size=$(stat -c %s "$scratch/digits")
	for _ in 1 2 3; do
		bounded 20 cat "$scratch/digits" >"$2" &
		bounded 20 cat "$scratch/letters" >"$node" || result=1
		wait $! || result=1
		printed "$1" $((2 * size)) >"$scratch/paper"
		cmp <(letters_of "$scratch/paper" '0-9\n') "$scratch/digits" || result=1
		cmp <(letters_of "$scratch/paper" 'a-j ') "$scratch/letters" || result=1
	done
	return "$result"
}

# lp on the same port: one after the other, and at once.
with_lp() {
	modprobe lp
	soon 5 test -c /dev/lp0 || fail "no /dev/lp0"
	check "lp: before" prints a /dev/lp0
	check "lp: between" prints a "/dev/$(port_on a)"
	check "lp: after" prints a /dev/lp0
	[ "${PRINTPORT_KERNEL-}" = debug ] || check "lp: at once" beside_lp a /dev/lp0
	check "lp: nothing illegal" legal a
	check "lp: goes" rmmod lp
	check "without lp" prints a "/dev/$(port_on a)"
}

# beside LIST...: lists of cases, each in a process of its own, beside each other
beside() {
	local list dir number=0
	dir=$(mktemp -d)
	for list; do
		number=$((number + 1))
		# shellcheck disable=SC2086 # words
		{
			"$programs/parport_test" "${quick[@]}" $list >"$dir/$number"
			echo $? >"$dir/$number.code"
		} &
	done
	wait
	for number in $(seq 1 $#); do
		cat "$dir/$number"
		count parport_test "$(cat "$dir/$number.code")" "$dir/$number"
	done
	rm -r "$dir"
}

# Everything. No more beside each other than there are processors; what looks at times is
# alone.
all_cases() {
	beside "forward_compat forward_ecp forward_epp reverse_nibble reverse_ecp both_ecp
		both_ecp_nibble settings settings_in_a_job off_at_arrival" \
		"forward_ecp_soft forward_compat_fifo reverse_byte reverse_none
		both_compat_nibble both_compat_byte both_ecp_soft both_epp_byte fall_back
		device_id no_id"
	beside "faults_compat faults_ecp faults_epp faults_negotiation faults_nibble
		faults_reversal" \
		"faults_compat_fifo faults_ecp_soft faults_negotiation_ecp faults_termination
		faults_termination_ecp"
	run parport_test "${quick[@]}" status_closed status_open status_in_a_job lp_lines \
		lp_ioctls lp_abort cpu_while_stalled bus_taken contention
	run parport_test "${quick[@]}" "${rounds[@]}" removal
}

# One after the other: parport of 7.2 gives a number out twice when a lower one is free.
# Without contention, see with_lp.
some_cases() {
	run parport_test "${quick[@]}" "${rounds[@]}" forward_compat forward_compat_fifo \
		forward_ecp forward_ecp_soft forward_epp reverse_nibble reverse_byte reverse_ecp \
		both_ecp settings_in_a_job device_id faults_ecp_soft status_closed status_open \
		lp_ioctls removal
}

mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
modprobe -a parport configfs 2>/dev/null
modprobe ppdev
insmod "$modules/../../selftests/parport_sim/parport_sim.ko" || {
	fail "load parport_sim"
	finish
}
load_modules printport
if [ $# -gt 0 ]; then
	check "load" insert auto
	run parport_test "${quick[@]}" "${rounds[@]}" "$@"
	finish
fi

check "a printer" printer a
check "another" printer b
binding
check "ports come and go" hot_plug
with_lp
check "nothing illegal" legal a
check "nothing illegal there either" legal b
rmdir "$printers"/*
if [ "${PRINTPORT_KERNEL-}" = debug ]; then
	some_cases
else
	all_cases
fi
check "unload" rmmod printport_parport printport parport_sim
rm -r "$scratch"
finish
