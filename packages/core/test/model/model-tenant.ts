import { createHash } from 'node:crypto';

import {
  CxvaultError,
  type CallCounts,
  type CapabilityReport,
  type FetchOptions,
  type InteractionPage,
  type InteractionSource,
  type MarkOutcome,
  type MediaAnswer,
  type SourceFailure,
  type SourceIdentity,
  type SourceInteraction,
  type SourceMedium,
  type Unavailable,
} from '@cxvault/plugin-api';

import type { VirtualClock } from '../virtual-clock.ts';
import {
  editedState,
  type Habits,
  mediumContent,
  type ModelInteraction,
  type ModelMedium,
  newest,
  newInteraction,
  type State,
} from './model-interaction.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

export interface ModelOptions extends Habits {
  readonly clock: VirtualClock;
  /** The API's clock less ours, in milliseconds. */
  readonly skew: number;
  /** What update times are rounded down to, in milliseconds. */
  readonly resolution: number;
  readonly pageSize: number;
  /** What a request takes at most, in milliseconds. */
  readonly pace: number;
}

/**
 * A tenant whose list moves while it is read: the model behind the covering rules. Time and chance are injected.
 * Everything that real tenants were seen to do happens here often.
 */
export class ModelTenant implements InteractionSource {
  readonly lanes = ['update'] as const;
  readonly interactions = new Map<string, ModelInteraction>();
  readonly options: ModelOptions;
  identity: SourceIdentity = { system: 'model', profile: 'interactions', tenant: 't' };
  /** False: answers have no `Date` header. */
  hasDate = true;
  /** Called at every request, so that the list moves while it is read. */
  onRequest: () => void = () => undefined;
  /** Called when an interaction is marked. */
  onMark: (interactionId: string) => void = () => undefined;
  /** Interactions that it keeps no marks of. */
  readonly markless = new Set<string>();
  /** Chance of a passing failure per request. */
  trouble = 0;
  /** Chance that a detail comes from a replica that lags. */
  staleness = 0;
  /** Shows no rows, as to a login without rights. */
  blind = false;
  /** Media are 403 before this time: the login has no right to them. */
  mediaAllowedFrom = 0;
  /** After so many requests the whole system is unreachable. */
  requestsLeft = Infinity;
  /** The interactions of which the details were fetched, in order. */
  readonly fetched: string[] = [];
  /** What each fetch was told that the archive lacks. */
  readonly missing: (readonly string[] | undefined)[] = [];

  constructor(options: ModelOptions) {
    this.options = options;
  }

  // ---- what happens at the tenant

  add(): void {
    const id = `i-${String(this.interactions.size)}`;
    const now = this.options.clock.now();
    this.interactions.set(id, newInteraction(id, now, this.#apiTime(), this.options));
  }

  edit(interaction = this.#any()): void {
    if (interaction) this.#change(interaction, editedState(interaction, this.options.random));
  }

  hide(): void {
    const interaction = this.#any();
    if (interaction) interaction.hiddenUntil = this.options.clock.now() + this.options.random() * 3 * hour;
  }

  /** Is opened again, or closed again: it leaves the list, and returns as the newest of all. */
  reopen(): void {
    const interaction = this.#any();
    if (!interaction) return;
    if (interaction.hiddenUntil === Infinity) this.closeAgain(interaction);
    else interaction.hiddenUntil = Infinity;
  }

  closeAgain(interaction: ModelInteraction): void {
    interaction.hiddenUntil = 0;
    this.edit(interaction);
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

  /** A time as the API shows it. */
  shown(at: number): string {
    return new Date(at - (at % this.options.resolution)).toISOString();
  }

  // ---- the source

  check(): Promise<CapabilityReport> {
    const clock = { api: this.#apiTime(), ours: this.options.clock.now() };
    return Promise.resolve({ identity: this.identity, checks: [], ...(this.hasDate && { clock }) });
  }

  now(): number | undefined {
    return this.hasDate ? this.#apiTime() : undefined;
  }

  /** Pages by offset: a row is skipped when one above it leaves. */
  async *list(): AsyncIterable<InteractionPage> {
    const { pageSize, random } = this.options;
    for (let offset = 0; ; offset += pageSize) {
      await this.#request();
      if (offset > 0 && random() < this.trouble / 4) throw expiredCursor();
      const rows = this.blind ? [] : this.#visible().slice(offset, offset + pageSize);
      yield {
        rows: rows.map((one) => ({ interactionId: one.id, updatedTime: this.shown(newest(one).at) })),
      };
      if (rows.length < pageSize) return;
    }
  }

  /** Newest first, but for the very oldest, which is shown near the top: the order is not to be trusted. */
  #visible(): ModelInteraction[] {
    const now = this.options.clock.now();
    const rows = [...this.interactions.values()]
      .filter((one) => one.visibleAt <= now && one.hiddenUntil <= now)
      .sort((a, b) => newest(b).at - newest(a).at);
    return rows.toSpliced(1, 0, ...rows.splice(-1));
  }

  async fetch(
    interactionId: string,
    { missing }: FetchOptions = {},
  ): Promise<SourceInteraction | Unavailable> {
    this.fetched.push(interactionId);
    this.missing.push(missing);
    await this.#request();
    const interaction = this.interactions.get(interactionId);
    if (!interaction) return { unavailable: failure(404) };
    const { status, until } = interaction.refusal;
    if (until > this.options.clock.now()) return { unavailable: failure(status) };
    if (this.options.random() < this.trouble) return { unavailable: failure(503) };
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
    const longest = before && this.shown(before.at) === this.shown(now.at) ? 50 * second : 10 * minute;
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
      updatedTime: this.shown(state.at),
      endedTime: new Date(interaction.createdAt).toISOString(),
      participants: [],
      media: media.map(toMedium),
      payload: { id: interaction.id, content },
      contentDigest: (absent) =>
        `v1:${createHash('sha256')
          .update(JSON.stringify([content, media, absent]))
          .digest('hex')}`,
      changedFields: (earlier) => (earlier['content'] === content ? [] : ['content']),
      fetchedAt: this.#apiTime(),
    };
  }

  async openMedia(interactionId: string, medium: SourceMedium): Promise<MediaAnswer> {
    await this.#request();
    const now = this.options.clock.now();
    const interaction = this.interactions.get(interactionId);
    if ((interaction?.mediaBrokenUntil ?? 0) > now) throw unreachable('a medium could not be fetched');
    if (this.mediaAllowedFrom > now) return { absent: 'denied', failure: failure(403) };
    if ((interaction?.mediaReadyAt ?? 0) > now) return { absent: 'not-found', failure: failure(404) };
    const body = mediumContent({ id: medium.mediaId, revision: medium.durationMs ?? 0 });
    const cut = this.options.random() < this.trouble;
    return { body: bodyOf(body, cut), contentType: 'text/plain', size: body.length };
  }

  async mark(interactionId: string): Promise<MarkOutcome> {
    await this.#request();
    const interaction = this.interactions.get(interactionId);
    if (!interaction) return { failed: failure(404) };
    this.onMark(interactionId);
    if (this.options.random() < this.trouble) return { failed: failure(503) };
    if (this.markless.has(interactionId)) return 'nothing-to-mark';
    if (interaction.unmarkable) return { failed: failure(403) };
    interaction.marks += 1;
    this.#change(interaction, { marked: true });
    return 'sent';
  }

  async #request(): Promise<void> {
    await this.options.clock.sleep(this.options.random() * this.options.pace);
    this.requestsLeft -= 1;
    if (this.requestsLeft < 0) throw unreachable('the tenant does not answer');
    this.onRequest();
  }

  callCounts(): CallCounts {
    return {};
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function toMedium({ id, revision }: ModelMedium): SourceMedium {
  return {
    mediaId: id,
    type: 'recording',
    durationMs: revision,
    format: 'txt',
    url: id,
    playbackUrl: id,
    createdTime: undefined,
  };
}

async function* bodyOf(body: Uint8Array, cut: boolean): AsyncIterable<Uint8Array> {
  yield body.subarray(0, 4);
  await Promise.resolve();
  if (cut) throw unreachable('the body was cut');
  yield body.subarray(4);
}

function failure(status: 403 | 404 | 503): SourceFailure {
  const reason = { 403: 'denied', 404: 'not-found', 503: 'server-error' }[status];
  return { reason, status, permanent: status !== 503 };
}

function unreachable(message: string): CxvaultError {
  return new CxvaultError('SOURCE_UNREACHABLE', message);
}

function expiredCursor(): CxvaultError {
  return new CxvaultError('SOURCE_REFUSED', 'the cursor has expired', { context: { cursor: 'expired' } });
}
