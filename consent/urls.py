"""Every address of consent: the hosted pages, the API, and the check."""

from django.urls import path, register_converter

from consent.api import search, well_known
from consent.api.changes import ChangesView
from consent.api.datasets import DatasetsView, DatasetView, SnapshotsView, SnapshotView
from consent.api.evaluation import evaluation
from consent.api.evaluations import evaluations
from consent.api.links import ReleaseLinksView
from consent.api.merge import MergeView
from consent.api.models import (
    ModelDestroyedView,
    ModelsView,
    ModelView,
    RemediationsView,
    SubjectDisclosuresView,
    SubjectTrainingView,
)
from consent.api.notices import NoticesView
from consent.api.releases import ReleasesView
from consent.api.subjects import SubjectsView
from consent.api.uses import UsesView
from consent.api.withdrawals import WithdrawalsView
from consent.pages import gpc, public_notice, receipt, signing
from consent.pages.address import PurposeInAddress

app_name = "consent"
register_converter(PurposeInAddress, "purpose")
urlpatterns = [
    path("sign/<str:secret>", signing.sign_scan, name="sign"),
    path("sign/<str:secret>/decline", signing.decline_scan, name="decline"),
    path("sign/<str:secret>/<purpose:purpose>", signing.sign_box, name="sign_box"),
    path("sign/<str:secret>/withdraw", signing.withdraw_scan, name="withdraw"),
    path("sign/<str:secret>/<purpose:purpose>/withdraw", signing.withdraw_box, name="withdraw_box"),
    path("sign/<str:secret>/receipt/<uuid:release_id>.pdf", receipt.of_link, {"form": "pdf"}, name="receipt_pdf"),
    path("sign/<str:secret>/receipt/<uuid:release_id>.json", receipt.of_link, {"form": "json"}, name="receipt_json"),
    path("sign/<str:secret>/code.svg", receipt.code_svg, name="code_svg"),
    path("api/v1/subjects/<uuid:subject_id>/merge", MergeView.as_view(), name="subject_merge"),
    path("notice", public_notice.as_page, name="notice"),
    path("notice.json", public_notice.as_json, name="notice_json"),
    path(".well-known/gpc.json", gpc.well_known, name="gpc"),
    path("api/v1/release-links", ReleaseLinksView.as_view(), name="release_links"),
    path("api/v1/changes", ChangesView.as_view(), name="changes"),
    path("api/v1/notices", NoticesView.as_view(), name="notices"),
    path("api/v1/releases", ReleasesView.as_view(), name="releases"),
    path("api/v1/subjects", SubjectsView.as_view(), name="subjects"),
    path("api/v1/withdrawals", WithdrawalsView.as_view(), name="withdrawals"),
    path("access/v1/evaluation", evaluation, name="evaluation"),
    path("access/v1/evaluations", evaluations, name="evaluations"),
    path("access/v1/search/subject", search.subjects, name="search_subject"),
    path("access/v1/search/resource", search.resources, name="search_resource"),
    path("access/v1/search/action", search.actions, name="search_action"),
    path(".well-known/authzen-configuration", well_known.configuration, name="authzen_configuration"),
    path(".well-known/jwks.json", well_known.jwks, name="jwks"),
    path("api/v1/datasets", DatasetsView.as_view(), name="datasets"),
    path("api/v1/datasets/<uuid:dataset_id>", DatasetView.as_view(), name="dataset"),
    path("api/v1/datasets/<uuid:dataset_id>/snapshots", SnapshotsView.as_view(), name="snapshots"),
    path("api/v1/snapshots/<uuid:snapshot_id>", SnapshotView.as_view(), name="snapshot"),
    path("api/v1/models", ModelsView.as_view(), name="models"),
    path("api/v1/models/<uuid:model_id>", ModelView.as_view(), name="model"),
    path("api/v1/models/<uuid:model_id>/destroyed", ModelDestroyedView.as_view(), name="model_destroyed"),
    path("api/v1/models/<uuid:model_id>/remediations", RemediationsView.as_view(), name="remediations"),
    path("api/v1/subjects/training", SubjectTrainingView.as_view(), name="subject_training"),
    path("api/v1/subjects/disclosures", SubjectDisclosuresView.as_view(), name="subject_disclosures"),
    path("api/v1/uses", UsesView.as_view(), name="uses"),
]
