/** A time to the second, as `--since` takes it; `-` when there is none. What is no time stays as it is. */
export function shortTime(time: string | null | undefined): string {
  return (time ?? '-').replace(/\.\d+Z$/, 'Z');
}

/** A period of the list; the beginning of time is how "everything" is journalled. */
export function periodWords({ from, to }: { readonly from: string; readonly to: string }): string {
  return `${from.startsWith('1970-01-01T00:00:00') ? 'everything' : shortTime(from)} to ${shortTime(to)}`;
}
