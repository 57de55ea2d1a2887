"""The service as a part of somebody else's Flask application."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Blueprint, Flask, g, render_template_string, url_for
from flask.testing import FlaskClient

from tests.web.reading import read
from tests.web.shelf import settings_for
from web import create_blueprint

PREFIX = "/tools/fanwen"


@pytest.fixture(scope="module")
def made_index(app: Flask, index: Path) -> Path:
    """The index that the application of the other tests made."""
    assert app.blueprints
    return index


@pytest.fixture(scope="module", params=["fanwen", "library", "apps.library"])
def portal(request: pytest.FixtureRequest, made_index: Path) -> FlaskClient:
    """A portal with a page, templates and error pages of its own; the service in it under a prefix and some name, perhaps
    within a blueprint of the portal."""
    made = Flask("portal")
    outer, _, name = request.param.rpartition(".")
    settings = replace(settings_for(made_index), metrics=True)
    if outer:
        around = Blueprint(outer, "portal", url_prefix="/tools")
        around.register_blueprint(create_blueprint(settings), url_prefix="/fanwen", name=name)
        made.register_blueprint(around)
    else:
        made.register_blueprint(create_blueprint(settings), url_prefix=PREFIX, name=name)
    made.jinja_env.globals["at"] = made.jinja_env.globals["site"] = "the portal's own"

    @made.get("/")
    def home() -> str:
        return render_template_string("门户 {{ at }} {{ address }}", address=url_for(f"{request.param}.pages.welcome"))

    @made.errorhandler(404)
    def lost(_: Exception) -> tuple[str, int]:
        return "门户没有这一页", 404

    return made.test_client()


def test_the_search_answers_under_the_prefix(portal: FlaskClient) -> None:
    page = read(portal, f"{PREFIX}/search", q="红旗户")
    assert page.status == 200
    assert page.all("//mark")
    assert read(portal, page.tree.xpath("//article/h2/a/@href")[0]).status == 200


@pytest.mark.parametrize("path", ["/", "/search?q=环境整治", "/search?q=龘", "/passage/x-0", "/embed"])
def test_no_address_on_a_page_leaves_the_prefix(portal: FlaskClient, path: str) -> None:
    page = read(portal, PREFIX + path)
    addresses = [str(one) for one in page.tree.xpath("//@href | //@src | //@action | //@data-url | //@data-href")]
    assert len(addresses) > 3
    inside = [one for one in addresses if urlsplit(one).path]
    assert [one for one in inside if not one.startswith(PREFIX)] == []


def test_addresses_follow_the_prefix_of_each_request(portal: FlaskClient) -> None:
    for outer in ("/gate", "/door", "", "/gate"):
        page = portal.get(f"{PREFIX}/search?q=红旗户", environ_overrides={"SCRIPT_NAME": outer}).get_data(as_text=True)
        assert f'action="{outer}{PREFIX}/search"' in page
        assert f'src="{outer}{PREFIX}/static/live.js"' in page


def test_addresses_hold_what_a_portal_adds_to_each(made_index: Path) -> None:
    made = Flask("portal")
    made.register_blueprint(create_blueprint(settings_for(made_index)), url_prefix="/<language>/fanwen")

    @made.url_value_preprocessor
    def take(_endpoint: str | None, values: dict[str, str] | None) -> None:
        g.language = (values or {}).pop("language", "")

    @made.url_defaults
    def give(_endpoint: str, values: dict[str, str]) -> None:
        values.setdefault("language", g.language)

    client = made.test_client()
    for language in ("zh", "en", "zh"):
        page = client.get(f"/{language}/fanwen/search?q=红旗户").get_data(as_text=True)
        assert f'action="/{language}/fanwen/search"' in page
        assert f'src="/{language}/fanwen/static/live.js"' in page


def test_what_is_counted_has_the_same_name_wherever_the_service_is_mounted(portal: FlaskClient) -> None:
    portal.get(f"{PREFIX}/search?q=环境整治")
    assert 'endpoint="pages.results"' in portal.get(f"{PREFIX}/metrics").get_data(as_text=True)


def test_every_file_that_a_page_names_is_there(portal: FlaskClient) -> None:
    page = read(portal, f"{PREFIX}/search?q=环境整治")
    for address in page.tree.xpath("//link/@href | //script/@src"):
        with portal.get(address) as response:
            assert response.status_code == 200, address


def test_the_portal_keeps_its_own_pages_errors_and_headers(portal: FlaskClient) -> None:
    home = portal.get("/")
    assert "门户 the portal" in home.get_data(as_text=True)
    assert PREFIX in home.get_data(as_text=True)
    assert "Content-Security-Policy" not in home.headers
    lost = portal.get("/nowhere")
    assert lost.get_data(as_text=True) == "门户没有这一页"


def test_what_goes_wrong_in_the_service_is_told_on_its_own_pages(portal: FlaskClient) -> None:
    page = read(portal, f"{PREFIX}/passage/x-0")
    assert page.status == 404
    assert page.link("回到首页") == f"{PREFIX}/"
    assert "frame-ancestors" in page.response.headers["Content-Security-Policy"]
