"""``make audit``: known vulnerabilities in everything that is locked.

    python -m infra.local.audit

The lists of them are on the network. Where one cannot be reached, that is said in so many words, and the audit does not
count as passed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from enum import StrEnum
from typing import Final

from infra.layers.build import REQUIREMENTS
from infra.local.bootstrap import LOCKS, NPM_PROJECTS, TOOLS, node_environment
from infra.local.instance import ROOT

_SECONDS: Final = 300


class Verdict(StrEnum):
    """What an audit of one lock file came to."""

    CLEAN = "no known vulnerability"
    VULNERABLE = "VULNERABLE"
    UNKNOWN = "not audited: no list of vulnerabilities can be reached from here"


def main() -> int:
    """Audit every lock file.

    Returns
    -------
    int
        0 nothing known, 1 something known, 2 at least one list could not be reached.
    """
    verdicts = [_python(lock) for lock in python_locks()]
    verdicts += [_npm(project) for project in NPM_PROJECTS if (ROOT / project / "package-lock.json").exists()]
    if Verdict.VULNERABLE in verdicts:
        return 1
    return 2 if Verdict.UNKNOWN in verdicts else 0


def python_locks() -> list[str]:
    """Every lock file of Python packages, from the root of the checkout."""
    found = [
        ROOT / "requirements.lock",
        *sorted(LOCKS.glob("*.lock")),
        *sorted(REQUIREMENTS.glob("requirements-*.txt")),
    ]
    return [path.relative_to(ROOT).as_posix() for path in found]


def read_python(output: str) -> tuple[Verdict, list[str]]:
    """What pip-audit's JSON says: the verdict, and one line for each vulnerability."""
    try:
        document = json.loads(output)
    except ValueError:
        return Verdict.UNKNOWN, []
    packages = document["dependencies"]
    found = [
        f"{package['name']} {package['version']}: {fault['id']}, fixed in {', '.join(fault['fix_versions']) or '-'}"
        for package in packages
        for fault in package.get("vulns", ())
    ]
    if found:
        return Verdict.VULNERABLE, found
    # pip-audit passes over what it cannot look up, and calls the rest clean.
    passed_over = any("skip_reason" in package for package in packages)
    return (Verdict.UNKNOWN if passed_over or not packages else Verdict.CLEAN), []


def read_npm(output: str) -> tuple[Verdict, list[str]]:
    """What npm's JSON says: the verdict, and one line for each vulnerable package."""
    try:
        document = json.loads(output)
    except ValueError:
        return Verdict.UNKNOWN, []
    if "vulnerabilities" not in document:
        return Verdict.UNKNOWN, []
    found = [
        f"{name}: {entry['severity']}, versions {entry['range']}" for name, entry in document["vulnerabilities"].items()
    ]
    return (Verdict.VULNERABLE if found else Verdict.CLEAN), found


def _python(lock: str) -> Verdict:
    command = [
        str(TOOLS / "audit" / "bin" / "pip-audit"),
        "--requirement", lock,
        "--disable-pip", "--require-hashes", "--format=json", "--progress-spinner=off",
    ]  # fmt: skip
    return _told(lock, *read_python(_output(command)))


def _npm(project: str) -> Verdict:
    command = [str(ROOT / ".tools" / "node" / "npm"), "audit", "--json", "--prefix", project]
    return _told(f"{project}/package-lock.json", *read_npm(_output(command)))


def _told(lock: str, verdict: Verdict, found: list[str]) -> Verdict:
    print(f"{lock:<44} {verdict.value}", flush=True)
    for line in found:
        print(f"    {line}")
    return verdict


def _output(command: list[str]) -> str:
    try:
        answer = subprocess.run(
            command, cwd=ROOT, env=node_environment(), capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout


if __name__ == "__main__":
    sys.exit(main())
