"""Numbers in the ways in which people write them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.text import fold_text
from indexer.understanding.numerals import LIMIT, MAX_VARIANTS, chinese, value_of, variants


class TestReadingAndWriting:
    @given(st.integers(0, 99_999_999))
    @example(10_010)
    @example(20_050_000)
    def test_a_number_that_is_written_is_read_again(self, value: int) -> None:
        assert value_of(chinese(value)) == value

    @given(st.integers(0, LIMIT - 1))
    def test_very_large_numbers_too(self, value: int) -> None:
        assert value_of(chinese(value)) == value

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (0, "零"),
            (10, "十"),
            (12, "十二"),
            (110, "一百一十"),
            (205, "二百零五"),
            (1_010, "一千零一十"),
            (10_010, "一万零一十"),
            (30_500, "三万零五百"),
            (100_010, "十万零一十"),
            (3_056_000, "三百零五万六千"),
            (20_050_000, "二千零五万"),
            (350_000_000, "三亿五千万"),
            (35 * 10**12, "三十五万亿"),
        ],
    )
    def test_numbers_are_written_as_they_are_read_out(self, value: int, text: str) -> None:
        assert chinese(value) == text
        assert value_of(text) == value

    @pytest.mark.parametrize(
        ("text", "value"), [("两千", 2000), ("一百〇五", 105), ("两万两千", 22_000), ("一十二", 12)]
    )
    def test_other_ways_to_write_them_are_read(self, text: str, value: int) -> None:
        assert value_of(text) == value

    @pytest.mark.parametrize(
        "text", ["", "三四", "十百", "百", "万", "十四五", "二零二三", "一万亿亿", "几十", "8", "万" * 400]
    )
    def test_what_is_no_number_has_no_value(self, text: str) -> None:
        assert value_of(text) is None

    @pytest.mark.parametrize("value", [-1, LIMIT])
    def test_numbers_beyond_the_bounds_are_refused(self, value: int) -> None:
        with pytest.raises(ValueError, match="is not a number between"):
            chinese(value)


class TestVariants:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("八条", "8条"),
            ("第八条", "第8条"),
            ("三月", "3月"),
            ("3月15日", "三月十五日"),
            ("二十大", "20大"),
            ("十九届六中全会", "19届6中全会"),
            ("35亿元", "三十五亿元"),
            ("3.5亿元", "三亿五千万元"),
            ("3.5亿元", "三点五亿元"),
            ("1.2万亿元", "一点二万亿元"),
            ("3千亩", "三千亩"),
            ("两万户", "20000户"),
            ("2个", "两个"),
            ("10.5%", "百分之十点五"),
            ("10.5%", "百分之10.5"),
            ("100%", "百分之百"),
            ("3个百分点", "三个百分点"),
            ("20多家", "二十多家"),
            ("二〇二三年", "2023年"),
            ("二零二三年", "2023年"),
            ("二○二三年", "二〇二三年"),
            ("2012-2019年", "2012年至2019年"),
            ("2012-2019年", "2012至2019年"),
            ("2012年到2019年", "2012-2019年"),
            ("2012-2019", "2012年至2019"),
            ("2012-2019 年", "2012年至2019 年"),
            ("1-9月", "一至九月"),
            ("3到5年", "三至五年"),
            ("八项规定", "8项规定"),
            ("2023年3月", "二〇二三年三月"),
        ],
    )
    def test_both_ways_are_found_from_each_other(self, one: str, other: str) -> None:
        assert other in variants(one)
        assert one in variants(other)

    @pytest.mark.parametrize(
        ("typed", "other"),
        [
            ("03月", "3月"),
            ("12,345人", "12345人"),
            ("二〇一二至二〇一九年", "2012-2019年"),
            ("二〇一二年－二〇一九年", "2012-2019年"),
            ("２０１２—２０１９年", "2012至2019年"),
            ("35亿 元", "三十五亿 元"),
        ],
    )
    def test_odd_ways_lead_to_the_usual_one(self, typed: str, other: str) -> None:
        assert variants(fold_text(typed))[0] == other

    def test_an_ordinal_is_never_written_with_liang(self) -> None:
        assert variants("第2条") == ("第二条",)
        assert variants("2月") == ("二月",)
        assert variants("2条") == ("两条", "二条")

    @pytest.mark.parametrize(
        "text",
        [
            *(
                "十四五",
                "十四五规划",
                "一带一路",
                "三农",
                "五位一体",
                "四个全面",
                "两不愁三保障",
                "三公经费",
                "九牛一毛",
            ),
            *(
                "三个代表",
                "两个维护",
                "五个一工程",
                "四川",
                "三门峡",
                "五台山",
                "二元结构",
                "三月三",
                "九一八",
                "八一建军节",
            ),
            *("三四个", "十几个", "几十家", "数十人", "千家万户", "成千上万", "百家争鸣", "十百个"),
            *("统一条件", "同一年", "三分之一", "一个", "一批", "一村一品", "一户一策", "一条龙", "十一期间", "万一"),
            *("12345热线", "5g", "5a级", "a4纸", "110", "pm2.5", "1.5月", "2023.3.15日", "", "工作总结", "年"),
        ],
    )
    def test_fixed_words_and_vague_numbers_stay(self, text: str) -> None:
        assert variants(text) == ()

    def test_a_unit_that_only_looks_like_a_fixed_word_is_turned(self) -> None:
        assert variants("三公里") == ("3公里",)
        assert variants("十二元") == ("12元",)
        assert variants("第一批") == ("第1批",)
        assert variants("第十四个五年规划") == ("第14个五年规划",)

    def test_several_numbers_turn_together_first(self) -> None:
        assert variants("2023年3月")[0] == "二〇二三年三月"
        assert "2023年三月" in variants("2023年3月")
        assert len(variants("2023年3月15日9号8条")) == MAX_VARIANTS

    @given(
        st.text(
            alphabet="零〇○一二两三四五六七八九十百千万亿点0123456789.,-~至到%年月日个条元第 百分之几统a", max_size=30
        )
    )
    def test_no_text_is_an_error_and_no_variant_is_the_text(self, text: str) -> None:
        found = variants(text)
        assert len(found) <= MAX_VARIANTS
        assert text not in found
        assert len(set(found)) == len(found)

    @given(st.integers(0, 10**8), st.sampled_from(["户", "人", "亩", "项", "年"]))
    def test_every_count_is_found_in_the_other_script(self, value: int, unit: str) -> None:
        assert variants(f"{value}{unit}")
        assert variants(f"共{chinese(value)}{unit}") or chinese(value) == "一"

    @pytest.mark.parametrize(
        "text", ["一" * 256, "1" * 256, "2012-" * 51, "2023年" * 50, "十至" * 128, "二千" * 128, "1," * 128]
    )
    def test_long_texts_are_answered(self, text: str) -> None:
        assert len(variants(text)) <= MAX_VARIANTS
