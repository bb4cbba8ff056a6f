"""Passwords and keys: their rules, and that no message shows them."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.settings import Settings, WrongSettings
from tests.unit.ssh_keys import KEY as SSH_KEY
from tests.unit.stack_settings import GOOD, only_mistake, parse


@pytest.mark.parametrize(
    ("password", "wanting"),
    [
        ("", "must be set"),
        ("Short-1", "at least 10 characters"),
        ("No-Digits-Here", "a digit"),
        ("no-upper-case-1", "an upper-case letter"),
        ("NO-LOWER-CASE-1", "a lower-case letter"),
        ("NoSpecialChar1", "neither letter nor digit"),
        ("Has-A-Quote-1'", "none of the characters"),
        ("Has-An-Umlaut-1ä", "ASCII"),
        ("Has-AdMinistrator-1", "three consecutive characters of the user name 'admin'"),
    ],
)
def test_password_is_one_that_the_gateway_takes_and_is_never_shown(password: str, wanting: str) -> None:
    with pytest.raises(WrongSettings) as raised:
        parse(ambariPassword=password)
    [mistake] = raised.value.mistakes
    assert (mistake.setting, mistake.value) == ("ambariPassword", None)
    assert wanting in mistake.rule
    assert not password or password not in str(raised.value)


def test_password_in_plain_is_refused() -> None:
    with pytest.raises(WrongSettings, match="config set --secret ambariPassword") as raised:
        Settings.parse(GOOD, set(), stack="dev")
    assert GOOD["ambariPassword"] not in str(raised.value)


def test_secret_that_somebody_made_of_another_setting_is_not_shown() -> None:
    with pytest.raises(WrongSettings) as raised:
        Settings.parse({**GOOD, "topic": "classified"}, {"ambariPassword", "topic"}, stack="dev")
    assert "classified" not in str(raised.value)


def test_private_key_in_the_place_of_the_public_one_is_not_shown() -> None:
    key = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE\n-----END OPENSSH PRIVATE KEY-----"
    with pytest.raises(WrongSettings) as raised:
        parse(sshPublicKey=key)
    assert "b3Blbn" not in str(raised.value)


def test_a_key_is_taken_without_the_line_s_end() -> None:
    assert parse(sshPublicKey=f"{SSH_KEY}\n").ssh_public_key == SSH_KEY


@pytest.mark.parametrize("length", [30, 100, 300, 372])
def test_a_key_that_is_cut_off_is_none(length: int) -> None:
    assert "RSA public key of 2048 bits" in only_mistake(sshPublicKey=SSH_KEY[:length]).rule


def test_secrets_within_a_topic_s_configuration_are_never_shown() -> None:
    topics = json.dumps([{"name": "a", "config": {"retention.ms": "hunter22", "cleanup.policy": "s3same"}}])
    with pytest.raises(WrongSettings) as raised:
        Settings.parse({**GOOD, "topics": topics}, {"ambariPassword", "topics"}, stack="test")
    assert "hunter22" not in str(raised.value)
    assert "s3same" not in str(raised.value)
    assert "[secret]" in str(raised.value)


@given(st.binary(min_size=270, max_size=300))
def test_no_bytes_at_random_are_a_key(blob: bytes) -> None:
    encoded = base64.b64encode(blob).decode()
    assert "RSA public key" in only_mistake(sshPublicKey=f"ssh-rsa {encoded} somebody").rule
