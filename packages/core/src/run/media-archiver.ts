import { sealMedium } from '@cxvault/crypto-codec';
import {
  isCxvaultError,
  type InteractionSource,
  type SourceFailure,
  type SourceMedium,
} from '@cxvault/plugin-api';
import pLimit from 'p-limit';

import type { Archive } from '../archive.ts';
import type { Clock } from '../clock.ts';
import type { EntryObject } from '../journal-entry.ts';
import type { ObjectKey } from '@cxvault/crypto-codec';
import { mediumKey } from '../layout.ts';

// Each medium under way holds a few MiB: frames, sealed chunks, an upload part.
const mediaAtOnce = 4;
const attempts = 3;
const firstPause = 500; // milliseconds, doubled with each further try

/** A medium that is in the archive now. */
export interface StoredMedium {
  readonly object: EntryObject;
  readonly contentType: string;
  /** Of the original. */
  readonly bytes: number;
  /** Of the original. */
  readonly sha256: string;
}

/** What became of one medium. */
export type MediumOutcome =
  | StoredMedium
  | { readonly absent: 'not-found' | 'denied' }
  /** `opened` is false when the source gave no body; it had its own retries then. */
  | { readonly failure: SourceFailure; readonly opened: boolean };

/** Brings media from the source into the archive, as streams. */
export class MediaArchiver {
  readonly #archive: Archive;
  readonly #source: InteractionSource;
  readonly #compression: 'zstd' | 'none';
  readonly #clock: Clock;
  readonly #limit = pLimit(mediaAtOnce);

  constructor(options: {
    archive: Archive;
    source: InteractionSource;
    compression: 'zstd' | 'none';
    clock: Clock;
  }) {
    this.#archive = options.archive;
    this.#source = options.source;
    this.#compression = options.compression;
    this.#clock = options.clock;
  }

  /**
   * Stores one medium, sealed with the key that is asked for when there is something to seal. A transfer that breaks is begun again under a new object id, at most three times in all;
   * what a broken one may have left is a leftover. Throws when the store fails for good.
   */
  store(
    interactionId: string,
    medium: SourceMedium,
    keyOf: () => Promise<ObjectKey>,
    signal: AbortSignal,
  ): Promise<MediumOutcome> {
    return this.#limit(async () => {
      for (let attempt = 1; ; attempt += 1) {
        signal.throwIfAborted();
        const outcome = await this.#try(interactionId, medium, keyOf, signal, attempt === attempts);
        if (!('failure' in outcome) || !outcome.opened || attempt === attempts) return outcome;
        await this.#clock.sleep(firstPause * 2 ** (attempt - 1), signal);
      }
    });
  }

  async #try(
    interactionId: string,
    medium: SourceMedium,
    keyOf: () => Promise<ObjectKey>,
    signal: AbortSignal,
    last: boolean,
  ): Promise<MediumOutcome> {
    const body = new WatchedBody();
    try {
      const answer = await this.#source.openMedia(interactionId, medium, { signal });
      if ('absent' in answer) return { absent: answer.absent };
      const contentType = answer.contentType ?? contentTypeOf(medium.format);
      const stored = await this.#seal(
        body.watch(answer.body),
        interactionId,
        medium.mediaId,
        contentType,
        keyOf,
        signal,
      );
      return { ...stored, contentType };
    } catch (error) {
      signal.throwIfAborted();
      // the source's failure concerns this medium; the store's concerns the run, unless a new try may help
      if (body.failed || isSourceError(error)) return { failure: failureOf(error), opened: body.failed };
      if (isCxvaultError(error) && error.code === 'STORE_UNREACHABLE' && !last)
        return { failure: failureOf(error), opened: true };
      throw error;
    }
  }

  async #seal(
    body: AsyncIterable<Uint8Array>,
    interactionId: string,
    mediaId: string,
    contentType: string,
    keyOf: () => Promise<ObjectKey>,
    signal: AbortSignal,
  ): Promise<{ object: EntryObject; bytes: number; sha256: string }> {
    const storedAt = new Date(this.#clock.now());
    const sealing = sealMedium(
      body,
      { interactionId, mediaId, contentType },
      {
        archiveId: this.#archive.id,
        key: await keyOf(),
        objectKeyOf: (objectId) => mediumKey(objectId, storedAt),
        compression: this.#compression,
      },
    );
    await this.#archive.store.put(sealing.objectKey, sealing.bytes, { ifAbsent: true, signal });
    const { objectKey, size, sha256, content } = sealing.summary();
    return {
      object: { key: objectKey, kind: 2, bytes: size, sha256 },
      bytes: content.bytes,
      sha256: content.sha256,
    };
  }
}

/** Passes a body on and remembers whether it was the body that failed. */
class WatchedBody {
  failed = false;

  async *watch(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    try {
      yield* body;
    } catch (error) {
      this.failed = true;
      throw error;
    }
  }
}

function isSourceError(error: unknown): boolean {
  return isCxvaultError(error) && (error.code.startsWith('SOURCE_') || error.code === 'LOGIN_REFUSED');
}

/** The failure that a medium's error stands for: its context may carry status and request id. */
function failureOf(error: unknown): SourceFailure {
  const context = isCxvaultError(error) ? error.context : {};
  const { reason, status, requestId } = context;
  return {
    reason: typeof reason === 'string' ? `media-${reason}` : 'media-transfer',
    ...(typeof status === 'number' && { status }),
    ...(typeof requestId === 'string' && { requestId }),
    permanent: false,
  };
}

function contentTypeOf(format: string | undefined): string {
  const types: Partial<Record<string, string>> = {
    wav: 'audio/wav',
    mp3: 'audio/mpeg',
    mp4: 'video/mp4',
    ogg: 'audio/ogg',
    webm: 'video/webm',
    json: 'application/json',
    txt: 'text/plain',
    html: 'text/html',
    pdf: 'application/pdf',
  };
  return types[format?.toLowerCase() ?? ''] ?? 'application/octet-stream';
}
