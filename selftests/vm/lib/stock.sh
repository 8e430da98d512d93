# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# Debian 12's own kernel, unpacked and not installed.

stock_dir() {
	newest "$cache/stock"
}

setup_stock() {
	[ -z "$(stock_dir)" ] || return 0
	note "fetching Debian 12's kernel"
	apt_suite "$(codename)"
	abi=$(apt_field linux-image-amd64 Depends | sed -n 's/^linux-image-\(6\.1\.[^ ,]*\).*/\1/p')
	[ -n "$abi" ] || die "found no linux-image-amd64 6.1 (is this Debian 12?); see $logs"
	cache_begin
	apt_unpack "$tmp" "linux-image-$abi"
	# The package leaves modules.dep to its postinst.
	depmod -b "$tmp" "$abi"
	cache_commit "$cache/stock/$abi"
}
