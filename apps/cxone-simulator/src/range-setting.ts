import { z } from 'zod';

/** A fixed number, or the smallest and greatest of a range. */
export function range(unit: z.ZodNumber, fallback: readonly [number, number]) {
  return z
    .union([unit.transform((value) => [value, value] as const), z.tuple([unit, unit]).readonly()])
    .refine(([low, high]) => low <= high, 'a range goes from small to large')
    .default(fallback);
}

/** The number of a range that a share in [0, 1) stands for. */
export function between([low, high]: readonly [number, number], share: number): number {
  return low + Math.floor(share * (high - low + 1));
}
