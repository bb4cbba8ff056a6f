"""Azure DevOps: a comment on a pull request in Azure Repos.

    python -m review.forges.azure_devops < review.md

Environment: the variables of Azure Pipelines in a build of a pull request, and SYSTEM_ACCESSTOKEN. See
https://learn.microsoft.com/rest/api/azure/devops/git/pull-request-threads.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ..markdown import marker_of
from .rest import ask, exit_status

_API = "api-version=7.1"
_CLOSED = "closed"
"""The status of a thread that nobody has to resolve."""


@dataclass(frozen=True)
class AzureDevOps:
    """The API for one pull request; `collection` is the organisation's address, with a slash at its end."""

    collection: str
    project: str
    repository: str
    pull_request: str
    token: str

    def comment(self, text: str) -> None:
        """Posts the comment; an earlier one with the same first line is updated instead."""
        marker = marker_of(text)
        for thread in self._ask("GET", "/threads")["value"]:
            for comment in thread.get("comments") or ():
                if (comment.get("content") or "").startswith(marker):
                    self._ask("PATCH", f"/threads/{thread['id']}/comments/{comment['id']}", {"content": text})
                    return
        comment = {"parentCommentId": 0, "content": text, "commentType": "text"}
        self._ask("POST", "/threads", {"comments": [comment], "status": _CLOSED})

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        place = f"{quote(self.project)}/_apis/git/repositories/{self.repository}"
        url = f"{self.collection}{place}/pullRequests/{self.pull_request}{path}?{_API}"
        return ask(method, url, {"Authorization": f"Bearer {self.token}"}, body)


def main() -> int:
    """Posts the text on standard input. Returns 1 if Azure DevOps refuses, or it is no review; else 0."""
    known = os.environ
    forge = AzureDevOps(
        collection=known["SYSTEM_COLLECTIONURI"],
        project=known["SYSTEM_TEAMPROJECT"],
        repository=known["BUILD_REPOSITORY_ID"],
        pull_request=known["SYSTEM_PULLREQUEST_PULLREQUESTID"],
        token=known["SYSTEM_ACCESSTOKEN"],
    )
    return exit_status(lambda: forge.comment(sys.stdin.read()))


if __name__ == "__main__":
    sys.exit(main())
