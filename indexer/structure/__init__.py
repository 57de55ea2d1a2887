"""Parsed document -> titled parts, heading tree, passages; furniture set aside, never lost.

The rooms: lines (blocks as they are read), numbering (一、 （一） 1. ①), furniture (what is set aside), collection
(篇1…篇N), front (title and the lines around a text), headings (the tree), passages, marks (masks and damage),
glossary (注释), metadata (文种, date, 文号), script (繁简, and what a converter made), functions (what a passage does:
开头, 存在问题) with its cues, reader (the way through them).
"""

from indexer.structure.reader import parts

__all__ = ["parts"]
