"""Renders a report as plain text, for terminals and for forges without Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from .phrases import Phrase, Quoted, message, visible
from .report import Report


def text(report: Report, note: str = "") -> str:
    """The report, with all differences at its end."""
    lines = [f"Preview of {visible(report.stack)}: {_phrase(report.headline)}"]
    lines += _section("Why", report.errors)
    lines += _section("LOOK AT THIS FIRST", report.dangers)
    lines += _section("Changes", report.changes)
    lines += _section("The program warns", report.warnings)
    if report.details:
        lines += ["", "Every difference", *(f"  {line}" for line in report.details)]
    return "\n".join([*lines, *(["", visible(note)] if note else [])]) + "\n"


def _section(title: str, phrases: Sequence[Phrase]) -> list[str]:
    lines = [line for phrase in phrases for line in message(phrase) or [_phrase(phrase)]]
    return ["", title, *(f"  {line}" for line in lines)] if phrases else []


def _phrase(phrase: Phrase) -> str:
    return "".join(visible(part.text) if isinstance(part, Quoted) else part for part in phrase)
