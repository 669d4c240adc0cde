"""The texts on the screenshots, in both languages. A [stretch|LABEL] becomes a span."""

import re
from typing import Any

Spans = list[dict[str, Any]]  # Any: JSON

TICKET = {
    "en": "Hi team, this is [Alice Wang|PERSON] from [Contoso Ltd|ORG]. I ordered the [Pixel Buds Pro 2|PRODUCT] on "
    "[3 November|DATE] and my card at [Bank of East Asia|ORG] was charged [€149.90|MONEY] twice 😡. The parcel went to "
    "our old office in [Hong Kong|LOCATION], so I am still waiting for both the parcel and the refund. It was meant "
    "as a family gift 👨‍👩‍👧. Can someone please call me back before Friday?",
    "zh": "你好，我是[张伟|PERSON]。[2026年11月1日|DATE]我在[北京市朝阳区|LOCATION]的[𠮷野家科技有限公司|ORG]门店买了一台[华为 Mate 70|PRODUCT]，"
    "付了[6999元|MONEY]。收到时屏幕碎了😤，联系客服三天一直没有回复，非常失望！请尽快安排退款或者换货，我的同事[李娜|PERSON]也遇到了同样的问题。",
}
NEXT = {
    "en": [
        "The courier left [LC-77120|ORDER] with a neighbour I have never met. Nobody at [SwiftParcel|ORG] picks up.",
        "I moved my subscription to the yearly plan in [June|DATE] and I am still billed [€12.90|MONEY] a month.",
        "Signing in asks for a code that goes to my old phone number. How do I change it?",
        "Your driver carried four bags up to the kitchen and petted the dog. Ten out of ten 🐶",
        "The kettle I got on [8 October|DATE] trips the fuse every time. I'd like a new one, not a voucher.",
    ],
    "zh": [
        "亲，我[上周二|DATE]买的[云雀X7|PRODUCT]到现在物流一动不动，单号[FB20240318771|ORDER]，卡在[郑州|LOCATION]中转站五天了。",
        "这个月话费单扣了我[58元|MONEY]的“彩铃尊享包”，我从来没开过这个东西，请退给我。",
        "登录要验证码，可是手机号早就换了，收不到短信，怎么改绑？",
        "师傅把四大袋东西一直送到厨房，还逗了逗我家的狗，五星好评 🐶",
        "冰箱半夜嗡嗡响，跟拖拉机似的，全家睡不着！型号[澄光BCD-520|PRODUCT]，买了还没三个月。",
    ],
}
DIALOGUE = {
    "en": [
        ("customer", "Hi, how do I send back the boots I bought? They're a size too small, nothing else wrong."),
        ("agent", "Hello! Happy to help. Could I have your order number, please?"),
        ("customer", "[LC-77120|ORDER]"),
        (
            "agent",
            "Thank you. Drop the box at any [SwiftParcel|ORG] point by [18 October|DATE] and the [$84.50|MONEY] goes "
            "back on your card within five working days.",
        ),
        ("customer", "ok great, thanks"),
    ],
    "zh": [
        ("customer", "你好，我买的靴子小了一码，别的没问题，怎么退？"),
        ("agent", "您好，很高兴为您服务，请提供一下订单号。"),
        ("customer", "[LC-77120|ORDER]"),
        ("agent", "好的。请在[10月18日|DATE]之前把包裹交到[顺达快递|ORG]网点，[598元|MONEY]会在五个工作日内退回您的银行卡。"),
        ("customer", "好的，谢谢"),
    ],
}
MINUTES = {
    "en": "On [3 November|DATE] we met the people of [Contoso Ltd|ORG] in [Hong Kong|LOCATION] and went through the open "
    "orders one after the other. [Alice Wang|PERSON] said that the second half of the delivery had been held at the "
    "border for nine days, and that nobody had told them why. We agreed to pay [€1,490.00|MONEY] for the storage. ",
    "zh": "[11月3日|DATE]，我们在[香港|LOCATION]与[康拓有限公司|ORG]逐项核对了尚未完成的订单。[王丽|PERSON]说，第二批货在口岸压了九天，"
    "没有人通知过他们原因。我们同意承担[1490元|MONEY]的仓储费，并在下一次会议之前给出新的交货计划。",
}
INTENTS_EN = (
    "activate_my_card age_limit apple_pay atm_support automatic_top_up balance_not_updated beneficiary_not_allowed "
    "cancel_transfer card_about_to_expire card_acceptance card_arrival card_delivery_estimate card_linking "
    "card_not_working card_payment_fee_charged card_payment_not_recognized card_payment_wrong_rate card_swallowed "
    "cash_withdrawal_charge cash_withdrawal_not_recognized change_pin compromised_card contactless_not_working "
    "country_support declined_card_payment declined_cash_withdrawal declined_transfer direct_debit_not_recognized "
    "disposable_card_limits edit_personal_details exchange_charge exchange_rate exchange_via_app "
    "extra_charge_on_statement failed_transfer fiat_currency_support get_disposable_card get_physical_card "
    "getting_spare_card getting_virtual_card lost_or_stolen_card lost_or_stolen_phone order_physical_card "
    "passcode_forgotten pending_card_payment pending_cash_withdrawal pending_top_up pending_transfer pin_blocked "
    "receiving_money refund_not_showing_up request_refund reverted_card_payment supported_cards terminate_account "
    "top_up_by_bank_transfer top_up_by_card_charge top_up_by_cash top_up_failed top_up_limits top_up_reverted "
    "topping_up_by_card transaction_charged_twice transfer_fee_charged transfer_into_account transfer_not_received "
    "transfer_timing unable_to_verify_identity verify_my_identity verify_source_of_funds verify_top_up "
    "virtual_card_not_working visa_or_mastercard why_verify_identity wrong_amount_of_cash wrong_exchange_rate other"
).split()
TWINS = {
    "en": "My parcel {} shows “out for delivery” since Monday morning, but nobody has rung the bell. Please check.",
    "zh": "我的包裹{}从周一早上起一直显示“派送中”，可是没有人按过门铃，麻烦帮忙查一下，谢谢。",
}
BULK = {
    "en": ["Where is my parcel {}?", "Invoice {} is wrong again", "I want my money back for {}", "{} stopped working"],
    "zh": ["包裹 {} 三天没有更新物流了", "发票 {} 的金额又错了", "订单 {} 我要退款", "{} 用了一天就坏了"],
}
GUIDELINES = {
    "en": (
        "Category: what has to happen\n- Billing: a charge, an invoice, a fee.\n- Refund: money back.\n\n"
        "Entities\n- Mark names of people and companies.\n- Mark amounts with their currency.",
        "Category: what has to happen\n- Billing: a charge, an invoice, a fee or a subscription.\n- Refund: money back, "
        "or a refund that is late.\n\nEntities\n- Mark names of people and companies.\n- Mark amounts with their "
        "currency.\n- Leave titles such as Mr and Dr out.",
    ),
    "zh": (
        "类别：看需要处理什么\n- 账单：扣费、发票、手续费。\n- 退款：要求退钱。\n\n实体\n- 标出人名和公司名。\n- 金额连同货币单位一起标。",
        "类别：看需要处理什么\n- 账单：扣费、发票、手续费或订阅。\n- 退款：要求退钱，或退款迟迟未到。\n\n"
        "实体\n- 标出人名和公司名。\n- 金额连同货币单位一起标。\n- “先生”“女士”等称呼不标。",
    ),
}
WORDS = {
    "en": {
        "project": "Support tickets", "note": "Charged twice is billing, even where the customer wants the money back.",
        "flag": "Two tickets in one: a double charge and a lost parcel", "comment": "Is the bank an organization here?",
        "reply": "Yes, see the guidelines: companies, shops and banks.", "find": "the", "summary": "Charged twice for "
        "the earbuds, and the parcel went to the old address. Wants both put right by Friday.",
        "practice": "[Alice Wang|PERSON] was charged [€149.90|MONEY] twice for one order. She'd like one of them back.",
        "refused": "This label was renamed while you were away.",
    },
    "zh": {
        "project": "客服工单", "note": "重复扣款属于账单，即使客户要求退钱。", "flag": "一张工单里有两件事：屏幕破损和退款",
        "comment": "“朝阳区”要不要算进地点？", "reply": "要，按指南连同区一起标。", "find": "的",
        "summary": "手机收到时屏幕碎裂，客服三天未回复，客户要求尽快退款或换货。",
        "practice": "[张伟|PERSON]的一笔订单被扣了两次[149.90元|MONEY]，他希望退回其中一笔。", "refused": "你离开期间，这个标签改了名字。",
    },
}  # fmt: skip
_MARK = re.compile(r"\[([^|\]]+)\|([A-Z]+)\]")


def unmarked(marked: str, start: int = 0) -> tuple[str, Spans]:
    """The text without its marks, and the spans in code points, counted from `start`."""
    text, spans, rest = "", [], 0
    for found in _MARK.finditer(marked):
        text += marked[rest : found.start()]
        begin = start + len(text)
        spans.append({"start": begin, "end": begin + len(found[1]), "label": found[2]})
        text += found[1]
        rest = found.end()
    return text + marked[rest:], spans
