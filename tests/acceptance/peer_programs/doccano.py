"""Runs in an environment that has doccano: its own parser and its own labels read a JSONL file.

Argument: the file. Prints, line by line, what doccano would store.
"""

import json
import os
import sys
import uuid
from pathlib import Path

import backend

sys.path.insert(0, str(Path(backend.__file__).parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.development"

import django  # doccano finds its modules only now

django.setup()

from data_import.pipeline.label import CategoryLabel, SpanLabel  # noqa: E402
from data_import.pipeline.parsers import JSONLParser  # noqa: E402


def main() -> None:
    parser = JSONLParser(encoding="utf-8")
    found = []
    for row in parser.parse(sys.argv[1]):
        spans = [SpanLabel.parse(uuid.uuid4(), label) for label in row["label"]]
        categories = [CategoryLabel.parse(uuid.uuid4(), label) for label in row.get("cats", [])]
        found.append(
            {
                "text": row["text"],
                "spans": [[span.start_offset, span.end_offset, span.label] for span in spans],
                "categories": [category.label for category in categories],
            }
        )
    print(json.dumps({"rows": found, "errors": [str(error) for error in parser.errors]}))


if __name__ == "__main__":
    main()
