import { iso } from './clock.ts';
import { hash32, pick } from './hash.ts';
import { interactionId } from './interaction-id.ts';
import type { MediaPlan, Medium } from './media-plan.ts';
import type { Absence, Version } from './row-state.ts';
import type { JsonObject } from './spelling.ts';
import { streams } from './streams.ts';
import type { Tenant } from './tenant.ts';

const queues = ['sales', 'support', 'billing', 'returns'] as const;

/** How the interactions look in the API's answers. */
export class Details {
  readonly #tenant: Tenant;
  readonly #plan: MediaPlan;

  constructor(tenant: Tenant, plan: MediaPlan) {
    this.#tenant = tenant;
    this.#plan = plan;
  }

  /** `closed`, or `open` for a reopened one. */
  status(absence: Absence | undefined): string {
    return absence === 'reopened' ? 'open' : 'closed';
  }

  /** The media that a version has: edits add at the end and remove from the front. */
  media(index: number, version: Version): Medium[] {
    const end = this.#plan.count(index) + version.mediaAdded;
    const count = Math.max(0, end - version.mediaRemoved);
    return Array.from({ length: count }, (_, n) => this.#plan.medium(index, version.mediaRemoved + n));
  }

  /** The row of the list. */
  row(index: number): JsonObject {
    const version = this.#tenant.version(index);
    const { population } = this.#tenant;
    return {
      id: interactionId(population.seed, index),
      type: population.kind(index),
      status: this.status(this.#tenant.absence(index)),
      createdTime: iso(this.#created(index)),
      updatedTime: iso(version?.updated ?? 0),
    };
  }

  /** The answer of the detail endpoint. */
  detail(index: number, version: Version, url: (medium: Medium) => string): JsonObject {
    const { population } = this.#tenant;
    const created = iso(this.#created(index));
    const h = hash32(population.seed, streams.text, index);
    return {
      ...this.row(index),
      updatedTime: iso(version.updated),
      participants: population.participants(index).map((participant) => ({ ...participant })),
      media: this.media(index, version).map((medium) => ({
        id: medium.id,
        type: medium.type,
        durationMs: medium.durationMs,
        format: medium.format,
        playbackUrl: url(medium),
        createdTime: created,
      })),
      durationMs: population.duration(index),
      direction: (h & 1) === 0 ? 'inbound' : 'outbound',
      queue: pick(queues, h >>> 1),
      wrapUp: { note: `edit ${String(version.edits)}`, code: (h >>> 3) % 20 },
      customFields: Object.entries(version.fields ?? {}).map(([fieldId, value]) => ({ fieldId, value })),
    };
  }

  /** Closed when last updated for the first time; created as long before as it lasted. */
  #created(index: number): number {
    const { population } = this.#tenant;
    return this.#tenant.firstUpdated(index) - population.duration(index);
  }
}
