"""What a notice says, statement by statement: which ones a purpose needs, in which order. The words are in `texts`."""

from collections.abc import Iterator

from compliance.core.durations import Duration
from compliance.core.taxonomy import TRAINING_PURPOSES, Purpose
from consent.rules import texts
from consent.rules.facts import ALL_DERIVED, Facts

BULLET = "• "
# The key of a statement, and the sentences that make it in one language. A heading has an empty key.
Statement = tuple[str, str]


def sections_of(facts: Facts, locale: str) -> list[list[Statement]]:
    """The sections of a notice in one language; each begins with its heading."""
    writer = Writer(facts, locale)
    parts = (
        ("decide", writer.decide()),
        ("stored", writer.stored()),
        ("use", writer.use()),
        ("term", writer.term()),
        ("recipients", writer.recipients()),
        ("backups", writer.backups()),
        ("back", writer.back()),
        ("rights", writer.rights()),
    )
    return [[("", writer.say(f"head.{name}")), *statements] for name, statements in parts]


class Writer:
    """Says the statements of one notice in one language."""

    def __init__(self, facts: Facts, locale: str) -> None:
        self.facts, self.who, self.locale = facts, facts.who, locale
        self.scan = facts.purpose == Purpose.FACE_SCAN
        self.family = texts.family(facts.purpose)
        self.party = facts.party.name if facts.party else ""

    def say(self, *keys: str, **blanks: str) -> str:
        """One or several sentences in a row."""
        return " ".join(texts.say(self.locale, key, operator=self.who.operator, party=self.party, **blanks) for key in keys)

    def decide(self) -> Iterator[Statement]:
        own = "scan" if self.scan else "own"
        yield "ask", self.say(f"ask.{own}")
        if self.scan:
            yield "voluntary", self.say("voluntary.scan")
        else:
            yield "voluntary", self.say("voluntary.own", "priced")
            yield "back.early", self.say("back.early")
        yield "minors", self.say(f"minors.{self.facts.minors}")

    def stored(self) -> Iterator[Statement]:
        yield "collects", self.say("collects")
        if not self.facts.kept:
            yield "stored.none", self.say("stored.none")
            return
        yield "stored", self.say("stored")
        for kept in self.facts.kept:
            ends = self.say("or").join(texts.end_words(end, self.locale) for end in kept.ends)
            words = texts.category_words(self.rest(kept.category), self.locale)
            yield "kept", self.say("kept", what=words, ends=ends)

    def rest(self, category: str) -> str:
        """“Everything else” says so when some of it has a line of its own below."""
        return f"{ALL_DERIVED}.rest" if category == ALL_DERIVED and self.facts.kept[-1].category != ALL_DERIVED else category

    def use(self) -> Iterator[Statement]:
        result = texts.say(self.locale, f"result.{self.facts.result}")
        yield "use", self.say(f"use.{self.family}", "use.only", result=result, party_use=self.facts.party_use)
        if self.scan and self.facts.model_for_scan:
            yield "training", self.say("training.scan_model")
        else:
            yield "training", self.say(f"training.{self.family}" if self.family in TRAINING_PURPOSES else "training.none")
        yield "improve", self.say("improve")
        yield "sold", self.say("sold")

    def term(self) -> Iterator[Statement]:
        yield "term", self.say("term", term=texts.duration_words(Duration.parse(self.facts.term), self.locale))
        if self.facts.kept:
            yield "term.kept", self.say("term.kept")

    def recipients(self) -> Iterator[Statement]:
        yield "recipients", self.say("recipients.disclose" if self.party else "recipients")
        for recipient in self.facts.recipients:
            if recipient != self.facts.party:
                yield "recipient", f"{BULLET}{recipient.name}"
        if self.who.transfers:
            yield "transfers", self.say("transfers", transfers=self.who.transfers)
        elif self.who.stays:
            yield "transfers.none", self.say("transfers.none")

    def backups(self) -> Iterator[Statement]:
        if not self.facts.backup_age:
            yield "backups.none", self.say("backups.none")
            return
        age = texts.duration_words(Duration.parse(self.facts.backup_age), self.locale)
        if not self.facts.backup_cycle:
            yield "backups", self.say("backups", age=age)
            return
        every = texts.every_words(Duration.parse(self.facts.backup_cycle), self.locale)
        yield "backups", self.say("backups.cycle", age=age, every=every)

    def back(self) -> Iterator[Statement]:
        page = "back.page_mail" if self.who.contact else "back.page"
        yield "back", self.say("back", page, page=self.who.page, contact=self.who.contact)
        keys = AFTER.get(self.family, ("after.own", "after.rest"))
        for key in keys:
            yield key, self.say(key)

    def rights(self) -> Iterator[Statement]:
        if self.who.address:
            yield "controller", self.say("controller", address=self.who.address)
        yield self.or_none("dpo", self.who.officer)
        if self.who.representative or self.who.at_home:
            yield self.or_none("representative", self.who.representative)
        yield "ground", self.say("ground")
        yield "required", self.say("required", "without.scan" if self.scan else "without.own")
        yield "rights", self.say("rights", "equal")
        yield "automated", self.say("automated")
        if self.who.authority:
            yield "complaint", self.say("complaint", authority=self.who.authority)
        if self.who.complaints_here:
            yield "complaint.us", self.say("complaint.us")
        yield "policy", self.say("policy", policy=self.who.policy)

    def or_none(self, key: str, value: str) -> Statement:
        """A particular, or that there is none."""
        return (key, self.say(key, **{key: value})) if value else (f"{key}.none", self.say(f"{key}.none"))


# What taking it back does.
AFTER = {
    Purpose.FACE_SCAN.value: ("after.face_scan",),
    Purpose.TRAIN_PERSONAL_MODEL.value: ("after.train", "after.rest"),
    Purpose.TRAIN_SHARED_MODEL.value: ("after.train", "after.train_shared", "after.rest"),
    Purpose.MARKETING.value: ("after.marketing", "after.rest"),
    "disclose": ("after.disclose", "after.rest"),
}
