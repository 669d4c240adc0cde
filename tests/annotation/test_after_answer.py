"""What follows from a request is done once, after the answer; where nobody waits for one, at once."""

from django.http import HttpResponse
from django.test import RequestFactory

from annotation.after_answer import later
from collabweb.after_answer_middleware import AfterAnswerMiddleware

done: list[str] = []


def test_it_waits_until_the_answer_is_handed_over() -> None:
    done.clear()

    def view(request: object) -> HttpResponse:
        later(lambda: done.append("first"))
        later(lambda: done.append("second"))
        return HttpResponse("saved")

    response = AfterAnswerMiddleware(view)(RequestFactory().put("/"))
    before = list(done)
    response.close()
    response.close()

    assert before == []
    assert done == ["first", "second"]


def test_where_nobody_waits_it_is_done_at_once() -> None:
    done.clear()
    later(lambda: done.append("now"))

    assert done == ["now"]
