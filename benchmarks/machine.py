"""What every benchmark shares: its command line, the machine it ran on, and a table in Markdown."""

import argparse
import os
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path


def command_line(documentation: str | None) -> argparse.ArgumentParser:
    """A parser that knows `--smallest`: a run that is too small to measure anything, but goes all the way."""
    parser = argparse.ArgumentParser(
        description=documentation, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--smallest", action="store_true", help="only show that the benchmark works, in a few seconds"
    )
    return parser


def heading() -> None:
    """Print processor, cores, load and Python's version."""
    model = platform.processor()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        model = next(
            (x.split(":")[1].strip() for x in cpuinfo.read_text().splitlines() if "model name" in x), model
        )
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"{model}, {os.cpu_count()} cores{load}; Python {platform.python_version()}\n")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a Markdown table."""
    print("| " + " | ".join(head) + " |")
    print("|" + " --- |" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print(flush=True)
