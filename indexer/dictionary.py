"""What the users of a site can edit: words that jieba is to know, words that mean the same, words that say nothing.

A folder holds ``words.txt`` (``word [frequency] [tag]``, as jieba reads it), ``synonyms.txt`` and ``stopwords.txt`` (a word a
line), UTF-8, with ``#`` before a remark; the head of the shipped ``data/synonyms.txt`` explains its lines in Chinese. A line
that cannot be used is left out and reported, never an error. Words decide how texts are cut, so a change of them asks for a
new index; synonyms and stop words act on queries only.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from pathlib import Path

from indexer.text import fold_text

WORDS_FILE, SYNONYMS_FILE, STOPWORDS_FILE = FILES = ("words.txt", "synonyms.txt", "stopwords.txt")
MAX_BYTES = 2_000_000
MAX_LINES = 50_000
MAX_LINE = 500
MAX_WORD = 20
MAX_ENTRY = 40
MAX_ALTERNATIVES = 8
MAX_PROBLEMS = 100
MAX_FREQUENCY = 1_000_000

# The signs that jieba keeps within a word, after folding, but for . _ and -, at which rjieba cuts once more (1.7w, 7w).
_WORD = re.compile(r"[\u4e00-\u9fd5a-z0-9+#&%]+")
_LINE_END = re.compile(r"\r\n|\r|\n")
_REMARK = re.compile(r"(?:^|\s)[#＃].*", re.DOTALL)
_ONE_WAY = re.compile(r"[=＝][>＞]|→")
_BOTH_WAYS = re.compile(r"[=＝]")
_SEPARATOR = re.compile(r"[,，、;；]")
# A blank parts words only of other scripts: 创建卫生城市 创建文明城市 are two that lack their comma.
_GAP = re.compile(r"[^\x00-\x7f]\s+\S|\S\s+[^\x00-\x7f]")


@dataclass(frozen=True, slots=True)
class Word:
    """A word for jieba, folded as the texts are that it cuts; ``frequency`` is None where the user gave none."""

    text: str
    frequency: int | None = None
    tag: str = ""


@dataclass(frozen=True, slots=True)
class _Line:
    """What is left of a line without its remark; ``where`` names file and number for people."""

    where: str
    text: str


@dataclass(slots=True)
class _Problems:
    """Sentences about what was left out, at most MAX_PROBLEMS and a last one that counts the rest."""

    sentences: list[str] = field(default_factory=list)
    more: int = 0

    def add(self, sentence: str) -> None:
        if len(self.sentences) < MAX_PROBLEMS:
            self.sentences.append(sentence)
        else:
            self.more += 1

    def left_out(self, line: _Line, reason: str) -> None:
        shown = line.text if len(line.text) <= 20 else line.text[:20] + "…"
        self.add(f"{line.where}“{shown}”已略去：{reason}。")

    def all(self) -> tuple[str, ...]:
        last = [f"另有 {self.more} 处问题没有列出。"] if self.more else []
        return (*self.sentences, *last)


@dataclass(frozen=True, slots=True)
class _Rule:
    """``words`` mean the same; or, where ``one_way``, who asks for the first also wants the others."""

    words: tuple[str, ...]
    one_way: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a dictionary was read, and the :func:`stamp` of the files at that time."""

    folder: Path | None
    may_lack: bool = False
    stamp: tuple[object, ...] = ()


def stamp(folder: Path | None) -> tuple[object, ...]:
    """Changes when one of the files of *folder* is replaced or written to; one call of ``stat`` each."""
    return () if folder is None else tuple(_stamp_of(folder / name) for name in FILES)


def _stamp_of(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


class _Refused(ValueError):
    """A line that cannot be used, with the reason in words for its writer."""


class Dictionary:
    """Words, synonyms and stop words of a site; immutable, cheap to ask, safe to share between threads."""

    def __init__(
        self,
        *,
        words: Iterable[Word] = (),
        alternatives: Mapping[str, tuple[str, ...]] | None = None,
        stopwords: Iterable[str] = (),
        problems: Iterable[str] = (),
        origin: Origin | None = None,
    ) -> None:
        """``alternatives`` are asked for by folded text, and ``stopwords`` are folded."""
        self.words = tuple(words)
        self.stopwords = frozenset(stopwords)
        self.problems = tuple(problems)
        self.origin = origin or Origin(None)
        self._alternatives = dict(alternatives or {})
        self._lengths: dict[str, list[int]] = {}
        for length, start in sorted({(len(entry), entry[:2]) for entry in self._alternatives}):
            self._lengths.setdefault(start, []).append(length)

    @classmethod
    def read(cls, folder: Path | None, *, may_lack: bool = False) -> Dictionary:
        """The shipped synonyms, and what *folder* adds to them and takes away; ``problems`` tells what was left out.

        :param may_lack: that there is no such folder, or nothing in it, is no problem.
        """
        # Taken first: what is changed while it is read is read again.
        origin = Origin(folder, may_lack, stamp(folder))
        problems = _Problems()
        if folder is None or (may_lack and not folder.is_dir()):
            return cls._of({}, problems, origin)
        _check_folder(folder, problems, may_lack=may_lack)
        return cls._of({name: _content(folder / name, problems) for name in FILES}, problems, origin)

    @classmethod
    def of(cls, contents: Mapping[str, bytes]) -> Dictionary:
        """As :meth:`read`, out of the bytes of the files by name."""
        return cls._of(contents, _Problems(), Origin(None))

    @classmethod
    def _of(cls, contents: Mapping[str, bytes], problems: _Problems, origin: Origin) -> Dictionary:
        lines = {name: _lines(contents.get(name, b""), name, problems) for name in FILES}
        shipped = list(_rules(_lines(_shipped(), "自带的 " + SYNONYMS_FILE, problems), problems, removed={}))
        words = _words(lines[WORDS_FILE], problems)
        removed: dict[str, _Line] = {}
        own = list(_rules(lines[SYNONYMS_FILE], problems, removed=removed))
        kept = list(_without(shipped, removed, problems))
        # What the user wrote comes first: of too many alternatives the shipped ones give way.
        alternatives = _joined([*own, *kept], problems)
        stopwords = list(_stopwords(lines[STOPWORDS_FILE], problems))
        return cls(words=words, alternatives=alternatives, stopwords=stopwords, problems=problems.all(), origin=origin)

    def is_stopword(self, text: str) -> bool:
        """Whether *text* says nothing about what is looked for."""
        return bool(self.stopwords) and fold_text(text).strip() in self.stopwords

    def alternatives(self, text: str) -> tuple[str, ...]:
        """Other words for *text* as they were written, at most MAX_ALTERNATIVES; those that hold *text* itself are left out."""
        return self._alternatives.get(fold_text(text).strip(), ())

    def found_in(self, text: str, *, cuts: Collection[int] | None = None) -> list[tuple[int, int, tuple[str, ...]]]:
        """(start, end, alternatives) of the entries within *text*, by place; the longest win, none overlap.

        ``start`` and ``end`` count characters of the folded text. With *cuts*, the places where a word begins or ends, an
        entry must begin and end at one: 国企 is then not found in 中国企业.
        """
        folded = fold_text(text)
        found: list[tuple[int, int, tuple[str, ...]]] = []
        taken = bytearray(len(folded))
        for start, end in sorted(self._places(folded, cuts), key=lambda place: (place[0] - place[1], place[0])):
            if not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                found.append((start, end, self._alternatives[folded[start:end]]))
        return sorted(found)

    @property
    def words_fingerprint(self) -> str:
        """Changes with everything that decides how texts are cut: an index made with another one must be built anew."""
        return _digest(f"{word.text} {word.frequency}" for word in self.words)

    @cached_property
    def fingerprint(self) -> str:
        """Changes with every word, every synonym and every stop word."""
        synonyms = (f"{entry} = {', '.join(others)}" for entry, others in sorted(self._alternatives.items()))
        return _digest([self.words_fingerprint, *synonyms, *sorted(self.stopwords)])

    def _places(self, folded: str, cuts: Collection[int] | None) -> Iterator[tuple[int, int]]:
        allowed = range(len(folded) + 1) if cuts is None else {0, len(folded), *cuts}
        for start in range(len(folded) - 1):
            ends = (start + length for length in self._lengths.get(folded[start : start + 2], ()) if start in allowed)
            for end in ends:
                if end in allowed and folded[start:end] in self._alternatives and _is_apart(folded, start, end):
                    yield start, end


def _is_apart(text: str, start: int, end: int) -> bool:
    """Whether Latin letters and digits at the edges of an entry stand for themselves: no AI in mail."""
    return not (_joins(text[start - 1 : start], text[start]) or _joins(text[end - 1], text[end : end + 1]))


def _joins(left: str, right: str) -> bool:
    return left.isascii() and right.isascii() and left.isalnum() and right.isalnum()


def _digest(lines: Iterable[str]) -> str:
    return hashlib.blake2b("\n".join(lines).encode(), digest_size=8).hexdigest()


def _shipped() -> bytes:
    return (resources.files("indexer") / "data" / SYNONYMS_FILE).read_bytes()


def _check_folder(folder: Path, problems: _Problems, *, may_lack: bool) -> None:
    try:
        names = {path.name for path in folder.iterdir()}
    except OSError as error:
        problems.add(f"打不开词典文件夹 {folder}（{error.strerror}）：只用自带的同义词；请检查路径和权限。")
        return
    if names.isdisjoint(FILES) and not may_lack:
        # Windows hides suffixes, so what looks like synonyms.txt in the Explorer can be synonyms.txt.txt.
        problems.add(f"词典文件夹 {folder} 里没有 {WORDS_FILE}，也没有 {SYNONYMS_FILE}：请检查文件名和后缀。")


def _content(path: Path, problems: _Problems) -> bytes:
    """The bytes of a file that may be absent; one that cannot be read is a problem."""
    try:
        if path.exists() and not path.is_file():
            problems.add(f"{path} 不是普通文件，没有读取。")
        return _beginning(path) if path.is_file() else b""
    except OSError as error:
        problems.add(f"读不了 {path}（{error.strerror}），里面的词都没有用上：请检查权限。")
        return b""


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _lines(content: bytes, name: str, problems: _Problems) -> Iterator[_Line]:
    """The lines of *content* that say something, without remarks."""
    if len(content) > MAX_BYTES:
        problems.add(f"{name} 超过 {MAX_BYTES // 1_000_000} MB，里面的词都没有用上：请删去不用的词。")
        return
    try:
        lines = _LINE_END.split(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        problems.add(f"{name} 不是 UTF-8 编码，里面的词都没有用上：请在记事本里“另存为”，编码选 UTF-8。")
        return
    if len(lines) > MAX_LINES:
        problems.add(f"{name} 超过 {MAX_LINES} 行，后面的没有用上。")
    for number, text in enumerate(lines[:MAX_LINES], 1):
        line = _Line(f"{name} 第 {number} 行", _REMARK.sub("", text[: MAX_LINE + 1]).strip())
        if len(text) > MAX_LINE:
            problems.left_out(line, f"一行超过 {MAX_LINE} 个字")
        elif line.text:
            yield line


def _words(lines: Iterable[_Line], problems: _Problems) -> list[Word]:
    """The words in order of their text: where a frequency is left to jieba, it depends on the words given before."""
    words: dict[str, Word] = {}
    for line in lines:
        try:
            word = _word(line.text)
            if word.text in words:
                raise _Refused("这个词前面已经有了")
            words[word.text] = word
        except _Refused as reason:
            problems.left_out(line, str(reason))
    return sorted(words.values(), key=lambda word: word.text)


def _word(line: str) -> Word:
    """A line of words.txt: 网格员, 网格员 50, 网格员 n or 网格员 50 n."""
    text, *rest = line.split()
    folded = fold_text(text)
    if not 2 <= len(folded) <= MAX_WORD:
        raise _Refused(f"词应有 2 到 {MAX_WORD} 个字")
    if not _WORD.fullmatch(folded):
        raise _Refused("词里只能有汉字、字母、数字和 + # & %")
    frequency = int(rest.pop(0)) if rest and re.fullmatch(r"[0-9]+", rest[0]) else None
    tag = rest.pop(0) if rest and re.fullmatch(r"[a-zA-Z]{1,8}", rest[0]) else ""
    if rest:
        raise _Refused("每行应是“词 词频 词性”，后两项可以不写，词频是数字，词性是字母")
    if frequency is not None and not 1 <= frequency <= MAX_FREQUENCY:
        raise _Refused(f"词频应在 1 到 {MAX_FREQUENCY} 之间")
    return Word(folded, frequency, tag)


def _stopwords(lines: Iterable[_Line], problems: _Problems) -> Iterator[str]:
    """The words of stopwords.txt, folded."""
    for line in lines:
        folded = fold_text(line.text)
        if len(line.text.split()) > 1 or _SEPARATOR.search(line.text):
            problems.left_out(line, "一行只写一个词")
        elif len(folded) > MAX_WORD or not any(map(str.isalnum, folded)):
            problems.left_out(line, f"停用词应是 1 到 {MAX_WORD} 个字的词")
        else:
            yield folded


def _rules(lines: Iterable[_Line], problems: _Problems, *, removed: dict[str, _Line]) -> Iterator[_Rule]:
    """The rules of synonyms.txt; the words of its lines with a minus go into *removed*, folded."""
    for line in lines:
        try:
            if fold_text(line.text[0]) == "-":
                removed.update(dict.fromkeys(_taken_away(line.text[1:]), line))
            else:
                yield _rule(line.text)
        except _Refused as reason:
            problems.left_out(line, str(reason))


def _taken_away(text: str) -> list[str]:
    """The folded words of a line such as -创卫, 创文."""
    if _BOTH_WAYS.search(text):
        raise _Refused("减号后面只写要去掉的词，不写等号")
    return [fold_text(_entry(part)) for part in _SEPARATOR.split(text)]


def _rule(line: str) -> _Rule:
    """A line such as 创卫 = 创建国家卫生城市, 创建卫生城市, or with => for one way."""
    one_way = _ONE_WAY.search(line)
    sign = one_way or _BOTH_WAYS.search(line)
    if sign is None:
        raise _Refused("没有等号，应写成“创卫 = 创建国家卫生城市”")
    parts = [line[: sign.start()], *_SEPARATOR.split(line[sign.end() :])]
    words = {fold_text(word): word for word in map(_entry, [part for part in parts if part.strip()])}
    if len(words) < 2:
        raise _Refused("等号两边应是不同的词（繁简、大小写不算不同）")
    if len(words) > MAX_ALTERNATIVES + 1:
        raise _Refused(f"一行最多写 {MAX_ALTERNATIVES + 1} 个词，请分成几行")
    return _Rule(tuple(words.values()), one_way=one_way is not None)


def _entry(text: str) -> str:
    """A word of a rule, as it was written."""
    word = text.strip()
    folded = fold_text(word)
    if _BOTH_WAYS.search(word):
        raise _Refused("一行只能有一个等号")
    if _GAP.search(word):
        raise _Refused("词里有空格，几个词之间请用逗号隔开")
    if sum(character.isalnum() for character in folded) < 2:
        raise _Refused(f"“{word}”太短，至少要有两个字")
    if len(folded) > MAX_ENTRY:
        raise _Refused(f"“{word[:10]}…”太长，最多 {MAX_ENTRY} 个字")
    return word


def _without(rules: Collection[_Rule], removed: Mapping[str, _Line], problems: _Problems) -> Iterator[_Rule]:
    """*rules* without the words that the user took away; a rule of one word is none."""
    known = {fold_text(word) for rule in rules for word in rule.words}
    for word in sorted(removed.keys() - known):
        problems.left_out(removed[word], f"自带的词表里没有“{word}”，不用去掉")
    for rule in rules:
        kept = tuple(word for word in rule.words if fold_text(word) not in removed)
        if len(kept) > 1 and not (rule.one_way and kept[0] != rule.words[0]):
            yield _Rule(kept, rule.one_way)


def _joined(rules: Iterable[_Rule], problems: _Problems) -> dict[str, tuple[str, ...]]:
    """For each folded word the others of its rules, in their order."""
    found: dict[str, dict[str, str]] = {}
    for rule in rules:
        for word in rule.words[:1] if rule.one_way else rule.words:
            key = fold_text(word)
            found[key] = found.get(key, {}) | _others(key, rule)
    return {key: _bounded(key, others, problems) for key, others in found.items() if others}


def _others(key: str, rule: _Rule) -> dict[str, str]:
    """The words of *rule* by their folded form, without those that hold *key*: a text with 教育培训 holds 培训 anyway."""
    folded = ((fold_text(word), word) for word in rule.words)
    return {other: word for other, word in folded if key not in other}


def _bounded(key: str, others: Mapping[str, str], problems: _Problems) -> tuple[str, ...]:
    if len(others) > MAX_ALTERNATIVES:
        problems.add(f"“{key}”的同义词有 {len(others)} 个，只用前 {MAX_ALTERNATIVES} 个。")
    return tuple(others.values())[:MAX_ALTERNATIVES]
