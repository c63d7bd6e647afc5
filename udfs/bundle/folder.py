"""An offline folder, put together: it appears whole or not at all."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
from importlib import resources
from pathlib import Path

from evalxl.errors import UsageError
from evalxl.texts import Text
from udfs import identity
from udfs.bundle import batch, components, lock, wheels
from workbook.folders import ensure_own, replacing_folder

README, IT_SECTION = "はじめにお読みください.txt", "情報システム担当の方へ.txt"
SUMS = "SHA256SUMS.txt"
NO_PYTHON = """
Python が見つかりません（{pythons} のいずれかが必要です）。
情報システム担当の方に「情報システム担当の方へ.txt」をお見せください。
"""
NOT_INSTALLED = """
まだ入っていません。先に install.bat をダブルクリックしてください。
"""
NO_LICENCE = Text(
    "配布してよいライセンスか確かめられない部品があります: {names}。何も書き出していません。",
    "Packages whose licence does not allow to hand them out, or is not known: {names}. Nothing was written.",
)


@dataclasses.dataclass(slots=True, frozen=True)
class Request:
    """What kind of folder is asked for."""

    version: str
    """Of this program."""
    pythons: tuple[str, ...]
    target: lock.Target
    wheels: Path | None = None
    """A folder of wheels, for a machine without a network."""
    addin: bytes | None = None
    """The add-in; None where the folder is for the commands alone."""
    documents: Path | None = None
    """A folder of documents to go along, such as the built documentation."""


def write(request: Request, path: Path) -> list[components.Component]:
    """Write the folder ``path`` and give its components.

    Raises `UsageError` when a wheel is missing or has another hash, and what `replacing_folder` raises.
    """
    ensure_own(path)
    with replacing_folder(path) as folder:
        own = _wheels(request, folder)
        listed = [components.read(wheel) for wheel in sorted((folder / "wheels").glob("*.whl"))]
        _refuse_unlicensed(listed)
        _requirements(request, folder, own)
        _texts(request, folder)
        _batches(request, folder)
        _lists(listed, folder, request.version)
        if request.addin is not None:
            (folder / identity.FILE).write_bytes(request.addin)
        if request.documents is not None:
            shutil.copytree(request.documents, folder / "説明書")
        _sums(folder)
    return listed


def _refuse_unlicensed(listed: list[components.Component]) -> None:
    bad = [f"{one.name} ({one.licence or '?'})" for one in listed if not components.compatible(one.licence)]
    if bad:
        raise UsageError(NO_LICENCE, names=", ".join(bad))


def _wheels(request: Request, folder: Path) -> Path:
    into = folder / "wheels"
    into.mkdir()
    own = wheels.own(request.version, into, request.wheels)
    for python in request.pythons:
        wheels.collect(
            lock.requirements(request.target, python), request.target, python, into, request.wheels
        )
    return own


def _requirements(request: Request, folder: Path, own: Path) -> None:
    """What `setup.py` installs: this program and the locked packages, all with their hashes.

    pip only installs the others: on Windows it refuses to install itself while it runs.
    """
    files = folder / "files"
    files.mkdir()
    digest = hashlib.sha256(own.read_bytes()).hexdigest()
    ours = f"evalxl=={request.version} \\\n    --hash=sha256:{digest}"
    for python in request.pythons:
        locked = lock.requirements(request.target, python)
        lines = [ours, *(line for line in locked if not line.startswith("pip=="))]
        (files / f"requirements-{python}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _texts(request: Request, folder: Path) -> None:
    values = {
        "version": request.version,
        "pythons": "、".join(request.pythons),
        "progid": identity.PROGID,
        "clsid": identity.CLSID,
        "server": identity.SERVER,
    }
    (folder / "python").mkdir()
    place = folder / "python" / "ここに置くもの.txt"
    for name, path in (
        ("readme.txt", folder / README),
        ("it-section.txt", folder / IT_SECTION),
        ("python-place.txt", place),
    ):
        text = _given(name).decode("utf-8")
        for key, value in values.items():
            text = text.replace(f"{{{key}}}", value)
        path.write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    (folder / "files" / "no-python.txt").write_bytes(batch.message(NO_PYTHON.format(**values)))
    (folder / "files" / "not-installed.txt").write_bytes(batch.message(NOT_INSTALLED))


def _batches(request: Request, folder: Path) -> None:
    (folder / "files" / "setup.py").write_bytes(_given("setup.py"))
    for name, data in {
        "install.bat": batch.setup(request.pythons, ""),
        "uninstall.bat": batch.setup(request.pythons, "--remove"),
        "検証.bat": batch.dragged("validate"),
        "集約.bat": batch.dragged("consolidate"),
        "診断.bat": batch.command("addin doctor"),
    }.items():
        (folder / name).write_bytes(data)


def _lists(listed: list[components.Component], folder: Path, version: str) -> None:
    (folder / "部品一覧.csv").write_bytes(components.as_csv(listed))
    text = components.as_text(listed).replace("\n", "\r\n")
    (folder / "部品一覧.txt").write_bytes(text.encode("utf-8-sig"))
    sbom = json.dumps(components.as_sbom(listed, version), ensure_ascii=False, indent=1)
    (folder / "sbom.cdx.json").write_text(sbom + "\n", encoding="utf-8")
    for one in listed:
        for name, data in one.texts.items():
            path = folder / "licenses" / f"{one.name}-{one.version}" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def _sums(folder: Path) -> None:
    """The SHA-256 of every file, as ``sha256sum --check`` reads it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}"
        for path in files
    ]
    (folder / SUMS).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _given(name: str) -> bytes:
    return (resources.files("udfs.bundle") / "files" / name).read_bytes()
