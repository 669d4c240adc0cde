"""/api/v1/: the calls of people's work."""

from django.urls import path

from annotation.api.account import PreferencesView
from annotation.api.alerts import AlertRulesView, AlertsView, AlertView, CloseView, SnoozeView
from annotation.api.annotations import AnnotationsView, AnnotationView, LabelsView
from annotation.api.audit import AuditView
from annotation.api.bulk import BulkUndoView, BulkView, NearDuplicatesView
from annotation.api.changes import ChangesView, ChangeUndoView
from annotation.api.comments import CommentsView, CommentView, FlagResolveView, FlagView
from annotation.api.discussions import DiscussionPostsView, DiscussionResolveView, DiscussionsView, DiscussionView
from annotation.api.documents import DocumentView
from annotation.api.exports import ExportedView, ExportView
from annotation.api.gold_sets import GoldSetDocumentsView, GoldSetsView, GoldSetView
from annotation.api.guidelines import GuidelinesChangesView, GuidelinesSeenView, GuidelinesVersionsView, GuidelinesView
from annotation.api.imports import DocumentsView, ImportCancelView, ImportView
from annotation.api.inbox import InboxReadView, InboxView, NotificationChoicesView
from annotation.api.plan import PlanPreviewView, PlanUndoView, PlanView
from annotation.api.practice import PracticeFeedbackView, PracticeNextView, PracticeView
from annotation.api.projects import MembersView, ProjectsView, ProjectView, TokenView
from annotation.api.queue import AssignmentView, NextView, QueueView
from annotation.api.review_queue import (
    AgreeingUndoView,
    AgreeingView,
    DecisionsView,
    FirstAnswerView,
    ReviewLeaseView,
    ReviewsNextView,
)
from annotation.api.reviews import AdjudicationUndoView, AdjudicationView, ReviewsView, ReviewUndoView, ReviewView
from annotation.api.saved_views import SavedViewsView, SavedViewView
from annotation.api.session import SessionView
from annotation.api.webhooks import DeliveriesView, ReplayView, WebhooksView, WebhookView

urlpatterns = [
    path("token/", TokenView.as_view(), name="api-token"),
    path("session/", SessionView.as_view(), name="api-session"),
    path("account/notifications/", NotificationChoicesView.as_view(), name="api-notification-choices"),
    path("inbox/", InboxView.as_view(), name="api-inbox"),
    path("inbox/read/", InboxReadView.as_view(), name="api-inbox-read"),
    path("projects/<int:project_id>/alerts/", AlertsView.as_view(), name="api-alerts"),
    path("projects/<int:project_id>/alerts/rules/", AlertRulesView.as_view(), name="api-alert-rules"),
    path("alerts/<int:alert_id>/", AlertView.as_view(), name="api-alert"),
    path("alerts/<int:alert_id>/snooze/", SnoozeView.as_view(), name="api-alert-snooze"),
    path("alerts/<int:alert_id>/close/", CloseView.as_view(), name="api-alert-close"),
    path("account/preferences/", PreferencesView.as_view(), name="api-preferences"),
    path("projects/", ProjectsView.as_view(), name="api-projects"),
    path("projects/<int:project_id>/", ProjectView.as_view(), name="api-project"),
    path("projects/<int:project_id>/members/", MembersView.as_view(), name="api-members"),
    path("projects/<int:project_id>/guidelines/", GuidelinesView.as_view(), name="api-guidelines"),
    path(
        "projects/<int:project_id>/guidelines/versions/",
        GuidelinesVersionsView.as_view(),
        name="api-guidelines-versions",
    ),
    path(
        "projects/<int:project_id>/guidelines/changes/", GuidelinesChangesView.as_view(), name="api-guidelines-changes"
    ),
    path("projects/<int:project_id>/guidelines/seen/", GuidelinesSeenView.as_view(), name="api-guidelines-seen"),
    path("projects/<int:project_id>/documents/", DocumentsView.as_view(), name="api-documents"),
    path("projects/<int:project_id>/documents/changes/", ChangesView.as_view(), name="api-document-changes"),
    path("changes/<int:change_id>/undo/", ChangeUndoView.as_view(), name="api-document-change-undo"),
    path("projects/<int:project_id>/views/", SavedViewsView.as_view(), name="api-views"),
    path("views/<int:view_id>/", SavedViewView.as_view(), name="api-view"),
    path("projects/<int:project_id>/queue/", QueueView.as_view(), name="api-queue"),
    path("projects/<int:project_id>/queue/next/", NextView.as_view(), name="api-next"),
    path("projects/<int:project_id>/gold-sets/", GoldSetsView.as_view(), name="api-gold-sets"),
    path("gold-sets/<int:gold_set_id>/", GoldSetView.as_view(), name="api-gold-set"),
    path("gold-sets/<int:gold_set_id>/documents/", GoldSetDocumentsView.as_view(), name="api-gold-set-documents"),
    path("projects/<int:project_id>/plan/", PlanView.as_view(), name="api-plan"),
    path("projects/<int:project_id>/plan/preview/", PlanPreviewView.as_view(), name="api-plan-preview"),
    path("projects/<int:project_id>/plan/undo/", PlanUndoView.as_view(), name="api-plan-undo"),
    path("projects/<int:project_id>/practice/next/", PracticeNextView.as_view(), name="api-practice-next"),
    path("projects/<int:project_id>/practice/feedback/", PracticeFeedbackView.as_view(), name="api-practice-feedback"),
    path("projects/<int:project_id>/bulk/", BulkView.as_view(), name="api-bulk"),
    path("bulk/<int:labeling_id>/undo/", BulkUndoView.as_view(), name="api-bulk-undo"),
    path("documents/<int:document_id>/near-duplicates/", NearDuplicatesView.as_view(), name="api-near-duplicates"),
    path("projects/<int:project_id>/annotations/", AnnotationsView.as_view(), name="api-annotations"),
    path("projects/<int:project_id>/labels/", LabelsView.as_view(), name="api-labels"),
    path("projects/<int:project_id>/export/", ExportView.as_view(), name="api-export"),
    path("projects/<int:project_id>/exports/<str:export_id>/", ExportedView.as_view(), name="api-exported"),
    path("imports/<int:import_id>/", ImportView.as_view(), name="api-import"),
    path("imports/<int:import_id>/cancel/", ImportCancelView.as_view(), name="api-import-cancel"),
    path("documents/<int:document_id>/", DocumentView.as_view(), name="api-document"),
    path("documents/<int:document_id>/comments/", CommentsView.as_view(), name="api-comments"),
    path("documents/<int:document_id>/flag/", FlagView.as_view(), name="api-flag"),
    path("documents/<int:document_id>/flag/resolve/", FlagResolveView.as_view(), name="api-flag-resolve"),
    path("comments/<int:comment_id>/", CommentView.as_view(), name="api-comment"),
    path("documents/<int:document_id>/annotation/", AnnotationView.as_view(), name="api-annotation"),
    path("documents/<int:document_id>/practice/", PracticeView.as_view(), name="api-practice"),
    path("annotations/<int:annotation_id>/review/", ReviewView.as_view(), name="api-review"),
    path("documents/<int:document_id>/adjudication/", AdjudicationView.as_view(), name="api-adjudication"),
    path("projects/<int:project_id>/discussions/", DiscussionsView.as_view(), name="api-discussions"),
    path("discussions/<int:discussion_id>/", DiscussionView.as_view(), name="api-discussion"),
    path("discussions/<int:discussion_id>/posts/", DiscussionPostsView.as_view(), name="api-discussion-posts"),
    path("discussions/<int:discussion_id>/resolve/", DiscussionResolveView.as_view(), name="api-discussion-resolve"),
    path("projects/<int:project_id>/reviews/", ReviewsView.as_view(), name="api-reviews"),
    path("projects/<int:project_id>/reviews/next/", ReviewsNextView.as_view(), name="api-reviews-next"),
    path("projects/<int:project_id>/reviews/agreeing/", AgreeingView.as_view(), name="api-agreeing"),
    path("projects/<int:project_id>/decisions/", DecisionsView.as_view(), name="api-decisions"),
    path("reviews/<int:review_id>/undo/", ReviewUndoView.as_view(), name="api-review-undo"),
    path("adjudications/<int:adjudication_id>/undo/", AdjudicationUndoView.as_view(), name="api-adjudication-undo"),
    path("agreeing/<int:batch_id>/undo/", AgreeingUndoView.as_view(), name="api-agreeing-undo"),
    path("review-items/<int:item_id>/", ReviewLeaseView.as_view(), name="api-review-item"),
    path("review-items/<int:item_id>/first-answer/", FirstAnswerView.as_view(), name="api-first-answer"),
    path("assignments/<int:assignment_id>/", AssignmentView.as_view(), name="api-assignment"),
    path("projects/<int:project_id>/audit/", AuditView.as_view(), name="api-audit"),
    path("projects/<int:project_id>/webhooks/", WebhooksView.as_view(), name="api-webhooks"),
    path("webhooks/<int:webhook_id>/", WebhookView.as_view(), name="api-webhook"),
    path("webhooks/<int:webhook_id>/replay/", ReplayView.as_view(), name="api-webhook-replay"),
    path("webhooks/<int:webhook_id>/deliveries/", DeliveriesView.as_view(), name="api-webhook-deliveries"),
]
