"""Documents link to files that are there."""

import re
from pathlib import Path

import pytest

from tests.unit.documents import DOCUMENTS, named

TARGETS = re.compile(
    r"\]\(\s*<?([^\s<>()]+)>?[^()]*\)"  # [text](target), ![text](target "title")
    r"|^\s*\[[^\]]+\]:\s*<?([^\s<>]+)"  # [name]: target
    r"|\b(?:src|href)=[\"']([^\"']+)",
    re.MULTILINE,
)
CODE = re.compile(r"^( *)(```|~~~).*?^\1\2|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def relative_targets(markdown: str) -> list[str]:
    """What the text links to that is neither another site's nor in the same document, without fragments."""
    targets = ["".join(groups) for groups in TARGETS.findall(CODE.sub("", markdown))]
    paths = [target.partition("#")[0] for target in targets if not re.match(r"[a-z][a-z0-9+.-]*:", target)]
    return [path for path in paths if path]


def test_links_are_found_in_every_form() -> None:
    markdown = """
[one](a.md) and ![two](b.png "title"), [three](<c.md#part>), [four][name], [five](https://example.org/x)
[six](#here), `[seven](code.md)`, <img src="d.svg">

```
[eight](code.md)
```
[name]: e.md
"""
    assert sorted(relative_targets(markdown)) == ["a.md", "b.png", "c.md", "d.svg", "e.md"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_links_lead_to_files(document: Path) -> None:
    targets = relative_targets(document.read_text())
    assert [target for target in targets if not (document.parent / target).exists()] == []
