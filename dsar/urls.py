"""Addresses of the public pages and of the API for requests."""

from django.urls import path, register_converter

from dsar.api import RequestsView, RequestView
from dsar.pages import ask, confirm, depicted, receipt_code, status

app_name = "dsar"


class Code:
    """A reference as we write it: anything else is no address of ours."""

    regex = r"EF-[A-Z2-7-]{1,36}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Secret:
    """The secret of a link in a mail."""

    regex = r"[A-Za-z0-9_-]{1,100}"
    to_python = Code.to_python
    to_url = Code.to_url


register_converter(Code, "dsar_code")
register_converter(Secret, "dsar_secret")

urlpatterns = [
    path("privacy/", ask.ask, name="ask"),
    path("privacy/sent", ask.sent, name="sent"),
    path("privacy/someone-else", depicted.ask, name="depicted"),
    path("r/", receipt_code.enter, name="receipt_code_enter"),
    path("r/<dsar_secret:code>", receipt_code.show, name="receipt_code"),
    path("r/<dsar_secret:code>/withdraw", receipt_code.withdraw, name="receipt_code_withdraw"),
    path("r/<dsar_secret:code>/model", receipt_code.delete_model, name="receipt_code_model"),
    path("r/<dsar_secret:code>/delete", receipt_code.delete_everything, name="receipt_code_delete"),
    path("r/<dsar_secret:code>/receipt/<uuid:release_id>.pdf", receipt_code.receipt, {"form": "pdf"}, name="receipt_code_pdf"),
    path("r/<dsar_secret:code>/receipt/<uuid:release_id>.json", receipt_code.receipt, {"form": "json"}, name="receipt_code_json"),
    path("privacy/confirm/<dsar_secret:secret>", confirm.confirm, name="confirm"),
    path("privacy/requests/", status.find, name="find"),
    path("privacy/requests/<dsar_code:code>", status.status, name="status"),
    path("privacy/requests/<dsar_code:code>/withdraw", status.withdraw, name="withdraw"),
    path("privacy/requests/<dsar_code:code>/certificate.pdf", status.download, {"form": "pdf"}, name="certificate_pdf"),
    path("privacy/requests/<dsar_code:code>/certificate.json", status.download, {"form": "json"}, name="certificate_json"),
    path("api/v1/requests", RequestsView.as_view(), name="api_requests"),
    path("api/v1/requests/<uuid:request_id>", RequestView.as_view(), name="api_request"),
]
