"""What each operation may be asked: the schemas that check the requests, and of which the document of the API is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from marshmallow import Schema, ValidationError, fields, post_load, validates_schema

from indexer.answers import Unit
from indexer.config import Settings
from indexer.engines.base import FacetField
from indexer.pages import Mode, Sort
from indexer.query import MAX_CHARACTERS
from indexer.search import FACETS, MAX_DEPTH, SearchRequest
from indexer.similar import MOST_SIMILAR
from web.api.fields import Whole, one_of, several, text, whole, yes_or_no
from web.pages import params

Highlight = Literal["spans", "html", "none"]

SUGGESTIONS, SUGGESTIONS_MAX = 8, 20
AROUND, AROUND_MAX = 2, 20
SIMILAR = 10
PASSAGES, PASSAGES_MAX = 20, 100
ID_LENGTH = 64
NO_FACETS = "none"
ORDINAL_HIGH = 10_000_000


@dataclass(frozen=True, slots=True)
class Searching:
    """A search that is asked for, and how it is to be told."""

    request: SearchRequest
    facets: tuple[FacetField, ...]
    highlight: Highlight = "spans"
    offsets: Unit = "codepoint"


class Nothing(Schema):
    """No parameters at all."""

    error_messages = {"unknown": "没有这个参数"}  # noqa: RUF012 - marshmallow declares it so


class _Units(Nothing):
    offsets = one_of(
        "位置按什么计数：codepoint 是 Unicode 字符，utf16 是 JavaScript、Java、C# 的字符单位",
        get_args(Unit),
        default="codepoint",
    )


class _Query(Nothing):
    q = text("检索词，写法与页面上的检索框相同；空着就是全部段落", most=MAX_CHARACTERS, example="环境整治")
    off = several("不要哪些理解方式", most=len(params.UNDERSTANDINGS), among=params.UNDERSTANDINGS)


class _Filtered(_Query):
    mode = one_of(
        "怎样读检索词：auto 与页面相同，找不到时放宽；all 只要含全部词语的；phrase 把整串文字当作一句原话，其中的符号也不另作解释",
        get_args(Mode),
        default="auto",
    )
    kind = several("文种", most=params.VALUES_HIGH, length=params.VALUE_LENGTH)
    year_from = whole("起始年份", low=params.YEAR_LOW, high=params.YEAR_HIGH)
    year_to = whole("截止年份", low=params.YEAR_LOW, high=params.YEAR_HIGH)
    source = several("来源：文件在文库里的名称，或它所在的文件夹", most=params.VALUES_HIGH, length=params.VALUE_LENGTH)
    script = several("字形：hans 简体，hant 繁体，unknown 不明", most=len(params.SCRIPTS), among=params.SCRIPTS)
    function = several("段落属于文章的哪一部分", most=len(params.FUNCTIONS), among=params.FUNCTIONS)
    document = text("只在这篇文章里找：文章的编号", most=ID_LENGTH)
    copies_of = text("只要这一段的各个版本：段落的编号", most=ID_LENGTH)
    facets = several("要哪些分类计数；不写就是全部，none 是都不要", most=len(FACETS) + 1, among=(*FACETS, NO_FACETS))

    @validates_schema
    def _years_in_order(self, values: Mapping[str, Any], **_: object) -> None:
        if values["year_to"] and values["year_from"] > values["year_to"]:
            raise ValidationError("起始年份不能晚于截止年份", "year_from")

    @post_load
    def _made(self, values: Mapping[str, Any], **_: object) -> Searching:
        return _searching(values)


class _Searched(_Units, _Filtered):
    sort = one_of("次序：relevance 按相关程度，date 新的在前", get_args(Sort), default="relevance")
    collapse = yes_or_no("同一篇文章最多列两段，只有名称、数字不同的段落合成一条", default=True)
    highlight = one_of(
        "怎样标出检索词：spans 给出位置；html 另给 snippet_html，其中只有 mark 标签；none 不标",
        get_args(Highlight),
        default="spans",
    )


class SuggestParameters(Nothing):
    """What suggestions are asked with."""

    q = text("正在输入的文字", most=params.QUERY_LENGTH, example="环境")
    limit = whole("最多几条", low=1, high=SUGGESTIONS_MAX, default=SUGGESTIONS)
    format = one_of("回答的格式：json，或浏览器搜索栏用的 opensearch；不写就看请求头 Accept", ("json", "opensearch"))


class PassageParameters(_Units, _Query):
    """What a passage is asked with: the query that is to be marked in it."""


class ContextParameters(_Units, _Query):
    """What a passage with its neighbours is asked with."""

    around = whole("前后各几段", low=0, high=AROUND_MAX, default=AROUND)


class SimilarParameters(_Units):
    """What similar passages are asked with."""

    limit = whole("最多几段", low=1, high=MOST_SIMILAR, default=SIMILAR)


class PassagesParameters(_Units):
    """What the passages of a document are asked with."""

    start = whole("从第几段起，第一段是 0", low=0, high=ORDINAL_HIGH, default=0)
    limit = whole("最多几段", low=1, high=PASSAGES_MAX, default=PASSAGES)


class FacetsParameters(_Filtered):
    """What facets alone are asked with."""


class PassagePlace(Schema):
    """Which passage."""

    id = fields.String(required=True, metadata={"description": "段落的编号"})


class DocumentPlace(Schema):
    """Which document."""

    id = fields.String(required=True, metadata={"description": "文章的编号"})


def search_parameters(settings: Settings) -> Schema:
    """What a search is asked with; how many hits a page has is up to the site."""
    sizes: dict[str, Whole] = {
        "page": whole(f"第几页，从 1 起；最多翻到第 {MAX_DEPTH} 条", low=1, high=MAX_DEPTH, default=1),
        "per_page": whole("每页几条", low=1, high=settings.per_page_max, default=settings.per_page),
    }
    return _Searched.from_dict({**sizes}, name="SearchParameters")()


def _searching(values: Mapping[str, Any]) -> Searching:
    asked = values["facets"]
    return Searching(
        request=_request(values),
        facets=tuple(name for name in FACETS if name in asked or not asked),
        highlight=values.get("highlight", "none"),
        offsets=values.get("offsets", "codepoint"),
    )


def _request(values: Mapping[str, Any]) -> SearchRequest:
    return SearchRequest(
        query=values["q"],
        page=values.get("page", 1),
        per_page=values.get("per_page", 1),
        sort=values.get("sort", "relevance"),
        kinds=tuple(dict.fromkeys(values["kind"])),
        year_from=values["year_from"],
        year_to=values["year_to"],
        sources=tuple(dict.fromkeys(values["source"])),
        scripts=tuple(dict.fromkeys(values["script"])),
        functions=tuple(dict.fromkeys(values["function"])),
        document=values["document"],
        copies_of=values["copies_of"],
        collapse=values.get("collapse", True),
        off=frozenset(values["off"]),
        mode=values["mode"],
    )
