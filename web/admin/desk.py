"""What all pages of the admin side share."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from flask import Request, g, request

from indexer.catalog import SourceEntry
from indexer.config import Settings
from indexer.dictionary import MAX_BYTES
from indexer.errors import IndexBusy, IndexMissing
from indexer.following import site_dictionary
from indexer.generations import IndexFolder
from indexer.state import exclusions, uploads
from indexer.state.exclusions import Exclusions
from indexer.state.keys import Key
from indexer.state.runs import Runs
from indexer.state.uploads import Uploads
from indexer.wording import Wording
from web.addresses import at
from web.admin.sessions import Session, Sessions
from web.admin.waiting import waiting
from web.guard.ledger import Ledger
from web.site import Site

LEDGER_FILE = "admin.sqlite"

# The code of a file that was taken out of the library, as the index keeps it.
EXCLUDED = "excluded"

# Bytes of the body of a form that holds neither files nor word lists, of one with three lists, and what stands around
# each file of an upload.
FORM_BYTES = 200_000
WORDING_BYTES = 3 * MAX_BYTES + FORM_BYTES
HEAD_BYTES = 2000

# The pages of the menu, by the last part of their endpoint.
PAGES = {
    "overview": "总览",
    "upload": "上传",
    "runs": "更新索引",
    "sources": "文件",
    "wording": "词表",
    "unfound": "没有找到的检索",
}


@dataclass(frozen=True, slots=True)
class Begun:
    """Whether a run was started, in words for a person."""

    started: bool
    message: str


@dataclass(frozen=True)
class Desk:
    """The keys, the sessions and the bounds of one mounted service, and its templates."""

    site: Site

    @property
    def settings(self) -> Settings:
        """The settings of the service."""
        return self.site.settings

    def admin_keys(self) -> list[Key]:
        """The keys that open the admin side now."""
        return [key for key in self.site.keys.listed() if key.role == "admin" and not key.revoked]

    @cached_property
    def uploads(self) -> Uploads:
        """The files that were uploaded."""
        return Uploads(self.settings.state / uploads.FOLDER)

    @cached_property
    def exclusions(self) -> Exclusions:
        """The files that were taken out of the library."""
        return Exclusions(self.settings.state / exclusions.FILE)

    def entry(self, name: str) -> SourceEntry | None:
        """What the index knows of a file; None where that is nothing, or where there is no index yet."""
        with suppress(IndexMissing), IndexFolder(self.settings.index).catalog() as catalog:
            return catalog.entry(name)
        return None

    def skipped(self) -> list[SourceEntry]:
        """The files of which nothing can be found, by name, but for those that were taken out on purpose."""
        with suppress(IndexMissing), IndexFolder(self.settings.index).catalog() as catalog:
            return [entry for entry in catalog.skipped() if entry.code != EXCLUDED]
        return []

    @cached_property
    def wording(self) -> Wording:
        """The word lists of the site."""
        return Wording(self.settings.words_folder)

    def unread(self) -> int:
        """How many documents have to be read again, since words were changed after the last run: all or none."""
        try:
            cut_by = self.site.search.analyzer().own_words
            return 0 if site_dictionary(self.settings).words == cut_by else self.site.search.stats().documents
        except IndexMissing:
            return 0

    def waiting(self) -> int:
        """How many files were changed here since the last run."""
        stored, out = self.uploads.entries(), self.exclusions.names()
        try:
            with IndexFolder(self.settings.index).catalog() as catalog:
                return waiting(catalog, uploads=stored, out=out)
        except IndexMissing:
            return len(stored)

    @cached_property
    def runs(self) -> Runs:
        """What brings the index up to date."""
        return Runs(self.settings)

    @cached_property
    def ledger(self) -> Ledger:
        """How often what was tried."""
        return Ledger(self.settings.state / LEDGER_FILE)

    @cached_property
    def sessions(self) -> Sessions:
        """Who is signed in."""
        return Sessions(self.settings.state, self.ledger)

    def begin_run(self, *, rebuild: bool = False, reread: Collection[str] = ()) -> Begun:
        """Bring the index up to date, in a process of its own; where one does so already, that is told."""
        try:
            self.runs.start(rebuild=rebuild, reread=reread)
        except IndexBusy as error:
            return Begun(started=False, message=f"{error}结束以后请再建一次，刚才的改动才会生效。")
        return Begun(started=True, message="已经开始建索引，完成后就能检索到。")

    def room(self, view: str) -> int:
        """Bytes that the body of a request to *view* may have."""
        if view == "upload_take":
            return self.settings.upload_mb * 1_000_000 + self.settings.upload_files * HEAD_BYTES + FORM_BYTES
        return WORDING_BYTES if view.startswith("wording_") else FORM_BYTES

    def render(self, name: str, **values: object) -> str:
        """The template *name* of the admin side, with its menu and the token of this session."""
        session = current_session()
        menu = [(label, at(f"admin.{page}"), page == page_of(request)) for page, label in PAGES.items()]
        token = self.sessions.token(session) if session else ""
        return self.site.render(f"admin/{name}", menu=menu if session else [], token=token, **values)


def view_of(request: Request) -> str:
    """The last part of the endpoint: ``upload_take`` of ``fanwen.admin.upload_take``."""
    return (request.endpoint or "").rpartition(".")[2]


def page_of(request: Request) -> str:
    """The page that a view belongs to: ``upload`` of ``upload_take``."""
    return view_of(request).partition("_")[0]


def current_session() -> Session | None:
    """The session of this request."""
    found: Session | None = g.get("fanwen_admin_session")
    return found


def keep_session(session: Session | None) -> None:
    """Make *session* that of this request."""
    g.fanwen_admin_session = session
