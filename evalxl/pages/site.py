"""The site: pages from templates, written whole or not at all. No server, no network, no fetch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalxl.pages import opendata, views, wording
from evalxl.pages.gather import Gathered
from evalxl.settings import Site
from workbook.folders import replacing_folder

if TYPE_CHECKING:
    from jinja2 import Environment

ASSETS = ("site.js",)


def write(gathered: Gathered, leave_out: Sequence[str], site: Site, folder: Path) -> None:
    """Write the site into ``folder``, in place of an older one. The same input gives the same bytes.

    Raises `workbook.folders.ForeignFilesError` when the folder holds files of others, and
    `workbook.errors.OutputLocked` when it cannot be replaced.
    """
    environment = _environment()
    overview = views.overview(gathered)
    projects = [views.project(project) for project in gathered.projects]
    with replacing_folder(folder) as target:
        found, entries = opendata.write(gathered.projects, leave_out, site, target / "data")
        shared: dict[str, Any] = {"site": site, "overview": overview, "tables": opendata.NAMES}
        sizes = {name: len(table) for name, table in found.items()}
        _assets(environment, target / "assets", projects)
        pages = target / "projects"
        pages.mkdir()
        _render(environment, "index.html", target, root="", projects=projects, **shared)
        _render(environment, "data.html", target, root="", entries=entries, sizes=sizes, **shared)
        for number, view in enumerate(projects):
            beside: dict[str, Any] = {
                "before": projects[number - 1] if number else None,
                "after": projects[number + 1] if number + 1 < len(projects) else None,
            }
            name = f"{view.ident}.html"
            _render(environment, "project.html", pages, name, root="../", project=view, **beside, **shared)


def _environment() -> Environment:
    """Every text is escaped, a name that is not there is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("evalxl.pages", "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["money"] = wording.money
    return environment


def _render(environment: Environment, template: str, folder: Path, name: str = "", **values: Any) -> None:
    _put(folder / (name or template), environment.get_template(template).render(values))


def _put(path: Path, text: str) -> None:
    # Half of a character, such as a broken file may hold, has no UTF-8.
    path.write_text(text, encoding="utf-8", errors="replace", newline="\n")


def _assets(environment: Environment, folder: Path, projects: Sequence[views.ProjectView]) -> None:
    from workbook import palette

    folder.mkdir()
    colours = {name.lower(): value for name, value in vars(palette).items() if name.isupper()}
    _put(folder / "style.css", environment.get_template("style.css").render(colours))
    for name in ASSETS:
        text = (resources.files("evalxl.pages") / "assets" / name).read_text(encoding="utf-8")
        _put(folder / name, text)
    index = json.dumps({view.ident: view.search for view in projects}, ensure_ascii=False, indent=0)
    _put(folder / "search.js", f"window.evalxlSearch = {index};\n")
