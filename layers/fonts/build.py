"""Fills a folder with the fonts of the readable transcript: ``python layers/fonts/build.py OUT``.

Takes them from the packages that ``npm ci --prefix layers/fonts`` installs (Noto, SIL Open Font License 1.1), with
their licence texts. Regular weight only, since what people wrote is never set in bold; Noto Sans also in bold, for the
headings.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
HEADINGS = "@expo-google-fonts/noto-sans"


class NotInstalled(Exception):
    """A font package is not where npm puts it."""


def faces(packages: Path) -> dict[str, Path]:
    """File name → source of every font and licence, for the packages that ``package.json`` names.

    Raises
    ------
    NotInstalled
        If one of them is not there, or holds no font in the expected place.
    """
    wanted = json.loads((HERE / "package.json").read_text("utf-8"))["dependencies"]
    found: dict[str, Path] = {}
    for package in sorted(wanted):
        folder = packages / package
        weights = ["400Regular", "700Bold"] if package == HEADINGS else ["400Regular"]
        for weight in weights:
            fonts = sorted((folder / weight).glob("*.ttf"))
            if not fonts:
                raise NotInstalled(f"{package} is not installed: run npm ci --prefix layers/fonts")
            found |= {font.name: font for font in fonts}
        found[f"LICENSE-{package.rpartition('/')[2]}.txt"] = folder / "LICENSE_FONT"
    return found


def build(out: Path, packages: Path = HERE / "node_modules") -> None:
    """Copy fonts and licences to ``out``, which is made if need be."""
    out.mkdir(parents=True, exist_ok=True)
    for name, source in faces(packages).items():
        shutil.copyfile(source, out / name)


def main() -> int:
    """The command."""
    if len(sys.argv) != 2:  # noqa: PLR2004 - the program and one argument
        sys.stderr.write("usage: build.py OUT\n")
        return 2
    try:
        build(Path(sys.argv[1]))
    except NotInstalled as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
