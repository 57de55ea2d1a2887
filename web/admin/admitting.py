"""Who comes in, and which changes are carried out."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Mapping

from flask import Request, Response, make_response, redirect, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Response as Answer

from indexer.errors import FanwenError
from web.addresses import at
from web.admin import refusals
from web.admin.desk import (
    FORM_BYTES,
    LEDGER_FILE,
    PAGES,
    WORDING_BYTES,
    Desk,
    current_session,
    keep_session,
    page_of,
    view_of,
)
from web.admin.refusals import Refusal
from web.admin.sessions import SESSION_SECONDS, Session
from web.guard import origin
from web.guard.ledger import Bound
from web.running import observing

logger = logging.getLogger(__name__)

COOKIE = "fanwen_admin"
SIGN_IN = "signin"
# Asked for once a second by an open page, which must not keep its session alive by itself.
STATUS = "runs_status"

TEN_MINUTES = 600
# Changes in ten minutes by one key; every other page that changes something has CHANGES.
RATES: Mapping[str, int] = {"upload_take": 60, "runs_start": 30}
CHANGES = 200
# Fields of a form beside the files of an upload.
FIELDS = 20
# Of a body that is too large, so many times the bound is taken from the line, for so long.
DRAINED = 3
DRAIN_SECONDS = 30.0


class Guard:
    """Stands before and behind every page of the admin side."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def admit(self) -> Answer | None:
        """Let a request in that is signed in; one that changes something must also come from a page of ours. Raises Refusal."""
        observing.unhurried()
        self._bound_body()
        keep_session(self._session())
        if page_of(request) == SIGN_IN:
            return None
        session = current_session()
        if request.method != "POST":
            return None if session else self._to_sign_in()
        if session is None:
            raise refusals.expired()
        self._admit_change(session)
        return None

    def finish(self, response: Response) -> Response:
        """Nothing of the admin side is kept by a browser or a proxy; a session that is used lives on."""
        response.headers["Cache-Control"] = "no-store"
        session = current_session()
        if session is not None and view_of(request) != STATUS:
            self.set_cookie(response, self.desk.sessions.sealed(session))
        return response

    def set_cookie(self, response: Answer, value: str) -> None:
        """Give the browser the cookie of a session; an empty *value* takes it away."""
        response.set_cookie(
            COOKIE,
            value,
            max_age=SESSION_SECONDS if value else 0,
            path=at("admin.overview").rstrip("/"),
            secure=request.is_secure,
            httponly=True,
            samesite="Strict",
        )

    def _session(self) -> Session | None:
        """The session of the cookie, as long as its key is one for the admin side."""
        session = self.desk.sessions.read(request.cookies.get(COOKIE, ""))
        return session if session and self._may(session.key) else None

    def _may(self, key_id: str) -> bool:
        return any(key.id == key_id for key in self.desk.admin_keys())

    def _bound_body(self) -> None:
        """How much may be read, before anything is. A portal around us may have other bounds, which hold for its own views."""
        request.max_content_length = self.desk.room(view_of(request))
        request.max_form_memory_size = WORDING_BYTES
        request.max_form_parts = 2 * self.desk.settings.upload_files + FIELDS

    def _to_sign_in(self) -> Answer:
        page = page_of(request)
        return redirect(at("admin.signin", next=page) if page in PAGES else at("admin.signin"))

    def _admit_change(self, session: Session) -> None:
        """What costs nothing comes first: the body is read last, since the token stands in it."""
        if not origin.is_own(request):
            raise refusals.forged()
        view = view_of(request)
        bound = Bound(f"{view if view in RATES else 'change'} {session.key}", RATES.get(view, CHANGES), TEN_MINUTES)
        if wait := self.desk.ledger.take(bound):
            raise refusals.too_often(wait)
        if not self.desk.sessions.is_token_of(request.form.get("token", ""), session):
            raise refusals.forged()


class Failures:
    """What went wrong -> a page of the admin side that says what to do."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def http(self, error: HTTPException) -> Answer:
        """A refusal of ours, or one of the framework's."""
        if isinstance(error, RequestEntityTooLarge):
            _drain(request, at_most=DRAINED * (request.max_content_length or 0))
        if not isinstance(error, Refusal):
            error = _translated(error)
        page = self.desk.render("refused.html", title=error.title, message=error.description, hints=error.hints)
        return make_response(page, error.code, dict(error.extra))

    def library(self, error: FanwenError) -> Answer:
        """What the library tells in words for a person: no index yet, a folder that cannot be read. No stranger learns where it is."""
        logger.warning("%s", error)
        message = (
            str(error) if current_session() else "服务器上的文件读不出来，详情已记入日志，请告诉管理服务器的同事。"
        )
        return make_response(self.desk.render("refused.html", title="现在做不了", message=message, hints=()), 503)

    def storage(self, error: OSError | sqlite3.Error) -> Answer:
        """The state folder cannot be used."""
        logger.error("admin side, folder %s: %s", self.desk.settings.state, error, exc_info=error)
        reason = getattr(error, "strerror", None) or str(error)
        # Not where it is: without the folder nobody is known here, so this may be a stranger.
        message = f"设置 state 指定的文件夹读写不了（{reason}）。"
        hints = [
            "请管理服务器的同事检查这个文件夹的权限和磁盘空间",
            f"如果是 {LEDGER_FILE} 坏了，可以删去它：里面只记着操作的次数和已经退出的登录",
        ]
        # Without the folder there is no session to tell of.
        keep_session(None)
        return make_response(self.desk.render("refused.html", title="现在做不了", message=message, hints=hints), 503)


def _drain(request: Request, *, at_most: int) -> None:
    """Take from the line what is too much: a browser whose connection ends while it sends shows that, and not our page.

    One read waits for all of its bytes: who sends drop by drop is ended by the server (limits.BODY_SECONDS).
    """
    left = min(request.content_length or 0, at_most)
    until = time.monotonic() + DRAIN_SECONDS
    while left > 0 and time.monotonic() < until:
        chunk = request.environ["wsgi.input"].read(min(left, 1 << 16))
        left = left - len(chunk) if chunk else 0


def _translated(error: HTTPException) -> Refusal:
    """An error of the framework in words for a person."""
    if isinstance(error, RequestEntityTooLarge):
        return refusals.too_large((request.max_content_length or FORM_BYTES) // 1_000_000 or 1)
    if error.code == 404:
        return Refusal(404, "没有这个页面", "网址可能抄漏了，或者它说的文件已经不在了。")
    if error.code == 405:
        return Refusal(405, "不能这样打开", "这个网址只接受页面上的按钮，请从上面的菜单进入。", headers=_allowed(error))
    if (error.code or 500) >= 500:
        return Refusal(500, "出了差错", "程序遇到了没有料到的情况，详情已记入日志。", hints=("稍后再试一次",))
    return Refusal(error.code or 400, "这次提交读不懂", "请从上面的菜单回到那一页，刷新，再做一次。")


def _allowed(error: HTTPException) -> dict[str, str]:
    return {name: value for name, value in error.get_headers() if name == "Allow"}
