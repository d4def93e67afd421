import type { InteractionRef, JsonValue } from '@cxvault/plugin-api';
import { z } from 'zod';
import { camelKeys } from '../field-names.ts';
import { anyIdField, textField, timeField } from './fields.ts';

/** Also of rows whose id cannot stand in a path: each of those fails by itself, by name. */
const rowSchema = z.object({
  id: anyIdField,
  status: textField.optional(),
  updatedTime: timeField.optional(),
});

/** A cursor of a kind that is not known is an error: taking it for none would end the list early. */
const cursorField = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .transform((cursor) => (cursor === '' ? undefined : (cursor ?? undefined)));

const pageSchema = z
  .object({
    data: z.array(rowSchema).nullable(),
    pagination: z.object({ nextPage: cursorField, nextPageToken: cursorField }).nullish(),
  })
  // Some servers write an empty list as null; without the rest of a page it may as well be an error's.
  .refine(({ data, pagination }) => data !== null || pagination != null)
  .transform(({ data, pagination }) => ({
    data: data ?? [],
    cursor: pagination?.nextPage ?? pagination?.nextPageToken,
  }));

/** A page of the list as the API gave it. */
export interface QueryPage {
  /** Closed interactions only. */
  readonly rows: readonly InteractionRef[];
  /** The cursor of the next page; undefined at the end. */
  readonly cursor: string | undefined;
}

/** Reads an answer to the query; throws when a row has no id, or anything else makes the page unreliable. */
export function readQueryPage(json: JsonValue): QueryPage {
  const { data, cursor } = pageSchema.parse(camelKeys(json));
  const closed = data.filter(({ status }) => (status ?? 'closed').toLowerCase() === 'closed');
  return { rows: closed.map(({ id, updatedTime }) => ({ interactionId: id, updatedTime })), cursor };
}
