"""What each command of ``fanwen`` does. Prints its data on standard output; the exit status is its result."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from indexer import config, corpus
from indexer import evaluate as evaluation
from indexer.analysis import default_analyzer
from indexer.answers import answer, lines, remarks
from indexer.build import build, former_sources, load_ahead
from indexer.config import Settings
from indexer.dictionary import Dictionary
from indexer.errors import FanwenError, QueryError, SettingsError
from indexer.following import site_dictionary
from indexer.generations import IndexFolder
from indexer.keycommands import keys
from indexer.model import Skipped
from indexer.progress import Progress, Written, megabytes, shown_on
from indexer.report import ASIDE_NAMES, Report
from indexer.search import Page, Search, SearchRequest
from indexer.serve import become_server
from indexer.state import uploads
from indexer.state.uploads import Uploads
from indexer.terminal import plain, say
from indexer.workers import give_way

DONE, NOTHING = 0, 1
SKIPPED_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Stats:
    """What ``fanwen stats`` tells of an index. Counts by name stand most first, years newest first."""

    index: str
    generation: int
    created: str
    sources: int
    bytes: int
    documents: int
    passages: int
    kinds: Mapping[str, int]
    years: Mapping[str, int]
    encodings: Mapping[str, int]
    set_aside: Mapping[str, int]
    skipped: tuple[Skipped, ...]
    warnings: tuple[str, ...]


def index(arguments: argparse.Namespace) -> int:
    """``fanwen index``: read sources, write the index, sum up."""
    settings = _settings(arguments, sources=arguments.sources or None, jobs=arguments.jobs)
    for what, path in (("报告", arguments.report), ("进度", arguments.progress)):
        if path:
            _check_writable(path, what)
    give_way()
    with _progress(arguments.progress) as progress:
        settings = _with_sources(settings)
        load_ahead()
        analyzer = default_analyzer(_dictionary(settings).words)
        report = build(
            settings, analyzer=analyzer, progress=progress, rebuild=arguments.rebuild, reread=arguments.reread
        )
    if arguments.report:
        _write_json(arguments.report, report.as_json())
    _say_report(report)
    return DONE


def search(arguments: argparse.Namespace) -> int:
    """``fanwen search``: a page of passages, for people or as JSON."""
    settings = _settings(arguments, per_page=arguments.per_page)
    request = SearchRequest(
        query=_readable(" ".join(arguments.query)),
        page=arguments.page,
        per_page=settings.per_page,
        sort=arguments.sort,
        off=frozenset(arguments.off),
    )
    with closing(Search(folder=settings.index, dictionary=_dictionary(settings))) as searching:
        page = searching.search(request)
    if arguments.json:
        _print_json(answer(page))
    else:
        _print_page(page)
    return DONE if page.total or page.partial else NOTHING


def stats(arguments: argparse.Namespace) -> int:
    """``fanwen stats``: what the index holds."""
    store = IndexFolder(_settings(arguments).index)
    generation = store.current()
    with store.catalog() as catalog:
        totals = catalog.totals()
        skipped = [Skipped(entry.name, entry.reason, entry.code) for entry in catalog.skipped()]
    found = Stats(
        index=str(store.path),
        generation=generation.number,
        created=generation.manifest.created,
        sources=totals.sources,
        bytes=totals.bytes,
        documents=totals.documents,
        passages=totals.passages,
        kinds=_most_first(totals.kinds),
        years={str(year): count for year, count in sorted(totals.years.items(), reverse=True)},
        encodings=_most_first(totals.encodings),
        set_aside=_most_first(totals.set_aside),
        skipped=tuple(skipped),
        warnings=generation.warnings,
    )
    if arguments.json:
        _print_json(asdict(found))
    else:
        _print_stats(found)
    return DONE


def verify(arguments: argparse.Namespace) -> int:
    """``fanwen verify``: read every byte of the index and compare."""
    found = IndexFolder(_settings(arguments).index).verify()
    for problem in found.problems:
        print(problem)
    if found.problems:
        say(
            f"第 {found.generation} 代索引有 {len(found.problems)} 处损坏：可用 fanwen rollback 退回上一代，或重新建立索引。"
        )
        return NOTHING
    print(f"第 {found.generation} 代索引完好：{found.files} 个文件，{megabytes(found.bytes)}。")
    return DONE


def rollback(arguments: argparse.Namespace) -> int:
    """``fanwen rollback``: serve the former generation again."""
    generation = IndexFolder(_settings(arguments).index).rollback()
    counts = generation.manifest.counts
    print(f"已退回第 {generation.number} 代索引（{generation.manifest.created} 建成，{counts['passages']} 个段落）。")
    return DONE


def evaluate(arguments: argparse.Namespace) -> int:
    """``fanwen evaluate``: index a judged folder aside, ask its queries, print how good the answers are."""
    # What is missing is told before minutes of indexing.
    evaluation.measuring_library()
    dictionary = _dictionary(_settings(arguments))
    analyzer = default_analyzer(dictionary.words)
    queries, judgments = evaluation.read_queries(arguments.folder), evaluation.read_judgments(arguments.folder)
    with tempfile.TemporaryDirectory(prefix="fanwen-evaluate-") as folder:
        say("正在为评测建立索引……")
        names = evaluation.index_passages(arguments.folder, Path(folder), analyzer)
        with closing(Search(folder=Path(folder), analyzer=analyzer, dictionary=dictionary)) as searching:
            rankings = evaluation.rank(searching, queries, names, collapse=arguments.collapse)
    found = evaluation.measure(rankings, judgments)
    if refused := sum(ranking.refused for ranking in rankings):
        say(f"有 {refused} 个检索词超出检索的限制，按没有找到计算。")
    if arguments.run:
        arguments.run.write_text("".join(f"{line}\n" for line in evaluation.trec_run(rankings)), encoding="utf-8")
    if arguments.json:
        _print_json({"rows": [asdict(row) for row in found.rows], "queries": found.by_query})
    else:
        print("\n".join(evaluation.table(found)))
    return DONE


def show_config(arguments: argparse.Namespace) -> int:
    """``fanwen config``: every setting as a line of TOML, with its origin as a comment."""
    settings = _settings(arguments)
    for name in config.names():
        print(f"{name} = {_toml(getattr(settings, name))}  # {settings.origins[name]}")
    return DONE


def serve(arguments: argparse.Namespace) -> int:
    """``fanwen serve``: the web server takes the place of this process."""
    settings = _settings(arguments, host=arguments.host, port=arguments.port, access=arguments.access)
    become_server(settings, config_file=arguments.config)
    return DONE


def samples(_arguments: argparse.Namespace) -> int:
    """``fanwen samples``: where the sample library lies."""
    print(corpus.samples())
    return DONE


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "index": index,
    "search": search,
    "stats": stats,
    "verify": verify,
    "rollback": rollback,
    "serve": serve,
    "keys": keys,
    "evaluate": evaluate,
    "samples": samples,
    "config": show_config,
}


def _settings(arguments: argparse.Namespace, **flags: object) -> Settings:
    return config.load({"index": arguments.index, **flags}, toml_path=arguments.config)


def _with_sources(settings: Settings) -> Settings:
    """With the sources of the last run where none are named: an index of uploads alone would drop the rest of the library."""
    sources = settings.sources or former_sources(settings)
    if not sources and not Uploads(settings.state / uploads.FOLDER).is_used:
        raise SettingsError("没有说明要读哪里：请写 fanwen index 文件夹，或在配置文件里写 sources。")
    if not settings.sources and sources:
        say(f"没有写来源，仍读上次的：{'、'.join(map(str, sources))}")
    return replace(settings, sources=sources)


@contextmanager
def _progress(path: Path | None) -> Iterator[Progress]:
    """Where a run tells how far it is: a file for another process, or standard error."""
    if path is None:
        yield shown_on()
        return
    written = Written(path)
    try:
        yield written
    except FanwenError as error:
        written.fail(str(error))
        raise


def _dictionary(settings: Settings) -> Dictionary:
    """The dictionary of the site; what could not be used of it is told."""
    dictionary = site_dictionary(settings)
    for problem in dictionary.problems:
        say(problem)
    return dictionary


def _readable(query: str) -> str:
    try:
        query.encode()
    except UnicodeEncodeError as error:
        raise QueryError("检索词不是有效的 UTF-8 文字：请检查终端的编码。", start=error.start) from error
    return query


def _check_writable(path: Path, what: str) -> None:
    """Raise SettingsError where *what* could not be written, before an index is built at length."""
    there = path if path.exists() else path.parent
    if path.is_dir() or not path.parent.is_dir() or not os.access(there, os.W_OK):
        raise SettingsError(f"{what}不能写到 {path}：请换一个可以写入的文件夹和文件名。")


def _write_json(path: Path, values: object) -> None:
    path.write_text(
        json.dumps(values, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", errors="backslashreplace"
    )


def _print_json(values: object) -> None:
    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    print(json.dumps(values, ensure_ascii=not unicode, indent=2))


def _toml(value: object) -> str:
    if isinstance(value, int):
        return config.as_text(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps("" if value is None else str(value), ensure_ascii=False)


def _most_first(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _say_report(report: Report) -> None:
    for note in report.notes:
        say(note)
    if report.is_unchanged:
        print("没有新的、改动的或移走的文件。")
    print(f"新增 {report.new} 个文件，更新 {report.changed} 个，未变 {report.unchanged} 个，移出 {report.gone} 个。")
    print(f"索引 {report.index}（第 {report.generation} 代）：{report.documents} 篇文章，{report.passages} 个段落。")
    if report.set_aside:
        print(
            f"未列入正文的页面附属文字 {sum(report.set_aside.values())} 行：{_counted(_named_asides(report.set_aside))}"
        )
    _say_skipped("这次读不了、仍用原有内容的文件", report.kept)
    _say_skipped("跳过", report.skipped)
    print(f"用时 {report.seconds:.1f} 秒，读取 {report.megabytes:.1f} MB（{report.rate:.2f} MB/秒）。")


def _say_skipped(what: str, skipped: Sequence[Skipped]) -> None:
    if skipped:
        print(f"{what} {len(skipped)} 项：")
    for one in skipped[:SKIPPED_SHOWN]:
        print(f"  {plain(one.source)}：{plain(one.reason)}")
    if len(skipped) > SKIPPED_SHOWN:
        print(f"  另有 {len(skipped) - SKIPPED_SHOWN} 项，用 --report FILE.json 看全部。")


def _counted(counts: Mapping[str, int]) -> str:
    return "，".join(f"{name} {count}" for name, count in counts.items())


def _named_asides(counts: Mapping[str, int]) -> dict[str, int]:
    return {ASIDE_NAMES.get(name, name): count for name, count in _most_first(counts).items()}


def _print_page(page: Page) -> None:
    for remark in remarks(page):
        say(remark)
    if page.available and not page.hits:
        say(f"没有第 {page.page} 页，最后一页是第 {page.pages} 页。")
    for line in lines(page):
        print(line)


def _print_stats(found: Stats) -> None:
    lines = {
        "索引": f"{found.index}（第 {found.generation} 代，{found.created} 建成）",
        "文件": f"{found.sources} 个，{megabytes(found.bytes)}",
        "文章": f"{found.documents} 篇",
        "段落": f"{found.passages} 个",
        "文种": _counted(found.kinds),
        "年份": _counted(found.years),
        "编码": _counted(found.encodings),
        "未列入正文": _counted(_named_asides(found.set_aside)),
    }
    for warning in found.warnings:
        say(warning)
    for name, line in lines.items():
        print(f"{name}  {line}")
    _say_skipped("跳过", found.skipped)
