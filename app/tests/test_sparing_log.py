"""Strangers can't fill the log."""

import logging

import pytest
from testapp.web.sparing_log import SparingLog


def test_of_each_kind_a_line_in_so_many_seconds_which_says_how_many_were_left_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = [0.0]
    log = SparingLog(logging.getLogger("test"), 10, lambda: now[0])
    for number in range(1000):
        now[0] = number / 100
        log.line("malformed", f"number {number}")
    log.line("left", "another kind")
    now[0] = 10.0
    log.line("malformed", "at last")
    assert caplog.messages == [
        "malformed: number 0",
        "left: another kind",
        "malformed: at last (and 999 more since the last such line)",
    ]


def test_a_line_is_one_line_whatever_it_repeats(caplog: pytest.LogCaptureFixture) -> None:
    SparingLog(logging.getLogger("test")).line("malformed", "a\nWARNING all is lost\r\n\x85b")
    assert caplog.messages == ["malformed: a WARNING all is lost b"]
