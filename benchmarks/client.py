"""A load on a server: requests at a fixed rate, whether or not those before were answered, or as fast as answers come.

At a fixed rate a request's time begins when it was due, so that waiting behind slow ones counts. The client runs in the
process that measures and takes a share of the same processors.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.serving import HOST

# A fixed rate needs more connections than there are requests under way.
CONNECTIONS = 32
FLAT_OUT = 8
_PATIENCE = 30


@dataclass(slots=True)
class Outcome:
    """``late`` were due within the time and not sent, because all connections were waiting. Milliseconds of each answer."""

    seconds: float = 0.0
    answered: list[float] = field(default_factory=list)
    errors: int = 0
    late: int = 0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.answered) / self.seconds


class _Load:
    """What the threads share: the next request, when it is due, and what became of those before."""

    def __init__(
        self, port: int, addresses: Sequence[str], *, seconds: float, rate: float | None, most: int | None
    ) -> None:
        self._port = port
        self._addresses = addresses
        self._rate = rate
        self._most = most
        self._lock = threading.Lock()
        self._next = 0
        self._start = time.monotonic()
        self._end = self._start + seconds
        self.outcome = Outcome()

    def run(self) -> None:
        """One connection: requests until the time is over."""
        connection = http.client.HTTPConnection(HOST, self._port, timeout=_PATIENCE)
        while (taken := self._take()) is not None:
            address, due = taken
            time.sleep(max(0.0, due - time.monotonic()))
            self._ask(connection, address, due)
        connection.close()

    def finish(self) -> Outcome:
        """What came of it, when all threads have ended."""
        self.outcome.seconds = time.monotonic() - self._start
        if self._rate is not None and self._most is None:
            due = int((self._end - self._start) * self._rate)
            self.outcome.late = max(0, due - len(self.outcome.answered) - self.outcome.errors)
        return self.outcome

    def _take(self) -> tuple[str, float] | None:
        """The next address and when it is due; None where the time is over."""
        with self._lock:
            number = self._next
            self._next += 1
        now = time.monotonic()
        due = now if self._rate is None else self._start + number / self._rate
        if max(now, due) >= self._end or (self._most is not None and number >= self._most):
            return None
        return self._addresses[number % len(self._addresses)], due

    def _ask(self, connection: http.client.HTTPConnection, address: str, due: float) -> None:
        try:
            connection.request("GET", address)
            response = connection.getresponse()
            response.read()
            good = response.status == http.client.OK
        except (OSError, http.client.HTTPException):
            # The next request opens a new connection.
            connection.close()
            good = False
        taken = (time.monotonic() - due) * 1000
        with self._lock:
            self.outcome.errors += not good
            if good:
                self.outcome.answered.append(taken)


def load(
    port: int, addresses: Sequence[str], *, seconds: float, rate: float | None, most: int | None = None
) -> Outcome:
    """Ask for *addresses* again and again for *seconds*, *rate* times a second, or without pause where it is None.

    Ends sooner after *most* requests.
    """
    shared = _Load(port, addresses, seconds=seconds, rate=rate, most=most)
    count = FLAT_OUT if rate is None else CONNECTIONS
    threads = [threading.Thread(target=shared.run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return shared.finish()
