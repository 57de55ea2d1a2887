"""Whether strangers could reach the service before it was decided who may read."""

from __future__ import annotations

import ipaddress
import socket

from indexer.config import Settings
from indexer.errors import SettingsError

# What can be chosen, as it is told wherever nothing was.
CHOICES = (
    'access = "open"：连得上的人都可以看',
    'access = "keys"：凭密钥看，密钥用 fanwen keys add 名称 发放',
    'access = "header"：由前面的代理指明用户（另写 user_header 和 trusted_proxies）',
)


def check_choice(settings: Settings) -> None:
    """Raise SettingsError where what was chosen about who may read is not whole."""
    if settings.access != "header":
        return
    missing = [name for name in ("user_header", "trusted_proxies") if not getattr(settings, name)]
    if missing:
        message = (
            f'设置 access = "header" 还缺 {"、".join(missing)}：user_header 写代理用来指明用户的 HTTP 头'
            "（如 X-Remote-User），trusted_proxies 写代理的地址（如 127.0.0.1）。"
        )
        raise SettingsError(message)


def check_start(settings: Settings) -> None:
    """Raise SettingsError where the service would listen to strangers and nothing was chosen about who may read."""
    check_choice(settings)
    if not settings.access and not _is_at_home(settings.host):
        choices = "".join(f"\n  {choice}" for choice in CHOICES)
        message = (
            f"从别的机器也连得上 {settings.host}，要先定好谁可以看。请在配置文件里写其中一行："
            f"{choices}\n只给本机用，请把 host 改回 127.0.0.1。"
        )
        raise SettingsError(message)


def is_loopback(address: str) -> bool:
    """Whether *address* (an IP address in text) can only be this machine; ``::ffff:127.0.0.1`` is 127.0.0.1."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_loopback


def _is_at_home(host: str) -> bool:
    """Whether whoever listens on *host*, an address or a name, hears this machine alone."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return all(is_loopback(str(address[0])) for *_, address in found)
