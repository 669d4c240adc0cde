from django.db import migrations

TRIGGERS = """
CREATE TRIGGER audit_insert AFTER INSERT ON modelops_modelversion FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,number,stage', '');
CREATE TRIGGER audit_update AFTER UPDATE OF project_id, number, stage ON modelops_modelversion FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,number,stage', '');
CREATE TRIGGER audit_delete AFTER DELETE ON modelops_modelversion FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,number,stage', '');
CREATE TRIGGER audit_insert AFTER INSERT ON modelops_versionstep FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('version_id', 'version_id,kind,reason,by_id', '');
CREATE TRIGGER audit_update AFTER UPDATE OF version_id, kind, reason, by_id ON modelops_versionstep FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('version_id', 'version_id,kind,reason,by_id', '');
CREATE TRIGGER audit_delete AFTER DELETE ON modelops_versionstep FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('version_id', 'version_id,kind,reason,by_id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON modelops_run FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,reason,state,cancel_requested,error,arguments', '');
CREATE TRIGGER audit_update AFTER UPDATE OF project_id, reason, state, cancel_requested, error, arguments ON modelops_run FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,reason,state,cancel_requested,error,arguments', '');
CREATE TRIGGER audit_delete AFTER DELETE ON modelops_run FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,reason,state,cancel_requested,error,arguments', '');
CREATE TRIGGER audit_insert AFTER INSERT ON modelops_certificate FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,label_set,target,state,threshold,end', '');
CREATE TRIGGER audit_update AFTER UPDATE OF "project_id", "label_set", "target", "state", "threshold", "end" ON modelops_certificate FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,label_set,target,state,threshold,end', '');
CREATE TRIGGER audit_delete AFTER DELETE ON modelops_certificate FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,label_set,target,state,threshold,end', '');
"""

REVERSE = """
DROP TRIGGER audit_insert ON modelops_modelversion;
DROP TRIGGER audit_update ON modelops_modelversion;
DROP TRIGGER audit_delete ON modelops_modelversion;
DROP TRIGGER audit_insert ON modelops_versionstep;
DROP TRIGGER audit_update ON modelops_versionstep;
DROP TRIGGER audit_delete ON modelops_versionstep;
DROP TRIGGER audit_insert ON modelops_run;
DROP TRIGGER audit_update ON modelops_run;
DROP TRIGGER audit_delete ON modelops_run;
DROP TRIGGER audit_insert ON modelops_certificate;
DROP TRIGGER audit_update ON modelops_certificate;
DROP TRIGGER audit_delete ON modelops_certificate;
"""


class Migration(migrations.Migration):
    dependencies = [("modelops", "0006_certificates"), ("annotation", "0023_audit_log")]

    operations = [migrations.RunSQL(TRIGGERS, REVERSE)]
