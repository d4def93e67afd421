import { json } from '../answer.ts';
import type { Answer } from '../answer.ts';
import { hash32 } from '../hash.ts';
import type { Refuse } from '../site.ts';
import { streams } from '../streams.ts';
import type { Capability } from './capabilities.ts';

const none = Buffer.alloc(0);

/** 204, as the list and business data answer. */
export const noContent: Answer = { status: 204, headers: {}, body: none };

/** The ACD's errors: a body in one of two spellings, or only a header. `number` decides which. */
function acdRefusal(number: number): Refuse {
  return (status, code, message, headers = {}) => {
    const form = hash32(0, streams.errorForm, number) % 3;
    if (form === 0) {
      return { status, headers: { ...headers, icStatusDescription: message }, body: none };
    }
    const description = form === 1 ? { error_description: message } : { errorDescription: message };
    return json(status, { error: code.toLowerCase(), ...description }, headers);
  };
}

/** The gateway's and business data's. */
export const gatewayRefusal: Refuse = (status, _, message, headers) => json(status, { message }, headers);

/** Playback's; throttled, it names the route and never says for how long. */
const playbackRefusal: Refuse = (status, code, message, headers) =>
  status === 429
    ? json(429, { message: 'Too Many Requests', route: '/media-playback/v1/contacts' })
    : json(status, { internalCode: code, message }, headers);

/** Digital's. */
const digitalRefusal: Refuse = (status, code, message, headers) =>
  json(status, { errors: [{ field: null, message, parameters: {}, errorCode: code }], uid: 'sim' }, headers);

const refusals: Readonly<Partial<Record<Capability | 'login' | 'media', Refuse>>> = {
  playback: playbackRefusal,
  dfo: digitalRefusal,
  'dfo-mark': digitalRefusal,
  'business-data': gatewayRefusal,
  login: gatewayRefusal,
  media: gatewayRefusal,
};

/** What refuses for a capability; all others are the ACD's. */
export function refuser(capability: Capability | 'login' | 'media', number: number): Refuse {
  return refusals[capability] ?? acdRefusal(number);
}
