"""The retrieval library of 范文检索: reads model documents, indexes their passages, finds them.

Knows no Flask and no HTML. The read path starts in :mod:`indexer.search`,
the write path in :mod:`indexer.build`; the nouns of both are in :mod:`indexer.model`.
"""
