"""Azure Boards: a work item on drift, one for each stack.

    python -m review.forges.azure_boards drift < review.md      # opens the item, or updates it
    python -m review.forges.azure_boards no-drift < review.md   # closes it, if it is open

The item is identified by its title. Environment: the variables of Azure Pipelines, SYSTEM_ACCESSTOKEN,
PULUMI_STACK, and in DRIFT_WORK_ITEM the item's type, one of those of the project's process. See
https://learn.microsoft.com/rest/api/azure/devops/wit/work-items.
"""

from __future__ import annotations

import argparse
import html
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from .rest import ask, exit_status

_API = "api-version=7.1"
_DONE_CATEGORIES = ("Completed", "Removed")
"""The categories of the states of a finished item:
https://learn.microsoft.com/azure/devops/boards/work-items/workflow-and-state-categories."""


@dataclass(frozen=True)
class AzureBoards:
    """The API for the work items of one type in one project; `collection` has a slash at its end."""

    collection: str
    project: str
    type: str
    token: str

    def drift(self, text: str, title: str) -> None:
        """Opens the item, or updates the one that is open."""
        # A description is HTML.
        fields = {"Title": title, "Description": f"<pre>{html.escape(text)}</pre>"}
        number = self._open(title)
        if number is None:
            self._change("POST", f"workitems/${quote(self.type)}", fields)
        else:
            self._change("PATCH", f"workitems/{number}", fields)

    def no_drift(self, title: str) -> None:
        """Closes the item, if one is open, and says why."""
        number = self._open(title)
        if number is not None:
            done = next(self._states(_DONE_CATEGORIES[:1]))
            self._change("PATCH", f"workitems/{number}", {"State": done, "History": "The drift is gone."})

    def _open(self, title: str) -> int | None:
        """The number of the open item with this title."""
        over = ", ".join(map(_quoted, self._states(_DONE_CATEGORIES)))
        conditions = (
            "[System.TeamProject] = @project",
            f"[System.WorkItemType] = {_quoted(self.type)}",
            f"[System.Title] = {_quoted(title)}",
            f"[System.State] NOT IN ({over})",
        )
        query = f"SELECT [System.Id] FROM WorkItems WHERE {' AND '.join(conditions)}"
        found = self._ask("POST", "wiql", {"query": query})["workItems"]
        return found[0]["id"] if found else None

    def _states(self, categories: Sequence[str]) -> Iterator[str]:
        """The names of the type's states in these categories; they differ between processes."""
        known = self._ask("GET", f"workitemtypes/{quote(self.type)}/states")["value"]
        return (state["name"] for state in known if state["category"] in categories)

    def _change(self, method: str, path: str, fields: Mapping[str, str]) -> None:
        added = [
            {"op": "add", "path": f"/fields/System.{name}", "value": value} for name, value in fields.items()
        ]
        self._ask(method, path, added, "application/json-patch+json")

    def _ask(self, method: str, path: str, body: Any = None, content: str = "application/json") -> Any:
        url = f"{self.collection}{quote(self.project)}/_apis/wit/{path}?{_API}"
        return ask(method, url, {"Authorization": f"Bearer {self.token}", "Content-Type": content}, body)


def main() -> int:
    """Runs the command with the text on standard input. Returns 1 if Azure refuses a request, else 0."""
    parser = argparse.ArgumentParser(prog="python -m review.forges.azure_boards", description=__doc__)
    parser.add_argument("what", choices=["drift", "no-drift"])
    what = parser.parse_args().what
    known = os.environ
    boards = AzureBoards(
        collection=known["SYSTEM_COLLECTIONURI"],
        project=known["SYSTEM_TEAMPROJECT"],
        type=known["DRIFT_WORK_ITEM"],
        token=known["SYSTEM_ACCESSTOKEN"],
    )
    title = f"Drift in {known['PULUMI_STACK']}"
    text = sys.stdin.read()
    return exit_status(lambda: boards.drift(text, title) if what == "drift" else boards.no_drift(title))


def _quoted(text: str) -> str:
    """A string literal in WIQL: https://learn.microsoft.com/azure/devops/boards/queries/wiql-syntax."""
    return "'" + text.replace("'", "''") + "'"


if __name__ == "__main__":
    sys.exit(main())
