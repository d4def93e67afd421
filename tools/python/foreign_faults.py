"""Makes a small archive with one thing in it that docs/format.md forbids. Prints the name of the object at fault."""

import sys

import zstandard

from archive_writer import Archive, Run, record

WHAT, FOLDER = sys.argv[1:]
TIME = "2026-01-02T00:00:00.000Z"


def archive_of(kind, secret, **slot):
    archive = Archive()
    name = archive.slot(kind, secret, **slot)
    archive.describe()
    return archive, name


def needs():
    archive, _ = archive_of("keyfile", bytes(range(32)))
    return archive, Run(archive).entry(TIME, needs=["sharding"], final=True)


def few_iterations():
    return archive_of("password", "Gänsefüßchen", iterations=99_999)


def hidden_frame():
    """A second zstd frame behind the first, inside the one frame that the index names."""
    archive, _ = archive_of("keyfile", bytes(range(32)))
    keys = archive.ring(2)
    plain = zstandard.ZstdCompressor()
    hidden = plain.compress(b"seen") + plain.compress(b"hidden")
    medium = archive.medium("a", "m", b"seen", keys[0], packed=[(hidden, 4)])
    segment, archived = archive.segment([record("a", media=[medium])], keys[1])
    Run(archive).entry(TIME, objects=archive.named(segment, medium["object_key"]), archived=archived, final=True)
    return archive, medium["object_key"]


def unlisted():
    """A record in a segment that no entry brings."""
    archive, _ = archive_of("keyfile", bytes(range(32)))
    segment, archived = archive.segment([record("a")], archive.ring(1)[0])
    Run(archive).entry(TIME, archived=archived, final=True)
    return archive, segment


ARCHIVE, AT_FAULT = globals()[WHAT.replace("-", "_")]()
ARCHIVE.save(FOLDER)
print(AT_FAULT)
