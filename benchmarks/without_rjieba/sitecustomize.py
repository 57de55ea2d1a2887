"""On PYTHONPATH, this hides rjieba from a program and all its children, as where it is not installed: jieba cuts instead."""

import sys

sys.modules["rjieba"] = None  # type: ignore[assignment]
