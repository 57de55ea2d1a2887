"""The index folder: generations that are built aside, synced, and put in place by one rename.

::

    DIR/current              the number of the generation that serves with its check sum, replaced atomically
    DIR/generations/000007/  Whoosh files, catalog.sqlite, vocabulary.bin, manifest.json; never changed once it is complete
    DIR/writer.lock          held (flock) by the one process that writes

Whatever fails or is killed before the rename leaves the former generation in service. None of Whoosh's forks syncs
its files; here every new file and folder is synced before ``current`` names it.
"""

from __future__ import annotations

import logging
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from indexer import disk
from indexer import manifest as manifests
from indexer.analysis import Analyzer, Remembering
from indexer.catalog import Catalog
from indexer.counted import CountedWriter, counted_writing
from indexer.engines.whoosh import WhooshEngine
from indexer.errors import BuildError, IndexDamaged, IndexFolderError, IndexMissing
from indexer.manifest import FileSum, Manifest
from indexer.vocabulary.store import Vocabulary

logger = logging.getLogger(__name__)

CATALOG = "catalog.sqlite"
VOCABULARY = "vocabulary.bin"
_LOCK = "writer.lock"
# What a build changes in place; all other files of a generation are only ever added or replaced.
_CHANGED = frozenset({CATALOG, VOCABULARY})

_NUMBER = re.compile(r"\d{6,12}")
_HALF_MADE = re.compile(r"\d{6,12}\.building")
# What ``current`` names until the first build is complete: a generation without a pointer is damage, not a beginning.
_NONE = 0
# What Whoosh leaves beside its index: the file it locks, and the folder of its sorting runs.
_WHOOSH_LOCK, _WHOOSH_RUNS = "MAIN_WRITELOCK", "MAIN.tmp"
_OTHER_ANALYZER = "索引是用另一套分词规则或词典建立的，全部文档需要重新建立索引（fanwen index 会自动这样做）。"
_UNCERTAIN = "第 {} 代索引已经启用，但系统没有确认它已经写入磁盘。请检查 {} 所在的磁盘，再运行一次。"


@dataclass(frozen=True, slots=True)
class Generation:
    """A complete generation that may be opened. ``warnings`` tell what was wrong with a newer one."""

    number: int
    path: Path
    manifest: Manifest
    warnings: tuple[str, ...] = ()

    def vocabulary(self) -> Vocabulary:
        """Its words and phrases, which the caller closes. IndexDamaged."""
        return Vocabulary.open(self.path / VOCABULARY)


@dataclass(frozen=True, slots=True)
class Verification:
    """What a reading of every byte of a generation has found; ``problems`` name the files, each in one line."""

    generation: int
    files: int
    bytes: int
    problems: tuple[str, ...]


@dataclass(slots=True)
class Building:
    """A generation in the making. ``fresh`` says that it starts empty; ``warnings`` say why where nobody asked for it."""

    number: int
    path: Path
    engine: WhooshEngine
    catalog: Catalog
    analyzer: Analyzer
    fresh: bool
    warnings: tuple[str, ...]
    carried: dict[str, FileSum] = field(default_factory=dict)
    discarded: bool = False

    def writing(self) -> AbstractContextManager[CountedWriter]:
        """A commit of the engine, all or nothing; the vocabulary is kept in step with it."""
        return counted_writing(self.engine, self.path / VOCABULARY, self.analyzer)

    def discard(self) -> None:
        """Nothing has changed: at the end of the block the former generation stays, and this one is thrown away."""
        self.discarded = True

    def close(self) -> None:
        """Write out what is held in memory, and release the files."""
        self.engine.close()
        self.catalog.close()


class IndexFolder:
    """See the module. Holds no open files; safe to share between threads."""

    def __init__(self, path: Path, *, limit_mb: int = 256) -> None:
        """:param limit_mb: megabytes of postings that a build keeps in memory."""
        # A link to the folder is followed once; links within it are refused.
        self.path = path.resolve()
        self._limit_mb = limit_mb
        self._generations = self.path / "generations"
        self._pointer = self.path / "current"
        # What was found wrong with a generation while it served, by number and digest of its manifest.
        self._refused: dict[tuple[int, str], str] = {}

    # Reading

    def current(self) -> Generation:
        """The generation in service, or the newest sound one before it, with warnings. IndexMissing, IndexDamaged."""
        while True:
            named = self._named()
            try:
                return self._newest_sound(named)
            except IndexFolderError:
                # Where a writer has put another generation in service meanwhile, this one may have been removed.
                if self._named() == named:
                    raise

    def stamp(self) -> tuple[int, ...]:
        """Changes whenever another generation is put in service; one call of ``stat``."""
        try:
            found = self._pointer.stat()
        except OSError:
            return ()
        return (found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size)

    def open_engine(self, analyzer: Analyzer) -> tuple[Generation, WhooshEngine]:
        """The generation in service and an engine over it, which the caller closes."""
        for _ in range(3):
            generation = self.current()
            if generation.manifest.fingerprint != analyzer.fingerprint:
                generation = replace(generation, warnings=(*generation.warnings, _OTHER_ANALYZER))
            try:
                engine = WhooshEngine(generation.path, analyzer=analyzer)
                engine.warm()
            except FileNotFoundError:
                # A writer has put another generation in service meanwhile and removed this one.
                continue
            except Exception:
                # Torn data, which may raise anything: where that is so the former generation is opened.
                if not self.refuse_if_damaged(generation):
                    raise
                continue
            return generation, engine
        raise IndexDamaged(f"索引 {self.path} 在打开时一再变动，请稍后再试。")

    def refuse_if_damaged(self, generation: Generation, *, between: Callable[[], object] = lambda: None) -> bool:
        """Read every byte of *generation*; where that differs from its manifest, do not open it again.

        :param between: called after each megabyte.
        """
        problem = manifests.first_difference(generation.path, generation.manifest, between=between)
        if problem:
            logger.error("%s：第 %d 代索引不再使用。", problem, generation.number)
            self._refused[generation.number, generation.manifest.digest] = problem
        return bool(problem)

    @contextmanager
    def open(self, analyzer: Analyzer) -> Iterator[WhooshEngine]:
        """An engine over the generation in service, for one thread."""
        _, engine = self.open_engine(analyzer)
        with closing(engine), disk.damage_told(self.path):
            yield engine

    @contextmanager
    def catalog(self) -> Iterator[Catalog]:
        """The catalog of the generation in service, to be read."""
        path = self.current().path / CATALOG
        try:
            with closing(Catalog.readable(path)) as catalog:
                yield catalog
        except sqlite3.DatabaseError as error:
            raise IndexDamaged(f"索引文件 {path} 已损坏（{error}）。请运行 fanwen verify 查看，或重建索引。") from error

    def verify(self) -> Verification:
        """Read every byte of the generation in service, also where it is too damaged to be opened. IndexMissing."""
        named = self._named()
        number = named if named is not None else max(self._numbers(), default=None)
        if number is None or number == _NONE:
            raise self._missing()
        lost = () if named is not None else (f"{self._pointer} 不见了，或者写的不是第几代：现在使用最新的一代",)
        folder = self._folder(number)
        try:
            manifest = Manifest.read(folder)
        except IndexDamaged as error:
            return Verification(number, 0, 0, (*lost, str(error)))
        total = sum(each.size for each in manifest.files.values())
        return Verification(number, len(manifest.files), total, (*lost, *manifests.problems(folder, manifest)))

    # Writing

    def writer(self) -> str:
        """The process that writes now, in words; "" where none does."""
        return disk.held_by(self.path / _LOCK)

    @contextmanager
    def building(self, analyzer: Analyzer, *, rebuild: bool = False) -> Iterator[Building]:
        """A new generation, in service when the block ends well; whatever is raised in it leaves the index as it was.

        Starts from the former generation, its unchanged files linked; empty if *rebuild* is asked for, or the former
        one is damaged or was made by another analyzer. IndexBusy, BuildError (the disk is full).
        """
        with disk.disk_errors_told(self.path):
            self._prepare()
            with disk.writer_lock(self.path / _LOCK):
                yield from self._built(analyzer, rebuild=rebuild)

    def rollback(self) -> Generation:
        """Put the newest sound generation before the one in service back in service."""
        if not self._generations.is_dir():
            raise self._missing()
        with disk.disk_errors_told(self.path), disk.writer_lock(self.path / _LOCK):
            serving = self._named()
            for number in self._candidates(serving):
                if number != serving:
                    with suppress(IndexDamaged):
                        generation = self._read_through(self._checked(number))
                        self._point_to(number)
                        return generation
        raise IndexFolderError(f"索引 {self.path} 没有可以退回的上一代。")

    # Parts of reading

    def _folder(self, number: int) -> Path:
        return self._generations / f"{number:06}"

    def _missing(self) -> IndexMissing:
        return IndexMissing(f"{self.path} 里还没有索引。请先运行 fanwen index 文件夹 --index {self.path}")

    def _named(self) -> int | None:
        """The number in ``current``, or None where it cannot be read."""
        try:
            return disk.number_in(self._pointer.read_bytes())
        except OSError:
            return None

    def _numbers(self) -> list[int]:
        """The complete generations, newest first."""
        folders = self._generations.iterdir() if self._generations.is_dir() else ()
        return sorted((int(folder.name) for folder in folders if _NUMBER.fullmatch(folder.name)), reverse=True)

    def _candidates(self, named: int | None) -> list[int]:
        """*named* and those before it; all where ``current`` is lost."""
        if named in (None, _NONE):
            return [] if named == _NONE else self._numbers()
        return [named, *(number for number in self._numbers() if number < named)]

    def _newest_sound(self, named: int | None, *, whole: bool = False) -> Generation:
        """:param whole: read every byte before a generation is called sound."""
        failures: list[IndexDamaged] = []
        for number in self._candidates(named):
            try:
                generation = self._checked(number, warnings=tuple(map(str, failures)))
                return self._read_through(generation) if whole else generation
            except IndexDamaged as error:
                failures.append(error)
        raise failures[0] if failures else self._missing()

    def _checked(self, number: int, *, warnings: tuple[str, ...] = ()) -> Generation:
        for path in (self.path, self._generations):
            manifests.check_owner(path)
        folder = self._folder(number)
        manifest = Manifest.read(folder)
        if problem := self._refused.get((number, manifest.digest)):
            raise IndexDamaged(f"{problem}。{disk.WHAT_TO_DO}")
        manifests.check_opening(folder, manifest)
        if warnings:
            logger.warning("索引 %s 改用第 %d 代：%s", self.path, number, warnings[0])
        return Generation(number, folder, manifest, warnings)

    def _read_through(self, generation: Generation) -> Generation:
        return replace(generation, manifest=manifests.read_through(generation.path, generation.manifest))

    # Parts of writing

    def _prepare(self) -> None:
        """Make the folders. A folder that holds something else is refused."""
        if not self._generations.exists():
            if self.path.exists() and not _is_free(self.path):
                raise IndexFolderError(f"{self.path} 已有别的用处，不能用作索引文件夹。请另选一个空的或新的文件夹。")
            self.path.mkdir(mode=0o755, parents=True, exist_ok=True)
            self._generations.mkdir(mode=0o755, exist_ok=True)
        if not self._pointer.exists() and not self._numbers():
            # Also where the folders are there: the writer that made them may have been killed before they were synced.
            disk.make_lasting(self.path)
            self._point_to(_NONE)
        for path in (self.path, self._generations):
            manifests.check_owner(path)

    def _built(self, analyzer: Analyzer, *, rebuild: bool) -> Iterator[Building]:
        self._sweep()
        former, warnings = self._former()
        base = None if rebuild or former is None or former.manifest.fingerprint != analyzer.fingerprint else former
        if base is not former and not rebuild:
            warnings = (*warnings, _OTHER_ANALYZER)
        number = max([*self._numbers(), self._named() or 0]) + 1
        path = self._generations / f"{number:06}.building"
        path.mkdir(mode=0o755)
        try:
            building = self._started(number, path, analyzer, base=base, warnings=warnings)
            try:
                yield building
            except BaseException:
                with suppress(OSError, sqlite3.Error):
                    building.close()
                raise
            building.close()
            if not building.discarded:
                self._publish(building, analyzer)
                self._prune(keep={number} | ({former.number} if former else set()))
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def _former(self) -> tuple[Generation | None, tuple[str, ...]]:
        """What is built upon: its files are linked, so every byte of them is read before."""
        try:
            former = self._newest_sound(self._named(), whole=True)
        except IndexMissing:
            return None, ()
        except IndexDamaged as error:
            return None, (f"{error}现在从头建立。",)
        return former, former.warnings

    def _started(
        self, number: int, path: Path, analyzer: Analyzer, *, base: Generation | None, warnings: tuple[str, ...]
    ) -> Building:
        carried = disk.carry(base.path, path, base.manifest.files, changed=_CHANGED) if base else {}
        make = WhooshEngine if base else WhooshEngine.create
        remembering = Remembering(analyzer)
        engine = make(path, analyzer=remembering, limit_mb=self._limit_mb)
        catalog = Catalog.writable(path / CATALOG)
        return Building(number, path, engine, catalog, remembering, base is None, warnings, carried)

    def _publish(self, building: Building, analyzer: Analyzer) -> None:
        """Sync the new files, write the manifest, give the folder its name and point to it."""
        path = building.path
        _tidied(path)
        files = {each.name: building.carried.get(each.name) or disk.synced_sum(each) for each in sorted(path.iterdir())}
        with closing(Catalog.readable(path / CATALOG)) as catalog:
            totals = catalog.totals()
        counts = {"sources": totals.sources, "documents": totals.documents, "passages": totals.passages}
        created = datetime.now(UTC).isoformat(timespec="seconds")
        Manifest(manifests.FORMAT, analyzer.fingerprint, created, counts, files).write(path)
        disk.synced_sum(path / manifests.NAME)
        disk.sync(path)
        complete = self._folder(building.number)
        path.rename(complete)
        try:
            disk.sync(self._generations)
            self._point_to(building.number)
        except BaseException as error:
            if self._named() != building.number:
                complete.rename(path)
            elif isinstance(error, OSError):
                raise BuildError(_UNCERTAIN.format(building.number, self.path)) from error
            raise

    def _point_to(self, number: int) -> None:
        new = self.path / "current.new"
        new.write_bytes(disk.pointer_to(number))
        disk.synced_sum(new)
        new.replace(self._pointer)
        disk.sync(self.path)

    def _sweep(self) -> None:
        """Remove what a writer that was killed has left."""
        for folder in self._generations.iterdir():
            if _HALF_MADE.fullmatch(folder.name):
                shutil.rmtree(folder, ignore_errors=True)

    def _prune(self, *, keep: set[int]) -> None:
        for number in self._numbers():
            if number not in keep:
                # Readers that still have it open keep its files until they close them.
                shutil.rmtree(self._folder(number), ignore_errors=True)


def _is_free(path: Path) -> bool:
    return path.is_dir() and all(found.name == _LOCK for found in path.iterdir())


def _tidied(path: Path) -> None:
    """Remove what Whoosh leaves beside its index."""
    (path / _WHOOSH_LOCK).unlink(missing_ok=True)
    if (path / _WHOOSH_RUNS).is_dir():
        shutil.rmtree(path / _WHOOSH_RUNS)
