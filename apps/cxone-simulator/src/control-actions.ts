import { z } from 'zod';
import { json, refusal } from './answer.ts';
import type { Answer } from './answer.ts';
import { editKinds } from './tenant.ts';

const milliseconds = z.number().min(0);
/** Which row. */
export const which = z.strictObject({ id: z.string() });
export const clockBody = z.strictObject({ advanceMs: milliseconds });
export const editBody = which.extend({ change: z.enum(editKinds).default('note') });
export const hideBody = which.extend({ as: z.enum(['away', 'reopened', 'deleted']).default('away') });
export const showBody = which.extend({ touch: z.boolean().default(false) });
export const addBody = z.strictObject({
  count: z.int().positive().max(1_000_000).default(1),
  /** How long ago it was updated. */
  agoMs: milliseconds.default(0),
  /** In how long it becomes visible. */
  visibleInMs: milliseconds.default(0),
});

/** How many rows come, and when. */
export type Addition = z.output<typeof addBody>;

/** What an endpoint under `/__` does. Throws a ZodError or a RangeError on what it cannot use. */
export type Action = (body: unknown, query: URLSearchParams) => Answer;

/** Runs the action of a control request; what it cannot read is a 400. */
export function runAction(
  action: Action | undefined,
  request: string,
  query: URLSearchParams,
  body: string,
): Answer {
  if (action === undefined) return refusal(404, 'NOT_FOUND', `there is no ${request}`);
  try {
    return action(body === '' ? {} : JSON.parse(body), query);
  } catch (error) {
    if (error instanceof z.ZodError) return refusal(400, 'INVALID_BODY', z.prettifyError(error));
    if (error instanceof SyntaxError || error instanceof RangeError) {
      return refusal(400, 'INVALID_BODY', error.message);
    }
    throw error;
  }
}

/** A JSON document per line. */
export function jsonLines(rows: Iterable<unknown>): Answer {
  const headers = { 'content-type': 'application/jsonl' };
  return { status: 200, headers, body: { size: undefined, pieces: lines(rows) } };
}

/** Does it, and has nothing to say. */
export function done(act: () => void): Answer {
  act();
  return json(200, {});
}

function* lines(rows: Iterable<unknown>): Generator<Buffer> {
  for (const row of rows) yield Buffer.from(`${JSON.stringify(row)}\n`, 'utf8');
}
