"""Chromium without a screen, and what its page shows."""

import shutil
from pathlib import Path
from typing import Any

from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1200,860",
)
SECONDS = 30.0

# Before any script of the page, and again after each refresh: notes whatever is added to the list.
_RECORDER = """
window.recorded = [];
new MutationObserver((changes) => {
  const added = changes.flatMap((change) => [...change.addedNodes]).filter((node) => node.dataset?.place);
  for (const { dataset, children } of added) {
    window.recorded.push([dataset.place, children[0].querySelector(".text").textContent]);
  }
}).observe(document, { childList: true, subtree: true });
"""
_SHOWN = """
return [...document.querySelectorAll("#messages li[data-place]")]
  .map((item) => [item.dataset.place, item.querySelector(".text").textContent]);
"""


def start(profile: Path) -> Chrome:
    """A browser of its own, with its profile in that folder."""
    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
    for option in (*OPTIONS, f"--user-data-dir={profile}"):
        options.add_argument(option)
    return Chrome(options=options, service=ChromeService(shutil.which("chromedriver")))


class Browser:
    """The tab that a browser shows."""

    def __init__(self, chrome: Chrome) -> None:
        self.chrome = chrome
        self.before_each_page(_RECORDER)

    def before_each_page(self, script: str) -> None:
        """Run this in every document of the tab before its own scripts."""
        self.chrome.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": script})

    def open(self, url: str) -> None:
        self.chrome.get(url)
        self.wait(lambda: self.text("connection") == "live", "the page is live")

    def find(self, identifier: str) -> WebElement:
        return self.chrome.find_element(By.ID, identifier)

    def text(self, identifier: str) -> str:
        return self.chrome.execute_script(
            "return document.getElementById(arguments[0]).innerText", identifier
        )

    def shown(self) -> list[tuple[str, str]]:
        """Place (`partition:offset`) and text of each message in the list, newest first."""
        return [(place, text) for place, text in self.chrome.execute_script(_SHOWN)]

    def recorded(self) -> list[tuple[str, str]]:
        """The same of each that was ever added since the page was loaded."""
        return [(place, text) for place, text in self.chrome.execute_script("return window.recorded")]

    def texts(self) -> list[str]:
        return [text for _, text in self.shown()]

    def wait(self, condition: Any, what: str, seconds: float = SECONDS) -> None:
        WebDriverWait(self.chrome, seconds, 0.05).until(lambda _: condition(), f"not in time: {what}")
