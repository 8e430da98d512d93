# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# CUPS without a backend: a queue on a file: device. That a job is "completed" proves
# nothing here: only what is on paper counts.

# The smallest driver: what it is given as text/plain goes to the device as it is.
ppd() {
	cat <<-'END'
	*PPD-Adobe: "4.3"
	*FormatVersion: "4.3"
	*FileVersion: "1.0"
	*LanguageVersion: English
	*LanguageEncoding: ISOLatin1
	*PCFileName: "OFFICE.PPD"
	*Manufacturer: "Acme"
	*Product: "(Acme Mono 1)"
	*ModelName: "Acme Mono 1"
	*ShortNickName: "Acme Mono 1"
	*NickName: "Acme Mono 1"
	*PSVersion: "(3010.000) 0"
	*cupsVersion: 1.4
	*cupsFilter: "text/plain 0 gziptoany"
	*OpenUI *PageSize/Page Size: PickOne
	*DefaultPageSize: A4
	*PageSize A4/A4: ""
	*CloseUI: *PageSize
	*OpenUI *PageRegion: PickOne
	*DefaultPageRegion: A4
	*PageRegion A4/A4: ""
	*CloseUI: *PageRegion
	*DefaultImageableArea: A4
	*ImageableArea A4/A4: "0 0 595 842"
	*DefaultPaperDimension: A4
	*PaperDimension A4/A4: "595 842"
	END
}

cups_begin() {
	echo 'FileDevice Yes' >>/etc/cups/cups-files.conf
	mkdir -p /run/cups /var/log/cups /var/spool/cups/tmp
	cupsd -f >"$work/cupsd.log" 2>&1 8>&- &
	cupsd=$!
	soon 60 scheduler_runs
}

scheduler_runs() {
	lpstat -r 2>/dev/null | grep -q 'is running'
}

cups_end() {
	kill "$cupsd" && wait "$cupsd"
}

# cups_queue NAME OPTION...: what lpadmin says of it is in $said
cups_queue() {
	lpadmin -p "$1" -E -v "file://$node" "${@:2}" 2>"$said"
}

# cups_job QUEUE FILE [OPTION...]: prints it; sets job
cups_job() {
	job=$(lp -d "$1" "${@:3}" "$2" 2>"$said" |
		sed -n 's/^request id is \([^ ]*\) .*/\1/p')
	[ -n "$job" ]
}

# office_job FILE
office_job() {
	cups_job office "$1" -o document-format=text/plain
}

job_completed() {
	lpstat -W completed -o 2>/dev/null | grep -q "^$job "
}

cups_prints() {
	local document
	for document in "$text" "$bytes" "$long"; do
		check "cups file: lp ${document##*/}" office_job "$document"
		sending "$document"
		check "cups file: ${document##*/} is on paper" on_paper
		check "cups file: ${document##*/} is completed" soon 30 job_completed
	done
}

# A raw queue on a file: device runs no program at all: its jobs are completed unprinted,
# whatever the device is. That this is so has to be known; the port is never opened.
cups_raw_is_nothing() {
	check "cups file: a raw queue" cups_queue rawfile -m raw
	check "cups file: raw: lp" cups_job rawfile "$text" -o raw
	check "cups file: raw: cups calls it completed" soon 30 job_completed
	check "cups file: raw: it was never sent to the port" on_paper
}

cups_waits_for_paper() {
	paper_out
	check "cups file: no paper: lp" office_job "$long"
	check "cups file: no paper: the job has begun" soon 30 has_queued 1000
	refused "cups file: no paper: not completed" job_completed
	paper_in
	sending "$long"
	check "cups file: new paper: all is on paper" on_paper
	check "cups file: new paper: completed" soon 30 job_completed
}

cups_cancels() {
	paper_out
	check "cups file: cancel: lp" office_job "$long"
	soon 30 has_queued 1000
	check "cups file: cancel" cancel "$job"
	paper_in
	check "cups file: cancel: the port is free" soon 30 port_closed
	check "cups file: cancel: a beginning is on paper" soon 5 on_paper_partly "$long"
	check "cups file: cancel: the next job" office_job "$text"
	sending "$text"
	check "cups file: cancel: and it is on paper" on_paper
}

# CUPS stops a job whose device it cannot open, and keeps it.
cups_finds_it_busy() {
	hold "$text"
	check "cups file: busy: lp" office_job "$bytes"
	check "cups file: busy: the log says so" soon 30 \
		grep -q "Stopping job because the scheduler could not open" /var/log/cups/error_log
	refused "cups file: busy: not completed" job_completed
	check "cups file: busy: the other's job is undisturbed" on_paper
	release
	check "cups file: free: lp -H restart" lp -i "$job" -H restart
	sending "$bytes"
	check "cups file: free: the job is on paper" on_paper
}

cups_on_sim() {
	if ! package_needed cupsd cups || ! package_needed lpadmin cups-client; then
		return
	fi
	ip link set lo up
	paper_new cups
	ppd >"$work/office.ppd"
	check "cups file: a printer" sim_up cups
	check "cups file: cupsd" cups_begin
	if cups_queue office -P "$work/office.ppd"; then
		cups_prints
		cups_raw_is_nothing
		cups_waits_for_paper
		cups_cancels
		cups_finds_it_busy
	else
		fail "cups file: a queue: $(cat "$said")"
	fi
	check "cups file: cupsd ends" cups_end
	check "cups file: the printer goes" sim_down
}
