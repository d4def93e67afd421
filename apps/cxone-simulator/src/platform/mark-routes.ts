import { z } from 'zod';
import type { Answer } from '../answer.ts';
import { parseBody } from '../request-body.ts';
import type { Call, Refuse } from '../site.ts';
import { noContent } from './errors.ts';
import type { PlatformWorld } from './platform-world.ts';

const businessData = z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))).min(1);
const customFields = z.array(z.looseObject({ ident: z.string(), value: z.string() })).min(1);

/** The two ways to write on a closed contact: business data, and the custom fields of digital ones. */
export class MarkRoutes {
  readonly #world: PlatformWorld;

  constructor(world: PlatformWorld) {
    this.#world = world;
  }

  /** `PUT /business-data-manager/v1/business-data/contact/{id}`: knows only contacts with recordings. */
  businessData(call: Call, refuse: Refuse): Answer {
    const { contacts, playback } = this.#world;
    const fields = parseBody(businessData, call.body)?.flatMap((one) => Object.entries(one));
    if (fields === undefined) return refuse(400, 'INVALID_BODY', 'the body is not valid');
    const index = contacts.find(call.id)?.index;
    if (index === undefined || playback.playable(index).length === 0) {
      return refuse(404, 'NOT_FOUND', 'Contact not found');
    }
    return this.#set(index, fields, refuse);
  }

  /** `PUT /dfo/3.0/contacts/{n}/custom-fields` */
  customFields(call: Call, refuse: Refuse): Answer {
    const fields = parseBody(customFields, call.body)?.map(({ ident, value }) => [ident, value] as const);
    if (fields === undefined) return refuse(400, 'INVALID_BODY', 'the body is not valid');
    const index = this.#world.digital.find(call.id);
    return index === undefined
      ? refuse(404, 'NOT_FOUND', 'Contact not found')
      : this.#set(index, fields, refuse);
  }

  /** Writes all fields, or none. */
  #set(
    index: number,
    fields: readonly (readonly [string, string | number | boolean])[],
    refuse: Refuse,
  ): Answer {
    const { contacts, settings, clock } = this.#world;
    const unknown = fields.find(([name]) => !settings.markerFields.includes(name));
    if (unknown !== undefined) return refuse(400, 'INVALID_FIELD', `the field ${unknown[0]} does not exist`);
    if (this.#world.refusals.locked(index)) return refuse(403, 'FORBIDDEN', 'this contact cannot be changed');
    for (const [name, value] of fields) contacts.setField(index, name, String(value), clock.now());
    return noContent;
  }
}
