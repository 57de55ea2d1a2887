# 范文检索. `make` alone lists the commands.
.DEFAULT_GOAL := help
.PHONY: help run test wheelhouse operations faults api images bench format lock clean
.DELETE_ON_ERROR:

VENV := .venv
PYTHON := $(VENV)/bin/python
PIP := $(PYTHON) -m pip --quiet --disable-pip-version-check
INDEX := build/index

# An environment dies with the Python that made it (a system upgrade): its stamps go, and it is made anew.
ifneq ($(shell $(PYTHON) -c 'print("alive")' 2>/dev/null),alive)
$(shell rm -f $(VENV)/.made $(VENV)/.run $(VENV)/.test $(VENV)/.bench)
endif

help:
	@echo 'make run     建立环境，索引 corpus/，在 http://127.0.0.1:8000 打开检索页面（Ctrl-C 停止）'
	@echo 'make test    检查格式、代码、类型、模块依赖，运行全部测试'
	@echo 'make faults  完整试验各种故障（杀进程、断电、磁盘出错、文件损坏、并发，约一小时）；make test 只试其中一小部分'
	@echo 'make api     按接口说明随机发出一万个请求，核对每个回答是否与说明一致（约十分钟）；make test 只发其中一小部分'
	@echo 'make wheelhouse  把本程序和全部依赖打包到 build/wheelhouse，供不能上网的机器安装'
	@echo 'make operations  按 docs/operations.md 的步骤完整试装、备份、恢复、升级、退回（约三分钟）；make test 只试其中一部分'
	@echo 'make bench   与 tantivy、FTS5、bm25s、原版 Whoosh 比较快慢（SIZE=10000 较快；CORPUS=文件；见 docs/benchmarks.md）'
	@echo 'make images  给每个页面截图，放到 docs/images（宽窄两种、明暗两色、有无脚本）'
	@echo 'make format  按统一格式改写代码'
	@echo 'make lock    重新解析依赖，更新 .ci/lock-*.txt'
	@echo 'make clean   删除环境、索引和缓存'

run: $(VENV)/.run
	@$(PYTHON) -m indexer.cli index corpus --index $(INDEX)
	@$(PYTHON) -m indexer.cli serve --index $(INDEX)

test: $(VENV)/.test
	@sh .ci/bootstrap.sh browser
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	$(VENV)/bin/lint-imports --config setup.cfg --no-logo
	$(PYTHON) -m pytest --numprocesses=2 --dist=worksteal

# How much is tried stands in tests/faults/conftest.py, under the names that FAULTS may have.
faults: $(VENV)/.test
	FAULTS=full $(PYTHON) -m pytest tests/faults --timeout=3600

# Sound and unsound requests over the OpenAPI document; every answer must be as declared.
api: $(VENV)/.test
	FANWEN_TEST_API_CASES=10000 $(PYTHON) -m pytest tests/web/api --capture=no --timeout=3600

# For a machine without PyPI. What earlier builds left in build/ would get into the wheel.
wheelhouse: $(VENV)/.run
	@rm -rf build/wheelhouse build/lib build/bdist.*
	@echo '收集 .ci/lock-run.txt 中的软件包……'
	@$(PIP) wheel --require-hashes --use-pep517 --no-build-isolation -r .ci/lock-run.txt --wheel-dir build/wheelhouse
	@$(PIP) wheel --no-deps --no-build-isolation --wheel-dir build/wheelhouse .
	@cd build/wheelhouse && sha256sum *.whl > SHA256SUMS
	@echo "已放在 build/wheelhouse。整个文件夹拷到目标机器上，然后运行："
	@echo "  pip install --no-index --find-links wheelhouse 'fanwen[serve]'"

# The steps of docs/operations.md, those that take long too.
operations: $(VENV)/.test
	OPERATIONS=full $(PYTHON) -m pytest tests/operations --timeout=900

# Every page at both widths, light and dark, with and without scripts, as the tests see them.
images: $(VENV)/.test
	IMAGES=docs/images $(PYTHON) -m pytest tests/browser/test_gallery.py

bench: $(VENV)/.bench
	@$(PYTHON) -m benchmarks

format: $(VENV)/.test
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

lock: $(VENV)/.made
	@sh .ci/lock.sh $(PYTHON)

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.made:
	@sh .ci/bootstrap.sh venv $(VENV)
	@touch $@

# The build tools come first, and nothing is built in isolation: what builds the packages is locked like the packages.
$(VENV)/.run: $(VENV)/.made .ci/lock-build.txt .ci/lock-run.txt setup.cfg pyproject.toml
	@echo '安装 .ci/lock-run.txt 中的软件包……'
	@$(PIP) install --require-hashes -r .ci/lock-build.txt
	@$(PIP) install --require-hashes --use-pep517 --no-build-isolation -r .ci/lock-run.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.run .ci/lock-test.txt
	@echo '安装 .ci/lock-test.txt 中的软件包……'
	@$(PIP) install --require-hashes --use-pep517 --no-build-isolation -r .ci/lock-test.txt
	@touch $@

$(VENV)/.bench: $(VENV)/.run .ci/lock-bench.txt
	@echo '安装 .ci/lock-bench.txt 中的软件包……'
	@$(PIP) install --require-hashes --use-pep517 --no-build-isolation -r .ci/lock-bench.txt
	@touch $@
