"""The consumer example talks to brokers as the environment's outputs say, and keeps secrets in a Secret."""

import json
import runpy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime.mocks import MockResourceArgs

from tests.unit.recording import Azure, Deployment, deploy
from tests.unit.test_main import OUTPUTS

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "consumer"
AUTHORITY = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
PASSWORD = "Cons-umer's"
ENVIRONMENT = {name: value for name, value in OUTPUTS.items() if value is not None}
SECURED = ENVIRONMENT | {
    "kafkaProtocol": "SASL_SSL",
    "kafkaCa": AUTHORITY,
    "bootstrapServersTls": "10.10.0.9:9093",
    "bootstrapServersSaslTls": "10.10.0.9:9094",
}
USER = {"kafkaUser": "consumer", "kafkaPassword": PASSWORD}


class Elsewhere(Azure):
    """An engine that knows the outputs of the environment's stack."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        super().__init__({})
        self._told = dict(told)

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if args.typ != "pulumi:pulumi:StackReference":
            return super().new_resource(args)
        return args.resource_id, {**args.inputs, "outputs": self._told, "secretOutputNames": ["kubeconfig"]}


def consumer(monkeypatch: pytest.MonkeyPatch, environment: Mapping[str, Any], **settings: str) -> Deployment:
    monkeypatch.chdir(EXAMPLE)
    given = {
        "environment": "organization/aks-kafka/dev",
        "namespace": "kafka-consumer",
        "kafkaSaslMechanism": "SCRAM-SHA-512",
        **settings,
    }
    return deploy(
        lambda: runpy.run_path(str(EXAMPLE / "__main__.py"), run_name="__main__"),
        config={f"aks-kafka:{name}": value for name, value in given.items()},
        secrets=frozenset({"aks-kafka:kafkaPassword"}),
        azure=Elsewhere(environment),
    )


def variables(program: Deployment) -> dict[str, str]:
    """What the client finds in its environment."""
    [container] = program["consumer"].inputs["spec"]["template"]["spec"]["containers"]
    assert [list(source) for source in container["envFrom"]] == [["secretRef"]]
    plain = {variable["name"]: variable["value"] for variable in container["env"]}
    return {**plain, **program["login"].inputs["stringData"]}


def test_it_uses_the_environment_s_protocol_and_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = consumer(monkeypatch, ENVIRONMENT)
    assert variables(plain) == {
        "KAFKA_BOOTSTRAP_SERVERS": ENVIRONMENT["bootstrapServers"],
        "KAFKA_TOPIC": "messages",
        "KAFKA_PROTOCOL": "PLAINTEXT",
    }
    assert variables(consumer(monkeypatch, SECURED, **USER)) == {
        "KAFKA_BOOTSTRAP_SERVERS": "10.10.0.9:9094",
        "KAFKA_TOPIC": "messages",
        "KAFKA_PROTOCOL": "SASL_SSL",
        "KAFKA_CA": AUTHORITY,
        "KAFKA_SASL_MECHANISM": "SCRAM-SHA-512",
        "KAFKA_USER": "consumer",
        "KAFKA_PASSWORD": PASSWORD,
    }


def test_a_protocol_of_its_own_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    told = variables(consumer(monkeypatch, SECURED, kafkaProtocol="SSL", **USER))
    assert told["KAFKA_BOOTSTRAP_SERVERS"] == "10.10.0.9:9093"
    assert not {"KAFKA_USER", "KAFKA_PASSWORD", "KAFKA_SASL_MECHANISM"} & set(told)


def test_the_password_is_in_no_pod_and_a_secret_in_the_state(monkeypatch: pytest.MonkeyPatch) -> None:
    program = consumer(monkeypatch, SECURED, **USER)
    holders = [name for name, made in program.resources.items() if PASSWORD in json.dumps(made.inputs)]
    assert holders == ["login"]
    assert "stringData" in program["login"].secrets


def test_a_user_that_is_needed_and_missing_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(pulumi.RunError, match=r"SASL_SSL, which takes a user .* pulumi config set kafkaUser"):
        consumer(monkeypatch, SECURED)
