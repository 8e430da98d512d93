# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# The Debian packages of ./packages.

missing_packages() {
	# shellcheck disable=SC2046 # a list of words
	dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' $(wanted_packages) 2>/dev/null |
		awk -v all="$(wanted_packages)" '
			$1 == "ii" { have[$2] = 1 }
			END { n = split(all, p); for (i = 1; i <= n; i++) if (!(p[i] in have)) print p[i] }'
}

wanted_packages() {
	sed 's/#.*//' "$here/packages" | xargs
}

setup_base() {
	missing=$(missing_packages | xargs)
	[ -n "$missing" ] || return 0
	[ "$(id -u)" -eq 0 ] || die "not root; as root, run: apt-get install $missing"
	mkdir -p "$logs"
	note "installing $missing"
	# shellcheck disable=SC2086 # a list of words
	install_packages $missing >"$logs/base.log" 2>&1 || {
		logged update apt-get -q update
		logged base install_packages $missing
	}
}

install_packages() {
	DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install "$@"
}
