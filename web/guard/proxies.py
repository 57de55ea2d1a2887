"""What a proxy in front tells about a request, believed where the proxy is listed.

Werkzeug's ProxyFix does the work. It asks nobody who speaks, so it stands behind a look at the peer, and sees only headers of
the right form: what it takes ends up in links, cookies and redirects.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

from indexer.config import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# What shows that a request was passed on. A browser sends none of these.
TRACES = (
    "HTTP_FORWARDED",
    "HTTP_VIA",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PREFIX",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REAL_IP",
)

_PREFIX = re.compile(r"(?!.*//)(?!.*/\.{1,2}(/|$))/[A-Za-z0-9._~/-]{0,200}")
_HOST = re.compile(r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?")
_SCHEME = re.compile(r"https?")

# Header -> the argument of ProxyFix that asks for it, and what its value must look like.
_TOLD = {
    "HTTP_X_FORWARDED_PROTO": ("x_proto", _SCHEME),
    "HTTP_X_FORWARDED_HOST": ("x_host", _HOST),
    "HTTP_X_FORWARDED_PREFIX": ("x_prefix", _PREFIX),
}
# Proxies in a row; what stands before in X-Forwarded-For is not looked at.
_IN_A_ROW = 20


class Proxied:
    """The application as it is seen through the listed proxies."""

    def __init__(self, app: WSGIApplication, settings: Settings) -> None:
        self.app = app
        self.listed = Listed(settings.trusted_proxies)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("REMOTE_ADDR", "") not in self.listed:
            return self.app(environ, start_response)
        believed = dict.fromkeys(("x_for", *(argument for argument, _ in _TOLD.values())), 0)
        for name, argument, value in self._told(environ):
            environ[name] = value
            believed[argument] = 1
        return ProxyFix(self.app, **believed)(environ, start_response)

    def _told(self, environ: WSGIEnvironment) -> Iterator[tuple[str, str, str]]:
        """Header, argument of ProxyFix, the one value that counts: of each header that is there and of the right form."""
        if reader := self.listed.reader(environ.get("HTTP_X_FORWARDED_FOR", "")):
            yield "HTTP_X_FORWARDED_FOR", "x_for", reader
        for name, (argument, form) in _TOLD.items():
            # The last value is that of the proxy nearest to us.
            value = environ.get(name, "").rpartition(",")[2].strip()
            if form.fullmatch(value):
                yield name, argument, value.rstrip("/")


class Listed:
    """Addresses and networks that were listed."""

    def __init__(self, networks: Iterable[str]) -> None:
        self.networks = tuple(ipaddress.ip_network(network) for network in networks)

    def __contains__(self, address: object) -> bool:
        """Whether *address*, the text of an IP address, is one of them."""
        try:
            found = ipaddress.ip_address(str(address).partition("%")[0])
        except ValueError:
            return False
        mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
        return any((mapped or found) in network for network in self.networks)

    def reader(self, forwarded_for: str) -> str:
        """The last address of X-Forwarded-For that is no listed proxy; "" where none is told.

        Of ``8.8.8.8, 10.1.0.7`` with 10.1.0.7 listed it is 8.8.8.8. What stands before was written by strangers.
        """
        values = [value.strip() for value in forwarded_for.split(",")[-_IN_A_ROW:]]
        found = next((value for value in reversed(values) if value not in self), values[0])
        return found if _is_address(found) else ""


def peer(environ: WSGIEnvironment) -> str:
    """The address of the other end of the connection, whatever a proxy tells about the reader behind it."""
    original = environ.get("werkzeug.proxy_fix.orig", environ)
    return str(original.get("REMOTE_ADDR") or "")


def was_passed_on(environ: WSGIEnvironment) -> bool:
    """Whether a proxy has passed this request on."""
    return any(name in environ for name in TRACES)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
