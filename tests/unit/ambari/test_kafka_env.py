"""The surgery on kafka-env's text: what goes in comes out, and nothing else is touched."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jinja2 import Environment

from components.ambari.errors import ConfigurationConflict
from components.ambari.kafka_env import (
    BLOCK,
    END,
    START,
    advertised_by,
    block_in,
    has_pasted,
    with_block,
    without_block,
)
from components.ambari.pasted_snippet import find_pasted

HAND_PASTED = """\
# Make brokers advertise addresses
NODE_IP=$(hostname -i)
echo advertised.listeners=$NODE_IP
sed -i.b -e '/advertised/{/advertised@/!d;}' /usr/hdp/current/kafka-broker/conf/server.properties
echo "advertised.listeners=PLAINTEXT://$NODE_IP:9092" >> /usr/hdp/current/kafka-broker/conf/server.properties
"""

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
any_text = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(LINES), max_size=8).map("\n".join))


@given(any_text)
def test_removing_restores_every_byte(text: str):
    assume(not find_pasted(text))
    assert without_block(with_block(text)) == text


@given(any_text)
def test_adding_twice_is_adding_once(text: str):
    once = with_block(text)
    assert with_block(once) == once
    assert once.count(START) == once.count(END) == 1
    assert advertised_by(once) == "block"


@given(any_text, any_text)
def test_other_peoples_later_lines_stay_and_stay_apart(before: str, after: str):
    assume(not find_pasted(before) and not find_pasted(after) and not find_pasted(before + "\n" + after))
    later = with_block(before) + after
    kept = without_block(later)
    assert kept in (before + after, f"{before}\n{after}")
    if before and after:
        assert kept.startswith(before)
        assert kept.endswith(after)
        assert before.endswith("\n") or kept[len(before)] == "\n"


@given(any_text)
def test_an_edited_block_is_mended_in_its_place(text: str):
    assume(not find_pasted(text))
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
    assume(not find_pasted(before) and not find_pasted(f"{before}\n{after}"))
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
    assert not has_pasted(text)


def test_a_pasted_snippet_is_recognised_and_taken_over():
    text = f"export A=1\n{HAND_PASTED}export B=2"
    assert advertised_by(text) == "pasted"
    taken = with_block(text)
    assert taken == f"export A=1\nexport B=2\n{BLOCK}\n"
    assert without_block(taken) == "export A=1\nexport B=2"


@pytest.mark.parametrize(
    "snippet",
    [
        # Another order of flags, braces, quotes, back-ticks, another name.
        'MY_IP=`hostname -I`\nsed -i "/advertised/d" $F\n'
        'echo "advertised.listeners=PLAINTEXT://${MY_IP}:9092" | tee -a $F\n',
        # Everything on one line.
        'IP=$(hostname -i); sed -i "/advertised.listeners/d" $F; '
        'echo "advertised.listeners=PLAINTEXT://$IP:9092" >> $F\n',
        # Joined by continuations and &&.
        'IP=$(hostname -i | cut -d" " -f1)\nsed -i "/^advertised/d" $F && \\\n'
        '  echo "advertised.listeners=PLAINTEXT://$IP:9092" >> $F\n',
        # No variable.
        'sed -i "/advertised/d" $F\necho "advertised.listeners=PLAINTEXT://$(hostname -i):9092" >> $F\n',
        # Guarded.
        'IP=$(hostname -i)\nif [ -f $F ]; then\n  sed -i "/advertised/d" $F\n'
        '  echo "advertised.listeners=PLAINTEXT://$IP:9092" >> $F\nfi\n',
        # The file in a variable.
        'CONF=$F\nADDR=$(hostname -i)\nsed -i "/advertised/d" $CONF\n'
        'echo "advertised.listeners=PLAINTEXT://$ADDR:9092" >> "$CONF"\n',
    ],
)
def test_a_snippet_is_recognised_by_what_it_does(snippet: str):
    snippet = snippet.replace("$F", "/usr/hdp/current/kafka-broker/conf/server.properties")
    text = f"export A=1\n{snippet}export B=2\n"
    assert advertised_by(text) == "pasted"
    assert without_block(text) == "export A=1\nexport B=2\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "IP_ADDRESS=$(hostname -i)\n",
        "# echo advertised.listeners=PLAINTEXT://$(hostname -i):9092 >> /x/server.properties\n",
        "sed -i '/advertised/d' /usr/hdp/current/kafka-broker/conf/server.properties\n",
        "echo advertised.listeners=PLAINTEXT://broker.example.org:9092 >> /x/conf/server.properties\n",
        "echo advertised.listeners=PLAINTEXT://$(hostname -f):9092 >> /x/conf/server.properties\n",
        "echo advertised.listeners=PLAINTEXT://$(hostname -i):9092\n",
    ],
)
def test_what_does_something_else_is_left_alone(text: str):
    assert find_pasted(text) == []
    assert without_block(with_block(text)) == text


def test_a_variable_that_others_use_too_stays():
    text = HAND_PASTED + "export MONITORED=$NODE_IP\n"
    kept = "# Make brokers advertise addresses\nNODE_IP=$(hostname -i)\nexport MONITORED=$NODE_IP\n"
    assert without_block(text) == kept


def test_a_line_that_does_something_else_besides_stays_whole():
    line = "export A=1; echo advertised.listeners=PLAINTEXT://$(hostname -i):9092 >> /x/server.properties\n"
    assert without_block(line) == line


def test_a_snippet_pasted_beside_the_block_is_one_too_many():
    text = with_block("export A=1\n") + HAND_PASTED
    assert advertised_by(text) == "nothing"
    assert with_block(text) == with_block("export A=1\n")
