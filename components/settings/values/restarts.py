"""How brokers may be restarted: the choices, their defaults and their bounds.

Here for the settings, for IpAdvertising, which other programs use without the settings, and for its provider.
"""

from typing import Literal

Restart = Literal["rolling", "all-at-once"]
RestartUnit = Literal["broker", "rack"]

DEFAULT_RESTART: Restart = "rolling"
DEFAULT_UNIT: RestartUnit = "broker"
DEFAULT_SETTLE_SECONDS = 60
LEAST_SETTLE_SECONDS = 0
MOST_SETTLE_SECONDS = 3600
DEFAULT_BATCH = 1
MOST_BATCH = 100
