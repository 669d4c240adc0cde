from django.utils.translation import gettext_lazy as _

from annotation.projects.ready.template import ProjectTemplate, guidelines_of

REPLIES = ProjectTemplate(
    name="replies",
    title=_("Replies"),
    description=_(
        "A customer's message and what is known about it: people write the reply, or edit an imported draft."
    ),
    part_roles=("customer", "knowledge"),
    guidelines=guidelines_of("replies"),
    label_sets=[
        {
            "name": "Draft",
            "titles": {"en": "Draft", "zh-hans": "回复草稿"},
            "kind": "text",
            "required": True,
            "labels": [],
        },
    ],
)
