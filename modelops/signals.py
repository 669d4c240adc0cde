"""Messages inside this package. They carry ids only and are sent after commit; `modelops/loop.py` alone listens."""

from django.dispatch import Signal

run_requested = Signal()  # run_id, attempt
prelabeling_requested = Signal()  # version_id, attempt
predict_requested = Signal()  # request_id
explanation_requested = Signal()  # explanation_id, attempt
embedding_requested = Signal()  # project_id, attempt
version_registered = Signal()  # version_id
version_promoted = Signal()  # version_id
predictions_stored = Signal()  # version_id, document_ids (None: all of the project)
