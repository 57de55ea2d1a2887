"""What the service tells Prometheus. Only labels whose values are few: endpoints and statuses, never addresses or queries.

Several workers add up where PROMETHEUS_MULTIPROC_DIR names a folder that is emptied before each start, as ``fanwen serve``
does; else each process tells of itself alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from indexer.errors import IndexFolderError
from indexer.pages import Page
from indexer.search import Stats

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
# Seconds; a page takes ten milliseconds in the median, and two seconds are the end.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0)


class Metrics:
    """Counts what was asked and answered. Safe to share between threads."""

    def __init__(self, stats: Callable[[], Stats]) -> None:
        """:param stats: what the index holds now."""
        own = CollectorRegistry()
        self._own = own
        self._index = _Index(stats)
        self._requests = Counter(
            "fanwen_requests", "Requests by what answers them and status.", ["endpoint", "status"], registry=own
        )
        self._seconds = Histogram(
            "fanwen_request_seconds", "Time of requests.", ["endpoint"], buckets=_BUCKETS, registry=own
        )
        self._searches = Counter("fanwen_searches", "Searches that were answered.", registry=own)
        self._without_hits = Counter("fanwen_searches_without_hits", "Searches that found nothing.", registry=own)
        self._relaxed = Counter(
            "fanwen_searches_relaxed", "Searches that only a wider query answered, by step.", ["step"], registry=own
        )

    def count(self, endpoint: str, status: int, seconds: float, *, page: Page | None = None) -> None:
        """One request, and the *page* that answers it where it was a search."""
        self._requests.labels(endpoint, str(status)).inc()
        self._seconds.labels(endpoint).observe(seconds)
        if page is None:
            return
        self._searches.inc()
        if not page.hits:
            self._without_hits.inc()
        elif page.relaxed:
            self._relaxed.labels(page.relaxed.step).inc()

    def text(self) -> bytes:
        """All of it, in the text format of Prometheus."""
        told = CollectorRegistry()
        if os.environ.get(FOLDER_VARIABLE):
            MultiProcessCollector(told)  # type: ignore[no-untyped-call]
        else:
            told.register(_Same(self._own))
        told.register(self._index)
        return generate_latest(told)


class _Same(Collector):
    """What another registry collects."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        yield from self._registry.collect()


class _Index(Collector):
    """What belongs to the index, and is the same in every worker; nothing while there is none."""

    def __init__(self, stats: Callable[[], Stats]) -> None:
        self._stats = stats

    def collect(self) -> Iterator[Metric]:
        try:
            found = self._stats()
        except IndexFolderError:
            return
        yield GaugeMetricFamily("fanwen_index_generation", "Number of the generation in service.", found.generation)
        yield GaugeMetricFamily("fanwen_index_passages", "Passages of the index.", found.passages)
        yield GaugeMetricFamily("fanwen_index_documents", "Documents of the index.", found.documents)

    def describe(self) -> list[Metric]:
        """Nothing beforehand: the index may not be there yet."""
        return []
