/**
 * The first number in [low, high) for which `isBefore` no longer holds; `high` when it always does. Where it holds, it
 * must hold for all smaller numbers too.
 */
export function bisect(low: number, high: number, isBefore: (number: number) => boolean): number {
  let from = low;
  let to = high;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (isBefore(middle)) from = middle + 1;
    else to = middle;
  }
  return from;
}
