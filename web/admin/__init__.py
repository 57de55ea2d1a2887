"""The pages for the one who minds the library, under /admin."""

from __future__ import annotations

from web.admin.routes import Admin

__all__ = ["Admin"]
