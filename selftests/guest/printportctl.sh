#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: printportctl.sh     the verbs of ports: list show status watch wait print jobs query
#                            abort reset limits
# Beyond what common.sh wants in the environment: PRINTPORT_TOOLS (printportctl, printportd).
# shellcheck disable=SC2317 # functions that others call
# shellcheck disable=SC2016 # expressions that eval expands
. "$(dirname "$0")/common.sh"

work=$(mktemp -d)
chmod 755 "$work"
export PRINTPORTD_RUNTIME_DIR=$work/printportd
mkdir -p "$PRINTPORTD_RUNTIME_DIR"
# Where every user may read it.
public_tools "$work/bin" && install -m 755 "$PRINTPORT_TOOLS/printportctl" "$work/bin/" || exit 1
export LD_LIBRARY_PATH=$work/bin

ctl=$work/bin/printportctl

# as_nobody, as_printer_user ARG...: printportctl in the name of others
as_nobody() {
	setpriv --reuid=nobody --regid=nogroup --clear-groups "$ctl" "$@"
}

as_printer_user() {
	setpriv --reuid=nobody --regid=nogroup --groups lp "$ctl" "$@"
}

# gives CODE PATTERN COMMAND...: whether it ends with this code and says this
gives() {
	local wanted=$1 pattern=$2 said code
	shift 2
	said=$(bounded 60 "$@" 2>&1 </dev/null)
	code=$?
	[ "$code" -eq "$wanted" ] && grep -qE -- "$pattern" <<<"$said" && return
	echo "# code $code: $said"
	return 1
}

# `timeout` runs programs, not functions.
export -f as_nobody as_printer_user
export ctl
gives_ctl() {
	gives "$1" "$2" "$ctl" "${@:3}"
}

gives_as() {
	gives "$2" "$3" bash -c '"$@"' bash "$1" "${@:4}"
}

# json EXPRESSION COMMAND...: whether what it says is JSON, and the expression true of it (d)
json() {
	local expression=$1 said
	shift
	said=$("$@" 2>&1) || return
	is_json "$expression" <<<"$said" && return
	echo "# $said"
	return 1
}

is_json() {
	python3 -c 'import json, sys
d = json.load(sys.stdin)
sys.exit(not eval("(" + sys.argv[1] + ")"))' "$1"
}

# event EXPRESSION FILE: whether one of its lines is such an object (d)
event() {
	python3 -c 'import json, sys
for line in open(sys.argv[2]):
    if line.endswith("\n"):
        d = json.loads(line)
        if eval("(" + sys.argv[1] + ")"):
            sys.exit(0)
sys.exit(1)' "$1" "$2"
}

# harmless COMMAND...: whether it says nothing that a terminal would obey
harmless() {
	! "$@" 2>&1 | LC_ALL=C grep -aP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80\xae'
}

# sim_add NAME [ID]: sets port, index
sim_add() {
	mkdir -p "$sims/$1" || return
	[ -z "${2-}" ] || printf '%s' "$2" >"$sims/$1/device_id"
	echo 1 >"$sims/$1/sink"
	echo 1 >"$sims/$1/live" && soon 10 test -e "/dev/$(cat "$sims/$1/port")" || return
	port=$(cat "$sims/$1/port")
	index=${port#printport}
	udevadm settle
}

sim_set() {
	echo "$3" >"$sims/$1/$2"
}

# paper NAME out|in
paper() {
	if [ "$2" = out ]; then
		echo media-empty >"$sims/$1/reasons"
		echo 1 >"$sims/$1/stall"
	else
		echo none >"$sims/$1/reasons"
		echo 0 >"$sims/$1/stall"
	fi
}

ended() {
	! kill -0 "$1" 2>/dev/null
}

# ends PID CODE: whether a background command ends, with this code
ends() {
	local code
	soon 20 ended "$1" || {
		kill -9 "$1"
		return 1
	}
	wait "$1"
	code=$?
	[ "$code" -eq "$2" ] && return
	echo "# code $code: $(cat "$work/said")"
	return 1
}

# hold: somebody prints on the port, which is out of paper; sets spooler
hold() {
	paper office out
	"$ctl" print --user anna -n letter "$index" "$work/document" >"$work/held" 2>&1 &
	spooler=$!
	soon 10 attribute "$port" status stopped && soon 10 holds_bytes
}

holds_bytes() {
	[ "$(cat "/sys/class/printport/$port/queued")" -gt 0 ]
}

let_go() {
	paper office in
	ends "$spooler" 0 && soon 10 attribute "$port" state closed
}

head -c 600000 /dev/urandom >"$work/document"
echo hello >"$work/small"

# --- without the module -----------------------------------------------------------------

without_module() {
	for words in list status 'show 0' watch 'wait 0 idle' 'print 0 /dev/null' 'jobs 0' \
		'query 0 ID' 'abort 0' 'reset 0' 'limits 0'; do
		# shellcheck disable=SC2086 # words
		gives_ctl 3 'module printport is not loaded' $words || return
	done
}

check "not loaded: a sentence, code 3" without_module
check "not loaded: wait for one" gives_ctl 7 'not present in time' wait --timeout 0.3 0 present

load_modules printport printport_sim
# Links, mode and properties as the project's rules give them, for these two printers.
mkdir -p /run/udev/rules.d
cat >/run/udev/rules.d/99-test.rules <<'END'
SUBSYSTEM!="printport", GOTO="end"
KERNEL!="printport[0-9]*", GOTO="end"
GROUP="lp", MODE="0660"
ATTR{ieee1284_id}=="*SN:office;*", ENV{PRINTPORT_ID}="sim-Acme_Mono_1_office", \
	ENV{PRINTPORT_NAME}="till", ENV{PRINTPORT_LOCATION}="under the stairs", \
	ENV{PRINTPORT_CONFIG}="/etc/printport/till.conf", \
	SYMLINK+="printport/by-id/sim-Acme_Mono_1_office printport/by-name/till"
ATTR{ieee1284_id}=="*SN:late;*", ENV{PRINTPORT_ID}="sim-late", SYMLINK+="printport/by-id/sim-late"
LABEL="end"
END
if [ -x /lib/systemd/systemd-udevd ] && [ ! -e /run/udev/control ]; then
	/lib/systemd/systemd-udevd --daemon
else
	udevadm control --reload
fi
check "no printer: an empty list" json 'd == []' "$ctl" list --json

id='MFG:Acme;MDL:Mono 1;CMD:PJL;SN:office;'
sim_add office "$id" || fail "a simulated printer"
no_port() {
	for words in 'status 77' 'show 77' 'watch 77' 'wait 77 idle' 'print 77 /dev/null' \
		'jobs 77' 'query 77 ID' 'abort 77' 'reset 77' 'limits 77' 'limits 77 open=1' \
		'show by-id/none' 'show nonesuch' 'show /dev/null' 'show 99999' 'show ../x'; do
		# shellcheck disable=SC2086 # words
		gives_ctl 3 'there is no print port' $words || return
	done
}
check "no such port: a sentence, code 3" no_port

usage() {
	for words in '' 'nonesuch' 'list x' 'list --nonesuch' 'show' 'wait 0' 'wait 0 happy' \
		'print' 'print --wait never 0' 'print --timeout -1 0' 'jobs' 'jobs -n x 0' 'query 0' \
		'abort' 'reset' 'limits' 'watch --count 0' 'watch --timeout 1y'; do
		# shellcheck disable=SC2086 # words
		gives_ctl 2 'usage: printportctl' $words || return
	done
	for words in list show status watch wait print jobs query abort reset limits; do
		gives_ctl 0 "usage: printportctl $words" "$words" --help || return
	done
}
check "usage" usage

# --- list, show, status -----------------------------------------------------------------

check "list: its name" gives_ctl 0 "/dev/$port +sim +closed +idle +none +Acme Mono 1 +by-name/till" list
check "list --json" json "d[0]['node'] == '/dev/$port' and d[0]['name'] == 'till' and
	d[0]['id'] == 'sim-Acme_Mono_1_office' and d[0]['printer'] == 'Acme Mono 1'" "$ctl" list --json
any_name() {
	local name
	for name in "$index" "$port" "/dev/$port" till by-name/till \
		by-id/sim-Acme_Mono_1_office /dev/printport/by-id/sim-Acme_Mono_1_office; do
		"$ctl" show "$name" | grep -qx "/dev/$port" || return
	done
}
check "a port by any name" any_name
check "show: links and location" eval '"$ctl" show till >"$work/said" &&
	grep -q "location  *under the stairs" "$work/said" &&
	grep -q "link  */dev/printport/by-id/sim-Acme_Mono_1_office" "$work/said" &&
	grep -q "configuration  */etc/printport/till.conf" "$work/said" &&
	grep -q "limits/close_ms  *10000" "$work/said" && grep -q "stats/errors  *0" "$work/said"'
check "show --json" json "d['limits']['close_ms'] == 10000 and d['stats']['errors'] == 0 and
	d['location'] == 'under the stairs' and len(d['links']) == 2 and d['state'] == 'closed' and
	d['ieee1284_id'].startswith('MFG:Acme')" "$ctl" show --json till
check "status --json: one object" json "d['port'] == '$port' and d['status'] == 'idle' and
	d['reasons'] == [] and d['queued'] == 0 and d['job'] is None and d['monitor'] is None and
	d['name'] == 'till' and d['path'] is None and d['transport'] == 'sim'" \
	"$ctl" status --json till
check "status --json: an array" json "len(d) == 1 and d[0]['port'] == '$port'" "$ctl" status --json
check "status: for two of which one is not there" gives_ctl 3 "$port: Acme Mono 1 \(by-name/till\)" \
	status till 77

# --- print ------------------------------------------------------------------------------

printed() {
	cat "$sims/office/bytes_printed"
}
prints() {
	local before
	before=$(printed)
	"${@:2}" && [ $(($(printed) - before)) -eq "$1" ]
}
check "print: a file" prints 600000 "$ctl" print till "$work/document"
check "print: two files, in one open" prints 12 "$ctl" print "$index" "$work/small" "$work/small"
check "print: no file is standard input" prints 6 eval '"$ctl" print till <"$work/small"'
check "print: -" prints 6 eval 'echo hello | "$ctl" print till -'
check "print: fd:3" prints 6 eval '"$ctl" print fd:3 "$work/small" 3>"/dev/$port"'
check "print: fd:3 that does not wait" prints 600000 python3 -c 'import os, subprocess, sys
fd = os.open(sys.argv[1], os.O_WRONLY | os.O_NONBLOCK)
os.dup2(fd, 3)
sys.exit(subprocess.call(sys.argv[2:], pass_fds=[3]))' "/dev/$port" \
	"$ctl" print fd:3 "$work/document"
check "print: fd:3 that is no port" gives 3 'is no print port' \
	bash -c '"$ctl" print fd:3 /dev/null 3>/dev/null'
check "print -v" gives_ctl 0 'job [0-9]+ "small": completed, 6 bytes accepted, 6 delivered, 0 lost' \
	print -v till "$work/small"
check "print --json" json "d['state'] == 'completed' and d['accepted'] == 6 and
	d['delivered'] == 6 and d['lost'] == 0 and d['user'] == 'anna' and d['name'] == 'a\"b' and
	d['port'] == '$port' and d['error'] is None" \
	"$ctl" print --json --user anna -n 'a"b' till "$work/small"
check "print: no such file" gives_ctl 1 'nonesuch: No such file' print till "$work/nonesuch"
check "print: a directory" gives_ctl 1 'Is a directory' print till "$work"
check "print: nobody can tell whether it is printed" gives_ctl 1 'no language monitor' \
	print -p till "$work/small"
check "print: so with --wait" gives_ctl 1 'no language monitor' print --wait printed till "$work/small"
paper office out
check "print: a printer that stands still" gives_ctl 7 'no progress for 1 s \(media-empty\)' \
	print --timeout 1 till "$work/document"
leaves_draining() {
	local begun=$SECONDS
	"$ctl" print --wait none till "$work/small" && [ $((SECONDS - begun)) -lt $((8 * patience)) ] &&
		attribute "$port" state draining
}
check "print --wait none: leaves it to the port" leaves_draining
check "print: busy, draining" gives_ctl 4 'still on its way' print till "$work/small"
check "wait idle: not yet" gives_ctl 7 'not idle in time: draining, stopped' \
	wait --timeout 300ms till idle
check "wait ready: not yet" gives_ctl 7 'media-empty' wait --timeout 0.3 till ready
"$ctl" wait --timeout 20 till ready >"$work/said" 2>&1 &
waiter=$!
paper office in
check "wait ready: when it has paper" ends "$waiter" 0
check "wait idle: is so" gives_ctl 0 '^$' wait till idle
terminal() {
	TERM=xterm script -qec "$1" /dev/null </dev/null 2>&1
}
bar() {
	sim_set office rate 400000
	terminal "$ctl print till $work/document" >"$work/said"
	sim_set office rate 0
	grep -q '\[########################\] 100 %  600.0 kB of 600.0 kB' "$work/said" &&
		grep -qE '\[#+ +\] +[0-9]+ %.* kB/s' "$work/said" && return
	cat -v "$work/said"
	return 1
}
check "print: a bar with rate on a terminal" bar

# --- while a spooler holds the port -------------------------------------------------------

"$ctl" watch --json >"$work/watched" 2>"$work/said" &
watcher=$!
check "watch: the present condition" soon 10 event "d['event'] == 'condition' and
	d['state'] == 'closed' and d['time'][10] == 'T'" "$work/watched"
echo 10000 >"$sims/office/rate"
"$ctl" print --user anna -n letter till "$work/document" >"$work/held" 2>&1 &
spooler=$!
check "watch: somebody prints" soon 10 event "d['status'] == 'processing' and d['state'] == 'open'" \
	"$work/watched"
check "watch: a job" soon 10 event "d['event'] == 'job' and d['job']['name'] == 'letter'" \
	"$work/watched"
# Without python's time to start.
paper_is_out() {
	grep -q '"media-empty"' "$work/watched"
}
paper_goes() {
	paper office out
}
check "watch: out of paper is seen within a second" \
	within_a_second paper_goes paper_is_out
check "watch: as an event" event "d['event'] == 'condition' and d['status'] == 'stopped' and
	d['reasons'] == ['media-empty'] and d['state'] == 'open'" "$work/watched"
check "status: held, stopped, code 0" gives_ctl 0 'stopped: media-empty; held by a spooler' status till
check "status: the job" gives_ctl 0 'job [0-9]+ "letter" of anna: .*delivered' status till
check "status --json: the job" json "d['job']['name'] == 'letter' and d['job']['user'] == 'anna' and
	d['job']['accepted'] > d['job']['delivered'] and d['queued'] > 0 and
	d['state'] == 'open'" "$ctl" status --json till
check "list, show" gives_ctl 0 'media-empty' list
check "show" gives_ctl 0 'media-empty' show till
check "jobs: active" json "d[0]['state'] == 'active' and d[0]['name'] == 'letter' and
	d[0]['user'] == 'anna' and any(j['state'] == 'completed' for j in d)" "$ctl" jobs --json till
check "jobs -n" json "len(d) == 3" "$ctl" jobs --json -n 2 till
check "jobs: as a table" gives_ctl 0 '^[0-9]+ +active +[0-9]+ +[0-9]+ +0 +- +anna +letter' jobs till
check "print: busy, who holds it" gives_ctl 4 "held by printportctl \(process $spooler\)" \
	print till "$work/small"
check "reset: busy" gives_ctl 4 'busy: held by' reset till
check "limits: while it is held" gives_ctl 0 '^close +10 s' limits till
colour() {
	terminal "$ctl status till" | grep -q $'\033\\[1;31mstopped\033\\[0m' &&
		! NO_COLOR=1 terminal "$ctl status till" | grep -q $'\033' &&
		! "$ctl" status till | grep -q $'\033'
}
check "colour on a terminal only, and not where NO_COLOR is set" colour
redrawn() {
	terminal "$ctl watch --timeout 2.5 till" >"$work/said"
	grep -q 'PORT .*JOB' "$work/said" && grep -q $'\033\\[2A' "$work/said" &&
		grep -q 'media-empty' "$work/said" && grep -q 'letter' "$work/said" && return
	cat -v "$work/said"
	return 1
}
check "watch: a table on a terminal" redrawn
check "watch: a line for each port elsewhere" gives_ctl 0 "T.* $port stopped: media-empty open" \
	watch --timeout 0.2 till
check "watch --count: not in time" gives_ctl 7 "$port" watch --timeout 0.2 --count 5 till
"$ctl" watch --count 1 till >"$work/counted" 2>&1 &
counter=$!
check "watch --count: begins" soon 10 grep -q media-empty "$work/counted"
echo 'media-empty cover-open' >"$sims/office/reasons"
check "watch --count: one change" ends "$counter" 0
check "watch --count: which" grep -q 'stopped: media-empty cover-open' "$work/counted"
"$ctl" wait --timeout 60 till idle >"$work/said" 2>&1 &
waiter=$!
echo 0 >"$sims/office/rate"
paper office in
check "the spooler was not disturbed" ends $spooler 0
check "wait idle: when all is printed" ends "$waiter" 0
check "watch: the job's end" soon 10 event "d['event'] == 'job' and d['job']['state'] == 'completed' and
	d['job']['delivered'] == 600000" "$work/watched"
# A USB printer is asked again and again; whoever watches burns no processor time for it.
ticks() {
	awk '{ print $14 + $15 }' "/proc/$1/stat"
}
idle_watch() {
	local before
	before=$(ticks "$watcher")
	sleep 3
	[ $(($(ticks "$watcher") - before)) -le $((15 * patience)) ]
}
check "watch: needs no processor time" idle_watch

# --- abort, interrupt -------------------------------------------------------------------

check "abort: nothing" gives_ctl 0 'nothing was on its way' abort till
check "held" hold
check "abort" gives_ctl 0 '1 job aborted, [1-9][0-9]* bytes dropped' abort till
check "abort: its spooler hears of it" ends "$spooler" 1
check "abort: and says so" grep -q aborted "$work/held"
check "abort: free again" soon 10 attribute "$port" state closed
check "held" hold
check "abort --json" json "d['jobs'] == 1 and d['lost'] > 0 and d['port'] == '$port'" "$ctl" abort --json till
ends "$spooler" 1
check "held" hold
kill -TERM "$spooler"
check "print: interrupted, code 130" ends "$spooler" 130
check "print: interrupted, the job is aborted" json "d[0]['state'] == 'aborted'" "$ctl" jobs --json till
check "print: interrupted, the port is free" soon 10 attribute "$port" state closed
paper office in
# Somebody who has stopped reading.
mkfifo "$work/pipe"
exec 7<>"$work/pipe"
head -c 65536 /dev/zero >&7
"$ctl" watch --json till >&7 2>/dev/null &
stuck=$!
sleep 0.5
kill -TERM "$stuck"
check "watch: interrupted at a full pipe, code 130" ends "$stuck" 130
exec 7>&-
kill -TERM "$watcher"
check "watch: interrupted, code 130" ends "$watcher" 130
"$ctl" wait till gone 2>"$work/said" &
waiter=$!
# Whether it catches SIGALRM and SIGTERM by now.
waits() {
	grep -q '^SigCgt:.*[67ef]...$' "/proc/$1/status"
}
check "wait gone: not yet" soon 10 waits "$waiter"
kill -TERM "$waiter"
check "wait: interrupted, code 130" ends "$waiter" 130

# --- reset, limits ----------------------------------------------------------------------

check "reset" gives_ctl 0 "$port: reset" reset till
check "reset: the printer had it" test "$(cat "$sims/office/resets")" = 1
check "limits: set" gives_ctl 0 '^close +1 min' limits till open=2s write-ms=1500 close_ms=1min read=none
check "limits: they hold" eval 'attribute "$port" limits/open_ms 2000 &&
	attribute "$port" limits/write_ms 1500 && attribute "$port" limits/close_ms 60000 &&
	attribute "$port" limits/read_ms 0'
check "limits: not for good" gives_ctl 0 'printportctl config set' limits till open=0
check "limits --json" json "d['write_ms'] == 1500 and d['monitor_ms'] == 10000" "$ctl" limits --json till
wrong_limits() {
	for words in open=none close=none monitor=0 monitor=none nonesuch=1 open open= open=-1 \
		open=25h open=1e3 open=inf open=1.2.3 open=10y '=5'; do
		gives_ctl 2 'usage: printportctl limits' limits till "$words" || return
	done
	attribute "$port" limits/open_ms 0
}
check "limits: wrong ones" wrong_limits
"$ctl" limits till write=none close=10s >"$work/said" 2>&1

# --- other users -------------------------------------------------------------------------

check "nobody: list" gives_as as_nobody 0 'Acme Mono 1' list
check "nobody: status" gives_as as_nobody 0 'idle; free' status
check "nobody: print, code 5, and what to do" gives_as as_nobody 5 \
	"not a member of group lp, which may use /dev/$port: usermod -aG lp nobody, then log in again" \
	print till "$work/small"
check "nobody: reset" gives_as as_nobody 5 'usermod -aG lp' reset till
check "nobody: jobs" gives_as as_nobody 5 'root only' jobs till
check "nobody: abort" gives_as as_nobody 5 'only root' abort till
check "nobody: limits" gives_as as_nobody 5 'only root' limits till open=1
check "nobody: limits are shown" gives_as as_nobody 0 '^open +busy at once' limits till
check "group lp: print" prints 6 as_printer_user print till "$work/small"
check "held" hold
check "nobody: status of a held port" json "d['job'] is None and d['queued'] > 0" \
	as_nobody status --json till
check "nobody: status, in words" gives_as as_nobody 0 'only root may see' status till
check "nobody: wait" gives_as as_nobody 7 'not idle in time' wait --timeout 0.3 till idle
check "nobody: watch" gives_as as_nobody 0 'media-empty' watch --timeout 0.3
check "group lp: busy" gives_as as_printer_user 4 'root sees which process' print till "$work/small"
check "it prints on" let_go

# --- what printers and users say ----------------------------------------------------------

printf 'x' | "$ctl" print -n $'a\033[31mb\xc2\x9bc\xe2\x80\xae\xff' --user $'u\n\tv' till
for words in list status 'jobs till' 'show till' 'print -v till /dev/null'; do
	# shellcheck disable=SC2086 # words
	check "harmless to terminals: $words" harmless "$ctl" $words
done
check "jobs --json: what is no UTF-8" json "'a?[31mb' in d[0]['name'] or 'a?[31mb' in d[1]['name']" \
	"$ctl" jobs --json till

# --- query --------------------------------------------------------------------------------

check "query: no monitor" gives_ctl 1 'no language monitor' query till ID
# monitor_begin LANGUAGE
monitor_begin() {
	printf '[daemon]\nlanguage = %s\n' "$1" >"$work/daemon.conf"
	"$work/bin/printportd" -c "$work/daemon.conf" --runtime-dir "$PRINTPORTD_RUNTIME_DIR" \
		"$index" 2>"$work/daemon.log" &
	daemon=$!
	soon 20 attribute "$port" monitor "$1" && return
	cat "$work/daemon.log"
	return 1
}
check "raw" monitor_begin raw
check "query: an unknown key" gives_ctl 1 'NONESUCH: ' query till NONESUCH
check "query --json" json "int(d['jobs']) >= 0 and int(d['bytes']) >= 0" "$ctl" query --json till jobs bytes
check "query: in words" gives_ctl 0 '^[0-9]+$' query till jobs
check "query: while the port is held" eval 'gives_ctl 0 "^[0-9]+$" query till jobs 3>"/dev/$port"'
kill "$daemon"
wait "$daemon"
check "pjl" monitor_begin pjl

# --- unplugged ----------------------------------------------------------------------------

"$ctl" query till PAGECOUNT >"$work/said" 2>&1 &
asker=$!
asks() {
	find "/proc/$asker/fd" -lname 'socket:*' 2>/dev/null | grep -q .
}
check "query: waits for a printer that says nothing" soon 10 asks
echo 0 >"$sims/office/live"
check "unplugged: query" ends "$asker" 3
check "unplugged: query says so" grep -q disappeared "$work/said"
check "unplugged: printportd ends" ends "$daemon" 0
sim_add office || fail "plug in again"

check "held" hold
"$ctl" watch till >"$work/watched" 2>"$work/watch.said" &
watcher=$!
"$ctl" wait till idle >"$work/said" 2>&1 &
waiter=$!
"$ctl" wait till gone >"$work/gone" 2>&1 &
gone=$!
"$ctl" watch --json >"$work/all" 2>&1 &
all=$!
soon 10 grep -q media-empty "$work/watched"
soon 10 grep -q media-empty "$work/all"
echo 0 >"$sims/office/live"
check "unplugged: print" ends "$spooler" 3
check "unplugged: print says so" grep -q disappeared "$work/held"
check "unplugged: watch" ends "$watcher" 3
check "unplugged: watch says so" eval 'grep -q "$port removed" "$work/watched" &&
	grep -q disappeared "$work/watch.said"'
check "unplugged: wait idle" ends "$waiter" 3
check "unplugged: wait gone" ends "$gone" 0
check "unplugged: watch of all" soon 10 event "d['event'] == 'removed' and d['port'] == '$port'" "$work/all"
paper office in
"$ctl" wait --timeout 30 by-id/sim-late present >"$work/said" 2>&1 &
waiter=$!
sleep 0.3
check "wait present: not yet" kill -0 "$waiter"
sim_add late 'MFG:Late;MDL:One;SN:late;'
check "wait present: when it is plugged in" ends "$waiter" 0
check "watch of all: a new one" soon 10 event "d['event'] == 'added' and d['id'] == 'sim-late' and
	d['printer'] == 'Late One'" "$work/all"
check "watch of all goes on" kill -0 "$all"
kill "$all"
ends "$all" 130

rmdir "$sims"/* 2>/dev/null
udevadm settle
check "unload" soon 10 rmmod printport_sim printport
rm -rf "$work"
finish
