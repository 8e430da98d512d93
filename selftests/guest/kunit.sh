#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: kunit.sh     the unit tests, in a kernel with CONFIG_KUNIT
. "$(dirname "$0")/common.sh"

results=/sys/kernel/debug/kunit

modprobe -q kunit
load_modules printport printport_usb
before=$(find $results -name results | sort)
for module in printport_test printport_usb_test; do
	insmod "$modules/$module.ko" || fail "load $module"
done
for file in $(find $results -name results | sort); do
	[[ $'\n'$before$'\n' != *$'\n'$file$'\n'* ]] || continue
	cat "$file"
	while read -r verdict; do
		case $verdict in
		*"# SKIP"*) skipped=$((skipped + 1)) ;;
		ok*) passed=$((passed + 1)) ;;
		*) failed=$((failed + 1)) ;;
		esac
	done < <(grep -E '^    (not )?ok ' "$file" | sed 's/^ *//')
done
[ $((passed + failed)) -gt 0 ] || fail "no results"
check "unload" rmmod printport_usb_test printport_test printport_usb printport
finish
