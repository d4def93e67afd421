import { CxvaultError } from '@cxvault/plugin-api';
import type { InteractionSource, MediaAnswer, SourceMedium } from '@cxvault/plugin-api';
import { describe, expect, it } from '@jest/globals';

import { systemClock } from '../src/clock.ts';
import { MediaArchiver } from '../src/run/media-archiver.ts';
import type { MediumOutcome } from '../src/run/media-archiver.ts';
import { ArchiveBuilder } from './archive-builder.ts';

const medium: SourceMedium = {
  mediaId: 'm',
  type: 'recording',
  format: 'wav',
  durationMs: 1000,
  createdTime: undefined,
  url: '/m',
  playbackUrl: '/m',
};

const broken = new CxvaultError('SOURCE_UNREACHABLE', 'a medium could not be fetched', {
  context: { reason: 'server-error', status: 500, requestId: 'r-7' },
});

/** A source that does nothing but open media, each time as told. */
class MediaSource implements InteractionSource {
  readonly lanes = ['update'] as const;
  readonly #open: () => MediaAnswer;
  opened = 0;

  constructor(open: () => MediaAnswer) {
    this.#open = open;
  }

  openMedia(): Promise<MediaAnswer> {
    this.opened += 1;
    return new Promise((resolve) => {
      resolve(this.#open());
    });
  }

  check = this.#unused;
  fetch = this.#unused;
  mark = this.#unused;
  list = (): never => this.#unused();
  now = (): undefined => undefined;
  callCounts = () => ({});
  close = (): Promise<void> => Promise.resolve();

  #unused(): never {
    throw new Error('not used');
  }
}

async function store(source: MediaSource): Promise<MediumOutcome> {
  const { archive } = await ArchiveBuilder.create();
  const clock = { ...systemClock, sleep: () => Promise.resolve() };
  const archiver = new MediaArchiver({ archive, source, compression: 'none', clock });
  const keys = archive.keys.writer();
  return archiver.store('a', medium, () => keys.next(), new AbortController().signal);
}

describe('a medium', () => {
  it('that the source gives no body of is not asked for again: the source had its own retries', async () => {
    const source = new MediaSource(() => {
      throw broken;
    });
    expect(await store(source)).toMatchObject({
      failure: { reason: 'media-server-error', status: 500, requestId: 'r-7' },
    });
    expect(source.opened).toBe(1);
  });

  it('whose body breaks off is begun again, three times in all', async () => {
    async function* body(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Buffer.from('half'));
      throw broken;
    }
    const source = new MediaSource(() => ({ body: body(), contentType: undefined, size: undefined }));
    expect(await store(source)).toMatchObject({ failure: { reason: 'media-server-error' } });
    expect(source.opened).toBe(3);
  });
});
