# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# One-line programs: each a line for sh, in which $1 is the document and $2 the node.

declare -A line=(
	[cat]='cat "$1" >"$2"'
	[append]='cat "$1" >>"$2"'
	[read-write]='cat "$1" 1<>"$2"'
	[descriptor]='exec 3>"$2" && cat "$1" >&3'
	[bash]='exec bash -c '\''exec 3>"$2" || exit; cat <"$1" >&3'\'' bash "$1" "$2"'
	[cp]='cp "$1" "$2"'
	[dd]='dd bs=64k if="$1" of="$2"'
	[dd-fsync]='dd bs=512 conv=fsync if="$1" of="$2"'
	[dd-sync]='dd bs=8k oflag=sync if="$1" of="$2"'
	[dd-append]='dd ibs=1000 obs=4k conv=notrunc,fdatasync oflag=append if="$1" of="$2"'
	[tee]='tee "$2" <"$1" >/dev/null'
	[head]='head -c 100000000 "$1" >"$2"'
	[perl]='perl -e '\''open(P, ">", $ARGV[1]) && open(F, $ARGV[0]) || die "$!\n";
		binmode P; while (read F, $b, 5000) { print P $b or die "$!\n" }
		close P or die "$!\n"'\'' "$1" "$2"'
	[libc]='"$LIBC_ONLY/libc_only" print "$2" "$1"'
	[libc-poll]='"$LIBC_ONLY/libc_only" poll "$2" "$1"'
	[libc-32]='"$LIBC_ONLY/32/libc_only" print "$2" "$1"'
	[python]='python3 -c '\''import sys; p = open(sys.argv[2], "wb")
p.write(open(sys.argv[1], "rb").read()); p.close()'\'' "$1" "$2"'
	[python-raw]='python3 -c '\''import os, sys; p = os.open(sys.argv[2], os.O_RDWR)
d = open(sys.argv[1], "rb").read()
while d: d = d[os.write(p, d[:4096]):]
os.close(p)'\'' "$1" "$2"'
	[socat]='socat -u OPEN:"$1" OPEN:"$2",wronly'
	[busybox-cat]='busybox cat "$1" >"$2"'
	[busybox-dd]='busybox dd bs=3k if="$1" of="$2"'
	[busybox-cp]='busybox cp "$1" "$2"'
)
order=(cat append read-write descriptor bash cp dd dd-fsync dd-sync dd-append tee head perl
	libc libc-poll libc-32 python python-raw socat busybox-cat busybox-dd busybox-cp)
# With these also what can go wrong, with some of it only a busy port.
thorough=(cat dd-fsync libc-poll python)
refused=("${thorough[@]}" cp tee bash perl socat busybox-cat libc-32)
export LIBC_ONLY=$programs

# with NAME FILE: prints FILE with that program
with() {
	bounded 60 sh -c "${line[$1]}" sh "$2" "$node" 2>"$said" 8>&-
}

# with_in_background NAME FILE: the same, with a process group of its own; sets program
with_in_background() {
	set -m
	sh -c "${line[$1]}" sh "$2" "$node" 2>"$said" 8>&- &
	program=$!
	set +m
}

# ended: how the program in the background ended
ended() {
	bounded 30 tail --pid="$program" -s 0.05 -f /dev/null || return 124
	wait "$program"
} 2>/dev/null

running() {
	kill -0 "$program" 2>/dev/null
}

command_prints() {
	check "$1: prints, and says nothing" with "$1" "$long"
	sending "$long"
	check "$1: each byte is on paper, once and in order" on_paper
}

# Somebody else holds the port: the program says so, and the other's job has no hole.
command_finds_it_busy() {
	hold "$text"
	refused "$1: busy: its exit code" with "$1" "$bytes"
	check "$1: busy: what it says" says "$said" "Device or resource busy"
	check "$1: busy: the other's job is undisturbed" on_paper
	release
}

# Out of paper in the middle: the program waits, and has printed everything in the end.
command_waits_for_paper() {
	paper_out
	with_in_background "$1" "$long"
	check "$1: no paper: the job has begun" soon 20 has_queued 1000
	check "$1: no paper: the reason" attribute "$port" reasons media-empty
	check "$1: no paper: it waits" running
	paper_in
	sending "$long"
	check "$1: new paper: it ends well" ended
	check "$1: new paper: all is printed" on_paper
}

command_is_unplugged() {
	local code
	paper_out
	with_in_background "$1" "$long"
	check "$1: unplugged: the job has begun" soon 20 has_queued 1000
	echo 0 >"$sim/live"
	ended
	code=$?
	check "$1: unplugged: its exit code is $code" test "$code" -ne 0 -a "$code" -ne 124
	check "$1: unplugged: what it says" says "$said" "No such device"
	sim_unplug
	on_paper_partly "$long" || fail "$1: unplugged: what was printed is no beginning"
	check "$1: plugged in again" sim_plug
	sending "$bytes"
	check "$1: and prints again" with "$1" "$bytes"
	check "$1: and it is on paper" on_paper
}

# Killed in the middle: what was accepted is printed, and behind it the next one's, all of it.
command_is_killed() {
	paper_out
	with_in_background "$1" "$long"
	check "$1: killed: the job has begun" soon 20 has_queued 1000
	kill -KILL -- "-$program"
	wait "$program" 2>/dev/null
	paper_in
	check "$1: killed: the port is free again" soon 20 port_closed
	check "$1: killed: a beginning is on paper" soon 5 on_paper_partly "$long"
	sending "$text"
	check "$1: killed: the next one prints" with "$1" "$text"
	check "$1: killed: all of the next one" on_paper
}

# available NAME: whether what the line wants is installed
available() {
	case $1 in
	python*) package_needed python3 python3 ;;
	socat) package_needed socat socat ;;
	busybox*) package_needed busybox busybox-static ;;
	esac
}

# commands_on_sim PROGRAM...
commands_on_sim() {
	local name
	paper_new commands
	check "commands: a printer" sim_up commands
	for name; do
		available "$name" || continue
		command_prints "$name"
		[[ " ${refused[*]} " != *" $name "* ]] || command_finds_it_busy "$name"
		if [[ " ${thorough[*]} " = *" $name "* ]]; then
			command_waits_for_paper "$name"
			command_is_unplugged "$name"
			command_is_killed "$name"
		fi
		check "$name: nothing else is on paper" on_paper
		paper_blank
	done
	check "commands: the printer goes" sim_down
}

commands() {
	commands_on_sim "${order[@]}"
}

# Every fault with every program: takes minutes.
commands_all() {
	local thorough=("${order[@]}") refused=("${order[@]}")
	commands_on_sim "${order[@]}"
}
