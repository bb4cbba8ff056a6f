"""Our block as a shell runs it: the effect on server.properties, and on whoever sources it."""

import os
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.ambari.configuration.kafka_env import BLOCK, with_block

KAFKA = "/usr/hdp/current/kafka-broker"
NAME = "wn0-mykafk.example.internal"


class Node:
    """A folder that stands for a broker's files, and a `hostname` of our own."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.properties = folder / "conf" / "server.properties"
        self.properties.parent.mkdir(parents=True, exist_ok=True)
        (folder / "bin").mkdir(exist_ok=True)
        self.addresses("10.10.0.6")

    def addresses(self, of_name: str, of_interfaces: str = "", name: str = NAME) -> None:
        hostname = self.folder / "bin" / "hostname"
        answers = f"-i) echo '{of_name}';; -I) echo '{of_interfaces}';; -f) echo '{name}';; *) exit 1;;"
        hostname.write_text(f"#!/bin/sh\ncase $1 in {answers} esac\n")
        hostname.chmod(0o755)

    def source(
        self, text: str = BLOCK, options: str = "", after: str = ""
    ) -> subprocess.CompletedProcess[str]:
        environment = self.folder / "kafka-env.sh"
        environment.write_text(text.replace(KAFKA, str(self.folder)))
        return subprocess.run(
            ["bash", *options.split(), "-c", f"source {environment}; {after}"],
            env={"PATH": f"{self.folder}/bin:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )

    def lines(self) -> list[str]:
        return self.properties.read_text().split("\n")


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path)


def test_the_address_is_advertised_and_other_lines_stay(node: Node):
    node.properties.write_text(
        "# advertised\na=1\nadvertised.listeners=PLAINTEXT://wn0-mykafk.example.internal:9092\nb=2\n"
    )
    result = node.source()
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert node.lines() == [
        "# advertised",
        "a=1",
        "b=2",
        "advertised.listeners=PLAINTEXT://10.10.0.6:9092",
        "",
    ]
    assert os.listdir(node.properties.parent) == ["server.properties"]


def test_a_second_run_does_not_write(node: Node):
    node.properties.write_text("a=1\n")
    node.source()
    before = node.properties.stat()
    node.source()
    after = node.properties.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


@pytest.mark.parametrize(
    ("of_name", "of_interfaces", "chosen"),
    [
        ("127.0.1.1 10.10.0.6", "", "10.10.0.6"),
        ("fe80::20d:3aff:fe12:1 10.10.0.6 10.10.0.7", "172.17.0.1", "10.10.0.6"),
        ("::1 127.0.0.1", "10.10.0.8 172.17.0.1", "10.10.0.8"),
        ("169.254.7.7 0.0.0.0 10.10.0.9", "", "10.10.0.9"),
    ],
)
def test_of_several_addresses_the_first_routable_ipv4_is_chosen(
    node: Node, of_name: str, of_interfaces: str, chosen: str
):
    node.properties.write_text("a=1\n")
    node.addresses(of_name, of_interfaces)
    node.source()
    assert node.lines() == ["a=1", f"advertised.listeners=PLAINTEXT://{chosen}:9092", ""]


def test_without_an_address_nothing_is_written_and_the_reason_is_told(node: Node):
    node.properties.write_text("a=1\n")
    node.addresses("::1")
    result = node.source(after="echo still here")
    assert node.lines() == ["a=1", ""]
    assert "no IPv4 address" in result.stderr
    assert result.stdout == "still here\n"


@pytest.mark.parametrize("options", ["", "-e", "-u", "-eu", "-euo pipefail", "-f"])
def test_it_is_safe_whatever_options_the_shell_runs_with(node: Node, options: str):
    node.properties.write_text("a=1")
    result = node.source(options=options, after='echo "$-" "${address-unset}" "${listeners-unset}"')
    assert result.returncode == 0, result.stderr
    assert result.stdout.endswith(" unset unset\n")
    assert node.lines() == ["a=1", "advertised.listeners=PLAINTEXT://10.10.0.6:9092", ""]


def test_it_is_safe_where_kafka_is_not_installed(tmp_path: Path):
    node = Node(tmp_path / "elsewhere")
    node.properties.parent.rmdir()
    result = node.source(options="-eu", after="echo done")
    assert (result.returncode, result.stdout, result.stderr) == (0, "done\n", "")


def test_a_file_reached_by_a_link_keeps_its_mode_and_the_link_stays(node: Node):
    real = node.folder / "etc.properties"
    real.write_text("a=1\n")
    real.chmod(0o640)
    node.properties.symlink_to(real)
    (node.folder / "config").symlink_to(node.properties.parent)
    node.source()
    assert node.properties.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert real.read_text() == "a=1\nadvertised.listeners=PLAINTEXT://10.10.0.6:9092\n"


def test_it_says_ipv4_only_once_when_sourced_twice_in_one_shell(node: Node):
    node.properties.write_text("a=1\n")
    node.source(text=f"{BLOCK}\n{BLOCK}\n")
    assert node.properties.read_text().count("advertised.listeners") == 1


plain = st.text(alphabet=st.characters(exclude_characters="\n\r\0", exclude_categories=["Cs"]), max_size=30)


@pytest.mark.thorough
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(plain.map(lambda text: f"key={text}"), max_size=6), ends=st.booleans())
def test_any_other_line_survives(node: Node, lines: list[str], ends: bool):
    text = "\n".join(lines) + ("\n" if ends and lines else "")
    node.properties.write_text(text)
    node.source(with_block("export SOMETHING=1\n"))
    kept = node.properties.read_text().split("\n")
    assert kept == [*lines, "advertised.listeners=PLAINTEXT://10.10.0.6:9092", ""]


def test_a_pasted_snippet_advertises_loopback_until_the_host_knows_its_address_and_the_broker_restarts(
    node: Node,
):
    snippet = (Path(__file__).parents[3] / "emulator" / "tests" / "how_to_snippet.sh").read_text()

    def start() -> str:
        """Ambari's agent renders the file, and the broker's start sources kafka-env."""
        node.properties.write_text("listeners=PLAINTEXT://0.0.0.0:9092\n")
        node.source(snippet)
        return node.lines()[-2]

    node.addresses("127.0.1.1")
    assert start() == "advertised.listeners=PLAINTEXT://127.0.1.1:9092"
    node.addresses("10.10.0.6")
    assert node.lines()[-2] == "advertised.listeners=PLAINTEXT://127.0.1.1:9092"
    assert start() == "advertised.listeners=PLAINTEXT://10.10.0.6:9092"
