"""Who may open the page and who may send."""

from ipaddress import IPv4Network

import pytest
from pydantic import SecretStr
from pydantic_core import PydanticCustomError

from components.settings.values.addresses import open_to_the_world
from components.settings.values.visitors import access_token


@pytest.mark.parametrize(
    ("ranges", "everybody"),
    [
        (["203.0.113.7/32"], False),
        (["0.0.0.0/0"], True),
        (["203.0.113.7/32", "0.0.0.0/0"], True),
        (["0.0.0.0/1", "128.0.0.0/1"], True),
        (["0.0.0.0/1", "128.0.0.0/2"], False),
    ],
)
def test_the_world_is_let_in_however_that_is_said(ranges: list[str], everybody: bool) -> None:
    assert open_to_the_world([IPv4Network(text) for text in ranges]) is everybody


@pytest.mark.parametrize("token", ["", "0123456789abcdef", "abc.DEF_ghi~jkl+mno/pqr-=="])
def test_tokens_that_a_header_can_carry_are_taken(token: str) -> None:
    assert access_token(SecretStr(token)).get_secret_value() == token


@pytest.mark.parametrize(
    ("token", "rules"),
    [("0123456789abcde", ["16 characters"]), ("not in a header!", ["RFC 6750"]), ("é", ["RFC 6750", "16"])],
)
def test_other_tokens_are_refused_without_being_shown(token: str, rules: list[str]) -> None:
    with pytest.raises(PydanticCustomError) as refused:
        access_token(SecretStr(token))
    said = str(refused.value.context)
    assert all(rule in said for rule in rules)
    assert token not in said
