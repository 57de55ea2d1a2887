"""The manners of the templates and of what stands beside them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from indexer.search import Search
from tests.web.shelf import settings_for
from web.app import create_app
from web.site import Site

ROOT = Path(__file__).parent.parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STATIC = ROOT / "web" / "static"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_knows_only_if_and_for_and_no_filter(path: Path) -> None:
    tokens = list(Environment(autoescape=True).lex(path.read_text(encoding="utf-8")))
    statements = [
        tokens[index + 2][2] if tokens[index + 1][1] == "whitespace" else tokens[index + 1][2]
        for index, token in enumerate(tokens)
        if token[1] == "block_begin"
    ]
    layout = {"extends", "block", "endblock", "include"}
    assert set(statements) <= layout | {"if", "elif", "else", "endif", "for", "endfor"}
    assert not [token for token in tokens if token[1] == "operator" and token[2] == "|"]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_holds_no_script_no_style_and_no_address_elsewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|https?://|//[a-z]", text)


def test_the_templates_escape_what_they_write(index: Path) -> None:
    site = Site(settings=settings_for(index), search=Search(folder=index))
    assert site.templates.from_string("{{ text }}").render(text="<b>") == "&lt;b&gt;"


def test_what_a_template_includes_stands_in_its_place_as_if_it_were_included(index: Path) -> None:
    settings = settings_for(index)
    site = Site(settings=settings, search=Search(folder=index))
    including = site.templates.overlay(loader=FileSystemLoader(ROOT / "templates"))
    said = {"title": "没有这个页面", "message": "网址可能抄漏了。", "hints": ["从首页重新检索"], "query": "河堤 <整修>"}
    with create_app(settings).test_request_context("/"):
        written = site.render("error.html", **said)
        assert written == including.get_template("error.html").render(**said)
    assert "<li>从首页重新检索</li>" in written
    assert "河堤 &lt;整修&gt;" in written
    assert "{%" not in written


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_is_looked_for_while_another_is_written(path: Path, index: Path) -> None:
    environment = Site(settings=settings_for(index), search=Search(folder=index)).templates
    assert environment.loader is not None
    source, _, _ = environment.loader.get_source(environment, path.relative_to(ROOT / "templates").as_posix())
    assert "include" not in source


def test_the_stylesheet_is_small_and_asks_nobody_else() -> None:
    style = (STATIC / "fanwen.css").read_text(encoding="utf-8")
    assert len(style.encode()) < 20_000
    assert "url(" not in style
    assert "@import" not in style
    for query in ("(prefers-color-scheme: dark)", "(prefers-reduced-motion:", "(forced-colors: active)", "print"):
        assert f"@media {query}" in style


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground_in_both_schemes(scheme: str) -> None:
    style = (STATIC / "fanwen.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", style, flags=re.DOTALL)
    named = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", blocks[0 if scheme == "light" else 1]))
    for ground in ("paper", "sheet", "note"):
        for ink in ("ink", "soft", "link", "seal", "flag"):
            assert _contrast(named[ink], named[ground]) >= 4.5, (ink, ground)
    assert _contrast(named["ink"], named["mark"]) >= 4.5
    assert _contrast("#ffffff", named["button"]) >= 4.5
    assert _contrast(named["edge"], named["sheet"]) >= 3
