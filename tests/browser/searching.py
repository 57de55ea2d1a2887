"""The search box, what it finds, and answers that are kept back."""

from __future__ import annotations

from urllib.parse import unquote

from playwright.sync_api import Locator, Page, Route


def box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="检索词")


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def held(page: Page, words: str) -> list[Route]:
    """Keep the first answer about *words* back until the test lets it go."""
    waiting: list[Route] = []

    def answer(route: Route) -> None:
        if not waiting and unquote(route.request.url).endswith(f"q={words}"):
            waiting.append(route)
        else:
            route.continue_()

    page.route("**/search?*", answer)
    return waiting
