import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.answers.strict_json import StrictJSONError, loads


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ('{"a": NaN}', "bad_number"),
        ('{"a": -Infinity}', "bad_number"),
        ('{"a": 1e999}', "bad_number"),
        ('{"a": ' + "9" * 5_000 + "}", "bad_number"),
        ('{"a": 1, "a": 2}', "duplicate_key"),
        ('{"a": "\\u0000"}', "nul_char"),
        ('{"a": "\\ud800"}', "lone_surrogate"),
        ('{"\\udc00": 1}', "lone_surrogate"),
        ("[" * 100_000, "too_deep"),
        ('{"a": ' * 33 + "1" + "}" * 33, "too_deep"),
        ("{'a': 1}", "bad_json"),
        ("", "bad_json"),
    ],
)
def test_what_the_contract_refuses_has_a_code(raw: str, code: str) -> None:
    with pytest.raises(StrictJSONError) as caught:
        loads(raw)

    assert caught.value.code == code


def test_brackets_inside_strings_are_not_depth() -> None:
    assert loads(json.dumps("[" * 100)) == "[" * 100


STRINGS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**70), 2**70) | STRINGS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(STRINGS, inner, max_size=4),
        max_leaves=20,
    )
)
def test_ordinary_json_is_read_as_the_standard_library_does(value: object) -> None:
    assert loads(json.dumps(value)) == value
