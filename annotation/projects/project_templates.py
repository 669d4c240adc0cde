"""The ready systems: what a new project starts with. Data only; each template is a file in `ready/`."""

from annotation.projects.ready.documents import DOCUMENTS
from annotation.projects.ready.finance import FINANCE
from annotation.projects.ready.office import OFFICE
from annotation.projects.ready.question_answering import QUESTION_ANSWERING
from annotation.projects.ready.replies import REPLIES
from annotation.projects.ready.template import ProjectTemplate
from annotation.projects.ready.tickets import TICKETS

TEMPLATES: dict[str, ProjectTemplate] = {
    template.name: template for template in (TICKETS, FINANCE, OFFICE, DOCUMENTS, QUESTION_ANSWERING, REPLIES)
}
