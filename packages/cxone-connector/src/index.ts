export { contentDigest } from './content-digest.ts';
export type { AbsentMedium, DigestOptions } from './content-digest.ts';
export type { Clock } from './http/clock.ts';
export type { Surroundings } from './http/connection.ts';
export type { Answer, AnswerHeaders, Call, Exchange } from './http/exchange.ts';
export type { RetryPolicy } from './http/retry.ts';
export type { TimeLimits, Wire } from './http/transport.ts';
export { createSourceFactory, sourceFactory } from './source-factory.ts';
