"""``fanwen keys`` as a person types it, and the refusal to serve strangers before it was decided who may read."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.cli import main
from indexer.state.keys import Keys

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without fanwen.toml, and no variables of ours."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("FANWEN_") and not name.startswith("FANWEN_TEST_")]:
        monkeypatch.delenv(name)


def test_a_new_key_stands_alone_on_standard_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "add", "办公室门户", "--state", "状态"]) == 0
    out, err = capsys.readouterr()
    key = Keys(tmp_path / "状态" / "keys.json").check(out.strip())
    assert key
    assert (key.name, key.role) == ("办公室门户", "read")
    assert "只显示这一次" in err


def test_a_key_for_the_admin_side_says_so_in_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "add", "文库管理员", "--admin"]) == 0
    secret = capsys.readouterr().out.strip().split("_", 2)[2]
    assert main(["keys", "list"]) == 0
    out = capsys.readouterr().out
    assert "管理" in out
    assert "文库管理员" in out
    assert "有效" in out
    assert secret not in out


def test_a_revoked_key_is_listed_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    main(["keys", "add", "办公室门户"])
    key_id = capsys.readouterr().out.split("_")[1]
    assert main(["keys", "revoke", key_id]) == 0
    assert "已停用" in capsys.readouterr().out
    main(["keys", "list"])
    assert "停用" in capsys.readouterr().out
    assert main(["keys", "revoke", key_id]) == 1
    assert f"没有编号为 {key_id} 的有效密钥" in capsys.readouterr().err


def test_an_empty_list_tells_how_to_make_a_key(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "list"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "fanwen keys add" in err


def test_the_state_folder_comes_from_the_configuration_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "服务").mkdir()
    (tmp_path / "服务" / "设置.toml").write_text('state = "状态"', encoding="utf-8")
    assert main(["keys", "add", "办公室门户", "--config", "服务/设置.toml"]) == 0
    assert Keys(tmp_path / "服务" / "状态" / "keys.json").check(capsys.readouterr().out.strip())


def test_what_cannot_be_done_is_one_message_and_exit_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    main(["keys", "add", "办公室门户"])
    capsys.readouterr()
    assert main(["keys", "add", "办公室门户"]) == 2
    assert "已经有名为" in capsys.readouterr().err
    with pytest.raises(SystemExit) as caught:
        main(["keys"])
    assert caught.value.code == 2
    assert "缺少参数：ACTION" in capsys.readouterr().err


@pytest.mark.parametrize("action", ["add", "list", "revoke"])
def test_every_action_is_explained_and_documented(action: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["keys", action, "--help"])
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith(f"用法：fanwen keys {action}")
    assert f"`fanwen keys {action}" in (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def test_serving_to_the_network_is_refused_until_it_was_decided_who_may_read(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "indexer.cli", "serve", "--host", "0.0.0.0", "--index", str(tmp_path)]  # noqa: S104
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environ, capture_output=True, timeout=60, check=False, encoding="utf-8")
    assert done.returncode == 2
    assert done.stdout == ""
    for choice in ("open", "keys", "header"):
        assert f'access = "{choice}"' in done.stderr
    assert "Traceback" not in done.stderr


def test_once_that_is_decided_serving_goes_on_to_its_next_question(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--host", "0.0.0.0", "--access", "open", "--index", "没有"]) == 2  # noqa: S104
    assert "还没有索引" in capsys.readouterr().err


def test_a_proxy_that_is_to_name_the_user_must_be_told_with_its_header(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--access", "header", "--index", "没有"]) == 2
    message = capsys.readouterr().err
    assert "还缺 user_header、trusted_proxies" in message
