"""A topic that is deleted and made again under a page that shows it."""

import json
import sys
from pathlib import Path

from tests.e2e.environment import Environment

SCRIPT = Path(__file__).parent / "topic_made_anew.py"


def test_browsers_start_anew_with_the_topic_whether_they_stayed_or_came_back(
    environment: Environment,
) -> None:
    servers = environment.outputs()["bootstrapServers"]
    output = environment.succeed("exec", "aks", "--", sys.executable, str(SCRIPT), servers)
    told = json.loads(output.splitlines()[-1])
    before = [["message", f"before {number}"] for number in range(3)]
    assert told["stayed"] == [["start", ""], *before, ["reset", ""], ["message", "after"]]
    assert told["came_back"] == [["reset", ""], ["message", "after"]]
