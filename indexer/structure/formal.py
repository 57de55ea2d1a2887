"""The lines that official prose puts around its text: letterhead, 文号, speaker, 主送机关, 落款; and what they tell."""

from __future__ import annotations

import re
from collections.abc import Iterable

from indexer.structure.furniture import Aside
from indexer.structure.metadata import date_in, document_number, kind_of_title
from indexer.text import fold_text

SALUTATION = re.compile(
    r"^(尊敬的|各位|同志们|同学们|老师们|朋友们|代表们|委员们|领导|大家好|女士们|"
    r".{0,14}(代表|委员|领导|同志们?|同事们?|来宾|朋友们?|老师们?|同学们?|评委)[：:！!]$)"
)
RED_HEAD = re.compile(r"^[\u4e00-\u9fff\s]{4,40}\s*文\s*件$")
ATTACHMENTS = re.compile(r"^附\s*件\s*(\d{1,2}|[一二三四五六七八九十])?\s*[:：]")
SENTENCE_SIGNS = re.compile(r"[。；！？]")

_ADDRESSEE = re.compile(r"^[^。；！？]{2,300}[：:]$")
_ORGANISATION = re.compile(
    r"(政府|委员会|办公室|办公厅|局|厅|部|委|院|中心|公司|学校|中学|小学|大学|街道|办事处|支部|党委|党组|乡|镇|社区|村|处|会|队|站|所|办|"
    r"集团|医院|法院|检察院|工会|园区|指挥部|领导小组|单位|部门|机关|企业|管委会|林场|农场|厂)(（[^）]{1,10}）|（章）)?$"
)
_OFFICER = (
    r"(书记|县长|区长|市长|镇长|乡长|局长|主任|主席|院长|校长|经理|董事长|部长|会长|组长|站长|所长|科长|处长|厅长|省长|秘书长|队长|"
    r"记者|作者|报告人|述职人|汇报人|主持人)"
)
_SPEAKER = re.compile(rf"{_OFFICER}\s*[ :]\s*(\S{{2,4}}(\s\S{{1,2}})?|\S\s\S{{1,2}})$")
_SPEAKERS_OFFICE = re.compile(
    r"(?P<office>[\u4e00-\u9fff]{2,20}?(政府|委员会|局|院|集团|公司|学校|中学|小学|街道办事处|中心))"
    rf"[\u4e00-\u9fff]{{0,4}}{_OFFICER}"
)
_DATE = re.compile(
    r"^[(\[]?\s*((19|20)\d{2}|二[〇○零o0].{2,3}|(中华)?民国\d{2,3})\s*[年.\-/].{1,9}[日\d]\s*[)\]]?$|"
    r"^\(?[x×\d]{2,4}年[x×\d]{1,2}月[x×\d]{1,2}日\)?$"
)
_REPORTER = re.compile(r"^(述职|报告|汇报|发言|主讲|总结)人\s?:\s?\S{2,40}(\s\S{1,20}){0,3}$")
_NAME = re.compile(r"^[\u4e00-\u9fff](\s?[\u4e00-\u9fff]){1,3}$")
_DATED = re.compile(r"\s*(19|20)\d{2}年\d{1,2}月\d{1,2}日$")
_CLOSING = re.compile(
    r"^\(?(作者系|作者单位|作者为|责任编辑|编辑[:(])|^\(?(抄送|抄报|分送|主送|发|联系人|报告人|述职人|汇报人|发言人|总结人|撰稿人?|签发人|记录)\s*[:(]|^\(?此件|^\(?共印|"
    r"^.{2,30}(办公室|秘书科|综合科)\s{0,20}\d{4}年\d{1,2}月\d{1,2}日印发$"
)


def is_organisation(text: str) -> bool:
    """The name of an office and nothing else."""
    return len(text) <= 25 and bool(_ORGANISATION.search(text)) and not kind_of_title(text)


def ends_with_organisation(text: str) -> bool:
    """Whether *text* ends with the name of an office."""
    return bool(_ORGANISATION.search(text))


def is_dated_organisation(text: str) -> bool:
    """青溪县人民政府 2023年3月8日, on one line."""
    office = _DATED.sub("", text) if len(text) <= 45 else text
    return office != text and ends_with_organisation(office)


def is_date(text: str) -> bool:
    """A date and nothing else, masked ones (20xx年x月x日) included."""
    return len(text) <= 30 and bool(_DATE.match(fold_text(text)))


def is_speaker(text: str) -> bool:
    """青溪县人民政府县长　　林向远: an office and a name apart."""
    if len(text) > 40 or SENTENCE_SIGNS.search(text):
        return False
    return bool(_SPEAKER.search(fold_text(text))) and not kind_of_title(text)


def is_reporter(text: str) -> bool:
    """述职人：覃立冬, above a report."""
    return len(text) <= 60 and not SENTENCE_SIGNS.search(text) and bool(_REPORTER.match(fold_text(text)))


def is_name(text: str, after: str) -> bool:
    """A name alone under a title: two to four characters, with the date or the salutation *after* it."""
    return bool(_NAME.match(text)) and (is_date(after.strip("（()）")) or bool(SALUTATION.match(after)))


def is_addressee(text: str) -> bool:
    """主送机关: offices, and a colon."""
    if not _ADDRESSEE.match(text) or SALUTATION.match(text):
        return False
    offices = re.sub(r"[（(][^（()）]{0,20}[)）]", "", text).rstrip("：: ")
    return ends_with_organisation(offices)


def is_closing(text: str) -> bool:
    """抄送, 印发, 联系人 and the like."""
    return len(text) <= 120 and bool(_CLOSING.match(fold_text(text)))


def date_of(asides: Iterable[Aside]) -> str:
    """成文日期: from 落款, else from the lines above the text; ``""`` where none tells it."""
    order = {"signature": 0, "front": 1}
    ranked = sorted(asides, key=lambda aside: order.get(aside.reason, 2))
    return next((date for aside in ranked if (date := date_in(aside.line.shown))), "")


def issuer_of(asides: Iterable[Aside]) -> str:
    """发文单位: from 落款, else from letterhead or speaker, else from another line above the text."""
    found = list(asides)
    signed = (_office(aside.line.shown) for aside in found if aside.reason == "signature")
    above = [aside.line.shown for aside in found if aside.reason == "front"]
    headed = (_letterhead(text) or _speakers_office(text) for text in above)
    named = (_office(text) for text in above if not _ADDRESSEE.match(text))
    return next((office for offices in (signed, headed, named) for office in offices if office), "")


def _office(text: str) -> str:
    office = re.sub(r"\s+", " ", _DATED.sub("", text.strip("（()） "))).strip()
    return office if ends_with_organisation(office) and not is_closing(text) else ""


def _letterhead(text: str) -> str:
    return re.sub(r"\s+", "", text)[:-2] if RED_HEAD.match(text) else ""


def _speakers_office(text: str) -> str:
    match = _SPEAKERS_OFFICE.match(text)
    return match["office"] if match and is_speaker(text) else ""


def number_of(asides: Iterable[Aside]) -> str:
    """文号, where a line above the text is one."""
    above = (aside.line.shown for aside in asides if aside.reason in {"front", "site"})
    return next((number for text in above if (number := document_number(text))), "")
