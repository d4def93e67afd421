import type {
  InteractionSource,
  SourceFailure,
  SourceIdentity,
  SourceInteraction,
  SourceMedium,
} from '@cxvault/plugin-api';
import type { ObjectKey } from '@cxvault/crypto-codec';

import type { Archive } from '../archive.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Version } from '../catalog/rows.ts';
import type { Clock } from '../clock.ts';
import type { AbsentMedium, EntryObject, SeenInteraction } from '../journal-entry.ts';
import type { KeyAllocator } from '../key-ring.ts';
import { journalMedia, removedMedia, replacedMedium, unchangedMedium } from './carry-over.ts';
import type { ReadyInteraction } from './committer.ts';
import type { MediaArchiver, StoredMedium } from './media-archiver.ts';
import { recordBefore } from './previous-record.ts';
import { journalAbsent } from './provisional.ts';
import {
  type ArchivedRecord,
  type MediumMetadata,
  archivalRecord,
  describeMedium,
  recordLine,
} from './record.ts';
import type { VolatileFields } from './volatile-fields.ts';
import type { WorkItem } from './work-list.ts';

/** Update times younger than this when they are fetched may still change (architecture: "Versions"). */
export const racyAge = 60_000; // milliseconds

/** A new version whose media are stored, ready to be committed. */
export interface NewVersion {
  readonly ready: ReadyInteraction;
  /** Of the originals that were stored for it. */
  readonly mediaBytes: number;
  /** It has a medium that was denied to the version before. */
  readonly allowed: boolean;
  /** The record of the version before. */
  readonly before: ArchivedRecord | undefined;
  /** Nothing of it was stored before this time; milliseconds since 1970. */
  readonly storedSince: number;
}

/** What became of one interaction. */
export type InteractionOutcome =
  | NewVersion
  | { readonly seen: SeenInteraction }
  | { readonly failure: SourceFailure; readonly updatedTime: string };

export interface InteractionArchiverOptions {
  readonly archive: Archive;
  readonly catalog: Catalog;
  readonly source: InteractionSource;
  readonly identity: SourceIdentity;
  readonly media: MediaArchiver;
  readonly keys: KeyAllocator;
  readonly clock: Clock;
  readonly volatileFields: VolatileFields;
  /** False: media are skipped, and fetched by the next run that fetches media. */
  readonly fetchMedia: boolean;
}

/** The media of the new version: stored now, taken over, or absent. */
interface MediaResult {
  readonly metadata: MediumMetadata[];
  readonly absent: AbsentMedium[];
  readonly objects: EntryObject[];
  /** Of the originals that were stored now. */
  readonly bytes: number;
}

/** The version that the archive has of an interaction. */
interface Previous {
  readonly version: Version;
  record(): Promise<ArchivedRecord>;
}

/** Turns one interaction of the source into what the journal will say of it. */
export class InteractionArchiver {
  readonly #options: InteractionArchiverOptions;

  constructor(options: InteractionArchiverOptions) {
    this.#options = options;
  }

  /** Fetches an interaction with its media. Throws when the source or the store fails as a whole. */
  async archive(item: WorkItem, signal: AbortSignal): Promise<InteractionOutcome> {
    const previous = this.#previous(item.interactionId, signal);
    const forMissing = ['absent', 'denied', 'allowed'].includes(item.reason);
    const again = forMissing || item.reason === 'asked';
    const fetched = await this.#options.source.fetch(item.interactionId, {
      signal,
      again,
      ...(forMissing && { missing: previous?.version.absent.map(({ media_id }) => media_id) }),
      previous: previous && {
        legs: previous.version.legs?.map(({ id }) => id) ?? [],
        payload: async () => (await previous.record()).source?.payload,
      },
    });
    if ('unavailable' in fetched) return { failure: fetched.unavailable, updatedTime: item.updatedTime };
    if (isStale(fetched, item)) return { failure: staleDetail, updatedTime: item.updatedTime };
    if (previous && !again && digest(fetched, previous.version.absent) === previous.version.content) {
      return { seen: seenOf(fetched, item) };
    }
    return this.#newVersion(fetched, item, previous, signal);
  }

  /** What the archive has of an interaction; its record is read once, and only when it is asked for. */
  #previous(interactionId: string, signal: AbortSignal): Previous | undefined {
    const version = this.#options.catalog.latest(interactionId);
    if (!version) return undefined;
    let record: Promise<ArchivedRecord> | undefined;
    return { version, record: () => (record ??= recordBefore(this.#options.archive, version, signal)) };
  }

  async #newVersion(
    fetched: SourceInteraction,
    item: WorkItem,
    previous: Previous | undefined,
    signal: AbortSignal,
  ): Promise<InteractionOutcome> {
    const before = await previous?.record();
    const storedSince = this.#options.clock.now();
    const media = await this.#media(fetched, before, signal);
    if ('failure' in media) return { failure: media.failure, updatedTime: updatedTimeOf(fetched, item) };
    const { absent } = media;
    const content = digest(fetched, absent);
    // what was stored is kept, though nothing has changed: the record before was damaged, and this one mends it
    if (content === previous?.version.content && media.objects.length === 0)
      return { seen: seenOf(fetched, item) };
    await this.#options.volatileFields.look(fetched, before, signal);
    const record = archivalRecord(fetched, media.metadata, this.#options.identity);
    return {
      ready: {
        line: recordLine(record),
        archived: {
          ...seenOf(fetched, item),
          content,
          media: journalMedia(media.metadata),
          absent,
          ...(fetched.legs && {
            legs: fetched.legs.map((leg) => ({ id: leg.id, updated_time: leg.updatedTime })),
          }),
        },
        objects: media.objects,
        type: fetched.type,
      },
      mediaBytes: media.bytes,
      allowed: fetched.allowed === true || isAllowed(media, previous?.version),
      before,
      storedSince,
    };
  }

  async #media(
    fetched: SourceInteraction,
    before: ArchivedRecord | undefined,
    signal: AbortSignal,
  ): Promise<MediaResult | { failure: SourceFailure }> {
    const metadata: MediumMetadata[] = [];
    const absent: AbsentMedium[] = [];
    const objects: EntryObject[] = [];
    const lacks = (medium: SourceMedium, code: string): void => {
      absent.push(journalAbsent(medium.mediaId, code, fetched));
      const kept = replacedMedium(medium.mediaId, before);
      metadata.push(kept ?? { ...describeMedium(medium), absent: code });
    };
    let bytes = 0;
    let key: Promise<ObjectKey> | undefined; // one for all media of an interaction, so that it can be erased
    const keyOf = (): Promise<ObjectKey> => (key ??= this.#options.keys.next());
    for (const medium of fetched.media) {
      const unchanged = unchangedMedium(medium, before);
      if (unchanged) {
        metadata.push(unchanged);
      } else if (!this.#options.fetchMedia) {
        lacks(medium, 'skipped');
      } else {
        const result = await this.#options.media.store(fetched.interactionId, medium, keyOf, signal);
        if ('failure' in result) return result;
        if ('absent' in result) {
          lacks(medium, result.absent);
          continue;
        }
        metadata.push(storedMedium(medium, result));
        objects.push(result.object);
        bytes += result.bytes;
      }
    }
    return { metadata: [...metadata, ...removedMedia(fetched.media, before)], absent, objects, bytes };
  }
}

function storedMedium(medium: SourceMedium, stored: StoredMedium): MediumMetadata {
  const { object, contentType, bytes, sha256 } = stored;
  return { ...describeMedium(medium), content_type: contentType, bytes, sha256, object_key: object.key };
}

/** Something has come, and media that were denied are so no more: under their ids, or under those of what has come. */
function isAllowed({ objects, absent }: MediaResult, previous: Version | undefined): boolean {
  const isDenied = ({ code }: AbsentMedium): boolean => code === 'denied';
  const still = new Set(absent.filter(isDenied).map(({ media_id: id }) => id));
  const denied = previous?.absent.filter(isDenied) ?? [];
  return objects.length > 0 && denied.some(({ media_id: id }) => !still.has(id));
}

const staleDetail: SourceFailure = { reason: 'stale-detail', permanent: false };

/** A detail older than its row comes from a replica that lags. */
function isStale(fetched: SourceInteraction, item: WorkItem): boolean {
  return fetched.updatedTime !== undefined && fetched.updatedTime < item.updatedTime;
}

function updatedTimeOf(fetched: SourceInteraction, item: WorkItem): string {
  return fetched.updatedTime ?? item.updatedTime;
}

function seenOf(fetched: SourceInteraction, item: WorkItem): SeenInteraction {
  const updatedTime = updatedTimeOf(fetched, item);
  const racy = updatedTime === '' || fetched.fetchedAt - Date.parse(updatedTime) < racyAge;
  return {
    interaction_id: fetched.interactionId,
    updated_time: updatedTime === '' ? null : updatedTime,
    ...(racy && { racy }),
  };
}

function digest(fetched: SourceInteraction, absent: readonly AbsentMedium[]): string {
  return fetched.contentDigest(absent.map(({ media_id, code }) => ({ mediaId: media_id, code })));
}
