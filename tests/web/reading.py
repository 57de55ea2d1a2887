"""A page as a reader of it would take it in: its links, headings, marks and text."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse


@dataclass(frozen=True, slots=True)
class Read:
    """A response, parsed."""

    response: TestResponse
    tree: html.HtmlElement

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def text(self) -> str:
        """The words of the main part, blanks squeezed."""
        return squeezed(self.tree.xpath("//main")[0].text_content())

    def all(self, path: str) -> list[str]:
        """The squeezed words, or the values, of everything that an XPath finds."""
        found = self.tree.xpath(path)
        return [squeezed(each if isinstance(each, str) else each.text_content()) for each in found]

    def one(self, path: str) -> str:
        """The words of the only thing that an XPath finds."""
        (only,) = self.all(path)
        return only

    def link(self, words: str) -> str:
        """The address of the first link that says *words*."""
        for link in self.tree.xpath("//a[@href]"):
            if words in squeezed(link.text_content()):
                return str(link.get("href"))
        raise AssertionError(f"没有写着“{words}”的链接：{self.all('//a')}")


def read(client: FlaskClient, path: str, **arguments: object) -> Read:
    """The page at *path*."""
    response = client.get(path, query_string=arguments or None)
    return Read(response, html.document_fromstring(response.get_data(as_text=True)))


def asked(address: str) -> dict[str, list[str]]:
    """The arguments of an address."""
    return parse_qs(urlsplit(address).query)


def squeezed(text: str) -> str:
    """*text* with every run of blanks as one space."""
    return " ".join(text.split())
