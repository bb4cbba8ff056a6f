"""The project's documents, and the code that stands in them."""

import re
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
DOCUMENTS = [
    path
    for pattern in (
        "*.md",
        ".github/*.md",
        "docs/**/*.md",
        "app/README.md",
        "emulator/**/README.md",
        "examples/**/README.md",
        "judge/README.md",
        "policy/README.md",
        "tests/**/README.md",
    )
    for path in sorted(CHECKOUT.glob(pattern))
]

_FENCED = re.compile(
    r"^(?P<indent> *)(?P<fence>```|~~~)[^\n]*\n(?P<text>.*?)^(?P=indent)(?P=fence)", re.M | re.S
)
_SPAN = re.compile(r"`([^`]+)`")
_INDENTED = re.compile(r"^ {4,}(\S.*)$", re.M)


def named(document: Path) -> str:
    """The document's path in the checkout, for the names of tests."""
    return str(document.relative_to(CHECKOUT))


def spans(markdown: str) -> list[str]:
    """The pieces of code within sentences, each in one line."""
    return [" ".join(span.split()) for span in _SPAN.findall(_FENCED.sub("", markdown))]


def blocks(markdown: str) -> list[str]:
    """The lines of code that stand by themselves, fenced or indented; a continued line is one."""
    fenced = "\n".join(match["text"] for match in _FENCED.finditer(markdown))
    indented = "\n".join(_INDENTED.findall(_FENCED.sub("", markdown)))
    return re.sub(r" *\\\n\s*", " ", f"{fenced}\n{indented}").splitlines()


def commands(markdown: str, program: str) -> Iterator[str]:
    """What follows the `program` (a pattern) where it is run in a piece of code, to the command's end."""
    started = re.compile(rf"(?:^|[;&|(]\s*|\s){program}(?=\s|$)(?P<arguments>[^;&|#<>)`]*)")
    for code in [*spans(markdown), *blocks(markdown)]:
        for match in started.finditer(code):
            yield match["arguments"].strip()
