"""The comment: what others wrote can't break out of it, and it is never too long."""

import re

import pytest

from review.markdown import LIMIT, markdown, marker
from review.phrases import Quoted
from review.report import Report
from tests.unit.review.previews import JOB, printed, reviewed, step

NASTY = [
    "@everybody",
    "`@everybody`",
    "``` @everybody",
    "<img src=x onerror=alert(1)>",
    "</details><!-- ",
    "[link](https://example.org) ![image](https://example.org)",
    "# heading\n\n# another",
    "a | b\r\nc",
    "turned \u202e round \x1b[31m",
    "`",
    "",
    "- [x] done #12 GH-12",
    "</summary>````",
]


def spans(line: str) -> str:
    """What is left of a line without its code spans: a run of backticks ends at its like."""
    return re.sub(r"(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)", "", line)


@pytest.mark.parametrize("text", NASTY)
def test_what_others_wrote_stays_in_code(text: str) -> None:
    phrase = (Quoted(text), " is replaced.")
    report = Report("local", ("1 updated.",), dangers=[phrase], changes=[phrase], warnings=[phrase])
    lines = markdown(report, note=text).splitlines()
    quoting = [line for line in lines if line.startswith("- ")]
    assert len(quoting) == 3
    assert {spans(line) for line in quoting} == {"-  is replaced."}
    assert not text or spans(lines[-1]) == "<sub></sub>"


@pytest.mark.parametrize("text", NASTY)
def test_what_others_wrote_stays_in_the_fence(text: str) -> None:
    inputs = {"value": text, "lines": f"{text}\n{text}"}
    changed = step("update", JOB, text.replace("\n", " ") or "x", {"value": "", "lines": "\n"}, inputs)
    comment = markdown(reviewed(printed(changed)))
    [(fence, inside)] = re.findall(r"^(`{3,})diff\n(.*?)\n\1$", comment, re.MULTILINE | re.DOTALL)
    assert re.search(rf"^ {{0,3}}`{{{len(fence)},}}", inside, re.MULTILINE) is None
    assert comment.endswith(f"\n{fence}\n\n</details>\n")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", comment)


@pytest.mark.parametrize("text", NASTY)
def test_a_message_of_several_lines_stays_in_its_fence(text: str) -> None:
    comment = markdown(
        Report("local", ("The preview failed.",), changes=[(Quoted(f"{text}\n```\n  right"),)])
    )
    [(fence, inside)] = re.findall(r"^(`{3,})text\n(.*?)\n\1$", comment, re.MULTILINE | re.DOTALL)
    assert inside.endswith("\n```\n  right")
    assert re.search(rf"^ {{0,3}}`{{{len(fence)},}}", inside, re.MULTILINE) is None


def test_a_comment_is_found_by_its_first_line_whatever_the_stack_is_called() -> None:
    assert markdown(Report("team/dev", ("Nothing changes.",))).splitlines()[0] == marker("team/dev")
    assert marker("a--><b>") == "<!-- review of the stack a--__b_ -->"


def test_no_change_is_one_line() -> None:
    comment = markdown(reviewed(printed(step("same", JOB, "check", {}, {}))))
    assert comment.splitlines()[1:] == ["### Preview of `local`: Nothing changes."]


@pytest.mark.parametrize("letter", ["x", "ü", "`"])
def test_a_comment_that_would_be_too_long_says_what_is_missing(letter: str) -> None:
    inputs = {f"property{number}": letter * 500 for number in range(300)}
    comment = markdown(reviewed(printed(step("update", JOB, "check", {}, inputs))), note="commit")
    assert len(comment.encode()) <= LIMIT
    assert re.search(
        r"^… \d+ more lines do not fit into a comment: run the preview\.$", comment, re.MULTILINE
    )
    assert comment.endswith("</details>\n\n<sub>`commit`</sub>\n")


@pytest.mark.parametrize("details", [["- a: " + "`" * 70_000, "- b"], ["x" * 70_000] * 40])
def test_one_long_value_takes_neither_the_room_of_others_nor_breaks_the_limit(details: list[str]) -> None:
    comment = markdown(Report("local", ("1 updated.",), details=[*details, "- last"]))
    assert len(comment.encode()) <= LIMIT
    assert comment.count("…") >= 1
    assert "\n- last\n" in comment or "more lines do not fit" in comment
    assert comment.endswith("\n\n</details>\n")


def test_messages_that_do_not_fit_leave_no_fence_open() -> None:
    long = Quoted("`" * 70_000 + "\nright")
    assert len(markdown(Report("local", ("The preview failed.",), errors=[(long,)])).encode()) < LIMIT / 4
    phrases = [(Quoted("\n".join(["`" * 1000] * 20)),)] * 40
    comment = markdown(Report("local", ("The preview failed.",), errors=phrases, details=["- a"]))
    assert len(comment.encode()) <= LIMIT
    fences = re.findall(r"^`{3,}(?=text$|$)", comment, re.MULTILINE)
    assert len([fence for fence in fences if len(fence) > 1000]) % 2 == 0
    assert "more lines." in comment
    assert comment.endswith("</details>\n")


def test_dangers_are_the_last_to_be_left_out() -> None:
    phrases = [(Quoted("x" * 1000),)] * 80
    comment = markdown(
        Report("local", ("80 updated.",), dangers=phrases[:20], changes=phrases, details=["- a"])
    )
    assert len(comment.encode()) <= LIMIT
    assert comment.partition("**Changes**")[0].count("x" * 1000) == 20
    assert "more lines do not fit into a comment." in comment
