#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the benchmarks have measured: summary, table, picture.

usage: plot.py --collect RUNS.jsonl RESULT.json    summarizes the single measurements
       plot.py --table RESULT.json                 prints tables
       plot.py --svg RESULT.json PICTURE.svg       draws
       plot.py --markdown RESULT.json [DOCUMENT]   prints the tables in Markdown, or puts
                                                   them between the marks of DOCUMENT and
                                                   draws the picture beside it
"""

import html
import json
import math
import os
import statistics
import sys
import textwrap

# By benchmark: what the marks in the document and the title of the picture say.
SUBJECTS = {"monitor": "language monitors", "usb": "USB", "parallel": "parallel ports"}
HEADS = {
    "monitor": "What a language monitor costs",
    "usb": "printport_usb beside usblp",
    "parallel": "printport_parport beside lp",
}

TRANSPORTS = {
    "sim": "Simulated printer that swallows what it gets",
    "usb": "USB printer on an emulated high-speed bus",
}
# In the order of the tables. The names are those of monitor-guest.
ROWS = {
    "direct": "no monitor",
    "pass": "monitor, pass-through",
    "inspect": "monitor, inspect and forward",
    "rewrite": "monitor, rewrite",
    "cuse": "CUSE, swallowing",
    "usblp": "usblp",
    "cuse-usblp": "CUSE, forwarding to usblp",
    "pjl": "printportd, PJL",
}
# What a row is compared with, if it was measured on the same transport.
PEERS = {"direct": "direct", "cuse": "CUSE", "usblp": "usblp", "cuse-usblp": "CUSE"}
SIZES = {65536: "64 KiB", 64: "64 B"}

# The benchmark of USB; the names are those of usb-guest.
USB_SECTIONS = {
    "ffs-high": "High speed, FunctionFS printer",
    "printer-high": "High speed, f_printer",
    "ffs-super": "Super speed, FunctionFS printer",
}
USB_ROWS = {"printport": "printport_usb", "usblp": "usblp"}
USB_SIZES = {1048576: "1 MiB", 65536: "64 KiB", 4096: "4 KiB", 64: "64 B", 1: "1 B"}
USB_TIMES = {
    "arrival": "write of 1 B on an idle port, until the printer has it",
    "listening": "the same, and the spooler waits for the printer, too",
    "empty": "open, close",
    "one": "open, write of 1 B, close",
}

# The benchmark of parallel ports; the names are those of parallel-guest.
PARALLEL_SECTIONS = {
    "qemu": "QEMU's port",
    "sim": "Simulated port, fast printer",
    "sim-irq": "Simulated port with an interrupt, fast printer",
    "sim-slow": "Simulated port, slow printer",
    "sim-ecp": "Simulated port with hardware for ECP",
}
PARALLEL_ROWS = {
    "printport": "printport_parport",
    "ecp": "printport_parport, ECP",
    "compatibility": "printport_parport, compatibility",
    "lp": "lp",
}
PARALLEL_SIZES = {65536: "64 KiB", 4096: "4 KiB"}
FAULTS = {"paper-out": "no paper", "busy": "busy"}
LINE_TIMES = {"min_setup_ns": "setup", "min_strobe_ns": "strobe", "min_hold_ns": "hold"}

NAMES = {"monitor": ROWS, "usb": USB_ROWS, "parallel": PARALLEL_ROWS}


# --- the summary ----------------------------------------------------------------------


def spread(values):
    return {
        "median": statistics.median(values),
        "min": min(values),
        "max": max(values),
        "runs": len(values),
    }


def select(runs, **wanted):
    return [run for run in runs if all(run.get(k) == v for k, v in wanted.items())]


def summarize_throughput(runs):
    """Of the runs of one row, transport and size."""
    result = {"mb_per_s": spread([run["mb_per_s"] for run in runs])}
    for clock in ("writer", "watched", "system"):
        result[f"{clock}_ms_per_mb"] = statistics.median(
            run[f"cpu_{clock}_s"] * 1e9 / run["bytes"] for run in runs
        )
    return result


def summarize_times(runs, member="us"):
    """Medians over the runs of each percentile."""
    times = [run[member] for run in runs if run.get(member)]
    if not times:
        return None
    result = {}
    for name in ("p50", "p90", "p99"):
        result[name] = statistics.median(t[name] for t in times)
    result["min"] = min(t["min"] for t in times)
    result["max"] = max(t["max"] for t in times)
    result["runs"] = len(times)
    return result


def summarize_row(runs):
    throughput = {}
    for size in SIZES:
        some = select(runs, test="throughput", size=size)
        if some:
            throughput[str(size)] = summarize_throughput(some)
    first_byte = select(runs, test="first-byte")
    memory = select(runs, test="memory")
    return {
        "throughput": throughput,
        "latency_us": summarize_times(select(runs, test="latency")),
        "job_us": summarize_times(select(runs, test="job")),
        "first_byte_us": summarize_times(first_byte),
        "first_document_byte_us": summarize_times(first_byte, "document_us"),
        "memory": {
            name: memory[-1][name]
            for name in ("rss_kib", "pss_kib", "job_ring", "wire_ring")
            if memory and name in memory[-1]
        },
    }


def add_ratios(rows):
    """To the rows of one transport: how many times as fast as its peers each is."""
    for row in rows.values():
        for size, own in row["throughput"].items():
            for peer in PEERS:
                other = rows.get(peer, {}).get("throughput", {}).get(size)
                if other:
                    own[f"to_{peer}"] = (
                        own["mb_per_s"]["median"] / other["mb_per_s"]["median"]
                    )


def summarize_usb_row(runs):
    rates = {}
    for size in USB_SIZES:
        some = select(runs, test="throughput", size=size)
        if some:
            rates[str(size)] = summarize_throughput(some)
    some = select(runs, test="read")
    if some:
        rates["read"] = summarize_throughput(some)
    times = {
        "arrival": select(runs, test="arrival", reading=False),
        "listening": select(runs, test="arrival", reading=True),
        "empty": select(runs, test="open-close", size=0),
        "one": select(runs, test="open-close", size=1),
    }
    return {
        "rates": rates,
        "times_us": {name: summarize_times(some) for name, some in times.items()},
    }


def summarize_usb(runs):
    summary = {}
    for section in USB_SECTIONS:
        rows = {}
        for row in USB_ROWS:
            some = select(runs, section=section, row=row)
            if some:
                rows[row] = summarize_usb_row(some)
        if rows:
            summary[section] = rows
    return summary


def summarize_monitor(runs):
    summary = {}
    for transport in TRANSPORTS:
        rows = {}
        for row in ROWS:
            some = select(runs, transport=transport, row=row)
            if some:
                rows[row] = summarize_row(some)
        if rows:
            add_ratios(rows)
            summary[transport] = rows
    return summary


def percent_busy(runs, *clocks):
    """Of one processor, over all runs: one alone is too short for the clock's 10 ms."""
    busy = sum(run[f"cpu_{clock}_s"] for run in runs for clock in clocks)
    return 100 * busy / sum(run["seconds"] for run in runs) if runs else None


def summarize_parallel_rates(runs):
    rates = {}
    for size in PARALLEL_SIZES:
        some = select(runs, test="throughput", size=size, shared=None)
        if some:
            rates[str(size)] = summarize_throughput(some)
            rates[str(size)]["writer_percent"] = percent_busy(some, "writer")
    return rates


def summarize_stalls(runs):
    """What a printer that does not print costs, and when it is noticed that it does again."""
    stalls = {}
    for fault in FAULTS:
        some = select(runs, test="stall", fault=fault)
        if some:
            stalls[fault] = {
                "driver_percent": percent_busy(some, "writer", "watched"),
                "system_percent": percent_busy(some, "system"),
                "resume_ms": spread([run["resume_s"] * 1e3 for run in some]),
            }
    return stalls


def summarize_lines(runs):
    """The shortest times and all violations; the mode in which most bytes went."""
    some = select(runs, test="account")
    if not some:
        return None
    lines = {"violations": sum(run["violations"] for run in some)}
    for name in LINE_TIMES:
        lines[name] = min((run[name] for run in some if run[name] > 0), default=None)
    for name in ("compat_bytes", "ecp_bytes", "hardware_bytes", "status_reads", "writes"):
        lines[name] = sum(run[name] for run in some)
    return lines


def summarize_parallel_row(runs):
    claims = {}
    for size in PARALLEL_SIZES:
        times = summarize_times(select(runs, test="bus-client", size_of_writes=str(size)))
        if times:
            claims[str(size)] = times
    return {
        "rates": summarize_parallel_rates(runs),
        "stalls": summarize_stalls(runs),
        "idle_percent": percent_busy(select(runs, test="idle"), "system"),
        "status_us": summarize_times(select(runs, test="status")),
        "claims_us": claims,
        "lines": summarize_lines(runs),
    }


def summarize_parallel(runs):
    summary = {}
    for section in PARALLEL_SECTIONS:
        rows = {}
        for row in PARALLEL_ROWS:
            some = select(runs, section=section, row=row)
            if some:
                rows[row] = summarize_parallel_row(some)
        if rows:
            summary[section] = rows
    return summary


def benchmark_of(result):
    return result["machine"].get("benchmark", "monitor")


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return "unknown"


def collect(source, target):
    with open(source, encoding="utf-8") as file:
        runs = [json.loads(line) for line in file if line.strip()]
    result = {
        "machine": {"emulated_on": processor()},
        "summary": {},
        "runs": [run for run in runs if run["test"] not in ("machine", "host")],
    }
    for run in select(runs, test="machine") + select(runs, test="host"):
        result["machine"].update((k, v) for k, v in run.items() if k != "test")
    summarize = {
        "monitor": summarize_monitor,
        "usb": summarize_usb,
        "parallel": summarize_parallel,
    }
    result["summary"] = summarize[benchmark_of(result)](runs)
    with open(target + ".tmp", "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)
        file.write("\n")
    os.replace(target + ".tmp", target)


# --- tables: a title, names of columns, rows of text ---------------------------------------


def number(value):
    """Three digits that count."""
    if value is None:
        return "-"
    if value >= 100:
        return f"{value:.0f}"
    if value <= 0:
        return f"{value:.2f}"
    return f"{value:.{max(0, 2 - math.floor(math.log10(value)))}f}"


def throughput_table(transport, rows, size):
    peers = [peer for peer in PEERS if peer in rows]
    head = ["", "MB/s", "min", "max"]
    head += [f"to {PEERS[peer]}" for peer in peers]
    head += ["CPU ms/MB", "writer's", "monitor's"]
    lines = []
    for name, row in rows.items():
        own = row["throughput"].get(str(size))
        if not own:
            continue
        rate = own["mb_per_s"]
        line = [ROWS[name]] + [number(rate[k]) for k in ("median", "min", "max")]
        line += [number(own.get(f"to_{peer}")) for peer in peers]
        line += [number(own[f"{k}_ms_per_mb"]) for k in ("system", "writer")]
        watched = own["watched_ms_per_mb"]
        line += [number(watched) if watched else "-"]
        lines.append(line)
    return f"{TRANSPORTS[transport]}, writes of {SIZES[size]}", head, lines


def times_of(row, direct, name):
    """Median, 99th percentile, and what the median has more than without a monitor."""
    own, base = row[name], direct.get(name) if direct else None
    if not own:
        return ["-"] * 3
    added = f"{own['p50'] - base['p50']:+.0f}" if base and row is not direct else "-"
    return [number(own["p50"]), number(own["p99"]), added]


def times_table(transport, rows):
    head = [""]
    for what in ("write", "job"):
        head += [f"{what} p50", "p99", "added"]
    lines = []
    for name, row in rows.items():
        if row["latency_us"] or row["job_us"]:
            lines.append(
                [ROWS[name]]
                + times_of(row, rows.get("direct"), "latency_us")
                + times_of(row, rows.get("direct"), "job_us")
            )
    title = f"{TRANSPORTS[transport]}, microseconds for 64 B"
    return title + ": write + fsync; START_JOB, write, END_JOB (delivered)", head, lines


def first_byte_table(transport, rows):
    head = ["", "any p50", "p99", "added", "document's p50", "p99", "added"]
    lines = []
    for name, row in rows.items():
        if row["first_byte_us"]:
            lines.append(
                [ROWS[name]]
                + times_of(row, rows.get("direct"), "first_byte_us")
                + times_of(row, rows.get("direct"), "first_document_byte_us")
            )
    title = f"{TRANSPORTS[transport]}, microseconds from START_JOB to the first byte"
    return title + " that its reader sees", head, lines


def memory_table(transport, rows):
    head = ["", "RSS KiB", "PSS KiB", "job ring KiB", "wire ring KiB"]
    lines = []
    for name, row in rows.items():
        memory = row["memory"]
        if memory:
            line = [memory.get("rss_kib"), memory.get("pss_kib")]
            for ring in ("job_ring", "wire_ring"):
                line.append(memory[ring] / 1024 if ring in memory else None)
            lines.append([ROWS[name]] + ["-" if v is None else f"{v:.0f}" for v in line])
    return f"{TRANSPORTS[transport]}, memory of a port's helper", head, lines


def ratio(value, other):
    return value / other if value is not None and other else None


def summary_value(result, section, row, *path):
    """A member of the summary, or None where it was not measured."""
    value = result["summary"].get(section, {}).get(row, {})
    for name in path:
        value = (value or {}).get(name)
    return value


def usb_rates_table(result, section):
    head = ["", "printport MB/s", "min", "max", "usblp MB/s", "min", "max", "times usblp"]
    head += ["printport CPU ms/MB", "usblp CPU ms/MB", "of usblp"]
    names = {str(size): f"writes of {text}" for size, text in USB_SIZES.items()}
    names["read"] = "back channel, reads of 4 KiB"
    lines = []
    for name, text in names.items():
        line, rates, costs = [text], [], []
        for row in USB_ROWS:
            rate = summary_value(result, section, row, "rates", name, "mb_per_s") or {}
            line += [number(rate.get(k)) for k in ("median", "min", "max")]
            rates.append(rate.get("median"))
            path = ("rates", name, "system_ms_per_mb")
            costs.append(summary_value(result, section, row, *path))
        if any(rates):
            line.append(number(ratio(*rates)))
            line += [number(cost) for cost in costs] + [number(ratio(*costs))]
            lines.append(line)
    return f"{USB_SECTIONS[section]}: rates, and what the whole machine is busy", head, lines


def usb_times_table(result, section):
    head = ["", "printport min", "p50", "p99", "usblp min", "p50", "p99", "p50 of usblp"]
    lines = []
    for name, text in USB_TIMES.items():
        line, medians = [text], []
        for row in USB_ROWS:
            times = summary_value(result, section, row, "times_us", name) or {}
            line += [number(times.get(k)) for k in ("min", "p50", "p99")]
            medians.append(times.get("p50"))
        if any(medians):
            lines.append(line + [number(ratio(*medians))])
    return f"{USB_SECTIONS[section]}: microseconds", head, lines


def usb_ratio(result, section, *path):
    return ratio(*(summary_value(result, section, row, *path) for row in USB_ROWS))


def usb_targets(result):
    """Text, what is measured, whether at least or at most, the limit."""
    large = ("rates", "65536", "mb_per_s", "median")
    small = ("rates", "64", "mb_per_s", "median")
    busy = ("rates", "65536", "system_ms_per_mb")
    for section, title in USB_SECTIONS.items():
        if section not in result["summary"]:
            continue
        times = 3 if section == "ffs-super" else 1.5
        yield f"{title}: 64 KiB, times usblp", usb_ratio(result, section, *large), ">=", times
        if section != "ffs-super":
            rate = summary_value(result, section, "printport", *large)
            yield f"{title}: 64 KiB, MB/s", rate, ">=", 50.5
        yield f"{title}: 64 B, times usblp", usb_ratio(result, section, *small), ">=", 20
        value = usb_ratio(result, section, *busy)
        yield f"{title}: 64 KiB, CPU per MB, of usblp's", value, "<=", 0.5
        for name, spooler in {"arrival": "only writes", "listening": "also reads"}.items():
            value = usb_ratio(result, section, "times_us", name, "p50")
            text = f"{title}: 1 B, spooler that {spooler}, p50, of usblp's"
            yield text, value, "<=", 1


def targets_table(targets):
    lines = []
    for text, value, relation, limit in targets:
        met = None
        if value is not None:
            met = {">": value > limit, ">=": value >= limit, "<=": value <= limit}[relation]
        word = {None: "-", True: "yes", False: "no"}[met]
        lines.append([text, f"{relation} {limit}", number(value), word])
    return "Targets", ["", "target", "measured", "met"], lines


def usb_tables(result):
    for section in result["summary"]:
        yield usb_rates_table(result, section)
        yield usb_times_table(result, section)
    yield targets_table(usb_targets(result))


def parallel_rows(result):
    """Title of the section, name of the row, and the row."""
    for section, rows in result["summary"].items():
        for name, row in rows.items():
            yield PARALLEL_SECTIONS[section], name, row


def parallel_rates_table(result, section):
    head = ["", "kB/s", "min", "max", "times lp"]
    head += ["CPU ms/MB", "writer's", "driver's thread"]
    lines = []
    for size, text in PARALLEL_SIZES.items():
        path = ("rates", str(size))
        lp = summary_value(result, section, "lp", *path, "mb_per_s", "median")
        for name, title in PARALLEL_ROWS.items():
            own = summary_value(result, section, name, *path)
            if not own:
                continue
            rate = own["mb_per_s"]
            used = summary_value(result, section, name, "lines")
            if name == "lp" and used and used["ecp_bytes"] > used["compat_bytes"]:
                title += ", ECP"
            line = [f"{title}, writes of {text}"]
            line += [number(rate[k] * 1e3) for k in ("median", "min", "max")]
            line += [number(ratio(rate["median"], lp) if name != "lp" else None)]
            line += [number(own[f"{k}_ms_per_mb"]) for k in ("system", "writer")]
            line += [number(own["watched_ms_per_mb"]) if name != "lp" else "-"]
            lines.append(line)
    return f"{PARALLEL_SECTIONS[section]}: rates, and processor time", head, lines


def parallel_lines_table(result):
    head = ["", "setup", "strobe", "hold", "violations", "status reads a byte"]
    lines = []
    for section, name, row in parallel_rows(result):
        own = row["lines"]
        if own and own["compat_bytes"] > own["ecp_bytes"]:
            line = [f"{section}: {PARALLEL_ROWS[name]}"]
            line += [number(own[time]) for time in LINE_TIMES] + [str(own["violations"])]
            line += [number(own["status_reads"] / own["compat_bytes"])]
            lines.append(line)
    return "Compatibility mode: shortest times of the lines, nanoseconds", head, lines


def parallel_stalls_table(result):
    head = ["", "driver and writer", "whole system", "when idle"]
    head += ["goes on after ms", "max"]
    lines = []
    for section, name, row in parallel_rows(result):
        for fault, own in row["stalls"].items():
            line = [f"{section}: {PARALLEL_ROWS[name]}, {FAULTS[fault]}"]
            line += [number(own["driver_percent"]), number(own["system_percent"])]
            line += [number(row["idle_percent"])]
            line += [number(own["resume_ms"][k]) for k in ("median", "max")]
            lines.append(line)
    return "A job whose printer stands still: % of a processor", head, lines


def parallel_status_table(result):
    head = ["", "p50", "p99", "max"]
    lines = []
    for section, name, row in parallel_rows(result):
        times = row["status_us"]
        if times:
            line = [number(times[k] / 1e3) for k in ("p50", "p99", "max")]
            lines.append([f"{section}: {PARALLEL_ROWS[name]}"] + line)
    if lines:
        lines.append([PARALLEL_ROWS["lp"]] + ["none"] * 3)
    return "A change of the printer's condition until poll() tells it, ms", head, lines


def parallel_claims_table(result):
    head = ["", "p50", "p99", "max"]
    lines = []
    for _, name, row in parallel_rows(result):
        for size, times in row["claims_us"].items():
            line = [f"{PARALLEL_ROWS[name]}, writes of {PARALLEL_SIZES[int(size)]}"]
            lines.append(line + [number(times[k] / 1e3) for k in ("p50", "p99", "max")])
    title = "How long another client of the bus waits for its claim during a job, ms"
    return f"{PARALLEL_SECTIONS['sim']}: {title[0].lower()}{title[1:]}", head, lines


def parallel_rate_targets(result):
    rate = ("rates", "65536", "mb_per_s", "median")
    own, lp = (summary_value(result, "qemu", row, *rate) for row in ("printport", "lp"))
    if own:
        title = PARALLEL_SECTIONS["qemu"]
        busy = summary_value(result, "qemu", "printport", *rate[:2], "writer_percent")
        yield f"{title}: 64 KiB, times lp", ratio(own, lp), ">=", 1
        yield f"{title}: 64 KiB, writer's CPU, %", busy, "<=", 2
    ecp, compatibility = (
        summary_value(result, "sim-ecp", row, *rate) for row in ("ecp", "compatibility")
    )
    if ecp:
        yield "64 KiB, ECP, times compatibility mode", ratio(ecp, compatibility), ">", 1


def parallel_condition_targets(result):
    for section in ("sim", "sim-irq"):
        title = PARALLEL_SECTIONS[section]
        for fault, words in FAULTS.items():
            stall = summary_value(result, section, "printport", "stalls", fault)
            if stall:
                text = f"{title}: driver and writer, {words}, %"
                yield text, stall["driver_percent"], "<=", 0.1
        times = summary_value(result, section, "printport", "status_us")
        limit = 1 if section == "sim-irq" else 200
        for which in ("p50", "p99"):
            if times:
                text = f"{title}: change of condition until poll(), {which}, ms"
                yield text, times[which] / 1e3, "<=", limit


def parallel_targets(result):
    """As usb_targets()."""
    yield from parallel_rate_targets(result)
    yield from parallel_condition_targets(result)
    for section, rows in result["summary"].items():
        lines = rows.get("printport", {}).get("lines")
        if lines:
            title = PARALLEL_SECTIONS[section]
            yield f"{title}: violations of IEEE 1284", lines["violations"], "<=", 0
            for name, words in LINE_TIMES.items():
                yield f"{title}: {words}, ns", lines[name], ">=", 500


def parallel_tables(result):
    for section in result["summary"]:
        yield parallel_rates_table(result, section)
    yield parallel_stalls_table(result)
    yield parallel_status_table(result)
    yield parallel_claims_table(result)
    yield parallel_lines_table(result)
    yield targets_table(parallel_targets(result))


def all_tables(result):
    tables = {"monitor": monitor_tables, "usb": usb_tables, "parallel": parallel_tables}
    return tables[benchmark_of(result)](result)


def monitor_tables(result):
    for transport, rows in result["summary"].items():
        yield from (throughput_table(transport, rows, size) for size in SIZES)
        yield times_table(transport, rows)
        yield first_byte_table(transport, rows)
        yield memory_table(transport, rows)


def rounds_text(machine):
    if "kib" in machine:
        return f"up to {machine['kib']} KiB each"
    return (
        f"{machine.get('seconds', '?')} s each; "
        f"the kernel copies by {machine.get('copies', '?')}"
    )


def machine_text(result):
    machine = result["machine"]
    return (
        f"Linux {machine.get('kernel', '?')}, {machine.get('cpus', '?')} processors emulated "
        f"(TCG) on {machine['emulated_on']}; {machine.get('rounds', '?')} rounds, "
        f"{rounds_text(machine)}; load of the machine before: "
        f"{machine.get('load_before', '?')}."
    )


def print_tables(result):
    print(machine_text(result))
    for title, head, lines in all_tables(result):
        if not lines:
            continue
        widths = [max(len(line[i]) for line in [head] + lines) for i in range(len(head))]
        print(f"\n{title}")
        for line in [head] + lines:
            cells = [line[0].ljust(widths[0])]
            cells += [cell.rjust(width) for cell, width in zip(line[1:], widths[1:])]
            print("  " + "  ".join(cells).rstrip())


def markdown(result):
    parts = [machine_text(result)]
    for title, head, lines in all_tables(result):
        if not lines:
            continue
        rows = ["| " + " | ".join(line) + " |" for line in [head] + lines]
        rows.insert(1, "| --- |" + " ---: |" * (len(head) - 1))
        parts.append(f"**{title}**\n\n" + "\n".join(rows))
    return "\n\n".join(parts) + "\n"


def put_into(document, subject, text):
    begin, end = (f"<!-- benchmark of {subject}: {word} -->" for word in ("begin", "end"))
    with open(document, encoding="utf-8") as file:
        before, first, rest = file.read().partition(begin)
    _, last, after = rest.partition(end)
    if not first or not last:
        sys.exit(f"{document}: the marks are missing")
    with open(document + ".tmp", "w", encoding="utf-8") as file:
        file.write(f"{before}{begin}\n\n{text}\n{end}{after}")
    os.replace(document + ".tmp", document)


# --- the picture ------------------------------------------------------------------------

COLOURS = {"printport": "#2b6cb0"}
COLOURS |= {"ecp": "#2f855a", "compatibility": "#68d391"}
COLOURS |= {"direct": "#2b6cb0", "pass": "#2f855a", "inspect": "#38a169", "rewrite": "#68d391"}
PEER_COLOUR = "#c05621"
BAR, GAP, LABEL, WIDTH, TEXT, LEFT = 16, 6, 190, 330, 90, 16


def usb_panels(result):
    rates = {"65536": "64 KiB writes", "64": "64 B writes", "read": "back channel"}
    for section, rows in result["summary"].items():
        for rate, text in rates.items():
            bars = []
            for name, row in rows.items():
                own = row["rates"].get(rate, {}).get("mb_per_s")
                if own:
                    bars.append((name, own["median"], own["min"], own["max"]))
            yield f"{USB_SECTIONS[section]}: {text}, MB/s", bars
        bars = []
        for name, row in rows.items():
            times = row["times_us"]["arrival"]
            if times:
                bars.append((name, times["p50"], times["p50"], times["p99"]))
        yield f"{USB_SECTIONS[section]}: 1 B to the printer, us, p50 and p99", bars


def parallel_panels(result):
    for section, rows in result["summary"].items():
        for size, text in PARALLEL_SIZES.items():
            bars = []
            for name, row in rows.items():
                own = row["rates"].get(str(size), {}).get("mb_per_s")
                if own:
                    rate = [own[k] * 1e3 for k in ("median", "min", "max")]
                    bars.append((name, *rate))
            yield f"{PARALLEL_SECTIONS[section]}: {text} writes, kB/s", bars
    yield from parallel_wait_panels(result)


def parallel_wait_panels(result):
    for section, rows in result["summary"].items():
        for fault, text in FAULTS.items():
            bars = []
            for name, row in rows.items():
                own = row["stalls"].get(fault)
                if own:
                    bars.append((name, *[own["driver_percent"]] * 3))
            yield f"{PARALLEL_SECTIONS[section]}: {text}, % of a processor", bars
        for size, text in PARALLEL_SIZES.items():
            bars = []
            for name, row in rows.items():
                own = row["claims_us"].get(str(size))
                if own:
                    bars.append((name, *[own[k] / 1e3 for k in ("p50", "p50", "p99")]))
            yield f"{text} writes: another client waits for the bus, ms, p50 and p99", bars


def panels(result):
    """Title and bars: name, value, least, largest."""
    draws = {"monitor": monitor_panels, "usb": usb_panels, "parallel": parallel_panels}
    return draws[benchmark_of(result)](result)


def monitor_panels(result):
    for transport, rows in result["summary"].items():
        for size in SIZES:
            bars = []
            for name, row in rows.items():
                own = row["throughput"].get(str(size))
                if own:
                    rate = own["mb_per_s"]
                    bars.append((name, rate["median"], rate["min"], rate["max"]))
            yield f"{TRANSPORTS[transport]}: {SIZES[size]} writes, MB/s", bars
        bars = []
        for name, row in rows.items():
            times = row["latency_us"]
            if times:
                bars.append((name, times["p50"], times["p50"], times["p99"]))
        yield f"{TRANSPORTS[transport]}: 64 B write + fsync, us, p50 and p99", bars


def svg_text(x, y, text, extra=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" {extra}>{html.escape(text)}</text>'


def draw_panel(out, y, title, bars, names):
    out.append(svg_text(LEFT, y, title, 'font-weight="bold"'))
    scale = WIDTH / (max((bar[3] for bar in bars), default=1) or 1)
    y += 10
    x = LEFT + LABEL
    for name, value, least, largest in bars:
        middle = y + BAR / 2
        colour = COLOURS.get(name, PEER_COLOUR)
        out.append(svg_text(x - 8, middle + 4, names[name], 'text-anchor="end"'))
        out.append(
            f'<rect x="{x}" y="{y}" width="{value * scale:.1f}" height="{BAR}" '
            f'fill="{colour}"/>'
        )
        out.append(
            f'<path d="M{x + least * scale:.1f} {middle}H{x + largest * scale:.1f}'
            f'm0 -4v8M{x + least * scale:.1f} {middle - 4}v8" stroke="#222" fill="none"/>'
        )
        out.append(svg_text(x + largest * scale + 6, middle + 4, number(value)))
        y += BAR + GAP
    return y + 24


def draw(result, target):
    out, y = [], 90
    for title, bars in panels(result):
        if bars:
            y = draw_panel(out, y, title, bars, NAMES[benchmark_of(result)])
    width = 2 * LEFT + LABEL + WIDTH + TEXT
    with open(target + ".tmp", "w", encoding="utf-8") as file:
        file.write(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{y}" '
            f'viewBox="0 0 {width} {y}" font-family="sans-serif" font-size="12">\n'
            f'<rect width="{width}" height="{y}" fill="white"/>\n'
        )
        head = svg_text(LEFT, 20, HEADS[benchmark_of(result)], 'font-size="15"')
        lines = textwrap.wrap(machine_text(result), 110)[:3]
        small = 'font-size="10" fill="#555"'
        foot = [svg_text(LEFT, 36 + 14 * i, line, small) for i, line in enumerate(lines)]
        file.write("\n".join([head] + foot + out) + "\n</svg>\n")
    os.replace(target + ".tmp", target)


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def main(args):
    match args:
        case ["--collect", source, target]:
            collect(source, target)
        case ["--table", result]:
            print_tables(load(result))
        case ["--svg", result, target]:
            draw(load(result), target)
        case ["--markdown", result]:
            print(markdown(load(result)), end="")
        case ["--markdown", result, document]:
            result = load(result)
            benchmark = benchmark_of(result)
            put_into(document, SUBJECTS[benchmark], markdown(result))
            picture = os.path.join(os.path.dirname(document), f"{benchmark}-benchmark.svg")
            draw(result, picture)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
