from annotation.alerts.models import Alert, AlertRule, AlertStep, Notification, NotificationChoice
from annotation.annotations.models import Annotation, Gold, GoldChange
from annotation.annotations.review_items import ReviewItem
from annotation.audit.models import AuditEntry
from annotation.bulk.models import BulkItem, BulkLabeling
from annotation.comments.models import Comment, Flag
from annotation.consistency.models import ConsistencyRule
from annotation.discussions.models import Discussion, DiscussionPost
from annotation.documents.counts import DocumentCount
from annotation.documents.models import Document, DocumentSearch, NearKey
from annotation.events.models import Event, Presence
from annotation.finding.models import BulkChange, SavedView
from annotation.imports.models import Import
from annotation.people.models import Token, User
from annotation.plans.models import AssignmentPlan, Lane
from annotation.practice.models import GoldSet, PracticeAttempt, PracticeItem
from annotation.predictions.models import Prediction
from annotation.projects.models import GuidelinesSeen, GuidelinesVersion, Label, LabelSet, Membership, Project
from annotation.quality.models import QualityMark, QualitySlice, Skill, SkillState
from annotation.queue.models import Assignment
from annotation.reviews.decisions import Decision
from annotation.reviews.models import Adjudication, AgreeingBatch, Review
from annotation.webhooks.models import Delivery, Webhook

__all__ = [
    "Adjudication",
    "AgreeingBatch",
    "Alert",
    "AlertRule",
    "AlertStep",
    "Annotation",
    "Assignment",
    "AssignmentPlan",
    "AuditEntry",
    "BulkChange",
    "BulkItem",
    "BulkLabeling",
    "Comment",
    "ConsistencyRule",
    "Decision",
    "Delivery",
    "Discussion",
    "DiscussionPost",
    "Document",
    "DocumentCount",
    "DocumentSearch",
    "Event",
    "Flag",
    "Gold",
    "GoldChange",
    "GoldSet",
    "GuidelinesSeen",
    "GuidelinesVersion",
    "Import",
    "Label",
    "LabelSet",
    "Lane",
    "Membership",
    "NearKey",
    "Notification",
    "NotificationChoice",
    "PracticeAttempt",
    "PracticeItem",
    "Prediction",
    "Presence",
    "Project",
    "QualityMark",
    "QualitySlice",
    "Review",
    "ReviewItem",
    "SavedView",
    "Skill",
    "SkillState",
    "Token",
    "User",
    "Webhook",
]
