#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: usb_hostile.sh [--quick] [CASE...]     printport_usb and USB printers that are played
#        by the test program itself (raw_gadget on dummy_hcd): the debug kernel has both
# shellcheck disable=SC2317 # functions that others call
. "$(dirname "$0")/common.sh"

need() {
	"$@" && return
	fail "$*"
	finish
}

! loaded usblp || need rmmod usblp
load_modules printport printport_usb
need modprobe usbmon
need modprobe dummy_hcd is_high_speed=1
need modprobe raw_gadget
need soon 5 test -c /dev/raw-gadget -a -c /dev/usbmon0

run usb_hostile_test "$@"

no_ports() {
	[ -z "$(find /sys/class/printport -mindepth 1 2>/dev/null)" ]
}

check "no port is left" soon 5 no_ports
check "raw_gadget goes" rmmod raw_gadget
check "dummy_hcd goes" rmmod dummy_hcd
check "unload" rmmod printport_usb printport
finish
