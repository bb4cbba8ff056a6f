"""What the environment says of TLS and SASL: taken as a whole, or refused, and never repeated."""

from pathlib import Path

import certifi
import pytest
from hypothesis import given
from hypothesis import strategies as st
from testapp.configuration.environment import Environment, SettingsError
from testapp.configuration.settings import CheckSettings, ServeSettings, TopicSettings
from testapp.kafka.client import client_settings, consumer_settings
from testapp.kafka.security import MECHANISMS, PROTOCOLS, Security, read_security

SECRET = " s3cret one "
CA = (
    Path(certifi.where()).read_text().partition("-----END CERTIFICATE-----")[0]
    + "-----END CERTIFICATE-----\n"
)
RIGHT = {"KAFKA_BOOTSTRAP_SERVERS": "b:9092", "KAFKA_TOPIC": "t", "KAFKA_TOPICS": "[]"}
SASL = {
    "KAFKA_PROTOCOL": "SASL_SSL",
    "KAFKA_CA": CA,
    "KAFKA_SASL_MECHANISM": "SCRAM-SHA-256",
    "KAFKA_USER": "anna",
    "KAFKA_PASSWORD": SECRET,
}
NAMES = [*SASL, "KAFKA_CA_FILE", "KAFKA_PASSWORD_FILE"]


def read(**variables: str) -> Security:
    environment = Environment(variables)
    security = read_security(environment)
    environment.finish()
    return security


def test_without_a_word_of_it_brokers_are_talked_to_in_plain() -> None:
    assert read() == Security()
    assert client_settings("b:9092", Security())["security.protocol"] == "PLAINTEXT"


def test_every_command_is_set_to_it_and_none_shows_the_password() -> None:
    for kind in (ServeSettings, CheckSettings, TopicSettings):
        settings = kind.from_environment(RIGHT | SASL)
        assert settings.security == Security("SASL_SSL", CA, "SCRAM-SHA-256", "anna", SECRET)
        assert SECRET not in repr(settings)


def test_clients_are_set_to_it() -> None:
    assert (
        consumer_settings("b:9092", read(**SASL)).items()
        >= {
            "security.protocol": "SASL_SSL",
            "ssl.ca.pem": CA,
            "sasl.mechanism": "SCRAM-SHA-256",
            "sasl.username": "anna",
            "sasl.password": SECRET,
        }.items()
    )


def test_secrets_may_come_in_files(tmp_path: Path) -> None:
    (tmp_path / "ca").write_text(CA)
    (tmp_path / "password").write_text(f"{SECRET}\n")
    files = {"KAFKA_CA_FILE": str(tmp_path / "ca"), "KAFKA_PASSWORD_FILE": str(tmp_path / "password")}
    others = {name: value for name, value in SASL.items() if f"{name}_FILE" not in files}
    security = read(**others, **files)
    assert (security.authority, security.password) == (CA, SECRET)


@pytest.mark.parametrize(
    ("changed", "mistakes"),
    [
        ({"KAFKA_PROTOCOL": "TLS"}, ["KAFKA_PROTOCOL is 'TLS'; it must be one of PLAINTEXT, SSL"]),
        ({"KAFKA_CA": "no certificate"}, ["KAFKA_CA must be certificates in PEM form"]),
        ({"KAFKA_CA": "Schlüssel"}, ["KAFKA_CA must be certificates in PEM form"]),
        ({"KAFKA_CA_FILE": "/nowhere"}, ["KAFKA_CA_FILE is set, and KAFKA_CA too"]),
        (
            {"KAFKA_CA": "", "KAFKA_CA_FILE": "/nowhere"},
            ["KAFKA_CA_FILE is '/nowhere', which can't be read: No such file or directory"],
        ),
        (
            {"KAFKA_PASSWORD": "", "KAFKA_PASSWORD_FILE": "/nowhere"},
            ["KAFKA_PASSWORD_FILE is '/nowhere', which can't be read: No such file or directory"],
        ),
        (
            {"KAFKA_PASSWORD": "", "KAFKA_PASSWORD_FILE": "/"},
            ["KAFKA_PASSWORD_FILE is '/', which can't be read: Is a directory"],
        ),
        ({"KAFKA_SASL_MECHANISM": "GSSAPI"}, ["KAFKA_SASL_MECHANISM is 'GSSAPI'; it must be one of PLAIN"]),
        (
            {"KAFKA_SASL_MECHANISM": "", "KAFKA_USER": "", "KAFKA_PASSWORD": ""},
            [
                "KAFKA_SASL_MECHANISM is not set, which KAFKA_PROTOCOL SASL_SSL needs",
                "KAFKA_USER is not set, which KAFKA_PROTOCOL SASL_SSL needs",
                "KAFKA_PASSWORD is not set, which KAFKA_PROTOCOL SASL_SSL needs",
            ],
        ),
        (
            {"KAFKA_PROTOCOL": "SSL"},
            [
                "KAFKA_SASL_MECHANISM is set, which KAFKA_PROTOCOL SSL does not use",
                "KAFKA_USER is set, which KAFKA_PROTOCOL SSL does not use",
                "KAFKA_PASSWORD is set, which KAFKA_PROTOCOL SSL does not use",
            ],
        ),
        (
            {"KAFKA_PROTOCOL": "SASL_PLAINTEXT"},
            ["KAFKA_CA is set, which KAFKA_PROTOCOL SASL_PLAINTEXT does not use"],
        ),
    ],
)
def test_what_does_not_fit_together_is_named(changed: dict[str, str], mistakes: list[str]) -> None:
    with pytest.raises(SettingsError) as refused:
        read(**(SASL | changed))
    said = str(refused.value).split("\n")
    assert len(said) == len(mistakes)
    assert [line for line, mistake in zip(said, mistakes, strict=True) if not line.startswith(mistake)] == []
    assert SECRET.strip() not in str(refused.value)


VALUES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)


@given(st.dictionaries(st.sampled_from(NAMES), VALUES | st.sampled_from([*PROTOCOLS, *MECHANISMS, CA])))
def test_whatever_is_said_of_it_is_taken_or_explained(variables: dict[str, str]) -> None:
    said: list[str] = []
    try:
        security = read(**variables)
    except SettingsError as error:
        said = str(error).split("\n")
    else:
        assert bool(security.password) is security.protocol.startswith("SASL")
        assert not security.authority or security.protocol.endswith("SSL")
    assert all(line.split()[0].removesuffix("_FILE") in SASL for line in said)
