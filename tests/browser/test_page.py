"""The page as a person uses it, over mock brokers."""

import json
import re
import uuid
from collections.abc import Iterator

import httpx
import pytest
from replica import TOPIC, Page, Replica, start_brokers
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from testapp.check.evidence import Written
from testapp.check.probes import Probes

from tests.browser.chromium import Browser

ANSWER_OF_CLUSTER = """
const answer = %s;
const real = window.fetch;
const answered = () => Promise.resolve(new Response(JSON.stringify(answer)));
window.fetch = (url, ...rest) => (url === "/cluster" ? answered() : real(url, ...rest));
"""
# Each in one go: the page draws its lists anew while somebody looks at it.
BROKERS = """
return [...document.querySelectorAll("#brokers li")].map(
  (broker) => ({ text: broker.innerText, color: getComputedStyle(broker).color }));
"""
TEXTS = "return [...document.querySelectorAll(arguments[0])].map((one) => one.innerText);"


@pytest.fixture(scope="module")
def brokers() -> Iterator[str]:
    yield from (brokers.servers for brokers in start_brokers())


@pytest.fixture(scope="module")
def page(brokers: str) -> Iterator[Page]:
    with Replica(brokers) as page:
        yield page


def send(browser: Browser, text: str) -> None:
    browser.find("text").send_keys(text, Keys.ENTER)
    browser.wait(lambda: text in browser.texts(), f"{text} is shown")


def test_a_word_comes_back_with_its_place_and_round_trip(browser: Browser, page: Page) -> None:
    browser.open(page.url)
    word = f"word-{uuid.uuid4()}"
    send(browser, word)
    browser.wait(lambda: "written to partition" in browser.text("status"), "Kafka has it")
    browser.wait(lambda: "round trip" in browser.text("messages"), "its round trip is shown")
    partition, offset = browser.shown()[0][0].split(":")
    assert f"written to partition {partition}, offset {offset};" in browser.text("status")
    assert f"partition {partition}" in browser.text("messages")
    assert browser.find("text").get_attribute("value") == ""
    assert browser.chrome.switch_to.active_element == browser.find("text")
    browser.chrome.refresh()
    browser.wait(lambda: word in browser.texts(), "it is shown after a refresh")
    assert browser.texts().count(word) == 1


def test_the_newest_comes_first_and_keys_are_shown(browser: Browser, page: Page) -> None:
    browser.open(page.url)
    first, second = str(uuid.uuid4()), str(uuid.uuid4())
    browser.find("key").send_keys("of my own")
    for text in (first, second):
        send(browser, text)
    assert browser.texts()[:2] == [second, first]
    assert browser.chrome.find_element(By.CSS_SELECTOR, "#messages .key-of").text == "of my own"


def test_markup_is_shown_not_run(browser: Browser, page: Page) -> None:
    browser.open(page.url)
    title = browser.chrome.title
    send(browser, f"<img src=x onerror=document.title='{uuid.uuid4()}'><b>bold</b>")
    assert browser.chrome.find_elements(By.CSS_SELECTOR, "#messages b, #messages img") == []
    assert browser.chrome.title == title


def test_nothing_comes_from_elsewhere_and_nothing_is_refused(browser: Browser, page: Page) -> None:
    browser.chrome.get_log("browser")
    browser.open(page.url)
    browser.wait(lambda: browser.chrome.find_elements(By.CSS_SELECTOR, "#brokers li"), "brokers are shown")
    loaded = browser.chrome.execute_script(
        "return performance.getEntriesByType('resource').map((r) => r.name)"
    )
    assert loaded
    assert [name for name in loaded if not name.startswith(page.url)] == []
    assert not browser.find("kafka").is_displayed()
    assert browser.chrome.get_log("browser") == []


def test_a_filter_shows_what_it_finds_and_a_pause_keeps_the_rest_for_later(
    browser: Browser, page: Page
) -> None:
    browser.open(page.url)
    wanted, other = f"wanted {uuid.uuid4()}", f"other {uuid.uuid4()}"
    for text in (wanted, other):
        send(browser, text)
    browser.find("filter").send_keys(wanted.upper())
    browser.wait(lambda: browser.texts() == [wanted], "the filter finds one")
    browser.find("filter").clear()
    browser.find("filter").send_keys(" ", Keys.BACKSPACE)
    browser.wait(lambda: other in browser.texts(), "without a filter all are shown")

    browser.find("pause").send_keys(Keys.ENTER)
    assert browser.find("pause").get_attribute("aria-pressed") == "true"
    later = f"later {uuid.uuid4()}"
    httpx.post(f"{page.url}/messages", content=later)
    browser.wait(lambda: "paused, 1 waiting" in browser.text("summary"), "one waits")
    assert later not in browser.texts()
    browser.find("pause").send_keys(Keys.ENTER)
    browser.wait(lambda: browser.texts()[0] == later, "it is shown when the list goes on")


def test_messages_of_the_check_are_one_line(browser: Browser, page: Page) -> None:
    browser.open(page.url)
    word = f"before the check {uuid.uuid4()}"
    send(browser, word)
    probes = Probes(page.brokers, TOPIC)
    written = probes.produce()
    assert isinstance(written, Written)
    probes.consume(written)
    browser.wait(lambda: "7 messages of the check" in browser.text("messages"), "they are counted")
    assert browser.texts()[0] == word
    browser.find("filter").send_keys("undefined")
    browser.wait(lambda: browser.text("messages") == "", "nothing is found that nobody wrote")


def test_the_list_is_bounded(browser: Browser, page: Page) -> None:
    browser.open(page.url)
    with httpx.Client(base_url=page.url) as sender:
        for number in range(220):
            sender.post("/messages", content=f"one of many, {number}")
    browser.wait(lambda: "one of many, 219" in browser.texts(), "the last one is shown")
    browser.wait(lambda: len(browser.shown()) == 200, "200 are shown")


def test_a_tab_in_the_background_lets_go_and_goes_on_where_it_was(browser: Browser, page: Page) -> None:
    browser.open(page.url)
    seen, unseen = f"seen {uuid.uuid4()}", [f"{number} unseen {uuid.uuid4()}" for number in range(3)]
    send(browser, seen)
    first = browser.chrome.current_window_handle
    browser.chrome.switch_to.new_window("tab")
    for text in unseen:
        httpx.post(f"{page.url}/messages", content=text)
    browser.chrome.close()
    browser.chrome.switch_to.window(first)
    browser.wait(lambda: {seen, *unseen} <= set(browser.texts()), "everything is shown")
    assert len(set(browser.recorded())) == len(browser.recorded())


def test_brokers_that_advertise_names_are_red_with_the_reason(browser: Browser, page: Page) -> None:
    reason = "a name instead of an address"
    cluster = {
        "topic": "words",
        "controller": 1,
        "brokers": [
            {"id": 1, "host": "10.10.0.5", "port": 9092, "reason": None},
            {"id": 2, "host": "wn0-kafka.internal", "port": 9092, "reason": reason},
        ],
        "partitions": [
            {"partition": 0, "leader": 1, "replicas": [1, 2], "inSyncReplicas": [1], "begin": 0, "end": 7},
            {"partition": 1, "leader": None, "replicas": [2], "inSyncReplicas": [], "begin": 0, "end": None},
        ],
        "trouble": "no broker answers",
    }  # fmt: skip
    browser.before_each_page(ANSWER_OF_CLUSTER % json.dumps(cluster))
    browser.open(page.url)
    browser.wait(lambda: browser.text("trouble") == "no broker answers", "the trouble is told")
    assert browser.find("kafka").is_displayed()
    good, bad = browser.chrome.execute_script(BROKERS)
    assert ("10.10.0.5:9092" in good["text"], "controller" in good["text"]) == (True, True)
    assert reason in bad["text"]
    red, green, blue = (int(part) for part in re.findall(r"\d+", bad["color"])[:3])
    assert red > 2 * max(green, blue)
    assert good["color"] != bad["color"]
    rows = browser.chrome.execute_script(TEXTS, "#partitions tr")
    assert [" ".join(row.split()) for row in rows] == ["0 1 1 2 0 \u2013 7", "1 none 2 ?"]
    assert browser.chrome.execute_script(TEXTS, "#partitions .missing") == ["2", "2"]


def test_the_token_is_asked_for_once(browser: Browser, brokers: str) -> None:
    with Replica(brokers, ACCESS_TOKEN="s3cret", OPEN_TO_THE_WORLD="true") as page:
        browser.open(page.url)
        assert browser.find("open").is_displayed()
        browser.find("token").send_keys("wrong")
        browser.find("text").send_keys("first", Keys.ENTER)
        browser.wait(lambda: "needs the access token" in browser.text("status"), "a wrong one is refused")
        assert browser.find("text").get_attribute("value") == "first"
        browser.find("token").send_keys("s3cret", Keys.ENTER)
        browser.wait(lambda: "first" in browser.texts(), "the right one is accepted")
        browser.chrome.refresh()
        send(browser, "second")
        assert not browser.find("token").is_displayed()


def test_it_can_be_used_by_keyboard_and_is_named_for_those_who_do_not_see(
    browser: Browser, page: Page
) -> None:
    browser.open(page.url)
    reached = []
    for _ in range(5):
        reached.append(browser.chrome.switch_to.active_element.get_attribute("id"))
        browser.chrome.switch_to.active_element.send_keys(Keys.TAB)
    assert reached == ["text", "key", "submit", "filter", "pause"]
    nodes = browser.chrome.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    named = {
        (node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if "role" in node
    }
    assert {
        ("textbox", "Message"),
        ("textbox", "Key (optional)"),
        ("searchbox", "Filter messages"),
        ("button", "Send"),
        ("button", "Pause"),
        ("complementary", "Cluster"),
        ("region", "Messages from Kafka"),
    } <= named


def test_a_phone_needs_no_sideways_scrolling(browser: Browser, page: Page) -> None:
    phone = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True}
    browser.chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    browser.open(page.url)
    send(browser, "x" * 500)
    width = browser.chrome.execute_script("return document.documentElement.scrollWidth")
    assert width <= 360
