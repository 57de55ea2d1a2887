"""Who is signed in: a signed cookie that expires, and the tokens by which a form shows that this session wrote it."""

from __future__ import annotations

import os
import secrets
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer

from indexer.state.keys import make_private
from web.guard.ledger import Ledger

SESSION_SECONDS = 8 * 3600
SECRET_FILE = "admin-secret"  # noqa: S105 - the name of the file
_SECRET_BYTES = 32
# A cookie is read by nobody but us; one that is longer was not written by us.
_MAX_COOKIE = 500


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that is signed in. ``key`` is the id of the key that it signed in with."""

    id: str
    key: str


class Sessions:
    """Seals sessions into cookies and reads them again. The secret is a file of *folder*, so that all workers share it;
    whoever removes the file ends all sessions.
    """

    def __init__(self, folder: Path, ledger: Ledger, *, seconds: int = SESSION_SECONDS) -> None:
        self._folder = folder
        self._ledger = ledger
        self._seconds = seconds

    def begin(self, key: str) -> Session:
        """A new session for the key with the id *key*."""
        return Session(secrets.token_urlsafe(16), key)

    def sealed(self, session: Session) -> str:
        """The cookie of *session*, good for eight hours from now."""
        return str(self._cookies().dumps([session.id, session.key]))

    def read(self, cookie: str) -> Session | None:
        """The session of a cookie; None where it is not ours, has expired or was signed out."""
        if not cookie or len(cookie) > _MAX_COOKIE:
            return None
        try:
            session = Session(*self._cookies().loads(cookie, max_age=self._seconds))
        except (BadData, TypeError):
            return None
        return None if self._ledger.has_ended(session.id) else session

    def end(self, session: Session) -> None:
        """Sign out: copies of the cookie are no longer good either."""
        self._ledger.end(session.id, until=time.time() + self._seconds)

    def token(self, session: Session) -> str:
        """What a form of *session* must carry."""
        return str(self._tokens().dumps(session.id))

    def is_token_of(self, token: str, session: Session) -> bool:
        """Whether *token* was written for *session*."""
        try:
            return secrets.compare_digest(str(self._tokens().loads(token)).encode(), session.id.encode())
        except BadData:
            return False

    def _cookies(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(_secret(self._folder), salt="fanwen.admin.session")

    def _tokens(self) -> URLSafeSerializer:
        return URLSafeSerializer(_secret(self._folder), salt="fanwen.admin.form")


def _secret(folder: Path) -> bytes:
    """The secret of this service, made where there is none yet."""
    path = folder / SECRET_FILE
    with suppress(FileNotFoundError):
        if found := path.read_bytes():
            return found
    _make(path)
    return path.read_bytes()


def _make(path: Path) -> None:
    """Write a new secret. Of two workers that do so at once the last one's stays, and one visitor signs in again."""
    make_private(path.parent)
    # mkstemp: 0600 from the first byte on.
    descriptor, aside = tempfile.mkstemp(prefix=SECRET_FILE, dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(_SECRET_BYTES))
        file.flush()
        os.fsync(file.fileno())
    Path(aside).replace(path)
