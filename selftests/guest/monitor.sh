#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: monitor.sh [--quick|--fast]     language monitors: the channel, printportd, printers
#
# In the environment beside what common.sh wants: PRINTPORT_TOOLS (printportd,
# printportctl, libprintport), PRINTPORT_PRINTERS (pjl_laser, escpos_receipt).
# shellcheck disable=SC2317 # functions that others call
. "$(dirname "$0")/common.sh"

tools=${PRINTPORT_TOOLS:?where the tools are}
printers=${PRINTPORT_PRINTERS:?where the emulated printers are}
work=$(mktemp -d)
chmod 755 "$work"
public_tools "$work/bin"
export LD_LIBRARY_PATH=$work/bin
export PRINTPORTD_RUNTIME_DIR=$work/run

quick=() rounds=20 fast=
case ${1-} in
--quick | --fast)
	quick=(--quick)
	rounds=4
	[ "$1" = --quick ] || fast=yes
	;;
esac

# ctl ARG...: printportctl
ctl() {
	"$tools/printportctl" "$@"
}

# printer_begin NAME PROGRAM NODE [OPTION...]: a printer at NODE, in $work/NAME
printer_begin() {
	local name=$1
	mkdir -p "$work/$name"
	rm -f "$work/$name/control"
	mkfifo "$work/$name/control"
	"$printers/$2" --control "$work/$name/control" --log "$work/$name/log" \
		--save "$work/$name" "${@:4}" "$3" 2>"$work/$name/errors" &
	printer_pid=$!
	# Held open, so that a command is not the last one.
	exec 7>"$work/$name/control"
}

# tell COMMAND: to the printer
tell() {
	echo "$1" >&7
}

# printer_end NAME: it ends, and has had nothing to complain of
printer_end() {
	exec 7>&-
	kill "$printer_pid"
	wait "$printer_pid" && return
	cat "$work/$1/errors"
	grep '"event": *"error"' "$work/$1/log" | head -n 5
	return 1
}

# logged NAME PATTERN: whether the printer has seen it
logged() {
	grep -qE "$2" "$work/$1/log"
}

# daemon_begin N [ARG...]: printportd on port N, as nobody, which owns no more than its node
daemon_begin() {
	mkdir -p "$PRINTPORTD_RUNTIME_DIR"
	chown nobody "$PRINTPORTD_RUNTIME_DIR" "/dev/printport-lm$1"
	setpriv --reuid=nobody --regid=nogroup --clear-groups --no-new-privs \
		"$work/bin/printportd" --runtime-dir "$PRINTPORTD_RUNTIME_DIR" "${@:2}" "$1" \
		2>>"$work/daemon.log" &
	daemon_pid=$!
}

daemon_end() {
	kill "$daemon_pid" && wait "$daemon_pid"
}

# sim_add NAME ID: a simulated printer with this device id; sets port and printer_node
sim_add() {
	mkdir "$sims/$1" && echo "$2" >"$sims/$1/device_id" && echo 1 >"$sims/$1/live" || return
	port=$(cat "$sims/$1/port")
	printer_node=/dev/$(cat "$sims/$1/printer")
	index=${port#printport}
}

# result PATTERN COMMAND...: whether the command says it
result() {
	local pattern=$1 said
	shift
	said=$("$@" 2>&1)
	grep -qE "$pattern" <<<"$said" && return
	echo "# $said"
	return 1
}

# reason WORD: whether it is among the port's status reasons
reason() {
	grep -qw -- "$1" "/sys/class/printport/$port/reasons"
}

document() {
	local page
	for page in $(seq "$1"); do
		printf 'page %d of %d\r\n\f' "$page" "$1"
	done
}

# --- the channel ----------------------------------------------------------------------

load_modules printport printport_sim
if [ -n "$fast" ]; then
	run monitor_test --quick --rounds 21 attach_rules accept_and_refuse wrapper large_pass \
		large_forward large_rewrite decisions aborted spooler_dies monitors_die \
		monitors_rave queries back_channel reasons own_use printed
else
	run monitor_test "${quick[@]}"
fi
[ ${#quick[@]} -gt 0 ] || run 32/monitor_test --quick

# --- PJL --------------------------------------------------------------------------------

document 3 >"$work/three"
document 1 >"$work/one"
printf '\033%%-12345X@PJL COMMENT of the application\r\n@PJL ENTER LANGUAGE=PCL\r\n' >"$work/own"
cat "$work/one" >>"$work/own"
printf '\033%%-12345X' >>"$work/own"

pjl_begin() {
	sim_add pjl 'MFG:Example;MDL:Laser 9000;CMD:PJL,PCL;CLS:PRINTER;' || return
	printer_begin pjl pjl_laser "$printer_node"
	daemon_begin "$index"
	check "pjl: chosen by the device id" soon 10 attribute "$port" monitor pjl
	check "pjl: printportd is not root" test "$(stat -c %U "/proc/$daemon_pid")" = nobody
}

pjl_jobs() {
	check "pjl: printed, with pages" result 'completed.*printed, 3 pages' \
		ctl print -pv -n 'a "name"' "$index" "$work/three"
	check "pjl: the job's name" logged pjl '"job-start".*a .name'
	check "pjl: what is printed is the job" cmp "$work/three" "$work/pjl/job-1.data"
	exec 3>"/dev/$port"
	check "pjl: two jobs in one open" result 'printed, 1 page$' \
		ctl print -pv fd:3 "$work/one" "$work/one"
	check "pjl: asked while a spooler holds the port" result 'Laser|LASER|laser|"' \
		ctl query "$index" ID
	exec 3>&-
	check "pjl: closed" soon 5 attribute "$port" state closed
	check "pjl: asked while idle" result '[0-9]' ctl query "$index" PAGECOUNT
	: >"$work/empty"
	check "pjl: an empty job" result 'completed, 0 bytes' ctl print -pv "$index" "$work/empty"
	check "pjl: a job with PJL of its own" result 'printed, 1 page' \
		ctl print -pv "$index" "$work/own"

}

pages() {
	[ "$(grep -c '"event": *"page"' "$work/pjl/log")" -ge "$1" ]
}

pjl_paper_out() {
	# Two more such pages are the time to take the paper out.
	tell 'delay 3000'
	ctl print -pv "$index" "$work/three" >"$work/said" 2>&1 &
	job=$!
	before=$(grep -c '"event": *"page"' "$work/pjl/log")
	soon 10 pages $((before + 1))
	tell 'condition paper-out on'
	began=$(date +%s%N)
	check "pjl: paper out is said" soon 5 reason media-empty
	echo "# after $((($(date +%s%N) - began) / 1000000)) ms"
	check "pjl: stopped" attribute "$port" status stopped
	sleep 1
	check "pjl: the job waits" kill -0 "$job"
	tell 'delay 0'
	tell 'condition paper-out off'
	wait "$job"
	check "pjl: and is printed" grep -q 'printed, 3 pages' "$work/said"
	pages $((before + 4)) && fail "pjl: printed more than once"
	check "pjl: reasons are gone" soon 5 attribute "$port" reasons none
}

# at_printer NAME: it has got the whole job, and prints it
at_printer() {
	grep -qE $'\tcompleted\t.*'"$1" "/sys/class/printport/$port/job"
}

pjl_trouble() {
	# What it says is sent slowly in pieces: not so much that the answer takes minutes.
	tell 'garbage 400'
	check "pjl: garbage does no harm" result 'printed, 1 page' \
		ctl print -pv "$index" "$work/one"
	tell 'chunk 3'
	check "pjl: an answer in small pieces" result 'printed, 3 pages' \
		ctl print -pv "$index" "$work/three"
	tell 'chunk 0'
	tell 'power-cycle'
	check "pjl: power-cycled, and prints" result 'printed, 1 page' \
		ctl print -pv "$index" "$work/one"

	tell 'delay 3000'
	ctl print -pv -n abandoned "$index" "$work/one" >"$work/said" 2>&1 &
	job=$!
	soon 10 at_printer abandoned
	kill -9 "$daemon_pid"
	wait "$job"
	code=$?
	check "pjl: printportd killed before it is printed: the exit code" test "$code" = 6
	check "pjl: printportd killed before it is printed: is said" \
		grep -q 'delivered; the language monitor is gone' "$work/said"
	tell 'delay 0'
	wait "$daemon_pid" 2>/dev/null
	daemon_begin "$index"
	soon 10 attribute "$port" monitor pjl || fail "pjl: not attached again"

	for round in $(seq $rounds); do
		ctl print -v "$index" "$work/three" >"$work/said" 2>&1 &
		job=$!
		sleep "0.0$((round % 10))"
		kill -9 "$daemon_pid"
		bounded 10 tail --pid=$job -f /dev/null ||
			fail "pjl: the spooler hangs when printportd is killed ($round)"
		wait "$daemon_pid" 2>/dev/null
		daemon_begin "$index"
		soon 10 attribute "$port" monitor pjl || fail "pjl: not attached again ($round)"
		result 'printed, 1 page' ctl print -pv "$index" "$work/one" ||
			fail "pjl: not printed after printportd was killed ($round)"
	done
	ok "pjl: printportd killed $rounds times"
}

pjl_end() {
	check "pjl: printportd stops" daemon_end
	check "pjl: port without a monitor" attribute "$port" monitor none
	# One whose monitor was killed has got half a wrapper now and then: lenient.
	exec 7>&-
	kill "$printer_pid"
	wait "$printer_pid"
	rmdir "$sims/pjl"
}

pjl_begin
pjl_jobs
pjl_paper_out
[ -n "$fast" ] || pjl_trouble
pjl_end

pjl_no_eoj() {
	printf '[language pjl]\neoj-ms = 1500\n' >"$work/conf"
	sim_add quiet 'MFG:Example;MDL:Laser 9000;CMD:PJL,PCL;CLS:PRINTER;' || return
	printer_begin quiet pjl_laser "$printer_node" --do 'no-eoj on'
	daemon_begin "$index" --config "$work/conf"
	soon 10 attribute "$port" monitor pjl
	check "pjl: a printer that says no EOJ" result 'does not say whether' \
		ctl print -p "$index" "$work/one"
	check "pjl: printportd stops" daemon_end
	check "pjl: nothing wrong was sent" printer_end quiet
	rmdir "$sims/quiet"
}
[ -n "$fast" ] || pjl_no_eoj

pjl_probed() {
	sim_add probed 'MFG:Example;MDL:No Command Set;CLS:PRINTER;' || return
	printf '[port %s]\nprobe = yes\n' "$port" >"$work/conf"
	printer_begin probed pjl_laser "$printer_node"
	daemon_begin "$index" --config "$work/conf"
	check "pjl: recognised by asking" soon 15 attribute "$port" monitor pjl
	check "pjl: and printed" result 'printed, 3 pages' \
		ctl print -pv "$index" "$work/three"
	# Cut off while the printer is at it, and more is on its way than it holds.
	tell 'delay 500'
	document 20000 >"$work/long"
	# Not ctl: a function in the background is a shell of its own.
	"$tools/printportctl" print -pv "$index" "$work/long" >"$work/said" 2>&1 &
	job=$!
	soon 10 logged probed '"page", "job": 2'
	kill -TERM "$job"
	bounded 30 tail --pid="$job" -f /dev/null || fail "pjl: the abort hangs"
	check "pjl: a job that is broken off is aborted" grep -q 'aborted' "$work/said"
	tell 'delay 0'
	# A second signal ends the wait in close: what the printer has is printed by and by.
	check "pjl: and the port is free again" soon 30 attribute "$port" state closed
	check "pjl: and the next one is printed" result 'printed, 1 page$' \
		ctl print -pv "$index" "$work/one"
	daemon_end
	check "pjl: nothing wrong was sent, not at the probe nor the abort" printer_end probed
	rmdir "$sims/probed"
}
[ -n "$fast" ] || pjl_probed

# --- ESC/POS ----------------------------------------------------------------------------

printf 'Tea              2.40\nCake             3.10\n\x1dV\x42\x00' >"$work/receipt"

escpos() {
	sim_add till 'MFG:EPSON;MDL:TM-T88V;CMD:ESC/POS;CLS:PRINTER;' || return
	printer_begin till escpos_receipt "$printer_node"
	daemon_begin "$index"
	check "escpos: chosen by the device id" soon 10 attribute "$port" monitor escpos
	check "escpos: printed" result 'completed.*printed' \
		ctl print -pv "$index" "$work/receipt"
	check "escpos: the receipt" grep -q 'Tea  *2.40' "$work/till/job-1.txt"
	check "escpos: who are you" result . ctl query "$index" model
	exec 3>"/dev/$port"
	tell 'condition paper-low on'
	check "escpos: paper low is said while a spooler holds the port" \
		soon 5 attribute "$port" reasons media-low
	tell 'condition paper-low off'
	tell 'condition cover-open on'
	check "escpos: cover open is said" soon 5 reason cover-open
	tell 'condition cover-open off'
	check "escpos: and closed" soon 5 attribute "$port" reasons none
	check "escpos: second receipt in the same open" result 'printed' \
		ctl print -pv fd:3 "$work/receipt"
	exec 3>&-
	tell 'delay 400'
	ctl print -pv "$index" "$work/receipt" >"$work/said" 2>&1 &
	job=$!
	tell 'condition paper-out on'
	check "escpos: paper out is said" soon 5 reason media-empty
	sleep 1
	tell 'condition paper-out off'
	wait "$job"
	check "escpos: and the receipt is printed" grep -q 'printed' "$work/said"
	check "escpos: printportd stops" daemon_end
	check "escpos: nothing wrong was sent" printer_end till
	rmdir "$sims/till"
}
escpos

# --- raw --------------------------------------------------------------------------------

raw() {
	sim_add plain 'MFG:Example;MDL:Plotter;CMD:HPGL;CLS:PRINTER;' || return
	cat "$printer_node" >"$work/plain" &
	reader=$!
	daemon_begin "$index"
	check "raw: chosen where nothing else fits" soon 10 attribute "$port" monitor raw
	check "raw: passes through" result 'completed' ctl print -v "$index" "$work/three"
	check "raw: cannot tell what is printed" result 'no language monitor that could tell' \
		ctl print -p "$index" "$work/three"
	check "raw: counts" result '^1$' ctl query "$index" jobs
	kill "$daemon_pid"
	rmdir "$sims/plain"
	wait "$reader"
	check "raw: nothing added" cmp "$work/three" "$work/plain"
	check "raw: printportd ends with its port" wait "$daemon_pid"
}
[ -n "$fast" ] || raw

# --- over USB ---------------------------------------------------------------------------

usb() {
	load printport_usb && gadget_up 'MFG:Example;MDL:Laser 9000;CMD:PJL,PCL;SN:1;' || return
	soon 10 port_of usb >/dev/null
	port=$(port_of usb)
	index=${port#printport}
	printer_begin usb pjl_laser "$gadget_node"
	daemon_begin "$index"
	check "usb: pjl is chosen by the device id" soon 10 attribute "$port" monitor pjl
	check "usb: printed, with pages" result 'printed, 3 pages' \
		ctl print -pv "$index" "$work/three"
	head -c 3000000 /dev/urandom | base64 >"$work/large"
	check "usb: a large job" result 'printed' ctl print -pv "$index" "$work/large"
	check "usb: the large job is what was sent" cmp "$work/large" "$work/usb/job-2.data"
	check "usb: asked" result 'LASER' ctl query "$index" ID
	check "usb: printportd stops" daemon_end
	check "usb: nothing wrong was sent" printer_end usb
	gadget_down
	check "usb: unload" rmmod printport_usb
}
[ -n "$fast" ] || usb

[ "$failed" -eq 0 ] || tail -n 20 "$work/daemon.log" | sed 's/^/# printportd: /'
check "unload" rmmod printport_sim printport
finish
