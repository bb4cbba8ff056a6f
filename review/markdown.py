"""Renders a report as a comment in Markdown, within GitHub's limit of length.

Text that others chose is put into code spans and fenced blocks, in which neither Markdown, HTML nor mentions
have an effect: https://github.github.com/gfm/#code-spans, https://github.github.com/gfm/#fenced-code-blocks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .phrases import Phrase, Quoted, message, visible
from .report import Report

LIMIT = 65_536
"""The length of the longest comment that GitHub accepts."""
_MARKER = "<!-- review of the stack "
_RESERVE = 500
"""Bytes that are kept free for the lines that say what is left out."""
_LONGEST_QUOTATION = 2_000
_LONGEST_LINE = 2_000
"""The longest line of the folded differences, so that one value does not take the room of all others."""
_LONGEST_MESSAGE = 8_000
"""The longest message of several lines, in bytes."""


def markdown(report: Report, note: str = "") -> str:
    """The comment. Its first line is an invisible marker, by which it is found again."""
    blocks = [
        marker(report.stack),
        f"### Preview of {_phrase((Quoted(report.stack),))}: {_phrase(report.headline)}",
        *_section("Why", report.errors),
        *_section("⚠️ Look at this first", report.dangers),
        *_section("Changes", report.changes),
        *_section("The program warns", report.warnings),
    ]
    ending = ["", f"<sub>{_phrase((Quoted(note),))}</sub>"] if note else []
    blocks = _fitting(blocks, LIMIT - _RESERVE - _length(ending), "more lines do not fit into a comment.")
    room = LIMIT - _RESERVE - _length(blocks) - _length(ending)
    return "\n".join([*blocks, *_folded(report.details, room), *ending]) + "\n"


def marker(stack: str) -> str:
    """The first line of the comments on a stack, by which a new one replaces the former."""
    return f"{_MARKER}{re.sub('[^A-Za-z0-9_./-]', '_', stack)} -->"


def marker_of(text: str) -> str:
    """The marker of a comment. Raises ValueError for a text without one, which would replace any comment."""
    first = text.partition("\n")[0]
    if not first.startswith(_MARKER):
        raise ValueError("This is no review: its first line is no marker. Nothing was posted.")
    return first


def _section(title: str, phrases: Sequence[Phrase]) -> list[str]:
    """The blocks of a section, each of which is shown as a whole or not at all."""
    return [f"\n**{title}**\n", *map(_item, phrases)] if phrases else []


def _item(phrase: Phrase) -> str:
    if not (lines := message(phrase)):
        return f"- {_phrase(phrase)}"
    lines = _cut(lines)
    fence = _fence(lines)
    shown = _fitting(lines, _LONGEST_MESSAGE, "more lines.")
    return "\n".join(["", f"{fence}text", *shown, fence, ""])


def _fence(lines: Sequence[str]) -> str:
    return "`" * max(3, _longest_run("\n".join(lines)) + 1)


def _phrase(phrase: Phrase) -> str:
    return "".join(_code(part.text) if isinstance(part, Quoted) else part for part in phrase)


def _code(text: str) -> str:
    """A code span, with more backticks than the text has in a row."""
    shown = visible(text)
    if len(shown) > _LONGEST_QUOTATION:
        shown = f"{shown[:_LONGEST_QUOTATION]}…"
    fence = "`" * (_longest_run(shown) + 1)
    padding = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) or not shown else ""
    return f"{fence}{padding}{shown}{padding}{fence}"


def _folded(details: Sequence[str], room: int) -> list[str]:
    if not details:
        return []
    details = _cut(details)
    fence = _fence(details)
    head = ["", "<details><summary>Every difference</summary>", "", f"{fence}diff"]
    tail = [fence, "", "</details>"]
    room -= _length(head) + _length(tail)
    shown = _fitting(details, room, "more lines do not fit into a comment: run the preview.")
    return [*head, *shown, *tail]


def _cut(lines: Sequence[str]) -> list[str]:
    return [line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}…" for line in lines]


def _fitting(lines: Sequence[str], room: int, what: str) -> list[str]:
    """The first lines or blocks that fit into `room` bytes, and a line that says how many do not."""
    fitting: list[str] = []
    for line in lines:
        room -= _length([line])
        if room < 0:
            return [*fitting, f"… {len(lines) - len(fitting)} {what}"]
        fitting.append(line)
    return fitting


def _length(lines: Sequence[str]) -> int:
    """The length in bytes, which is at least that in characters, whichever the forge counts."""
    return sum(len(line.encode()) + 1 for line in lines)


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
