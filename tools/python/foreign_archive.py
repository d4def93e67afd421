"""Makes an archive with what docs/format.md allows and cxvault itself never writes. Prints what it holds as JSON."""

import json
import os
import sys

from archive_writer import MEBIBYTE, Archive, Run, compact, record, sha256

FOLDER = sys.argv[1]
KEY_FILE = bytes(range(32))
SIZES = [0, 1, 16_383, 16_384, 16_385, MEBIBYTE - 1, MEBIBYTE, MEBIBYTE + 1, 5 * MEBIBYTE + 7]
TIMES = [f"2026-01-{day:02}T00:00:00.000Z" for day in range(32)]

contents, newest = {}, {}


def medium(archive, interaction, media_id, content, key, **options):
    said = archive.medium(interaction, media_id, content, key, **options)
    contents[said["object_key"]] = content
    return said


def segment(archive, records, key, **options):
    """Later calls bring newer versions."""
    newest.update({one["interaction_id"]: one for one in records})
    return archive.segment(records, key, **options)


def slots(archive, second_root):
    """A root key in rotation, and slots that nothing here opens beside those that do."""
    archive.slot("password", "Ga\u0308nsefu\u0308ßchen", iterations=100_000)
    archive.slot("password", "Ga\u0308nsefu\u0308ßchen", iterations=100_000, root=second_root)
    archive.slot("keyfile", KEY_FILE, kdf="not its own")
    archive.slot("keyfile", KEY_FILE, root=second_root)
    archive.slot("kms", os.urandom(32), kms={"provider": "aws", "key": "k", "wrapped": "AAAA"})
    archive.slot("passkey", os.urandom(32), kdf={"name": "argon2id", "passes": 3})


def media_run(archive, keys):
    """Media of all sizes, with and without compression; one segment without; another run id than time order asks for."""
    run = Run(archive, run_id="ffffffff-ffff-7fff-bfff-ffffffffffff")
    media = []
    for size in SIZES:
        media.append(medium(archive, "a/1", f"random {size}", os.urandom(size), keys[30], content_type="audio/wav"))
        media.append(medium(archive, "a/1", f"text {size}", (b"0123456789" * (size // 10 + 1))[:size], keys[30], zstd=True))
    name, archived = segment(archive, [record("a/1", media=media), record("zwei-é", note="🔑")], keys[31])
    run.entry(TIMES[1], objects=archive.named(name, *[one["object_key"] for one in media]), archived=archived)
    marks = [{"interaction_id": "a/1", "status": "archived", "outcome": "sent"}]
    run.entry(TIMES[2], marks=marks, heads=[], windows=[{"lane": "update", "from": TIMES[0], "to": TIMES[1]}], final=True)
    run.report(fine=True)
    return run, media


def frames_run(archive, keys, heads):
    """Frames of exactly 1 MiB, empty segments of both encodings, and no final entry: an interrupted run."""
    run = Run(archive, heads, run_id="00000000-0000-7000-8000-000000000000")
    records = [record(f"half {n}", pad="", created=TIMES[n + 1]) for n in range(6)]
    for one in records:
        one["pad"] = "x" * (MEBIBYTE // 2 - len(compact(one)) - 1)
    full, archived = segment(archive, records, keys[63], per_frame=2, day="2026/02/28")
    empty, _ = segment(archive, [], keys[62])
    packed, _ = segment(archive, [], keys[61], per_frame=1)
    failed = [{"interaction_id": "failed", "updated_time": None, "reason": "http-500"}]
    run.entry(TIMES[3], objects=archive.named(full, empty, packed), archived=archived, failed=failed)
    return run


def versions_run(archive, keys, heads, media):
    """Newer versions: by update time with a medium of an earlier entry, by the time of the entry, and twice in one entry."""
    run = Run(archive, heads)
    changed = [
        record("a/1", updated="2026-01-01T11:00:00.000Z", media=media[4:5]),
        record("zwei-é", note="changed"),
        record("twice", note=1),
        record("twice", updated="2026-01-01T10:00:01.000Z", note=2),
    ]
    name, archived = segment(archive, changed, keys[0], per_frame=3)
    seen = [{"interaction_id": "half 0", "updated_time": "2026-01-01T10:00:00.000Z", "racy": True}]
    run.entry(TIMES[4], objects=archive.named(name), archived=archived, seen=seen)
    same = [record("same time", note=1), record("same time", note=1, more=2)]
    name, archived = archive.segment(same, keys[1])
    run.entry(TIMES[5], objects=archive.named(name), archived=archived, needs=[], final=True)
    return run


def erasing_run(archive, heads):
    """An interaction that was erased: its neighbour sealed again, its keys null, its objects still there."""
    keys = archive.ring(3)
    run = Run(archive, heads)
    gone = archive.medium("gone", "m", b"secret", keys[1])
    first, archived = archive.segment([record("gone", media=[gone]), record("stays")], keys[0])
    run.entry(TIMES[6], objects=archive.named(first, gone["object_key"]), archived=archived)
    again, archived = segment(archive, [record("stays")], keys[2])
    erased = [{"interaction_id": "gone", "objects": [first, gone["object_key"]], "at": TIMES[7], "reason": "asked"}]
    run.entry(TIMES[7], objects=archive.named(again), archived=archived, erased=erased, final=True)
    archive.ring(0, erased=(0, 1), keys=[key for _, _, key in keys], key_id=keys[0][0])
    return run


def main():
    archive, second_root = Archive(), os.urandom(32)
    slots(archive, second_root)
    archive.describe()
    few, many = archive.ring(32), archive.ring(64, root=second_root)
    first, media = media_run(archive, few)
    second = frames_run(archive, many, [first])
    third = versions_run(archive, few, [second], media)
    last = erasing_run(archive, [third])
    archive.objects |= {"notes/readme.txt": b"hi", "zzz.txt": b"hi", "snapshots/x": b"?", "keys/slots/README": b"hi"}
    archive.save(FOLDER)
    media = {key: {"bytes": len(content), "sha256": sha256(content)} for key, content in contents.items()}
    print(json.dumps({"tip": last.tip["sha256"], "newest": newest, "media": media}))


main()
