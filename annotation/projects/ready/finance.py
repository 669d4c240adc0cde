from django.utils.translation import gettext_lazy as _

from annotation.projects.ready.template import ProjectTemplate, guidelines_of, label

FINANCE = ProjectTemplate(
    name="finance",
    title=_("Financial public opinion"),
    description=_("News, reports and posts: topics, the direction for the company, and the names and figures in them."),
    guidelines=guidelines_of("finance"),
    label_sets=[
        {
            "name": "Topic",
            "titles": {"en": "Topic", "zh-hans": "主题"},
            "kind": "choices",
            "required": False,
            "labels": [
                label("results", "Results", "业绩", "Revenue, profit, guidance. 收入、利润、指引。", key="Q"),
                label("markets", "Markets", "行情", "Prices of shares, currencies, goods. 价格走势。", key="W"),
                label("deals", "Deals", "交易", "Mergers, stakes, listings. 并购、入股、上市。", key="E"),
                label("financing", "Financing", "融资", "Loans, bonds, dividends. 贷款、债券、分红。", key="R"),
                label("policy", "Policy", "政策", "Laws, regulators, central banks. 法规、监管、央行。", key="T"),
                label("people", "People", "人事", "Appointments, layoffs, strikes. 任命、裁员、罢工。", key="Y"),
                label("products", "Products", "产品", "Launches, recalls, plants. 发布、召回、工厂。", key="O"),
                label("risk", "Risk", "风险", "Lawsuits, fraud, defaults. 诉讼、欺诈、违约。", key="D"),
            ],
        },
        {
            "name": "Sentiment",
            "titles": {"en": "Sentiment", "zh-hans": "情感"},
            "kind": "choice",
            "required": True,
            "labels": [
                label("positive", "Positive", "正面", "Better results or a higher price expected. 利好。", key="Z"),
                label("neutral", "Neutral", "中性", "No direction. 没有方向。", key="X"),
                label("negative", "Negative", "负面", "Worse results, a lower price, a danger. 利空。", key="C"),
            ],
        },
        {
            "name": "Entities",
            "titles": {"en": "Entities", "zh-hans": "实体"},
            "kind": "span",
            "required": False,
            "labels": [
                label(
                    "ORG",
                    "Organization",
                    "机构",
                    "Companies, banks, authorities. 公司、银行、机关。",
                    key="1",
                    color="#2563c9",
                ),
                label("TICKER", "Ticker", "证券代码", "The code of a security. 证券代码。", key="2", color="#0e7490"),
                label("PERSON", "Person", "人物", "Names of people. 人名。", key="3", color="#c2571a"),
                label("MONEY", "Money", "金额", "An amount with its currency. 金额。", key="4", color="#8a6d00"),
                label(
                    "PERCENT",
                    "Percent",
                    "百分比",
                    "A share or a change in percent. 比例或涨跌幅。",
                    key="5",
                    color="#7c3aca",
                ),
                label("DATE", "Date", "日期", "Dates, quarters, years. 日期、季度、年份。", key="6", color="#c01f5e"),
            ],
        },
    ],
)
