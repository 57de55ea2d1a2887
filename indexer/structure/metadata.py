"""What a document says of itself: title, 文种, date, 发文单位, 文号, year."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from indexer.structure.lines import SHORT, Line
from indexer.structure.numbering import han_number
from indexer.text import fold_text

# The name shown -> what a title says, most special first. The fifteen statutory kinds are those of the 2012 rules on
# official documents (党政机关公文处理工作条例); the rest are what writers' offices file beside them.
KINDS: tuple[tuple[str, str], ...] = (
    ("政府工作报告", "政府工作报告"),
    ("述职报告", "(?:述职述廉述法|述职述廉|述责述廉|述廉|述职)(?:工作)?(?:报告|汇报)?"),
    ("经验材料", "经验交流(?:材料|发言)?|经验材料|典型(?:经验|材料)|先进事迹|事迹材料"),
    ("应急预案", "预案"),
    ("方案", "方案"),
    ("要点", "要点"),
    ("安排", "安排"),
    ("计划", "计划|规划|打算|谋划"),
    ("总结", "总结|小结|回顾"),
    ("汇报", "汇报(?:发言|材料)?"),
    ("讲话", "讲话|致辞|发言|讲稿"),
    ("简报", "简报|快报|专报|动态"),
    ("会议记录", "会议?记录"),
    ("心得体会", "心得|体会|感悟"),
    ("调研报告", "调研报告|调查报告|考察报告"),
    ("工作报告", "工作报告"),
    ("纪要", "纪要"),
    ("决议", "决议"),
    ("决定", "决定"),
    ("命令", "命令|嘉奖令|^.{0,20}令$"),
    ("公报", "公报"),
    ("公告", "公告"),
    ("通告", "通告"),
    ("意见", "意见"),
    ("通知", "通知"),
    ("通报", "通报"),
    ("请示", "请示"),
    ("批复", "批复"),
    ("议案", "议案"),
    ("报告", "报告"),
    ("函", "函$|复函|商请.{0,30}函"),
    ("倡议书", "倡议书"),
    ("制度", "制度|办法|规定|细则|条例|规程|规则"),
)
# Of these letters each of the patterns has at least one: most titles that were made of a text have none.
_KIND_SIGN = re.compile("[告述验典迹案点排划算谋结顾汇报态讲辞言录得体悟纪议决令意知示复函制办规则例]")
_KIND_PATTERNS = tuple((name, re.compile(pattern)) for name, pattern in KINDS)
_KIND_BY_OPENING = (
    ("述职报告", re.compile(r"述职(如下|报告如下)|作.{0,6}述职|进行述职|述职[,,。]")),
    ("汇报", re.compile(r"汇报如下|作.{0,6}汇报")),
    ("总结", re.compile(r"总结如下|作.{0,8}总结")),
    ("政府工作报告", re.compile(r"代表.{0,20}政府.{0,10}(作|报告).{0,6}(工作|报告)")),
    ("通知", re.compile(r"通知如下")),
    ("报告", re.compile(r"报告如下")),
)
_TITLE_SUFFIX = re.compile(
    r"(?:[（(【\[][^（()）】\]]{0,24}[)）】\]]|范文|模板|材料|精选|大全|\d+篇|稿|\s|[-_—].{0,20}网)+$"
)
_WITH_OUTLOOK = re.compile(
    r"(?:总结|小结|工作报告|工作情况|情况汇报|述职报告)(?P<ahead>(?:和|及|暨|与|以及|、)(?:(?!总结|报告|通知|方案).){0,30}(?:计划|打算|安排|思路|谋划|要点))$"
)
_BODY_TITLE = re.compile(
    r"(?:现|下面|今天|这里|兹)?\s*(?:我?就|将|把)(?P<about>[^,。;:!?]{4,36}?)(?:向[^,。;:!?]{1,16})?(?:作?如下)?(?P<verb>述职|汇报|总结|报告|通报|说明)(?:如下|,|。|:)"
)
_DATE = re.compile(
    r"(?P<year>(?:19|20)\d{2})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?(?!\d)|"
    r"(?P<hyear>二[〇○零0o]?[〇○零一二三四五六七八九0o]{2,3})年(?P<hmonth>[一二三四五六七八九十]{1,2})月(?P<hday>[一二三四五六七八九十]{1,3})日|"
    r"民国\s*(?P<ryear>\d{2,3})\s*年\s*(?P<rmonth>\d{1,2})\s*月\s*(?P<rday>\d{1,2})\s*日"
)
_NUMBER = re.compile(
    r"[\u4e00-\u9fff]{2,14}\s*[〔\[(【]\s*(?:19|20)\d{2}\s*[〕\])】]\s*第?\s*\d{1,5}\s*号|"
    r"^[〔\[(【]\s*(?:19|20)\d{2}\s*[〕\])】]\s*第?\s*\d{1,4}\s*[号期次]$"
)
# What every 文号 ends with.
_NUMBER_END = re.compile("[号期次]")
# Beside a 文号 may stand the letterhead, or 签发人 and a name.
NUMBER_BESIDE = 16
# What no digit stands before is asked behind the first digit, for ``re`` looks for 1 and 2 only where it begins with them.
_YEAR = re.compile(r"((?:1(?<!\d1)9|2(?<!\d2)0)\d{2})(?=\s*(?:年|[-—至~]\s*20\d{2}\s*学?年|\s*[)〕\]]))")
_COMPACT_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})(?:0[1-9]|1[0-2])[0-3]\d(?!\d)")
_HAN_YEAR = re.compile(r"二[〇○零][〇○零一二三四五六七八九]{2}(?=年)")
# 民国112年, 112年度: years of Taiwan's calendar.
_REPUBLIC_YEAR = re.compile(r"民国\s*(\d{2,3})\s*年|(?<!\d)(1[0-2]\d)年度")
_SOURCE = re.compile(r"(?:信息|文章|稿件)?来源\s*[:|]\s*(?P<value>[^\s|,;:]{2,30})")
_ISSUER = re.compile(r"(?:发布机构|发文机关|发文单位|制发单位|成文机关)\s*[:|]\s*(?P<value>[^\s|,;:]{2,40})")
_NUMBER_FIELD = re.compile(r"(?:文号|发文字号)\s*[:|]\s*(?P<value>[^\s|,;]{4,40})")
_DATE_FIELD = re.compile(
    r"(?:成文日期|发文日期|生成日期|发布日期|发布时间|公开日期|时间|日期)\s*[:|]\s*(?P<value>.{6,30})"
)

SAMPLE = 20_000


def kind_of_title(title: str) -> str:
    """The 文种 that *title* names: the kind word nearest its end (工作总结和工作计划总结 is a 总结), or ``""``."""
    return _kind_of_short(title) if len(title) <= SHORT else _kind_named(title)


def _kind_named(title: str) -> str:
    folded = fold_text(title).replace(" ", "")
    if not _KIND_SIGN.search(folded):
        return ""
    bare = _TITLE_SUFFIX.sub("", folded)
    # A 通知 about a 方案 is a 通知: what stands in 《》 is another document's title.
    bare = re.sub(r"《[^》]{0,80}》(?=.)", "", bare) or bare
    # 2020年工作总结及2021年工作打算 is a 总结 with a look ahead.
    if (both := _WITH_OUTLOOK.search(bare)) is not None:
        bare = bare[: both.start("ahead")]
    best, best_key = "", (-1, -1)
    for name, pattern in _KIND_PATTERNS:
        for match in pattern.finditer(bare):
            key = (match.end(), match.end() - match.start())
            if key > best_key:
                best, best_key = name, key
    return best


# The title of a page comes again with each of its paragraphs, the name of a file with each of its records.
_kind_of_short = lru_cache(maxsize=512)(_kind_named)


def kind_of_opening(lines: Iterable[Line]) -> str:
    """The 文种 that the first paragraphs tell (现述职如下), or ``""``."""
    text = " ".join(_beginning(line, 600) for line in lines)
    return next((name for name, pattern in _KIND_BY_OPENING if pattern.search(text)), "")


def _beginning(line: Line, most: int) -> str:
    """The first characters of *line*, folded."""
    return line.folded if len(line.shown) <= most else fold_text(line.shown[:most])


def title_from_text(lines: list[Line]) -> str:
    """A title for a text that has none: what it says it reports on, else its first words."""
    for line in lines[:4]:
        # No folding here: the title is shown.
        match = _BODY_TITLE.search(line.shown[:800].replace("，", ",").replace("：", ":").replace("；", ";"))
        if match:
            about = re.sub(r"的?(有关|相关)?(情况|工作)?$", "", match["about"])
            return f"{about or match['about']}情况{match['verb']}".replace("情况情况", "情况")
    words = re.split(r"[，。；：,;:!?！？]", lines[0].shown)[0] if lines else ""
    return words if len(words) <= 30 else words[:28] + "…"


def date_in(text: str) -> str:
    """The first full date of *text* as ``YYYY-MM-DD``, or ``""``."""
    for match in _DATE.finditer(fold_text(text[:SAMPLE])):
        year, month, day = _date_parts(match)
        if 1949 <= year <= 2099 and 1 <= month <= 12 and 1 <= day <= 31:
            return f"{year:04}-{month:02}-{day:02}"
    return ""


def _date_parts(match: re.Match[str]) -> tuple[int, int, int]:
    if match["year"]:
        return int(match["year"]), int(match["month"]), int(match["day"])
    if match["ryear"]:
        return int(match["ryear"]) + 1911, int(match["rmonth"]), int(match["rday"])
    return _han_year(match["hyear"]), han_number(match["hmonth"]), han_number(match["hday"])


def year_in(text: str) -> int:
    """The first year that *text* names (2023年, 二〇二三年, 〔2023〕), or 0."""
    return _year_of_short(text) if len(text) <= SHORT else _year_named(text)


def _year_named(text: str) -> int:
    folded = fold_text(text[:SAMPLE])
    if match := _YEAR.search(folded) or _COMPACT_DATE.search(folded):
        return int(match[1])
    if match := _HAN_YEAR.search(folded):
        return _han_year(match[0])
    if match := _REPUBLIC_YEAR.search(folded):
        return int(match[1] or match[2]) + 1911
    return 0


_year_of_short = lru_cache(maxsize=512)(_year_named)


def prevalent_year(lines: Iterable[Line], *, most: int) -> int:
    """The year up to *most* that the text speaks of most often, of several the latest; 0 where it speaks of none."""
    years = [int(year) for line in lines for year in _YEAR.findall(_beginning(line, SAMPLE))]
    known = {year: count for year, count in Counter(years).items() if 1949 <= year <= most} if years else {}
    return max(known, key=lambda year: (known[year], year), default=0)


def _han_year(text: str) -> int:
    digits = {sign: str(value) for value, sign in enumerate("〇一二三四五六七八九")} | {
        "○": "0",
        "零": "0",
        "o": "0",
        "0": "0",
    }
    return int("".join(digits.get(sign, "0") for sign in text) or 0)


def document_number(line: str) -> str:
    """The 文号 that *line* is (青政发〔2023〕8号, 〔2023〕第27次), or ``""``: one inside a sentence is another document's."""
    if len(line) > 60 or not _NUMBER_END.search(line):
        return ""
    text = line.replace("（", "(").replace("）", ")")
    match = _NUMBER.search(text)
    if match is None or re.search(r"[。，；,;]", text):
        return ""
    number = re.sub(r"\s", "", match[0])
    beside = len(re.sub(r"\s", "", text)) - len(number)
    return number if beside <= NUMBER_BESIDE else ""


def field_of(text: str, name: str) -> str:
    """A labelled value of a byline or metadata row: ``source``, ``issuer``, ``number`` or ``date``; ``""`` where absent."""
    plain = text.replace("：", ":").replace("\u3000", " ")
    pattern = {"source": _SOURCE, "issuer": _ISSUER, "number": _NUMBER_FIELD, "date": _DATE_FIELD}[name]
    match = pattern.search(plain)
    if not match:
        return ""
    return date_in(match["value"]) if name == "date" else match["value"].strip("-")
