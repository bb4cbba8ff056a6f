"""Prints the figures of benchmarks."""

import json
import os
from collections.abc import Mapping
from typing import Any


def print_figure(figure: Mapping[str, Any]) -> None:
    """Prints a figure as a line of JSON, with the number of cores and the load average of the machine."""
    machine = {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}
    print(json.dumps({**figure, **machine}), flush=True)
