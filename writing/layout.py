"""The layout of an official document after GB/T 9704-2012, as the parts of a .docx that do not depend on its text.

A4 with 37, 35, 28 and 26 mm left free above, below, left and right leaves 156 by 225 mm: 22 lines of 28 characters of 三号
(16 pt). A character so has 442.2 pt / 28 = 15.79 pt, 0.21 less than its size, and a line 637.8 pt / 22 = 28.99 pt.
The grid of the page says so, and each paragraph too, which then does not lean on the grid: Word and WPS read the grid's
characters as what is added to each, LibreOffice 7 as cells, and gives a character that is wider than its cell two of them.
Lengths are twips (1/20 pt) and sizes half-points, as WordprocessingML counts them.
"""

from __future__ import annotations

from dataclasses import dataclass

LINES = 22
CHARACTERS = 28

SONG_TITLE = "方正小标宋简体"
FANGSONG = "仿宋_GB2312"
KAITI = "楷体_GB2312"
HEITI = "黑体"
SONGTI = "宋体"

# What a program takes where the font of the standard is missing: those that come with Windows.
INSTEAD = {SONG_TITLE: "华文中宋", FANGSONG: "仿宋", KAITI: "楷体", HEITI: "SimHei", SONGTI: "SimSun"}

SIZE_TITLE = 44  # 二号
SIZE_TEXT = 32  # 三号
SIZE_PAGE_NUMBER = 28  # 四号

PAGE_WIDTH, PAGE_HEIGHT = 11906, 16838
TOP, BOTTOM, LEFT, RIGHT = 2098, 1984, 1588, 1474
LINE_PITCH = (PAGE_HEIGHT - TOP - BOTTOM) // LINES
# What a character has beyond its size, so that 28 of them fit: in twips for the text (one less, since LibreOffice 7 else
# breaks after 27; lines are set flush on both sides, which gives it back), in 1/4096 pt for the grid.
CLOSER = (PAGE_WIDTH - LEFT - RIGHT) // CHARACTERS - SIZE_TEXT * 10 - 1
CHARACTER_SPACE = (PAGE_WIDTH - LEFT - RIGHT) * 4096 // (20 * CHARACTERS) - SIZE_TEXT // 2 * 4096
# The dashes of the page number stand 7 mm below the text: 35 - 7 mm from the edge, less half a line of 20 pt.
FOOTER, FOOTER_LINE = 1389, 400

MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@dataclass(frozen=True, slots=True)
class Style:
    """A paragraph style. ``indent`` is that of the first line, in characters; ``level`` stands in the outline, from 1."""

    id: str
    name: str
    font: str
    size: int = SIZE_TEXT
    align: str = "both"
    indent: int = 2
    bold: bool = False
    level: int = 0
    new_page: bool = False


STYLES = (
    Style("Normal", "Normal", FANGSONG),
    Style("Title", "Title", SONG_TITLE, size=SIZE_TITLE, align="center", indent=0),
    Style("Heading1", "heading 1", HEITI, level=1),
    Style("Heading2", "heading 2", KAITI, level=2),
    Style("Heading3", "heading 3", FANGSONG, bold=True, level=3),
    Style("Heading4", "heading 4", FANGSONG, level=4),
    Style("Note", "备注", KAITI),
    Style("Appendix", "附件标题", HEITI, indent=0, level=1, new_page=True),
    Style("Footer", "footer", SONGTI, size=SIZE_PAGE_NUMBER, indent=0),
)


def fonts(name: str) -> str:
    """The font for all characters. With the hint “ ” —— and … are set in it as wide as Han, and not as Latin signs."""
    return f'<w:rFonts w:ascii="{name}" w:hAnsi="{name}" w:eastAsia="{name}" w:cs="{name}" w:hint="eastAsia"/>'


def styles() -> str:
    """word/styles.xml."""
    defaults = (
        f"<w:docDefaults><w:rPrDefault><w:rPr>{fonts(FANGSONG)}"
        f'<w:sz w:val="{SIZE_TEXT}"/><w:szCs w:val="{SIZE_TEXT}"/>'
        '<w:lang w:val="zh-CN" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>'
    )
    return f'<w:styles xmlns:w="{MAIN}">{defaults}{"".join(map(_style, STYLES))}</w:styles>'


def _style(style: Style) -> str:
    default, based = ' w:default="1"', ""
    if style.id != "Normal":
        default, based = "", '<w:basedOn w:val="Normal"/><w:next w:val="Normal"/>'
    return (
        f'<w:style w:type="paragraph"{default} w:styleId="{style.id}"><w:name w:val="{style.name}"/>{based}<w:qFormat/>'
        f"<w:pPr>{_paragraph(style)}</w:pPr>"
        f"<w:rPr>{fonts(style.font)}{'<w:b/><w:bCs/>' if style.bold else ''}"
        f'<w:snapToGrid w:val="0"/><w:spacing w:val="{CLOSER if style.size == SIZE_TEXT else 0}"/>'
        f'<w:sz w:val="{style.size}"/><w:szCs w:val="{style.size}"/></w:rPr></w:style>'
    )


def _paragraph(style: Style) -> str:
    """Chinese rules of line breaking; no sign hangs out of the text, and no space is put between Han and digits."""
    # In the order of the schema. A heading does not stay with the next line: each page has its 22 lines.
    return (
        f"{'<w:pageBreakBefore/>' if style.new_page else ''}"
        f'<w:widowControl w:val="0"/><w:kinsoku/><w:wordWrap/><w:overflowPunct w:val="0"/><w:topLinePunct w:val="0"/>'
        f'<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/><w:snapToGrid w:val="0"/>'
        f"{_spacing(style)}{_indent(style)}"
        f'<w:jc w:val="{style.align}"/>' + (f'<w:outlineLvl w:val="{style.level - 1}"/>' if style.level else "")
    )


def _spacing(style: Style) -> str:
    # Exact, whatever the font: one that stands in for another may be higher than a line.
    line = FOOTER_LINE if style.id == "Footer" else LINE_PITCH
    return f'<w:spacing w:before="0" w:after="0" w:line="{line}" w:lineRule="exact"/>'


def _indent(style: Style) -> str:
    pitch = (PAGE_WIDTH - LEFT - RIGHT) // CHARACTERS
    return f'<w:ind w:firstLineChars="{style.indent * 100}" w:firstLine="{style.indent * pitch}"/>'


def settings() -> str:
    """word/settings.xml: odd and even pages differ, and no sign is squeezed."""
    return (
        f'<w:settings xmlns:w="{MAIN}"><w:zoom w:percent="100"/><w:bordersDoNotSurroundHeader/>'
        '<w:bordersDoNotSurroundFooter/><w:defaultTabStop w:val="640"/><w:evenAndOddHeaders/>'
        '<w:characterSpacingControl w:val="doNotCompress"/><w:compat><w:useFELayout/>'
        '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
        '</w:compat><w:themeFontLang w:val="zh-CN" w:eastAsia="zh-CN"/></w:settings>'
    )


def font_table() -> str:
    """word/fontTable.xml: which font to take where one is missing."""
    rows = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/><w:family w:val="auto"/></w:font>'
        for name, other in INSTEAD.items()
    )
    return f'<w:fonts xmlns:w="{MAIN}">{rows}</w:fonts>'


def section() -> str:
    """The properties of the only section, without its footers."""
    return (
        f'<w:sectPr xmlns:w="{MAIN}"><w:pgSz w:w="{PAGE_WIDTH}" w:h="{PAGE_HEIGHT}"/>'
        f'<w:pgMar w:top="{TOP}" w:right="{RIGHT}" w:bottom="{BOTTOM}" w:left="{LEFT}"'
        f' w:header="851" w:footer="{FOOTER}" w:gutter="0"/><w:cols w:space="425"/>'
        f'<w:docGrid w:type="linesAndChars" w:linePitch="{LINE_PITCH}" w:charSpace="{CHARACTER_SPACE}"/></w:sectPr>'
    )


def page_number(side: str) -> str:
    """The paragraph — 1 — on the outer *side* (``right`` on odd pages, ``left`` on even ones), a character from the edge."""
    run = f'<w:rPr>{fonts(SONGTI)}<w:sz w:val="{SIZE_PAGE_NUMBER}"/></w:rPr>'
    return (
        f'<w:p xmlns:w="{MAIN}"><w:pPr><w:pStyle w:val="Footer"/>'
        f'<w:ind w:{side}Chars="100" w:{side}="280" w:firstLineChars="0" w:firstLine="0"/><w:jc w:val="{side}"/></w:pPr>'
        f'<w:r>{run}<w:t xml:space="preserve">— </w:t></w:r>'
        f'<w:fldSimple w:instr=" PAGE "><w:r>{run}<w:t>1</w:t></w:r></w:fldSimple>'
        f'<w:r>{run}<w:t xml:space="preserve"> —</w:t></w:r></w:p>'
    )
