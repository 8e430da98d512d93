# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# Printers whose paper can be looked at: each byte that reached one of them is kept, and
# compared with everything that was sent to it since the beginning.

work=$(mktemp -d)
chmod 755 "$work"
# What a program says.
said=$work/said

# Text; each byte value; and each byte value with more than fits into a queue and a
# printer's memory.
text=$work/text
bytes=$work/bytes
long=$work/long

documents() {
	seq 1 500 | sed 's/.*/line & of a letter/' >"$text"
	printf '%b' "$(printf '\\0%03o' {0..255})" >"$bytes"
	{
		cat "$bytes"
		head -c 400001 /dev/urandom
	} >"$long"
	chmod 644 "$text" "$bytes" "$long"
}

# udev_up: the project's rules
udev_up() {
	mkdir -p /run/udev/rules.d /usr/lib/udev
	cp "$(dirname "$0")"/../../tools/udev/*.rules /run/udev/rules.d/ || return
	[ ! -x "$PRINTPORT_TOOLS/printport_id" ] ||
		cp "$PRINTPORT_TOOLS/printport_id" /usr/lib/udev/ || return
	/lib/systemd/systemd-udevd --daemon && udevadm trigger && udevadm settle
}

udev_down() {
	udevadm control --exit
}

node_ready() {
	[ "$(stat -c %G "$node" 2>/dev/null)" = lp ]
}

# paper_new NAME: blank paper, for the printer that is set up next
paper_new() {
	paper=$work/$1.paper
	sent=$work/$1.sent
	paper_blank
}

# paper_blank: what is on it was looked at
paper_blank() {
	: >"$paper"
	: >"$sent"
}

# reader_begin NODE: the printer's side; what is written to descriptor 8 is its answer
reader_begin() {
	exec 8<>"$1" && reader_resume
}

reader_resume() {
	cat <&8 >>"$paper" 8>&- &
	reader=$!
}

# f_printer takes no answer while somebody waits for what is printed.
reader_pause() {
	kill "$reader" 2>/dev/null
	wait "$reader"
} 2>/dev/null

reader_end() {
	reader_pause
	exec 8>&-
}

# sim_up NAME: a simulated printer; sets sim, port, node
sim_up() {
	sim=$sims/$1
	mkdir -p "$sim" && sim_plug
}

sim_plug() {
	echo 0 >"$sim/stall"
	echo none >"$sim/reasons"
	echo 1 >"$sim/live" || return
	port=$(cat "$sim/port")
	node=/dev/$port
	soon 10 node_ready && reader_begin "/dev/$(cat "$sim/printer")"
}

sim_unplug() {
	echo 0 >"$sim/live" && reader_end
	soon 10 test ! -e "$node"
}

sim_down() {
	sim_unplug && rmdir "$sim"
}

# The printer takes nothing, and says why; and goes on.
paper_out() {
	echo media-empty >"$sim/reasons" && echo 1 >"$sim/stall"
}

paper_in() {
	echo none >"$sim/reasons" && echo 0 >"$sim/stall"
}

# sending FILE...: they must be next on the paper
sending() {
	cat "$@" >>"$sent"
}

all_arrived() {
	[ "$(stat -c %s "$paper")" -ge "$(stat -c %s "$sent")" ]
}

# on_paper: whether exactly what was sent is on it, each byte once and in order
on_paper() {
	soon 30 all_arrived || {
		echo "# $(stat -c %s "$paper") bytes on paper of $(stat -c %s "$sent")"
		return 1
	}
	cmp "$paper" "$sent"
}

# on_paper_partly FILE: as on_paper, and then a beginning of FILE, which becomes what was sent
on_paper_partly() {
	local part
	part=$(($(stat -c %s "$paper") - $(stat -c %s "$sent")))
	[ "$part" -ge 0 ] && [ "$part" -le "$(stat -c %s "$1")" ] || return
	head -c "$part" "$1" >>"$sent"
	on_paper
}

port_closed() {
	attribute "$port" state closed
}

# has_queued BYTES: whether the port has accepted that many and not delivered them
has_queued() {
	local queued
	queued=$(attribute "$port" queued) && [ "$queued" -ge "$1" ]
}

# hold FILE: somebody prints it and keeps the port open, until release
hold() {
	{
		cat "$1"
		exec sleep 1000
	} >"$node" 8>&- &
	holder=$!
	sending "$1"
	on_paper
}

release() {
	kill "$holder"
	wait "$holder"
	soon 10 port_closed
} 2>/dev/null

# says FILE TEXT: whether a program said so
says() {
	grep -qF -- "$2" "$1" && return
	sed 's/^/# /' "$1" | tail -n 5
	return 1
}

# package_needed PROGRAM PACKAGE: false, and counted as skipped, where it is not installed
package_needed() {
	command -v "$1" >/dev/null && return
	if [ "${PRINTPORT_ROOT-}" = debian ]; then
		fail "$1: package $2 is missing"
	else
		skipped=$((skipped + 1))
		echo "skipped $1: package $2 is not installed"
	fi
	return 1
}
