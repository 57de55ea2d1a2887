"""Vocabularies of invented texts, counted as the index counts them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from indexer.analysis import Analyzer
from indexer.cutting import Cut
from indexer.vocabulary.counting import Counting
from indexer.vocabulary.store import Vocabulary, update

# (how many passages say it, what they say)
SENTENCES = (
    (40, "全镇持续开展环境整治，清理河道两岸的垃圾。"),
    (30, "各村落实安全生产责任制，逐级签订责任书。"),
    (25, "坚决反对形式主义，为基层减负。"),
    (20, "加强政治建设，严守政治纪律。"),
    (18, "专项整治取得成效，整治工作转入长效机制。"),
    (15, "推进乡村振兴，发展特色产业。"),
    (12, "选拔任用干部要听取群众意见。"),
    (10, "未来五年，全县经济保持稳定增长。"),
    (8, "绿色发展是全县的主攻方向。"),
    (3, "这是一个好主意，大家都同意。"),
    (5, "深化放管服改革，方便群众办事。"),
    (3, "全县地区生产总值（GDP）稳步增长。"),
)
TITLES = ("青石镇2023年环境整治工作总结", "青石镇2024年环境整治工作总结", "柳溪县政府工作报告")
HEADINGS = (
    (9, "一、存在的问题"),
    (6, "（二）下一步打算"),
    (2, "3.环境整治的做法"),
    (1, "（一）環境整治成效"),
)


def counting(analyzer: Analyzer, sentences: Iterable[tuple[int, str]] = SENTENCES) -> Counting:
    """The counts of *sentences*, each a passage as often as it says, without headings."""
    counts = Counting()
    for times, sentence in sentences:
        words = cut(analyzer, sentence)
        for _ in range(times):
            counts.add_passage(words)
    return counts


def cut(analyzer: Analyzer, text: str) -> list[Cut]:
    """The words of *text* as they are counted."""
    return [(word.text, word.start, word.end) for word in analyzer.words(text)]


def vocabulary(path: Path, analyzer: Analyzer) -> Vocabulary:
    """The vocabulary of all that stands above, written to *path*."""
    counts = counting(analyzer)
    for title in TITLES:
        counts.add_part(title=title, headings=())
    for times, heading in HEADINGS:
        for _ in range(times):
            counts.add_part(title="", headings=[heading])
    update(path, added=counts)
    return Vocabulary.open(path)
