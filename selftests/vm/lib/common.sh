# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# Messages, the cache and its atomic entries.

cache=${PRINTPORT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/printport}
logs=$cache/log

note() {
	printf '[%s] %s\n' "${0##*/}" "$*" >&2
}

die() {
	note "$@"
	exit 1
}

# logged NAME COMMAND...: the command's output goes to a log; its end is shown on failure.
logged() {
	log=$logs/$1.log
	shift
	"$@" >"$log" 2>&1 && return
	sed 's#[a-z+]*://[^ ]*#<archive>#g' "$log" | tail -n 25 >&2
	die "failed: $1 ...; the whole log is $log"
}

# newest DIR [PATTERN]: the highest version among DIR's entries, or nothing.
newest() {
	[ -d "$1" ] || return 0
	find "$1" -mindepth 1 -maxdepth 1 -name "${2:-*}" | sort -V | tail -n 1
}

# An entry appears under its name only when it is complete.
cache_begin() {
	mkdir -p "$cache/tmp" "$logs"
	tmp=$(mktemp -d "$cache/tmp/XXXXXX")
	chmod 755 "$tmp"
}

cache_commit() {
	mkdir -p "${1%/*}"
	rm -rf "$1"
	mv "$tmp" "$1"
}

# One setup at a time: two would build the same thing, or clean up each other's work.
cache_lock() {
	mkdir -p "$cache"
	exec 9>"$cache/lock"
	flock -n 9 || {
		note "waiting for another setup to finish"
		flock 9
	}
	rm -rf "$cache/tmp"
}
