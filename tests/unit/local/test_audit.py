"""An audit that could not look anything up does not say "clean"."""

from __future__ import annotations

import json

from infra.local.audit import Verdict, python_locks, read_npm, read_python
from infra.local.instance import ROOT


def test_a_vulnerable_python_package_is_named_with_the_version_that_is_not() -> None:
    fault = {"id": "PYSEC-1", "fix_versions": ["2.0"]}
    document = {"dependencies": [{"name": "jinja2", "version": "1.0", "vulns": [fault]}]}
    assert read_python(json.dumps(document)) == (Verdict.VULNERABLE, ["jinja2 1.0: PYSEC-1, fixed in 2.0"])


def test_python_packages_without_a_known_fault_are_clean() -> None:
    document = {"dependencies": [{"name": "jinja2", "version": "3.0", "vulns": []}]}
    assert read_python(json.dumps(document)) == (Verdict.CLEAN, [])


def test_packages_that_were_passed_over_are_not_called_clean() -> None:
    document = {"dependencies": [{"name": "jinja2", "skip_reason": "Dependency not found on PyPI"}]}
    assert read_python(json.dumps(document)) == (Verdict.UNKNOWN, [])


def test_without_an_answer_nothing_is_known() -> None:
    assert read_python("") == (Verdict.UNKNOWN, [])
    assert read_npm("") == (Verdict.UNKNOWN, [])
    assert read_npm('{"message": "405 Method Not Allowed"}') == (Verdict.UNKNOWN, [])


def test_a_vulnerable_npm_package_is_named() -> None:
    document = {"vulnerabilities": {"vite": {"severity": "high", "range": "<8"}}}
    assert read_npm(json.dumps(document)) == (Verdict.VULNERABLE, ["vite: high, versions <8"])
    assert read_npm('{"vulnerabilities": {}}') == (Verdict.CLEAN, [])


def test_every_lock_of_python_packages_is_audited() -> None:
    hashed = {
        path.relative_to(ROOT).as_posix()
        for folder in ("infra", "layers")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".lock", ".txt"}
        and "node_modules" not in path.parts
        and "--hash=sha256:" in path.read_text()
    }
    assert len(hashed) > 8
    assert set(python_locks()) == hashed | {"requirements.lock"}
