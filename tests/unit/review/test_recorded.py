"""Comments on previews that the real engine made, as they are kept in golden/."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from review.markdown import LIMIT
from tests.unit.review.golden import GOLDEN, RECORDED, comment

CHECKOUT = Path(__file__).resolve().parents[3]
NAMES = sorted(file.stem for file in RECORDED.glob("*.json"))


def test_every_recorded_preview_has_its_comment() -> None:
    assert len(NAMES) > 10
    assert sorted(file.stem for file in GOLDEN.glob("*.md")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_comment_is_the_one_that_is_kept(name: str) -> None:
    """`python -m tests.unit.review.golden` writes them anew."""
    assert comment(RECORDED / f"{name}.json") == (GOLDEN / f"{name}.md").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_the_comment_fits_and_shows_nothing_that_kubernetes_or_azure_write(name: str) -> None:
    text = (GOLDEN / f"{name}.md").read_text()
    assert len(text.encode()) <= LIMIT
    noise = "status|metadata.resourceVersion|metadata.managedFields|provisioningState|etag|subnets|__provider"
    assert not re.search(rf"^[-+!] ({noise})\b", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nothing-looked-at", "### Preview of `local`: Nothing changes.\n"),
        ("listeners-drifted", "- 3 brokers restart, one at a time, in this order: "),
        ("listeners-drifted", "`PLAINTEXT://localhost:9092` → `PLAINTEXT://0.0.0.0:9092`\n"),
        ("a-broker-is-stale", "- 1 broker restarts: "),
        ("a-broker-is-stale", "- Do not run with the configuration in Ambari: `wn"),
        ("a-topic-more", "- Topic `orders`: new, 6 partitions, 3 replicas\n"),
        ("more-partitions", "- Topic `messages`, `partitions`: `6` → `8`\n"),
        ("more-partitions", "- Topic `messages` gets more partitions, which Kafka never removes again."),
        ("more-replicas", "- App replicas (`appReplicas`): `2` → `3`\n"),
        (
            "other-visitors",
            "lets in addresses that could not before, at its public address: `203.0.113.0/28`\n",
        ),
        ("an-access-token", "- App access token (`appAccessToken`): a secret is set\n"),
        ("another-token", "- App access token (`appAccessToken`): another secret\n"),
        ("another-password", "- Ambari password (`ambariPassword`): another secret\n"),
        ("another-password-of-kafka", "- Kafka password (`kafkaPassword`): another secret\n"),
        ("another-password-of-kafka", "with another password or user, which brokers must know already"),
        ("another-password-of-kafka", "- Updated, with new pods: `kafka-"),
        (
            "half-a-peering",
            "- No pod reaches a broker now, since a half of the peering is gone: `aks-to-hdins",
        ),
        ("another-image", "- Image of the application: "),
        ("a-worker-more", "- Kafka workers (`kafkaWorkers`): `3` → `4`\n"),
        ("a-worker-more", "From then on you pay for it, `Standard_E4_V3` with 2 managed disks.\n"),
        (
            "a-worker-more",
            "no other broker restarts for it. It holds no partition, and takes no load, until ",
        ),
        ("other-machines-for-aks", "- `aks-cluster` is replaced: all that runs in it is gone"),
        ("another-kafka-cluster", "- `kafka-cluster` is replaced: every topic with its messages"),
        ("another-kafka-cluster", "- No broker answers until there is a new cluster, "),
    ],
)
def test_what_matters_about_each_change_is_told(name: str, told: str) -> None:
    assert told in (GOLDEN / f"{name}.md").read_text()


def values(something: Any) -> Any:
    """Every value somewhere in a document."""
    if isinstance(something, dict | list):
        for item in something.values() if isinstance(something, dict) else something:
            yield from values(item)
    else:
        yield something


@pytest.mark.parametrize("name", NAMES)
def test_no_secret_was_recorded(name: str) -> None:
    recorded = json.loads((RECORDED / f"{name}.json").read_text())
    secrets = (
        "Another-Passw0rd-1",
        "a-token-that-nobody-guesses",
        "another-token-that-nobody-guesses",
        "a-password-of-kafka",
    )
    assert not [value for value in map(str, values(recorded)) if any(one in value for one in secrets)]


def test_the_example_in_the_document_is_a_real_comment() -> None:
    document = (CHECKOUT / "docs" / "pull-requests.md").read_text()
    golden = (GOLDEN / "listeners-drifted.md").read_text().splitlines()[1:]
    quoted = "\n".join(f"> {line}".rstrip() for line in golden)
    assert quoted in document
