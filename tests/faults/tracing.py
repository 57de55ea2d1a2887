"""Runs work in a child process and stops it at each operation that changes files below a folder.

The system's own tracing (ptrace) sees every call: those of Python, of SQLite and of whatever else writes. At each one the
caller may look, make it fail, or kill the child. Linux on x86-64 only, without any program beside Python.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import signal
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import pytest

from indexer.errors import BuildError, IndexBusy, IndexFolderError

# From linux/ptrace.h, seccomp.h and prctl.h.
_TRACEME, _POKEUSER, _CONT, _SYSCALL, _SETOPTIONS, _SYSCALL_INFO = 0, 6, 7, 24, 0x4200, 0x420E
# The child dies with us; ends of calls are marked; forks and threads are followed; the filter stops the calls it names.
_OPTIONS = 0x100000 | 0x1 | 0x2 | 0x4 | 0x8 | 0x80
_EXIT, _FILTERED = 2, 3
_NO_NEW_PRIVILEGES, _SET_FILTER = 38, 22
_STOP, _ALLOW = 0x7FF00000, 0x7FFF0000
_WALL = 0x40000000
_AT_FDCWD = 0xFFFFFF9C
# Places of two registers of x86-64 in struct user.
_ORIG_RAX, _RAX = 15 * 8, 10 * 8

Work = Callable[[], object]


class Kill(Enum):
    """Said instead of an errno: the child dies before the operation."""

    NOW = "now"


@dataclass(frozen=True, slots=True)
class _Call:
    """How a call is read: ``at`` and ``to`` are the arguments of a folder's descriptor (or None) and of a path or descriptor."""

    name: str
    path: tuple[int | None, int] | None = None
    second: tuple[int | None, int] | None = None
    descriptor: int | None = None


_CALLS: Mapping[int, _Call] = {
    1: _Call("write", descriptor=0),
    2: _Call("open", path=(None, 0)),
    4: _Call("stat", path=(None, 0)),
    6: _Call("stat", path=(None, 0)),
    18: _Call("write", descriptor=0),
    20: _Call("write", descriptor=0),
    26: _Call("msync"),
    40: _Call("write", descriptor=0),
    74: _Call("sync", descriptor=0),
    75: _Call("sync", descriptor=0),
    76: _Call("truncate", path=(None, 0)),
    77: _Call("truncate", descriptor=0),
    82: _Call("rename", path=(None, 0), second=(None, 1)),
    83: _Call("mkdir", path=(None, 0)),
    84: _Call("rmdir", path=(None, 0)),
    85: _Call("open", path=(None, 0)),
    86: _Call("link", path=(None, 0), second=(None, 1)),
    87: _Call("unlink", path=(None, 0)),
    90: _Call("chmod", path=(None, 0)),
    91: _Call("chmod", descriptor=0),
    257: _Call("open", path=(0, 1)),
    258: _Call("mkdir", path=(0, 1)),
    262: _Call("stat", path=(0, 1)),
    263: _Call("unlink", path=(0, 1)),
    264: _Call("rename", path=(0, 1), second=(2, 3)),
    265: _Call("link", path=(0, 1), second=(2, 3)),
    268: _Call("chmod", path=(0, 1)),
    285: _Call("write", descriptor=0),
    296: _Call("write", descriptor=0),
    316: _Call("rename", path=(0, 1), second=(2, 3)),
    326: _Call("write", descriptor=2),
    332: _Call("stat", path=(0, 1)),
    452: _Call("chmod", path=(0, 1)),
}
_OPEN_FLAGS = {2: 1, 257: 2}
_REMOVE_FOLDER = 0x200
_LOOKS = frozenset({"stat"})


@dataclass(frozen=True, slots=True)
class Operation:
    """Something that a process is about to do to the files below the folder that is watched.

    ``name`` is one of ``create`` (a new file), ``empty`` (opening an existing one and cutting it to nothing), ``write``,
    ``truncate``, ``sync``, ``rename``, ``link``, ``unlink``, ``mkdir``, ``rmdir``, ``chmod``, ``open`` and ``stat``;
    the last two change nothing.
    """

    name: str
    path: Path
    target: Path | None = None

    @property
    def changes(self) -> bool:
        """Whether the files differ afterwards, or what a power cut may leave of them."""
        return self.name not in ("open", "stat")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended: its exit status (negative: the signal) and what it said."""

    status: int
    said: str


class _Info(ctypes.Structure):
    _fields_ = (
        ("op", ctypes.c_uint8),
        ("pad", ctypes.c_uint8 * 3),
        ("arch", ctypes.c_uint32),
        ("ip", ctypes.c_uint64),
        ("sp", ctypes.c_uint64),
        # At the end of a call the first is its result.
        ("number", ctypes.c_int64),
        ("arguments", ctypes.c_uint64 * 6),
        ("rest", ctypes.c_uint64 * 2),
    )


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("value", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.POINTER(_Instruction)))


def in_child(work: Work) -> tuple[int, int]:
    """Run *work* in a forked child: its pid, and a descriptor on which it says what it raised.

    Exit status 0, 7 for BuildError, 6 for IndexBusy, 5 for other errors of the index folder, 9 for anything else.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, reading
    status = 0
    try:
        os.setpgid(0, 0)
        work()
    except BaseException as error:
        os.write(writing, f"{type(error).__name__}: {error}".encode("utf-8", "replace")[:4000])
        status = _status_of(error)
    os._exit(status)


def ended(child: tuple[int, int], *, status: int | None = None) -> Ended:
    """Wait for a child (unless its raw *status* is known) and listen to what it says."""
    pid, reading = child
    raw = os.waitpid(pid, 0)[1] if status is None else status
    with os.fdopen(reading, "rb") as pipe:
        return Ended(os.waitstatus_to_exitcode(raw), pipe.read().decode())


def _status_of(error: BaseException) -> int:
    if isinstance(error, BuildError):
        return 7
    if isinstance(error, IndexBusy):
        return 6
    return 5 if isinstance(error, IndexFolderError) else 9


def needs_tracing() -> None:
    """Skip the test where processes cannot be traced."""
    if not sys.platform.startswith("linux") or platform.machine() != "x86_64":
        pytest.skip("needs Linux on x86-64 to trace a process")
    if traced(lambda: None, Path("/nowhere"), before=lambda _: None) is None:
        pytest.skip("may not trace processes here")


def traced(
    work: Work,
    root: Path,
    *,
    before: Callable[[Operation], int | Kill | None],
    after: Callable[[Operation], None] = lambda _: None,
    looks: bool = False,
) -> Ended | None:
    """Run *work* in a child; None where processes cannot be traced.

    :param before: told of each operation below *root*; answers None to let it happen, an errno to make it fail, or ``Kill``.
    :param after: told when it has happened; the child stands still meanwhile.
    :param looks: tell of each ``stat`` as well.
    """

    def watched() -> None:
        if _ptrace(_TRACEME, 0, 0, 0):
            os._exit(99)
        os.kill(os.getpid(), signal.SIGSTOP)
        _stop_at(number for number, call in _CALLS.items() if looks or call.name not in _LOOKS)
        work()

    child = in_child(watched)
    _, status = os.waitpid(child[0], _WALL)
    if not os.WIFSTOPPED(status):
        os.close(child[1])
        return None
    _ptrace(_SETOPTIONS, child[0], 0, _OPTIONS)
    return ended(child, status=_Tracer(child[0], root, before, after).run())


class _Tracer:
    """Leads a stopped child and all that it starts from call to call."""

    def __init__(
        self,
        pid: int,
        root: Path,
        before: Callable[[Operation], int | Kill | None],
        after: Callable[[Operation], None],
    ) -> None:
        self._pid = pid
        self._root = str(root)
        self._before = before
        self._after = after
        self._under_way: dict[int, Operation] = {}
        self._known = {pid}

    def run(self) -> int:
        """Until the child has ended: its raw status."""
        _ptrace(_CONT, self._pid, 0, 0)
        status = 0
        with contextlib.suppress(ChildProcessError):
            while True:
                thread, found = os.waitpid(-self._pid, _WALL)
                if not os.WIFSTOPPED(found):
                    status = found if thread == self._pid else status
                    continue
                signalled = self._looked_at(thread, os.WSTOPSIG(found))
                # A thread that was killed meanwhile is gone; waiting for it tells.
                _ptrace(_SYSCALL if thread in self._under_way else _CONT, thread, 0, signalled)
        return status

    def _looked_at(self, thread: int, stop: int) -> int:
        """Look at a stop: the signal to hand on, if it was for one."""
        if stop & ~0x80 == signal.SIGTRAP:
            info = _Info()
            _ptrace(_SYSCALL_INFO, thread, ctypes.sizeof(info), ctypes.addressof(info))
            if info.op == _FILTERED:
                self._enter(thread, info)
            elif info.op == _EXIT and thread in self._under_way:
                operation = self._under_way.pop(thread)
                if info.number >= 0:
                    self._after(operation)
            return 0
        is_new = thread not in self._known
        self._known.add(thread)
        return 0 if is_new and stop == signal.SIGSTOP else stop

    def _enter(self, thread: int, info: _Info) -> None:
        operation = self._operation(thread, info)
        verdict = self._before(operation) if operation else None
        if verdict is Kill.NOW:
            os.killpg(self._pid, signal.SIGKILL)
        elif isinstance(verdict, int):
            # No call has this number: the system does nothing, and our answer is taken for its own.
            _ptrace(_POKEUSER, thread, _ORIG_RAX, -1)
            _ptrace(_POKEUSER, thread, _RAX, -verdict)
        elif operation:
            self._under_way[thread] = operation

    def _operation(self, thread: int, info: _Info) -> Operation | None:
        call = _CALLS.get(info.number)
        if call is None:
            return None
        path = self._path(thread, call, info)
        target = self._named(thread, call.second, info) if call.second else None
        if not (self._is_watched(path) or self._is_watched(target)):
            return None
        return Operation(_kind(call, info, Path(path)), Path(path), Path(target) if target else None)

    def _is_watched(self, path: str | None) -> bool:
        return path is not None and (path == self._root or path.startswith(self._root + "/"))

    def _path(self, thread: int, call: _Call, info: _Info) -> str:
        if call.path:
            return self._named(thread, call.path, info)
        return "" if call.descriptor is None else _open_path(thread, info.arguments[call.descriptor])

    def _named(self, thread: int, place: tuple[int | None, int], info: _Info) -> str:
        folder, argument = place
        path = _text(thread, info.arguments[argument])
        if path.startswith("/"):
            return path.rstrip("/")
        descriptor = _AT_FDCWD if folder is None else info.arguments[folder] & 0xFFFFFFFF
        base = (
            str(Path(f"/proc/{thread}/cwd").readlink()) if descriptor == _AT_FDCWD else _open_path(thread, descriptor)
        )
        return f"{base}/{path}" if path else base


def _kind(call: _Call, info: _Info, path: Path) -> str:
    if call.name == "unlink" and info.number == 263 and info.arguments[2] & _REMOVE_FOLDER:
        return "rmdir"
    if call.name != "open":
        return call.name
    flags = info.arguments[_OPEN_FLAGS[info.number]] if info.number in _OPEN_FLAGS else os.O_CREAT | os.O_TRUNC
    exists = os.path.lexists(path)
    if flags & os.O_CREAT and not exists:
        return "create"
    return "empty" if flags & os.O_TRUNC and exists else "open"


def _open_path(thread: int, descriptor: int) -> str:
    try:
        return str(Path(f"/proc/{thread}/fd/{descriptor}").readlink())
    except OSError:
        return ""


def _text(thread: int, address: int) -> str:
    """The text of a process that ends with a zero byte."""
    if not address:
        return ""
    with open(f"/proc/{thread}/mem", "rb", buffering=0) as memory:  # noqa: PTH123
        found = b""
        while b"\0" not in found:
            memory.seek(address + len(found))
            # Up to the end of the page: the next one may not be there.
            found += memory.read(min(256, 4096 - (address + len(found)) % 4096))
    return os.fsdecode(found.split(b"\0", 1)[0])


def _stop_at(numbers: Iterable[int]) -> None:
    """From now on this process stops for its tracer at the calls of *numbers*, and at no other."""
    wanted = list(numbers)
    # Load the number of the call; for each wanted one a jump to the last instruction; allow the others.
    body = [_Instruction(0x15, len(wanted) - place, 0, number) for place, number in enumerate(wanted)]
    whole = [_Instruction(0x20, 0, 0, 0), *body, _Instruction(0x6, 0, 0, _ALLOW), _Instruction(0x6, 0, 0, _STOP)]
    program = _Program(len(whole), (_Instruction * len(whole))(*whole))
    library = ctypes.CDLL(None, use_errno=True)
    failed = library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or library.prctl(_SET_FILTER, 2, ctypes.byref(program), 0, 0)
    if failed:
        os._exit(99)


def _ptrace(request: int, pid: int, address: int, data: int) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    library.ptrace.restype = ctypes.c_long
    arguments = (ctypes.c_long(request), ctypes.c_long(pid), ctypes.c_void_p(address), ctypes.c_void_p(data))
    return int(library.ptrace(*arguments))
