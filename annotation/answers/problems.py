from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input: where, a stable code for programs, words for people."""

    field: str
    code: str
    message: str

    def as_json(self) -> dict[str, object]:
        return {"field": self.field, "code": self.code, "message": self.message}


class AnswerError(ValueError):
    """An answer that breaks the rules of its project; `problems` lists every one found."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems
