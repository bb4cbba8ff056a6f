"""What becomes of server.properties under a real bash, with whatever else stands in kafka-env."""

import subprocess

import jinja2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.ambari.configuration.kafka_env import advertised_by, never_reached, with_block, without_block
from tests.unit.ambari.pasted_variants import FILE, KNOWN, OF_OTHERS
from tests.unit.ambari.test_block_under_bash import Node, node
from tests.unit.ambari.test_shell_end import ENDING, GOING_ON

__all__ = ["node"]

RENDERED = "auto.create.topics.enable=true\nlisteners=PLAINTEXT://0.0.0.0:9092\nlog.dirs=/data\n"
"""As Ambari's agent leaves it before it starts a broker."""
RIGHT = "PLAINTEXT://10.10.0.6:9092"
VARIANTS = {**KNOWN, **OF_OTHERS}


def properties_after(node: Node, content: str, rendered: str = RENDERED, times: int = 1) -> dict[str, str]:
    """The properties with which a broker starts that has this kafka-env."""
    node.properties.write_text(rendered)
    shell = jinja2.Environment(keep_trailing_newline=True).from_string("\n".join(content.splitlines()))
    for _ in range(times):
        node.source(shell.render(kerberos=False) + "\n")
    parts = (line.partition("=") for line in node.properties.read_text().splitlines())
    return {name: value for name, equals, value in parts if equals}


@pytest.fixture
def several(node: Node) -> Node:
    """Its interfaces have one address more than its name."""
    node.addresses("10.10.0.6", "10.10.0.6 172.17.0.1 ")
    return node


@pytest.mark.parametrize("text", KNOWN.values(), ids=KNOWN)
def test_the_how_tos_snippet_works_in_each_form_in_which_it_is_known(several: Node, text: str) -> None:
    assert advertised_by(f"export A=1\n{text}") == "pasted"
    assert properties_after(several, f"export A=1\n{text}")["advertised.listeners"] == RIGHT


@pytest.mark.parametrize("text", OF_OTHERS.values(), ids=OF_OTHERS)
def test_what_others_wrote_stays_to_the_letter_and_our_block_has_the_last_word(
    several: Node, text: str
) -> None:
    content = f"export A=1\n{text}"
    assert advertised_by(content) == "nothing"
    assert with_block(content).startswith(content)
    assert without_block(with_block(content)) == content
    assert properties_after(several, with_block(content))["advertised.listeners"] == RIGHT


@pytest.mark.parametrize("addresses", ["127.0.1.1 10.10.0.6", "10.10.0.6 172.17.0.1", "fe80::1 10.10.0.6"])
def test_our_block_puts_right_what_the_snippet_makes_of_several_addresses(node: Node, addresses: str) -> None:
    node.addresses(addresses)
    content = KNOWN["as it is in the how-to"] + "export A=1\n"
    assert properties_after(node, content)["advertised.listeners"] != RIGHT
    assert properties_after(node, with_block(content))["advertised.listeners"] == RIGHT


def test_tls_of_hdinsights_guide_goes_on_and_every_listener_is_advertised(several: Node) -> None:
    rendered = RENDERED.replace(":9092", ":9092,SSL://0.0.0.0:9093")
    content = OF_OTHERS["hdinsight's guide to tls"]
    alone = properties_after(several, content, rendered)
    assert properties_after(several, with_block(content), rendered) == alone
    assert alone["advertised.listeners"] == f"{RIGHT},SSL://10.10.0.6:9093"
    assert "ssl.keystore.location" in alone


def test_what_is_advertised_by_ambari_itself_is_gone_by(several: Node) -> None:
    rendered = f"advertised.listeners=PLAINTEXT://kafka.example.org:443\n{RENDERED}"
    told = properties_after(several, with_block("echo advertised\n", read=True), rendered)
    assert told["advertised.listeners"] == "PLAINTEXT://kafka.example.org:443"


HARMLESS = [
    "",
    "# comment, with an apostrophe's\n",
    "export KAFKA_HEAP_OPTS='-Xmx1g'\r\n",
    "{% if kerberos %}\nexport A='it'\n{% else %}\nexport B=2\n{% endif %}\n",
    "stop() {\n  return 1\n}\n",
    "[ -e /nowhere ] && exit 1\n",
    "set -eu\nset +eu\n",
    "IFS=,\n",
    f'echo "ssl.keystore.type=PEM" >> {FILE}\n',
    "cat <<EOF >/dev/null\nexit\nEOF\n",
    "export C=1 \\\n  D=2\n",
]
OVERWRITING = {"a file that is overwritten", "put back from sed's copy"}
"""They lose what others wrote."""
pieces = st.sampled_from([*HARMLESS, *(text for name, text in VARIANTS.items() if name not in OVERWRITING)])
texts = st.lists(pieces, max_size=4).map("\n".join)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(above=texts, below=texts, ports=st.sampled_from(["0.0.0.0:9092", "0.0.0.0:9094,SSL://0.0.0.0:9093"]))
def test_whatever_stands_above_and_below_brokers_advertise_their_addresses_and_all_else_is_as_without_us(
    several: Node, above: str, below: str, ports: str
) -> None:
    """What somebody wrote below the block has it moved, once brokers advertise otherwise."""
    rendered = RENDERED.replace("0.0.0.0:9092", ports)
    expected = f"PLAINTEXT://{ports.replace('0.0.0.0', '10.10.0.6')}"
    content = with_block(with_block(above) + below)
    others = without_block(with_block(above) + below)
    alone = properties_after(several, others, rendered)
    for times in (1, 2):
        told = properties_after(several, content, rendered, times)
        assert told.pop("advertised.listeners") == expected
        assert {name: told[name] for name in others_of(alone)} == others_of(alone)


def others_of(properties: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in properties.items() if name != "advertised.listeners"}


BELOW_ENDS = [
    text
    for ending in ("exit 0", "return", "A=1; exit")
    for text in (f"{ending}\n", f"export A=1\n{ending}\nexport B=2\n")
]


@pytest.mark.parametrize("text", BELOW_ENDS)
def test_below_a_line_that_ends_the_shell_nothing_works_and_that_is_told(several: Node, text: str) -> None:
    assert "advertised.listeners" not in properties_after(several, with_block(text))
    assert never_reached(text)


@pytest.mark.parametrize("text", [f"{text}{KNOWN['as it is in the how-to']}" for text in BELOW_ENDS])
def test_a_snippet_below_a_line_that_ends_the_shell_does_not_count(several: Node, text: str) -> None:
    assert "advertised.listeners" not in properties_after(several, text)
    assert advertised_by(text) == "nothing"


def runs_on(text: str) -> bool:
    """Does a shell that sources the text come to what follows it?"""
    script = "\n".join(text.splitlines()) + "\necho the end\n"
    ended = subprocess.run(
        ["bash", "-c", "source /dev/stdin"], input=script, capture_output=True, text=True, check=False
    )
    return ended.stdout.endswith("the end\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, False) for text in ENDING.values() if "{%" not in text),
        *((text, True) for text in GOING_ON.values()),
    ],
)
def test_bash_agrees_on_which_texts_end_the_shell(text: str, expected: bool) -> None:
    assert runs_on(text) == expected
