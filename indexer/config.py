"""Settings: flags, then ``FANWEN_*`` variables, then a TOML file, then defaults. The only reader of the last three.

Every setting has one name in all places: ``per_page`` is ``--per-page``, ``FANWEN_PER_PAGE`` and ``per_page = 10``.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType

from indexer.errors import SettingsError

PREFIX = "FANWEN_"
CONFIG_VARIABLE = "FANWEN_CONFIG"
DEFAULT_FILE = "fanwen.toml"
DEFAULT_ORIGIN = "默认值"
# Read by the test suite, not by the program.
_TEST_PREFIX = "FANWEN_TEST_"

Reader = Callable[[object], object]


def _text(raw: object) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise ValueError("应为一段文字")
    return raw.strip()


def _text_or_none(raw: object) -> str:
    """A text; nothing written is none."""
    if not isinstance(raw, str):
        raise ValueError("应为一段文字")
    return raw.strip()


def _log(raw: object) -> str:
    """The path of a log, or - for standard error; nothing written is none."""
    return _text_or_none(str(raw) if isinstance(raw, Path) else raw)


def _path(raw: object) -> Path:
    if not isinstance(raw, str | Path) or not str(raw).strip() or "\0" in str(raw):
        raise ValueError("应为一个路径")
    return Path(raw).expanduser()


def _path_or_none(raw: object) -> Path | None:
    """A path; nothing written is none."""
    return None if isinstance(raw, str) and not raw.strip() else _path(raw)


def _paths(raw: object) -> tuple[Path, ...]:
    """A list of paths; in a variable they are parted as in PATH (公文:讲话)."""
    several = [part for part in raw.split(os.pathsep) if part] if isinstance(raw, str) else raw
    if not isinstance(several, list | tuple):
        raise ValueError('应为路径的列表，如 ["公文", "讲话"]')
    return tuple(_path(part) for part in several)


def _whole(low: int, high: int) -> Reader:
    def read(raw: object) -> int:
        digits = isinstance(raw, str) and raw.strip().isascii() and raw.strip().isdigit()
        if not digits and (not isinstance(raw, int) or isinstance(raw, bool)):
            raise ValueError(f"应为 {low} 到 {high} 的整数")
        number = int(str(raw)) if len(str(raw)) < 20 else high + 1
        if not low <= number <= high:
            raise ValueError(f"应在 {low} 到 {high} 之间")
        return number

    return read


def _yes_or_no(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw.strip().lower() in {"true", "1", "yes", "on", "false", "0", "no", "off"}:
        return raw.strip().lower() in {"true", "1", "yes", "on"}
    raise ValueError("应为 true 或 false")


def _one_of(*known: str) -> Reader:
    def read(raw: object) -> str:
        if not isinstance(raw, str) or raw.strip() not in known:
            raise ValueError(f"应为 {'、'.join(filter(None, known))} 之一")
        return raw.strip()

    return read


def _name(raw: object) -> str:
    """The name of an HTTP header; nothing written is none."""
    if not isinstance(raw, str) or not re.fullmatch(r"[A-Za-z0-9-]{0,64}", raw.strip()):
        raise ValueError("应为 HTTP 头的名称，如 X-Remote-User")
    return raw.strip()


def _listed(read: Callable[[str], str], example: str) -> Reader:
    """A list of texts, each of which *read* understands; in a variable they are parted by commas or blanks."""

    def read_all(raw: object) -> tuple[str, ...]:
        several = raw.replace(",", " ").split() if isinstance(raw, str) else raw
        if not isinstance(several, list | tuple) or not all(isinstance(each, str) for each in several):
            raise ValueError(f'应为列表，如 ["{example}"]')
        try:
            return tuple(read(each.strip()) for each in several)
        except ValueError as error:
            raise ValueError(f"其中每一项应如 {example}") from error

    return read_all


def _origin(text: str) -> str:
    """Scheme, host and port, as a browser sends it in Origin."""
    if not re.fullmatch(r"https?://(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d{1,5})?", text.lower()):
        raise ValueError
    return text.lower()


def _network(text: str) -> str:
    return str(ipaddress.ip_network(text))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Settings:
    """All that can be set. ``origins`` tells for each name where its value came from, in words for a person."""

    index: Path = field(default=Path("fanwen-index"), metadata={"read": _path})
    sources: tuple[Path, ...] = field(default=(), metadata={"read": _paths})
    dictionary: Path | None = field(default=None, metadata={"read": _path_or_none})
    host: str = field(default="127.0.0.1", metadata={"read": _text})
    port: int = field(default=8000, metadata={"read": _whole(1, 65535)})
    workers: int = field(default_factory=lambda: min(4, _cores()), metadata={"read": _whole(1, 64)})
    jobs: int = field(default_factory=_cores, metadata={"read": _whole(1, 64)})
    per_page: int = field(default=10, metadata={"read": _whole(1, 200)})
    per_page_max: int = field(default=50, metadata={"read": _whole(1, 200)})
    read_seconds: int = field(default=30, metadata={"read": _whole(1, 3600)})
    read_memory_mb: int = field(default=1024, metadata={"read": _whole(128, 65_536)})
    read_file_mb: int = field(default=200, metadata={"read": _whole(1, 200)})
    state: Path = field(default=Path("fanwen-state"), metadata={"read": _path})
    access: str = field(default="", metadata={"read": _one_of("", "open", "keys", "header")})
    user_header: str = field(default="", metadata={"read": _name})
    trusted_proxies: tuple[str, ...] = field(default=(), metadata={"read": _listed(_network, "10.1.0.0/16")})
    cors_origins: tuple[str, ...] = field(default=(), metadata={"read": _listed(_origin, "https://oa.example.lan")})
    frame_parents: tuple[str, ...] = field(default=(), metadata={"read": _listed(_origin, "https://oa.example.lan")})
    request_seconds: int = field(default=2, metadata={"read": _whole(1, 60)})
    metrics: bool = field(default=False, metadata={"read": _yes_or_no})
    access_log: str = field(default="", metadata={"read": _log})
    log_queries: bool = field(default=False, metadata={"read": _yes_or_no})
    upload_files: int = field(default=200, metadata={"read": _whole(1, 10_000)})
    upload_mb: int = field(default=100, metadata={"read": _whole(1, 2000)})
    upload_unpacked_mb: int = field(default=500, metadata={"read": _whole(1, 20_000)})
    keep_unfound: bool = field(default=True, metadata={"read": _yes_or_no})
    origins: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), compare=False, repr=False)

    @property
    def words_folder(self) -> Path:
        """Where the site's own words lie: the folder of ``dictionary``, or one in ``state`` that administrators fill."""
        return self.dictionary or self.state / "dictionary"


def names() -> list[str]:
    """The names of all settings, in the order in which they are shown."""
    return list(_readers())


def load(
    flags: Mapping[str, object] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    toml_path: Path | None = None,
) -> Settings:
    """The settings in force; a flag that is None was not given. Raises SettingsError for what is unknown or wrong.

    Without *toml_path* the file is the one that FANWEN_CONFIG names, else ./fanwen.toml where it exists.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, object] = {}
    origins = dict.fromkeys(names(), DEFAULT_ORIGIN)
    for given, origin in [_from_file(toml_path, environ), _from_environ(environ), _from_flags(flags or {})]:
        values |= {name: _read(name, raw, origin(name)) for name, raw in given.items()}
        origins |= {name: origin(name) for name in given}
    settings = Settings(**values, origins=MappingProxyType(origins))  # type: ignore[arg-type]
    _check(settings)
    return settings


def to_environ(settings: Settings) -> dict[str, str]:
    """The variables that give another process the same settings."""
    values = {name: getattr(settings, name) for name in names()}
    return {_variable(name): as_text(value) for name, value in values.items() if value not in ((), None, "")}


def as_text(value: object) -> str:
    """A value as it is written in a variable; what is not set is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return (os.pathsep if any(isinstance(each, Path) for each in value) else ",").join(map(str, value))
    return str(value)


Given = tuple[Mapping[str, object], Callable[[str], str]]


def _from_flags(flags: Mapping[str, object]) -> Given:
    given = {name: raw for name, raw in flags.items() if raw is not None}
    _check_known(given, known=names(), where="命令行")
    return given, lambda name: f"命令行选项 {_flag(name)}"


def _from_environ(environ: Mapping[str, str]) -> Given:
    reserved = {CONFIG_VARIABLE}
    found = {name: raw for name, raw in environ.items() if name.startswith(PREFIX) and raw and name not in reserved}
    found = {name: raw for name, raw in found.items() if not name.startswith(_TEST_PREFIX)}
    variables = {_variable(name): name for name in names()}
    _check_known(found, known=[*variables, CONFIG_VARIABLE], where="环境变量")
    return {variables[name]: raw for name, raw in found.items()}, lambda name: f"环境变量 {_variable(name)}"


def _from_file(path: Path | None, environ: Mapping[str, str]) -> Given:
    named = path or (Path(environ[CONFIG_VARIABLE]) if environ.get(CONFIG_VARIABLE) else None)
    chosen = named or Path(DEFAULT_FILE)
    given = _parse(chosen) if named or chosen.is_file() else {}
    _check_known(given, known=names(), where=f"配置文件 {chosen} ")
    given = {name: _beside(chosen, raw) if _is_path(name) else raw for name, raw in given.items()}
    return given, lambda _: f"配置文件 {chosen}"


def _parse(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"读不了配置文件 {path}（{error.strerror}）：请检查路径和权限。") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"配置文件 {path} 不是有效的 TOML（{error}）：请用 UTF-8 保存并改正。") from error


def _beside(file: Path, raw: object) -> object:
    """Paths of a configuration file count from its folder, wherever the program is started."""
    if isinstance(raw, list):
        return [_beside(file, part) for part in raw]
    return file.parent / Path(raw).expanduser() if isinstance(raw, str) and raw.strip() not in ("", "-") else raw


def _is_path(name: str) -> bool:
    return _readers()[name] in {_path, _path_or_none, _paths, _log}


def _readers() -> dict[str, Reader]:
    return {each.name: each.metadata["read"] for each in fields(Settings) if "read" in each.metadata}


def _read(name: str, raw: object, origin: str) -> object:
    try:
        return _readers()[name](raw)
    except ValueError as error:
        raise SettingsError(f"设置 {name} 的值 {raw!r} 不能用：{error}（来自{origin}）。") from error


def _check_known(given: Iterable[str], *, known: list[str], where: str) -> None:
    for name in given:
        if name not in known:
            nearest = max(known, key=lambda other: difflib.SequenceMatcher(None, name, other).ratio())
            raise SettingsError(f"{where}里没有名为 {name} 的设置；最接近的是 {nearest}。")


def _check(settings: Settings) -> None:
    if settings.per_page > settings.per_page_max:
        origin = settings.origins["per_page"]
        message = f"设置 per_page（{settings.per_page}，来自{origin}）超过了 per_page_max（{settings.per_page_max}）。"
        raise SettingsError(message)


def _variable(name: str) -> str:
    return PREFIX + name.upper()


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")
