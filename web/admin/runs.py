"""运行: how a run goes, what it reported, and the buttons that start one."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as Answer

from web.addresses import at
from web.admin import shown
from web.admin.desk import Desk
from web.admin.reports import progress, told


class Running:
    """The views of runs."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def register(self, routes: Blueprint) -> None:
        """Add the routes of this module."""
        routes.add_url_rule("/runs", "runs", self.show)
        routes.add_url_rule("/runs/status", "runs_status", self.status)
        routes.add_url_rule("/runs/rebuild", "runs_sure", self.ask)
        routes.add_url_rule("/runs", "runs_start", self.start, methods=["POST"])

    def show(self) -> str:
        """The run that is under way, else the report of the last one."""
        return self._page()

    def status(self) -> Response:
        """How far the run has come, for a page that is open."""
        found = progress(self.desk.runs.status())
        return jsonify(running=found.running, stage=found.stage, share=found.share, line=found.line)

    def ask(self) -> str:
        """Whether to read everything anew."""
        return self.desk.render(
            "confirm.html",
            title="全部重新读取",
            message="会把文库里的每个文件重新读一遍，文件多时要几分钟到几十分钟。其间照常可以检索，用的是现在的索引。"
            "平时不需要这样做：有新文件、改过文件，用“更新索引”就够了；改了词表、升级了程序，会自动全部重读。",
            action=at("admin.runs_start"),
            hidden=[("rebuild", "1")],
            act="全部重新读取",
            back=at("admin.runs"),
        )

    def start(self) -> str | Answer | tuple[str, int]:
        """Start a run and show it; 409 where one is under way."""
        begun = self.desk.begin_run(rebuild="rebuild" in request.form)
        if begun.started:
            return redirect(at("admin.runs"))
        return self._page(problem=begun.message), 409

    def _page(self, *, problem: str = "") -> str:
        run = self.desk.runs.status()
        when = shown.time(run.ended) if run.ended else ""
        return self.desk.render(
            "runs.html", run=run, progress=progress(run), report=told(run), when=when, problem=problem
        )
