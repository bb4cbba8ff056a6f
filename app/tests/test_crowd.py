"""What all clients together can hold is less than a pod may have, and probes are answered beside them."""

from collections.abc import Iterator

import pytest
from replica import Replica, address
from testapp.web.serving import OTHER_CONNECTIONS, RECEIVE_BYTES, SEND_BYTES

from bench.crowd.greetings import GREETINGS, Greeting, crowd, fill
from bench.crowd.place import PageAddress, Watch
from components.settings.objects.app_limits import DEFAULT_BROWSERS, AppLimits

POD_BYTES = int(AppLimits().memory.removesuffix("Mi")) << 20
CONNECTIONS = DEFAULT_BROWSERS + OTHER_CONNECTIONS
KERNEL_BYTES = CONNECTIONS * 2 * (SEND_BYTES + RECEIVE_BYTES)
"""Linux doubles what is set (socket(7)), and counts it to the pod (cgroup v2: memory.stat, `sock`)."""


@pytest.fixture(scope="module")
def place(brokers: str) -> Iterator[PageAddress]:
    """A page with the limits of every pod, and with as much history as it keeps, in its largest form."""
    with Replica(brokers, **AppLimits().environment) as page:
        (host, port), (_, health_port) = address(page.url), address(page.health_url)
        place = PageAddress(host, port, health_port)
        fill(place, "\0", 40 << 20)
        yield place


def test_as_many_connections_are_allowed_as_there_is_memory_for(place: PageAddress) -> None:
    assert place.figure("testapp_max_connections") == CONNECTIONS


# All at one page: what a crowd leaves behind must not add up either.
@pytest.mark.parametrize("greeting", GREETINGS.values(), ids=GREETINGS)
def test_no_crowd_takes_more_than_a_pod_has_or_keeps_probes_waiting_in_vain(
    place: PageAddress, greeting: Greeting
) -> None:
    watch = Watch(place)
    with crowd(place, {greeting: CONNECTIONS}):
        watch.look_for(1.5)
    assert watch.statuses == {200}
    assert watch.most_bytes + KERNEL_BYTES < POD_BYTES


def test_a_crowd_of_every_kind_takes_no_more(place: PageAddress) -> None:
    watch = Watch(place)
    with crowd(place, dict.fromkeys(GREETINGS.values(), CONNECTIONS // len(GREETINGS))):
        watch.look_for(1.5)
    assert watch.statuses == {200}
    assert watch.most_bytes + KERNEL_BYTES < POD_BYTES


def test_more_probes_than_have_room_displace_each_other(place: PageAddress) -> None:
    with crowd(PageAddress(place.host, place.health_port, place.health_port), {lambda _: None: 100}):
        assert place.probe("/healthz")[0] == 200
        assert place.probe("/nowhere")[0] == 404
