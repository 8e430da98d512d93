# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# The same programs on a USB printer and on a parallel one.

# port_ready TRANSPORT
port_ready() {
	port=$(port_of "$1") && node=/dev/$port && node_ready
}

usb_id='MFG:Acme;MDL:Mono 1;CMD:PJL,PS;SN:X42;'

usb_plug() {
	soon 20 port_ready usb && reader_begin "$gadget_node"
}

# f_printer does not survive each unplugging with a reader.
usb_unplug() {
	reader_end
	gadget_unplug
	soon 10 test ! -e "$node"
}

# status_is WORDS: LPGETSTATUS, as a program of lp's time asks for it
status_is() {
	[ "$("$LIBC_ONLY/libc_only" status "$node")" = "$1" ]
}

usb_answers() {
	local asker
	"$LIBC_ONLY/libc_only" ask "$node" "$text" >"$work/answer" 2>"$said" 8>&- &
	asker=$!
	sending "$text"
	check "usb: libc: the question is on paper" on_paper
	reader_pause
	echo 'ready' >&8
	reader_resume
	check "usb: libc: it ends well" wait $asker
	check "usb: libc: the answer" test "$(cat "$work/answer")" = ready
}

# A name that a program insists on, by the rule of Documentation/migrating.md.
old_name() {
	local rule='^SUBSYSTEM=="printport", .*SYMLINK+="usb/lp0"$'
	grep "$rule" "$(dirname "$0")/../../Documentation/migrating.md" \
		>/run/udev/rules.d/90-till.rules
	udevadm control --reload && udevadm trigger --settle --subsystem-match=printport
	check "usb: /dev/usb/lp0 by a rule" test /dev/usb/lp0 -ef "$node"
	check "usb: /dev/usb/lp0: cp" cp "$bytes" /dev/usb/lp0
	sending "$bytes"
	check "usb: /dev/usb/lp0: it is on paper" on_paper
}

# What --device of a container does: a node of its own with the same number.
in_container() {
	local numbers
	numbers=$(stat -c '%Hr %Lr' "$node")
	# shellcheck disable=SC2016 # for the shell in there
	check "usb: container: cat" unshare --mount --pid --fork sh -c '
		mount -t tmpfs none /mnt && mkdir /mnt/usb && mknod /mnt/usb/lp0 c $1 &&
			cat "$2" >/mnt/usb/lp0' sh "$numbers" "$bytes"
	sending "$bytes"
	check "usb: container: it is on paper" on_paper
}

# unplugged_under NAME
usb_unplugged_under() {
	local code
	reader_end
	with_in_background "$1" "$long"
	check "usb: $1: unplugged: the job has begun" soon 20 has_queued 1000
	gadget_unplug
	ended
	code=$?
	check "usb: $1: unplugged: its exit code is $code" test "$code" -ne 0 -a "$code" -ne 124
	# The transfer may fail before the bus says that the device is gone.
	check "usb: $1: unplugged: what it says" \
		grep -qE 'No such device|Input/output error' "$said"
	soon 10 test ! -e "$node"
	paper_blank
	gadget_plug
	check "usb: $1: plugged in again" usb_plug
	sending "$bytes"
	check "usb: $1: and prints again" with "$1" "$bytes"
	check "usb: $1: and it is on paper" on_paper
}

on_usb() {
	local name id
	shopt -s extglob
	paper_new usb
	load_modules printport_usb
	check "usb: a printer" gadget_up "$usb_id"
	soon 20 usb_plug || {
		fail "usb: no port"
		return
	}
	for name in cat cp dd-fsync tee libc libc-poll; do
		command_prints "$name"
		command_finds_it_busy "$name"
	done
	# With what f_printer of 6.1 left of the spaces behind it.
	id=$("$LIBC_ONLY/libc_only" id "$node")
	check "usb: LPIOC_GET_DEVICE_ID" test "${id%%*( )}" = "$usb_id"
	id=$("$LIBC_ONLY/32/libc_only" id "$node")
	check "usb: LPIOC_GET_DEVICE_ID, 32 bits" test "${id%%*( )}" = "$usb_id"
	check "usb: LPGETSTATUS" status_is "paper on-line ok"
	usb_answers
	old_name
	in_container
	for name in cp tee; do
		usb_unplugged_under "$name"
	done
	usb_unplug
	check "usb: the gadget goes" gadget_down
	check "usb: unload" rmmod printport_usb
}

# What it prints the host has, see parport-compare: here only what it counts.
on_parallel() {
	local name size document=$work/parallel expected=$work/expected
	modprobe parport_pc 2>/dev/null
	load_modules printport_parport
	soon 10 port_ready parport || {
		skipped=$((skipped + 1))
		echo "skipped on_parallel: this machine has no parallel port"
		rmmod printport_parport
		return
	}
	head -c 20000 "$long" >"$document"
	for name in cat append cp dd dd-fsync tee libc libc-poll; do
		check "parallel: $name" with "$name" "$document"
		cat "$document" >>"$expected"
	done
	size=$(stat -c %s "$expected")
	check "parallel: each byte is delivered" attribute "$port" stats/bytes_delivered "$size"
	check "parallel: nothing is lost" attribute "$port" stats/bytes_lost 0
	check "parallel: LPGETSTATUS" "$LIBC_ONLY/libc_only" status "$node"
	if [ -n "${PRINTPORT_OUT-}" ]; then
		cp "$expected" "$PRINTPORT_OUT/expected"
		sha256sum <"$expected" | sed "s/-/$size bytes/" >"$PRINTPORT_OUT/expected.sha256"
	fi
	check "parallel: unload" rmmod printport_parport
}
