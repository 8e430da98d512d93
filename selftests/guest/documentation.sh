#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: documentation.sh [PAGE...]     every command of the documentation is run, with
#	everything installed where it says, see selftests/documentation/run
#
# PRINTPORT_INSTALLED: what "make -C tools install DESTDIR=" made, if it is not to be made
# here. Wants systemd, see selftests/vm/run --root debian --init systemd.
# shellcheck disable=SC2317 # functions that others call
. "$(dirname "$0")/common.sh"
here=$(cd -- "$(dirname -- "$0")" && pwd -P)
top=${here%/selftests/guest}
release=$(uname -r)
# What is installed is to be used.
unset LD_LIBRARY_PATH

# The tree cannot be written, and commands do: an overlay of our own.
writable_tree() {
	mkdir -p /run/tree && mount -t tmpfs tree /run/tree && mkdir /run/tree/upper /run/tree/work &&
		mount -t overlay -o "lowerdir=$top,upperdir=/run/tree/upper,workdir=/run/tree/work" \
			tree "$top"
}

install_tools() {
	if [ -n "${PRINTPORT_INSTALLED-}" ]; then
		tar -C "$PRINTPORT_INSTALLED" -c . | tar -C / -x --keep-directory-symlink
	else
		make -s -C "$top/tools" O="$PRINTPORT_TOOLS" install
	fi && ldconfig && systemd-sysusers printportd.conf && systemctl daemon-reload &&
		udevadm control --reload
}

# depmod reads all modules that there are, which takes minutes here: those that the pages
# need, and what these need, in a directory of their own.
install_modules() {
	local module base=/run/depmod/lib/modules/$release
	mkdir -p "/lib/modules/$release/updates" "$base/updates"
	cp "$modules"/*.ko "$modules"/../../selftests/parport_sim/*.ko \
		"/lib/modules/$release/updates" &&
		cp "/lib/modules/$release"/modules.{order,builtin,builtin.modinfo} "$base" || return
	for module in usblp libcomposite usb_f_printer dummy_hcd parport_pc lp ppdev configfs; do
		modprobe --show-depends "$module" | sed -n 's/^insmod \(\S*\).*/\1/p'
	done | sort -u | xargs cp --parents -t /run/depmod &&
		cp "/lib/modules/$release/updates"/*.ko "$base/updates" &&
		depmod -b /run/depmod "$release" && cp "$base"/modules.* "/lib/modules/$release"
}

# As make and the package of the headers leave them.
built_trees() {
	[ -e "$top/build/modules/$release" ] ||
		ln -s "$(readlink -f "$modules/../..")" "$top/build/modules/$release" || return
	[ -e "/lib/modules/$release/build" ] ||
		ln -s "/usr/src/linux-headers-$release" "/lib/modules/$release/build"
}

# What the pages print.
documents() {
	cat >letter.ps <<-'END'
	%!PS-Adobe-3.0
	%%Pages: 1
	%%Page: 1 1
	/Helvetica findfont 12 scalefont setfont
	72 720 moveto (Dear Anna,) show
	showpage
	%%EOF
	END
	cp letter.ps invoice.ps
	! command -v gs >/dev/null || gs -q -sDEVICE=pdfwrite -o report.pdf letter.ps
}

# What secure-boot.md says that one sees; the kernel does not go back, so this comes last.
refused_unsigned() {
	echo 1 >/sys/module/module/parameters/sig_enforce || return
	! modprobe printport 2>/run/refused && grep "Key was rejected by service" /run/refused &&
		dmesg | tail -n 20 | grep "is rejected"
}

check "the tree can be written" writable_tree
# The directory below the overlay is another one.
cd "$top" || exit
check "tools installed" install_tools
check "modules installed" install_modules
check "trees" built_trees
check "documents" documents
# Nothing could be said of the pages.
[ "$failed" -eq 0 ] || finish
programs=$here/../documentation
[ $# -gt 0 ] || run complete
run run "$@"
[ $# -gt 0 ] || check "a module that nobody trusts is refused" refused_unsigned
finish
