"""A dictionary that follows its files: what somebody edits takes effect in a running service within a second."""

from __future__ import annotations

import logging
import threading
import time

from indexer.config import Settings
from indexer.dictionary import Dictionary, stamp

logger = logging.getLogger(__name__)

_LOOK_SECONDS = 0.5


def site_dictionary(settings: Settings) -> Dictionary:
    """The dictionary of a site. Where no folder was set, the one that administrators fill may not be there yet."""
    return Dictionary.read(settings.words_folder, may_lack=settings.dictionary is None)


class Following:
    """The dictionary as it is now. Safe to share between threads; looks at the files twice a second at most."""

    def __init__(self, dictionary: Dictionary) -> None:
        self._dictionary = dictionary
        self._looked = time.monotonic()
        self._lock = threading.Lock()

    def now(self) -> Dictionary:
        """The dictionary; who asks while it is read again gets the former one."""
        moment = time.monotonic()
        if moment - self._looked >= _LOOK_SECONDS and self._lock.acquire(blocking=False):
            try:
                self._looked = moment
                self._look()
            finally:
                self._lock.release()
        return self._dictionary

    def _look(self) -> None:
        origin = self._dictionary.origin
        if origin.folder is None or stamp(origin.folder) == origin.stamp:
            return
        self._dictionary = Dictionary.read(origin.folder, may_lack=origin.may_lack)
        for problem in self._dictionary.problems:
            logger.warning("%s", problem)
