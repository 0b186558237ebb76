"""Why a whole file is refused, or held for an operator: a stable id, what it means.

A refusal's own words say what was found in this file; these say what any file of that
refusal has in common. They never hold a value from a row.
"""

from __future__ import annotations

from flows.reading.rules import Rule

REFUSALS: dict[str, Rule] = {
    "empty_file": Rule(
        "The file is empty",
        "Export again and look at the file's size before sending it",
    ),
    "no_file": Rule(
        "There is no file of that name",
        "Look at the path that was given",
    ),
    "unknown_file": Rule(
        "The file's name fits no file this provider sends",
        "Rename the file, or add a name pattern to the provider file",
    ),
    "not_taken": Rule(
        "The layout knows this table and takes nothing from it",
        "Nothing: it need not be sent",
    ),
    "unknown_kind": Rule(
        "The file is of a kind that is not read",
        "Send a kind of file that the message names",
    ),
    "wrong_header": Rule(
        "The headings are not those of the agreed layout",
        "Export with the agreed columns, or agree the change first",
    ),
    "no_headings": Rule(
        "No line that could be the headings was found where they should be",
        "Export again with the headings as the first line",
    ),
    "no_delimiter": Rule(
        "Neither comma, semicolon, tab nor pipe divides the lines into columns",
        "Export it as CSV",
    ),
    "line_without_end": Rule(
        "A line is longer than any row can be",
        "Look for line ends that are missing, and export again",
    ),
    "wrong_encoding": Rule(
        "The letters of the file are not encoded as was declared",
        "Export as UTF-8, or have the encoding declared in the provider file",
    ),
    "nul_byte": Rule(
        "The file holds NUL bytes, so it is no text file",
        "Export it again as text",
    ),
    "rows_do_not_balance": Rule(
        "The number of rows found and the number of rows read differ",
        "Export again with every text in quotation marks",
    ),
    "no_such_sheet": Rule(
        "The workbook does not have the sheet the layout reads",
        "Give the sheet its agreed name and save again",
    ),
    "sheet_too_large": Rule(
        "A cell stands so far from the others that the sheet cannot be read",
        "Delete the empty rows and columns behind the table and save again",
    ),
    "unreadable_workbook": Rule(
        "The workbook cannot be opened, or was not written by a spreadsheet program",
        "Save it again as XLSX in a spreadsheet program",
    ),
    "unreadable_xml": Rule(
        "The XML is not well-formed, or holds what no export needs",
        "Export it again without document types, entities or missing end tags",
    ),
    "unreadable_parquet": Rule(
        "The Parquet file is damaged, or holds columns that are no plain values",
        "Write it again with plain columns, without encryption",
    ),
    "password_protected": Rule(
        "The file is locked with a password",
        "Save it without one; the way it is sent keeps it safe",
    ),
    "unreadable_archive": Rule(
        "The zip cannot be opened, or a file in it is not as the zip says",
        "Pack it again, without a password",
    ),
    "unsafe_member": Rule(
        "The zip holds a link, a device or a file without a proper name",
        "Pack the files alone, each under its own name",
    ),
    "duplicate_member": Rule(
        "Two files in the zip have the same name, folders aside",
        "Give each file in the zip a name of its own",
    ),
    "nested_archive": Rule(
        "The zip holds other archives",
        "Put the files themselves into one zip",
    ),
    "too_many_files": Rule(
        "The zip holds more files than a delivery can have",
        "Send the agreed files alone",
    ),
    "unpacks_too_large": Rule(
        "The file would unpack to far more than it should",
        "Send the files unpacked, or fewer of them in one zip",
    ),
    "impossible_export_date": Rule(
        "The date in the file's name is no day up to today",
        "Correct the date in the name",
    ),
    "broke_the_reader": Rule(
        "Reading the file ended in a way that no rule foresees",
        "Export again; if it happens again, tell whoever looks after Commonground",
    ),
}

HOLDS: dict[str, Rule] = {
    "agreement_missing": Rule(
        "No data-sharing agreement is recorded for this provider",
        "Agree one and have it put in the provider file",
    ),
    "agreement_lapsed": Rule(
        "The data-sharing agreement does not cover today",
        "Renew it and have the new dates put in the provider file",
    ),
    "names_another_provider": Rule(
        "The file names another provider than the one whose folder it came in",
        "Send it under the provider it belongs to, or have its code recorded",
    ),
    "older_than_last": Rule(
        "A newer export of this kind has landed already",
        "Send the newest, or correct the date in the file's name",
    ),
    "second_of_its_day": Rule(
        "A full export of this kind and day has landed under another name",
        "Send one file for all rows; a correction comes under the same name",
    ),
    "volume_outside_range": Rule(
        "The number of rows is far from what this provider has sent before",
        "Say whether the change is real, or export again",
    ),
    "too_many_quarantined": Rule(
        "More of the rows are at fault than may land without being looked at",
        "Put right the rules with the most rows first, and export again",
    ),
    "many_withdrawn": Rule(
        "A large share of the rows sent before is no longer in the file",
        "Say whether they were closed or deleted, or export again",
    ),
}
