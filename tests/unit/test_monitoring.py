"""Dashboard, alerts and documents ask for figures that the application has."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from testapp.kafka.cluster import Broker, Cluster, Partition
from testapp.web.metrics import Metrics

from components import workload

CHECKOUT = Path(__file__).resolve().parents[2]
MONITORING = CHECKOUT / "docs" / "monitoring"
DOCUMENT = (CHECKOUT / "docs" / "monitoring.md").read_text()
DASHBOARD = json.loads((MONITORING / "dashboard.json").read_text())
RULES = [
    rule
    for group in yaml.safe_load((MONITORING / "alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
]
EXPRESSIONS = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]] + [
    rule["expr"] for rule in RULES
]
OF_PROMETHEUS = {"namespace", "pod"}
"""Labels that Prometheus adds for each pod that it reads."""


def figures() -> dict[str, set[str]]:
    """The labels of each sample that the application serves, by the sample's name."""
    metrics = Metrics()
    metrics.refused.labels(403)
    partitions = (Partition(0, 1, (1,), (1,), 0, 0),)
    cluster = Cluster(1, (Broker(1, "10.10.0.5", 9092),), "messages", partitions, None)
    text, _ = metrics.page(lag={0: 0}, cluster=cluster, ready=True)
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text.decode()):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


FIGURES = figures()


def parts(expression: Any) -> Iterator[Any]:
    """The expression and everything that it is made of."""
    yield expression
    for name in ("lhs", "rhs", "expr", "param", "vector_selector", "args"):
        part = getattr(expression, name, None)
        for inner in part if isinstance(part, list) else [part]:
            if inner is not None:
                yield from parts(inner)


def grouped_by(expression: Any) -> set[str]:
    modifier = getattr(expression, "modifier", None)
    return set(modifier.labels) if isinstance(modifier, promql_parser.AggModifier) else set()


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_an_expression_asks_for_figures_and_labels_that_there_are(text: str) -> None:
    found = list(parts(promql_parser.parse(text)))
    selectors = [part for part in found if isinstance(part, promql_parser.VectorSelector)]
    assert selectors
    labels = set(OF_PROMETHEUS)
    for selector in selectors:
        assert selector.name in FIGURES
        labels |= FIGURES[selector.name]
        asked = {matcher.name for matcher in selector.matchers.matchers}
        assert asked <= FIGURES[selector.name] | OF_PROMETHEUS
    assert set().union(*map(grouped_by, found)) <= labels


def test_alerts_and_legends_name_labels_that_their_expression_keeps() -> None:
    for rule in RULES:
        kept = set().union(*map(grouped_by, parts(promql_parser.parse(rule["expr"]))))
        assert set(re.findall(r"\$labels\.(\w+)", json.dumps(rule["annotations"]))) <= kept, rule["alert"]
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            found = list(parts(promql_parser.parse(target["expr"])))
            grouped = set().union(*map(grouped_by, found))
            aggregated = any(isinstance(part, promql_parser.AggregateExpr) for part in found)
            kept = grouped if aggregated else OF_PROMETHEUS
            assert set(re.findall(r"{{(\w+)}}", target["legendFormat"])) <= kept, panel["title"]


@pytest.mark.parametrize(
    ("trouble", "figure"),
    [
        ("KafkaUnderReplicated", "testapp_missing_replicas"),
        ("KafkaBrokerAdvertisesName", "testapp_broker_advertises_name"),
        ("KafkaRoundTripSlow", "testapp_latency_seconds_bucket"),
        ("KafkaConsumerLag", "testapp_lag_messages"),
    ],
)
def test_there_is_an_alert_for_each_trouble_that_a_pod_can_see(trouble: str, figure: str) -> None:
    [rule] = [rule for rule in RULES if rule["alert"] == trouble]
    assert figure in rule["expr"]
    assert rule["annotations"].keys() == {"summary", "action"}


def test_the_document_lists_every_figure_with_its_kind_and_labels() -> None:
    rows = re.findall(r"^\| (`testapp_.*?) \| (\w+) \| (.*?) ?\| ", DOCUMENT, re.MULTILINE)
    listed = {
        name: (kind, set(re.findall(r"`(\w+)`", labels)))
        for names, kind, labels in rows
        for name in re.findall(r"`(\w+)`", names)
    }
    metrics = Metrics()
    metrics.refused.labels(403)
    text, _ = metrics.page(lag={}, cluster=None, ready=True)
    families = {
        family.name: family.type
        for family in text_string_to_metric_families(text.decode())
        if family.name.startswith("testapp_")
    }
    assert {name: kind for name, (kind, _) in listed.items()} == families
    for name, (_, labels) in listed.items():
        samples = [found for sample, found in FIGURES.items() if sample.startswith(name)]
        assert set().union(*samples) - {"le"} == labels, name


def test_prometheus_is_sent_to_the_pods_that_the_program_makes() -> None:
    monitor = yaml.safe_load((MONITORING / "pod-monitor.yaml").read_text())["spec"]
    assert monitor["selector"]["matchLabels"].items() <= workload.LABELS.items()
    [endpoint] = monitor["podMetricsEndpoints"]
    source = (CHECKOUT / "components" / "workload.py").read_text()
    assert f'ContainerPortArgs(name="{endpoint["port"]}", container_port=HEALTH_PORT)' in source
