"""Who may read: everybody on this machine, everybody, who has a key, or whom a listed proxy names."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import make_response, redirect, request
from werkzeug.wrappers import Response

from indexer.errors import StateError
from indexer.exposure import CHOICES, is_loopback
from web.addresses import at, route
from web.api.problems import problem
from web.guard.proxies import Listed, peer, was_passed_on
from web.guard.reader import reader, remember

if TYPE_CHECKING:
    from web.site import Site

__all__ = ["COOKIE", "Access", "for_program", "here_again", "presented", "reader"]

logger = logging.getLogger(__name__)

COOKIE = "fanwen_key"

# What holds nothing of the library, by its route.
FREE = frozenset(
    {
        "/healthz",
        "/readyz",
        "/static/<path:filename>",
        "/widget.js",
        "/embed",
        "/opensearch.xml",
        "/openapi.json",
        "/api",
        "/signin",
        "/signout",
    }
)
# Has keys and sessions of its own (web/admin).
ADMIN = "/admin"
# Asked by programs, which are told in JSON.
PROGRAMS = ("/api/", "/suggest", "/metrics", "/feed.atom")

KEY_LENGTH = 200
NEXT_LENGTH = 2000

_KEY_MISSING = (
    "请在 Authorization 头里写 Bearer 加密钥，或在 X-API-Key 头里写密钥。密钥由管理员用 fanwen keys add 发放。"
)
_PORT = re.compile(r":[0-9]*$")
_USER = re.compile(r"[^\x00-\x20,\x7f][^\x00-\x1f,\x7f]{0,199}")
_LOCAL_NAME = re.compile(r"localhost|[a-z0-9.-]+\.localhost")

Refusal = Response | None


class Access:
    """The choice of the operator, asked before every request."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.settings = site.settings
        self.listed = Listed(site.settings.trusted_proxies)
        ways: Mapping[str, Callable[[], Refusal]] = {
            "": self._at_home,
            "open": lambda: None,
            "keys": self._by_key,
            "header": self._by_header,
        }
        self.way = ways[site.settings.access]

    def check(self) -> Refusal:
        """The refusal of this request, or None where its sender may read."""
        here = route()
        if here in FREE:
            return None
        if here == ADMIN or here.startswith(f"{ADMIN}/"):
            return None if self.settings.access else self._at_home()
        return self.way()

    def _at_home(self) -> Refusal:
        """Nothing was chosen: whoever sits at this machine may read, under a name of this machine.

        Under another name a page from elsewhere, whose name was turned to 127.0.0.1, could read through its visitor's browser.
        """
        near = is_loopback(peer(request.environ)) and not was_passed_on(request.environ)
        if near and self._is_own_name(request.host):
            return None
        message = "没有设定谁可以看之前，只有坐在这台机器前的人可以看。请管理员在配置文件里写其中一行，再重新启动："
        return self._refused(403, "access_unset", "还没有设定谁可以看", message, hints=CHOICES)

    def _by_key(self) -> Refusal:
        try:
            key = self.site.keys.check(presented())
        except StateError as error:
            logger.error("%s", error)
            message = "密钥文件读不出来，详情已记入日志，请告诉管理员。"
            return self._refused(503, "keys_unusable", "暂时核对不了密钥", message)
        if key is None:
            return self._without_key()
        remember(key.name, by_cookie=COOKIE in request.cookies)
        return None

    def _by_header(self) -> Refusal:
        """The user whom a listed proxy names. From anybody else the header is as good as none."""
        name = _name(request.headers.get(self.settings.user_header, ""))
        if name and peer(request.environ) in self.listed:
            remember(name)
            return None
        message = "这里只接待门户认得的用户。从门户进来仍看到这一页时，请告诉管理员。"
        return self._refused(403, "user_unknown", "请从单位的门户进入", message)

    def _without_key(self) -> Response:
        """Programs are told what to send, people are asked for their key."""
        if for_program() or request.method not in ("GET", "HEAD"):
            return _challenge(self._refused(401, "key_required", "要有密钥才能看", _KEY_MISSING))
        sign_in = at("signing.form", next=here_again())
        if request.headers.get("Sec-Fetch-Site") == "cross-site":
            # A browser keeps a SameSite=Strict cookie back when a link elsewhere leads here; the next step is our own.
            return make_response(self.site.render("arriving.html", sign_in=sign_in))
        return redirect(sign_in, code=303)

    def _refused(self, status: int, code: str, title: str, message: str, *, hints: tuple[str, ...] = ()) -> Response:
        """The refusal as a program or a person can read it."""
        if for_program():
            return problem(status, code, title, "；".join((message.rstrip("：。"), *hints)) + "。")
        page = self.site.render("refused.html", title=title, message=message, hints=hints)
        return make_response(page, status)

    def _is_own_name(self, host: str) -> bool:
        """Whether *host*, with or without port, is a name of this machine that no stranger can give away."""
        name = _PORT.sub("", host.lower())
        return is_loopback(name.strip("[]")) or bool(_LOCAL_NAME.fullmatch(name)) or name == self.settings.host.lower()


def presented() -> str:
    """The key that came with this request, as bearer, as X-API-Key or in the cookie; "" where none did."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    key = token.strip() if scheme.lower() == "bearer" else request.headers.get("X-API-Key", "")
    return (key or request.cookies.get(COOKIE, ""))[:KEY_LENGTH]


def for_program() -> bool:
    """Whether the answer to this request is read by a program."""
    return route().startswith(PROGRAMS)


def here_again() -> str:
    """The path and the query of this request, to come back to; the first page where they are too long."""
    query = request.query_string.decode("latin-1")
    address = quote(request.script_root + request.path) + (f"?{query}" if query else "")
    return address if len(address) <= NEXT_LENGTH else at("pages.welcome")


def _name(header: str) -> str:
    """The user in a header, whose bytes are UTF-8; "" where it holds none, or several because a stranger sent one too."""
    name = header.encode("latin-1", "replace").decode("utf-8", "replace").strip()
    return name if _USER.fullmatch(name) else ""


def _challenge(response: Response) -> Response:
    response.headers["WWW-Authenticate"] = 'Bearer realm="fanwen"' + (', error="invalid_token"' if presented() else "")
    return response
