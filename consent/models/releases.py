"""Written releases, one purpose at a time: the links to sign them, the papers behind them, the codes that open them."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from simple_history.models import HistoricalRecords

from compliance.audit.models import append_only
from compliance.core.personal_data import Kind, PersonalData
from compliance.core.taxonomy import Purpose
from compliance.subjects.models import Subject
from consent.models.notices import Notice

# What can be granted at all: a sale has no word here, and so no row.
GRANTABLE = f"^({'|'.join(Purpose)}|disclose:[a-z0-9_-]{{1,50}})$"
# Uses of a face beyond the service: each needs an opt-in of its own.
OPT_INS = ("train_shared_model", "train_personal_model", "quality", "benchmark")


class ReleaseLink(models.Model):
    """A one-time address at which one person reads a notice and signs. Only the hash of its secret is stored."""

    personal_data: ClassVar = PersonalData(
        subject="subject_id",
        leaves="Useless once used or expired.",
        fields={"secret_hash": Kind.NONE, "purpose": Kind.NONE, "piece": Kind.NONE, "language": Kind.NONE, "system": Kind.NONE},
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    secret_hash = models.BinaryField(max_length=32, unique=True)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT)
    purpose = models.CharField(max_length=60)
    # Marketing is granted for one named piece, never in general (I2).
    piece = models.CharField(max_length=200, blank=True)
    # The language that the product asks in; the page offers the others.
    language = models.CharField(max_length=10, default="en")
    system = models.SlugField(max_length=60)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-made_at"], name="consent_link_newest")]
        constraints: ClassVar = [models.CheckConstraint(name="consent_link_purpose", condition=models.Q(purpose__regex=GRANTABLE))]

    def __str__(self) -> str:
        return str(self.id)


class Paper(models.Model):
    """A PDF that somebody handed in, sealed under the person's key: a release signed on paper, or an authority to sign for them."""

    class PaperKind(models.TextChoices):
        RELEASE = "release", "release signed on paper"
        AUTHORITY = "authority", "authority to sign for somebody"

    append_only: ClassVar = True
    personal_data: ClassVar = PersonalData(
        subject="subject_id",
        leaves="Unreadable with the person's key.",
        fields={"kind": Kind.NONE, "what": Kind.NONE, "sha256": Kind.NONE, "sealed": Kind.SEALED, "added_by": Kind.STAFF},
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT)
    kind = models.CharField(max_length=10, choices=PaperKind)
    # For an authority: which one (birth certificate, court order, power of attorney).
    what = models.CharField(max_length=40, blank=True)
    # Of the exact bytes that were handed in.
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    sealed = models.BinaryField()
    # An authority may end; no release signed under it outlives it.
    ends_on = models.DateField(null=True)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=200)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-added_at"], name="consent_paper_newest")]
        triggers: ClassVar = append_only()

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.id}"


class Release(models.Model):
    """A signed written release for one purpose. Terms acceptance or continued use cannot be stored as one."""

    class State(models.TextChoices):
        ACTIVE = "active"
        WITHDRAWN = "withdrawn"
        EXPIRED = "expired"
        # No interaction for as long as a law lets a consent stand without being asked for again.
        STALE = "stale"
        SUPERSEDED = "superseded"
        REFUSED = "refused"

    class SignerRole(models.TextChoices):
        """Who signs. An agent for requests is not here, and never can be (740 ILCS 14/15(b): the subject or their LAR)."""

        SELF = "self", "the person"
        PARENT = "parent", "a parent"
        GUARDIAN = "guardian", "a guardian"
        REPRESENTATIVE = "representative", "a legally authorized representative"

    class Method(models.TextChoices):
        TYPED_NAME = "typed_name", "typed name and an explicit act"
        DRAWN_NAME = "drawn_name", "drawn name and an explicit act"
        CLICKED = "clicked", "pressed “I sign” under an intent statement"
        PAPER = "paper", "signed on paper"
        # For a refusal alone: a release is never signed by a button that says no more.
        BUTTON = "button", "pressed a button"

    class Channel(models.TextChoices):
        HOSTED = "hosted", "hosted page"
        API = "api", "recorded by the scan backend"
        PAPER = "paper", "scanned in by an officer"

    personal_data: ClassVar = PersonalData(
        subject="subject_id",
        leaves="The evidence is sealed under the person's key. What stays says that somebody agreed, not who.",
        fields={
            "purpose": Kind.NONE,
            "piece": Kind.NONE,
            "state": Kind.NONE,
            "recipients": Kind.NONE,
            "text_hash": Kind.NONE,
            "signer_role": Kind.NONE,
            "method": Kind.NONE,
            "channel": Kind.NONE,
            "system": Kind.NONE,
            "evidence_sealed": Kind.SEALED,
        },
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="releases")
    # A Purpose, or disclose:<party>.
    purpose = models.CharField(max_length=60)
    # For marketing: the one piece that was named.
    piece = models.CharField(max_length=200, blank=True)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT)
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    recipients = ArrayField(models.CharField(max_length=60), default=list)
    # SHA-256 of the exact bytes that were shown.
    text_hash = models.CharField(max_length=64)
    signer_role = models.CharField(max_length=20, choices=SignerRole)
    method = models.CharField(max_length=12, choices=Method)
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.HOSTED)
    # The connected system it came through; empty for paper.
    system = models.SlugField(max_length=60, blank=True)
    authority = models.ForeignKey(Paper, on_delete=models.PROTECT, null=True, related_name="+")
    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, null=True, related_name="+")
    # The browser said `Sec-GPC: 1` when this was signed.
    gpc = models.BooleanField(default=False)
    # Rules D2: typed name, intent statement, zone, act, what was shown; sealed JSON.
    evidence_sealed = models.BinaryField()
    shown_at = models.DateTimeField()
    signed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    history = HistoricalRecords(excluded_fields=["evidence_sealed"])

    class Meta:
        permissions: ClassVar = [("record_release", "Can record a release on paper, and a withdrawal by phone or letter")]
        indexes: ClassVar = [
            models.Index(fields=["-signed_at"], name="consent_release_newest"),
            # The check: the releases of one person for one purpose.
            models.Index(fields=["subject", "purpose", "-signed_at"], name="consent_release_of_subject"),
            # The sweep: cost grows with what has run out, not with what is in force.
            models.Index(fields=["expires_at"], name="consent_release_ending", condition=models.Q(state="active")),
            # What may have gone stale: no release signed since a law's time of silence began can have.
            models.Index(fields=["signed_at"], name="consent_release_silent", condition=models.Q(state="active")),
            # The training ledger: opt-ins are few among releases, and lists of them must not read the rest.
            models.Index(fields=["-signed_at"], name="consent_release_optins", condition=models.Q(purpose__in=OPT_INS)),
            models.Index(fields=["-ended_at"], name="consent_release_optouts", condition=models.Q(purpose__in=OPT_INS)),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject", "purpose", "piece"], condition=models.Q(state="active"), name="consent_release_one_active"
            ),
            models.CheckConstraint(name="consent_release_purpose", condition=models.Q(purpose__regex=GRANTABLE)),
            models.CheckConstraint(name="consent_release_piece", condition=models.Q(purpose="marketing") ^ models.Q(piece="")),
            models.CheckConstraint(name="consent_release_shown_first", condition=models.Q(shown_at__lte=models.F("signed_at"))),
            models.CheckConstraint(name="consent_release_has_term", condition=models.Q(expires_at__gt=models.F("signed_at"))),
            models.CheckConstraint(
                name="consent_release_state",
                condition=models.Q(state__in=["active", "withdrawn", "expired", "stale", "superseded", "refused"]),
            ),
            models.CheckConstraint(
                name="consent_release_signed",
                condition=models.Q(method__in=["typed_name", "drawn_name", "clicked", "paper"])
                | models.Q(state="refused", method="button"),
            ),
            models.CheckConstraint(
                name="consent_release_role",
                condition=models.Q(signer_role="self", authority__isnull=True)
                | models.Q(signer_role__in=["parent", "guardian", "representative"], authority__isnull=False)
                | models.Q(state="refused"),
            ),
            models.CheckConstraint(
                name="consent_release_paper",
                condition=models.Q(method="paper", channel="paper", paper__isnull=False)
                | (~models.Q(method="paper") & models.Q(paper__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} ({self.state})"


class ReceiptCode(models.Model):
    """128 bits with which a person without account or e-mail sees, takes back and deletes. Only a keyed hash is stored."""

    personal_data: ClassVar = PersonalData(subject="subject_id", leaves="Opens nothing after an erasure.", fields={"code_hash": Kind.NONE})

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT)
    code_hash = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)
