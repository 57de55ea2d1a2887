"""What the search understands, as a writer sees it on the pages."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.web.reading import Read, asked, read
from tests.web.shelf import settings_for
from web import create_app

REMARKS = "//ul[@class='explained']/li/span"


def results(writer: FlaskClient, **arguments: object) -> Read:
    return read(writer, "/search", **arguments)


def test_a_synonym_is_told_and_undone_and_brought_back(writer: FlaskClient) -> None:
    page = results(writer, q="创卫")
    assert page.all(REMARKS) == ["“创卫”也找“创建国家卫生城市”、“创建卫生城市”"]
    assert "创建国家卫生城市" in page.all("//p[@class='snippet']/mark")
    undone = read(writer, page.link("撤销：同义词和简称"))
    assert set(undone.all("//article/h2")) == {"在全县创卫动员会上的讲话"}
    assert undone.all(REMARKS) == ["已停用：同义词和简称"]
    assert read(writer, undone.link("恢复：同义词和简称")).all("//article/h2") == page.all("//article/h2")


def test_a_number_is_found_in_its_other_writing(writer: FlaskClient) -> None:
    page = results(writer, q="八条")
    assert page.all("//p[@class='snippet']/mark") == ["8条", "八条"]
    assert asked(page.link("撤销：数字的不同写法")) == {"q": ["八条"], "off": ["numbers"]}


def test_a_misspelt_query_is_corrected_and_can_be_searched_as_typed(writer: FlaskClient) -> None:
    page = results(writer, q="环竟整治")
    assert page.all("//p[@class='relaxed']/span") == ["没有找到“环竟整治”，已改按“环境整治”检索"]
    assert page.tree.xpath("//input[@id='q']/@value") == ["环竟整治"]
    undone = read(writer, page.link("撤销：改正错字"))
    assert "已改按" not in undone.text
    assert "已停用：改正错字" in undone.text


def test_a_passage_opened_from_a_corrected_query_is_marked(writer: FlaskClient) -> None:
    page = results(writer, q="环竟整治")
    opened = read(writer, page.tree.xpath("//article/h2/a/@href")[0])
    assert "环境整治" in opened.all("//p[@id='passage']/mark")


def test_what_fills_the_gap_of_a_pattern_is_a_link_to_the_sentence(writer: FlaskClient) -> None:
    page = results(writer, q="以…为抓手")
    assert page.all("//section[@class='fillers']//li")[:2] == ["背街小巷 2 处", "网格管理 2 处"]
    sentence = read(writer, page.link("背街小巷"))
    assert sentence.one("//h1") == "“以背街小巷为抓手”"
    assert "共 2 段" in sentence.text
    assert set(sentence.all("//p[@class='snippet']/mark")) == {"以背街小巷为抓手"}


def test_a_pattern_can_be_searched_as_it_is_typed(writer: FlaskClient) -> None:
    page = results(writer, q="以…为抓手")
    undone = read(writer, page.link("撤销：句式"))
    assert not undone.all("//section[@class='fillers']")
    assert "句式" not in undone.one("//li[@class='interpreted']")


def test_versions_are_folded_and_opened_on_demand(writer: FlaskClient) -> None:
    page = results(writer, q="秸秆禁烧 责任书")
    assert len([title for title in page.all("//article/h2") if "秸秆禁烧" in title]) == 1
    versions = read(writer, page.link("另有 2 个版本"))
    towns = {"石桥镇秸秆禁烧工作会议讲话", "梅岭乡秸秆禁烧工作会议讲话", "双河镇秸秆禁烧工作会议讲话"}
    assert set(versions.all("//article/h2")) == towns
    assert "这是“会议强调，各村各单位要切实提高思想认识，把秸秆禁烧作为当前的…”的各个版本" in versions.text
    assert versions.tree.xpath("//input[@id='q']/@value") == ["秸秆禁烧 责任书"]
    assert read(writer, versions.link("返回检索结果")).all("//article/h2") == page.all("//article/h2")
    apart = read(writer, page.link("撤销：合并相近的版本"))
    assert towns <= set(apart.all("//article/h2"))


def test_versions_of_a_passage_that_is_gone_are_answered_with_a_line(writer: FlaskClient) -> None:
    page = results(writer, q="秸秆禁烧", copies_of="0000-0")
    assert page.status == 200
    assert "这一段已不在文库里" in page.text


def test_passages_with_some_of_the_words_are_told_apart_and_left_out_on_request(writer: FlaskClient) -> None:
    page = results(writer, q="环境整治 措施")
    assert re.search(r"共 1 段，另列出 \d+ 段只含部分词语的", page.text)
    assert "未出现：措施" in page.all("//ul[@class='hit-notes']/li")
    complete = read(writer, page.link("只看全部相符的"))
    assert "共 1 段" in complete.text
    assert len(complete.all("//article")) == 1
    assert "未出现：" not in complete.text
    assert "只看全部相符的" not in complete.text


def test_a_sentence_that_is_nearly_there_says_how_near(writer: FlaskClient) -> None:
    page = results(writer, q="硬化巷道十五公里，群众夜里出门心里踏实")
    assert page.all("//ul[@class='hit-notes']/li")[0] == "有 1 个字不同"


def test_the_function_of_a_passage_is_shown_filtered_and_removed(writer: FlaskClient) -> None:
    page = results(writer, q="创建国家卫生城市")
    narrowed = read(writer, page.link("存在问题 1 段"))
    assert set(narrowed.all("//li[@class='does']")) == {"部分：存在问题"}
    assert narrowed.all("//a[starts-with(@class, 'chip')]/span[@class='name']") == ["部分：存在问题"]
    assert asked(narrowed.link("去掉条件：部分")) == {"q": ["创建国家卫生城市"]}


def test_a_word_for_a_function_finds_what_does_it(writer: FlaskClient) -> None:
    page = results(writer, q="卫生院 表态")
    assert page.all("//article/h2")[0] == "卫生院院长2022年述职报告"
    assert "“表态”指文章的部分：表态" in page.text


def test_converted_text_is_flagged(writer: FlaskClient) -> None:
    page = results(writer, q="專案")
    assert "简转繁" in page.all("//li[@class='flag']")
    assert results(writer, q="项目").all("//article/h2") == page.all("//article/h2")


def test_a_new_query_forgets_what_was_undone(writer: FlaskClient) -> None:
    page = results(writer, q="创卫", off="synonyms", function="measures")
    hidden = page.tree.xpath("//form[@role='search']/input[@type='hidden']")
    assert [(each.get("name"), each.get("value")) for each in hidden] == [("function", "measures")]


def test_another_query_that_may_have_been_meant_is_offered(writer: FlaskClient) -> None:
    page = results(writer, q="群众 OR huanjing")
    assert page.one("//p[@class='offers']") == "您是不是要找：群众 OR 环境"
    assert asked(page.link("群众 OR 环境")) == {"q": ["群众 OR 环境"]}


def test_passages_with_some_of_the_words_alone_are_not_counted_as_matches(writer: FlaskClient) -> None:
    page = results(writer, q="网络管理")
    assert re.search(r"没有全部相符的，列出 \d 段只含部分词语的", page.text)
    assert page.all("//article")
    assert "可以试试" not in page.text


def test_what_cannot_be_used_of_the_dictionary_is_told_once_in_the_log(
    index: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "synonyms.txt").write_text("红旗插到院门口 = 红旗直接插到院门口\n没有等号\n", encoding="utf-8")
    app = create_app(replace(settings_for(index), dictionary=tmp_path))
    page = app.test_client().get("/search", query_string={"q": "红旗插到院门口"}).get_data(as_text=True)
    assert "也找“红旗直接插到院门口”" in page
    assert [record.message for record in caplog.records if "没有等号" in record.message] == [
        "synonyms.txt 第 2 行“没有等号”已略去：没有等号，应写成“创卫 = 创建国家卫生城市”。"
    ]
