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
from web.api.problems import KINDS, known
from web.guard.proxies import Listed, peer, was_passed_on
from web.guard.reader import admit, remember

if TYPE_CHECKING:
    from web.site import Site

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
# Free, and telling more to who may read.
TELLING = frozenset({"/readyz", "/api"})
# Has keys and sessions of its own (web/admin).
ADMIN = "/admin"
# Asked by programs, which are told in JSON.
PROGRAMS = ("/api/", "/metrics", "/feed.atom")

KEY_LENGTH = 200
NEXT_LENGTH = 2000

_KEY_MISSING = (
    "请在 Authorization 头里写 Bearer 加密钥，或在 X-API-Key 头里写密钥。密钥由管理员用 fanwen keys add 发放。"
)
KEYS_UNUSABLE = "密钥文件读不出来，详情已记入日志，请告诉管理员。"
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
            admit(may_read=here in TELLING and self.way() is None)
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
        message = "没有设定谁可以看之前，只有这台机器上的人可以看。请管理员在配置文件里写其中一行，再重新启动："
        return self._refused("access_unset", message, hints=CHOICES)

    def _by_key(self) -> Refusal:
        try:
            key = self.site.keys.check(presented())
        except StateError as error:
            logger.error("%s", error)
            return self._refused("keys_unusable", KEYS_UNUSABLE)
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
        return self._refused("user_unknown", message)

    def _without_key(self) -> Response:
        """Programs are told what to send, people are asked for their key."""
        if for_program() or request.method not in ("GET", "HEAD"):
            return _challenge(self._refused("key_required", _KEY_MISSING))
        sign_in = at("signing.form", next=here_again())
        if request.headers.get("Sec-Fetch-Site") == "cross-site":
            # A browser keeps a SameSite=Strict cookie back when a link elsewhere leads here; the next step is our own.
            return make_response(self.site.render("arriving.html", sign_in=sign_in))
        return redirect(sign_in, code=303)

    def _refused(self, code: str, message: str, *, hints: tuple[str, ...] = ()) -> Response:
        """The refusal as a program or a person can read it."""
        if for_program():
            return known(code, "；".join((message.rstrip("：。"), *hints)) + "。")
        kind = KINDS[code]
        return make_response(
            self.site.render("refused.html", title=kind.title, message=message, hints=hints), kind.status
        )

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
