import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** A young collection costs about a millisecond: after so many bytes of bodies it is not to be noticed. */
const bytesPerCollection = 8_388_608; // 8 MiB

let sinceLast = 0;
let collect: ((options: { type: 'minor' }) => void) | undefined;

/**
 * Counts bytes of bodies, and frees the buffers that they came in when many are dead. Node allocates two of 64 KiB
 * for each piece that it reads; V8 sees hardly any heap in them and lets up to 160 MB of them lie, however few bodies
 * are read at once. With this it is 40 MB.
 */
export function noteBytes(bytes: number): void {
  sinceLast += bytes;
  if (sinceLast < bytesPerCollection) return;
  sinceLast = 0;
  collect ??= collector();
  collect({ type: 'minor' });
}

/** The collector is reached by a flag only; a runtime without it just keeps its buffers longer. */
function collector(): (options: { type: 'minor' }) => void {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('globalThis.gc');
  return typeof gc === 'function'
    ? (options) => void Reflect.apply(gc, undefined, [options])
    : () => undefined;
}
