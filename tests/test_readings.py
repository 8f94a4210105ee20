"""Second readings: numbers in a text, agreement with the ledger, and documents on disk."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stalemate.errors import EvidenceError, QueryError
from stalemate.evidence.ledger import Ledger
from stalemate.evidence.readings import check_documents, compare, identify, number_tokens, paragraphs

LEDGER = Ledger.load()


def values(text):
    return [token.value for token in number_tokens(text)]


def test_readings__there_are_at_least_forty_figures_read_twice():
    assert len({reading.figure for reading in LEDGER.readings}) >= 40
    assert {reading.document for reading in LEDGER.readings} == {"crane-2001", "historymaps-2023"}


def test_readings__every_one_agrees_or_says_why_not():
    for one in compare(LEDGER):
        assert one.explained, one.reading.figure


def test_readings__the_rounded_count_of_pressure_pump_is_told_as_a_disagreement():
    assert [one.reading.figure for one in compare(LEDGER) if not one.agrees] == ["pp2_sorties"]


def test_compare__sees_a_wrong_number_in_the_ledger():
    figures = dict(LEDGER.figures)
    figures["toksan_repair"] = figures["toksan_repair"].model_copy(update={"low": 31.0, "high": 31.0})
    wrong = [one for one in compare(dataclasses.replace(LEDGER, figures=figures)) if not one.explained]
    assert [one.reading.figure for one in wrong] == ["toksan_repair"]


@pytest.mark.parametrize("written", ["15,001", "over 15,000", "15,000 16,000", "fifteen", "many"])
def test_compare__refuses_what_is_not_the_number_token_of_its_value(written):
    reading = LEDGER.readings[0].model_copy(update={"as_written": (written,)})
    assert reading.values == (15_000.0,)
    with pytest.raises(EvidenceError, match="one number token, and its value"):
        compare(dataclasses.replace(LEDGER, readings=(reading,)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15,000 cuts, 199 bridges", [15_000, 199]),
        ("1.8 million leaflets; 1.8\n million", [1_800_000, 1_800_000]),
        ("124 F-84s, 84 F-86s, F-9F, MiG-15 and B-29s", [124, 84]),
        ("a ratio of 5.83:1", [5.83, 1]),
        ("July 13-26, 1952", [13, 26, 1952]),
        ("the 38<sup>th</sup> and the 11th", [38, 11]),
        ("two dozen, half a dozen", [24, 0.5, 12]),
        ("a quarter million tons", [250_000]),
        ("Eighteen of twenty-two", [18, 22]),
        ("two hundred and five thousand three hundred", [205_300]),
        ("the fourth largest; twice; tripled, triple", [4, 2, 3]),
        ("often, someone, weight, tent, stone, phone", []),
        ("1,23 and 12,3456 and 1,234,567.5", [1, 23, 12, 3456, 1_234_567.5]),
        ("3.14. 7, 8.", [3.14, 7, 8]),
        ("replaced.1 and (2)", [1, 2]),
        ("", []),
    ],
)
def test_number_tokens__reads_numerals_and_words(text, expected):
    assert values(text) == pytest.approx(expected)


def in_words(number):
    """Write a number below a million in English: the reading turned round."""
    ones = (
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen"
    ).split()
    tens = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
    if number >= 1_000:
        rest = f" {in_words(number % 1_000)}" if number % 1_000 else ""
        return f"{in_words(number // 1_000)} thousand{rest}"
    if number >= 100:
        rest = f" and {in_words(number % 100)}" if number % 100 else ""
        return f"{ones[number // 100]} hundred{rest}"
    if number >= 20:
        return tens[number // 10] + (f"-{ones[number % 10]}" if number % 10 else "")
    return ones[number]


@given(st.integers(0, 999_999))
def test_number_tokens__reads_every_number_written_in_words(number):
    text = in_words(number)
    assert [(token.text, token.value) for token in number_tokens(f"There were {text.upper()} of them.")] == [
        (text, number)
    ]


@given(st.integers(0, 10**12), st.sampled_from(["{}", "({})", "{}.", "about {}, he said", "{} tons", "${}"]))
def test_number_tokens__reads_every_numeral_with_and_without_commas(number, frame):
    assert values(frame.format(number)) == [number]
    assert values(frame.format(f"{number:,}")) == [number]


@given(st.text(alphabet=st.sampled_from("0123456789,.-twohundred million\n and"), max_size=300))
def test_number_tokens__any_text_is_read_and_every_token_stands_in_it(text):
    plain = " ".join(text.lower().split())
    for token in number_tokens(text):
        assert token.text in plain
        assert number_tokens(token.text)[0].value == token.value


def test_number_tokens__long_runs_are_read_quickly_enough_to_finish():
    assert len(number_tokens("two " * 20_000)) == 20_000
    assert len(number_tokens("1 " + " " * 200_000 + "two")) == 2


BLANKS = st.sampled_from(["", "  ", "\t", " \t "])
LINES = st.text(alphabet="abc 1,\x0b\x0c\x1c\u2028", min_size=1, max_size=20).filter(str.strip)
PARAGRAPHS = st.lists(st.lists(LINES, min_size=1, max_size=3).map("\n".join), max_size=8)


@given(PARAGRAPHS, st.lists(BLANKS, min_size=1, max_size=3), st.sampled_from(["\n", "\r\n", "\r"]))
def test_paragraphs__splits_what_blank_lines_joined(parts, blanks, newline):
    gap = "\n" + "\n".join(blanks) + "\n"
    text = (gap + gap.join(parts) + gap).replace("\n", newline)
    assert paragraphs(text) == tuple(parts)


@given(st.text(max_size=200))
def test_paragraphs__loses_nothing_but_blanks(text):
    joined = "".join("".join(part.split()) for part in paragraphs(text))
    assert joined == "".join(text.split())


def made_up(document, *, without=(), pushed_by=0):
    """Write a document that holds the tokens of its readings where the ledger says, and nothing else."""
    held = {}
    for reading in LEDGER.readings:
        if reading.document == document and reading.figure not in without:
            held.setdefault(reading.paragraph, []).extend(reading.as_written)
    mark = next(mark for mark in LEDGER.documents if mark.document == document)
    parts = [" and ".join(mark.words)] * pushed_by
    for number in range(1, max(held) + 1):
        parts.append("; ".join(["Counted:", *held.get(number, [])]))
    return "\n\n".join([*parts, " and ".join(mark.words)])


@pytest.mark.parametrize("document", ["crane-2001", "historymaps-2023"])
def test_check_documents__finds_every_number_in_its_paragraph(tmp_path, document):
    path = tmp_path / "any name.txt"
    path.write_text(made_up(document), encoding="utf-8")
    (checked,) = check_documents(LEDGER, [path])
    expected = sum(reading.document == document for reading in LEDGER.readings)
    assert checked.document == document
    assert (checked.count("ok"), checked.count("moved"), checked.count("missing")) == (expected, 0, 0)


def test_check_documents__says_which_paragraph_a_number_moved_to(tmp_path):
    path = tmp_path / "page.txt"
    path.write_text(made_up("historymaps-2023", pushed_by=3), encoding="utf-8")
    (checked,) = check_documents(LEDGER, [path])
    assert checked.count("moved") == len(checked.findings) == 13
    assert all(f.found_in == (f.reading.paragraph + 3,) for f in checked.findings)


def test_check_documents__says_which_number_is_missing(tmp_path):
    path = tmp_path / "page.txt"
    text = made_up("historymaps-2023").replace("11,090", "11,091")
    path.write_text(text, encoding="utf-8")
    (checked,) = check_documents(LEDGER, [path])
    missing = [f.reading.figure for f in checked.findings if f.state == "missing"]
    assert missing == ["ratkiller_killed_claim", "cas_guerr_k"]
    assert checked.count("ok") == 11


def test_check_documents__a_part_of_a_larger_number_is_not_the_number(tmp_path):
    path = tmp_path / "page.txt"
    path.write_text(made_up("historymaps-2023").replace("9,916", "19,916"), encoding="utf-8")
    (checked,) = check_documents(LEDGER, [path])
    assert checked.count("missing") == 2


def test_check_documents__refuses_an_unknown_text_and_an_ambiguous_one(tmp_path):
    path = tmp_path / "other.txt"
    path.write_text("A text about something else.", encoding="utf-8")
    with pytest.raises(QueryError, match=r"none of the documents.*crane-2001"):
        check_documents(LEDGER, [path])
    every_word = " ".join(word for mark in LEDGER.documents for word in mark.words)
    with pytest.raises(QueryError, match="more than one"):
        identify(LEDGER.documents, path, every_word)


def test_check_documents__tells_all_unreadable_files_at_once(tmp_path):
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9")
    with pytest.raises(EvidenceError) as caught:
        check_documents(LEDGER, [tmp_path / "latin.txt", tmp_path / "absent.txt", tmp_path])
    assert len(caught.value.faults) == 3
