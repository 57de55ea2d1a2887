"""Signing in with a key, and signing out."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as Answer

from indexer.state.keys import Key
from web.addresses import at
from web.admin import refusals
from web.admin.admitting import TEN_MINUTES, Guard
from web.admin.desk import PAGES, Desk, current_session, keep_session
from web.guard import origin
from web.guard.access import KEY_LENGTH
from web.guard.ledger import Bound, network

# Failed tries in ten minutes: from one address, and from all together. A key cannot be guessed at any rate; this keeps
# the log and the machine quiet. A good key never waits: else a stranger could keep everybody out with wrong ones.
FAILURES_OF_ONE = 10
FAILURES_OF_ALL = 200

Page = str | tuple[str, int] | tuple[str, int, dict[str, str]] | Answer


class Signing:
    """The views of signing in and out."""

    def __init__(self, desk: Desk, guard: Guard) -> None:
        self.desk = desk
        self.guard = guard

    def register(self, routes: Blueprint) -> None:
        """Add the routes of this module."""
        routes.add_url_rule("/signin", "signin", self.ask)
        routes.add_url_rule("/signin", "signin_try", self.sign_in, methods=["POST"])
        routes.add_url_rule("/signout", "signout", self.sign_out, methods=["POST"])

    def ask(self) -> Page:
        """The form; where nobody can sign in yet, the command that makes a key."""
        return self._form()

    def sign_in(self) -> Page:
        """Begin a session for a good key; 403 for another, 429 after too many."""
        if not origin.is_own(request):
            raise refusals.forged()
        key = self.desk.site.keys.check(request.form.get("key", "")[:KEY_LENGTH].strip())
        if key is None or key.role != "admin":
            return self._failed(key)
        keep_session(self.desk.sessions.begin(key.id))
        return redirect(at(f"admin.{_wanted()}"))

    def _failed(self, key: Key | None) -> Page:
        """A try that was none, counted; *key* is one for reading, or None."""
        if wait := self.desk.ledger.take(*_bounds(request.remote_addr or "")):
            message = f"输错密钥的次数太多，请过 {refusals.waiting(wait)} 再试。"
            return self._form(problem=message), 429, {"Retry-After": str(wait)}
        if key is None:
            return self._form(problem="没有这个密钥：可能抄漏了字符，也可能已经停用。"), 403
        return self._form(problem="这是检索用的密钥，不能管理文库，请换用管理密钥。"), 403

    def sign_out(self) -> Answer:
        """End the session, in the browser and here."""
        if session := current_session():
            self.desk.sessions.end(session)
        keep_session(None)
        response = redirect(at("admin.signin"))
        self.guard.set_cookie(response, "")
        return response

    def _form(self, *, problem: str = "") -> str:
        """*problem* tells why the last try did not do."""
        return self.desk.render("signin.html", has_key=bool(self.desk.admin_keys()), problem=problem, wanted=_wanted())


def _wanted() -> str:
    """The page to go on to: one of the menu's."""
    wanted = request.values.get("next", "")
    return wanted if wanted in PAGES else "overview"


def _bounds(peer: str) -> tuple[Bound, Bound]:
    one = Bound(f"signin {network(peer)}", FAILURES_OF_ONE, TEN_MINUTES)
    return one, Bound("signin", FAILURES_OF_ALL, TEN_MINUTES)
