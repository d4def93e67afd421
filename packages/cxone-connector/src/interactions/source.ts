import type {
  CallCounts,
  CallOptions,
  CapabilityReport,
  CheckOptions,
  InteractionPage,
  InteractionSource,
  ListWindow,
  MarkOutcome,
  MediaAnswer,
  SourceInteraction,
  SourceMedium,
  Unavailable,
} from '@cxvault/plugin-api';
import { dateOf } from '../http/api-clock.ts';
import type { Connection } from '../http/connection.ts';
import { RequestFailure } from '../http/request-failure.ts';
import { checkClock, checkList, checkMarker, checkScopes } from './check.ts';
import { readDetail } from './detail.ts';
import { noMarkerField, sendMark } from './mark.ts';
import { openMedium } from './media.ts';
import { apiUrl, interactionUrl, isPathId } from './paths.ts';
import { InteractionQuery } from './query.ts';
import type { InteractionsSettings } from './settings.ts';

/** The source of the profile `interactions`. Logs in with the first call. */
export class InteractionsSource implements InteractionSource {
  readonly lanes = ['update'] as const;
  readonly #connection: Connection;
  readonly #settings: InteractionsSettings;
  readonly #query: InteractionQuery;

  constructor(connection: Connection, settings: InteractionsSettings) {
    this.#connection = connection;
    this.#settings = settings;
    this.#query = new InteractionQuery(connection.client, apiUrl(settings.apiBase, settings.queryPath));
  }

  async check(options: CheckOptions = {}): Promise<CapabilityReport> {
    const { session, tokens, apiClock } = this.#connection;
    const { identity } = await session.open(options.signal);
    const { scopes } = await tokens.current(options.signal);
    const list = await checkList(this.#query, options.signal);
    const clock = apiClock.comparison();
    const checks = [
      { name: 'login', state: 'ok', detail: `logged in to ${identity.tenant}` } as const,
      checkScopes(scopes, options),
      list,
      checkMarker(this.#settings.markerField),
      checkClock(clock),
    ];
    return { identity, checks, ...(clock && { clock }) };
  }

  now(): number | undefined {
    return this.#connection.apiClock.now();
  }

  /** The API knows no filter by time: the caller stops at rows older than the window. */
  list(_window: ListWindow, options: CallOptions = {}): AsyncIterable<InteractionPage> {
    return this.#query.pages(options.signal);
  }

  async fetch(interactionId: string, options: CallOptions = {}): Promise<SourceInteraction | Unavailable> {
    if (!isPathId(interactionId)) return { unavailable: { reason: 'refused', permanent: false } };
    const { client, clock } = this.#connection;
    const url = interactionUrl(this.#settings.apiBase, this.#settings.detailPath, interactionId);
    const { signal } = options;
    try {
      return await client.json(
        { family: 'detail', method: 'GET', url, ...(signal && { signal }) },
        (json, headers) =>
          readDetail(json, interactionId, {
            digest: this.#digest(),
            fetchedAt: dateOf(headers) ?? clock.now(),
          }),
      );
    } catch (error) {
      if (error instanceof RequestFailure) return { unavailable: error.failure };
      throw error;
    }
  }

  openMedia(interactionId: string, medium: SourceMedium, options: CallOptions = {}): Promise<MediaAnswer> {
    const { apiBase, allowPlainHttp } = this.#settings;
    const refetch = (id: string, signal: AbortSignal | undefined): Promise<SourceInteraction | Unavailable> =>
      this.fetch(id, signal ? { signal } : {});
    const surroundings = { client: this.#connection.client, apiBase, allowPlainHttp, refetch };
    return openMedium(surroundings, interactionId, medium, options.signal);
  }

  async mark(interactionId: string, status: string, options: CallOptions = {}): Promise<MarkOutcome> {
    const { apiBase, markPath, markerField } = this.#settings;
    if (markerField === undefined) return { failed: noMarkerField };
    const url = interactionUrl(apiBase, markPath, interactionId);
    return sendMark(this.#connection.client, url, { fieldId: markerField, value: status }, options.signal);
  }

  callCounts(): CallCounts {
    return this.#connection.counter.snapshot();
  }

  close(): Promise<void> {
    this.#connection.session.close();
    return Promise.resolve();
  }

  #digest(): { marker: readonly string[]; volatileFields: readonly string[] } {
    const { markerField, markerName, volatileFields } = this.#settings;
    return { marker: [markerName, ...(markerField === undefined ? [] : [markerField])], volatileFields };
  }
}
