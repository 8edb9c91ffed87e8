"""Every address of consent: the hosted pages, the API, and the check."""

from django.urls import path, register_converter

from consent.api import evaluation
from consent.api.links import ReleaseLinksView
from consent.api.withdrawals import WithdrawalsView
from consent.pages import signing
from consent.pages.address import TrainingPurpose

app_name = "consent"
register_converter(TrainingPurpose, "training_purpose")
urlpatterns = [
    path("sign/<str:secret>", signing.sign_scan, name="sign"),
    path("sign/<str:secret>/decline", signing.decline_scan, name="decline"),
    path("sign/<str:secret>/<training_purpose:purpose>", signing.sign_training, name="sign_training"),
    path("sign/<str:secret>/withdraw", signing.withdraw_scan, name="withdraw"),
    path("sign/<str:secret>/<training_purpose:purpose>/withdraw", signing.withdraw_training, name="withdraw_training"),
    path("api/v1/release-links", ReleaseLinksView.as_view(), name="release_links"),
    path("api/v1/withdrawals", WithdrawalsView.as_view(), name="withdrawals"),
    path("access/v1/evaluation", evaluation.evaluation, name="evaluation"),
    path(".well-known/authzen-configuration", evaluation.configuration, name="authzen_configuration"),
]
