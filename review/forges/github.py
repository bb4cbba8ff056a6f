"""GitHub: a comment on a pull request, or an issue on drift, one for each stack.

    python -m review.forges.github comment 12 < review.md
    python -m review.forges.github drift < review.md      # opens the issue, or updates it
    python -m review.forges.github no-drift < review.md   # closes it, if it is open

The first line of the text is its marker. Environment: GITHUB_TOKEN, GITHUB_REPOSITORY, GITHUB_API_URL, and
for drift PULUMI_STACK. See https://docs.github.com/rest/issues/comments and
https://docs.github.com/rest/issues/issues.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..markdown import marker_of
from .rest import ask, exit_status

_PAGE = 100


@dataclass(frozen=True)
class GitHub:
    """The API for one repository. `api`: its root. `token`: may write comments and issues."""

    api: str
    repository: str
    token: str

    def comment(self, number: int, text: str) -> None:
        """Posts the comment on an issue or pull request; one with the same marker is updated instead."""
        earlier = self._own(f"/issues/{number}/comments?", text)
        if earlier is None:
            self._ask("POST", f"/issues/{number}/comments", {"body": text})
        else:
            self._ask("PATCH", f"/issues/comments/{earlier['id']}", {"body": text})

    def drift(self, text: str, title: str) -> None:
        """Opens the issue, or updates the one that is open."""
        issue = self._own("/issues?state=open&", text)
        if issue is None:
            self._ask("POST", "/issues", {"title": title, "body": text})
        else:
            self._ask("PATCH", f"/issues/{issue['number']}", {"body": text})

    def no_drift(self, text: str) -> None:
        """Closes the issue, if one is open, and says why."""
        issue = self._own("/issues?state=open&", text)
        if issue is not None:
            self._ask("POST", f"/issues/{issue['number']}/comments", {"body": "The drift is gone."})
            self._ask("PATCH", f"/issues/{issue['number']}", {"state": "closed", "state_reason": "completed"})

    def _own(self, listing: str, text: str) -> Mapping[str, Any] | None:
        """The first comment or issue of a list that a workflow has written with the marker of this text."""
        marker = marker_of(text)
        for one in self._all(listing):
            if (one.get("body") or "").startswith(marker) and one["user"]["type"] == "Bot":
                return one
        return None

    def _all(self, listing: str) -> Iterator[Mapping[str, Any]]:
        page = 1
        while found := self._ask("GET", f"{listing}per_page={_PAGE}&page={page}"):
            yield from found
            page += 1

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        headers = {"Accept": "application/vnd.github+json", "Authorization": f"Bearer {self.token}"}
        return ask(method, f"{self.api}/repos/{self.repository}{path}", headers, body)


def main() -> int:
    """Runs the command with the text on standard input.

    Returns 1 if GitHub refuses a request, or the text is no review; else 0.
    """
    parser = argparse.ArgumentParser(prog="python -m review.forges.github", description=__doc__)
    parser.add_argument("what", choices=["comment", "drift", "no-drift"])
    parser.add_argument("number", type=int, nargs="?", help="of the pull request")
    options = parser.parse_args()
    if (options.what == "comment") != (options.number is not None):
        parser.error("comment, and nothing else, takes the number of a pull request")
    known = os.environ
    github = GitHub(known["GITHUB_API_URL"], known["GITHUB_REPOSITORY"], known["GITHUB_TOKEN"])
    text = sys.stdin.read()

    def post() -> None:
        if options.what == "comment":
            github.comment(options.number, text)
        elif options.what == "drift":
            github.drift(text, f"Drift in {known['PULUMI_STACK']}")
        else:
            github.no_drift(text)

    return exit_status(post)


if __name__ == "__main__":
    sys.exit(main())
