"""The service as a portal mounts it, and the contract that its own document makes."""

from __future__ import annotations

import os
import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from zlib import crc32

import pytest
import schemathesis
from flask import Flask
from schemathesis import Case, HookContext, Response
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events
from schemathesis.schemas import BaseSchema

from indexer.analysis import default_analyzer
from indexer.search import Search, SearchRequest
from tests.library import index_texts
from tests.web.shelf import TEXTS, settings_for
from web import create_blueprint

MOUNT = "/oa/fanwen"
# `make api` asks for ten thousand.
CASES = int(os.environ.get("FANWEN_TEST_API_CASES", "200"))
# Among so many operations the cases are shared out; one that takes no parameters needs but a few.
OPERATIONS = 8

# Rules that hold between parameters, or within a query.
BEYOND_SCHEMAS = {"bad_query", "too_deep"}
# A parameter that nobody knows.
STRANGE = "strange"
YEARS = "起始年份不能晚于截止年份"

# What a program may well send: words, phrases, patterns, filters, other scripts, and queries that cannot be read.
QUERIES = (
    *(
        "环境整治",
        "环境 整治",
        "“雷打不动”",
        "把*变",
        "專案 經費",
        "环竟整治",
        "文种:总结 环境",
        "年份:2020-2024",
        "𠮷林 环境",
    ),
    *(
        "-环境",
        "((环境",
        "年份:abc",
        "以…为抓手",
        "抓宣传，让群众愿意参与，账一笔笔算给群众听",
        "hjzz",
        " ",
        "\x00环境",
        "整治" * 128,
    ),
)


@dataclass
class Run:
    """What came of a run: its cases by operation, sort of data and status, and each thing that was not as declared."""

    counts: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Search]]:
    """A foreign application with the service under a prefix and a name of its own, over an index of real files."""
    folder = tmp_path_factory.mktemp("shelf") / "index"
    analyzer = default_analyzer()
    index_texts(folder, TEXTS, analyzer)
    search = Search(folder=folder, analyzer=analyzer)
    app = Flask("portal")
    settings = replace(settings_for(folder), access="open")
    app.register_blueprint(create_blueprint(settings, search), url_prefix=MOUNT, name="texts")
    yield app, search
    search.close()


@pytest.fixture(scope="session")
def run(portal: tuple[Flask, Search]) -> Run:
    """Half of the cases with data of all sorts, the bounds of every parameter among them, half with sound data alone."""
    app, search = portal
    done, known = Run(), _known(search)
    for mode in ("all", "positive"):
        config = SchemathesisConfig.from_dict(_config(mode))
        schema = schemathesis.openapi.from_wsgi(f"{MOUNT}/openapi.json", app, config=config)
        _hook(schema, done, known)
        for event in schemathesis.engine.from_schema(schema).execute():
            done.faults += _faults(event)
    return done


def _hook(schema: BaseSchema, done: Run, known: dict[str, list[str]]) -> None:
    """Let sound cases ask for what is there, and note what comes of each."""

    @schema.hook
    def map_case(context: HookContext, case: Case[Any]) -> Case[Any]:  # noqa: ARG001
        chance = crc32(repr((case.query, case.path_parameters)).encode("utf-8", "replace"))
        if _sort(case) == "positive" and chance % 2:
            _aim(case, known)
        if _sort(case) == "positive" and chance % 8 == 0:
            case.query = {**(case.query or {}), STRANGE: "1"}
        return case

    @schema.hook
    def after_call(context: HookContext, case: Case[Any], response: Response) -> None:  # noqa: ARG001
        done.counts[case.operation.path, _sort(case), response.status_code] += 1
        if not _is_right(case, response):
            done.faults.append(f"{case.operation.path} {case.query}: {response.text}")


def _config(mode: str) -> dict[str, Any]:
    return {
        "seed": 5 if CASES < 1000 else secrets.randbits(32),
        "generation": {"mode": mode, "allow-extra-parameters": True, "max-examples": CASES // OPERATIONS // 2},
        "phases": {
            "coverage": {"enabled": mode == "all", "generate-duplicate-query-parameters": True},
            "stateful": {"enabled": False},
        },
        # Sound data may be refused where no schema can tell: see _is_refused_without_reason.
        "checks": {"positive_data_acceptance": {"enabled": False}},
        # How many drafts are thrown away, and how long that takes on a busy machine, says nothing of the answers.
        "suppress-health-check": ["filter_too_much", "too_slow"],
    }


def _faults(event: object) -> Iterator[str]:
    """What an event of the run tells of answers that were not as declared, and of the run itself."""
    if isinstance(event, events.ScenarioFinished):
        for checks in event.recorder.checks.values():
            yield from (f"{event.label} {each.name}: {each.failure_info}" for each in checks if each.failure_info)
    elif isinstance(event, events.NonFatalError):
        yield f"{event.label}: {event.value}"
    elif isinstance(event, events.FatalError):
        yield str(event.exception)


def _is_right(case: Case[Any], response: Response) -> bool:
    """Whether the status is right for the sort of data; what is wrong in negative cases the run itself tells."""
    if _sort(case) == "strange":
        return STRANGE in {each["name"] for each in response.json().get("parameters", ())}
    return _sort(case) != "positive" or not _is_refused_without_reason(response)


def _is_refused_without_reason(response: Response) -> bool:
    """Whether data that the schemas allow was refused for none of the rules that no schema can state."""
    if response.status_code != 400:
        return False
    told = response.json()
    reasons = {each["reason"] for each in told.get("parameters", ())}
    return told["code"] not in BEYOND_SCHEMAS and reasons != {YEARS}


def _known(search: Search) -> dict[str, list[str]]:
    hits = search.search(SearchRequest(per_page=20)).hits
    return {
        "passages": [hit.record.id for hit in hits],
        "documents": sorted({hit.record.document_id for hit in hits}),
    }


def _aim(case: Case[Any], known: dict[str, list[str]]) -> None:
    """Put an id of the library and a likely query in their places."""
    choice = len(repr((case.query, case.path_parameters)))
    sort = case.path.split("/")[1]
    if sort in known and isinstance(case.path_parameters, dict):
        case.path_parameters["id"] = known[sort][choice % len(known[sort])]
    if isinstance(case.query, dict) and "q" in case.query:
        case.query["q"] = QUERIES[choice % len(QUERIES)]


def _sort(case: Case[Any]) -> str:
    """``positive`` and ``negative`` data, as schemathesis calls what the schemas allow and what they do not; ``strange`` is ours."""
    if isinstance(case.query, dict) and STRANGE in case.query:
        return "strange"
    mode = case.meta.generation.mode if case.meta else None
    return str(mode.value) if mode else "given"
