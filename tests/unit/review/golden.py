"""The comments on recorded previews: `.venv/bin/python -m tests.unit.review.golden` writes them anew.

`python -m tests.e2e.record_previews` makes the previews.
"""

from __future__ import annotations

import re
from pathlib import Path

from review.markdown import markdown
from tests.unit.review.previews import reviewed

RECORDED = Path(__file__).resolve().parent / "recorded"
GOLDEN = Path(__file__).resolve().parent / "golden"


def file_name(change: str) -> str:
    """The name of a change as that of a file."""
    return re.sub(r"\W+", "-", change.lower())


def comment(recorded: Path) -> str:
    """The comment on a recorded preview."""
    return markdown(reviewed(recorded.read_text()))


def main() -> None:
    """Writes the comment on each preview that there is."""
    GOLDEN.mkdir(exist_ok=True)
    for file in [*GOLDEN.glob("*.md")]:
        file.unlink()
    for recorded in RECORDED.glob("*.json"):
        (GOLDEN / f"{recorded.stem}.md").write_text(comment(recorded))


if __name__ == "__main__":
    main()
