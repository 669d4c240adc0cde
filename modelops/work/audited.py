"""Which tables of this package leave entries in the audit log."""

from annotation.audit.triggers import Audited

AUDITED = (
    Audited("modelops_modelversion", "project_id", ("project_id", "number", "stage")),
    Audited("modelops_versionstep", "version_id", ("version_id", "kind", "reason", "by_id")),
    Audited("modelops_run", "project_id", ("project_id", "reason", "state", "cancel_requested", "error", "arguments")),
    Audited("modelops_certificate", "project_id", ("project_id", "label_set", "target", "state", "threshold", "end")),
    Audited("modelops_labelstarter", "project_id", ("project_id", "label_id", "starter")),
    Audited("modelops_erasure", "project_id", ("project_id", "document_id", "versions", "reason", "by_id", "run_id")),
)
