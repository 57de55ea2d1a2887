"""The word lists: checked, previewed, saved, and what happens when two people edit them at once."""

from __future__ import annotations

import pytest

from indexer.analysis import Analyzer
from indexer.config import Settings
from tests.library import index_texts
from tests.web.admin.conftest import SOURCES
from tests.web.admin.minding import Minder, wait_for_run
from tests.web.reading import Read, read


@pytest.fixture
def indexed(minder: Minder, settings: Settings, analyzer: Analyzer) -> Minder:
    index_texts(settings.index, SOURCES, analyzer)
    return minder


def form(page: Read) -> dict[str, str]:
    """What a browser would send of the lists."""
    texts = {area.get("name"): area.text.lstrip("\n") for area in page.tree.xpath("//textarea")}
    (digest,) = page.tree.xpath("//input[@name='digest']/@value")
    return {**texts, "digest": digest}


def test_new_words_are_previewed_with_what_they_change(indexed: Minder, settings: Settings) -> None:
    sent = form(indexed.open("/admin/wording")) | {"words": "巡堤查险\r\n管涌 50\r\n"}
    page = indexed.post("/admin/wording/check", sent)
    assert "写法都对" in page.text
    assert "2 篇文章需要重新读取" in page.text
    assert page.all("//ul[@class='altered']/li") == ["＋新增：巡堤查险", "＋新增：管涌 50"]
    assert page.all("//tr[td[1]='巡堤查险']/td[@data-name='以后']/span[.='巡堤查险']")
    assert not page.all("//tr[td[1]='巡堤查险']/td[@data-name='现在']/span[.='巡堤查险']")
    assert not (settings.words_folder / "words.txt").exists()


def test_lines_that_cannot_be_used_are_told_with_their_number(indexed: Minder) -> None:
    sent = form(indexed.open("/admin/wording")) | {"words": "网格员\n网\n", "synonyms": "创卫 创文\n"}
    page = indexed.post("/admin/wording/check", sent)
    assert "words.txt 第 2 行" in page.text
    assert "synonyms.txt 第 1 行" in page.text
    assert "写法都对" not in page.text


def test_what_was_typed_is_kept_character_for_character(indexed: Minder) -> None:
    typed = "\n# </textarea><script>alert(1)</script>\n网格员\n"
    sent = form(indexed.open("/admin/wording")) | {"words": typed}
    page = indexed.post("/admin/wording/check", sent)
    assert not page.tree.xpath("//main//script")
    assert page.tree.xpath("//textarea[@name='words']")[0].text == "\n" + typed


def test_saved_synonyms_take_effect_and_words_ask_for_reading_anew(indexed: Minder, settings: Settings) -> None:
    sent = form(indexed.open("/admin/wording")) | {"words": "巡堤查险\n", "synonyms": "谷物 = 稻谷\n"}
    done = indexed.post("/admin/wording", sent)
    page = read(indexed.client, done.response.location)
    assert "已经保存" in page.text
    assert "2 篇文章需要重新读取" in page.text
    assert (settings.words_folder / "synonyms.txt").read_text(encoding="utf-8") == "谷物 = 稻谷\n"
    assert "2 篇文章需要重新读取" in indexed.open("/admin/").text


def test_after_the_next_run_nothing_has_to_be_read_anew(minder: Minder) -> None:
    minder.post("/admin/wording", form(minder.open("/admin/wording")) | {"words": "巡堤查险\n"})
    minder.post("/admin/runs")
    wait_for_run(minder)
    assert "需要重新读取" not in minder.open("/admin/wording").text


def test_of_two_who_edit_at_once_the_second_is_told_and_loses_nothing(indexed: Minder, settings: Settings) -> None:
    mine = form(indexed.open("/admin/wording")) | {"synonyms": "创卫 = 创建卫生城市\n"}
    theirs = form(indexed.open("/admin/wording")) | {"synonyms": "三资 = 资金资产资源\n"}
    assert indexed.post("/admin/wording", theirs).status == 302
    page = indexed.post("/admin/wording", mine)
    assert page.status == 409
    assert "已被别人改过" in page.text
    assert page.tree.xpath("//textarea[@name='synonyms']")[0].text.strip() == "创卫 = 创建卫生城市"
    assert page.link("打开最新的词表") == "/admin/wording"
    assert "三资" in (settings.words_folder / "synonyms.txt").read_text(encoding="utf-8")


def test_before_there_is_an_index_the_lists_can_be_written_already(minder: Minder) -> None:
    sent = form(minder.open("/admin/wording")) | {"words": "网格员\n"}
    assert "写法都对" in minder.post("/admin/wording/check", sent).text
    assert minder.post("/admin/wording", sent).status == 302


def test_a_list_may_have_as_many_characters_as_the_library_reads_and_no_more(minder: Minder) -> None:
    sent = form(minder.open("/admin/wording")) | {"stopwords": "有关\n" * 300_000}
    page = minder.post("/admin/wording", sent)
    assert page.status == 503
    assert "超过 2 MB，没有保存" in page.text
    assert len(page.tree.xpath("//textarea[@name='stopwords']")[0].text) > 800_000
