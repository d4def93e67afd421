#!/usr/bin/env python3
"""Lists, opens and checks a cxvault archive that lies in a folder, without cxvault: keep it beside the archive.

  cxvault_reader.py list  FOLDER                    the newest version of each interaction, a line of JSON each
  cxvault_reader.py open  FOLDER [ID …] [--out DIR] records and media as files; without an ID, all of them
  cxvault_reader.py check FOLDER                    reads whatever the journal names

The password comes from ARCHIVAL_ENCRYPTION_KEY or a question; --key-file FILE stands in for it. Exits with 3 if
anything is damaged. Written from docs/format.md alone. Needs Python 3.9, cryptography >= 50 and zstandard >= 0.23.
"""

import argparse, base64, contextlib, functools, getpass, hashlib, io, json
import mimetypes, os, pathlib, signal, sys, unicodedata, urllib.parse, uuid
import zstandard
from cryptography.cobblestone import Cobblestone256Decryptor

MEBIBYTE = 1 << 20
RECORDS, MEDIA, JOURNAL, REPORT, RING = 1, 2, 3, 4, 5


def require(condition, problem):
    if not condition:
        raise ValueError(problem)


def plaintext(keys, context, file, length, digest=hashlib.sha256()):
    """Opens the message that begins here with the key that fits, in pieces. `digest` is told its sealed bytes."""
    sealed = file.read(min(length, MEBIBYTE))
    for key in keys:
        with contextlib.suppress(Exception):  # the library names no class for a key that does not fit
            opener = Cobblestone256Decryptor(key, context)
            piece = opener.update(sealed)
            break
    else:
        raise ValueError("no key opens it: it was changed, or sealed with another")
    while sealed:
        digest.update(sealed)
        length -= len(sealed)
        yield piece
        sealed = file.read(min(length, MEBIBYTE))
        piece = opener.update(sealed)
    yield opener.finalize()


class Sealed:
    """An archive object, its index opened. `sha256`, of all its bytes, is known when its content was read."""

    def __init__(self, archive, key, kind):
        self.path = archive.path(key)
        self.size = self.path.stat().st_size
        with self.path.open("rb") as file:
            self.header, _, trailer = file.read(64), file.seek(max(self.size - 56, 0)), file.read()
            self.data_length, length = int.from_bytes(trailer[:8], "big"), int.from_bytes(trailer[8:16], "big")
            fits = trailer[48:] == b"CXVEND\r\n" and 64 + self.data_length + length + 56 == self.size
            require(fits and min(self.data_length, length) >= 72 and length <= 64 * MEBIBYTE, "truncated, or too long")
            known = self.header[:11] == b"\x89CXV\r\n\x1a\n\x01\x01" + bytes([kind]) and self.header[11] in (0, 2)
            require(known and self.header[16:32] == archive.id.bytes, "of another archive, kind or version")
            self.keys = archive.keys(kind, uuid.UUID(bytes=self.header[48:]), int.from_bytes(self.header[12:16], "big"))
            file.seek(64 + self.data_length)
            packed = b"".join(plaintext(self.keys, b"cxvault/v1/index" + self.header, file, length))
        self.index = json.loads(zstandard.ZstdDecompressor().stream_reader(io.BytesIO(packed)).read(64 * MEBIBYTE))
        require(self.index["object_key"] == key, f"swapped: it was stored as {self.index['object_key']}")

    def _data(self):
        with self.path.open("rb") as file:
            digest = hashlib.sha256(file.read(64))
            yield from plaintext(self.keys, b"cxvault/v1/data" + self.header, file, self.data_length, digest)
            rest = file.read()
        digest.update(rest[:-56])
        require(digest.digest() == rest[-40:-8], "its bytes are not those that its trailer names")
        digest.update(rest[-56:])
        self.sha256 = digest.hexdigest()

    def _frames(self):
        """What was compressed. A frame gives as much as the index says, and takes no memory on its own word."""
        data, held, end, opener = self._data(), b"", 0, zstandard.ZstdDecompressor(max_window_size=8 * MEBIBYTE)
        for offset, length, raw in self.index["frames"]:
            end += length
            while len(held) < length and (piece := next(data, None)) is not None:
                held += piece
            frame, held = held[:length], held[length:]
            fits = raw <= 64 * MEBIBYTE and zstandard.frame_content_size(frame) in (-1, raw)
            require(fits and offset + length == end, "a frame of another size or place")
            yield opener.decompress(frame, max_output_size=max(raw, 1), allow_extra_data=False)
        require(not held + b"".join(data), "data that no frame names")

    def pieces(self):
        """The original bytes, compared with the index; frame by frame if they are compressed."""
        digest, length = hashlib.sha256(), 0
        for piece in self._frames() if self.header[11] else self._data():
            digest.update(piece)
            length += len(piece)
            yield piece
        require([length, digest.hexdigest()] == [self.index["bytes"], self.index["sha256"]], "its content is another")

    def measured(self):
        return sum(map(len, self.pieces())), self.index["sha256"]

    def records(self):
        """The lines of a segment, by interaction and hash."""
        frames, found = list(self.pieces()) if self.header[11] else [b"".join(self.pieces())], {}
        for place in self.index["records"]:
            line = frames[place["frame"]][place["start"] :][: place["length"]]
            require(hashlib.sha256(line).hexdigest() == place["sha256"], "a record is not what its index says")
            found[place["interaction_id"], place["sha256"]] = line
        return found


class Archive:
    """Reads the journal at once: the `newest` versions, all `versions`, and the `objects` that it names."""

    def __init__(self, folder, secrets):
        self.folder, self.damaged, self.rings, self.versions = pathlib.Path(folder), 0, {}, []
        self.objects, self.erased = {}, set()
        self.segment = functools.lru_cache(1)(lambda key: Sealed(self, key, RECORDS).records())
        stored = self.path("cxvault.json").read_bytes()
        self.descriptor, self.descriptor_sha256 = json.loads(stored), hashlib.sha256(stored).hexdigest()
        require([self.descriptor["format"], self.descriptor["version"]] == ["cxvault-archive", 1], "not of version 1")
        self.id = uuid.UUID(self.descriptor["archive_id"])
        self.roots = [root for path in self.folder.glob("keys/slots/*.slot") for root in self._root(path, secrets)]
        require(self.roots, "wrong key: no slot opens with it")
        self._read_journal()

    def damage(self, key, problem):
        self.damaged += 1
        print(f"{key}: {problem}", file=sys.stderr)

    def path(self, key):
        require(not {"", ".", ".."} & set(key.split("/")) and "\\" not in key, "no name of an object")
        return self.folder / key

    def _root(self, path, secrets):
        try:
            line, sealed = path.read_bytes().split(b"\n")[:2]
            slot, sealed = json.loads(line), base64.b64decode(sealed, validate=True)
            key = secrets[slot["kind"]]
            if slot["kind"] == "password":
                salt, iterations = base64.b64decode(slot["kdf"]["salt"], validate=True), slot["kdf"]["iterations"]
                require(100_000 <= iterations <= 10_000_000, f"{iterations} iterations")
                key = hashlib.pbkdf2_hmac("sha256", key, salt, iterations, 32)
            message = (b"cxvault/v1/slot" + self.id.bytes + line, io.BytesIO(sealed), len(sealed))
            return [b"".join(plaintext([key], *message))]
        except Exception as problem:
            print(f"{path}: left out ({type(problem).__name__}: {problem})", file=sys.stderr)
            return []

    def keys(self, kind, key_id, number):
        if kind == RING:
            return self.roots
        journal = (uuid.UUID(self.descriptor["journal_key_id"]), 0)
        require(kind in (RECORDS, MEDIA) or (key_id, number) == journal, "not sealed with the journal's key")
        if key_id not in self.rings:
            self.rings[key_id] = json.loads(b"".join(Sealed(self, f"keys/ring/{key_id}.cxv", RING).pieces()))["keys"]
        require(self.rings[key_id][number] is not None, "its key was destroyed")
        return [base64.b64decode(self.rings[key_id][number], validate=True)]

    def _read_journal(self):
        hashes, heads, finals = {}, [], set()
        for path in sorted(self.folder.glob("runs/*/" + "[0-9]" * 6 + ".cxv")):
            run, n, key = path.parent.name, int(path.stem), path.relative_to(self.folder).as_posix()
            try:
                sealed = Sealed(self, key, JOURNAL)
                entry = json.loads(b"".join(sealed.pieces()))
                hashes[run, n] = sealed.sha256
                require((entry["run_id"], entry["n"]) == (run, n), "another entry lies here")
                require(not entry.get("needs"), f"a newer reader is needed: {entry.get('needs')}")
                heads += [(key, head) for head in entry.get("heads", [])]
                self.objects.update((one["key"], one) for one in entry.get("objects", []))
                self.erased.update(*({gone["interaction_id"], *gone["objects"]} for gone in entry.get("erased", [])))
                self.versions += [(one["updated_time"], entry["at"], run, n, one) for one in entry.get("archived", [])]
                finals |= {run} if entry["final"] else set()
                before = hashes.get((run, n - 1), "missing" if n > 1 else None)
                require(entry["previous"] == before, "the entry before it is missing or another")
                require(n > 1 or entry["descriptor_sha256"] == self.descriptor_sha256, "the descriptor is another")
            except Exception as problem:
                self.damage(key, problem)
        for key, head in heads:
            known = hashes.get((head["run_id"], head["n"])) == head["sha256"]
            known or self.damage(f"runs/{head['run_id']}/{head['n']:06}.cxv", f"missing or another: {key} knew it")
        for path in self.folder.glob("runs/*/report.cxv"):
            path.parent.name in finals or self.damage(path.relative_to(self.folder), "its run has no final entry")
        self.versions = [version for *_, version in sorted(self.versions, key=lambda version: version[:4])]
        newest = {version["interaction_id"]: version for version in self.versions}.items()
        self.newest = {one: version for one, version in newest if one not in self.erased}

    def check(self):
        found = set()
        for key, told in self.objects.items():
            try:
                sealed = Sealed(self, key, told["kind"])
                found |= {(key, *one) for one in (sealed.records() if told["kind"] == RECORDS else [sealed.measured()])}
                require((sealed.size, sealed.sha256) == (told["bytes"], told["sha256"]), "not the bytes journalled")
            except Exception as problem:
                key in self.erased or self.damage(key, problem)
        for version in self.versions:
            one, media = version["interaction_id"], version.get("media", [])
            places = [(version["segment"], one, version["sha256"])]
            for place in places + [(medium["object_key"], medium["bytes"], medium["sha256"]) for medium in media]:
                if place not in found and not {one, place[0]} & self.erased:
                    self.damage(place[0], f"it does not have what the journal names of {one}")
        print(json.dumps({"objects": len(self.objects), "interactions": len(self.newest), "problems": self.damaged}))

    def open(self, one, out):
        """Writes an interaction's files, each after all of it was checked."""
        try:
            require(one in self.newest, "not in this archive")
            version, folder = self.newest[one], pathlib.Path(out, file_name(one))
            folder.mkdir(parents=True, exist_ok=True)
            folder.joinpath("record.json").write_bytes(self.segment(version["segment"])[one, version["sha256"]])
            for medium in version.get("media", []):
                sealed = Sealed(self, medium["object_key"], MEDIA)
                require(sealed.measured() == (medium["bytes"], medium["sha256"]), f"not {medium['media_id']}")
                kind = mimetypes.guess_extension(sealed.index["medium"]["content_type"].split(";")[0]) or ""
                with folder.joinpath(file_name(medium["media_id"]) + kind).open("wb") as file:
                    file.writelines(sealed.pieces())
        except Exception as problem:
            self.damage(one, problem)


def file_name(text):
    """A name without folders in it, whatever an id says."""
    name = urllib.parse.quote(text, safe="").replace(".", "%2E")
    return name if len(name) < 200 else hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["list", "open", "check"])
    parser.add_argument("folder", metavar="FOLDER")
    parser.add_argument("ids", metavar="ID", nargs="*")
    for name in ("--out", "--key-file"):
        parser.add_argument(name, metavar="PATH", type=pathlib.Path)
    options = parser.parse_args()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.umask(0o077)  # what is written is for its owner alone
    try:
        told = "" if options.key_file else os.environ.get("ARCHIVAL_ENCRYPTION_KEY") or getpass.getpass("password: ")
        secrets = {"password": unicodedata.normalize("NFC", told).encode()}
        secrets |= {"keyfile": options.key_file.read_bytes()} if options.key_file else {}
        archive = Archive(options.folder, secrets)
    except Exception as problem:
        sys.exit(f"{options.folder}: {problem}")
    if options.command == "check":
        archive.check()
    elif options.command == "list":
        print("\n".join(json.dumps(version, ensure_ascii=False) for version in archive.newest.values()))
    else:
        for one in options.ids or sorted(archive.newest, key=lambda one: archive.newest[one]["segment"]):
            archive.open(one, options.out or "opened")
    sys.exit(3 if archive.damaged else 0)
