"""上传: files or a zip, each taken or refused with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO, cast

from flask import Blueprint, request

from indexer.state.uploads import Incoming, Refused, Taken, UploadLimits
from web.admin.desk import Desk
from web.admin.shown import name as shown_name
from web.admin.shown import size as shown_size


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file. ``size`` is empty where it was refused; ``note`` is the reason, or what is remarkable."""

    name: str
    size: str
    note: str
    taken: bool


class Uploading:
    """The form, and what became of what it sent."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def register(self, routes: Blueprint) -> None:
        """Add the routes of this module."""
        routes.add_url_rule("/upload", "upload", self.ask)
        routes.add_url_rule("/upload", "upload_take", self.take, methods=["POST"])

    def ask(self) -> str:
        """The form."""
        return self._page()

    def take(self) -> str | tuple[str, int]:
        """Store what was sent, and begin a run where that was asked for."""
        sent = [each for each in request.files.getlist("files") if each.filename]
        if not sent:
            return self._page(problem="还没有选文件：请点“选择文件”，或把文件拖到方框里。"), 400
        incoming = [Incoming(each.filename or "", cast(BinaryIO, each.stream)) for each in sent]
        limits = UploadLimits.of(self.desk.settings)
        taken = self.desk.uploads.take(incoming, limits=limits, replace="replace" in request.form)
        outcomes = _outcomes(taken)
        run = self.desk.begin_run() if "index" in request.form and any(each.taken for each in outcomes) else None
        return self._page(outcomes=outcomes, run=run)

    def _page(self, *, outcomes: Iterable[Outcome] = (), run: object = None, problem: str = "") -> str:
        listed = list(outcomes)
        taken = sum(each.taken for each in listed)
        return self.desk.render(
            "upload.html",
            outcomes=listed,
            taken=taken,
            refused=len(listed) - taken,
            run=run,
            problem=problem,
            settings=self.desk.settings,
        )


def _outcomes(found: Iterable[Taken | Refused]) -> list[Outcome]:
    """The refused ones first: they ask for something to be done."""
    return sorted(map(_outcome, found), key=lambda each: each.taken)


def _outcome(found: Taken | Refused) -> Outcome:
    if isinstance(found, Refused):
        return Outcome(shown_name(found.name), "", found.reason, taken=False)
    return Outcome(shown_name(found.upload.name), shown_size(found.upload.bytes), found.note, taken=True)
