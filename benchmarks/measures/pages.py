"""request: a whole page through Flask's test client, filters, facets, snippets and HTML in; one process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode

from flask.testing import FlaskClient

from benchmarks.bench import Bench
from benchmarks.corpus import seeded
from benchmarks.errors import BenchError
from benchmarks.rows import OURS, Row, distribution
from benchmarks.timing import timed, undisturbed
from indexer.config import Settings
from indexer.search import Search
from web import create_app

WARM_UP = 30


def measure(bench: Bench) -> Iterator[Row]:
    """Milliseconds of processor time by kind; each page is asked for once, after others have warmed the process."""
    folder = bench.made(OURS).folder
    asked = addresses(bench, folder, count=bench.questions)
    bench.note(f"request: {', '.join(f'{kind} {len(own)}' for kind, own in asked.items())}, each once, warm process")
    bench.say("正在请求网页……")
    client = create_app(Settings(index=folder)).test_client()
    for address in warm_up(bench, folder):
        client.get(address)
    every: list[float] = []
    with undisturbed():
        for kind, own in asked.items():
            values = [timed(lambda: _page(client, address)).cpu for address in own]  # noqa: B023
            every += values
            yield distribution(bench.size, OURS, "request", kind, values, "ms")
    yield distribution(bench.size, OURS, "request", "all kinds", every, "ms")


def addresses(bench: Bench, folder: Path, *, count: int) -> dict[str, list[str]]:
    """Pages to ask for, by kind; the filters are those that the index offers."""
    filters = _filters(folder)
    chance = seeded("filters")
    found = {}
    for kind, queries in bench.sampler.requests(count).items():
        chosen = [chance.choice(filters) if kind == "word and filter" else {} for _ in queries]
        found[kind] = [
            f"/search?{urlencode({'q': query, **more})}" for query, more in zip(queries, chosen, strict=True)
        ]
    return found


def warm_up(bench: Bench, folder: Path) -> list[str]:
    """Other pages, of all kinds."""
    more = addresses(bench, folder, count=bench.questions + WARM_UP // 6)
    return [address for own in more.values() for address in own[bench.questions :]]


def _filters(folder: Path) -> list[Mapping[str, str]]:
    stats = Search(folder=folder).stats()
    kinds: list[Mapping[str, str]] = [{"kind": kind} for kind, _ in stats.kinds[:3] if kind]
    years: list[Mapping[str, str]] = [{"year_from": str(year)} for year, _ in stats.years[:3] if year]
    return [*kinds, *years] or [{"function": "plans"}]


def _page(client: FlaskClient, address: str) -> None:
    """Raises BenchError where the page is none."""
    if (status := client.get(address).status_code) != HTTPStatus.OK:
        raise BenchError(f"网页 {address} 返回 {status}，无法测量：请看服务的日志。")
