"""The offline folder: made from a folder of wheels, checked, and set up from again into an empty Python.

pip, the build of our own wheel and the Python that is set up are real; most packages beside it are small ones
made here. What cmd.exe does with the .bat files was not tried: their text is checked against its rules.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
import re
import runpy
import subprocess
import sys
import sysconfig
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from evalxl.cli import main
from udfs import identity
from udfs.addin import build
from udfs.bundle import batch, components, dropped, lock, wheels
from workbook.folders import LIST

PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
ON_LINUX = pytest.mark.skipif(
    sysconfig.get_platform() != "linux-x86_64" or PYTHON not in lock.PYTHONS, reason="sets up for this system"
)


def wheel(folder: Path, name: str, version: str = "1.0", licence: str = "MIT") -> Path:
    """A small package, as a wheel that pip takes."""
    inside = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": f"VERSION = {version!r}\n",
        f"{inside}/METADATA": f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n"
        f"License-Expression: {licence}\nProject-URL: Homepage, https://example.jp/{name}\n",
        f"{inside}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{inside}/licenses/LICENSE": f"The licence of {name}.\n",
    }
    lines = [f"{path},{_record(text.encode())},{len(text)}" for path, text in files.items()]
    files[f"{inside}/RECORD"] = "\n".join([*lines, f"{inside}/RECORD,,", ""])
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for inner, text in files.items():
            archive.writestr(inner, text)
    return path


def _record(data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"sha256={digest}"


def repacked(folder: Path, name: str) -> Path:
    """An installed package as a wheel again."""
    installed = metadata.distribution(name)
    tag = re.findall(r"(?m)^Tag: (\S+)$", installed.read_text("WHEEL") or "")[-1]
    path = folder / f"{name}-{installed.version}-{tag}.whl"
    record = []
    with zipfile.ZipFile(path, "w") as archive:
        for file in installed.files or []:
            if file.suffix == ".pyc" or file.name in ("INSTALLER", "REQUESTED", "direct_url.json", "RECORD"):
                continue
            data = Path(str(file.locate())).read_bytes()
            archive.writestr(str(file), data)
            record.append(f"{file},{_record(data)},{len(data)}")
        inside = f"{name}-{installed.version}.dist-info/RECORD"
        archive.writestr(inside, "\n".join([*record, f"{inside},,", ""]))
    return path


def pip_wheel() -> Path:
    """The pip that every Python brings along."""
    import ensurepip

    folder = sysconfig.get_config_var("WHEEL_PKG_DIR") or Path(ensurepip.__file__).parent / "_bundled"
    found = sorted(Path(folder).glob("pip-*.whl"))
    if not found:
        pytest.skip("this Python has no pip to bring along")
    return found[-1]


@pytest.fixture(scope="module")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder of wheels and the list that locks them."""
    folder = tmp_path_factory.mktemp("wheels")
    pip = folder / pip_wheel().name
    pip.write_bytes(pip_wheel().read_bytes())
    needed = repacked(folder, "msgspec")  # by `evalxl --version`
    wheel(folder, "newer", "1.0")
    made = {
        pip: "",
        needed: "",
        wheel(folder, "small"): "",
        wheel(folder, "onlywindows"): " ; sys_platform == 'win32'",
        wheel(folder, "newer", "2.0"): " ; python_version >= '3.11'",
    }
    entries = []
    for path, condition in made.items():
        name, version = path.name.split("-")[:2]
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        entries.append(f"{name}=={version}{condition} \\\n    --hash=sha256:{digest}\n    # via something")
    return folder, "\n".join(entries) + "\n"


@pytest.fixture(scope="module")
def folder(gathered: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An offline folder for this system, by the command."""
    given, text = gathered
    out = tmp_path_factory.mktemp("bundle") / "配布 用"
    line = ["bundle", "-o", str(out), "--platform", "linux_x86_64", "--python", PYTHON]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lock, "locked", lambda: text)
        assert main([*line, "--wheels", str(given)]) == 0
    return out


# ---- which packages ----------------------------------------------------------------------------------------


def test_conditions_are_judged_for_the_pcs_that_are_meant() -> None:
    windows = " ".join(lock.requirements(lock.TARGETS["win_amd64"], "3.13"))
    linux = " ".join(lock.requirements(lock.TARGETS["linux_x86_64"], "3.11"))
    assert "xlwings==" in windows
    assert "pywin32==" in windows
    assert "xlwings" not in linux
    assert "pandas==" in linux
    numpy = {re.findall(r"numpy==(\S+)", text)[0] for text in (windows, linux)}
    assert len(numpy) == 2  # one version for each Python, never both
    assert ";" not in windows + linux


@pytest.mark.parametrize("python", lock.PYTHONS)
@pytest.mark.parametrize("target", lock.TARGETS.values(), ids=lambda target: target.name)
def test_every_package_has_its_hashes(target: lock.Target, python: str) -> None:
    for line in lock.requirements(target, python):
        assert re.fullmatch(r"[\w.-]+==\S+( \\\n    --hash=sha256:[0-9a-f]{64})+", line)


def test_the_offline_list_agrees_with_what_is_tested() -> None:
    tested = (Path(__file__).parent.parent / "requirements-dev.lock").read_text(encoding="utf-8")
    pinned = set(re.findall(r"(?m)^([\w.-]+==\S+)", tested))
    ours = set(re.findall(r"(?m)^([\w.-]+==\S+)", lock.locked()))
    assert {one for one in ours if not one.startswith("pip==")} <= pinned


# ---- the folder --------------------------------------------------------------------------------------------


def test_what_is_in_the_folder(folder: Path) -> None:
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {"install.bat", "uninstall.bat", "検証.bat", "集約.bat", "診断.bat", "evalxl.xlam"} <= names
    assert {"はじめにお読みください.txt", "情報システム担当の方へ.txt", "python/ここに置くもの.txt"} <= names
    found = {path.name.split("-")[0] for path in (folder / "wheels").iterdir()}
    assert found == {"evalxl", "pip", "msgspec", "small", "newer"}
    assert (folder / "wheels" / "newer-2.0-py3-none-any.whl").exists()
    assert "licenses/small-1.0/LICENSE" in names


def test_the_addin_in_it_is_the_one_that_is_built(folder: Path) -> None:
    assert (folder / identity.FILE).read_bytes() == build()


def test_every_file_has_its_sum(folder: Path) -> None:
    lines = (folder / "SHA256SUMS.txt").read_text(encoding="utf-8").splitlines()
    summed = dict(reversed(line.split("  ", 1)) for line in lines)
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    assert summed.keys() == files.keys() - {"SHA256SUMS.txt", LIST}
    for name, digest in summed.items():
        assert hashlib.sha256(files[name].read_bytes()).hexdigest() == digest


def test_the_lists_of_components_agree_with_the_wheels(folder: Path) -> None:
    with open(folder / "部品一覧.csv", encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    sbom = json.loads((folder / "sbom.cdx.json").read_text(encoding="utf-8"))
    sums = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (folder / "wheels").iterdir()
    }
    assert {row["ファイル"]: row["SHA-256"] for row in rows} == sums
    assert {part["bom-ref"]: part["hashes"][0]["content"] for part in sbom["components"]} == sums
    assert {row["ライセンス"] for row in rows} == {"MIT", "BSD-3-Clause"}
    assert "small 1.0  MIT  https://example.jp/small" in (folder / "部品一覧.txt").read_text("utf-8-sig")


def test_the_it_section_is_told_what_is_written(folder: Path) -> None:
    text = (folder / "情報システム担当の方へ.txt").read_bytes().decode("utf-8-sig")
    for word in (identity.PROGID, identity.CLSID, identity.SERVER, "OPEN", "VBAWarnings", "--here", PYTHON):
        assert word in text
    assert "{" not in text.replace(identity.CLSID, "")
    assert text.count("\n") == text.count("\r\n")


def test_our_own_wheel_is_the_same_each_time(folder: Path, tmp_path: Path) -> None:
    built = wheels.build(Path(__file__).parent.parent, tmp_path)
    assert built.read_bytes() == next((folder / "wheels").glob("evalxl-*.whl")).read_bytes()


def test_our_own_wheel_holds_every_file_of_the_packages(folder: Path) -> None:
    root = Path(__file__).parent.parent
    with zipfile.ZipFile(next((folder / "wheels").glob("evalxl-*.whl"))) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    kept = {
        path.relative_to(root).as_posix()
        for package in ("evalxl", "workbook", "udfs")
        for path in (root / package).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert held == kept
    assert {"udfs/bundle/offline.lock", "workbook/forms/unnan_2017.toml", "evalxl/py.typed"} <= held


def test_the_list_of_licences_is_that_of_the_locked_packages() -> None:
    """`make release-check` writes it, from the wheels themselves."""
    page = (Path(__file__).parent.parent / "docs" / "licences.md").read_text(encoding="utf-8")
    rows = [row.split("|")[1:4] for row in page.splitlines() if row.startswith("| ")][1:]
    listed = {
        f"{re.sub('[-_.]+', '-', name.strip()).lower()}=={version.strip()}" for name, version, _ in rows
    }
    assert listed == set(re.findall(r"(?m)^([\w.-]+==\S+)", lock.locked()))
    assert all(components.compatible(licence.strip()) for _, _, licence in rows)


# ---- set up from it ----------------------------------------------------------------------------------------


@ON_LINUX
def test_it_is_set_up_again_without_a_network(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "利用者 1" / "python"
    first = setup(folder, "--to", str(target), "--no-excel")
    assert first.returncode == 0, first.stderr
    python = target / "bin" / "python"
    shown = subprocess.run(
        [python, "-P", "-m", "evalxl", "--version"], capture_output=True, text=True, check=True
    )
    assert shown.stdout.startswith("evalxl ")
    code = "import evalxl, small, newer; print(newer.VERSION, evalxl.__file__)"
    shown = subprocess.run([python, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.startswith(f"2.0 {target}")

    bad = folder / "wheels" / "small-1.0-py3-none-any.whl"
    good = bad.read_bytes()
    bad.write_bytes(wheel(tmp_path, "small", licence="ISC").read_bytes())
    spoilt = setup(folder, "--to", str(target), "--no-excel")
    bad.write_bytes(good)
    assert spoilt.returncode == 2
    assert "中止しました" in spoilt.stderr
    assert "HASHES" in spoilt.stderr.upper()
    assert subprocess.run([python, "-P", "-m", "evalxl", "--version"], check=False).returncode == 0

    assert setup(folder, "--to", str(target), "--remove").returncode == 0
    assert not target.parent.exists()


def test_an_altered_pip_is_not_run(folder: Path, tmp_path: Path) -> None:
    """pip checks the hashes of all others; its own is checked before it runs."""
    pip = next((folder / "wheels").glob("pip-*.whl"))
    good = pip.read_bytes()
    pip.write_bytes(good + b"\0")
    told = setup(folder, "--to", str(tmp_path / "new"), "--no-excel")
    pip.write_bytes(good)
    assert told.returncode == 2
    assert "正しい pip がありません" in told.stderr
    assert not (tmp_path / "new").exists()


def setup(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """What install.bat runs, with a proxy that answers nobody."""
    nowhere = {"https_proxy": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9", "PYTHONUTF8": "1"}
    line = [sys.executable, str(folder / "files" / "setup.py"), *options]
    return subprocess.run(line, capture_output=True, text=True, env={**os.environ, **nowhere}, check=False)


def test_a_folder_of_others_is_never_removed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert "別のもの" in setup(folder, "--to", str(tmp_path), "--no-excel").stderr
    assert setup(folder, "--to", str(tmp_path), "--remove").returncode == 0
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_another_python_is_told(folder: Path, tmp_path: Path) -> None:
    listed = folder / "files" / f"requirements-{PYTHON}.txt"
    aside = listed.rename(listed.with_name("requirements-3.9.txt"))
    told = setup(folder, "--to", str(tmp_path / "new"), "--no-excel")
    aside.rename(listed)
    assert told.returncode == 2
    assert "Python 3.9 用です" in told.stderr
    assert not (tmp_path / "new").exists()


def test_the_portable_python_learns_to_look_for_packages(folder: Path, tmp_path: Path) -> None:
    own = runpy.run_path(str(folder / "files" / "setup.py"))
    path = tmp_path / "python313._pth"
    path.write_text("python313.zip\n.\n\n# Uncomment to run site.main() automatically\n#import site\n")
    own["allow_site"](tmp_path)
    once = path.read_text()
    assert [line for line in once.splitlines() if line and not line.startswith("#")] == [
        "python313.zip",
        ".",
        "import site",
    ]
    own["allow_site"](tmp_path)
    assert path.read_text() == once


# ---- whole or not at all -----------------------------------------------------------------------------------


def test_a_missing_or_altered_wheel_leaves_no_folder(
    gathered: tuple[Path, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given, text = gathered
    (tmp_path / "wheels").mkdir()
    own = wheel(tmp_path / "wheels", "evalxl", "0.1.0")
    assert own.exists()
    for path in given.glob("*.whl"):
        (tmp_path / "wheels" / path.name).write_bytes(path.read_bytes())
    wheel(tmp_path / "wheels", "small", licence="BSD-3-Clause")
    monkeypatch.setattr(lock, "locked", lambda: text)
    line = ["bundle", "-o", str(tmp_path / "out"), "--python", "3.13", "--wheels", str(tmp_path / "wheels")]
    assert main(line) == 2
    assert "部品を集められませんでした" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["wheels"]


def test_a_package_that_may_not_be_handed_out_leaves_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "wheels").mkdir()
    wheel(tmp_path / "wheels", "evalxl", "0.1.0")
    path = wheel(tmp_path / "wheels", "copyleft", licence="AGPL-3.0-only")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setattr(lock, "locked", lambda: f"copyleft==1.0 \\\n    --hash=sha256:{digest}\n")
    assert main(["bundle", "-o", str(tmp_path / "out"), "--wheels", str(tmp_path / "wheels")]) == 2
    assert "copyleft (AGPL-3.0-only)" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_folder_with_files_of_others_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert main(["bundle", "-o", str(tmp_path)]) == 2
    assert "mine.txt" in capsys.readouterr().err
    assert main(["bundle", "-o", str(tmp_path / "new"), "--python", "2.7"]) == 2
    assert "3.13" in capsys.readouterr().err


# ---- licences ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("licence", "fine"),
    [
        ("MIT", True),
        ("BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0", True),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("GPL-3.0-only", False),
        ("MIT AND LGPL-2.1-or-later", False),
        ("LicenseRef-Proprietary", False),
        ("", False),
    ],
)
def test_which_licences_may_be_handed_out(licence: str, fine: bool) -> None:
    assert components.compatible(licence) is fine


# ---- the .bat files ----------------------------------------------------------------------------------------


def test_batch_files_are_ascii_with_the_lines_of_windows(folder: Path) -> None:
    for path in folder.glob("*.bat"):
        data = path.read_bytes()
        data.decode("ascii")
        assert data.count(b"\n") == data.count(b"\r\n")
        assert data.startswith(b"@echo off\r\n")
    text = (folder / "files" / "no-python.txt").read_bytes()
    assert "Python が見つかりません" in text.decode("cp932")
    assert b"\r\n" in text


def test_batch_files_find_the_newest_python_first() -> None:
    text = batch.setup(("3.9", "3.13", "3.11"), "").decode()
    assert re.findall(r"py -([\d.]+)", text) == ["3.13", "3.11", "3.9"]


@pytest.mark.parametrize(
    ("line", "paths"),
    [
        (r'C:\Windows\system32\cmd.exe /c ""C:\配布\検証.bat" C:\提出"', [r"C:\提出"]),
        (
            r'cmd.exe /c ""C:\配布 用\検証.bat" "C:\提 出\a.xlsx" C:\b&c.xlsx"',
            [r"C:\提 出\a.xlsx", r"C:\b&c.xlsx"],
        ),
        (r'cmd.exe /c ""\\server\share\集約.bat" "\\server\share\2017 年度""', [r"\\server\share\2017 年度"]),
        (r'cmd.exe /c ""C:\検証.bat" "', []),
        (r'"C:\Windows\system32\cmd.exe"', []),
        ("", []),
    ],
)
def test_dropped_paths_are_taken_from_the_whole_line(line: str, paths: list[str]) -> None:
    assert dropped.dropped(line) == paths


def test_what_is_dropped_is_checked_and_consolidated_beside_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.support import many
    from workbook import filled

    (tmp_path / "提出").mkdir()
    filled.write(many.FORM, [many.record()], tmp_path / "提出" / "a&b.xlsx")
    line = rf'cmd.exe /c ""C:\検証.bat" {tmp_path}/提出/a&b.xlsx"'
    assert dropped.main(["validate", "cut"], {dropped.LINE: line}) in (0, 1)
    assert [path.name for path in (tmp_path / "提出").glob("検証結果_*.xlsx")]
    next((tmp_path / "提出").glob("検証結果_*.xlsx")).unlink()
    assert dropped.main(["consolidate", str(tmp_path / "提出")], {}) in (0, 1)
    assert list(tmp_path.glob("集約_*.xlsx"))
    capsys.readouterr()
    assert dropped.main(["consolidate"], {}) == 2
    assert "ドラッグしてください" in capsys.readouterr().out
