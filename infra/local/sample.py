"""``make sample``: one whole conversation, in Spanish and English, and its sealed package.

    python -m infra.local.sample

Both sides go through the real REST APIs and the real socket of the local cloud, the officer signs in with password and
authenticator, and the package is the one that the seal worker wrote into the locked bucket.
"""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import sys
import time
import urllib.request
import zipfile
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientError

from infra.local.bootstrap import CannotGoOn
from infra.local.client import Frame, Harbour, Officer, Refused, Silence, Visitor
from infra.local.instance import Instance

OFFICER: Final = "amelia.hart"
OUTCOME: Final = "safety_plan"

# Who says what, in turn. The words are invented; a real disclosure is nobody's example.
SCRIPT: Final = (
    ("visitor", "Hola. ¿Hay alguien? Prefiero escribir en español."),
    ("officer", "Hello, I am PC Hart of Eastshire Police. You can write in Spanish. Are you safe right now?"),
    ("visitor", "Sí. Mi marido ha salido. Vuelve a las seis."),
    ("officer", "Thank you for telling me. Has he hurt you or threatened you?"),
    ("visitor", "Ayer me empujó contra la puerta. Tengo miedo por mi hija, que tiene cuatro años. 😔"),
    ("officer", "I am sorry. What you say matters, and you can stop at any time. Is there somewhere you can go?"),
    ("visitor", "Mi hermana vive en Norwich.\nMe puede recoger a las cuatro."),
    ("officer", "Good. Let us make a plan together. If you are in danger before that, call 999."),
    ("visitor", "Gracias. Me siento un poco mejor."),
)

SEAL_PATIENCE: Final = 90.0
"""Seconds to wait for the seal, which a queue worker makes."""


def main() -> int:
    """Hold it, and leave the package in the instance's ``sample`` folder.

    Returns
    -------
    int
        0; 1 with one line on what to do.
    """
    try:
        instance = Instance.of_this_checkout()
        asyncio.run(hold(instance))
    except (CannotGoOn, ValueError) as stop:
        print(f"\nmake sample stopped: {stop}", file=sys.stderr)
        return 1
    except (Refused, Silence, ClientError, OSError) as failed:
        logs = "`make logs` shows what Harbour's parts say"
        print(f"\nmake sample stopped: {type(failed).__name__}: {failed}; {logs}", file=sys.stderr)
        return 1
    return 0


async def hold(instance: Instance) -> Path:
    """Hold the conversation; the folder with the package.

    Raises
    ------
    CannotGoOn
        Harbour is not up, or the package does not come.
    """
    if not instance.local_json.exists():
        raise CannotGoOn("Harbour is not up: run `make up` first")
    async with Harbour.of(instance.local_json) as harbour:
        officer = await harbour.officer(OFFICER)
        await officer.go_on_duty()
        visitor = await harbour.visitor("es")
        print(f"A visitor opened conversation {visitor.conversation} in Spanish; {OFFICER} is on duty.\n")
        await officer.accept(visitor.conversation)
        await visitor.sees("joined")
        await _talk(visitor, officer)
        await officer.close(visitor.conversation, OUTCOME)
        await visitor.sees("closed")
        print(f"\nClosed by the officer: {OUTCOME}. Sealing… ", end="", flush=True)
        begun = time.monotonic()
        found = await _sealed(officer, visitor.conversation)
        print(f"{time.monotonic() - begun:.0f} s\n")
        await officer.go_off_duty()
        await visitor.leave()
        await officer.leave()
    package = await asyncio.to_thread(_unpack, instance, found)
    shown, trust = instance.shown(package), instance.shown(instance.sample / "trust.json")
    for file in sorted(package.rglob("*")):
        if file.is_file():
            print(f"  {file.stat().st_size:>9,}  {instance.shown(file)}")
    print(f"\nCheck it:  make verify PACKAGE={shown} TRUST={trust}")
    print(f"     or:   .tools/bin/uv run harbour-verify {shown} --trust {trust}")
    return package


async def _talk(visitor: Visitor, officer: Officer) -> None:
    """Say each line of the script, and wait until the other side has it before the next."""
    said = {"visitor": 0, "officer": 0}
    for party, line in SCRIPT:
        said[party] += 1
        if party == "visitor":
            await visitor.say(line)
            event = await officer.hears(visitor.conversation, said[party])
        else:
            await officer.say(visitor.conversation, line)
            event = await visitor.hears(said[party])
        if event["body"]["text"] != line:
            raise CannotGoOn(f"a message arrived changed: {event['body']['text']!r}")
        _show(party, event)


def _show(party: str, event: Frame) -> None:
    body: dict[str, Any] = event["body"]
    print(f"{event['seq']:>3}  {party:<8} {_indented(body['text'])}")
    for translation in body.get("translations", ()):
        print(f"     {'':<8} → {_indented(translation['text'])}  [{translation['to']}, {translation['engine']}]")
    for missing in body.get("untranslated", ()):
        print(f"     {'':<8} → not translated into {missing['to']}: {missing['reason']}")


def _indented(text: str) -> str:
    return text.replace("\n", "\n" + " " * 16)


async def _sealed(officer: Officer, conversation: str) -> Frame:
    until = time.monotonic() + SEAL_PATIENCE
    while True:
        try:
            return await officer.package(conversation)
        except Refused as refused:
            if refused.code != "not_sealed":
                raise
        if time.monotonic() > until:
            raise CannotGoOn(
                f"it is not sealed after {SEAL_PATIENCE:.0f} s; `make logs` shows the seal worker's reasons"
            )
        await asyncio.sleep(0.5)


def _unpack(instance: Instance, found: Frame) -> Path:
    """Download the package, check that it is the one that was announced, and unpack it beside the trust file."""
    shutil.rmtree(instance.sample, ignore_errors=True)
    instance.sample.mkdir(parents=True)
    file = instance.sample / str(found["name"])
    with urllib.request.urlopen(found["url"], timeout=60) as download:
        file.write_bytes(download.read())
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    if digest != found["sha256"]:
        raise CannotGoOn(f"the package that came is not the one that was sealed: {digest}")
    package = instance.sample / "package"
    with zipfile.ZipFile(file) as archive:
        archive.extractall(package)
    shutil.copyfile(instance.trust_json, instance.sample / "trust.json")
    return package


if __name__ == "__main__":
    sys.exit(main())
