"""The simulator's pages: plain HTML from the server, no script but a reload of the outbox."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any, Final

from infra.local.crime_simulator.outbox import Item
from infra.local.crime_simulator.payloads import CONTACTS

STYLE: Final = """
:root{--ink:#0b0c0c;--soft:#505a5f;--line:#b1b4b6;--accent:#1d4b63;--tint:#f3f2f1}
*{box-sizing:border-box}
body{margin:0;color:var(--ink);background:#fff;font:17px/1.5 system-ui,sans-serif}
header{background:var(--accent);color:#fff}header>div,main{max-width:1080px;margin:auto;padding:12px 20px}
header a{color:#fff;font-weight:700;margin-inline-end:24px;text-decoration:none}
h1{font-size:1.7rem;margin:.6em 0}h2{font-size:1.25rem;margin:1.4em 0 .4em}
a{color:var(--accent)}a:focus-visible,button:focus-visible,input:focus-visible,select:focus-visible,
textarea:focus-visible{outline:3px solid #ffdd00;outline-offset:0;box-shadow:0 0 0 2px #0b0c0c}
table{width:100%;border-collapse:collapse}th,td{padding:10px 8px;border-bottom:1px solid var(--line);
text-align:start;vertical-align:top}
form{display:grid;gap:12px;max-width:640px}.wide{max-width:none}.pair{display:grid;gap:12px;
grid-template-columns:repeat(auto-fit,minmax(180px,1fr))}
label{display:grid;gap:4px;font-weight:600}label small{font-weight:400;color:var(--soft)}
input,select,textarea{padding:8px;border:2px solid var(--ink);font:inherit;width:100%;background:#fff}
button{justify-self:start;padding:8px 16px;border:0;background:#00703c;color:#fff;font:inherit;font-weight:700;
box-shadow:0 2px 0 #002d18;cursor:pointer}
.card{border:1px solid var(--line);padding:12px 16px;margin:8px 0}.tag{background:var(--tint);padding:2px 8px;
font-size:.85rem}.soft{color:var(--soft)}.bad{border-inline-start:5px solid #d4351c;padding-inline-start:12px}
.good{border-inline-start:5px solid #00703c;padding-inline-start:12px}
.columns{display:grid;gap:24px;grid-template-columns:repeat(auto-fit,minmax(320px,1fr))}
.bubble{background:#e8f1f8;border-radius:16px;padding:10px 14px;margin:6px 0;max-width:360px;overflow-wrap:anywhere}
.letter{border:1px solid var(--line);padding:14px 18px;margin:6px 0;max-width:560px;white-space:pre-wrap;
overflow-wrap:anywhere}
"""

_CONTACT_WORDS: Final = dict(
    zip(
        CONTACTS,
        ("Nobody has asked yet", "Do not contact", "Safe by text", "Safe by e-mail", "Safe by both"),
        strict=True,
    )
)


def whole(title: str, body: str, *, reload_seconds: int = 0) -> str:
    """A page."""
    again = f'<meta http-equiv="refresh" content="{reload_seconds}">' if reload_seconds else ""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>{again}'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body><header><div>'
        '<a href="/">Crime system (simulator)</a><a href="/outbox">Outbox</a></div></header>'
        f"<main>{body}</main></body></html>"
    )


def crimes(known: Iterable[Mapping[str, Any]], systems: Sequence[str], offences: Sequence[str]) -> str:
    """The list, and the form for a new one."""
    rows = "".join(
        f'<tr><td><a data-testid="sim-crime-{escape(one["reference"])}" href="/crimes/{one["id"]}">'
        f"{escape(one['reference'])}</a></td><td>{escape(one['source'])}</td><td>{escape(one['offence'])}</td>"
        f"<td>{len(one['updates'])}</td><td>{len(one['tasks'])}</td><td>{len(one['messages'])}</td></tr>"
        for one in known
    )
    table = (
        "<table><thead><tr><th>Reference<th>System<th>Offence<th>Updates<th>Tasks<th>Messages</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
        if rows
        else "<p>There is no crime yet. Record one below.</p>"
    )
    return whole("Crimes", f"<h1>Crimes</h1>{table}<h2>Record a crime</h2>{_new(systems, offences)}")


def crime(one: Mapping[str, Any], kinds: Sequence[str], now: str, posted: Mapping[str, Any] | None) -> str:
    """One crime: post an update, see what came back."""
    victim = one["persons"][0]
    said = ""
    if posted:
        mood = "good" if posted["status"] == 202 else "bad"  # noqa: PLR2004 - HTTP
        said = (
            f'<div class="{mood}" role="status" data-testid="sim-posted"><p>Harbour answered {posted["status"]}: '
            f"{escape(posted['answer'])}</p></div>"
        )
    tasks = "".join(
        f'<div class="card" data-testid="sim-task"><span class="tag">{escape(task["reason"].replace("_", " "))}</span> '
        f"<strong>{escape(task['title'])}</strong><p>{escape(task['detail'])}</p>"
        f'<p class="soft">{escape(task["at"])}{_due(task)}</p></div>'
        for task in reversed(one["tasks"])
    )
    messages = "".join(
        f'<div class="card" data-testid="sim-message"><strong>From the victim</strong>'
        f'<p style="white-space:pre-wrap">{escape(message["text"])}</p><p class="soft">{escape(message["at"])}</p>'
        f"{_answer(one, message)}</div>"
        for message in reversed(one["messages"])
    )
    updates = "".join(
        f"<tr><td>{escape(update['at'])}<td>{escape(update['kind'].replace('_', ' '))}<td>{update['status']}</tr>"
        for update in reversed(one["updates"])
    )
    documents = "".join(
        f'<div class="card"><a href="{escape(document["url"])}">{escape(document["name"])}</a></div>'
        for document in one["documents"]
    )
    return whole(
        one["reference"],
        f"<h1>{escape(one['reference'])}</h1><p>{escape(one['source'])} · {escape(one['offence'].replace('_', ' '))} · "
        f"{escape(victim['given'])} {escape(victim['family'])}, born {escape(victim['born'])}, "
        f"{escape(victim['phone'])} {escape(victim['email'])} · {_CONTACT_WORDS[victim['contact']]}</p>{said}"
        '<div class="columns"><section><h2>Post an update</h2>'
        f'<form method="post" action="/crimes/{one["id"]}/updates"><label>What happened{_kinds(kinds)}</label>'
        f'<label>When <small>ISO 8601</small><input name="at" value="{now}" required></label>'
        f"<label>How the victim may be contacted{_contact(victim['contact'])}</label>"
        '<div class="pair"><label>Date and time <small>of a hearing or appointment</small>'
        '<input name="when" placeholder="2026-12-08T10:30"></label><label>Until <small>a day</small>'
        '<input name="by" placeholder="2026-12-31"></label></div>'
        '<div class="pair"><label>Where<input name="where"></label><label>Court<input name="court"></label></div>'
        '<div class="pair"><label>What<input name="what"></label><label>Outcome<input name="outcome"></label></div>'
        '<button data-testid="sim-post">Post the update</button></form></section>'
        f"<section><h2>Messages of the victim</h2>{messages or '<p>None yet.</p>'}<h2>Tasks</h2>"
        f"{tasks or '<p>None yet.</p>'}{'<h2>Documents</h2>' + documents if documents else ''}</section></div>"
        "<h2>Updates</h2><table><thead><tr><th>When<th>What<th>Answer</tr></thead>"
        f"<tbody>{updates}</tbody></table>",
    )


def outbox(items: Sequence[Item]) -> str:
    """What was sent, newest first, as its readers see it."""
    shown = "".join(
        f'<section data-testid="outbox-item"><p class="soft">{_time(item.at)} · {item.channel} to '
        f"{escape(item.to)}</p>"
        + (
            f'<div class="bubble">{escape(item.text)}</div>'
            if item.channel == "sms"
            else f'<div class="letter"><strong>{escape(item.subject)}</strong>\n\n{escape(item.text)}</div>'
        )
        + "</section>"
        for item in reversed(items)
    )
    return whole("Outbox", f"<h1>Outbox</h1>{shown or '<p>Nothing was sent yet.</p>'}", reload_seconds=3)


def _new(systems: Sequence[str], offences: Sequence[str]) -> str:
    return (
        '<form method="post" action="/crimes" class="wide"><div class="pair">'
        f"<label>System{_select('source', systems)}</label>"
        f"<label>Offence{_select('offence', offences)}</label>"
        '<label>Area<input name="area" value="Northgate"></label></div><div class="pair">'
        '<label>Given name<input name="given" value="Alex"></label>'
        '<label>Family name<input name="family" value="Morgan"></label>'
        '<label>Date of birth<input name="born" value="1990-04-12"></label></div><div class="pair">'
        '<label>Mobile<input name="phone" value="07700 900123"></label>'
        '<label>E-mail<input name="email" value="alex.morgan@mail.example"></label>'
        '<label>Language<input name="language" value="en"></label></div><div class="pair">'
        f"<label>Contact{_contact('safe_both')}</label>"
        '<label>The suspect\'s mobile <small>if known</small><input name="suspect_phone"></label></div>'
        '<button data-testid="sim-new-crime">Record the crime</button></form>'
    )


def _answer(one: Mapping[str, Any], message: Mapping[str, Any]) -> str:
    if message.get("answer"):
        return f'<p class="good">Answered: {escape(message["answer"])}</p>'
    return (
        f'<form method="post" action="/crimes/{one["id"]}/messages/{escape(message["id"])}/answer">'
        '<label>Your answer<textarea name="text" rows="3" data-testid="sim-answer" required></textarea></label>'
        '<button data-testid="sim-answer-send">Send the answer</button></form>'
    )


def _kinds(kinds: Sequence[str]) -> str:
    options = "".join(f'<option value="{kind}">{kind.replace("_", " ")}</option>' for kind in kinds)
    return f'<select name="kind" data-testid="sim-kind">{options}</select>'


def _contact(chosen: str) -> str:
    options = "".join(
        f'<option value="{value}"{" selected" if value == chosen else ""}>{words}</option>'
        for value, words in _CONTACT_WORDS.items()
    )
    return f'<select name="contact">{options}</select>'


def _select(name: str, values: Sequence[str]) -> str:
    options = "".join(f'<option value="{value}">{value.replace("_", " ")}</option>' for value in values)
    return f'<select name="{name}">{options}</select>'


def _due(task: Mapping[str, Any]) -> str:
    return f" · by {escape(task['due_at'])}" if task.get("due_at") else ""


def _time(at: str) -> str:
    return f"{datetime.fromisoformat(at):%d %B, %H:%M:%S}"
