from annotation.annotations.models import Annotation, Gold, GoldChange
from annotation.documents.models import Document
from annotation.events.models import Event
from annotation.imports.models import Import
from annotation.people.models import Token, User
from annotation.predictions.models import Prediction
from annotation.projects.models import Label, LabelSet, Membership, Project
from annotation.queue.models import Assignment
from annotation.reviews.models import Review

__all__ = [
    "Annotation",
    "Assignment",
    "Document",
    "Event",
    "Gold",
    "GoldChange",
    "Import",
    "Label",
    "LabelSet",
    "Membership",
    "Prediction",
    "Project",
    "Review",
    "Token",
    "User",
]
