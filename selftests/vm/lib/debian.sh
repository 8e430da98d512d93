# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# A clean Debian 12 as a directory: what a guest has for its root that is not to be the
# host's, with the programs that are tested on print ports. Nothing of the project is in it.

# For the kernel whose headers it gets: $abi.
debian_packages() {
	sed 's/#.*//' "$here/debian-packages" | xargs
	echo "linux-headers-$abi"
}

# The same packages of the same kernel are the same root.
debian_dir() {
	abi=$(stock_dir)
	abi=${abi##*/}
	echo "$cache/debian/$abi-$(debian_packages | sha256sum | cut -c 1-12)"
}

# The machine's own settings for its archive, such as a proxy.
archive_options() {
	apt-config dump | sed -n '/^Acquire::\(http\|https\)::Proxy/p;/^Acquire::Check-Valid-Until/p'
}

setup_debian() {
	setup_stock
	final=$(debian_dir)
	abi=$(stock_dir)
	abi=${abi##*/}
	[ ! -d "$final" ] || return 0
	[ "$(id -u)" -eq 0 ] || die "not root: only root can make a root directory"
	note "making a clean Debian 12"
	apt_suite "$(codename)"
	cache_begin
	archive_options >"$tmp/apt.conf"
	set -- "$apt_dir"/sources/machine.*
	logged debian mmdebstrap --quiet --mode=root --variant=minbase --aptopt="$tmp/apt.conf" \
		--include="$(debian_packages | tr ' \n' ',,' | sed 's/,*$//')" \
		--dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/doc/*/*' \
		--skip=cleanup/apt/lists \
		"$(codename)" "$tmp/root" "$@"
	rm -rf "$tmp/apt.conf" "$tmp/root/etc/dpkg/dpkg.cfg.d/99mmdebstrap"
	cache_commit "$final"
}
