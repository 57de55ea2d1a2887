"""What writers take along: the page of the basket, which lives in the browser, and documents made of its passages."""

from __future__ import annotations

import json
from io import BytesIO

from flask import Blueprint, Response, abort, request, send_file
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from indexer.errors import TooLong
from web.api.problems import RETRY_SOON_SECONDS, problem
from web.guard.origin import is_own
from web.pages.taking import item_of
from web.site import Site
from writing import material
from writing.material import Material, MaterialError
from writing.official import MIMETYPE, document

# Of a request for a document, and of a basket in a browser: see LIMITS in web/static/store.js.
BYTES = 2 << 20
# Deeper than any basket; json gives up at the depth that Python's stack allows.
_TOO_DEEP = "内容嵌套太深，不是素材篮发来的。"


class Basket:
    """The views of the basket."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.search = site.search

    def blueprint(self) -> Blueprint:
        """The routes of this module."""
        routes = Blueprint("basket", __name__)
        routes.add_url_rule("/basket", "page", self.page)
        routes.add_url_rule("/basket.docx", "document", self.document, methods=["POST"])
        routes.add_url_rule("/passage/<passage_id>.docx", "passage", self.passage)
        return routes

    def page(self) -> str:
        """The page that shows what the browser keeps; the service knows nothing of it."""
        return self.site.render("basket.html", query="", box_hidden=())

    def document(self) -> Response:
        """The .docx of the material in the body, which is kept nowhere; a problem (RFC 9457) where it cannot be made."""
        if not is_own(request):
            return problem(403, "other_origin", "不能从别的网站导出", "请在素材篮页面上导出。")
        if request.mimetype != "application/json":
            return problem(415, "not_json", "不支持这种内容", "导出的内容应以 application/json 发来。")
        try:
            return _sent(material.read(_body()))
        except RequestEntityTooLarge:
            return problem(413, "too_large", "素材太多", f"一次最多导出 {BYTES >> 20} MB，请分几次导出。")
        except MaterialError as error:
            return problem(400, "bad_material", "导出不了", str(error))
        except TooLong:
            return _too_long()

    def passage(self, passage_id: str) -> Response:
        """The .docx of one passage, for whoever has no script."""
        view = self.search.passage(passage_id, around=0)
        if view is None:
            abort(404, description="没有这一段。可能文库更新后它换了编号，请重新检索。")
        item = item_of(view.passage, place=view.place)
        return _sent(Material(items=(item,), title=item.title[: material.TITLE] or material.DEFAULT_TITLE))


def _too_long() -> Response:
    response = problem(503, "too_long", "导出超时", "素材太多，规定的时间里没有排完：请分几次导出，或稍后再试。")
    response.headers["Retry-After"] = str(RETRY_SOON_SECONDS)
    return response


def _body() -> object:
    """The decoded body. Raises MaterialError, RequestEntityTooLarge."""
    request.max_content_length = BYTES
    try:
        return json.loads(request.get_data(cache=False))
    except RecursionError as error:
        raise MaterialError(_TOO_DEEP) from error
    except (ValueError, BadRequest) as error:
        raise MaterialError("内容不是完整的 JSON，可能传到一半断了，请再试一次。") from error


def _sent(wanted: Material) -> Response:
    """The document as a download under the name of its title."""
    name = "".join("_" if sign in '\\/:*?"<>|' or not sign.isprintable() else sign for sign in wanted.title)[:80]
    return send_file(BytesIO(document(wanted)), mimetype=MIMETYPE, as_attachment=True, download_name=f"{name}.docx")
