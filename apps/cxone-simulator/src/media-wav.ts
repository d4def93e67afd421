import { hash32 } from './hash.ts';

export const wavHeaderBytes = 44;
const sampleRate = 8000; // Hz
const bytesPerMs = (sampleRate * 2) / 1000; // as telephone recordings have
/** Longer than the window of zstd's usual levels (2 MiB), so that repeating it does not flatter a compressor. */
const toneBytes = 4 * 1024 * 1024;

/** The size and length of a WAV recording of about so many bytes: samples have two. */
export function wavSize(about: number): { readonly bytes: number; readonly durationMs: number } {
  const bytes = about - (about % 2);
  return { bytes, durationMs: Math.floor((bytes - wavHeaderBytes) / bytesPerMs) };
}

/** The header of a mono 16-bit PCM WAV file of this total size (even, at least 44). */
export function wavHeader(totalBytes: number): Buffer {
  const header = Buffer.alloc(wavHeaderBytes);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(totalBytes - 8, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16); // bytes of the format chunk
  header.writeUInt16LE(1, 20); // PCM
  header.writeUInt16LE(1, 22); // channels
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * 2, 28); // bytes a second
  header.writeUInt16LE(2, 32); // bytes a frame
  header.writeUInt16LE(16, 34); // bits a sample
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(totalBytes - wavHeaderBytes, 40);
  return header;
}

/** Eleven waves of 440 Hz are 200 samples: the table repeats without a click. */
const wave = Int16Array.from({ length: 200 }, (_, n) =>
  Math.round(6000 * Math.sin((2 * Math.PI * 11 * n) / 200)),
);

/** A tone of 440 Hz with noise, as samples; computed once, then repeated by every recording from another place. */
export function toneBlock(seed: number): Buffer {
  const samples = new Int16Array(toneBytes / 2);
  let noise = seed === 0 ? 1 : seed;
  for (let n = 0; n < samples.length; n += 1) {
    noise ^= noise << 13;
    noise ^= noise >>> 17;
    noise ^= noise << 5;
    samples[n] = (wave[n % 200] ?? 0) + (noise >> 22); // noise of ±512
  }
  return Buffer.from(samples.buffer);
}

export const stampBytes = 32;

/** 16 quiet samples that tell this piece of this medium from every other: no two recordings or pieces are equal. */
export function stamp(seed: number, stream: number, medium: number, piece: number): Buffer {
  const samples = Buffer.alloc(stampBytes);
  for (let at = 0; at < stampBytes; at += 2) {
    samples[at] = hash32(seed, stream, medium, piece * 16 + at / 2) & 0xff;
  }
  return samples;
}
