"""Support tickets made from parts, as many as wanted and no two alike, with gold and places of entities."""

import random
from collections.abc import Iterator
from typing import Any

OPENERS = {
    "en": ["Hello,", "Hi there!", "Dear team,", "To whom it may concern,", "hey", "Good morning 👋", ""],
    "zh": ["你好，", "您好！", "客服在吗？", "请问", "各位好，", "在线等🙏", ""],
}
PROBLEMS = {
    "en": {
        "delivery": ["my parcel {order} has not come", "order {order} went to the wrong house", "where is {order}?"],
        "billing": [
            "I was charged twice for {order}",
            "the refund for {order} is missing",
            "{order} cost more than shown",
        ],
        "account": [
            "I can't sign in since I ordered {order}",
            "the app lost my order {order}",
            "delete my data and {order}",
        ],
    },
    "zh": {
        "delivery": ["我的包裹{order}还没到", "订单{order}送错地址了", "{order}现在到哪里了"],
        "billing": ["订单{order}被扣了两次款", "{order}的退款一直没收到", "{order}的价格和页面上不一样"],
        "account": ["下单{order}之后就登录不上", "应用里找不到订单{order}", "请删除我的资料和{order}"],
    },
}
MOODS = {
    "en": {
        "negative": ["This is the third time.", "I am really upset.", "Never again 😡"],
        "neutral": ["Please tell me more.", "I bought it on Monday.", "My address has not changed."],
        "positive": ["Thanks a lot!", "Your last answer was great 😊", "I love the shop otherwise."],
    },
    "zh": {
        "negative": ["已经第三次了。", "我真的很生气。", "以后不会再买了😡"],
        "neutral": ["请告诉我详情。", "我是星期一买的。", "地址没有变。"],
        "positive": ["非常感谢！", "上次的回复很好😊", "除此之外都很满意。"],
    },
}
NAMES = {"en": ["Anna Weber", "José García", "Priya Nair", "Tom O'Neill"], "zh": ["王小明", "李娜", "欧阳锋", "𠮷田樱"]}


def tickets(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:  # Any: rows as a client sends them
    draw = random.Random(seed)
    for number in range(count):
        language = draw.choice(["en", "zh"])
        category = draw.choice(sorted(PROBLEMS[language]))
        mood = draw.choice(sorted(MOODS[language]))
        order, name = f"#{seed}{number:06d}", draw.choice(NAMES[language])
        problem = draw.choice(PROBLEMS[language][category]).format(order=order)
        words = [
            draw.choice(OPENERS[language]),
            problem + ".",
            *draw.sample(MOODS[language][mood], draw.randint(1, 3)),
            name,
        ]
        text = (" " if language == "en" else "").join(filter(None, words))
        spans = [span_of(text, order, "ORDER"), span_of(text, name, "PERSON")]
        yield {
            "id": f"ticket-{seed}-{number}",
            "text": text,
            "meta": {"language": language},
            "answer": {"Category": category, "Sentiment": mood, "Entities": spans},
        }


def span_of(text: str, marked: str, label: str) -> dict[str, int | str]:
    start = text.index(marked)
    return {"start": start, "end": start + len(marked), "label": label}
