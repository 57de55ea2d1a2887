"""What axe-core finds on a page; the engine comes with the package, nothing is fetched."""

from __future__ import annotations

import json
from collections.abc import Mapping

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# The rule for targets of 24 px (WCAG 2.2 AA) is off unless asked for.
_ALL: Mapping[str, object] = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
# What a colour scheme can change.
_COLOURS: Mapping[str, object] = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
}

_SETTLED = """() => Promise.allSettled(
    document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished)
)"""


def faults(page: Page) -> list[str]:
    """A line for everything on *page* that breaks a rule, in the light and in the dark."""
    # Colours that are still on their way from the one to the other would be nobody's.
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.evaluate(Axe().axe_script)
    found = _told(page, _ALL)
    page.emulate_media(color_scheme="dark")
    return found + [f"dark: {line}" for line in _told(page, _COLOURS)]


def _told(page: Page, options: Mapping[str, object]) -> list[str]:
    """The rule, the element and its markup."""
    # A busy machine may begin to change colours before it hears of the reduced motion.
    page.evaluate(_SETTLED)
    response = page.evaluate(f"axe.run({json.dumps(options)})")
    return [
        f"{violation['id']}: {' '.join(map(str, node['target']))} {node['html'][:160]}"
        for violation in response["violations"]
        for node in violation["nodes"]
    ]
