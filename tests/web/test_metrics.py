"""What Prometheus is told, by one process and by several."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from indexer.config import Settings
from indexer.search import Search
from tests.web.shelf import settings_for
from web import create_app

# More words than the grammar allows.
REFUSED = "+".join(f"词{number}" for number in range(40))
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def counted(index: Path, app: Flask) -> Iterator[FlaskClient]:  # noqa: ARG001 - makes the index
    search = Search(folder=index)
    yield create_app(replace(settings_for(index), metrics=True), search).test_client()
    search.close()


def samples(text: str) -> dict[tuple[str, str], float]:
    """Values by name and labels."""
    return {
        (sample.name, ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def told(client: FlaskClient) -> dict[tuple[str, str], float]:
    return samples(client.get("/metrics").get_data(as_text=True))


def test_nothing_is_told_unless_it_was_switched_on(client: FlaskClient) -> None:
    assert client.get("/metrics").status_code == 404


def test_requests_are_counted_by_what_answers_them_and_how(counted: FlaskClient) -> None:
    for path in ("/", "/search?q=红旗户", f"/search?q={REFUSED}", "/nowhere", "/nor/here?q=x"):
        counted.get(path)
    found = told(counted)
    assert found["fanwen_requests_total", "endpoint=pages.welcome,status=200"] == 1
    assert found["fanwen_requests_total", "endpoint=pages.results,status=200"] == 1
    assert found["fanwen_requests_total", "endpoint=pages.results,status=400"] == 1
    assert found["fanwen_requests_total", "endpoint=,status=404"] == 2
    assert found["fanwen_request_seconds_count", "endpoint=pages.results"] == 2


def test_searches_tell_how_they_ended(counted: FlaskClient) -> None:
    for query in ("红旗户", "zzqq", "红旗户 造船 火箭"):
        counted.get(f"/search?q={query}")
    found = told(counted)
    assert found["fanwen_searches_total", ""] == 3
    assert found["fanwen_searches_without_hits_total", ""] == 1
    assert found["fanwen_searches_relaxed_total", "step=any"] == 1


def test_a_search_of_a_program_counts_like_one_of_a_person(counted: FlaskClient) -> None:
    assert counted.get("/api/v1/search?q=红旗户").status_code == 200
    assert told(counted)["fanwen_searches_total", ""] == 1


def test_the_index_is_told_as_it_is_now(counted: FlaskClient) -> None:
    found = told(counted)
    assert found["fanwen_index_generation", ""] == 1
    assert found["fanwen_index_passages", ""] == counted.get("/readyz").get_json()["passages"]


def test_without_an_index_the_rest_is_told(tmp_path: Path) -> None:
    client = create_app(Settings(index=tmp_path / "none", metrics=True)).test_client()
    assert client.get("/search?q=环境整治").status_code == 503
    found = told(client)
    assert found["fanwen_requests_total", "endpoint=pages.results,status=503"] == 1
    assert ("fanwen_index_passages", "") not in found


def test_labels_hold_nothing_that_a_visitor_chose(counted: FlaskClient) -> None:
    for number in range(20):
        counted.get(f"/passage/geheim{number}?q=geheim")
        counted.get(f"/geheim{number}")
    text = counted.get("/metrics").get_data(as_text=True)
    assert "geheim" not in text
    assert len(set(re.findall(r'endpoint="([^"]*)"', text))) <= 3


# As the workers of gunicorn: loaded once, forked, each asked some pages; then one of them tells of all.
WORKERS = """
import os, sys
from pathlib import Path
from indexer.config import Settings
from web import create_app
app = create_app(Settings(index=Path(sys.argv[1]), metrics=True))
for pages in (1, 2, 3):
    if not os.fork():
        client = app.test_client()
        for _ in range(pages):
            client.get("/search?q=%E7%BA%A2%E6%97%97%E6%88%B7")
        os._exit(0)
    os.wait()
print(app.test_client().get("/metrics").get_data(as_text=True))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="several workers need fork")
def test_what_several_workers_counted_is_added_up(index: Path, app: Flask, tmp_path: Path) -> None:  # noqa: ARG001
    environ = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", WORKERS, str(index)]
    asked = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120, check=True)
    found = samples(asked.stdout)
    assert found["fanwen_requests_total", "endpoint=pages.results,status=200"] == 6
    assert found["fanwen_searches_total", ""] == 6
    assert found["fanwen_index_generation", ""] == 1
