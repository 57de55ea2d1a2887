"""The basket's side of the service: its page, and documents of what a browser sends."""

from __future__ import annotations

import io
import json
import re
import time
from math import prod
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import web
from indexer import deadline
from tests.web.reading import read
from tests.web.test_pages import open_hit
from web.pages.basket import BYTES
from writing import material
from writing.material import ITEMS, TEXT

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ITEM = {
    "text": "镇里开了四十多场板凳会,花了xx万元.",
    "title": "芦塘镇总结",
    "source": "总结/芦塘镇.txt",
    "place": "第 4 行",
}


def send(client: FlaskClient, value: Any, **options: Any) -> TestResponse:
    """What the service answers to a basket."""
    body = value if isinstance(value, bytes | str) else json.dumps(value)
    return client.post("/basket.docx", **{"data": body, "content_type": "application/json", **options})


def problem(answer: TestResponse) -> dict[str, Any]:
    """What went wrong, as programs read it."""
    assert answer.mimetype == "application/problem+json"
    told: dict[str, Any] = answer.get_json()
    return told


def paragraphs(answer: TestResponse) -> list[str]:
    assert answer.mimetype == WORD, answer.get_data(as_text=True)
    return [paragraph.text for paragraph in Document(io.BytesIO(answer.data)).paragraphs]


def test_the_page_of_the_basket_is_the_same_for_everybody(client: FlaskClient) -> None:
    page = read(client, "/basket")
    assert page.status == 200
    assert page.one("//h1") == "素材篮"
    assert page.tree.xpath("//*[@id='basket']/@hidden")
    assert "Set-Cookie" not in page.response.headers


def test_every_page_leads_to_the_basket(client: FlaskClient) -> None:
    for path in ("/", "/search?q=环境整治", "/basket", "/nowhere"):
        assert read(client, path).tree.xpath("//a[@class='to-basket']/@href") == ["/basket"]


def test_a_document_is_made_of_what_is_sent(client: FlaskClient) -> None:
    answer = send(client, {"title": "环境整治素材", "items": [ITEM], "sources": False})
    assert paragraphs(answer) == ["环境整治素材", "", "镇里开了四十多场板凳会，花了【 】万元。"]
    assert answer.headers["Content-Disposition"].endswith("%E7%8E%AF%E5%A2%83%E6%95%B4%E6%B2%BB%E7%B4%A0%E6%9D%90.docx")
    assert "Set-Cookie" not in answer.headers


def test_the_texts_stay_as_they_are_where_no_cleaning_is_wanted(client: FlaskClient) -> None:
    assert paragraphs(send(client, {"items": [ITEM], "clean": False, "sources": False}))[2] == ITEM["text"]


def test_a_title_cannot_name_a_file_elsewhere(client: FlaskClient) -> None:
    answer = send(client, {"title": '../../etc/"a"\r\nX: y', "items": [ITEM]})
    assert answer.status_code == 200
    name = answer.headers["Content-Disposition"]
    assert "/" not in name
    assert "\n" not in name
    assert "X" not in answer.headers


REFUSED: dict[str, tuple[Any, str]] = {
    "没有素材": ({"items": []}, "至少一条"),
    "不是对象": ([ITEM], "应为一个 JSON 对象"),
    "素材不是一组": ({"items": "x"}, "应为一组素材"),
    "太多条": ({"items": [ITEM] * (ITEMS + 1)}, f"最多导出 {ITEMS} 条"),
    "太长": ({"items": [ITEM, {"text": "长" * (TEXT + 1)}]}, "第 2 条素材的“text”有 20001 字"),
    "没有文字": ({"items": [{"text": " \n"}]}, "第 1 条素材没有文字"),
    "文字是数": ({"items": [{"text": 5}]}, "应为文字"),
    "陌生的项": ({"items": [{**ITEM, "href": "x"}]}, "不认识的项“href”"),
    "陌生的开关": ({"items": [ITEM], "password": "x"}, "不认识的项“password”"),
    "开关不是真假": ({"items": [ITEM], "clean": "no"}, "应为 true 或 false"),
    "太多段": ({"items": [{"text": "段\n" * 4_000}] * 2}, "最多导出 4000 段"),
    "不是 JSON": ("{", "不是完整的 JSON"),
    "不是文字": (b"\xff\xfe{", "不是完整的 JSON"),
    "嵌套太深": ("[" * 100_000, ""),
    "空的": ("", "不是完整的 JSON"),
}


@pytest.mark.parametrize(("value", "told"), REFUSED.values(), ids=list(REFUSED))
def test_what_cannot_be_used_is_refused_with_what_is_wrong(client: FlaskClient, value: Any, told: str) -> None:
    answer = send(client, value)
    assert answer.status_code == 400
    assert told in problem(answer)["detail"]
    assert problem(answer)["code"] == "bad_material"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_only_json_is_read_so_that_no_form_elsewhere_can_send_it(client: FlaskClient, kind: str) -> None:
    answer = send(client, {"items": [ITEM]}, content_type=kind)
    assert (answer.status_code, problem(answer)["code"]) == (415, "not_json")


def test_a_body_of_more_than_two_megabytes_is_not_read(client: FlaskClient) -> None:
    answer = send(client, b" " * (2 << 20) + b"{}")
    assert (answer.status_code, problem(answer)["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_a_page_of_another_origin_gets_no_document(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = send(client, {"items": [ITEM]}, headers=headers)
    assert (answer.status_code, problem(answer)["code"]) == (403, "other_origin")


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "same-origin", "Origin": "http://other"}, {"Origin": "http://localhost"}, {}]
)
def test_our_own_page_gets_one(client: FlaskClient, headers: dict[str, str]) -> None:
    assert send(client, {"items": [ITEM]}, headers=headers).status_code == 200


def test_two_megabytes_of_hostile_text_are_answered_in_the_time_of_a_request(client: FlaskClient) -> None:
    for hostile in ("'" + "整" * 3_300, "(" * 4_700 + ")" * 4_700 + "整", "×*" * 3_200):
        begun = time.process_time()
        answer = send(client, json.dumps({"items": [{"text": hostile}] * ITEMS}, ensure_ascii=False).encode())
        assert time.process_time() - begun < 4, hostile[:4]
        assert answer.status_code in (200, 503), hostile[:4]


def test_a_document_that_takes_too_long_is_refused_with_what_to_do(client: FlaskClient) -> None:
    with deadline.within(0):
        answer = send(client, {"items": [ITEM]})
    assert (answer.status_code, problem(answer)["code"]) == (503, "too_long")
    assert "请分几次导出" in problem(answer)["detail"]
    assert answer.headers["Retry-After"] == "2"


def test_the_bounds_of_the_basket_in_the_browser_are_those_of_the_service() -> None:
    script = (Path(web.__file__).parent / "static" / "store.js").read_text(encoding="utf-8")
    (written,) = re.findall(r"export const LIMITS = \{ (.*) \};", script)
    limits = {name: prod(map(int, bound.split(" * "))) for name, bound in re.findall(r"(\w+): ([\d* ]+\d)", written)}
    assert {name: limits[name] for name in ("items", "bytes", "text", "note", "field")} == {
        "items": material.ITEMS,
        "bytes": BYTES,
        "text": material.TEXT,
        "note": material.NOTE,
        "field": material.FIELD,
    }


def test_a_document_of_the_basket_cannot_be_fetched(client: FlaskClient) -> None:
    assert client.get("/basket.docx").status_code == 405


def test_a_passage_is_had_as_a_document_without_a_script(client: FlaskClient) -> None:
    page = open_hit(client, "红旗户")
    answer = client.get(page.link("下载 Word 文档"))
    written = paragraphs(answer)
    assert written[0] == "芦塘镇2022年环境整治工作总结"
    assert written[2].startswith("（三）抓长效，让干净成为习惯。")
    assert written[-1].startswith(
        "1. 《芦塘镇2022年环境整治工作总结》，2022-12-20，总结/芦塘镇2022年环境整治工作总结.txt，第 "
    )


def test_a_passage_that_is_gone_gives_a_page_that_says_so(client: FlaskClient) -> None:
    page = read(client, "/passage/nothing-0.docx")
    assert page.status == 404
    assert "没有这一段" in page.text


def test_a_hit_holds_the_clean_text_only_where_it_differs(client: FlaskClient) -> None:
    hits = read(client, "/search", q="锦旗 OR 红旗户").tree.xpath("//*[@class='take']")
    held = {hit.get("data-text")[:4]: hit.get("data-clean") for hit in hits}
    assert held["（三）抓"] is None
    assert held["截至x月"] == "截至【 】月【 】日，共清理楼道杂物二百余车，环境整治投入资金【 】万元，群众送来锦旗七面"
