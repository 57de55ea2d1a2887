"""The one exception tree. Each error says what, where and what to do, in Chinese for the user.

FanwenError
├── SettingsError        a flag, FANWEN_* variable or TOML key that cannot be used
├── SourceError          a source that cannot be read; carries a short ``code`` for the report
├── QueryError           a query that cannot be read; carries the place in the query
├── TooLong              an answer that would take longer than is allowed (:mod:`indexer.deadline`)
├── IndexFolderError     the index folder
│   ├── IndexMissing     there is none yet
│   ├── IndexDamaged     a file is torn, altered or of another version
│   └── IndexBusy        another process is writing
├── StateError           what the service itself keeps (keys, uploads) cannot be read or written
│   └── Outdated         somebody else has changed it meanwhile
├── BuildError           the run as a whole cannot go on (full disk, nothing readable)
└── EvaluationError      a judged folder that cannot be used, or no library to measure with
"""

from __future__ import annotations


class FanwenError(Exception):
    """Base of every error this library raises on purpose; ``str()`` is fit to show to a user."""


class SettingsError(FanwenError):
    """A setting that is unknown or of the wrong form."""


class SourceError(FanwenError):
    """A source that is skipped. ``code`` is one of the short names listed in docs/operations.md."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only arguments do not survive pickling by default, and readers run in child processes.
        return (_source_error, (str(self), self.code))


def _source_error(message: str, code: str) -> SourceError:
    return SourceError(message, code=code)


class QueryError(FanwenError):
    """A query that is over-long, too deep or otherwise beyond the bounds. ``start`` counts characters of the query."""

    def __init__(self, message: str, *, start: int = 0) -> None:
        super().__init__(message)
        self.start = start


class TooLong(FanwenError):
    """A request that was given up because its time was over."""


class IndexFolderError(FanwenError):
    """Anything wrong with the index folder."""


class IndexMissing(IndexFolderError):
    """The folder holds no index yet."""


class IndexDamaged(IndexFolderError):
    """A file of the index is missing, torn, altered or of a version that this program does not read."""


class IndexBusy(IndexFolderError):
    """Another process writes to the index."""


class StateError(FanwenError):
    """What the service itself keeps cannot be used."""


class Outdated(StateError):
    """What was to be replaced is not any more what it was when its editor read it."""


class BuildError(FanwenError):
    """A run that cannot go on; the former index still serves."""


class EvaluationError(FanwenError):
    """A judged folder that is incomplete or of the wrong form, or the extra ``evaluate`` is not installed."""
