const units: Readonly<Record<string, number>> = {
  '': 1,
  KB: 1000,
  MB: 1_000_000,
  GB: 1_000_000_000,
  KIB: 1024,
  MIB: 1024 ** 2,
  GIB: 1024 ** 3,
};

/** Bytes from `65536`, `64KiB`, `10MB`, `1GB`. Throws a RangeError on anything else. */
export function parseBytes(text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*([kmg]i?b)?$/i.exec(text.trim()) ?? [];
  const factor = units[(unit ?? '').toUpperCase()];
  if (digits === undefined || factor === undefined) throw new RangeError(`not a size in bytes: ${text}`);
  return Math.round(Number(digits) * factor);
}

/** A smallest and a greatest size, from `64KiB` or `64KiB-1MiB`. */
export function parseByteRange(text: string): readonly [number, number] {
  const [low = '', high = low, ...more] = text.split('-');
  if (more.length > 0) throw new RangeError(`not a size in bytes: ${text}`);
  const range = [parseBytes(low), parseBytes(high)] as const;
  if (range[0] > range[1]) throw new RangeError(`a range of sizes goes from small to large: ${text}`);
  return range;
}
