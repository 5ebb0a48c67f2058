"""Times Jupyter kernels side by side: start, first cell, later cells, memory.

Called by `./w2s bench kernel`, which installs this project's kernel into a folder of its own first. Kernels take turns,
so that a machine that is busy for a while is busy for all of them. Every figure is the median over the starts; the table
and the JSON also hold the smallest and the largest.
"""
import argparse
import json
import os
import platform
import statistics
import sys
import time
from datetime import datetime, timezone

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

# AsyncIO comes with the kernel's own dependencies, so it lies in the package cache and no network is timed.
CELLS = {
    "C#": {
        "first": "1 + 1",
        "trivial": "{0} + 1",
        "query": "Enumerable.Range(0, 100).Where(n => n % 3 == 0).Select(n => n * n).Sum()",
        "package": '#r "nuget: AsyncIO, 0.1.69"',
    },
    "python": {
        "first": "1 + 1",
        "trivial": "{0} + 1",
        "query": "sum(n * n for n in range(100) if n % 3 == 0)",
        "package": None,
    },
}

# name, unit, what the project promises (None: nothing)
FIGURES = [
    ("ready", "ms", 1000),
    ("first cell", "ms", 800),
    ("trivial cell", "ms", 8),
    ("first query", "ms", 100),
    ("package again", "ms", 50),
    ("package first", "ms", None),
    ("idle memory", "MB", 250),
]


def run(client, code):
    """The milliseconds from sending a cell to its state idle, as a front end sees it."""
    started = time.perf_counter()
    reply = client.execute_interactive(code, timeout=300, output_hook=lambda message: None, allow_stdin=False)
    elapsed = (time.perf_counter() - started) * 1000
    if reply["content"]["status"] != "ok":
        raise SystemExit(f"the cell {code!r} failed: {reply['content'].get('evalue')}")
    return elapsed


def resident(pid):
    """The resident megabytes of a process and those it started; None where /proc does not tell."""
    try:
        total, waiting = 0, [pid]
        while waiting:
            process = waiting.pop()
            with open(f"/proc/{process}/status") as status:
                total += next((int(line.split()[1]) for line in status if line.startswith("VmRSS")), 0)
            with open(f"/proc/{process}/task/{process}/children") as children:
                waiting += map(int, children.read().split())
        return total / 1024
    except OSError:
        return None


def measure(name, cells):
    figures = {}
    manager = KernelManager(kernel_name=name)
    started = time.perf_counter()
    manager.start_kernel(stderr=open(os.devnull, "w"))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=120)
        figures["ready"] = (time.perf_counter() - started) * 1000
        figures["first cell"] = run(client, cells["first"])
        figures["trivial cell"] = statistics.median(run(client, cells["trivial"].format(i)) for i in range(30))
        figures["first query"] = run(client, cells["query"])
        time.sleep(2)
        figures["idle memory"] = resident(manager.provisioner.pid)
        if cells["package"]:
            figures["package first"] = run(client, cells["package"])
            figures["package again"] = statistics.median(run(client, cells["package"]) for _ in range(5))
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--starts", type=int, default=5, help="how often each kernel is started (5)")
    parser.add_argument("--kernels", nargs="*", help="kernelspec names; all C# and Python kernels found otherwise")
    parser.add_argument("--json", metavar="FILE", help="where to write the figures")
    options = parser.parse_args()
    if options.starts < 1:
        parser.error(f"--starts is {options.starts}; give 1 or more")

    found = {name: spec["spec"] for name, spec in KernelSpecManager().get_all_specs().items()}
    names = options.kernels or sorted(name for name, spec in found.items() if spec["language"] in CELLS)
    for name in names:
        if name not in found or found[name]["language"] not in CELLS:
            parser.error(f"there is no C# or Python kernel '{name}'; found: {', '.join(sorted(found)) or 'none'}")

    runs = {name: [] for name in names}
    for start in range(options.starts):
        for name in names:
            print(f"start {start + 1} of {options.starts}: {name}", file=sys.stderr)
            runs[name].append(measure(name, CELLS[found[name]["language"]]))

    table = {}
    for figure, unit, promised in FIGURES:
        table[figure] = {"unit": unit, "promised": promised, "kernels": {}}
        for name in names:
            values = [one[figure] for one in runs[name] if one.get(figure) is not None]
            if values:
                table[figure]["kernels"][name] = {
                    "median": round(statistics.median(values), 1),
                    "smallest": round(min(values), 1),
                    "largest": round(max(values), 1),
                }
    report(table, names, options.starts)
    if options.json:
        machine = {
            "system": platform.platform(),
            "processors": os.cpu_count(),
            "load": os.getloadavg() if hasattr(os, "getloadavg") else None,
            "python": platform.python_version(),
        }
        with open(options.json + ".new", "w") as file:
            json.dump({"when": datetime.now(timezone.utc).isoformat(timespec="seconds"), "machine": machine,
                       "starts": options.starts, "figures": table, "runs": runs}, file, indent=2)
            file.write("\n")
        os.replace(options.json + ".new", options.json)


def report(table, names, starts):
    print(f"median over {starts} starts (smallest–largest)")
    width = max(len(name) for name in names + ["000.0 (000.0–0000.0)"])
    print(f"{'':16}{'promised':>10}  " + "  ".join(f"{name:>{width}}" for name in names))
    for figure, row in table.items():
        promised = f"≤ {row['promised']} {row['unit']}" if row["promised"] else row["unit"]
        shown = []
        for name in names:
            value = row["kernels"].get(name)
            shown.append(f"{value['median']} ({value['smallest']}–{value['largest']})" if value else "–")
        print(f"{figure:16}{promised:>10}  " + "  ".join(f"{text:>{width}}" for text in shown))


if __name__ == "__main__":
    main()
