"""A lecture hall: many visitors of the Trajectories page, who all change values for a while.

    python -m benchmarks.load --sessions 300 --every 5 --seconds 30
    python -m benchmarks.load --sessions 50 --every 2 --seconds 30 --train
    python -m benchmarks.load --sessions 300 --every 5 --seconds 30 --train --fault worker
    python -m benchmarks.load --smallest

Starts a server of its own, or uses the one at `--url`. Every visitor is a session over the server's own
protocol, opens a shared link with six optimizers, and changes the first one's learning rate at fixed times.
Who has no answer yet when the next change is due leaves that one out, as a person would. Every answer is
checked. Ends with status 1 when an answer was wrong or missing.

Not in it: the page's files, which a browser fetches once, and the browser's own time for drawing.
"""

import argparse
import asyncio
import json
import multiprocessing
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from multiprocessing.synchronize import Barrier

import psutil
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.client import Session
from benchmarks.crowd import Plan, Seen, crowd
from benchmarks.faults import FAULTS, trainings
from benchmarks.machine import heading, table
from benchmarks.server import Server, Use, listening
from optviz.training.config import TrainingConfig, encode

SMALLEST = Plan(sessions=3, every=1.0, seconds=3.0)
# Takes minutes on one core, on data that come with scikit-learn.
LONG_TRAINING = TrainingConfig(dataset="digits", hidden=(1024, 1024, 1024), epochs=200)
_barriers: list[Barrier] = []


@dataclass(slots=True)
class Cost:
    """Processor seconds and highest resident bytes of the server and of its children, which train."""

    server: float = 0.0
    children: float = 0.0
    memory: int = 0
    children_memory: int = 0


def measure(
    url: str,
    plan: Plan,
    generators: int,
    pid: int | None,
    train: bool,
    fault: Callable[[], None] | None = None,
) -> tuple[Seen, Cost | None]:
    """Run the lecture. Returns what all visitors met, and what it cost the server if `pid` is known.

    A `fault` is caused when half of the time is over; what it raises is raised here.
    """
    context = multiprocessing.get_context("spawn")
    opened, go = context.Barrier(generators + 1), context.Barrier(generators + 1)
    use = Use(pid) if pid else None
    with (
        ProcessPoolExecutor(generators, context, _share, ([opened, go],)) as pool,
        ThreadPoolExecutor(1) as breaker,
    ):
        broken: Future[None] | None = None
        crowds = [
            pool.submit(_generate, url, range(i, plan.sessions, generators), plan) for i in range(generators)
        ]

        def end_all(generator: Future[Seen]) -> None:
            """Nobody waits for a generator that failed, or that could not even start."""
            if generator.exception():
                opened.abort()
                go.abort()

        for each in crowds:
            each.add_done_callback(end_all)
        try:
            opened.wait()
            if use and plan != SMALLEST:
                use.settle()
            if train:
                asyncio.run(start_training(url))
            go.wait()
            if fault:
                broken = breaker.submit(_after, plan.seconds / 2, fault)
            cost = watch(use, plan.seconds) if use else None
        except threading.BrokenBarrierError:
            cost = None  # the generator's own error comes with its result
        except BaseException:
            opened.abort()
            go.abort()
            raise
        seen = Seen()
        for each in crowds:
            seen.add(each.result())
        if broken:
            broken.result()
    return seen, cost


def _after(seconds: float, fault: Callable[[], None]) -> None:
    time.sleep(seconds)
    fault()


def watch(use: Use, seconds: float) -> Cost:
    """Look at the server for so long.

    Of a child that ends in between, what it used after the last look, half a second before, is not counted.
    """
    cost, end, (server, children) = Cost(), time.monotonic() + seconds, use.seconds()
    while (left := end - time.monotonic()) > 0:
        now = use.seconds()[1]
        cost.children += max(0.0, now - children)  # less, where one has ended
        children = now
        memory, children_memory = use.memory()
        cost.memory = max(cost.memory, memory)
        cost.children_memory = max(cost.children_memory, children_memory)
        time.sleep(min(left, 0.5))
    now_server, now_children = use.seconds()
    cost.server = now_server - server
    cost.children += max(0.0, now_children - children)
    return cost


async def start_training(url: str) -> None:
    """Press Start on Train live, as somebody in the hall would; raises RuntimeError when no run begins."""
    session = Session(url, encode(LONG_TRAINING), "train")
    try:
        page = await session.open()
        button = next((b for b in page.of_type("button") if b.id.endswith("-run.start")), None)
        if button is None:
            raise RuntimeError(f"Train live has no Start. {' '.join(page.exceptions)}")
        page = await session.rerun(WidgetState(id=button.id, trigger_value=True))
        told = [json.loads(c.json or "{}") for c in page.of_type("bidi_component")]
        if not any("run" in data.get("address", {}) for data in told):
            raise RuntimeError(f"The training did not start. {' '.join(page.exceptions)}")
    finally:
        await session.close()


def _share(barriers: list[Barrier]) -> None:
    _barriers[:] = barriers


def _generate(url: str, seeds: Sequence[int], plan: Plan) -> Seen:
    return asyncio.run(crowd(url, seeds, plan, _wait))


def _wait() -> None:
    for barrier in _barriers:
        barrier.wait()


def rows(plan: Plan, seen: Seen, cost: Cost | None) -> list[tuple[str, str]]:
    """The lines of the table."""
    times = sorted(change.seconds for change in seen.changes)
    due = len(times) + seen.skipped + seen.lost.total()
    found = [
        ("visitors, each with a change every", f"{plan.sessions}, {plan.every:g} s"),
        ("changes answered, of those due", f"{len(times)} of {due}"),
        ("answers per second", f"{sum(c.at <= plan.seconds for c in seen.changes) / plan.seconds:.1f}"),
        ("left out, because the last answer was not there", str(seen.skipped)),
    ]
    if times:
        found += [
            ("answer complete, p50", milliseconds(statistics.median(times))),
            ("answer complete, p95", milliseconds(percentile(times, 0.95))),
            ("answer complete, longest", milliseconds(times[-1])),
            ("bytes per change, to the browser", kilobytes([c.received for c in seen.changes])),
            ("bytes per change, to the server", kilobytes([c.sent for c in seen.changes])),
            ("messages per change", f"{statistics.mean(c.messages for c in seen.changes):.0f}"),
        ]
    if seen.opened:
        found.append(("page opened, 8 at a time, p50", milliseconds(statistics.median(seen.opened))))
    found += [
        ("exceptions", str(seen.exceptions.total())),
        ("wrong or stale answers", str(seen.wrong.total())),
        ("no answer, or connection lost", str(seen.lost.total())),
    ]
    if cost:
        found += [
            ("server's memory, highest", f"{cost.memory / 2**20:.0f} MiB"),
            ("training workers' memory, highest", f"{cost.children_memory / 2**20:.0f} MiB"),
            ("processor: server", share(cost.server, plan)),
            ("processor: training workers", share(cost.children, plan)),
        ]
    found.append(("processor: load generator", share(seen.processor, plan)))
    return found


def percentile(ordered: Sequence[float], part: float) -> float:
    """The value below or at which `part` of the sorted values lie."""
    return ordered[int(part * (len(ordered) - 1))]


def milliseconds(seconds: float) -> str:
    """In words."""
    return f"{seconds * 1e3:.0f} ms"


def kilobytes(sizes: Sequence[int]) -> str:
    """The mean, in words; 1 kB is 1,000 bytes."""
    return f"{statistics.mean(sizes) / 1e3:.1f} kB"


def share(seconds: float, plan: Plan) -> str:
    """Processor seconds as a part of all cores' time."""
    cores = psutil.cpu_count() or 1
    return f"{100 * seconds / plan.seconds / cores:.0f} % of {cores} cores"


def main(given: Sequence[str] | None = None) -> int:
    """Print the table; the status is 1 when anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=300)
    parser.add_argument("--every", type=float, default=5.0, help="seconds between a visitor's changes")
    parser.add_argument("--seconds", type=float, default=30.0, help="how long values are changed")
    parser.add_argument("--generators", type=int, default=1, help="processes that the visitors share")
    parser.add_argument("--url", help="a running server instead of one of its own")
    parser.add_argument("--train", action="store_true", help="with one training in the background")
    parser.add_argument("--fault", choices=FAULTS, help="breaks something of an own server in the middle")
    parser.add_argument("--smallest", action="store_true", help="three visitors for three seconds")
    chosen = parser.parse_args(given)
    if chosen.fault and chosen.url:
        parser.error("--fault needs a server of its own: leave out --url")
    plan = SMALLEST if chosen.smallest else Plan(chosen.sessions, chosen.every, chosen.seconds)
    heading()
    own: AbstractContextManager[Server | None] = nullcontext() if chosen.url else Server("app.py")
    with own as server:
        if server:
            server.wait()
        pid = server.process.pid if server else listening(chosen.url)
        url = server.url if server else chosen.url
        fault = FAULTS[chosen.fault] if chosen.fault else None
        cause = partial(fault.cause, server) if fault and server else None
        seen, cost = measure(url, plan, chosen.generators, pid, chosen.train, cause)
        traces = server.traces() if server else Counter[str]()
        runs = trainings(server) if server else []
    found = rows(plan, seen, cost)
    if fault:
        found.append((f"fault after {plan.seconds / 2:g} s", fault.sentence))
    found += [("training, at the end", run) for run in runs]
    table(("A lecture hall", ""), found)
    for sentence, count in seen.sentences().most_common(10):
        print(f"{count} × {sentence}")
    for line, count in traces.most_common(10):
        print(f"{count} × in the server's log: {line}")
    if seen.processor > 0.8 * plan.seconds * chosen.generators:
        print("The load generator used over 80 % of a core: the times are too long. Use more --generators.")
    if fault:
        traces.clear()  # what the fault itself left in the log is printed above, and is no failure
    return 1 if seen.errors or traces or not seen.changes else 0


if __name__ == "__main__":
    raise SystemExit(main())
