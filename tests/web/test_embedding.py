"""docs/embedding.md lists what the widget and the frame take and tell: all of it, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "embedding.md").read_text(encoding="utf-8")
WIDGET = (ROOT / "web" / "static" / "widget.js").read_text(encoding="utf-8")

# A value of each parameter of /search that is not its default.
ASKED = {
    "q": "环境整治",
    "per_page": "7",
    "kind": "总结",
    "source": "总结/芦塘镇2022年环境整治工作总结.txt",
    "script": "hant",
    "function": "measures",
    "year_from": "2020",
    "year_to": "2024",
    "sort": "date",
    "theme": "dark",
    "page": "2",
    "document": "x",
    "copies_of": "x-0",
    "collapse": "no",
    "off": "copies",
}


def _rows(head: str) -> list[list[str]]:
    """The cells of the table whose first column is called *head*."""
    _, _, table = PAGE.partition(f"| {head} |")
    lines = table.partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def _coded(text: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", text))


def _listed(head: str) -> set[str]:
    return {name for row in _rows(head) for name in _coded(row[0])}


def _named(pattern: str) -> set[str]:
    return set(re.findall(pattern, WIDGET))


def _attributes() -> set[str]:
    (filters,) = re.findall(r"FILTERS = \[(.*?)\]", WIDGET)
    (observed,) = re.findall(r"observedAttributes = \[(.*?)\]", WIDGET)
    quoted = set(re.findall(r'"(\w+)"', filters + observed))
    styled = _named(r':host\(\[(\w+)="')
    return {name.replace("_", "-") for name in quoted} | styled | _named(r'(?:get|has)Attribute\("([\w-]+)"\)')


def _parts() -> set[str]:
    return _coded(PAGE.partition("Parts for `::part()`:")[2].partition(".")[0])


@pytest.mark.parametrize(
    ("listed", "there"),
    [
        (lambda: _listed("Attribute"), _attributes),
        (lambda: _listed("CSS variable"), lambda: _named(r"var\((--fanwen-\w+)")),
        (lambda: _listed("Event"), lambda: _named(r'#tell\("([\w-]+)"')),
        (_parts, lambda: _named(r'setAttribute\("part", "(\w+)"\)')),
    ],
    ids=["attributes", "variables", "events", "parts"],
)
def test_the_page_lists_what_the_widget_has(listed: Callable[[], set[str]], there: Callable[[], set[str]]) -> None:
    assert len(there()) > 2
    assert listed() == there()


def test_what_an_event_carries_is_listed_beside_it() -> None:
    told = re.findall(r'#tell\("([\w-]+)", \{(.*?)\}', WIDGET)
    carried = {name: {pair.partition(":")[0].strip() for pair in fields.split(",")} for name, fields in told}
    assert {name: _coded(detail) for (event, detail, *_) in _rows("Event") for name in _coded(event)} == carried


def test_the_defaults_are_those_of_the_widget() -> None:
    default = {name: row[1] for row in _rows("Attribute") for name in _coded(row[0])}
    assert re.findall(r'"per-page"\) \|\| "(\d+)"', WIDGET) == list(_coded(default["per-page"]))
    (label,) = re.findall(r'"label"\) \|\| "(.*?)"', WIDGET)
    (placeholder,) = re.findall(r'"placeholder"\) \?\? "(.*?)"', WIDGET)
    begun, _, second = default["label"].partition(", ")
    assert second == label
    assert placeholder.startswith(begun.rstrip("…"))


def test_the_frame_takes_the_parameters_that_the_page_names_and_no_others(client: FlaskClient) -> None:
    named = _coded(PAGE.partition("it takes")[2].partition("(`light`")[0])
    plain = client.get("/embed").text
    taken = {name for name, value in ASKED.items() if client.get("/embed", query_string={name: value}).text != plain}
    assert taken == named
