"""The server of Werkzeug, for ``python server.py``, without its version and Python's."""

from __future__ import annotations

from werkzeug.serving import WSGIRequestHandler


class Nameless(WSGIRequestHandler):
    """Answers without saying which software speaks."""

    def version_string(self) -> str:
        """What stands in the header Server."""
        return "fanwen"
