# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# p910nd: a printer behind TCP port 9100, as print servers and CUPS's socket backend want it.

# p910nd_begin [OPTION...]: listens on this machine only
p910nd_begin() {
	mkdir -p /var/lock/p910nd /run/lock/p910nd
	stdbuf -oL p910nd -d -f "$node" -i 127.0.0.1 "$@" 0 >"$work/p910nd.log" 2>&1 8>&- &
	server=$!
	soon 10 listens
}

p910nd_end() {
	kill "$server" && wait "$server"
	! listens
} 2>/dev/null

# In /proc, as a connection would be a job.
listens() {
	grep -q '0100007F:238C 00000000:0000 0A' /proc/net/tcp
}

to_9100() {
	bounded 60 nc -N 127.0.0.1 9100
}

# send FILE: a client that wants no answer
send() {
	to_9100 <"$1" >/dev/null
}

p910nd_prints() {
	sending "$text" "$long"
	check "p910nd$1: a client sends a text" send "$text"
	check "p910nd$1: and a long document" send "$long"
	check "p910nd$1: both are on paper, each byte once and in order" on_paper
}

# ask FILE WANT GOT: a client that keeps the connection until it has the answer
ask() {
	# shellcheck disable=SC2094 # it is the other end that writes
	{
		cat "$1"
		soon 20 cmp -s "$2" "$3"
	} | to_9100 >"$3"
}

# The printer's answer comes back over the connection of who asked.
p910nd_answers() {
	local want=$work/answer.want got=$work/answer
	printf '@PJL INFO STATUS\r\nCODE=10001\r\n\f' >"$want"
	: >"$got"
	ask "$text" "$want" "$got" &
	sending "$text"
	check "p910nd -b: the question is on paper" on_paper
	cat "$want" >&8
	wait $!
	check "p910nd -b: the client has the answer" cmp "$got" "$want"
}

# A client waits while somebody else holds the port, and while there is no paper.
p910nd_waits() {
	hold "$text"
	send "$bytes" &
	sleep 1
	check "p910nd: busy: nothing is printed" on_paper
	release
	sending "$bytes"
	check "p910nd: free: the client's bytes are on paper" on_paper
	wait $!
	paper_out
	send "$long" &
	check "p910nd: no paper: the job has begun" soon 20 has_queued 1000
	paper_in
	sending "$long"
	check "p910nd: new paper: all is printed" on_paper
	wait $!
}

# A client that dies in the middle: what it had sent is printed, then the next one's.
p910nd_client_dies() {
	paper_out
	nc -N 127.0.0.1 9100 <"$long" >/dev/null &
	check "p910nd: client gone: the job has begun" soon 20 has_queued 1000
	kill -KILL $!
	wait $! 2>/dev/null
	paper_in
	check "p910nd: client gone: the port is free" soon 20 port_closed
	check "p910nd: client gone: a beginning is on paper" soon 5 on_paper_partly "$long"
	sending "$text"
	check "p910nd: client gone: the next one sends" send "$text"
	check "p910nd: client gone: and it is on paper" on_paper
}

p910nd_is_unplugged() {
	paper_out
	send "$long" &
	soon 20 has_queued 1000
	sim_unplug
	on_paper_partly "$long" || fail "p910nd: unplugged: what was printed is no beginning"
	check "p910nd: unplugged: the log says so" soon 10 says "$work/p910nd.log" "No such device"
	wait $!
	check "p910nd: plugged in again" sim_plug
	sending "$text"
	check "p910nd: plugged in again: a client sends" send "$text"
	check "p910nd: plugged in again: it is on paper" on_paper
}

p910nd_on_sim() {
	if ! package_needed p910nd p910nd || ! package_needed nc netcat-openbsd; then
		return
	fi
	ip link set lo up
	paper_new p910nd
	check "p910nd: a printer" sim_up p910nd
	check "p910nd: begins" p910nd_begin
	p910nd_prints ""
	p910nd_waits
	p910nd_client_dies
	p910nd_is_unplugged
	check "p910nd: ends" p910nd_end
	check "p910nd -b: begins" p910nd_begin -b
	p910nd_prints " -b"
	p910nd_answers
	check "p910nd -b: ends" p910nd_end
	check "p910nd: the printer goes" sim_down
}
