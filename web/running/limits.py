"""What a connection may take, whichever server holds it."""

from __future__ import annotations

from indexer.config import Settings

# The longest address of ours is a query of 256 characters, each of nine bytes once encoded, with its filters.
LINE_BYTES = 8190
HEAD_FIELDS = 60
HEAD_BYTES = 32_768
# From the first byte of a request to the end of its head.
HEAD_SECONDS = 10
# Between two pieces of a body, or of an answer that a reader takes.
SILENT_SECONDS = 30
# Between two requests of one connection.
KEEPALIVE_SECONDS = 15
# What is left to a request in flight when the service is stopped; a page takes two seconds at most, an upload may take longer.
FAREWELL_SECONDS = 30
_MEGABYTE = 1 << 20


def body_bytes(settings: Settings) -> int:
    """The largest body of any request: an upload, and what is around its files. Each route has its own bound below that."""
    return (settings.upload_mb + 1) * _MEGABYTE
