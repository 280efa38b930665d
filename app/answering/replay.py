"""Room answering: a whole response in one form, filled in without connection: page by page, by the rules of the web path."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from app.answer_check import FOREIGN, NEEDED, Problem, check_page
from app.answering.places import settle_places
from app.answering.sending import send_now
from app.answering.store import KeptPage, Save, Trip, read_trip, save_page
from app.answering.walk import Typed, Walk, amiss, streets_of
from app.answering.ways import way_of
from app.answering.writer import Busy
from app.survey import CONTROLS, Answers, Survey

Problems = Mapping[str, Problem]
NOTHING = KeptPage(0, {})


@dataclass(frozen=True)
class Offered:
    """What one form with every page holds, page by page: what can be kept, and what must be mended."""

    answers: Mapping[str, Answers]
    problems: Mapping[str, Problems]
    strange: bool

    @property
    def everything(self) -> Answers:
        return {name: value for answers in self.answers.values() for name, value in answers.items()}

    def wrong_on_way(self, survey: Survey, known: Answers) -> dict[str, Problem]:
        """What must be mended, of questions that are asked: what stands beside the way is left behind."""
        pages, relevant = survey.relevant(known)
        asked = {name for page in pages for question in page.asked(relevant) for name in question.names}
        wrong = {name: problem for problems in self.problems.values() for name, problem in problems.items() if name in asked}
        return wrong | ({"": Problem(FOREIGN)} if self.strange else {})


@dataclass(frozen=True)
class Outcome:
    """sent: all of it, now or before. differs: it was sent before with other answers. look: the rest is kept, this must be mended."""

    state: str
    problems: Problems


def read_offered(walk: Walk, typed: Typed) -> Offered:
    """Each page checked by itself, as if it were sent alone; what is needed is asked for once everything lies together."""
    answers: dict[str, Answers] = {}
    problems: dict[str, Problems] = {}
    known: Answers = {}
    for page in walk.survey.pages:
        mine = {name: typed[name] for name in page.names if name in typed}
        answers[page.id], found = check_page(page, mine, known)
        if page.places:
            found |= settle_places(page, mine, answers[page.id], {}, streets_of(walk.request))
        problems[page.id] = {name: problem for name, problem in found.items() if problem.text != NEEDED}
        known |= answers[page.id]
    names = CONTROLS.union(*(page.names for page in walk.survey.pages))
    return Offered(answers, problems, strange=any(any(values) for name, values in typed.items() if name not in names))


def is_under_age(survey: Survey, answers: Answers) -> bool:
    return any(answers.get(question.id, question.gate) != question.gate for _, _, question in survey.gates)


def keep_offered(connection: Connection, walk: Walk, offered: Offered, *, helped: bool) -> Outcome:
    """Keep every page that is good, on top of what was kept before; send the response when nothing is left to mend."""
    trip = read_trip(connection, walk.survey.key, walk.key)
    if trip is None:
        raise LookupError(f"survey {walk.survey.key} is gone")
    known = merged(trip.answers, offered.everything)
    wrong = offered.wrong_on_way(walk.survey, known)
    if trip.state == "finished":
        return Outcome("differs" if wrong or walk.survey.relevant(known)[1] != trip.answers else "sent", {})
    if closed := [question.id for _, _, question in walk.survey.gates if known.get(question.id) != question.gate]:
        return Outcome("look", dict.fromkeys(closed, Problem(NEEDED)))
    _keep_pages(connection, walk, trip, offered)
    now = replace(walk, trip=read_trip(connection, walk.survey.key, walk.key) or trip)
    wrong |= {name: problem for page in now.on_way[0] for name, problem in amiss(now, page).items() if name not in wrong}
    if wrong:
        return Outcome("look", wrong)
    if not send_now(connection, now, helped=helped):
        raise Busy
    return Outcome("sent", {})


def _keep_pages(connection: Connection, walk: Walk, trip: Trip, offered: Offered) -> None:
    way = way_of(walk.request, walk.survey.key)
    for page in walk.survey.pages:
        there = trip.pages.get(page.id, NOTHING)
        answers = merged(there.answers, offered.answers[page.id])
        if answers == there.answers:
            continue
        save = Save(
            walk.key, walk.survey.key, walk.survey.fingerprint, walk.reader.lang, walk.receipt_hash, walk.today, page.id,
            there.revision, answers, way=way,
        )  # fmt: skip
        kept = save_page(connection, save)
        if kept.refused or kept.finished or kept.stale:  # another process was faster: nothing of this is kept, and it comes again
            raise Busy


def merged(there: Answers, new: Answers) -> Answers:
    """What stands there with new answers in their places, question by question; the rows of one question fill up."""
    replaced = {name for name in new if "." not in name}
    left = {name: value for name, value in there.items() if name.partition(".")[0] not in replaced}
    rows = {name: {**there[name], **value} for name, value in new.items() if isinstance(value, dict) and isinstance(there.get(name), dict)}
    return left | new | rows
