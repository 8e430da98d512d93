# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# Kernel headers to build against, unpacked and not installed.

# kdir SERIES: the build directory of the newest unpacked headers of that series.
kdir() {
	newest "$cache/headers" "$1.*" | sed 's#.*/\(.*\)#&/usr/src/linux-headers-\1#'
}

# unpack_headers ABI: of the current apt suite.
unpack_headers() {
	arch=linux-headers-$1
	version=$(apt_field "$arch" Version)
	[ -n "$version" ] ||
		die "found no $arch; remove $cache/stock for a newer kernel, or see $logs"
	set -- "$1" "$(apt_field "$arch" Depends | tr ',' '\n' |
		sed -n "s/^ *\(linux-headers-[^ ]*common[^ ]*\|linux-kbuild-[^ ]*\).*/\1=$version/p")"
	final=$cache/headers/$1
	cache_begin
	# shellcheck disable=SC2086 # a list of words
	apt_unpack "$tmp" "$arch=$version" $2
	# Only BTF wants it, and that wants a pahole of the kernel's age.
	rm -f "$tmp/usr/src/$arch/vmlinux"
	sed -i "s#/usr/src/#$final/usr/src/#g" "$tmp/usr/src/$arch/Makefile"
	cache_commit "$final"
}

setup_headers_6_1() {
	setup_stock
	abi=$(stock_dir)
	abi=${abi##*/}
	[ ! -d "$cache/headers/$abi" ] || return 0
	note "fetching the headers of $abi"
	apt_suite "$(codename)"
	unpack_headers "$abi"
}

setup_headers_6_12() {
	[ -z "$(kdir 6.12)" ] || return 0
	note "fetching the headers of Linux 6.12"
	apt_suite bookworm-backports
	abi=$(apt_query search --names-only '^linux-headers-6\.12\..*-amd64$' |
		sed -n 's/^linux-headers-\([^ ]*\) .*/\1/p' | grep -v -e -rt- -e -cloud- | sort -V | tail -n 1)
	[ -n "$abi" ] || die "found no headers of Linux 6.12 in bookworm-backports; see $logs"
	unpack_headers "$abi"
}
