"""What gunicorn does around the application."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from flask import Flask

from web import serving


@pytest.fixture
def thawing() -> Iterator[None]:
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("thawing")
def test_what_is_loaded_is_kept_out_of_the_collections_of_the_workers() -> None:
    before = gc.get_freeze_count()
    serving.when_ready(None)
    assert gc.get_freeze_count() > before + 10_000


def test_gunicorn_takes_the_module_as_its_configuration() -> None:
    config = pytest.importorskip("gunicorn.config", reason="gunicorn belongs to the extra [serve]").Config()
    known = {name for name in vars(serving) if name in config.settings}
    assert known == {"when_ready"}
    # Refused where it does not take what gunicorn gives.
    config.set("when_ready", serving.when_ready)


def test_every_template_is_compiled_before_the_first_request(app: Flask) -> None:
    assert app.jinja_env.cache is not None
    assert len(list(app.jinja_env.cache.keys())) == len(app.jinja_env.list_templates())
