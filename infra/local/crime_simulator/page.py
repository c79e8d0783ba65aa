"""The simulator's pages: plain HTML from the server, complete without a script. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from html import escape
from typing import Final
from urllib.parse import quote

from infra.local.crime_simulator.outbox import Item
from infra.local.crime_simulator.payloads import CONTACTS, LONDON
from infra.local.crime_simulator.records import Crime, Document, Person, Posted, Stamped, Task
from infra.local.crime_simulator.wanted import example, wanted

_CONTACT_WORDS: Final = dict(
    zip(
        CONTACTS,
        ("Nobody has asked yet", "Do not contact", "Safe by text", "Safe by e-mail", "Safe by text and e-mail"),
        strict=True,
    )
)
_SYSTEM_WORDS: Final = {"athena": "Athena", "niche": "Niche", "dynamics": "Dynamics", "storm": "Storm"}

_SAMPLES: Final = (
    ("Alex", "Morgan", "1990-04-12", "07700 900123", "alex.morgan@mail.example", "en"),
    ("Nia", "Prosser", "1984-09-30", "07700 900217", "nia.prosser@mail.example", "cy"),
    ("Amina", "Rahman", "1996-02-08", "07700 900341", "amina.rahman@mail.example", "en"),
    ("Piotr", "Zielinski", "1979-11-21", "07700 900452", "piotr.zielinski@mail.example", "pl"),
    ("Grace", "Obi", "2001-06-17", "07700 900568", "grace.obi@mail.example", "en"),
    ("Samir", "Haddad", "1988-01-03", "07700 900694", "samir.haddad@mail.example", "ar"),
)
"""People to begin with; their numbers are those that Ofcom keeps for drama."""

_ADDRESS: Final = re.compile(r"https?://[^\s<>\"']+")
_UNFINISHED: Final = ".,;:!?)"


# -- pages -----------------------------------------------------------------------------------------------------------


def crimes(known: Sequence[Crime], systems: Sequence[str], offences: Sequence[str], *, number: int, down: bool) -> str:
    """The list, and the form for a new one."""
    rows = "".join(_row(one) for one in known)
    table = (
        '<table><thead><tr><th scope="col">Reference<th scope="col" class="wide">System'
        '<th scope="col" class="wide">Offence<th scope="col">Victim<th scope="col" class="wide">Last update'
        f'<th scope="col">To do</tr></thead><tbody>{rows}</tbody></table>'
        if rows
        else "<p>There is no crime yet. Record one: everything in the form is filled in for you.</p>"
    )
    live = _live("crimes", f"<h1>Crimes</h1>{table}")
    return _page(
        "Crimes",
        f'{_notice(down)}<div class="split">{live}<div class="card"><h2>Record a crime</h2>'
        f"{_new(systems, offences, number)}</div></div>{_outage(down)}",
        "crimes",
    )


def crime(
    one: Crime,
    officer: Mapping[str, str],
    choices: Mapping[str, Sequence[str]],
    now: datetime,
    shown: Posted | None,
    *,
    corrects: bool,
    down: bool,
) -> str:
    """One crime: post an update, see what came back."""
    victim = one.victim
    facts = (
        ("System", _SYSTEM_WORDS.get(one.source, one.source)),
        ("Offence", _sentence(one.offence) or "Not classified"),
        ("Area", one.area or "Not known"),
        ("Officer in charge", f"{officer['name']}, {officer['collar']}, {officer['station']}"),
        ("Victim", " ".join((victim.given, victim.family)).strip() or "Not named"),
        ("Born", victim.born or "Not known"),
        ("Phone", victim.phone or "None"),
        ("E-mail", victim.email or "None"),
        ("Contact", _CONTACT_WORDS[victim.contact]),
    )
    listed = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in facts)
    inbox = _live(
        "inbox",
        f"<section><h2>Messages of the victim</h2>{_many(_message(one, x) for x in reversed(one.messages))}</section>"
        f"<section><h2>Tasks</h2>{_many(_task(one, x) for x in reversed(one.tasks))}</section>"
        f"<section><h2>Documents</h2>{_many(_document(x) for x in reversed(one.documents))}</section>",
    )
    return _page(
        one.reference,
        f'{_notice(down)}<h1 data-testid="sim-crime-{escape(one.reference)}">{escape(one.reference)}</h1>'
        f'<dl class="facts">{listed}</dl>'
        f'<p class="hint">To sign in to the portal, the victim needs this reference and the date of birth.</p>'
        f'{_said(shown)}<div class="split even"><div><div class="card"><h2>Post an update</h2>'
        f"{_update(one, choices, now, corrects=corrects)}</div>{_victim(one)}</div>{inbox}</div>"
        f"{_live('posted', _posted(one))}",
        "crimes",
    )


def outbox(items: Sequence[Item] | None) -> str:
    """What was sent, as its readers see it; none: the embedded cloud does not answer."""
    if items is None:
        return _page(
            "Outbox",
            '<h1>Outbox</h1><p class="bad">The embedded cloud does not answer. Is <code>make up</code> done?</p>',
            "outbox",
        )
    numbers = list(dict.fromkeys(item.to for item in reversed(items) if item.channel == "sms"))
    phones = "".join(_phone(number, [x for x in items if x.channel == "sms" and x.to == number]) for number in numbers)
    letters = "".join(_letter(item) for item in reversed(items) if item.channel == "email")
    return _page(
        "Outbox",
        "<h1>Outbox</h1><p>Every text message and e-mail that Harbour sent, as it arrives. Programs read "
        '<a href="/outbox.json">outbox.json</a>.</p>'
        + _live(
            "sent",
            f'<section><h2>Text messages</h2><div class="phones">{phones or _NOTHING}</div></section>'
            f'<section><h2>E-mails</h2><div class="letters">{letters or _NOTHING}</div></section>',
        ),
        "outbox",
    )


_NOTHING: Final = '<p class="soft">Nothing yet.</p>'


def _page(title: str, body: str, here: str) -> str:
    links = "".join(
        f'<a href="{place}"{" aria-current=" + chr(34) + "page" + chr(34) if name == here else ""}>{words}</a>'
        for name, place, words in (("crimes", "/", "Crimes"), ("outbox", "/outbox", "Outbox"))
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} – crime system</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/style.css">'
        '<script src="/live.js" defer></script></head><body><a class="skip" href="#main">Skip to the content</a>'
        '<header><div class="bar"><span class="name">Crime system <span>simulator</span></span>'
        f'<nav aria-label="Pages">{links}</nav></div></header><main id="main" tabindex="-1">{body}</main></body></html>'
    )


def _live(ident: str, inside: str) -> str:
    """A part that the page fetches again by itself; ``data-mark`` changes with its content."""
    mark = hashlib.sha256(inside.encode()).hexdigest()[:16]
    return f'<div id="{ident}" class="live" data-live data-mark="{mark}" aria-live="polite">{inside}</div>'


# -- the list --------------------------------------------------------------------------------------------------------


def _row(one: Crime) -> str:
    last = one.posted[-1] if one.posted else None
    todo = f'<span class="count">{one.waiting}</span>' if one.waiting else '<span class="soft">–</span>'
    return (
        f'<tr><td><a data-testid="sim-crime-{escape(one.reference)}" href="/crimes/{one.id}">'
        f"{escape(one.reference)}</a>"
        f'<td class="wide"><span class="tag">{escape(_SYSTEM_WORDS.get(one.source, one.source))}</span>'
        f'<td class="wide">{escape(_sentence(one.offence))}'
        f"<td>{escape(one.victim.given)} {escape(one.victim.family)}"
        f'<td class="wide">{escape(_sentence(last.kind)) if last else ""}<td>{todo}</tr>'
    )


def _new(systems: Sequence[str], offences: Sequence[str], number: int) -> str:
    given, family, born, phone, email, language = _SAMPLES[number % len(_SAMPLES)]
    return (
        '<form method="post" action="/crimes"><div class="pair">'
        f"{_select('source', 'System', {name: _SYSTEM_WORDS.get(name, name) for name in systems})}"
        f"{_select('offence', 'Offence', {name: _sentence(name) for name in offences}, 'burglary')}</div>"
        f"{_input('area', 'Area', 'Northgate')}<fieldset><legend>Victim</legend>"
        f'<div class="pair">{_input("given", "Given name", given)}{_input("family", "Family name", family)}</div>'
        f'<div class="pair">{_input("born", "Date of birth", born, "date")}'
        f"{_input('language', 'Language', language)}</div>"
        f'<div class="pair">{_input("phone", "Mobile", phone)}{_input("email", "E-mail", email)}</div>'
        f"{_select('contact', 'How they may be contacted', _CONTACT_WORDS, 'safe_both')}</fieldset>"
        "<details><summary>A suspect with the same contact details</summary>"
        "<p>Harbour then sends nothing, and alarms.</p>"
        f'<div class="pair">{_input("suspect_phone", "Mobile of the suspect", "")}'
        f"{_input('suspect_email', 'E-mail of the suspect', '')}</div></details>"
        '<button data-testid="sim-new-crime">Record the crime</button></form>'
    )


def _outage(down: bool) -> str:
    words = "Answer again" if down else "Stop answering"
    return (
        '<section class="quiet"><h2>Play an outage</h2><p>While these systems do not answer, Harbour keeps what it '
        "owes them, and tries again.</p>"
        f'<form method="post" action="/outage"><input type="hidden" name="down" value="{"no" if down else "yes"}">'
        f'<button class="second" data-testid="sim-outage">{words}</button></form></section>'
    )


def _notice(down: bool) -> str:
    return '<p class="bad" role="status">These systems play an outage: they answer nobody.</p>' if down else ""


# -- one crime -------------------------------------------------------------------------------------------------------


def _update(one: Crime, choices: Mapping[str, Sequence[str]], now: datetime, *, corrects: bool) -> str:
    groups = "".join(
        f'<optgroup label="{escape(_sentence(stage))}">' + "".join(_option(kind, now) for kind in kinds) + "</optgroup>"
        for stage, kinds in choices.items()
    )
    earlier = {"": "Nothing: this is news"} | {
        x.id: f"{_sentence(x.kind)}, {_plain(x.at)}" for x in reversed(one.posted) if x.accepted and not x.withdrawn
    }
    return (
        f'<form method="post" action="/crimes/{one.id}/updates">'
        f'<label>What happened<select name="kind" data-testid="sim-kind">{groups}</select></label>'
        f"{_field('when', 'Date and time', 'datetime-local', now)}{_field('where', 'Where', 'text', now)}"
        f"{_field('court', 'Court', 'text', now)}{_field('what', 'What', 'text', now)}"
        f"{_field('outcome', 'Outcome', 'text', now)}{_field('by', 'Until', 'date', now)}"
        '<label data-field="text">In the officer\'s words<textarea name="text" rows="3" data-testid="sim-text">'
        f"{escape(example('text', '', now))}</textarea></label>"
        "<details><summary>It happened earlier, or corrects something</summary>"
        '<label>When it happened <small>empty: now</small><input type="datetime-local" name="at" step="1"></label>'
        f"{_select('corrects', 'It corrects', earlier) if corrects else ''}</details>"
        '<button data-testid="sim-post">Post the update</button></form>'
    )


def _option(kind: str, now: datetime) -> str:
    named = "".join(
        f' data-{name}="{escape(example(name, kind, now))}"' for name in ("what", "outcome") if name in wanted(kind)
    )
    return f'<option value="{kind}" data-wants="{" ".join(wanted(kind))}"{named}>{_sentence(kind)}</option>'


def _field(name: str, words: str, kind: str, now: datetime) -> str:
    return (
        f'<label data-field="{name}">{words}<input type="{kind}" name="{name}" '
        f'value="{escape(example(name, "", now))}"></label>'
    )


def _victim(one: Crime) -> str:
    victim: Person = one.victim
    return (
        '<details class="card"><summary>Change the victim\'s details</summary>'
        f'<form method="post" action="/crimes/{one.id}/victim"><p>Harbour hears of it with the next update.</p>'
        f'<div class="pair">{_input("given", "Given name", victim.given)}'
        f"{_input('family', 'Family name', victim.family)}</div>"
        f'<div class="pair">{_input("born", "Date of birth", victim.born)}'
        f"{_input('language', 'Language', victim.language)}</div>"
        f'<div class="pair">{_input("phone", "Mobile", victim.phone)}{_input("email", "E-mail", victim.email)}</div>'
        f"{_select('contact', 'How they may be contacted', _CONTACT_WORDS, victim.contact)}"
        '<button class="second">Keep these details</button></form></details>'
    )


def _said(shown: Posted | None) -> str:
    if shown is None:
        return ""
    mood, words = ("good", "Harbour has it") if shown.accepted else ("bad", "Harbour did not take it")
    status = shown.status or "no answer"
    return (
        f'<div class="{mood}" role="status" data-testid="sim-posted"><p><strong>{words}</strong> ({status}): '
        f"{escape(_words(shown.kind))}</p><pre>{escape(shown.answer)}</pre></div>"
    )


def _message(one: Crime, message: Stamped) -> str:
    reply = (
        f'<p class="said">{escape(message.answer)}</p>'
        if message.answer
        else f'<form method="post" action="/crimes/{one.id}/messages/{quote(message.id, safe="")}/answer">'
        '<label>Your answer<textarea name="text" rows="3" data-testid="sim-answer" required></textarea></label>'
        '<button data-testid="sim-answer-send">Send the answer</button></form>'
    )
    due = (
        f' · answer by <span class="due">{_time(message.due_at)}</span>'
        if message.due_at and not message.answer
        else ""
    )
    return (
        f'<article class="card" data-testid="sim-message"><p class="soft">{_time(message.at)}{due}</p>'
        f'<p class="words" dir="auto">{escape(message.text)}</p>{reply}</article>'
    )


def _task(one: Crime, task: Task) -> str:
    due = "" if task.done else _due("by", task.due_at)
    words = "Not done after all" if task.done else "Done"
    return (
        f'<article class="card{" done" if task.done else ""}" data-testid="sim-task"><p class="soft">'
        f'<span class="tag">{escape(_sentence(task.reason))}</span> {_time(task.at)}{due}</p>'
        f'<h3>{escape(task.title)}</h3><p class="words" dir="auto">{escape(task.detail)}</p>'
        f'<form method="post" action="/crimes/{one.id}/tasks/{quote(task.id, safe="")}/done">'
        f'<button class="second" aria-label="{words}: {escape(task.title)}">{words}</button></form></article>'
    )


def _document(document: Document) -> str:
    return (
        f'<article class="card" data-testid="sim-document"><a href="{escape(_safe(document.url))}" rel="noreferrer">'
        f'{escape(document.name)}</a><p class="soft">{escape(document.media_type)} · {_time(document.at)}<br>'
        f"SHA-256 <code>{escape(document.sha256)}</code></p></article>"
    )


def _posted(one: Crime) -> str:
    rows = "".join(_posted_row(one, posted) for posted in reversed(one.posted))
    return (
        '<section><h2>Updates</h2><div class="scroll" tabindex="0" role="region" aria-label="Updates"><table>'
        '<thead><tr><th scope="col">Happened<th scope="col">What'
        '<th scope="col">Harbour answered<th scope="col">Actions</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></section>"
    )


def _posted_row(one: Crime, posted: Posted) -> str:
    place = f"/crimes/{one.id}/updates/{quote(posted.id, safe='')}"
    note = "Withdraws: " if posted.withdraws else "Corrects: " if posted.corrects else ""
    mood = "yes" if posted.accepted else "no"
    name = escape(f"{note}{_words(posted.kind) if note else _sentence(posted.kind)}")
    withdraw = (
        f'<form method="post" action="{place}/withdraw">'
        f'<button class="link" aria-label="Withdraw: {name}">Withdraw</button></form>'
        if posted.accepted and not posted.withdrawn and not posted.withdraws
        else ""
    )
    struck = f"<s>{name}</s>" if posted.withdrawn else name
    return (
        f"<tr><td>{_time(posted.at)}<td>{struck}<details><summary>What was sent</summary>"
        f'<pre>{escape(posted.body)}</pre></details><td><span class="{mood}">{posted.status or "nobody"}</span>'
        f'<td class="actions">{withdraw}<form method="post" action="{place}/again">'
        f'<button class="link" aria-label="Send again: {name}">Send again</button></form></tr>'
    )


# -- the outbox ------------------------------------------------------------------------------------------------------


def _phone(number: str, items: Sequence[Item]) -> str:
    bubbles = "".join(
        f'<div class="bubble" data-testid="outbox-item"><p dir="auto">{_linked(item.text)}</p>'
        f'<p class="soft">{_time(item.at)}</p></div>'
        for item in items
    )
    return f'<article class="phone"><h3>{escape(number)}</h3>{bubbles}</article>'


def _letter(item: Item) -> str:
    html = (
        f'<p><a href="/outbox/{quote(item.id, safe="")}" target="_blank" rel="noreferrer">As its reader sees it</a></p>'
        if item.html
        else ""
    )
    return (
        f'<article class="letter" data-testid="outbox-item"><p class="soft">To {escape(item.to)} · {_time(item.at)}</p>'
        f"<h3>{escape(item.subject) or '(no subject)'}</h3>"
        f'<p class="words" dir="auto">{_linked(item.text)}</p>{html}</article>'
    )


def _linked(text: str) -> str:
    """Text with its addresses as links, as a phone shows it."""
    parts: list[str] = []
    at = 0
    for match in _ADDRESS.finditer(text):
        address = match.group().rstrip(_UNFINISHED)
        parts += [
            escape(text[at : match.start()]),
            f'<a href="{escape(address)}" rel="noreferrer">{escape(address)}</a>',
        ]
        at = match.start() + len(address)
    return "".join((*parts, escape(text[at:])))


# -- parts -----------------------------------------------------------------------------------------------------------


def _input(name: str, words: str, value: str, kind: str = "text") -> str:
    return (
        f'<label>{escape(words)}<input type="{kind}" name="{name}" value="{escape(value)}" autocomplete="off"></label>'
    )


def _select(name: str, words: str, values: Mapping[str, str], chosen: str = "") -> str:
    options = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(shown)}</option>'
        for value, shown in values.items()
    )
    return f'<label>{escape(words)}<select name="{name}">{options}</select></label>'


def _many(parts: Iterable[str]) -> str:
    return "".join(parts) or _NOTHING


def _due(words: str, at: str) -> str:
    """A day: what is due at midnight is due on the day before it."""
    try:
        last = datetime.fromisoformat(at).astimezone(LONDON) - timedelta(seconds=1)
    except ValueError:
        return ""
    return f' · {words} <time class="due" datetime="{escape(at)}">{last:%A} {last.day} {last:%B}</time>'


def _words(key: str) -> str:
    return key.replace("_", " ")


def _sentence(key: str) -> str:
    words = _words(key)
    return words[:1].upper() + words[1:]


def _safe(url: str) -> str:
    return url if url.startswith(("http://", "https://")) else "#"


def _time(at: str) -> str:
    """``8 Dec, 10:30`` by the clock of London, with the exact time for machines."""
    return f'<time datetime="{escape(at)}">{escape(_plain(at))}</time>'


def _plain(at: str) -> str:
    try:
        local = datetime.fromisoformat(at).astimezone(LONDON)
    except ValueError:
        return at
    return f"{local.day} {local:%b, %H:%M:%S}"
