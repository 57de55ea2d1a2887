"""A power cut, made up: what a build did to a folder is recorded, then every state is laid out that a cut may leave.

The rules are those of the strictest file system that POSIX allows. What a file holds is safe when the file was synced; until
then it may be empty, zeros, half of it, or whole. That a name stands in a folder (or stands there no more) is safe when the
folder was synced; until then each change of a name may or may not have reached the disk, whatever came later. A rename within a
folder happens as a whole or not at all.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path

from tests.faults.tracing import Ended, Operation, traced

# A tree of files: content by path below the root; None is a folder.
Tree = Mapping[str, bytes | None]
_ROOT = 0


@dataclass(frozen=True, slots=True)
class _Name:
    """In the folder ``within``, ``name`` now stands for ``node`` (None: for nothing), which was called ``former`` before."""

    within: int
    name: str
    node: int | None
    is_folder: bool = False
    former: str = ""


@dataclass(frozen=True, slots=True)
class _Held:
    """A file that was not synced since it was written holds ``data``."""

    node: int
    data: bytes


@dataclass(frozen=True, slots=True)
class _Synced:
    """A file (with what it holds) or a folder is on disk."""

    node: int
    path: str
    data: bytes | None


Event = _Name | _Held | _Synced


@dataclass(slots=True)
class Recorder:
    """Follows a build below *root*. ``end`` says how it ended."""

    root: Path
    events: list[Event] = field(default_factory=list)
    end: Ended | None = None
    _start: Mapping[int, _Node] = field(default_factory=dict)
    _nodes: dict[int, int] = field(default_factory=dict)
    _unsynced: dict[int, Path] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def record(self, work: Callable[[], object]) -> None:
        """Run *work* in a child and write down what it does to the files."""
        self._start = self._found()
        self.end = traced(work, self.root, before=lambda _: None, after=self._after)

    def disk(self) -> Disk:
        """The disk as it was before, everything safe."""
        return Disk({number: _Node(node.data, dict(node.names)) for number, node in self._start.items()})

    def _found(self) -> dict[int, _Node]:
        """What is there already counts as safe."""
        nodes: dict[int, _Node] = {}
        for path in sorted([self.root, *self.root.rglob("*")]):
            number = _ROOT if path == self.root else next(self._numbers)
            self._nodes[path.stat().st_ino] = number
            nodes[number] = _Node(path.read_bytes() if path.is_file() else None)
            if path != self.root:
                nodes[self._nodes[path.parent.stat().st_ino]].names[path.name] = number
        return nodes

    def _after(self, operation: Operation) -> None:
        """Called when an operation has happened; the process stands still."""
        match operation.name:
            case "create" | "mkdir":
                self._made(operation.path)
            case "write" | "truncate" | "empty":
                # The system shows a file that was removed as ``… (deleted)``.
                if operation.path.exists():
                    self._unsynced[self._node(operation.path)] = operation.path
            case "sync":
                self._synced(operation.path)
            case "link":
                assert operation.target is not None
                self._named(operation.target)
            case "rename":
                self._renamed(operation)
            case "unlink" | "rmdir":
                self._note(_Name(self._node(operation.path.parent), operation.path.name, None))
                self._unsynced = {node: path for node, path in self._unsynced.items() if path.exists()}

    def _made(self, path: Path) -> None:
        node = next(self._numbers)
        self._nodes[path.stat().st_ino] = node
        if path.is_file():
            self._unsynced[node] = path
        self._named(path)

    def _synced(self, path: Path) -> None:
        self._note(None)
        node = self._node(path)
        self._unsynced.pop(node, None)
        where = "." if path == self.root else str(path.relative_to(self.root))
        self.events.append(_Synced(node, where, path.read_bytes() if path.is_file() else None))

    def _renamed(self, operation: Operation) -> None:
        new = operation.target
        assert new is not None
        assert new.parent == operation.path.parent, "a rename from folder to folder is not provided for"
        self._named(new, former=operation.path.name)
        moved = {node: Path(str(path).replace(str(operation.path), str(new))) for node, path in self._unsynced.items()}
        self._unsynced = {node: path for node, path in moved.items() if path.exists()}

    def _named(self, path: Path, *, former: str = "") -> None:
        self._note(_Name(self._node(path.parent), path.name, self._node(path), path.is_dir(), former))

    def _note(self, change: _Name | None) -> None:
        """Write down what the files hold that are not safe, and the change of a name."""
        self.events += [_Held(node, path.read_bytes()) for node, path in self._unsynced.items() if path.exists()]
        if change:
            self.events.append(change)

    def _node(self, path: Path) -> int:
        return self._nodes[path.stat().st_ino]


@dataclass(slots=True)
class _Node:
    """What is safe of a file (None: this is a folder), and the names in a folder."""

    data: bytes | None
    names: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Disk:
    """What is safe, and what is on its way: changes of names in order, and contents of files."""

    nodes: dict[int, _Node]
    names: list[_Name] = field(default_factory=list)
    held: dict[int, bytes] = field(default_factory=dict)

    def apply(self, event: Event) -> None:
        """The next event."""
        match event:
            case _Name():
                self.names.append(event)
            case _Held(node, data):
                self.held[node] = data
            case _Synced(node, _, None):
                for change in self.names:
                    if change.within == node:
                        _enter(self.nodes, change)
                self.names = [change for change in self.names if change.within != node]
            case _Synced(node, _, data):
                self.nodes.setdefault(node, _Node(b"")).data = data
                self.held.pop(node, None)

    def left(self, reached: Sequence[bool], contents: Mapping[int, bytes]) -> Tree:
        """What is found after a cut: those changes of names have *reached* the disk, and these *contents*."""
        nodes = {number: _Node(node.data, dict(node.names)) for number, node in self.nodes.items()}
        for change, has_reached in zip(self.names, reached, strict=True):
            if has_reached:
                _enter(nodes, change)
        for node, data in contents.items():
            nodes.setdefault(node, _Node(b"")).data = data
        return dict(_walk(nodes, _ROOT, ""))


def _enter(nodes: dict[int, _Node], change: _Name) -> None:
    names = nodes.setdefault(change.within, _Node(None)).names
    if change.former:
        names.pop(change.former, None)
    if change.node is None:
        names.pop(change.name, None)
    else:
        names[change.name] = change.node
        nodes.setdefault(change.node, _Node(None if change.is_folder else b""))


def _walk(nodes: Mapping[int, _Node], folder: int, path: str) -> Iterator[tuple[str, bytes | None]]:
    for name, number in sorted(nodes[folder].names.items()):
        node = nodes[number]
        yield f"{path}{name}", node.data
        yield from _walk(nodes, number, f"{path}{name}/")


def moments(recorder: Recorder) -> int:
    """How many moments a build has at which a cut makes a difference: after each change of a name and each sync."""
    return sum(not isinstance(event, _Held) for event in recorder.events)


def states(
    recorder: Recorder,
    *,
    at: Container[int],
    samples: int,
    ignoring: Callable[[_Synced], bool] = lambda _: False,
) -> Iterator[Tree]:
    """Every state that a cut may leave, each once, in the order of the build.

    All and none of what is on its way; the changes of names up to each; all but one; one file empty, zeros or half; and at
    each moment *samples* drawn at random of all the rest.

    :param at: the moments, counted from 0, at which the power is cut.
    :param ignoring: the syncs that are taken for not done.
    """
    chance = random.Random("2024-03-05")  # noqa: S311
    disk, seen = recorder.disk(), set[tuple[tuple[str, bytes | None], ...]]()
    moment = 0
    for event in recorder.events:
        if isinstance(event, _Synced) and ignoring(event):
            if event.data is not None:
                disk.held[event.node] = event.data
        else:
            disk.apply(event)
        if isinstance(event, _Held):
            continue
        for tree in _cut(disk, samples, chance) if moment in at else ():
            if (key := tuple(tree.items())) not in seen:
                seen.add(key)
                yield tree
        moment += 1


def after_the_end(recorder: Recorder, *, ignoring: Callable[[_Synced], bool] = lambda _: False) -> Tree:
    """What is left when the power fails after the build has ended and nothing that was on its way arrives."""
    disk = recorder.disk()
    for event in recorder.events:
        if not (isinstance(event, _Synced) and ignoring(event)):
            disk.apply(event)
    return disk.left([False] * len(disk.names), dict.fromkeys(disk.held, b""))


def syncs(recorder: Recorder) -> list[str]:
    """The paths that were synced, in order."""
    return [event.path for event in recorder.events if isinstance(event, _Synced)]


def lay_out(tree: Tree, folder: Path) -> None:
    """Make *folder* hold *tree*."""
    for path, data in tree.items():
        if data is None:
            (folder / path).mkdir(mode=0o755)
        else:
            (folder / path).write_bytes(data)


def _cut(disk: Disk, samples: int, chance: random.Random) -> Iterator[Tree]:
    size, held = len(disk.names), disk.held
    everything = [True] * size
    for reached in range(size + 1):
        yield disk.left([place < reached for place in range(size)], held)
        yield disk.left([place < reached for place in range(size)], dict.fromkeys(held, b""))
    for omitted in range(size):
        yield disk.left([place != omitted for place in range(size)], held)
    for node, data in held.items():
        for worse in _worse(data):
            yield disk.left(everything, {**held, node: worse})
    for _ in range(samples if size or held else 0):
        drawn = {node: chance.choice([*_worse(data), data]) for node, data in held.items()}
        yield disk.left([chance.random() < 0.5 for _ in range(size)], drawn)


@cache
def _worse(data: bytes) -> tuple[bytes, bytes, bytes]:
    return b"", bytes(len(data)), data[: len(data) // 2]
