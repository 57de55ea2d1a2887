"""``fanwen serve``: become the web server. This library does not know the web, so another program is started in its place."""

from __future__ import annotations

import importlib.util
import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from indexer import config
from indexer.config import Settings
from indexer.errors import SettingsError
from indexer.exposure import check_start
from indexer.generations import IndexFolder
from indexer.state.keys import make_private
from indexer.terminal import say

THREADS = 4
# Below the folder of the setting ``state``: what the workers count, each in a file of its own.
METRICS_FOLDER = "metrics"
METRICS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def become_server(settings: Settings, *, config_file: Path | None) -> None:
    """Start the server of *settings* in the place of this process. Raises SettingsError, IndexMissing, IndexDamaged."""
    check_start(settings)
    IndexFolder(settings.index).current()
    _check_free(settings)
    settings = _absolute(settings)
    command, environ = _command(settings), _environ(settings, config_file)
    say(f"正在启动，请在浏览器打开 {_address(settings)} （按 Ctrl-C 停止）")
    sys.stderr.flush()
    os.execve(sys.executable, [sys.executable, *command], environ)  # noqa: S606


def _absolute(settings: Settings) -> Settings:
    """The server stands in a folder of its own, where a relative path would lead elsewhere."""
    log = settings.access_log
    return replace(
        settings,
        index=settings.index.absolute(),
        state=settings.state.absolute(),
        sources=tuple(path.absolute() for path in settings.sources),
        dictionary=settings.dictionary and settings.dictionary.absolute(),
        access_log=log if log in ("", "-") else str(Path(log).absolute()),
    )


def _environ(settings: Settings, config_file: Path | None) -> dict[str, str]:
    # Threads that each have a heap of their own keep what the others could use: 20 MB a worker.
    environ = {"MALLOC_ARENA_MAX": "2", **os.environ, **config.to_environ(settings)}
    if file := config_file or os.environ.get(config.CONFIG_VARIABLE):
        environ[config.CONFIG_VARIABLE] = str(Path(file).absolute())
    if settings.metrics:
        environ[METRICS_VARIABLE] = str(_emptied(settings.state / METRICS_FOLDER))
    return environ


def _emptied(folder: Path) -> Path:
    """*folder* without what the workers of an earlier start have counted."""
    make_private(folder.parent)
    make_private(folder)
    for file in folder.glob("*.db"):
        file.unlink()
    return folder


def _command(settings: Settings) -> list[str]:
    """Gunicorn, loaded once and then forked, on Linux; waitress elsewhere, or where it alone is installed."""
    found = importlib.util.find_spec("server")
    if found is None or found.origin is None:
        raise SettingsError("找不到网页服务 server.py：请重新安装 fanwen。")
    # -P: a server.py or web/ in the folder where the user stands is not ours.
    if sys.platform.startswith("linux") and importlib.util.find_spec("gunicorn"):
        return ["-P", *_gunicorn(settings, Path(found.origin).parent)]
    if importlib.util.find_spec("waitress"):
        return ["-P", "-m", "web.running.waiting"]
    say("没有安装 gunicorn 或 waitress，暂用 Flask 自带的服务器，只宜试用：请运行 pip install 'fanwen[serve]'。")
    return ["-P", found.origin]


def _gunicorn(settings: Settings, folder: Path) -> list[str]:
    """:param folder: where ``server.py`` is."""
    options: Mapping[str, object] = {
        "bind": f"{_bracketed(settings.host)}:{settings.port}",
        "workers": settings.workers,
        "threads": THREADS,
        "chdir": folder,
    }
    return [
        "-m",
        "gunicorn",
        "--preload",
        "--no-control-socket",
        f"--config=file:{folder / 'web' / 'running' / 'serving.py'}",
        *(f"--{name}={value}" for name, value in options.items()),
        "server:app",
    ]


def _check_free(settings: Settings) -> None:
    """Raise SettingsError where the address cannot be listened on, before a server fails at length."""
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        message = f"不能在 {where} 上提供网页（{error.strerror}）：请用 --port 换一个端口，或检查 --host。"
        raise SettingsError(message) from error


def _address(settings: Settings) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    return f"http://{_bracketed(host)}:{settings.port}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
