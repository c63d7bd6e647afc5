"""The first things that somebody types: `evalxl` alone, a wrong word, Tab."""

from __future__ import annotations

import json
import os
import select
import shlex
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from evalxl import cli, completion, here
from evalxl.actions import ACTIONS
from tests.support import many
from tests.support.office import UTF8
from workbook import filled


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which sheets were handed in, but nothing was done yet."""
    (tmp_path / "提出" / "総務部").mkdir(parents=True)
    for number in (1, 2):
        record = many.record(number)
        filled.write(many.FORM, [record], tmp_path / "提出" / "総務部" / f"{number}.xlsx")
    (tmp_path / "提出" / "~$1.xlsx").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main(list(arguments)) == 0
    return capsys.readouterr().out


def test_an_empty_folder_is_where_beginners_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    out = printed(capsys)
    assert "evalxl demo" in out
    assert "evalxl validate" not in out


def test_what_is_proposed_can_be_done_as_it_stands(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each proposed line is run; what they make is found and leads to the next."""
    for _ in range(2):
        lines = json.loads(printed(capsys, "--json"))["next"]
        for line in lines:
            assert cli.main(shlex.split(line)[1:]) in (0, 1), line
            capsys.readouterr()
    found = json.loads(printed(capsys, "--json"))["found"]
    assert found["sheets"]["提出"] == 2, "the lock file is no sheet"
    assert found["ledgers"] == ["集約.受付簿.json"]
    assert found["summaries"] == ["集約.xlsx"]
    assert found["tables"] == ["表"]
    assert [line.split()[1] for line in lines] == [
        "validate", "validate", "consolidate", "status", "remind", "rollup",
    ]  # fmt: skip
    out = printed(capsys)
    assert "集約.受付簿.json" in out
    assert "受付簿" in out


def test_masters_and_settings_are_found(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(city / "提出")
    (city / "マスター").mkdir()
    (city / "マスター" / "projects.csv").write_text("project_name,division\n研修,総務課\n", encoding="utf-8")
    (city / "evalxl.toml").write_text("[rules]\noff = []\n", encoding="utf-8")
    found = json.loads(printed(capsys, "--json"))
    assert found["found"]["masters"] == ["マスター"]
    assert found["found"]["settings"] == str(city / "evalxl.toml")
    assert found["next"] == ["evalxl distribute --master マスター -o 配布"]


def test_a_folder_with_a_blank_in_its_name_can_be_typed(tmp_path: Path) -> None:
    (tmp_path / "提出 2018").mkdir()
    (tmp_path / "提出 2018" / "a.xlsx").write_bytes(b"")
    line = here.steps(here.look(tmp_path))[0][0]
    assert shlex.split(line) == ["evalxl", "validate", "提出 2018"]


def test_a_path_in_the_place_of_a_command_is_meant_to_be_checked(
    city: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["提出"]) == 2
    assert "evalxl validate 提出" in capsys.readouterr().err


# ---- completion --------------------------------------------------------------------------------------------


def complete(script: str, *words: str) -> set[str]:
    """What bash offers behind these words; the last one is being typed."""
    typed = " ".join(f"'{word}'" for word in words)
    asked = (
        f"COMP_WORDS=({typed}); COMP_CWORD={len(words) - 1}; _evalxl; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", f"{script}\n{asked}"], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return set(done.stdout.split())


@pytest.mark.skipif(not shutil.which("bash"), reason="completion is NOT CHECKED in bash: it is not installed")
def test_bash_completes_commands_options_and_values() -> None:
    cli._join_beside()
    script = completion.script("bash")
    assert complete(script, "evalxl", "val") == {"validate"}
    assert complete(script, "evalxl", "") >= {name.split()[0] for name in ACTIONS}
    assert complete(script, "evalxl", "validate", "--an") == {"--annotate"}
    assert complete(script, "evalxl", "validate", "提出", "--fail-on", "") == {"error", "warning", "never"}
    assert complete(script, "evalxl", "rules", "C30") >= {"C301", "C302"}
    assert complete(script, "evalxl", "blank", "--form", "unnan") >= {"unnan_2017"}
    for first, *second in (name.split() for name in ACTIONS if " " in name):
        assert set(second) <= complete(script, "evalxl", first, "")
        assert "--help" in complete(script, "evalxl", first, second[0], "--")


@pytest.mark.parametrize("shell", completion.SHELLS)
def test_each_shell_knows_every_command_and_option(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    script = printed(capsys, "completion", shell)
    for command in ACTIONS.values():
        assert command.name.split()[-1] in script
        assert all(name in script for a in command.arguments if not a.positional for name in a.names)


class Keyboard:
    """A real zsh at a terminal of its own, typed into key by key."""

    def __init__(self, folder: Path) -> None:
        pty = pytest.importorskip("pty")
        (folder / "evalxl.zsh").write_text(completion.script("zsh"), encoding="utf-8")
        (folder / "提出").mkdir()
        here, there = pty.openpty()
        environment = {
            **os.environ,
            "TERM": "dumb",
            **UTF8,
            "COLUMNS": "200",
            "ZDOTDIR": str(folder),
        }
        self.shell = subprocess.Popen(
            ["zsh", "-f", "-i"], stdin=there, stdout=there, stderr=there, cwd=folder, env=environment,
            start_new_session=True,
        )  # fmt: skip
        os.close(there)
        self.screen = here
        self.type("source evalxl.zsh; echo rea''dy\n", "ready\r")

    def type(self, keys: str, *awaited: str) -> str:
        """What the screen shows behind these keys, as soon as all that is awaited stands there."""
        os.write(self.screen, keys.encode())
        shown, end = b"", time.monotonic() + 20
        while not all(word in shown.decode(errors="replace") for word in awaited):
            assert time.monotonic() < end, shown
            if select.select([self.screen], [], [], 0.1)[0]:
                shown += os.read(self.screen, 65536)
        return shown.decode(errors="replace")

    def close(self) -> None:
        self.shell.kill()
        self.shell.wait()
        os.close(self.screen)


@pytest.mark.skipif(not shutil.which("zsh"), reason="completion is NOT CHECKED in zsh: it is not installed")
def test_zsh_completes_at_a_terminal(tmp_path: Path) -> None:
    cli._join_beside()
    keyboard = Keyboard(tmp_path)
    try:
        for typed, awaited in (
            ("evalxl val\t", ["validate "]),
            ("evalxl \t\t", [name.split()[0] for name in ACTIONS]),
            ("evalxl validate --an\t", ["--annotate "]),
            ("evalxl validate 提出 --fail-on \t\t", ["error", "never", "warning"]),
            ("evalxl rules C30\t\t", ["C301", "C309"]),
            ("evalxl form \t\t", ["check", "draft", "show"]),
            ("evalxl blank --form unn\t", ["unnan_2017 "]),
            ("evalxl validate 提\t", ["提出/"]),
        ):
            shown = keyboard.type("\x15" + typed, *awaited)
            assert "command not found" not in shown
            assert "parse error" not in shown
    finally:
        keyboard.close()


def test_an_unknown_shell_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["completion", "bsh"]) == 2
    assert "bash" in capsys.readouterr().err
