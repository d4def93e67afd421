import { createCipheriv, createHash } from 'node:crypto';
import type { Medium } from './media-plan.ts';
import { hash32 } from './hash.ts';
import { stamp, toneBlock, wavHeader, wavHeaderBytes } from './media-wav.ts';
import { transcript } from './media-transcript.ts';
import { streams } from './streams.ts';

const pieceBytes = 256 * 1024;
const mp4Brand = Buffer.from('00000018667479706d703432000000006d70343269736f6d', 'hex'); // ftyp box, brand mp42

/** Makes the bytes of media, piece by piece: always the same ones for one medium, none of them kept. */
export class MediaBodies {
  readonly #seed: number;
  #tone: Buffer | undefined;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** The whole medium, in pieces of at most 256 KiB. */
  pieces(medium: Medium): Generator<Buffer> {
    if (medium.type === 'recording') return this.#recording(medium);
    return medium.type === 'screen' ? this.#screen(medium) : this.#transcript(medium);
  }

  /** SHA-256 of the whole medium, in hex. */
  sha256(medium: Medium): string {
    const hash = createHash('sha256');
    for (const piece of this.pieces(medium)) hash.update(piece);
    return hash.digest('hex');
  }

  /** Views of the one tone block, each after a stamp of its own: no copying. */
  *#recording(medium: Medium): Generator<Buffer> {
    yield wavHeader(medium.bytes);
    const tone = (this.#tone ??= toneBlock(this.#seed));
    const number = this.#number(medium);
    let from = (hash32(this.#seed, streams.mediaContent, number, -1) * 2) % tone.length;
    let left = medium.bytes - wavHeaderBytes;
    for (let n = 0; left > 0; n += 1) {
      const mark = stamp(this.#seed, streams.mediaContent, number, n).subarray(0, left);
      yield mark;
      left -= mark.length;
      if (left === 0) return;
      const piece = tone.subarray(from, from + Math.min(left, pieceBytes));
      yield piece;
      left -= piece.length;
      from = (from + piece.length) % tone.length;
    }
  }

  /** Nothing in it repeats: the key stream of AES-CTR in an mp4's boxes. */
  *#screen(medium: Medium): Generator<Buffer> {
    let left = medium.bytes - mp4Brand.length - 8;
    const box = Buffer.from([0, 0, 0, 0, 0x6d, 0x64, 0x61, 0x74]); // 'mdat'
    box.writeUInt32BE(left + 8);
    yield Buffer.concat([mp4Brand, box]);
    const key = Buffer.alloc(16);
    for (let at = 0; at < 16; at += 4) {
      key.writeUInt32LE(hash32(this.#seed, streams.mediaContent, this.#number(medium), at), at);
    }
    const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
    const zeros = Buffer.alloc(pieceBytes);
    for (; left > 0; left -= pieceBytes) yield cipher.update(zeros.subarray(0, Math.min(left, pieceBytes)));
  }

  *#transcript(medium: Medium): Generator<Buffer> {
    yield transcript(this.#seed, medium.index, medium.ordinal);
  }

  /** Tells media apart: interactions may number 2^32, media of one 2^16; together below 2^53. */
  #number(medium: Medium): number {
    return medium.index * 0x1_0000 + medium.ordinal;
  }
}
