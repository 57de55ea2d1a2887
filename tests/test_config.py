"""Where settings come from, and what is said of those that cannot be used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from indexer import config
from indexer.config import Settings, load
from indexer.errors import SettingsError

OPERATIONS = Path(__file__).parent.parent / "docs" / "operations.md"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without fanwen.toml, whatever the tests are started from."""
    monkeypatch.chdir(tmp_path)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_without_anything_the_defaults_hold() -> None:
    settings = load(environ={})
    assert settings == Settings()
    assert (settings.host, settings.port, settings.index) == ("127.0.0.1", 8000, Path("fanwen-index"))
    assert set(settings.origins) == set(config.names())
    assert set(settings.origins.values()) == {"默认值"}


def test_flags_win_over_variables_over_the_file(tmp_path: Path) -> None:
    file = write(tmp_path / "a.toml", "port = 1001\nper_page = 21\njobs = 3\n")
    settings = load(
        {"port": 1003, "index": None}, environ={"FANWEN_PORT": "1002", "FANWEN_PER_PAGE": "22"}, toml_path=file
    )
    assert (settings.port, settings.per_page, settings.jobs) == (1003, 22, 3)
    assert settings.origins["port"] == "命令行选项 --port"
    assert settings.origins["per_page"] == "环境变量 FANWEN_PER_PAGE"
    assert settings.origins["jobs"] == f"配置文件 {file}"
    assert settings.origins["index"] == "默认值"


def test_the_file_is_named_by_a_variable_or_lies_in_the_folder(tmp_path: Path) -> None:
    write(tmp_path / "fanwen.toml", "port = 1001\n")
    named = write(tmp_path / "etc" / "other.toml", "port = 1002\n")
    assert load(environ={}).port == 1001
    assert load(environ={"FANWEN_CONFIG": str(named)}).port == 1002
    assert load(environ={"FANWEN_CONFIG": "missing.toml"}, toml_path=named).port == 1002


def test_paths_in_a_file_count_from_its_folder(tmp_path: Path) -> None:
    file = write(tmp_path / "etc" / "fanwen.toml", 'index = "库"\nsources = ["公文", "/srv/讲话"]\n')
    settings = load(environ={}, toml_path=file)
    assert settings.index == tmp_path / "etc" / "库"
    assert settings.sources == (tmp_path / "etc" / "公文", Path("/srv/讲话"))


def test_a_file_from_a_windows_editor_is_read(tmp_path: Path) -> None:
    (tmp_path / "fanwen.toml").write_bytes("\ufeffhost = '0.0.0.0'\r\n".encode())
    assert load(environ={}).host == "0.0.0.0"  # noqa: S104


def test_an_empty_variable_counts_as_not_given() -> None:
    assert load(environ={"FANWEN_PORT": ""}).port == 8000


def test_variables_of_the_test_suite_and_of_others_are_left_alone() -> None:
    assert load(environ={"FANWEN_TEST_REQUIRE_ALL": "1", "PORT": "99"}) == Settings()


@pytest.mark.parametrize(
    ("flags", "environ", "toml", "where", "nearest"),
    [
        ({"ports": 1}, {}, "", "命令行", "port"),
        ({}, {"FANWEN_PRE_PAGE": "5"}, "", "环境变量", "FANWEN_PER_PAGE"),
        ({}, {"FANWEN_CONFG": "x"}, "", "环境变量", "FANWEN_CONFIG"),
        ({}, {}, "hots = '::1'", "配置文件", "host"),
        ({}, {}, "[workerz]\nport = 1", "配置文件", "workers"),
    ],
)
def test_an_unknown_name_is_an_error_with_the_nearest_known_one(
    flags: dict[str, object], environ: dict[str, str], toml: str, where: str, nearest: str, tmp_path: Path
) -> None:
    file = write(tmp_path / "x.toml", toml)
    with pytest.raises(SettingsError) as caught:
        load(flags, environ=environ, toml_path=file)
    assert str(caught.value).startswith(where)
    assert str(caught.value).endswith(f"最接近的是 {nearest}。")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("port = 'http'", "应为 1 到 65535 的整数"),
        ("port = true", "应为 1 到 65535 的整数"),
        ("port = 80.5", "应为 1 到 65535 的整数"),
        ("port = 0", "应在 1 到 65535 之间"),
        ("port = 99999999999999999999999", "应在 1 到 65535 之间"),
        ("host = 7", "应为一段文字"),
        ("host = ' '", "应为一段文字"),
        ("index = 7", "应为一个路径"),
        ("index = ''", "应为一个路径"),
        ("sources = 7", "应为路径的列表"),
        ("sources = [7]", "应为一个路径"),
        ("per_page = 60", "超过了 per_page_max（50）"),
    ],
)
def test_a_wrong_value_is_an_error_with_its_bounds_and_origin(line: str, reason: str, tmp_path: Path) -> None:
    file = write(tmp_path / "x.toml", line)
    with pytest.raises(SettingsError, match=re.escape(reason)) as caught:
        load(environ={}, toml_path=file)
    assert f"来自配置文件 {file}" in str(caught.value)
    assert line.split(" = ")[0] in str(caught.value)


@pytest.mark.parametrize("value", ["八千", "8000.0", "-1", "0", "1_0", "٣"])
def test_a_variable_that_is_no_number_in_range_is_an_error(value: str) -> None:
    with pytest.raises(SettingsError, match="FANWEN_PORT"):
        load(environ={"FANWEN_PORT": value})


@pytest.mark.parametrize("content", [b"port = ", "host = '环境'".encode("gb18030"), b"\xff\xfe"])
def test_a_file_that_is_no_toml_is_an_error(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match="不是有效的 TOML"):
        load(environ={}, toml_path=file)


def test_a_file_that_was_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="读不了配置文件"):
        load(environ={}, toml_path=tmp_path / "missing.toml")
    with pytest.raises(SettingsError, match="读不了配置文件"):
        load(environ={"FANWEN_CONFIG": "missing.toml"})


def test_another_process_gets_the_same_settings(tmp_path: Path) -> None:
    settings = load({"port": 8123, "index": tmp_path / "库", "sources": (Path("公文"), Path("讲话"))}, environ={})
    assert load(environ=config.to_environ(settings)) == settings
    assert load(environ=config.to_environ(Settings())) == Settings()


def test_the_folder_of_the_dictionary_may_be_left_empty(tmp_path: Path) -> None:
    file = write(tmp_path / "x.toml", 'dictionary = ""')
    assert load(environ={}, toml_path=file).dictionary is None
    file = write(tmp_path / "x.toml", 'dictionary = "词典"')
    settings = load(environ={}, toml_path=file)
    assert settings.dictionary == tmp_path / "词典"
    assert load(environ=config.to_environ(settings)).dictionary == tmp_path / "词典"


def test_every_setting_is_documented_with_its_variable_and_default() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| `(\w+)` \| (.+?) \| (.+?) \|$", OPERATIONS.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert [row[0] for row in rows] == config.names()
    for name, variable, default, _ in rows:
        assert variable == f"FANWEN_{name.upper()}"
        if default.startswith("`"):
            assert default == f"`{config.as_text(getattr(Settings(), name))}`"
