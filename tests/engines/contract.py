"""What every engine promises (indexer/engines/base.py): one class of tests that each engine's test module inherits."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from indexer.engines.base import BOOSTS, EXPANDED, FUNCTION, INNER, K1, PATTERN, PAUSED, B
from indexer.model import (
    DocumentRecord,
    GlossaryEntry,
    Heading,
    Mask,
    Part,
    Passage,
    PassageRecord,
    Piece,
    Place,
    SetAside,
)
from indexer.query import (
    And,
    Either,
    Expanded,
    Filter,
    Function,
    Gap,
    MatchAll,
    Not,
    Or,
    Pairs,
    Pattern,
    Phrase,
    Query,
    Term,
    Words,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from indexer.engines.base import Engine

FLOODS = "今年以来，镇里修整河堤三十二公里，新建泵站八座，汛期未发生一起险情。"
LETTERS = "办理群众来信一百零四件，办结率98.5%，还有6件待处理。"


def passage(text: str, *, ordinal: int = 0, path: tuple[str, ...] = ()) -> Passage:
    """A passage of *text* under the headings *path*."""
    place = Place((Piece(0, len(text)),), line=ordinal + 1)
    return Passage(ordinal, text, place, tuple(range(len(path))), path)


def part(id: str, *texts: str, title: str = "青石镇工作总结", path: tuple[str, ...] = (), **values: object) -> Part:
    """A part with a passage for each of *texts*, all under the headings *path*."""
    headings = tuple(Heading(i, i + 1, text, i - 1, (Piece(0, 1),)) for i, text in enumerate(path))
    passages = tuple(passage(text, ordinal=i, path=path) for i, text in enumerate(texts))
    given = {"source": f"{id}.txt", "ordinal": 0, **values}
    return Part(id=id, title=title, headings=headings, passages=passages, **given)  # type: ignore[arg-type]


def fill(engine: Engine, *parts: Part) -> None:
    """Add *parts* in one commit."""
    with engine.writing() as writer:
        for each in parts:
            writer.add(each)


def ids(engine: Engine, query: Query, **options: object) -> list[str]:
    """The ids of the first hundred hits, in order."""
    return [hit.id for hit in engine.search(query, limit=100, **options).hits]  # type: ignore[arg-type]


SEVENTH = Part(
    id="d-1",
    source="来文\udcff.txt",
    ordinal=3,
    title="青石镇总结",
    collection="范文十篇",
    label="篇7",
    kind="总结",
    date="2024-01-02",
    year=2024,
    issuer="青石镇政府",
    number="青政〔2024〕8号",
    script="hans",
    headings=(Heading(0, 1, "一、防汛", -1, (Piece(0, 3),)), Heading(1, 1, "二、信访", -1, ())),
    passages=(
        Passage(
            ordinal=4,
            text="修整河堤××公里\ud800。\x00“好”",
            place=Place((Piece(3, 9), Piece(12, 18, "\n")), line=7, page=2),
            headings=(0,),
            heading_path=("一、防汛",),
            masks=(Mask(4, 6),),
            flags=("masked", "cut"),
        ),
    ),
    glossary=(GlossaryEntry("三清", "清河、清淤、清障", ()),),
    set_aside=(SetAside("menu", "首页", ()), SetAside("menu", "返回", ())),
    flags=("gap",),
)


class EngineContract:
    """Subclasses give an ``engine`` fixture: an empty engine with the ``analyzer`` of conftest.py."""

    def test_an_empty_index_finds_nothing_and_says_so(self, engine: Engine) -> None:
        matches = engine.search(Term("河堤"), limit=10, facets=("kind",))
        assert (matches.hits, matches.total, matches.available) == ((), 0, 0)
        assert matches.facets == {"kind": ()}
        assert engine.count(MatchAll()) == 0
        assert engine.document("a") is None
        assert engine.passages(["a-0"]) == []

    # Terms and phrases

    @pytest.mark.parametrize("words", ["河堤三十二公里", "处理", "98.5%", "６件", "青石镇", "抓重点", "防汛"])
    def test_a_run_of_characters_is_found_in_title_heading_or_text(self, engine: Engine, words: str) -> None:
        fill(
            engine, part("a", FLOODS, LETTERS, path=("一、抓重点", "（一）防汛")), part("b", "别的内容。", title="讲话")
        )
        assert ids(engine, Term(words)) != []
        assert "b-0" not in ids(engine, Term(words))
        assert ids(engine, Phrase(words)) == ids(engine, Term(words))

    def test_a_word_inside_a_longer_word_is_found(self, engine: Engine) -> None:
        fill(engine, part("a", LETTERS), part("b", FLOODS))
        assert ids(engine, Term("处理")) == ["a-0"]

    def test_signs_may_be_left_out_but_those_typed_must_be_there(self, engine: Engine) -> None:
        fill(engine, part("a", "抓好工作，总结经验。", title="汇报"), part("b", "写好工作总结。", title="汇报"))
        assert set(ids(engine, Phrase("工作总结"))) == {"a-0", "b-0"}
        assert ids(engine, Phrase("工作，总结")) == ["a-0"]
        assert ids(engine, Phrase("，总结")) == ["a-0"]
        assert ids(engine, Phrase("工作，")) == ["a-0"]

    def test_a_sign_at_the_very_start_is_found(self, engine: Engine) -> None:
        fill(engine, part("a", "“三清”行动见效！！", title="汇报"), part("b", "三清行动见效", title="汇报"))
        assert ids(engine, Phrase("“三清”行动")) == ["a-0"]
        assert set(ids(engine, Phrase("三清行动"))) == {"a-0", "b-0"}
        assert ids(engine, Phrase("见效！！")) == ["a-0"]

    def test_the_order_and_distance_of_characters_decide(self, engine: Engine) -> None:
        fill(engine, part("a", "总结工作", "工作的总结", "工总作结", title="汇报"))
        assert ids(engine, Term("工作总结")) == []

    def test_repeated_characters_must_all_be_there(self, engine: Engine) -> None:
        fill(engine, part("a", "天天向上", "天向上", "常常天天常常", title="汇报"))
        assert set(ids(engine, Term("天天"))) == {"a-0", "a-2"}
        assert ids(engine, Term("常天天常")) == ["a-2"]

    def test_a_phrase_does_not_cross_from_title_to_part_heading_or_text(self, engine: Engine) -> None:
        of_a_set = part("a", "丙丁", title="甲乙", path=("戊己", "庚辛"), collection="壬癸", label="篇1")
        fill(engine, of_a_set)
        for inside in ("壬癸", "篇1", "甲乙", "戊己", "庚辛", "丙丁"):
            assert ids(engine, Phrase(inside)) == ["a-0"], inside
        for across in ("癸篇", "己庚", "辛丙", "乙戊", "丁壬"):
            assert ids(engine, Phrase(across)) == [], across

    def test_every_run_of_two_to_six_characters_finds_its_passage(self, engine: Engine) -> None:
        fill(engine, part("a", FLOODS, LETTERS))
        for number, text in enumerate((FLOODS, LETTERS)):
            runs = {text[i : i + n] for n in range(2, 7) for i in range(len(text) - n + 1)}
            assert [run for run in runs if f"a-{number}" not in ids(engine, Phrase(run))] == []

    @pytest.mark.parametrize(
        ("term", "found", "not_found"),
        [
            ("8条", "落实8条措施", "落实18条措施"),
            ("八条", "落实八条措施", "落实十八条措施"),
            ("5亿元", "投资3、5亿元", "投资35亿元"),
            ("35%", "增长35%", "增长92.35%"),
            ("13.5", "增长13.5万", "增长13.57万"),
            ("万亩", "十万亩良田", "十万吨良米"),
            ("2023", "于2023年", "于20234年"),
        ],
    )
    def test_a_number_is_not_found_within_a_longer_one(
        self, engine: Engine, term: str, found: str, not_found: str
    ) -> None:
        fill(engine, part("a", found, title="汇报"), part("b", not_found, title="汇报"))
        assert ids(engine, Term(term)) == ["a-0"]
        assert ids(engine, Phrase(term[1:])) != []

    @pytest.mark.parametrize("nothing", ["", "   ", "\u200b", "\x00"])
    def test_a_term_without_characters_matches_nothing(self, engine: Engine, nothing: str) -> None:
        fill(engine, part("a", FLOODS))
        assert engine.count(Term(nothing)) == 0
        assert engine.count(Not(Phrase(nothing))) == 1

    # Words and trees

    def test_words_need_as_many_distinct_words_as_asked(self, engine: Engine) -> None:
        fill(engine, part("a", "修整河堤，新建泵站。", title="汇报"), part("b", "河堤河堤河堤。", title="汇报"))
        assert set(ids(engine, Words("河堤泵站", 1))) == {"a-0", "b-0"}
        assert ids(engine, Words("河堤泵站", 2)) == ["a-0"]
        assert ids(engine, Words("河堤泵站险情", 3)) == []

    def test_words_may_stand_in_different_fields(self, engine: Engine) -> None:
        fill(engine, part("a", "新建泵站。", title="河堤", path=("险情",)))
        assert ids(engine, Words("河堤泵站险情", 3)) == ["a-0"]

    def test_words_without_any_word_match_nothing(self, engine: Engine) -> None:
        fill(engine, part("a", FLOODS))
        assert ids(engine, Words("，。", 1)) == []

    def test_and_or_not_and_at_least(self, engine: Engine) -> None:
        fill(engine, part("a", "甲乙", "甲丙", "乙丙", "丁", title="汇报"))
        one, two, three = Term("甲"), Term("乙"), Term("丙")
        assert ids(engine, And((one, two))) == ["a-0"]
        assert set(ids(engine, Or((one, two)))) == {"a-0", "a-1", "a-2"}
        assert set(ids(engine, Or((one, two, three), 2))) == {"a-0", "a-1", "a-2"}
        assert ids(engine, Or((one, two, three), 3)) == []
        assert ids(engine, And((one, Not(two)))) == ["a-1"]
        assert ids(engine, And((MatchAll(), Not(Or((one, two)))))) == ["a-3"]
        assert ids(engine, Not(Not(Term("丁")))) == ["a-3"]
        assert engine.count(MatchAll()) == engine.count(And(())) == 4
        assert engine.count(Or(())) == 0
        assert ids(engine, And(())) == ids(engine, MatchAll())
        assert ids(engine, Or(())) == []

    def test_filters_restrict_and_do_not_score(self, engine: Engine) -> None:
        fill(
            engine,
            part("a", FLOODS, kind="总结", year=2023, script="hans", source="乡镇/甲.txt"),
            part("b", FLOODS, kind="汇报", year=2024, script="hant", source="乡镇/水利/乙.txt", title="水利汇报"),
            part("c", FLOODS, kind="总结", year=0, source="乡镇工作.txt"),
        )
        expected: dict[Filter, set[str]] = {
            Filter("kind", ("总结",)): {"a", "c"},
            Filter("kind", ("总结", "汇报")): {"a", "b", "c"},
            Filter("kind", ()): set(),
            Filter("year", low=2024, high=2024): {"b"},
            Filter("year", low=1, high=2023): {"a"},
            Filter("script", ("hant",)): {"b"},
            Filter("source", ("乡镇",)): {"a", "b"},
            Filter("source", ("乡镇/水利/",)): {"b"},
            Filter("source", ("乡镇/甲.txt",)): {"a"},
            Filter("source", ("乡",)): set(),
            Filter("document", ("a", "c", "z")): {"a", "c"},
            Filter("title", ("水利",)): {"b"},
            Filter("title", ("水利", "汇报")): {"b"},
            Filter("title", ("水利", "总结")): set(),
            Filter("title", ("河堤",)): set(),
        }
        assert {wanted: {hit.split("-")[0] for hit in ids(engine, wanted)} for wanted in expected} == expected
        plain = engine.search(Term("泵站"), limit=9).hits[0]
        filtered = engine.search(And((Term("泵站"), Filter("document", (plain.document_id,)))), limit=9).hits
        assert [hit.score for hit in filtered] == [plain.score]

    # Scores and order

    def test_scores_are_bm25_over_title_headings_text_and_grams(self, engine: Engine) -> None:
        fill(engine, part("a", "修整河堤。", title="河堤"), part("b", "新建泵站。", title="汇报"))
        # 河堤 stands once in a title of 1 word (mean 1) and once in a text of 2 words (mean 2), in 1 of 2 passages; its
        # two letters and their pair stand twice each among the 10 grams of title and text (mean 10).
        rarity = math.log(2 / 2) + 1
        once, twice = rarity * (1 * 2.2) / (1 + 1.2), rarity * (2 * 2.2) / (2 + 1.2)
        score = (BOOSTS["title"] + BOOSTS["body"]) * once + BOOSTS["grams"] * 3 * twice
        for query in (Term("河堤"), Phrase("河堤"), Words("河堤", 1), Pairs("河堤", 1)):
            assert engine.search(query, limit=1).hits[0].score == pytest.approx(score, abs=1e-12)

    def test_a_word_within_a_longer_one_of_the_query_gives_less_than_alone(self, engine: Engine) -> None:
        fill(engine, part("a", "健全长效机制。", title="甲"), part("b", "坚持长效。", title="乙"))
        # 长效 stands in both passages, once among the 2 words of b, where a has 4: 长效, 机制 and 长效机制 beside 健全.
        own = (math.log(2 / 3) + 1) * 2.2 / (1 + K1 * (1 - B + B * 2 / 3))
        alone, within = (engine.search(Words(text, 1), limit=9) for text in ("长效", "长效机制"))
        assert [hit.document_id for hit in within.hits] == ["a", "b"]
        scores = {hit.document_id: hit.score for hit in alone.hits}
        assert within.hits[1].score == pytest.approx(scores["b"] - (1 - INNER) * BOOSTS["body"] * own, abs=1e-12)

    def test_a_passage_that_is_not_whole_loses_a_part_of_its_score(self, engine: Engine) -> None:
        whole = part("a", FLOODS)
        cut = replace(part("b", FLOODS), passages=(replace(passage(FLOODS), flags=("cut",)),))
        fill(engine, whole, cut)
        first, second = engine.search(Term("河堤"), limit=9).hits
        assert (first.document_id, second.document_id) == ("a", "b")
        assert second.score == pytest.approx(0.9 * first.score)

    def test_what_means_the_same_scores_as_the_best_of_it(self, engine: Engine) -> None:
        fill(engine, part("a", "落实八条措施。"), part("b", "落实8条措施。"), part("c", "落实措施。"))
        either = Either((Term("八条"), Term("8条")))
        scores = {hit.document_id: hit.score for hit in engine.search(either, limit=9).hits}
        assert scores == {
            "a": engine.search(Term("八条"), limit=1).hits[0].score,
            "b": engine.search(Term("8条"), limit=1).hits[0].score,
        }

    def test_an_expansion_never_outranks_the_word_itself(self, engine: Engine) -> None:
        full = "创建国家卫生城市"
        fill(engine, part("a", f"创卫工作，{FLOODS * 5}"), part("b", full), part("c", f"{full}，{full}", title=full))
        expanded = Expanded(Term("创卫"), (Term(full),))
        hits = engine.search(expanded, limit=9).hits
        assert [hit.document_id for hit in hits] == ["a", "b", "c"]
        assert hits[1].score == hits[2].score == EXPANDED * hits[0].score
        assert engine.search(Expanded(Term("没有"), (Term(full),)), limit=1).hits[0].document_id == "c"

    def test_a_function_is_what_a_passage_does_or_a_word_in_it(self, engine: Engine) -> None:
        ending = replace(part("a", FLOODS), passages=(replace(passage(FLOODS), functions=("closing", "pledge")),))
        fill(engine, ending, part("b", "文章的结尾要有力。"), part("c", LETTERS))
        matches = engine.search(Function("closing", "结尾"), limit=9, facets=("function",))
        assert [(hit.document_id, hit.score) for hit in matches.hits] == [("a", FUNCTION), ("b", 0.0)]
        assert matches.facets == {"function": (("closing", 1), ("pledge", 1))}
        assert ids(engine, Filter("function", ("pledge", "opening"))) == ["a-0"]

    def test_a_pattern_is_matched_within_a_clause_of_one_text(self, engine: Engine) -> None:
        fill(
            engine,
            part("a", "以项目建设为抓手，推动发展。"),
            part("b", "以改革创新的精神，坚持问题导向为抓手。"),
            part("c", "为抓手。", title="以项目"),
            part("d", "办公室以“三清”行动为抓手"),
        )
        pattern = Pattern((("以",), Gap(1, 30), ("为抓手",)))
        assert set(ids(engine, pattern)) == {"a-0", "d-0"}
        assert set(ids(engine, replace(pattern, scope="sentence"))) == {"a-0", "b-0", "d-0"}
        assert set(ids(engine, replace(pattern, scope="passage"))) == {"a-0", "b-0", "d-0"}
        wide = Pattern((("以",), Gap(1, 500), ("为抓手",)), scope="passage")
        assert set(ids(engine, wide)) == {"a-0", "b-0", "d-0"}
        assert ids(engine, Pattern((("以",), Gap(1, 3), ("为抓手",)))) == []
        best = engine.search(pattern, limit=1).hits[0]
        words = engine.search(And((Words("以 为抓手", 1), Filter("document", (best.document_id,)))), limit=1).hits[0]
        assert best.score == pytest.approx(PATTERN + words.score)

    def test_a_paused_pattern_asks_for_the_pauses_that_were_typed(self, engine: Engine) -> None:
        fill(
            engine,
            part("a", "从县城到乡村，从单位到个体，全覆盖。"),
            part("b", "从县城到乡村的路从两小时到一小时。"),
            part("c", "服务从线下到线上、“从人工到智能”转变。"),
        )
        pair = (("从",), Gap(1, 30), ("到",))
        pattern = Pattern((*pair, Gap(1, 30, parted=True), *pair))
        paused = replace(pattern, paused=True)
        assert set(ids(engine, pattern)) == {"a-0", "b-0", "c-0"}
        assert set(ids(engine, paused)) == {"a-0", "c-0"}
        either = {hit.id: hit.score for hit in engine.search(Either((pattern, paused)), limit=9).hits}
        plain = {hit.id: hit.score for hit in engine.search(pattern, limit=9).hits}
        assert either == pytest.approx(
            {"a-0": plain["a-0"] + PAUSED, "b-0": plain["b-0"], "c-0": plain["c-0"] + PAUSED}
        )
        after = Pattern((("服务",), Gap(1, 30, pause=True), ("转变",)), paused=True)
        assert ids(engine, replace(after, paused=False)) == ["c-0"]
        assert ids(engine, after) == []

    def test_most_pairs_of_letters_are_enough_to_be_near(self, engine: Engine) -> None:
        fill(engine, part("a", "办理群众来信来访"), part("b", "办理群众的信"), part("c", "办公"))
        assert set(ids(engine, Pairs("办理群众来信", 3))) == {"a-0", "b-0"}
        assert ids(engine, Pairs("办理，群众来信", 5)) == ["a-0"]
        assert ids(engine, Pairs("办", 1)) == []

    def test_a_search_may_be_ranked_by_another_query_and_list_what_only_that_one_finds(self, engine: Engine) -> None:
        fill(
            engine,
            part("a", "修整河堤，新建泵站。"),
            part("b", "河堤，河堤，河堤！"),
            part("c", "河堤"),
            part("d", LETTERS),
        )
        both, either = And((Term("河堤"), Term("泵站"))), Or((Words("河堤", 1), Words("泵站", 1)))
        ranked = {hit.id: hit.score for hit in engine.search(either, limit=9).hits}
        matches = engine.search(both, rank=either, partial=1, limit=9, facets=("source",))
        assert (matches.total, matches.partial, matches.available) == (1, 1, 2)
        assert {hit.id: hit.partial for hit in matches.hits} == {"a-0": False, "b-0": True}
        assert {hit.id: hit.score for hit in matches.hits}.items() <= ranked.items()
        assert matches.facets == {"source": (("a.txt", 1),)}
        assert ids(engine, both, rank=either) == ["a-0"]

    def test_copies_are_folded_into_the_best_of_them_and_can_be_asked_for(self, engine: Engine) -> None:
        report = "{}年，我{}修整河堤{}公里，新建泵站{}座，汛期未发生一起险情，群众满意度进一步提高。"
        fill(
            engine,
            part("a", report.format(2023, "镇", 32, 8), title="河堤工作"),
            part("b", report.format(2024, "县", 17, 5), title="总结"),
            part("c", "河堤绿化由林业站负责，春季补植，秋季修剪，全年管护到位。", title="总结"),
        )
        matches = engine.search(Term("河堤"), limit=9, fold_copies=True)
        assert {hit.id: hit.copies for hit in matches.hits} == {"a-0": 1, "c-0": 0}
        assert (matches.total, matches.available) == (3, 2)
        assert ids(engine, Filter("copies", ("b-0",))) == ["a-0", "b-0"]
        assert ids(engine, Filter("copies", ("没有-0",))) == []
        assert ids(engine, Filter("passage", ("c-0", "a-0", "a-9", "x"))) == ["a-0", "c-0"]

    def test_children_that_match_add_up_and_the_rest_gives_nothing(self, engine: Engine) -> None:
        fill(engine, part("a", FLOODS), part("b", LETTERS))
        one, two = (engine.search(Term(word), limit=1).hits[0].score for word in ("河堤", "泵站"))
        for both in (And((Term("河堤"), Term("泵站"))), Or((Term("河堤"), Term("泵站"), Term("来信")))):
            hit = next(hit for hit in engine.search(both, limit=9).hits if hit.document_id == "a")
            assert hit.score == pytest.approx(one + two, abs=1e-12)
        assert {hit.score for hit in engine.search(MatchAll(), limit=9).hits} == {0.0}

    def test_a_rare_word_in_a_short_title_ranks_first(self, engine: Engine) -> None:
        fill(engine, part("a", FLOODS, title="青石镇工作总结"), part("b", FLOODS, title="河堤"), part("c", LETTERS))
        assert ids(engine, Term("河堤")) == ["b-0", "a-0"]

    def test_ties_are_ordered_by_source_part_and_passage(self, engine: Engine) -> None:
        fill(
            engine,
            part("z", FLOODS, FLOODS, source="a.txt", ordinal=1),
            part("y", FLOODS, source="b.txt"),
            part("x", FLOODS, source="a.txt", ordinal=0),
        )
        assert ids(engine, Term("河堤")) == ["x-0", "z-0", "z-1", "y-0"]
        assert ids(engine, MatchAll()) == ["x-0", "z-0", "z-1", "y-0"]

    def test_by_date_the_newest_stand_first_and_unknown_dates_last(self, engine: Engine) -> None:
        fill(
            engine,
            part("a", FLOODS, date="", source="1"),
            part("b", FLOODS, date="2023-12-31", year=2023, source="2"),
            part("c", FLOODS, date="2024-03-05", year=2024, source="3"),
            part("d", FLOODS, date="", year=2024, source="4"),
            part("e", FLOODS, date="2024-03-05", year=2024, source="5", title="河堤"),
        )
        assert ids(engine, Term("河堤"), sort="date") == ["e-0", "c-0", "d-0", "b-0", "a-0"]

    def test_pages_join_to_the_whole_ranking(self, engine: Engine) -> None:
        fill(engine, *(part(f"p{n}", FLOODS * (n % 3 + 1), LETTERS) for n in range(9)))
        whole = ids(engine, Term("河堤"))
        pages = [engine.search(Term("河堤"), limit=4, offset=offset) for offset in range(0, 12, 4)]
        assert [hit.id for page in pages for hit in page.hits] == whole
        assert [page.total for page in pages] == [9, 9, 9]
        assert engine.search(Term("河堤"), limit=4, offset=50).hits == ()
        assert engine.search(Term("河堤"), limit=0).total == 9

    def test_hits_of_one_document_are_collapsed_and_counted(self, engine: Engine) -> None:
        fill(engine, part("a", FLOODS, FLOODS, FLOODS, FLOODS), part("b", FLOODS * 2), part("c", FLOODS, FLOODS))
        matches = engine.search(Term("河堤"), limit=10, per_document=2)
        assert (matches.total, matches.available) == (7, 5)
        assert {hit.id: hit.more for hit in matches.hits} == {"a-0": 0, "a-1": 2, "b-0": 0, "c-0": 0, "c-1": 0}
        first = engine.search(Term("河堤"), limit=10, per_document=1)
        assert {hit.id: hit.more for hit in first.hits} == {"a-0": 3, "b-0": 0, "c-0": 1}
        rest = engine.search(Term("河堤"), limit=2, offset=2, per_document=2)
        assert rest.hits == matches.hits[2:4]

    def test_facets_count_every_match_before_collapsing(self, engine: Engine) -> None:
        fill(
            engine,
            part("a", FLOODS, FLOODS, kind="总结", year=2023, source="s1"),
            part("b", FLOODS, kind="汇报", year=2024, source="s2"),
            part("c", FLOODS, kind="报告", year=2022, source="s2"),
            part("d", FLOODS, source="s3"),
            part("e", LETTERS, kind="讲话", year=2021, source="s4"),
        )
        facets = engine.search(Term("河堤"), limit=1, per_document=1, facets=("kind", "year", "source")).facets
        assert facets == {
            "kind": (("总结", 2), ("报告", 1), ("汇报", 1)),
            "year": (("2023", 2), ("2024", 1), ("2022", 1)),
            "source": (("s1", 2), ("s2", 2), ("s3", 1)),
        }
        assert engine.search(Term("河堤"), limit=1, facets=()).facets == {}

    # Writing

    def test_what_is_added_is_seen_after_the_commit_only(self, engine: Engine) -> None:
        with engine.writing() as writer:
            writer.add(part("a", FLOODS))
            assert engine.count(MatchAll()) == 0
        assert engine.count(MatchAll()) == 1

    def test_a_commit_that_fails_changes_nothing_and_the_next_one_works(self, engine: Engine) -> None:
        fill(engine, part("a", FLOODS))
        with pytest.raises(RuntimeError, match="断电"), engine.writing() as writer:  # noqa: PT012
            writer.delete_source("a.txt")
            writer.add(part("b", LETTERS))
            raise RuntimeError("断电")
        assert ids(engine, MatchAll()) == ["a-0"]
        fill(engine, part("c", LETTERS))
        assert ids(engine, MatchAll()) == ["a-0", "c-0"]

    def test_a_deleted_source_neither_matches_nor_counts(self, engine: Engine) -> None:
        fill(engine, part("a", FLOODS, LETTERS), part("b", FLOODS), part("c", LETTERS))
        before = engine.search(Term("河堤"), limit=9).hits[-1].score
        with engine.writing() as writer:
            assert writer.delete_source("a.txt") == 2
            assert writer.delete_source("a.txt") == 0
            assert writer.delete_source("没有.txt") == 0
        assert ids(engine, Term("河堤")) == ["b-0"]
        assert ids(engine, MatchAll()) == ["b-0", "c-0"]
        assert ids(engine, Not(Term("河堤"))) == ["c-0"]
        assert engine.document("a") is None
        assert engine.passages(["a-0", "b-0"])[0].id == "b-0"
        # 河堤 stands in 1 of 2 passages now, idf ln(2/2) + 1, and stood in 2 of 4 before, idf ln(4/3) + 1.
        assert engine.search(Term("河堤"), limit=9).hits[0].score == pytest.approx(
            before / (math.log(4 / 3) + 1), rel=0.05
        )

    def test_replacing_a_source_in_one_commit_keeps_what_was_added(self, engine: Engine) -> None:
        fill(engine, part("a", FLOODS), part("b", LETTERS))
        with engine.writing() as writer:
            writer.add(part("a", "河堤已经加固。"))
            assert writer.delete_source("a.txt") == 1
        assert [record.text for record in engine.passages(["a-0"])] == ["河堤已经加固。"]
        assert engine.count(MatchAll()) == 2

    def test_a_part_without_passages_is_not_kept(self, engine: Engine) -> None:
        fill(engine, part("a"), part("b", FLOODS))
        assert engine.document("a") is None
        assert engine.count(MatchAll()) == 1

    # Records

    def test_the_record_of_a_passage_comes_back_whole(self, engine: Engine) -> None:
        fill(engine, SEVENTH)
        assert engine.passages(["d-1-4"]) == [
            PassageRecord(
                id="d-1-4",
                document_id="d-1",
                ordinal=4,
                title="范文十篇",
                part="篇7 · 青石镇总结",
                heading_path=("一、防汛",),
                text=SEVENTH.passages[0].text,
                kind="总结",
                year=2024,
                date="2024-01-02",
                issuer="青石镇政府",
                script="hans",
                source="来文\udcff.txt",
                pieces=(Piece(3, 9), Piece(12, 18, "\n")),
                line=7,
                page=2,
                masks=(Mask(4, 6),),
                flags=("masked", "cut"),
                number="青政〔2024〕8号",
            )
        ]
        assert ids(engine, Filter("source", ("来文\udcff.txt",))) == ["d-1-4"]

    def test_the_record_of_a_document_comes_back_whole(self, engine: Engine) -> None:
        fill(engine, SEVENTH)
        assert engine.document("d-1") == DocumentRecord(
            id="d-1",
            source="来文\udcff.txt",
            title="范文十篇",
            part="篇7 · 青石镇总结",
            kind="总结",
            year=2024,
            date="2024-01-02",
            issuer="青石镇政府",
            number="青政〔2024〕8号",
            script="hans",
            passages=1,
            headings=((1, "一、防汛", 4), (1, "二、信访", -1)),
            glossary=(("三清", "清河、清淤、清障"),),
            set_aside={"menu": 2},
            flags=("gap",),
        )

    def test_the_part_of_a_collection_is_named_by_label_and_own_title(self, engine: Engine) -> None:
        fill(
            engine,
            part("a", FLOODS, title="篇1", collection="防汛总结三篇", label="篇1"),
            part("b", FLOODS, title="水库防汛总结", collection="防汛总结三篇", label="篇2"),
            part("c", FLOODS, title="防汛总结"),
        )
        shown = [(record.title, record.part) for record in engine.passages(["a-0", "b-0", "c-0"])]
        assert shown == [("防汛总结三篇", "篇1"), ("防汛总结三篇", "篇2 · 水库防汛总结"), ("防汛总结", "")]

    def test_texts_are_those_of_the_records_and_unknown_ids_are_left_out(self, engine: Engine) -> None:
        fill(engine, part("a1", FLOODS, LETTERS), part("a2", LETTERS))
        ids = ["a2-0", "没有-0", "a1-1", "a1-7", "a1"]
        found = engine.texts(ids)
        assert [one.id for one in found] == ["a2-0", "a1-1"]
        assert [(one.text, one.converted) for one in found] == [(one.text, False) for one in engine.passages(ids)]

    def test_records_come_in_the_order_asked_and_unknown_ids_are_left_out(self, engine: Engine) -> None:
        fill(engine, part("a", FLOODS, LETTERS), part("b", LETTERS))
        asked = ["b-0", "a-7", "a-1", "", "-", "a", "a-", "a-x", "a-01", "a-１", "z-0", "a-0", "a-" + "9" * 40, "a\0-0"]
        assert [record.id for record in engine.passages(asked)] == ["b-0", "a-1", "a-0"]
        assert engine.document("a\0") is None
        assert ids(engine, Filter("document", ("a\0", "b"))) == ["b-0"]

    def test_the_passages_of_a_document_come_in_order_and_in_slices(self, engine: Engine) -> None:
        fill(engine, part("a", *(f"第{n}段。" for n in range(6))), part("b", LETTERS))

        def texts(records: Iterable[PassageRecord]) -> str:
            return "".join(record.text[1] for record in records)

        assert texts(engine.passages_of("a")) == "012345"
        assert texts(engine.passages_of("a", start=2, end=4)) == "23"
        assert texts(engine.passages_of("a", start=4)) == "45"
        assert engine.passages_of("a", start=9) == engine.passages_of("z") == []
