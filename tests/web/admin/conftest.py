"""A library of its own for each test: what the admin side does changes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from indexer.analysis import Analyzer, default_analyzer
from indexer.config import Settings
from indexer.search import Search
from indexer.state.keys import FILE, Keys
from tests.web.admin.minding import Minder
from web import create_app

SOURCES = {
    "汇报/灯笼坳村产业情况汇报.txt": "灯笼坳村产业情况汇报\n村里把闲置的老粮库改成烘干车间，周边六个村的稻谷都送到这里，一季加工一千八百吨。\n",
    "总结/枫桥站防汛工作总结.txt": "枫桥站防汛工作总结\n汛期三个月，值班室的灯没有灭过，巡堤查险四百余次，处置小型管涌七处，无一人伤亡。\n",
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    sources = tmp_path / "范文"
    for name, text in SOURCES.items():
        (sources / name).parent.mkdir(parents=True, exist_ok=True)
        (sources / name).write_text(text, encoding="utf-8")
    words = tmp_path / "词表"
    words.mkdir()
    return Settings(
        access="open",
        index=tmp_path / "index",
        state=tmp_path / "state",
        sources=(sources,),
        dictionary=words,
        jobs=1,
        upload_files=5,
        upload_mb=1,
        upload_unpacked_mb=2,
    )


@pytest.fixture
def keys(settings: Settings) -> Keys:
    return Keys(settings.state / FILE)


@pytest.fixture
def key(keys: Keys) -> str:
    return keys.make("文秘科", role="admin")


@pytest.fixture(scope="session")
def analyzer() -> Analyzer:
    return default_analyzer()


@pytest.fixture
def app(settings: Settings, analyzer: Analyzer) -> Iterator[Flask]:
    search = Search(folder=settings.index, analyzer=analyzer)
    yield create_app(settings, search)
    search.close()


@pytest.fixture
def stranger(app: Flask) -> Minder:
    return Minder(app.test_client())


@pytest.fixture
def minder(app: Flask, key: str) -> Minder:
    """Somebody who is signed in."""
    minder = Minder(app.test_client())
    assert minder.sign_in(key).status_code == 302
    return minder
