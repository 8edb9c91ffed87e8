"""`POST /api/v1/releases`: a release that was signed in the product, recorded with its evidence."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from compliance.access.api.authentication import Caller
from compliance.access.api.serializers import (
    OffsetDateTimeField,
    ReferenceField,
    StrictBooleanField,
    StrictCharField,
    StrictSerializer,
)
from compliance.access.api.views import WriteView
from compliance.core import clock
from consent.actions.record_release import METHODS, Told, record_release
from consent.api.fields import PieceField, PurposeField
from consent.rules.signing import ACTS, LARGEST_DRAWING


class ShownNoticeSerializer(StrictSerializer):
    """The notice that was shown, as published."""

    id = serializers.UUIDField(help_text="The published notice")
    text_sha256 = StrictCharField(min_length=64, max_length=64, help_text="Of the exact bytes that were shown, as hex")
    locale = StrictCharField(max_length=10)


class SignerSerializer(StrictSerializer):
    """Who signed. Only the person: others sign on the hosted page or on paper, where their authority is kept."""

    role = StrictCharField(max_length=30, help_text="`self`")
    name = StrictCharField(required=False, max_length=400, trim_whitespace=False, help_text="As typed; needed for `typed_name`")
    drawn = StrictCharField(
        required=False, max_length=LARGEST_DRAWING, help_text="For `drawn_name`: strokes as JSON text, lists of [x, y] from 0 to 1000"
    )


class ReleaseSerializer(StrictSerializer):
    """What was shown, what the person did, and when. One purpose."""

    subject = ReferenceField(help_text="The id your product uses for this person")
    purpose = PurposeField()
    piece = PieceField()
    notice = ShownNoticeSerializer()
    shown_at = OffsetDateTimeField(help_text="When the whole text was shown; RFC 3339 with an offset")
    signed_at = OffsetDateTimeField(help_text="When the person signed; at most 24 hours ago")
    zone = StrictCharField(required=False, max_length=60, help_text="The person’s time zone, such as Europe/Berlin")
    method = StrictCharField(max_length=40, help_text=f"One of {', '.join(METHODS)}. Accepted terms or continued use are no release")
    act = StrictCharField(max_length=60, help_text=f"What the person did: {'; '.join(f'`{act}` ({words})' for act, words in ACTS.items())}")
    intent = StrictCharField(max_length=300, help_text="What the person said by it: the notice’s own statement, word for word")
    signer = SignerSerializer()
    session = StrictCharField(required=False, max_length=200, help_text="Your own id of the session; opaque, sealed")
    ip_hash = StrictCharField(required=False, max_length=200, help_text="A keyed hash of the address; opaque, sealed")
    gpc = StrictBooleanField(required=False, help_text="The browser sent `Sec-GPC: 1`")


class ReleaseAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    purpose = serializers.CharField()
    signed_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(help_text="It ends by itself then")


class ReleasesView(WriteView):
    """Record one release for one purpose. It counts at once; an older one for the same purpose is superseded."""

    scope = "consent:write"
    serializer_class = ReleaseSerializer

    @extend_schema(operation_id="release_create", request=ReleaseSerializer, responses={201: ReleaseAnswer})
    def post(self, request: Any) -> Any:
        return super().post(request)

    def act(self, *, caller: Caller, data: dict[str, Any], at: datetime) -> tuple[int, Any]:
        notice, signer = data["notice"], data["signer"]
        optional = {name: data[name] for name in ("zone", "piece", "session", "ip_hash", "gpc") if name in data}
        told = Told(
            **{name: data[name] for name in ("purpose", "shown_at", "signed_at", "method", "act", "intent")},
            **optional,
            notice_id=notice["id"],
            text_sha256=notice["text_sha256"],
            locale=notice["locale"],
            role=signer["role"],
            name=signer.get("name", ""),
            drawn=signer.get("drawn", ""),
        )
        release = record_release(reference=data["subject"], told=told, system=caller.client.system, actor=caller.actor, at=at)
        return 201, {
            "id": str(release.pk),
            "purpose": release.purpose,
            "signed_at": clock.to_text(release.signed_at),
            "expires_at": clock.to_text(release.expires_at),
        }
