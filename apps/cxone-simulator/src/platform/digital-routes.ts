import { json } from '../answer.ts';
import type { Answer } from '../answer.ts';
import type { Call, Refuse } from '../site.ts';
import type { IdObject } from './id-json.ts';
import type { Content } from './contents.ts';
import type { PlatformWorld } from './platform-world.ts';

/** The routes under `/dfo/3.0` that read. */
export class DigitalRoutes {
  readonly #world: PlatformWorld;

  constructor(world: PlatformWorld) {
    this.#world = world;
  }

  answer(call: Call, refuse: Refuse): Answer {
    const { digital } = this.#world;
    const url = (content: Content) => this.#world.attachmentUrl(content);
    if (call.capability === 'dfo-message') {
      const message = digital.message(call.id);
      if (message === undefined) return refuse(404, 'NOT_FOUND', 'Message not found');
      return this.#given(message.leg.index, refuse, () => digital.document(message, true, url));
    }
    const index = digital.find(call.id);
    if (index === undefined) return refuse(404, 'NOT_FOUND', 'Contact not found');
    if (call.capability === 'dfo') return this.#given(index, refuse, () => digital.contact(index));
    return this.#given(index, refuse, () => {
      const data = digital.messages(index).map((message) => digital.document(message, false, url));
      return { hits: data.length, data };
    });
  }

  /** What the tenant gives of a contact, unless it refuses the contact for good. */
  #given(index: number, refuse: Refuse, document: () => IdObject): Answer {
    const available = this.#world.refusals.interaction(index);
    if (available === 'denied') return refuse(403, 'FORBIDDEN', 'Not permitted for this contact');
    if (available === 'not-found') return refuse(404, 'NOT_FOUND', 'Contact not found');
    return json(200, document());
  }
}
