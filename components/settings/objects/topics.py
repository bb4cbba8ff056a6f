"""The topics of the configuration, and Kafka's rules for them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
)
from pydantic_core import PydanticCustomError

from ..validation import leniency
from ..validation.checked import Checked, between
from ..validation.leniency import Made
from ..validation.mistakes import broken, check_all, with_error_of_whole
from ..values import names
from . import topic_configs

BATCH_BYTES = 1024
"""What a batch of one message has beside its text, rounded up: its header, and key, headers and lengths.

https://kafka.apache.org/32/documentation.html#messageformat"""
LONGER_MESSAGES = "another topic, a higher max.message.bytes or a lower appLimits.maxMessageBytes"


class Topic(Checked):
    """A Kafka topic that the program creates, and to which it adds partitions."""

    name: Annotated[str, AfterValidator(names.topic)]
    partitions: Annotated[int, between(1, 4000, "Kafka's advice for the partitions of one broker")] = 6
    replication_factor: Annotated[int, between(1, 32767, "Kafka keeps it in 16 bits")] = 3
    config: Annotated[dict[str, str], BeforeValidator(names.words), AfterValidator(topic_configs.known)] = (
        Field(default_factory=dict)
    )

    @field_validator("config")
    @classmethod
    def _can_be_written(cls, value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        return topic_configs.can_be_written(value, info.data.get("replication_factor"))


def checked(value: object, validate: ValidatorFunctionWrapHandler, workers: int | None) -> tuple[Topic, ...]:
    """Validate the topics one by one and together, for a cluster of that many `workers`.

    A wrong topic doesn't hide mistakes of the others. `workers` is None where that setting is wrong itself.
    """
    try:
        declared = validate(value)
    except ValidationError as errors:
        try:
            _agree(tuple(_sound(value)), workers)
        except PydanticCustomError as another:
            raise with_error_of_whole(errors, another, value) from None
        raise
    if not declared:
        raise broken(
            "must have at least one topic", right='pulumi config set --path "topics[0].name" messages'
        )
    _agree(declared, workers)
    return declared


def takes_messages_of(topic: Topic, max_message_bytes: int) -> None:
    """The rule that the topic of the test application takes messages as long as the application does."""
    most = topic.config.get("max.message.bytes")
    if most is not None and int(most) < max_message_bytes + BATCH_BYTES:
        rule = (
            f"must be a topic whose max.message.bytes is {max_message_bytes + BATCH_BYTES} or more: "
            f"appLimits.maxMessageBytes, {max_message_bytes}, and {BATCH_BYTES} for what Kafka adds"
        )
        leniency.refuse(rule, unless=Made.APP, source=topic_configs.SOURCE, right=LONGER_MESSAGES)


def _sound(value: object) -> Iterator[Topic]:
    """The topics that are valid by themselves."""
    try:
        items = names.from_json(value)
    except PydanticCustomError:
        # Reported already, as are the mistakes of each topic.
        return
    for item in items if isinstance(items, Sequence) else ():
        try:
            yield Topic.model_validate(item)
        except ValidationError:
            continue


def _agree(topics: Sequence[Topic], workers: int | None) -> None:
    check_all(topics, _tell_apart, lambda topics: _find_brokers(topics, workers))


def _tell_apart(topics: Sequence[Topic]) -> None:
    # Kafka names its metrics after topics, with underscores for full stops, and refuses a clash.
    metrics = Counter(topic.name.replace(".", "_") for topic in topics)
    if alike := sorted({topic.name for topic in topics if metrics[topic.name.replace(".", "_")] > 1}):
        rule = f"must differ in more than `.` and `_`: {', '.join(alike)}"
        raise broken(rule, source=names.KAFKA_TOPIC, right=f"{alike[0]} and another name")


def _find_brokers(topics: Sequence[Topic], workers: int | None) -> None:
    if workers and (spread := [topic.name for topic in topics if topic.replication_factor > workers]):
        rule = f"must have a replicationFactor of at most kafkaWorkers, {workers}, in {', '.join(spread)}"
        raise broken(rule, source="a broker keeps one copy at most", right=str(min(3, workers)))
