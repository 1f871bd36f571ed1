"""Coverage-guided fuzzing of what a stranger can send: formulas, rules, links, messages and changes.

    python -m pip install atheris==3.0.0
    python -m benchmarks.fuzz --minutes 60
    python -m benchmarks.fuzz --again message fuzz-message-…

Every target of `fuzz_targets` gets an equal share of the time on one core. An input that breaks a promise is
printed and stays as a file; `--again` runs it once more. Ends with status 1 where something was found.

atheris (libFuzzer for Python) is needed by this command only, so it is not in requirements-dev.txt.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.machine import heading, table

TIMEOUT = 60  # seconds for one input: a target that hangs
LONGEST = 1500  # bytes of an input
NAMES = ("formula", "rule", "link", "message", "answer")


def hunt(name: str, arguments: Sequence[str]) -> None:
    """Let libFuzzer run one target in this process; it ends the process itself."""
    import atheris

    with atheris.instrument_imports(include=["optviz"]):
        from benchmarks.fuzz_targets import Timed
    atheris.Setup(["fuzz", *arguments], Timed(name))
    atheris.Fuzz()


def child(name: str, seconds: float, folder: Path) -> tuple[list[str], bool]:
    """Fuzz one target in a process of its own; returns the row of the table, and whether all was well."""
    from benchmarks.fuzz_targets import seeds, words

    corpus = folder / name
    corpus.mkdir()
    for number, seed in enumerate(seeds(name)):
        (corpus / f"{number}").write_bytes(seed)
    dictionary = folder / f"{name}.dict"
    dictionary.write_text("".join(f'"{_escaped(word)}"\n' for word in sorted(words(name))))
    options = {
        "max_total_time": f"{seconds:.0f}",
        "max_len": LONGEST,
        "timeout": TIMEOUT,
        "dict": dictionary,
        "artifact_prefix": f"fuzz-{name}-",
        "rss_limit_mb": 4096,
        "print_final_stats": 1,
    }
    given = [f"-{option}={value}" for option, value in options.items()]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.fuzz", "--hunt", name, *given, str(corpus)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    inputs = re.findall(r"^#(\d+)\s.*cov: (\d+)", done.stdout, re.MULTILINE)
    began = re.findall(r"^#\d+\s+INITED\s+cov: (\d+)", done.stdout, re.MULTILINE)
    total = re.findall(r"number_of_executed_units: (\d+)", done.stdout)
    if done.returncode:
        print(done.stdout[-6000:], flush=True)
    coverage = f"{began[-1] if began else '?'} → {inputs[-1][1] if inputs else '?'}"
    row = [name, f"{seconds / 60:.1f}", f"{int(total[-1]) if total else 0:,}", coverage]
    return [*row, "nothing" if done.returncode == 0 else "an input, see above"], done.returncode == 0


def sown(name: str) -> int:
    """Run one target on its seeds; returns how many. Raises what a broken promise raises."""
    from benchmarks.fuzz_targets import Timed, seeds

    run, count = Timed(name), 0
    for seed in seeds(name):
        run(seed)
        count += 1
    return count


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode())


def main(given: Sequence[str] | None = None) -> int:
    """Read the command line, fuzz, and print the table."""
    given = sys.argv[1:] if given is None else given
    if given[:1] == ["--hunt"]:
        hunt(given[1], given[2:])
        return 0
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=60, help="for all targets together")
    parser.add_argument("--only", choices=NAMES, help="one target")
    parser.add_argument("--smallest", action="store_true", help="only run the seeds, without atheris")
    parser.add_argument("--again", nargs=2, metavar=("TARGET", "FILE"), help="run one input again")
    chosen = parser.parse_args(given)
    if chosen.again:
        from benchmarks.fuzz_targets import Timed

        Timed(chosen.again[0])(Path(chosen.again[1]).read_bytes())
        return 0
    names = [chosen.only] if chosen.only else list(NAMES)
    heading()
    if chosen.smallest:
        table(("Target", "seeds"), [(name, str(sown(name))) for name in names])
        return 0
    with tempfile.TemporaryDirectory(prefix="optviz-fuzz-") as folder:
        found = [child(name, chosen.minutes * 60 / len(names), Path(folder)) for name in names]
    table(("Target", "minutes", "inputs", "branches seen", "found"), [row for row, _ in found])
    return 0 if all(well for _, well in found) else 1


if __name__ == "__main__":
    raise SystemExit(main())
