"""Files of ours go out compressed; pages do not: compressing what a reader typed beside a secret tells the secret (BREACH)."""

from __future__ import annotations

import gzip
from functools import lru_cache

from flask import Response, request

# What is already compact, such as an image, only grows.
_KINDS = frozenset({"text/css", "text/javascript", "image/svg+xml"})
# Below this a compressed answer takes as many packets as a plain one.
_LEAST = 1_000


def gzipped(response: Response) -> Response:
    """*response* compressed where it is one of our files, whole, and the browser reads gzip."""
    if not (request.endpoint or "").endswith(".static") or response.mimetype not in _KINDS:
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code != 200 or request.method != "GET" or not request.accept_encodings["gzip"]:
        return response
    text = _read(response)
    response.set_data(_compressed(text) if len(text) >= _LEAST else text)
    if len(text) >= _LEAST:
        response.content_encoding = "gzip"
    tag, _ = response.get_etag()
    if tag:
        # The same file, another sequence of bytes.
        response.set_etag(tag, weak=True)
    return response


def _read(response: Response) -> bytes:
    """The file that *response* would send, which is closed."""
    response.direct_passthrough = False
    text = response.get_data()
    response.close()
    return text


@lru_cache(maxsize=64)
def _compressed(text: bytes) -> bytes:
    return gzip.compress(text, mtime=0)
