"""Pages of the model."""

from django.urls import URLPattern, URLResolver, path

from modelops.pages import reports
from modelops.pages.cards import version_card, version_card_json, version_card_markdown
from modelops.pages.certificates import certificates, restore_certificate, revoke_certificate
from modelops.pages.erasures import erase_document, erasures, run_without_erased
from modelops.pages.forecast import forecast, measure_forecast
from modelops.pages.gold_sets import gold_set, gold_sets
from modelops.pages.my_changes import my_changes
from modelops.pages.registry import models, promote_version, roll_back
from modelops.pages.run_options import run_options
from modelops.pages.runs import run_page, start_run, stop_run
from modelops.pages.selection import selection
from modelops.pages.starters import change_starters
from modelops.pages.suspects import dismiss_suspect, find_suspects, suspects
from modelops.pages.version_documents import version_documents
from modelops.pages.versions import compare_versions, version_page
from modelops.reports.names import NAMES

urlpatterns: list[URLPattern | URLResolver] = [
    path("projects/<int:project_id>/certificates/", certificates, name="certificates"),
    path("projects/<int:project_id>/gold-sets/", gold_sets, name="gold_sets"),
    path("projects/<int:project_id>/gold-sets/<int:gold_set_id>/", gold_set, name="gold_set"),
    path("projects/<int:project_id>/selection/", selection, name="selection"),
    path("projects/<int:project_id>/forecast/", forecast, name="forecast"),
    path("projects/<int:project_id>/forecast/measure/", measure_forecast, name="measure_forecast"),
    path("projects/<int:project_id>/erasures/", erasures, name="erasures"),
    path("projects/<int:project_id>/erasures/run/", run_without_erased, name="run_without_erased"),
    path("projects/<int:project_id>/documents/<int:document_id>/erase/", erase_document, name="erase_document"),
    path("projects/<int:project_id>/suspects/", suspects, name="suspects"),
    path("projects/<int:project_id>/suspects/find/", find_suspects, name="find_suspects"),
    path("projects/<int:project_id>/suspects/<int:suspect_id>/dismiss/", dismiss_suspect, name="dismiss_suspect"),
    path(
        "projects/<int:project_id>/certificates/<int:certificate_id>/revoke/",
        revoke_certificate,
        name="revoke_certificate",
    ),
    path(
        "projects/<int:project_id>/certificates/<int:certificate_id>/restore/",
        restore_certificate,
        name="restore_certificate",
    ),
    path("projects/<int:project_id>/me/changes/", my_changes, name="my_changes"),
    path("projects/<int:project_id>/models/", models, name="models"),
    path("projects/<int:project_id>/models/starters/", change_starters, name="change_starters"),
    path("projects/<int:project_id>/models/roll-back/", roll_back, name="roll_back"),
    path("projects/<int:project_id>/models/compare/", compare_versions, name="compare_versions"),
    path("projects/<int:project_id>/versions/<int:version_id>/", version_page, name="version"),
    path("projects/<int:project_id>/versions/<int:version_id>/card/", version_card, name="version_card"),
    path(
        "projects/<int:project_id>/versions/<int:version_id>/card.md",
        version_card_markdown,
        name="version_card_markdown",
    ),
    path("projects/<int:project_id>/versions/<int:version_id>/card.json", version_card_json, name="version_card_json"),
    path("projects/<int:project_id>/versions/<int:version_id>/documents/", version_documents, name="version_documents"),
    path("projects/<int:project_id>/versions/<int:version_id>/promote/", promote_version, name="promote_version"),
    path("projects/<int:project_id>/runs/", start_run, name="start_run"),
    path("projects/<int:project_id>/runs/new/", run_options, name="run_options"),
    path("projects/<int:project_id>/runs/<int:run_id>/", run_page, name="run"),
    path("projects/<int:project_id>/runs/<int:run_id>/stop/", stop_run, name="stop_run"),
    *(
        path(f"projects/<int:project_id>/reports/{address}", reports.report, {"name": name}, name=f"report_{name}")
        for name, address in ((name, "" if name == "overview" else f"{name}/") for name in NAMES)
    ),
    path("projects/<int:project_id>/reports/people/<int:user_id>/", reports.person, name="report_person"),
    path(
        "projects/<int:project_id>/reports/people/<int:user_id>/<slug:key>.csv",
        reports.person_csv,
        name="report_person_csv",
    ),
    path("projects/<int:project_id>/reports/<slug:name>/<slug:key>.csv", reports.report_csv, name="report_csv"),
]
