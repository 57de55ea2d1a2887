"""Signing in with a key, and signing out."""

from __future__ import annotations

import ipaddress

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as Answer

from web.addresses import at
from web.admin import refusals
from web.admin.admitting import TEN_MINUTES, Guard
from web.admin.desk import PAGES, Desk, current_session, keep_session
from web.guard import origin
from web.guard.ledger import Bound

# Failed tries in ten minutes: from one address, and from all together. A key cannot be guessed at any rate; this keeps
# the log and the machine quiet.
FAILURES_OF_ONE = 10
FAILURES_OF_ALL = 200
MAX_KEY = 200

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
        bounds = _bounds(request.remote_addr or "")
        if wait := self.desk.ledger.take(*bounds):
            message = f"试错的次数太多，请过 {refusals.waiting(wait)} 再试。"
            return self._form(problem=message), 429, {"Retry-After": str(wait)}
        key = self.desk.site.keys.check(request.form.get("key", "")[:MAX_KEY].strip())
        if key is None:
            return self._form(problem="没有这把密钥：可能抄漏了字符，或者它已经被撤销。"), 403
        if key.role != "admin":
            return self._form(problem="这是检索用的密钥，不能管理文库，请换一把管理密钥。"), 403
        self.desk.ledger.give_back(*bounds)
        keep_session(self.desk.sessions.begin(key.id))
        return redirect(at(f"admin.{_wanted()}"))

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
    one = Bound(f"signin {_network(peer)}", FAILURES_OF_ONE, TEN_MINUTES)
    return one, Bound("signin", FAILURES_OF_ALL, TEN_MINUTES)


def _network(peer: str) -> str:
    """Who is taken for one: an IPv4 address, or the 64 bits of IPv6 that belong to one line."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return peer
    return str(ipaddress.ip_network((peer, 64), strict=False)) if address.version == 6 else peer
