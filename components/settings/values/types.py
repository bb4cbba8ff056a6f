"""Types of settings that several groups share."""

from ipaddress import IPv4Network
from typing import Annotated

from pydantic import BeforeValidator

from . import addresses, names

Range = Annotated[IPv4Network, BeforeValidator(addresses.parse)]
CallerRange = Annotated[IPv4Network, BeforeValidator(addresses.parse_source)]
TrueOrFalse = Annotated[bool, BeforeValidator(names.true_or_false)]
