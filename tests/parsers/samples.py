"""Small documents built for the tests: packages, PDF files, and the sources that name them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from indexer.model import Document, Skipped, Source, join_pieces
from indexer.parsers import parse

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def source(name: str) -> Source:
    return Source(Path(name), name)


def document(name: str, data: bytes) -> Document:
    """The only document in *data*."""
    (found,) = parse(source(name), data)
    assert isinstance(found, Document)
    return found


def texts(found: Document) -> list[str]:
    return [join_pieces(found.text, block.pieces) for block in found.blocks]


def kinds(found: Document) -> list[str]:
    return [block.kind for block in found.blocks]


def records(name: str, data: bytes) -> tuple[list[Document], list[Skipped]]:
    found = list(parse(source(name), data))
    return (
        [one for one in found if isinstance(one, Document)],
        [one for one in found if isinstance(one, Skipped)],
    )


def package(body: str, **parts: str) -> bytes:
    """A docx with *body* inside ``w:body``; further parts by name with ``__`` for ``/`` (``word__styles``)."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>')
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", text)
    return stream.getvalue()


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def pdf(*, text: str = "") -> bytes:
    """A one-page PDF with a line of ASCII text, or none."""
    drawn = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode("ascii") if text else b"0 0 100 100 re f"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, content in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = out.tell()
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    out.write(b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table))
    out.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start))
    return out.getvalue()
