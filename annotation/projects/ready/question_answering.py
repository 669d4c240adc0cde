from django.utils.translation import gettext_lazy as _

from annotation.projects.ready.template import ProjectTemplate, guidelines_of, label

QUESTION_ANSWERING = ProjectTemplate(
    name="question_answering",
    title=_("Question answering"),
    description=_(
        "A context and a question: the stretch of the context that answers it. The model proposes, people fix."
    ),
    part_roles=("context", "question"),
    guidelines=guidelines_of("question_answering"),
    label_sets=[
        {
            "name": "Answer",
            "titles": {"en": "Answer", "zh-hans": "答案"},
            "kind": "span",
            "required": False,
            "max_spans": 1,
            "part_role": "context",
            "labels": [
                label(
                    "ANSWER",
                    "Answer",
                    "答案",
                    "The shortest full answer. 完整回答的最短片段。",
                    key="1",
                    color="#2563c9",
                ),
            ],
        },
    ],
)
