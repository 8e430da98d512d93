#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: cups.sh [PART...]     the CUPS backend: Debian's cupsd, its commands, and print ports
#
# A PART is a function below, such as "simple"; the last but two is sim_gone.
# In the environment beside what common.sh wants: PRINTPORT_TOOLS (cups/, printport_id,
# printportd, libprintport), PRINTPORT_PRINTERS (pjl_laser).
# shellcheck disable=SC2317 # functions that others call
. "$(dirname "$0")/common.sh"

tools=${PRINTPORT_TOOLS:?where the tools are}
printers=${PRINTPORT_PRINTERS:?where the emulated printers are}
source=$(cd "$(dirname "$0")/../.." && pwd -P)
work=$(mktemp -d)
chmod 755 "$work"
log=$work/cups/error_log
export CUPS_SERVER=$work/cups/sock

# --- a machine with udevd, cupsd and the backend --------------------------------------

udev_up() {
	mkdir -p /run/udev/rules.d
	cp "$source"/tools/{udev/60,cups/udev/63}-*.rules /run/udev/rules.d/ &&
		install -D -t /lib/udev "$tools/printport_id" \
			"$source/tools/cups/udev/printport_usb_quirks" &&
		ln -sf /run/printport/cups.usb-quirks /usr/share/cups/usb/printport.usb-quirks &&
		/lib/systemd/systemd-udevd --daemon && udevadm trigger && udevadm settle
}

# A program of cupsd's gets no LD_LIBRARY_PATH that it could not read.
backend_up() {
	install -D -m 644 "$tools/libprintport.so.0" /usr/lib/libprintport.so.0 && ldconfig &&
		install -m 755 "$tools/cups/printport" /usr/lib/cups/backend/printport &&
		install -m 755 "$tools/cups/channel_filter" /usr/lib/cups/filter/
}

cups_up() {
	local dir=$work/cups
	mkdir -p "$dir"/{etc,spool/tmp,cache,state/certs}
	cat >"$dir/cups-files.conf" <<-END
	ServerRoot $dir/etc
	RequestRoot $dir/spool
	TempDir $dir/spool/tmp
	CacheDir $dir/cache
	StateDir $dir/state
	ErrorLog $log
	AccessLog $dir/access_log
	PageLog $dir/page_log
	SystemGroup root
	User lp
	Group lp
	END
	cat >"$dir/cupsd.conf" <<-END
	LogLevel debug
	MaxLogSize 0
	Listen $CUPS_SERVER
	Browsing No
	WebInterface No
	ErrorPolicy stop-printer
	JobRetryInterval 3
	<Location />
	Order allow,deny
	Allow all
	</Location>
	<Policy default>
	<Limit All>
	Order allow,deny
	Allow all
	</Limit>
	</Policy>
	END
	chgrp -R lp "$dir"/{spool,cache,state}
	chmod 770 "$dir"/{spool,cache,state}
	chmod 1770 "$dir/spool/tmp"
	cupsd -f -c "$dir/cupsd.conf" -s "$dir/cups-files.conf" 2>"$dir/stderr" &
	cupsd=$!
	soon 20 cups_answers
}

cups_answers() {
	lpstat -r | grep -q 'is running'
}

# queue NAME URI [LPADMIN-OPTION...]: a raw one, if nothing else is said
queue() {
	local how=("${@:3}")
	[ ${#how[@]} -gt 0 ] || how=(-m raw)
	lpadmin -p "$1" -v "$2" -E "${how[@]}" 2>"$work/lpadmin" || {
		cat "$work/lpadmin"
		return 1
	}
}

# print QUEUE FILE [LP-OPTION...]: says the job's number
print() {
	lp -d "$1" "${@:3}" "$2" | sed -n 's/^request id is .*-\([0-9]*\) .*/\1/p' | grep .
}

cat >"$work/job.test" <<'END'
{
	OPERATION Get-Job-Attributes
	GROUP operation-attributes-tag
	ATTR charset attributes-charset utf-8
	ATTR language attributes-natural-language en
	ATTR uri printer-uri $uri
	ATTR integer job-id $job
	DISPLAY job-state
	DISPLAY job-impressions-completed
	DISPLAY job-media-sheets-completed
	DISPLAY job-printer-state-message
}
END

# job QUEUE NUMBER: its attributes as the spooler has them
job() {
	ipptool -t -d "job=$2" "ipp://${CUPS_SERVER//\//%2F}/printers/$1" "$work/job.test" 2>&1
}

# job_is QUEUE NUMBER STATE
job_is() {
	job "$1" "$2" | grep -q "job-state (enum) = $3\$"
}

# alert QUEUE WORD: whether it is among printer-state-reasons
alert() {
	lpstat -l -p "$1" | grep -qE "Alerts:.* ?$2( |\$)"
}

no_alert() {
	! alert "$1" "$2"
}

# same FILE FILE: soon, for what was delivered was not read yet
same() {
	soon 20 cmp -s "$1" "$2" && return
	cmp "$1" "$2"
	return 1
}

logged() {
	grep -qE -- "$1" "$log"
}

# backend_of NUMBER: the process that prints a job
backend_of() {
	pgrep -f "^printport:[^ ]* $1 " | grep -m 1 .
}

# --- simulated printers ---------------------------------------------------------------

# sim_add NAME SERIAL [FILE]: plugged in, with a reader that saves what is printed in FILE
sim_add() {
	mkdir -p "$sims/$1" &&
		echo "MFG:Acme;MDL:Mono 1;CMD:PCL;CLS:PRINTER;SN:$2;" >"$sims/$1/device_id" &&
		echo 1 >"$sims/$1/live" || return
	port=$(cat "$sims/$1/port")
	printer_node=/dev/$(cat "$sims/$1/printer")
	[ -z "${3-}" ] || sim_read "$3"
	soon 10 test -e "/dev/printport/by-path/platform-printport_sim.$1" && udevadm settle
}

sim_read() {
	cat "$printer_node" >"$1" &
	reader=$!
}

sim_remove() {
	rmdir "$sims/$1"
}

ppd() {
	cat <<-'END'
	*PPD-Adobe: "4.3"
	*FormatVersion: "4.3"
	*FileVersion: "1.0"
	*LanguageVersion: English
	*LanguageEncoding: ISOLatin1
	*PCFileName: "CHANNELS.PPD"
	*Product: "(Mono 1)"
	*Manufacturer: "Acme"
	*ModelName: "Acme Mono 1"
	*ShortNickName: "Acme Mono 1"
	*NickName: "Acme Mono 1 with channels"
	*PSVersion: "(3010.000) 0"
	*LanguageLevel: "3"
	*ColorDevice: False
	*DefaultColorSpace: Gray
	*FileSystem: False
	*cupsFilter: "text/plain 0 channel_filter"
	*OpenUI *PageSize/Media Size: PickOne
	*OrderDependency: 10 AnySetup *PageSize
	*DefaultPageSize: A4
	*PageSize A4/A4: ""
	*CloseUI: *PageSize
	*OpenUI *PageRegion: PickOne
	*OrderDependency: 10 AnySetup *PageRegion
	*DefaultPageRegion: A4
	*PageRegion A4/A4: ""
	*CloseUI: *PageRegion
	*DefaultImageableArea: A4
	*ImageableArea A4/A4: "0 0 595 842"
	*DefaultPaperDimension: A4
	*PaperDimension A4/A4: "595 842"
	END
}

discovered() {
	local long=$work/lpinfo
	lpinfo -l -v >"$long" 2>/dev/null
	check "lpinfo: by-id URI" grep -q "uri = printport:/by-id/sim-Acme_Mono_1_A1\$" "$long"
	check "lpinfo: class direct" grep -qx "direct printport:/by-id/sim-Acme_Mono_1_A1" \
		<(lpinfo -v 2>/dev/null)
	check "lpinfo: make and model" grep -q 'make-and-model = Acme Mono 1$' "$long"
	check "lpinfo: device id" grep -q 'device-id = MFG:Acme;MDL:Mono 1;.*SN:A1;' "$long"
	check "lpinfo: location" grep -q 'location = platform-printport_sim.first' "$long"
}

# The pipe to a printer's reader of whom nobody hears: job of a filter, with both channels.
channels() {
	check "ppd queue" queue filtered "$uri" -P "$work/channels.ppd"
	: >"$work/first"
	id=$(print filtered "$work/text" -t 'listen and reset')
	check "channels: delivered" same "$work/text" "$work/first"
	# The reader has the printer's node for reading; another open would be EBUSY.
	check "channels: drained" soon 30 logged 'channel drain status=1'
	check "channels: connected" logged 'channel connected status=1 len=1 byte=1'
	check "channels: bidirectional" logged 'channel bidi status=1 len=1 byte=1'
	check "channels: device id" logged 'channel device-id status=1 .*text=MFG:Acme;MDL:Mono 1;'
	check "channels: state on-line" logged 'channel state status=1 len=1 byte=1'
	check "channels: SNMP is not implemented" logged 'channel snmp status=7'
	echo 'hello from the printer' >&8
	check "channels: what the printer says" soon 30 logged 'back len=23 text=hello from the'
	check "channels: reset" soon 30 logged 'channel reset status=1'
	check "channels: one reset" test "$(cat "$sims/first/resets")" = 1
	check "channels: completed" soon 30 job_is filtered "$id" completed
}

# The printer's node once, for both ways.
sim_play() {
	exec 8<>"$printer_node"
	cat <&8 >>"$1" &
	reader=$!
}

sim_stop() {
	kill "$reader"
	wait "$reader" 2>/dev/null
	exec 8>&-
}

simple() {
	id=$(print office "$work/binary" -t $'caf\xc3\xa9 1')
	check "raw: completed" soon 30 job_is office "$id" completed
	check "raw: what was sent" same "$work/binary" "$work/first"
	check "raw: title and user" grep -q $'root\tcaf\xc3\xa9 1' "/sys/class/printport/$port/job"
	check "raw: no alert is left" no_alert office '[a-z-]+(-error|-report|-device)'

	# Two copies.
	: >"$work/first"
	id=$(print office "$work/text" -n 2)
	cat "$work/text"{,} >"$work/expected"
	check "copies" same "$work/expected" "$work/first"
	check "copies: completed" soon 30 job_is office "$id" completed

	# By hand, with a file.
	: >"$work/first"
	check "by hand: with a file and copies" env DEVICE_URI="$uri" \
		/usr/lib/cups/backend/printport 1 root by-hand 3 '' "$work/text" 2>"$work/hand"
	cat "$work/text"{,,} >"$work/expected"
	check "by hand: three copies" same "$work/expected" "$work/first"
	DEVICE_URI=printport:/../etc/passwd /usr/lib/cups/backend/printport 1 u t 1 '' \
		"$work/text" 2>"$work/hand"
	check "a URI that is none stops the queue" test $? = 4
	check "and says why" grep -q '^ERROR: .*is no device URI' "$work/hand"
}

# The device URI says when a job is complete.
waits() {
	: >"$work/first"
	check "wait=printed: queue" queue sure "$uri?wait=printed"
	lpadmin -p sure -o printer-error-policy=abort-job
	id=$(print sure "$work/text")
	check "wait=printed, nobody can tell: the policy" soon 30 job_is sure "$id" aborted
	check "wait=printed, nobody can tell: is said" logged 'no language monitor that could tell'
	check "wait=printed, nobody can tell: not printed" test ! -s "$work/first"
	check "wait=delivered: queue" queue sure "$uri?wait=delivered"
	id=$(print sure "$work/text")
	check "wait=delivered: completed" soon 30 job_is sure "$id" completed
	check "wait=delivered: what was sent" same "$work/text" "$work/first"
}

cpu_ticks() {
	awk '{ print $14 + $15 }' "/proc/$1/stat"
}

in_turn() {
	: >"$work/first"
	exec 6>"/dev/$port"
	check "lpinfo: while the port is held" grep -q "A1" <(lpinfo -v 2>/dev/null)
	id=$(print office "$work/text")
	check "busy: connecting-to-device" soon 20 alert office connecting-to-device
	check "busy: a message" soon 20 logged 'in use by another program'
	pid=$(backend_of "$id")
	before=$(cpu_ticks "$pid")
	sleep 1.5
	check "busy: costs nothing" test $(($(cpu_ticks "$pid") - before)) -le 10
	exec 6>&-
	check "busy: printed in its turn" soon 30 job_is office "$id" completed
	check "busy: what was sent" same "$work/text" "$work/first"
	check "busy: and said no more" no_alert office connecting-to-device

	exec 6>"/dev/$port"
	id=$(print office "$work/text")
	soon 20 alert office connecting-to-device
	pid=$(backend_of "$id")
	cancel "office-$id"
	check "busy: cancelled at once" bounded 5 tail --pid="$pid" -f /dev/null
	exec 6>&-

	# Two queues, one port.
	: >"$work/first"
	echo 100000 >"$sims/first/rate"
	queue second "$uri"
	id=$(print office "$work/binary")
	id2=$(print second "$work/binary")
	check "two queues: one waits" soon 20 either_connecting
	check "two queues: the first is printed" soon 60 job_is office "$id" completed
	check "two queues: the second is printed" soon 60 job_is second "$id2" completed
	cat "$work/binary"{,} >"$work/expected"
	check "two queues: nothing is mixed" same "$work/expected" "$work/first"
	echo 0 >"$sims/first/rate"
}

either_connecting() {
	alert office connecting-to-device || alert second connecting-to-device
}

paper() {
	: >"$work/first"
	echo 1 >"$sims/first/stall"
	id=$(print office "$work/binary")
	soon 20 grep -qE $'\tactive\t' "/sys/class/printport/$port/job"
	"$tools/printportctl" watch --json "$port" >"$work/watched" 2>"$work/watch.said" &
	watcher=$!
	check "printportctl watch, while CUPS prints" soon 10 grep -q '"processing"' "$work/watched"
	check "watch: paper out is seen within a second" within_a_second paper_goes \
		grep -q '"media-empty"' "$work/watched"
	kill "$watcher"
	check "paper out: media-empty-error" soon 20 alert office media-empty-error
	check "paper out: offline-report" soon 20 alert office offline-report
	echo none >"$sims/first/reasons"
	check "paper: in, and no alert" soon 20 no_alert office media-empty-error
	check "status --json: paper out is seen within a second" \
		within_a_second paper_goes status_says '"media-empty"'
	check "status --json: CUPS prints" status_says '"state": *"open"'
	check "still printing" job_is office "$id" processing
	echo 'toner-low cover-open' >"$sims/first/reasons"
	check "toner low" soon 20 alert office toner-low-warning
	cancel "office-$id"
	check "cancelled: no alert is left" soon 20 no_alert office toner-low-warning
	echo none >"$sims/first/reasons"
	echo 0 >"$sims/first/stall"
}

paper_goes() {
	echo 'media-empty offline' >"$sims/first/reasons"
}

status_says() {
	"$tools/printportctl" status --json "$port" >"$work/status"
	grep -q "$1" "$work/status"
}

delivered_at_least() {
	[ "$(stat -c %s "$1")" -ge "$2" ]
}

cancelled() {
	local size resets
	truncate -s 100M "$work/huge"
	: >"$work/first"
	resets=$(cat "$sims/first/resets")
	echo 200000 >"$sims/first/rate"
	id=$(print office "$work/huge")
	check "100 MB: on its way" soon 60 delivered_at_least "$work/first" 50000
	pid=$(backend_of "$id")
	cancel "office-$id"
	check "100 MB: cancelled in a moment" bounded 10 tail --pid="$pid" -f /dev/null
	size=$(stat -c %s "$work/first")
	sleep 0.5
	check "100 MB: nothing is printed afterwards" test \
		"$(stat -c %s "$work/first")" -le $((size + 70000))
	check "100 MB: state" job_is office "$id" canceled
	check "100 MB: the printer was reset" test "$(cat "$sims/first/resets")" -gt "$resets"
	size=$(stat -c %s "$work/first")
	echo 0 >"$sims/first/rate"
	id=$(print office "$work/binary")
	check "the next job is printed" soon 30 job_is office "$id" completed
	soon 20 delivered_at_least "$work/first" $((size + 300000))
	tail -c +$((size + 1)) "$work/first" >"$work/rest"
	check "the next job is clean" cmp "$work/binary" "$work/rest"
	rm "$work/huge"
}

# An operator, not CUPS: printportctl abort does the same.
aborted() {
	echo 50000 >"$sims/first/rate"
	: >"$work/first"
	id=$(print office "$work/binary")
	soon 60 delivered_at_least "$work/first" 20000
	echo 1 >"/sys/class/printport/$port/abort"
	check "aborted at the port: cancelled in CUPS" soon 30 job_is office "$id" canceled
	echo 0 >"$sims/first/rate"
	: >"$work/first"
	id=$(print office "$work/text")
	check "aborted at the port: the next job" soon 30 job_is office "$id" completed
	check "aborted at the port: is clean" same "$work/text" "$work/first"
}

# A transfer that fails: what was lost is said, and the policy decides.
transfer_fails() {
	lpadmin -p office -o printer-error-policy=abort-job
	echo 5 >"$sims/first/fail_next"
	id=$(print office "$work/text")
	check "a transfer failed: the policy" soon 30 job_is office "$id" aborted
	: >"$work/first"
	id=$(print office "$work/text")
	check "a transfer failed: the next job" soon 30 job_is office "$id" completed
	check "a transfer failed: is clean" same "$work/text" "$work/first"
	lpadmin -p office -o printer-error-policy=stop-printer
}

# What a printer says of itself must not reach a terminal as it is.
hostile() {
	mkdir "$sims/evil"
	printf 'MFG:\033[31mEv"il;MDL:M\n\001'"'"'x\\;SN:\302\233E;' >"$work/evil"
	cat "$work/evil" >"$sims/evil/device_id"
	echo 1 >"$sims/evil/live"
	soon 10 test -e /dev/printport/by-path/platform-printport_sim.evil
	/usr/lib/cups/backend/printport >"$work/listed"
	check "hostile: listed" grep -q 'Ev' "$work/listed"
	check "hostile: two lines" test "$(wc -l <"$work/listed")" = 2
	refused "hostile: no control characters" grep -aqP '[\x00-\x08\x0b-\x1f\x7f]' \
		"$work/listed"
	rmdir "$sims/evil"
}

denied() {
	chmod 600 "/dev/$port"
	id=$(print office "$work/text")
	check "denied: the queue stops" soon 30 stopped office
	check "denied: the group is named" logged 'permission denied: .*group lp'
	chmod 660 "/dev/$port"
	: >"$work/first"
	cupsenable office
	check "denied no more: printed" soon 30 job_is office "$id" completed
}

stopped() {
	lpstat -p "$1" | grep -q disabled
}

# The printer goes, and comes again in another socket.
moved() {
	: >"$work/first"
	echo 1 >"$sims/first/stall"
	id=$(print office "$work/binary")
	soon 20 backend_of "$id" >/dev/null
	soon 20 grep -qE $'\tactive\t' "/sys/class/printport/$port/job" 2>/dev/null
	id2=$(print office "$work/text")
	sleep 0.3
	sim_stop
	sim_remove first
	check "unplugged, nothing delivered: the job waits" soon 30 alert office offline-report
	refused "and the queue is not stopped" stopped office
	sim_add elsewhere A1
	sim_play "$work/elsewhere"
	check "plugged in elsewhere: printed" soon 60 job_is office "$id" completed
	check "and the next one" soon 60 job_is office "$id2" completed
	cat "$work/binary" "$work/text" >"$work/expected"
	check "both as they were" same "$work/expected" "$work/elsewhere"
	check "no alert is left" soon 10 no_alert office offline-report

	# Some of it was delivered: the error policy.
	lpadmin -p office -o printer-error-policy=abort-job
	: >"$work/elsewhere"
	echo 50000 >"$sims/elsewhere/rate"
	id=$(print office "$work/binary")
	soon 60 delivered_at_least "$work/elsewhere" 20000
	sim_stop
	sim_remove elsewhere
	check "unplugged within: aborted by the policy" soon 30 job_is office "$id" aborted
	check "unplugged within: what was lost is said" \
		logged 'disconnected; [1-9][0-9]* bytes were delivered, [1-9][0-9]* were lost'
	id=$(print office "$work/text")
	check "the next job waits" soon 30 alert office offline-report
	sim_add first A1
	: >"$work/first"
	sim_play "$work/first"
	check "and is printed" soon 60 job_is office "$id" completed
	check "and nothing else" same "$work/text" "$work/first"
}

sim_gone() {
	sim_stop
	sim_remove first
}

# --- a printer whose language is known ------------------------------------------------

laser_up() {
	mkdir -p "$work/laser"
	mkfifo "$work/laser/control"
	mkdir "$sims/laser" &&
		echo 'MFG:Example;MDL:Laser 9000;CMD:PJL,PCL;CLS:PRINTER;SN:L1;' \
			>"$sims/laser/device_id" && echo 1 >"$sims/laser/live" || return
	port=$(cat "$sims/laser/port")
	"$printers/pjl_laser" --control "$work/laser/control" --log "$work/laser/log" \
		--save "$work/laser" "/dev/$(cat "$sims/laser/printer")" \
		2>"$work/laser/errors" &
	laser=$!
	exec 7>"$work/laser/control"
	LD_LIBRARY_PATH=$tools PRINTPORTD_RUNTIME_DIR=$work "$tools/printportd" \
		--runtime-dir "$work" "${port#printport}" 2>"$work/daemon.log" &
	daemon=$!
	soon 20 attribute "$port" monitor pjl
}

document() {
	local page
	for page in $(seq "$1"); do
		printf 'page %d of %d\r\n\f' "$page" "$1"
	done
}

impressions() {
	job "$1" "$2" >"$work/attributes"
	grep -qE "job-(impressions|media-sheets)-completed .* = $3\$" "$work/attributes" &&
		return
	sed 's/^/# /' "$work/attributes"
	return 1
}

some_impressions() {
	job "$1" "$2" | grep -qE 'job-(impressions|media-sheets)-completed .* = [1-9]'
}

laser() {
	check "pjl: printer and monitor" laser_up
	document 3 >"$work/three"
	queue laser printport:/by-id/sim-Example_Laser_9000_L1
	id=$(print laser "$work/three" -t 'three pages')
	check "pjl: completed" soon 60 job_is laser "$id" completed
	check "pjl: what is printed is the job" same "$work/three" "$work/laser/job-1.data"
	check "pjl: pages" impressions laser "$id" 3

	echo 'delay 300' >&7
	echo 'condition paper-out on' >&7
	id=$(print laser "$work/three")
	check "pjl: paper out is an alert" soon 60 alert laser media-empty-error
	echo 'condition paper-out off' >&7
	check "pjl: paper is in" soon 60 no_alert laser media-empty-error
	check "pjl: and it is printed" soon 60 job_is laser "$id" completed
	check "pjl: with its pages" impressions laser "$id" 3
	echo 'delay 0' >&7

	document 20000 >"$work/long"
	echo 'delay 500' >&7
	id=$(print laser "$work/long")
	check "pjl: pages are counted while it prints" soon 60 some_impressions laser "$id"
	check "pjl: still printing" job_is laser "$id" processing
	pid=$(backend_of "$id")
	cancel "laser-$id"
	echo 'delay 0' >&7
	check "pjl: cancelled" bounded 40 tail --pid="$pid" -f /dev/null
	id=$(print laser "$work/three" -t 'after all')
	check "pjl: the next one is printed" soon 60 job_is laser "$id" completed
	check "pjl: with its own pages" impressions laser "$id" 3
	exec 7>&-
	kill "$daemon" && wait "$daemon"
	kill "$laser"
	check "pjl: nothing wrong was sent" wait "$laser"
	rmdir "$sims/laser"
}

# --- USB ------------------------------------------------------------------------------

# Looking for printers runs all backends, CUPS's own backend usb too, which takes printers
# from their driver.
discovery() {
	port=$(port_of usb)
	kill "$reader"
	wait "$reader" 2>/dev/null
	id=$(print usb "$work/binary")
	soon 20 grep -qE $'\tactive\t' "/sys/class/printport/$port/job"
	check "usb: lpinfo, while a job prints" grep -qx "direct $uri" <(lpinfo -v 2>/dev/null)
	check "usb: the backend usb has looked" logged '\[CGI\].*libusb_get_device_list=[1-9]'
	check "usb: and left it alone" test "$(port_of usb)" = "$port"
	cat "$gadget_node" >"$work/usb" &
	reader=$!
	check "usb: the job is printed" soon 60 job_is usb "$id" completed
	check "usb: and nothing of it is lost" same "$work/binary" "$work/usb"
}

usb() {
	local uri=printport:/by-id/usb-Acme_Mono_1_X42
	load printport_usb && gadget_up 'MFG:Acme;MDL:Mono 1;CMD:PCL;SN:X42;' || return
	check "usb: link" soon 20 test -e /dev/printport/by-id/usb-Acme_Mono_1_X42
	udevadm settle
	queue usb "$uri"
	cat "$gadget_node" >"$work/usb" &
	reader=$!
	id=$(print usb "$work/binary")
	check "usb: completed" soon 60 job_is usb "$id" completed
	check "usb: what was sent" same "$work/binary" "$work/usb"
	discovery
	kill "$reader"
	wait "$reader" 2>/dev/null
	gadget_unplug
	check "usb: unplugged: CUPS's list of print ports is empty" \
		soon 10 test ! -s /run/printport/cups.usb-quirks
	id=$(print usb "$work/text")
	check "usb: unplugged: the job waits" soon 30 alert usb offline-report
	gadget_plug
	# Until the host has configured it, whoever reads gets an error.
	soon 20 test -e /dev/printport/by-id/usb-Acme_Mono_1_X42
	cat "$gadget_node" >"$work/usb" &
	reader=$!
	check "usb: plugged in: printed" soon 60 job_is usb "$id" completed
	check "usb: plugged in: what was sent" same "$work/text" "$work/usb"
	kill "$reader"
	wait "$reader" 2>/dev/null
	gadget_down
	check "usb: unload" rmmod printport_usb
}

# --------------------------------------------------------------------------------------

head -c 300000 /dev/urandom >"$work/binary"
seq 4000 >"$work/text"
ppd >"$work/channels.ppd"
uri=printport:/by-id/sim-Acme_Mono_1_A1

load_modules printport printport_sim
check "udevd" udev_up
check "backend" backend_up
check "cupsd" cups_up
check "simulated printer" sim_add first A1
sim_play "$work/first"
check "queue" queue office "$uri"
parts=(discovered simple waits channels in_turn paper cancelled aborted transfer_fails hostile denied
	moved sim_gone laser usb)
[ $# -eq 0 ] || parts=("$@")
for part in "${parts[@]}"; do
	echo "# $part: $SECONDS s"
	$part
done
echo "# end: $SECONDS s"

kill "$cupsd"
wait "$cupsd"
udevadm control --exit
[ "$failed" -eq 0 ] || grep -v 'cupsdSetBusyState\|Client\|cupsdAcceptClient' "$log" |
	tail -n 60 | sed 's/^/# cupsd: /'
check "unload" rmmod printport_sim printport
finish
