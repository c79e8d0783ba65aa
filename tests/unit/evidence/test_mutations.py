"""Any value of the record, the statement or the envelope replaced by any other: never verified.

The attacker also recomputes whatever can be recomputed without the key.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from harbour.evidence import history, package
from harbour.evidence.chain import canonical
from harbour.evidence.reading import Contents
from harbour.evidence.verify import Verdict, verify
from tests.unit.evidence.attacker import Files, with_manifest, without_a_key
from tests.unit.evidence.conversations import FULL, chained_again, record_of
from tests.unit.evidence.world import World

WORLD = World()
WORLD.add(record_of(FULL))
FILES = WORLD.files()
TRUST = WORLD.trust()

Path = tuple[str | int, ...]

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=4,
)


def nodes(value: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from nodes(inner, (*path, key))


def replaced(value: Any, path: Path, new: Any) -> Any:
    if not path:
        return new
    head, *rest = path
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[head] = replaced(value[head], tuple(rest), new)
    return copy


def removed(value: Any, path: Path) -> Any:
    *parent, last = path
    inner = value
    for key in parent:
        inner = inner[key]
    copy: Any = dict(inner) if isinstance(inner, dict) else list(inner)
    del copy[last]
    return replaced(value, tuple(parent), copy)


def tampered(files: Files) -> bool:
    return verify(Contents(files, ()), TRUST).verdict is Verdict.TAMPERED


def mutated(data: st.DataObject, value: Any) -> Any:
    path, remove = data.draw(st.tuples(st.sampled_from(list(nodes(value))), st.booleans()))
    if path and remove:
        return removed(value, path)
    return replaced(value, path, data.draw(values))


quiet = settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])


@quiet
@given(st.data())
def test_any_node_of_any_event(data: st.DataObject) -> None:
    lines = FILES[package.EVENTS].splitlines()
    place = data.draw(st.integers(0, len(lines) - 1))
    before = json.loads(lines[place])
    after = mutated(data, before)
    assume(canonical(after) != lines[place])
    record = b"".join(line + b"\n" for line in (*lines[:place], canonical(after), *lines[place + 1 :]))
    forged = with_manifest({**FILES, package.EVENTS: record})
    assert tampered(forged)
    try:
        events = chained_again(history.read(record))
    except (history.Damaged, ValueError):
        return  # no longer events, or salts that are none: nothing to recompute
    record = history.write(events)
    assume(record != FILES[package.EVENTS])  # the change was one that recomputing undoes
    assert tampered(without_a_key({**FILES, package.EVENTS: record}))


@quiet
@given(st.data())
def test_any_node_of_the_statement(data: st.DataObject) -> None:
    import base64

    payload = FILES[package.STATEMENT]
    after = canonical(mutated(data, json.loads(payload)))
    assume(after != payload)
    envelope = json.loads(FILES[package.ENVELOPE]) | {"payload": base64.b64encode(after).decode()}
    forged = {**FILES, package.ENVELOPE: canonical(envelope), package.STATEMENT: after}
    assert tampered(with_manifest(forged))


@quiet
@given(st.data())
def test_any_node_of_the_envelope(data: st.DataObject) -> None:
    after = canonical(mutated(data, json.loads(FILES[package.ENVELOPE])))
    assume(after != FILES[package.ENVELOPE])
    assert tampered(with_manifest({**FILES, package.ENVELOPE: after}))


@quiet
@given(st.data())
def test_any_bytes_in_place_of_any_file(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(package.FILES)))
    new = data.draw(st.binary(max_size=64))
    assume(new != FILES[name])
    assert tampered({**FILES, name: new})
