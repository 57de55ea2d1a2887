"""The steps that docs/operations.md tells, run as they stand there: in a folder that plays the machine.

``/srv/fanwen`` is ``<folder>/srv/fanwen`` and so on; the account is the one that runs the tests, and ``systemctl`` starts what
the units say. Everything else (fanwen, tar, flock, curl, ln …) is the real thing.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.operations.running import ROOT, free_port

PAGE = ROOT / "docs" / "operations.md"
UNITS = ROOT / "examples" / "systemd"
_BLOCK = re.compile(r"<!-- tests run this: ([\w-]+) -->\n```sh\n(.*?)```", re.DOTALL)
# Folders of the page that stand below the sandbox.
_FOLDERS = ("/opt/", "/srv/", "/var/", "/etc/systemd/", "~/")

# What only root can do, done as this account: other accounts are left out.
_SUDO = """#!/bin/sh
[ "$1" = -u ] && shift 2
case "$1" in
useradd) exit 0 ;;
install)
    shift
    exec install $(echo "$*" | sed -E 's/-[og] [a-z]+//g')
    ;;
esac
exec "$@"
"""

# start, stop, restart, enable --now of the units in etc/systemd/system.
_SYSTEMCTL = """#!{python}
import os, re, signal, subprocess, sys, time
from pathlib import Path
box = Path({box!r})
def pid_file(unit): return box / (unit + ".pid")
def command(unit):
    text = (box / "etc/systemd/system" / (unit + ".service")).read_text(encoding="utf-8")
    told = re.search("^ExecStart=(.*)$", text, re.MULTILINE)[1].split()
    return ["sh", "-c", "exec " + " ".join(told)], "Type=oneshot" in text
def start(unit):
    if unit.endswith(".timer"): return 0
    told, once = command(unit)
    log = open(box / (unit + ".log"), "ab")
    if once: return subprocess.run(told, cwd=box / "srv/fanwen", stdout=log, stderr=log).returncode
    started = subprocess.Popen(told, cwd=box / "srv/fanwen", stdout=log, stderr=log, start_new_session=True)
    pid_file(unit).write_text(str(started.pid))
    return 0
def stop(unit):
    if not pid_file(unit).exists(): return 0
    pid = int(pid_file(unit).read_text())
    pid_file(unit).unlink()
    os.kill(pid, signal.SIGTERM)
    for _ in range(400):
        try:
            state = Path("/proc", str(pid), "stat").read_text().rsplit(")", 1)[1].split()[0]
        except FileNotFoundError:
            return 0
        if state == "Z": return 0
        time.sleep(0.1)
    return 1
verb, units = sys.argv[1], [unit.removesuffix(".service") for unit in sys.argv[2:] if not unit.startswith("-")]
acts = {{"start": [start], "stop": [stop], "restart": [stop, start], "enable": [start], "daemon-reload": []}}
sys.exit(max([act(unit) for unit in units for act in acts[verb]], default=0))
"""


def blocks() -> Mapping[str, str]:
    """The steps of the page by name."""
    return dict(_BLOCK.findall(PAGE.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Machine:
    """A folder that plays the machine of the page."""

    box: Path
    port: int

    @classmethod
    def made(cls, box: Path) -> Machine:
        """A new one, without a program and without documents."""
        machine = cls(box, free_port())
        for folder in ("bin", "opt", "srv", "var/tmp", "var/backups", "etc/systemd/system", "home", "checkout"):
            (box / folder).mkdir(parents=True)
        machine._put("sudo", _SUDO)
        machine._put("systemctl", _SYSTEMCTL.format(python=sys.executable, box=str(box)))
        return machine

    def program(self, version: str) -> Path:
        """Put a program into /opt that is the one under test."""
        path = self.box / "opt" / f"fanwen-{version}" / "bin" / "fanwen"
        path.parent.mkdir(parents=True)
        path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m indexer.cli "$@"\n', encoding="utf-8")
        path.chmod(0o755)
        return path

    def run(self, name: str, *, folder: Path | None = None, offline: bool = False) -> str:
        """Run the steps called *name* as the page tells them; what they print. Any step that fails ends them and the test.

        :param folder: where the prompt stands, a copy of the checkout.
        :param offline: no program that asks for a proxy reaches anybody.
        """
        environ = {**os.environ, "PATH": f"{self.box / 'bin'}:{os.environ['PATH']}", "PYTHONUTF8": "1"}
        # A checkout in the path would pass for an installed program.
        environ.pop("PYTHONPATH", None)
        if offline:
            environ |= dict.fromkeys(("http_proxy", "https_proxy", "PIP_INDEX_URL"), "http://127.0.0.1:9")
        script = "set -eu\n" + self.here(blocks()[name])
        ended = subprocess.run(
            ["sh", "-c", script],
            cwd=folder or self.box / "checkout",
            env=environ,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert ended.returncode == 0, f"{script}\n{ended.stdout}\n{ended.stderr}\n{self._logs()}"
        return ended.stdout

    def here(self, text: str) -> str:
        """*text* with the folders of this machine, and its port."""
        for folder in _FOLDERS:
            text = re.sub(
                rf"(?<![\w.{{}}/-]){re.escape(folder)}", f"{self.box}/{folder.replace('~', 'home').lstrip('/')}", text
            )
        return text.replace(":8000", f":{self.port}").replace("port = 8000", f"port = {self.port}")

    def point_units(self) -> None:
        """A checkout whose units lead to this machine's folders: systemd knows no others, but here the machine is a folder."""
        shown = self.box / "checkout" / "examples" / "systemd"
        shown.mkdir(parents=True)
        for unit in UNITS.iterdir():
            (shown / unit.name).write_text(self.here(unit.read_text(encoding="utf-8")), encoding="utf-8")

    def systemctl(self, *arguments: str) -> None:
        """As at the prompt."""
        subprocess.run([self.box / "bin" / "systemctl", *arguments], check=True, timeout=120)

    def _put(self, name: str, script: str) -> None:
        (self.box / "bin" / name).write_text(script, encoding="utf-8")
        (self.box / "bin" / name).chmod(0o755)

    def _logs(self) -> str:
        return "\n".join(path.read_text(encoding="utf-8")[-2000:] for path in self.box.glob("*.log"))
