import { randomBytes } from 'node:crypto';
import { CxvaultError } from '@cxvault/plugin-api';
import type { Secret } from '@cxvault/plugin-api';
import { sealMessage } from './cobblestone-sealer.ts';
import { openMessage } from './cobblestone-opener.ts';
import { CodecError } from './codec-error.ts';
import { idToBytes, newId } from './ids.ts';
import { normalisedPassword, passwordKey } from './password-key.ts';
import { parseSlot, slotIterations } from './slot-header.ts';
import type { SlotHeader } from './slot-header.ts';

const keySize = 32; // bytes
const saltSize = 16; // bytes, archive-format.md

/** What the user gives to open an archive; a slot takes what it can use. */
export interface SlotUnlock {
  readonly password?: Secret;
  /** The content of the key file: 32 bytes. */
  readonly keyFile?: Uint8Array;
}

/** What is written beside the wrapped key. */
export interface SlotOptions {
  readonly archiveId: string;
  /** In clear text in the store: no person's name. */
  readonly label: string;
  /** `YYYY-MM-DDTHH:MM:SS.sssZ`; now, if left out. */
  readonly createdAt?: string;
}

/** A slot that was read. `rootKey` is undefined when the slot is of another kind or was made for another secret. */
export interface OpenedSlot {
  readonly header: SlotHeader;
  readonly rootKey: Uint8Array | undefined;
}

/** Wraps the root key for a password or a key file: the file `keys/slots/<id>.slot`. */
export async function writeSlot(
  kind: 'password' | 'keyfile',
  unlock: SlotUnlock,
  rootKey: Uint8Array,
  options: SlotOptions,
): Promise<{ readonly id: string; readonly bytes: Uint8Array }> {
  if (rootKey.length !== keySize) throw new RangeError(`a root key has 32 bytes, not ${rootKey.length}`);
  const header = newSlotHeader(kind, options);
  const slotKey = await slotKeyOf(header, unlock);
  if (slotKey === undefined) {
    throw new CxvaultError(
      'USAGE',
      `a slot of kind ${kind} needs a ${kind === 'password' ? 'password' : 'key file'}`,
    );
  }
  const line = Buffer.from(JSON.stringify(header));
  const message = sealMessage(slotKey, slotContext(options.archiveId, line), rootKey);
  return { id: header.id, bytes: Buffer.from(`${line.toString()}\n${message.toString('base64')}\n`) };
}

/**
 * Opens the slot file of this id. Throws a CodecError for a malformed slot (report it and skip it); kinds that are
 * unknown or need a plugin, and secrets that do not fit, give no root key.
 */
export async function openSlot(
  slotId: string,
  bytes: Uint8Array,
  unlock: SlotUnlock,
  archiveId: string,
): Promise<OpenedSlot> {
  const { header, line, message } = parseSlot(slotId, bytes);
  const slotKey = await slotKeyOf(header, unlock);
  if (slotKey === undefined) return { header, rootKey: undefined };
  const rootKey = openMessage(slotKey, slotContext(archiveId, line), message, 'slot');
  if (rootKey !== undefined && rootKey.length !== keySize) {
    throw new CodecError('content', 'slot', 'the slot does not hold a key of 32 bytes');
  }
  return { header, rootKey };
}

function newSlotHeader(kind: 'password' | 'keyfile', options: SlotOptions): SlotHeader {
  const header: SlotHeader = {
    id: newId(),
    kind,
    label: options.label,
    created_at: options.createdAt ?? new Date().toISOString(),
  };
  if (kind === 'keyfile') return header;
  const salt = randomBytes(saltSize).toString('base64');
  return { ...header, kdf: { name: 'pbkdf2-hmac-sha256', iterations: slotIterations, salt } };
}

async function slotKeyOf(header: SlotHeader, unlock: SlotUnlock): Promise<Uint8Array | undefined> {
  if (header.kind === 'keyfile' && unlock.keyFile !== undefined) return checkedKeyFile(unlock.keyFile);
  if (header.kind !== 'password' || unlock.password === undefined || header.kdf === undefined)
    return undefined;
  const salt = Buffer.from(header.kdf.salt, 'base64');
  return passwordKey(normalisedPassword(unlock.password), salt, header.kdf.iterations);
}

function checkedKeyFile(content: Uint8Array): Uint8Array {
  if (content.length === keySize) return content;
  throw new CxvaultError('KEY_WRONG', 'a key file has exactly 32 bytes', {
    context: { bytes: content.length },
    hint: 'give the file that was used when the archive was created, unchanged',
  });
}

function slotContext(archiveId: string, headerLine: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from('cxvault/v1/slot', 'latin1'), idToBytes(archiveId), headerLine]);
}
