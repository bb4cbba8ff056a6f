"""How long is waited for what, and what is said meanwhile."""

import io
from collections.abc import Callable

import pytest

from components.cluster.api import ApiRefused, ApiUnreachable
from components.cluster.pod_troubles import Cause, Trouble
from components.cluster.waiting import Limits, Look, NotReached, wait
from components.running.progress import Progress

DONE = Look(done=True)


class Clock:
    """Seconds pass by sleeping only."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds

    def wall(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def waited(look: Callable[[float], Look], seconds: float = 1800) -> tuple[float, str]:
    """How long it took, and what was said. `look` is told the time."""
    clock, said = Clock(), io.StringIO()
    wait("it", lambda: look(clock.now()), seconds, Limits(), clock=clock, progress=Progress(clock, said))
    return clock.now(), said.getvalue()


def until(end: float, look: Look) -> Callable[[float], Look]:
    return lambda now: look if now < end else DONE


def trouble(cause: Cause) -> Look:
    return Look(missing="0 of 2 pods are ready", troubles=(Trouble(cause, "as Kubernetes has it"),))


def test_what_passes_is_waited_for_and_said() -> None:
    lasted, said = waited(until(700, Look(missing="0 of 2 pods are ready")))
    assert 700 <= lasted < 702
    assert "it: waiting: 0 of 2 pods are ready" in said


@pytest.mark.parametrize(
    ("cause", "most"),
    [
        (Cause.MISSING_IMAGE, 60),
        (Cause.MISCONFIGURED, 60),
        (Cause.REFUSED, 60),
        (Cause.NO_RIGHT_TO_IMAGE, 660),
    ],
)
def test_what_does_not_pass_is_given_up_with_its_reason(cause: Cause, most: float) -> None:
    with pytest.raises(NotReached, match=f"it can't succeed: for .* {cause.value}: as Kubernetes has it"):
        waited(until(most, trouble(cause)))


@pytest.mark.parametrize("cause", [Cause.NO_ROOM, Cause.UNREACHABLE_IMAGE, Cause.CRASHING])
def test_what_may_pass_is_said_while_it_lasts(cause: Cause) -> None:
    lasted, said = waited(until(1500, trouble(cause)))
    assert lasted >= 1500
    assert f"{cause.value}: as Kubernetes has it" in said


def test_a_right_that_takes_its_time_is_waited_for() -> None:
    assert waited(until(590, trouble(Cause.NO_RIGHT_TO_IMAGE)))[0] >= 590


def test_a_trouble_that_went_away_begins_anew() -> None:
    def look(now: float) -> Look:
        return trouble(Cause.MISSING_IMAGE) if now % 40 else Look(missing="0 of 2 pods are ready")

    assert waited(lambda now: look(now) if now < 200 else DONE)[0] >= 200


def test_a_missing_image_is_given_up_where_the_kubelet_names_the_reason_only_when_it_tries() -> None:
    def look(now: float) -> Look:
        tries = now in (0, 12, 34, 76)
        return trouble(Cause.MISSING_IMAGE if tries else Cause.UNREACHABLE_IMAGE)

    with pytest.raises(NotReached, match=r"can't succeed: for 76 s now there is no such image"):
        waited(look)


def test_the_end_of_the_time_is_said_with_what_was_missing() -> None:
    with pytest.raises(NotReached, match="within 30 s: 0 of 2 pods are ready"):
        waited(until(60, Look(missing="0 of 2 pods are ready")), seconds=30)


def test_a_server_that_is_away_for_a_while_is_waited_for_and_a_refusal_is_not() -> None:
    def look(now: float) -> Look:
        if now < 20:
            raise ApiUnreachable("no answer")
        if now < 40:
            raise ApiRefused(503, "not yet")
        return DONE

    lasted, said = waited(look)
    assert lasted >= 40
    assert "no answer" in said

    def forbidden(now: float) -> Look:
        raise ApiRefused(403, "pods is forbidden")

    with pytest.raises(ApiRefused, match="forbidden"):
        waited(forbidden)


def test_nobody_is_waited_for_when_the_engine_has_ended() -> None:
    class Gone(Exception):
        pass

    def alive() -> None:
        raise Gone

    clock = Clock()
    with pytest.raises(Gone):
        wait("it", lambda: DONE, 1, Limits(), clock=clock, progress=Progress(clock), alive=alive)
