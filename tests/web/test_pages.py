"""The pages over a real index: what a writer sees and where the links lead."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from tests.web.reading import Read, asked, read
from tests.web.shelf import TEXTS

QUERY = "环境整治"


def results(client: FlaskClient, **arguments: object) -> Read:
    return read(client, "/search", **arguments)


def open_hit(client: FlaskClient, query: str) -> Read:
    """The passage page of the first result."""
    return read(client, results(client, q=query).tree.xpath("//article/h2/a/@href")[0])


def test_the_first_page_tells_what_is_in_the_library_and_how_to_ask(client: FlaskClient) -> None:
    page = read(client, "/")
    assert page.status == 200
    assert page.one("//h1") == "范文检索"
    assert f"{len(TEXTS)} 篇文章" in page.text
    assert "总结 3 篇" in page.text
    kind = read(client, page.link("述职报告"))
    assert kind.all("//article/h2") == ["周家坳村党支部书记述职报告"] * 2


def test_every_example_of_the_first_page_is_read_by_the_search(client: FlaskClient) -> None:
    page = read(client, "/")
    links = page.tree.xpath("//ul[@class='examples']//a/@href")
    assert len(links) >= 5
    assert {client.get(link).status_code for link in links} == {200}


def test_results_are_marked_and_tell_where_they_stand(client: FlaskClient) -> None:
    page = results(client, q="水库 OR 板凳会")
    assert page.one("//h1") == "水库 OR 板凳会"
    assert page.one("//article/h2") == "芦塘镇2022年环境整治工作总结"
    assert page.one("//p[@class='trail']") == "一、主要做法 › （一）抓宣传，让群众愿意参与"
    assert page.all("//p[@class='snippet']/mark") == ["板凳会"]
    facts = page.all("//ul[@class='facts']/li")
    assert facts[:3] == ["总结", "2022 年", "部分：做法"]
    assert re.fullmatch(r"总结/芦塘镇2022年环境整治工作总结\.txt，第 \d+ 行", facts[3])
    assert "读作：" in page.text


def test_the_flags_of_a_passage_are_told_in_words(client: FlaskClient) -> None:
    page = results(client, q="锦旗")
    assert page.all("//li[@class='flag']") == ["含留空", "句子不全"]


def test_at_most_two_passages_of_a_document_are_listed_and_the_others_are_a_link_away(client: FlaskClient) -> None:
    page = results(client, q=QUERY, per_page=20)
    title = "芦塘镇2022年环境整治工作总结"
    assert page.all("//article/h2").count(title) == 2
    whole = read(client, page.link("本篇另有 3 段"))
    assert whole.all("//article/h2") == [title] * 5
    assert "共 5 段" in whole.text
    assert f"去掉条件：只看：{title}" in whole.text.replace("×", "")
    back = read(client, whole.link("去掉条件"))
    assert len(set(back.all("//article/h2"))) > 1


def test_a_filter_narrows_the_results_and_is_removed_by_its_own_link(client: FlaskClient) -> None:
    page = results(client, q=QUERY)
    narrowed = read(client, page.link("汇报 5 段"))
    assert "共 5 段" in narrowed.text
    assert set(narrowed.all("//ul[@class='facts']/li[1]")) == {"汇报"}
    assert asked(narrowed.link("去掉条件")) == {"q": [QUERY]}
    assert asked(narrowed.link("取消")) == {"q": [QUERY]}


def test_filters_add_up_and_are_removed_one_by_one_or_all_at_once(client: FlaskClient) -> None:
    page = results(
        client, q=QUERY, kind="总结", year_from=2022, year_to=2022, script="hans", source="总结", sort="date"
    )
    chips = page.all("//a[starts-with(@class, 'chip')]/span[@class='name']")
    assert chips == ["文种：总结", "年份：2022", "来源：总结", "字形：简体"]
    assert asked(page.link("去掉条件：年份")) == {
        "q": [QUERY],
        "kind": ["总结"],
        "script": ["hans"],
        "source": ["总结"],
        "sort": ["date"],
    }
    assert asked(page.link("全部去掉")) == {"q": [QUERY], "sort": ["date"]}


def test_years_are_chosen_by_a_link_or_by_a_form_that_keeps_the_other_filters(client: FlaskClient) -> None:
    page = results(client, q=QUERY, kind="总结")
    assert asked(page.link("2023")) == {"q": [QUERY], "kind": ["总结"], "year_from": ["2023"], "year_to": ["2023"]}
    hidden = page.tree.xpath("//form[@class='years']/input[@type='hidden']")
    assert {(each.get("name"), each.get("value")) for each in hidden} == {("q", QUERY), ("kind", "总结")}
    since = results(client, q=QUERY, year_from=2023)
    assert "年份：2023 年以来" in since.text


def test_sources_are_offered_by_file_where_they_are_few(client: FlaskClient) -> None:
    page = results(client, q=QUERY)
    found = read(client, page.link("柳湾街道环境整治情况汇报.txt"))
    assert set(found.all("//article/h2")) == {"柳湾街道环境整治情况汇报"}


def test_traditional_text_is_found_by_either_script_and_carries_its_language(client: FlaskClient) -> None:
    page = results(client, q="园区 环境整治", script="hant")
    assert set(page.tree.xpath("//article/@lang")) == {"zh-Hant"}
    assert {"園區", "環境整治"} <= set(page.all("//p[@class='snippet']/mark"))
    assert open_hit(client, "园区").tree.xpath("//article/@lang") == ["zh-Hant"]


def test_results_are_sorted_by_date_on_request(client: FlaskClient) -> None:
    page = results(client, q=QUERY)
    assert page.one("//nav[@class='sorts']/a[@aria-current]") == "相关"
    dated = read(client, page.link("日期"))
    assert dated.one("//nav[@class='sorts']/a[@aria-current]") == "日期"
    assert dated.all("//article/h2")[:2] == ["赤岩乡2023年环境整治工作总结"] * 2


def test_pages_are_turned_forth_and_back(client: FlaskClient) -> None:
    first = results(client, q=QUERY)
    assert not first.tree.xpath("//a[@rel='prev']")
    second = read(client, first.link("下一页"))
    assert second.one("//nav[@class='pager']//a[@aria-current='page']") == "第 2 页"
    assert second.tree.xpath("//ol/@start") == ["5"]
    assert not set(second.tree.xpath("//article/h2/a/@href")) & set(first.tree.xpath("//article/h2/a/@href"))
    assert read(client, second.link("上一页")).all("//article/h2") == first.all("//article/h2")


def test_a_page_beyond_the_last_is_answered_with_the_last_and_told(client: FlaskClient) -> None:
    page = results(client, q=QUERY, page=99)
    assert page.status == 200
    assert page.one("//ul[@class='notices']/li") == "没有第 99 页，显示的是第 3 页。"
    assert page.all("//article/h2")
    assert not page.tree.xpath("//a[@rel='next']")


def test_what_was_changed_in_an_address_is_told_in_one_line_each(client: FlaskClient) -> None:
    page = results(client, q=QUERY, page="abc", foo="<b>1</b>", year_from=3000)
    assert page.status == 200
    assert len(page.all("//ul[@class='notices']/li")) == 3


def test_a_search_that_had_to_be_relaxed_says_so(client: FlaskClient) -> None:
    page = results(client, q="环境整治 龘")
    assert page.all("//article")
    assert "龘" in page.one("//p[@class='relaxed']")


def test_an_oddity_of_the_query_is_told_above_the_results(client: FlaskClient) -> None:
    page = results(client, q="（环境整治")
    assert page.all("//article")
    assert len(page.all("//ul[@class='notices']/li")) == 1


def test_nothing_found_says_what_to_try(client: FlaskClient) -> None:
    page = results(client, q="龘龘", kind="总结")
    assert page.status == 200
    assert "没有找到" in page.text
    assert "可以试试" in page.text
    assert asked(page.link("去掉全部筛选条件")) == {"q": ["龘龘"]}
    assert page.tree.xpath("//input[@name='q']/@value") == ["龘龘"]


def test_without_a_query_the_whole_library_is_listed(client: FlaskClient) -> None:
    page = results(client, q="")
    assert page.one("//h1") == "全部段落"
    assert len(page.all("//article")) == 4


def test_a_new_query_keeps_the_filters_but_starts_at_the_first_page(client: FlaskClient) -> None:
    page = results(client, q=QUERY, kind="总结", page=2, sort="date")
    hidden = page.tree.xpath("//form[@role='search']/input[@type='hidden']")
    assert [(each.get("name"), each.get("value")) for each in hidden] == [("sort", "date"), ("kind", "总结")]


def test_a_passage_stands_whole_and_marked_between_its_neighbours(client: FlaskClient) -> None:
    page = open_hit(client, "红旗户")
    assert page.one("//h1") == "芦塘镇2022年环境整治工作总结"
    text = page.tree.get_element_by_id("passage").text_content()
    assert (
        text
        == "（三）抓长效，让干净成为习惯。环境整治实行户分类、村收集、镇转运，每月评一次红旗户，红旗直接插到院门口。"
    )
    assert page.all("//p[@id='passage']/mark") == ["红旗户"]
    assert len(page.all("//div[@class='near']")) == 4
    assert "第 3 段，全篇 5 段" in page.text
    assert page.tree.xpath("//*[@class='take']/@data-text") == [text]


def test_headings_are_shown_where_they_begin_but_not_twice_where_they_run_into_the_text(client: FlaskClient) -> None:
    headings = "//p[@class='near-heading']"
    assert open_hit(client, "保洁员").all(headings) == ["二、存在的问题", "三、下一步打算"]
    assert open_hit(client, "板凳会").all(headings) == ["一、主要做法"]


def test_the_outline_leads_to_the_first_passage_under_each_heading(client: FlaskClient) -> None:
    page = open_hit(client, "红旗户")
    assert page.all("//nav[@aria-label='提纲']//li")[0] == "一、主要做法"
    assert page.one("//nav[@aria-label='提纲']//a[@aria-current]").startswith("（三）抓长效")
    plans = read(client, page.link("三、下一步打算"))
    assert "小菜园" in plans.one("//p[@id='passage']")
    assert plans.one("//nav[@aria-label='提纲']//a[@aria-current]") == "三、下一步打算"


def test_a_reader_walks_from_passage_to_passage_and_back_to_the_results(client: FlaskClient) -> None:
    found = results(client, q=QUERY, kind="总结", page=2)
    page = next(
        page
        for address in found.tree.xpath("//article/h2/a/@href")
        if (page := read(client, address)).tree.xpath("//a[@rel='prev']")
    )
    following = read(client, page.link("上一段"))
    assert read(client, following.link("下一段")).text == page.text
    assert read(client, following.link("返回检索结果")).text == found.text


def test_the_first_and_last_passage_lead_only_one_way(client: FlaskClient) -> None:
    first = read(client, open_hit(client, "猪圈").response.request.path)  # without the query
    assert not first.tree.xpath("//a[@rel='prev']")
    assert not first.tree.xpath("//p[@class='back']")
    last = read(client, first.link("下一段"))
    assert not last.tree.xpath("//a[@rel='next']")


def test_what_is_known_of_a_document_stands_beside_its_passage(client: FlaskClient) -> None:
    page = open_hit(client, "红旗户")
    facts = dict(zip(page.all("//aside//dt"), page.all("//aside//dd"), strict=True))
    assert facts["文种"] == "总结"
    assert facts["日期"] == "2022-12-20"
    assert facts["来源"] == "总结/芦塘镇2022年环境整治工作总结.txt"
    assert facts["位置"].startswith("第 ")


def test_blanks_are_shown_softly_and_what_to_do_about_them_is_told(client: FlaskClient) -> None:
    page = open_hit(client, "锦旗")
    assert page.all("//span[@class='mask']") == ["x月x日", "xx.xx"]
    assert "用时请补上" in page.text
    assert page.tree.get_element_by_id("passage").text_content().startswith("截至x月x日，共清理")


def test_notes_of_a_document_are_given_with_those_the_passage_uses_first(client: FlaskClient) -> None:
    page = open_hit(client, "河长")
    assert page.all("//section[@class='glossary']//dt") == ["三长联动 本段用到", "一户一档"]
    assert "河长、路长、田长" in page.all("//section[@class='glossary']//dd")[0]


def test_markup_in_a_text_is_shown_and_does_nothing(client: FlaskClient) -> None:
    page = results(client, q="残码")
    assert "<script>alert('整治')</script>和<mark>环境整治</mark>" in page.one("//p[@class='snippet']")
    assert page.all("//p[@class='snippet']//mark") == ["残码"]
    reading = open_hit(client, "残码")
    for shown in (page, reading):
        assert shown.tree.xpath("//main//script") == []
        assert shown.tree.xpath("//script[not(@src)]") == []


@pytest.mark.parametrize(
    "query", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "\x00环\ud800境"]
)
def test_a_hostile_query_is_only_ever_text(client: FlaskClient, query: str) -> None:
    for page in (results(client, q=query.encode("utf-8", "replace").decode()), open_hit_with(client, query)):
        assert page.status == 200
        assert not page.tree.xpath("//img | //main//script | //*[@onerror]")
        assert "49" not in page.tree.xpath("//input[@name='q']/@value")[0]


def open_hit_with(client: FlaskClient, query: str) -> Read:
    return read(client, open_hit(client, "红旗户").response.request.path, q=query.encode("utf-8", "replace").decode())


@pytest.mark.parametrize("path", ["/", "/search?q=环境整治", "/search?q=龘", "/search?q=" + "整" * 300, "/nowhere"])
def test_every_page_has_one_heading_a_main_part_and_a_way_past_the_head(client: FlaskClient, path: str) -> None:
    page = read(client, path)
    assert len(page.tree.xpath("//h1")) == 1
    assert len(page.tree.xpath("//main[@id='main']")) == 1
    assert page.tree.xpath("//a[@class='skip']/@href") == ["#main"]
    assert page.tree.xpath("/html/@lang") == ["zh-CN"]
    assert page.one("//title").endswith("范文检索")
    levels = [int(each.tag[1]) for each in page.tree.xpath("//h1 | //h2 | //h3")]
    assert set(levels) <= {1, 2}
