"""Sets evalxl up from this folder, without a network: install.bat runs it with the Python that it found.

    python setup.py               for this user, and the add-in in this user's Excel
    python setup.py --here        the portable Python of this folder (a share), nothing on the PCs
    python setup.py --to FOLDER   elsewhere
    python setup.py --no-excel    the commands alone
    python setup.py --remove      the add-in and what was set up

It needs nothing but Python itself. What was set up before stays until the new one is ready.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent
FILES = Path(__file__).resolve().parent
PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
WINDOWS = sys.platform == "win32"
OURS = "evalxl-setup.txt"
"""Lies in what was set up: only a folder that holds it is ever replaced or removed."""


class Stop(Exception):
    """What stands in the way, in words."""


def main() -> int:
    """Set up or remove; the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--to", type=Path)
    parser.add_argument("--here", action="store_true")
    parser.add_argument("--no-excel", action="store_true")
    parser.add_argument("--remove", action="store_true")
    asked = parser.parse_args()
    for stream in (sys.stdout, sys.stderr):  # written to a file, it may have a code page without Japanese
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        target = FOLDER / "python" if asked.here else asked.to or of_user()
        if asked.remove:
            return remove(target)
        install(target, in_place=asked.here)
        return 0 if asked.no_excel or not WINDOWS else addin(target)
    except Stop as stop:
        print(f"\n中止しました。{stop}", file=sys.stderr)
    except OSError as error:
        print(f"\n中止しました。ファイルを書き込めませんでした: {error}", file=sys.stderr)
    return 2


def of_user() -> Path:
    """The user's own place for programs; no administrator is needed to write there."""
    base = os.environ.get("LOCALAPPDATA") if WINDOWS else os.environ.get("XDG_DATA_HOME")
    if not base and WINDOWS:
        raise Stop("ユーザーのフォルダー（LOCALAPPDATA）が分かりません。情報システム担当にお知らせください。")
    return Path(base or Path.home() / ".local" / "share") / "evalxl" / "python"


def install(target: Path, in_place: bool) -> None:
    """A Python of its own at ``target`` with all packages of this folder, checked by their hashes."""
    wanted = FILES / f"requirements-{PYTHON}.txt"
    if not wanted.is_file():
        known = ", ".join(
            sorted(path.stem.removeprefix("requirements-") for path in FILES.glob("requirements-*"))
        )
        raise Stop(f"この Python は {PYTHON} です。このフォルダーは Python {known} 用です。")
    if in_place:
        if not portable():
            raise Stop("--here には、python フォルダーに置いた持ち運び用の Python が必要です。")
        allow_site(target)
        packages(target, wanted)
        return
    aside = move_aside(target)
    try:
        print(f"Python を準備しています: {target}", flush=True)
        make_python(target)
        packages(target, wanted)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        if aside:
            aside.rename(target)
        raise
    if aside:
        shutil.rmtree(aside, ignore_errors=True)


def portable() -> bool:
    """Whether this Python is the embeddable one, which has neither venv nor pip."""
    return bool(list(Path(sys.executable).parent.glob("python*._pth")))


def make_python(target: Path) -> None:
    """A copy of the portable Python, or a virtual environment of an installed one."""
    if portable():
        shutil.copytree(Path(sys.executable).parent, target)
        allow_site(target)
    else:
        run([sys.executable, "-I", "-m", "venv", "--without-pip", str(target)])
    (target / OURS).write_text("evalxl\n", encoding="utf-8")


def allow_site(folder: Path) -> None:
    """The embeddable Python looks for packages once ``import site`` stands in its ._pth."""
    for path in folder.glob("python*._pth"):
        text = path.read_text(encoding="utf-8")
        if not re.search(r"(?m)^import site\s*$", text):
            path.write_text(
                re.sub(r"(?m)^#\s*import site\s*$", "", text) + "\nimport site\n", encoding="utf-8"
            )


def packages(target: Path, wanted: Path) -> None:
    """Install what ``wanted`` lists from the wheels of this folder, by the pip that lies among them."""
    wheels = FOLDER / "wheels"
    found = [path for path in wheels.glob("pip-*.whl") if genuine(path)]
    if not found:
        raise Stop(f"{wheels} に正しい pip がありません。フォルダーを丸ごとコピーし直してください。")
    print("部品を入れています（数分かかります）。ネットワークは使いません。", flush=True)
    line = [str(python_of(target)), f"{found[0]}/pip", "--isolated", "--disable-pip-version-check", "--quiet"]
    line += ["install", "--no-index", "--find-links", str(wheels), "--no-deps", "--require-hashes"]
    run([*line, "--no-warn-script-location", "--requirement", str(wanted)])
    run([str(python_of(target)), "-P", "-m", "evalxl", "--version"])


def genuine(path: Path) -> bool:
    """Whether a file is the one that this folder was made with: pip checks all others, but not itself."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    sums = (FOLDER / "SHA256SUMS.txt").read_text(encoding="utf-8").splitlines()
    return f"{digest}  {path.relative_to(FOLDER).as_posix()}" in sums


def python_of(target: Path) -> Path:
    """The program of a Python that was set up."""
    known = [target / "python.exe", target / "Scripts" / "python.exe", target / "bin" / "python"]
    for path in known:
        if path.exists():
            return path
    raise Stop(f"{target} に Python がありません。")


def addin(target: Path) -> int:
    """Register the add-in; where that may not be, the commands are there all the same."""
    addin = FOLDER / "evalxl.xlam"
    if not addin.is_file():
        print("このフォルダーにはアドインがありません。検証.bat と 集約.bat は使えます。")
        return 0
    line = [str(python_of(target)), "-P", "-m", "evalxl", "addin", "install", "--xlam", str(addin)]
    code = subprocess.run(line, check=False).returncode
    if code:
        print("アドインは登録していません。検証.bat と 集約.bat は使えます。", file=sys.stderr)
    return code


def remove(target: Path) -> int:
    """Take the add-in out of Excel, then what was set up."""
    if not (target / OURS).is_file():
        print(f"このユーザーには入っていません: {target}")
        return 0
    if WINDOWS:
        line = [str(python_of(target)), "-P", "-m", "evalxl", "addin", "uninstall"]
        if code := subprocess.run(line, check=False).returncode:
            return code
    shutil.rmtree(move_aside(target) or target)
    with contextlib.suppress(OSError):  # the log and the store of what was read stay
        target.parent.rmdir()
    print(f"消しました: {target}")
    return 0


def move_aside(target: Path) -> Path | None:
    """Give the place of an earlier setup free; it goes nowhere while one of its programs runs."""
    if not target.exists():
        return None
    if not (target / OURS).is_file():
        raise Stop(f"{target} には別のものがあります。消さずに中止しました。")
    aside = target.with_name(f"{target.name}.old")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        return target.rename(aside)
    except OSError:
        raise Stop("前の版が使われています。Excelをすべて終了してから、もう一度実行してください。") from None


def run(line: list[str]) -> None:
    """Run a program; `Stop` with its last words when it fails."""
    done = subprocess.run(line, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        raise Stop(f"次の処理に失敗しました: {' '.join(line[1:4])}\n{(done.stderr or done.stdout)[-800:]}")


if __name__ == "__main__":
    sys.exit(main())
