"""What was changed on the admin side and has not come into the index yet."""

from __future__ import annotations

from collections.abc import Collection

from indexer.catalog import Catalog
from indexer.state.uploads import PREFIX, Upload

# Uploads that are looked through for those that were deleted since.
MOST = 10_000


def waiting(catalog: Catalog, *, uploads: Collection[Upload], out: Collection[str]) -> int:
    """How many files the next run will read, remove or let in again because of what was done here."""
    return (
        sum(_is_new(catalog, upload) for upload in uploads if upload.source not in out)
        + sum(_is_still_found(catalog, name) for name in out)
        + len(_restored(catalog, out))
        + len(_deleted(catalog, {upload.source for upload in uploads} | set(out)))
    )


def _is_new(catalog: Catalog, upload: Upload) -> bool:
    """Whether the index does not know this upload, or another file of its name."""
    entry = catalog.entry(upload.source)
    return entry is None or (not entry.code and entry.fingerprint != upload.digest)


def _is_still_found(catalog: Catalog, name: str) -> bool:
    entry = catalog.entry(name)
    return entry is not None and entry.documents > 0


def _restored(catalog: Catalog, out: Collection[str]) -> set[str]:
    _, entries = catalog.page("", limit=MOST, offset=0, code="excluded")
    return {entry.name for entry in entries} - set(out)


def _deleted(catalog: Catalog, known: Collection[str]) -> set[str]:
    _, entries = catalog.page(f"{PREFIX}/", limit=MOST, offset=0, code="")
    return {entry.name for entry in entries if entry.name.startswith(f"{PREFIX}/")} - set(known)
