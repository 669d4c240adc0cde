from django.db import migrations, models

# Every way of changing a row leaves an entry, COPY, the administration and a shell too. See annotation/audit.
FUNCTIONS = """
CREATE TABLE annotation_auditentry (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor_id bigint,
    actor varchar(150) NOT NULL,
    origin varchar(100) NOT NULL,
    action varchar(6) NOT NULL,
    "table" varchar(63) NOT NULL,
    row_id bigint NOT NULL,
    project_id bigint,
    document_id bigint,
    changes jsonb NOT NULL
);
CREATE INDEX audit_of_project ON annotation_auditentry (project_id, id DESC);
CREATE INDEX audit_of_actor ON annotation_auditentry (project_id, actor_id, id DESC);
CREATE INDEX audit_of_document ON annotation_auditentry (document_id, id DESC) WHERE document_id IS NOT NULL;

CREATE FUNCTION annotation_audit_short(value jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN length(value::text) > 1000 THEN jsonb_build_object('characters', length(value::text)) ELSE value END
$$;

CREATE FUNCTION annotation_audit_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before jsonb := '{}';
    after jsonb := '{}';
    present jsonb;
    told text[] := string_to_array(TG_ARGV[1], ',');
    changes jsonb;
    document bigint;
    project bigint;
    person bigint := nullif(current_setting('collabweb.actor', true), '')::bigint;
BEGIN
    IF TG_ARGV[2] = 'many' AND current_setting('collabweb.audit', true) = 'whole' THEN
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN before := to_jsonb(OLD); END IF;
    IF TG_OP <> 'DELETE' THEN after := to_jsonb(NEW); END IF;
    present := CASE WHEN TG_OP = 'DELETE' THEN before ELSE after END;
    SELECT jsonb_object_agg(key, jsonb_build_array(annotation_audit_short(before -> key), annotation_audit_short(after -> key)))
        INTO changes
        FROM jsonb_object_keys(present) AS key
        WHERE coalesce(before -> key, 'null') <> coalesce(after -> key, 'null')
            AND (told = '{}' OR key = ANY (told)) AND key <> 'id';
    IF changes IS NULL AND TG_OP = 'UPDATE' THEN
        RETURN NULL;
    END IF;
    document := (present ->> 'document_id')::bigint;
    IF TG_TABLE_NAME = 'annotation_document' THEN
        document := (present ->> 'id')::bigint;
    ELSIF TG_ARGV[0] = 'annotation_id' THEN
        SELECT document_id INTO document FROM annotation_annotation WHERE id = (present ->> 'annotation_id')::bigint;
    END IF;
    project := CASE TG_ARGV[0]
        WHEN '' THEN NULL
        WHEN 'label_set_id' THEN (SELECT project_id FROM annotation_labelset WHERE id = (present ->> 'label_set_id')::bigint)
        WHEN 'version_id' THEN (SELECT project_id FROM modelops_modelversion WHERE id = (present ->> 'version_id')::bigint)
        WHEN 'annotation_id' THEN (SELECT project_id FROM annotation_document WHERE id = document)
        WHEN 'document_id' THEN (SELECT project_id FROM annotation_document WHERE id = document)
        ELSE (present ->> TG_ARGV[0])::bigint
    END;
    INSERT INTO annotation_auditentry (actor_id, actor, origin, action, "table", row_id, project_id, document_id, changes)
    VALUES (
        person,
        coalesce((SELECT username FROM annotation_user WHERE id = person), ''),
        coalesce(nullif(current_setting('collabweb.origin', true), ''), 'database: ' || session_user),
        lower(TG_OP),
        TG_TABLE_NAME,
        coalesce(present ->> 'id', present ->> 'document_id')::bigint,
        project,
        document,
        coalesce(changes, '{}')
    );
    RETURN NULL;
END $$;

CREATE FUNCTION annotation_audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Entries of the audit log are never changed or removed.' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON annotation_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION annotation_audit_stays();
"""

TRIGGERS = """
CREATE TRIGGER audit_insert AFTER INSERT ON annotation_project FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('id', '', '');
CREATE TRIGGER audit_update AFTER UPDATE ON annotation_project FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('id', '', '');
CREATE TRIGGER audit_delete AFTER DELETE ON annotation_project FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('id', '', '');
CREATE TRIGGER audit_insert AFTER INSERT ON annotation_labelset FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', '', '');
CREATE TRIGGER audit_update AFTER UPDATE ON annotation_labelset FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', '', '');
CREATE TRIGGER audit_delete AFTER DELETE ON annotation_labelset FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', '', '');
CREATE TRIGGER audit_insert AFTER INSERT ON annotation_label FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('label_set_id', '', '');
CREATE TRIGGER audit_update AFTER UPDATE ON annotation_label FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('label_set_id', '', '');
CREATE TRIGGER audit_delete AFTER DELETE ON annotation_label FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('label_set_id', '', '');
CREATE TRIGGER audit_insert AFTER INSERT ON annotation_membership FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,user_id,role,passed_practice_at', '');
CREATE TRIGGER audit_update AFTER UPDATE OF project_id, user_id, role, passed_practice_at ON annotation_membership FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,user_id,role,passed_practice_at', '');
CREATE TRIGGER audit_delete AFTER DELETE ON annotation_membership FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,user_id,role,passed_practice_at', '');
CREATE TRIGGER audit_insert AFTER INSERT ON annotation_guidelinesversion FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', '', '');
CREATE TRIGGER audit_update AFTER UPDATE ON annotation_guidelinesversion FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', '', '');
CREATE TRIGGER audit_delete AFTER DELETE ON annotation_guidelinesversion FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', '', '');
CREATE TRIGGER audit_insert AFTER INSERT ON annotation_webhook FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,url,state', '');
CREATE TRIGGER audit_update AFTER UPDATE OF project_id, url, state ON annotation_webhook FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,url,state', '');
CREATE TRIGGER audit_delete AFTER DELETE ON annotation_webhook FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,url,state', '');
CREATE TRIGGER audit_insert AFTER INSERT ON annotation_token FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'user_id,name,scopes,project_id,expires_at', '');
CREATE TRIGGER audit_update AFTER UPDATE OF user_id, name, scopes, project_id, expires_at ON annotation_token FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'user_id,name,scopes,project_id,expires_at', '');
CREATE TRIGGER audit_delete AFTER DELETE ON annotation_token FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'user_id,name,scopes,project_id,expires_at', '');
CREATE TRIGGER audit_insert AFTER INSERT ON annotation_user FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('', 'username,email,is_active,is_staff,is_superuser', '');
CREATE TRIGGER audit_update AFTER UPDATE OF username, email, is_active, is_staff, is_superuser ON annotation_user FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('', 'username,email,is_active,is_staff,is_superuser', '');
CREATE TRIGGER audit_delete AFTER DELETE ON annotation_user FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('', 'username,email,is_active,is_staff,is_superuser', '');
CREATE TRIGGER audit_insert AFTER INSERT ON annotation_practiceitem FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', '', '');
CREATE TRIGGER audit_update AFTER UPDATE ON annotation_practiceitem FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', '', '');
CREATE TRIGGER audit_delete AFTER DELETE ON annotation_practiceitem FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', '', '');
CREATE TRIGGER audit_insert AFTER INSERT ON annotation_consistencyrule FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', '', '');
CREATE TRIGGER audit_update AFTER UPDATE ON annotation_consistencyrule FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', '', '');
CREATE TRIGGER audit_delete AFTER DELETE ON annotation_consistencyrule FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', '', '');
CREATE TRIGGER audit_insert AFTER INSERT ON annotation_import FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,filename,on_error,state,imported', '');
CREATE TRIGGER audit_update AFTER UPDATE OF project_id, filename, on_error, state, imported ON annotation_import FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,filename,on_error,state,imported', '');
CREATE TRIGGER audit_delete AFTER DELETE ON annotation_import FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,filename,on_error,state,imported', '');
CREATE TRIGGER audit_delete AFTER DELETE ON annotation_document FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,external_id', 'many');
CREATE TRIGGER audit_insert AFTER INSERT ON annotation_annotation FOR EACH ROW WHEN (NEW.status <> 'draft') EXECUTE FUNCTION annotation_audit_row('document_id', 'document_id,user_id,status,answer,sent_back', 'many');
CREATE TRIGGER audit_update AFTER UPDATE OF document_id, user_id, status, answer, sent_back ON annotation_annotation FOR EACH ROW WHEN (NEW.status <> 'draft') EXECUTE FUNCTION annotation_audit_row('document_id', 'document_id,user_id,status,answer,sent_back', 'many');
CREATE TRIGGER audit_delete AFTER DELETE ON annotation_annotation FOR EACH ROW WHEN (OLD.status <> 'draft') EXECUTE FUNCTION annotation_audit_row('document_id', 'document_id,user_id,status,answer,sent_back', 'many');
CREATE TRIGGER audit_insert AFTER INSERT ON annotation_gold FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,document_id,answer,source,by_id', 'many');
CREATE TRIGGER audit_update AFTER UPDATE OF project_id, document_id, answer, source, by_id ON annotation_gold FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,document_id,answer,source,by_id', 'many');
CREATE TRIGGER audit_delete AFTER DELETE ON annotation_gold FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('project_id', 'project_id,document_id,answer,source,by_id', 'many');
CREATE TRIGGER audit_insert AFTER INSERT ON annotation_review FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('annotation_id', 'annotation_id,reviewer_id,verdict,answer,comment,undone_at', 'many');
CREATE TRIGGER audit_update AFTER UPDATE OF annotation_id, reviewer_id, verdict, answer, comment, undone_at ON annotation_review FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('annotation_id', 'annotation_id,reviewer_id,verdict,answer,comment,undone_at', 'many');
CREATE TRIGGER audit_delete AFTER DELETE ON annotation_review FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('annotation_id', 'annotation_id,reviewer_id,verdict,answer,comment,undone_at', 'many');
CREATE TRIGGER audit_insert AFTER INSERT ON annotation_adjudication FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('document_id', 'document_id,reviewer_id,answer,comment,undone_at', 'many');
CREATE TRIGGER audit_update AFTER UPDATE OF document_id, reviewer_id, answer, comment, undone_at ON annotation_adjudication FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('document_id', 'document_id,reviewer_id,answer,comment,undone_at', 'many');
CREATE TRIGGER audit_delete AFTER DELETE ON annotation_adjudication FOR EACH ROW EXECUTE FUNCTION annotation_audit_row('document_id', 'document_id,reviewer_id,answer,comment,undone_at', 'many');
"""

REVERSE_TRIGGERS = """
DROP TRIGGER audit_insert ON annotation_project;
DROP TRIGGER audit_update ON annotation_project;
DROP TRIGGER audit_delete ON annotation_project;
DROP TRIGGER audit_insert ON annotation_labelset;
DROP TRIGGER audit_update ON annotation_labelset;
DROP TRIGGER audit_delete ON annotation_labelset;
DROP TRIGGER audit_insert ON annotation_label;
DROP TRIGGER audit_update ON annotation_label;
DROP TRIGGER audit_delete ON annotation_label;
DROP TRIGGER audit_insert ON annotation_membership;
DROP TRIGGER audit_update ON annotation_membership;
DROP TRIGGER audit_delete ON annotation_membership;
DROP TRIGGER audit_insert ON annotation_guidelinesversion;
DROP TRIGGER audit_update ON annotation_guidelinesversion;
DROP TRIGGER audit_delete ON annotation_guidelinesversion;
DROP TRIGGER audit_insert ON annotation_webhook;
DROP TRIGGER audit_update ON annotation_webhook;
DROP TRIGGER audit_delete ON annotation_webhook;
DROP TRIGGER audit_insert ON annotation_token;
DROP TRIGGER audit_update ON annotation_token;
DROP TRIGGER audit_delete ON annotation_token;
DROP TRIGGER audit_insert ON annotation_user;
DROP TRIGGER audit_update ON annotation_user;
DROP TRIGGER audit_delete ON annotation_user;
DROP TRIGGER audit_insert ON annotation_practiceitem;
DROP TRIGGER audit_update ON annotation_practiceitem;
DROP TRIGGER audit_delete ON annotation_practiceitem;
DROP TRIGGER audit_insert ON annotation_consistencyrule;
DROP TRIGGER audit_update ON annotation_consistencyrule;
DROP TRIGGER audit_delete ON annotation_consistencyrule;
DROP TRIGGER audit_insert ON annotation_import;
DROP TRIGGER audit_update ON annotation_import;
DROP TRIGGER audit_delete ON annotation_import;
DROP TRIGGER audit_delete ON annotation_document;
DROP TRIGGER audit_insert ON annotation_annotation;
DROP TRIGGER audit_update ON annotation_annotation;
DROP TRIGGER audit_delete ON annotation_annotation;
DROP TRIGGER audit_insert ON annotation_gold;
DROP TRIGGER audit_update ON annotation_gold;
DROP TRIGGER audit_delete ON annotation_gold;
DROP TRIGGER audit_insert ON annotation_review;
DROP TRIGGER audit_update ON annotation_review;
DROP TRIGGER audit_delete ON annotation_review;
DROP TRIGGER audit_insert ON annotation_adjudication;
DROP TRIGGER audit_update ON annotation_adjudication;
DROP TRIGGER audit_delete ON annotation_adjudication;
"""

REVERSE_FUNCTIONS = """
DROP TABLE annotation_auditentry;
DROP FUNCTION annotation_audit_row();
DROP FUNCTION annotation_audit_stays();
DROP FUNCTION annotation_audit_short(jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [("annotation", "0022_meta_terms")]

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("actor_id", models.BigIntegerField(null=True)),
                ("actor", models.CharField(max_length=150)),
                ("origin", models.CharField(max_length=100)),
                (
                    "action",
                    models.CharField(
                        choices=[("insert", "Added"), ("update", "Changed"), ("delete", "Removed")], max_length=6
                    ),
                ),
                ("table", models.CharField(max_length=63)),
                ("row_id", models.BigIntegerField()),
                ("project_id", models.BigIntegerField(null=True)),
                ("document_id", models.BigIntegerField(null=True)),
                ("changes", models.JSONField()),
            ],
            options={"db_table": "annotation_auditentry", "ordering": ["-id"], "managed": False},
        ),
        migrations.RunSQL(FUNCTIONS, REVERSE_FUNCTIONS),
        migrations.RunSQL(TRIGGERS, REVERSE_TRIGGERS),
    ]
