"""A settings file with mistakes: each is told by key and line, with what was meant; a secret is never repeated."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from xlpy.domain.values.rules import PostingRules
from xlpy.errors import SettingsError
from xlpy.profile.lines import lines_of_keys
from xlpy.profile.mistakes import SettingsFileWrong
from xlpy.profile.rules import CHECKS, TABLES
from xlpy.profile.settings import Profile, load_profile

GUID = "01234567-89ab-cdef-0123-456789abcdef"


def _read(tmp_path: Path, text: str) -> Profile:
    path = tmp_path / "profile.toml"
    path.write_text(text, encoding="utf-8")
    return load_profile(path, environment={})


def _told(tmp_path: Path, text: str) -> SettingsFileWrong:
    with pytest.raises(SettingsFileWrong) as told:
        _read(tmp_path, text)
    return told.value


def test_all_mistakes_come_at_once_in_the_order_of_the_file_with_their_lines(tmp_path: Path) -> None:
    wrong = _told(
        tmp_path,
        'name = "north"\n'
        "[manage]\n"
        "connect_timeout = 0\n"
        'clientid = "x"\n'
        "\n"
        "[posting]\n"
        "locations = [\n  2,\n  -3,\n]\n"
        "[posting.units]\n"
        'Each = "FAR TOO LONG"\n'
        "[sl]\n"
        'company = "ELEVEN CHAR"\n'
        "lock_seconds = true\n",
    )
    assert [(mistake.line, mistake.key) for mistake in wrong.mistakes] == [
        (3, "[manage] connect_timeout"),
        (4, "[manage] clientid"),
        (7, "[posting] locations"),
        (12, '[posting] units, "Each"'),
        (14, "[sl] company"),
        (15, "[sl] lock_seconds"),
    ]
    text = str(wrong)
    assert "6 mistakes" in text
    assert "\n  line 4: [manage] clientid: not a known setting; did you mean [manage] client_id?" in text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[postings]\n", "did you mean posting?"),
        ('[manage]\nclient-id = "x"\n', "did you mean [manage] client_id?"),
        ('[manage]\nbatch_status = "B"\n', "batch_status belongs into [posting]"),
        ('batch_statu = "B"\n', "did you mean [posting] batch_status?"),
        ('[sl]\nxyz = "B"\n', "[sl] xyz: not a known setting"),
        ("[manage]\nconnect_timeout = -1\n", "more than 0 and at most 3600 seconds"),
        ("[manage]\nread_timeout = inf\n", "more than 0 and at most 3600 seconds"),
        ("[manage]\nexport_timeout = nan\n", "more than 0"),
        ("[manage]\nexport_chunk = 0\n", "from 1 to 1000 documents"),
        ('[manage]\nexport_chunk = "100"\n', "must be a whole number, not a text"),
        ('[manage]\nclient_id = "no guid"\n', "is not a client id such as"),
        ('[manage]\napi_version = "latest"\n', 'such as "2025.8"'),
        ('[manage]\nurl = "http://manage.acme.example"\n', "plain http"),
        ('[manage]\nurl = "myconnectwise.net"\n', "no region"),
        ('[manage]\ncompany = "a:b"\n', "no blanks and no colon"),
        ('[manage]\nmember = "KM"\n', "needs integrator too"),
        ('[manage]\nmember = "KM"\nintegrator = "i"\npublic_key = "p"\n', "not both"),
        ('manage = "na.example.net"\n', "write [manage] on a line of its own"),
        ('[sl]\nurl = "sql01"\n', "no address of a database"),
        ('[sl]\ncode_page = "cp99999"\n', "not a known code page"),
        ("[sl]\nlock_seconds = 0\n", "more than 0 and at most 300 seconds"),
        ('[posting]\nbatch_status = "b"\n', '"b" is not one of "B", "H"'),
        ('[posting]\nwhich_customer = "billto"\n', 'did you mean "bill-to"?'),
        ('[posting]\nreference_rule = "strip"\n', "needs reference_prefix"),
        ('[posting]\nreference_prefix = "NA-"\n', "does nothing without"),
        ('[posting]\ncost_journals = "day"\n', '"invoice", "run"'),
        ('[posting]\nperiod = "by document date"\n', 'did you mean "By document date"?'),
        ("[posting]\naccount_segments = [1, 1]\n", "each once"),
        ("[posting]\naccount_segments = [0]\n", "from 1 to 10"),
        ('[posting]\nlocations = ["a"]\n', "a list of whole numbers such as [2, 3]"),
        ("[posting]\nlocations = [2, 2]\n", "each once"),
        ("[posting]\nrate_max_age_days = -1\n", "from 0 to 3660 days"),
        ("[posting]\ndue_days_tolerance = 400\n", "from 0 to 365 days"),
        ('[posting]\nrecord_id_column = "User3"\n', '"User5"'),
        ('[posting]\nuser_columns = { ARDoc = "S4Future01" }\n', '[posting] user_columns, "ARDoc"'),
        ('[posting]\nuser_columns = { Ardoc = "User1" }\n', 'did you mean "ARDoc"?'),
        ('[posting]\nrecord_id_column = "User1"\nuser_columns = { ARDoc = "User2" }\n', "keep one of them"),
        ('[posting]\ncompany_paid_account = "1:2:3"\n', "more than one colon"),
        ('[posting]\ncompany_paid_account = "VERY-LONG-ACCOUNT"\n', "at most 10 characters"),
        ('[posting]\ndocument_description = "{nummer}"\n', "{nummer} is not known; use {number}"),
        ('[posting]\nexpense_description = "{number}"\n', "use {member}, {date}"),
        ('[posting]\nreceipt_description = "{number"\n', "a brace is not closed"),
        ('[posting]\nbins = { "Van 3" = "ELEVEN CHAR" }\n', "a bin of SL has 10 characters"),
        ('[posting]\nbins = "Van"\n', 'such as { "a" = "b" }, not a text'),
        ('[masters]\ncustomers = "yes"\n', "must be true or false, not a text"),
        ('name = ""\n', "must not be empty"),
    ],
)
def test_each_mistake_says_what_is_wrong_and_what_was_meant(tmp_path: Path, text: str, said: str) -> None:
    wrong = _told(tmp_path, text)
    assert said in str(wrong)
    assert all(mistake.line for mistake in wrong.mistakes)


@pytest.mark.parametrize(
    "text",
    ['[manage]\nprivate_key = "s3cret-value"\n', '[sl]\npassword = "s3cret-value"\n', 'manage = "s3cret-value"\n']
    + [f'[manage]\n{key} = "s3cret value"\n' for key in ("public_key", "client_id", "company", "integrator")]
    + ['[manage]\nexport_chunk = "s3cret-value"\n', '[sl]\nurl = "s3cret-value"\n'],
)
def test_what_may_be_a_secret_is_not_repeated(tmp_path: Path, text: str) -> None:
    assert "s3cret" not in str(_told(tmp_path, text))


def test_a_secret_in_the_file_is_told_what_to_do_about(tmp_path: Path) -> None:
    assert "xlpy login" in str(_told(tmp_path, '[manage]\nprivate_key = "x"\n'))


def test_every_setting_has_its_rule_or_takes_anything() -> None:
    free = {("manage", "ca_bundle"), ("posting", "reference_prefix"), ("masters", "customers")}
    free |= {
        ("masters", "vendors"),
        ("masters", "products"),
        ("posting", "practice_release"),
        ("posting", "apply_credit_memos"),
        ("posting", "round_lines"),
        ("watch", "folder"),
        ("watch", "sync_payments"),
    }
    known = {
        (table.name, field.name)
        for table in fields(Profile())
        if is_dataclass(getattr(Profile(), table.name))
        for field in fields(getattr(Profile(), table.name))
    }
    assert known | {("name",)} == CHECKS.keys() | TABLES.keys() | free


def test_what_is_right_is_taken(tmp_path: Path) -> None:
    profile = _read(
        tmp_path,
        "[manage]\n"
        f'url = "na.myconnectwise.net"\nclient_id = "{GUID.upper()}"\napi_version = "2026.11"\nread_timeout = 0.5\n'
        "[sl]\nurl = 'SERVER=SQL01\\SL;DATABASE=AcmeApp;Trusted_Connection=yes'\n"
        '[posting]\nperiod = "10-2026"\naccount_segments = [1, 3, 2]\n'
        'user_columns = { APDoc = "User2", ARDoc = "User1" }\nreference_rule = "strip"\nreference_prefix = "NA-"\n'
        'company_paid_account = "2050:00000"\ndocument_description = ""\n',
    )
    assert profile.posting.account_segments == (1, 3, 2)
    assert (profile.posting.user_column("ARDoc"), profile.posting.user_column("GLTran")) == ("User1", "")
    assert PostingRules(record_id_column="User5").user_column("ARDoc") == "User5"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[sl]\nurl = "SERVER=SQL01\\SL"\n', "a backslash must be doubled"),
        ("[masters]\ncustomers = True\n", "true and false are written small"),
        ("[sl]\n[manage]\n[sl]\n", "only once"),
        ("name = one\n", "go into quotes"),
    ],
)
def test_what_is_no_toml_says_how_to_write_it(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=r"not valid TOML: .*\(at line \d") as told:
        _read(tmp_path, text)
    assert said in told.value.fix


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "profile.toml"
    path.write_bytes('name = "Müller"\n'.encode("cp1252"))
    with pytest.raises(SettingsError, match=r"not in UTF-8.*encoding UTF-8"):
        load_profile(path, environment={})


def test_lines_of_keys_in_every_way_to_write_them() -> None:
    lines = lines_of_keys(
        '# a comment\n"name" = "x"\nsl.company = "A"\n[manage]  # table\nurl = """\nhost\nb = 2\n"""\n\n'
        '[ "posting" . bins ]\n"Van 3" = "V3"\n[posting]\nlocations = [\n  1, # one\n  2\n]\n'
        'units = { Each = "EA", "Box of 6" = "BX" }\nwhich_customer = "a # b"\n'
    )
    assert lines == {
        ("name",): 2,
        ("sl",): 3,
        ("sl", "company"): 3,
        ("manage",): 4,
        ("manage", "url"): 5,
        ("posting",): 10,
        ("posting", "bins"): 10,
        ("posting", "bins", "Van 3"): 11,
        ("posting", "locations"): 13,
        ("posting", "units"): 17,
        ("posting", "units", "Each"): 17,
        ("posting", "units", "Box of 6"): 17,
        ("posting", "which_customer"): 18,
    }
    assert lines_of_keys("a = [\n") == {}
