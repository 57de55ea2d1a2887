"""Near-copies: what folds into one result, and what must not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.copies import SIGNATURE_BYTES, Signatures, fold, letters, signature, signatures, similar
from indexer.structure.marks import masks_in

ROADS = (
    "2023年，我县新建改建农村公路86.5公里，完成危桥改造12座，通村客车覆盖率达到98.2%。一年来，交通部门坚持建管养运并重，"
    "把路修到群众家门口，又请老党员、老村干部担任路长，坑洼有人填，边沟有人清，群众出行难的问题基本解决。"
)
FIVE_CLAUSES = (
    "要把宣讲送到田间地头去，让老乡听得懂、记得住，",
    "要把窗口单位的办事指南重新写一遍，删去群众看不明白的术语，",
    "要把信访积案逐件包到领导干部名下，每半月通报一次进展，",
    "要把年轻干部派到项目工地上去历练，在解决难题中长本事，",
    "要把节约下来的经费用到学校食堂和村卫生室上。",
)


def sign(text: str, *, converted: bool = False) -> bytes:
    return signature(text, masks_in(text), converted=converted)


def rows(signatures: Sequence[bytes]) -> Signatures:
    return np.frombuffer(b"".join(signatures), dtype=np.uint8).reshape(-1, SIGNATURE_BYTES)


def are_copies(one: str, other: str) -> bool:
    return bool(similar(sign(one), rows([sign(other)]))[0])


def test_the_report_of_another_year_and_place_is_a_copy() -> None:
    other = (
        ROADS.replace("2023年，我县", "2024年，我市")
        .replace("86.5", "112")
        .replace("12座", "九座")
        .replace("98.2", "100")
    )
    assert are_copies(ROADS, other)
    assert sign(ROADS) == sign(other)


@pytest.mark.parametrize("before", ["（一）", "1.", "1、", "⒈", "①", "第一，", "一是", "首先，", "（3）", "十二、"])
def test_another_numbering_makes_a_copy(before: str) -> None:
    text = "压实责任。各部门主要负责同志每月到联系点现场办公一次，能当场答复的当场答复，办不了的讲清缘由。"
    assert sign(before + text) == sign("一、" + text)


def test_the_numbers_of_a_list_inside_a_paragraph_do_not_count() -> None:
    han = "具体做法：一是把台账建起来，件件有编号；二是把责任定下来，事事有人管；三是把结果亮出来，月月能对账。"
    arabic = "具体做法：（1）把台账建起来，件件有编号；（2）把责任定下来，事事有人管；（3）把结果亮出来，月月能对账。"
    assert are_copies(han, arabic)


@pytest.mark.parametrize(
    ("masked", "filled"),
    [
        (
            "××县××镇党委书记张××同志带领班子成员，用xx天走遍全镇xx个村民小组，记下群众意见xx条。",
            "云岭县青石镇党委书记张建林同志带领班子成员，用45天走遍全镇63个村民小组，记下群众意见218条。",
        ),
        (
            "20xx年x月x日，某市召开动员会，安排资金xx.xx亿元，用于老旧管网更新和雨污分流改造。",
            "2022年3月18日，澄江市召开动员会，安排资金1.86亿元，用于老旧管网更新和雨污分流改造。",
        ),
        (
            "D市把闲置厂房改成零工驿站，登记求职、技能培训和法律咨询在一处办完，吸引不少工友前来。",
            "H县把闲置厂房改成零工驿站，登记求职、技能培训和法律咨询在一处办完，吸引不少工友前来。",
        ),
    ],
)
def test_a_masked_passage_is_a_copy_of_the_one_with_real_names(masked: str, filled: str) -> None:
    assert are_copies(masked, filled)


def test_two_paragraphs_on_one_topic_are_no_copies() -> None:
    other = (
        "2023年，我县把农村公路养护列入民生实事，筹集资金2600万元，更换护栏14公里，增设警示标牌320块。下一步将推行"
        "养护工区市场化，由群众评价养护质量，评价结果与拨款挂钩，让农村公路越走越平坦。"
    )
    assert not are_copies(ROADS, other)


def test_one_changed_clause_in_five_is_no_copy() -> None:
    changed = (*FIVE_CLAUSES[:2], "要在年底前把三个省级开发区的审批权限一次放到位，", *FIVE_CLAUSES[3:])
    assert not are_copies("".join(FIVE_CLAUSES), "".join(changed))


def test_a_passage_with_a_further_clause_is_no_copy() -> None:
    assert not are_copies("".join(FIVE_CLAUSES[:4]), "".join(FIVE_CLAUSES))


def test_another_particle_and_other_signs_still_make_a_copy() -> None:
    assert are_copies(ROADS, ROADS.replace("，又请", "；还请").replace("，", ",").replace("、", " "))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("一、加强组织领导", "（三）加强组织领导。", True),
        ("2021年工作总结", "二〇二二年工作总结", True),
        ("我县基本情况", "××市基本情况", True),
        ("加强组织领导", "加强组织建设", False),
        ("推进工业区建设", "推进开发区建设", False),
        ("2021年 1860.5", "2022年 1930.2", False),
        ("2021年 1860.5", "2021 年　１８６０.5", True),
    ],
)
def test_a_short_passage_folds_only_when_it_is_equal_but_for_numbers(one: str, other: str, *, expected: bool) -> None:
    assert are_copies(one, other) is expected


def test_the_same_text_in_the_other_script_is_a_copy() -> None:
    simplified = (
        "各乡镇要把项目建设抓在手上，倒排工期、挂图作战，对进展迟缓的项目由县领导直接督办，确保年底前竣工投用。"
    )
    traditional = (
        "各鄉鎮要把項目建設抓在手上，倒排工期、掛圖作戰，對進展遲緩的項目由縣領導直接督辦，確保年底前竣工投用。"
    )
    converted = traditional.replace("項目", "專案")
    assert sign(traditional) == sign(simplified)
    assert sign(converted, converted=True) == sign(simplified)


@given(st.integers(1990, 2035), st.integers(1, 10**7), st.decimals(0, 100, places=1))
def test_figures_never_change_a_signature(year: int, sum_of_money: int, share: object) -> None:
    text = "{}年，全市落实稳岗返还资金{}万元，惠及中小企业和个体工商户，发放率为{}%，比计划提前完成。"
    assert sign(text.format(year, sum_of_money, share)) == sign(text.format(2020, 300, 95))


@given(st.text(st.characters(), max_size=80))
def test_any_text_has_a_signature_and_is_its_own_copy(text: str) -> None:
    own = sign(text)
    assert len(own) == SIGNATURE_BYTES
    assert similar(own, rows([own])).tolist() == [True]


@pytest.mark.timeout(20)
def test_a_passage_of_nothing_but_numerals_is_signed_in_bounded_time() -> None:
    # Read again from each letter, 200,000 numerals would take minutes.
    assert len(signature("一" * 200_000)) == SIGNATURE_BYTES


def test_signatures_are_the_same_as_when_the_index_was_built() -> None:
    # Signatures are stored: where this fails, the hashing changed, and COPIES_VERSION must be raised.
    assert sign(ROADS).hex()[:32] == "8ee49b98b9b050ecee125437b2df6582"
    assert sign("加强组织领导").hex()[:32] == "ba43e8107b0544b2fcf317411abef1ca"


def _flipped(own: bytes, count: int) -> bytes:
    bits = np.unpackbits(np.frombuffer(own, dtype=np.uint8))
    bits[np.random.default_rng(count).permutation(len(bits))[:count]] ^= 1
    return np.packbits(bits).tobytes()


def test_copies_may_differ_in_one_bit_of_sixteen_and_no_more() -> None:
    own = sign(ROADS)
    assert similar(own, rows([_flipped(own, 32), _flipped(own, 33), own])).tolist() == [True, False, True]


def test_each_row_joins_the_first_kept_row_that_it_resembles() -> None:
    roads, clauses, heading = sign(ROADS), sign("".join(FIVE_CLAUSES)), sign("加强组织领导")
    ranked = [heading, roads, clauses, roads, _flipped(roads, 20), heading, clauses]
    assert fold(rows(ranked)) == [(0, [5]), (1, [3, 4]), (2, [6])]


def test_nothing_folds_into_nothing() -> None:
    assert fold(np.empty((0, SIGNATURE_BYTES), dtype=np.uint8)) == []


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 40)), max_size=30))
def test_folding_is_the_same_as_comparing_row_by_row(made: list[tuple[int, int]]) -> None:
    ranked = rows([_flipped(sign(f"第{'甲乙丙丁戊己'[kind]}类"), count) for kind, count in made])
    expected: list[tuple[int, list[int]]] = []
    for row in range(len(ranked)):
        owner = next(
            (copies for kept, copies in expected if similar(ranked[kept].tobytes(), ranked[row : row + 1])[0]), None
        )
        if owner is None:
            expected.append((row, []))
        else:
            owner.append(row)
    assert fold(ranked) == expected


def test_signatures_made_together_are_those_made_one_by_one() -> None:
    # More than are hashed at a time, and those too short to be hashed among them.
    texts = [text for number in range(40) for text in (ROADS[number:], "同比增长8%。", FIVE_CLAUSES[number % 5])]
    together = signatures(list(map(letters, texts)))
    assert [own.tobytes() for own in together] == list(map(signature, texts))
    assert signatures([]).shape == (0, SIGNATURE_BYTES)
