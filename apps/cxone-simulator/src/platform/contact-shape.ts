import { hash32, pick, unit } from '../hash.ts';
import { between } from '../range-setting.ts';
import { streams } from '../streams.ts';
import type { PlatformSettings, ShapeSettings } from './settings.ts';

const second = 1000; // ms
const minute = 60 * second;

/** What a contact is like from the start; nothing in it hangs on the time. */
export type Shape = Readonly<Required<ShapeSettings>> & { readonly isLarge: boolean };

/** Draws what contacts are like: functions of seed and number alone. */
export class ContactShapes {
  readonly seed: number;
  readonly #settings: PlatformSettings['contacts'];
  /** What single contacts are like by order of a test. */
  readonly #ordered = new Map<number, ShapeSettings>();
  /** Those that have been asked for: the list asks for all of them again and again. */
  readonly #drawn: (Shape | undefined)[] = [];

  constructor(seed: number, settings: PlatformSettings['contacts']) {
    this.seed = seed;
    this.#settings = settings;
    for (const [index, shape] of Object.entries(settings.only)) this.#ordered.set(Number(index), shape);
  }

  /** Says what a contact that does not exist yet will be like. */
  order(index: number, shape: ShapeSettings): void {
    this.#ordered.set(index, shape);
  }

  /** What the contact of this number is like, whether or not it exists yet. */
  shape(index: number): Shape {
    const known = this.#drawn[index];
    if (known !== undefined) return known;
    const shape = { ...this.#draw(index), ...this.#ordered.get(index) };
    this.#drawn[index] = shape;
    return shape;
  }

  /** How long after its end it is edited; purged recordings are gone after half of that. */
  editedAfter(index: number): number {
    return between(this.#settings.editedAfterMs, this.#unit('editedAfter', index));
  }

  /** How long after its leg's end a late recording is ready. */
  get lateRecordingMs(): number {
    return this.#settings.lateRecordingMs;
  }

  get bigFileBytes(): number {
    return this.#settings.bigFileBytes;
  }

  #draw(index: number): Shape {
    const { mediaTypes, longMs } = this.#settings;
    const isLong = this.#hits('long', index);
    const [first = 4] = mediaTypes;
    const purged = this.#hits('purged', index);
    return {
      isLarge: this.#hits('largeIds', index),
      mediaTypeId: mediaTypes[index % mediaTypes.length] ?? first,
      legs: isLong || !this.#hits('manyLegs', index) ? 1 : 2 + (this.#hash('legs', index) % 3),
      gapMs: this.#gap(index),
      durationMs: isLong ? longMs : minute + (this.#hash('duration', index) % (25 * minute)),
      isLogged: !this.#hits('unlogged', index),
      lateRecording: this.#hits('lateRecording', index)
        ? pick(['missing', 'bare'], this.#hash('late', index))
        : 'none',
      edited: purged || this.#hits('edited', index),
      purged,
      bigFile: this.#hits('bigFile', index),
    };
  }

  #gap(index: number): number {
    if (this.#hits('spread', index)) return between(this.#settings.gapMs, this.#unit('gap', index));
    return 5 * second + (this.#hash('gap', index) % (10 * minute));
  }

  #hits(name: Share, index: number): boolean {
    return this.#unit(name, index) < this.#settings[name];
  }

  #unit(name: Draw, index: number): number {
    return unit(this.seed, streams.contactShape, index, draws.indexOf(name));
  }

  #hash(name: Draw, index: number): number {
    return hash32(this.seed, streams.contactShape, index, draws.indexOf(name));
  }
}

/** Each choice draws by its own number here. */
const draws = [
  'long',
  'purged',
  'largeIds',
  'manyLegs',
  'legs',
  'duration',
  'unlogged',
  'lateRecording',
  'late',
  'edited',
  'bigFile',
  'spread',
  'gap',
  'editedAfter',
] as const;
type Draw = (typeof draws)[number];
type Share = Exclude<Draw, 'legs' | 'duration' | 'late' | 'gap' | 'editedAfter'>;
