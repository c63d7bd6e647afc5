"""Is this what one could publish? `make release-check`: built, installed from nothing, run, licences read.

Needs a network for the packages themselves (or pip's own settings that lead to a mirror). Ends with an error
at the first thing that is not right. `--licences FILE` also writes the list of all packages and licences.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from importlib import metadata
from pathlib import Path

from udfs.bundle import components, folder, lock, wheels

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("evalxl", "workbook", "udfs")
EXTRAS = "dask,excel,bundle,s3"
SHEET = "demo/提出/2018/総務部_情報システム課_2.xlsx"
COMMANDS = (
    ["--version"],
    ["demo", "demo"],
    ["validate", "demo/提出", "--fail-on", "never", "--json"],
    ["consolidate", "demo/提出", "-o", "集約.xlsx", "--data", "表"],
    ["read", SHEET, "--json"],
    ["validate", SHEET, "--annotate", "印付き"],
    ["unmark", "印付き", "-o", "元"],
    ["submit", SHEET, "--to", "提出先"],
    ["status", "demo"],
    ["remind", "demo", "-o", "督促"],
    ["macros", SHEET],
    ["rollover", SHEET, "-o", "翌年度"],
    ["distribute", "--master", "demo/マスター", "-o", "配布", "--year", "2018"],
    ["rollup", "demo/表", "--by", "部", "課"],
    ["tables", "demo/提出/2017", "-o", "年度別の表"],
    ["publish", "demo/提出/2017/健康福祉部_福祉課_1.xlsx", "-o", "公表"],
    ["report", SHEET, "-o", "議会"],
    ["calc", "yoy", "8652", "7338"],
    ["form", "show", SHEET],
    ["form", "check", SHEET],
    ["form", "draft", SHEET],
    ["completion", "bash"],
    ["addin", "build", "-o", "アドイン"],
    ["blank", "-o", "様式.xlsx"],
    ["rules"],
    ["fields"],
    ["addin", "doctor"],
)

NOT_RUN = {"addin install", "addin uninstall", "bundle"}
"""What writes to a registry of Windows; the folder for Windows is written at the end, with its licences."""


def main() -> int:
    """All checks, in the order of their cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--licences", type=Path, help="write the list of licences to this file")
    parser.add_argument("--skip-windows", action="store_true", help="leave out the folder for Windows")
    asked = parser.parse_args()
    version = metadata.version("evalxl")
    with tempfile.TemporaryDirectory(prefix="release-") as temporary:
        place = Path(temporary)
        step("the changelog knows this version", changelog(version))
        built = wheels.build(ROOT, place / "dist")
        step("the wheel holds every file of the packages", same(names(built), tracked()))
        step("the sdist gives the same wheel", same_wheel(built, from_sdist(place)))
        install(place, built)
        step("no file of the source is used", str(place) in here(place))
        for line in COMMANDS:
            step(f"evalxl {' '.join(line)}", run(place, ["-m", "evalxl", *line]))
        known = commands(place)
        step("every command was run", not unrun(known))
        for name in known:
            step(f"evalxl {name} --help", run(place, ["-m", "evalxl", *name.split(), "--help"]))
        if not asked.skip_windows:
            licences(place, version, asked.licences)
    print("All is well.")
    return 0


def step(what: str, passed: bool) -> None:
    """Tell how a check ended; the first that fails ends it all."""
    print(f"{'ok  ' if passed else 'FAIL'}  {what}", flush=True)
    if not passed:
        sys.exit(1)


def changelog(version: str) -> bool:
    """Whether the changelog has a chapter for it."""
    return f"\n## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def tracked() -> set[str]:
    """Every file of the packages that is kept."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {name for name in listed.stdout.split("\0") if name}


def names(wheel: Path) -> set[str]:
    """The files in a wheel, without its own papers."""
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def same(one: set[str], other: set[str]) -> bool:
    """Whether two sets of names agree; what does not is told."""
    for name in sorted(one ^ other):
        print(f"      only in {'the wheel' if name in one else 'the source'}: {name}")
    return one == other


def same_wheel(one: Path, other: Path) -> bool:
    """Whether two wheels hold the same files with the same contents."""
    with zipfile.ZipFile(one) as first, zipfile.ZipFile(other) as second:
        return same(set(first.namelist()), set(second.namelist())) and all(
            first.read(name) == second.read(name) for name in first.namelist()
        )


def from_sdist(place: Path) -> Path:
    """The wheel that is built from the source distribution alone."""
    source, out = place / "source", place / "sdist"
    out.mkdir()
    for part in wheels.PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, source / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / part, source / part)
    code = f"from setuptools import build_meta; build_meta.build_sdist({str(out)!r})"
    subprocess.run([sys.executable, "-c", code], cwd=source, check=True, capture_output=True)
    (archive,) = out.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(place / "unpacked", filter="data")
    (unpacked,) = (place / "unpacked").iterdir()
    return wheels.build(unpacked, place / "again")


def install(place: Path, wheel: Path) -> None:
    """An empty environment with the locked packages, the wheel and its extras."""
    subprocess.run([sys.executable, "-m", "venv", str(place / "venv")], check=True)
    pip = [str(python(place)), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / "requirements.lock")], check=True)
    subprocess.run([*pip, f"{wheel}[{EXTRAS}]"], check=True)
    step(f"the wheel and its extras {EXTRAS} are installed", True)


def python(place: Path) -> Path:
    """The Python of that environment."""
    return place / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def here(place: Path) -> str:
    """Where the program comes from in that environment."""
    line = [str(python(place)), "-P", "-c", "import evalxl; print(evalxl.__file__)"]
    return subprocess.run(line, cwd=place, capture_output=True, text=True, check=True).stdout


def commands(place: Path) -> list[str]:
    """The commands that the installed program knows."""
    code = "import evalxl.cli, sys; evalxl.cli.main([]); print(*evalxl.cli.ACTIONS, sep='|', file=sys.stderr)"
    line = [str(python(place)), "-P", "-c", code]
    done = subprocess.run(line, cwd=place, capture_output=True, text=True, check=True, env=plain())
    return done.stderr.strip().split("|")


def unrun(known: list[str]) -> set[str]:
    """The commands that nothing above runs; of the formulas one stands for all."""
    words = {" ".join(line[:2]) for line in COMMANDS} | {line[0] for line in COMMANDS}
    return {name for name in known if name not in words | NOT_RUN and not name.startswith("calc ")}


def run(place: Path, line: list[str]) -> bool:
    """Whether the installed program does this; findings are no failure."""
    done = subprocess.run(
        [str(python(place)), "-P", *line], cwd=place, capture_output=True, text=True, check=False, env=plain()
    )
    if done.returncode not in (0, 1):
        print(done.stderr[-2000:])
    return done.returncode in (0, 1)


def plain() -> dict[str, str]:
    """The environment without what would lead back to the source."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | {
        "PYTHONUTF8": "1"
    }


def licences(place: Path, version: str, into: Path | None) -> None:
    """The offline folder for every Python: it refuses a licence that does not allow it."""
    request = folder.Request(version, lock.PYTHONS, lock.TARGETS["win_amd64"])
    listed = folder.write(request, place / "bundle")
    step(f"the licences of {len(listed)} wheels for Windows allow to hand them out", True)
    if into is not None:
        into.write_text(page(listed), encoding="utf-8")


def page(listed: list[components.Component]) -> str:
    """The list of packages and their licences as a document."""
    rows = {
        f"| {one.name} | {one.version} | {one.licence} | {one.homepage} |": one.name.lower()
        for one in listed
        if one.name != "evalxl"
    }
    return "\n".join([HEAD, *sorted(rows, key=lambda row: rows[row]), ""])


HEAD = """\
# 部品とライセンス / Packages and their licences

evalxl は MIT ライセンスです。オフライン用のフォルダー（`evalxl bundle`）に入る部品は次のとおりで、
どれも一緒に配布できます。全文はフォルダーの `licenses` にあります。
xlwings の `xlwings/pro` は別のライセンス（PolyForm Noncommercial）ですが、evalxl は使いません。

Written by `make release-check`, from the wheels themselves.

| 名前 | 版 | ライセンス | 配布元 |
|---|---|---|---|"""


if __name__ == "__main__":
    sys.exit(main())
