"""API keys: made once, shown once, kept as hashes.

A key is ``fw_<id>_<secret>``. The secret has 256 random bits, so one SHA-256 keeps it: there is nothing to guess that a slow
hash for passwords would make dearer, and a slow one would let strangers keep the service busy with wrong keys.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

from indexer.disk import sync
from indexer.errors import StateError

Role = Literal["read", "admin"]

FILE = "keys.json"
NAME_LENGTH = 60
KEYS = 1000

_KEY = re.compile(r"fw_([0-9a-f]{8})_[A-Za-z0-9_-]{43}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is listed. ``made`` and ``revoked`` are times in UTC, after ISO 8601; ``revoked`` is "" while it is good."""

    id: str
    name: str
    role: Role
    made: str
    revoked: str
    # SHA-256 of the whole key, in hexadecimal.
    digest: str = field(repr=False)


class Keys:
    """The keys in the file *path* (``keys.json`` in the folder of the setting ``state``). Safe in threads and processes.

    A service that runs sees what ``fanwen keys`` changes with its next request. Raises StateError where the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        # What was read last, with the stamp of the file at that time: replaced as one, so that threads need no lock.
        self._known: tuple[object, dict[str, Key]] = (None, {})

    def make(self, name: str, *, role: Role = "read") -> str:
        """A new key for *name*, which can never be shown again."""
        with self._changing() as keys:
            named = _checked(name, keys)
            if len(keys) >= KEYS:
                raise StateError(f"密钥已有 {KEYS} 个，不能再增加：请删去 {self.path} 里早已停用的。")
            key_id = next(fresh for fresh in iter(lambda: secrets.token_hex(4), "") if fresh not in keys)
            text = f"fw_{key_id}_{secrets.token_urlsafe(32)}"
            keys[key_id] = Key(key_id, named, role, made=_now(), revoked="", digest=_digest(text))
        return text

    def check(self, key: str) -> Key | None:
        """The key that *key* is, unless there is none or it was revoked."""
        match = _KEY.fullmatch(key)
        found = self._current().get(match[1]) if match else None
        # An id that is not there takes as long as a secret that is wrong.
        same = hmac.compare_digest(_digest(key), found.digest if found else _digest(""))
        return found if found and same and not found.revoked else None

    def listed(self) -> list[Key]:
        """All keys, revoked ones too, in the order in which they were made."""
        return list(self._current().values())

    def revoke(self, key_id: str) -> bool:
        """Make a key worthless from now on; False where no good key has this id."""
        with self._changing() as keys:
            found = keys.get(key_id)
            if found is None or found.revoked:
                return False
            keys[key_id] = replace(found, revoked=_now())
        return True

    def _current(self) -> dict[str, Key]:
        """The keys by id, read again where the file was replaced."""
        try:
            stamp = _stamp(self.path.stat())
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise _unreadable(self.path, error) from error
        known, keys = self._known
        if stamp != known:
            known, keys = _read(self.path)
            self._known = (known, keys)
        return keys

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Key]]:
        """The keys, to be changed; written when that went well. One process at a time."""
        try:
            make_private(self.path.parent)
            descriptor = os.open(
                self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
            )
        except OSError as error:
            raise StateError(f"不能写入 {self.path.parent}（{error.strerror}）：请检查路径和权限。") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            keys = dict(self._current())
            yield keys
            if keys != self._current():
                _write(self.path, keys)
        finally:
            os.close(descriptor)


def make_private(folder: Path) -> None:
    """Make *folder* where it is missing, for its owner alone; StateError where others could put files into it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check_safe(folder, folder.stat())


def _read(path: Path) -> tuple[object, dict[str, Key]]:
    """The stamp of the file, and the keys in it."""
    try:
        _check_safe(path.parent, path.parent.stat())
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError as error:
        raise _unreadable(path, error) from error
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        _check_safe(path, found)
        data = file.read(_BYTES)
    try:
        keys = [_key(each) for each in json.loads(data)["keys"]]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise StateError(
            f"密钥文件 {path} 已损坏：请从备份恢复，或删去它再用 fanwen keys add 发放新的密钥。"
        ) from error
    return _stamp(found), {key.id: key for key in keys}


def _key(told: dict[str, str]) -> Key:
    """A key out of its JSON; ValueError, TypeError or KeyError where that is not whole."""
    key = Key(**{name: str(told[name]) for name in Key.__slots__})  # type: ignore[arg-type]
    if key.role not in get_args(Role) or not _DIGEST.fullmatch(key.digest):
        raise ValueError(key.id)
    return key


def _write(path: Path, keys: dict[str, Key]) -> None:
    """Replace the file: after a power cut it holds either the former keys or these."""
    told = json.dumps({"keys": [asdict(key) for key in keys.values()]}, ensure_ascii=False, indent=1)
    aside = path.with_suffix(".new")
    try:
        aside.unlink(missing_ok=True)
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
            file.write(told.encode())
            _give_to_owner(file.fileno(), path.parent)
        sync(aside)
        aside.replace(path)
        sync(path.parent)
    except OSError as error:
        raise StateError(f"密钥没有写成（{error.strerror}），原有的不变：请检查 {path.parent} 所在的磁盘。") from error


def _give_to_owner(descriptor: int, folder: Path) -> None:
    """A key that root makes is for the user who serves, to whom the folder belongs."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)


def _check_safe(path: Path, found: os.stat_result) -> None:
    """StateError where *path* is not ours: whoever can write there can let in whom they like."""
    ours = found.st_uid in (os.geteuid(), 0) or os.geteuid() == 0
    if not ours or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise StateError(f"{path} 别的用户也能写入，不能用来存放密钥：请运行 chmod go-w，并检查它属于谁。")


def _stamp(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_ino, found.st_mtime_ns, found.st_size


def _checked(name: str, keys: dict[str, Key]) -> str:
    """A name that can be shown in a line, and that no good key has."""
    named = " ".join(name.split())
    if not named or len(named) > NAME_LENGTH or not named.isprintable():
        raise StateError(f"密钥的名称应为 1 到 {NAME_LENGTH} 个字，说明给谁用，如 办公室门户。")
    if any(key.name == named and not key.revoked for key in keys.values()):
        raise StateError(f"已经有名为 {named} 的密钥：请换一个名称，或先用 fanwen keys revoke 停用它。")
    return named


def _unreadable(path: Path, error: OSError) -> StateError:
    return StateError(f"读不了密钥文件 {path}（{error.strerror}）：请用提供检索服务的那个用户运行，或检查权限。")


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
