"""Site furniture: what a page shows around a text. It is set aside with a reason, never lost.

Reasons: ``menu`` navigation and running heads, ``site`` site or column names above the title, ``byline`` time, source
and author lines, ``counter`` read counts and buttons, ``lead`` 导语, ``chatter`` 以下是小编整理的…, ``teaser`` a first line that
repeats the next, ``title_repeat``, ``front`` what stands between title and text (subtitle, speaker, 主送机关, 文号),
``signature`` 落款 and 抄送, ``attachment`` the list of 附件, ``tail`` 猜你喜欢 and what follows, ``watermark`` a site name or address woven
into the text, ``page`` page numbers and page links between paragraphs, ``advert`` 更多范文请访问…, 点击下载：….
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from indexer.structure.adverts import address_spans, is_advert, is_bare_page_number, is_buttons, is_page_mark
from indexer.structure.lines import SHORT, Line, join_lines, letters
from indexer.text import fold_text

# All patterns are matched against folded text: simplified, half width, lower case.
_COUNTER = re.compile(
    r"(本文已影响|已有\d+人|浏览(量|次数|数)?\s*[:(]|阅读(量|次数|数)?\s*[:(]|点击(量|率|次数|数)?\s*[:(]|访问(量|次数)\s*[:(]|人气\s*[:(]|"
    r"字(号|体)(大小)?\s*[::\[【(]|【?字(号|体)?\s*[:]?\s*大\s*中\s*小|\[?大\s+中\s+小|我要(打印|纠错|收藏)|打印(本页|此页|正文|文章)?$|"
    r"(收藏|分享到?|打印|关闭(窗口)?|纠错)(\s*[|/\]\[【】]|\s+(收藏|分享|打印|关闭)|[:])|扫一扫|用手机(打开|查看)|下载(本文|word|全文)|"
    r"欢迎(您)?(来到|光临|访问)|(登录|登陆)\s*[|/]\s*(免费)?(注册|收藏)|网站首页\s*\||"
    r"\[?(打印|关闭|收藏|返回顶部|回到顶部|返回首页)\]?$|【(打印|关闭|返回顶部|回到顶部|收藏|我要纠错)|加入收藏|设为首页)"
)
_BYLINE = re.compile(
    r"[(\[【]?((19|20)\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?[ ,]*(\d{1,2}:\d{2}(:\d{2})?)?[ ,|]*)?(时间|日期|发布(时间|日期)|发表(时间|日期)|更新(时间|日期)|录入时间|报告日期|来源|信息来源|文章来源|稿件来源|作者|编辑|责任编辑|责编|撰稿|供稿|审核|发布者|发布人|"
    r"发布机构|点击|编审|校对|本文作者|通讯员)\s*[:]|(19|20)\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?[ ,]*\d{1,2}:\d{2}(:\d{2})?$"
)
_MENU = re.compile(
    r"(当前位置|(您|你)?(现在|当前|目前)?所?[在处]?的?位置|您所在的位置|所在位置|你在这里|网站导航|网站地图|导航)\s*[:]|^首页\s*[>|»/-]|^首页$|(\S{1,12}\s*[>»]{1,2}\s*){2,}\S{1,40}$|"
    r"\S{0,12}(网|首页|在线|频道|门户)\s*[>»|]\s*\S{1,40}$"
)
_LEAD = re.compile(r"(导语|导读|摘要|内容(摘要|提要|简介)|核心提示|编者按|小编(寄语|导读))\s*[:]")
_LEAD_CHATTER = re.compile(r"如何(才能)?写|怎么写|搜集|范文|小编|供(你|您|大家)|借鉴|欢迎|整理")
# Written to readers of a site, never by an office: a report's own 供领导参考 is none.
_CHATTER = re.compile(
    r"[^。!?]{0,100}(小编|本站|为(大家|您|你)(收集|整理|带来|精心|准备|提供)|供(大家|您|你|各位)(参考|借鉴|学习|阅读|下载|查阅)|"
    r"(希望|愿)(能|对|给|可以|可|本文)?[^。!?]{0,8}(大家|您|你们?)(能|会)?(有所?|提供|带来)|欢迎(大家|您)?(阅读|参考|借鉴|查看|收藏|下载))"
    r"[^。!?]{0,100}[。!?]?|[^。!?]{0,60}(以下是|下面是|本文是|这里是|今天[^。!?]{0,20}分享)[^。!?]{0,60}(范文|仅供(大家)?参考)[^。!?]{0,60}[。!?]?"
)
_CHATTER_SIGN = re.compile(r"范文|整理|收(集|录)|精选|推荐|帮助|借鉴|参考|阅读|仅供|更多|下载")
_TAIL = re.compile(
    r"([\[【《“\"][^\]】》”\"]{2,40}[\]】》”\"]的?)?[\[【◆●■★*#\s]*(猜你喜欢|热点阅读|最新文章|推荐阅读|相关(阅读|文章|推荐|链接|新闻|范文|信息|资讯|内容|文档)|热门(文章|推荐|阅读|范文)|延伸阅读|精彩推荐|为您推荐|"
    r"大家(都|还)?在(看|搜)|看(了|过)(本文|该文|此文)的?(人|网友)?还|你可能(还|也)?(喜欢|感兴趣)|本(类|栏目|周|月)(推荐|热门|排行)|最近更新|更多(相关|范文|文章|精彩)|栏目(导航|推荐|列表)|"
    r"随机(推荐|阅读|文章)|本栏最新|上下篇|(文章|本文)?(标签|关键词)|tags?|相关热词(搜索)?|热搜词|搜索热词)\s*([::|】\]>»].{0,80})?$"
)
_NEIGHBOUR = re.compile(
    r"[\[【<«(]?\s*(上一?(篇|页|条)|下一?(篇|页|条)|前一篇|后一篇)\s*[\]】>»)]?\s*[:]|^(上一?(篇|页)|下一?(篇|页)|没有了)$"
)
_FOOT = re.compile(
    r"(版权(所有|声明|归)|copyright|©|all rights reserved|[a-z\u4e00-\u9fff]icp备|icp备|公网安备|主办(单位)?\s*[:].{0,60}(承办|备|电话|网)|(网站|技术)(标识码|支持|维护)|联系我们|关于我们|"
    r"免责声明|本站(内容|文章|所有|资源)|转载(请)?(注明|自)|侵权|投稿邮箱|举报邮箱|返回(顶部|首页|列表)|友情链接|网站管理|文章(来自|来源于)|更多文章)"
)
_FOOT_SENTENCE = re.compile(
    r"[(\[【*※]?(免责|版权|本站|特别)(声明|说明|提示|内容|部分|所有|文章|资源|转载)|(以上|本文)(内容|文章)?(均)?(来自|来源于|由)(网络|网友)"
)
_METADATA_ROW = re.compile(
    r"(索引号|发布机构|发文机关|主题词|主题分类|公开方式|有效性|生成日期|成文日期|发文日期|文号|发文字号|信息名称|公开日期|公开目录|体裁分类)\s*[:|]"
)

# Sites whose name is known to be woven into words, character by character or whole: 予学以习问网责.
_WOVEN_SITES = ("学习网", "范文网", "文秘网", "公文网", "文库网", "写作网", "无忧网", "第一范文网", "公务员之家")
# One foreign character between each two of the site's: 予学以习问网责. Beside each pattern the last sign, a rare one.
_WOVEN_PATTERNS = tuple(
    (site[-1], re.compile("[\u4e00-\u9fff]".join(f"({sign})" for sign in site))) for site in _WOVEN_SITES
)
_SITE_ENDING = re.compile(
    r"(?<=[\u4e00-\u9fff])(?:范文网|文秘网|公文网|学习网|写作网|作文网|资料网)(?=[\u4e00-\u9fff])"
)
_SITE_NAME = re.compile(r"[\u4e00-\u9fff]{2,6}(?:范文网|文秘网|公文网|文库|学习网|写作网|资料网|范文大全)")

_BRACKETED = re.compile(r"[（(【\[][^（()）】\]]{0,20}[)）】\]]")
_PRAISE = re.compile(r"(范文|模板|精选|大全|优秀|最新|\d+篇|[一二三四五六七八九十]+篇|通用|合集|汇编)+$")
# 薴 is folded to 苧, and that to 苎: folding again changes no other sign.
_FOLDED_TWICE = "苎"

_RUNNING = re.compile("[。；，]")

REASON_MAX_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Aside:
    """A line that was set aside, and why."""

    reason: str
    line: Line


def reason_of(line: Line, *, near_edge: bool) -> str:
    """Why *line* is furniture wherever it stands, or ``""``. ``near_edge``: among the first or last lines of the page."""
    if line.kind == "menu":
        return "menu"
    text = line.folded.strip()
    if len(text) > REASON_MAX_LENGTH:
        return ""
    if not any(character.isalnum() for character in text):
        return "menu"
    if line.kind == "paragraph" and (reason := _reason_between(text)):
        return reason
    if _LEAD.match(text) and (_LEAD_CHATTER.search(text) or near_edge):
        return "lead"
    for reason, pattern, most, edge_only in _RULES:
        if len(text) <= most and (near_edge or not edge_only) and pattern.match(text):
            return reason
    return "tail" if near_edge and len(text) <= 160 and _is_foot(text, ended=line.ended) else ""


def _is_foot(text: str, *, ended: bool) -> bool:
    return bool(_FOOT_SENTENCE.match(text) if ended else _FOOT.search(text))


def _reason_between(text: str) -> str:
    """Why a line between two paragraphs is none of the text's own, or ``""``."""
    if is_page_mark(text):
        return "page"
    if is_buttons(text):
        return "counter"
    return "advert" if is_advert(text) else ""


_RULES: tuple[tuple[str, re.Pattern[str], int, bool], ...] = (
    ("counter", _COUNTER, 80, False),
    ("byline", _BYLINE, 120, True),
    ("menu", _MENU, 120, True),
    ("byline", _METADATA_ROW, 200, True),
    ("tail", _NEIGHBOUR, 120, False),
)


def is_tail(line: Line) -> bool:
    """Whether *line* opens the list of links below a text."""
    text = line.folded.strip()
    return len(text) <= 60 and bool(_TAIL.match(text))


def is_chatter(line: Line) -> bool:
    """A whole line of site talk: 以下是小编整理的……，希望对大家有所帮助。"""
    text = line.folded.strip()
    return len(text) <= 200 and bool(_CHATTER_SIGN.search(text)) and bool(_CHATTER.fullmatch(text))


def split_chatter(line: Line) -> tuple[Line | None, Line | None]:
    """A paragraph's own text, and the sentence of site talk at its end (either may be None)."""
    # The words of site talk stand in the sentence at the end, if there, and so in the line.
    if not _CHATTER_SIGN.search(line.folded):
        return line, None
    if is_chatter(line):
        return None, line
    start = max((line.text.rfind(sign, 0, len(line.text) - 1) for sign in "。！？"), default=-1) + 1
    if 0 < start < len(line.text):
        tail = line.cut(start)
        if is_chatter(tail):
            return line.cut(0, start), tail
    return line, None


def set_aside_lines(lines: list[Line]) -> tuple[list[Line], list[Aside]]:
    """What is left to read of *lines*, and the furniture that can be told without knowing the title."""
    kept: list[Line] = []
    asides: list[Aside] = []
    is_body = [_is_body(line) for line in lines]
    first_body, last_body = _body_bounds(is_body)
    tail = False
    for index, line in enumerate(lines):
        near_edge = index < first_body + 2 or index > last_body
        tail = not is_body[index] and (tail or is_tail(line))
        reason = "tail" if tail and line.kind != "menu" else reason_of(line, near_edge=near_edge)
        after = lines[index + 1] if index + 1 < len(lines) else None
        if not reason and is_bare_page_number(line, kept[-1] if kept else None, after):
            reason = "page"
        if reason:
            asides.append(Aside(reason, line))
        else:
            kept.append(line)
    return _teaser(kept, asides), asides


def _body_bounds(is_body: list[bool]) -> tuple[int, int]:
    """Indexes of the first and last line that is plainly text."""
    body = [index for index, plainly in enumerate(is_body) if plainly]
    return (body[0], body[-1]) if body else (len(is_body), len(is_body))


def _is_body(line: Line) -> bool:
    return line.kind != "menu" and len(line.shown) >= 60 and bool(_RUNNING.search(line.shown))


def _teaser(lines: list[Line], asides: list[Aside]) -> list[Line]:
    """Set aside a line that breaks off with dots and is the beginning of a line soon after it (the title may come between)."""
    kept = []
    for index, line in enumerate(lines):
        if any(_is_teaser(line, after) for after in lines[index + 1 : index + 4]):
            asides.append(Aside("teaser", line))
        else:
            kept.append(line)
    return kept


def _is_teaser(line: Line, after: Line) -> bool:
    broken_off = line.shown.endswith(("..", "…", "。。"))
    return broken_off and 15 <= len(line.key) < len(after.key) and after.key.startswith(line.key)


def sites_named(asides: Iterable[Aside]) -> set[str]:
    """Names of sites that the furniture gives (飞雁范文网), to find them inside the text."""
    found: set[str] = set()
    for aside in asides:
        found.update(_SITE_NAME.findall(fold_text(aside.line.shown[:REASON_MAX_LENGTH])))
    return found


def without_watermarks(line: Line, *, sites: Iterable[str], page: str) -> tuple[Line, list[Line]]:
    """*line* without site names woven into it, and what was taken out (one line per name). *page* is the whole text."""
    removed: list[Line] = []
    addresses = [[span] for span in reversed(address_spans(line.text))]
    for spans in addresses or _watermarks(line.text, [*sites, *_unnamed_sites(line.text, page)]):
        cuts = [line.cut(start, end) for start, end in spans]
        removed.append(join_lines(cuts, ""))
        for start, end in reversed(spans):
            line = line.without(start, end)
    return line, removed


def _watermarks(text: str, sites: Iterable[str]) -> list[list[tuple[int, int]]]:
    """The spans of each name to take out; the last name first, so that earlier offsets stay right."""
    found: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for site in sites:
        for match in re.finditer(rf"(?<=[\u4e00-\u9fff]){re.escape(site)}(?=[\u4e00-\u9fff])", text):
            found[match.span()] = [match.span()]
    for last, pattern in _WOVEN_PATTERNS:
        for match in pattern.finditer(text) if last in text else ():
            found[match.span()] = [match.span(group) for group in range(1, pattern.groups + 1)]
    return [spans for _, spans in sorted(_apart(found.items()), reverse=True)]


def _unnamed_sites(text: str, page: str) -> Iterable[str]:
    """Site names that split a word which the page has elsewhere: 责飞雁范文网任制 where 责任 is common."""
    # Every ending ends with 网.
    for match in _SITE_ENDING.finditer(text) if "网" in text else ():
        for length in (2, 3, 4):
            start = match.start() - length
            joint = text[start - 1 : start] + text[match.end() : match.end() + 1]
            if start > 0 and len(joint) == 2 and joint in page:
                yield text[start : match.end()]
                break


def _apart(
    found: Iterable[tuple[tuple[int, int], list[tuple[int, int]]]],
) -> list[tuple[tuple[int, int], list[tuple[int, int]]]]:
    """The names that do not overlap one before them."""
    kept: list[tuple[tuple[int, int], list[tuple[int, int]]]] = []
    for whole, spans in sorted(found):
        if not kept or whole[0] >= kept[-1][0][1]:
            kept.append((whole, spans))
    return kept


def same_title(one: str, other: str) -> bool:
    """Whether two titles are the same but for 范文, (精选6篇) and the like."""
    bare = bare_title(other)
    return bool(bare) and bare_title(one) == bare


def says_title(line: Line, title: str) -> bool:
    """Like :func:`same_title` for a line of any length."""
    bare = bare_title(title)
    # All letters of what is left of a line stand in the line; one that is lacking tells at once.
    return (
        bool(bare)
        and all(sign in line.folded for sign in bare if sign != _FOLDED_TWICE)
        and same_title(line.shown, title)
    )


def bare_title(text: str) -> str:
    """The letters of a title without brackets and 范文, 精选6篇 and the like at its end."""
    return _bare_of_short(text) if len(text) <= SHORT else _bare(text)


def _bare(text: str) -> str:
    key = letters(_BRACKETED.sub("", fold_text(text)))
    return _PRAISE.sub("", key)


# A title is compared with many lines, and comes again with each paragraph of its page.
_bare_of_short = lru_cache(maxsize=512)(_bare)
