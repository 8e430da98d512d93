#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: shutdown.sh      reboots the machine while 1,000 bytes are on their way to a
#                         printer that is stalled, and 500 to one that is slow
. "$(dirname "$0")/common.sh"

# printer NAME ATTRIBUTE VALUE BYTES: gets BYTES, which nobody waits for
printer() {
	local port
	mkdir "$sims/$1" && echo "$3" >"$sims/$1/$2" && echo 1 >"$sims/$1/sink" || return
	echo 1 >"$sims/$1/live" || return
	port=$(cat "$sims/$1/port")
	echo 0 >"/sys/class/printport/$port/limits/close_ms"
	head -c "$4" /dev/zero >"/dev/$port"
}

load_modules printport printport_sim
echo 3000 >/sys/module/printport/parameters/shutdown_ms
printer stalled stall 1 1000
printer slow rate 500 500
busybox reboot -f
