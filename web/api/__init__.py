"""Answers for programs. The operations decide what is checked, what is answered and what the document says."""

from __future__ import annotations

from web.api.routes import Api

__all__ = ["Api"]
