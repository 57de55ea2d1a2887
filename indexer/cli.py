"""``fanwen``: index, search, stats, verify, rollback, serve, keys, config.

Data goes to standard output, progress and messages to standard error. Exit status: 0 done; 1 nothing found,
verification failed or interrupted; 2 wrong usage or an error.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn, TextIO, TypeAlias

from indexer.errors import FanwenError
from indexer.model import UNDERSTANDING_NAMES

DONE, NOTHING, FAILED = 0, 1, 2

_ABOUT = "范文检索：把一个文件夹的范文变成可以检索的段落库。"
_MORE = "每个命令都有自己的说明，例如：fanwen search --help"

# argparse speaks English; what a user meets most is said in Chinese.
_SAID_BY_ARGPARSE = (
    (r"the following arguments are required: QUERY", r"缺少参数：QUERY（以减号开头的检索词请放在 -- 之后）"),
    (r"the following arguments are required: (.+)", r"缺少参数：\1"),
    (r"unrecognized arguments: (.+)", r"不认识的参数：\1（以减号开头的检索词请放在 -- 之后）"),
    (r"argument (.+?): expected (?:one|at least one) argument", r"\1 后面要有一个值"),
    (r"argument (.+?): invalid choice: (.+?) \(choose from (.+)\)", r"\1 不能是 \2，可以是 \3"),
    (r"argument (.+?): (.+)", r"\1：\2"),
)


class _ChineseFormatter(argparse.HelpFormatter):
    def _format_usage(self, usage: str | None, actions: object, groups: object, prefix: str | None) -> str:
        return super()._format_usage(usage, actions, groups, prefix or "用法：")  # type: ignore[arg-type]


class _Parser(argparse.ArgumentParser):
    """An argument parser that speaks Chinese."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, formatter_class=_ChineseFormatter, add_help=False, allow_abbrev=False)
        self._positionals.title = "参数"
        self._optionals.title = "选项"
        self.add_argument("-h", "--help", action="help", help="显示这份说明")

    def error(self, message: str) -> NoReturn:
        for said, chinese in _SAID_BY_ARGPARSE:
            if re.fullmatch(said, message):
                message = re.sub(said, chinese, message)
                break
        self.exit(FAILED, f"{message}。\n用 {self.prog} --help 查看说明。\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    _open_what_is_closed()
    _tidy_up_when_stopped()
    for stream in (sys.stdout, sys.stderr):
        _never_fail_on_characters(stream)
    try:
        return _run(parser().parse_args(arguments))
    except FanwenError as error:
        print(error, file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("\n已中断。检索仍用上一次建成的索引。", file=sys.stderr)
        return NOTHING
    except BrokenPipeError:
        # Whoever read our output has gone (fanwen search 信访 | head); nothing is wrong, and nobody is there to be told.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except PermissionError as error:
        print(f"没有权限读写 {error.filename}，请检查权限，或换一个用户来运行。", file=sys.stderr)
        return FAILED
    except OSError as error:
        print(f"系统不允许这样做：{error}。", file=sys.stderr)
        return FAILED


def parser() -> argparse.ArgumentParser:
    """What can be typed after ``fanwen``."""
    top = _Parser(prog="fanwen", description=_ABOUT, epilog=_MORE)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND", title="命令")
    for add in (
        _add_index,
        _add_search,
        _add_stats,
        _add_verify,
        _add_rollback,
        _add_serve,
        _add_keys,
        _add_evaluate,
        _add_samples,
        _add_config,
    ):
        add(commands)
    return top


def _run(arguments: argparse.Namespace) -> int:
    # Loaded when a command is known to be right: --help answers at once, and Ctrl-C while loading is met by main.
    from indexer import commands

    status = commands.COMMANDS[arguments.command](arguments)
    sys.stdout.flush()
    return status


def _tidy_up_when_stopped() -> None:
    """A service manager's stop is met like Ctrl-C: the half-made index is removed before the program ends."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)


def _open_what_is_closed() -> None:
    """Where the caller has closed a stream (``fanwen stats >&-``) Python has none: what is written to it is dropped."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  (stays open)


def _never_fail_on_characters(stream: TextIO) -> None:
    """A terminal that cannot show 环 is shown \\u73af, and the program goes on."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")


_Commands: TypeAlias = "argparse._SubParsersAction[_Parser]"  # argparse has no public name for it


def _command(commands: _Commands, name: str, description: str, *, epilog: str | None = None) -> argparse.ArgumentParser:
    added = commands.add_parser(name, help=description, description=description, epilog=epilog, prog=f"fanwen {name}")
    added.add_argument("--index", metavar="DIR", help="索引所在的文件夹")
    added.add_argument("--config", metavar="FILE", type=Path, help="配置文件（TOML）")
    return added


def _add_index(commands: _Commands) -> None:
    index = _command(
        commands, "index", "读取范文，建立或更新索引", epilog="只重读内容变了的文件；中断不会损坏原有索引。"
    )
    index.add_argument("sources", nargs="*", metavar="SOURCE", help="放范文的文件夹（连同子文件夹）或单个文件")
    index.add_argument("--rebuild", action="store_true", help="不管有没有变化，全部重新读取")
    index.add_argument(
        "--reread",
        metavar="NAME",
        action="append",
        default=[],
        help="重新读取名为 NAME 的来源，即使它没有变化（可以写几次）",
    )
    index.add_argument("--report", metavar="FILE.json", type=Path, help="把这次读取的详细报告写到这个文件")
    index.add_argument("--progress", metavar="FILE.json", type=Path, help="把进度写到这个文件，供别的程序看")
    index.add_argument("--jobs", metavar="N", help="同时读取文件的进程数")


def _add_search(commands: _Commands) -> None:
    search = _command(
        commands, "search", "检索段落", epilog="例：fanwen search '环境整治 -计划 文种:总结 年份:2019-2022'"
    )
    search.add_argument("query", nargs="+", metavar="QUERY", help="词、“词句”、-不要的词、OR、标题: 文种: 年份:")
    search.add_argument("-n", "--per-page", dest="per_page", metavar="N", help="最多列出几段")
    search.add_argument("--page", metavar="N", type=_page, default=1, help="第几页")
    search.add_argument("--sort", choices=("relevance", "date"), default="relevance", help="按相关程度或按日期排列")
    kinds = "，".join(f"{kind} {name}" for kind, name in UNDERSTANDING_NAMES.items())
    search.add_argument(
        "--off",
        metavar="KIND",
        action="append",
        choices=UNDERSTANDING_NAMES,
        default=[],
        help=f"不要这样理解检索词（可以写几次）：{kinds}",
    )
    search.add_argument("--json", action="store_true", help="输出 JSON，供别的程序使用")


def _add_stats(commands: _Commands) -> None:
    stats = _command(commands, "stats", "索引里有些什么：文件、文章、段落、文种、年份、跳过的文件")
    stats.add_argument("--json", action="store_true", help="输出 JSON，供别的程序使用")


def _add_verify(commands: _Commands) -> None:
    _command(commands, "verify", "逐个核对索引文件是否完好")


def _add_rollback(commands: _Commands) -> None:
    _command(commands, "rollback", "退回上一次建成的索引")


def _add_serve(commands: _Commands) -> None:
    serve = _command(commands, "serve", "打开检索网页（Ctrl-C 停止）")
    serve.add_argument("--host", metavar="HOST", help="监听的地址；0.0.0.0 让同一网络里的人都能打开，要先定好谁可以看")
    serve.add_argument("--port", metavar="PORT", help="监听的端口")
    serve.add_argument("--access", metavar="WHO", help="谁可以看：open 人人，keys 凭密钥，header 由代理指明用户")


def _add_keys(commands: _Commands) -> None:
    about = "发放、列出和停用密钥"
    keys = commands.add_parser("keys", help=about, description=about, prog="fanwen keys")
    actions = keys.add_subparsers(dest="action", required=True, metavar="ACTION", title="做什么")
    add = _key_action(actions, "add", "发放一个密钥，只显示这一次")
    add.add_argument("name", metavar="NAME", help="给谁用，例如：办公室门户")
    add.add_argument("--admin", action="store_true", help="可以登录管理页面的密钥")
    _key_action(actions, "list", "列出全部密钥：编号、用途、发放时间、是否有效、名称")
    _key_action(actions, "revoke", "停用一个密钥").add_argument("id", metavar="ID", help="fanwen keys list 列出的编号")


def _key_action(actions: _Commands, name: str, description: str) -> argparse.ArgumentParser:
    added = actions.add_parser(name, help=description, description=description, prog=f"fanwen keys {name}")
    added.add_argument("--state", metavar="DIR", help="存放密钥的文件夹")
    added.add_argument("--config", metavar="FILE", type=Path, help="配置文件（TOML）")
    return added


def _add_evaluate(commands: _Commands) -> None:
    evaluate = _command(commands, "evaluate", "用评判过的检索词衡量检索好坏")
    evaluate.add_argument(
        "folder", type=Path, metavar="FOLDER", help="评测文件夹：passages.jsonl、queries.jsonl、qrels.tsv"
    )
    evaluate.add_argument("--json", action="store_true", help="输出 JSON，供别的程序使用")
    evaluate.add_argument("--run", type=Path, metavar="FILE", help="把检索结果写成 TREC 格式的文件")
    evaluate.add_argument("--collapse", action="store_true", help="同一篇最多列两段，像网页上那样")


def _add_samples(commands: _Commands) -> None:
    _command(
        commands, "samples", "自带样例所在的文件夹，可以拿来试着索引", epilog='例：fanwen index "$(fanwen samples)"'
    )


def _add_config(commands: _Commands) -> None:
    _command(commands, "config", "列出生效的设置，以及每一项来自哪里")


def _page(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:9]) <= 100_000:
        raise argparse.ArgumentTypeError("应为从 1 起的页码")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
