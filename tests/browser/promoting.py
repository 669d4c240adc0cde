"""Promotes versions on request: a line in, {project, answers: {document: answer}, pause}; the version's number out.

Runs beside the site on its database, as a worker does. The versions have no checkpoint, so nothing else is started.
"""

import json
import sys
import time

from annotation.predictions.models import Prediction
from modelops import signals
from modelops.registry.predictions import NewPrediction, store
from modelops.registry.services import NewVersion, promote, register


def main() -> None:
    signals.version_promoted.receivers.clear()
    signals.version_registered.receivers.clear()
    for line in sys.stdin:
        asked = json.loads(line)
        version = register(
            project_id=asked["project"], new=NewVersion(path="none", sha256="0" * 64, encoder="none", documents=0)
        )
        store(
            version.number,
            [NewPrediction(int(document), answer, {}) for document, answer in asked["answers"].items()],
        )
        assert Prediction.objects.filter(version=version.number).exists()
        time.sleep(asked["pause"])
        promote(version, user=None)
        sys.stdout.write(f"{version.number}\n")
        sys.stdout.flush()


main()
