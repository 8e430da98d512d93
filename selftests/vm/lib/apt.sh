# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# A private apt for any suite: the machine's own Debian archive, nothing of its state.

codename() {
	sed -n 's/^VERSION_CODENAME=//p' /etc/os-release
}

# suite_sources CODENAME SUITE DIR: the machine's sources, retargeted. For the machine's
# own release that includes its -updates and -security suites.
suite_sources() {
	set -- "$1" "$2" "$3" /etc/apt/sources.list /etc/apt/sources.list.d/*.list
	own=$1 want=$2 dir=$3
	shift 3
	for f; do
		[ -r "$f" ] && cat "$f"
	done | awk -v own="$own" -v want="$want" '
		$1 == "deb" {
			at = 3
			if ($2 ~ /^\[/) {
				while ($(at - 1) !~ /\]$/ && at < NF)
					at++
				at++
			}
			main = 0
			for (i = at + 1; i <= NF; i++)
				main += $i == "main"
			if (main && (want == own ? index($at, own) == 1 && $at !~ /backports/ : $at == own)) {
				if (want != own)
					$at = want
				print
			}
		}' >"$dir/machine.list"
	set -- /etc/apt/sources.list.d/*.sources
	[ -r "$1" ] || return 0
	for f; do
		grep -v '^#' "$f"
		echo
	done | awk -v own="$own" -v want="$want" '
		BEGIN { RS = ""; FS = "\n" }
		/(^|\n)Enabled: *no/ || !/(^|\n)Types:[^\n]*deb( |\n|$)/ ||
			!/(^|\n)Components:[^\n]* main( |\n|$)/ { next }
		{
			suites = ""
			for (i = 1; i <= NF; i++)
				if ($i ~ /^Suites:/) {
					at = i
					n = split(substr($i, 8), s, " ")
					for (j = 1; j <= n; j++) {
						if (want == own && index(s[j], own) == 1 && s[j] !~ /backports/)
							suites = suites " " s[j]
						else if (s[j] == own)
							suites = " " want
					}
				}
			if (suites == "")
				next
			$at = "Suites:" suites
			for (i = 1; i <= NF; i++)
				print $i
			print ""
		}' >"$dir/machine.sources"
}

# apt_suite SUITE: apt_query and apt_unpack work on that suite. Not every archive of the
# machine need have it: judge by what apt_query finds.
apt_suite() {
	apt_dir=$cache/apt/$1
	apt_conf=$apt_dir/apt.conf
	rm -rf "$apt_dir/sources"
	mkdir -p "$apt_dir/sources" "$apt_dir/lists/partial" "$apt_dir/cache/archives/partial" "$logs"
	suite_sources "$(codename)" "$1" "$apt_dir/sources"
	cat >"$apt_conf" <<-CONF
		Dir::Etc::sourcelist "/dev/null";
		Dir::Etc::sourceparts "$apt_dir/sources";
		Dir::Etc::preferences "/dev/null";
		Dir::Etc::preferencesparts "/dev/null";
		Dir::State::lists "$apt_dir/lists";
		Dir::Cache "$apt_dir/cache";
		Acquire::Languages "none";
		#clear APT::Update::Pre-Invoke;
		#clear APT::Update::Post-Invoke;
		#clear APT::Update::Post-Invoke-Success;
	CONF
	# The _apt user may not enter the cache of root's home.
	[ "$(id -u)" -ne 0 ] || echo 'APT::Sandbox::User "root";' >>"$apt_conf"
	apt-get -c "$apt_conf" -q update >"$logs/apt-$1.log" 2>&1 || true
}

apt_query() {
	apt-cache -c "$apt_conf" "$@"
}

# apt_field PACKAGE FIELD: of the newest version in the suite.
apt_field() {
	apt_query show --no-all-versions "$1" 2>/dev/null | sed -n "s/^$2: //p" | head -n 1
}

# apt_unpack DIR PACKAGE[=VERSION]...: downloads and unpacks, installs nothing.
apt_unpack() {
	into=$1
	shift
	mkdir "$into/debs"
	(cd "$into/debs" && logged download apt-get -c "$apt_conf" -q download "$@") || exit
	for deb in "$into"/debs/*.deb; do
		dpkg-deb -x "$deb" "$into"
	done
	rm -r "$into/debs"
}
