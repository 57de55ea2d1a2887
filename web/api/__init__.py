"""Answers for programs."""

from __future__ import annotations

from web.api.suggesting import Api

__all__ = ["Api"]
