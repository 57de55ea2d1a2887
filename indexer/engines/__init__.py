"""Engines: one protocol (:mod:`~indexer.engines.base`), and those who keep it."""
