"""What all views of one mounted service share: its settings, its search, its templates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from indexer.config import Settings
from indexer.search import Search
from web.addresses import at
from web.render import printable


@dataclass(frozen=True)
class Site:
    """One service, wherever it is mounted."""

    settings: Settings
    search: Search

    @cached_property
    def templates(self) -> Environment:
        """Our own templates under our own rules: those of a portal that mounts us have the same names, and other settings."""
        environment = Environment(
            loader=FileSystemLoader(_folder()),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=printable,
        )
        environment.globals["at"] = at
        return environment

    def render(self, name: str, **values: object) -> str:
        """The template *name* written with *values*."""
        return self.templates.get_template(name).render(**values)

    def prepare(self) -> None:
        """Load what the first request would wait for."""
        self.search.warm()
        for name in self.templates.list_templates():
            self.templates.get_template(name)


def _folder() -> Path:
    """The templates: beside this module in an installed wheel, at the top of the checkout otherwise."""
    installed = Path(__file__).parent / "templates"
    return installed if installed.is_dir() else Path(__file__).parent.parent / "templates"
