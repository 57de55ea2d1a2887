"""The admin side as one blueprint: its pages behind the guard."""

from __future__ import annotations

import sqlite3

from flask import Blueprint
from werkzeug.exceptions import HTTPException, default_exceptions

from indexer.errors import FanwenError
from web.admin.admitting import Failures, Guard
from web.admin.desk import Desk
from web.admin.overview import Overview
from web.admin.runs import Running
from web.admin.signing import Signing
from web.admin.sources import Sources
from web.admin.unfound import Unfound
from web.admin.uploading import Uploading
from web.admin.wording import Wordings
from web.site import Site


class Admin:
    """The views for the one who minds the library."""

    def __init__(self, site: Site) -> None:
        desk = Desk(site)
        self.guard = Guard(desk)
        self.failures = Failures(desk)
        self.pages = (
            Signing(desk, self.guard),
            Overview(desk),
            Uploading(desk),
            Running(desk),
            Sources(desk),
            Wordings(desk),
            Unfound(desk),
        )

    def blueprint(self) -> Blueprint:
        """The routes of all pages."""
        routes = Blueprint("admin", __name__, url_prefix="/admin")
        routes.before_request(self.guard.admit)
        routes.after_request(self.guard.finish)
        routes.register_error_handler(HTTPException, self.failures.http)
        # Handlers by code come before that for all; the service around us has one for each.
        for code in default_exceptions:
            routes.register_error_handler(code, self.failures.http)
        routes.register_error_handler(FanwenError, self.failures.library)
        routes.register_error_handler(OSError, self.failures.storage)
        routes.register_error_handler(sqlite3.Error, self.failures.storage)
        for page in self.pages:
            page.register(routes)
        return routes
