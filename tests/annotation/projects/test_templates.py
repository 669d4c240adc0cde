import pytest

from annotation.pages.sample import sample_lines
from annotation.projects.label_set_specs import read_label_sets
from annotation.projects.models import Kind
from annotation.projects.project_templates import TEMPLATES
from annotation.projects.ready.template import ProjectTemplate

# Keys that the annotation screen needs for its own commands.
COMMAND_KEYS = set("NPAGMUBSFIV")


def test_the_templates_are_those_of_the_contract() -> None:
    assert list(TEMPLATES) == ["tickets", "finance", "office", "documents", "question_answering", "replies"]


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda template: template.name)
def test_a_template_is_complete_in_both_languages(template: ProjectTemplate) -> None:
    specs = read_label_sets(template.label_sets)

    for spec in specs:
        assert set(spec.titles) == {"en", "zh-hans"}
        for label in spec.labels:
            assert set(label.titles) == {"en", "zh-hans"}
            assert label.definition
    assert set(template.guidelines) == {"en", "zh-hans"}
    assert all(len(text) > 150 for text in template.guidelines.values())


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda template: template.name)
def test_keys_are_free_and_given_once_in_a_template(template: ProjectTemplate) -> None:
    keys = [label.key for spec in read_label_sets(template.label_sets) for label in spec.labels]

    assert all(keys)
    assert len(keys) == len(set(keys))
    assert not set(keys) & COMMAND_KEYS


def test_question_answering_takes_one_span_inside_the_context() -> None:
    (spec,) = read_label_sets(TEMPLATES["question_answering"].label_sets)

    assert (spec.kind, spec.max_spans, spec.part_role) == (Kind.SPAN, 1, "context")


def test_half_of_the_sample_is_without_an_answer_and_languages_take_turns() -> None:
    lines = sample_lines()
    answered = sum('"answer"' in line for line in lines)

    assert len(lines) >= 500
    assert abs(answered - len(lines) / 2) <= 1
    assert '"id": "en-' in lines[0]
    assert '"id": "zh-' in lines[1]
