"""Other ways to write the numbers of a query: 八条 and 8条, 35亿元 and 三十五亿元, 2012-2019年 and 2012年至2019年.

Decided by rule: a number is turned only where a measure or unit follows it, and never inside a fixed word
(三个代表, 五台山), so that 十四五, 一带一路 and 两不愁三保障 stay as they are. No library does this: cn2an 0.5.24, the one
that is kept up, reads 三四 as 34 and installs stray top-level packages named build, src and example.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import islice, product

# How many ways to write a text are given, and how many of its numbers are turned.
MAX_VARIANTS = 6
MAX_NUMBERS = 4
# chinese() and value_of() know whole numbers below this: 9999 万亿.
LIMIT = 10**16

_DIGITS = "零一二三四五六七八九"
_SIZES = ((10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十"))
# What figures are shortened by, and how many places behind the point that may take: 1.25万, 3.5678亿, 3千.
_SHORT = ((10**12, "万亿", 4), (10**8, "亿", 4), (10**4, "万", 2), (1000, "千", 0))
_SIZE_OF = {sign: size for size, sign, _ in _SHORT}
# 〇 has several look-alikes, and 两 is 二 before a measure: 二○二三年, 两千.
_ONE_SPELLING = str.maketrans("〇○两", "零零二")

_DIGIT = f"[〇○{_DIGITS}]"
_HAN = f"〇○两{_DIGITS}十百千万亿"
_ARABIC = r"(?:\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.\d{1,4})?(?:万亿|[千万亿])?"
_CHINESE = rf"[{_HAN}]{{1,20}}(?:点{_DIGIT}{{1,4}}(?:万亿|[万亿])?)?"
_NUMBER = rf"(?:{_ARABIC}|{_CHINESE})"
# Units of numbers that count in order, where 二 is never 两 and nothing stands behind the point: 2月, 第2条, 二十大.
_ORDINAL_UNITS = "中全会 年 月 日 号 届 章 节 款 期 级 大"
_UNITS = """个 条 项 次 岁 人 户 村 名 家 件 处 位 批 轮 天 周 季度 小时 分钟 台 座 所 支 类 场 起 份 篇 册 种 例 宗
公里 千米 平方 立方 公顷 公斤 亩 吨 米 千瓦 倍 元 美元 万元 亿元 县 镇 乡 街道 社区 字 % 方面"""
_UNIT = "|".join(sorted({*_ORDINAL_UNITS.split(), *_UNITS.split()}, key=len, reverse=True))
_BEFORE_UNIT = rf"(?=\ ?[余多]?(?:{_UNIT})(?<!期(?=间)))"
# Not in the middle of a number, nor after what makes it vague or part of a word: 几十个, 统一条件, 第12.5条, 5a级.
_BEGIN = rf"(?<![\d.,a-z几数{_HAN}])(?<![统同唯专之单逐进](?=一))"

_JOINT = r"\ ?(?:-+|~|至|到)\ ?"
_FULL_YEAR = rf"(?:[12]\d{{3}}|[一二]{_DIGIT}{{3}})"
_EXPRESSION = re.compile(
    rf"{_BEGIN}(?:"
    rf"(?P<from_year>{_FULL_YEAR})年?{_JOINT}(?P<to_year>{_FULL_YEAR})(?![\d{_HAN}])(?!\ ?[多余千]?(?:元|人|户|亩|吨))"
    rf"|(?P<year>{_FULL_YEAR})(?=\ ?年)"
    rf"|(?P<percent>\d{{1,6}}(?:\.\d{{1,4}})?)%"
    rf"|百分之(?P<percent_words>{_NUMBER})"
    rf"|(?P<low>{_NUMBER}){_JOINT}(?P<high>{_NUMBER}){_BEFORE_UNIT}"
    rf"|(?P<number>{_NUMBER}){_BEFORE_UNIT})",
    re.ASCII,
)
_ORDINAL = re.compile(rf"\ ?(?:{'|'.join(_ORDINAL_UNITS.split())})")
# A lone 一 is mostly an article (一个, 一批, 一村一品); it counts here, and after 第.
_LONE_ONE = re.compile(r"\ ?(?:条(?!龙|心)|项|年|月|日(?!游)|号|届|章|节|款|期|级)")

# Words whose number is part of the name though a unit follows it.
_FIXED = """三个代表 四个全面 四个意识 四个自信 四个伟大 两个维护 两个确立 两个务必 三个务必 两个一百年 五个一 五年规划 五年计划
两位一体 三位一体 四位一体 五位一体 四大班子 九年一贯 一元 二元 三元 二人转 三人行 一年四季 十年树木 十年磨 十里八乡 三乡工程
三月三 九月九 五台山 五家渠"""
_FIXED_WORD = re.compile("|".join(sorted(_FIXED.split(), key=len, reverse=True)))


@lru_cache(maxsize=64)
def variants(text: str) -> tuple[str, ...]:
    """Other ways to write the numbers of *text*, which is folded (half width, Simplified); at most MAX_VARIANTS, best first."""
    expressions = list(islice(_expressions(text), MAX_NUMBERS))
    # The first choices are nearly all distinct: a few more than are wanted will do, of the thousands there can be.
    choices = islice(_choices([len(options) for _, _, options in expressions]), 4 * MAX_VARIANTS)
    written = dict.fromkeys(_rewritten(text, expressions, choice) for choice in choices)
    return tuple(islice((each for each in written if each != text), MAX_VARIANTS))


def chinese(value: int) -> str:
    """*value* as it is read out: 35 is 三十五, 10_010 一万零一十. Raises ValueError outside 0 to LIMIT."""
    if not 0 <= value < LIMIT:
        raise ValueError(f"{value} is not a number between 0 and {LIMIT}")
    return _without_first_one(_spelled(value))


def value_of(text: str) -> int | None:
    """The value of a whole number in Chinese signs (两千零五, 二十, 三亿五千万), None where it is not well formed (三四, 十百)."""
    plain = text.translate(_ONE_SPELLING)
    value = _added_up(plain) if 0 < len(plain) <= 40 else None
    return value if value is not None and value < LIMIT and chinese(value) == _without_first_one(plain) else None


def _spelled(value: int) -> str:
    """Every digit read, the first 一 of 一十 too."""
    if value < 10:
        return _DIGITS[value]
    size, sign = next(each for each in _SIZES if value >= each[0])
    high, low = divmod(value, size)
    gap = "零" if low < size // 10 else ""
    return _spelled(high) + sign + (gap + _spelled(low) if low else "")


def _without_first_one(text: str) -> str:
    return text[1:] if text.startswith("一十") else text


def _added_up(text: str) -> int | None:
    """The value of *text* read loosely; whether it is well formed is seen by writing it again."""
    if text in _DIGITS and len(text) == 1:
        return _DIGITS.index(text)
    for size, sign in _SIZES:
        high, found, low = text.partition(sign)
        if found:
            above = 1 if sign == "十" and not high else _added_up(high)
            below = _added_up(low.removeprefix("零")) if low else 0
            return None if above is None or below is None else above * size + below
    return None


def _expressions(text: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """(start, end, other ways to write it) of each number of *text* that can be turned."""
    fixed = [match.span() for match in _FIXED_WORD.finditer(text)]
    for match in _EXPRESSION.finditer(text):
        if not any(start <= match.start() and _first_number_end(match) <= end for start, end in fixed):
            others = tuple(dict.fromkeys(other for other in _spellings(match) if other != match[0]))
            if others:
                yield match.start(), match.end(), others


def _first_number_end(match: re.Match[str]) -> int:
    return match.end("low") if match["low"] else match.end()


def _choices(counts: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Which option each number takes, 0 for as typed: all alike first (2023年3月 -> 二〇二三年三月), then every mixture."""
    for row in range(1, max(counts, default=0) + 1):
        yield tuple(min(row, count) for count in counts)
    yield from product(*(range(count + 1) for count in counts))


def _rewritten(text: str, expressions: Sequence[tuple[int, int, Sequence[str]]], choice: Sequence[int]) -> str:
    written, done = "", 0
    for (start, end, options), chosen in zip(expressions, choice, strict=True):
        written += text[done:start] + (options[chosen - 1] if chosen else text[start:end])
        done = end
    return written + text[done:]


def _spellings(match: re.Match[str]) -> Iterable[str]:
    rest = match.string[match.end() :]
    if match["from_year"]:
        return _year_ranges(match["from_year"], match["to_year"])
    if match["year"]:
        return _years(match["year"])
    if match["percent"] or match["percent_words"]:
        return _percentages(match["percent"] or match["percent_words"])
    ordinal = match.string[: match.start()].endswith("第") or _ORDINAL.match(rest) is not None
    if match["low"]:
        return _ranges(match["low"], match["high"], ordinal=ordinal)
    article = match["number"] == "一" and not match.string[: match.start()].endswith("第") and not _LONE_ONE.match(rest)
    return [] if article else _numbers(match["number"], ordinal=ordinal)


def _years(text: str) -> list[str]:
    """A year of four digits in every way: 2023, 二〇二三, 二零二三, 二○二三."""
    year = _year(text)
    words = "".join(_DIGITS[int(digit)] for digit in year)
    return [year, *(words.replace("零", zero) for zero in "〇零○")]


def _year(text: str) -> str:
    return "".join(str(_DIGITS.index(sign)) if sign in _DIGITS else sign for sign in text.translate(_ONE_SPELLING))


def _year_ranges(first: str, last: str) -> list[str]:
    """2012-2019 with every joint; the last 年 is not part of it."""
    return [f"{_year(first)}{joint}{_year(last)}" for joint in ("-", "至", "年至", "年到", "到", "年-", "~")]


def _percentages(text: str) -> list[str]:
    value = Decimal(100) if text == "百" else _value(text)
    if value is None:
        return []
    number = f"{value:f}"
    words = ["百"] if value == 100 else []
    return [f"{number}%", *(f"百分之{each}" for each in [*words, *_in_words(value), number])]


def _ranges(low: str, high: str, *, ordinal: bool) -> list[str]:
    """1-9月, 1至9月, 一至九月: the joint and the script, both ends alike."""
    values = _value(low), _value(high)
    if values[0] is None or values[1] is None or (ordinal and not _are_whole(values)):
        return []
    figures, words = (
        [(_in_figures(value)[0], _in_words(value)[0]) for value in values if value is not None],
        ["至", "到"],
    )
    arabic, han = zip(*figures, strict=True)
    return [joint.join(ends) for ends, joints in ((arabic, ["-", *words]), (han, words)) for joint in joints]


def _numbers(text: str, *, ordinal: bool) -> list[str]:
    """A number in the other script first: 35亿 -> 三十五亿, 二十 -> 20."""
    value = _value(text)
    if value is None or (ordinal and not _are_whole([value])):
        return []
    words, figures = _in_words(value), _in_figures(value)
    if not ordinal:
        words = [other for each in words for other in _with_two(each)]
    # What is typed in an unusual way (1,200 and 03) is looked for in the usual way before anything else.
    return [*words, *figures] if text in figures else [*figures, *words]


def _are_whole(values: Iterable[Decimal | None]) -> bool:
    return all(value is not None and value == value.to_integral_value() for value in values)


def _value(text: str) -> Decimal | None:
    """The value of a number in either script (35亿, 3.5万, 三点五亿, 1,200), None where it is not well formed."""
    size = next((sign for sign in ("万亿", "亿", "万", "千") if text.endswith(sign)), "")
    if text[0].isascii():
        return Decimal(text.removesuffix(size).replace(",", "")) * _SIZE_OF.get(size, 1)
    whole, point, places = text.partition("点")
    value = value_of(whole)
    if value is None or not point:
        return None if value is None else Decimal(value)
    decimals = _year(places.removesuffix(size))
    return Decimal(f"{value}.{decimals}") * _SIZE_OF.get(size, 1)


def _in_figures(value: Decimal) -> list[str]:
    """3000 is 3000 and 3千, 12000 is 1.2万 and 12000, 3.5亿 only that: no more than six digits are written out."""
    short = [f"{_plain(value / size)}{sign}" for sign, size in _large(value)]
    if value < 10**4:
        return [_plain(value), *short]
    return [*short, _plain(value)] if value < 10**6 or not short else short


def _in_words(value: Decimal) -> list[str]:
    """35亿 is 三十五亿; 3.5亿 is 三点五亿 and 三亿五千万; 10.5 is 十点五."""
    forms = [_with_point(value / size) + sign for sign, size in _large(value)] if not _is_round(value) else []
    whole = [chinese(int(value))] if _are_whole([value]) and value < LIMIT else []
    return list(dict.fromkeys([*forms, *whole])) or [_with_point(value)]


def _large(value: Decimal) -> list[tuple[str, int]]:
    """The sign and size that shorten *value*, none where that takes too many places behind the point."""
    size, sign, places = next((each for each in _SHORT if value >= each[0]), (1, "", 0))
    return [(sign, size)] if size > 1 and _are_whole([value / size * 10**places]) else []


def _is_round(value: Decimal) -> bool:
    return all(_are_whole([value / size]) for _, size in _large(value))


def _with_point(value: Decimal) -> str:
    whole, point, places = _plain(value).partition(".")
    return chinese(int(whole)) + ("点" if point else "") + "".join(_DIGITS[int(digit)] for digit in places)


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _with_two(words: str) -> list[str]:
    """两 before a measure or a size, beside 二: 两个, 两千; not in 十二 or 二十."""
    if words == "二" or (words[0] == "二" and words[1] in "百千万亿"):
        return ["两" + words[1:], words]
    return [words]
