"""The Flask front end, split by audience: pages for people, api for programs. What it shows comes from :mod:`indexer`."""

from __future__ import annotations

from web.app import create_app
from web.mounting import create_blueprint

__all__ = ["create_app", "create_blueprint"]
