import { createHash } from 'node:crypto';
import { CxvaultError } from '@cxvault/plugin-api';
import { compressFrame, frameSize } from './frames.ts';
import { newId } from './ids.ts';
import { largestRecord } from './index-check.ts';
import type { RecordEntry } from './index-message.ts';
import { ObjectSealer } from './object-sealer.ts';
import type { SealTarget } from './object-sealer.ts';
import type { SealOptions, SealedSummary } from './seal-options.ts';

const newline = Buffer.from('\n');

/** A frame of lines on its way through the thread pool. */
interface Frame {
  readonly rawSize: number;
  readonly sealed: Promise<Buffer>;
}

/**
 * Gathers record lines into a segment (kind 1). Lines are compressed in frames of about 1 MiB while more arrive;
 * encryption happens in {@link SegmentSealer.finish}. The whole segment is held in memory: the caller closes it at 16 MiB.
 */
export class SegmentSealer {
  readonly #options: SealOptions;
  readonly #target: SealTarget;
  readonly #hash = createHash('sha256');
  readonly #records: RecordEntry[] = [];
  readonly #frames: Frame[] = [];
  #lines: Uint8Array[] = [];
  #linesSize = 0;
  #plaintextBytes = 0;

  constructor(options: SealOptions) {
    const objectId = newId();
    this.#options = options;
    this.#target = { kind: 'records', objectId, objectKey: options.objectKeyOf(objectId) };
  }

  /** The name to store the segment under. */
  get objectKey(): string {
    return this.#target.objectKey;
  }

  get recordCount(): number {
    return this.#records.length;
  }

  /** Bytes of all lines with their newlines. */
  get plaintextBytes(): number {
    return this.#plaintextBytes;
  }

  /**
   * Takes one record: its line as UTF-8 JSON, without a newline. The line must not be changed by the caller afterwards.
   * Returns the line's SHA-256. Throws `RECORD_TOO_LARGE` above 32 MiB, before anything changes.
   */
  add(interactionId: string, line: Uint8Array): { sha256: string } {
    refuseLine(interactionId, line);
    const sha256 = createHash('sha256').update(line).digest('hex');
    this.#records.push({
      interaction_id: interactionId,
      sha256,
      frame: this.#frames.length,
      start: this.#linesSize,
      length: line.length,
    });
    this.#lines.push(line, newline);
    this.#hash.update(line).update(newline);
    this.#linesSize += line.length + 1;
    this.#plaintextBytes += line.length + 1;
    if (this.#options.compression === 'zstd' && this.#linesSize >= frameSize) this.#closeFrame();
    return { sha256 };
  }

  /** Seals what was added. No other call may follow. */
  async finish(): Promise<{ bytes: Uint8Array; summary: SealedSummary }> {
    const sealer = new ObjectSealer(
      this.#target,
      this.#options.compression === 'zstd' ? 'zstd' : 'identity',
      this.#options,
    );
    if (this.#options.compression === 'none') {
      for (const line of this.#lines) sealer.writeIdentity(line);
    } else {
      if (this.#linesSize > 0) this.#closeFrame();
      for (const frame of this.#frames) sealer.writeFrame(await frame.sealed, frame.rawSize);
    }
    const content = { bytes: this.#plaintextBytes, sha256: this.#hash.digest('hex') };
    const earlier = sealer.take();
    const { pieces, summary } = sealer.finish(content, { records: this.#records });
    return { bytes: Buffer.concat([...earlier, ...pieces]), summary };
  }

  #closeFrame(): void {
    const sealed = compressFrame(Buffer.concat(this.#lines));
    // a failure is reported by finish(), which awaits the frame later than it may fail
    sealed.catch(() => undefined);
    this.#frames.push({ rawSize: this.#linesSize, sealed });
    this.#lines = [];
    this.#linesSize = 0;
  }
}

function refuseLine(interactionId: string, line: Uint8Array): void {
  if (line.length > largestRecord) {
    throw new CxvaultError('RECORD_TOO_LARGE', 'the record is longer than 32 MiB', {
      context: { interaction: interactionId, bytes: line.length },
    });
  }
  if (line.length === 0 || line.includes(0x0a)) {
    throw new CxvaultError('INTERNAL', 'a record is one line, neither empty nor with a line end in it', {
      context: { interaction: interactionId },
    });
  }
}
