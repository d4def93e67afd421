import type { JsonObject, SourceInteraction } from '@cxvault/plugin-api';

import type { Archive } from '../archive.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Clock } from '../clock.ts';
import { recordBefore } from './previous-record.ts';
import type { ArchivedRecord } from './record.ts';

const day = 24 * 3_600_000; // milliseconds

/**
 * Looks out for a field that changes all the time without meaning anything, such as the length of a queue: it makes
 * a new version at each sight. Three versions in 24 h that differ in one field only are such a sign (architecture:
 * "Content digest").
 */
export class VolatileFields {
  readonly #archive: Archive;
  readonly #catalog: Catalog;
  readonly #clock: Clock;
  readonly #warn: (message: string) => void;
  readonly #named = new Set<string>();

  constructor(options: {
    archive: Archive;
    catalog: Catalog;
    clock: Clock;
    warn: (message: string) => void;
  }) {
    this.#archive = options.archive;
    this.#catalog = options.catalog;
    this.#clock = options.clock;
    this.#warn = options.warn;
  }

  /** Compares a new version with the two before it. Names each field once. */
  async look(
    fetched: SourceInteraction,
    before: ArchivedRecord | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const since = new Date(this.#clock.now() - day).toISOString();
    const [, older] = this.#catalog.versionsSince(fetched.interactionId, since);
    if (!older) return;
    const field = onlyChange(fetched, before);
    if (field === undefined || this.#named.has(field)) return;
    if (onlyChange(fetched, await recordBefore(this.#archive, older, signal)) !== field) return;
    this.#named.add(field);
    this.#warn(
      `${fetched.interactionId} has three versions in 24 hours in which only ${field} differs; if that is no change ` +
        `worth a version, add "${field.split('.').at(-1) ?? field}" to the setting cxone.volatileFields`,
    );
  }
}

function onlyChange(fetched: SourceInteraction, record: ArchivedRecord | undefined): string | undefined {
  const payload: JsonObject | undefined = record?.source?.payload;
  const [field, ...others] = payload ? fetched.changedFields(payload) : [];
  return others.length === 0 ? field : undefined;
}
