#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: doctor.sh [PART...]     printportctl sim, quirk and doctor, and the completions
# All on real things: modules that modprobe finds or not, usblp and a program at the USB
# device, ppdev and lp at the parallel port, udevd, users, bash and zsh.
# shellcheck disable=SC2317 # functions that others call
. "$(dirname "$0")/common.sh"

ctl=$PRINTPORT_TOOLS/printportctl
tools=$(dirname "$0")/../../tools
tmp=$(mktemp -d)
chmod 755 "$tmp"
said=$tmp/said
release=$(uname -r)

# exits CODE COMMAND...: that it ends so; what it says is in $said
exits() {
	local expected=$1 code
	shift
	bounded 60 "$@" >"$said" 2>&1
	code=$?
	[ "$code" -eq "$expected" ] && return
	echo "# exit code $code, not $expected"
	sed 's/^/# /' "$said"
	return 1
}

# says PATTERN: in one line, or in a sentence that is filled
says() {
	grep -q -- "$1" "$said" && return
	tr -s '\n ' ' ' <"$said" | grep -qF -- "$1" && return
	sed 's/^/# /' "$said"
	return 1
}

# finds SEVERITY SUBJECT ID: whether the last run of doctor did
finds() {
	grep -qxF "$1: $2 [$3]" "$said" && return
	grep -F '[' "$said" | sed 's/^/# /'
	return 1
}

# In the last run, for one id.
finds_no() {
	! grep -F "[$1]" "$said"
}

finds_none_of() {
	! grep " $1 \[" "$said"
}

# After another run.
finds_no_more() {
	doctor
	finds_no "$1"
}

# json NAME STATEMENTS: of python, none of which may fail, about what was said: said
json() {
	if ! python3 -c 'import json' 2>/dev/null; then
		echo "skipped: $1: this python has no json"
		skipped=$((skipped + 1))
		return
	fi
	check "$1" python3 -c "import json; said = json.load(open('$said'))
$2"
}

doctor() {
	bounded 60 "$ctl" doctor "$@" >"$said" 2>&1
}

# --- where modprobe looks ------------------------------------------------------------

# Only what is needed here, so that depmod takes a moment.
modules_tree() {
	local tree=$tmp/modules list file
	mkdir -p "$tree"
	for list in parport parport_pc lp ppdev usblp dummy_hcd libcomposite usb_f_printer \
		usb_f_fs configfs; do
		modprobe --show-depends "$list" 2>/dev/null
	done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | sort -u >"$tmp/list"
	while read -r file; do
		mkdir -p "$tree/$(dirname "${file#/lib/modules/"$release"/}")"
		cp "$file" "$tree/${file#/lib/modules/"$release"/}"
	done <"$tmp/list"
	cp "/lib/modules/$release"/modules.{order,builtin,builtin.modinfo} "$tree/"
	mount --bind "$tree" "/lib/modules/$release" && depmod
}

ours_installed() {
	mkdir -p "/lib/modules/$release/extra" &&
		cp "$modules"/printport*.ko "/lib/modules/$release/extra/" && depmod
}

# --- sim -------------------------------------------------------------------------------

sim() {
	"$ctl" sim "$@"
}

sim_attribute() {
	[ "$(cat "$sims/$1/$2")" = "$3" ]
}

stopped_reading() {
	! kill -0 "$1" 2>/dev/null
}

# sim_read_ends WHAT OUTPUT: that a signal ends it while there is always more to read
sim_read_ends() {
	local reader writer
	sim set office rate=0
	"$ctl" sim read office >"$2" &
	reader=$!
	cat /dev/zero >/dev/printport0 2>/dev/null &
	writer=$!
	sleep 1
	kill -TERM "$reader"
	check "sim read: $1" soon 5 stopped_reading "$reader"
	kill -KILL "$reader" 2>/dev/null
	wait "$reader"
	check "sim read: $1: interrupted" test $? -eq 130
	# What is still on its way is not to be waited for.
	sim set office sink=1
	kill "$writer"
	wait "$writer" 2>/dev/null
	sim set office sink=0 rate=100000
}

test_sim() {
	local reader
	check "sim list: not loaded" exits 3 "$ctl" sim list
	check "sim add: loads the module" exits 0 "$ctl" sim add office rate=100000 \
		"device_id=MFG:Acme;MDL:Mono 1;SN:S1;"
	check "sim add: says the node" test -c "$(cat "$said")"
	check "sim add: rate" sim_attribute office rate 100000
	check "sim add: again" exits 1 "$ctl" sim add office
	check "sim add: no name" exits 2 "$ctl" sim add ../x
	check "sim add: no attribute" exits 2 "$ctl" sim add other colour=red
	check "sim add: no such value" exits 2 "$ctl" sim add other rate=fast
	check "sim add: says which there are" says "bytes per second"
	check "sim add: nothing is left of it" test ! -e "$sims/other"
	check "sim set: reasons" exits 0 "$ctl" sim set office stall=1 \
		reasons=media-empty,cover-open
	check "sim set: they are there" sim_attribute office reasons "media-empty cover-open"
	check "sim set: while plugged in" exits 4 "$ctl" sim set office buffer=10
	check "sim set: says what to do" says "sim unplug office"
	check "sim set: no such printer" exits 3 "$ctl" sim set nobody stall=1
	check "sim set: an errno by name" exits 0 "$ctl" sim set office fail_next=ENODEV
	check "sim set: its number" sim_attribute office fail_next 19
	sim set office fail_next=0 reasons=none stall=0
	check "sim list" exits 0 "$ctl" sim list
	check "sim list: shows it" says "^office *printport0 *100000"
	check "sim list --json" exits 0 "$ctl" sim list --json
	json "sim list --json: values" "printer, = said
assert printer['name'] == 'office' and printer['rate'] == 100000, printer
assert printer['port'] == 'printport0' and printer['device_id'].startswith('MFG:')"

	sim read office "$tmp/paper" &
	reader=$!
	soon 10 test -e "$tmp/paper"
	check "sim read: one at a time" exits 4 "$ctl" sim write office hello
	echo "a page" >/dev/printport0
	check "sim read: what was printed" soon 10 grep -qx "a page" "$tmp/paper"
	check "sim unplug" exits 0 "$ctl" sim unplug office
	check "sim read: ends when unplugged" soon 10 stopped_reading "$reader"
	wait "$reader"
	check "sim read: with code 0" test $? -eq 0
	check "sim read: unplugged" exits 3 "$ctl" sim read office
	check "sim plug" exits 0 "$ctl" sim plug office
	bounded 20 head -c 5 /dev/printport0 >"$tmp/back" &
	reader=$!
	check "sim write" exits 0 "$ctl" sim write office hello
	wait "$reader"
	check "sim write: the spooler reads it" test "$(cat "$tmp/back")" = hello
	"$ctl" sim read office "$tmp/paper" &
	reader=$!
	# What is printed now tells that it waits for signals.
	echo "another page" >/dev/printport0
	check "sim read: from anew" soon 10 grep -qx "another page" "$tmp/paper"
	kill -TERM "$reader"
	wait "$reader"
	check "sim read: interrupted" test $? -eq 130
	sim_read_ends "a job without end" /dev/null
	# Not in whole pages, so that a write finds room for a part of it.
	mkfifo "$tmp/pipe"
	exec 7<>"$tmp/pipe"
	printf '%5000s' '' >&7
	sim_read_ends "into a full pipe" "$tmp/pipe"
	exec 7>&-
	check "sim remove: not root" exits 5 setpriv --reuid=65534 --clear-groups \
		"$tmp/public/printportctl" sim remove office
	check "sim remove" exits 0 "$ctl" sim remove office
	check "sim remove: again" exits 3 "$ctl" sim remove office
	check "sim --help" exits 0 "$ctl" sim --help
}

# --- completion ------------------------------------------------------------------------

# completed LINE: what bash makes of it, a candidate a line
completed() {
	bash --norc -c '
		source "$1"
		COMP_LINE=$2
		# As readline takes it apart.
		words=${COMP_LINE//=/ = }
		words=${words//:/ : }
		read -ra COMP_WORDS <<<"$words"
		case $COMP_LINE in *[\ =:]) COMP_WORDS+=("") ;; esac
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_printportctl 2>/dev/null
		printf "%s\n" "${COMPREPLY[@]}"' - "$tools/completion/printportctl.bash" "$1"
}

# completes LINE CANDIDATE...: exactly these, in any order
completes() {
	local line=$1
	shift
	diff <(completed "$line" | sort) <(printf '%s\n' "$@" | sort)
}

test_bash() {
	sim add office >/dev/null
	mkdir -p /dev/printport/by-name /dev/printport/by-id
	ln -s ../../printport0 /dev/printport/by-name/kitchen
	ln -s ../../printport0 /dev/printport/by-id/sim-Acme_Mono_1_S1
	check "bash: verbs" completes "printportctl s" show status sim
	check "bash: ports" completes "printportctl show " 0 kitchen by-name/kitchen \
		by-id/sim-Acme_Mono_1_S1
	check "bash: printport0" completes "printportctl show pr" printport0
	check "bash: by-id" completes "printportctl reset by-i" by-id/sim-Acme_Mono_1_S1
	check "bash: options" completes "printportctl doctor --" --json --fix --help
	check "bash: languages" completes "printportctl monitor 0 " auto pjl escpos raw none
	check "bash: behind options" completes "printportctl print -n x --wait p" printed
	check "bash: simulated printers" completes "printportctl sim set of" office
	check "bash: attributes" completes "printportctl sim set office s" stall= sink=
	check "bash: values" completes \
		"printportctl sim set office reasons=media-empty,media-j" media-empty,media-jam
	check "bash: quirks" completes "printportctl quirk 04b8:0202 no-id+no-s" \
		no-id+no-status
	check "bash: settings" completes "printportctl config set 0 lan" language=
	check "bash: of wait" completes "printportctl wait 0 g" gone
}

# What a zsh at a terminal has: it notes in the file $noted what it offers for a line, and
# when ^G gives the line up.
zsh_start() {
	cat <<-'END'
	PS1= PS2=
	# Of the hundreds of others none is needed, and to read them takes long.
	fpath=($completions ${(M)fpath:#*/Completion(|/Base|/Zsh)})
	autoload -U compinit
	compinit -D -u
	compadd() {
		local -a hits
		if [[ " $* " == *" -"(O|A|D)" "* ]]; then
			builtin compadd "$@"
			return
		fi
		builtin compadd -O hits "$@"
		print -rl -- "<hit:"${^hits}">" >>$noted
		builtin compadd "$@"
	}
	give-up() {
		BUFFER=
		print -r -- "<done>" >>$noted
	}
	zle -N give-up
	bindkey "^G" give-up
	bindkey "^I" complete-word
	# Not before: what is typed earlier may be lost.
	zle-line-init() {
		zle -D zle-line-init
		print -r -- "<done>" >>$noted
	}
	zle -N zle-line-init
	END
}

zsh_driver() {
	cat <<-'END'
	zmodload zsh/zpty || exit
	zpty -b shell zsh -f -i
	# Until it has said so often that it is done; what it writes must be taken from it.
	wait_for() {
		local text limit=$((SECONDS + patience))
		until [[ $(grep -cx "<done>" $noted) == $1 ]]; do
			zpty -rt shell text
			((SECONDS < limit)) || exit 1
			sleep 0.05
		done
	}
	count=1
	: >$noted
	zpty -w shell "source $start"
	wait_for $count
	while read -r line; do
		print -r -- "<line:$line>" >>$noted
		zpty -wn shell "${line/%_/ }"$'\t\a'
		wait_for $((++count))
	done
	zpty -d shell
	END
}

# The lines of standard input, where a _ at the end is a blank.
zsh_offers() {
	export noted=$1 start=$tmp/zsh-start completions=$tools/completion
	zsh_start >"$start"
	zsh_driver >"$tmp/zsh-driver"
	patience=$((30 * patience)) bounded 200 zsh -f "$tmp/zsh-driver"
}

# offered LINE CANDIDATE: whether zsh has offered it for that line
offered() {
	awk -v line="<line:$1>" -v hit="<hit:$2>" '
		/^<line:/ { here = $0 == line }
		here && $0 == hit { found = 1 }
		END { exit !found }' "$tmp/zsh"
}

test_zsh() {
	# On the printer that the test of bash has left.
	zsh_offers "$tmp/zsh" <<-'END'
	printportctl doc
	printportctl show _
	printportctl sim set of
	printportctl sim set office st
	printportctl sim set office reasons=media-j
	printportctl quirk 04b8:0202 no-id+no-s
	printportctl monitor 0 es
	printportctl doctor --f
	END
	check "zsh: verbs" offered "printportctl doc" doctor
	check "zsh: ports" offered "printportctl show _" 0
	check "zsh: names" offered "printportctl show _" kitchen
	check "zsh: simulated printers" offered "printportctl sim set of" office
	check "zsh: attributes" offered "printportctl sim set office st" stall
	check "zsh: values" offered "printportctl sim set office reasons=media-j" media-jam
	check "zsh: quirks" offered "printportctl quirk 04b8:0202 no-id+no-s" no-status
	check "zsh: languages" offered "printportctl monitor 0 es" escpos
	check "zsh: options" offered "printportctl doctor --f" --fix
	rm -r /dev/printport
	sim remove office
}

# --- quirk -----------------------------------------------------------------------------

parameter=/sys/module/printport_usb/parameters/quirks
saved=/etc/modprobe.d/printport-quirks.conf

parameter_is() {
	[ "$(cat "$parameter")" = "$1" ]
}

quirks_at_once() {
	local id jobs=() good=true
	for id in 1 2 3 4 5 6 7 8; do
		"$ctl" quirk "9999:000$id" no-id --save >/dev/null &
		jobs+=($!)
	done
	wait "${jobs[@]}"
	for id in 1 2 3 4 5 6 7 8; do
		grep -q "9999:000$id:no-id" "$parameter" && grep -q "9999:000$id:no-id" "$saved" ||
			good=false
		"$ctl" quirk "9999:000$id" --clear --save >/dev/null
	done
	$good
}

test_quirk() {
	check "quirk: not loaded" exits 3 "$ctl" quirk 04b8:0202 none
	printf '# mine\noptions printport_usb protocol=1 quirks=1111:2222:no-id\n%s' \
		'options lp reset=1' >"$saved"
	check "quirk --save: not loaded" exits 0 "$ctl" quirk 4B8:202 none --save
	check "quirk --save: one entry more" \
		grep -qx "options printport_usb quirks=1111:2222:no-id,04b8:0202:none" "$saved"
	check "quirk --save: comments stay" grep -qx "# mine" "$saved"
	check "quirk --save: other options stay" \
		grep -qx "options printport_usb protocol=1" "$saved"
	check "quirk --save: other modules stay" grep -qx "options lp reset=1" "$saved"
	check "quirk --save: mode" test "$(stat -c %a "$saved")" = 644
	modprobe printport_usb || fail "modprobe printport_usb"
	check "quirk: modprobe takes it" parameter_is "1111:2222:no-id,04b8:0202:none"
	check "quirk: two words" exits 0 "$ctl" quirk 1234:5678 no-status+no-id
	check "quirk: says from when" says "next time"
	check "quirk: now" parameter_is \
		"1111:2222:no-id,04b8:0202:none,1234:5678:no-status+no-id"
	check "quirk: another word" exits 0 "$ctl" quirk 1234:5678 no-id
	check "quirk: in place of the first" parameter_is \
		"1111:2222:no-id,04b8:0202:none,1234:5678:no-id"
	check "quirk: list" exits 0 "$ctl" quirk
	check "quirk: list, saved" says "^1111:2222  no-id  *set, saved"
	check "quirk: list, not saved" says "^1234:5678  no-id  *set$"
	check "quirk --json" exits 0 "$ctl" quirk --json
	json "quirk --json: values" "quirks = said['quirks']
assert [q['product'] for q in quirks] == ['2222', '0202', '5678'], quirks
assert quirks[0]['words'] == ['no-id'] and quirks[0]['saved'] and not quirks[2]['saved']"
	check "quirk --clear --save" exits 0 "$ctl" quirk 1111:2222 --clear --save
	check "quirk --clear: now" parameter_is "04b8:0202:none,1234:5678:no-id"
	check "quirk --clear: saved" \
		grep -qx "options printport_usb quirks=04b8:0202:none" "$saved"
	check "quirk: another is at it" exits 4 \
		flock /run/printport/quirks.lock "$ctl" quirk 1111:2222 no-id --save
	check "quirk: another is at it: says so" says "another program is changing quirks"
	check "quirk: several at once" quirks_at_once
	check "quirk: no such word" exits 2 "$ctl" quirk 1234:5678 no-paper
	check "quirk: no such printer" exits 3 "$ctl" quirk nobody no-id
	sim add office >/dev/null
	check "quirk: no USB printer" exits 1 "$ctl" quirk 0 no-id
	sim remove office
	check "quirk: not root" exits 5 setpriv --reuid=65534 --clear-groups \
		"$tmp/public/printportctl" quirk 1234:5678 none
	"$ctl" quirk 04b8:0202 --clear --save >/dev/null
	"$ctl" quirk 1234:5678 --clear >/dev/null
	check "quirk --clear: none is left" parameter_is ""
	check "quirk --clear: none is saved" exits 1 grep quirks= "$saved"
	rm "$saved"
	rmmod printport_usb printport_sim printport
}

# --- doctor ----------------------------------------------------------------------------

usb_port() {
	port_of usb >/dev/null
}

# at_device WHAT: a program with the gadget's USB device open. "claim": it has the interface,
# "detach": it has only taken the driver away
at_device() {
	local device
	device=$(printf '/dev/bus/usb/%03d/%03d' "$(cat "$usb/busnum")" "$(cat "$usb/devnum")")
	soon 10 test -e "$device" || return
	rm -f "$tmp/ready"
	python3 - "$device" "$1" "$tmp/ready" <<-'END' &
	import fcntl, os, struct, sys, time
	# linux/usbdevice_fs.h
	CLAIMINTERFACE, IOCTL, DISCONNECT = 0x8004550f, 0xc0105512, 0x5516
	device = os.open(sys.argv[1], os.O_RDWR)
	try:
	    fcntl.ioctl(device, IOCTL, struct.pack("iiP", 0, DISCONNECT, 0))
	except OSError:
	    pass
	if sys.argv[2] == "claim":
	    fcntl.ioctl(device, CLAIMINTERFACE, struct.pack("I", 0))
	open(sys.argv[3], "w").close()
	time.sleep(1000)
	END
	program=$!
	soon 20 test -e "$tmp/ready"
}

ended() {
	kill "$1"
	wait "$1" 2>/dev/null
}

# What has no modules and no udevd.
test_nothing() {
	local modinfo
	modinfo=$(readlink -f "$(command -v modinfo)")
	check "nothing: exit code" exits 1 "$ctl" doctor
	check "nothing: module" finds error printport module-missing
	check "nothing: says for which kernel" says "running kernel $release"
	mount --bind /dev/null "$modinfo"
	doctor
	check "nothing, without modinfo: nobody knows" finds_no module-missing
	umount "$modinfo"
	doctor
	check "nothing: udevd" finds error udevd udevd-not-running
	check "nothing: rules" finds warning 60-printport.rules udev-rules-missing
}

test_usblp() {
	local user
	gadget_up "MFG:Acme;MDL:Mono 1;SN:X42;" || fail "gadget"
	modprobe usblp
	soon 10 test -e /sys/bus/usb/drivers/usblp/*:1.0
	# Without a program in it the printer is off-line.
	exec 9<>"$gadget_node"
	usb=$(readlink -f /sys/bus/usb/drivers/usblp/*:1.0/..)
	interface=${usb##*/}:1.0
	echo "printport_usb: module verification failed: signature and/or required key missing" \
		"- tainting kernel" >/dev/kmsg
	check "usblp: exit code" exits 1 "$ctl" doctor
	check "usblp: found" finds error "$interface" usblp-holds-printer
	check "usblp: module not loaded" finds error printport_usb module-not-loaded
	check "usblp: not blacklisted" finds warning usblp usblp-not-blacklisted
	echo blacklist usblp >/lib/modprobe.d/printport.conf
	ln -s /dev/null /etc/modprobe.d/printport.conf
	doctor
	check "usblp: the package's file out of force" says \
		"To do: rm /etc/modprobe.d/printport.conf"
	rm /lib/modprobe.d/printport.conf /etc/modprobe.d/printport.conf
	check "usblp: which printer" says "Acme Mono 1"
	doctor --fix -n
	check "usblp: -n says what" says "would: take $interface from usblp"
	check "usblp: -n does nothing" test -e "/sys/bus/usb/drivers/usblp/$interface"

	sleep 1000 <>/dev/usb/lp0 &
	user=$!
	doctor --fix
	check "usblp in use: says by whom" says "used by sleep (process $user)"
	check "usblp in use: is left alone" test -e "/sys/bus/usb/drivers/usblp/$interface"
	check "usblp in use: so is the program" kill -0 "$user"
	check "usblp in use: module loaded" loaded printport_usb
	ended "$user"
	echo blacklist usblp >/etc/modprobe.d/printport.conf
	doctor --fix
	check "usblp: fixed" says "^Done: take $interface from usblp"
	check "usblp: there is a port" soon 10 usb_port
	check "usblp: not found any more" finds_no usblp-holds-printer
	check "usblp: blacklisted" finds_no usblp-not-blacklisted
	port=$(port_of usb)
}

udevd_up() {
	mkdir -p /run/udev/rules.d
	cp "$tools"/udev/6[01]-*.rules /run/udev/rules.d/
	install -D -t /lib/udev "$PRINTPORT_TOOLS/printport_id"
	cp "$PRINTPORT_TOOLS"/libprintport.so.0 /usr/lib/ && ldconfig
	/lib/systemd/systemd-udevd --daemon && udevadm settle
}

mode_is() {
	[ "$(stat -c %G:%a "/dev/$port")" = "$1" ]
}

test_nodes() {
	check "node: without rules" finds warning "/dev/$port" node-permissions
	udevd_up || fail "udevd"
	check "node: fix" exits 0 "$ctl" doctor --fix
	check "node: fixed" mode_is lp:660
	check "node: udevd" finds_no udevd-not-running
	check "node: all is well" says "^Nothing is wrong with [12] print port"
	chmod 600 "/dev/$port"
	check "mode 600: exit code" exits 1 "$ctl" doctor
	check "mode 600: found" finds warning "/dev/$port" node-permissions
	check "mode 600: fix" exits 0 "$ctl" doctor --fix
	check "mode 600: fixed" mode_is lp:660
	chmod 666 "/dev/$port"
	check "mode 666: no harm" exits 0 "$ctl" doctor
	check "mode 666: a note" finds note "/dev/$port" node-permissions
	chmod 660 "/dev/$port"
}

test_user() {
	local as=(setpriv --reuid=tester --regid=tester)
	local ours="$tmp/public/printportctl"
	useradd -M tester
	check "user: exit code" exits 1 "${as[@]}" --init-groups "$ours" doctor
	check "user: not in the group" finds warning tester user-not-in-group
	check "user: what to do" says "adduser tester lp"
	usermod -aG lp tester
	check "user: session is older" exits 1 "${as[@]}" --clear-groups "$ours" doctor
	check "user: has to log in again" finds warning tester group-not-active
	check "user: in the group" exits 0 "${as[@]}" --init-groups "$ours" doctor
	check "user: may not fix" exits 5 "${as[@]}" --init-groups "$ours" doctor --fix
}

test_usbfs() {
	at_device claim || fail "claim"
	check "usbfs: exit code" exits 1 "$ctl" doctor --fix
	check "usbfs: found" finds error "$interface" usbfs-holds-printer
	check "usbfs: by whom" says "python3 (process $program)"
	check "usbfs: is left alone" kill -0 "$program"
	ended "$program"
	at_device detach || fail "detach"
	check "no driver, device in use: exit code" exits 1 "$ctl" doctor --fix
	check "no driver, device in use: found" finds error "$interface" printer-without-driver
	check "no driver, device in use: left alone" test ! -e "$usb/$interface/driver"
	ended "$program"
	check "no driver: fix" exits 0 "$ctl" doctor --fix
	check "no driver: fixed" says "^Done: give $interface to printport_usb"
	check "no driver: there is a port" soon 10 usb_port
	port=$(port_of usb)
}

test_ports() {
	sim add till "device_id=MFG:Acme;MDL:Till;SN:T7;" reasons=media-empty,cover-open \
		stall=1 >"$tmp/node"
	local node name
	node=$(cat "$tmp/node")
	name=${node##*/}
	udevadm settle
	exec 8>"$node"
	echo 0 >"/sys/class/printport/$name/limits/close_ms"
	echo page >&8
	check "stopped: exit code" exits 1 "$ctl" doctor
	check "stopped: found" finds warning "$name" port-stopped
	check "stopped: in words" says "out of paper, and its cover is open"
	check "held: a note" finds note "$name" port-held
	check "held: by whom" says "held by doctor.sh (process $$)"
	exec 8>&-
	doctor
	check "draining: found" finds warning "$name" port-draining
	check "draining: how much" says "5 bytes are still on their way"
	sim set till sink=1 stall=0 reasons=none
	mkdir -p /etc/printport
	printf '[match]\nmodel = *\n[port]\ncolour = red\n' >/etc/printport/wrong.conf
	doctor
	check "configuration: found" finds error /etc/printport configuration-wrong
	check "configuration: where" says "wrong.conf:4"
	printf '[match]\nmodel = *\n[port]\nlocation = Hall\n' >/etc/printport/right.conf
	doctor
	check "configuration: a right one comes first" \
		says "is wrong: /etc/printport/wrong.conf:4: "
	rm /etc/printport/wrong.conf
	check "configuration: all are right" finds_no_more configuration-wrong
	rm /etc/printport/right.conf
	sim add twin "device_id=MFG:Acme;MDL:Till;SN:T7;" reasons=media-low >/dev/null
	udevadm settle
	check "twins: exit code" exits 1 "$ctl" doctor --json
	json "twins: found" "found = {f['id']: f for f in said['findings']}
assert found['same-serial-number']['severity'] == 'warning', found
assert 'T7' in found['same-serial-number']['what'], found
assert found['printer-condition']['severity'] == 'note', found
assert said['fixes'] == [], said"
	sim remove twin
	sim add one $'device_id=MFG:Acme;MDL:Til\xe2\x82;SN:T8;' >/dev/null
	sim add two $'device_id=MFG:Acme;MDL:Til\xe2\x82;SN:T8;' >/dev/null
	udevadm settle
	check "twins, not UTF-8: exit code" exits 1 "$ctl" doctor --json
	json "twins, not UTF-8: cleaned" "found = {f['id']: f for f in said['findings']}
assert 'T8' in found['same-serial-number']['what'], found"
	sim remove one
	sim remove two
	sim remove till
}

cups_answers() {
	lpstat -r | grep -q 'is running'
}

# Debian's cupsd, which runs for this only.
cups_up() {
	local dir=$tmp/cups
	export CUPS_SERVER=$dir/sock
	mkdir -p "$dir"/{etc,spool/tmp,cache,state/certs}
	printf '%s\n' "ServerRoot $dir/etc" "RequestRoot $dir/spool" "TempDir $dir/spool/tmp" \
		"CacheDir $dir/cache" "StateDir $dir/state" "ErrorLog $dir/error_log" \
		"AccessLog $dir/access_log" "PageLog $dir/page_log" "SystemGroup root" \
		>"$dir/cups-files.conf"
	printf '%s\n' "Listen $CUPS_SERVER" "Browsing No" "WebInterface No" \
		"<Location />" "Order allow,deny" "Allow all" "</Location>" \
		"<Policy default>" "<Limit All>" "Order allow,deny" "Allow all" "</Limit>" \
		"</Policy>" >"$dir/cupsd.conf"
	cupsd -f -c "$dir/cupsd.conf" -s "$dir/cups-files.conf" 2>"$dir/stderr" &
	cups=$!
	soon 30 cups_answers
}

test_cups() {
	local cups
	if ! command -v cupsd >/dev/null || ! command -v lpadmin >/dev/null; then
		echo "skipped: there is no cupsd"
		skipped=$((skipped + 1))
		return
	fi
	check "cups: cupsd" cups_up
	lpadmin -p office -E -v 'usb://Acme/Mono%201?serial=X42' || fail "lpadmin"
	lpadmin -p far -E -v 'usb://Acme/Duplex%202?serial=X43' || fail "lpadmin"
	check "cups: exit code" exits 1 "$ctl" doctor
	check "cups: queue found" finds error office cups-usb-queue
	check "cups: what to do" \
		says "To do: lpadmin -p 'office' -v 'printport:/by-id/usb-Acme_Mono_1_X42'"
	check "cups: not another printer's" finds_none_of far
	lpadmin -p office -v 'file:///dev/null'
	check "cups: nothing to do" finds_no_more cups-usb-queue
	ended "$cups"
}

# ppdev_holds CLAIM: a program that has /dev/parport0. "claim", or "exclusive"
ppdev_holds() {
	rm -f "$tmp/ready"
	python3 - "$1" "$tmp/ready" <<-'END' &
	import fcntl, os, sys, time
	# linux/ppdev.h
	PPCLAIM, PPEXCL = 0x708b, 0x708f
	port = os.open("/dev/parport0", os.O_RDWR)
	if sys.argv[1] == "exclusive":
	    fcntl.ioctl(port, PPEXCL)
	fcntl.ioctl(port, PPCLAIM)
	open(sys.argv[2], "w").close()
	time.sleep(1000)
	END
	program=$!
	soon 20 test -e "$tmp/ready"
}

parallel_port() {
	port_of parport >/dev/null
}

# The machine's, which modules are not asked for yet.
has_parallel_port() {
	grep -qs PNP0400 /sys/bus/pnp/devices/*/id && return
	echo "skipped: the machine has no parallel port (selftests/vm/run --parallel)"
	skipped=$((skipped + 1))
	return 1
}

test_parallel() {
	has_parallel_port || return
	# Others may have repaired that already.
	! loaded printport_parport || rmmod printport_parport
	! loaded parport_pc || rmmod parport_pc
	doctor
	check "parallel: parport_pc" finds warning parport_pc parport-pc-not-loaded
	check "parallel: fix" exits 0 "$ctl" doctor --fix
	check "parallel: there is a port" soon 10 parallel_port
	# parport of Linux 6.1 hands the bus over with interrupts on and a lock held that its
	# interrupt handler wants, too: without an interrupt nothing can hang.
	rmmod printport_parport parport_pc
	modprobe parport_pc io=0x378 irq=none
	modprobe -a printport_parport lp ppdev
	soon 10 test -e /dev/parport0
	check "parallel: lp may be there" exits 0 "$ctl" doctor
	ppdev_holds claim || fail "ppdev"
	check "parallel: held" exits 1 "$ctl" doctor
	check "parallel: found" finds warning parport0 parport-held
	check "parallel: by whom" says "ppdev0, used by python3 (process $program)"
	ended "$program"
	rmmod printport_parport lp
	ppdev_holds exclusive || fail "ppdev, exclusive"
	modprobe printport_parport
	check "parallel: held exclusively" exits 1 "$ctl" doctor
	check "parallel: found, exclusive" finds error parport0 parport-held-exclusively
	ended "$program"
	rmmod printport_parport
	modprobe printport_parport parport=none
	check "parallel: left out" exits 0 "$ctl" doctor
	check "parallel: a note" finds note parport0 parport-excluded
	rmmod printport_parport
}

# What the kernel refuses: a module of another kernel, one that is not like this kernel's, one
# without a signature where all must have one.
test_refused() {
	has_parallel_port || return
	modprobe parport_pc
	local file=/lib/modules/$release/extra/printport_parport.ko magic="vermagic=$release "
	magic+="\(.* mod\)versions "
	! loaded printport_parport || rmmod printport_parport
	sed -i "s/$magic/vermagic=9${release#?} \1versionx /" "$file"
	refused "version: modprobe" modprobe printport_parport
	doctor
	check "version: found" finds error printport_parport module-version
	check "version: of which" says "built for kernel 9${release#?}"
	cp "$modules/printport_parport.ko" "$file"
	sed -i "s/$magic/vermagic=$release \1versionx /" "$file"
	doctor --fix
	check "load failed: found" finds error printport_parport module-load-failed
	check "load failed: what the kernel said" says "version magic"
	check "load failed: --fix tells" says "^Not done: load the module printport_parport: "
	cp "$modules/printport_parport.ko" "$file"
	echo Y >/sys/module/module/parameters/sig_enforce
	doctor --fix
	check "unsigned: found" finds error printport_parport module-unsigned
	check "unsigned: not loaded" test ! -e /sys/module/printport_parport
}

"$ctl" doctor --help >/dev/null || fail "doctor --help"
mkdir "$tmp/public"
cp "$PRINTPORT_TOOLS"/printportctl "$PRINTPORT_TOOLS"/libprintport.so.0 "$tmp/public/"
chmod -R a+rX "$tmp/public"
export LD_LIBRARY_PATH=$tmp/public
check "modules that modprobe finds" modules_tree
[ $# -gt 0 ] ||
	set -- nothing sim bash zsh quirk usblp nodes user usbfs ports cups parallel refused
for part; do
	[ "$part" = nothing ] || loaded printport || [ -d "/lib/modules/$release/extra" ] ||
		ours_installed || fail "printport is installed"
	"test_$part"
done
finish
