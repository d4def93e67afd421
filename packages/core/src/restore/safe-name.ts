import { createHash } from 'node:crypto';

// Ids come from outside: they may hold slashes, dots, line ends, names that Windows keeps for devices, anything.
// Every file and folder name that a restore makes of one goes through here.

const maxLength = 120; // characters; file systems end at 255 bytes, and an extension and a temporary suffix follow
const keptOfLongNames = 80; // characters
const windowsDevice = /^(con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$)(\.|$)/i;

/**
 * A file name for an id. Different ids give different names: what is not a letter, digit, `.`, `_` or `-` is
 * percent-encoded, and a name that grew too long ends in `~` and a digest of the whole id. Never empty, never
 * with a leading or trailing dot, never a device name of Windows. (Names may differ in case only; on a file
 * system that ignores case the second one is refused as an existing file with other content.)
 */
export function safeName(id: string): string {
  if (id === '') return '%';
  const encoded = Array.from(id, encodeCharacter).join('');
  const dotless = encoded.replace(/^\./, '%2E').replace(/\.$/, '%2E');
  const name = windowsDevice.test(dotless) ? percent(dotless.charAt(0)) + dotless.slice(1) : dotless;
  if (name.length <= maxLength) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 32);
  return `${name.slice(0, keptOfLongNames)}~${digest}`;
}

function encodeCharacter(character: string): string {
  if (/^[A-Za-z0-9._-]$/.test(character)) return character;
  // half of a surrogate pair has no UTF-8: all halves would become the same replacement character
  if (!character.isWellFormed()) return `%u${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return percent(character);
}

function percent(character: string): string {
  return Array.from(Buffer.from(character, 'utf8'), (byte) => `%${hex(byte)}`).join('');
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}
