#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the benchmarks of language monitors and of USB have measured: summary, table, picture.

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
SUBJECTS = {"monitor": "language monitors", "usb": "USB"}
HEADS = {"monitor": "What a language monitor costs", "usb": "printport_usb beside usblp"}

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
    summarize = {"monitor": summarize_monitor, "usb": summarize_usb}[benchmark_of(result)]
    result["summary"] = summarize(runs)
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


def usb_value(result, section, row, *path):
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
            rate = usb_value(result, section, row, "rates", name, "mb_per_s") or {}
            line += [number(rate.get(k)) for k in ("median", "min", "max")]
            rates.append(rate.get("median"))
            costs.append(usb_value(result, section, row, "rates", name, "system_ms_per_mb"))
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
            times = usb_value(result, section, row, "times_us", name) or {}
            line += [number(times.get(k)) for k in ("min", "p50", "p99")]
            medians.append(times.get("p50"))
        if any(medians):
            lines.append(line + [number(ratio(*medians))])
    return f"{USB_SECTIONS[section]}: microseconds", head, lines


def usb_ratio(result, section, *path):
    return ratio(*(usb_value(result, section, row, *path) for row in USB_ROWS))


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
            rate = usb_value(result, section, "printport", *large)
            yield f"{title}: 64 KiB, MB/s", rate, ">=", 50.5
        yield f"{title}: 64 B, times usblp", usb_ratio(result, section, *small), ">=", 20
        value = usb_ratio(result, section, *busy)
        yield f"{title}: 64 KiB, CPU per MB, of usblp's", value, "<=", 0.5
        for name, spooler in {"arrival": "only writes", "listening": "also reads"}.items():
            value = usb_ratio(result, section, "times_us", name, "p50")
            text = f"{title}: 1 B, spooler that {spooler}, p50, of usblp's"
            yield text, value, "<=", 1


def usb_targets_table(result):
    lines = []
    for text, value, relation, limit in usb_targets(result):
        met = None
        if value is not None:
            met = value >= limit if relation == ">=" else value <= limit
        word = {None: "-", True: "yes", False: "no"}[met]
        lines.append([text, f"{relation} {limit}", number(value), word])
    return "Targets", ["", "target", "measured", "met"], lines


def usb_tables(result):
    for section in result["summary"]:
        yield usb_rates_table(result, section)
        yield usb_times_table(result, section)
    yield usb_targets_table(result)


def all_tables(result):
    tables = {"monitor": monitor_tables, "usb": usb_tables}
    return tables[benchmark_of(result)](result)


def monitor_tables(result):
    for transport, rows in result["summary"].items():
        yield from (throughput_table(transport, rows, size) for size in SIZES)
        yield times_table(transport, rows)
        yield first_byte_table(transport, rows)
        yield memory_table(transport, rows)


def machine_text(result):
    machine = result["machine"]
    return (
        f"Linux {machine.get('kernel', '?')}, {machine.get('cpus', '?')} processors emulated "
        f"(TCG) on {machine['emulated_on']}; {machine.get('rounds', '?')} rounds, "
        f"{machine.get('seconds', '?')} s each; "
        f"the kernel copies by {machine.get('copies', '?')}; load of the machine before: "
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


def panels(result):
    """Title and bars: name, value, least, largest."""
    return {"monitor": monitor_panels, "usb": usb_panels}[benchmark_of(result)](result)


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


def draw_panel(out, y, title, bars):
    out.append(svg_text(LEFT, y, title, 'font-weight="bold"'))
    scale = WIDTH / max((bar[3] for bar in bars), default=1)
    y += 10
    x = LEFT + LABEL
    for name, value, least, largest in bars:
        middle = y + BAR / 2
        colour = COLOURS.get(name, PEER_COLOUR)
        out.append(svg_text(x - 8, middle + 4, (ROWS | USB_ROWS)[name], 'text-anchor="end"'))
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
            y = draw_panel(out, y, title, bars)
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
