import { json } from '../answer.ts';
import type { Answer } from '../answer.ts';
import { iso } from '../clock.ts';
import { hash32 } from '../hash.ts';
import { streams } from '../streams.ts';
import type { Call, Refuse } from '../site.ts';
import { base64Answer } from './base64-file.ts';
import { CompletedList, linkTo } from './completed-list.ts';
import { businessUnitId } from './contact-row.ts';
import { chatTranscript, emailTranscript, smsTranscripts } from './conversation.ts';
import type { SmsPage } from './conversation.ts';
import { noContent } from './errors.ts';
import { idJson } from './id-json.ts';
import type { IdObject } from './id-json.ts';
import type { Leg } from './leg.ts';
import type { Content } from './contents.ts';
import { mediaTypes } from './media-type.ts';
import type { PlatformWorld } from './platform-world.ts';
import { fieldNames } from './list-query.ts';
import { versionOf } from './routes.ts';

const contentName = (path: string) => path.split('/').at(-1) ?? path;

/** The routes under `/incontactapi/services/v{NN}.0`. */
export class AcdRoutes {
  readonly #world: PlatformWorld;
  readonly #list: CompletedList;

  constructor(world: PlatformWorld) {
    this.#world = world;
    this.#list = new CompletedList(world.contacts, world.settings.platform.list);
  }

  answer(call: Call, refuse: Refuse): Answer {
    if (call.accept?.includes('application/json') !== true) {
      const headers = { 'content-type': 'text/plain' };
      return { status: 406, headers, body: Buffer.from('No known way to render data') };
    }
    if (call.capability === 'completed') return this.#completed(call, refuse);
    if (call.capability === 'file') return this.#file(call.id, refuse);
    const leg = this.#world.contacts.find(call.id);
    if (leg === undefined) return refuse(404, 'NOT_FOUND', 'Contact not found');
    const available = this.#world.refusals.interaction(leg.index);
    if (available === 'denied') return refuse(403, 'FORBIDDEN', 'Access to this contact is denied');
    if (available === 'not-found') return refuse(404, 'NOT_FOUND', 'Contact not found');
    const value = this.#document(call, leg);
    return value ?? refuse(404, 'NOT_FOUND', 'There is nothing for this contact');
  }

  /** What a capability gives of a leg; undefined: 404. */
  #document({ capability, query, url }: Call, leg: Leg): Answer | undefined {
    const { seed, contacts, contents } = this.#world;
    const version = versionOf(url);
    const { mediaTypeId } = contacts.shapes.shape(leg.index);
    switch (capability) {
      case 'contact':
        return idJson(this.#contact(leg, version, fieldNames(query.get('fields'))));
      case 'custom-data':
        return this.#customData(leg);
      case 'state-history':
        return idJson(this.#stateHistory(leg));
      case 'hierarchy':
        return idJson(this.#hierarchy(leg));
      case 'chat-transcript':
        return mediaTypeId === mediaTypes.chat ? json(200, chatTranscript(seed, leg)) : undefined;
      case 'email-transcript':
        return mediaTypeId === mediaTypes.email ? json(200, emailTranscript(seed, leg, contents)) : undefined;
      case 'sms-transcripts':
        return mediaTypeId === mediaTypes.sms
          ? json(200, smsTranscripts(seed, leg, smsPage(query, this.#address(url))))
          : undefined;
      case 'files':
        return this.#files(leg);
      default:
        return undefined;
    }
  }

  #completed(call: Call, refuse: Refuse): Answer {
    return this.#list.answer(call.query, this.#address(call.url), versionOf(call.url), refuse);
  }

  /** An absolute address without its query. */
  #address(url: string): string {
    return this.#world.origins.api + (url.split('?', 1)[0] ?? '');
  }

  #contact(leg: Leg, version: number, fields: ReadonlySet<string> | undefined): IdObject {
    const row = this.#list.row(leg, version, fields);
    const states = { isActive: false, isWarehoused: true, stateId: 10, stateName: 'Released' };
    const lastPollTime = iso(this.#world.clock.now());
    return { businessUnitId, lastPollTime, contactId: { ...row, ...states } };
  }

  #customData(leg: Leg): Answer {
    const h = hash32(this.#world.seed, streams.rowText, leg.index, 100 + leg.leg);
    if (h % 4 === 0) return noContent;
    const contactCustomData = [
      { name: 'order', value: String(h) },
      { name: 'language', value: 'français' },
    ];
    return idJson({ contactCustomData: contactCustomData.slice(0, h % 3) });
  }

  #stateHistory(leg: Leg): IdObject {
    const names = ['From Queue', 'Active', 'Released'];
    const contactStateHistory = names.map((contactStateName, stateIndex) => ({
      stateIndex,
      contactId: leg.id,
      contactStateId: stateIndex * 4 + 2,
      contactStateName,
      startDate: iso(stateIndex === 2 ? leg.end : leg.start + stateIndex * 1000),
      isWarehoused: true,
      agentId: 1000,
      duration: stateIndex === 1 ? Math.round((leg.end - leg.start) / 1000) : 0,
    }));
    return { contactStateHistory };
  }

  #hierarchy(leg: Leg): IdObject {
    const { contacts } = this.#world;
    const childContacts = contacts
      .legs(leg.index)
      .map(({ id, start, end }) => ({ contactId: id, startTime: iso(start), endTime: iso(end) }));
    return { masterContactId: contacts.masterId(leg.index), childContacts };
  }

  #files(leg: Leg): Answer {
    const files = this.#world.contents.files(leg);
    return files.length === 0 ? noContent : idJson({ files: files.map((file) => this.#fileRow(leg, file)) });
  }

  #fileRow(leg: Leg, file: Content): IdObject {
    const fullFileName = this.#world.contents.fileName(file);
    return {
      isDeleted: false,
      businessUnitId,
      fileName: contentName(fullFileName),
      fullFileName,
      contactId: leg.id,
      createDate: iso(leg.start),
      modifiedDate: iso(leg.end),
      size: file.medium.bytes,
      physicalBytes: file.medium.bytes,
      deleteDate: null,
    };
  }

  #file(name: string, refuse: Refuse): Answer {
    const { contents, bodies, stats } = this.#world;
    const file = contents.fileOf(name);
    const available = file === undefined ? 'not-found' : this.#world.refusals.medium(file.medium);
    if (file === undefined || available === 'not-found') return refuse(404, 'NOT_FOUND', 'File not found');
    if (available === 'denied') return refuse(403, 'FORBIDDEN', 'Access to this file is denied');
    stats.mediaBytes += file.medium.bytes;
    return base64Answer(name, file.medium.bytes, bodies.pieces(file.medium));
  }
}

/** The page of an SMS transcript; without `top` it is given whole. */
function smsPage(query: URLSearchParams, address: string): SmsPage | undefined {
  const top = Number(query.get('top') ?? 0);
  if (!(top > 0)) return undefined;
  const skip = Number(query.get('skip') ?? 0);
  return { skip, top, link: (to) => linkTo(address, query, to, top) };
}
