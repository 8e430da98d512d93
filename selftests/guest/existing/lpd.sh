# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# BSD's line printer daemon (package lpr): printcap(5), lpd(8), lpr(1), lpq(1), lprm(1).

# printcap_for QUEUE...: all of them print on the port
printcap_for() {
	local queue
	for queue; do
		install -d -o lp -g lp -m 2775 "/var/spool/lpd/$queue" || return
		echo "$queue:lp=$node:sd=/var/spool/lpd/$queue:lf=$work/lpd-errors:mx#0:sh:sf:"
	done >/etc/printcap
}

# -s: no network
lpd_begin() {
	rm -f /run/lpd.pid /dev/printer
	lpd -s 2>"$said" 8>&- && soon 10 test -S /dev/printer
}

lpd_pid() {
	local pid
	pid=$(sed -n 1p /run/lpd.pid 2>/dev/null) && [ -n "$pid" ] && echo "$pid"
}

lpd_end() {
	local pid
	pid=$(lpd_pid) && kill "$pid" && tail --pid="$pid" -s 0.1 -f /dev/null
}

queue_empty() {
	[ "$(lpq -P"$1" 2>/dev/null)" = "no entries" ]
}

queue_says() {
	lpq -P"$1" 2>&1 | grep -qE "$2"
}

# next_second: lpd orders jobs by their time in seconds
next_second() {
	local now=$EPOCHSECONDS
	while [ "$EPOCHSECONDS" -eq "$now" ]; do
		sleep 0.05
	done
}

lpr_from_pipe() {
	# shellcheck disable=SC2002 # a pipe, not a file
	cat "$1" | lpr -Poffice -l
}

lpd_prints() {
	sending "$text"
	check "lpr: a text" lpr -Poffice "$text"
	check "lpd: the text is on paper" on_paper
	next_second
	sending "$bytes"
	check "lpr: bytes, from a pipe" lpr_from_pipe "$bytes"
	next_second
	sending "$long"
	check "lpr: a long document" lpr -Poffice -l "$long"
	check "lpd: both are on paper, each byte once and in order" on_paper
	check "lpq: the queue is empty" soon 20 queue_empty office
}

# While somebody else holds the port lpd waits for it.
lpd_waits_for_port() {
	hold "$text"
	check "lpd: busy: lpr accepts a job" lpr -Poffice -l "$bytes"
	check "lpd: busy: lpq says that it waits" soon 20 queue_says office 'waiting for office'
	check "lpd: busy: nothing is printed" on_paper
	release
	sending "$bytes"
	check "lpd: free: the job is on paper" on_paper
	check "lpd: free: the queue is empty" soon 20 queue_empty office
}

lpd_waits_for_paper() {
	paper_out
	check "lpd: no paper: lpr accepts a job" lpr -Poffice -l "$long"
	check "lpd: no paper: the job has begun" soon 20 has_queued 1000
	check "lpd: no paper: lpq shows it" queue_says office 'active|root'
	next_second
	check "lpd: no paper: lpr accepts another" lpr -Poffice -l "$bytes"
	paper_in
	sending "$long" "$bytes"
	check "lpd: new paper: both are printed" on_paper
	check "lpd: new paper: the queue is empty" soon 20 queue_empty office
}

# Jobs of two queues do not mix.
lpd_has_two_queues() {
	paper_out
	lpr -Poffice -l "$long"
	soon 20 has_queued 1000
	lpr -Ptill -l "$text"
	check "lpd: two queues: one waits for the other" soon 20 queue_says till 'waiting for till'
	paper_in
	sending "$long" "$text"
	check "lpd: two queues: both are printed, one after the other" on_paper
	check "lpd: two queues: both are empty" soon 30 queue_empty till
}

lprm_removes() {
	paper_out
	lpr -Poffice -l "$long"
	soon 20 has_queued 1000
	check "lprm: the active job" eval "lprm -Poffice - >'$said' 2>&1"
	check "lprm: the queue is empty" soon 20 queue_empty office
	paper_in
	check "lprm: the port is free" soon 20 port_closed
	check "lprm: a beginning is on paper" soon 5 on_paper_partly "$long"
	sending "$text"
	check "lprm: the next job" lpr -Poffice -l "$text"
	check "lprm: the next job is printed" on_paper
}

lpd_is_unplugged() {
	paper_out
	lpr -Poffice -l "$long"
	soon 20 has_queued 1000
	sim_unplug
	on_paper_partly "$long" || fail "lpd: unplugged: what was printed is no beginning"
	check "lpd: unplugged: the job stays in the queue" queue_says office root
	check "lpd: plugged in again" sim_plug
	check "lpc: start" eval "lpc start office >'$said'"
	sending "$long"
	check "lpd: plugged in again: the whole job is on paper" on_paper
	check "lpd: plugged in again: the queue is empty" soon 20 queue_empty office
}

lpd_on_sim() {
	package_needed lpd lpr || return
	paper_new lpd
	check "lpd: a printer" sim_up lpd
	check "lpd: printcap" printcap_for office till
	check "lpd: begins" lpd_begin
	lpd_prints
	lpd_waits_for_port
	lpd_waits_for_paper
	lpd_has_two_queues
	lprm_removes
	lpd_is_unplugged
	check "lpd: ends" lpd_end
	check "lpd: the printer goes" sim_down
}
