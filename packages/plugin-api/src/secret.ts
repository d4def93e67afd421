import { inspect } from 'node:util';

const redacted = '**redacted**';

/**
 * A value that must not be printed. Strings, JSON and `util.inspect` show `**redacted**`;
 * only {@link Secret.reveal} gives the value, so that every use of it can be found by name.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself: for the one call that needs it, never for a message or a log. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [inspect.custom](): string {
    return redacted;
  }
}
