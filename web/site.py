"""What all views of one mounted service share: its settings, its search, its templates."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader

from indexer.config import Settings
from indexer.errors import SettingsError
from indexer.search import Search
from indexer.state.keys import FILE as KEYS_FILE
from indexer.state.keys import Keys
from web.addresses import at
from web.guard.reader import signed_in
from web.render import printable
from web.running.observing import Observer
from web.running.unfound import Noting

if TYPE_CHECKING:
    from web.running.metrics import Metrics

# With the line break behind it, which trim_blocks takes away.
_INCLUDED = re.compile(r'{% include "([^"]+)" %}\n?')
STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True)
class Site:
    """One service, wherever it is mounted."""

    settings: Settings
    search: Search

    @cached_property
    def templates(self) -> Environment:
        """Our own templates under our own rules: those of a portal that mounts us have the same names, and other settings."""
        environment = Environment(
            loader=_Whole(_folder()),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=printable,
            # A template is compiled once; looking after its file takes as long as writing a small one, 20 times a page.
            auto_reload=False,
        )
        environment.globals["at"] = at
        environment.globals["signed_in"] = signed_in
        return environment

    @cached_property
    def keys(self) -> Keys:
        """The keys that were made for readers and for who minds the library."""
        return Keys(self.settings.state / KEYS_FILE)

    @cached_property
    def noting(self) -> Noting:
        """What remembers the searches that found nothing."""
        return Noting(self.settings)

    @cached_property
    def metrics(self) -> Metrics | None:
        """What is counted for Prometheus, where that is switched on. SettingsError where its library is missing."""
        if not self.settings.metrics:
            return None
        try:
            # The library belongs to the extra [serve].
            from web.running.metrics import Metrics
        except ModuleNotFoundError as error:
            what = "设置 metrics = true 需要 prometheus-client"
            raise SettingsError(f"{what}：请用 pip install 'fanwen[serve]' 安装，或改回 false。") from error
        return Metrics(self.search.stats)

    @cached_property
    def observer(self) -> Observer:
        """What watches the requests."""
        return Observer(self)

    def render(self, name: str, **values: object) -> str:
        """The template *name* written with *values*."""
        return self.templates.get_template(name).render(**values)

    def prepare(self) -> None:
        """Load what the first request would wait for."""
        self.search.warm()
        for name in self.templates.list_templates():
            self.templates.get_template(name)


class _Whole(FileSystemLoader):
    """Templates with what they include put in its place: to be a template of its own costs a part 10 µs each time, 20 times a page."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, name, is_current = super().get_source(environment, template)
        return _INCLUDED.sub(lambda found: self._part(environment, found[1]), source), name, is_current

    def _part(self, environment: Environment, template: str) -> str:
        # As Jinja has it: the line break at the end is not of the part.
        return self.get_source(environment, template)[0].removesuffix("\n")


def _folder() -> Path:
    """The templates: beside this module in an installed wheel, at the top of the checkout otherwise."""
    installed = Path(__file__).parent / "templates"
    return installed if installed.is_dir() else Path(__file__).parent.parent / "templates"
