"""Folding: what the search holds equal (width, case, script of a character), with the source span of every character.

NFKC changes lengths (㎏ becomes kg, ⒈ becomes 1.), so a folded text carries its offsets: never assume them equal.

Traditional text is folded character by character (OpenCC ``t2s``): 項目 is 项目. Mainland text that went through a
converter to Taiwan's words holds 專案 where its writer wrote 项目; with ``converted=True`` it is folded back word by word
(OpenCC ``tw2sp``). Simplified text must never be folded so: 文件 would become 文档.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, reduce
from itertools import compress

import numpy as np
import opencc
from numpy.typing import NDArray

from indexer.model import Script

# Raise when folding changes: an index made with another folding must be built anew.
FOLDING_VERSION = 2

# One sign for what people type in many ways: “三服务” is 「三服务」 is "三服务".
_SAME_SIGN = str.maketrans(
    {**dict.fromkeys("“”„‟«»「」『』〝〞", '"'), **dict.fromkeys("‘’‛", "'"), **dict.fromkeys("—–―‐‑‒−", "-")}
)

# Marks that combine with the letter before them; such clusters are normalised together.
_COMBINING = re.compile(r"[^\W_][\u0300-\u036f\u1ab0-\u1aff\u3099\u309a]+")
_MARK = re.compile(r"[\u0300-\u036f\u1ab0-\u1aff\u3099\u309a]")

# Stretches that are folded back word by word. No word crosses a sign, and a longer stretch is cut, which bounds the work.
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]{1,100}")

# What tw2sp takes for Taiwan's word although Mainland officials write it more often than the word it would put there:
# 建立健全 would become 创建健全, 党的核心 党的内核. Counted in 14 million characters of official prose that were
# converted with s2twp: each of these came from itself in more than half of its places. The words after (?! are those that
# tw2sp knows and gets right (載入程式 引导程序).
_KEPT = re.compile(
    "(?<!單)核心|建立|線上|新增|整合|開啟|互動(?!式)|效能|指標|(?<!雲端)儲存|查詢|影像|批次|列舉|複製|(?<!巨集)呼叫|內建|簡報"
    "|正規化|全形|多型|序列(?!埠)|貼上|載入(?!程式)|停用"
)

# Where two texts differ, the smallest pairs of steps after which they may agree again: a word has at most 8 characters
# (千里達及托巴哥 特立尼达和多巴哥).
_LONGEST_WORD = 8
_STEPS = sorted(
    ((old, new) for old in range(_LONGEST_WORD + 1) for new in range(_LONGEST_WORD + 1) if old or new),
    key=lambda step: (step[0] + step[1], abs(step[0] - step[1])),
)


# Stands between texts that are joined: no folded text holds one, and no word has it as a letter.
SEAM = "\n"

# Longer texts are looked through by arrays, of which the table knows the characters of the first three planes.
_LONG = 48
_TABLED = 0x30000


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text. Character ``i`` of ``text`` came from ``starts[i]:ends[i]`` of the original."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def source(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original text behind the folded characters ``start:end`` (``start < end``)."""
        return self.starts[start], self.ends[end - 1]


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters, digits and Han characters of a folded text, and the seams in it: letter ``i`` stands at ``places[i]`` of ``folded.text``.

    Letters have numbers as tokens have positions: the first one is 1, and the signs before it belong to 0. ``array`` holds the
    places once more, to look for many.
    """

    text: str
    places: Sequence[int]
    folded: Folded
    array: NDArray[np.intp]

    @classmethod
    def of(cls, folded: Folded) -> Letters:
        """Those of *folded*."""
        codes = _codes(folded.text)
        if len(codes) < _LONG or codes.max() >= _TABLED:
            found = [sign.isalnum() or sign == SEAM for sign in folded.text]
            places = [*compress(range(len(found)), found)]
            return cls("".join(compress(folded.text, found)), places, folded, np.asarray(places, np.intp))
        are_letters = _are_letters()[codes]
        text = codes[are_letters].tobytes().decode("utf-32-le", "surrogatepass")
        array = are_letters.nonzero()[0]
        return cls(text, array.tolist(), folded, array)

    def before(self, signs: str) -> list[int]:
        """The number of the letter before each of *signs* in ``folded.text``, ascending."""
        codes = _codes(self.folded.text)
        stands = reduce(np.logical_or, [codes == ord(sign) for sign in signs], np.zeros(len(codes), np.bool_))
        found: list[int] = self.array.searchsorted(stands.nonzero()[0]).tolist()
        return found

    def source(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original text behind the letters ``start:end``, with the signs between them."""
        return self.folded.starts[self.places[start]], self.folded.ends[self.places[end - 1]]

    def behind(self, number: int) -> tuple[int, int]:
        """Where the signs behind the letter *number* stand in ``folded.text``; those before all letters for 0."""
        start = self.places[number - 1] + 1 if number else 0
        return start, self.places[number] if number < len(self.places) else len(self.folded.text)


def fold(text: str, *, converted: bool = False) -> Folded:
    """Fold width, case, quotation marks and dashes, and script; drop what has no width.

    With ``converted`` Taiwan's words become those of the Mainland (專案 项目, 網際網路 互联网); the characters of such a word
    have the whole word as their source.
    """
    if converted:
        return _with_mainland_words(_fold_pieces(text, _plain))
    # The commonest of the signs that change first, for a plain replacement is quicker.
    text = text.replace("，", ",")
    changing = set(_unsettled().findall(text))
    if _MARK.search("".join(changing)):
        return _fold_pieces(text, _fold_character)
    uneven = {sign for sign in changing if len(_fold_character(sign)) != 1}
    folded = _unsettled().sub(_fold_match, text) if changing else text
    if not uneven:
        return Folded(folded, range(len(text)), range(1, len(text) + 1))
    starts = list(_uneven_starts(text, uneven))
    return Folded(folded, starts, [start + 1 for start in starts])


def joined(texts: Sequence[Folded], lengths: Iterable[int]) -> Folded:
    """*texts* as one, with seams between; *lengths* are those of the texts as they were before they were folded."""
    folded = SEAM.join([text.text for text in texts])
    # Nearly all characters lie as far from each other as they did: starts and ends are made for all at once.
    places = np.add.outer((0, 1), np.arange(len(folded)))
    low = base = 0
    for text, length in zip(texts, lengths, strict=True):
        high = low + len(text.text)
        if not isinstance(text.starts, range):
            places[:, low:high] = np.asarray([text.starts, text.ends]) + base
        if high - low != length:
            places[:, high:] += length - (high - low)
        low, base = high + 1, base + length + 1
    starts, ends = places
    return Folded(folded, starts.data, ends.data)


def fold_text(text: str, *, converted: bool = False) -> str:
    """Like :func:`fold` where the offsets are not wanted."""
    if converted or _clusters(text) is not None:
        return fold(text, converted=converted).text
    return _unsettled().sub(_fold_match, text.replace("，", ","))


def _uneven_starts(text: str, uneven: Container[str]) -> Iterator[int]:
    """Where each folded character comes from; *uneven* ones fold to more than one (… gives three) or to none."""
    for place, sign in enumerate(text):
        if sign not in uneven:
            yield place
        else:
            yield from [place] * len(_fold_character(sign))


def _fold_match(match: re.Match[str]) -> str:
    return _fold_character(match[0])


def is_traditional(text: str) -> bool:
    """Whether *text* (a query) is written in Traditional script: it has such characters, and none that is only Simplified."""
    scripts = {script_of_character(character) for character in text}
    return "hant" in scripts and "hans" not in scripts


def readings(text: str) -> tuple[str, ...]:
    """The foldings by which a query can be meant, best first: 專案 (项目, 专案), 檔案 (文件, 档案), 項目 (项目,), 文件 (文件,).

    A query that mixes the scripts is taken as Simplified.
    """
    plain = fold_text(text)
    if not is_traditional(text):
        return (plain,)
    return tuple(dict.fromkeys((fold_text(text, converted=True), plain)))


@lru_cache(maxsize=1024)
def taiwanese(text: str) -> str:
    """How true Traditional text would have *text*, folded: 项目 is 专案, for 專案. The same where Taiwan has no other word."""
    return fold_text(_convert_lines("s2twp", [fold_text(text)])[0])


def words_of_regions(text: str) -> tuple[int, int]:
    """How many stretches of Traditional *text* hold Taiwan's words (專案), and how many the Mainland's (項目).

    A stretch runs from sign to sign; one with both counts for both.
    """
    runs = [text[start:end] for start, end in _runs(text)]
    simple = [_simplified(run) for run in runs]
    mainland = [_simplified(line) for line in _convert_lines("tw2sp", runs)]
    taiwan = [_simplified(line) for line in _convert_lines("s2twp", simple)]
    return _unequal(simple, mainland), _unequal(simple, taiwan)


def _unequal(lines: list[str], others: list[str]) -> int:
    return sum(line != other for line, other in zip(lines, others, strict=True))


def _fold_pieces(text: str, fold_piece: Callable[[str], str]) -> Folded:
    clusters = _clusters(text)
    if clusters is None:
        pieces = [fold_piece(character) for character in text]
        bounds: Sequence[int] = range(len(text) + 1)
    else:
        pieces = [fold_piece(cluster) for cluster in clusters]
        bounds = _cumulated(clusters)
    folded = "".join(pieces)
    if clusters is None and len(folded) == len(text) and "" not in pieces:
        return Folded(folded, range(len(text)), range(1, len(text) + 1))
    starts = [bounds[index] for index, piece in enumerate(pieces) for _ in piece]
    ends = [bounds[index + 1] for index, piece in enumerate(pieces) for _ in piece]
    return Folded(folded, starts, ends)


def _with_mainland_words(plain: Folded) -> Folded:
    """*plain* (not yet folded by script) with Taiwan's words replaced and the other characters folded one by one."""
    simple = _simplified(plain.text)
    texts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for start, end, word in _replacements(plain.text, simple):
        texts += simple[done:start], word
        source_start, source_end = plain.source(start, end)
        starts += [*plain.starts[done:start], *[source_start] * len(word)]
        ends += [*plain.ends[done:start], *[source_end] * len(word)]
        done = end
    if not done:
        return Folded(simple, plain.starts, plain.ends)
    return Folded("".join((*texts, simple[done:])), [*starts, *plain.starts[done:]], [*ends, *plain.ends[done:]])


def _replacements(text: str, simple: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, Mainland word) for each of Taiwan's words in *text*; *simple* is *text* folded character by character."""
    spans = _runs(text)
    lines = _convert_lines("tw2sp", [text[start:end] for start, end in spans])
    for (start, end), line in zip(spans, lines, strict=True):
        before = simple[start:end]
        after = _simplified(line.casefold())
        if before != after:
            for first, last, word in _differences(before, after):
                yield start + first, start + last, word


def _runs(text: str) -> list[tuple[int, int]]:
    """The stretches of *text* that may hold Taiwan's words: from sign to sign, without what is kept."""
    return [match.span() for match in _HAN.finditer(_KEPT.sub(lambda kept: "\n" * len(kept[0]), text))]


def _differences(before: str, after: str) -> Iterator[tuple[int, int, str]]:
    """The stretches of *before* that stand otherwise in *after*: (start, end, what stands there), each a word or so."""
    old = new = 0
    while (old, new) != (len(before), len(after)):
        if before[old : old + 1] == after[new : new + 1]:
            old, new = old + 1, new + 1
            continue
        old_step, new_step = _steps_to_agreement(before[old:], after[new:])
        # A character that was put in or left out belongs to the one beside it: 公车 公交车.
        beside = not (old_step and new_step)
        back, ahead = (int(beside and old > 0), int(beside and old == 0))
        yield old - back, old + old_step + ahead, after[new - back : new + new_step + ahead]
        old, new = old + old_step + ahead, new + new_step + ahead


def _steps_to_agreement(before: str, after: str) -> tuple[int, int]:
    """How many characters of each to pass until two agree again, or until both end."""
    for old, new in _STEPS:
        if before[old : old + 2] == after[new : new + 2] and old <= len(before) and new <= len(after):
            return old, new
    return len(before), len(after)


def _clusters(text: str) -> list[str] | None:
    """*text* cut into letters with their combining marks, or None where it has none (nearly always)."""
    if text.isascii() or not (_MARK.search(text) and _COMBINING.search(text)):
        return None
    clusters: list[str] = []
    done = 0
    for match in _COMBINING.finditer(text):
        clusters.extend(text[done : match.start()])
        clusters.append(match.group())
        done = match.end()
    clusters.extend(text[done:])
    return clusters


def _cumulated(clusters: list[str]) -> list[int]:
    bounds = [0]
    for cluster in clusters:
        bounds.append(bounds[-1] + len(cluster))
    return bounds


@lru_cache(maxsize=1)
def _unsettled() -> re.Pattern[str]:
    """The characters that folding may change: all but lower ASCII, and Han and 。、《》 where they stand for themselves."""
    han = [chr(code) for code in range(0x4E00, 0xA000)]
    settled = [sign for sign, simple in zip(han, _convert_lines("t2s", han), strict=True) if sign == simple]
    settled += [sign for sign in map(chr, range(0x3000, 0x3020)) if _fold_character(sign) == sign]
    return re.compile(rf"[^ -@\[-~{''.join(settled)}]")


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


@cache
def _are_letters() -> NDArray[np.bool_]:
    """Whether a character is a letter, digit or Han character, or a seam, by its code."""
    found = np.fromiter(map(str.isalnum, map(chr, range(_TABLED))), np.bool_, _TABLED)
    found[ord(SEAM)] = True
    return found


@lru_cache(maxsize=100_000)
def _fold_character(character: str) -> str:
    return _simplified(_plain(character))


@lru_cache(maxsize=100_000)
def _plain(character: str) -> str:
    """The folding of a character in all but its script."""
    if character.isspace():
        return " "
    if unicodedata.category(character[0]) in {"Cc", "Cf", "Cs", "Mn", "Me"}:
        return ""
    folded = unicodedata.normalize("NFKC", character).casefold().translate(_SAME_SIGN)
    # casefold can undo the composition (İ gives i and a dot), so compose once more and keep no loose marks.
    composed = unicodedata.normalize("NFKC", folded)
    kept = "".join(sign for sign in composed if unicodedata.category(sign) not in {"Mn", "Me", "Cf", "Cc", "Cs"})
    return kept.replace("\u3000", " ")


def _simplified(text: str) -> str:
    """*text* with each character folded by script on its own, so that its length stays."""
    return text if text.isascii() else "".join(map(_simplified_character, text))


@lru_cache(maxsize=100_000)
def _simplified_character(character: str) -> str:
    simple: str = _converter("t2s").convert(character)
    return simple


@lru_cache(maxsize=100_000)
def script_of_character(character: str) -> Script:
    """The script that *character* alone tells: 項 hant, 项 hans, 目 unknown; 后 and 里 too, which Traditional text has as well."""
    if not "\u3400" <= character <= "\u9fff":
        return "unknown"
    if _converter("t2s").convert(character) != character:
        return "hant"
    only_simplified = _converter("s2t").convert(character) != character and not _in_big5(character)
    return "hans" if only_simplified else "unknown"


def _in_big5(character: str) -> bool:
    try:
        character.encode("big5")
    except UnicodeEncodeError:
        return False
    return True


def _convert_lines(name: str, lines: list[str]) -> list[str]:
    """*lines* converted in one go. No word of the dictionaries holds a line break, so as many lines come back."""
    converted: str = _converter(name).convert("\n".join(lines))
    return converted.split("\n") if lines else []


@lru_cache(maxsize=4)
def _converter(name: str) -> opencc.OpenCC:
    """Loaded at first use: importing a module does no work."""
    return opencc.OpenCC(name)
