"""What a connection may take, whichever server holds it."""

from __future__ import annotations

from indexer.config import Settings

# The longest address of ours is a query of 256 characters, each of nine bytes once encoded, with its filters.
LINE_BYTES = 8190
HEAD_FIELDS = 60
HEAD_BYTES = 32_768
# From the first byte of a request to the end of its head.
HEAD_SECONDS = 10
# For a body as a whole, and what an upload must reach where it takes longer: a drop now and then holds nobody up.
BODY_SECONDS = 20
UPLOAD = "/admin/upload"
UPLOAD_BYTES_A_SECOND = 10_000
# Between two pieces of a body, or of an answer that a reader takes.
SILENT_SECONDS = 30
# Between two requests of one connection.
KEEPALIVE_SECONDS = 15
# What is left to a request in flight when the service is stopped; a page takes two seconds at most, an upload may take longer.
FAREWELL_SECONDS = 30
# Connections of waitress, each of which may have one body in store.
CONNECTIONS = 64
# Of a request that is no upload: a basket of 2 MB, or a word list of 2 MB for each of three kinds, and what is around them.
FORM_MEGABYTES = 3
WORDING_MEGABYTES = 7
WORDING = "/admin/wording"
_MEGABYTE = 1 << 20


def body_bytes(settings: Settings) -> int:
    """The largest body of any request: an upload, and what is around its files. Each route has its own bound below that."""
    return (settings.upload_mb + 1) * _MEGABYTE


def body_seconds(path: str, length: int) -> float:
    """Seconds in which the body of a request to *path* with *length* bytes must be there."""
    return max(BODY_SECONDS, length / UPLOAD_BYTES_A_SECOND) if path == UPLOAD else BODY_SECONDS


def form_bytes(path: str) -> int:
    """The largest body of a request to *path* that is no upload."""
    return (WORDING_MEGABYTES if path.startswith(WORDING) else FORM_MEGABYTES) * _MEGABYTE
