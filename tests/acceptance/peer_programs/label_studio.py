"""Runs in an environment that has label-studio-sdk: its own reader checks tasks against a labeling configuration.

Arguments: the configuration, the tasks. Prints, task by task, what the reader finds wrong and the spans it sees.
"""

import json
import sys
from pathlib import Path
from typing import Any

from label_studio_sdk.label_interface import LabelInterface


def main() -> None:
    interface = LabelInterface(Path(sys.argv[1]).read_text("utf-8"))
    interface.validate()
    tasks = json.loads(Path(sys.argv[2]).read_text("utf-8"))
    print(json.dumps([_seen(interface, task) for task in tasks]))


def _seen(interface: Any, task: dict[str, Any]) -> dict[str, Any]:  # Any: the reader's own, and JSON
    [annotation] = task["annotations"]
    errors = interface._validate_object(annotation, return_errors=True)
    errors += [] if interface.validate_task({"data": task["data"]}) else ["the task lacks what the configuration shows"]
    spans = [result["value"] for result in annotation["result"] if result["type"] == "labels"]
    return {"text": task["data"]["text"], "errors": errors, "spans": spans}


if __name__ == "__main__":
    main()
