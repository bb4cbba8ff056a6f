"""The sequence in docs/how-it-works.md is what a run does."""

import re
from pathlib import Path

from tests.simulated.ambari.bench import bench
from tests.simulated.ambari.calls import without_notes

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "how-it-works.md"
NAMES = {
    "NAME": "{cluster}",
    "services/KAFKA": "services/{service}",
    "NOTE": "{artifact}",
    "NUMBER": "{request}",
}
UPDATED_NOTE = "PUT /clusters/{cluster}/services/{service}/artifacts/{artifact}"


def sequence(brokers: int) -> list[str]:
    """The calls in the last diagram, those in its loop once for each broker."""
    diagram = DOCUMENT.read_text().split("```mermaid\n")[-1].partition("```")[0]
    parts = re.fullmatch(r"(.*?)\n *loop [^\n]*(.*)\n *end\n(.*)", diagram, re.DOTALL)
    assert parts, "the diagram has one loop"
    before, loop, after = parts.groups()
    found = re.findall(r"Pulumi->>Ambari: (\w+ \S+)", before + loop * brokers + after)
    for shown, template in NAMES.items():
        found = [call.replace(shown, template) for call in found]
    return found


def test_every_write_of_a_run_stands_in_the_diagram_in_its_order() -> None:
    with bench() as cluster:
        run = cluster.run(between=cluster.let_restarts_end)
        run.change.advertise()
    shown = [call for call in sequence(brokers=3) if not call.startswith("GET")]
    # What the note holds is brought up to date between the steps.
    assert [call for call in run.writes if call != UPDATED_NOTE] == shown
    assert len(without_notes(shown)) == len(shown) - 2


def test_every_question_in_the_diagram_is_asked_in_its_order() -> None:
    with bench() as cluster:
        run = cluster.run(between=cluster.let_restarts_end)
        run.change.advertise()
    calls = iter(run.calls)
    assert [call for call in sequence(brokers=3) if call not in calls] == []
