"""Messages to the packages above. They carry ids only and are sent after commit; `modelops/loop.py` alone listens."""

from django.dispatch import Signal

documents_imported = Signal()  # project_id
gold_changed = Signal()  # project_id
import_requested = Signal()  # import_id
webhooks_due = Signal()  # project_id
alert_raised = Signal()  # project_id, alert_id
answers_read = Signal()  # project_id: the columns of the reports are newer
plan_changed = Signal()  # project_id
guidelines_changed = Signal()  # project_id, number
