"""Signing in with a key, for people: the key goes into a cookie that no script can read."""

from __future__ import annotations

import logging
import re
from urllib.parse import unquote

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from indexer.errors import StateError
from web.addresses import at
from web.api.problems import KINDS
from web.guard.access import COOKIE, KEY_LENGTH, KEYS_UNUSABLE, NEXT_LENGTH, presented
from web.guard.ledger import Bound, Ledger, network
from web.guard.origin import is_own
from web.site import Site

logger = logging.getLogger(__name__)

LEDGER_FILE = "signin.sqlite"
# Failed tries in a minute from one address. A key cannot be guessed at any rate; this keeps the machine quiet. A good key
# never waits: behind one address there may be a whole office.
FAILURES = 10
MINUTE = 60
FORM_BYTES = 8192

_FORBIDDEN = re.compile(r"[\x00-\x20\\\x7f]|//")

Answer = str | tuple[str, int] | tuple[str, int, dict[str, str]] | Response


class Signing:
    """The views of signing in and out."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.keys = site.keys
        self.ledger = Ledger(site.settings.state / LEDGER_FILE)

    def blueprint(self) -> Blueprint:
        """The routes of this module."""
        routes = Blueprint("signing", __name__)
        routes.add_url_rule("/signin", "form", self.ask)
        routes.add_url_rule("/signin", "sign_in", self.sign_in, methods=["POST"])
        routes.add_url_rule("/signout", "signout", self.sign_out, methods=["POST"])
        routes.register_error_handler(StateError, self._unusable)
        return routes

    def ask(self) -> Answer:
        """The form; whoever has signed in goes on to where they wanted."""
        if self.keys.check(presented()):
            return redirect(_wanted(), code=303)
        return self._form()

    def sign_in(self) -> Answer:
        """Keep a good key in the browser; 403 for another, 429 after too many."""
        request.max_content_length = FORM_BYTES
        if not is_own(request):
            return self._form(problem="这次提交不是从这一页发出的，请在这里重新输入。"), 403
        key = request.form.get("key", "").strip()[:KEY_LENGTH]
        if self.keys.check(key) is None:
            return self._failed()
        response = redirect(_wanted(), code=303)
        _keep(response, key)
        return response

    def _failed(self) -> Answer:
        """A wrong key, counted."""
        bound = Bound(f"signin {network(request.remote_addr or '')}", FAILURES, MINUTE)
        if wait := self.ledger.take(bound):
            return self._form(problem=f"输错密钥的次数太多，请过 {wait} 秒再试。"), 429, {"Retry-After": str(wait)}
        return self._form(problem="没有这个密钥：可能抄漏了字符，也可能已经停用。"), 403

    def sign_out(self) -> Answer:
        """Take the key out of the browser."""
        response = redirect(at("signing.form"), code=303)
        if is_own(request):
            _keep(response, "")
        return response

    def _unusable(self, error: StateError) -> Answer:
        """No key can be checked; where the file lies is told to nobody but the log."""
        logger.error("%s", error)
        kind = KINDS["keys_unusable"]
        return self.site.render("refused.html", title=kind.title, message=KEYS_UNUSABLE, hints=()), kind.status

    def _form(self, *, problem: str = "") -> str:
        """*problem* tells why the last try did not do."""
        return self.site.render("signin.html", problem=problem, wanted=_wanted())


def _keep(response: Response, key: str) -> None:
    """Give the browser *key* until it is closed; an empty one takes it away."""
    response.set_cookie(
        COOKIE,
        key,
        max_age=None if key else 0,
        path=at("pages.welcome").rstrip("/") or "/",
        secure=request.is_secure,
        httponly=True,
        samesite="Strict",
    )


def _wanted() -> str:
    """Where to go on: what ``next`` says where that is an address of this service, else the first page."""
    wanted, home = request.values.get("next", ""), at("pages.welcome")
    return wanted if len(wanted) <= NEXT_LENGTH and _is_ours(wanted, home) else home


def _is_ours(address: str, home: str) -> bool:
    """Whether a browser that follows *address* stays below *home*. ``//evil``, ``/\\evil`` and ``/../`` lead elsewhere."""
    written = re.split(r"[?#]", address, maxsplit=1)[0]
    path = unquote(written)
    leaves = _FORBIDDEN.search(written) or _FORBIDDEN.search(path) or ".." in path.split("/")
    return path.startswith(unquote(home)) and not leaves and address.isprintable()
