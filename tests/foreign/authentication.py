"""What python3-autobahn and Python's stringprep make of secrets, for the end-to-end tests to compare.

    /usr/bin/python3 authentication.py cra        SECRET SALT ITERATIONS KEYLEN CHALLENGE -> derived key, signature with it, signature with the secret
    /usr/bin/python3 authentication.py saslprep   one line for each text: its code points, a colon, those of the prepared text or a minus
"""

import random
import stringprep
import sys
import unicodedata

from autobahn.wamp import auth

unicode32 = unicodedata.ucd_3_2_0


def saslprep(text):
    """RFC 4013, step by step; None where a text is prohibited."""
    mapped = "".join(
        " " if stringprep.in_table_c12(char) else "" if stringprep.in_table_b1(char) else char for char in text)
    text = unicode32.normalize("NFKC", mapped)
    prohibited = (
        stringprep.in_table_c12, stringprep.in_table_c21_c22, stringprep.in_table_c3, stringprep.in_table_c4, stringprep.in_table_c5,
        stringprep.in_table_c6, stringprep.in_table_c7, stringprep.in_table_c8, stringprep.in_table_c9, stringprep.in_table_a1)
    if any(table(char) for char in text for table in prohibited):
        return None
    if any(stringprep.in_table_d1(char) for char in text):
        if any(stringprep.in_table_d2(char) for char in text):
            return None
        if not stringprep.in_table_d1(text[0]) or not stringprep.in_table_d1(text[-1]):
            return None
    return text


def points(text):
    return "-" if text is None else " ".join(f"{ord(char):x}" for char in text)


def texts():
    """Every code point where something happens, then random texts of those that meet others."""
    singles = [chr(c) for c in [*range(0x10000), *range(0x1D000, 0x1D800), *range(0x2F800, 0x2FA20), *range(0xE0000, 0xE0200)]
               if not 0xD800 <= c < 0xE000]
    yield from singles
    marks = [char for char in singles if unicode32.combining(char)]
    bases = [char for char in singles if unicode32.decomposition(char) or stringprep.in_table_d1(char)]
    jamo = [chr(c) for c in [*range(0x1100, 0x1113), *range(0x1161, 0x1176), *range(0x11A7, 0x11C3), 0xAC00, 0xAC01, 0xD788]]
    dice = random.Random(4013)
    for _ in range(40000):
        pool = dice.choice([marks, bases, jamo, marks + bases])
        yield "".join(dice.choice(dice.choice([pool, marks, ["a", "e", "o", "\u0627", "1"]])) for _ in range(dice.randint(2, 7)))


if sys.argv[1] == "cra":
    secret, salt, iterations, keylen, challenge = sys.argv[2:]
    key = auth.derive_key(secret, salt, int(iterations), int(keylen))
    for line in key, auth.compute_wcs(key, challenge), auth.compute_wcs(secret, challenge):
        print(line.decode())
else:
    for text in texts():
        print(f"{points(text)}:{points(saslprep(text))}")
