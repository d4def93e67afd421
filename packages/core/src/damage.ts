/** What is wrong with an object; the values of `verify --json`. */
export type DamageProblem =
  | 'missing'
  | 'size'
  | 'checksum'
  | 'header'
  | 'key-commitment'
  | 'chunk'
  | 'truncated'
  | 'trailing-bytes'
  | 'index'
  | 'digest'
  | 'content'
  | 'journal-gap'
  | 'swapped';

/** One damaged or missing object, as `verify --json` names it. */
export interface Damage {
  object_key: string;
  /** `records`, `media`, `journal`, `report`, `ring`, `slot` or `descriptor`. */
  kind: string;
  problem: DamageProblem;
  detail: string;
  /** The interactions that it costs. */
  interactions: string[];
}
