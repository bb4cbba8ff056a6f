"""One comment and one issue for a stack, updated in place."""

import html
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from review.forges import azure_boards, azure_devops, github
from tests.unit.review.forge import Forge, serving

CHECKOUT = Path(__file__).resolve().parents[3]
MARKER = "<!-- review of the stack dev -->"
TEXT = f"{MARKER}\n### Preview of `dev`: Nothing changes.\n"
BOT, PERSON = {"type": "Bot"}, {"type": "User"}
COMMENTS = "/repos/o/r/issues/12/comments"
ISSUES = "/repos/o/r/issues"


def run(forge: Forge, module: Any, *arguments: str, monkeypatch: pytest.MonkeyPatch, text: str = TEXT) -> int:
    """The command, with what a pipeline sets, and the text on its standard input."""
    environment = {
        "GITHUB_API_URL": forge.url,
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_TOKEN": "secret-token",
        "PULUMI_STACK": "dev",
        "SYSTEM_COLLECTIONURI": f"{forge.url}/",
        "SYSTEM_TEAMPROJECT": "a project",
        "BUILD_REPOSITORY_ID": "r",
        "SYSTEM_PULLREQUEST_PULLREQUESTID": "12",
        "SYSTEM_ACCESSTOKEN": "secret-token",
        "DRIFT_WORK_ITEM": "User Story",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["module", *arguments])
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    status = module.main()
    assert forge.tokens <= {"Bearer secret-token"}
    return status


def pages(listing: str, *found: Any) -> dict[str, Any]:
    """A list on two pages, the first of which is full."""
    full = [{"id": 1, "number": 1, "body": None, "user": PERSON}] * 100
    return {
        f"{listing}per_page=100&page=1": full,
        f"{listing}per_page=100&page=2": [*found],
        f"{listing}per_page=100&page=3": [],
    }


def test_the_first_comment_on_a_pull_request_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(pages(f"{COMMENTS}?")) as forge:
        assert run(forge, github, "comment", "12", monkeypatch=monkeypatch) == 0
    assert forge.written == [("POST", COMMENTS, {"body": TEXT})]


def test_the_next_comment_takes_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    said = [
        {"id": 6, "body": f"> {MARKER}", "user": BOT},
        {"id": 7, "body": f"{MARKER}\nfaked", "user": PERSON},
        {"id": 8, "body": f"{MARKER}\nold", "user": BOT},
        {"id": 9, "body": "<!-- review of the stack prod -->", "user": BOT},
    ]
    with serving(pages(f"{COMMENTS}?", *said)) as forge:
        assert run(forge, github, "comment", "12", monkeypatch=monkeypatch) == 0
    assert forge.written == [("PATCH", f"{ISSUES}/comments/8", {"body": TEXT})]


@pytest.mark.parametrize("arguments", [["comment"], ["drift", "12"]])
def test_only_a_comment_takes_the_number_of_a_pull_request(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["github", *arguments])
    with pytest.raises(SystemExit):
        github.main()
    assert "comment, and nothing else, takes the number" in capsys.readouterr().err


def test_drift_opens_one_issue_and_updates_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(pages(f"{ISSUES}?state=open&")) as forge:
        assert run(forge, github, "drift", monkeypatch=monkeypatch) == 0
    assert forge.written == [("POST", ISSUES, {"title": "Drift in dev", "body": TEXT})]
    issue = {"number": 5, "body": TEXT, "user": BOT}
    with serving(pages(f"{ISSUES}?state=open&", issue)) as forge:
        assert run(forge, github, "drift", monkeypatch=monkeypatch) == 0
    assert forge.written == [("PATCH", f"{ISSUES}/5", {"body": TEXT})]


def test_the_issue_is_closed_when_the_drift_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    issue = {"number": 5, "body": TEXT, "user": BOT}
    with serving(pages(f"{ISSUES}?state=open&", issue)) as forge:
        assert run(forge, github, "no-drift", monkeypatch=monkeypatch) == 0
    assert forge.written == [
        ("POST", f"{ISSUES}/5/comments", {"body": "The drift is gone."}),
        ("PATCH", f"{ISSUES}/5", {"state": "closed", "state_reason": "completed"}),
    ]
    with serving(pages(f"{ISSUES}?state=open&")) as forge:
        assert run(forge, github, "no-drift", monkeypatch=monkeypatch) == 0
    assert forge.written == []


def test_a_refusal_is_told_without_the_token(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving({}) as forge:
        assert run(forge, github, "comment", "12", monkeypatch=monkeypatch) == 1
    said = capsys.readouterr().err
    assert "was answered with 404" in said
    assert "secret-token" not in said


@pytest.mark.parametrize("arguments", [(github, "comment", "12"), (github, "drift"), (azure_devops,)])
@pytest.mark.parametrize("text", ["", "Traceback (most recent call last):\n"])
def test_what_is_no_review_takes_nobody_s_place(
    arguments: tuple[Any, ...], text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = {"id": 6, "number": 6, "body": "somebody else's", "user": BOT}
    with serving(pages(f"{COMMENTS}?", said) | pages(f"{ISSUES}?state=open&", said)) as forge:
        assert run(forge, *arguments, monkeypatch=monkeypatch, text=text) == 1
    assert forge.written == []
    assert "This is no review" in capsys.readouterr().err


THREADS = "/a%20project/_apis/git/repositories/r/pullRequests/12/threads"


@pytest.mark.parametrize(
    ("threads", "written"),
    [
        (
            [{"id": 3, "comments": None}, {"id": 4, "comments": [{"id": 1, "content": "hello"}, {"id": 2}]}],
            (
                "POST",
                f"{THREADS}?api-version=7.1",
                {
                    "comments": [{"parentCommentId": 0, "content": TEXT, "commentType": "text"}],
                    "status": "closed",
                },
            ),
        ),
        (
            [{"id": 4, "comments": [{"id": 1, "content": f"{MARKER}\nold"}]}],
            ("PATCH", f"{THREADS}/4/comments/1?api-version=7.1", {"content": TEXT}),
        ),
    ],
)
def test_a_comment_in_azure_devops_is_one(
    threads: list[Any], written: tuple[str, str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving({f"{THREADS}?api-version=7.1": {"value": threads}}) as forge:
        assert run(forge, azure_devops, monkeypatch=monkeypatch) == 0
    assert forge.written == [written]


WORK_ITEMS = "/a%20project/_apis/wit"
STATES = {
    f"{WORK_ITEMS}/workitemtypes/User%20Story/states?api-version=7.1": {
        "value": [
            {"name": "New", "category": "Proposed"},
            {"name": "Won't do", "category": "Removed"},
            {"name": "Closed", "category": "Completed"},
        ]
    }
}
QUERY = {
    "query": "SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project "
    "AND [System.WorkItemType] = 'User Story' AND [System.Title] = 'Drift in dev' "
    "AND [System.State] NOT IN ('Won''t do', 'Closed')"
}


def changed(**fields: str) -> list[dict[str, str]]:
    return [{"op": "add", "path": f"/fields/System.{name}", "value": value} for name, value in fields.items()]


TOLD = changed(Title="Drift in dev", Description=f"<pre>{html.escape(TEXT)}</pre>")
GONE = changed(State="Closed", History="The drift is gone.")


@pytest.mark.parametrize(
    ("what", "found", "written"),
    [
        ("drift", [], [("POST", f"{WORK_ITEMS}/workitems/$User%20Story?api-version=7.1", TOLD)]),
        ("drift", [{"id": 5}], [("PATCH", f"{WORK_ITEMS}/workitems/5?api-version=7.1", TOLD)]),
        ("no-drift", [], []),
        ("no-drift", [{"id": 5}], [("PATCH", f"{WORK_ITEMS}/workitems/5?api-version=7.1", GONE)]),
    ],
)
def test_drift_in_azure_boards_is_one_item_that_is_closed_when_it_is_gone(
    what: str, found: list[Any], written: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    query = f"{WORK_ITEMS}/wiql?api-version=7.1"
    with serving({**STATES, query: {"workItems": found}}) as forge:
        assert run(forge, azure_boards, what, monkeypatch=monkeypatch) == 0
    assert forge.written == [("POST", query, QUERY), *written]
    patches = {kind for _, path, kind in forge.contents if "/workitems/" in path}
    assert patches == ({"application/json-patch+json"} if written else set())


@pytest.mark.thorough
def test_what_posts_comments_needs_python_alone() -> None:
    """Workflows run it also where the packages of the program could not be installed."""
    code = (
        "import review.forges.github, review.forges.azure_devops, review.forges.azure_boards, review.__main__"
    )
    bare = [sys.executable, "-S", "-c", code]
    ended = subprocess.run(
        bare, cwd=CHECKOUT, env={**os.environ, "PYTHONPATH": ""}, capture_output=True, text=True
    )
    assert (ended.returncode, ended.stderr) == (0, "")
