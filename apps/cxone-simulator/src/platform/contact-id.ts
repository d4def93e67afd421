/** Ids start here, or at {@link large}; both kinds have room for 2^32 contacts. */
const small = 698_000_000_000n;
/** Here doubles lie 8 apart: all legs of one contact would become one number. */
const large = 50_000_000_000_000_000n;
const perContact = 8n; // ids

/** Which leg of which contact. */
interface LegNumber {
  readonly index: number;
  readonly leg: number;
}

/** The id of a leg; that of the first is the master contact's. */
export function contactId(index: number, leg: number, isLarge: boolean): bigint {
  return (isLarge ? large : small) + BigInt(index) * perContact + BigInt(leg) + 1n;
}

/** The leg that an id would have, whether or not there is one. */
export function legNumber(id: string): LegNumber | undefined {
  if (!/^\d{12,18}$/.test(id)) return undefined;
  const value = BigInt(id) - 1n;
  const isLarge = value >= large;
  const number = value - (isLarge ? large : small);
  if (number < 0n || number > 0xffff_ffffn * perContact) return undefined;
  return { index: Number(number / perContact), leg: Number(number % perContact) };
}
