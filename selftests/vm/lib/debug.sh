# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# A kernel of our own with every checker on.

debug_key() {
	sha256sum "$here/debug.config" | cut -c 1-12
}

debug_dir() {
	newest "$cache/debug" "*-$(debug_key)"
}

# Which suite still has which 7.x source changes with time; the lowest changes least.
debug_source() {
	for suite in trixie-backports forky sid; do
		apt_suite "$suite"
		package=$(apt_query search --names-only '^linux-source-7\.[0-9]+$' | cut -d ' ' -f 1 |
			sort -V | grep -v -x -e 'linux-source-7\.[01]' | head -n 1)
		[ -z "$package" ] || return 0
	done
	die "found no linux-source-7.2 or newer; see $logs"
}

# lost_options FRAGMENT CONFIG: the fragment's lines that did not survive.
lost_options() {
	grep '^CONFIG_' "$1" | grep -v -x -F -f "$2"
	sed -n 's/^# \(CONFIG_[A-Z0-9_]*\) is not set$/\1=/p' "$1" | grep -F -f - "$2"
}

configure_debug() {
	make tinyconfig &&
		scripts/kconfig/merge_config.sh -m .config "$here/debug.config" &&
		make olddefconfig || return
	lost=$(lost_options "$here/debug.config" .config | xargs)
	[ -z "$lost" ] || {
		echo "Kconfig did not accept: $lost"
		return 1
	}
}

# Building modules, checkpatch and kernel-doc need headers, scripts and the names of the
# top directories: 200 MB of 4 GB.
prune_debug() {
	for dir in block certs crypto drivers fs init io_uring ipc kernel lib mm net rust samples \
		security sound usr virt Documentation/devicetree; do
		rm -rf "$dir" && mkdir "$dir" || return
	done
	rm -rf tools/perf tools/testing vmlinux vmlinux.* .tmp_* ../modules/lib/modules/*/build
	find arch -mindepth 1 -maxdepth 1 -type d ! -name x86 -exec rm -rf {} +
	find arch -type f \( -name '*.[aocS]' -o -name '.*.cmd' -o -name 'bzImage' \) -delete
}

build_debug() {
	tar --strip-components=1 -xf "$1" && rm "$1" && configure_debug &&
		make -j "$(nproc)" LOCALVERSION= bzImage modules &&
		make LOCALVERSION= INSTALL_MOD_PATH=../modules modules_install &&
		cp arch/x86/boot/bzImage ../vmlinuz && prune_debug
}

setup_debug() {
	[ -z "$(debug_dir)" ] || return 0
	key=$(debug_key)
	debug_source
	version=$(apt_field "$package" Version)
	note "fetching the source of Linux $version"
	cache_begin
	apt_unpack "$tmp" "$package=$version"
	note "building the debug kernel (7 to 15 min on 2 cores)"
	mkdir "$tmp/build"
	cd "$tmp/build" || exit
	logged debug build_debug "$tmp/usr/src/$package.tar.xz"
	cd "$here" || exit
	rm -rf "${tmp:?}/usr"
	cache_commit "$cache/debug/$version-$key"
}
