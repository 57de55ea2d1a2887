"""The word lists as administrators edit them: checked, previewed, written, and in force without a restart."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.analysis import default_analyzer
from indexer.build import build
from indexer.config import Settings
from indexer.dictionary import Dictionary
from indexer.errors import Outdated, StateError
from indexer.following import Following, site_dictionary
from indexer.generations import IndexFolder
from indexer.search import Page, Search, SearchRequest
from indexer.wording import Change, Changes, Example, Preview, Texts, Wording
from tests.waiting import comes_true

WORK = """云岭镇2023年工作总结

一、主要做法
（一）网格员进楼栋。全镇配备网格员六十二名，屋场会开到群众家门口，收集意见三百一十条。
（二）环境整治。清理河道十二公里，拆除乱搭乱建四十处，新建公厕九座。
"""
PLAN = """青溪县创建国家卫生城市工作计划

一、总体目标
全县十八个村全部通过验收，主干道两侧垃圾日产日清，群众满意度明显提高。
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    library = tmp_path / "文库"
    library.mkdir()
    (library / "总结.txt").write_text(WORK, encoding="utf-8")
    (library / "计划.txt").write_text(PLAN, encoding="utf-8")
    return Settings(index=tmp_path / "索引", state=tmp_path / "state", sources=(library,), jobs=1)


@pytest.fixture
def wording(settings: Settings) -> Wording:
    return Wording(settings.words_folder)


def index(settings: Settings) -> None:
    build(settings, analyzer=default_analyzer(site_dictionary(settings).words))


@contextmanager
def serving(settings: Settings) -> Iterator[Search]:
    with closing(Search(folder=settings.index, dictionary=site_dictionary(settings))) as search:
        yield search


def save(wording: Wording, **texts: str) -> None:
    wording.save(replace(wording.read(), **texts), digest=wording.read().digest)


def asked(search: Search, query: str, *off: str) -> Page:
    return search.search(SearchRequest(query=query, off=frozenset(("fill", *off))))  # type: ignore[arg-type]


def sources(page: Page) -> list[str]:
    return [] if page.relaxed else sorted({hit.record.source for hit in page.hits})


class TestReadingAndWriting:
    def test_lists_that_are_not_there_are_empty(self, wording: Wording) -> None:
        assert wording.read() == Texts()
        assert not wording.folder.exists()

    def test_what_is_saved_is_read_again(self, wording: Wording) -> None:
        save(wording, words="网格员 50\r\n屋场会", stopwords="请问\n")
        assert wording.read() == Texts("网格员 50\n屋场会\n", "", "请问\n")
        assert sorted(path.name for path in wording.folder.iterdir()) == [".lock", "stopwords.txt", "words.txt"]

    def test_the_former_list_is_kept_beside_it(self, wording: Wording) -> None:
        save(wording, words="网格员\n")
        save(wording, words="屋场会\n")
        assert (wording.folder / "words.txt.bak").read_text(encoding="utf-8") == "网格员\n"

    def test_a_list_that_somebody_else_changed_is_not_overwritten(self, wording: Wording) -> None:
        mine = wording.read()
        save(wording, words="网格员\n")
        with pytest.raises(Outdated, match="已被别人改过"):
            wording.save(Texts(words="屋场会\n"), digest=mine.digest)
        assert wording.read().words == "网格员\n"

    def test_a_list_in_another_encoding_is_not_turned_into_rubbish(self, wording: Wording) -> None:
        wording.folder.mkdir(parents=True)
        (wording.folder / "words.txt").write_bytes("网格员".encode("gb18030"))
        with pytest.raises(StateError, match="不是 UTF-8"):
            wording.read()

    def test_a_list_beyond_the_bounds_is_refused(self, wording: Wording) -> None:
        with pytest.raises(StateError, match="超过 2 MB"):
            wording.save(Texts(words="网" * 1_000_000), digest=wording.read().digest)

    def test_what_cannot_be_used_is_told_with_file_and_line(self, wording: Wording) -> None:
        problems = wording.check(Texts(words="网\n", synonyms="创卫\n", stopwords="怎么 写\n、\n"))
        assert [problem.split("“")[0] for problem in problems] == [
            "words.txt 第 1 行",
            "synonyms.txt 第 1 行",
            "stopwords.txt 第 1 行",
            "stopwords.txt 第 2 行",
        ]


class TestPreview:
    def test_it_tells_lines_that_are_new_gone_and_rewritten(self, settings: Settings, wording: Wording) -> None:
        save(wording, synonyms="# 本县\n夜巡 = 夜间巡查\n晨会 = 早间例会\n", stopwords="请问\n")
        with serving(settings) as search:
            preview = wording.preview(
                Texts(synonyms="晨会 = 早间例会 # 不变\n夜巡 = 夜间巡查, 联防\n屋场会 => 院坝会\n"), search
            )
        assert preview.synonyms.new == ("屋场会 => 院坝会",)
        assert preview.synonyms.changed == (Change("夜巡 = 夜间巡查", "夜巡 = 夜间巡查, 联防"),)
        assert preview.stopwords.gone == ("请问",)
        assert not preview.words
        assert preview.reread == 0

    def test_nothing_changed_is_an_empty_preview(self, settings: Settings, wording: Wording) -> None:
        with serving(settings) as search:
            assert wording.preview(wording.read(), search) == Preview(Changes(), Changes(), Changes())

    def test_new_words_are_shown_in_sentences_of_the_library(self, settings: Settings, wording: Wording) -> None:
        index(settings)
        with serving(settings) as search:
            preview = wording.preview(Texts(words="屋场会\n没有这个词\n"), search)
        assert preview.words.new == ("屋场会", "没有这个词")
        assert (preview.affected, preview.reread, preview.many) == (1, 2, False)
        (example,) = preview.examples
        assert isinstance(example, Example)
        assert "屋场会" in example.after
        assert "屋场会" not in example.before
        assert "".join(example.after) == "".join(example.before)

    def test_it_needs_no_index(self, settings: Settings, wording: Wording) -> None:
        with serving(settings) as search:
            assert wording.preview(Texts(words="屋场会\n"), search).words.new == ("屋场会",)


class TestInForce:
    def test_synonyms_are_followed_without_a_restart(self, settings: Settings, wording: Wording) -> None:
        index(settings)
        with serving(settings) as search:
            assert sources(asked(search, "院坝会")) == []
            edition = search.edition()
            save(wording, synonyms="院坝会 = 屋场会\n")
            assert comes_true(lambda: sources(asked(search, "院坝会")) == ["总结.txt"])
            assert search.edition() != edition
            save(wording, synonyms="")
            assert comes_true(lambda: sources(asked(search, "院坝会")) == [])

    def test_stop_words_are_followed_without_a_restart(self, settings: Settings, wording: Wording) -> None:
        index(settings)
        with serving(settings) as search:
            assert sources(asked(search, "请问 环境整治 怎么写")) == []
            save(wording, stopwords="请问\n怎么写\n")
            assert comes_true(lambda: sources(asked(search, "请问 环境整治 怎么写")) == ["总结.txt"])

    def test_words_take_effect_together_with_the_index_that_was_cut_by_them(
        self, settings: Settings, wording: Wording
    ) -> None:
        index(settings)
        with serving(settings) as search:
            old = search.analyzer().fingerprint
            save(wording, words="屋场会\n")
            time.sleep(0.6)
            assert sources(asked(search, "屋场会")) == ["总结.txt"]
            assert search.analyzer().fingerprint == old
            index(settings)
            assert sources(asked(search, "屋场会")) == ["总结.txt"]
            assert search.analyzer().own_words == site_dictionary(settings).words
            assert search.analyzer().fingerprint != old
            assert "屋场会" in [token.text for token in search.analyzer().words("屋场会")]

    def test_a_service_that_starts_between_searches_with_the_words_of_the_index(
        self, settings: Settings, wording: Wording
    ) -> None:
        save(wording, words="屋场会\n")
        index(settings)
        save(wording, words="网格员 50\n")
        with serving(settings) as search:
            assert [word.text for word in search.analyzer().own_words] == ["屋场会"]
            assert sources(asked(search, "屋场会")) == ["总结.txt"]

    def test_a_rollback_brings_the_former_words_back(self, settings: Settings, wording: Wording) -> None:
        index(settings)
        save(wording, words="屋场会\n")
        index(settings)
        with serving(settings) as search:
            assert len(search.analyzer().own_words) == 1
            IndexFolder(settings.index).rollback()
            assert search.analyzer().own_words == ()

    def test_a_dictionary_without_a_folder_stays_as_it_is(self) -> None:
        dictionary = Dictionary.read(None)
        assert Following(dictionary).now() is dictionary
