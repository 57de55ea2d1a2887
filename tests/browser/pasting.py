"""What is on the clipboard, found as a writer finds it: by pasting."""

from __future__ import annotations

from playwright.sync_api import Page


def pasted(page: Page) -> str:
    """What Ctrl+V gives; a page of ours may not read the clipboard itself."""
    page.evaluate("document.querySelector('main').append(document.createElement('textarea'))")
    area = page.locator("main > textarea")
    area.press("Control+V")
    text = area.input_value()
    area.evaluate("area => area.remove()")
    return text
