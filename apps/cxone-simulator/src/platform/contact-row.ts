import { iso } from '../clock.ts';
import { hash32, pick } from '../hash.ts';
import { streams } from '../streams.ts';
import type { Contacts } from './contacts.ts';
import type { IdJson, IdObject } from './id-json.ts';
import type { Leg } from './leg.ts';
import { isRecorded, mediaTypeNames, mediaTypes } from './media-type.ts';

/** The tenant's number, as its answers and its tokens say it. */
export const businessUnitId = 4594;
const firstNames = ['Ana', 'Bo', 'Chen', 'Dara', 'Gül', 'Jörg'] as const;
const skills = ['Sales', 'Support', 'Billing', 'Returns'] as const;
const second = 1000; // ms

/** The names of before v25. */
const oldNames: Readonly<Record<string, string>> = {
  contactStartDate: 'contactStart',
  fromAddress: 'fromAddr',
  toAddress: 'toAddr',
  acwSeconds: 'ACWSeconds',
  conferenceSeconds: 'confSeconds',
  mediaTypeId: 'mediaType',
};

/** A row of the list, with the field names of today. */
export function contactRow(contacts: Contacts, leg: Leg): IdObject {
  const { index } = leg;
  const { mediaTypeId, isLogged } = contacts.shape(index);
  const edits = contacts.noteEdits(leg);
  const h = hash32(contacts.shapes.seed, streams.rowText, index, leg.leg);
  const seconds = Math.round((leg.end - leg.start) / second);
  return {
    contactId: leg.id,
    masterContactId: contacts.masterId(index),
    contactStartDate: iso(leg.start),
    lastUpdateTime: iso(contacts.lastUpdate(leg)),
    dateContactWarehoused: iso(leg.shownAt),
    dateACWWarehoused: iso(leg.shownAt),
    mediaTypeId,
    mediaTypeName: mediaTypeNames[mediaTypeId] ?? null,
    mediaSubTypeId: null,
    mediaSubTypeName: null,
    isOutbound: (h & 1) === 1,
    ...people(h),
    ...addresses(mediaTypeId, h),
    totalDurationSeconds: seconds,
    agentSeconds: Math.max(0, seconds - 20),
    acwSeconds: 20,
    inQueueSeconds: h % 60,
    holdCount: h % 3,
    conferenceSeconds: 0,
    abandoned: false,
    isLogged: isLogged && isRecorded(mediaTypeId),
    endReason: 'Contact Hung Up',
    primaryDispositionId: edits === 0 ? 0 : 100 + edits,
    secondaryDispositionId: 0,
    dispositionNotes: edits === 0 ? '' : `edit ${String(edits)}`,
    transferIndicatorId: leg.leg === 0 ? 0 : 1,
    transferIndicatorName: leg.leg === 0 ? 'None' : 'Agent',
    isAnalyticsProcessed: false,
    analyticsProcessedDate: null,
    tags: [],
  };
}

/** The same row as versions before v25 have it. */
export function withOldNames(row: IdObject): IdObject {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [oldNames[name] ?? name, value]));
}

/** Only these fields of a row; their names are asked for without case. */
export function onlyFields(row: IdObject, fields: ReadonlySet<string>): IdObject {
  const asked: [string, IdJson][] = Object.entries(row).filter(([name]) => fields.has(name.toLowerCase()));
  return Object.fromEntries(asked);
}

/** Who took it, and where it came in. */
function people(h: number): IdObject {
  return {
    agentId: 1000 + (h % 500),
    firstName: pick(firstNames, h >>> 4),
    lastName: `No. ${String(h % 500)}`,
    teamId: h % 9,
    teamName: `Team ${String(h % 9)}`,
    skillId: 70 + (h % 4),
    skillName: pick(skills, h),
    campaignId: 5,
    campaignName: 'Everyday',
    divisionNo: 0,
    pointOfContactId: 1,
    pointOfContactName: '8005550100',
  };
}

function addresses(mediaTypeId: number, h: number): IdObject {
  const phone = `+1555${String(1_000_000 + (h % 9_000_000))}`;
  const mail = `customer.${String(h % 10_000)}@example.com`;
  const isPhone = isRecorded(mediaTypeId) || mediaTypeId === mediaTypes.sms;
  return isPhone
    ? { fromAddress: phone, toAddress: '+18005550100' }
    : { fromAddress: mail, toAddress: 'help@tenant.example' };
}
