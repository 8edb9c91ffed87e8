"""The notices that the active profile calls for now, beside those that are published: what an officer reviews."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings

from compliance.core.canonical import digest
from compliance.core.errors import FieldError, Invalid
from compliance.core.taxonomy import Purpose
from compliance.profiles.models import Party, Profile
from consent.models import Controller, Notice
from consent.queries.notices import FALLBACK
from consent.rules import texts
from consent.rules.elements import Element
from consent.rules.facts import DEFAULT_TERM, OPT_IN, Facts, Particulars, Recipient, kept_for, model_for_scan, offered_by
from consent.rules.growth import Difference, differences, stored
from consent.rules.notices import Text, text_of

# Inside, data moves without a safeguard of its own: the European Economic Area, and the United Kingdom by its adequacy.
EUROPE = frozenset(
    {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV"}
    | {"MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"}
)
PARTNER = "partner"


@dataclass(frozen=True)
class Draft:
    """The notice of one purpose as it would be published now, in all languages; `before` is the published one in English, if any."""

    facts: Facts
    texts: tuple[Text, ...]
    before: Notice | None
    # The published texts by language, to tell whether any differs.
    published: frozenset[tuple[str, str]]

    @property
    def purpose(self) -> str:
        return self.facts.purpose

    @property
    def differs(self) -> bool:
        """Whether what is published is not what the profile calls for, in its words or in the facts behind them."""
        return self.before is None or self.before.facts != stored(self.facts) or self.reworded

    @property
    def reworded(self) -> bool:
        return self.published != {(text.locale, text.hash) for text in self.texts}

    @cached_property
    def differences(self) -> list[Difference]:
        """What changed since the published version; nothing for a first one."""
        if self.before is None:
            return []
        return differences(self.before.facts, self.facts) or [Difference("Only words changed", grew=False)] * self.reworded

    @property
    def grew(self) -> bool:
        """Whether people who signed the version before must be asked again."""
        return any(difference.grew for difference in self.differences)

    @property
    def reach(self) -> int:
        return (self.before.reach if self.before else 1) + self.grew

    @property
    def version(self) -> int:
        return self.before.version + 1 if self.before else 1

    @property
    def missing(self) -> tuple[Element, ...]:
        """What a law of a place we serve wants told and this draft does not tell, in any language."""
        return tuple(dict.fromkeys(element for text in self.texts for element in text.missing))

    @property
    def hash(self) -> str:
        """Names what was reviewed: the facts, all texts, and the version they replace."""
        seen = {
            "facts": stored(self.facts),
            "texts": {text.locale: text.hash for text in self.texts},
            "version": self.version,
        }
        return digest(seen).hex()


def publishable(profile: Profile) -> tuple[str, ...]:
    """Every purpose that may have a notice under a profile: the scan, what stands beside it, and what needs a page of its own."""
    document = profile.document
    listed = {purpose for entry in document["artifacts"].values() for purpose in entry["purposes"]}
    marketing = [Purpose.MARKETING.value] if Purpose.MARKETING in listed else []
    opted = document["sharing"].get("partner_labs") == OPT_IN
    partners = Party.objects.filter(role=PARTNER).order_by("slug").values_list("slug", flat=True) if opted else ()
    return (Purpose.FACE_SCAN.value, *map(str, offered_by(document)), *marketing, *(f"disclose:{slug}" for slug in partners))


def draft_of(profile: Profile, purpose: str) -> Draft:
    """The draft of one purpose. Raises `Invalid` when the profile cannot have it, or keeps something whose end no text could state."""
    if purpose not in publishable(profile):
        raise Invalid("The active profile does not provide for this purpose.", [FieldError("/purpose", remedy_for(purpose))])
    facts = facts_of(profile, purpose)
    before = Notice.objects.filter(purpose=purpose, locale=FALLBACK).order_by("-version").first()
    rows = Notice.objects.filter(purpose=purpose, version=before.version) if before else Notice.objects.none()
    return Draft(
        facts=facts,
        texts=tuple(text_of(facts, locale, settings.SERVED_JURISDICTIONS) for locale in texts.LOCALES),
        before=before,
        published=frozenset(rows.values_list("locale", "hash")),
    )


def drafts(profile: Profile) -> list[Draft]:
    """The drafts of every purpose that may have a notice."""
    return [draft_of(profile, purpose) for purpose in publishable(profile)]


def due(profile: Profile) -> list[Draft]:
    """The drafts that should be published: what people may be asked for now, and what differs from a published text.

    What needs a page of its own (a piece, a party) waits for an officer who wants it.
    """
    asked = {Purpose.FACE_SCAN.value, *map(str, offered_by(profile.document))}
    return [draft for draft in drafts(profile) if draft.differs and (draft.before or draft.purpose in asked)]


def remedy_for(purpose: str) -> str:
    """How to make the profile provide for a purpose."""
    if texts.family(purpose) == "disclose":
        return "set sharing.partner_labs to opt_in in the profile, and add the party with the role partner"
    return "list it among the purposes of a category, or opt in to it under training, in the profile"


def facts_of(profile: Profile, purpose: str) -> Facts:
    """What the notice of one purpose says under this profile."""
    document = profile.document
    slug = purpose.partition(":")[2]
    found = recipients_of([*([slug] if slug else []), *document["sharing"]["infrastructure"]])
    backups = document["backups"]
    return Facts(
        purpose=purpose,
        result="report" if document["method"] == "analysis" else "pictures",
        kept=kept_for(document, purpose),
        model_for_scan=purpose == Purpose.FACE_SCAN and model_for_scan(document),
        recipients=found,
        term=DEFAULT_TERM,
        backup_cycle=backups.get("cycle", ""),
        backup_age=backups.get("max_age", ""),
        minors=document["minors"],
        who=particulars_of(profile, found),
        profile_hash=profile.hash,
        party=found[0] if slug else None,
        party_use=Party.objects.get(pk=slug).purpose if slug else "",
    )


def recipients_of(slugs: Sequence[str]) -> tuple[Recipient, ...]:
    """The parties behind slugs, in their order; a slug without a row stands for itself."""
    rows = Party.objects.in_bulk(slugs)
    return tuple(
        Recipient(slug, rows[slug].name, rows[slug].role, rows[slug].country) if slug in rows else Recipient(slug, slug)
        for slug in dict.fromkeys(slugs)
    )


def particulars_of(profile: Profile, recipients: Sequence[Recipient]) -> Particulars:
    """The controller's particulars, with what follows from where data goes and which places are served."""
    row, document = Controller.objects.first() or Controller(), profile.document
    seat = document["operator"].get("seat", "")
    served = {place.partition(":")[0] for place in settings.SERVED_JURISDICTIONS} or {"EU", "UK"}
    homes = {"EU": EUROPE - {"GB"}, "UK": frozenset({"GB"})}
    countries = {seat, *document["operator"].get("storage_regions", ()), *(recipient.country for recipient in recipients)}
    page = f"{settings.BASE_URL}/privacy/"
    return Particulars(
        operator=settings.OPERATOR_NAME,
        contact=document["contact"].get("email") or "",
        page=page,
        policy=row.policy_url or page,
        address=row.address,
        officer=row.data_protection_officer,
        representative=row.representative,
        at_home=all(seat in home for place, home in homes.items() if place in served) and bool(served & homes.keys()),
        transfers=row.transfers,
        stays=countries <= EUROPE,
        authority=row.complaint_authority,
        complaints_here="UK" in served,
    )
