"""总览: what there is, how it went last, what needs attention."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint

from indexer.errors import IndexMissing
from indexer.pages import Stats
from indexer.state.runs import Run
from web.addresses import at
from web.admin import shown
from web.admin.desk import Desk
from web.admin.reports import progress, told

MISSED_SHOWN = 3
MISSED_LENGTH = 20


@dataclass(frozen=True, slots=True)
class Matter:
    """Something that needs attention: a sentence, and the link to where it is dealt with."""

    text: str
    act: str
    url: str


class Overview:
    """The first page of the admin side."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def register(self, routes: Blueprint) -> None:
        """Add the routes of this module."""
        routes.add_url_rule("/", "overview", self.show)

    def show(self) -> str:
        """The figures of the index, the last run, and what needs attention."""
        stats, run = self._stats(), self.desk.runs.status()
        return self.desk.render(
            "overview.html",
            stats=stats,
            built=shown.time(stats.built) if stats else "",
            run=run,
            progress=progress(run),
            report=told(run),
            matters=list(self._matters(stats, run)),
        )

    def _stats(self) -> Stats | None:
        try:
            return self.desk.site.search.stats()
        except IndexMissing:
            return None

    def _matters(self, stats: Stats | None, run: Run) -> Iterator[Matter]:
        runs = at("admin.runs")
        if stats is None and run.state != "running":
            yield Matter("还没有索引，什么也检索不到。", "去建索引", runs)
        if run.state == "failed":
            yield Matter(f"上一次建索引没有成功：{run.message}", "去看看", runs)
        if waiting := self.desk.waiting():
            yield Matter(f"有 {waiting} 个文件的改动还没有进索引。", "去更新索引", runs)
        if unread := self.desk.unread():
            yield Matter(f"词表改过，{unread} 篇文章需要重新读取，更新索引时会自动重读。", "去更新索引", runs)
        if skipped := self.desk.skipped():
            yield Matter(f"有 {len(skipped)} 个文件没有收入文库。", "看原因", at("admin.sources", view="skipped"))
        if missed := self.desk.site.noting.unfound.listed(MISSED_SHOWN):
            queries = "、".join(f"“{shown.name(one.query, most=MISSED_LENGTH)}”" for one in missed)
            yield Matter(f"有人检索而没有找到：{queries}。", "看全部", at("admin.unfound"))
