"""Bytes -> text: a byte order mark, then strict UTF-8, then the legacy encodings scored by how plausible their text is.

Every Big5 file decodes as GB18030 without an error, so "the first that fits" turns Traditional pages into rubbish.
Each candidate is scored with the log-probability of its text under a rough model of Chinese writing. All candidates
explain the same bytes, so the sums can be compared directly.
"""

from __future__ import annotations

import codecs
import math
import re
from dataclasses import dataclass

from indexer.errors import SourceError
from indexer.parsers.characters import SIMPLIFIED, TRADITIONAL_ONLY

SAMPLE_BYTES = 64_000
# In nats: the odds must be better than a thousand to one, and the text no rarer than this per character.
_MIN_LEAD = 7.0
_MIN_MEAN = -11.0
_HOPELESS = -17.0
_DECLARED_BONUS = 6.0
_BINARY_CONTROLS = 0.02

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LEGACY = ("gb18030", "big5")
_WIDE = ("utf-16-le", "utf-16-be")
# Python's big5hkscs has the rows of ① and kana where real files have them, but the symbols of 1984; Windows wrote these.
_BIG5_AS_WINDOWS = str.maketrans("•､‾∼♁☉¥¢£", "‧﹑¯～⊕⊙￥￠￡")
_CODECS = {"big5": "big5hkscs"}
_NAMES = {"gb18030": "GB18030", "big5": "Big5", "utf-8": "UTF-8", "utf-16-le": "UTF-16LE", "utf-16-be": "UTF-16BE"}
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_\-]+)""", re.IGNORECASE)
_ALIASES = {"gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "x-gbk": "gb18030"} | {
    "big5": "big5",
    "big5-hkscs": "big5",
    "x-x-big5": "big5",
    "cp950": "big5",
}
_CONTROL_BYTES = bytes([*range(9), 11, *range(14, 27), *range(28, 32), 127])
_WITHOUT_CONTROLS = dict.fromkeys(_CONTROL_BYTES)


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of some bytes, the encoding's name, and what was odd about them."""

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Candidate:
    encoding: str
    score: float
    mean: float
    controls: float


def decode(data: bytes, *, declared: str = "") -> Decoded:
    """The text of *data*. ``declared`` (what an HTML page says of itself) is one witness, not the truth.

    Raises SourceError: ``binary`` where this is no text at all, ``encoding`` where no encoding stands out.
    """
    return _by_mark(data) or _as_utf8(data) or _by_score(data, declared=_ALIASES.get(declared.lower(), ""))


def declared_charset(data: bytes) -> str:
    """The charset that the head of an HTML page names, else ``""``."""
    found = _DECLARED.search(data[:4096])
    return found.group(1).decode("ascii") if found else ""


def _by_mark(data: bytes) -> Decoded | None:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _tolerant(data[len(mark) :], encoding)
    return None


def _as_utf8(data: bytes) -> Decoded | None:
    """UTF-8 if it is strict UTF-8, or so nearly that nothing else is possible (a cut last character, a bad byte)."""
    if _control_rich(data):
        return None
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd") - data.count(b"\xef\xbf\xbd")
    if not bad:
        return Decoded(text, "utf-8")
    good = len(text) - bad - len(text.encode("ascii", "ignore"))
    cut_at_end = bad == 1 and text.endswith("\ufffd")
    if good >= 5 and (bad * 50 <= good or cut_at_end):
        return Decoded(text, "utf-8", (_broken(bad),))
    return None


def _control_rich(data: bytes) -> bool:
    """More NULs and control characters than text holds; true of UTF-16 too, whose halves look like them."""
    head = data[:SAMPLE_BYTES]
    controls = len(head) - len(head.translate(None, _CONTROL_BYTES))
    return controls > 2 and controls > len(head) * _BINARY_CONTROLS


def _by_score(data: bytes, *, declared: str) -> Decoded:
    sample, wide = _sample(data)
    encodings = _LEGACY + (_WIDE if wide else ())
    ranked = sorted((_score(sample, name, declared) for name in encodings), key=lambda one: -one.score)
    best, second = ranked[:2]
    if best.controls > _BINARY_CONTROLS or best.mean < _HOPELESS:
        raise SourceError("内容不是文字（可能是图片、压缩包或程序），请确认文件后缀是否正确。", code="binary")
    if best.mean < _MIN_MEAN or best.score - second.score < _MIN_LEAD:
        raise _doubtful(best, second)
    return _tolerant(data, best.encoding)


def _sample(data: bytes) -> tuple[bytes, bool]:
    """What is scored, and whether it may be UTF-16: all of a small file, the head of one with NULs, lines with
    non-ASCII bytes of the others (a page may begin with 100 kB of script)."""
    if len(data) <= SAMPLE_BYTES or data.count(0):
        even = data[:SAMPLE_BYTES]
        return even, len(data) % 2 == 0 or data.count(0) > 0
    lines: list[bytes] = []
    size = 0
    for line in re.finditer(rb"[^\n]*[\x80-\xff][^\n]*", data):
        lines.append(line.group()[: SAMPLE_BYTES - size])
        size += len(lines[-1])
        if size >= SAMPLE_BYTES:
            break
    return b"\n".join(lines), False


def _score(sample: bytes, encoding: str, declared: str) -> _Candidate:
    codec = codecs.lookup(_CODECS.get(encoding, encoding))
    text = codec.incrementaldecoder("replace").decode(sample, False)
    total = sum(map(_log_probability, text))
    telling = [_log_probability(char) for char in text if char > "\x7f"] or [total / max(1, len(text))]
    bonus = _DECLARED_BONUS if encoding == declared else 0.0
    controls = len(text) - len(text.translate(_WITHOUT_CONTROLS))
    return _Candidate(encoding, total + bonus, sum(telling) / len(telling), controls / max(1, len(text)))


def _tolerant(data: bytes, encoding: str) -> Decoded:
    """Decode in a chosen encoding; a few broken bytes become U+FFFD and a warning."""
    text = data.decode(_CODECS.get(encoding, encoding), "replace")
    if encoding == "big5":
        text = text.translate(_BIG5_AS_WINDOWS)
    bad = text.count("\ufffd")
    if bad > max(3, len(text) // 200):
        raise SourceError(
            f"按 {_NAMES.get(encoding, encoding)} 解码时有 {bad} 处坏字节，无法可靠阅读。", code="encoding"
        )
    return Decoded(text, encoding, (_broken(bad),) if bad else ())


def _broken(count: int) -> str:
    return f"有 {count} 处字节损坏，已用“�”代替，请对照原件。"


def _doubtful(best: _Candidate, second: _Candidate) -> SourceError:
    names = " 或 ".join(_NAMES.get(one.encoding, one.encoding) for one in (best, second))
    return SourceError(f"无法确定文字编码（可能是 {names}），请另存为 UTF-8 后再建索引。", code="encoding")


def _ranked(characters: str, *, step: int) -> dict[str, float]:
    return {char: math.log(0.72 / 5.3) - math.log(rank * step + 20) for rank, char in enumerate(characters)}


# Where a character's own frequency is not known, that of its kind: (last code point, log-probability).
_COMMON = _ranked(SIMPLIFIED, step=1) | {
    char: value for char, value in _ranked(TRADITIONAL_ONLY, step=2).items() if char not in SIMPLIFIED
}
_COMMON |= dict.fromkeys("，。、：；（）“”《》！？　", -5.0) | dict.fromkeys("\n\r \t", -4.5)
_COMMON |= dict.fromkeys("…—·‘’【】〔〕％～「」『』①②③④⑤⑥⑦⑧⑨○×〇－／％℃", -8.0) | {"\ufffd": -30.0}
_KINDS = (
    (0x1F, -18.0),  # control characters
    (0x7E, -6.7),  # ASCII
    (0x9F, -25.0),  # C1 controls
    (0x24F, -13.0),  # Latin with accents
    (0x36F, -16.0),
    (0x4FF, -13.0),  # Greek, Cyrillic
    (0x1FFF, -20.0),  # alphabets that no Chinese report uses
    (0x206F, -10.0),  # punctuation
    (0x20FF, -15.0),
    (0x22FF, -12.0),  # letter-like signs, arrows, mathematics
    (0x245F, -15.0),
    (0x24FF, -9.0),  # ① ⑴ ⒈
    (0x25FF, -12.0),  # boxes
    (0x2FFF, -15.0),
    (0x303F, -9.0),  # CJK punctuation
    (0x312F, -13.0),  # kana, bopomofo
    (0x33FF, -15.0),
    (0x4DBF, -20.0),  # extension A
    (0x9FFF, -14.0),  # a rare Han character
    (0xD7FF, -20.0),  # Yi, Hangul
    (0xF8FF, -22.0),  # surrogates, private use
    (0xFAFF, -17.0),  # compatibility ideographs
    (0xFEFF, -15.0),
    (0xFF5E, -9.5),  # full-width ASCII
    (0xFFFF, -18.0),  # half-width katakana
    (0x1FAFF, -17.0),  # emoji
    (0x10FFFF, -20.0),
)


def _log_probability(char: str) -> float:
    known = _COMMON.get(char)
    if known is not None:
        return known
    code = ord(char)
    return next(value for last, value in _KINDS if code <= last)
