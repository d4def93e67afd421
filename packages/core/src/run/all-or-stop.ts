/** Waits for all; the first failure stops the others, and is thrown when all have ended. */
export async function allOrStop(parts: readonly Promise<void>[], stop: AbortController): Promise<void> {
  const guarded = parts.map((part) =>
    part.catch((error: unknown) => {
      stop.abort(error);
      throw error;
    }),
  );
  const ended = await Promise.allSettled(guarded);
  if (stop.signal.aborted) throw stop.signal.reason;
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
}
