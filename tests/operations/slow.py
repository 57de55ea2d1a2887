"""An application that takes its time, to see what becomes of a request in flight; and the ways to serve it as ours is served."""

from __future__ import annotations

import time

from flask import Flask, request

SECONDS = 1.5

app = Flask("slow")


@app.get("/healthz")
def alive() -> str:
    return "ok"


@app.get("/slow")
def slow() -> str:
    time.sleep(SECONDS)
    return "总算好了"


@app.post("/read")
@app.post("/admin/upload")
def read() -> str:
    length = len(request.get_data())
    time.sleep(SECONDS)
    return f"{length} 字节"
