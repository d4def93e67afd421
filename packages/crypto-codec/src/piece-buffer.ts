/**
 * Gathers many small writes into pieces of one size, so that sockets, files and hashes see few large slices.
 * A piece that was taken belongs to the taker: its memory is not used again.
 */
export class PieceBuffer {
  readonly #pieceSize: number;
  #current: Buffer | undefined;
  #filled = 0;
  #ready: Buffer[] = [];

  /** `pieceSize` in bytes. */
  constructor(pieceSize: number) {
    this.#pieceSize = pieceSize;
  }

  /** Copies `bytes` behind what is there. */
  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      this.#current ??= Buffer.allocUnsafeSlow(this.#pieceSize);
      const slice = bytes.subarray(at, at + this.#pieceSize - this.#filled);
      this.#current.set(slice, this.#filled);
      this.#filled += slice.length;
      at += slice.length;
      if (this.#filled === this.#pieceSize) this.#close();
    }
  }

  /** Removes and returns the pieces that are full. */
  take(): Buffer[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  /** Removes and returns the first piece that is full, if there is one. */
  takeOne(): Buffer | undefined {
    return this.#ready.shift();
  }

  /** Removes and returns all that is there, the last piece as short as it is. */
  takeAll(): Buffer[] {
    this.#close();
    return this.take();
  }

  #close(): void {
    if (this.#current !== undefined) this.#ready.push(this.#current.subarray(0, this.#filled));
    this.#current = undefined;
    this.#filled = 0;
  }
}
