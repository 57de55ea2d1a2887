#!/bin/sh
# Resolves the ranges of setup.cfg into .ci/lock-*.txt, with hashes, for every platform. usage: lock.sh PYTHON
set -eu
cd "$(dirname "$0")/.."
tools=build/lock-tools

[ -x "$tools/bin/uv" ] || { "$1" -m venv "$tools" && "$tools/bin/python" -m pip install --quiet uv; }

compile() {
    "$tools/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
        --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' "$@" >/dev/null
}

# setuptools builds this project and the packages that come as source only.
echo 'setuptools>=77' | compile - --output-file .ci/lock-build.txt
compile setup.cfg --extra serve --output-file .ci/lock-run.txt
compile setup.cfg --extra serve --extra evaluate --extra test --constraints .ci/lock-run.txt --output-file .ci/lock-test.txt
compile setup.cfg --extra serve --extra bench --constraints .ci/lock-run.txt --output-file .ci/lock-bench.txt
echo '已更新 .ci/lock-build.txt、.ci/lock-run.txt、.ci/lock-test.txt、.ci/lock-bench.txt' >&2
