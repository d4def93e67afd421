import { CxvaultError, isCxvaultError } from '@cxvault/plugin-api';

/**
 * What is wrong with bytes that do not follow the archive format, in the words of `verify --json`.
 *
 * `size`: the lengths in the trailer contradict the object's; `checksum`: the bytes are not those that the trailer's SHA-256 was
 * made of; `header`: the header is malformed or unknown; `key-commitment`: the message was not sealed with this key
 * and header; `chunk`: an encrypted chunk was changed; `truncated`: bytes are missing at the end; `trailing-bytes`:
 * there are bytes after the end; `index`: the index is malformed or contradicts the data; `digest`: original bytes
 * do not have the SHA-256 that the index states; `content`: decrypted bytes are not what they should be (frames,
 * lines, JSON); `erased`: the key was destroyed on purpose; `swapped`: an intact object in another one's place.
 */
export type CodecProblem =
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
  | 'erased'
  | 'swapped';

/** The part of the format that a {@link CodecError} was found in. */
export type CodecLayer =
  'object' | 'trailer' | 'header' | 'data' | 'index' | 'content' | 'slot' | 'ring' | 'envelope';

const hints: Partial<Record<CodecProblem, string>> = {
  'key-commitment': 'the object was changed, or it was sealed with another key',
  truncated: 'fetch the object again, or take it from another copy of the archive',
  erased: 'nothing can bring it back: the key was destroyed on purpose',
  swapped: 'compare the place with another copy of the archive',
};

/** Bytes that do not follow the archive format: `FORMAT_INVALID`, with the precise problem, layer and detail. */
export class CodecError extends CxvaultError {
  readonly problem: CodecProblem;
  readonly layer: CodecLayer;
  /** What exactly was found, without the context; never plaintext, never a key. */
  readonly detail: string;

  constructor(problem: CodecProblem, layer: CodecLayer, detail: string, cause?: unknown) {
    super('FORMAT_INVALID', detail, { context: { problem, layer }, hint: hints[problem], cause });
    this.name = 'CodecError';
    this.problem = problem;
    this.layer = layer;
    this.detail = detail;
  }
}

/** True for a {@link CodecError} of any copy of this package. */
export function isCodecError(error: unknown): error is CodecError {
  return isCxvaultError(error) && error.code === 'FORMAT_INVALID' && 'problem' in error;
}
