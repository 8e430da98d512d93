#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: packages.sh     printport's packages live: in a Debian where they are installed and
#                        that systemd has booted, as selftests/packages/installed makes it
# shellcheck disable=SC2317 # functions that others call
. "$(dirname "$0")/common.sh"

work=$(mktemp -d)
id=usb-Acme_Mono_1_X42
link=/dev/printport/by-id/$id
uri=printport:/by-id/$id

plug() {
	echo "dummy_udc.$1" >"$gadget/UDC" && soon 30 test -e "$gadget_node"
}

unplug() {
	echo >"$gadget/UDC"
}

# driver: which one has the printer
driver() {
	local dir
	for dir in /sys/bus/usb/devices/*:1.0; do
		[ "$(cat "$dir/bInterfaceClass")" != 07 ] || basename "$(readlink -f "$dir/driver")"
	done
}

driver_is() {
	[ "$(driver)" = "$1" ]
}

# The printer is usblp's, and somebody prints through it, when the modules are installed:
# what printport-dkms's script does then.
usblp_in_use() {
	local user output=$work/take_over
	check "usblp has the printer" modprobe usblp
	check "usblp: plugged in" plug 0
	check "usblp: its node" soon 30 test -c /dev/usb/lp0
	sleep 1000 <>/dev/usb/lp0 &
	user=$!
	{
		echo 'set -e'
		sed -n '/^take_over()/,/^}/p' /var/lib/dpkg/info/printport-dkms.postinst
		echo take_over
	} >"$work/script"
	check "usblp in use: no error" sh "$work/script" >"$output" 2>&1
	check "usblp in use: said" grep -q '^usblp is in use' "$output"
	check "usblp in use: has it still" driver_is usblp
	kill "$user"
	wait "$user" 2>/dev/null
	# What it says.
	sed -n 's/.*unloaded: //p' "$output" >"$work/script"
	check "usblp not in use any more" grep -q modprobe "$work/script"
	check "usblp: the commands that it says" sh -e "$work/script"
	check "usblp: printport_usb has it" soon 30 driver_is printport_usb
	unplug
	check "unplugged" soon 30 modprobe -r printport_usb
}

# usb_bus: where udev's link leads
usb_bus() {
	local port
	port=$(basename "$(readlink -f "$link")")
	readlink -f "/sys/class/printport/$port/device" | grep -o 'dummy_hcd\.[0-9]'
}

monitored() {
	[ "$(attribute "$(basename "$(readlink -f "$link")")" monitor)" = "$1" ]
}

unit() {
	echo "printportd@$(basename "$(readlink -f "$link")" | tr -dc 0-9).service"
}

document() {
	printf 'job %s\n' "$1"
	head -c 20000 /dev/zero | tr '\0' "${1:0:1}"
}

arrived() {
	[ "$(stat -c %s "$work/paper")" -ge "$(stat -c %s "$work/$1")" ]
}

# printed NAME COMMAND...: what it prints arrives, as it is
printed() {
	local name=$1 reader
	shift
	document "$name" >"$work/$name"
	cat "$gadget_node" >"$work/paper" &
	reader=$!
	"$@" "$work/$name" && soon 60 arrived "$name" && cmp "$work/paper" "$work/$name"
	local code=$?
	kill "$reader"
	wait "$reader" 2>/dev/null
	return "$code"
}

through_cat() {
	cat "$1" >"$link"
}

through_cups() {
	lp -d acme "$1"
}

found() {
	lpinfo -v | grep -F "$uri"
}

queue_idle() {
	lpstat -p acme | grep -q 'is idle'
}

modules_for_this_kernel() {
	modinfo -n printport_usb | grep -q /updates/dkms/
}

plugged() {
	check "plugged in: printport_usb is loaded, and has it" soon 30 driver_is printport_usb
	check "usblp was not loaded" test ! -d /sys/module/usblp
	check "by-id" soon 30 test -c "$link"
	check "printportd has started" soon 60 systemctl -q is-active "$(unit)"
	check "its language" soon 30 monitored raw
	check "its user" test "$(ps -o user= -C printportd)" = printportd
	check "sandboxed: no capabilities" grep -qx 'CapEff:.0000000000000000' \
		"/proc/$(pidof printportd)/status"
	check "sandboxed: system calls are filtered" grep -qx 'Seccomp:.2' \
		"/proc/$(pidof printportd)/status"
}

printing() {
	check "lpadmin" lpadmin -p acme -v "$uri" -E
	check "CUPS finds the port" soon 30 found
	check "prints through cat" printed cat through_cat
	check "prints through CUPS" printed lp through_cups
	check "the queue is idle again" soon 30 queue_idle
}

inactive() {
	! systemctl -q is-active "$(unit)"
}

# printportctl monitor, which writes the configuration, and has systemd do the rest
switched() {
	check "monitor escpos" printportctl monitor "$link" escpos
	check "monitor escpos: attached" monitored escpos
	check "monitor none" printportctl monitor "$link" none
	check "monitor none: nothing is attached" soon 30 monitored none
	check "monitor none: printportd has ended" soon 30 inactive
	exec 6>"$link"
	check "monitor raw, while the port is held" printportctl monitor "$link" raw
	exec 6>&-
	check "monitor raw: attached when it is closed" soon 60 monitored raw
	check "monitor auto" printportctl monitor "$link" auto
	rm -f /etc/printport/*.conf
}

failed_unit() {
	[ "$(systemctl show -P ActiveState "$(unit)")" = failed ]
}

# printportd's own configuration is wrong: doctor says so, and what mends it.
misconfigured() {
	local said=$work/doctor
	printf '[port printport0]\nnonesuch = 1\n' >/etc/printportd.conf
	systemctl restart "$(unit)"
	check "printportd.conf is wrong: the unit fails" soon 60 failed_unit
	# Its lines are wrapped.
	printportctl doctor 2>&1 | tr -s ' \n' ' ' >"$said"
	check "doctor: printportd has failed" \
		grep -q 'printportd for .* has failed with exit code 78: its configuration is wrong' "$said"
	check "doctor: where" grep -q '/etc/printportd.conf.*nonesuch' "$said"
	check "doctor: the printer prints all the same" printed plainly through_cat
	rm /etc/printportd.conf
	check "doctor: what to do" systemctl restart "$(unit)"
	check "printportd is attached again" soon 60 monitored raw
}

replugged() {
	check "in socket 0" test "$(usb_bus)" = dummy_hcd.0
	unplug
	check "unplugged: no link" soon 30 test ! -e "$link"
	check "plugged in elsewhere" plug 1
	check "the same by-id" soon 30 test -c "$link"
	check "in socket 1" test "$(usb_bus)" = dummy_hcd.1
	check "printportd again" soon 60 monitored raw
	check "the queue prints again" printed again through_cups
	check "the queue is idle again, and enabled" soon 30 queue_idle
}

upgraded() {
	local before reader
	printf '[match]\nmodel = Mono*\n[port]\nname = kitchen\n' >/etc/printport/mine.conf
	cp /etc/printport/mine.conf "$work/mine.conf"
	before=$(pidof printportd)
	exec 6>"$link"
	check "upgrade, while the port is held" apt-get install -y --no-install-recommends /srv/debs/newer/*.deb
	check "upgraded: the version" grep -q '+upgrade$' \
		<(dpkg-query -W -f '${Version}\n' printport-tools)
	check "upgraded: the configuration is as it was" \
		cmp /etc/printport/mine.conf "$work/mine.conf"
	check "upgraded: its name is there" soon 30 test -c /dev/printport/by-name/kitchen
	check "upgraded, held: printportd is the old one" test "$(pidof printportd)" = "$before"
	document held >"$work/held"
	cat "$gadget_node" >"$work/paper" &
	reader=$!
	cat "$work/held" >&6
	exec 6>&-
	check "upgraded, held: printed" soon 60 arrived held
	check "upgraded, held: as it is" cmp "$work/paper" "$work/held"
	kill "$reader"
	wait "$reader" 2>/dev/null
	check "upgraded once more" dpkg-reconfigure printport-tools
	check "upgraded: printportd is a new one" soon 60 monitored raw
	check "upgraded: not the old one" test "$(pidof printportd)" != "$before"
	check "upgraded: the queue prints" printed upgraded through_cups
}

removed() {
	check "no units failed" test -z "$(systemctl --failed --plain --no-legend)"
	check "purge" apt-get purge -y 'printport*' 'libprintport*'
	check "purged: no module is loaded" test -z "$(grep ^printport /proc/modules)"
	check "purged: usblp has the printer" soon 60 driver_is usblp
	check "purged: its node" soon 30 test -c /dev/usb/lp0
	check "purged: nothing is left" test -z "$(find /etc /usr /lib /var/lib /run /dev \
		-xdev -name '*printport*' ! -path '/run/printport-*' ! -path '/run/systemd/*' \
		! -path '/var/lib/systemd/*' | tee /dev/stderr)"
}

export DEBIAN_FRONTEND=noninteractive
check "modules for this kernel" modules_for_this_kernel
modprobe -a libcomposite usb_f_printer 2>/dev/null
check "an emulated bus with two sockets" modprobe dummy_hcd num=2 is_high_speed=1
# A printer whose language nobody knows: nothing but the jobs' own bytes reaches it.
check "a printer" gadget_new "$gadget" 0 X42 "MFG:Acme;MDL:Mono 1;CMD:TEXT;"
usblp_in_use
check "plugged in" plug 0
plugged
printing
switched
misconfigured
replugged
upgraded
removed
finish
