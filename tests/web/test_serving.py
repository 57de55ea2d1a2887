"""What gunicorn does around the application."""

from __future__ import annotations

import gc
import socket
import struct
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.config import Settings
from web.mounting import site_of
from web.running import limits, serving


@pytest.fixture
def thawing() -> Iterator[None]:
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("thawing")
def test_what_is_loaded_is_kept_out_of_the_collections_of_the_workers() -> None:
    before = gc.get_freeze_count()
    serving.when_ready(types.SimpleNamespace(LISTENERS=[]))
    assert gc.get_freeze_count() > before + 10_000


@pytest.mark.usefixtures("thawing")
def test_every_connection_inherits_how_long_a_client_may_be_silent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving.when_ready(types.SimpleNamespace(LISTENERS=[types.SimpleNamespace(sock=listening)]))
        with socket.create_connection(listening.getsockname()), listening.accept()[0] as taken:
            for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
                seconds, _ = struct.unpack("ll", taken.getsockopt(socket.SOL_SOCKET, option, 16))
                assert seconds == limits.SILENT_SECONDS


def test_gunicorn_takes_the_module_as_its_configuration() -> None:
    config = pytest.importorskip("gunicorn.config", reason="gunicorn belongs to the extra [serve]").Config()
    known = {name for name in vars(serving) if name in config.settings}
    assert known == {
        "timeout",
        "graceful_timeout",
        "keepalive",
        "limit_request_line",
        "limit_request_fields",
        "limit_request_field_size",
        "forwarded_allow_ips",
        "forwarder_headers",
        "worker_class",
        "when_ready",
        "child_exit",
    }
    for name in known:
        # Refused where gunicorn does not take what is given.
        config.set(name, getattr(serving, name))
    assert config.worker_class is serving.Worker


def test_what_a_dead_worker_alone_could_tell_goes_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Loaded with the variable set, it would count in that folder for all tests that follow.
    pytest.importorskip("prometheus_client", reason="it belongs to the extra [serve]")
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    for name in ("counter_77.db", "gauge_liveall_77.db", "gauge_liveall_78.db"):
        (tmp_path / name).touch()
    serving.child_exit(None, types.SimpleNamespace(pid=77))
    assert {path.name for path in tmp_path.iterdir()} == {"counter_77.db", "gauge_liveall_78.db"}


def test_every_template_is_compiled_before_the_first_request(tmp_path: Path) -> None:
    site = site_of(Settings(index=tmp_path / "none", state=tmp_path / "state"), None)
    site.prepare()
    assert site.templates.cache is not None
    assert "results.html" in site.templates.list_templates()
    assert len(list(site.templates.cache.keys())) == len(site.templates.list_templates())
