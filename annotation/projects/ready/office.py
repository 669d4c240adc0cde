from django.utils.translation import gettext_lazy as _

from annotation.projects.ready.template import ProjectTemplate, guidelines_of, label

OFFICE = ProjectTemplate(
    name="office",
    title=_("Remote work"),
    description=_("Work logs with their e-mails: who worked on what, for which client, in which meeting."),
    part_roles=("log", "email"),
    guidelines=guidelines_of("office"),
    label_sets=[
        {
            "name": "Entities",
            "titles": {"en": "Entities", "zh-hans": "实体"},
            "kind": "span",
            "required": False,
            "overlap": True,
            "labels": [
                label(
                    "WORK", "Work", "工作", "An activity, verb and object. 活动：动词加宾语。", key="1", color="#2563c9"
                ),
                label("CLIENT", "Client", "客户", "Whom the work is for. 工作所服务的客户。", key="2", color="#c2571a"),
                label(
                    "MEETING",
                    "Meeting",
                    "会议",
                    "A named or dated meeting or call. 会议或电话。",
                    key="3",
                    color="#c01f5e",
                ),
                label(
                    "PROJECT",
                    "Project",
                    "项目",
                    "The name of a project or product. 项目或产品名。",
                    key="4",
                    color="#7c3aca",
                ),
                label(
                    "REPORT", "Report", "报告", "A document that is delivered. 要交付的文件。", key="5", color="#0f7a4d"
                ),
            ],
        },
    ],
)
