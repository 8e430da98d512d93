# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# What the scripts in the guest share: counting, modules, ports, the gadget printer.
# In the environment: PRINTPORT_MODULES, PRINTPORT_PROGRAMS, PRINTPORT_TOOLS, and
# PRINTPORT_OUT if any.

set -u
modules=${PRINTPORT_MODULES:?where the .ko files are}
programs=${PRINTPORT_PROGRAMS:?where the test programs are}
[ -z "${PRINTPORT_TOOLS-}" ] || export LD_LIBRARY_PATH=$PRINTPORT_TOOLS
passed=0 failed=0 skipped=0
# A factor for bounds of time, as in the test programs.
patience=1
[ "${PRINTPORT_KERNEL-}" != debug ] || patience=5

ok() {
	passed=$((passed + 1))
	echo "ok $*"
}

fail() {
	failed=$((failed + 1))
	echo "FAIL $*"
}

# check NAME COMMAND...: one test
check() {
	local name=$1
	shift
	if "$@"; then
		ok "$name"
	else
		fail "$name: $*"
	fi
}

# refused NAME COMMAND...: one test, of a command that must fail
refused() {
	local name=$1
	shift
	if "$@" 2>/dev/null; then
		fail "$name: not refused: $*"
	else
		ok "$name"
	fi
}

# finish: the sum, the last line of each script, and its exit code
finish() {
	local sum="$passed passed, $failed failed"
	[ "$skipped" -eq 0 ] || sum="$sum, $skipped skipped"
	echo "${0##*/}: $sum"
	[ "$failed" -eq 0 ]
	exit
}

# count NAME CODE FILE: the sum at the end of a test program's output
count() {
	local sum='([0-9]+) passed, ([0-9]+) failed(, ([0-9]+) skipped)?$' last
	last=$(tail -n 1 "$3")
	if [[ $last =~ $sum ]]; then
		passed=$((passed + BASH_REMATCH[1]))
		failed=$((failed + BASH_REMATCH[2]))
		skipped=$((skipped + ${BASH_REMATCH[4]:-0}))
		[ "$2" -eq 0 ] || [ "${BASH_REMATCH[2]}" -gt 0 ] ||
			fail "$1: ended with code $2"
	else
		fail "$1: ended with code $2 and no result"
	fi
}

# run PROGRAM [ARG...]: a test program, whose cases are counted
run() {
	local output code
	output=$(mktemp)
	"$programs/$1" "${@:2}" | tee "$output"
	code=${PIPESTATUS[0]}
	count "$1" "$code" "$output"
	rm -f "$output"
}

# soon SECONDS COMMAND...: waits until the command succeeds
soon() {
	local until=$((SECONDS + $1 * patience))
	shift
	until "$@"; do
		[ "$SECONDS" -le "$until" ] || return 1
		sleep 0.1
	done
}

# within_a_second DO COMMAND...: from what DO, a function, does until COMMAND succeeds
within_a_second() {
	local begun=${EPOCHREALTIME/./} took
	"$1"
	soon 10 "${@:2}" || return
	took=$((${EPOCHREALTIME/./} - begun))
	echo "# after $((took / 1000)) ms"
	[ "$took" -lt $((1000000 * patience)) ]
}

# bounded SECONDS COMMAND...: a command that might hang
bounded() {
	local seconds=$(($1 * patience))
	shift
	timeout -k 5 "$seconds" "$@"
}

# public_tools DIR: printportd and its library, where every user may read them
public_tools() {
	mkdir -p "$1" && chmod 755 "$1" &&
		cp "$PRINTPORT_TOOLS"/printportd "$PRINTPORT_TOOLS"/libprintport.so.0 "$1" &&
		chmod 755 "$1"/*
}

loaded() {
	[ -d "/sys/module/$1" ]
}

# load MODULE...: those that are not loaded yet
load() {
	local module
	for module; do
		case $module in
		printport_usb) modprobe usbcore 2>/dev/null ;;
		printport_parport) modprobe parport ;;
		esac
		loaded "$module" || insmod "$modules/$module.ko" || return
	done
}

# load_modules MODULE...: or the script cannot go on
load_modules() {
	load "$@" && return
	fail "load $*"
	finish
}

# port_of TRANSPORT: the name of its newest port
port_of() {
	local dir
	for dir in /sys/class/printport/printport*; do
		[ "$(cat "$dir/transport" 2>/dev/null)" = "$1" ] && echo "${dir##*/}"
	done | tail -n 1 | grep .
}

# attribute PORT PATH [VALUE]: shows it, or says whether it is VALUE
attribute() {
	local value
	value=$(cat "/sys/class/printport/$1/$2" 2>/dev/null) || return
	if [ $# -eq 2 ]; then
		echo "$value"
	else
		[ "$value" = "$3" ]
	fi
}

sims=/sys/kernel/config/printport_sim

gadget=/sys/kernel/config/usb_gadget/printer
gadget_node=/dev/g_printer0

# gadget_new DIR N SERIAL ID: an emulated printer in DIR with this IEEE 1284 id, not plugged
# in; its node will be /dev/g_printerN. SERIAL may be empty.
gadget_new() {
	local function=functions/printer.$2
	mkdir -p "$1"/{strings/0x409,configs/c.1,"$function"} || return
	echo 0x1d6b >"$1/idVendor"
	echo 0x0104 >"$1/idProduct"
	echo Acme >"$1/strings/0x409/manufacturer"
	echo "Mono 1" >"$1/strings/0x409/product"
	[ -z "$3" ] || echo "$3" >"$1/strings/0x409/serialnumber"
	# f_printer of 6.1 leaves its two length bytes out of the length: spaces to be lost.
	echo "$4  " >"$1/$function/pnp_string"
	echo 10 >"$1/$function/q_len"
	ln -sf "$1/$function" "$1/configs/c.1/"
}

# port_on BUS: the port whose printer hangs at this emulated socket
port_on() {
	local dir
	for dir in /sys/class/printport/printport*; do
		case $(readlink -f "$dir/device") in
		*/dummy_hcd."$1"/*) echo "${dir##*/}" ;;
		esac
	done | grep .
}

# gadget_up ID [SPEED]: a printer with this IEEE 1284 id on an emulated bus, which is of
# full, high (if nothing is said) or super speed
gadget_up() {
	local speed=is_high_speed=1
	case ${2-} in
	full) speed=is_high_speed=0 ;;
	super) speed=is_super_speed=1 ;;
	esac
	# A usblp that was there first would take the printer.
	! loaded usblp || rmmod usblp || return
	modprobe -a libcomposite usb_f_printer 2>/dev/null
	modprobe dummy_hcd $speed || return
	gadget_new "$gadget" 0 X42 "$1" || return
	gadget_plug
}

gadget_plug() {
	local udc
	udc=$(find /sys/class/udc -mindepth 1 -printf '%f\n' | head -n 1)
	echo "$udc" >$gadget/UDC && soon 10 test -e $gadget_node
}

gadget_unplug() {
	echo >$gadget/UDC
}

gadget_down() {
	gadget_unplug 2>/dev/null
	rm -f $gadget/configs/c.1/printer.0
	rmdir $gadget/functions/printer.0 $gadget/configs/c.1 $gadget/strings/0x409 $gadget &&
		modprobe -r dummy_hcd
}
