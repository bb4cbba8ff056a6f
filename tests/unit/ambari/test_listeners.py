"""What Kafka's properties should be, given what they are: pure."""

import pytest

from components.ambari.errors import ConfigurationConflict
from components.ambari.kafka_env import BLOCK, with_block
from components.ambari.listeners import LISTENERS, advertised, refuse_overrides, situation, taken_back
from components.ambari.model import Configuration, GroupOverride
from tests.unit.ambari.test_kafka_env import HAND_PASTED

BEFORE = "PLAINTEXT://localhost:9092"
CONTENT = "export A=1\n"


def types(content: str = CONTENT, listeners: str = BEFORE) -> dict[str, Configuration]:
    return {
        "kafka-broker": Configuration(
            "t1", {"listeners": listeners, "log.dirs": "/d"}, {"final": {"a": "true"}}
        ),
        "kafka-env": Configuration("t2", {"content": content, "kafka_user": "kafka"}),
        "kafka-log4j": Configuration("t3", {"content": "x"}),
    }


def test_both_types_are_saved_with_all_their_properties_and_attributes():
    saved = advertised(types())
    assert saved == {
        "kafka-broker": Configuration(
            "t1", {"listeners": LISTENERS, "log.dirs": "/d"}, {"final": {"a": "true"}}
        ),
        "kafka-env": Configuration("t2", {"content": with_block(CONTENT), "kafka_user": "kafka"}),
    }


def test_what_is_as_it_should_be_is_not_saved():
    assert advertised(types(with_block(CONTENT), LISTENERS)) == {}
    assert list(advertised(types(with_block(CONTENT)))) == ["kafka-broker"]
    assert list(advertised(types(CONTENT, LISTENERS))) == ["kafka-env"]


def test_a_snippet_that_does_all_there_is_to_do_is_left_and_one_that_does_not_is_replaced():
    assert advertised(types(CONTENT + HAND_PASTED, LISTENERS)) == {}
    replaced = advertised(types(CONTENT + HAND_PASTED))
    assert replaced["kafka-env"].properties["content"] == with_block(CONTENT)


@pytest.mark.parametrize(
    "listeners",
    ["PLAINTEXT://localhost:9092,SSL://localhost:9093", "SASL_SSL://localhost:9093", "ssl://0.0.0.0:9093"],
)
def test_tls_listeners_are_never_taken_away(listeners: str):
    with pytest.raises(ConfigurationConflict, match="cuts off every client that uses TLS"):
        advertised(types(listeners=listeners))


def test_taking_back_restores_what_was():
    there = {**types(), **advertised(types())}
    back = {**there, **taken_back(there, BEFORE)}
    assert back == types()
    assert taken_back(back, BEFORE) == {}


@pytest.mark.parametrize("missing", ["kafka-broker", "kafka-env"])
def test_a_type_that_is_not_there_is_reported_for_saving_it_would_create_it(missing: str):
    rest = {name: item for name, item in types().items() if name != missing}
    with pytest.raises(ConfigurationConflict, match=f"no type {missing}"):
        advertised(rest)


def test_an_environment_without_content_is_reported():
    emptied = {**types(), "kafka-env": Configuration("t2", {})}
    with pytest.raises(ConfigurationConflict, match="kafka-env has no property content"):
        situation(emptied)


def test_a_broker_type_without_listeners_gets_them():
    emptied = {**types(), "kafka-broker": Configuration("t1", {"log.dirs": "/d"})}
    assert advertised(emptied)["kafka-broker"].properties == {"log.dirs": "/d", "listeners": LISTENERS}


def test_the_block_is_shown_as_it_stands():
    edited = with_block(CONTENT).replace(":9092", ":9093")
    assert situation(types(edited)).block == BLOCK.replace(":9092", ":9093")
    assert situation(types()).block == ""


@pytest.mark.parametrize(
    ("override", "refused"),
    [
        (GroupOverride("g", ["wn2"], {"kafka-broker": {"listeners": "x"}}), "kafka-broker/listeners"),
        (GroupOverride("g", ["wn2"], {"kafka-env": {"content": "x"}}), "kafka-env/content"),
        (GroupOverride("g", ["wn2"], {"kafka-broker": {"log.dirs": "x"}}), None),
        (GroupOverride("g", [], {"kafka-broker": {"listeners": "x"}}), None),
    ],
)
def test_only_a_group_that_hides_the_change_from_a_broker_is_refused(
    override: GroupOverride, refused: str | None
):
    if refused is None:
        refuse_overrides([override])
        return
    with pytest.raises(ConfigurationConflict, match=f"g overrides {refused} for wn2"):
        refuse_overrides([override])
