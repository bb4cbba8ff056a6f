"""Another team's program needs nothing but the outputs of the environment's stack."""

import json
import uuid

from tests.e2e.environment import CHECKOUT, Environment, eventually, send

CONSUMER = str(CHECKOUT / "examples" / "consumer")


def test_consumer_reads_what_the_page_sends(environment: Environment) -> None:
    text = f"for the consumer {uuid.uuid4()}"
    try:
        environment.pulumi("--program", CONSUMER, "up", "--yes")
        environment.pulumi("--program", CONSUMER, "preview", "--expect-no-changes")
        sent = send(environment.outputs()["appUrl"], text)
        eventually(lambda: {**sent, "text": text} in consumed(environment), "the consumer prints the message")
    finally:
        environment.pulumi("--program", CONSUMER, "destroy", "--yes")
    assert not consumer_pods(environment)


def consumer_pods(environment: Environment) -> list[str]:
    """Names of the example's pods, as `exec` and `logs` take them."""
    names = (node["name"] for node in environment.status()["nodes"])
    return [name.rsplit("/", 1)[-1] for name in names if "/kafka-consumer/" in name]


def consumed(environment: Environment) -> list[dict[str, object]]:
    """What the consumer has printed so far."""
    [pod] = consumer_pods(environment)
    lines = environment.succeed("logs", pod).splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]
