/** A time to the second, as `--since` takes it; `-` when there is none. What is no time stays as it is. */
export function shortTime(time: string | null | undefined): string {
  return (time ?? '-').replace(/\.\d+Z$/, 'Z');
}
