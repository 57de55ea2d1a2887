"""词表: the site's words, synonyms and stop words, checked and previewed before they are saved."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as Answer

from indexer.errors import IndexMissing, Outdated, StateError
from indexer.wording import Change, Changes, Preview, Texts
from web.addresses import at
from web.admin.desk import Desk

# Lines of a list of changes that are shown; the others are counted.
LISTED = 30
LINE = 80


@dataclass(frozen=True, slots=True)
class Altered:
    """What changes in one list: its name, and lines with a sign (＋ new, － gone, → rewritten) and what it stands for."""

    name: str
    lines: tuple[tuple[str, str, str], ...]
    more: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What saving would do. ``reread`` is "" where no document has to be read again."""

    altered: tuple[Altered, ...]
    examples: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]
    affected: str
    reread: str


class Wordings:
    """The form with the three lists."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.wording = desk.wording

    def register(self, routes: Blueprint) -> None:
        """Add the routes of this module."""
        routes.add_url_rule("/wording", "wording", self.show)
        routes.add_url_rule("/wording/check", "wording_check", self.check, methods=["POST"])
        routes.add_url_rule("/wording", "wording_save", self.save, methods=["POST"])

    def show(self) -> str:
        """The lists as they are, and what could not be used of them."""
        texts = self.wording.read()
        return self._page(texts, digest=texts.digest, saved="saved" in request.args)

    def check(self) -> str:
        """What is wrong with the lists of the form, and what saving them would change."""
        texts = _sent()
        preview = self.wording.preview(texts, self.desk.site.search) if self._has_index() else None
        return self._page(texts, digest=_digest(), effect=_effect(preview) if preview else None, checked=True)

    def save(self) -> Answer | tuple[str, int]:
        """Save the lists of the form. What was typed is kept where that fails: 409 where somebody else has saved meanwhile."""
        texts = _sent()
        try:
            self.wording.save(texts, digest=_digest())
        except Outdated as error:
            return self._page(texts, digest=_digest(), conflict=str(error)), 409
        except StateError as error:
            return self._page(texts, digest=_digest(), failure=str(error)), 503
        return redirect(at("admin.wording", saved="1"))

    def _page(
        self,
        texts: Texts,
        *,
        digest: str,
        effect: Effect | None = None,
        checked: bool = False,
        saved: bool = False,
        conflict: str = "",
        failure: str = "",
    ) -> str:
        return self.desk.render(
            "wording.html",
            texts=texts,
            digest=digest,
            effect=effect,
            checked=checked,
            saved=saved,
            conflict=conflict,
            failure=failure,
            problems=self.wording.check(texts),
            unread=self.desk.unread(),
            folder=self.wording.folder,
        )

    def _has_index(self) -> bool:
        try:
            self.desk.site.search.generation()
        except IndexMissing:
            return False
        return True


def _sent() -> Texts:
    """The lists of the form; a browser sends its own line ends."""
    words, synonyms, stopwords = (_plain(request.form.get(name, "")) for name in ("words", "synonyms", "stopwords"))
    return Texts(words, synonyms, stopwords)


def _plain(text: str) -> str:
    joined = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").lstrip("\ufeff")
    return joined if not joined or joined.endswith("\n") else joined + "\n"


def _digest() -> str:
    return request.form.get("digest", "")[:100]


def _effect(preview: Preview) -> Effect:
    lists = (("词", preview.words), ("同义词", preview.synonyms), ("停用词", preview.stopwords))
    held = f"{'至少 ' if preview.many else ''}{preview.affected} 篇文章里有这些词。" if preview.reread else ""
    return Effect(
        altered=tuple(_altered(name, changes) for name, changes in lists if changes),
        examples=tuple((each.word, each.before, each.after) for each in preview.examples),
        affected=held,
        reread=f"{preview.reread} 篇文章需要重新读取" if preview.reread else "",
    )


def _altered(name: str, changes: Changes) -> Altered:
    lines = [
        *(("＋", "新增", _cut(line)) for line in changes.new),
        *(("－", "去掉", _cut(line)) for line in changes.gone),
        *(("→", "改动", _rewritten(change)) for change in changes.changed),
    ]
    return Altered(name, tuple(lines[:LISTED]), len(lines[LISTED:]))


def _rewritten(change: Change) -> str:
    return f"{_cut(change.before)}　改为　{_cut(change.after)}"


def _cut(line: str) -> str:
    return line if len(line) <= LINE else line[:LINE] + "…"
