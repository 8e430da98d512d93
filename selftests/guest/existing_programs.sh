#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: existing_programs.sh [PART...]     programs of Debian, unchanged, on print ports
# Parts: commands, commands_all (each fault with each program: takes minutes), lpd_on_sim,
# p910nd_on_sim, cups_on_sim, on_usb, on_parallel. PRINTPORT_ROOT=debian: nothing is skipped.
# shellcheck disable=SC2317 # functions that others call
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/existing/paper.sh"
. "$(dirname "$0")/existing/commands.sh"
. "$(dirname "$0")/existing/lpd.sh"
. "$(dirname "$0")/existing/p910nd.sh"
. "$(dirname "$0")/existing/cups_file.sh"
. "$(dirname "$0")/existing/devices.sh"

parts=(commands lpd_on_sim p910nd_on_sim cups_on_sim on_usb on_parallel)
[ $# -eq 0 ] || parts=("$@")

load_modules printport printport_sim
check "documents" documents
check "udevd" udev_up
for part in "${parts[@]}"; do
	"$part"
	echo "# $part: $SECONDS s"
done
check "udevd ends" udev_down
check "unload" rmmod printport_sim printport
rm -rf "$work"
finish
