"""Write what is made from the declarations: the add-in's VBA and ribbon, and the reference.

``python tools/generate.py``; a test holds all of it fresh.
"""

from __future__ import annotations

from pathlib import Path

from udfs import reference, ribbon
from udfs.addin import vba

ROOT = Path(__file__).parent.parent


def files() -> dict[Path, str]:
    """Every generated file with its text."""
    found = {ROOT / "udfs" / "vba" / f"{name}.bas": text for name, text in vba.generated().items()}
    for part, namespace in ribbon.NAMESPACES.items():
        found[ROOT / "udfs" / "customui" / Path(part).name] = ribbon.xml(namespace)
    return found | {ROOT / "docs" / "reference" / name: text for name, text in reference.pages().items()}


def main() -> None:
    """Write the files that differ."""
    for path, text in files().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
