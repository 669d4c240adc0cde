"""Which starter a label means, told by its name or its titles. Pure."""

import re
from collections.abc import Iterable

_NAMES: dict[str, tuple[str, ...]] = {
    "date": ("date", "dates", "day", "日期"),
    "time": ("time", "clocktime", "timeofday", "时间", "时刻"),
    "email": ("email", "emails", "emailaddress", "mail", "邮箱", "电子邮件", "电子邮箱", "邮件地址"),
    "phone": ("phone", "phonenumber", "telephone", "mobile", "tel", "电话", "电话号码", "手机", "手机号"),
    "url": ("url", "link", "website", "webaddress", "网址", "链接"),
    "money": ("money", "amount", "price", "sum", "金额", "价格", "钱"),
    "order_id": ("order", "orderid", "ordernumber", "orderno", "ticketid", "订单", "订单号", "订单编号", "单号"),
    "person_zh": ("per", "person", "people", "人名", "人物", "姓名"),
    "place_zh": ("loc", "location", "place", "gpe", "地名", "地点", "地址"),
    "organization_zh": ("org", "organization", "organisation", "company", "机构", "机构名", "组织", "公司", "组织机构"),
}
_BY_NAME = {name: starter for starter, names in _NAMES.items() for name in names}


def starter_for(words: Iterable[str]) -> str:
    """The starter that one of these words names, whatever its case, blanks and dashes; "" for none."""
    return next((_BY_NAME[plain] for word in words if (plain := _plain(word)) in _BY_NAME), "")


def _plain(word: str) -> str:
    return re.sub(r"[\W_]+", "", word.casefold())
