import { describe, expect, it } from '@jest/globals';

import { removedMedia } from '../src/run/carry-over.ts';
import type { ArchivedRecord } from '../src/run/record.ts';

const nothing = { type: null, duration_ms: null, format: null, playback_url: null, created_time: null };
const stored = { media_id: 'stored', ...nothing, object_key: 'media/1', bytes: 1, sha256: 'a' };
const expected = { media_id: 'expected', ...nothing, absent: 'not-found' };

function before(...media: ArchivedRecord['media_metadata']): ArchivedRecord {
  return { interaction_id: 'a', created_time: null, updated_time: null, media_metadata: media };
}

describe('media that the source no longer gives', () => {
  it('are carried over and said to be removed', () => {
    expect(removedMedia([], before(stored))).toEqual([{ ...stored, removed_at_source: true }]);
  });

  it('are nothing to keep when they were never stored', () => {
    expect(removedMedia([], before(expected, stored))).toEqual([{ ...stored, removed_at_source: true }]);
  });
});
