"""What lies in examples/ for those who run the service: systemd says the units are sound, nginx serves through its configuration,
and what Docker would read is looked over, since no engine can be asked everywhere."""

from __future__ import annotations

import getpass
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer import config
from indexer.cli import parser
from tests.operations.running import ROOT, Service, fanwen, free_port, running
from tests.operations.steps import UNITS

SEARCH = "search?q=%E7%BA%A2%E6%97%97%E6%88%B7"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


# systemd


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The units, with a program that exists here."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not installed (apt-get install systemd)")
    folder = tmp_path_factory.mktemp("units")
    program = Path(sys.executable)
    for unit in UNITS.iterdir():
        text = unit.read_text(encoding="utf-8").replace("/opt/fanwen/bin/fanwen", str(program))
        (folder / unit.name).write_text(text, encoding="utf-8")
    return [str(path) for path in sorted(folder.iterdir())]


@pytest.mark.systemd
def test_systemd_finds_nothing_wrong_with_the_units(units: list[str]) -> None:
    looked = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert (looked.stderr.strip(), looked.returncode) == ("", 0)


@pytest.mark.systemd
def test_systemd_rates_the_services_as_hardened(units: list[str]) -> None:
    for unit in units:
        if unit.endswith(".timer"):
            continue
        command = ["systemd-analyze", "security", "--offline=true", unit]
        looked = subprocess.run(command, capture_output=True, text=True, check=False)
        # 0 is a box without a door, 9.6 a program that may do everything.
        found = re.search(r"exposure level for \S+: (\d+\.\d)", looked.stdout)
        assert found, looked.stderr
        assert float(found[1]) <= 2.0


def test_the_units_name_commands_and_folders_that_there_are() -> None:
    for unit in UNITS.glob("*.service"):
        told = re.search(r"^ExecStart=/opt/fanwen/bin/fanwen (.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
        assert told, unit.name
        parser().parse_args(told[1].split())
    timer = (UNITS / "fanwen-index.timer").read_text(encoding="utf-8")
    assert "OnCalendar=" in timer
    assert (UNITS / "fanwen-index.service").exists()


# nginx


@pytest.fixture(scope="module")
def behind_nginx(shelf: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Service]]:
    """The address of the service under /fanwen/ behind a real nginx with the configuration of the example, and the service."""
    if NGINX is None:
        pytest.skip("nginx is not installed (apt-get install nginx-light)")
    folder = tmp_path_factory.mktemp("nginx")
    settings = {
        "index": shelf,
        "state": folder / "state",
        "workers": 1,
        "access": "open",
        "trusted_proxies": "127.0.0.1",
        "access_log": folder / "access.log",
        "metrics": "true",
    }
    with running(fanwen("serve"), folder=folder, port=free_port(), settings=settings) as service:
        port = free_port()
        command = [NGINX, "-p", str(folder), "-c", str(_nginx(folder, port, service.port))]
        looked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
        assert looked.returncode == 0, looked.stderr
        assert "[warn]" not in looked.stderr
        process = subprocess.Popen(command)
        address = f"http://127.0.0.1:{port}/fanwen/"
        try:
            _wait_for(address + "healthz")
            yield address, service
        finally:
            process.terminate()
            process.wait(timeout=20)


def _nginx(folder: Path, port: int, upstream: int) -> Path:
    """A configuration around that of the example."""
    for name in ("fanwen.conf", "fanwen-location.conf"):
        text = (ROOT / "examples" / "nginx" / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace("127.0.0.1:8000", f"127.0.0.1:{upstream}"), encoding="utf-8")
    temporary = "\n".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # Started by root, nginx would go on as an account that may not enter this folder.
    account = f"user {getpass.getuser()};" if os.getuid() == 0 else ""
    whole = f"""
{account}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
    access_log {folder}/nginx.log;
    {temporary}
    include {folder}/fanwen.conf;
    server {{
        listen 127.0.0.1:{port};
        include {folder}/fanwen-location.conf;
    }}
}}
"""
    (folder / "nginx.conf").write_text(whole, encoding="utf-8")
    return folder / "nginx.conf"


def _wait_for(address: str) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(address, timeout=10).close()  # noqa: S310 - our own server
        except OSError:
            time.sleep(0.05)
            continue
        return
    raise AssertionError(f"{address} does not answer")


def _once_it_has(what: str, log: Path) -> str:
    """What a log says when *what* is in it: nginx writes a line after the answer has gone out."""
    for _ in range(200):
        lines = log.read_text(encoding="utf-8")
        if what in lines:
            return lines
        time.sleep(0.05)
    raise AssertionError(f"{log.name} has no {what}")


def _asked(address: str, *, headers: dict[str, str] | None = None, data: bytes | None = None) -> tuple[int, str]:
    request = urllib.request.Request(address, headers=headers or {}, data=data)  # noqa: S310 - our own server
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our own server
            return answer.status, answer.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        return error.code, ""


@pytest.mark.nginx
def test_under_a_sub_path_every_link_of_a_page_leads_back_below_it(behind_nginx: tuple[str, Service]) -> None:
    address, _ = behind_nginx
    status, page = _asked(address + SEARCH)
    assert status == 200
    assert "红旗户" in page
    links = re.findall(r'(?:href|src|action)="([^"#]*)"', page)
    assert {link for link in links if not link.startswith(("/fanwen/", "data:"))} == set()
    site = address.removesuffix("/fanwen/")
    for link in sorted({link for link in links if "/static/" in link})[:3]:
        assert _asked(site + link)[0] == 200
    assert _asked(site + "/fanwen")[0] == 200


@pytest.mark.nginx
def test_both_logs_have_the_same_name_for_a_request_and_the_readers_address(behind_nginx: tuple[str, Service]) -> None:
    address, service = behind_nginx
    _asked(address + SEARCH, headers={"X-Request-Id": "forged", "X-Forwarded-For": "8.8.8.8"})
    line = json.loads((service.log.parent / "access.log").read_text(encoding="utf-8").splitlines()[-1])
    assert re.fullmatch(r"[0-9a-f]{32}", line["request"])
    assert line["peer"] == "127.0.0.1"
    assert line["path"] == "/fanwen/search"


@pytest.mark.nginx
def test_nginx_writes_down_no_query(behind_nginx: tuple[str, Service]) -> None:
    address, service = behind_nginx
    site = address.removesuffix("/fanwen/")
    assert _asked(address + SEARCH)[0] == 200
    assert _asked(address + "static/fanwen.css", headers={"Referer": address + SEARCH})[0] == 200
    # What nginx answers by itself, without the service, is written, and later than those.
    assert _asked(site + "/elsewhere")[0] == 404
    lines = _once_it_has("/elsewhere", service.log.parent / "nginx.log")
    assert "%E7%BA%A2" not in lines


@pytest.mark.nginx
def test_a_basket_of_two_megabytes_becomes_a_document_behind_nginx(behind_nginx: tuple[str, Service]) -> None:
    address, _ = behind_nginx
    item = {"text": "保洁员每天清扫两遍。", "title": "芦塘镇环境整治总结"}
    # Spaces between the values of JSON count like any others.
    sent = json.dumps({"title": "素材", "items": [item]}).encode() + b" " * 2_090_000
    own = {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"}
    assert _asked(address + "basket.docx", headers=own, data=sent)[0] == 200
    assert _asked(address + "basket.docx", headers=own, data=b" " * 2_200_000)[0] == 413


@pytest.mark.nginx
def test_large_bodies_and_eager_readers_are_turned_away_by_nginx(behind_nginx: tuple[str, Service]) -> None:
    address, _ = behind_nginx
    assert _asked(address + "search", data=b"a" * 100_000)[0] == 413
    statuses = [_asked(address + "healthz")[0] for _ in range(80)] + [
        _asked(address + "opensearch.xml")[0] for _ in range(80)
    ]
    assert 429 in statuses
    time.sleep(1)
    assert _asked(address + "healthz")[0] == 200


# Docker

DOCKER = ROOT / "examples" / "docker"


def _instructions() -> list[tuple[str, str]]:
    """Instruction and arguments of the Dockerfile, lines that go on joined."""
    text = (DOCKER / "Dockerfile").read_text(encoding="utf-8")
    lines = re.sub(r"\\\n\s*", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)).splitlines()
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in lines if line.strip())]


def test_the_image_is_made_in_two_stages_and_runs_as_nobody_in_particular() -> None:
    told = _instructions()
    assert [rest.split()[0] for name, rest in told if name == "FROM"] == ["python:3.11-slim-bookworm"] * 2
    users = [rest for name, rest in told if name == "USER"]
    assert users == ["10001:10001"]
    after = told[told.index(("USER", users[0])) :]
    assert not [name for name, _ in after if name in ("RUN", "COPY", "ADD")]
    assert {"HEALTHCHECK", "ENTRYPOINT", "CMD", "EXPOSE", "VOLUME"} <= {name for name, _ in after}


def test_the_dockerfile_keeps_the_rules_that_linters_have() -> None:
    told = _instructions()
    assert not [rest for name, rest in told if name == "ADD" or (name == "FROM" and ":latest" in rest)]
    for name, rest in told:
        if name in ("CMD", "ENTRYPOINT"):
            assert isinstance(json.loads(rest), list)
        if name == "WORKDIR":
            assert rest.startswith("/")
        if name == "RUN":
            assert "sudo" not in rest
            assert "cd " not in rest
    assert not any("apt-get" in rest for _, rest in told)


def test_what_the_dockerfile_and_compose_name_is_there() -> None:
    text = (DOCKER / "Dockerfile").read_text(encoding="utf-8")
    for path in re.findall(r"-r (\.ci/\S+\.txt)", text):
        assert (ROOT / path).exists(), path
    known = {f"FANWEN_{name.upper()}" for name in config.names()}
    for page in (text, (DOCKER / "compose.yaml").read_text(encoding="utf-8")):
        named = set(re.findall(r"FANWEN_[A-Z_]+", page)) - {"FANWEN_LIBRARY"}
        assert named
        assert named <= known
    compose = (DOCKER / "compose.yaml").read_text(encoding="utf-8")
    for command in re.findall(r"command: (\[.*\])", compose):
        parser().parse_args(json.loads(command))
    assert (DOCKER / "../..").resolve() == ROOT
    for wanted in (
        "read_only: true",
        "cap_drop: [ALL]",
        "no-new-privileges:true",
        '"127.0.0.1:8000:8000"',
        ":/library:ro",
    ):
        assert wanted in compose


def test_the_builder_is_given_everything_that_the_wheel_holds_and_no_texts_of_the_site() -> None:
    given = [line[1:] for line in (DOCKER / "Dockerfile.dockerignore").read_text().splitlines() if line.startswith("!")]
    packages = re.search(r"packages =\n((?:    \S+\n)+)", (ROOT / "setup.cfg").read_text(encoding="utf-8"))
    assert packages
    wanted = {package.split(".")[0] for package in packages[1].split()} | {
        "corpus",
        "templates",
        "server.py",
        "setup.cfg",
    }
    assert wanted <= set(given)
    assert all((ROOT / path).exists() for path in given if path != "build/wheelhouse")


def test_the_example_of_compose_is_yaml() -> None:
    yaml = pytest.importorskip("yaml", reason="PyYAML comes with the tests of the API")
    told = yaml.safe_load((DOCKER / "compose.yaml").read_text(encoding="utf-8"))
    assert set(told["services"]) == {"serve", "index"}
    for service in told["services"].values():
        assert service["read_only"] is True
        assert service["user"] == "10001:10001"
