"""`python -m tests.browser.screenshots`: the pictures of the page in docs/.

Brings an environment up in a folder of its own: the page as it is, in the light, in the dark and on a
phone, and once more after the change of what brokers advertise was taken back by hand.
"""

import os
import sys
import tempfile
from pathlib import Path

import httpx

from components.ambari.configuration.kafka_env import BLOCK
from emulator.home import CHECKOUT
from tests.browser.chromium import Browser, start
from tests.e2e.environment import Environment
from tests.e2e.live_kafka import LiveKafka, bundle

DOCS = CHECKOUT / "docs"
MESSAGES = (
    ("", "Hello from a pod: do you hear me?"),
    ("greeting", "Grüße aus dem anderen Netz ☕"),
    ("", "<b>markup</b> is text"),
    ("", "Three brokers, six partitions, each message once"),
)
MESSAGES_OF_THE_CHECK = 7
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}


def main() -> int:
    """Take every picture; the exit status is 0 when all were taken."""
    with tempfile.TemporaryDirectory(prefix="screenshots-") as folder:
        world = Environment(Path(folder) / "world")
        chrome = start(Path(folder) / "profile")
        try:
            world.succeed("up")
            browser = Browser(chrome)
            browser.open(world.outputs()["appUrl"])
            as_it_is(browser, world.outputs()["appUrl"])
            broken(browser, world)
        finally:
            chrome.quit()
            world.run("down")
    return 0


def as_it_is(browser: Browser, url: str) -> None:
    """Messages of others, one of one's own, and every broker at its address."""
    for key, text in MESSAGES:
        httpx.post(f"{url}/messages", params={"key": key} if key else {}, content=text).raise_for_status()
    browser.find("text").send_keys("And back to the page\n")
    browser.wait(lambda: "round trip" in browser.text("messages"), "the round trip is shown")
    browser.wait(lambda: browser.text("brokers").count("9092") == 3, "the brokers are shown")
    # The cluster is asked again every few seconds.
    browser.wait(lambda: ends(browser) == MESSAGES_OF_THE_CHECK + len(MESSAGES) + 1, "the offsets are new")
    save(browser, "light")
    save(browser, "dark")
    browser.chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    save(browser, "light", "phone")
    browser.chrome.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def ends(browser: Browser) -> int:
    """Messages in all partitions, by the table that the page shows."""
    return sum(int(row.rpartition(" ")[2]) for row in browser.text("partitions").splitlines())


def broken(browser: Browser, world: Environment) -> None:
    """The same page when brokers hand out names: it was open before, and still tells what they say."""
    os.environ["REQUESTS_CA_BUNDLE"] = bundle(world)
    kafka = LiveKafka.of(world)
    kafka.edit("kafka-env", "content", kafka.value("kafka-env", "content").replace(BLOCK, ""))
    kafka.edit("kafka-broker", "listeners", "PLAINTEXT://:9092")
    kafka.restart_by_hand(kafka.hosts())
    names = "a name instead of an address"
    browser.wait(lambda: browser.text("brokers").count(names) == 3, "names are shown", 120)
    save(browser, "light", "broken")


def save(browser: Browser, scheme: str, name: str = "") -> None:
    """docs/page-NAME.png, as browsers with that colour scheme show it."""
    preference = {"name": "prefers-color-scheme", "value": scheme}
    browser.chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [preference]})
    browser.chrome.save_screenshot(str(DOCS / f"page-{name or scheme}.png"))


if __name__ == "__main__":
    sys.exit(main())
