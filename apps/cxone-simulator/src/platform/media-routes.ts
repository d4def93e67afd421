import { json } from '../answer.ts';
import type { Answer } from '../answer.ts';
import { mediumAnswer } from '../medium-answer.ts';
import type { Call, Refuse } from '../site.ts';
import { idJson } from './id-json.ts';
import { gatewayRefusal } from './errors.ts';
import type { Content } from './contents.ts';
import type { PlatformWorld } from './platform-world.ts';

/** Playback, and the bytes of recordings and attachments. */
export class PlatformMedia {
  readonly #world: PlatformWorld;

  constructor(world: PlatformWorld) {
    this.#world = world;
  }

  /** `GET /media-playback/v1/contacts` */
  playback(call: Call, refuse: Refuse): Answer {
    const { contacts, playback } = this.#world;
    if (call.id === '') return refuse(400, 'INVALID_REQUEST', 'acd-call-id is needed');
    const leg = contacts.find(call.id);
    // Only the master contact's id leads to its recordings.
    const index = leg?.leg === 0 ? leg.index : undefined;
    const available = index === undefined ? 'not-found' : this.#world.refusals.interaction(index);
    if (available === 'denied') return refuse(403, 'FORBIDDEN', 'Not permitted for this contact');
    const playable = index === undefined || available === 'not-found' ? [] : playback.playable(index);
    const [first] = playable;
    if (index === undefined || first === undefined) return refuse(404, 'NOT_FOUND', 'Interaction Not Found');
    if (call.query.get('isDownload') === 'true') {
      return first.ready
        ? json(200, { redirectUrl: this.#world.signedUrl(first.content) })
        : refuse(404, 'NOT_FOUND', 'Interaction Not Found');
    }
    return idJson(playback.document(index, playable, (content) => this.#world.signedUrl(content)));
  }

  /** `GET /recordings/{id}.mp4` on the media host: signed addresses only. */
  signed(call: Call, onApi: boolean): Answer {
    const { settings, signer, clock } = this.#world;
    if (onApi) return gatewayRefusal(404, 'NO_ROUTE', 'there is nothing here');
    if (call.authorization !== undefined && settings.media.refuseBearer) {
      return gatewayRefusal(400, 'TOKEN', 'a signed address and a token are one too many');
    }
    const signature = signer.check(call.id, call.query, clock.now());
    if (signature !== 'good') {
      return gatewayRefusal(
        403,
        'SIGNATURE',
        signature === 'expired' ? 'Request has expired' : 'Access Denied',
      );
    }
    const content = this.#world.contents.find(call.id);
    if (content === undefined) return gatewayRefusal(404, 'NOT_FOUND', 'there is no such object');
    return this.#bytes(content);
  }

  /** An attachment that lies with the API. */
  attachment(call: Call, refuse: Refuse): Answer {
    const { contents, digital } = this.#world;
    const content = contents.find(call.id);
    if (content?.kind !== 'attachment' || !digital.isWithApi(content)) {
      return refuse(404, 'NOT_FOUND', 'Attachment not found');
    }
    return this.#bytes(content);
  }

  /** A content's bytes, if the tenant gives them. */
  #bytes(content: Content): Answer {
    const available = this.#world.refusals.medium(content.medium);
    if (available === 'denied') return gatewayRefusal(403, 'FORBIDDEN', 'Access Denied');
    if (available === 'not-found' || this.#isPurged(content)) {
      return gatewayRefusal(404, 'NOT_FOUND', 'there is no such object');
    }
    return mediumAnswer(content.medium, this.#world);
  }

  #isPurged({ kind, leg }: Content): boolean {
    return kind === 'recording' && this.#world.contacts.purgedAt(leg.index) !== undefined;
  }
}
