"""Writes archives by docs/format.md alone, sharing no code with cxvault: what another program would write."""

import base64
import hashlib
import itertools
import json
import os
import pathlib
import time
import unicodedata
import uuid

import zstandard
from cryptography.cobblestone import Cobblestone256Encryptor

KINDS = {"records": 1, "media": 2, "journal": 3, "report": 4, "ring": 5}
MEBIBYTE = 1 << 20
# what the root key is named by, where a key is (key id, number, key)
NO_ID = str(uuid.UUID(int=0))


def new_id():
    raw = bytearray(int(time.time() * 1000).to_bytes(6, "big") + os.urandom(10))
    raw[6] = raw[6] & 0x0F | 0x70
    raw[8] = raw[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(raw)))


def raw_id(text):
    return uuid.UUID(text).bytes


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def message(key, context, plaintext):
    sealer = Cobblestone256Encryptor(key, context)
    return sealer.update(plaintext) + sealer.finalize()


def blocks(content):
    return [content[at : at + MEBIBYTE] for at in range(0, len(content), MEBIBYTE)]


def trailer(head, data, index):
    lengths = len(data).to_bytes(8, "big") + len(index).to_bytes(8, "big")
    return lengths + hashlib.sha256(head + data + index).digest() + b"CXVEND\r\n"


class Archive:
    """The objects of one archive, by name. `password`, `key_file`: what its slots open with."""

    def __init__(self, archive_id=None):
        self.id = archive_id or new_id()
        self.objects = {}
        self.root = os.urandom(32)
        self.journal_key = self.ring(1)[0]

    def ring(self, size, root=None, erased=(), keys=None, key_id=None):
        """Stores a ring object; returns its keys, each as (key id, number, key)."""
        key_id = key_id or new_id()
        keys = keys or [os.urandom(32) for _ in range(size)]
        texts = [None if n in erased else base64.b64encode(key).decode() for n, key in enumerate(keys)]
        document = {"key_id": key_id, "keys": texts, "created_at": "2026-01-01T00:00:00.000Z", "future": [1]}
        name = f"keys/ring/{key_id}.cxv"
        self.seal("ring", compact(document), (NO_ID, 0, root or self.root), name=name, object_id=key_id)
        return [(key_id, n, key) for n, key in enumerate(keys)]

    def slot(self, kind, secret, root=None, iterations=600_000, **more):
        """Stores a slot that wraps the root key; `more` goes into its header."""
        header = {"id": new_id(), "kind": kind, "label": "made elsewhere", "created_at": "2026-01-01T00:00:00.000Z", "future": {}}
        if kind == "password":
            salt = os.urandom(16)
            header["kdf"] = {"name": "pbkdf2-hmac-sha256", "iterations": iterations, "salt": base64.b64encode(salt).decode()}
            secret = hashlib.pbkdf2_hmac("sha256", unicodedata.normalize("NFC", secret).encode(), salt, iterations, 32)
        header.update(more)
        line = compact(header)
        wrapped = message(secret, b"cxvault/v1/slot" + raw_id(self.id) + line, root or self.root)
        name = f"keys/slots/{header['id']}.slot"
        self.objects[name] = line + b"\n" + base64.b64encode(wrapped) + b"\n"
        return name

    def seal(self, kind, content, key, name=None, object_id=None, frames=None, packed=None, day="2026/01/02", **index):
        """Stores an object under `key`. `frames`: contents of zstd frames, or `packed`: each with its raw length; else
        identity. Returns (name, bytes)."""
        object_id = object_id or new_id()
        name = name or f"data/{kind}/{day}/{object_id}.cxv"
        data, table = content, [[0, len(content), len(content)]] if content else []
        if frames is not None:
            packed = [(zstandard.ZstdCompressor(write_checksum=True).compress(raw), len(raw)) for raw in frames]
        if packed is not None:
            data = b"".join(frame for frame, _ in packed)
            ends = list(itertools.accumulate(len(frame) for frame, _ in packed))
            table = [[end - len(frame), len(frame), raw] for end, (frame, raw) in zip(ends, packed)]
        head = b"\x89CXV\r\n\x1a\n" + bytes([1, 1, KINDS[kind], 0 if packed is None else 2])
        head += key[1].to_bytes(4, "big") + raw_id(self.id) + raw_id(object_id) + raw_id(key[0])
        index = {"object_key": name, "bytes": len(content), "sha256": sha256(content), "frames": table, "future": "x", **index}
        data = message(key[2], b"cxvault/v1/data" + head, data)
        index = message(key[2], b"cxvault/v1/index" + head, zstandard.ZstdCompressor().compress(compact(index)))
        self.objects[name] = head + data + index + trailer(head, data, index)
        return name, self.objects[name]

    def medium(self, interaction, media_id, content, key, content_type="audio/wav", zstd=False, **options):
        """Stores a medium; returns what a journal's `media` says of it."""
        medium = {"interaction_id": interaction, "media_id": media_id, "content_type": content_type, "future": 1}
        name, _ = self.seal("media", content, key, frames=blocks(content) if zstd else None, medium=medium, **options)
        return {"media_id": media_id, "object_key": name, "bytes": len(content), "sha256": sha256(content)}

    def segment(self, records, key, per_frame=None, **options):
        """Stores a segment of records; `per_frame`: that many in each zstd frame. Returns its name and `archived`."""
        lines = [compact(record) for record in records]
        step = per_frame or max(len(lines), 1)
        groups = [lines[at : at + step] for at in range(0, len(lines), step)]
        frames = [b"".join(line + b"\n" for line in group) for group in groups]
        places = [
            {"sha256": sha256(line), "frame": number, "start": sum(len(l) + 1 for l in group[:n]), "length": len(line), "future": None}
            for number, group in enumerate(groups)
            for n, line in enumerate(group)
        ]
        entries = [{"interaction_id": record["interaction_id"], **place} for record, place in zip(records, places)]
        content = b"".join(frames)
        name, _ = self.seal("records", content, key, frames=frames if per_frame else None, records=entries, **options)
        archived = [self.archived(record, place["sha256"], name) for record, place in zip(records, places)]
        return name, archived

    @staticmethod
    def archived(record, digest, segment):
        fields = ("media_id", "object_key", "bytes", "sha256")
        media = [{field: medium[field] for field in fields} for medium in record["media_metadata"] if "object_key" in medium]
        said = {"interaction_id": record["interaction_id"], "updated_time": record["updated_time"], "sha256": digest}
        said |= {"content": "v1:" + digest, "segment": segment, "future": []}
        return said | ({"media": media} if media else {})

    def named(self, *names):
        """The `objects` of an entry."""
        return [
            {"key": name, "kind": self.objects[name][10], "bytes": len(self.objects[name]), "sha256": sha256(self.objects[name])}
            for name in names
        ]

    def describe(self, **more):
        document = {"format": "cxvault-archive", "version": 1, "archive_id": self.id, "journal_key_id": self.journal_key[0]}
        document |= {"created_at": "2026-01-01T00:00:00.000Z", "future": True, **more}
        self.objects["cxvault.json"] = json.dumps(document, indent=1).encode()

    def save(self, folder):
        for name, data in self.objects.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


class Run:
    """A run's chain of entries. `describe` the archive first."""

    def __init__(self, archive, heads=(), run_id=None, source=None):
        self.archive, self.id, self.tip = archive, run_id or new_id(), None
        self.heads = [run.tip for run in heads]
        self.source = source or {"system": "cxone", "profile": "interactions", "tenant": "elsewhere"}

    def entry(self, at, n=None, **lists):
        n = n or (self.tip["n"] + 1 if self.tip else 1)
        document = {"run_id": self.id, "n": n, "previous": self.tip["sha256"] if self.tip else None, "at": at}
        if not self.tip:
            document |= {"heads": self.heads, "descriptor_sha256": sha256(self.archive.objects["cxvault.json"])}
        document |= {"tool": {"name": "foreign", "version": "1"}, "source": self.source, "final": False, "future": {"a": 1}}
        document |= lists
        name = f"runs/{self.id}/{n:06}.cxv"
        _, data = self.archive.seal("journal", compact(document), self.archive.journal_key, name=name)
        self.tip = {"run_id": self.id, "n": n, "sha256": sha256(data)}
        return name

    def report(self, **fields):
        name = f"runs/{self.id}/report.cxv"
        self.archive.seal("report", compact({"run_id": self.id, **fields}), self.archive.journal_key, name=name)
        return name


def record(interaction, updated="2026-01-01T10:00:00.000Z", media=(), created="2026-01-01T09:00:00.000Z", **more):
    described = [{**medium, "type": "call", "content_type": medium.get("content_type", "audio/wav")} for medium in media]
    head = {"interaction_id": interaction, "type": "voice", "status": "closed", "created_time": created}
    return head | {"updated_time": updated, "participants": [], "media_metadata": described, "source": {"payload": {}}, **more}
