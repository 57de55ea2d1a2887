"""``fanwen serve``: which server it becomes, how that holds out against slow clients, and how it ends."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.operations.running import PATIENCE, ROOT, Service, fanwen, free_port, running
from web.running import limits

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="gunicorn is for Linux")
SEARCH = "/search?q=%E7%BA%A2%E6%97%97%E6%88%B7"

# What is hidden for it, and what the server calls itself.
SERVERS: dict[str, tuple[Sequence[str], str]] = {
    "gunicorn": ((), "Starting gunicorn"),
    "waitress": (("gunicorn",), "waitress"),
}


@pytest.fixture(scope="module", params=SERVERS)
def served(request: pytest.FixtureRequest, shelf: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """``fanwen serve`` with all that can be switched on, under each server."""
    if not sys.platform.startswith("linux"):
        pytest.skip("gunicorn is for Linux")
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "state" / "metrics").mkdir(parents=True, mode=0o700)
    (folder / "state").chmod(0o700)
    (folder / "state" / "metrics" / "counter_1.db").write_bytes(b"of an earlier start")
    settings = {"index": shelf, "state": "state", "workers": 2, "metrics": "true", "access_log": "visits.log"}
    hidden, named = SERVERS[request.param]
    with running(fanwen("serve"), folder=folder, port=free_port(), settings=settings, hidden=hidden) as service:
        assert named in service.log.read_text(encoding="utf-8")
        yield service


def test_it_becomes_the_server_that_is_installed_and_answers(served: Service) -> None:
    assert json.loads(served.text("/readyz"))["ready"] is True
    assert "红旗户" in served.text(SEARCH)


def test_the_counts_of_all_workers_are_told_together(served: Service) -> None:
    before = _searches(served)
    for _ in range(12):
        served.text(SEARCH)
    assert _searches(served) == before + 12


def _searches(service: Service) -> float:
    return float(service.text("/metrics").partition("\nfanwen_searches_total ")[2].split()[0])


def test_relative_paths_count_from_where_it_was_started(served: Service) -> None:
    served.text("/healthz")
    lines = (served.log.parent / "visits.log").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["path"] for line in lines} >= {"/healthz"}


def test_who_sits_on_this_machine_cannot_play_a_proxy(served: Service) -> None:
    """Gunicorn and waitress have rules of their own about what proxies tell; ours alone count (web/guard/proxies.py)."""
    forged = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nScript-Name: /forged\r\nConnection: close\r\n\r\n"
    assert b" 200 " in _first_line(served, forged)
    last = (served.log.parent / "visits.log").read_text(encoding="utf-8").splitlines()[-1]
    assert json.loads(last)["path"] == "/healthz"


@pytest.mark.parametrize(
    "head",
    [
        b"GET /search?q=" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"a" * 40_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n"
        + b"".join(b"X-%d: a\r\n" % number for number in range(9000))
        + b"\r\n",
    ],
    ids=["a long address", "a long field", "many fields"],
)
def test_a_head_beyond_the_bounds_is_refused(served: Service, head: bytes) -> None:
    assert _first_line(served, head).split()[1:2] != [b"200"]
    assert served.status("/healthz") == 200


def _first_line(service: Service, head: bytes) -> bytes:
    """The first line of the answer; nothing where the service hangs up without one."""
    try:
        with service.connection() as client:
            client.sendall(head)
            return client.recv(4096).partition(b"\r\n")[0]
    except OSError:
        return b""


@linux
def test_without_either_it_is_the_server_of_flask_which_is_for_trying(shelf: Path, tmp_path: Path) -> None:
    hidden = ("gunicorn", "waitress")
    settings = {"index": shelf, "state": tmp_path / "state"}
    with running(fanwen("serve"), folder=tmp_path, port=free_port(), settings=settings, hidden=hidden) as service:
        assert "红旗户" in service.text(SEARCH)
    assert "只宜试用" in service.log.read_text(encoding="utf-8")


SERVE_SLOWLY = {
    "gunicorn": "import sys; sys.argv = ['gunicorn', '--preload', '--no-control-socket', '--threads=4',"
    "'--bind=127.0.0.1:{port}', '--config=file:{root}/web/running/serving.py', 'tests.operations.slow:app'];"
    "from gunicorn.app.wsgiapp import run; run()",
    "waitress": "from pathlib import Path; from indexer import config; from tests.operations.slow import app;"
    "from web.running.waiting import serve; serve(app, config.load())",
}


HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Drop: "
BODY = b"POST /read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8000\r\n\r\n"


def serving_slowly(server: str, port: int, *, before: str = "") -> list[str]:
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); {before}" + SERVE_SLOWLY[server]
    return [sys.executable, "-c", program.format(port=port, root=ROOT)]


@linux
@pytest.mark.parametrize("server", SERVE_SLOWLY)
def test_a_request_in_flight_is_answered_when_the_service_is_stopped(server: str, tmp_path: Path) -> None:
    port = free_port()
    told: list[str] = []
    with running(serving_slowly(server, port), folder=tmp_path, port=port) as service:
        asking = threading.Thread(target=lambda: told.append(service.text("/slow")))
        asking.start()
        time.sleep(0.5)
        started = time.monotonic()
        assert service.stop() == 0
        assert time.monotonic() - started < limits.FAREWELL_SECONDS
        asking.join()
        with pytest.raises(OSError, match="refused"), service.connection():
            pass
    assert told == ["总算好了"]


@linux
@pytest.mark.parametrize("server", SERVE_SLOWLY)
@pytest.mark.parametrize("begun", [HEAD, BODY], ids=["head", "body"])
def test_clients_that_send_drop_by_drop_keep_nobody_waiting(server: str, begun: bytes, tmp_path: Path) -> None:
    port = free_port()
    quick = "from web.running import limits; limits.HEAD_SECONDS = limits.BODY_SECONDS = 2; "
    with running(serving_slowly(server, port, before=quick), folder=tmp_path, port=port) as service:
        ending = threading.Event()
        dripping = [threading.Thread(target=_drip, args=(service, ending, begun)) for _ in range(12)]
        for client in dripping:
            client.start()
        time.sleep(0.5)
        try:
            for _ in range(3):
                started = time.monotonic()
                assert service.status("/healthz") == 200
                # Two heads of two seconds, and a look at the clock once a second.
                assert time.monotonic() - started < 12
        finally:
            ending.set()
            for client in dripping:
                client.join()


@linux
@pytest.mark.parametrize(
    "head", ["Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"]
)
def test_what_is_done_with_a_body_once_it_is_there_may_take_longer(head: str, tmp_path: Path) -> None:
    port = free_port()
    quick = "from web.running import limits; limits.BODY_SECONDS = 0.1; "
    with (
        running(serving_slowly("gunicorn", port, before=quick), folder=tmp_path, port=port) as service,
        service.connection() as client,
    ):
        client.sendall(f"POST /read HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{head}".encode())
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith("5 字节".encode())


def _drip(service: Service, ending: threading.Event, begun: bytes) -> None:
    """A request that never ends, a letter every tenth of a second, until the service hangs up."""
    try:
        with service.connection() as client:
            client.sendall(begun)
            while not ending.wait(0.1):
                client.sendall(b"a")
    except OSError:
        return


@linux
def test_waitress_stores_no_body_that_nobody_would_read(tmp_path: Path) -> None:
    port = free_port()
    with running(serving_slowly("waitress", port), folder=tmp_path, port=port) as service:
        for path, megabytes, status in (("/search", 4, 413), ("/basket.docx", 2, 404), ("/admin/wording", 6, 404)):
            with _sending(service, path, megabytes << 20) as client:
                if status != 413:
                    client.sendall(bytes(megabytes << 20))
                assert _status(client) == status, path
        with _sending(service, "/search", 0, "Transfer-Encoding: chunked") as client:
            client.sendall(b"400001\r\n" + bytes(0x400001))
            assert _status(client) == 413


@linux
def test_waitress_takes_in_few_uploads_at_one_time(tmp_path: Path) -> None:
    port = free_port()
    with running(serving_slowly("waitress", port), folder=tmp_path, port=port) as service, ExitStack() as closing:
        begun = [closing.enter_context(_sending(service, limits.UPLOAD, 9 << 20)) for _ in range(4)]
        for client in begun:
            client.sendall(bytes(1 << 20))
        time.sleep(0.5)
        with _sending(service, limits.UPLOAD, 9 << 20) as client:
            assert _status(client) == 503
        for client in begun[:3]:
            client.sendall(bytes(8 << 20))
            assert _status(client) == 200
        begun[3].close()
        time.sleep(0.5)
        again = [closing.enter_context(_sending(service, limits.UPLOAD, 1 << 20)) for _ in range(4)]
        for client in again:
            client.sendall(bytes(1 << 20))
        assert [_status(client) for client in again] == [200] * 4


@contextmanager
def _sending(service: Service, path: str, length: int, field: str = "") -> Iterator[socket.socket]:
    """A connection on which the head of a POST was sent."""
    with service.connection() as client:
        field = field or f"Content-Length: {length}"
        client.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{field}\r\n\r\n".encode())
        yield client


def _status(client: socket.socket) -> int:
    return int(client.recv(65536).split()[1])


def test_a_port_in_use_is_told_in_a_line(shelf: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        command = fanwen("serve", "--index", str(shelf), "--port", str(taken.getsockname()[1]))
        ended = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=PATIENCE, check=False)
    assert ended.returncode == 2
    assert "请用 --port 换一个端口".encode() in ended.stderr
