"""文件: what the library is made of; files are taken out, let in again, read anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, redirect, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Answer

from indexer.catalog import SourceEntry
from indexer.errors import IndexMissing
from indexer.pages import SearchRequest, SourcePage
from indexer.state.uploads import Upload
from web.addresses import at
from web.admin import shown
from web.admin.desk import EXCLUDED, Desk
from web.pages.links import Links
from web.pages.params import QUERY_LENGTH

PER_PAGE = 50
MAX_PAGE = 100_000
TITLES = 8

# What the list is narrowed to, by the name in its address; and the code that the library is asked for.
VIEWS: Mapping[str, str] = {"": "全部", "read": "能检索到的", "skipped": "没有收入的", "out": "已移出的"}
CODES: Mapping[str, str | None] = {"": None, "read": "", "out": EXCLUDED}

DONE: Mapping[str, str] = {
    "deleted": "已经删除。更新索引以后就检索不到了。",
    "out": "已经移出，原文件没有动。更新索引以后就检索不到了。",
    "restored": "已经恢复。更新索引以后又能检索到。",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A file of the list. ``code`` names it in forms; ``problem`` says why nothing of it can be found, or will soon."""

    name: str
    code: str
    place: str
    documents: int
    passages: int
    size: str
    changed: str
    problem: str
    out: bool
    found: str


class Sources:
    """The list of files, and what is done with one."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.links = Links(per_page=desk.settings.per_page)

    def register(self, routes: Blueprint) -> None:
        """Add the routes of this module."""
        routes.add_url_rule("/sources", "sources", self.show)
        routes.add_url_rule("/sources/remove", "sources_sure", self.ask)
        routes.add_url_rule("/sources/remove", "sources_remove", self.remove, methods=["POST"])
        routes.add_url_rule("/sources/restore", "sources_restore", self.restore, methods=["POST"])
        routes.add_url_rule("/sources/reread", "sources_reread", self.reread, methods=["POST"])

    def show(self, *, problem: str = "") -> str:
        """A page of the list; *problem* says why the last wish was not fulfilled."""
        text, view = request.values.get("q", "")[:QUERY_LENGTH], _view()
        number = _page_number()
        offset = (number - 1) * PER_PAGE
        found = self._found(text, offset=offset, view=view)
        last = max(1, -(-found.total // PER_PAGE))
        return self.desk.render(
            "sources.html",
            rows=self._rows(found.sources),
            total=found.total,
            text=text,
            view=view,
            views=[(label, at("admin.sources", q=text, view=name), name == view) for name, label in VIEWS.items()],
            number=number,
            last=last,
            former=at("admin.sources", q=text, view=view, page=number - 1) if 1 < number <= last else "",
            following=at("admin.sources", q=text, view=view, page=number + 1) if number < last else "",
            done=DONE.get(request.args.get("done", ""), ""),
            problem=problem,
        )

    def ask(self) -> str:
        """Whether to take a file out, with what goes away."""
        name = _name()
        upload, entry = self._known(name)
        facts = [("文件", shown.name(name)), *self._facts(name, entry)]
        own = "这是上传的文件，会从服务器上删除，不能恢复。需要时请先另存一份。"
        theirs = "这是放在服务器文件夹里的文件：只是不再检索到，原文件不动，以后可以在“已移出的”里恢复。"
        return self.desk.render(
            "confirm.html",
            title="删除这个文件" if upload else "移出这个文件",
            message=own if upload else theirs,
            facts=facts,
            action=at("admin.sources_remove"),
            hidden=[("name", shown.coded(name)), ("q", request.args.get("q", "")[:QUERY_LENGTH])],
            act="删除" if upload else "移出",
            back=at("admin.sources", q=request.args.get("q", "")[:QUERY_LENGTH]),
        )

    def remove(self) -> Answer:
        """Delete an upload; take a file of the operator out of the library."""
        name = _name()
        upload, _ = self._known(name)
        if upload:
            self.desk.uploads.remove(upload.id)
            return _back("deleted")
        self.desk.exclusions.add(name)
        return _back("out")

    def restore(self) -> Answer:
        """Let a file in again that was taken out."""
        self.desk.exclusions.restore(_name())
        return _back("restored")

    def reread(self) -> Answer | tuple[str, int]:
        """Read a file anew though it is unchanged, and show the run."""
        name = _name()
        self._known(name)
        begun = self.desk.begin_run(reread=[name])
        return redirect(at("admin.runs")) if begun.started else (self.show(problem=begun.message), 409)

    def _found(self, text: str, *, offset: int, view: str) -> SourcePage:
        if view == "skipped":
            entries = [entry for entry in self.desk.skipped() if text.lower() in entry.name.lower()]
            return SourcePage(len(entries), PER_PAGE, offset, tuple(entries[offset : offset + PER_PAGE]))
        try:
            return self.desk.site.search.sources(text=text, limit=PER_PAGE, offset=offset, code=CODES[view])
        except IndexMissing:
            return SourcePage(0, PER_PAGE, 0, ())

    def _known(self, name: str) -> tuple[Upload | None, SourceEntry | None]:
        """The upload and the entry of the catalog that bear *name*; 404 where neither is there."""
        upload = next((one for one in self.desk.uploads.entries() if one.source == name), None)
        entry = self.desk.entry(name)
        if upload is None and entry is None:
            raise NotFound
        return upload, entry

    def _facts(self, name: str, entry: SourceEntry | None) -> list[tuple[str, str]]:
        if entry is None or not entry.documents:
            return [("检索", "现在检索不到")]
        counted = ("检索不到的", f"{entry.documents} 篇文章、{entry.passages} 个段落")
        titles = self._titles(name)
        beyond = " 等" if entry.documents > len(titles) else ""
        return [counted, ("其中", "、".join(f"《{title}》" for title in titles) + beyond)]

    def _titles(self, name: str) -> list[str]:
        """The first titles in a file."""
        asked = SearchRequest(sources=(name,), per_page=TITLES)
        hits = self.desk.site.search.search(asked).hits
        return list(dict.fromkeys(shown.name(hit.record.part or hit.record.title) for hit in hits))

    def _rows(self, entries: tuple[SourceEntry, ...]) -> list[Row]:
        out = self.desk.exclusions.names()
        uploaded = {upload.source for upload in self.desk.uploads.entries()}
        return [self._row(entry, out=entry.name in out, uploaded=entry.name in uploaded) for entry in entries]

    def _row(self, entry: SourceEntry, *, out: bool, uploaded: bool) -> Row:
        asked = SearchRequest(sources=(entry.name,), per_page=self.desk.settings.per_page)
        return Row(
            name=shown.name(entry.name),
            code=shown.coded(entry.name),
            place="上传的" if uploaded else "",
            documents=entry.documents,
            passages=entry.passages,
            size=shown.size(entry.bytes) if entry.bytes else "",
            changed=shown.time(entry.changed),
            problem=_problem(entry, out=out),
            out=out,
            found=self.links.search(asked) if entry.documents and entry.name.isprintable() else "",
        )


def _problem(entry: SourceEntry, *, out: bool) -> str:
    """What the one who minds the library should know of a file."""
    if out:
        return "已移出，更新索引后就检索不到了。" if entry.documents else "已移出。"
    if entry.code == EXCLUDED:
        return "已恢复，更新索引后又能检索到。"
    return entry.reason


def _view() -> str:
    view = request.values.get("view", "")
    return view if view in VIEWS else ""


def _page_number() -> int:
    text = request.args.get("page", "1")
    return min(max(1, int(text)), MAX_PAGE) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def _name() -> str:
    """The file that a form or an address names; 404 where it names none."""
    name = shown.decoded(request.values.get("name", ""))
    if not name:
        raise NotFound
    return name


def _back(done: str) -> Answer:
    return redirect(at("admin.sources", q=request.form.get("q", "")[:QUERY_LENGTH], done=done))
