import { hash32, unit } from './hash.ts';
import { interactionId, interactionIndex } from './interaction-id.ts';
import type { Population } from './population.ts';
import { between } from './range-setting.ts';
import type { Settings } from './settings.ts';
import { streams } from './streams.ts';
import { transcriptBytes } from './media-transcript.ts';
import { wavSize } from './media-wav.ts';

/** A medium: which, of whom, of what kind and size. Its bytes follow from this and the seed. */
export interface Medium {
  readonly id: string;
  readonly index: number;
  /** Its number within its interaction; media that an edit added have higher ones. */
  readonly ordinal: number;
  readonly type: 'recording' | 'transcript' | 'screen';
  readonly format: 'wav' | 'json' | 'mp4';
  readonly contentType: string;
  readonly bytes: number;
  readonly durationMs: number;
}

const mediumId = /^([0-9a-f-]{36})\.(\d{1,6})$/;

/** Plans the media of every interaction from seed and settings alone. */
export class MediaPlan {
  readonly #population: Population;
  readonly #settings: Settings['media'];

  constructor(population: Population, settings: Settings['media']) {
    this.#population = population;
    this.#settings = settings;
  }

  /** How many media an interaction has from the start. */
  count(index: number): number {
    if (this.#settings.kind === 'none') return 0;
    return between(this.#settings.perInteraction, this.#unit(streams.mediaCount, index, 0));
  }

  medium(index: number, ordinal: number): Medium {
    const id = `${interactionId(this.#population.seed, index)}.${String(ordinal)}`;
    const type = this.#type(index, ordinal);
    if (type === 'transcript') {
      const bytes = transcriptBytes(this.#population.seed, index, ordinal);
      return {
        id,
        index,
        ordinal,
        type,
        format: 'json',
        contentType: 'application/json',
        bytes,
        durationMs: 0,
      };
    }
    const size = this.#bytes(index, ordinal);
    if (type === 'screen') {
      const durationMs = this.#population.duration(index);
      return { id, index, ordinal, type, format: 'mp4', contentType: 'video/mp4', bytes: size, durationMs };
    }
    return { id, index, ordinal, type, format: 'wav', contentType: 'audio/wav', ...wavSize(size) };
  }

  /** The medium of an id, whether or not its interaction has it now; undefined for anything else. */
  find(id: string): Medium | undefined {
    const [, owner, digits] = mediumId.exec(id) ?? [];
    if (owner === undefined || digits === undefined) return undefined;
    const index = interactionIndex(this.#population.seed, owner);
    return index === undefined ? undefined : this.medium(index, Number(digits));
  }

  #type(index: number, ordinal: number): Medium['type'] {
    if (this.#settings.kind === 'wav') return 'recording';
    if (ordinal === 0) return this.#population.kind(index) === 'voice' ? 'recording' : 'transcript';
    const h = hash32(this.#population.seed, streams.mediaKind, index, ordinal) % 3;
    return h === 0 ? 'recording' : h === 1 ? 'transcript' : 'screen';
  }

  #bytes(index: number, ordinal: number): number {
    const fixed = ordinal === 0 ? this.#settings.bytesOf[String(index)] : undefined;
    return fixed ?? between(this.#settings.bytes, this.#unit(streams.mediaBytes, index, ordinal));
  }

  #unit(stream: number, index: number, ordinal: number): number {
    return unit(this.#population.seed, stream, index, ordinal);
  }
}
