#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: usb_identity.sh     which printer is which: udev's names for two that are alike
# shellcheck disable=SC2317 # functions that others call
. "$(dirname "$0")/common.sh"

gadgets=/sys/kernel/config/usb_gadget
rules=$(dirname "$0")/../../tools/udev

udev_up() {
	mkdir -p /run/udev/rules.d
	cp "$rules"/*.rules /run/udev/rules.d/ || return
	cat >/run/udev/rules.d/90-test.rules <<-'END'
	SUBSYSTEM=="printport", ATTRS{idVendor}=="1d6b", ATTRS{serial}=="B2", SYMLINK+="my-b2"
	SUBSYSTEM=="printport", ATTRS{bInterfaceNumber}=="00", ENV{IS_INTERFACE_0}="yes"
	END
	/lib/systemd/systemd-udevd --daemon && udevadm trigger && udevadm settle
}

# printer_new N SERIAL: not plugged in
printer_new() {
	gadget_new "$gadgets/printer$1" "$1" "$2" \
		"MFG:Acme;MDL:Mono 1;CMD:PJL,PS;${2:+SN:$2;}"
}

settled() {
	port_on "$1" >/dev/null && udevadm settle
}

# plug N BUS
plug() {
	echo "dummy_udc.$2" >"$gadgets/printer$1/UDC" && soon 10 settled "$2"
}

unplug() {
	echo >"$gadgets/printer$1/UDC" && soon 10 gone "$2"
}

gone() {
	! port_on "$1" >/dev/null && udevadm settle
}

# both plug|unplug N BUS N BUS
both() {
	"$1" "$2" "$3" && "$1" "$4" "$5"
}

printer_remove() {
	local dir=$gadgets/printer$1
	rm "$dir/configs/c.1/printer.$1" &&
		rmdir "$dir/functions/printer.$1" "$dir"/{configs/c.1,strings/0x409} "$dir"
}

# property BUS NAME: as udev has it
property() {
	udevadm info -q property -p "/sys/class/printport/$(port_on "$1")" |
		sed -n "s/^$2=//p" | grep .
}

# link_leads LINK BUS
link_leads() {
	[ "$(readlink -f "$1")" = "/dev/$(port_on "$2")" ]
}

# What any port has to have.
check_port() {
	local dir
	dir=/sys/class/printport/$(port_on "$1")
	check "$2: a character device" test -c "/dev/${dir##*/}"
	check "$2: group lp" test "$(stat -c %G:%a "/dev/${dir##*/}")" = lp:660
	check "$2: device is a USB interface" grep -qx 00 "$dir/device/bInterfaceNumber"
	check "$2: its parent is a USB device" grep -qx 1d6b "$dir/device/../idVendor"
	check "$2: ATTRS{bInterfaceNumber} in a rule" \
		test "$(property "$1" IS_INTERFACE_0)" = yes
	check "$2: ID_PATH" test -n "$(property "$1" ID_PATH)"
	check "$2: ID_PATH_TAG" test -n "$(property "$1" ID_PATH_TAG)"
	check "$2: ID_VENDOR_ID" test "$(property "$1" ID_VENDOR_ID)" = 1d6b
	check "$2: ID_USB_INTERFACE_NUM" test "$(property "$1" ID_USB_INTERFACE_NUM)" = 00
}

differ() {
	[ -n "$1" ] && [ -n "$2" ] && [ "$1" != "$2" ]
}

# Same maker, same model, no serial number: only the socket tells them apart.
alike() {
	local name
	both plug 0 0 1 1 || fail "alike: plugged in"
	check_port 0 "alike 0"
	check_port 1 "alike 1"
	for name in ID_PATH ID_PATH_TAG; do
		check "alike: $name differs" differ "$(property 0 $name)" "$(property 1 $name)"
	done
	refused "alike: no serial number" property 0 ID_SERIAL_SHORT
	both unplug 0 0 1 1 || fail "alike: unplugged"
}

# The name is the printer's wherever it is plugged in, the path is the socket's.
told_apart() {
	local serial0 serial1 path0 path1
	both plug 2 0 3 1 || fail "serials: plugged in"
	check_port 0 "serial A1"
	check_port 1 "serial B2"
	serial0=$(property 0 ID_SERIAL) serial1=$(property 1 ID_SERIAL)
	path0=$(property 0 ID_PATH) path1=$(property 1 ID_PATH)
	check "ID_SERIAL differs: $serial0, $serial1" differ "$serial0" "$serial1"
	check "ID_SERIAL_SHORT" test "$(property 1 ID_SERIAL_SHORT)" = B2
	check "ATTRS{serial} in a rule" link_leads /dev/my-b2 1

	both unplug 2 0 3 1 || fail "serials: unplugged"
	check "the rule's link is gone" test ! -e /dev/my-b2
	both plug 2 0 3 1 || fail "serials: plugged in again"
	check "again: ID_SERIAL" \
		test "$(property 0 ID_SERIAL)$(property 1 ID_SERIAL)" = "$serial0$serial1"
	check "again: ID_PATH" \
		test "$(property 0 ID_PATH)$(property 1 ID_PATH)" = "$path0$path1"
	check "again: the rule" link_leads /dev/my-b2 1

	both unplug 2 0 3 1 || fail "serials: unplugged"
	both plug 2 1 3 0 || fail "serials: plugged in crosswise"
	check "crosswise: ID_SERIAL" test "$(property 1 ID_SERIAL)$(property 0 ID_SERIAL)" = \
		"$serial0$serial1"
	check "crosswise: ID_PATH" test "$(property 0 ID_PATH)$(property 1 ID_PATH)" = \
		"$path0$path1"
	check "crosswise: the rule" link_leads /dev/my-b2 0
	both unplug 2 1 3 0 || fail "serials: unplugged crosswise"
}

# event TYPE WORD...: whether the monitor said all of them in one event
event() {
	awk -v RS= -v wanted="$(printf '%s\n' "${@:2}")" -v type="$1" '
		index($0, type) == 1 {
			split(wanted, words, "\n")
			split($0, lines, "\n")
			delete there
			for (i in lines)
				there[lines[i]] = 1
			all = 1
			for (i in words)
				all = all && words[i] in there
			found = found || all
		}
		END { exit !found }' "$events"
}

monitored() {
	local events monitor line
	events=$(mktemp)
	udevadm monitor --kernel --udev --property --subsystem-match=printport >"$events" &
	monitor=$!
	soon 10 grep -q KERNEL "$events"
	sleep 0.3
	plug 2 0 || fail "monitor: plugged in"
	for line in PRINTPORT_MFG=Acme "PRINTPORT_MDL=Mono 1" PRINTPORT_SERN=A1 \
		PRINTPORT_CMD=PJL,PS PRINTPORT_TRANSPORT=usb; do
		check "KERNEL add: $line" soon 5 event KERNEL ACTION=add "$line"
		check "UDEV add: $line" soon 5 event UDEV ACTION=add "$line"
	done
	check "UDEV add: all in one, with ID_PATH" event UDEV ACTION=add PRINTPORT_SERN=A1 \
		"ID_PATH=$(property 0 ID_PATH)" ID_SERIAL_SHORT=A1
	unplug 2 0 || fail "monitor: unplugged"
	check "UDEV remove" soon 5 event UDEV ACTION=remove PRINTPORT_TRANSPORT=usb
	kill $monitor
	rm -f "$events"
}

new_printers() {
	printer_new 0 "" && printer_new 1 "" && printer_new 2 A1 && printer_new 3 B2
}

remove_all() {
	local n
	for n in 0 1 2 3; do
		printer_remove "$n" || return
	done
	modprobe -r dummy_hcd
}

modprobe -a libcomposite usb_f_printer 2>/dev/null
modprobe dummy_hcd num=2 is_high_speed=1
load_modules printport printport_usb
check "udevd" udev_up
check "printers" new_printers
alike
told_apart
monitored
check "gadgets go" remove_all
check "unload" rmmod printport_usb printport
udevadm control --exit
finish
