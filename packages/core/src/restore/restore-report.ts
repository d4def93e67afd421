/** Something that could not be restored, and why. Without `media_id` it is the whole interaction. */
export interface RestoreFailure {
  readonly interaction_id: string;
  readonly media_id?: string;
  readonly reason: string;
}

/** What came of a restore; `restore --json`. */
export interface RestoreReport {
  /** The output folder, as given. */
  readonly out: string;
  /** Interactions of which everything is in the output folder now. */
  readonly interactions: number;
  /** Files written, and their bytes. */
  readonly files: number;
  readonly bytes: number;
  /** Files that were there already with exactly the right content. */
  readonly unchanged: number;
  readonly failed: readonly RestoreFailure[];
  /** Ids that were asked for and that the archive does not know. */
  readonly missing: readonly string[];
  /** Ids that were asked for and erased. */
  readonly erased: readonly string[];
}

/** One file of an interaction in the manifest. */
export interface ManifestFile {
  /** Relative to the output folder, with `/`. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Of a medium; the record has none. */
  readonly media_id?: string;
}

/** One interaction in `manifest.json`. */
export interface ManifestEntry {
  readonly interaction_id: string;
  readonly updated_time: string | null;
  /** SHA-256 of the record's line in the archive; `record.json` is the same JSON, laid out. */
  readonly record_sha256: string;
  readonly files: readonly ManifestFile[];
  /** Media that the source did not give. */
  readonly absent: readonly { readonly media_id: string; readonly code: string }[];
  readonly failed: readonly { readonly media_id?: string; readonly reason: string }[];
}

/** How far a restore is. */
export interface RestoreProgress {
  readonly interactions: number;
  readonly files: number;
  readonly bytes: number;
}
