import { refusal } from './answer.ts';
import type { Answer } from './answer.ts';
import type { ApiRequest, ApiRoutes } from './api-routes.ts';
import type { Medium } from './media-plan.ts';
import { mediumAnswer } from './medium-answer.ts';
import type { InteractionsWorld } from './interactions-world.ts';

/** `GET /media/{id}`, on the API's own port and on that of the media host. */
export class MediaRoutes {
  readonly #world: InteractionsWorld;
  readonly #api: ApiRoutes;

  constructor(world: InteractionsWorld, api: ApiRoutes) {
    this.#world = world;
    this.#api = api;
  }

  /** @param pathAndQuery as it came, for the redirect @param onMediaHost whether it came to the second port */
  medium(request: ApiRequest, id: string, pathAndQuery: string, onMediaHost: boolean): Answer {
    const { settings, origins, plan } = this.#world;
    if (onMediaHost && request.authorization !== undefined && settings.media.refuseBearer) {
      return refusal(400, 'UNSUPPORTED_AUTHORIZATION', 'a signed address and a token are one too many');
    }
    if (!onMediaHost && settings.media.origin === 'redirect') {
      return { status: 302, headers: { location: origins.media + pathAndQuery }, body: Buffer.alloc(0) };
    }
    const refused = this.#refuse(request, id, pathAndQuery);
    if (refused !== undefined) return refused;
    const medium = plan.find(id);
    if (medium === undefined || !this.#isThere(medium))
      return refusal(404, 'NOT_FOUND', 'there is no such medium');
    const available = this.#world.refusals.medium(medium);
    if (available === 'denied') return refusal(403, 'ACCESS_DENIED', 'this medium is not yours to hear');
    if (available === 'not-found') return refusal(404, 'NOT_FOUND', 'there is no such medium');
    return mediumAnswer(medium, this.#world);
  }

  #refuse(request: ApiRequest, id: string, pathAndQuery: string): Answer | undefined {
    const { settings, signer, clock } = this.#world;
    if (settings.media.auth === 'bearer') return this.#api.refuse(request, 'recordings:read');
    const query = new URLSearchParams(pathAndQuery.split('?', 2)[1] ?? '');
    const signature = signer.check(id, query, clock.now());
    if (signature === 'expired') return refusal(403, 'URL_EXPIRED', 'the address has expired');
    if (signature === 'bad') return refusal(403, 'BAD_SIGNATURE', 'the signature does not fit');
    if (settings.login.grantedScopes.includes('recordings:read')) return undefined;
    return refusal(403, 'INSUFFICIENT_SCOPE', 'the scope recordings:read is missing');
  }

  /** Whether its interaction exists and has it now. */
  #isThere(medium: Medium): boolean {
    const { tenant, plan } = this.#world;
    const version = tenant.version(medium.index);
    if (version === undefined || tenant.absence(medium.index) === 'deleted') return false;
    const end = plan.count(medium.index) + version.mediaAdded;
    return medium.ordinal >= version.mediaRemoved && medium.ordinal < end;
  }
}
