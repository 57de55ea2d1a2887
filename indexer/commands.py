"""What each command of ``fanwen`` does. Prints its data on standard output; the exit status is its result."""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import socket
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from indexer import config
from indexer import evaluate as evaluation
from indexer.analysis import default_analyzer
from indexer.answers import answer, lines, remarks
from indexer.build import build
from indexer.config import Settings
from indexer.dictionary import Dictionary
from indexer.errors import QueryError, SettingsError
from indexer.generations import IndexFolder
from indexer.model import Skipped
from indexer.progress import megabytes, shown_on
from indexer.report import Report
from indexer.search import Page, Search, SearchRequest
from indexer.terminal import plain, say

DONE, NOTHING = 0, 1
THREADS = 4
SKIPPED_SHOWN = 20

_ASIDES: Mapping[str, str] = {
    "attachment": "附件名",
    "byline": "来源和时间",
    "chatter": "编者套话",
    "counter": "浏览计数",
    "front": "题下说明",
    "lead": "导语",
    "menu": "菜单",
    "signature": "落款",
    "site": "网站名",
    "tail": "文后链接",
    "teaser": "重复的导读",
    "title_repeat": "重复的标题",
    "watermark": "水印",
}


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
    if not settings.sources:
        raise SettingsError("没有说明要读哪里：请写 fanwen index 文件夹，或在配置文件里写 sources。")
    if arguments.report:
        _check_writable(arguments.report)
    analyzer = default_analyzer(_dictionary(settings).words)
    report = build(settings, analyzer=analyzer, progress=shown_on(), rebuild=arguments.rebuild)
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
    """``fanwen serve``: become the web server. This library does not know the web, so another program is started."""
    settings = _settings(arguments, host=arguments.host, port=arguments.port)
    IndexFolder(settings.index).current()
    _check_free(settings)
    command = _server_command(settings)
    # The server stands in a folder of its own, where a relative path would lead elsewhere.
    sources = tuple(path.absolute() for path in settings.sources)
    dictionary = settings.dictionary and settings.dictionary.absolute()
    settings = replace(
        settings,
        index=settings.index.absolute(),
        state=settings.state.absolute(),
        sources=sources,
        dictionary=dictionary,
    )
    # Threads that each have a heap of their own keep what the others could use: 20 MB a worker.
    environ = {"MALLOC_ARENA_MAX": "2", **os.environ, **config.to_environ(settings)}
    if file := arguments.config or os.environ.get(config.CONFIG_VARIABLE):
        environ[config.CONFIG_VARIABLE] = str(Path(file).absolute())
    say(f"正在启动，请在浏览器打开 {_address(settings)} （按 Ctrl-C 停止）")
    sys.stderr.flush()
    os.execve(sys.executable, [sys.executable, *command], environ)  # noqa: S606


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "index": index,
    "search": search,
    "stats": stats,
    "verify": verify,
    "rollback": rollback,
    "serve": serve,
    "evaluate": evaluate,
    "config": show_config,
}


def _settings(arguments: argparse.Namespace, **flags: object) -> Settings:
    return config.load({"index": arguments.index, **flags}, toml_path=arguments.config)


def _dictionary(settings: Settings) -> Dictionary:
    """The dictionary of the site; what could not be used of it is told."""
    dictionary = Dictionary.read(settings.dictionary)
    for problem in dictionary.problems:
        say(problem)
    return dictionary


def _readable(query: str) -> str:
    try:
        query.encode()
    except UnicodeEncodeError as error:
        raise QueryError("检索词不是有效的 UTF-8 文字：请检查终端的编码。", start=error.start) from error
    return query


def _server_command(settings: Settings) -> list[str]:
    """Gunicorn, loaded once and then forked, where it is installed; Flask's own server elsewhere."""
    found = importlib.util.find_spec("server")
    if found is None or found.origin is None:
        raise SettingsError("找不到网页服务 server.py：请重新安装 fanwen。")
    # -P: a server.py or web/ in the folder where the user stands is not ours.
    if importlib.util.find_spec("gunicorn") is None or not sys.platform.startswith("linux"):
        return ["-P", found.origin]
    bound = f"[{settings.host}]" if ":" in settings.host else settings.host
    options = {
        "bind": f"{bound}:{settings.port}",
        "workers": settings.workers,
        "threads": THREADS,
        "chdir": Path(found.origin).parent,
    }
    return [
        "-P",
        "-m",
        "gunicorn",
        "--preload",
        "--no-control-socket",
        f"--config=file:{Path(found.origin).parent / 'web' / 'serving.py'}",
        *(f"--{name}={value}" for name, value in options.items()),
        "server:app",
    ]


def _check_free(settings: Settings) -> None:
    """Raise SettingsError where the address cannot be listened on, before a server fails at length."""
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        message = f"不能在 {where} 上提供网页（{error.strerror}）：请用 --port 换一个端口，或检查 --host。"
        raise SettingsError(message) from error


def _address(settings: Settings) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104
    return f"http://{host}:{settings.port}"


def _check_writable(path: Path) -> None:
    """Raise SettingsError where the report could not be written, before an index is built at length."""
    there = path if path.exists() else path.parent
    if path.is_dir() or not path.parent.is_dir() or not os.access(there, os.W_OK):
        raise SettingsError(f"报告不能写到 {path}：请换一个可以写入的文件夹和文件名。")


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
    print(f"索引 {report.index}（第 {report.generation} 代）：{report.documents} 篇文档，{report.passages} 个段落。")
    if report.set_aside:
        print(f"另置的页面附属文字 {sum(report.set_aside.values())} 行：{_counted(_named_asides(report.set_aside))}")
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
    return {_ASIDES.get(name, name): count for name, count in _most_first(counts).items()}


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
        "文档": f"{found.documents} 篇",
        "段落": f"{found.passages} 个",
        "文种": _counted(found.kinds),
        "年份": _counted(found.years),
        "编码": _counted(found.encodings),
        "另置": _counted(_named_asides(found.set_aside)),
    }
    for warning in found.warnings:
        say(warning)
    for name, line in lines.items():
        print(f"{name}  {line}")
    _say_skipped("跳过", found.skipped)
