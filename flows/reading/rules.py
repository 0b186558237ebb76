"""The rules an export is judged by: a stable id, what it means, what to do about it.

The words reach a provider's data officer. They never hold a value from a row.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        means: what was found, in words.
        guidance: what the provider can do about it.
    """

    means: str
    guidance: str


RULES: dict[str, Rule] = {
    "unclosed_quote": Rule(
        "A quotation mark opens in this line and never closes",
        "Close or double the quotation mark, or export again with every text quoted",
    ),
    "stray_quote": Rule(
        "A quotation mark stands inside or after a text that is not quoted",
        "Put the whole text in quotation marks and double those inside it",
    ),
    "field_count": Rule(
        "The line has more or fewer fields than the header",
        "Look for a delimiter inside an unquoted text, or a line break in a note",
    ),
    "beyond_header": Rule(
        "From this row on cells stand to the right of the last heading; not read",
        "Give the column a heading that is agreed, or move notes to another sheet",
    ),
    "long_number": Rule(
        "From this row on the column holds numbers too long to be kept exactly",
        "Store identifiers as text: the last digits of these are already lost",
    ),
    "repeated_element": Rule(
        "The same element stands more than once in this record",
        "Send one value per record, or the repeated part as records of its own",
    ),
    "not_json": Rule(
        "The line is not one JSON object",
        "Write one complete object on each line, in UTF-8",
    ),
    "line_too_long": Rule(
        "The line is longer than any row can be",
        "Look for a missing line break between two objects",
    ),
    "repeated_name": Rule(
        "The same name stands more than once in this object",
        "Send each name once per object",
    ),
    "list_in_row": Rule(
        "A value of this object is a list where one value is expected",
        "Send one value, or the list as rows of a file of its own",
    ),
    "key_missing": Rule(
        "The columns that identify the row are empty",
        "Fill them in your system; without them the row cannot be followed",
    ),
    "duplicate_key": Rule(
        "An earlier line of this file has the same key",
        "Keep one row per key; the first line was taken",
    ),
    "required_missing": Rule(
        "A value that every row must have is missing",
        "Fill it in your system and send the row again",
    ),
    "not_a_date": Rule(
        "The value is not a date that exists",
        "Write dates in the agreed form, such as 31/12/2025",
    ),
    "date_format": Rule(
        "The date is not written in an agreed form; it was read, as it can mean one "
        "day alone",
        "Write dates in the agreed form, or agree this form for your exports",
    ),
    "excel_serial": Rule(
        "Five digits stand where a date should; they were read as a spreadsheet's "
        "count of days",
        "Give the column a date format before saving, or export from the system itself",
    ),
    "partial_date": Rule(
        "The date of birth is given in part; nothing of it was kept",
        "Give the whole date, or leave the field empty where it is not known",
    ),
    "impossible_birth_date": Rule(
        "The date of birth is before 1905 or after the export",
        "Check the year; the row landed without a date of birth",
    ),
    "placeholder": Rule(
        "The value stands for 'not known' and was left out",
        "Leave the field empty where it is not known",
    ),
    "not_a_number": Rule(
        "The value is not a whole number or decimal where one is expected",
        "Write the number in digits, or leave it empty",
    ),
    "out_of_range": Rule(
        "The number is outside the range this column can have",
        "Check the unit: days are out of 28, scores out of 20",
    ),
    "unknown_code": Rule(
        "The value is not in the agreed list of this column",
        "Use a value of the list, or agree an addition to the value map",
    ),
    "not_a_code": Rule(
        "The value is too long or too free for a code",
        "Send the code, not its description or a note",
    ),
    "not_an_area": Rule(
        "The value is not the code of a council's area",
        "Send the code, such as E06000001 or 00CM, not the council's name",
    ),
    "identifier_check": Rule(
        "The official number is not of its form, or its check letter is wrong",
        "Check the number against its document; the row landed without it",
    ),
    "nhs_number_check": Rule(
        "The NHS number does not have ten digits with the right check digit",
        "Trace the number again; the row landed without it",
    ),
    "not_a_postcode": Rule(
        "The value is not a postcode",
        "Write the postcode, or ZZ99 3VZ for no fixed abode",
    ),
    "not_utf8": Rule(
        "From this line on the file is not UTF-8; it was read as Windows-1252",
        "Export as UTF-8, or have the encoding declared in the provider file",
    ),
    "files_missing": Rule(
        "The delivery lacks files that every full delivery of this layout holds",
        "Send all files of the export together; rules that need them were not asked",
    ),
    "correction_not_needed": Rule(
        "A correction kept for this provider's known fault matched no row",
        "The fault may be gone: remove the correction from the provider file",
    ),
}
