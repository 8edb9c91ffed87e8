"""Public addresses: the check page and the public keys."""

from django.urls import path

from compliance.evidence import pages

app_name = "evidence"
urlpatterns = [
    path("verify/<str:number>", pages.check, name="check"),
    path("keys/documents.crt", pages.documents_certificate, name="documents-certificate"),
    path("keys/ledger.pub", pages.ledger_key, name="ledger-key"),
]
