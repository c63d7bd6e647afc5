"""The rules of the house: walls between the packages, no addresses, no machine's traces, a light start."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import evalxl
import evalxl.commands  # declares the actions
import udfs.commands  # noqa: F401  (declares those of Excel)
from evalxl.actions import ACTIONS
from evalxl.rules import registry
from tests.support import many
from workbook import filled

ROOT = Path(__file__).parent.parent
PACKAGES = ("workbook", "evalxl", "udfs")
HEAVY = ("pandas", "numpy", "pyarrow", "openpyxl", "xlsxwriter", "rich", "python_calamine", "lxml", "fsspec")


def sources() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def texts_of_repository() -> Iterator[tuple[Path, str]]:
    """Every text file that is kept: what git knows, else all but what is built."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    names = listed.stdout.decode().split("\0") if listed.returncode == 0 else []
    paths = [ROOT / name for name in names if name] or [
        path
        for path in ROOT.rglob("*")
        if not any(
            part.startswith(".") or part.endswith(".egg-info") for part in path.relative_to(ROOT).parts
        )
    ]
    for path in paths:
        if path.is_file() and path.suffix not in {".png", ".xlsx", ".xlam", ".parquet", ".pyc"}:
            yield path, path.read_text(encoding="utf-8")


# ---- walls -------------------------------------------------------------------------------------------------


def test_imports_run_one_way() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_contracts_to_hold() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    assert {contract["type"] for contract in contracts} >= {"layers", "forbidden"}
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    assert layers == ["udfs", "evalxl", "workbook"]


def test_no_module_hides_a_function_of_the_public_api() -> None:
    modules = {path.stem for path in (ROOT / "evalxl").iterdir()}
    assert not modules & set(evalxl.__all__)


# ---- no addresses in code ----------------------------------------------------------------------------------

ADDRESS = re.compile(r"(?:.*!)?\$?([A-Z]{1,3})\$?([1-9]\d{0,6})(?::\$?[A-Z]{1,3}\$?\d+)?")
NO_PLACE = {"A3", "A4", "!A1", "AMD64"}
"""Paper, the head of a sheet that a link leads to, and a kind of processor."""


def strings(path: Path) -> Iterator[tuple[int, str]]:
    """String constants of a module, without docstrings and the examples of rules."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documents = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    examples = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg in ("example", "bad", "good")
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        passed = id(node) in documents | examples
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and not passed:
            yield node.lineno, node.value


def test_no_cell_address_in_code() -> None:
    codes = set(registry.load())
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for path in sources()
        for line, text in strings(path)
        if ADDRESS.fullmatch(text) and text not in codes | NO_PLACE and not re.fullmatch(r"[A-Z]\d{3}", text)
    ]
    assert not found


def test_no_cell_address_in_a_form() -> None:
    for path in sorted((ROOT / "workbook" / "forms").glob("*.toml")):
        for text in re.findall(r'"([^"]*)"', path.read_text(encoding="utf-8")):
            assert not ADDRESS.fullmatch(text), f"{path.name}: {text}"


def test_an_address_would_be_seen() -> None:
    assert all(ADDRESS.fullmatch(text) for text in ("AB45", "$B$2", "評価シート!C7", "A1:XFD1048576"))


# ---- no machine's traces, nothing unfinished ---------------------------------------------------------------

TRACES = re.compile(
    r"(?<![\w.~])/(?:work|root|home|tmp|farm|opt)/"  # folders of one machine
    r"|pypi\.(?:org|io)|pythonhosted\.org|files\.python"  # registries
    r"|\b(?:claude|anthropic|openai|chatgpt|copilot|llm)\b",
    re.IGNORECASE,
)
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX)\b|NotImplementedError")


def test_nothing_of_one_machine_is_kept() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path, text in texts_of_repository()
        if path != Path(__file__)
        for match in TRACES.finditer(text)
    ]
    assert not found


def test_nothing_is_left_unfinished() -> None:
    found = [str(path) for path in sources() if UNFINISHED.search(path.read_text(encoding="utf-8"))]
    assert not found


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_has_hashes_for_all_systems(name: str) -> None:
    entries = re.split(r"\n(?=\w)", (ROOT / name).read_text(encoding="utf-8"))
    assert len(entries) > 10
    for entry in entries:
        assert re.match(r"[\w.-]+==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry
    assert "://" not in "".join(entries)


def test_what_is_needed_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    runtime, dev = (locked(name) for name in ("requirements.lock", "requirements-dev.lock"))
    assert set(map(package, project["project"]["dependencies"])) <= runtime.keys()
    groups = project["dependency-groups"]
    named = [name for group in ("dev", "docs", "build") for name in groups[group] if isinstance(name, str)]
    assert set(map(package, named)) <= dev.keys()
    assert runtime.items() <= dev.items()


def locked(name: str) -> dict[str, set[str]]:
    """Package → its locked versions (several, for different Pythons)."""
    found: dict[str, set[str]] = {}
    for entry in re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE):
        found.setdefault(package(entry[0]), set()).add(entry[1])
    return found


def package(requirement: str) -> str:
    matched = re.match(r"[\w.-]+", requirement)
    assert matched
    return matched.group().lower().replace("_", "-")


# ---- a light start -----------------------------------------------------------------------------------------


def loaded_by(code: str) -> set[str]:
    """The modules that a fresh Python has loaded after some code."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print('\\0', *sys.modules, sep='\\n')"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.partition("\0")[2].split())


@pytest.mark.parametrize(
    "line", [[], ["--help"], ["validate", "--help"], ["consolidate"], ["--version"], ["fields"]], ids=" ".join
)
def test_help_loads_nothing_heavy(line: list[str]) -> None:
    loaded = loaded_by(f"from evalxl.cli import main; main({line})")
    assert "evalxl.cli" in loaded
    assert not loaded & set(HEAVY)


def test_reading_loads_no_writer() -> None:
    loaded = loaded_by("import evalxl.preloaded")
    assert "workbook.read" in loaded
    assert not loaded & {"pandas", "pyarrow", "openpyxl", "xlsxwriter", "rich"}
    assert not loaded & {"evalxl.actions", "evalxl.masters"}


def test_having_others_read_loads_no_reader() -> None:
    loaded = loaded_by("import evalxl.runner, evalxl.tables")
    assert "evalxl.reader" in loaded
    assert not loaded & {"workbook.read", "python_calamine", "lxml"}


def test_validating_a_file_loads_no_writer_and_no_tables(tmp_path: Path) -> None:
    """As few modules as make it start in less than half a second."""
    filled.write(many.FORM, [many.record()], tmp_path / "a.xlsx")
    loaded = loaded_by(f"from evalxl.cli import main; main(['validate', {str(tmp_path)!r}])")
    assert "workbook.extracting" in loaded
    needed = {"python_calamine", "lxml"}
    assert not loaded & ({*HEAVY, "distributed", "sqlite3"} - needed)
    assert len(loaded) < 400


def test_importing_the_library_loads_next_to_nothing() -> None:
    assert {name for name in loaded_by("import evalxl") if name.startswith(("evalxl", "workbook"))} == {
        "evalxl"
    }


# ---- the documents -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["README.md", "README.ja.md"])
def test_the_readme_names_every_command(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    named = set(re.findall(r"`evalxl ([a-z]+)", text))
    assert named == {command.split()[0] for command in ACTIONS}


def test_extras_that_are_named_are_there() -> None:
    """And what is promised of addresses names the extra that it takes."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    documents = [ROOT / "README.md", ROOT / "README.ja.md", *(ROOT / "docs").rglob("*.md")]
    texts = {path: path.read_text(encoding="utf-8") for path in documents}
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "udfs").rglob("*.py")]
    named = re.findall(r"evalxl\[(\w+)\]", "".join([*texts.values(), *sources]))
    assert {"excel", "s3"} <= set(named) <= project["optional-dependencies"].keys()
    for path in (ROOT / "README.md", ROOT / "docs" / "library.md"):
        assert "evalxl[s3]" in texts[path]


@pytest.mark.parametrize("name", ["README.md", "README.ja.md", "CHANGELOG.md"])
def test_links_in_the_documents_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / name).read_text(encoding="utf-8")):
        assert (ROOT / target).exists(), target
