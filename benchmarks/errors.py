"""What ends a run."""

from __future__ import annotations


class BenchError(Exception):
    """One line for the person who started the run: what is the matter, and what to do."""
