"""What sites put between the paragraphs of a text and into them: page marks, adverts, links, addresses."""

from __future__ import annotations

import re

from indexer.structure.lines import Line

# All patterns are matched against folded text: simplified, half width, lower case.
_PAGE_MARK = re.compile(
    r"第\s*\d{1,4}\s*页\s*[/,|]?\s*(共\s*\d{1,4}\s*页)?|共\s*\d{1,4}\s*页|[-—–]+\s*\d{1,4}\s*[-—–]+|\d{1,4}\s*/\s*\d{1,4}|"
    r"(文章)?(分页|页数|页码)\s*[:].{0,50}|[\s\[\]()\d|<>«»]{0,40}(上一页|下一页|首页|末页|尾页)[\s\[\]()\d.|<>«»首末尾上下一页]{0,50}"
)
_BARE_PAGE_NUMBER = re.compile(r"\d{1,3}")
_BUTTONS = re.compile(
    r"([\[【]?\s*(打印|关闭|收藏|分享|返回|纠错|推荐)(本页|此页|窗口|顶部|列表)?\s*[\]】]?[\s|/]*){2,8}"
)
_ADDRESS = r"(?:https?:\s?//|www\s?\.)[a-z0-9][\w./?=&%:#~-]{2,80}"
_ADVERT = re.compile(
    r"[(\[【]?(本文|原文|文章)(来源|地址|链接|出处|网址|引自|转自|来自|摘自|由)\s*[:]?\s*.{0,20}(https?:|www\.|网|整理|收集|提供).{0,100}|"
    r"(>>|※|★|\[|【|\()?\s*(更多|查看|获取|欲知|想了解).{0,24}(请|尽在|敬请|可)\s*(访问|关注|浏览|点击|登录|查看|进入|搜索|加).{0,60}|"
    r"[(\[【]?(点击|免费|立即|全文|附件|文档|本文|word|打包)*\s*下载(地址|链接|word|全文|文档)?\s*[:].{0,60}|"
    r"(附件|文档|全文|本文|word|点击|免费)下载|[(\[【]?(点击|免费|立即)(这里|此处|查看|免费)?(下载|全文|阅读|查看)(全文|本文|文档|更多|原文|此文)?\S{0,4}|"
    r"(未经(授权|许可|本站)|转载(请|须)).{0,60}"
)
_ADDRESS_LINE = re.compile(rf"[^。;!?]{{0,40}}{_ADDRESS}[^。;!?\u4e00-\u9fff]{{0,40}}")
_HOME_ADDRESS = re.compile(r"\.(gov|edu|org|mil)\b")
_WOVEN_ADDRESS = re.compile(
    rf"[(（\[【]\s*(?P<bracketed>{_ADDRESS})\s*[)）\]】]|(?<=[\u4e00-\u9fff，、])(?P<bare>{_ADDRESS})(?=[\u4e00-\u9fff])",
    re.IGNORECASE | re.ASCII,
)
# 登录县政务服务网（www.…）: the report itself gives the address.
_GIVES_ADDRESS = re.compile(r"(网|网址|网站|平台|登录|登陆|访问|地址|邮箱|域名|系统)$")


def is_page_mark(text: str) -> bool:
    """第1页/共5页, - 2 -, 上一页 1 2 3 下一页: *text* is folded."""
    return len(text) <= 60 and bool(_PAGE_MARK.fullmatch(text))


def is_bare_page_number(line: Line, before: Line | None, after: Line | None) -> bool:
    """A number alone between two paragraphs (in a table its neighbours are short)."""
    alone = bool(_BARE_PAGE_NUMBER.fullmatch(line.shown)) and line.kind == "paragraph"
    return alone and before is not None and len(before.shown) >= 30 and (after is None or len(after.shown) >= 30)


def is_buttons(text: str) -> bool:
    """[打印] [关闭]: *text* is folded."""
    return len(text) <= 60 and bool(_BUTTONS.fullmatch(text))


def is_advert(text: str) -> bool:
    """A line that sends readers elsewhere: 更多范文请访问…, 点击下载：…, 本文来源：http…; *text* is folded."""
    if len(text) > 120 or text.endswith(("。", ";")):
        return False
    return bool(_ADVERT.fullmatch(text)) or (
        _may_hold_address(text)
        and bool(_ADDRESS_LINE.fullmatch(text))
        and not _HOME_ADDRESS.search(text)
        and not _GIVES_ADDRESS.search(text)
    )


def _may_hold_address(text: str) -> bool:
    """Whether *text* has what every address begins with."""
    lowered = text.lower()
    return "http" in lowered or "www" in lowered


def address_spans(text: str) -> list[tuple[int, int]]:
    """Where a site's address was put into *text*: 读书笔记（www.….com），政策水平."""
    if not _may_hold_address(text):
        return []
    return [
        match.span()
        for match in _WOVEN_ADDRESS.finditer(text)
        if not _HOME_ADDRESS.search(match.group()) and not _GIVES_ADDRESS.search(text[: match.start()][-6:])
    ]
