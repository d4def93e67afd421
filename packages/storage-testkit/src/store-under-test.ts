import type { ObjectStore, StoreErrorKind } from '@cxvault/plugin-api';

/** A store that nothing was written to yet, with what the suite needs to know of its inside. */
export interface StoreUnderTest {
  readonly store: ObjectStore;
  /** Counts uploads that were begun and neither finished nor given up, such as S3's multipart uploads. */
  readonly unfinished?: () => Promise<number>;
  /** The same objects, by way of a connection on which bits flip: see `flipBits`. Closed by the suite. */
  readonly disturbed?: ObjectStore;
  /** The same place opened once more, as another program would. Closed by the suite. */
  readonly another?: ObjectStore;
  /** Called after the case, when the store itself has been closed. */
  readonly close?: () => Promise<void>;
}

/** What not every store (or server behind it) can do, and the suite can leave out. */
export type Trait =
  /** Of many that create one object, exactly one wins. */
  | 'createIfAbsent'
  /** The maker tells how many unfinished uploads there are. */
  | 'unfinished'
  /** The maker can disturb the connection, and the server or the store checks what arrives. */
  | 'flippedBits'
  /** The server lists by UTF-8 bytes; without it, lists of plain ASCII names only are examined. */
  | 'byteOrder'
  /** `a` and `A` are two objects. */
  | 'caseSensitive'
  /** The maker can wait for objects of `bigObjectBytes`. */
  | 'bigObjects'
  /** Objects can be retained: without it, a store that says so by its capabilities must refuse a put that asks for it. */
  | 'retention';

/** How {@link describeStore} examines a store. */
export interface SuiteOptions {
  /** Makes an empty store; called for every case. */
  readonly make: () => Promise<StoreUnderTest>;
  /** The traits that this store lacks, each with the reason, which is printed. Their cases are left out. */
  readonly absent?: Partial<Record<Trait, string>>;
  /**
   * How many objects the store lists at once: the suite writes somewhat more than two pages.
   * @default 1000
   */
  readonly pageSize?: number;
  /**
   * Bytes of the big object, which is streamed.
   * @default 100_000_000
   */
  readonly bigObjectBytes?: number;
  /**
   * Bytes that are more than the store takes in one piece, so that uploads in parts are examined too.
   * @default 6_000_000
   */
  readonly severalPartsBytes?: number;
  /**
   * Lets milliseconds pass, for cases that wait for a retention to end; for stores whose clock is the test's.
   * @default setTimeout
   */
  readonly wait?: (milliseconds: number) => Promise<unknown>;
  /** Errors that the store's SDK throws, and what `classify` must say of each. */
  readonly errors?: readonly { readonly error: unknown; readonly kind: StoreErrorKind }[];
  /** Repeats a run: the seed that it printed. */
  readonly seed?: number;
  /**
   * Milliseconds for one case.
   * @default 60_000
   */
  readonly timeoutMs?: number;
}

/** What a case works with. */
export interface CaseContext extends Required<
  Pick<SuiteOptions, 'pageSize' | 'bigObjectBytes' | 'severalPartsBytes' | 'wait' | 'errors'>
> {
  readonly store: ObjectStore;
  readonly unfinished: (() => Promise<number>) | undefined;
  readonly disturbed: ObjectStore | undefined;
  readonly another: ObjectStore | undefined;
  /** True unless the trait was declared absent. */
  readonly has: (trait: Trait) => boolean;
  /** From the suite's seed: numbers in [0, 1). */
  readonly random: () => number;
}

/** One promise of the contract. */
export interface StoreCase {
  readonly name: string;
  /** Left out, and said so, when one of these is absent. */
  readonly needs?: readonly Trait[];
  readonly run: (context: CaseContext) => Promise<void>;
}
