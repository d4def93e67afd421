import { z } from 'zod';
import { decodeBase64 } from './base64.ts';
import { CodecError } from './codec-error.ts';
import { isId } from './ids.ts';
import { parseJson } from './json-text.ts';

/** PBKDF2 rounds that the writer uses (archive-format.md, keys). */
export const slotIterations = 600_000;
const fewestIterations = 100_000;
const mostIterations = 10_000_000;

const kdf = z.object({
  name: z.literal('pbkdf2-hmac-sha256'),
  iterations: z.int().min(fewestIterations).max(mostIterations),
  salt: z.string().refine((text) => (decodeBase64(text)?.length ?? 0) >= 8),
});

const slotHeader = z.object({
  id: z.string().refine(isId),
  kind: z.string().min(1),
  label: z.string(),
  created_at: z.string(),
  kdf: kdf.optional(),
  kms: z.object({ provider: z.string(), key: z.string(), wrapped: z.string() }).optional(),
});

/** Of a kind that a newer version or another program made, no more than this is known; its other fields are its own. */
const unknownHeader = z.object({
  id: slotHeader.shape.id,
  kind: slotHeader.shape.kind,
  label: z.string().catch(''),
  created_at: z.string().catch(''),
});

/** What each kind must have and may not have malformed; fields that belong to another kind are ignored. */
const knownHeaders = new Map<unknown, z.ZodType<SlotHeader>>([
  ['password', slotHeader.omit({ kms: true }).required({ kdf: true })],
  ['keyfile', slotHeader.omit({ kdf: true, kms: true })],
  ['kms', slotHeader.omit({ kdf: true }).required({ kms: true })],
]);

/** The first line of a slot file, under the format's own names. Clear text: no person's name belongs in `label`. */
export type SlotHeader = z.infer<typeof slotHeader>;

/** A slot file taken apart, nothing decrypted. */
export interface SlotFile {
  readonly header: SlotHeader;
  /** The header line without its newline, byte for byte: the message is bound to it. */
  readonly line: Uint8Array;
  /** The sealed root key; empty for a kind that is not known. */
  readonly message: Uint8Array;
}

const largestSlotFile = 64 * 1024; // bytes; ours have about 400

/** Takes a slot file apart. Throws a CodecError (layer `slot`) when it is malformed or not of this id. */
export function parseSlot(slotId: string, bytes: Uint8Array): SlotFile {
  if (bytes.length > largestSlotFile)
    throw new CodecError('size', 'slot', 'the slot file is larger than any slot');
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const border = buffer.indexOf('\n');
  if (border < 0) throw new CodecError('truncated', 'slot', 'the slot file does not have two lines');
  const line = buffer.subarray(0, border);
  const header = parseSlotHeader(line);
  if (header.id !== slotId)
    throw new CodecError('swapped', 'slot', 'the slot file has the name of another slot');
  if (!knownHeaders.has(header.kind)) return { header, line, message: new Uint8Array() };
  const message = decodeBase64(buffer.toString('latin1', border + 1).replace(/\n$/, ''));
  if (message === undefined)
    throw new CodecError('content', 'slot', 'the second line of the slot file is not base64');
  return { header, line, message };
}

function parseSlotHeader(line: Uint8Array): SlotHeader {
  const json = parseJson(line, 'header', 'slot');
  const kind = unknownHeader.safeParse(json).data?.kind;
  const result = (knownHeaders.get(kind) ?? unknownHeader).safeParse(json);
  if (result.success) return result.data;
  const where = result.error.issues[0]?.path.join('.') ?? '';
  const place = where === '' ? '' : ` at ${where}`;
  throw new CodecError('header', 'slot', `the slot's header is malformed${place}`);
}
