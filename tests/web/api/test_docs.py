"""The document, the page made of it, and docs/api.md say the same."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from web.api.problems import KINDS

PAGE = Path(__file__).parents[3] / "docs" / "api.md"


@pytest.fixture
def document(client: FlaskClient) -> Any:
    return client.get("/openapi.json").get_json()


@pytest.fixture(scope="module")
def sections() -> dict[str, str]:
    """The operations of docs/api.md by path."""
    found = re.split(r"^### `GET (/\S*)`$", PAGE.read_text(encoding="utf-8").split("\n## Units")[0], flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2], strict=True))


def test_the_document_is_openapi_3_1_and_knows_where_it_is(document: Any) -> None:
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": "/api/v1"}]


def test_every_operation_declares_what_may_go_wrong(document: Any) -> None:
    for path, methods in document["paths"].items():
        statuses = set(methods["get"]["responses"])
        assert statuses >= {"200", "304", "400", "401", "403", "405", "500", "503"}, path
        assert ("404" in statuses) == ("{id}" in path), path


def test_every_path_is_in_the_docs_and_the_other_way_round(document: Any, sections: dict[str, str]) -> None:
    assert list(sections) == list(document["paths"])


def test_every_parameter_is_in_the_docs_and_the_other_way_round(document: Any, sections: dict[str, str]) -> None:
    for path, methods in document["paths"].items():
        given = {each["name"] for each in methods["get"]["parameters"] if each["in"] == "query"}
        assert _documented(sections[path]) == given, path


def test_the_bounds_in_the_docs_are_those_that_are_checked(document: Any, sections: dict[str, str]) -> None:
    for each in document["paths"]["/search"]["get"]["parameters"]:
        row = next(
            line for line in sections["/search"].splitlines() if line.startswith("|") and f"`{each['name']}`" in line
        )
        schema = each["schema"]
        for name in schema.get("items", schema).get("enum", ()):
            assert f"`{name}`" in row or "#readings" in row
        if schema.get("maximum") and each["name"] != "per_page":
            assert f"{schema['minimum']} to {schema['maximum']}" in row
    assert {f"at most {each} characters" for each in (256, 2000)} <= set(
        re.findall(r"at most \d+ characters", PAGE.read_text())
    )


def test_every_code_is_in_the_docs_and_the_other_way_round(document: Any) -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| (\d+)", PAGE.read_text(encoding="utf-8").split("## Errors")[1], flags=re.MULTILINE
    )
    assert dict(rows) == {code: str(kind.status) for code, kind in KINDS.items()}
    assert document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"] == list(KINDS)


def test_every_member_of_a_hit_and_of_an_answer_is_in_the_docs(document: Any) -> None:
    text = PAGE.read_text(encoding="utf-8")
    for shape in document["components"]["schemas"].values():
        assert {
            name for name in shape["properties"] if f"`{name}`" not in text and not re.search(rf"\b{name}\b", text)
        } == set()


def test_the_page_tells_every_operation_with_an_example_that_opens(client: FlaskClient, document: Any) -> None:
    page = client.get("/api").text
    examples = re.findall(r'class="example">[^<]*<a href="([^"]+)"', page)
    assert len(examples) == len(document["paths"])
    for example in examples:
        assert client.get(unescape(example)).status_code == 200, example
    for methods in document["paths"].values():
        assert all(f"<code>{each['name']}</code>" in page for each in methods["get"]["parameters"])


def test_the_page_loads_nothing_from_elsewhere_and_runs_nothing(client: FlaskClient) -> None:
    page = client.get("/api").text
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    assert "<script" not in page


def test_every_reference_on_the_page_leads_to_something_on_it(client: FlaskClient) -> None:
    page = client.get("/api").text
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert targets
    assert targets <= set(re.findall(r'id="([^"]+)"', page))


def _documented(section: str) -> set[str]:
    """The parameters of a section: those of its table, and those in the sentence that begins with Takes."""
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    sentence = re.search(r"Takes (.*?)(?:\.\s|\Z)", re.sub(r"of `/search`", "", section), flags=re.DOTALL)
    told = "".join(rows) + re.sub(r"\([^)]*\)", "", sentence.group(1) if sentence else "")
    return set(re.findall(r"`(\w+)`", told))
