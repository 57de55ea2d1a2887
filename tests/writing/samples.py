"""Material for documents: invented passages of a town's year."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from lxml import etree

from writing.material import Item, Material
from writing.official import document

W = {"w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main"}

HEADING = Item(text="一、主要做法", title="芦塘镇2022年环境整治工作总结", source="总结/芦塘镇.txt", place="第 3 行")
CAMPAIGN = Item(
    text="（一）抓宣传，让群众愿意参与。镇里开了四十多场“板凳会”——把环境整治的账一笔笔算给群众听。",
    title="芦塘镇2022年环境整治工作总结",
    part="篇2",
    number="芦政发〔2022〕5号",
    issuer="芦塘镇人民政府",
    date="2022-12-20",
    source="总结/芦塘镇.txt",
    place="第 4 行",
    note="用在第二部分\n数字要核对",
)
LEDGER = Item(text='1.建立台账。全镇企业逐一过筛,20xx年列出隐患"清单"1100条.\n（1）销号一条划掉一条\n各村照此办理。')
ALL = Material(items=(HEADING, CAMPAIGN, LEDGER), title="环境整治素材", notes=True)


def part(data: bytes, name: str) -> Any:
    """A part of a .docx, parsed."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        return etree.fromstring(parts.read(name))


def body(material: Material = ALL) -> Any:
    return part(document(material), "word/document.xml")


def found(element: Any, path: str) -> list[Any]:
    return list(element.xpath(path, namespaces=W))


def lines(element: Any) -> list[tuple[str, str]]:
    """(style, text) of each paragraph."""
    return [
        ("".join(found(each, "w:pPr/w:pStyle/@w:val")), "".join(found(each, ".//w:t/text()")))
        for each in found(element, "//w:body/w:p")
    ]


def words(text: str) -> str:
    return re.sub(r"\s", "", text)
