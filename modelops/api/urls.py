"""/api/v1/: the calls of the model."""

from django.urls import URLPattern, URLResolver, path

from modelops.api.cards import CardView
from modelops.api.certificates import CertificatesView, LikelyView
from modelops.api.erasures import BehindView, EraseView, ErasuresView, LearnAnewView, TaughtView
from modelops.api.explanations import ExplanationView
from modelops.api.forecast import ForecastView
from modelops.api.my_changes import MyChangesView
from modelops.api.predict import PredictView
from modelops.api.quality import PersonQualityView, QualityView
from modelops.api.runs import CancelRunView, RunsView, RunView
from modelops.api.similar import SimilarView
from modelops.api.versions import PromoteView, RollbackView, VersionsView, VersionView

urlpatterns: list[URLPattern | URLResolver] = [
    path("projects/<int:project_id>/certificates/", CertificatesView.as_view(), name="api-certificates"),
    path("predictions/<int:prediction_id>/likely/", LikelyView.as_view(), name="api-likely"),
    path("projects/<int:project_id>/erasures/", ErasuresView.as_view(), name="api-erasures"),
    path("projects/<int:project_id>/erasures/run/", LearnAnewView.as_view(), name="api-learn-anew"),
    path("documents/<int:document_id>/erase/", EraseView.as_view(), name="api-erase"),
    path("documents/<int:document_id>/versions/", TaughtView.as_view(), name="api-document-versions"),
    path("versions/<int:version_id>/documents/", BehindView.as_view(), name="api-version-documents"),
    path("projects/<int:project_id>/forecast/", ForecastView.as_view(), name="api-forecast"),
    path("projects/<int:project_id>/quality/", QualityView.as_view(), name="api-quality"),
    path(
        "projects/<int:project_id>/quality/people/<int:user_id>/",
        PersonQualityView.as_view(),
        name="api-quality-person",
    ),
    path("projects/<int:project_id>/my-changes/", MyChangesView.as_view(), name="api-my-changes"),
    path("projects/<int:project_id>/runs/", RunsView.as_view(), name="api-runs"),
    path("runs/<int:run_id>/", RunView.as_view(), name="api-run"),
    path("runs/<int:run_id>/cancel/", CancelRunView.as_view(), name="api-run-cancel"),
    path("projects/<int:project_id>/versions/", VersionsView.as_view(), name="api-versions"),
    path("versions/<int:version_id>/", VersionView.as_view(), name="api-version"),
    path("versions/<int:version_id>/card/", CardView.as_view(), name="api-version-card"),
    path("versions/<int:version_id>/promote/", PromoteView.as_view(), name="api-promote"),
    path("projects/<int:project_id>/rollback/", RollbackView.as_view(), name="api-rollback"),
    path("predictions/<int:prediction_id>/explanation/", ExplanationView.as_view(), name="api-explanation"),
    path("projects/<int:project_id>/similar/", SimilarView.as_view(), name="api-similar"),
    path("projects/<int:project_id>/predict/", PredictView.as_view(), name="api-predict"),
]
