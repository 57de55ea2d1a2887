"""The wheel of the project, built from a copy of the checkout so that nothing is left behind in it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
TREE = (
    *("indexer", "writing", "web", "templates", "corpus"),
    *("server.py", "setup.cfg", "pyproject.toml", "README.md", "LICENSE"),
)


def build_wheel(folder: Path) -> Path:
    """The wheel, made in *folder*, which is empty."""
    checkout = folder / "checkout"
    checkout.mkdir()
    for name in TREE:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, checkout / name)
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check", f"--wheel-dir={folder}"]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, checkout], check=True, capture_output=True)
    (wheel,) = folder.glob("fanwen-*.whl")
    return wheel
