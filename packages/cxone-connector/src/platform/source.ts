import type {
  CallCounts,
  CallOptions,
  CapabilityReport,
  CheckOptions,
  FetchOptions,
  InteractionPage,
  InteractionSource,
  JsonObject,
  ListWindow,
  MarkOutcome,
  MediaAnswer,
  SourceInteraction,
  SourceMedium,
  Unavailable,
} from '@cxvault/plugin-api';
import type { DigestOptions } from '../content-digest.ts';
import { RequestFailure } from '../http/request-failure.ts';
import { isPathId } from '../interactions/paths.ts';
import type { PlatformCalls } from './calls.ts';
import { platformCheck } from './check.ts';
import { CompletedPages } from './completed-pages.ts';
import type { PlatformConnection } from './connection.ts';
import { ContactList } from './contact-list.ts';
import { isDigital } from './contact-row.ts';
import { fetchContent } from './content.ts';
import { digitalNumbers, otherDigitalNumbers } from './digital.ts';
import { lacksRecording, toInteraction } from './interaction.ts';
import { legQuestions } from './leg-questions.ts';
import { findLegs, noSuchContact, type FoundLegs } from './legs.ts';
import { sendPlatformMark } from './mark.ts';
import { openPlatformMedium } from './media.ts';
import { isAllowed, legsDenied } from './payload.ts';
import { playbackRefresh, type RefetchPlayback } from './playback-refresh.ts';
import { contactsKeptMs, updatesReachBackMs } from './reach.ts';
import { RecentMessages } from './recent-messages.ts';
import { Rights } from './rights.ts';
import { RowStore } from './row-store.ts';
import type { PlatformSettings } from './settings.ts';

/** The source of the profile `platform`: master contacts with all their legs. Logs in with the first call. */
export class PlatformSource implements InteractionSource {
  readonly lanes = ['start', 'update'] as const;
  readonly reach = {
    start: { kept: contactsKeptMs },
    update: { kept: updatesReachBackMs, listed: updatesReachBackMs },
  };
  readonly listsWindows = true;
  readonly #connection: PlatformConnection;
  readonly #settings: PlatformSettings;
  readonly #rows = new RowStore();
  readonly #rights: Rights;
  readonly #messages = new RecentMessages();
  readonly #listWarnings = new Set<string>();
  readonly #digest: DigestOptions;
  #refetch: RefetchPlayback | undefined;

  constructor(connection: PlatformConnection, settings: PlatformSettings) {
    this.#connection = connection;
    this.#settings = settings;
    this.#rights = new Rights(() => connection.clock.monotonic());
    // the legs say what the hierarchy says, which is asked for only where a list may lack some
    const volatileFields = [...settings.volatileFields, 'hierarchy'];
    this.#digest = { marker: [settings.markerField], volatileFields };
  }

  check(options: CheckOptions = {}): Promise<CapabilityReport> {
    return platformCheck(this.#connection, this.#settings, options);
  }

  now(): number | undefined {
    return this.#connection.apiClock.now();
  }

  async *list(window: ListWindow, options: CallOptions = {}): AsyncGenerator<InteractionPage, void, void> {
    const { client, addresses } = await this.#calls(options.signal);
    const list = new ContactList({
      pages: new CompletedPages(client, addresses.acd),
      rows: this.#rows,
      now: () => this.#now(),
      warn: (message) => this.#listWarnings.add(message),
      host: addresses.acd.host,
    });
    yield* list.pages(window, options.signal);
  }

  async fetch(interactionId: string, options: FetchOptions = {}): Promise<SourceInteraction | Unavailable> {
    if (!isPathId(interactionId)) return { unavailable: { reason: 'refused', permanent: false } };
    const { signal, previous, again = false, missing } = options;
    try {
      const calls = await this.#calls(signal);
      const before = await previous?.payload();
      const found = await findLegs(
        {
          masterContactId: interactionId,
          previous: before,
          previousLegs: previous?.legs ?? [],
          again,
          playback: again && lacksRecording(missing, before, interactionId),
        },
        { rows: this.#rows, ask: legQuestions(calls), digest: this.#digest, now: () => this.#now() },
        signal,
      );
      if (found === undefined) return { unavailable: noSuchContact };
      const ask = again ? [...found.changed, ...legsDenied(before, found.legs)] : found.changed;
      return await this.#content(calls, interactionId, { ...found, changed: new Set(ask) }, before, signal);
    } catch (error) {
      if (error instanceof RequestFailure) return { unavailable: error.failure };
      throw error;
    }
  }

  async openMedia(
    interactionId: string,
    medium: SourceMedium,
    options: CallOptions = {},
  ): Promise<MediaAnswer> {
    const calls = await this.#calls(options.signal);
    this.#refetch ??= playbackRefresh(calls);
    return openPlatformMedium(calls, interactionId, medium, this.#refetch, options.signal);
  }

  async mark(interactionId: string, status: string, options: CallOptions = {}): Promise<MarkOutcome> {
    const { client, addresses } = await this.#calls(options.signal);
    // undefined for an interaction that no list of this source has shown
    const legs = this.#rows.legsOf(interactionId)?.rows;
    const digital = legs?.every(isDigital);
    const shown = legs ?? [];
    const numbers = [
      ...(legs ? digitalNumbers(shown, interactionId) : [interactionId]),
      ...otherDigitalNumbers(shown, interactionId),
    ];
    const mark = { interactionId, digital, numbers, field: this.#settings.markerField, value: status };
    return sendPlatformMark(client, addresses, mark, options.signal);
  }

  warnings(): readonly string[] {
    return [...this.#listWarnings, ...this.#rights.warnings()];
  }

  callCounts(): CallCounts {
    return this.#connection.counter.snapshot();
  }

  close(): Promise<void> {
    this.#rows.close();
    this.#connection.session.close();
    return Promise.resolve();
  }

  async #content(
    calls: PlatformCalls,
    masterContactId: string,
    { legs, changed, playback, hierarchy, rowsAt }: FoundLegs,
    previous: JsonObject | undefined,
    signal: AbortSignal | undefined,
  ): Promise<SourceInteraction> {
    const wanted = { masterContactId, legs, ask: changed, playback, hierarchy, previous };
    const payload = await fetchContent(calls, wanted, signal);
    const interaction = toInteraction(payload, { masterContactId, digest: this.#digest, fetchedAt: rowsAt });
    return { ...interaction, allowed: isAllowed(payload, previous) };
  }

  async #calls(signal: AbortSignal | undefined): Promise<PlatformCalls> {
    const addresses = await this.#connection.addresses(signal);
    const { allowPlainHttp } = this.#settings;
    const { client } = this.#connection;
    return { client, addresses, rights: this.#rights, messages: this.#messages, allowPlainHttp };
  }

  #now(): number {
    return this.#connection.apiClock.now() ?? this.#connection.clock.now();
  }
}
