"""What gunicorn does around the application: ``gunicorn --preload --config web/serving.py server:app``."""

from __future__ import annotations

import gc


def when_ready(_server: object) -> None:
    """Before the workers are forked: keep what is loaded out of their garbage collection.

    A full collection goes through 250,000 objects of dictionaries and libraries that never go away, which makes one request
    in a few hundred wait for 70 ms, and writes to each, so that workers no longer share their memory.
    """
    gc.collect()
    gc.freeze()
