"""Where findings stand in the given text, and what counts as one sentence, in plain text, Markdown and HTML."""

import pytest

from compliance.profiles.rules.policy import Finding, lint

VAGUE = "We keep your data as long as necessary."


def found(text: str) -> list[tuple[str, str]]:
    return [(finding.finding, finding.text) for finding in lint(text)]


def test_a_finding_names_its_place_in_characters_and_lines() -> None:
    text = f"Hello.\n\n{VAGUE} Goodbye.\n"

    [finding] = lint(text)

    assert (finding.start, finding.end, finding.line, finding.text) == (8, 8 + len(VAGUE), 3, VAGUE)


@pytest.mark.parametrize(
    "before",
    ["", "Grüße, 日本 🙂 — İı.\n\n", "One.\r\nTwo.\r\n", "Old\rMac\r\r", "\ufeff", "a\u00adb \u200b. ", "x\u2028y. ", "𝔘𝔫𝔦. "],
    ids=["nothing", "unicode", "crlf", "cr", "bom", "invisible", "separator", "astral"],
)
def test_spans_hold_whatever_stands_before(before: str) -> None:
    text = before + VAGUE

    [finding] = lint(text)

    assert text[finding.start : finding.end] == finding.text == VAGUE


def test_lines_count_as_editors_count_them() -> None:
    assert [finding.line for finding in lint(f"One.\r\n\r\n{VAGUE}\r\n\r\n{VAGUE}")] == [3, 5]


def test_a_line_break_in_the_midst_of_a_sentence_changes_nothing() -> None:
    text = "We keep your data\r\nas long as\r\nnecessary."

    assert found(text) == [("vague_period", text)]


def test_html_is_read_as_a_person_sees_it_and_the_span_holds_the_tags() -> None:
    said = "We keep your <b>data</b> as long as&nbsp;neces&shy;sary."
    page = f'<html><head><script>We keep photos forever.</script></head><body><p class="a">{said}</p><!-- {VAGUE} --></body></html>'

    [finding] = lint(page)

    assert (finding.finding, finding.text) == ("vague_period", said)


def test_markup_does_not_hide_a_denial() -> None:
    assert found("<p>We do <em>not</em> keep your photos <strong>indefinitely</strong>.</p>") == []
    assert found("We do **not** keep your photos *indefinitely*.") == []
    assert found("We don&rsquo;t sell your data.") == []
    assert found("We don’t sell your data.") == []


def test_a_list_is_read_with_the_line_that_leads_it_in() -> None:
    items = "sell your photos", "share data with partners"

    assert found("We never:\n\n- {}\n- {}\n".format(*items)) == []
    assert found("<p>We never:</p><ul><li>{}</li><li>{}</li></ul>".format(*items)) == []
    assert found("<p>We never:</p><ul>\n<li>\n<p>{}</p>\n</li>\n<li><p>{}</p></li></ul>".format(*items)) == []
    assert found("We may:\n\n- {}\n- {}\n".format(*items)) == [("sale", items[0]), ("third_party_sharing", items[1])]


def test_an_answer_is_read_with_its_question() -> None:
    assert found("Do you sell my photos? No, never.") == []
    assert found("Do you sell my photos? Yes.") == [("sale", "Yes.")]
    assert found("# How long do you keep my data?\n\nAs long as necessary.") == [("vague_period", "As long as necessary.")]


def test_a_heading_alone_says_nothing() -> None:
    assert found("## Sharing data with third parties\n\nIt does not happen.") == []


def test_a_full_stop_of_an_abbreviation_ends_no_sentence() -> None:
    assert found("Photos are held by Example Storage Inc. in Ireland and, e.g. with crops, deleted after 3.5 days.") == []


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("Wir behalten Ihre Fotos so lange, wie es für unsere Zwecke nötig ist.", None),
        ("Guardamos sus fotos durante el tiempo que sea necesario para los fines.", None),
        ("Nous conservons vos photos aussi longtemps que nécessaire pour nos services.", None),
        ("我们会在必要的时间内保留您的照片和数据。", None),
        ("Мы храним ваши фотографии столько, сколько нужно.", None),
        (f"We never sell your data.\n\nWir verkaufen Ihre Daten nicht und geben sie nicht weiter.\n\n{VAGUE}", "Wir"),
    ],
)
def test_other_languages_are_said_to_be_unchecked_once_and_never_called_clean(text: str, span: str | None) -> None:
    findings = [finding for finding in lint(text) if finding.finding == "language_not_checked"]

    assert [(finding.severity, finding.text[:3]) for finding in findings] == [("info", span or text[:3])]


def test_an_english_part_of_a_foreign_text_is_still_checked() -> None:
    assert [finding.finding for finding in lint(f"Wir verkaufen Ihre Daten nicht und geben sie nicht weiter.\n\n{VAGUE}")] == [
        "language_not_checked",
        "vague_period",
    ]


def test_nothing_is_found_in_nothing() -> None:
    assert [lint(text) for text in ("", " \r\n\t", "...", "<p></p>", "12", "—")] == [[]] * 6


def test_the_same_text_gives_the_same_findings() -> None:
    text = f"{VAGUE} We may sell your photos. We take your privacy seriously."
    first: list[Finding] = lint(text)

    assert [finding.finding for finding in first] == ["vague_period", "sale", "claim_without_fact"]
    assert lint(text) == first
