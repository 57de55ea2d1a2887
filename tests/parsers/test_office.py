""".doc .wps .rtf: through LibreOffice where it is installed, otherwise a clear word."""

from __future__ import annotations

import shutil

import pytest

from indexer.errors import SourceError

from .samples import document, package, paragraph, texts

RTF = rb"{\rtf1\ansi\ansicpg936\uc1 {\pard \'b0\'b2\'c8\'ab\'c9\'fa\'b2\'fa\par}{\pard \u29615?\u22659?\par}}"


@pytest.mark.office
def test_rtf_is_converted_and_read() -> None:
    if not shutil.which("soffice") and not shutil.which("libreoffice"):
        pytest.skip("未安装 LibreOffice")
    assert texts(document("简报.rtf", RTF)) == ["安全生产", "环境"]
    assert texts(document("简报.WPS", RTF)) == ["安全生产", "环境"]


def test_without_libreoffice_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(SourceError, match="apt install libreoffice-writer") as caught:
        document("简报.rtf", RTF)
    assert caught.value.code == "libreoffice"


def test_a_docx_or_a_page_that_was_saved_as_doc_is_read_as_what_it_is() -> None:
    assert texts(document("总结.doc", package(paragraph("正文")))) == ["正文"]
    assert texts(document("总结.doc", "\r\n<HTML><body><p>网页正文，另存为文档。</p>".encode("gb18030"))) == [
        "网页正文，另存为文档。"
    ]


def test_what_is_no_document_is_refused_before_libreoffice_starts() -> None:
    with pytest.raises(SourceError, match="不是 Word") as caught:
        document("a.doc", b"plain")
    assert caught.value.code == "damaged"
