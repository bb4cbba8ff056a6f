"""The how-to's snippet in kafka-env, pasted by hand to advertise IP addresses.

What a shell makes of any other text is not guessed at: that is somebody else's. This one is known, and works
where nothing follows it and the shell comes to it. It is on Microsoft's page "Use Azure Kubernetes Service
with Apache Kafka on HDInsight" (https://learn.microsoft.com/azure/hdinsight/kafka/apache-kafka-azure-container-services).
"""

from __future__ import annotations

import re

from .shell_end import end_of_shell

LISTENERS = {("PLAINTEXT", 9092)}
"""Name and port of what it advertises."""

_COMMENT = "# Configure Kafka to advertise IP addresses instead of FQDN"
_STATEMENTS = (
    "IP_ADDRESS=$(hostname -i)",
    "echo advertised.listeners=$IP_ADDRESS",
    "sed -i.bak -e '/advertised/{/advertised@/!d;}' /usr/hdp/current/kafka-broker/conf/server.properties",
    'echo "advertised.listeners=PLAINTEXT://$IP_ADDRESS:9092" '
    ">> /usr/hdp/current/kafka-broker/conf/server.properties",
)
_JINJA = re.compile(r"[{][{%#]|[}%#][}]")
_ENTRY = re.compile(r"(\w+)://[^,]*?:(\d+)")


def pasted_at_end(text: str) -> list[int]:
    """Numbers of the lines that make up the snippet, from 0; empty where the text does not end with it.

    Blank lines and comments may stand between and below, and line ends may be those of Windows.
    """
    lines = text.split("\n")
    found: list[int] = []
    number = len(lines)
    while number and len(found) < len(_STATEMENTS):
        number -= 1
        if lines[number].strip(" \t\r") == _STATEMENTS[-1 - len(found)]:
            found.insert(0, number)
        elif not does_nothing(lines[number]):
            return []
    above = "\n".join([*lines[:number], "exit"])
    if len(found) < len(_STATEMENTS) or end_of_shell(above) != len(above.splitlines()):
        return []
    commented = number > 0 and lines[number - 1].strip(" \t\r") == _COMMENT
    return [number - 1, *found] if commented else found


def without_pasted(text: str) -> str:
    """The text without the snippet that it ends with, pasted however often; every other byte stays."""
    while pasted := pasted_at_end(text):
        text = "\n".join(line for number, line in enumerate(text.split("\n")) if number not in pasted)
    return text


def does_nothing(lines: str) -> bool:
    """Are these blank lines and comments to a shell, whatever Jinja makes of the text around them?"""
    stripped = [line.strip(" \t\r") for line in lines.splitlines()]
    return all(not line or (line.startswith("#") and not _JINJA.search(line)) for line in stripped)


def listeners_told(text: str) -> set[tuple[str, int]]:
    """Name and port of each listener that any line may advertise, in whatever way.

    So earlier versions judged a snippet that they adopted.
    """
    told = [line for line in text.splitlines() if "advertised.listeners=" in line and not does_nothing(line)]
    return {(name.upper(), int(port)) for line in told for name, port in _ENTRY.findall(line)}
