#!/usr/bin/env python3
"""Writes src/Broker.Protocol/Authentication/saslprep.txt: what RFC 3454 and RFC 4013 need of Unicode 3.2, from Python's own tables.

    python3 eng/saslprep_tables.py > src/Broker.Protocol/Authentication/saslprep.txt
"""
import stringprep
import textwrap
import unicodedata

unicode32 = unicodedata.ucd_3_2_0
code_points = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]


def span(first, last):
    return f"{first:X}" if first == last else f"{first:X}-{last:X}"


def ranges(belongs):
    found = []
    for c in filter(lambda c: belongs(chr(c)), code_points):
        if found and found[-1][1] == c - 1:
            found[-1][1] = c
        else:
            found.append([c, c])
    return [span(*r) for r in found]


def is_prohibited(char):
    """RFC 4013, section 2.3; surrogates (C.5) are no characters here."""
    return any(table(char) for table in (
        stringprep.in_table_c12, stringprep.in_table_c21_c22, stringprep.in_table_c3, stringprep.in_table_c4, stringprep.in_table_c6,
        stringprep.in_table_c7, stringprep.in_table_c8, stringprep.in_table_c9))


def decompositions():
    """FIRST-LAST>TARGET: each maps to the next target. C=A+B: canonical, and composed again. C>A+B...: not composed."""
    runs = []
    for c in code_points:
        parts = unicode32.decomposition(chr(c)).split()
        if not parts:
            continue
        target = [int(part, 16) for part in parts if not part.startswith("<")]
        canonical = unicode32.normalize("NFD", chr(c))
        if len(target) == len(canonical) == 1 and not parts[0].startswith("<"):
            target = [ord(canonical)]  # five ideographs, which later versions map elsewhere, and decomposition() with them
        composes = len(target) == 2 and not parts[0].startswith("<") and unicode32.normalize("NFC", chr(c)) == chr(c)
        if runs and len(target) == 1 and len(runs[-1][2]) == 1 and runs[-1][1] == c - 1 and runs[-1][2][0] + c - runs[-1][0] == target[0]:
            runs[-1][1] = c
        else:
            runs.append([c, c, target, composes])
    return [span(first, last) + ("=" if composes else ">") + "+".join(f"{t:X}" for t in target) for first, last, target, composes in runs]


def combining_classes():
    runs = []
    for c in filter(lambda c: unicode32.combining(chr(c)), code_points):
        value = unicode32.combining(chr(c))
        if runs and runs[-1][1] == c - 1 and runs[-1][2] == value:
            runs[-1][1] = c
        else:
            runs.append([c, c, value])
    return [f"{span(first, last)}:{value}" for first, last, value in runs]


sections = {
    "unassigned": ranges(stringprep.in_table_a1),
    "nothing": ranges(stringprep.in_table_b1),
    "space": ranges(stringprep.in_table_c12),
    "prohibited": ranges(is_prohibited),
    "right-to-left": ranges(stringprep.in_table_d1),
    "left-to-right": ranges(stringprep.in_table_d2),
    "combining": combining_classes(),
    "decompositions": decompositions(),
}
print("# Unicode 3.2 for SASLprep (RFC 3454, RFC 4013). Written by eng/saslprep_tables.py: do not edit.")
for name, items in sections.items():
    print(f"[{name}]")
    print(textwrap.fill(" ".join(items), width=140, break_long_words=False, break_on_hyphens=False))
