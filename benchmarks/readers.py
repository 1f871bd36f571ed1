"""How long a spectator's question takes while trainings write.

    python -m benchmarks.readers

Fifty readers ask once a second for what is new in one of two runs; each run writes four events a second
and a checkpoint of 8 MB every ten. The address of another database may be given as the only argument.
"""

import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from benchmarks.machine import command_line
from optviz.runs.leases import Line, append, begin, claim
from optviz.runs.store import Store
from optviz.training.config import TrainingConfig
from optviz.training.events import Checkpoint, Progress, to_json

READERS, SECONDS = 50, 20
SMALLEST_READERS, SMALLEST_SECONDS = 2, 2
EVENTS_A_SECOND, CHECKPOINT = 4, 8_000_000


def measure(address, reader_count, duration):
    """The latencies of reading and of writing, in milliseconds."""
    store = Store(address)
    config = TrainingConfig("mnist", (512, 512))
    leases = [
        begin(store, run.id, claim(store, run.id)) for run in (store.create(config, "me") for _ in "12")
    ]
    done = threading.Event()

    def write(lease):
        took, number = [], 0
        while not done.wait(1 / EVENTS_A_SECOND):
            number += 1
            event = Progress(number, number / 600, 0.5, 0.001, 20_000.0, number / 4, ((number, 0.5),) * 5)
            saved = Checkpoint(number, bytes(CHECKPOINT)) if number % (10 * EVENTS_A_SECOND) == 0 else None
            began = time.perf_counter()
            append(store, lease, [Line(number, "progress", to_json(event))], saved)
            took.append(time.perf_counter() - began)
        return took

    def read(reader):
        run_id, after, took = leases[reader % 2].run.id, 0, []
        done.wait(reader / reader_count)
        while not done.wait(1.0):
            began = time.perf_counter()
            run, _ = store.follow(run_id, after)
            took.append(time.perf_counter() - began)
            after = run.last_event
        return took

    with ThreadPoolExecutor(reader_count + 2) as pool:
        writers = [pool.submit(write, lease) for lease in leases]
        readers = [pool.submit(read, reader) for reader in range(reader_count)]
        time.sleep(duration)
        done.set()
        latencies = [np.concatenate([f.result() for f in futures]) * 1e3 for futures in (readers, writers)]
    for lease in leases:
        store.delete(lease.run.id, "me")
    store.close()
    return latencies


def main():
    """Measure and print a table."""
    parser = command_line(__doc__)
    parser.add_argument("address", nargs="?", help="of the database; a new SQLite file by default")
    arguments = parser.parse_args()
    size = (SMALLEST_READERS, SMALLEST_SECONDS) if arguments.smallest else (READERS, SECONDS)
    with tempfile.TemporaryDirectory() as folder:
        address = arguments.address or f"sqlite:///{folder}/runs.sqlite3"
        print(f"{size[0]} readers, 2 writers, {size[1]} s on {address.split(':')[0]}")
        print(f"{'milliseconds':14}{'count':>8}{'median':>9}{'95 %':>9}{'worst':>9}")
        for what, times in zip(("read", "write"), measure(address, *size), strict=True):
            shown = (np.median(times), np.percentile(times, 95), times.max())
            print(f"{what:14}{len(times):>8}" + "".join(f"{value:9.2f}" for value in shown))


if __name__ == "__main__":
    main()
