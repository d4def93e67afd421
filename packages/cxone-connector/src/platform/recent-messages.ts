import type { DigitalMessages } from './digital.ts';

/** Messages that are held at most, of all digital contacts under way. */
const heldMessages = 5_000;

/**
 * The messages of digital contacts from when their attachments are looked for until their transcript is made, so
 * that they are asked for once. What would be too much is let go, and asked for again.
 */
export class RecentMessages {
  readonly #held = new Map<string, DigitalMessages>();
  #count = 0;

  keep(contactNumber: string, found: DigitalMessages): void {
    this.take(contactNumber);
    this.#held.set(contactNumber, found);
    this.#count += found.messages.length;
    for (const oldest of this.#held.keys()) {
      if (this.#count <= heldMessages) return;
      this.take(oldest);
    }
  }

  /** Gives them once. */
  take(contactNumber: string): DigitalMessages | undefined {
    const found = this.#held.get(contactNumber);
    this.#held.delete(contactNumber);
    this.#count -= found?.messages.length ?? 0;
    return found;
  }
}
