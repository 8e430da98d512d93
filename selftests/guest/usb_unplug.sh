#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: usb_unplug.sh [--quick | --rounds N]     a USB printer is unplugged at random moments
#
# N times by its cable, and as often by unbinding its driver; without N for as long as
# half a minute each.
. "$(dirname "$0")/common.sh"

load_modules printport printport_usb
check "gadget" gadget_up 'MFG:Acme;MDL:Mono 1;CMD:PJL,PS;SN:X42;'
soon 10 port_of usb >/dev/null || {
	fail "no port"
	finish
}
echo "# cable: the hub tells the driver; sysfs: the driver is unbound, the device stays"
run usb_unplug_test "$@"
check "gadget goes" gadget_down
check "unload" rmmod printport_usb printport
finish
