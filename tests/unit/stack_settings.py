"""The settings of a stack that are right, with single changes, and the mistakes in those."""

from typing import Any

import pytest

from components.settings import Settings, WrongSettings
from components.settings.validation.mistakes import Mistake
from tests.unit.ssh_keys import KEY as SSH_KEY

GOOD = {
    "kafkaClusterName": "contoso-kafka",
    "storageAccountName": "contosokafka",
    "registryName": "contosokafka",
    "ambariPassword": "Correct-Horse-7",
    "ambariSourceRanges": '["203.0.113.7/32"]',
    "appSourceRanges": '["203.0.113.7/32"]',
    "sshPublicKey": SSH_KEY,
}


def parse(**changed: Any) -> Settings:
    return Settings.parse({**GOOD, **changed}, {"ambariPassword"}, stack="dev")


def mistakes(**changed: Any) -> list[Mistake]:
    with pytest.raises(WrongSettings) as raised:
        parse(**changed)
    return raised.value.mistakes


def only_mistake(**changed: Any) -> Mistake:
    [mistake] = mistakes(**changed)
    return mistake
