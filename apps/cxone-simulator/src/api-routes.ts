import { z } from 'zod';
import { json, refusal } from './answer.ts';
import type { Answer } from './answer.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { hash32 } from './hash.ts';
import type { Medium } from './media-plan.ts';
import { parseBody } from './request-body.ts';
import { spell } from './spelling.ts';
import { streams } from './streams.ts';
import type { InteractionsWorld } from './interactions-world.ts';

/** A request as the routes see it. */
export interface ApiRequest {
  readonly authorization: string | undefined;
  readonly body: string;
}

const querySchema = z
  .looseObject({
    type: z.literal('interaction').optional(),
    filter: z.literal('status:closed').optional(),
    orderBy: z.enum(['updatedTime desc', 'updated_time desc']).optional(),
    order_by: z.enum(['updatedTime desc', 'updated_time desc']).optional(),
    pageSize: z.int().positive().optional(),
    page_size: z.int().positive().optional(),
    pageToken: z.string().nullish(),
    page_token: z.string().nullish(),
  })
  .transform((body) => ({
    pageSize: body.pageSize ?? body.page_size ?? 25,
    pageToken: body.pageToken ?? body.page_token ?? undefined,
  }));

const markSchema = z
  .looseObject({ fieldId: z.string().optional(), field_id: z.string().optional(), value: z.string() })
  .transform((body) => ({ fieldId: body.fieldId ?? body.field_id ?? '', value: body.value }));

/** The `interactions` API of the tenant. */
export class ApiRoutes {
  readonly #world: InteractionsWorld;

  constructor(world: InteractionsWorld) {
    this.#world = world;
  }

  /** `POST /api/v2/interactions/query`; `cursorExpires`: as a fault, whatever cursor comes is too old. */
  query(request: ApiRequest, cursorExpires: boolean): Answer {
    const refused = this.refuse(request, 'interactions:read');
    if (refused !== undefined) return refused;
    const asked = parseBody(querySchema, request.body);
    if (asked === undefined) return refusal(400, 'INVALID_QUERY', 'the query is not understood');
    if (asked.pageToken === undefined) return this.#page(0, asked.pageSize);
    const cursor = readCursor(asked.pageToken);
    if (cursor === undefined) return refusal(400, 'INVALID_PAGE_TOKEN', 'the page token is not valid');
    const { clock, settings } = this.#world;
    const age = clock.now() - cursor.issued;
    if (!cursorExpires && age <= settings.list.cursorSeconds * 1000)
      return this.#page(cursor.offset, asked.pageSize);
    if (cursorExpires) this.#world.stats.injected('expiredCursor');
    return refusal(settings.list.expiredCursorStatus, 'PAGE_TOKEN_EXPIRED', 'the page token has expired');
  }

  /** `GET /api/v2/interactions/{id}` */
  detail(request: ApiRequest, id: string): Answer {
    const refused = this.refuse(request, 'interactions:read');
    if (refused !== undefined) return refused;
    const { tenant, details, stats, seed } = this.#world;
    const index = this.#existing(id);
    if (index === undefined) return refusal(404, 'NOT_FOUND', 'there is no such interaction');
    stats.detailAsked(index);
    const unavailable = this.#unavailable(index);
    if (unavailable !== undefined) return unavailable;
    const version = tenant.read(index);
    if (version === undefined) return refusal(404, 'NOT_FOUND', 'there is no such interaction');
    const detail = details.detail(index, version, (medium) => this.#playbackUrl(medium));
    return json(200, spell(detail, this.#world.settings.spelling, seed, index));
  }

  /** `PATCH /api/v2/interactions/{id}/custom-fields` */
  mark(request: ApiRequest, id: string): Answer {
    const refused = this.refuse(request, 'customfields:write');
    if (refused !== undefined) return refused;
    const { tenant, clock, refusals, settings } = this.#world;
    const asked = parseBody(markSchema, request.body);
    if (asked === undefined) return refusal(400, 'INVALID_BODY', 'a field id and a value are needed');
    const index = this.#existing(id);
    if (index === undefined) return refusal(404, 'NOT_FOUND', 'there is no such interaction');
    const unavailable = this.#unavailable(index);
    if (unavailable !== undefined) return unavailable;
    if (!settings.markerFields.includes(asked.fieldId)) {
      return refusal(400, 'UNKNOWN_FIELD', 'there is no custom field of this id');
    }
    if (refusals.locked(index))
      return refusal(403, 'FIELD_LOCKED', 'the fields of this interaction are locked');
    tenant.setField(index, asked.fieldId, asked.value, clock.now());
    return json(200, spell({ ...asked }, settings.spelling, this.#world.seed, index));
  }

  /** 401 without a good token, 403 without the scope; undefined when the request may go on. */
  refuse(request: ApiRequest, scope: string): Answer | undefined {
    const bearer = this.#world.tokens.bearer(request.authorization);
    if (bearer === undefined) {
      const challenge = { 'www-authenticate': 'Bearer error="invalid_token"' };
      return refusal(401, 'INVALID_TOKEN', 'the access token is missing, unknown or expired', challenge);
    }
    if (bearer.scopes.includes(scope)) return undefined;
    const challenge = { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"` };
    return refusal(403, 'INSUFFICIENT_SCOPE', `the scope ${scope} is missing`, challenge);
  }

  #page(offset: number, pageSize: number): Answer {
    const { tenant, details, settings, seed, clock } = this.#world;
    const found = tenant.order.page(offset, Math.min(pageSize, settings.list.maxPageSize));
    const next = offset + found.length;
    const data = found.map((index) => spell(details.row(index), settings.spelling, seed, index));
    const pagination: Record<string, string> =
      next < tenant.order.size ? { nextPage: writeCursor(next, clock.now()) } : {};
    return json(200, { data, pagination: spell(pagination, settings.spelling, seed, offset) });
  }

  /** The index of an interaction that exists and is not deleted. */
  #existing(id: string): number | undefined {
    const { tenant } = this.#world;
    const index = tenant.indexOf(id);
    return index === undefined || tenant.absence(index) === 'deleted' ? undefined : index;
  }

  #unavailable(index: number): Answer | undefined {
    const available = this.#world.refusals.interaction(index);
    if (available === true) return undefined;
    if (available === 'denied') return refusal(403, 'ACCESS_DENIED', 'this interaction is not yours to see');
    return refusal(404, 'NOT_FOUND', 'there is no such interaction');
  }

  #playbackUrl(medium: Medium): string {
    const { settings, origins, seed, signer, clock } = this.#world;
    const { url, origin, auth, urlSeconds } = settings.media;
    const until = clock.now() + urlSeconds * 1000;
    const path = `/media/${medium.id}${auth === 'signed' ? `?${signer.query(medium.id, until)}` : ''}`;
    if (origin === 'other') return origins.media + path;
    const even = (hash32(seed, streams.urlForm, medium.index, medium.ordinal) & 1) === 0;
    return url === 'relative' || (url === 'mixed' && even) ? path : origins.api + path;
  }
}
