"""The word lists of a site as administrators edit them: read, checked, compared with what is in force, written."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from indexer.analysis import Analyzer, default_analyzer
from indexer.dictionary import FILES, MAX_BYTES, Dictionary
from indexer.disk import sync
from indexer.errors import IndexMissing, Outdated, StateError
from indexer.search import Search
from indexer.state.keys import make_private
from indexer.text import fold_text

_REMARK = re.compile(r"(?:^|\s)[#＃].*")
_SIGN = re.compile(r"[=＝]|→")
# Words whose effect is shown, sentences for each, and letters on either side of a word.
_SHOWN_WORDS, _SHOWN_SENTENCES, _AROUND = 5, 2, 16
_LOOKED_AT = 10
# Words that are looked for in the index: a list of thousands would ask thousands of questions.
_COUNTED = 200
_END = re.compile(r"[。！？；\n]")


@dataclass(frozen=True, slots=True)
class Texts:
    """The three lists as they are written."""

    words: str = ""
    synonyms: str = ""
    stopwords: str = ""

    @property
    def digest(self) -> str:
        """Changes with every character."""
        joined = "\0".join(self.by_file().values())
        return hashlib.blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

    def by_file(self) -> dict[str, str]:
        """The texts by the names of their files."""
        return dict(zip(FILES, (self.words, self.synonyms, self.stopwords), strict=True))


@dataclass(frozen=True, slots=True)
class Change:
    """A line that was rewritten, without remarks."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What is new, gone or rewritten in a list, line by line; lines belong together by the word that they begin with."""

    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    changed: tuple[Change, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.gone or self.changed)


@dataclass(frozen=True, slots=True)
class Example:
    """A stretch of a text in the library that holds ``word``, cut as it is now and as it would be."""

    word: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What saving would change.

    ``affected`` documents hold one of the words that were added, dropped or given another frequency (``many``: the first 200
    of these were looked for); since words decide how all texts are cut, ``reread`` documents, which is all or none, have to be
    read again.
    """

    words: Changes
    synonyms: Changes
    stopwords: Changes
    examples: tuple[Example, ...] = ()
    affected: int = 0
    reread: int = 0
    many: bool = False


class Wording:
    """The lists in *folder*, which may not be there yet. Raises StateError where they cannot be read or written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self) -> Texts:
        """The lists as they are; one that is not there is empty."""
        words, synonyms, stopwords = (_text(self.folder / name) for name in FILES)
        return Texts(words, synonyms, stopwords)

    def check(self, texts: Texts) -> list[str]:
        """What could not be used of *texts*, in sentences with file and line."""
        return list(_dictionary(texts).problems)

    def preview(self, texts: Texts, search: Search) -> Preview:
        """What saving *texts* would change, over the index of *search*, if there is one. Raises IndexDamaged too."""
        now = self.read()
        before, after = _dictionary(now), _dictionary(texts)
        preview = Preview(
            words=_changes(now.words, texts.words),
            synonyms=_changes(now.synonyms, texts.synonyms),
            stopwords=_changes(now.stopwords, texts.stopwords),
        )
        words = _differing(before, after)
        with suppress(IndexMissing):
            return _over(preview, words, search, default_analyzer(after.words)) if words else preview
        return preview

    def save(self, texts: Texts, *, digest: str) -> None:
        """Replace the lists, and keep each former one as ``.bak``. Raises Outdated where they are not those of *digest* any more."""
        for name, text in texts.by_file().items():
            if len(text.encode("utf-8", "replace")) > MAX_BYTES:
                raise StateError(f"{name} 超过 {MAX_BYTES // 1_000_000} MB，没有保存：请删去不用的词。")
        with self._locked():
            former = self.read()
            if former.digest != digest:
                raise Outdated("词表在您编辑时已被别人改过，没有保存：请打开最新的词表，把您的改动再做一次。")
            for name, text in texts.by_file().items():
                if text != former.by_file()[name]:
                    _write(self.folder / name, text)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time, in a folder that is made where it is missing."""
        try:
            if not self.folder.is_dir():
                make_private(self.folder)
            lock = self.folder / ".lock"
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                yield
            finally:
                os.close(descriptor)
        except OSError as error:
            message = f"词表没有保存（{error.strerror or error}）：请检查 {self.folder} 的权限和磁盘。"
            raise StateError(message) from error


def _text(path: Path) -> str:
    """The text of a list with line feeds, without a mark at its head."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise StateError(f"{path} 超过 {MAX_BYTES // 1_000_000} MB，不能在网页上编辑。")
        return _lines(data.decode("utf-8-sig"))
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise StateError(f"{path} 不是 UTF-8 编码，不能在网页上编辑：请在记事本里“另存为”，编码选 UTF-8。") from error
    except OSError as error:
        raise StateError(f"读不了 {path}（{error.strerror}）：请检查权限。") from error


def _lines(text: str) -> str:
    """*text* with the line ends of this system, the last line too."""
    joined = text.replace("\r\n", "\n").replace("\r", "\n")
    return joined if not joined or joined.endswith("\n") else joined + "\n"


def _write(path: Path, text: str) -> None:
    """Replace a file: whatever happens it holds the former text or this one."""
    aside = path.with_name(path.name + ".new")
    aside.write_text(_lines(text), encoding="utf-8", errors="replace", newline="\n")
    if path.exists():
        aside.chmod(path.stat().st_mode & 0o777)
        backup = path.with_name(path.name + ".bak")
        backup.unlink(missing_ok=True)
        backup.hardlink_to(path)
    sync(aside)
    aside.replace(path)
    sync(path.parent)


def _dictionary(texts: Texts) -> Dictionary:
    return Dictionary.of({name: text.encode("utf-8", "replace") for name, text in texts.by_file().items()})


def _over(preview: Preview, words: list[str], search: Search, after: Analyzer) -> Preview:
    """*preview* with what the change of *words* means for the index of *search*."""
    counted = words[:_COUNTED]
    return replace(
        preview,
        examples=tuple(_examples(counted, search, after)),
        affected=search.documents_with(counted),
        reread=search.stats().documents,
        many=len(words) > _COUNTED,
    )


def _differing(before: Dictionary, after: Dictionary) -> list[str]:
    """The words that cut texts otherwise: new, gone, or of another frequency."""
    old, new = ({word.text: word.frequency for word in one.words} for one in (before, after))
    both = dict.fromkeys([*new, *old])
    return [word for word in both if word not in old or word not in new or old[word] != new[word]]


def _changes(before: str, after: str) -> Changes:
    old, new = _by_beginning(before), _by_beginning(after)
    return Changes(
        new=tuple(line for key, line in new.items() if key not in old),
        gone=tuple(line for key, line in old.items() if key not in new),
        changed=tuple(Change(old[key], line) for key, line in new.items() if old.get(key, line) != line),
    )


def _by_beginning(text: str) -> dict[str, str]:
    """The lines that say something, by the word that they begin with, folded; several of one word together."""
    found: dict[str, list[str]] = {}
    for line in (_REMARK.sub("", line).strip() for line in _lines(text).split("\n")):
        if line:
            found.setdefault(_beginning(line), []).append(line)
    return {key: "；".join(lines) for key, lines in found.items()}


def _beginning(line: str) -> str:
    before = _SIGN.split(line, maxsplit=1)[0]
    return fold_text(before if before != line else line.split()[0]).strip()


def _examples(words: Iterable[str], search: Search, after: Analyzer) -> Iterator[Example]:
    """Stretches of the library that would be cut otherwise, some for each of the first words that have any."""
    before, shown = search.analyzer(), 0
    for word in words:
        stretches = (
            _stretch(one.text, word, converted=one.converted) for one in search.texts_with(word, limit=_LOOKED_AT)
        )
        examples = (Example(word, _cut(text, before), _cut(text, after)) for text in dict.fromkeys(stretches) if text)
        differing = [example for example in examples if example.before != example.after][:_SHOWN_SENTENCES]
        yield from differing
        shown += bool(differing)
        if shown == _SHOWN_WORDS:
            return


def _stretch(text: str, word: str, *, converted: bool) -> str:
    """The folded text around *word*, within its sentence; "" where it stands in a heading alone."""
    folded = fold_text(text, converted=converted)
    start = folded.find(word)
    if start < 0:
        return ""
    end = start + len(word)
    return _END.split(folded[max(0, start - _AROUND) : start])[-1] + word + _END.split(folded[end : end + _AROUND])[0]


def _cut(text: str, analyzer: Analyzer) -> tuple[str, ...]:
    """The words of *text*, without those that lie within another one."""
    found = analyzer.cut(text).words
    return tuple(
        word
        for word, start, end in sorted(found, key=lambda one: one[1])
        if not any(low <= start and end <= high and (low, high) != (start, end) for _, low, high in found)
    )
