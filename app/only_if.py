"""Shared floor: the conditions of a survey (`only_if`): parsed to a small tree and evaluated here, nowhere else."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

LONGEST = 2000
DEEPEST = 40
TOKEN = re.compile(
    r"\s*(?:(?P<op><=|>=|!=|=|<|>)|(?P<mark>[(),])|'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\"|(?P<word>-?[\w.][\w.\-]*))", re.ASCII
)
NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)?")


class WrongCondition(ValueError):  # noqa: N818  # read aloud it is what it is
    """A condition that cannot be read; the message says where and why."""


@dataclass(frozen=True)
class Compare:
    question: str
    op: str
    value: str


@dataclass(frozen=True)
class OneOf:
    question: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Includes:
    question: str
    option: str


@dataclass(frozen=True)
class Answered:
    question: str


@dataclass(frozen=True)
class Not:
    part: "Tree"


@dataclass(frozen=True)
class Both:
    parts: tuple["Tree", ...]


@dataclass(frozen=True)
class Either:
    parts: tuple["Tree", ...]


Tree = Compare | OneOf | Includes | Answered | Not | Both | Either


def parse(text: str) -> Tree:
    """Read one condition. `and` binds tighter than `or`, `not` tighter than both."""
    if len(text) > LONGEST:
        raise WrongCondition(f"the condition is longer than {LONGEST} characters")
    reader = _Reader(list(_tokens(text)))
    tree = reader.either(0)
    if reader.rest():
        raise WrongCondition(f"did not expect “{reader.rest()}”")
    return tree


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while text[at:].strip():
        found = TOKEN.match(text, at)
        if not found:
            raise WrongCondition(f"cannot read “{text[at:].strip()[:20]}”")
        kind = str(found.lastgroup)
        yield ("value" if kind in {"single", "double"} else kind), found[kind]
        at = found.end()


class _Reader:
    """Walks the tokens once, from left to right."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.at = 0

    def rest(self) -> str:
        return " ".join(text for _, text in self.tokens[self.at :])[:30]

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self) -> tuple[str, str]:
        token = self.peek()
        self.at += 1
        return token

    def expect(self, mark: str) -> None:
        _, text = self.take()
        if text != mark:
            raise WrongCondition(f"expected “{mark}”" + (f", not “{text}”" if text else " at the end"))

    def either(self, depth: int) -> Tree:
        parts = [self.both(depth)]
        while self.peek() == ("word", "or"):
            self.take()
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def both(self, depth: int) -> Tree:
        parts = [self.one(depth)]
        while self.peek() == ("word", "and"):
            self.take()
            parts.append(self.one(depth))
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def one(self, depth: int) -> Tree:
        if depth > DEEPEST:
            raise WrongCondition(f"more than {DEEPEST} brackets deep")
        kind, text = self.take()
        if (kind, text) == ("word", "not"):
            return Not(self.one(depth + 1))
        if (kind, text) == ("mark", "("):
            tree = self.either(depth + 1)
            self.expect(")")
            return tree
        if kind != "word" or text in {"and", "or", "in"}:
            raise WrongCondition(f"expected a question, not “{text}”" if text else "the condition stops too early")
        return self.about(text)

    def about(self, name: str) -> Tree:
        if name in {"includes", "answered"} and self.peek() == ("mark", "("):
            return self.call(name)
        question = self.question(name)
        kind, text = self.take()
        if kind == "op":
            return Compare(question, text, self.value())
        if (kind, text) == ("word", "in"):
            return OneOf(question, self.values())
        raise WrongCondition(f"after “{name}” comes =, !=, <, <=, >, >= or in (...)")

    def call(self, name: str) -> Tree:
        self.expect("(")
        question = self.question(self.take()[1])
        if name == "answered":
            self.expect(")")
            return Answered(question)
        self.expect(",")
        option = self.value()
        self.expect(")")
        return Includes(question, option)

    def question(self, text: str) -> str:
        if not NAME.fullmatch(text):
            raise WrongCondition(f"“{text}” is not the id of a question")
        return text

    def value(self) -> str:
        kind, text = self.take()
        if kind not in {"word", "value"}:
            raise WrongCondition("a value is missing")
        return text

    def values(self) -> tuple[str, ...]:
        self.expect("(")
        found = [self.value()]
        while self.peek() == ("mark", ","):
            self.take()
            found.append(self.value())
        self.expect(")")
        return tuple(found)


def leaves(tree: Tree) -> Iterator[Compare | OneOf | Includes | Answered]:
    """Every place where the condition looks at an answer."""
    if isinstance(tree, Not):
        yield from leaves(tree.part)
    elif isinstance(tree, Both | Either):
        for part in tree.parts:
            yield from leaves(part)
    else:
        yield tree


def holds(tree: Tree, answers: Mapping[str, Any]) -> bool:  # noqa: PLR0911  # one line a kind of branch reads best
    """Whether the condition is true for these answers.

    A question without an answer is equal to nothing: `=`, `in`, `<` and the like are false, `!=` is true.
    """
    match tree:
        case Not(part):
            return not holds(part, answers)
        case Both(parts):
            return all(holds(part, answers) for part in parts)
        case Either(parts):
            return any(holds(part, answers) for part in parts)
        case Answered(question):
            return _answer(answers, question) not in (None, "", [], {})
        case Includes(question, option):
            chosen = _answer(answers, question)
            return option in chosen if isinstance(chosen, list) else chosen == option
        case OneOf(question, values):
            return any(_compare(_answer(answers, question), "=", value) for value in values)
        case Compare(question, "!=", value):
            return not _compare(_answer(answers, question), "=", value)
        case Compare(question, op, value):
            return _compare(_answer(answers, question), op, value)


def _answer(answers: Mapping[str, Any], question: str) -> Any:
    whole, _, row = question.partition(".")
    found = answers.get(whole)
    return found.get(row) if row and isinstance(found, dict) else None if row else found


def _compare(answer: Any, op: str, value: str) -> bool:
    if answer is None or isinstance(answer, dict | list):
        return answer == [value] and op == "="
    left, right = _number(answer), _number(value)
    if op == "=":
        return str(answer) == value or (left is not None and left == right)
    if left is None or right is None:
        if left is not None or right is not None or not _both_dates(str(answer), value):
            return False
        return _ordered(str(answer), op, value)
    return _ordered(left, op, right)


def _ordered(left: Any, op: str, right: Any) -> bool:
    return bool({"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[op])


def _both_dates(left: str, right: str) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", left) and re.fullmatch(r"\d{4}-\d\d-\d\d", right))


def _number(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
