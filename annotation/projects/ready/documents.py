from django.utils.translation import gettext_lazy as _

from annotation.projects.ready.template import ProjectTemplate, guidelines_of, label

DOCUMENTS = ProjectTemplate(
    name="documents",
    title=_("Document routing"),
    description=_("Documents into folders, with the sentences that belong into a summary."),
    guidelines=guidelines_of("documents"),
    label_sets=[
        {
            "name": "Folder",
            "titles": {"en": "Folder", "zh-hans": "文件夹"},
            "kind": "choice",
            "required": True,
            "labels": [
                label("contract", "Contract", "合同", "Agreements, orders, binding offers. 协议、订单。", key="Q"),
                label("invoice", "Invoice", "发票", "Invoices, reminders, receipts. 发票、催款、收据。", key="W"),
                label("report", "Report", "报告", "Analyses, minutes, studies. 分析、纪要、研究。", key="E"),
                label("personnel", "Personnel", "人事", "What concerns one employee. 涉及某位员工。", key="R"),
                label("correspondence", "Correspondence", "往来函件", "Other letters and e-mails. 其他信函。", key="T"),
                label("policy", "Policy", "制度", "Rules that hold for many. 规定、手册。", key="Y"),
                label("other", "Other", "其他", "The rest; use it seldom. 其余，尽量少用。", key="O"),
            ],
        },
        {
            "name": "Summary",
            "titles": {"en": "Summary sentences", "zh-hans": "摘要句"},
            "kind": "span",
            "required": False,
            "max_spans": 5,
            "labels": [
                label(
                    "SUMMARY",
                    "Summary",
                    "摘要",
                    "A whole sentence worth summarizing. 值得写入摘要的整句。",
                    key="1",
                    color="#2563c9",
                ),
            ],
        },
    ],
)
