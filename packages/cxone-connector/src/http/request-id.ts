import type { AnswerHeaders } from './exchange.ts';

/** Where CXone's gateways put their request id, in the order of preference (cxone-api.md). */
const requestIdHeaders = [
  'x-request-id',
  'correlationid',
  'x-correlation-id',
  'x-amzn-requestid',
  'x-amz-apigw-id',
] as const;

/** The id under which the API's people find a request; undefined without one or when it is not printable. */
export function requestIdOf(headers: AnswerHeaders): string | undefined {
  for (const name of requestIdHeaders) {
    const value = headers.get(name);
    if (value !== null && /^[\x21-\x7e]{1,200}$/.test(value)) return value;
  }
  return undefined;
}
