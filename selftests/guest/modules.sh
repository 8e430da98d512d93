#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: modules.sh [--rounds N]     modules come and go, in any order that is possible
. "$(dirname "$0")/common.sh"

rounds=100
case ${1-} in
--quick) rounds=10 ;;
--rounds) rounds=$2 ;;
esac
transports=(printport_sim printport_usb printport_parport)

# shuffled WORD...: by the round's number, so that a failure can be repeated
shuffled() {
	printf '%s\n' "$@" | shuf --random-source=<(yes "$round")
}

unloaded() {
	local module
	for module; do
		rmmod "$module" || return
	done
}

# Some of what they do while they are there, so that there is something to leak.
use() {
	local dir=$sims/modules port printer
	loaded printport_sim || return 0
	mkdir $dir && echo 1 >$dir/live || return
	port=/dev/$(cat $dir/port) printer=/dev/$(cat $dir/printer)
	echo "something to print" >"$port" || return
	bounded 5 head -c 19 "$printer" | grep -q "^something to print$" || return
	# Half of them are unplugged by rmdir.
	[ $((round % 2)) -eq 0 ] || echo 0 >$dir/live
	rmdir $dir
}

# A round fails with its first failure.
one_round() {
	local order
	mapfile -t order < <(shuffled "${transports[@]}")
	load printport "${order[@]:0:$((1 + round % 3))}" || return
	use || return
	mapfile -t order < <(for module in "${order[@]}"; do
		loaded "$module" && echo "$module"
	done)
	mapfile -t order < <(shuffled "${order[@]}")
	unloaded "${order[@]}" printport
}

# kB that the kernel's own memory takes
kernel_memory() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	awk '/^(SUnreclaim|VmallocUsed|Percpu|KernelStack):/ { sum += $2 } END { print sum }' \
		/proc/meminfo
}

# in_use NAME MODULE...: none of them goes, and none is hurt
in_use() {
	local name=$1 module
	shift
	for module; do
		refused "$module stays while $name" rmmod "$module"
	done
}

modprobe -a usbcore parport 2>/dev/null
# The first rounds fill the kernel's caches.
for round in 1 2 3 4 5; do
	one_round || fail "round $round"
done
before=$(kernel_memory)
bad=0
for round in $(seq "$rounds"); do
	one_round || {
		bad=$((bad + 1))
		fail "round $round"
	}
done
[ $bad -ne 0 ] || ok "$rounds rounds"
grown=$(($(kernel_memory) - before))
echo "# the kernel's memory grew by $grown kB"
# KASAN keeps what was freed for a while.
[ "${PRINTPORT_KERNEL-}" = debug ] || check "no leak" test $grown -lt $((rounds * 8 + 1024))
check "no class" test ! -e /sys/class/printport
refused "no device numbers" grep -q printport /proc/devices
refused "no memory of theirs" grep -q printport /proc/vmallocinfo

# Simulated printers: an item, an open node, a port that drains.
load_modules printport printport_sim
dir=$sims/busy
mkdir $dir
in_use "a printer is defined" printport_sim printport
echo 1 >$dir/stall
echo 1 >$dir/live
port=$(cat $dir/port)
exec 5>"/dev/$port"
in_use "a node is open" printport_sim printport
echo 0 >"/sys/class/printport/$port/limits/close_ms"
echo bytes >&5
exec 5>&-
check "draining" attribute "$port" state draining
in_use "a port drains" printport_sim printport
exec 5<"/dev/$(cat $dir/printer)"
rmdir $dir
in_use "a printer's node is open" printport_sim
exec 5<&-
check "unload printport_sim" soon 5 rmmod printport_sim

# USB: plugged in is no use of the module, open is.
load_modules printport_usb
if gadget_up 'MFG:Acme;MDL:Mono 1;' && soon 10 port_of usb >/dev/null; then
	port=$(port_of usb)
	check "unload printport_usb with a printer" rmmod printport_usb
	load_modules printport_usb
	soon 10 port_of usb >/dev/null
	port=$(port_of usb)
	exec 5>"/dev/$port"
	in_use "a node is open" printport_usb printport
	echo 0 >"/sys/class/printport/$port/limits/close_ms"
	head -c 200000 /dev/zero >&5
	exec 5>&-
	check "draining" attribute "$port" state draining
	in_use "a port drains" printport_usb printport
	# A port that is gone is in use as long as somebody holds it.
	bounded 10 head -c 200000 $gadget_node >/dev/null
	check "drained" soon 5 attribute "$port" state closed
	exec 5>"/dev/$port"
	gadget_unplug
	soon 5 test ! -e "/dev/$port"
	refused "a stale handle" eval 'echo x >&5'
	in_use "a stale handle is open" printport
	exec 5>&-
	check "gadget goes" gadget_down
else
	fail "no USB printer"
fi
check "unload printport_usb" rmmod printport_usb
check "unload printport" rmmod printport
finish
