import { createHash } from 'node:crypto';

import {
  CxvaultError,
  type CallCounts,
  type CapabilityReport,
  type InteractionPage,
  type InteractionSource,
  type MarkOutcome,
  type MediaAnswer,
  type SourceFailure,
  type SourceInteraction,
  type SourceMedium,
  type Unavailable,
} from '@cxvault/plugin-api';

import type { VirtualClock } from '../virtual-clock.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** One state of an interaction, as it was from `at` on. */
interface State {
  readonly at: number;
  readonly content: number;
  readonly media: readonly string[];
  readonly marked: boolean;
}

export interface ModelInteraction {
  readonly id: string;
  readonly createdAt: number;
  /** Not in the list before this time. */
  readonly visibleAt: number;
  /** Never given: the status of the answer. */
  readonly refused: 403 | 404 | undefined;
  /** Its media are 404 before this time. */
  readonly mediaReadyAt: number;
  /** Newest last. */
  readonly states: State[];
  hiddenUntil: number;
  marks: number;
}

export interface ModelOptions {
  readonly clock: VirtualClock;
  readonly random: () => number;
  /** The API's clock less ours, in milliseconds. */
  readonly skew: number;
  /** What update times are rounded down to, in milliseconds. */
  readonly resolution: number;
  readonly pageSize: number;
  /** No late rows, none that leave and return, no refusals, no late media. */
  readonly punctual: boolean;
}

/** A medium's content is its name: what was archived can be told from it. */
export function mediumContent(mediaId: string): Buffer {
  return Buffer.from(`recording ${mediaId}`);
}

/**
 * A tenant whose list moves while it is read: the model behind the covering rules. Time and chance are injected.
 * Everything that real tenants were seen to do happens here often.
 */
export class ModelTenant implements InteractionSource {
  readonly lanes = ['update'] as const;
  readonly interactions = new Map<string, ModelInteraction>();
  readonly options: ModelOptions;
  /** Called at every request, so that the list moves while it is read. */
  onRequest: () => void = () => undefined;
  /** Chance of a passing failure per request. */
  trouble = 0;
  /** Chance that a detail comes from a replica that lags. */
  staleness = 0;
  detailCalls = 0;

  constructor(options: ModelOptions) {
    this.options = options;
  }

  // ---- what happens at the tenant

  add(): void {
    const { clock, random, punctual } = this.options;
    const late = (chance: number, ms: number): number => (!punctual && random() < chance ? random() * ms : 0);
    const id = `i-${String(this.interactions.size)}`;
    const chance = punctual ? 1 : random();
    const interaction: ModelInteraction = {
      id,
      createdAt: clock.now() - Math.floor(random() * hour),
      visibleAt: clock.now() + late(0.2, 6 * hour),
      refused: chance < 0.04 ? 404 : chance < 0.08 ? 403 : undefined,
      mediaReadyAt: clock.now() + late(0.2, 60 * hour),
      states: [{ at: this.#apiTime(), content: 1, media: this.#someMedia(id), marked: false }],
      hiddenUntil: 0,
      marks: 0,
    };
    this.interactions.set(id, interaction);
  }

  edit(): void {
    const interaction = this.#any();
    if (!interaction) return;
    const last = newest(interaction);
    const media = this.options.random() < 0.2 ? last.media.slice(1) : last.media;
    this.#change(interaction, { content: last.content + 1, media });
  }

  hide(): void {
    const interaction = this.#any();
    if (interaction) interaction.hiddenUntil = this.options.clock.now() + this.options.random() * 3 * hour;
  }

  #someMedia(id: string): string[] {
    const count = Math.floor(this.options.random() * 3);
    return Array.from({ length: count }, (_, n) => `${id}-m${String(n)}`);
  }

  #any(): ModelInteraction | undefined {
    const n = Math.floor(this.options.random() * this.interactions.size);
    return this.interactions.get(`i-${String(n)}`);
  }

  #change(interaction: ModelInteraction, change: Partial<State>): void {
    interaction.states.push({ ...newest(interaction), ...change, at: this.#apiTime() });
  }

  #apiTime(): number {
    return this.options.clock.now() + this.options.skew;
  }

  #shown(at: number): string {
    return new Date(at - (at % this.options.resolution)).toISOString();
  }

  // ---- the source

  check(): Promise<CapabilityReport> {
    const clock = { api: this.#apiTime(), ours: this.options.clock.now() };
    return Promise.resolve({
      identity: { system: 'model', profile: 'interactions', tenant: 't' },
      checks: [],
      clock,
    });
  }

  now(): number {
    return this.#apiTime();
  }

  /** Pages by offset: a row is skipped when one above it leaves. */
  async *list(): AsyncIterable<InteractionPage> {
    const { pageSize, random } = this.options;
    for (let offset = 0; ; offset += pageSize) {
      await this.#request();
      if (offset > 0 && random() < this.trouble / 4) throw expiredCursor();
      const rows = this.#visible().slice(offset, offset + pageSize);
      yield {
        rows: rows.map((one) => ({ interactionId: one.id, updatedTime: this.#shown(newest(one).at) })),
      };
      if (rows.length < pageSize) return;
    }
  }

  #visible(): ModelInteraction[] {
    const now = this.options.clock.now();
    return [...this.interactions.values()]
      .filter((one) => one.visibleAt <= now && one.hiddenUntil <= now)
      .sort((a, b) => newest(b).at - newest(a).at);
  }

  async fetch(interactionId: string): Promise<SourceInteraction | Unavailable> {
    this.detailCalls += 1;
    await this.#request();
    const interaction = this.interactions.get(interactionId);
    if (!interaction) return { unavailable: { reason: 'not-found', status: 404, permanent: true } };
    if (interaction.refused) return { unavailable: refusal(interaction.refused) };
    if (this.options.random() < this.trouble)
      return { unavailable: { reason: 'server-error', status: 503, permanent: false } };
    return this.#detail(interaction, this.#seenState(interaction));
  }

  /**
   * The newest state; from a replica that lags, the one before. A replica may lag long when the row tells: its time
   * is newer. Two edits that show the same time can only be told apart by their age, so there it lags less than the
   * minute for which times are racy.
   */
  #seenState(interaction: ModelInteraction): State {
    const now = newest(interaction);
    const before = interaction.states.at(-2);
    const age = this.#apiTime() - now.at;
    const longest = before && this.#shown(before.at) === this.#shown(now.at) ? 50 * second : 10 * minute;
    const lags = this.options.random() < this.staleness && age < longest;
    return lags && before ? before : now;
  }

  #detail(interaction: ModelInteraction, state: State): SourceInteraction {
    const { content, media } = state;
    return {
      interactionId: interaction.id,
      type: 'call',
      status: 'closed',
      createdTime: new Date(interaction.createdAt).toISOString(),
      updatedTime: this.#shown(state.at),
      endedTime: new Date(interaction.createdAt).toISOString(),
      participants: [],
      media: media.map(toMedium),
      payload: { id: interaction.id, content },
      contentDigest: (absent) =>
        `v1:${createHash('sha256')
          .update(JSON.stringify([content, media, absent]))
          .digest('hex')}`,
      fetchedAt: this.#apiTime(),
    };
  }

  async openMedia(interactionId: string, medium: SourceMedium): Promise<MediaAnswer> {
    await this.#request();
    const ready = (this.interactions.get(interactionId)?.mediaReadyAt ?? 0) <= this.options.clock.now();
    if (!ready) return { absent: 'not-found', failure: refusal(404) };
    const body = mediumContent(medium.mediaId);
    const cut = this.options.random() < this.trouble;
    return { body: bodyOf(body, cut), contentType: 'text/plain', size: body.length };
  }

  async mark(interactionId: string): Promise<MarkOutcome> {
    await this.#request();
    const interaction = this.interactions.get(interactionId);
    if (!interaction) return { failed: { reason: 'not-found', status: 404, permanent: true } };
    if (this.options.random() < this.trouble)
      return { failed: { reason: 'server-error', status: 500, permanent: false } };
    interaction.marks += 1;
    this.#change(interaction, { marked: true });
    return 'sent';
  }

  async #request(): Promise<void> {
    await this.options.clock.sleep(this.options.random() * 300);
    this.onRequest();
  }

  callCounts(): CallCounts {
    return {};
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export function newest(interaction: ModelInteraction): State {
  const state = interaction.states.at(-1);
  if (!state) throw new Error('an interaction has at least one state');
  return state;
}

function toMedium(mediaId: string): SourceMedium {
  return {
    mediaId,
    type: 'recording',
    durationMs: 1,
    format: 'txt',
    url: mediaId,
    playbackUrl: mediaId,
    createdTime: undefined,
  };
}

async function* bodyOf(body: Uint8Array, cut: boolean): AsyncIterable<Uint8Array> {
  yield body.subarray(0, 4);
  await Promise.resolve();
  if (cut) throw new CxvaultError('SOURCE_UNREACHABLE', 'the body was cut');
  yield body.subarray(4);
}

function refusal(status: 403 | 404): SourceFailure {
  return { reason: status === 403 ? 'denied' : 'not-found', status, permanent: true };
}

function expiredCursor(): CxvaultError {
  return new CxvaultError('SOURCE_REFUSED', 'the cursor has expired', { context: { cursor: 'expired' } });
}
