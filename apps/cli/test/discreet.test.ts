import { describe, expect, it } from '@jest/globals';
import type { InteractionSource } from '@cxvault/plugin-api';
import { discreetSource } from '../src/session/discreet-source.ts';

const signed = 'https://h.example/x?X-Amz-Signature=abcdef0123';
const failure = { reason: signed, requestId: 'Bearer abc.def', permanent: true };

describe('what a source says of failures', () => {
  it('holds no secret, whoever wrote the source', async () => {
    const source: InteractionSource = {
      lanes: ['update'],
      check: () =>
        Promise.resolve({
          identity: { system: 's', profile: 'p', tenant: 't' },
          checks: [{ name: 'list', state: 'missing', detail: signed, hint: signed }],
        }),
      now: () => undefined,
      list: () => ({
        [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
      }),
      fetch: () => Promise.resolve({ unavailable: failure }),
      openMedia: () => Promise.resolve({ absent: 'denied', failure }),
      mark: () => Promise.resolve({ failed: failure }),
      callCounts: () => ({}),
      close: () => Promise.resolve(),
    };
    const own = discreetSource(source);
    const medium = {
      mediaId: 'm',
      type: undefined,
      durationMs: undefined,
      format: undefined,
      url: undefined,
      playbackUrl: undefined,
      createdTime: undefined,
    };
    const said = [
      await own.check(),
      await own.fetch('1'),
      await own.openMedia('1', medium),
      await own.mark('1', 'x'),
    ];
    expect(JSON.stringify(said)).not.toMatch(/abcdef0123|abc\.def/);
    expect(JSON.stringify(said)).toContain('https://h.example/x');
  });
});
