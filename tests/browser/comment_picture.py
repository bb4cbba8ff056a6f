"""`python -m tests.browser.comment_picture`: the picture of a review's comment in docs/.

The comment is a golden one (tests/unit/review/golden). GitHub's stylesheet comes out of the npm package
github-markdown-css, which npm fetches; GitHub itself is not asked.
"""

from __future__ import annotations

import html
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from markdown_it import MarkdownIt

from emulator.home import CHECKOUT
from tests.browser.chromium import start
from tests.unit.review.golden import GOLDEN

COMMENT = GOLDEN / "another-kafka-cluster.md"
PICTURE = CHECKOUT / "docs" / "comment.png"
STYLESHEET = "github-markdown-css@5.9.0"
SCREEN = {"width": 860, "height": 800, "deviceScaleFactor": 1.5, "mobile": False}
DIFF = {"+": "pl-mi1", "-": "pl-md", "!": "pl-mc"}
"""GitHub's classes for lines of a diff, by their first letter."""
FRAME = """
body { margin: 0; padding: 12px; background: #fff; }
.comment { border: 1px solid #d1d9e0; border-radius: 6px; }
.head { padding: 8px 16px; border-bottom: 1px solid #d1d9e0; background: #f6f8fa; border-radius: 6px 6px 0 0;
  font: 14px -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; color: #59636e; }
.head b { color: #1f2328; }
.markdown-body { padding: 16px; }
"""


def main() -> int:
    """Take the picture; the exit status is 0 when it was taken."""
    with tempfile.TemporaryDirectory(prefix="comment-") as name:
        folder = Path(name)
        page = folder / "page.html"
        page.write_text(document(COMMENT.read_text(), stylesheet(folder)))
        chrome = start(folder / "profile")
        try:
            chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", SCREEN)
            chrome.get(page.as_uri())
            chrome.find_element("tag name", "body").screenshot(str(PICTURE))
        finally:
            chrome.quit()
    return 0


def document(comment: str, style: str) -> str:
    """A page that shows the comment as a pull request does."""
    renderer = MarkdownIt("commonmark", {"html": True, "highlight": highlighted})
    return (
        f"<!doctype html><meta charset=utf-8><style>{style}{FRAME}</style>"
        '<div class="comment"><div class="head"><b>github-actions</b> bot commented</div>'
        f'<article class="markdown-body">{renderer.render(comment)}</article></div>'
    )


def highlighted(text: str, language: str, _attributes: object) -> str:
    """The lines of a fenced block, with the colours of a diff where it is one."""
    lines = [html.escape(line) for line in text.splitlines()]
    if language == "diff":
        lines = [f'<span class="{DIFF.get(line[:1], "")}">{line}</span>' for line in lines]
    return "\n".join(lines)


def stylesheet(folder: Path) -> str:
    """GitHub's stylesheet for Markdown, in the light. Raises subprocess.CalledProcessError."""
    subprocess.run(["npm", "pack", "--silent", STYLESHEET], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    [archive] = folder.glob("*.tgz")
    with tarfile.open(archive) as package:
        style = package.extractfile("package/github-markdown-light.css")
        assert style is not None
        return style.read().decode()


if __name__ == "__main__":
    sys.exit(main())
