const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** A medium in one of its revisions: its duration tells them apart, and so does its content. */
export interface ModelMedium {
  readonly id: string;
  readonly revision: number;
}

/** One state of an interaction, as it was from `at` on. */
export interface State {
  readonly at: number;
  readonly content: number;
  readonly media: readonly ModelMedium[];
  readonly marked: boolean;
}

/** An answer that is given instead of the interaction, up to a time. */
export interface Refusal {
  readonly status: 403 | 404 | 503;
  readonly until: number;
}

export interface ModelInteraction {
  readonly id: string;
  readonly createdAt: number;
  /** Not in the list before this time. */
  readonly visibleAt: number;
  readonly refusal: Refusal;
  /** Its media are 404 before this time. */
  readonly mediaReadyAt: number;
  /** Its media cannot be fetched before this time: 503. */
  readonly mediaBrokenUntil: number;
  /** Its marks are refused with 403. */
  readonly unmarkable: boolean;
  /** Newest last. */
  readonly states: State[];
  hiddenUntil: number;
  marks: number;
}

/** What the tenant of a schedule does, besides being busy. */
export interface Habits {
  readonly random: () => number;
  /** Rows become visible at most this late, and the run leaves that much out; milliseconds. */
  readonly settlingLag: number;
  /** No rows that are later than that, none that leave and return, no refusals, no late media. */
  readonly punctual: boolean;
}

/** A medium's content is its name: what was archived can be told from it. */
export function mediumContent({ id, revision }: ModelMedium): Buffer {
  return Buffer.from(`recording ${id} revision ${String(revision)}`);
}

export function newest(interaction: ModelInteraction): State {
  const state = interaction.states.at(-1);
  if (!state) throw new Error('an interaction has at least one state');
  return state;
}

/** An interaction that closes now. `apiNow`: by the API's clock. */
export function newInteraction(id: string, now: number, apiNow: number, habits: Habits): ModelInteraction {
  const { random, punctual, settlingLag } = habits;
  const late = (chance: number, ms: number): number => (random() < chance ? random() * ms : 0);
  const lateness = punctual ? random() * settlingLag * 0.9 : late(0.2, 6 * hour);
  const media = Array.from({ length: Math.floor(random() * 3) }, (_, n) => ({
    id: `${id}-m${String(n)}`,
    revision: 1,
  }));
  return {
    id,
    createdAt: now - Math.floor(random() * hour),
    visibleAt: now + lateness,
    refusal: punctual ? { status: 503, until: 0 } : newRefusal(random, now),
    mediaReadyAt: punctual ? 0 : now + late(0.2, 60 * hour),
    mediaBrokenUntil: now + late(0.1, hour),
    unmarkable: random() < 0.05,
    states: [{ at: apiNow, content: 1, media, marked: false }],
    hiddenUntil: 0,
    marks: 0,
  };
}

/** For good; for less than a day, after which nothing may be given up; or passing, for longer than that. */
function newRefusal(random: () => number, now: number): Refusal {
  const chance = random();
  if (chance < 0.04) return { status: 404, until: Infinity };
  if (chance < 0.08) return { status: 403, until: Infinity };
  if (chance < 0.16) return { status: 403, until: now + random() * 23 * hour };
  if (chance < 0.22) return { status: 503, until: now + random() * 90 * hour };
  return { status: 503, until: 0 };
}

/** The next state: new content, and sometimes a medium less, again there, or replaced under the same id. */
export function editedState(interaction: ModelInteraction, random: () => number): Partial<State> {
  const { content, media } = newest(interaction);
  const [first, ...others] = media;
  const what = random();
  if (what < 0.15) return { content: content + 1, media: others };
  if (what < 0.3 && first)
    return { content: content + 1, media: [{ ...first, revision: first.revision + 1 }, ...others] };
  if (what < 0.4) return { content: content + 1, media: interaction.states[0]?.media ?? [] };
  return { content: content + 1 };
}
