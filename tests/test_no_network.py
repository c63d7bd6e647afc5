"""Nothing opens a network connection: every command is run with all of Python's sockets reported and refused.

The guard is an audit hook, loaded by each Python process that starts, the readers' ones among them. Where the
system has strace, the kernel is the second witness: it also sees what libraries do beside Python.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import udfs.commands  # noqa: F401  (declares those of Excel)
from evalxl.actions import ACTIONS
from tests.support import many
from workbook import filled

GUARD = """
import os, sys

LOCAL = 1  # AF_UNIX: how processes of one machine talk


def guard(event, arguments):
    if not event.startswith(("socket.", "urllib.", "http.", "ftplib.", "smtplib.")):
        return
    if event == "socket.__new__" and arguments[1] == LOCAL:
        return
    if event != "socket.__new__" and getattr(arguments[0], "family", None) == LOCAL:
        return
    with open(os.environ["GUARD_LOG"], "a", encoding="utf-8") as log:
        log.write(f"{event} {arguments!r}\\n")
    raise PermissionError(f"the network: {event}")


sys.addaudithook(guard)
open(os.environ["GUARD_LOG"] + f".{os.getpid()}", "w").close()
"""
LINES = [
    "read 提出 --json",
    "validate 提出 --jobs 2 --report 検証結果.xlsx --fail-on never",
    "validate 提出 --annotate 印付き --fail-on never",
    "unmark 印付き -o 元",
    "consolidate 提出 --jobs 2 -o 集約/集約.xlsx --data 表",
    "status 集約",
    "remind 集約 -o 督促",
    "rollup 表 --by department --value project_total",
    "tables 提出 -o 表2",
    "report 提出 -o 議会",
    "publish 提出 -o 公表",
    "rollover 提出 -o 翌年度",
    "distribute --master マスター -o 配布 --year 2017",
    "submit 提出/0.xlsx --to 受付",
    "macros 提出",
    "blank -o 様式.xlsx",
    "rules",
    "fields",
    "completion bash",
    "addin doctor",
    "addin uninstall",
    "addin install --xlam 様式.xlsx",
    "form show 提出/0.xlsx",
    "form check 提出/0.xlsx",
    "form draft 提出/0.xlsx",
    "addin build -o アドイン",
]
LINES += [
    command.examples[0][0].removeprefix("evalxl ")
    for name, command in ACTIONS.items()
    if name.startswith("calc ")
]
OF_WINDOWS = {"addin install --xlam 様式.xlsx", "addin uninstall"}
"""They end at once elsewhere, and say so."""
ELSEWHERE = {
    "demo": "runs the commands above, one after the other",
    "bundle": "downloads the wheels on purpose, where it is run without --wheels",
}
RUN = """
import json, shlex, sys
from evalxl import cli
for line in json.loads(sys.argv[1]):
    code = cli.main(shlex.split(line))
    with open("codes", "a", encoding="utf-8") as codes:
        print(f"{line}\t{code}", file=codes)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three sheets and a list of projects, and the guard."""
    (tmp_path / "提出").mkdir()
    for number in range(3):
        filled.write(many.FORM, [many.record()], tmp_path / "提出" / f"{number}.xlsx")
    (tmp_path / "マスター").mkdir()
    (tmp_path / "マスター" / "projects.csv").write_text(
        "project_name,department,division\n事業,部,課\n", "utf-8"
    )
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(GUARD, "utf-8")
    return tmp_path


def run(folder: Path, *line: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(folder / "guard"), str(Path(__file__).parent.parent)]),
        "GUARD_LOG": str(folder / "log"),
    }
    return subprocess.run(line, cwd=folder, capture_output=True, text=True, env=environment, check=False)


def logged(folder: Path) -> str:
    path = folder / "log"
    return path.read_text("utf-8") if path.exists() else ""


def test_every_command_is_among_those_that_are_run() -> None:
    named = {name for name in ACTIONS if any(f"{line} ".startswith(f"{name} ") for line in LINES)}
    assert ACTIONS.keys() - named == ELSEWHERE.keys()


def test_the_guard_sees_and_refuses_a_connection(folder: Path) -> None:
    for code in (
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import urllib.request; urllib.request.urlopen('http://localhost:9/')",
        "import socket; socket.getaddrinfo('example.jp', 80)",
    ):
        (folder / "log").unlink(missing_ok=True)
        done = run(folder, sys.executable, "-c", code)
        assert done.returncode != 0
        assert logged(folder)
        assert "PermissionError: the network" in done.stderr


def test_no_command_opens_a_connection(folder: Path) -> None:
    traced = folder / "traced"
    lines = [line for line in LINES if line.split()[0] in ACTIONS or " ".join(line.split()[:2]) in ACTIONS]
    line = [sys.executable, "-c", RUN, json.dumps(lines)]
    watching = strace(folder)
    if watching:
        line = ["strace", "-f", "-qq", "-e", "trace=network", "-o", str(traced), *line]
    done = run(folder, *line)
    assert done.returncode == 0, done.stderr
    ended = dict(line.split("\t") for line in (folder / "codes").read_text("utf-8").splitlines())
    assert list(ended) == lines
    failed = [line for line, code in ended.items() if code not in "01" and line not in OF_WINDOWS]
    assert not failed, done.stderr
    assert not logged(folder)
    assert len(list(folder.glob("log.*"))) > 2  # the readers' own processes had the guard, too
    assert (folder / "集約" / "集約.xlsx").exists()
    if watching:
        calls = traced.read_text("utf-8", errors="replace").splitlines()
        assert not [call for call in calls if re.search(r"AF_INET|sin_addr|AF_PACKET", call)]


def strace(folder: Path) -> bool:
    """Whether the kernel's calls can be watched here."""
    if not shutil.which("strace"):
        return False
    probe = run(folder, "strace", "-qq", "-o", os.devnull, "-e", "trace=network", "true")
    return probe.returncode == 0
