"""Makes ``data/quality.jsonl``: people as crime systems have them, and what is wrong with them.

A label is never asked of the checks: it follows from how a record was made wrong. Each bad record is an ordinary person
with one mistake put in (some mistakes concern two people); each good one is right, and looks odd. One mistake has one
label: numbers and addresses that stand in each other's place are one mistake, and so is somebody who is recorded twice,
who has of course the same number twice.

Nobody here is real. Numbers are those that regulators keep for drama (Ofcom 07700 900xxx, 020 7946 0xxx and the like;
ACMA, ARCEP, the FCC) or the examples of libphonenumber's tables; mailboxes are made up.

    python -m tests.bench.quality_records      writes the file anew
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).parent / "data" / "quality.jsonl"

Someone = dict[str, str]
"""A party's fields; ``id`` and ``role`` among them."""


@dataclass(frozen=True)
class Record:
    """People of one crime. ``wrong``: (person, field, check) of each problem; none for a good record.

    Attributes
    ----------
    how
        How it was made wrong, or what is odd about it.
    earlier
        Suspects who are known from earlier updates.
    """

    how: str
    people: tuple[Someone, ...]
    wrong: tuple[tuple[str, str, str], ...] = ()
    earlier: tuple[Someone, ...] = field(default=())


ORDINARY: Final = (
    ("Amina", "Rahman", "1990-04-12"),
    ("David", "Hughes", "1962-11-03"),
    ("Katarzyna", "Nowak", "1987-06-21"),
    ("Gurpreet", "Gill", "1979-02-14"),
    ("Olivia", "Bennett", "2001-09-30"),
    ("Mohammed", "Iqbal", "1994-12-05"),
    ("Sioned", "Pritchard", "1971-03-19"),
    ("Ana", "Popescu", "1998-08-08"),
    ("Chidi", "Okafor", "1983-10-27"),
    ("Margaret", "Ellison", "1948-05-16"),
    ("Yusuf", "Demir", "1991-07-23"),
    ("Grace", "Thompson", "1975-01-29"),
    ("Liam", "Gallagher", "2003-04-04"),
    ("Mei", "Zhang", "1989-12-18"),
    ("Patience", "Moyo", "1996-02-22"),
)
_PROVIDERS: Final = ("gmail.com", "hotmail.co.uk", "outlook.com", "icloud.com", "btinternet.com", "yahoo.co.uk")


def person(number: int, **changed: str) -> Someone:
    """An ordinary victim, with nothing wrong but what is changed."""
    given, family, born = ORDINARY[number % len(ORDINARY)]
    return {
        "id": "V1",
        "role": "victim",
        "given_name": given,
        "family_name": family,
        "date_of_birth": born,
        "phone": f"07700 900{100 + number % 800}",
        "email": f"{given}.{family}{number % 90 + 10}@{_PROVIDERS[number % len(_PROVIDERS)]}".lower(),
    } | changed


# -- one field is wrong ----------------------------------------------------------------------------------------------

NAMES: Final[Mapping[str, Mapping[str, tuple[tuple[str, str], ...]]]] = {
    "name_missing": {
        "nobody entered a name": (("", ""), (" ", ""), ("", "  "), ("\t", " "), ("\u00a0", "")),
    },
    "name_placeholder": {
        "filler in both fields": (
            ("Unknown", "Unknown"), ("UNKNOWN", "UNKNOWN"), ("unk", "unk"), ("Not", "Known"), ("N/K", "N/K"),
            ("Test", "Test"), ("Test", "Victim"), ("TEST", "RECORD"), ("Test", "Person"), ("xxx", "xxx"), ("X", "X"),
            ("A N", "Other"), ("A.N.", "Other"), ("Jane", "Doe"), ("John", "Doe"), ("Victim", "One"), ("Victim", "1"),
            ("Female", "Victim"), ("Not", "Given"), ("Not", "Disclosed"), ("Name", "Withheld"), ("Refused", "Refused"),
            ("TBC", "TBC"), ("To Be", "Confirmed"), ("N/A", "N/A"), ("None", "None"), ("NULL", "NULL"),
            ("null", "null"), ("Anonymous", "Caller"), ("Not", "Provided"), ("asdf", "asdf"), ("aaa", "aaa"),
            ("-", "-"), (".", "."), ("??", "??"), ("Do Not", "Use"), ("Dummy", "Record"), ("Awaiting", "Details"),
            ("First Name", "Last Name"), ("No", "Name"), ("Unidentified", "Female"), ("Occupant", "Occupant"),
        ),
        "filler in one field": (
            ("Unknown", "Rahman"), ("Amina", "Unknown"), ("Unk", "Hughes"), ("David", "N/K"), ("Test", "Gill"),
            ("Mother", "Nowak"), ("Occupier", ""), ("", "Unknown"), ("Grace", "Not Known"), ("TBC", "Moyo"),
            ("Ana", "Not Given"), ("?", "Demir"), ("Yusuf", "?"), ("Baby", "Unknown"), ("Liam", "XXXX"),
        ),
        "a title for a given name": (("Mrs", "Hughes"), ("Mr", "Okafor"), ("MISS", "Bennett"), ("Ms.", "Zhang")),
    },
    "name_not_a_name": {
        "a number in the name": (
            ("07700 900231", "Rahman"), ("Amina", "07700900232"), ("Amina 07700900233", "Rahman"),
            ("+447700900234", ""), ("David", "Hughes 07700 900235"),
        ),
        "an address of e-mail in the name": (
            ("amina.rahman11@gmail.com", "Rahman"), ("David", "dhughes12@outlook.com"), ("", "ana.p13@gmail.com"),
        ),
        "something else in the name": (
            ("Amina", "1990-04-12"), ("12/04/1990", "Rahman"), ("42/123456/26", "Hughes"), ("Flat 4", "Nowak"),
            ("Katarzyna", "14 Mill Lane"), ("Gurpreet1", "Gill"), ("Ol1via", "Bennett"), ("D4vid", "Hughes"),
            ("PNC 84/1234X", "Gill"), ("Amina", "Rahman 2"),
        ),
    },
    "name_with_note": {
        "a note beside the name": (
            ("Amina (do not call)", "Rahman"), ("David", "Hughes (deceased)"), ("Ana", "Popescu - see log 452"),
            ("Grace", "Thompson (Mum of IP)"), ("Liam", "Gallagher [witness also]"), ("Mei - needs interpreter",
            "Zhang"),
            ("Patience", "Moyo ** DV **"), ("Gurpreet aka Gary", "Gill"), ("Amina", "Rahman nee Begum"),
            ("Olivia", "Bennett formerly Ward"), ("Yusuf (Turkish speaker)", "Demir"), ("Chidi", "Okafor / Obi"),
            ("Sioned", "Pritchard DO NOT CONTACT"), ("Margaret", "Ellison c/o daughter"), ("Ana", "Popescu (Smith)"),
        ),
    },
    "name_organisation": {
        "a business or body for a person": (
            ("Tesco", "Stores Ltd"), ("", "Eastshire Council"), ("", "Hartwell Primary School"), ("", "Royal Mail"),
            ("The", "Kings Arms"), ("", "Brook Street Surgery"), ("", "Mill Lane Garage"), ("Co-op", "Supermarket"),
            ("", "St Jude's Church"), ("", "Northfield Academy"), ("Queen's", "Hospital"), ("",
            "Hartwell Parish Council"),
            ("", "ABC Security"), ("Greggs", "PLC"), ("", "Hughes & Sons"), ("", "Eastshire University NHS Trust"),
            ("", "The Red Lion"), ("", "Hartwell Housing Association"), ("", "Bright Start Nursery"), ("", "First Bus"),
            ("", "Eastshire Police"), ("", "Demir Kebabs Limited"), ("", "Moor View Care Home"), ("",
            "Hartwell Pharmacy"),
            ("Premier", "Inn Hotel"),
        ),
    },
    "name_in_one_field": {
        "both names in one field": (
            ("Rahman, Amina", ""), ("", "Rahman, Amina"), ("", "HUGHES, David John"), ("Amina Rahman", ""),
            ("", "Katarzyna Nowak"), ("David John Hughes", ""), ("", "Gill Gurpreet"), ("GRACE THOMPSON", ""),
            ("Liam Gallagher", ""), ("", "OKAFOR, CHIDI"), ("Mei Zhang", " "), ("Rahman,Amina", ""),
        ),
    },
}  # fmt: skip

PHONES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "phone_unusable": {
        "a digit too few or too many": (
            "07700 90012", "0770 900 12", "07700 9001234", "+44 7700 90012", "07700 9001", "077009001", "900123",
            "+447700 900 1234", "0044 7700 9001",
        ),
        "a letter for a digit": ("O7700 9OO123", "0770O 900123", "07700 9OO145", "077OO 900146", "07700 90014S",
        "07l00 900123"),
        "no number of any sort": ("12/03/1984", "EX1 2AB", "Flat 2", "-", "ask", "ex-directory", "see previous", "@"),
        "a prefix that does not exist": ("02700 900123", "06700 900123", "+999 7700 900123", "04412 345 567"),
    },
    "phone_not_mobile": {
        "a landline": (
            "020 7946 0123", "0113 496 0456", "0114 496 0124", "0116 496 0126", "0117 496 0127",
            "0118 496 0128", "0121 496 0129", "0131 496 0130", "0141 496 0131", "0151 496 0132", "0161 496 0133",
            "0191 498 0134", "029 2018 0135", "028 9649 6136", "+44 20 7946 0137", "+44 (0)121 496 0138",
            "02079460139", "+33 1 99 00 12 34",
        ),
        "a pager": ("07640 123456",),
    },
    "phone_placeholder": {
        "a word": (
            "unknown", "None", "N/A", "n/k", "no phone", "TBC", "not known", "refused", "nil", "not given", "No mobile",
            "does not have one", "withheld", "declined", "xxxxx", "null",
        ),
        "digits that nobody was given": (
            "00000000000", "07777777777", "0777 777 7777", "07000000000", "99999999999", "11111111111", "0123456789",
            "01234567890", "1234567890", "07123456789", "07900000000", "07700000000", "+447777777777", "07999999999",
            "000", "0", "07xxxxxxxxx", "12345",
        ),
    },
    "phone_several": {
        "two numbers": (
            "07700 900123 / 07700 900456", "07700900124, 07700900457", "07700 900125; 07700 900458",
            "07700 900126 or 07700 900459", "07700900127 07700900460", "07700 900128 07700 900461",
            "07700900129\n07700900462", "07700 900130 & 020 7946 0147", "020 7946 0148 / 07700 900131",
            "07700 900132/133", "H: 020 7946 0149 M: 07700 900133", "+447700900134 +447700900135",
            "07700900136/07700900137", "07700 900138 and 07700 900139",
        ),
    },
    "phone_with_note": {
        "a note beside it": (
            "07700 900123 (mum)", "07700900124 ask for Dave", "07700 900125 - do not leave message",
            "07700 900126 (partner)", "Work 07700 900127", "sister: 07700 900128", "07700 900129 after 6pm",
            "07700 900130 ext 12", "neighbour 07700 900131", "07700 900132 text only", "07700 900133 (old number)",
            "Mother's 07700 900134", "07700900135 NOT SAFE", "07700 900136 husband's phone", "c/o 07700 900137",
            "07700 900138 DO NOT CALL", "07700 900139?", "*07700 900140*",
        ),
    },
    "phone_premium": {
        "a number that costs extra or is a service": (
            "0909 8790 123", "0808 157 0123", "03069 990123", "0909 879 0144", "08081570145", "+44 3069 990146",
        ),
    },
    "phone_emergency": {
        "an emergency or service number": ("999", "101", "112", "111", "105", " 101 ", "0800 555 111"),
    },
}  # fmt: skip

EMAILS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "email_unusable": {
        "something is missing or too much": (
            "amina.rahman@", "@gmail.com", "amina.rahman.gmail.com", "amina@gmail", "amina rahman@gmail.com",
            "amina@@gmail.com", "amina@gmail..com", "amina@gmail,com", "amina..r@gmail.com", "amina(at)gmail.com",
            "amina at gmail dot com", "www.facebook.com/amina.r", "amina@gmailcom", "amina.rahman@hotmail",
            "<amina.rahman@gmail.com", "amina@.com", "amina.@gmail.com", ".amina@gmail.com", "amina@gmail .com",
            "amina.rahman@gmail.c", "instagram: amina_r", "amina@outlookcom", "amina@hotmail.co.", "amina",
            "amina\"rahman@gmail.com", "amina@-gmail.com", "amina@192.0.2.7",
        ),
    },
    "email_placeholder": {
        "a word": ("none", "N/A", "unknown", "no email", "refused", "TBC", "not given", "nil", "declined", "null", "-"),
        "an address that nobody has": (
            "none@none.com", "test@test.com", "noemail@noemail.com", "unknown@unknown.com", "na@na.com", "x@x.com",
            "no@email.com", "noreply@gmail.com", "asdf@asdf.com", "a@a.com", "test@gmail.com", "nomail@nomail.com",
            "noemail@hotmail.com", "notgiven@gmail.com", "no@no.com", "abc@abc.com", "example@example.com",
            "someone@example.com", "none@gmail.com", "donotuse@test.co.uk", "123@123.com", "refused@refused.com",
            "not.known@gmail.com", "noemail@police.uk", "email@email.com", "xxx@xxx.com", "nil@nil.co.uk",
            "n/a@n/a.com", "fake@fake.com", "tbc@tbc.com",
        ),
    },
    "email_domain_typo": {
        "letters swapped, lost, doubled or beside the right key": (
            "amina.rahman14@gmial.com", "amina.rahman15@gmal.com", "amina.rahman16@gmail.con", "amina.r17@gmail.co",
            "amina.rahman18@gmai.com", "amina.rahman19@gnail.com", "amina.rahman20@gmail.cm", "amina.r21@gmaill.com",
            "amina.rahman22@hotmial.com", "amina.r23@hotmai.co.uk", "amina.r24@hotmail.co.u", "amina.r25@hotmal.com",
            "amina.rahman26@hotnail.co.uk", "amina.r27@outlok.com", "amina.r28@outloook.com", "amina.r29@yaho.co.uk",
            "amina.rahman30@yahooo.com", "amina.r31@icoud.com", "amina.r32@iclod.com", "amina.r33@icloud.co",
            "amina.rahman34@btinternet.con", "amina.r35@btintenet.com", "amina.r36@btinernet.com",
            "amina.r37@virginmedia.co", "amina.r38@virginmeda.com", "amina.r39@gmail.co.uk", "amina.r40@gmail.comm",
            "amina.r41@googlmail.com", "amina.r42@hotmail.couk", "amina.r43@live.couk", "amina.r44@hotmail.co.ik",
            "amina.r45@yahoo.co.ku", "amina.r46@gmail.vom", "amina.r47@gmail.cim", "amina.r48@gamil.com",
            "amina.r49@g.mail.com", "amina.r50@ymial.com", "amina.r51@talktalk.nte", "amina.r52@outlook.con",
            "amina.r53@sky.con", "amina.r54@protonmial.com", "amina.r55@hotmail.com.uk",
        ),
    },
    "email_police": {
        "an officer's own address": (
            "4417@eastshire.police.uk", "amelia.hart@eastshire.police.uk", "oic@met.police.uk",
            "j.b@westshire.pnn.police.uk",
            "dc.jones@northshire.police.uk", "team@eastshire.cjsm.net", "AMELIA.HART@EASTSHIRE.POLICE.UK",
            "control.room@eastshire.police.uk",
        ),
    },
    "email_shared": {
        "a mailbox that others read": (
            "info@hartwellgarage.co.uk", "admin@millstreet.co.uk", "reception@brookdental.co.uk",
            "office@hartwell.org.uk",
            "enquiries@redlion-hartwell.co.uk", "sales@hughesandsons.co.uk", "contact@ellison.org.uk",
            "hello@brightstart.co.uk", "accounts@gill-haulage.co.uk", "manager@thekingsarms.co.uk",
            "hr@demirfoods.co.uk",
            "INFO@HARTWELL.CO.UK", "bookings@millfarm.co.uk", "reservations@thebellinn.co.uk", "team@moorview.co.uk",
            "mail@okafor-legal.co.uk",
        ),
    },
    "email_several": {
        "two addresses": (
            "amina.r60@gmail.com; amina.r61@hotmail.com", "amina.r62@gmail.com, amina.r63@outlook.com",
            "amina.r64@gmail.com / amina.r65@icloud.com", "amina.r66@gmail.com amina.r67@gmail.com",
            "amina.r68@gmail.com or amina.r69@hotmail.com", "amina.r70@gmail.com\namina.r71@gmail.com",
            "amina.r72@gmail.com;amina.r73@gmail.com", "amina.r74@gmail.com & work@okafor-legal.co.uk",
        ),
    },
    "email_with_note": {
        "a note beside it": (
            "amina.r75@gmail.com (husband reads it)", "amina.r76@gmail.com - work", "mum's: ellison.m77@gmail.com",
            "amina.r78@gmail.com NOT SAFE", "amina.r79@gmail.com (old)", "use amina.r80@gmail.com",
        ),
    },
}  # fmt: skip

BIRTHS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "birth_missing": {"nobody asked": ("", " ", "\t", "")},
    "birth_placeholder": {
        "a filler": ("1900-01-01", "1901-01-01", "1111-11-11", "1970-01-01", "1900-01-01", "unknown", "N/K",
        "0000-00-00"),
    },
    "birth_impossible": {
        "no such day, or none that can be": (
            "1984-13-12", "1984-02-30", "2031-05-12", "1084-05-12", "12/03/1984", "1990-06-31", "1884-05-12",
            "2026-11-25", "19900412", "84-05-12", "1990-4-12", "12 April 1990", "1990", "2090-04-12", "1990-00-12",
        ),
        "the day of the report": ("2026-11-24", "2026-11-24"),
    },
}  # fmt: skip

WRONG_FIELD: Final = (
    # (how, phone, email, the field that is named)
    ("number and address swapped", "amina.r81@gmail.com", "07700 900301", "phone"),
    ("number and address swapped", "amina.r82@outlook.com", "+447700900302", "phone"),
    ("number and address swapped", "AMINA.R83@ICLOUD.COM", "07700900303", "phone"),
    ("number and address swapped", "amina+84@hotmail.co.uk", "(07700) 900304", "phone"),
    ("number and address swapped", " amina.r85@gmail.com ", " 07700-900305", "phone"),
    ("an address for a number", "amina.r86@gmail.com", "", "phone"),
    ("an address for a number", "amina.r87@yahoo.co.uk", "", "phone"),
    ("an address for a number", "e: amina.r88@gmail.com", "", "phone"),
    ("an address for a number", "amina_r89@live.co.uk", "", "phone"),
    ("an address for a number", "amina.r90@gmail.com", "amina.r90@gmail.com", "phone"),
    ("a number for an address", "", "07700 900311", "email"),
    ("a number for an address", "", "+44 7700 900312", "email"),
    ("a number for an address", "", "07700900313", "email"),
    ("a number for an address", "07700 900314", "07700 900314", "email"),
    ("a number for an address", "", "tel 07700 900315", "email"),
    ("a number for an address", "07700 900316", "020 7946 0316", "email"),
    ("number and address both in the phone's field", "07700 900317 amina.r91@gmail.com", "", "phone"),
    ("number and address both in the e-mail's field", "", "amina.r92@gmail.com 07700 900318", "email"),
)


# -- two people ------------------------------------------------------------------------------------------------------

SAME: Final = (
    # (how, the victim's phone and email, the other's phone and email, the fields that are the same)
    ("the same number", "07700 900401", "", "07700 900401", "", ("phone",)),
    ("the same number, written otherwise", "07700 900402", "", "+447700900402", "", ("phone",)),
    ("the same number, written otherwise", "+44 (0)7700 900403", "", "07700-900-403", "", ("phone",)),
    ("the same number, written otherwise", "0044 7700 900404", "", "07700900404", "", ("phone",)),
    ("the same number, written otherwise", "07700900405", "", "447700900405", "", ("phone",)),
    ("the same number, written otherwise", "7700 900406", "", "07700 900406", "", ("phone",)),
    ("the other's number has a note", "07700 900407", "", "07700 900407 (work)", "", ("phone",)),
    ("the other has two numbers", "07700 900408", "", "020 7946 0408 / 07700 900408", "", ("phone",)),
    ("the other has two numbers", "07700 900409", "", "07700 900499 07700 900409", "", ("phone",)),
    ("the same foreign number", "+48 512 345 678", "", "0048 512345678", "", ("phone",)),
    ("the other's number is in the e-mail's field", "07700 900411", "", "", "07700 900411", ("phone",)),
    ("the other's number is in the name", "07700 900412", "", "name", "", ("phone",)),
    ("the same address", "", "the.hughes.family@gmail.com", "", "the.hughes.family@gmail.com", ("email",)),
    ("the same address, written otherwise", "", "carl.hughes1@gmail.com", "", "Carl.Hughes1@Gmail.com", ("email",)),
    ("the same address, written otherwise", "", "carlhughes2@gmail.com", "", "carl.hughes.2@gmail.com", ("email",)),
    ("the same address, written otherwise", "", "carl.h3@googlemail.com", "", "carl.h3@gmail.com", ("email",)),
    ("the same address, with a plus", "", "carl.h4+police@outlook.com", "", "carl.h4@outlook.com", ("email",)),
    ("the other's address is in the phone's field", "", "carl.h5@gmail.com", "carl.h5@gmail.com", "", ("email",)),
    ("the other's address has a note", "", "carl.h6@gmail.com", "", "carl.h6@gmail.com (shared)", ("email",)),
    ("both the same", "07700 900420", "hughes.house7@outlook.com", "07700900420", "hughes.house7@outlook.com",
     ("phone", "email")),
    ("both the same", "07700 900421", "carl.h8@icloud.com", "+447700900421", "CARL.H8@ICLOUD.COM", ("phone", "email")),
)  # fmt: skip

TWICE: Final[tuple[tuple[str, Someone], ...]] = (
    # (how, what is different in the second record)
    ("all the same", {}),
    ("other case", {"given_name": "AMINA", "family_name": "RAHMAN"}),
    ("names swapped", {"given_name": "Rahman", "family_name": "Amina"}),
    ("a middle name more", {"given_name": "Amina Begum"}),
    ("an accent more", {"given_name": "Aminá"}),
    ("spelt otherwise", {"given_name": "Ameena"}),
    ("spelt otherwise", {"family_name": "Rehman"}),
    ("a letter swapped", {"family_name": "Rhaman"}),
    ("a hyphen more", {"family_name": "Rahman-Khan"}),
    ("no number in the second", {"phone": ""}),
    ("neither number nor address in the second", {"phone": "", "email": ""}),
    ("an initial only", {"given_name": "A"}),
)


def bad() -> Iterator[Record]:
    """Every record that has something wrong."""
    number = 0
    for what, table in (("name", NAMES),):
        for check, ways in table.items():
            for how, values in ways.items():
                for given, family in values:
                    number += 1
                    someone = person(number, given_name=given, family_name=family)
                    yield Record(how, (someone,), (("V1", what, check),))
    for what, fields in (("phone", PHONES), ("email", EMAILS), ("date_of_birth", BIRTHS)):
        for check, ways_of in fields.items():
            for how, texts in ways_of.items():
                for value in texts:
                    number += 1
                    yield Record(how, (person(number, **{what: value}),), (("V1", what, check),))
    for how, phone, email, named in WRONG_FIELD:
        number += 1
        yield Record(how, (person(number, phone=phone, email=email),), (("V1", named, "wrong_field"),))
    yield from _two()


def _two() -> Iterator[Record]:
    for number, (how, phone, email, other_phone, other_email, same) in enumerate(SAME):
        victim = person(number + 300, phone=phone, email=email)
        suspect = {
            "id": "S1",
            "role": "suspect",
            "given_name": "Carl",
            "family_name": f"Hughes {phone}" if other_phone == "name" else "Hughes",
            "phone": "" if other_phone == "name" else other_phone,
            "email": other_email,
        }
        wrong = tuple(("V1", field_, "same_as_suspect") for field_ in same)
        # The suspect is named with the victim, or was named before.
        if number % 2:
            yield Record(f"{how} as the suspect", (victim,), wrong, (suspect,))
        else:
            yield Record(f"{how} as the suspect", (victim, suspect), wrong)
    for number, (how, phone, email, other_phone, other_email, same) in enumerate(SAME[:6] + SAME[12:15] + SAME[19:]):
        one = person(number + 330, phone=phone, email=email)
        other = person(number + 335, id="W1", role="witness", phone=other_phone, email=other_email)
        yield Record(
            f"{how} as a witness",
            (one, other),
            tuple((who, field_, "same_as_other") for who in ("V1", "W1") for field_ in same),
        )
    twins = person(0, phone="07700 900471"), person(0, id="V2", given_name="Aisha", phone="07700900471", email="")
    yield Record("twins with one phone", twins, (("V1", "phone", "same_as_other"), ("V2", "phone", "same_as_other")))
    for number, (how, changed) in enumerate(TWICE):
        one = person(0, phone=f"07700 9004{80 + number}")
        again = one | {"id": "V2"} | changed
        twice = (("V1", "name", "duplicate_person"), ("V2", "name", "duplicate_person"))
        yield Record(f"the same person twice: {how}", (one, again), twice)
    # Two mistakes at once, each with its label.
    yield Record(
        "the suspect's number, in a note of the victim's",
        (person(350, phone="07700 900123 (Carl's)"),),
        (("V1", "phone", "phone_with_note"), ("V1", "phone", "same_as_suspect")),
        ({"id": "S1", "role": "suspect", "given_name": "Carl", "family_name": "Hughes", "phone": "07700900123"},),
    )
    yield Record(
        "swapped, and the suspect's",
        (person(351, phone="carl.h9@gmail.com", email="07700 900431"),),
        (("V1", "phone", "wrong_field"), ("V1", "email", "same_as_suspect")),
        ({"id": "S1", "role": "suspect", "given_name": "Carl", "family_name": "Hughes", "email": "carl.h9@gmail.com"},),
    )
    yield Record(
        "nothing but fillers",
        (person(352, given_name="Unknown", family_name="Unknown", phone="unknown", email="unknown", date_of_birth=""),),
        (
            ("V1", "name", "name_placeholder"),
            ("V1", "phone", "phone_placeholder"),
            ("V1", "email", "email_placeholder"),
            ("V1", "date_of_birth", "birth_missing"),
        ),
    )
    yield Record(
        "a landline, and an officer's address",
        (person(353, phone="020 7946 0199", email="4417@eastshire.police.uk"),),
        (("V1", "phone", "phone_not_mobile"), ("V1", "email", "email_police")),
    )
    for filler in ("00000000000", "07777777777", "07123456789"):
        yield Record(
            "the same filler for victim and suspect: it is nobody's",
            (
                person(354, phone=filler),
                {"id": "S1", "role": "suspect", "given_name": "Carl", "family_name": "Hughes", "phone": filler},
            ),
            (("V1", "phone", "phone_placeholder"),),
        )


# -- what looks odd and is right -------------------------------------------------------------------------------------

REAL_NAMES: Final = (
    ("Christopher", "Null"), ("Jennifer", "Null"), ("Katharina", "Test"), ("Jon", "Tester"), ("Winnie", "Ip"),
    ("Kim", "Na"), ("Alan", "New"), ("Joyce", "Sample"), ("Siobhán", "O'Brien"), ("Sean", "O’Neill"), ("Kim", "Ng"),
    ("Li", "Xu"), ("Bo", "Ek"), ("U", "Thant"), ("Suparman", ""), ("", "Suharto"), ("Björk", ""), ("Teller", ""),
    ("محمد", "الأحمد"), ("فاطمة", "خان"), ("Łukasz", "Żółć"), ("Agnieszka", "Szczęśniak-Wąsik"), ("ਗੁਰਪ੍ਰੀਤ", "ਕੌਰ"),
    ("Harjit Kaur", "Singh Dhillon"), ("Jaspreet", "Kaur"), ("Kaur", ""), ("小明", "王"), ("Nguyễn Thị", "Hoa"), ("Ó",
    "Súilleabháin"),
    ("Zoë", "Brontë"), ("Dafydd ap", "Gwilym"), ("Llŷr", "ap Rhys"), ("Juan Carlos", "de la Cruz y García"),
    ("Jan", "van der Berg"),
    ("Mary Ann", "Jones"), ("Mary-Jane", "Smith-Jones"), ("John", "Smith III"), ("Martin", "Luther Jr."), ("J. R.",
    "Hartley"), ("D'Arcy", "Wretzky"),
    ("Jean-Luc", "St. John"), ("St John", "Rivers"), ("Nicholas", "Church"), ("Emily", "Hall"), ("Peter", "Bank"),
    ("Rose", "Garage-Smith"),
    ("Faith", "School"), ("Guy", "Street"), ("Tom", "Bishop"), ("Mercy", "Deacon"), ("Abbott", "Prior"), ("Joy",
    "Victor"),
    ("Victoria", "Victim-Jones"), ("Anon", "Phiri"), ("Noman", "Khan"), ("Nil", "Patel"), ("Nonie", "Nunn"),
    ("Tesco", "Mbeki"),
    ("Marks", "Spencer"), ("Boots", "Randolph"), ("Asda", "Jonsdottir"), ("Morrison", "Waitrose"), ("Aldi",
    "Hoxha"), ("Mumtaz", "Begum"),
    ("Dad", "Kovács"), ("Mama", "Diallo"), ("Baby", "Halder"), ("Unique", "Abdi"), ("Known", "Moyo"), ("Given",
    "Chauke"),
    ("Nomore", "Sibanda"), ("Nobody", "Ncube"), ("Wonder", "Test-Moyo"), ("Blessing", "Unknowe"), ("Precious",
    "Dube"), ("Fifty", "Mutasa"),
    ("X Æ", "Larsson"), ("Xi", "Xx-Lindqvist"), ("Aa", "Ao"), ("Oo", "Maung"), ("Ek", "Ong"), ("E", "Okonjo"),
    ("Moon Unit", "Harris"), ("Caller", "Anne"), ("Resident", "Evil-Jones"), ("Abc", "Rodriguez"), ("Jane",
    "Dough"), ("Johnny", "Doe-Smith"),
    ("Pat", "Doe"), ("Constable", "John"), ("Justice", "Malala"), ("Officer", "Dibble"), ("Police", "Mutasa"),
    ("Bishop", "Auckland"),
    ("Ali", "bin Hassan"), ("Fatima", "bint Omar"), ("Abu Bakr", "al-Siddiq"), ("Muhammad", "Muhammad"), ("Ali",
    "Ali"), ("Owen", "Owen"),
    ("Iqra", "Iqbal"), ("Qwerty", "Nowak"), ("Ana-Maria", "Pop"), ("ΓΙΩΡΓΟΣ", "Παπαδόπουλος"), ("Іван",
    "Шевченко"), ("ישראל", "כהן"),
    ("Ádám", "Nagy"), ("Çağla", "Öztürk"), ("Nuñez", "Ibáñez"), ("Maximilian Alexander Frederick",
    "Featherstonehaugh-Cholmondeley"),
)  # fmt: skip

ODD_PHONES: Final = (
    "+44 7700 900501", "+44 (0)7700 900502", "+44(0)7700900503", "0044 7700 900504", "07700-900-505", "(07700) 900506",
    "07700900507", "7700900508", "7700 900509", "447700900510", "07700 900 511", "0 7 7 0 0 9 0 0 5 1 2",
    "07700.900513",
    " 07700 900514 ", "07700\u00a0900515", "+44 07700 900516", "Mob: 07700 900517", "mobile 07700 900518",
    "M: 07700 900519",
    "tel: 07700900520", "(m) 07700 900521", "Mob. 07700 900522", "+44-7700-900523", "+447700900524", "07700/900525",
    "cell 07700 900526", "+61 491 570 156", "+33 6 12 34 56 78", "+1 202 555 0143", "+48 512 345 678",
    "+353 85 012 3456",
    "+40 712 034 567", "+92 301 2345678", "+91 81234 56789", "+880 1812-345678", "+351 912 345 678", "+34 612 34 56 78",
    "+49 1512 3456789", "+39 312 345 6789", "+370 612 34567", "+234 802 123 4567", "+380 50 123 4567", "07797 712345",
    "07781 123456", "07924 123456", "07700 900999", "07700 900000", "07700 900111", "\u202a+447700900531\u202c",
)  # fmt: skip

ODD_EMAILS: Final = (
    "amina+police@gmail.com", "a.b.c.rahman@gmail.com", "o'brien.k9@gmail.com", "kim-ng7@outlook.com",
    "kim_ng@outlook.com",
    "1990amina@hotmail.com", "0770amina@hotmail.co.uk", "j@rahman-family.org.uk", "me@aminarahman.co.uk",
    "AMINA.RAHMAN@GMAIL.COM",
    " amina.r600@gmail.com", "amina.r601@ymail.com", "amina.r602@rocketmail.com", "amina.r603@mac.com",
    "amina.r604@aim.com",
    "amina.r605@gmx.com", "amina.r606@gmx.co.uk", "amina.r607@gmx.de", "amina.r608@hotmail.fr", "amina.r609@hotmail.ca",
    "amina.r610@hotmail.it", "amina.r611@yahoo.co.in", "amina.r612@yahoo.ca", "amina.r613@yahoo.fr",
    "amina.r614@yahoo.ie",
    "amina.r615@outlook.ie", "amina.r616@outlook.in", "amina.r617@outlook.pt", "amina.r618@live.ie",
    "amina.r619@live.fr",
    "amina.r620@pm.me", "amina.r621@proton.me", "amina.r622@hey.com", "amina.r623@fsmail.net",
    "amina.r624@tiscali.co.uk",
    "amina.r625@blueyonder.co.uk", "amina.r626@o2.co.uk", "amina.r627@orange.net", "amina.r628@duck.com",
    "amina.r629@mail.ru",
    "k7q2x9@privaterelay.appleid.com", "amina.r630@wp.pl", "amina.r631@onet.pl", "amina.r632@interia.pl",
    "amina.r633@o2.pl",
    "amina.r634@qq.com", "amina.r635@163.com", "amina.r636@rediffmail.com", "amina.r637@zoho.com",
    "amina.r638@fastmail.com",
    "amina.r639@nhs.net", "amina.rahman@eastshire.nhs.uk", "ar640@student.hartwell.ac.uk", "amina@rahman.photography",
    "amina@rahman.scot", "amina@teulu.cymru", "amina@rahman.london", "amina@müller-rahman.de", "amina@rahman.io",
    "testa.rossa@gmail.com", "test.valley.amina@gmail.com", "nonethewiser@gmail.com", "unknown.pleasures79@gmail.com",
    "infantino.g@gmail.com", "helloamina@gmail.com", "admina.rahman@gmail.com", "office.amina@gmail.com",
    "abc.taxis.amina@gmail.com",
    "amina@policemutual.co.uk", "amina@police-charity.org.uk", "police.widow@gmail.com", "amina@notpolice.uk.com",
    "xx.amina.xx@gmail.com",
    "amina.r641@sky.com", "amina.r642@me.com", "amina.r643@btopenworld.com", "amina.r644@virgin.net",
    "amina.r645@hotmail.es",
    "amina.r646@cloud.com", "amina.r647@hotmail.de", "amina.r648@yahoo.com.au", "amina.r649@live.com.pt",
    "amina.r650@plus.com",
    "amina.r651@talk21.com", "amina.r652@email.co.uk", "amina.r653@mail.com", "amina.r654@tutanota.com",
)  # fmt: skip

ODD_BIRTHS: Final = (
    "2000-01-01", "1985-01-01", "1999-01-01", "1926-02-28", "2004-02-29", "2026-11-19", "1912-06-23", "2010-10-10",
    "1999-12-31", "1970-01-02", "1969-12-31", "1911-11-11", "2013-01-01",
)  # fmt: skip


def good() -> Iterator[Record]:
    """Every record that looks odd, and is right."""
    number = 400
    for given, family in REAL_NAMES:
        number += 1
        yield Record("a real name", (person(number, given_name=given, family_name=family),))
    for how, field_, values in (
        ("a mobile number, written so", "phone", ODD_PHONES),
        ("an address of a person", "email", ODD_EMAILS),
        ("somebody was born on that day", "date_of_birth", ODD_BIRTHS),
    ):
        for value in values:
            number += 1
            yield Record(how, (person(number, **{field_: value}),))
    yield Record("no number", (person(1, phone=""),))
    yield Record("no address", (person(2, email=""),))
    yield Record("neither number nor address", (person(3, phone="", email=""),))
    yield from _good_together()


def _good_together() -> Iterator[Record]:
    victim = person(0, phone="07700 900701", email="amina.r701@gmail.com")
    for how, suspect in (
        ("a suspect with the next number", {"phone": "07700 900702"}),
        ("a suspect with a number that ends the same", {"phone": "+48 512 900 701"}),
        ("a suspect at the same mail service", {"email": "carl.h701@gmail.com"}),
        ("a suspect with the same mailbox elsewhere", {"email": "amina.r701@hotmail.com"}),
        ("a suspect with dots at a service where they count", {"email": "amina.r.701@outlook.com"}),
        ("a suspect of whom nothing is known", {}),
        ("a suspect with fillers", {"phone": "unknown", "email": "none"}),
        ("a suspect of the same family", {"family_name": "Rahman", "phone": "07700 900703"}),
    ):
        someone = {"id": "S1", "role": "suspect", "given_name": "Carl", "family_name": "Hughes"} | suspect
        yield Record(how, (victim, someone))
        yield Record(f"{how}, known before", (victim,), (), (someone,))
    for how, other in (
        ("father and son of one name", {"date_of_birth": "1960-04-12", "phone": "07700 900704", "email": ""}),
        ("twins with their own phones", {"given_name": "Aisha", "phone": "07700 900705", "email": ""}),
        ("two of one family", {"given_name": "Omar", "date_of_birth": "1988-01-02", "phone": "07700 900706",
        "email": ""}),
        ("two strangers born on one day", {"given_name": "Zoe", "family_name": "Bell", "phone": "07700 900707",
        "email": ""}),
    ):  # fmt: skip
        yield Record(how, (victim, victim | {"id": "V2"} | other))
    child = person(4, given_name="Olivia", date_of_birth="2016-09-30", phone="07700 900708", email="")
    parent = person(
        5, id="G1", role="guardian", given_name="Ruth", family_name="Bennett", phone="07700 900708", email=""
    )
    yield Record("a child with the guardian's number", (child, parent))
    yield Record("a child without a number, and the guardian's", (child | {"phone": ""}, parent))


def lines() -> Iterator[str]:
    """The file, line by line."""
    for prefix, records in (("B", bad()), ("G", good())):
        for number, record in enumerate(records, 1):
            document = {
                "id": f"{prefix}{number:03d}",
                "how": record.how,
                "people": record.people,
                "earlier_suspects": record.earlier,
                "wrong": [{"person": who, "field": what, "check": check} for who, what, check in record.wrong],
            }
            yield json.dumps(document, ensure_ascii=False)


if __name__ == "__main__":
    FILE.write_text("\n".join(lines()) + "\n", "utf-8")
