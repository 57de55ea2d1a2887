"""The operations of the API: where each is, what it takes, what it gives. Routes, checks and document are made of these."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from marshmallow import Schema

from web.api import parameters, shapes
from web.api.parameters import DocumentPlace, Nothing, PassagePlace
from web.api.views import OPENSEARCH, Answers, Body, Reply, suggested_as
from web.site import Site


@dataclass(frozen=True, slots=True)
class Operation:
    """One address that can be asked.

    ``query`` checks what stands behind the question mark, ``place`` describes what stands in ``path``; ``missing`` is the
    code of the problem where there is nothing in that place. ``chosen`` tells the media type where there are several.
    """

    name: str
    path: str
    summary: str
    view: Callable[..., Body | Reply]
    query: Schema
    answer: type[Schema]
    description: str = ""
    place: type[Schema] | None = None
    missing: str = ""
    others: Mapping[str, dict[str, Any]] = field(default_factory=lambda: MappingProxyType({}))
    chosen: Callable[[Any], str] | None = None


_TEXT: dict[str, Any] = {"type": "string"}
_TEXTS: dict[str, Any] = {"type": "array", "items": _TEXT}
# OpenSearch Suggestions 1.1: the query, the completions, and a line about each.
_OPENSEARCH: dict[str, Any] = {"type": "array", "minItems": 3, "maxItems": 3, "items": {"anyOf": [_TEXT, _TEXTS]}}


def operations(site: Site) -> tuple[Operation, ...]:
    """All operations of one service, in the order in which they are documented."""
    answers = Answers(site.search, site.noting)
    return (*_searching(site, answers), *_passages(answers), *_documents(answers), *_library(answers))


def _searching(site: Site, answers: Answers) -> tuple[Operation, ...]:
    return (
        Operation(
            name="search",
            path="/search",
            summary="检索段落",
            description="回答的形状与 fanwen search --json 相同，另有 links、mode 和 pages。",
            view=answers.search,
            query=parameters.search_parameters(site.settings),
            answer=shapes.SearchAnswer,
        ),
        Operation(
            name="suggest",
            path="/suggest",
            summary="输入时的建议",
            description=f"请求头 Accept 写 {OPENSEARCH}，或参数 format=opensearch，就按浏览器搜索栏的格式回答。",
            view=answers.suggest,
            query=parameters.SuggestParameters(),
            answer=shapes.SuggestAnswer,
            others={OPENSEARCH: _OPENSEARCH},
            chosen=suggested_as,
        ),
        Operation(
            name="facets",
            path="/facets",
            summary="分类计数",
            description="相符的段落按文种、部分、年份、来源各有多少，不列段落。",
            view=answers.facets,
            query=parameters.FacetsParameters(),
            answer=shapes.FacetsAnswer,
        ),
    )


def _passages(answers: Answers) -> tuple[Operation, ...]:
    return (
        Operation(
            name="passage",
            path="/passages/{id}",
            summary="一个段落",
            description="给出 q 就标出检索词的位置。",
            view=answers.passage,
            query=parameters.PassageParameters(),
            answer=shapes.PassageAnswer,
            place=PassagePlace,
            missing="no_passage",
        ),
        Operation(
            name="context",
            path="/passages/{id}/context",
            summary="段落和它的前后文",
            view=answers.context,
            query=parameters.ContextParameters(),
            answer=shapes.ContextAnswer,
            place=PassagePlace,
            missing="no_passage",
        ),
        Operation(
            name="similar",
            path="/passages/{id}/similar",
            summary="相近的段落",
            view=answers.similar,
            query=parameters.SimilarParameters(),
            answer=shapes.SimilarAnswer,
            place=PassagePlace,
            missing="no_passage",
        ),
    )


def _documents(answers: Answers) -> tuple[Operation, ...]:
    return (
        Operation(
            name="document",
            path="/documents/{id}",
            summary="一篇文章",
            view=answers.document,
            query=Nothing(),
            answer=shapes.DocumentAnswer,
            place=DocumentPlace,
            missing="no_document",
        ),
        Operation(
            name="outline",
            path="/documents/{id}/outline",
            summary="文章的提纲",
            view=answers.outline,
            query=Nothing(),
            answer=shapes.OutlineAnswer,
            place=DocumentPlace,
            missing="no_document",
        ),
        Operation(
            name="passages",
            path="/documents/{id}/passages",
            summary="文章的各段",
            view=answers.passages,
            query=parameters.PassagesParameters(),
            answer=shapes.PassagesAnswer,
            place=DocumentPlace,
            missing="no_document",
        ),
    )


def _library(answers: Answers) -> tuple[Operation, ...]:
    return (
        Operation(
            name="stats",
            path="/stats",
            summary="文库里有什么",
            view=answers.stats,
            query=Nothing(),
            answer=shapes.StatsAnswer,
        ),
    )
