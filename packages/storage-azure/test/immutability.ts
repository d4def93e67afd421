import type { IncomingHttpHeaders } from 'node:http';

type Headers = Record<string, string>;

/** The header by which a container says that its blobs can be locked one by one. */
export const lockable: Headers = { 'x-ms-immutable-storage-with-versioning-enabled': 'true' };

/**
 * What Azure remembers of its blobs' policies, and emulators do not: what comes with a write is given back with the
 * blob's properties, the mode in lower case. It replaces and removes a locked blob all the same, for its lock stays with
 * the version before (Azure Storage: "Version-level WORM policies").
 */
export class Immutability {
  readonly #policies = new Map<string, Headers>();

  /** Blob by blob: `path` is that of the request. */
  noteWrite(path: string, headers: IncomingHttpHeaders): void {
    const until = headers['x-ms-immutability-policy-until-date'];
    const mode = headers['x-ms-immutability-policy-mode'];
    this.#policies.delete(path);
    if (typeof until !== 'string' || typeof mode !== 'string') return;
    this.#policies.set(path, {
      'x-ms-immutability-policy-until-date': until,
      'x-ms-immutability-policy-mode': mode.toLowerCase(),
    });
  }

  noteRemoval(path: string): void {
    this.#policies.delete(path);
  }

  /** What the answer to HEAD says of the blob besides the rest. */
  propertiesOf(path: string): Headers {
    return this.#policies.get(path) ?? {};
  }
}
