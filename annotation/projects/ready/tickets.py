from django.utils.translation import gettext_lazy as _

from annotation.projects.ready.template import ProjectTemplate, guidelines_of, label

TICKETS = ProjectTemplate(
    name="tickets",
    title=_("Support tickets"),
    description=_("Customer tickets and dialogues: what each is about, how the customer feels, what it names."),
    part_roles=("customer", "agent"),
    guidelines=guidelines_of("tickets"),
    label_sets=[
        {
            "name": "Category",
            "titles": {"en": "Category", "zh-hans": "类别"},
            "kind": "choice",
            "required": True,
            "labels": [
                label(
                    "billing", "Billing", "账单", "A charge, invoice, fee or subscription. 扣费、发票、订阅。", key="Q"
                ),
                label(
                    "refund", "Refund", "退款", "Money back, or a refund that is late. 要求退款或退款未到。", key="W"
                ),
                label(
                    "delivery",
                    "Delivery",
                    "物流",
                    "Late, lost, misdirected or damaged. 延误、丢件、运输损坏。",
                    key="E",
                ),
                label("fault", "Fault", "故障", "The product or service does not work. 产品或服务不能用。", key="R"),
                label("account", "Account", "账户", "Signing in, personal data, closing. 登录、资料、注销。", key="T"),
                label("other", "Other", "其他", "Praise, questions before buying, the rest. 其余情况。", key="Y"),
            ],
        },
        {
            "name": "Sentiment",
            "titles": {"en": "Sentiment", "zh-hans": "情感"},
            "kind": "choice",
            "required": True,
            "labels": [
                label("negative", "Negative", "负面", "Annoyed, disappointed, sarcastic. 生气、失望、讽刺。", key="Z"),
                label("neutral", "Neutral", "中性", "Plain facts or a plain question. 陈述或普通提问。", key="X"),
                label("positive", "Positive", "正面", "Thanks, praise, delight. 感谢、表扬。", key="C"),
            ],
        },
        {
            "name": "Entities",
            "titles": {"en": "Entities", "zh-hans": "实体"},
            "kind": "span",
            "required": False,
            "overlap": False,
            "labels": [
                label("PERSON", "Person", "人物", "Names of people. 人名。", key="1", color="#c2571a"),
                label(
                    "ORG",
                    "Organization",
                    "机构",
                    "Companies, shops, banks. 公司、店铺、银行。",
                    key="2",
                    color="#2563c9",
                ),
                label("LOCATION", "Location", "地点", "Places and addresses. 地名和地址。", key="3", color="#0f7a4d"),
                label(
                    "DATE", "Date", "日期", "Dates and days, not durations. 日期，不含时长。", key="4", color="#c01f5e"
                ),
                label(
                    "PRODUCT",
                    "Product",
                    "产品",
                    "What was bought, with its model. 商品及型号。",
                    key="5",
                    color="#7c3aca",
                ),
                label(
                    "MONEY", "Money", "金额", "An amount with its currency. 金额及货币单位。", key="6", color="#8a6d00"
                ),
                label(
                    "ORDER",
                    "Order number",
                    "单号",
                    "Order, tracking, invoice numbers. 订单号、运单号。",
                    key="7",
                    color="#0e7490",
                ),
            ],
        },
    ],
)
