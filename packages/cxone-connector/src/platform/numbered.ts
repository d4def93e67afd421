/** Each item with an id of its own: a repeated one gets a number, so that neither is lost. */
export function numbered<T>(items: readonly T[], idOf: (item: T) => string): [item: T, id: string][] {
  const seen = new Map<string, number>();
  return items.map((item) => {
    const id = idOf(item);
    const times = (seen.get(id) ?? 0) + 1;
    seen.set(id, times);
    return [item, times === 1 ? id : `${id}#${String(times)}`];
  });
}
