"""Builds the zips, or hands out empty ones where only the template matters.

A zip's name carries a digest of everything that went into it (sources, locked requirements, target, and these
build modules), so what did not change is not built again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, Protocol

from infra.layers import bytecode, vendor
from infra.layers.target import ROOT, Target, TargetUnavailableError

FUNCTIONS: Final = (
    "authorizer", "chat", "visitor", "console", "timers", "translations", "transcripts",
    "webhooks", "updates", "notifier", "receipts", "link", "deadlines", "sign_in", "portal", "oversight",
)  # fmt: skip
LAYERS: Final = ("harbour", "vendor", "render", "casework")

REQUIREMENTS: Final = ROOT / "layers" / "vendor"
HARBOUR: Final = ROOT / "layers" / "harbour" / "python" / "harbour"
FONTS: Final = ROOT / "layers" / "fonts"

_IN_LAYER: Final = "/opt/python"
_IN_FUNCTION: Final = "/var/task"
_NOT_SOURCE: Final = ("__pycache__", "node_modules", ".mypy_cache", ".ruff_cache")
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The oldest date that a zip can hold; the same in every build, so that equal content gives equal bytes."""


class Assets(Protocol):
    """Where the stacks get their code from. Paths are zips."""

    def function(self, name: str) -> Path:
        """Code of one of `FUNCTIONS`."""
        ...

    def layer(self, name: str) -> Path:
        """Content of one of `LAYERS`."""
        ...

    def fonts(self) -> Path:
        """A folder with the fonts of the layer ``render``, for the embedded cloud, which has no ``/opt``."""
        ...

    def version(self) -> str:
        """Software version for sealed statements: the package's version and a digest of its sources."""
        ...


class StubAssets:
    """Zips with one placeholder file: to look at a template, or to test it, without building anything."""

    def __init__(self, folder: Path) -> None:
        """Write the placeholders to ``folder``."""
        self._folder = folder

    def function(self, name: str) -> Path:
        """A zip whose handler answers nothing."""
        return self._stub(f"function-{name}", "app.py", "def handler(event, context):\n    return None\n")

    def layer(self, name: str) -> Path:
        """A zip with a note in it."""
        return self._stub(f"layer-{name}", "STUB.txt", f"stands for the layer {name}\n")

    def fonts(self) -> Path:
        """An empty folder's name."""
        return self._folder / "fonts"

    def version(self) -> str:
        """Says plainly that this is no build."""
        return "0+stub"

    def _stub(self, name: str, file: str, text: str) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{name}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(zipfile.ZipInfo(file, _EPOCH), text)
        return path


class BuiltAssets:
    """The real zips, built on demand into ``<folder>/<target>/``.

    Raises (all methods)
    --------------------
    TargetUnavailableError
        Something that the build needs is not here; the message says what.
    """

    def __init__(self, target: Target, folder: Path = ROOT / "build") -> None:
        """Build for ``target`` into a folder below ``folder``."""
        self._target = target
        self._folder = folder / target.name

    def function(self, name: str) -> Path:
        """``functions/<name>`` with its bytecode."""
        source = ROOT / "functions" / name
        if not (source / "app.py").is_file():
            raise TargetUnavailableError(f"functions/{name}/app.py does not exist")

        def fill(folder: Path) -> None:
            _copy(source, folder)
            bytecode.compile_tree(folder, self._target, seen_as=_IN_FUNCTION)

        return self._zip(f"function-{name}", _files(source), fill)

    def layer(self, name: str) -> Path:
        """One layer: ``harbour`` is our package, ``vendor`` what all import, ``render`` typst and fonts, ``casework``
        what the portal's functions import besides.
        """
        match name:
            case "harbour":
                return self._zip("layer-harbour", _files(HARBOUR), self._fill_harbour)
            case "vendor":
                locks = (REQUIREMENTS / "requirements-vendor.txt", REQUIREMENTS / "requirements-chalice.txt")
                return self._zip("layer-vendor", locks, lambda folder: self._fill_packages(folder, locks))
            case "casework":
                locks = (REQUIREMENTS / "requirements-casework.txt", REQUIREMENTS / "requirements-notify.txt")
                return self._zip("layer-casework", locks, lambda folder: self._fill_packages(folder, locks))
            case "render":
                lock = REQUIREMENTS / "requirements-render.txt"
                return self._zip("layer-render", (lock, *_files(FONTS)), self._fill_render)
            case _:
                raise LookupError(name)

    def fonts(self) -> Path:
        """The fonts, unpacked; never changed once they are there."""
        folder = self._folder / f"fonts-{_digest(_files(FONTS))}"
        if not folder.is_dir():
            folder.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._folder, prefix=".fonts-") as scratch:
                unfinished = Path(scratch) / "fonts"
                _fill_fonts(unfinished)
                unfinished.replace(folder)
        return folder

    def version(self) -> str:
        """E.g. ``0.1.0+4be1f02c9d1e``; changes when anything in our package changes."""
        package = next(
            line.split('"')[1]
            for line in (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
            if line.startswith("version")
        )
        return f"{package}+{_digest(_files(HARBOUR))}"

    def _fill_harbour(self, folder: Path) -> None:
        python = folder / "python"
        _copy(HARBOUR, python / "harbour")
        bytecode.compile_tree(python, self._target, seen_as=_IN_LAYER)

    def _fill_packages(self, folder: Path, locks: Iterable[Path]) -> None:
        python = folder / "python"
        vendor.install(locks, python, self._target)
        vendor.cut(python)
        bytecode.compile_tree(python, self._target, seen_as=_IN_LAYER)

    def _fill_render(self, folder: Path) -> None:
        self._fill_packages(folder, (REQUIREMENTS / "requirements-render.txt",))
        _fill_fonts(folder / "fonts")

    def _zip(self, name: str, inputs: Iterable[Path], fill: Callable[[Path], None]) -> Path:
        digest = _digest((*inputs, *sorted(Path(__file__).parent.glob("*.py"))))
        path = self._folder / f"{name}-{digest}.zip"
        if path.exists():
            return path
        self._target.interpreter()  # say at once that bytecode is impossible, not after a download
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._folder, prefix=f".{name}-") as scratch:
            content = Path(scratch) / "content"
            content.mkdir()
            fill(content)
            unfinished = Path(scratch) / path.name
            _write_zip(content, unfinished)
            unfinished.replace(path)
        for older in self._folder.glob(f"{name}-*.zip"):
            if older != path:
                older.unlink()
        return path


def _fill_fonts(folder: Path) -> None:
    done = subprocess.run([sys.executable, FONTS / "build.py", folder], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = "\n".join(done.stderr.strip().splitlines()[-5:])
        raise TargetUnavailableError(f"layers/fonts/build.py failed: {reason}")


def _files(folder: Path) -> list[Path]:
    """Every source file below a folder, sorted."""
    found: list[Path] = []
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _NOT_SOURCE)
        found += [Path(parent) / name for name in sorted(names)]
    return found


def _digest(files: Iterable[Path]) -> str:
    """Twelve hex characters over the files' names and bytes."""
    total = hashlib.sha256()
    for path in files:
        name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
        total.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:12]


def _copy(source: Path, destination: Path) -> None:
    shutil.copytree(source, destination, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*_NOT_SOURCE))


def _write_zip(folder: Path, path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in sorted(entry for entry in folder.rglob("*") if entry.is_file()):
            info = zipfile.ZipInfo(file.relative_to(folder).as_posix(), _EPOCH)
            info.external_attr = (0o755 if os.access(file, os.X_OK) else 0o644) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, file.read_bytes())
