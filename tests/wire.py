"""A connection that the tests can slow down, hold up and cut."""

import socket
import threading
import time
from contextlib import contextmanager, suppress


class Wire:
    """What stands between us and a server: it can be slow, hang and break.

    It takes connections at the socket `near`, and passes on what comes to the one at `far`; both are paths of
    Unix sockets, or pairs of host and port.
    """

    def __init__(self, near, far):
        self.delay = 0.0  # seconds that each piece waits
        self._far, self._open = far, threading.Event()
        self._open.set()
        self._pairs = set()
        self._near = self._socket(near)
        if not isinstance(near, str):
            self._near.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._near.bind(near)
        self._near.listen(64)
        self.whole = True
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self):
        return self._near.getsockname()[1]

    @contextmanager
    def hangs(self):
        """Nothing passes, and nobody is told."""
        self._open.clear()
        try:
            yield
        finally:
            self._open.set()

    @contextmanager
    def cut(self):
        """All connections end at once, and new ones do too."""
        self.whole = False
        self._end_all()
        try:
            yield
        finally:
            self.whole = True

    def close(self):
        self._near.close()
        self._end_all()

    def _end_all(self):
        for end in [end for pair in list(self._pairs) for end in pair]:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _socket(address):
        return socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)

    def _accept(self):
        with suppress(OSError):  # closed
            while True:
                here, _ = self._near.accept()
                there = self._socket(self._far)
                try:
                    if not self.whole:
                        raise OSError("cut")
                    there.connect(self._far)
                except OSError:
                    here.close()
                    there.close()
                    continue
                pair = (here, there)
                self._pairs.add(pair)
                for ends in (pair, pair[::-1]):
                    threading.Thread(target=self._pass, args=(*ends, pair), daemon=True).start()

    def _pass(self, source, target, pair):
        with suppress(OSError):
            while piece := source.recv(65536):
                time.sleep(self.delay)
                self._open.wait()
                target.sendall(piece)
        for end in pair:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._pairs.discard(pair)
