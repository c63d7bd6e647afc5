"""The wheels of an offline folder: downloaded, or from a folder, by pip and with their hashes checked."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import evalxl
from evalxl.errors import UsageError
from evalxl.texts import Text
from udfs.bundle.lock import Target

NO_WHEELS = Text(
    "部品を集められませんでした（Python {python}、{target}）。\n{detail}\n"
    "ネットワークにつながる機械で実行するか、部品（.whl）のあるフォルダーを --wheels で指定してください。",
    "The wheels could not be had (Python {python}, {target}).\n{detail}\n"
    "Run this where there is a network, or name a folder of wheels with --wheels.",
)
NO_PIP = Text(
    "この Python には pip がありません。pip の入った Python で実行してください。",
    "This Python has no pip. Run this with one that has.",
)
NO_SOURCE = Text(
    "evalxl 自身の部品（{name}）がありません。配布された .whl を入れたフォルダーを --wheels "
    "で指定してください。",
    "The wheel of evalxl itself ({name}) is missing: name the folder that holds it with --wheels.",
)
PARTS = ("evalxl", "workbook", "udfs", "pyproject.toml", "README.md", "LICENSE")
"""What the wheel of this program is built from."""
_EPOCH = "315532800"
"""1980, the oldest time that a wheel can hold: the same source gives the same bytes."""


def collect(lines: list[str], target: Target, python: str, into: Path, folder: Path | None) -> None:
    """Put the wheels of some requirements into ``into``; without a network where ``folder`` is given."""
    with tempfile.TemporaryDirectory() as temporary:
        wanted = Path(temporary) / "requirements.txt"
        wanted.write_text("\n".join(lines) + "\n", encoding="utf-8")
        line = ["download", "--no-deps", "--require-hashes", "--only-binary=:all:", "--quiet"]
        line += ["--implementation", "cp", "--python-version", python]
        line += [part for platform in target.platforms for part in ("--platform", platform)]
        line += ["--requirement", str(wanted), "--dest", str(into)]
        if folder is not None:
            line += ["--no-index", "--find-links", str(folder)]
        done = pip(line)
    if done.returncode:
        errors = [text for text in done.stderr.splitlines() if text.startswith("ERROR")]
        detail = "\n".join(errors[:3]) or done.stderr.strip()[-500:]
        raise UsageError(NO_WHEELS, python=python, target=target.name, detail=detail)


def own(version: str, into: Path, folder: Path | None) -> Path:
    """The wheel of this program: from ``folder``, else built from the source it runs from."""
    name = f"evalxl-{version}-py3-none-any.whl"
    if folder is not None and (folder / name).is_file():
        return Path(shutil.copy2(folder / name, into))
    root = Path(evalxl.__file__).parent.parent
    if not (root / "pyproject.toml").is_file():
        raise UsageError(NO_SOURCE, name=name)
    return build(root, into)


def build(root: Path, into: Path) -> Path:
    """The wheel of a source folder, which is only read; raises `UsageError` when it cannot be built."""
    with tempfile.TemporaryDirectory() as temporary:
        source = Path(temporary) / "source"
        source.mkdir()
        for part in PARTS:
            _copy(root / part, source / part)
        out = Path(temporary) / "wheel"
        line = ["wheel", "--no-deps", "--no-build-isolation", "--no-index", "--quiet", "-w", str(out)]
        done = pip([*line, str(source)], SOURCE_DATE_EPOCH=_EPOCH)
        built = list(out.glob("*.whl"))
        if done.returncode or len(built) != 1:
            detail = done.stderr.strip()[-500:]
            raise UsageError(NO_WHEELS, python="", target="evalxl", detail=detail)
        into.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy2(built[0], into))


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    else:
        shutil.copy2(source, target)


def pip(line: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run this Python's pip; raises `UsageError` where there is none."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", *line],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "PYTHONUTF8": "1", **environment},
        check=False,
    )
    if "No module named pip" in done.stderr:
        raise UsageError(NO_PIP)
    return done
