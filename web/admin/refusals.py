"""What the admin side refuses, each with a page that says what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from werkzeug.exceptions import HTTPException


class Refusal(HTTPException):
    """An answer other than the page that was asked for. ``title``, ``description`` and ``hints`` are for people."""

    def __init__(
        self,
        code: int,
        title: str,
        message: str,
        *,
        hints: Iterable[str] = (),
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.title = title
        self.hints = tuple(hints)
        self.extra = headers


def expired() -> Refusal:
    """A change by somebody who is not, or no longer, signed in."""
    hints = (
        "重新登录后再做一次",
        "填写的文字可以找回：按浏览器的“后退”回到那一页，复制出来，登录后再贴进去",
    )
    return Refusal(403, "登录已经过期", "这次提交没有执行，文库没有任何改动。", hints=hints)


def forged() -> Refusal:
    """A change that no page of ours asked for, or one that was opened before the last sign-in."""
    hints = (
        "从上面的菜单回到那一页，刷新，再做一次",
        "如果是在别的网站上点了链接或按钮才来到这里，请不要继续，并告诉管理服务器的同事",
    )
    message = "这次提交不是从本站当前打开的页面发出的，没有执行。页面放得太久，或者中途重新登录过，也会这样。"
    return Refusal(403, "提交没有被接受", message, hints=hints)


def too_often(seconds: int) -> Refusal:
    """More changes than a person makes."""
    message = f"短时间内操作太多，请过 {waiting(seconds)} 再试。刚才这一次没有执行。"
    return Refusal(429, "请稍等一下", message, headers={"Retry-After": str(seconds)})


def too_large(megabytes: int) -> Refusal:
    """A body beyond the bounds."""
    hints = ("分几次上传", "把压缩包拆成几个小的", "确实需要时，请管理服务器的同事调高设置 upload_mb")
    return Refusal(413, "内容太大", f"一次最多提交 {megabytes} MB，这一次超过了，没有收下任何文件。", hints=hints)


def waiting(seconds: int) -> str:
    """A time to wait, for people."""
    return f"{seconds} 秒" if seconds < 100 else f"{-(-seconds // 60)} 分钟"
