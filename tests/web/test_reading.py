"""A passage in its document, what resembles it, and its versions side by side."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.desk import DITCH, DREDGING, FILLED, HOSTILE, SHEEP, TEXTS
from tests.web.reading import Read, asked, read
from tests.web.shelf import make_app


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application over the texts of ``desk``."""
    made, search = make_app(tmp_path_factory.mktemp("desk") / "index", TEXTS)
    yield made
    search.close()


@pytest.fixture
def reader(desk: Flask) -> FlaskClient:
    return desk.test_client()


def opened(client: FlaskClient, text: str) -> Read:
    """The page of the passage that begins like *text*, found by a search for it."""
    found = read(client, "/search", q=f'"{text[:20]}"', per_page=20, off="copies")
    for link in found.tree.xpath("//article/h2/a/@href"):
        page = read(client, link)
        if page.one("//p[@id='passage']") == text:
            return page
    raise AssertionError(f"没有找到：{text}")


def beside(client: FlaskClient, text: str, words: str) -> Read:
    """The page that a link of the passage's page leads to."""
    return read(client, opened(client, text).link(words))


def headings(page: Read) -> list[int]:
    return [int(each.tag[1]) for each in page.tree.xpath("//h1|//h2|//h3|//h4")]


# --- the passage in its document


def test_more_of_the_document_is_a_link_away_until_all_of_it_is_shown(reader: FlaskClient) -> None:
    page = read(reader, read(reader, "/search", q="第20河段").tree.xpath("//article/h2/a/@href")[0])
    shown = []
    while wider := page.tree.xpath("//p[@class='wider']/a/@href"):
        shown.append(len(page.all("//div[@class='near']")))
        page = read(reader, wider[0])
    shown.append(len(page.all("//div[@class='near']")))
    assert shown[0] == 4
    assert shown == sorted(set(shown))
    assert shown[-1] == 39
    assert "q" in asked(page.tree.xpath("//a[@rel='next']/@href")[0])


def test_a_short_document_is_shown_whole_and_offers_no_more(reader: FlaskClient) -> None:
    assert not opened(reader, SHEEP).tree.xpath("//p[@class='wider']")


@pytest.mark.parametrize("around", ["", "x", "-1", "1000000", "7", "２"])
def test_a_number_of_neighbours_that_is_not_offered_is_that_of_the_first_look(reader: FlaskClient, around: str) -> None:
    path = opened(reader, DREDGING).response.request.path
    page = read(reader, path, around=around)
    assert page.status == 200
    assert not page.tree.xpath("//*[@class='notices']")


def test_links_to_a_passage_lead_to_the_passage_on_its_page(reader: FlaskClient) -> None:
    page = opened(reader, DREDGING)
    links = page.tree.xpath("//a[@class='number' or @rel or ancestor::nav[@aria-label='提纲']]/@href")
    assert links
    assert all(link.endswith("#passage") for link in links)
    assert page.one("//*[@id='passage']") == DREDGING


def test_the_heading_that_the_passage_stands_under_is_marked_in_the_outline(reader: FlaskClient) -> None:
    page = opened(reader, DREDGING)
    assert page.all("//nav[@aria-label='提纲']//*[@aria-current='true']") == ["（二）抓攻坚，把难点逐个拿下"]
    assert page.one("//section[@id='outline']/h2") == "提纲"


# --- what resembles it


def test_a_passage_in_other_words_is_listed_with_its_place_and_what_both_have_is_marked(reader: FlaskClient) -> None:
    page = beside(reader, DREDGING, "看写法相近的段落")
    assert page.one("//h1") == "相近的段落"
    assert page.all("//article/h3")[0] == "梅岭乡集镇面貌提升情况汇报"
    assert "污水沟" in page.all("//article[1]/p[@class='snippet']/mark")
    assert page.all("//article[1]/p[@class='snippet']")[0] == DITCH
    assert "汇报/梅岭乡汇报.txt，第 2 行" in page.all("//article//li")


def test_what_resembles_a_passage_leads_to_it_and_back(reader: FlaskClient) -> None:
    page = beside(reader, DREDGING, "看写法相近的段落")
    assert read(reader, page.link("梅岭乡集镇面貌提升情况汇报")).one("//p[@id='passage']") == DITCH
    back = read(reader, page.link("返回这一段"))
    assert back.one("//p[@id='passage']") == DREDGING
    assert back.link("返回检索结果")


def test_the_list_tells_how_many_versions_there_are(reader: FlaskClient) -> None:
    page = beside(reader, DREDGING, "看写法相近的段落")
    assert read(reader, page.link("另有 3 个版本，并排对照")).one("//h1") == "版本对照"


def test_where_nothing_resembles_a_passage_it_is_said(reader: FlaskClient) -> None:
    page = beside(reader, SHEEP, "看写法相近的段落")
    assert page.status == 200
    assert page.one("//p[@class='none']") == "文库里没有写法相近的段落。"
    assert "个版本" not in page.text


# --- its versions


def pair(page: Read, title: str) -> tuple[list[str], list[str]]:
    """What is marked of the passage and of the version of that title."""
    own = f"//section[@class='compared'][h2/a[text()='{title}']]"
    return page.all(f"{own}//div[contains(@class, 'ours')]//mark"), page.all(
        f"{own}//div[contains(@class, 'theirs')]//mark"
    )


def test_what_differs_from_each_version_is_marked_on_both_sides(reader: FlaskClient) -> None:
    page = beside(reader, DREDGING, "与其他版本并排对照")
    assert pair(page, "石桥镇2023年环境整治工作总结") == (["三十七", "九", "1.2"], ["四十五", "六", "0.8"])
    texts = page.all("//section[@class='compared']//p[@class='text']")
    assert texts[0::2] == [DREDGING] * 3
    assert FILLED in texts[1::2]


def test_the_differences_are_told_in_words(reader: FlaskClient) -> None:
    page = beside(reader, DREDGING, "与其他版本并排对照")
    told = page.all("//section[h2/a[text()='石桥镇2023年环境整治工作总结']]//div[@class='changes']//li")
    assert told == [
        "这一段写“三十七天” → 这个版本写“四十五天”",
        "这一段写“九百多” → 这个版本写“六百多”",
        "这一段写“1.2公里” → 这个版本写“0.8公里”",
    ]


def test_blanks_of_a_version_are_still_known_as_blanks(reader: FlaskClient) -> None:
    page = beside(reader, DREDGING, "与其他版本并排对照")
    own = "//section[h2/a[text()='双河镇环境整治情况汇报']]"
    assert page.all(f"{own}//span[@class='mask']") == ["××", "xx.xx"]
    assert page.all(f"{own}//span[@class='mask']/mark") == ["××", "xx.xx"]


def test_a_version_in_traditional_script_says_so_and_differs_in_its_words_only(reader: FlaskClient) -> None:
    page = beside(reader, DREDGING, "与其他版本并排对照")
    assert pair(page, "清溪鎮環境整治工作總結") == (["三十七"], ["二十"])
    assert page.all("//div[@lang='zh-Hant']//p[@class='text']")[0].startswith("（二）抓攻堅")


def test_a_passage_without_versions_says_so(reader: FlaskClient) -> None:
    page = beside(reader, SHEEP, "与其他版本并排对照")
    assert page.status == 200
    assert "没有别的版本" in page.text


def test_many_versions_are_compared_in_part_and_the_rest_is_a_link_away(reader: FlaskClient) -> None:
    page = read(reader, read(reader, "/search", q="第20河段").tree.xpath("//article/h2/a/@href")[0])
    compared = read(reader, page.link("与其他版本并排对照"))
    assert len(compared.all("//section[@class='compared']")) == 10
    assert "10 个以上" in compared.text
    rest = read(reader, compared.link("在检索结果里看全部版本"))
    assert "的各个版本" in rest.text


def test_the_list_of_versions_in_the_results_leads_to_the_comparison_and_that_leads_back(reader: FlaskClient) -> None:
    results = read(reader, "/search", q="污水沟 专班 管道")
    listed = read(reader, results.link("个版本"))
    compared = read(reader, listed.link("并排对照"))
    assert compared.one("//h1") == "版本对照"
    passage = read(reader, compared.link("返回这一段"))
    assert asked(passage.link("返回检索结果")) == {"q": ["污水沟 专班 管道"]}


# --- all of them


@pytest.mark.parametrize("words", ["看写法相近的段落", "与其他版本并排对照"])
@pytest.mark.parametrize("text", [DREDGING, SHEEP, HOSTILE])
def test_headings_come_in_order(reader: FlaskClient, text: str, words: str) -> None:
    for page in (opened(reader, text), beside(reader, text, words)):
        levels = headings(page)
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("rest", ["", "/similar", "/versions"])
@pytest.mark.parametrize("passage_id", ["x-0", "0000000000000000-0", "<b>-0"])
def test_a_passage_that_is_gone_is_a_page_that_says_so(reader: FlaskClient, passage_id: str, rest: str) -> None:
    page = read(reader, f"/passage/{passage_id}{rest}")
    assert page.status == 404
    assert "没有这一段" in page.text


def test_hostile_texts_stay_text(reader: FlaskClient) -> None:
    pages = [
        opened(reader, HOSTILE),
        beside(reader, HOSTILE, "看写法相近的段落"),
        beside(reader, DITCH, "看写法相近的段落"),
        beside(reader, HOSTILE, "与其他版本并排对照"),
    ]
    for page in pages:
        assert not page.tree.xpath("//main//script | //main//img")
        assert not page.tree.xpath("//mark[text()='铺设管道'][ancestor::*[@id='passage']]")
    assert "<script>alert('清淤')</script>" in pages[0].text
    assert "怪字<img src=x onerror=alert(1)>汇报" in pages[2].text


def test_a_query_that_cannot_be_read_is_carried_and_does_no_harm(reader: FlaskClient) -> None:
    path = opened(reader, DREDGING).response.request.path
    for rest in ("", "/similar", "/versions"):
        page = read(reader, path + rest, q="（（（")
        assert page.status == 200
