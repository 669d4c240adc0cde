"""Messages inside this package. They carry ids only and are sent after commit; `modelops/loop.py` alone listens."""

from django.dispatch import Signal

run_requested = Signal()  # run_id, attempt
prelabeling_requested = Signal()  # version_id, attempt
predict_requested = Signal()  # request_id
explanation_requested = Signal()  # explanation_id, attempt
embedding_requested = Signal()  # project_id, attempt
project_embedded = Signal()  # project_id
ranking_requested = Signal()  # project_id, attempt
suspects_requested = Signal()  # project_id, attempt
forecast_requested = Signal()  # project_id, attempt
certificates_requested = Signal()  # project_id, attempt
report_requested = Signal()  # wish: which report, in which language, for which filter
watch_due = Signal()  # project_id
refit_requested = Signal()  # project_id
tuning_requested = Signal()  # project_id
version_registered = Signal()  # version_id
version_promoted = Signal()  # version_id
predictions_stored = Signal()  # version_id, document_ids (None: all of the project)
