"""The service: ``python server.py``, ``flask --app server run`` or ``gunicorn server:app``."""

from __future__ import annotations

from web import create_app
from web.running.nameless import Nameless

app = create_app()

if __name__ == "__main__":
    app.run(host=app.config["HOST"], port=app.config["PORT"], request_handler=Nameless)
