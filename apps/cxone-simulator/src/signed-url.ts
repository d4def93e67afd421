import { createHmac, timingSafeEqual } from 'node:crypto';

/** Signs media addresses: whoever has one may fetch the medium until it expires. */
export class UrlSigner {
  readonly #key: string;

  constructor(seed: string) {
    this.#key = `media ${seed}`;
  }

  /** The query of an address that is good until this time (milliseconds since 1970, cut to a second). */
  query(mediaId: string, until: number): string {
    const expires = String(Math.floor(until / 1000));
    return `expires=${expires}&signature=${this.#sign(mediaId, expires)}`;
  }

  check(mediaId: string, query: URLSearchParams, now: number): 'good' | 'expired' | 'bad' {
    const expires = query.get('expires') ?? '';
    const given = Buffer.from(query.get('signature') ?? '');
    const right = Buffer.from(this.#sign(mediaId, expires));
    if (given.length !== right.length || !timingSafeEqual(given, right)) return 'bad';
    return Number(expires) * 1000 > now ? 'good' : 'expired';
  }

  #sign(mediaId: string, expires: string): string {
    return createHmac('sha256', this.#key).update(`${mediaId}\n${expires}`).digest('base64url');
  }
}
