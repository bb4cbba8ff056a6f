"""The answers of the check that docs/troubleshooting.md explains."""

import re
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "troubleshooting.md"
_NUMBERS = re.compile(r"\b\d{4}(?:, \d{4})*\b")
_ANSWER = re.compile(r"^ *likely cause: (.+)\n *what to do: (.+)$", re.MULTILINE)


def answers(text: str) -> set[tuple[str, str]]:
    """Each likely cause with what to do, in the document or in the output of a check.

    Ports and the numbers of brokers, which are of one cluster, are left out.
    """
    return set(_ANSWER.findall(_NUMBERS.sub("N", text)))


def is_documented(output: str) -> bool:
    """Whether the output has an answer, and each one that it has stands in the document."""
    given = answers(output)
    return bool(given) and given <= answers(DOCUMENT.read_text())
