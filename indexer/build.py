"""The write path: sources -> documents -> passages -> an index. What is unchanged is not read again."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from indexer import corpus
from indexer.analysis import Analyzer
from indexer.catalog import Catalog, SourceEntry
from indexer.config import Settings
from indexer.counted import CountedWriter
from indexer.errors import BuildError, IndexFolderError, SourceError
from indexer.gathering import Gathered, Preparing, make
from indexer.generations import Building, IndexFolder
from indexer.model import Skipped, Source
from indexer.parsers import PARSERS, STREAMED, suffix_of
from indexer.progress import Progress, Silent
from indexer.reading import prepare, read_all
from indexer.report import Report
from indexer.state import exclusions, runs, uploads
from indexer.state.exclusions import Exclusions
from indexer.state.uploads import Uploads
from indexer.workers import Limits

# Raise when parsers or structure read the same file in another way: everything is then read anew.
READING_VERSION = 2

# Failures that may not come again though the file is the same.
_PASSING = frozenset({"libreoffice", "denied", "missing", "changing", "unreadable"})
# Failures that depend on the limits: with the same ones they would come again, slowly.
_LIMITED = frozenset({"too_slow", "too_much_memory", "crashed", "too_large"})
# Of such sources nothing can be seen now: what was indexed of them before stays.
_UNSEEN = frozenset({"denied", "unreadable"})
_REASONS_SHOWN = 3
_EXCLUDED = "已由管理员移出文库，恢复后才会再收入。"


def build(
    settings: Settings,
    *,
    analyzer: Analyzer,
    progress: Progress | None = None,
    rebuild: bool = False,
    reread: Collection[str] = (),
) -> Report:
    """Bring the index up to date with ``settings.sources`` and what was uploaded, but for what was taken out.

    Whatever is raised leaves the former index as it was. *reread* names sources that are read though they are unchanged.
    Raises SourceError (a root cannot be read), BuildError (nothing readable, full disk), IndexBusy, IndexFolderError,
    StateError (uploads or exclusions cannot be read).
    """
    run = _Run(settings, analyzer, progress or Silent(), reread=reread)
    run.find()
    load_ahead()
    store = IndexFolder(settings.index)
    notes = () if rebuild else _reasons_to_rebuild(store)
    with store.building(analyzer, rebuild=rebuild or bool(notes)) as building:
        run.update(building)
    return run.report(store, notes=(*notes, *building.warnings, *run.unknown()))


def load_ahead() -> None:
    """Have loaded what reads the sources, while the caller gets ready for :func:`build`, which does so itself."""
    prepare(make, Preparing)


def former_sources(settings: Settings) -> tuple[Path, ...]:
    """The folders and files that the last run over the index was given; empty where there was none."""
    with suppress(IndexFolderError), IndexFolder(settings.index).catalog() as catalog:
        return tuple(map(Path, catalog.run().get("sources", ())))
    return ()


def _reasons_to_rebuild(store: IndexFolder) -> tuple[str, ...]:
    try:
        with store.catalog() as catalog:
            version = catalog.run().get("reading")
    except IndexFolderError:
        # There is none, or it is damaged: building() starts afresh and says so.
        return ()
    return () if version == READING_VERSION else ("读取规则有更新，全部文档重新读取。",)


class _Run:
    """One run of the indexer: what was found, what is done with it, and what is to be told."""

    def __init__(self, settings: Settings, analyzer: Analyzer, progress: Progress, *, reread: Collection[str]) -> None:
        self._settings = settings
        self._reread = frozenset(reread)
        self._analyzer = analyzer
        self._progress = progress
        self._started = time.monotonic()
        self._limits = Limits(seconds=settings.read_seconds, memory_mb=settings.read_memory_mb)
        self._sources: tuple[Source, ...] = ()
        self._unseen: dict[str, Skipped] = {}
        self._counts: Counter[str] = Counter()
        self._kept: list[Skipped] = []
        self._records: list[Skipped] = []
        self._told = Report(index=str(settings.index), generation=0)
        self._size = 0

    def find(self) -> None:
        """Look for sources. Raises BuildError where there is none at all."""
        roots, own = self._settings.sources, _own_folders(self._settings)
        found = corpus.find_sources(roots, suffixes=PARSERS)
        names = [name for root in roots for folder in own for name in _names_below(folder, root.resolve())]
        sources = [source for source in found.sources if not any(map(source.path.is_relative_to, own))]
        self._unseen = {one.source: one for one in found.skipped if not _is_below(one.source, names)}
        uploaded = Uploads(self._settings.state / uploads.FOLDER)
        if not sources and (roots or not uploaded.is_used):
            raise BuildError(_nothing_readable(roots, list(self._unseen.values())))
        self._sources = self._let_in([*sources, *_apart(uploaded.sources(), sources)])

    def _let_in(self, sources: Iterable[Source]) -> tuple[Source, ...]:
        """*sources* without those that were taken out, which are noted as such."""
        out = Exclusions(self._settings.state / exclusions.FILE).names()
        kept = []
        for source in sources:
            if source.name in out:
                self._unseen[source.name] = Skipped(source.name, _EXCLUDED, "excluded")
            else:
                kept.append(source)
        return tuple(kept)

    def unknown(self) -> tuple[str, ...]:
        """Sentences about what was to be read anew and is not there."""
        names = sorted(self._reread - {source.name for source in self._sources})
        return tuple(f"没有名为 {name} 的来源，没有重新读取。" for name in names)

    def update(self, building: Building) -> None:
        """Write what is new or changed, remove what is gone; keep the former generation where that is nothing."""
        due = self._due(building.catalog)
        with building.writing() as writer:
            self._remove_gone(writer, building.catalog)
            self._note_unseen(writer, building.catalog)
            self._read(due, writer, building.catalog)
            # Leaving the block sorts and writes what was gathered, which takes as long again.
            self._progress.begin("整理索引", files=self._counts["new"] + self._counts["changed"], size=self._size)
        self._progress.end()
        given = [str(root.absolute()) for root in self._settings.sources]
        moved = building.catalog.run().get("sources") != given
        if not building.fresh and not self._counts["changes"] and not moved:
            building.discard()
        building.catalog.set_run(
            {
                "reading": READING_VERSION,
                "limits": self._limits_kept(),
                "sources": given,
                # A service searches with the words that the texts were cut by, until the next generation is in its place.
                "words": [[word.text, word.frequency, word.tag] for word in self._analyzer.own_words],
            }
        )
        self._tell(building.catalog)

    def report(self, store: IndexFolder, *, notes: tuple[str, ...]) -> Report:
        """What was done, when all of it is in place."""
        generation = store.current().number
        seconds = time.monotonic() - self._started
        return replace(self._told, generation=generation, notes=notes, seconds=seconds)

    # What there is to do

    def _due(self, catalog: Catalog) -> list[Source]:
        """The sources to be read: the new, the changed, and those that failed and may not fail again."""
        limits_changed = catalog.run().get("limits") != self._limits_kept()
        known = [source for source in self._sources if catalog.fingerprint(source.name) is not None]
        due = {source for source in self._sources if source.name in self._reread} | (set(self._sources) - set(known))
        self._progress.begin("核对", files=len(known), size=sum(map(_size, known)))
        for source in known:
            if source not in due and self._may_differ(source, catalog, limits_changed=limits_changed):
                due.add(source)
            self._progress.advance(size=_size(source))
        self._progress.end()
        self._counts["unchanged"] = len(self._sources) - len(due)
        return sorted(due, key=attrgetter("name"))

    def _may_differ(self, source: Source, catalog: Catalog, *, limits_changed: bool) -> bool:
        entry = catalog.entry(source.name)
        if entry is None or entry.code in _PASSING or (entry.code in _LIMITED and limits_changed):
            return True
        try:
            return corpus.fingerprint(source) != entry.fingerprint
        except SourceError:
            # Reading it will tell why.
            return True

    def _remove_gone(self, writer: CountedWriter, catalog: Catalog) -> None:
        """Remove what is no longer there; what lies in a folder that cannot be looked into stays."""
        here = {source.name for source in self._sources} | set(self._unseen)
        closed = [name for name, one in self._unseen.items() if one.code in _UNSEEN]
        for name, _ in catalog.fingerprints():
            if name in here:
                continue
            folder = next((one for one in closed if _is_below(name, [one])), None)
            if folder is None:
                self._remove(name, writer, catalog)
            elif self._unseen[folder] not in self._kept:
                self._kept.append(self._unseen[folder])

    def _remove(self, name: str, writer: CountedWriter, catalog: Catalog) -> None:
        entry = catalog.entry(name)
        if entry is not None and entry.documents:
            writer.delete_source(name)
            self._counts["gone"] += 1
        catalog.delete(name)
        self._counts["changes"] += 1

    def _note_unseen(self, writer: CountedWriter, catalog: Catalog) -> None:
        """Keep in the catalog what was seen and not read; former passages go where another thing took the place."""
        for name, one in self._unseen.items():
            entry = catalog.entry(name)
            if entry is not None and entry.documents and one.code not in _UNSEEN:
                self._remove(name, writer, catalog)
            self._note(one, catalog, SourceEntry(name, "", reason=one.reason, code=one.code))

    def _note(self, one: Skipped, catalog: Catalog, entry: SourceEntry) -> None:
        """A source that is skipped now: its former passages stay where there are any."""
        former = catalog.entry(one.source)
        if former is not None and former.documents:
            self._kept.append(one)
        elif former is None or (former.code, former.reason, former.fingerprint) != (
            one.code,
            one.reason,
            entry.fingerprint,
        ):
            catalog.put(entry)
            self._counts["changes"] += 1

    # Doing it

    def _read(self, due: Sequence[Source], writer: CountedWriter, catalog: Catalog) -> None:
        readable = [source for source in due if not self._is_too_large(source, catalog)]
        self._progress.begin("读取", files=len(readable), size=sum(map(_size, readable)))
        finish = Preparing(self._analyzer, folder=writer.waiting)
        readings = read_all(readable, work=make, finish=finish, jobs=self._settings.jobs, limits=self._limits)
        with closing(readings):
            for source, of_source in groupby(readings, key=attrgetter("source")):
                with closing(Gathered(self._settings.index)) as gathered:
                    for reading in of_source:
                        gathered.add(reading)
                        # The other half is done when it is written, which takes as long or longer.
                        self._progress.advance(size=reading.size // 2, files=0)
                    self._settle(source, gathered, writer, catalog)
        self._progress.end()

    def _is_too_large(self, source: Source, catalog: Catalog) -> bool:
        limit = self._settings.read_file_mb
        if suffix_of(source.path.name) in STREAMED or _size(source) <= limit * 1_000_000:
            return False
        reason = f"文件超过 {limit} MB，请拆分后再建索引，或调高 read_file_mb。"
        skipped = Skipped(source.name, reason, "too_large")
        self._note(skipped, catalog, SourceEntry(source.name, _fingerprint(source), reason=reason, code="too_large"))
        return True

    def _settle(self, source: Source, gathered: Gathered, writer: CountedWriter, catalog: Catalog) -> None:
        """Write what was read of a source, or note why it was not."""
        self._size += gathered.size
        entry = gathered.entry(source.name)
        if not gathered.passages or not gathered.fingerprint:
            self._skip(source, gathered, catalog, entry)
            self._progress.advance(size=gathered.size_left)
            return
        former = catalog.entry(source.name)
        if former is not None and former.documents:
            writer.delete_source(source.name)
        self._counts["changed" if former is not None else "new"] += 1
        self._counts["changes"] += 1
        self._write(gathered, writer)
        catalog.put(entry)
        self._records += gathered.skipped

    def _write(self, gathered: Gathered, writer: CountedWriter) -> None:
        left = gathered.size_left
        share = left // gathered.documents
        for prepared, repeated in gathered.prepared():
            writer.add_run(prepared.run, counts=prepared.counts, without=repeated)
            done = share * (len(prepared.parts) - len(repeated))
            self._progress.advance(size=done, files=0)
            left -= done
        self._progress.advance(size=left)

    def _skip(self, source: Source, gathered: Gathered, catalog: Catalog, entry: SourceEntry) -> None:
        no_text = Skipped(source.name, "没有可以检索的正文，文字都像是网页的附属内容。", "no_passages")
        one = gathered.skipped[0] if gathered.skipped else no_text
        fingerprint = gathered.fingerprint or (_fingerprint(source) if one.code in _LIMITED else "")
        nothing = SourceEntry(source.name, fingerprint, entry.bytes, entry.encoding, set_aside=entry.set_aside)
        self._note(one, catalog, replace(nothing, reason=one.reason, code=one.code))

    # Telling of it

    def _limits_kept(self) -> list[float]:
        return [self._limits.seconds, self._limits.memory_mb, self._settings.read_file_mb]

    def _tell(self, catalog: Catalog) -> None:
        totals = catalog.totals()
        skipped = [Skipped(entry.name, entry.reason, entry.code) for entry in catalog.skipped()]
        self._told = replace(
            self._told,
            new=self._counts["new"],
            changed=self._counts["changed"],
            unchanged=self._counts["unchanged"],
            gone=self._counts["gone"],
            sources=totals.sources,
            documents=totals.documents,
            passages=totals.passages,
            set_aside=dict(totals.set_aside),
            kept=tuple(self._kept),
            skipped=(*skipped, *self._records),
            warnings={entry.name: entry.warnings for entry in catalog.entries() if entry.warnings},
            megabytes=self._size / 1_000_000,
        )


def _size(source: Source) -> int:
    """Bytes of a file; 0 where that cannot be told (reading it will say why)."""
    with suppress(OSError):
        return source.path.stat().st_size
    return 0


def _fingerprint(source: Source) -> str:
    with suppress(SourceError):
        return corpus.fingerprint(source)
    return ""


def _own_folders(settings: Settings) -> tuple[Path, ...]:
    """The folders of the service itself, which are no sources. BuildError where the index holds what is to be read."""
    roots = [root.resolve() for root in settings.sources]
    index, state = settings.index.resolve(), settings.state.resolve()
    for root in roots:
        if root.is_relative_to(index):
            raise BuildError(
                f"索引文件夹 {index} 不能就是来源 {root}，也不能把它包在里面：请用 --index 另选一个文件夹。"
            )
    if any(root.is_relative_to(state) for root in roots):
        return index, state / uploads.FOLDER, state / runs.FOLDER
    return index, state


def _apart(uploaded: Iterable[Source], others: Iterable[Source]) -> list[Source]:
    """*uploaded*, none of which has a name of *others*. Raises SourceError (``clash``)."""
    names = {source.name: source.path for source in others}
    found = list(uploaded)
    for source in found:
        if source.name in names:
            message = f"来源重名：{source.name}（{names[source.name]}，和上传的文件）。请把其中一个改名，再建索引。"
            raise SourceError(message, code="clash")
    return found


def _names_below(index: Path, root: Path) -> Iterator[str]:
    """The names that a folder of our own would have as a source below *root*."""
    if index.is_relative_to(root):
        below = index.relative_to(root).as_posix()
        yield from (below, f"{root.name}/{below}")


def _is_below(name: str, folders: Iterable[str]) -> bool:
    return any(name == folder or name.startswith(folder + "/") for folder in folders)


def _nothing_readable(roots: Iterable[Path], skipped: Sequence[Skipped]) -> str:
    where = "、".join(map(str, roots))
    reasons = "".join(f"\n  {one.source}：{one.reason}" for one in skipped[:_REASONS_SHOWN])
    beyond = f"\n  另有 {len(skipped) - _REASONS_SHOWN} 个。" if len(skipped) > _REASONS_SHOWN else ""
    return f"{where} 里没有可以读取的文件，索引没有改动。支持的格式：{' '.join(PARSERS)}。{reasons}{beyond}"
