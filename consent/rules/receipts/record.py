"""A consent record after ISO/IEC TS 27560:2023, written with the Data Privacy Vocabulary 2.3 as JSON-LD.

The `@context` is written out, so that no reader needs a network. What DPV has no word for (the written release of
740 ILCS 14/15(b), the training of models) has an IRI of our own; docs/receipts.md says what each means.
"""

from typing import Any

from consent.rules.receipts.facts import DISCLOSE, REUSED, Facts, Happening, happenings

PROFILE = "https://w3id.org/dpv/schema/dpv-27560#"
CONTEXT = {
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "loc": "https://w3id.org/dpv/loc#",
    "efface": "urn:efface:ns:",
}
# The nearest broader term of DPV for each of our purposes.
BROADER = {
    "face_scan": "dpv:ServiceProvision",
    "regenerate": "dpv:ServiceProvision",
    "match": "dpv:ServiceProvision",
    "train_personal_model": "dpv:ServicePersonalisation",
    "train_shared_model": "dpv:ServiceOptimisation",
    "quality": "dpv:ServiceOptimisation",
    "benchmark": "dpv:ServiceOptimisation",
    "marketing": "dpv:Marketing",
    DISCLOSE: "dpv:Purpose",
}
OWN_PURPOSE = {
    "face_scan": "efface:FaceScan",
    "regenerate": "efface:Regenerate",
    "match": "efface:Match",
    "train_personal_model": "efface:TrainPersonalModel",
    "train_shared_model": "efface:TrainSharedModel",
    "quality": "efface:QualityCheck",
    "benchmark": "efface:Benchmark",
    "marketing": "efface:NamedPieceMarketing",
    DISCLOSE: "efface:DiscloseToNamedParty",
}
STATES = {
    "given": "dpv:ConsentGiven",
    "withdrawn": "dpv:ConsentWithdrawn",
    "expired": "dpv:ConsentExpired",
    # Nobody came back for as long as the law lets a consent stand: it ran out without a day of its own.
    "stale": "dpv:ConsentExpired",
    # Another release for the same purpose took its place: no longer valid as a basis.
    "superseded": "dpv:ConsentInvalidated",
}
BY = {
    "self": "dpv:DataSubject",
    "person": "dpv:DataSubject",
    "parent": "dpv:ParentOfDataSubject",
    "guardian": "dpv:GuardianOfDataSubject",
    "representative": "dpv:Representative",
    "service": "dpv:DataController",
}
METHODS = {
    "typed_name": "efface:TypedName",
    "drawn_name": "efface:DrawnName",
    "clicked": "efface:SignPressedUnderIntent",
    "paper": "efface:SignedOnPaper",
}
RIGHTS = ("dpv:DataSubjectRight", "efface:RightToTakeBack", "efface:RightToDestruction", "efface:RightToCopy")


def record(facts: Facts) -> dict[str, Any]:
    """The record of one release in its present state; see docs/receipts.md for what is where."""
    release = facts.release
    controller = f"urn:efface:operator:{_slug(facts.operator)}"
    return {
        "@context": CONTEXT,
        "@id": f"urn:uuid:{release['id']}",
        "@type": ["dpv:ConsentRecord", "efface:WrittenRelease"],
        "dct:conformsTo": {"@id": f"{PROFILE}record"},
        "dct:identifier": release["id"],
        "dct:language": facts.notice["locale"],
        "dpv:hasDataSubject": {"@id": f"urn:uuid:{facts.subject}", "@type": "dpv:DataSubject", "dct:identifier": facts.subject},
        "dpv:hasNotice": _notice(facts),
        "dpv:hasLegalBasis": {"@id": "dpv:ExplicitlyExpressedConsent"},
        "dpv:hasProcess": [_process(facts, controller)],
        "dpv:hasDataController": _controller(facts, controller),
        "dpv:hasConsentStatus": [_event(facts, event, controller) for event in happenings(release)],
        "efface:hasWrittenRelease": _written(facts),
    }


def _notice(facts: Facts) -> dict[str, Any]:
    notice = facts.notice
    return {
        "@id": f"urn:uuid:{notice['id']}",
        "@type": "dpv:ConsentNotice",
        "dct:identifier": notice["id"],
        "dct:title": notice["title"],
        "dct:language": notice["locale"],
        "dct:hasVersion": str(notice["version"]),
        "efface:sha256": notice["sha256"],
    }


def _process(facts: Facts, controller: str) -> dict[str, Any]:
    own = OWN_PURPOSE[facts.family]
    process: dict[str, Any] = {
        "@type": "dpv:Process",
        "dpv:hasPurpose": {
            "@id": own,
            "@type": "dpv:Purpose",
            "skos:broader": {"@id": BROADER[facts.family]},
            "skos:prefLabel": {"@value": facts.purpose_words, "@language": facts.notice["locale"]},
        },
        "dpv:hasPersonalData": [{"@id": "pd:Biometric"}, {"@id": "efface:FaceGeometry", "skos:broader": {"@id": "pd:Biometric"}}],
        "dpv:hasProcessing": _processing(facts),
        "dpv:hasStorageCondition": [
            {"@type": "dpv:StorageDuration", "dpv:hasDuration": facts.release["term"]},
            {"@type": "dpv:StorageLocation", "dpv:hasLocation": _locations(facts, controller)},
            {"@type": ["dpv:StorageDeletion", "efface:DestroyedOnScheduleOrWhenTakenBack"]},
        ],
        "dpv:hasDataController": {"@id": controller},
        "dpv:hasRecipient": [_party(party.slug, party.name) for party in facts.recipients],
        "dpv:hasConsentControl": {
            "@type": "dpv:WithdrawConsent",
            "dpv:isExercisedAt": {"@id": facts.withdraw_url},
        },
        "dpv:hasJurisdiction": list(facts.jurisdictions),
        "dpv:hasRight": [{"@id": right} for right in RIGHTS],
    }
    if facts.release["piece"]:
        process["efface:namedPiece"] = facts.release["piece"]
    return process


def _processing(facts: Facts) -> list[dict[str, str]]:
    """Training and disclosure are processes of their own, never hidden in another."""
    if facts.family == DISCLOSE:
        return [{"@id": "dpv:Disclose"}]
    return [{"@id": "efface:TrainModel" if facts.purpose in REUSED else "dpv:Use"}, {"@id": "dpv:Collect"}, {"@id": "dpv:Store"}]


def _locations(facts: Facts, controller: str) -> list[dict[str, str]]:
    """The places where the profile in force says it is stored; while none is, with the controller. Recipients are no places."""
    return [{"@id": f"loc:{region}"} for region in facts.storage_regions] or [{"@id": controller}]


def _party(slug: str, name: str) -> dict[str, Any]:
    return {"@id": f"urn:efface:party:{slug}", "@type": "dpv:Recipient", "dct:identifier": slug, "dpv:hasName": name}


def _controller(facts: Facts, controller: str) -> dict[str, Any]:
    return {
        "@id": controller,
        "@type": ["dpv:LegalEntity", "dpv:DataController"],
        "dct:identifier": controller,
        "dpv:hasName": facts.operator,
        "dpv:hasRole": {"@id": "dpv:DataController"},
        "dpv:hasContact": facts.email or facts.policy_url,
        "dpv:hasAddress": facts.address or facts.policy_url,
    }


def _event(facts: Facts, event: Happening, controller: str) -> dict[str, Any]:
    by: dict[str, Any] = {"@type": BY.get(event.by, "dpv:Entity")}
    if event.by in {"self", "person"}:
        by["@id"] = f"urn:uuid:{facts.subject}"
    elif event.by == "service":
        by["@id"] = controller
    return {
        "@type": [STATES[event.state], f"efface:{event.state.title()}"],
        "dct:type": {"@id": "dpv:ExplicitlyExpressedConsent"},
        "dpv:isIndicatedAtTime": {"@value": event.at, "@type": "xsd:dateTime"},
        "dpv:isIndicatedBy": by,
        "dpv:hasIndicationMethod": {"@id": METHODS[facts.release["method"]] if event.state == "given" else "efface:TakenBackOrTimeUp"},
        "dpv:hasDuration": facts.release["term"],
        "dct:valid": {"@value": facts.release["expires_at"], "@type": "xsd:dateTime"},
    }


def _written(facts: Facts) -> dict[str, Any]:
    """What 740 ILCS 14/10 and 14/15(b) ask of a written release and DPV has no word for."""
    release = facts.release
    return {
        "@type": "efface:BipaWrittenRelease",
        "efface:statesCollectionAndStorage": True,
        "efface:statesPurpose": facts.purpose_words,
        "efface:statesLengthOfTerm": release["term"],
        "efface:digestOfTextShown": {"efface:algorithm": "SHA-256", "efface:value": release["text_sha256"]},
        "efface:signatory": {
            "efface:role": release["signer_role"],
            "efface:forSubject": {"@id": f"urn:uuid:{facts.subject}"},
            "efface:authorityOnFile": release["authority"],
        },
        "efface:signature": {
            "efface:method": release["method"],
            "efface:channel": release["channel"],
            "efface:shownAt": release["shown_at"],
            "efface:signedAt": release["signed_at"],
            "efface:ledgerEntry": release["entry"],
        },
        "efface:globalPrivacyControl": release["gpc"],
    }


def _slug(name: str) -> str:
    return "-".join("".join(char if char.isalnum() else " " for char in name.casefold()).split())
