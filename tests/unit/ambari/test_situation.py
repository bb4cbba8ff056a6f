"""What Kafka's properties should be, given what they are: pure."""

from pathlib import Path

import pytest

from components.ambari.api.errors import ConfigurationConflict
from components.ambari.api.model import Configuration, GroupOverride
from components.ambari.configuration.earlier_blocks import EARLIER_BLOCKS
from components.ambari.configuration.kafka_env import (
    BLOCK,
    END,
    OVERRIDING_BLOCK,
    advertised_by,
    with_block,
    without_block,
)
from components.ambari.configuration.listeners import DEFAULT_LISTENERS
from components.ambari.configuration.situation import (
    advertised,
    refuse_overrides,
    shared_over_tls,
    situation,
    taken_back,
)
from tests.unit.ambari.test_kafka_env import HAND_PASTED

BEFORE = "PLAINTEXT://localhost:9092"
CONTENT = "export A=1\n"
BLOCKS = Path(__file__).with_name("blocks")
RELEASED = sorted(BLOCKS.glob("version-*.sh"))
EARLIER = (BLOCKS / "version-0.1.sh").read_text()


def types(content: str = CONTENT, listeners: str = BEFORE, **others: str) -> dict[str, Configuration]:
    return {
        "kafka-broker": Configuration(
            "t1", {"listeners": listeners, "log.dirs": "/d", **others}, {"final": {"a": "true"}}
        ),
        "kafka-env": Configuration("t2", {"content": content, "kafka_user": "kafka"}),
        "kafka-log4j": Configuration("t3", {"content": "x"}),
    }


def test_both_types_are_saved_with_all_their_properties_and_attributes():
    saved = advertised(types())
    assert saved == {
        "kafka-broker": Configuration(
            "t1", {"listeners": DEFAULT_LISTENERS, "log.dirs": "/d"}, {"final": {"a": "true"}}
        ),
        "kafka-env": Configuration("t2", {"content": with_block(CONTENT), "kafka_user": "kafka"}),
    }


def test_what_is_as_it_should_be_is_not_saved():
    assert advertised(types(with_block(CONTENT), DEFAULT_LISTENERS)) == {}
    assert list(advertised(types(with_block(CONTENT)))) == ["kafka-broker"]
    assert list(advertised(types(CONTENT, DEFAULT_LISTENERS))) == ["kafka-env"]


def test_a_snippet_that_does_all_there_is_to_do_is_left_and_one_that_does_not_is_replaced():
    assert advertised(types(CONTENT + HAND_PASTED, DEFAULT_LISTENERS)) == {}
    replaced = advertised(types(CONTENT + HAND_PASTED))
    assert replaced["kafka-env"].properties["content"] == with_block(CONTENT)


TLS_GUIDE = HAND_PASTED.replace(
    "PLAINTEXT://$IP_ADDRESS:9092", "PLAINTEXT://$IP_ADDRESS:9092,SSL://$IP_ADDRESS:9093"
) + (
    'echo "ssl.keystore.location=/home/sshuser/ssl/kafka.server.keystore.jks" '
    ">> /usr/hdp/current/kafka-broker/conf/server.properties\n"
)
"""https://learn.microsoft.com/azure/hdinsight/kafka/apache-kafka-ssl-encryption-authentication"""
BY_ANOTHER_NAME = HAND_PASTED.replace("IP_ADDRESS", "NODE_IP")
LISTENERS_OF_TLS = "PLAINTEXT://localhost:9092,SSL://localhost:9093"


@pytest.mark.parametrize("host", ["localhost", "0.0.0.0"])
def test_tls_as_hdinsights_guide_sets_it_up_by_address_stays_where_it_was_adopted(host: str):
    listeners = LISTENERS_OF_TLS.replace("localhost", host)
    for content in (CONTENT + TLS_GUIDE, TLS_GUIDE + HAND_PASTED):
        there = types(content, listeners, **{"security.inter.broker.protocol": "SSL"})
        assert advertised(there, adopted=True) == {}
        assert situation(there, adopted=True).desired


def test_lines_of_hdinsights_guide_to_tls_stay_above_our_block():
    saved = advertised(types(CONTENT + TLS_GUIDE, LISTENERS_OF_TLS))
    assert saved["kafka-broker"].properties["listeners"] == LISTENERS_OF_TLS.replace("localhost", "0.0.0.0")
    assert saved["kafka-env"].properties["content"] == with_block(CONTENT + TLS_GUIDE)
    assert saved["kafka-env"].properties["content"].startswith(CONTENT + TLS_GUIDE)


@pytest.mark.parametrize(
    "content", [CONTENT + TLS_GUIDE, CONTENT + BY_ANOTHER_NAME, TLS_GUIDE + HAND_PASTED + "export B=2\n"]
)
def test_a_snippet_of_another_form_stays_only_where_an_earlier_version_adopted_it(content: str):
    assert advertised(types(content, DEFAULT_LISTENERS), adopted=True) == {}
    assert (
        advertised(types(content, DEFAULT_LISTENERS))["kafka-env"].properties["content"].startswith(content)
    )
    seen = situation(types(content, DEFAULT_LISTENERS), adopted=True)
    assert (seen.pasted, seen.adopted, seen.advertised) == (True, True, True)


@pytest.mark.parametrize(
    "content",
    [
        CONTENT,
        CONTENT + BY_ANOTHER_NAME.replace("9092", "9093"),
        CONTENT + BY_ANOTHER_NAME.replace("echo", "# echo"),
        with_block(CONTENT).replace(":9092", ":9093") + BY_ANOTHER_NAME,
    ],
)
def test_what_an_earlier_version_adopted_and_is_gone_is_no_longer_right(content: str):
    assert not situation(types(content, DEFAULT_LISTENERS), adopted=True).advertised


def test_an_adopted_snippet_that_leaves_a_listener_out_gets_our_block_below_it():
    listeners = "PLAINTEXT://localhost:9092,SSL://localhost:9093,SASL_SSL://localhost:9094"
    saved = advertised(types(CONTENT + TLS_GUIDE, listeners), adopted=True)
    assert saved["kafka-broker"].properties["listeners"] == listeners.replace("localhost", "0.0.0.0")
    assert saved["kafka-env"].properties["content"] == with_block(CONTENT + TLS_GUIDE)


BELOW = "sed -i s/10[.]0/wn0/ /usr/hdp/current/kafka-broker/conf/server.properties\n"


@pytest.mark.parametrize(
    "content",
    [
        with_block(CONTENT) + BELOW,
        CONTENT + HAND_PASTED,
        f"{CONTENT}\n{EARLIER}\n",
    ],
)
def test_what_the_text_tells_to_be_right_is_saved_anew_where_brokers_advertise_otherwise(content: str):
    there = types(content, DEFAULT_LISTENERS)
    assert advertised(there) == advertised(there, advertising=True) == {}
    saved = {**there, **advertised(there, advertising=False)}
    text = saved["kafka-env"].properties["content"]
    assert text == with_block(CONTENT + BELOW if BELOW in content else CONTENT)
    for told in (True, False, None):
        assert advertised(saved, advertising=told) == {}


def test_an_adopted_snippet_is_right_as_long_as_brokers_say_so():
    there = types(CONTENT + BY_ANOTHER_NAME)
    assert advertised(there, adopted=True, advertising=True) == {}
    assert list(advertised(there, adopted=True, advertising=False)) == ["kafka-broker", "kafka-env"]
    assert list(advertised(there, adopted=True)) == ["kafka-broker", "kafka-env"]
    assert list(advertised(there, advertising=True)) == ["kafka-broker", "kafka-env"]


def test_our_block_alone_is_right_even_while_brokers_advertise_otherwise():
    """Then they have to restart, and nothing has to be saved."""
    assert advertised(types(with_block(CONTENT), DEFAULT_LISTENERS), advertising=False) == {}


def test_a_block_that_the_shell_never_comes_to_is_wrong_where_brokers_show_it():
    there = types(with_block("exit 0\n"), DEFAULT_LISTENERS)
    assert situation(there).desired
    shown = situation(there, advertising=False)
    assert (shown.desired, shown.unreached) == (False, "line 1, 'exit 0'")


def test_a_block_that_overrides_is_replaced_where_ambari_sets_what_is_advertised():
    others = f"{CONTENT}echo advertised\n"
    there = types(with_block(others), DEFAULT_LISTENERS)
    assert advertised(there) == {}
    apart = types(
        with_block(others), DEFAULT_LISTENERS, **{"advertised.listeners": "PLAINTEXT://a.example.org:1"}
    )
    saved = {**apart, **advertised(apart)}
    assert saved["kafka-env"].properties["content"] == with_block(others, read=True)
    assert advertised(saved) == {}


def test_a_line_that_ends_the_shell_is_told_where_our_block_would_come_below_it():
    assert situation(types("exit 0\n")).unreached == "line 1, 'exit 0'"
    assert situation(types(with_block(CONTENT) + "exit 0\n")).unreached == ""


@pytest.mark.parametrize(
    ("listeners", "others", "wanted"),
    [
        (
            "SASL_PLAINTEXT://0.0.0.0:9092,PLAINTEXT://0.0.0.0:9094",
            {},
            "SASL_PLAINTEXT://0.0.0.0:9092,PLAINTEXT://0.0.0.0:9094",
        ),
        (
            "PLAINTEXT://localhost:9092,BROKERS://localhost:9091",
            {
                "inter.broker.listener.name": "BROKERS",
                "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,BROKERS:SSL",
            },
            "PLAINTEXT://0.0.0.0:9092,BROKERS://localhost:9091",
        ),
        (
            "PLAINTEXT://localhost:9092,SSL://localhost:9093",
            {"security.inter.broker.protocol": "SSL"},
            "PLAINTEXT://0.0.0.0:9092,SSL://0.0.0.0:9093",
        ),
        ("PLAINTEXT://127.0.0.1:9092", {}, "PLAINTEXT://127.0.0.1:9092"),
    ],
)
def test_every_listener_stays_when_addresses_are_advertised(
    listeners: str, others: dict[str, str], wanted: str
):
    there = types(listeners=listeners, **others)
    saved = {**there, **advertised(there)}
    assert saved["kafka-broker"].properties["listeners"] == wanted
    assert saved["kafka-env"].properties["content"] == with_block(CONTENT)
    assert advertised(saved) == {}
    assert {**saved, **taken_back(saved, listeners)} == there


def test_listeners_that_contradict_each_other_are_not_saved():
    with pytest.raises(ConfigurationConflict, match="two listeners on port 9092"):
        advertised(types(listeners="PLAINTEXT://localhost:9092,SSL://localhost:9092"))


def test_the_block_of_an_earlier_version_stays_until_something_has_to_be_saved():
    earlier = f"{CONTENT}\n{EARLIER}\n"
    assert advertised(types(earlier, DEFAULT_LISTENERS)) == {}
    saved = advertised(types(earlier))
    assert saved["kafka-env"].properties["content"] == with_block(CONTENT)
    assert taken_back(types(earlier, DEFAULT_LISTENERS), BEFORE) == {
        name: item for name, item in types().items() if name != "kafka-log4j"
    }


@pytest.mark.parametrize(
    ("listeners", "others"),
    [
        ("PLAINTEXT://0.0.0.0:9092,SSL://0.0.0.0:9093", {}),
        ("PLAINTEXT://0.0.0.0:9094", {}),
        ("PLAINTEXT://127.0.0.1:9092", {}),
        (DEFAULT_LISTENERS, {"advertised.listeners": "PLAINTEXT://kafka.example.org:9092"}),
    ],
)
def test_the_block_of_an_earlier_version_is_replaced_where_it_advertises_something_else(
    listeners: str, others: dict[str, str]
):
    there = types(f"{CONTENT}\n{EARLIER}\n", listeners, **others)
    assert advertised(there)["kafka-env"].properties["content"] == with_block(CONTENT)


@pytest.mark.parametrize("text", [path.read_text() for path in RELEASED])
def test_each_earlier_block_is_known_to_the_letter(text: str):
    assert advertised_by(f"{CONTENT}\n{text}\n") == "earlier"
    assert advertised_by(f"{CONTENT}\n{text}\n".replace("\n", "\r\n")) == "earlier"
    assert advertised_by(f"{CONTENT}\n{text.replace('9092', '9093')}\n") == "nothing"
    assert with_block(f"{CONTENT}\n{text}\n") == with_block(CONTENT)
    assert without_block(f"{CONTENT}\n{text}\n") == CONTENT
    assert with_block(f"{CONTENT}\n{text}\n".replace(END, "")) == with_block(CONTENT) + "\n"


def test_a_block_that_a_version_has_written_is_kept_when_it_changes():
    advice = "if a version was released with current.sh, it becomes one of EARLIER_BLOCKS and version-*.sh"
    assert (BLOCKS / "current.sh").read_text() == BLOCK, advice
    lines = zip(BLOCK.splitlines(), OVERRIDING_BLOCK.splitlines(), strict=True)
    assert [other.strip() for one, other in lines if one != other] == ["advertised = listening"], advice


def test_no_earlier_block_is_forgotten():
    assert {path.read_text() for path in RELEASED} == set(EARLIER_BLOCKS)


@pytest.mark.parametrize(
    ("others", "content", "port"),
    [
        ({}, CONTENT, 9093),
        ({"ssl.endpoint.identification.algorithm": "https"}, CONTENT, 9093),
        ({"ssl.endpoint.identification.algorithm": " "}, CONTENT, None),
        ({"listener.name.ssl.ssl.endpoint.identification.algorithm": ""}, CONTENT, None),
        ({}, CONTENT + 'echo "ssl.endpoint.identification.algorithm=" >> /x/server.properties\n', None),
        ({}, CONTENT + 'echo "ssl.endpoint.identification.algorithm=https" >> /x/server.properties\n', 9093),
    ],
)
def test_certificates_matter_where_brokers_check_the_names_of_a_listener_that_clients_share(
    others: dict[str, str], content: str, port: int | None
):
    listeners = "PLAINTEXT://localhost:9092,SSL://localhost:9093"
    shared = shared_over_tls(types(content, listeners, **{"security.inter.broker.protocol": "SSL", **others}))
    assert (shared.port if shared else None) == port


def test_a_certificate_is_looked_at_where_the_broker_listens():
    advertised_apart = {"advertised.listeners": "SSL://localhost:19093"}
    shared = shared_over_tls(
        types(listeners="SSL://:9093", **{"security.inter.broker.protocol": "SSL", **advertised_apart})
    )
    assert shared is not None
    assert shared.port == 9093


@pytest.mark.parametrize(
    ("listeners", "others"),
    [
        ("PLAINTEXT://localhost:9092,SSL://localhost:9093", {}),
        ("SSL://10.0.0.1:9093", {"security.inter.broker.protocol": "SSL"}),
        (
            "SSL://localhost:9093,BROKERS://localhost:9094",
            {
                "inter.broker.listener.name": "BROKERS",
                "listener.security.protocol.map": "SSL:SSL,BROKERS:SSL",
            },
        ),
    ],
)
def test_certificates_do_not_matter_where_brokers_go_on_as_they_did(listeners: str, others: dict[str, str]):
    assert shared_over_tls(types(listeners=listeners, **others)) is None


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
    assert advertised(emptied)["kafka-broker"].properties == {
        "log.dirs": "/d",
        "listeners": DEFAULT_LISTENERS,
    }


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
