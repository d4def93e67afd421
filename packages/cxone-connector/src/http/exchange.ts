import type { Readable } from 'node:stream';

/** Headers of a response, by name in any case. */
export interface AnswerHeaders {
  get(name: string): string | null;
}

/** The response to a {@link Call}, its body unread. Whoever gets it reads the body or destroys it. */
export interface Answer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  /** Decompressed where the server compressed it. */
  readonly body: Readable;
}

/** One HTTP request of the connector. */
export interface Call {
  /** The budget's family, or `login`. */
  readonly family: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The request concerns no single interaction: its trouble is everybody's. */
  readonly wholeSystem?: boolean;
  /** The first answer is what is wanted to be known: it is not sent again, whatever comes. */
  readonly once?: boolean;
  readonly signal?: AbortSignal;
  /** Set once a redirect has led to another origin, or for a signed URL: then nothing secret is sent. */
  readonly leftOrigin?: boolean;
}

/**
 * Sends one request and gives the response as soon as its headers are there. Each concern (transport, budget,
 * bearer, origin, redirects) is one function of this shape around the next.
 *
 * Throws `RequestFailure` when there is no response, `CxvaultError` when the system as a whole does not answer,
 * and the signal's reason after an abort.
 */
export type Exchange = (call: Call) => Promise<Answer>;
