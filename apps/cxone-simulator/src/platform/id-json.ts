/** JSON with whole numbers beyond 2^53. */
export type IdJson = string | number | bigint | boolean | null | readonly IdJson[] | IdObject;
export interface IdObject {
  readonly [name: string]: IdJson;
}

const sign = '\u0001';

/** JSON text in which a bigint is a number with all its digits. */
export function writeJson(value: IdJson): string {
  const text = JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'bigint' ? `${sign}${String(inner)}` : inner,
  );
  return text.replaceAll(/"\\u0001(\d+)"/g, '$1');
}
