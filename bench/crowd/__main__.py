"""Measures crowds of clients at a page on this machine, with librdkafka's mock brokers.

`python -m bench` measures the same at a pod of an environment.
"""

import sys

from bench.crowd.measure import measure
from bench.crowd.place import PageAddress
from bench.output import print_figure
from components.settings.objects.app_limits import AppLimits
from emulator.home import CHECKOUT

sys.path.insert(0, str(CHECKOUT / "app" / "tests"))


def main() -> None:
    """Prints a line of JSON for each crowd."""
    from replica import Replica, address, start_brokers

    for brokers in start_brokers():
        with Replica(brokers.servers, sys.stderr.fileno(), **AppLimits().environment) as page:
            (host, port), (_, health_port) = address(page.url), address(page.health_url)
            for figure in measure(PageAddress(host, port, health_port)):
                print_figure(figure)


if __name__ == "__main__":
    main()
