import type { Participant } from '@cxvault/plugin-api';
import { field, idText, truthOf } from './any-case.ts';
import type { ContactRow } from './contact-row.ts';

/** The agents and the addresses of all legs, each once, in order of time. */
export function participantsOf(legs: readonly ContactRow[]): Participant[] {
  const all = legs.flatMap(participantsOfLeg);
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

function participantsOfLeg({ json }: ContactRow): Participant[] {
  const agentId = idText(field(json, 'agentId'));
  const from = idText(field(json, 'fromAddress', 'fromAddr'));
  const to = idText(field(json, 'toAddress', 'toAddr'));
  const isOutbound = truthOf(field(json, 'isOutbound')) === true;
  return [
    // 0 stands for no agent
    ...(agentId === undefined || agentId === '0' ? [] : [participant('agent', agentId, null)]),
    ...addressed('customer', isOutbound ? to : from),
    ...addressed('contact-center', isOutbound ? from : to),
  ];
}

function addressed(type: string, address: string | undefined): Participant[] {
  return address === undefined ? [] : [participant(type, null, address)];
}

function participant(type: string, id: string | null, address: string | null): Participant {
  return { id, type, address, state: null };
}
