"""Web pages: paragraphs as a reader sees them, navigation told apart, hostile pages bounded."""

from __future__ import annotations

import time

import pytest

from indexer.errors import SourceError

from .samples import document, kinds, texts

PROSE = "<p>" + "今年以来，全镇上下齐心协力，环境面貌明显改善。" * 3 + "</p>"


def page(body: str) -> bytes:
    return f"<html><head><meta charset=utf-8></head><body>{body}</body></html>".encode()


def test_blocks_and_breaks_end_paragraphs_and_inline_tags_do_not() -> None:
    found = document(
        "a.html", page("<p>一、<b>抓</b>源<span>头</span></p>文字<div>二、抓<i>过程</i><br>三、抓结果</div>尾")
    )
    assert texts(found) == ["一、抓源头", "文字", "二、抓过程", "三、抓结果", "尾"]
    assert found.text == "\n".join(texts(found))


def test_unclosed_tags_do_not_swallow_text() -> None:
    assert texts(document("a.html", page("<p>一<p>二<table><tr><td>三<tr><td>四"))) == ["一", "二", "三", "四"]


def test_white_space_collapses_and_a_broken_line_of_han_characters_closes_up() -> None:
    found = document("a.html", page("<p>　　环境\n   整治，\n共 3\n个 点\tmade in\nQingxi&nbsp;</p>"))
    assert texts(found) == ["环境整治，共 3 个 点 made in Qingxi"]


def test_preformatted_lines_are_paragraphs() -> None:
    assert texts(document("a.html", page("<pre>第一条 总则\n第二条 范围</pre>"))) == ["第一条 总则", "第二条 范围"]


def test_scripts_styles_and_hidden_elements_are_not_text() -> None:
    body = (
        "<script>甲</script><style>乙</style><template>丙</template><p hidden>丁</p><p style='DISPLAY : none'>戊</p>己"
    )
    assert texts(document("a.html", page(body + "<!-- 庚 --><select><option>辛</select>"))) == ["己"]


@pytest.mark.parametrize(
    "menu",
    [
        "<nav>栏目</nav>",
        "<div role=navigation>栏目</div>",
        "<div class='main-nav'>栏目</div>",
        "<div id=leftSidebar>栏目</div>",
        "<div class=breadcrumb>栏目</div>",
        "<footer>栏目</footer>",
        "<header>栏目</header>",
        "<ul><li><a href=a>甲</a><li><a href=b>乙</a><li><a href=c>丙</a></ul>",
        "<p><a href=a>首页</a> &gt; <a href=b>总结</a></p>",
    ],
)
def test_navigation_is_kept_as_menu(menu: str) -> None:
    found = document("a.html", page(menu + PROSE))
    assert set(kinds(found)[:-1]) == {"menu"}
    assert kinds(found)[-1] == "paragraph"


def test_an_element_that_holds_most_of_the_prose_is_no_menu_whatever_its_name() -> None:
    assert kinds(document("a.html", page(f"<div class='nav-wrapper sidebar'>{PROSE}</div>"))) == ["paragraph"]


def test_the_header_of_an_article_is_no_menu() -> None:
    found = document("a.html", page(f"<article><header><h1>总结</h1><p>县委办</p></header>{PROSE}</article>"))
    assert kinds(found) == ["heading", "paragraph", "paragraph"]


def test_a_word_that_only_contains_nav_is_no_menu() -> None:
    assert kinds(document("a.html", page(f"<p class=navy>短句</p>{PROSE}"))) == ["paragraph", "paragraph"]


def test_rows_of_data_are_joined_and_tables_for_layout_are_not() -> None:
    data = "<table><tr><th>乡镇</th><th>面积</th></tr><tr><td>北坡</td><td>12&nbsp;亩</td></tr></table>"
    layout = f"<table><tr><td>左栏</td><td>{PROSE}{PROSE}</td></tr></table>"
    assert texts(document("a.html", page(data))) == ["乡镇 | 面积", "北坡 | 12\xa0亩"]
    assert kinds(document("a.html", page(layout))) == ["paragraph"] * 3


def test_meta_prefers_the_names_that_government_sites_use() -> None:
    head = "<title>要闻_某站</title><meta property=og:title content=次><meta name=ArticleTitle content='林长 会议'>"
    found = document("a.html", f"<head>{head}<meta name=PubDate content=2023-09-12></head><p>文".encode())
    assert found.meta == {"title": "林长 会议", "date": "2023-09-12"}


def test_a_page_in_xhtml_with_a_declaration_of_its_encoding_is_read() -> None:
    text = '<?xml version="1.0" encoding="gb2312"?><html><body><p>全镇安全生产形势平稳。</p></body></html>'
    assert texts(document("a.htm", text.encode("gb18030"))) == ["全镇安全生产形势平稳。"]


def test_a_page_that_lies_about_its_charset_is_read_by_its_bytes() -> None:
    text = "<meta charset=big5><p>各乡镇要把防汛责任落实到人，逐段巡查河堤。</p>"
    assert texts(document("a.htm", text.encode("gb18030"))) == ["各乡镇要把防汛责任落实到人，逐段巡查河堤。"]


def test_tags_nested_beyond_reason_are_refused_and_not_cut_off_silently() -> None:
    with pytest.raises(SourceError, match="嵌套过深") as caught:
        document("a.html", b"<div>" * 100_000 + "深".encode())
    assert caught.value.code == "too_large"


def test_tags_nested_a_thousand_deep_are_read() -> None:
    assert texts(document("a.html", b"<div><font>" * 900 + "深处".encode())) == ["深处"]


@pytest.mark.parametrize(
    "body",
    [
        "<p>" + "长" * 4_000_000,
        "<p>x" * 100_000,
        "<" * 1_000_000,
        "<ul><li>" * 900 + "深",
        "<table><tr><td>" * 600 + "深",
    ],
    ids=["one line", "many blocks", "angle brackets", "nested lists", "nested tables"],
)
def test_large_pages_take_linear_time(body: str) -> None:
    begin = time.process_time()
    assert document("a.html", page(body)).blocks
    assert time.process_time() - begin < 5


@pytest.mark.parametrize("data", [b"", b"<html></html>", b"<!-- x", b"<script>var a = 1</script>"])
def test_a_page_without_text_is_empty(data: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        document("a.html", data)
    assert caught.value.code == "empty"
