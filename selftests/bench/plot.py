#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the benchmark of language monitors has measured: summary, table, picture.

usage: plot.py --collect RUNS.jsonl RESULT.json    summarizes the single measurements
       plot.py --table RESULT.json                 prints tables
       plot.py --svg RESULT.json PICTURE.svg       draws
       plot.py --markdown RESULT.json [DOCUMENT]   prints the tables in Markdown, or puts
                                                   them between the marks of DOCUMENT
"""

import html
import json
import math
import os
import statistics
import sys
import textwrap

BEGIN = "<!-- benchmark of language monitors: begin -->"
END = "<!-- benchmark of language monitors: end -->"

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
    for transport in TRANSPORTS:
        rows = {}
        for row in ROWS:
            some = select(runs, transport=transport, row=row)
            if some:
                rows[row] = summarize_row(some)
        if rows:
            add_ratios(rows)
            result["summary"][transport] = rows
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


def all_tables(result):
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


def put_into(document, text):
    with open(document, encoding="utf-8") as file:
        before, mark, rest = file.read().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        sys.exit(f"{document}: the marks are missing")
    with open(document + ".tmp", "w", encoding="utf-8") as file:
        file.write(f"{before}{BEGIN}\n\n{text}\n{END}{after}")
    os.replace(document + ".tmp", document)


# --- the picture ------------------------------------------------------------------------

COLOURS = {"direct": "#2b6cb0", "pass": "#2f855a", "inspect": "#38a169", "rewrite": "#68d391"}
PEER_COLOUR = "#c05621"
BAR, GAP, LABEL, WIDTH, TEXT, LEFT = 16, 6, 190, 330, 90, 16


def panels(result):
    """Title and bars: name, value, least, largest."""
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
        out.append(svg_text(x - 8, middle + 4, ROWS[name], 'text-anchor="end"'))
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
        head = svg_text(LEFT, 20, "What a language monitor costs", 'font-size="15"')
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
            put_into(document, markdown(load(result)))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
