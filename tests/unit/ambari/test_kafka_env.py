"""The surgery on kafka-env's text: what goes in comes out, and nothing else is touched."""

from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jinja2 import Environment

from components.ambari.api.errors import ConfigurationConflict
from components.ambari.configuration.kafka_env import (
    BLOCK,
    END,
    OVERRIDING_BLOCK,
    START,
    advertised_by,
    block_in,
    never_reached,
    with_block,
    without_block,
)
from components.ambari.configuration.pasted_snippet import pasted_at_end

HAND_PASTED = (Path(__file__).parents[3] / "emulator" / "tests" / "how_to_snippet.sh").read_text()
COMMENT, *STATEMENTS = HAND_PASTED.splitlines(keepends=True)

LINES = [
    "export KAFKA_HEAP_OPTS='-Xmx1g'",
    "export PATH=$PATH:{{java64_home}}/bin",
    "{% if kerberos %}",
    "{% endif %}",
    "# advertised by nobody",
    "echo advertised",
    "if [ -e /tmp/x ]; then",
    "fi",
    "IP_ADDRESS=$(hostname -i)",
    "grep advertised /etc/hosts",
    "\t",
    "",
    "\u2028",
    "ünïcode \\",
    "windows\r",
]
SHELL = ["exit 0", "return", "f() {", "}", "cat <<EOF", "EOF", "'", '"', "case a in", "a)", "esac", "$(", ")"]
ours = st.sampled_from([BLOCK, OVERRIDING_BLOCK, HAND_PASTED, *HAND_PASTED.splitlines()])
any_shell = st.lists(st.one_of(st.sampled_from([*LINES, *SHELL]), ours), max_size=9).map("\n".join)
any_text = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(LINES), max_size=8).map("\n".join))


@given(any_text)
def test_removing_restores_every_byte(text: str):
    assume(not pasted_at_end(text))
    assert without_block(with_block(text)) == text


@given(any_text)
def test_adding_twice_is_adding_once(text: str):
    once = with_block(text)
    assert with_block(once) == once
    assert once.count(START) == once.count(END) == 1
    assert advertised_by(once) == "block"


@given(any_shell)
def test_what_is_saved_once_needs_no_second_save_whatever_the_text_holds(text: str):
    once = with_block(text)
    assert with_block(once) == once
    assert without_block(once) == without_block(text)
    assert once.count(START) == 1


@given(any_text, any_text)
def test_other_peoples_later_lines_stay_and_stay_apart(before: str, after: str):
    assume(not pasted_at_end(before + "\n" + after))
    later = with_block(before) + after
    kept = without_block(later)
    assert kept in (before + after, f"{before}\n{after}")
    if before and after:
        assert kept.startswith(before)
        assert kept.endswith(after)
        assert before.endswith("\n") or kept[len(before)] == "\n"


@given(any_text)
def test_an_edited_block_is_mended_in_its_place(text: str):
    assume(not pasted_at_end(text))
    edited = with_block(text).replace(":9092", ":9093") + "# after\n"
    assert advertised_by(edited) == "nothing"
    assert with_block(edited) == with_block(text) + "# after\n"


@given(st.text(alphabet=st.characters(exclude_characters="{", exclude_categories=["Cs"]), max_size=100))
def test_jinja_leaves_the_block_as_it_is(text: str):
    rendered = Environment().from_string(with_block(text)).render()
    assert BLOCK in rendered


def test_the_block_stays_whole_inside_of_somebodys_raw_section():
    text = with_block("{% raw %}\necho '{{'") + "{% endraw %}\n"
    assert BLOCK in Environment().from_string(text).render()


def test_a_block_with_windows_line_ends_is_ours():
    text = with_block("export A=1\n").replace("\n", "\r\n")
    assert advertised_by(text) == "block"
    assert with_block(text) == text
    assert block_in(text) == BLOCK


def test_two_blocks_become_one():
    assert with_block(f"a\n{BLOCK}\nb\n{BLOCK}\n").count(START) == 1


@pytest.mark.parametrize("marker", [START, END])
@given(before=any_text, after=any_text)
def test_a_marker_alone_that_is_gone_comes_back(marker: str, before: str, after: str):
    assume(not pasted_at_end(f"{before}\n{after}"))
    whole = with_block(before) + after
    torn = whole.replace(f"{marker}\n", "", 1)
    assert advertised_by(torn) == "nothing"
    assert advertised_by(with_block(torn)) == "block"
    assert without_block(torn) == without_block(whole)


TORN = [
    START,
    END,
    f"{START}\n{START}\n{END}",
    f"a\n{END}\nb",
    BLOCK.replace(START, "").replace("set +eu", "set -eu"),
    BLOCK.replace(END, "").replace("set +eu", "set -eu"),
    f"{START}\n{BLOCK}",
]


@pytest.mark.parametrize("text", TORN)
def test_what_is_left_of_a_block_is_not_guessed_at(text: str):
    for change in (with_block, without_block):
        with pytest.raises(ConfigurationConflict, match="markers"):
            change(text)


@pytest.mark.parametrize("text", TORN)
def test_what_is_left_of_a_block_shows(text: str):
    assert advertised_by(text) == "nothing"
    assert "and its other marker is gone" in block_in(text)
    assert never_reached(text) == ""


def test_the_how_tos_snippet_at_the_end_is_known_and_taken_over():
    text = f"export A=1\n{HAND_PASTED}"
    assert advertised_by(text) == "pasted"
    taken = with_block(text)
    assert taken == f"export A=1\n\n{BLOCK}\n"
    assert without_block(taken) == without_block(text) == "export A=1\n"


@pytest.mark.parametrize(
    ("snippet", "kept"),
    [
        (HAND_PASTED.replace("\n", "\r\n"), ""),
        (HAND_PASTED + "\n\n# the end\n", "\n\n# the end\n"),
        (HAND_PASTED.removesuffix("\n"), ""),
        ("".join(STATEMENTS), ""),
        ("# by Jane, in May\n" + "".join(STATEMENTS), "# by Jane, in May\n"),
        (COMMENT + "\n".join(STATEMENTS), "\n\n\n"),
        (COMMENT + "  # what follows\n".join(STATEMENTS), "  # what follows\n" * 3),
        ("".join(f"\t{line}" for line in STATEMENTS), ""),
    ],
)
def test_line_ends_blank_lines_and_comments_make_no_difference_to_the_snippet(snippet: str, kept: str):
    assert advertised_by(f"export A=1\n{snippet}") == "pasted"
    assert without_block(f"export A=1\n{snippet}") == f"export A=1\n{kept}".removesuffix(
        "" if snippet.endswith("\n") else "\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        HAND_PASTED + "export A=1\n",
        HAND_PASTED + "# {% if kerberos %}\n",
        HAND_PASTED + HAND_PASTED.replace("hostname -i", "hostname -f"),
        HAND_PASTED.replace("\n", "\nexport A=1\n"),
        f"exit 0\n{HAND_PASTED}",
        f"if false; then\n{HAND_PASTED}",
        f"cat <<EOF\n{HAND_PASTED}",
        "echo \\\n" + "".join(STATEMENTS),
        "A='\n" + HAND_PASTED,
        HAND_PASTED.replace("IP_ADDRESS=", "\u00a0IP_ADDRESS="),
        "".join(STATEMENTS[:3]),
    ],
)
def test_the_snippet_counts_only_where_the_shell_comes_to_it_last(text: str):
    assert advertised_by(text) == "nothing"
    assert without_block(with_block(text)) == text


def test_what_somebody_else_wrote_stays_and_our_block_below_it_takes_its_word():
    text = f"{HAND_PASTED}export KAFKA_OPTS=-Da=b\n"
    assert with_block(text) == f"{text}\n{OVERRIDING_BLOCK}\n"
    assert with_block(text, read=True) == f"{text}\n{BLOCK}\n"
    assert advertised_by(with_block(text)) == "block"
    assert with_block(with_block(text)) == with_block(text)


def test_comments_alone_do_not_make_the_block_override_anything():
    assert BLOCK in with_block("# advertised.listeners\n")


def test_lines_below_the_block_stay_and_the_block_moves_below_them():
    below = with_block("export A=1\n") + "export B=2\n"
    assert advertised_by(below) == "block"
    assert with_block(below) == f"export A=1\nexport B=2\n\n{BLOCK}\n"


def test_a_snippet_pasted_below_the_block_has_the_last_word_and_goes_when_something_is_saved():
    text = with_block("export A=1\n") + HAND_PASTED
    assert advertised_by(text) == "pasted"
    assert with_block(text) == with_block("export A=1\n")


def test_a_line_that_ends_the_shell_above_the_block_is_named():
    assert never_reached("export A=1\n  exit 0 # enough\n") == "line 2, 'exit 0 # enough'"
    assert never_reached(with_block("export A=1\nreturn\n")) == "line 2, 'return'"
    assert never_reached(with_block("f() {\n  return\n}\n")) == ""


def test_the_block_stays_above_a_line_that_ends_the_shell():
    text = with_block("export A=1\n") + "exit 0\n"
    assert never_reached(text) == ""
    assert with_block(text) == text
    assert with_block(text.replace(":9092", ":9093")) == text
