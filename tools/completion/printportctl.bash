# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Completion of printportctl(1) for bash, with or without the package bash-completion.

# The words of the line, with what bash takes apart at = and : put together again.
__printportctl_words() {
	local word i glued=
	words=() cword=0
	for ((i = 0; i < ${#COMP_WORDS[@]}; i++)); do
		word=${COMP_WORDS[i]}
		if ((${#words[@]})) && [[ $glued || $word == [=:]* ]]; then
			words[-1]+=$word
		else
			words+=("$word")
		fi
		glued=
		[[ $word != *[=:] ]] || glued=yes
		((i != COMP_CWORD)) || cword=$((${#words[@]} - 1))
	done
	cur=${words[cword]-}
}

# __printportctl_offer CANDIDATE...: those that the word may become. What bash has taken
# apart it wants without the part in front.
__printportctl_offer() {
	local candidate front=${cur%"${cur##*[=:]}"}
	for candidate; do
		[[ $candidate == "$cur"* ]] || continue
		COMPREPLY+=("${candidate#"$front"}")
	done
	[[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace 2>/dev/null
}

# __printportctl_list SEPARATOR WORD...: a list of words, behind what is there of it
__printportctl_list() {
	local separator=$1 front=
	shift
	[[ $cur != *[=$separator]* ]] || front=${cur%"${cur##*[="$separator"]}"}
	__printportctl_offer "${@/#/$front}"
	compopt -o nospace 2>/dev/null
}

__printportctl_entries() {
	local entry
	for entry in "$1"/*; do
		[[ ! -e $entry && ! -L $entry ]] || printf '%s\n' "${entry##*/}"
	done
}

__printportctl_ports() {
	local dir number kind name
	for dir in /sys/class/printport/printport*; do
		number=${dir##*/printport}
		[[ $number =~ ^[0-9]+$ ]] || continue
		__printportctl_offer "$number"
		# For who begins to write it; else it would be the same once more.
		[[ $cur != p* ]] || __printportctl_offer "printport$number"
	done
	for kind in by-name by-id by-path; do
		while read -r name; do
			__printportctl_offer "$kind/$name"
			[[ $kind != by-name ]] || __printportctl_offer "$name"
		done < <(__printportctl_entries /dev/printport/$kind)
	done
	[[ $cur != /* ]] || __printportctl_files
}

__printportctl_files() {
	local file
	compopt -o filenames 2>/dev/null
	while read -r file; do
		COMPREPLY+=("$file")
	done < <(compgen -f -- "$cur")
}

# VENDOR:PRODUCT of the printers that are plugged in
__printportctl_usb_ids() {
	local interface device
	for interface in /sys/bus/usb/devices/*:*; do
		[[ $(cat "$interface/bInterfaceClass" 2>/dev/null) == 07 ]] || continue
		device=${interface%:*}
		__printportctl_offer "$(cat "$device/idVendor"):$(cat "$device/idProduct")"
	done
}

__printportctl_sims() {
	local name
	while read -r name; do
		__printportctl_offer "$name"
	done < <(__printportctl_entries /sys/kernel/config/printport_sim)
}

__printportctl_reasons="media-empty media-jam media-low media-needed cover-open door-open
	offline toner-low toner-empty marker-supply-low marker-supply-empty output-area-full
	paused other none"

__printportctl_sim_attribute() {
	# shellcheck disable=SC2086 # a list of words
	case $cur in
	reasons=*) __printportctl_list , $__printportctl_reasons ;;
	stall=* | sink=* | unidirectional=*) __printportctl_offer "${cur%%=*}="{0,1} ;;
	fail_next=*) __printportctl_offer fail_next={0,EIO,ENODEV,ENOSPC,ETIMEDOUT} ;;
	*=*) ;;
	*) __printportctl_offer {device_id,buffer,unidirectional,rate,stall,sink,reasons}= \
		fail_next= ;;
	esac
}

__printportctl_sim() {
	local verb=${arguments[0]-} count=${#arguments[@]}
	case $count:$verb in
	0:) __printportctl_offer list add set plug unplug remove read write ;;
	1:list) __printportctl_offer --json ;;
	1:set | 1:plug | 1:unplug | 1:remove | 1:read | 1:write) __printportctl_sims ;;
	1:*) ;;
	2:read) __printportctl_files ;;
	2:write) __printportctl_offer - ;;
	*:add | *:set) __printportctl_sim_attribute ;;
	esac
}

__printportctl_quirk() {
	case ${#arguments[@]} in
	0)
		__printportctl_usb_ids
		__printportctl_ports
		;;
	1) __printportctl_list + unidirectional vendor-class no-status no-id none ;;
	esac
}

__printportctl_config_value() {
	case $cur in
	language=*) __printportctl_offer language={auto,pjl,escpos,raw,none} ;;
	probe=*) __printportctl_offer probe={yes,no} ;;
	protocol=*) __printportctl_offer protocol={1,2,3} ;;
	forward-mode=*)
		__printportctl_offer forward-mode={auto,compatibility,epp,ecp}
		;;
	reverse-mode=*)
		__printportctl_offer reverse-mode={auto,none,nibble,byte,ecp}
		;;
	*=*) ;;
	*) __printportctl_offer {name,location,language,probe,protocol}= \
		{open-ms,read-ms,write-ms,close-ms,monitor-ms,forward-mode,reverse-mode}= ;;
	esac
}

__printportctl_config() {
	local verb=${arguments[0]-} count=${#arguments[@]} i
	case $count:$verb in
	0:) __printportctl_offer check show apply set unset ;;
	*:check) __printportctl_files ;;
	1:*) __printportctl_ports ;;
	*:set) __printportctl_config_value ;;
	*:unset)
		__printportctl_config_value
		for i in "${!COMPREPLY[@]}"; do
			COMPREPLY[i]=${COMPREPLY[i]%=}
		done
		;;
	esac
}

__printportctl_options() {
	case $1 in
	list | show | status | query) echo --json ;;
	watch) echo --json --timeout --count ;;
	wait) echo --timeout ;;
	print) echo -p -v -n --wait --timeout --user --json ;;
	jobs) echo --json -n ;;
	name) echo --clear ;;
	quirk) echo --json --clear --save ;;
	doctor) echo --json --fix -n ;;
	config | sim) echo --json ;;
	esac
	echo --help
}

# The value of the option in front of the cursor. Whether there is one.
__printportctl_value() {
	case $verb:${words[cword - 1]} in
	print:--wait) __printportctl_offer none delivered printed ;;
	print:--user) __printportctl_offer "$(id -un)" ;;
	print:-n | jobs:-n | *:--timeout | *:--count) ;;
	*) return 1 ;;
	esac
}

# What is there before the cursor and is no option, nor an option's value.
__printportctl_arguments() {
	local i
	arguments=()
	for ((i = 2; i < cword; i++)); do
		case $verb:${words[i]} in
		*:--timeout | *:--count | print:--wait | print:--user | print:-n | jobs:-n)
			((i++)) ;;
		*:-?*) ;;
		*) arguments+=("${words[i]}") ;;
		esac
	done
}

__printportctl_argument() {
	case $verb:${#arguments[@]} in
	sim:*) __printportctl_sim ;;
	quirk:*) __printportctl_quirk ;;
	config:*) __printportctl_config ;;
	doctor:* | list:*) ;;
	status:* | watch:*) __printportctl_ports ;;
	*:0) __printportctl_ports ;;
	print:*) __printportctl_files ;;
	wait:1) __printportctl_offer idle ready gone present ;;
	query:*) __printportctl_offer ID STATUS PAGECOUNT jobs bytes ;;
	limits:*) __printportctl_offer {open,read,write,close,monitor}= ;;
	monitor:1) __printportctl_offer auto pjl escpos raw none ;;
	esac
}

_printportctl() {
	local words cword cur verb arguments
	COMPREPLY=()
	__printportctl_words
	verb=${words[1]-}
	if ((cword <= 1)); then
		__printportctl_offer list show status watch wait print jobs query abort \
			reset limits name config monitor sim doctor quirk --help
	elif ! __printportctl_value; then
		__printportctl_arguments
		# shellcheck disable=SC2046 # words
		if [[ $cur == -?* || $cur == - ]]; then
			__printportctl_offer $(__printportctl_options "$verb")
		else
			__printportctl_argument
		fi
	fi
}

complete -F _printportctl printportctl
