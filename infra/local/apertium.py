"""Apertium as the local translation engine, kept warm.

Starting Apertium costs 0.15 s and a quarter of a second of processor time, once for each message; its pipeline of a
dozen programs answers in 2 ms when it stays up. So each direction that is asked for gets one pipeline, built from
the mode file that the language pair installs, in the null-flush mode that all of Apertium's programs know: a zero
byte ends a text, on the way in and on the way out.

Source: https://wiki.apertium.org/wiki/Null_flush and https://wiki.apertium.org/wiki/Apertium_stream_format
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import shlex
import shutil
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

MODE_FOLDERS: Final = tuple(
    Path(folder) / "share" / "apertium" / "modes" for folder in ("/usr", "/usr/local", "/opt/homebrew", "/opt/local")
)
"""Where packages of language pairs put their modes."""

_ISO_639_3: Final = {
    "af": "afr", "ar": "ara", "bg": "bul", "bn": "ben", "ca": "cat", "cy": "cym", "da": "dan", "de": "deu",
    "en": "eng", "es": "spa", "es-MX": "spa", "fi": "fin", "fr": "fra", "fr-CA": "fra", "gu": "guj", "hi": "hin",
    "hr": "hbs_HR", "id": "ind", "is": "isl", "it": "ita", "kk": "kaz", "lv": "lvs", "mk": "mkd", "ms": "msa",
    "mt": "mlt", "nl": "nld", "no": "nob", "pa": "pan", "pl": "pol", "pt": "por", "pt-PT": "por", "ro": "ron",
    "ru": "rus", "sl": "slv", "sr": "hbs_SR", "sv": "swe", "tr": "tur", "uk": "ukr", "ur": "urd",
}  # fmt: skip
"""Apertium's name of a language, by Amazon Translate's code."""

_SPECIAL: Final = re.compile(r"([\[\]{}^$@\\/<>])")
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_SENTENCE_END: Final = ".[]"
"""What Apertium's own reader of plain text puts after a line, so that the tagger sees a sentence end there."""

# What the stream cannot carry: the byte that ends a text. Apertium drops the other control characters.
_UNSAYABLE: Final = re.compile("\0")


class NoSuchPair(Exception):
    """No pair is installed for these two languages."""


class EngineFailed(Exception):
    """The engine broke off or did not answer in time; it will be started again for the next text."""


class Apertium:
    """Translates with the pairs that are installed on this machine.

    Parameters
    ----------
    modes
        Folders with mode files; those of the usual packages when not given.
    seconds
        How long one text may take.
    """

    name: Final = "apertium"

    def __init__(self, modes: Sequence[Path] = MODE_FOLDERS, seconds: float = 10) -> None:
        self._modes = modes
        self._seconds = seconds
        self._pipelines: dict[Path, _Pipeline] = {}
        self._lock = threading.Lock()

    def directions(self) -> list[tuple[str, str]]:
        """Source and target codes that can be translated now."""
        codes = sorted(_ISO_639_3)
        return [(source, target) for source in codes for target in codes if self._mode(source, target)]

    def translate(self, text: str, source: str, target: str) -> str:
        """``text`` in the target language; words that it does not know stay as they are. Safe from many threads.

        Raises
        ------
        NoSuchPair
            No pair is installed for this direction.
        EngineFailed
            It broke off, or took too long.
        """
        mode = self._mode(source, target)
        if mode is None:
            raise NoSuchPair
        with self._lock:
            pipeline = self._pipelines.setdefault(mode, _Pipeline(mode))
        return _from_stream(pipeline.ask(_to_stream(text), self._seconds), text)

    def close(self) -> None:
        """End all pipelines."""
        with self._lock:
            for pipeline in self._pipelines.values():
                pipeline.close()

    def _mode(self, source: str, target: str) -> Path | None:
        one, other = _ISO_639_3.get(source), _ISO_639_3.get(target)
        if one is None or other is None or one == other or shutil.which("lt-proc") is None:
            return None
        files = (folder / f"{one}-{other}.mode" for folder in self._modes)
        return next((file for file in files if file.exists()), None)


class _Pipeline:
    """The programs of one mode, connected; one text at a time."""

    def __init__(self, mode: Path) -> None:
        self._commands = _commands(mode.read_text("utf-8"))
        self._programs: list[subprocess.Popen[bytes]] = []
        self._lock = threading.Lock()

    def ask(self, stream: str, seconds: float) -> str:
        with self._lock:
            try:
                if not self._programs or any(program.poll() is not None for program in self._programs):
                    self._end()
                    self._start()
                return self._exchange(stream.encode() + b"\0", time.monotonic() + seconds)
            except OSError as failed:
                self._end()
                raise EngineFailed(type(failed).__name__) from failed
            except EngineFailed:
                self._end()
                raise

    def close(self) -> None:
        with self._lock:
            self._end()

    def _exchange(self, given: bytes, until: float) -> str:
        into, out = _pipe(self._programs[0].stdin), _pipe(self._programs[-1].stdout)
        into.write(given)
        into.flush()
        answer = b""
        while not answer.endswith(b"\0"):
            readable, _, _ = select.select([out], [], [], max(0.0, until - time.monotonic()))
            part = os.read(out.fileno(), 65536) if readable else b""
            if not part:
                raise EngineFailed("no answer")
            answer += part
        if answer.count(b"\0") != 1:
            # Answers and texts have got out of step: nothing it says now can be trusted.
            raise EngineFailed("out of step")
        return answer[:-1].decode("utf-8", "replace")

    def _start(self) -> None:
        source: int | IO[bytes] = subprocess.PIPE
        for command in self._commands:
            program = subprocess.Popen(
                command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=False
            )
            if not isinstance(source, int):
                source.close()
            self._programs.append(program)
            source = _pipe(program.stdout)

    def _end(self) -> None:
        for program in self._programs:
            program.kill()
            program.wait()
            for stream in (program.stdin, program.stdout):
                if stream is not None:
                    with contextlib.suppress(OSError):
                        stream.close()
        self._programs.clear()


def _commands(mode: str) -> list[list[str]]:
    """The commands of a mode file, in null-flush mode, leaving words that they do not know unmarked.

    >>> _commands("lt-proc '/a b.bin' | apertium-tagger -g $2 /p.prob | lt-proc $1 /g.bin")
    [['lt-proc', '-z', '/a b.bin'], ['apertium-tagger', '-z', '-g', '/p.prob'], ['lt-proc', '-z', '-n', '/g.bin']]
    """
    commands = [shlex.split(part.replace("$1", "-n").replace("$2", "")) for part in mode.strip().split("|")]
    return [[program, "-z", *arguments] for program, *arguments in commands]


def _to_stream(text: str) -> str:
    """Plain text in Apertium's stream format: special characters escaped, line ends as blanks."""
    lines = _UNSAYABLE.sub("", text).split("\n")
    return "[\n]".join(_SPECIAL.sub(r"\\\1", line) + _SENTENCE_END for line in lines)


def _from_stream(stream: str, given: str) -> str:
    """What `_to_stream` did, undone; each line begins and ends with the white space that it had."""
    lines = [_ESCAPED.sub(r"\1", line.replace(_SENTENCE_END, "").replace("[]", "")) for line in stream.split("[\n]")]
    before = given.split("\n")
    if len(lines) != len(before):
        raise EngineFailed("lines were lost")
    return "\n".join(_spaced_as(old, new.strip()) for old, new in zip(before, lines, strict=True))


def _spaced_as(model: str, text: str) -> str:
    bare = model.strip()
    start = model.index(bare) if bare else len(model)
    return model[:start] + text + model[start + len(bare) :]


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise EngineFailed("not started")
    return stream
