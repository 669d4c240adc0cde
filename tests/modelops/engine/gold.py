"""Small made-up gold for the engine's tests."""

from modelops.engine.arguments import TrainingArguments
from modelops.engine.examples import Example, HeadSpec

INTENT = HeadSpec("Intent", "choice", ("lost_card", "refund"))
TOPICS = HeadSpec("Topics", "choices", ("card", "money", "late"))
PLACES = HeadSpec("Places", "span", ("PLACE", "PERSON"))
HEADS = (INTENT, TOPICS, PLACES)

QUICK = TrainingArguments(
    epochs=6, batch_size=8, learning_rate=5e-3, lora_rank=4, lora_alpha=8, max_length=64, window_overlap=16
)


def span(text: str, words: str, label: str) -> dict[str, object]:
    start = text.index(words)
    return {"start": start, "end": start + len(words), "label": label}


def gold(count: int = 24) -> list[Example]:
    """Alternating intents; each text names a place and a person."""
    examples: list[Example] = []
    for number in range(count):
        place = ("paris", "berlin")[number // 2 % 2]
        is_card = number % 2 == 0
        text = f"anna lost card {number} in {place}" if is_card else f"refund pay {number} late anna {place}"
        values: dict[str, object] = {
            "Intent": "lost_card" if is_card else "refund",
            "Topics": ["card"] if is_card else ["money", "late"],
            "Places": [span(text, place, "PLACE"), span(text, "anna", "PERSON")],
        }
        examples.append(Example(text, values))
    return examples
