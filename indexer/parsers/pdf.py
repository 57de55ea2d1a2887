"""``.pdf``: the lines of every page joined into paragraphs, across pages too; running heads and page numbers set apart.

pypdfium2: Chinese text in reading order, a tenth of the time of pdfminer.six and pypdf, and lines with their geometry.
"""

from __future__ import annotations

from collections.abc import Iterator

import pypdfium2

from indexer.errors import SourceError
from indexer.model import Document, Source
from indexer.parsers.bounds import too_large
from indexer.parsers.extracted import document
from indexer.parsers.pdf_layout import join_pages
from indexer.parsers.pdf_lines import Page, page_of

_MAX_PAGES = 5_000
_ERRORS = {
    pypdfium2.raw.FPDF_ERR_PASSWORD: ("PDF 有打开密码，请去掉密码后再建索引。", "encrypted"),
    pypdfium2.raw.FPDF_ERR_SECURITY: ("PDF 采用了无法识别的加密方式，请另存为普通 PDF。", "encrypted"),
}


def parse(source: Source, data: bytes) -> Iterator[Document]:
    """One document, its text the paragraphs joined by line ends; every block knows its page."""
    pages, warnings = _pages(data)
    if not any(page.lines for page in pages):
        raise SourceError("PDF 里只有图片没有文字，请先做文字识别（OCR）再建索引。", code="picture_only")
    yield document(source, join_pages(pages), warnings=warnings)


def _pages(data: bytes) -> tuple[list[Page], tuple[str, ...]]:
    pdf = _open(data)
    try:
        if len(pdf) > _MAX_PAGES:
            raise too_large(f"PDF 超过 {_MAX_PAGES} 页")
        read = [_page(pdf, index) for index in range(len(pdf))]
    finally:
        pdf.close()
    pages = [page for page in read if page is not None]
    lost = len(read) - len(pages)
    if read and not pages:
        raise _damaged()
    return pages, (f"有 {lost} 页已损坏，未能读出。",) if lost else ()


def _open(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        message, code = _ERRORS.get(getattr(error, "err_code", None), ("", ""))
        raise SourceError(message, code=code) if code else _damaged() from error


def _page(pdf: pypdfium2.PdfDocument, index: int) -> Page | None:
    """The lines of a page; None where it cannot be loaded."""
    try:
        page = pdf[index]
        text = page.get_textpage()
    except pypdfium2.PdfiumError:
        return None
    try:
        return page_of(text, number=index + 1)
    finally:
        text.close()
        page.close()


def _damaged() -> SourceError:
    return SourceError("PDF 已损坏，无法打开；请重新导出一份。", code="damaged")
