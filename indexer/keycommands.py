"""``fanwen keys``: make, list and revoke the keys of readers and of who minds the library."""

from __future__ import annotations

import argparse

from indexer import config
from indexer.state.keys import FILE, Key, Keys
from indexer.terminal import plain, say

DONE, NOTHING = 0, 1

_ROLES = {"read": "检索", "admin": "管理"}


def keys(arguments: argparse.Namespace) -> int:
    """``fanwen keys add | list | revoke``."""
    settings = config.load({"state": arguments.state}, toml_path=arguments.config)
    kept = Keys(settings.state / FILE)
    if arguments.action == "add":
        return _add(kept, arguments.name, admin=arguments.admin)
    return _list(kept) if arguments.action == "list" else _revoke(kept, arguments.id)


def _add(kept: Keys, name: str, *, admin: bool) -> int:
    """The key alone on standard output, so that a script can take it."""
    key = kept.make(name, role="admin" if admin else "read")
    say(f"密钥只显示这一次，请现在抄好，交给“{plain(' '.join(name.split()))}”：")
    print(key)
    return DONE


def _list(kept: Keys) -> int:
    found = kept.listed()
    for key in found:
        print(_line(key))
    if not found:
        say(f"{kept.path} 里还没有密钥，可用 fanwen keys add 名称 发放。")
    return DONE


def _line(key: Key) -> str:
    state = f"{key.revoked} 停用" if key.revoked else "有效"
    return f"{key.id}  {_ROLES[key.role]}  {key.made} 发放  {state}  {plain(key.name)}"


def _revoke(kept: Keys, key_id: str) -> int:
    if not kept.revoke(key_id):
        say(f"没有编号为 {plain(key_id)} 的有效密钥，可用 fanwen keys list 查看编号。")
        return NOTHING
    print(f"密钥 {key_id} 已停用，正在运行的服务也立即不再接受它。")
    return DONE
