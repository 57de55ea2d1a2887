"""The one who minds the library, at the pages: signs in, reads, presses buttons."""

from __future__ import annotations

import io
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from lxml import html
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from tests.web.reading import Read, read


@dataclass(frozen=True)
class Minder:
    """A browser with its cookies. ``prefix`` is where the service is mounted."""

    client: FlaskClient
    prefix: str = ""

    def sign_in(self, key: str, **headers: str) -> TestResponse:
        return self.client.post(f"{self.prefix}/admin/signin", data={"key": key}, headers=headers)

    def open(self, path: str = "/admin/", **arguments: object) -> Read:
        return read(self.client, self.prefix + path, **arguments)

    def token(self) -> str:
        """The token that the pages of this session carry."""
        found: list[str] = self.open().tree.xpath("//input[@name='token']/@value")
        return found[0]

    def post(
        self, path: str, data: Mapping[str, object] | None = None, *, token: str | None = None, **headers: str
    ) -> Read:
        """Press a button; without *token* the one of the pages is sent."""
        sent: dict[str, Any] = {"token": self.token() if token is None else token, **(data or {})}
        if path.startswith(("/admin/wording", "/admin/upload")):
            # As our forms send it. The client itself would leave the file in which it puts a large body together open.
            boundary, encoded = encode_multipart(MultiDict(sent))
            form = f"multipart/form-data; boundary={boundary}"
            response = self.client.post(self.prefix + path, data=encoded, headers=headers, content_type=form)
        else:
            response = self.client.post(self.prefix + path, data=sent, headers=headers)
        body = response.get_data(as_text=True)
        return Read(response, html.document_fromstring(body) if body else html.fromstring("<main></main>"))

    def upload(self, files: Mapping[str, bytes], **fields: str) -> Read:
        sent = [FileStorage(io.BytesIO(content), name) for name, content in files.items()]
        return self.post("/admin/upload", {"files": sent, **fields})


def wait_for_run(minder: Minder, *, seconds: float = 120.0) -> list[dict[str, Any]]:
    """What the status page told, once in a while, until the run was over."""
    told: list[dict[str, Any]] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        told.append(minder.client.get(f"{minder.prefix}/admin/runs/status").get_json())
        if not told[-1]["running"]:
            return told
        time.sleep(0.2)
    raise AssertionError(f"没有建完：{told[-1]}")
