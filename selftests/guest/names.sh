#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: names.sh     the stable names and the configuration of ports, by the real udevd
# shellcheck disable=SC2317 # functions that others call
. "$(dirname "$0")/common.sh"

here=$(cd -- "$(dirname -- "$0")" && pwd -P)
rules=$here/../../tools/udev
gadgets=/sys/kernel/config/usb_gadget
links=/dev/printport
etc=/etc/printport
log=/run/names.log
ctl=$PRINTPORT_TOOLS/printportctl

# --- udev ---------------------------------------------------------------------------------

# Where syslog(3) goes, if nothing else listens there.
log_up() {
	: >"$log"
	[ ! -S /dev/log ] || return 0
	if command -v python3 >/dev/null; then
		python3 -c "
import socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind('/dev/log')
f = open('$log', 'ab', 0)
while True: f.write(s.recv(65536) + b'\n')" &
	else
		nc -klUu /dev/log >>"$log" &
	fi
	log_pid=$!
	soon 10 test -S /dev/log
}

logged() {
	grep -qaF -- "$1" "$log" || journalctl -t printport_id --no-pager 2>/dev/null |
		grep -qaF -- "$1"
}

udev_up() {
	mkdir -p /run/udev/rules.d "$etc"
	cp "$rules"/60-*.rules "$rules"/61-*.rules /run/udev/rules.d/ &&
		cp "$PRINTPORT_TOOLS/printport_id" /lib/udev/ &&
		cp "$PRINTPORT_TOOLS/printportd" /usr/local/sbin/ || return
	[ -S /run/udev/control ] || /lib/systemd/systemd-udevd --daemon || return
	udevadm control --reload && settled
}

settled() {
	udevadm settle --timeout $((30 * patience))
}

# property PORT NAME
property() {
	udevadm info -q property -p "/sys/class/printport/$1" | sed -n "s/^$2=//p" | grep .
}

# lm_property PORT NAME
lm_property() {
	udevadm info -q property -p "/sys/class/printport-lm/printport-lm${1#printport}" |
		sed -n "s/^$2=//p" | grep .
}

# leads LINK PORT
leads() {
	[ -L "$links/$1" ] && [ "$(readlink -f "$links/$1")" = "/dev/$2" ]
}

# --- simulated ports ----------------------------------------------------------------------

# sim_new NAME ID: not plugged in
sim_new() {
	# In one piece: what bash writes ends with each line.
	printf %b "$2" >/run/device_id
	mkdir "$sims/$1" && cat /run/device_id >"$sims/$1/device_id"
}

sim_plug() {
	local name
	for name; do
		echo 1 >"$sims/$name/live" || return
	done
	settled
}

sim_unplug() {
	local name
	for name; do
		echo 0 >"$sims/$name/live" || return
	done
	settled
}

sim_remove() {
	local name
	for name; do
		rmdir "$sims/$name" || return
	done
	settled
}

port_sim() {
	cat "$sims/$1/port"
}

# --- ids as ugly as real ones ---------------------------------------------------------------

# name, id, what PRINTPORT_ID is to be; none: there is to be none
ugly_ids() {
	local long
	long=$(printf 'x%.0s' {1..900})
	cat <<-END
	plain|MFG:Acme;MDL:Mono 1;SN:X42;|sim-Acme_Mono_1_X42
	spelt|MANUFACTURER:Acme;MODEL:Mono 2;SERIALNUMBER:X43;|sim-Acme_Mono_2_X43
	case|mfg:Acme;mdl:Mono 3;sern:X44;|sim-Acme_Mono_3_X44
	twice|MFG:Acme;MFG:Evil;MDL:Acme Mono 4;SERN:A-1;SN:B-2;|sim-Acme_Mono_4_A-1
	slash|MFG:../../etc;MDL:a/b/../c;SN:/../P-7;|sim-.._.._etc_a_b_.._c_.._P-7
	spaces|MFG:  Acme   Inc. ;MDL:\\tMono   5  ;SN:  X 45  ;|sim-Acme_Inc._Mono_5_X_45
	utf8|MFG:Br\\xc3\\xbcder;MDL:M\\xc3\\xb6we\\xff 5;SN:K77;|sim-Br_der_M_we_5_K77
	lines|MFG:A\\nPRINTPORT_NAME=evil;MDL:\\033[31mX;SN:Q12;|sim-A_PRINTPORT_NAME=evil_31mX_Q12
	quotes|MFG:"Acme";MDL:\$env{PATH};SN:%k-9;|sim-Acme_env_PATH_k-9
	shell|MFG:\$(reboot);MDL:\`id\`;SN:a&b;|sim-reboot_id_a_b
	nomodel|MFG:Acme;SN:X46;|sim-Acme_X46
	nomaker|MDL:Mono 7;SN:X47;|sim-Mono_7_X47
	serial|SN:X48;|sim-unknown_X48
	empty||none
	garbage|;;:;=\\001\\002;:::|none
	noserial|MFG:Acme;MDL:Mono 8;|none
	short|MFG:Acme;MDL:Mono 9;SN:7;|none
	zeros|MFG:Acme;MDL:Mono 10;SN:00000000;|none
	count|MFG:Acme;MDL:Mono 11;SN:0123456789abcdef;|none
	nothing|MFG:Acme;MDL:Mono 12;SN:None;|none
	binary|MFG:Acme;MDL:Mono 13;SN:A\\001B\\002;|none
	longsn|MFG:Acme;MDL:Mono 14;SN:${long};|none
	long|MFG:Acme;MDL:${long};SN:Z99;|sim-Acme_${long:0:64}_Z99
	END
}

check_ugly() {
	local name id port all
	while IFS='|' read -r name _ id; do
		port=$(port_sim "$name")
		all=$(udevadm info -q property -p "/sys/class/printport/$port")
		if [ "$id" = none ]; then
			refused "$name: no id" grep -q ^PRINTPORT_ID= <<<"$all"
		else
			check "$name: PRINTPORT_ID=$id" \
				grep -qxF "PRINTPORT_ID=$id" <<<"$all"
			check "$name: by-id" leads "by-id/$id" "$port"
		fi
		check "$name: by-path" leads "by-path/platform-printport_sim.$name" "$port"
		refused "$name: no name" grep -q ^PRINTPORT_NAME= <<<"$all"
	done < <(ugly_ids)
}

# Links and properties are there, and nothing else is.
ugly() {
	local names=() name id
	while IFS='|' read -r name id _; do
		sim_new "$name" "$id" && names+=("$name")
	done < <(ugly_ids)
	check "ugly: plugged in" sim_plug "${names[@]}"
	check_ugly
	check "nothing has left $links" \
		test -z "$(find $links -mindepth 1 ! -path "$links/by-*" -print)"
	check "each link is one level down" \
		test -z "$(find $links/by-* -mindepth 1 ! -type l -print)"
	check "removed" sim_remove "${names[@]}"
	check "no link is left" test -z "$(find $links -type l 2>/dev/null)"
}

# --- the same serial number twice -----------------------------------------------------------

with_id() {
	local dir
	for dir in /sys/class/printport/printport*; do
		property "${dir##*/}" PRINTPORT_ID
	done | grep -cFx "$1"
}

thieves() {
	local id="MFG:Acme;MDL:Twin;SN:T1000;" first second
	sim_new first "$id" && sim_new second "$id" && sim_plug first
	first=$(port_sim first)
	check "the first has the link" leads by-id/sim-Acme_Twin_T1000 "$first"
	sim_plug second
	second=$(port_sim second)
	check "the second does not steal it" leads by-id/sim-Acme_Twin_T1000 "$first"
	refused "the second has no id" property "$second" PRINTPORT_ID
	check "the log says so" logged "$first also has the id sim-Acme_Twin_T1000"
	udevadm trigger --settle -s printport
	check "trigger: still the first's" leads by-id/sim-Acme_Twin_T1000 "$first"
	udevadm trigger --settle --action=add -s printport
	check "trigger add: still the first's" leads by-id/sim-Acme_Twin_T1000 "$first"
	sim_unplug first
	check "the first is gone, and the link" test ! -e $links/by-id/sim-Acme_Twin_T1000
	sim_plug first
	check "back: it is the first's" \
		leads by-id/sim-Acme_Twin_T1000 "$(port_sim first)"
	sim_remove first second
}

# udev handles all of them at a time.
race() {
	local n round
	for n in 1 2 3 4 5 6; do
		sim_new "racer$n" "MFG:Acme;MDL:Racer;SN:R77;"
	done
	for round in 1 2 3; do
		sim_plug racer{1..6}
		check "race $round: one has the id" \
			test "$(with_id sim-Acme_Racer_R77)" = 1
		sim_unplug racer{1..6}
	done
	sim_remove racer{1..6}
}

# --- configuration --------------------------------------------------------------------------

config_files() {
	cat >$etc/kitchen.conf <<-'END'
	# the one in the kitchen
	[match]
	id = sim-Acme_Mono_1_X42

	[port]
	name = kitchen
	location = Küche, "links" $HOME
	language = raw
	open-ms = 1500
	write-ms = 0020000
	END
	cat >$etc/broken.conf <<-'END'
	[match]
	model = Mono 2
	[port]
	name = cellar
	open-ms = soon
	END
	cat >$etc/zz-rest.conf <<-'END'
	[match]
	manufacturer = acme
	[port]
	close-ms = 7000
	END
}

# changed_by_kernel PORT SIM: a status change, as an event
changed_by_kernel() {
	local seen
	seen=$(udevadm info -q property -p "/sys/class/printport/$1" | grep PRINTPORT_REASONS=)
	echo media-empty >"$sims/$2/reasons"
	soon 10 test "$(udevadm info -q property -p "/sys/class/printport/$1" |
		grep PRINTPORT_REASONS=)" != "$seen" >/dev/null
	soon 10 reasons_known "$1"
	echo none >"$sims/$2/reasons"
	settled
}

reasons_known() {
	property "$1" PRINTPORT_REASONS | grep -q media-empty
}

# all_as_configured PORT WHEN
all_as_configured() {
	check "$2: by-name" leads by-name/kitchen "$1"
	check "$2: by-id" leads by-id/sim-Acme_Mono_1_X42 "$1"
	check "$2: PRINTPORT_CONFIG" \
		test "$(property "$1" PRINTPORT_CONFIG)" = $etc/kitchen.conf
	check "$2: PRINTPORT_LOCATION" \
		test "$(property "$1" PRINTPORT_LOCATION)" = "Küche, \"links\" \$HOME"
	check "$2: PRINTPORT_LANGUAGE" test "$(property "$1" PRINTPORT_LANGUAGE)" = raw
}

configured() {
	local port
	config_files
	sim_new one "MFG:Acme;MDL:Mono 1;SN:X42;"
	sim_new two "MFG:Acme;MDL:Mono 2;SN:X43;"
	sim_plug one two
	port=$(port_sim one)
	all_as_configured "$port" hotplug
	check "hotplug: open_ms" attribute "$port" limits/open_ms 1500
	check "hotplug: write_ms is decimal" attribute "$port" limits/write_ms 20000
	check "hotplug: close_ms is as it was" attribute "$port" limits/close_ms 10000

	check "lm: PRINTPORT_LANGUAGE" test "$(lm_property "$port" PRINTPORT_LANGUAGE)" = raw
	check "lm: printportd is wanted" lm_property "$port" SYSTEMD_WANTS
	check "printportd heeds it" \
		grep -q "raw (the port's own configuration)" <(printportd --check "${port#printport}")

	echo 99 >"/sys/class/printport/$port/limits/open_ms"
	changed_by_kernel "$port" one
	check "status change: by hand is not overwritten" attribute "$port" limits/open_ms 99
	all_as_configured "$port" "status change"
	udevadm control --reload
	udevadm trigger --settle -s printport -s printport-lm
	check "upgrade: by hand is not overwritten" attribute "$port" limits/open_ms 99
	all_as_configured "$port" upgrade
}

# A file that is wrong does not count; the others do, and the port works.
wrong() {
	local port
	port=$(port_sim two)
	check "wrong file: in the log" logged "$etc/broken.conf:5: open-ms:"
	refused "wrong file: no name" property "$port" PRINTPORT_NAME
	check "wrong file: the next one counts" \
		test "$(property "$port" PRINTPORT_CONFIG)" = $etc/zz-rest.conf
	check "wrong file: close_ms of the next" attribute "$port" limits/close_ms 7000
	"$ctl" config check >/run/check 2>&1
	check "config check: exit code 8" test $? = 8
	check "config check: file and line" grep -q "^printportctl: $etc/broken.conf:5:" /run/check
	check "config check: whose a file is" \
		grep -q "^$etc/kitchen.conf: right; for $(port_sim one)$" /run/check
	check "config check: more than one file" \
		grep -q "zz-rest.conf: also fits $(port_sim one), but" /run/check
	"$ctl" config apply "$port" 2>/dev/null
	check "config apply: exit code 8" test $? = 8
	rm $etc/broken.conf
	check "config check: right" "$ctl" config check
	check "config check --json" "$ctl" config check --json
}

applied() {
	local port
	port=$(port_sim one)
	echo 99 >"/sys/class/printport/$port/limits/open_ms"
	check "config apply" "$ctl" config apply "$port"
	check "config apply: open_ms" attribute "$port" limits/open_ms 1500
	check "config set" "$ctl" config set by-name/kitchen read-ms=3000 "location = Hof"
	check "config set: read_ms" attribute "$port" limits/read_ms 3000
	check "config set: location" test "$(property "$port" PRINTPORT_LOCATION)" = Hof
	check "config set: comments stay" grep -qx "# the one in the kitchen" $etc/kitchen.conf
	check "config unset" "$ctl" config unset "$port" location
	refused "config unset: no location" property "$port" PRINTPORT_LOCATION
	"$ctl" config set "$port" open-ms=-1 2>/dev/null
	check "config set: a bad value: exit code 8" test $? = 8
	"$ctl" config set "$port" colour=red 2>/dev/null
	check "config set: no such key: exit code 2" test $? = 2
	"$ctl" config set "$port" protocol=1 2>/dev/null
	check "config set: what the port has not: exit code 1" test $? = 1
	check "config unset" "$ctl" config unset "$port" protocol
	check "config show" grep -q "open-ms *1500 *$etc/kitchen.conf:8 *1500" \
		<("$ctl" config show "$port")
}

# Properties go to the monitor's device, and none has none.
languages() {
	local port
	port=$(port_sim one)
	"$ctl" monitor "$port" none >/dev/null 2>&1
	check "monitor none: in the file" grep -qx "language = none" $etc/kitchen.conf
	check "monitor none: lm" test "$(lm_property "$port" PRINTPORT_LANGUAGE)" = none
	sim_unplug one
	sim_plug one
	port=$(port_sim one)
	refused "language none: nobody is wanted" lm_property "$port" SYSTEMD_WANTS
	"$ctl" monitor "$port" pjl >/dev/null 2>&1
	check "monitor pjl: lm" test "$(lm_property "$port" PRINTPORT_LANGUAGE)" = pjl
	check "monitor: shows it" grep -q "^language *pjl ($etc/kitchen.conf:" \
		<("$ctl" monitor "$port")
	"$ctl" monitor "$port" klingon 2>/dev/null
	check "monitor: no such language: exit code 2" test $? = 2
}

named() {
	local one two
	one=$(port_sim one) two=$(port_sim two)
	check "name: shows it" grep -q "kitchen" <("$ctl" name "$one")
	rm $etc/zz-rest.conf
	"$ctl" name "$two" kitchen 2>/dev/null
	check "name: in use: exit code 8" test $? = 8
	check "name: still the first's" leads by-name/kitchen "$one"
	check "name: a new one" "$ctl" name "$two" yard
	check "name: its link" leads by-name/yard "$two"
	check "name: its file" grep -qx "id = sim-Acme_Mono_2_X43" $etc/yard.conf
	check "name: by it" "$ctl" config show yard
	check "name: another" "$ctl" name yard garden
	check "name: its link" leads by-name/garden "$two"
	check "name: the old link is gone" test ! -L $links/by-name/yard
	check "name --clear" "$ctl" name "$two" --clear
	check "name --clear: the link is gone" test ! -L $links/by-name/garden
	"$ctl" name "$two" 12 2>/dev/null
	check "name: a number: exit code 8" test $? = 8
	"$ctl" name "$two" ../evil 2>/dev/null
	check "name: a path: exit code 8" test $? = 8
	check "nothing else was written" \
		test "$(find $etc -type f ! -name .lock | sort | tr '\n' ' ')" = "$etc/kitchen.conf $etc/yard.conf "
	sim_unplug one
	sim_plug one
	check "name: after replugging" leads by-name/kitchen "$(port_sim one)"
	sim_remove one two
	rm $etc/*.conf
}

# Two ports that a file is for, and one name.
shared_name() {
	printf '[match]\nmodel = Twin*\n[port]\nname = twin\n' >$etc/twins.conf
	sim_new a "MFG:Acme;MDL:Twin A;SN:TA1;"
	sim_new b "MFG:Acme;MDL:Twin B;SN:TB2;"
	sim_plug a
	sim_plug b
	check "one name for two: the first has it" leads by-name/twin "$(port_sim a)"
	refused "one name for two: the second has not" \
		property "$(port_sim b)" PRINTPORT_NAME
	"$ctl" name "$(port_sim b)" other 2>/dev/null
	check "name: in a file for two: exit code 8" test $? = 8
	sim_remove a b
	rm $etc/*.conf
}

# --- USB ------------------------------------------------------------------------------------

# printer_new N SERIAL: not plugged in
printer_new() {
	gadget_new "$gadgets/printer$1" "$1" "$2" \
		"MFG:Acme;MDL:Mono 1;CMD:PJL,PS;"
}

there() {
	port_on "$1" >/dev/null && settled
}

gone() {
	! port_on "$1" >/dev/null && settled
}

plug() {
	echo "dummy_udc.$2" >"$gadgets/printer$1/UDC" && soon 20 there "$2"
}

unplug() {
	echo >"$gadgets/printer$1/UDC" && soon 20 gone "$2"
}

# both plug|unplug N BUS N BUS
both() {
	"$1" "$2" "$3" && "$1" "$4" "$5"
}

by_path() {
	property "$(port_on "$1")" PRINTPORT_PATH
}

differ() {
	[ -n "$1" ] && [ -n "$2" ] && [ "$1" != "$2" ]
}

no_id_links() {
	[ -z "$(ls "$links/by-id" 2>/dev/null)" ]
}

usb_alike() {
	check "alike: plugged in" both plug 0 0 1 1
	check "alike: no by-id" no_id_links
	check "alike: PRINTPORT_PATH differs" differ "$(by_path 0)" "$(by_path 1)"
	check "alike: by-path" leads "by-path/$(by_path 0)" "$(port_on 0)"
	check "alike: by-path" leads "by-path/$(by_path 1)" "$(port_on 1)"
	check "alike: named by its place" "$ctl" name "$(port_on 1)" left 2>/run/warning
	check "alike: it says so" grep -q "only by its place" /run/warning
	check "alike: unplugged" both unplug 0 0 1 1
	plug 0 1 || fail "alike: the other one there"
	check "alike: the name is the place's" leads by-name/left "$(port_on 1)"
	unplug 0 1
	rm -f $etc/*.conf
}

usb_serial() {
	local id=usb-Acme_Mono_1_B2
	printf '[match]\nid = usb-*_B2\n[port]\nname = b2\nprotocol = 1\nread-ms = 77\n' \
		>$etc/b2.conf
	plug 2 0 || fail "serial: plugged in"
	check "serial: by-id" leads by-id/$id "$(port_on 0)"
	check "serial: by-name" leads by-name/b2 "$(port_on 0)"
	check "serial: read_ms" attribute "$(port_on 0)" limits/read_ms 77
	check "serial: protocol" applied_protocol "$(port_on 0)"
	unplug 2 0 || fail "serial: unplugged"
	check "serial: no link is left" test ! -L $links/by-id/$id
	check "serial: plugged in elsewhere" both plug 0 0 2 1
	check "elsewhere: by-id" leads by-id/$id "$(port_on 1)"
	check "elsewhere: by-name" leads by-name/b2 "$(port_on 1)"
	check "elsewhere: the other one has none" \
		test "$(property "$(port_on 0)" PRINTPORT_ID)" = ""
	check "serial: unplugged" both unplug 0 0 2 1
	rm -f $etc/*.conf
}

# f_printer has one protocol only: what it has not is refused, and udev goes on.
applied_protocol() {
	local has
	has=$(attribute "$1" usb/protocols) || return
	case " $has " in
	*" 1 "*) attribute "$1" usb/protocol 1 ;;
	*) attribute "$1" usb/protocol 2 ;;
	esac
}

compat() {
	local port
	cp "$rules"/62-*.rules /run/udev/rules.d/ && udevadm control --reload
	plug 2 0 || fail "compat: plugged in"
	port=$(port_on 0)
	check "compat: /dev/usb/lpN" \
		test "$(readlink -f "/dev/usb/lp${port#printport}")" = "/dev/$port"
	udevadm trigger --settle -s printport
	check "compat: it stays" \
		test "$(readlink -f "/dev/usb/lp${port#printport}")" = "/dev/$port"
	unplug 2 0
	check "compat: it goes" test ! -e "/dev/usb/lp${port#printport}"
	mkdir -p /dev/usb
	mknod "/dev/usb/lp${port#printport}" c 1 3
	plug 2 0 || fail "compat: plugged in"
	check "compat: a node stays" test -c "/dev/usb/lp${port#printport}" -a \
		! -L "/dev/usb/lp${port#printport}"
	udevadm trigger --settle -s printport
	check "compat: a node stays" test ! -L "/dev/usb/lp${port#printport}"
	unplug 2 0
	rm "/dev/usb/lp${port#printport}" /run/udev/rules.d/62-*
}

printer_remove() {
	local dir=$gadgets/printer$1
	rm "$dir/configs/c.1/printer.$1" &&
		rmdir "$dir/functions/printer.$1" "$dir"/{configs/c.1,strings/0x409} "$dir"
}

usb() {
	modprobe -a libcomposite usb_f_printer 2>/dev/null
	modprobe dummy_hcd num=2 is_high_speed=1
	load_modules printport_usb
	check "printers" new_printers
	usb_alike
	usb_serial
	compat
	for n in 0 1 2; do
		printer_remove $n
	done
	modprobe -r dummy_hcd
	check "unload" rmmod printport_usb
}

new_printers() {
	printer_new 0 "" && printer_new 1 "" && printer_new 2 B2
}

log_pid=
mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config
load_modules printport printport_sim
check "a log" log_up
check "udevd" udev_up
ugly
thieves
race
configured
wrong
applied
languages
named
shared_name
usb
check "unload" rmmod printport_sim printport
[ -z "$log_pid" ] || kill "$log_pid"
[ -d /run/systemd/system ] || udevadm control --exit
finish
