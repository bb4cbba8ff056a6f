"""Runs work in a forked child of the world's init, which answers with descriptors or an error."""

import errno
import os
import traceback
from collections.abc import Callable

from pyroute2.netlink.exceptions import NetlinkError

from emulator.network.channel import Channel, ChannelClosed


class Worker:
    """A forked child at work; its descriptor is readable once `result` won't block."""

    def __init__(self, channel: Channel):
        self._channel = channel

    @classmethod
    def start(cls, work: Callable[[], list[int]]) -> "Worker":
        """Forks a child that calls `work`."""
        ours, its = Channel.pair()
        if os.fork() == 0:
            ours.close()
            try:
                _run(work, its)
            finally:
                os._exit(0)
        its.close()
        return cls(ours)

    def fileno(self) -> int:
        return self._channel.fileno()

    def result(self) -> list[int]:
        """Descriptors from the work; raises the OSError that it raised."""
        try:
            message, descriptors = self._channel.receive()
        except ChannelClosed as error:
            raise OSError(
                errno.EIO, "a worker of the world ended without a result; its log says why"
            ) from error
        finally:
            self._channel.close()
        if "error" in message:
            raise OSError(*message["error"])
        return descriptors


def _run(work: Callable[[], list[int]], channel: Channel) -> None:
    try:
        descriptors = work()
    except OSError as error:
        channel.send({"error": [error.errno, error.strerror, error.filename]})
    except NetlinkError as error:
        channel.send({"error": [error.code, str(error)]})
    except BaseException:
        traceback.print_exc()
        raise
    else:
        channel.send({}, descriptors)
