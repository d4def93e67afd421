import type { MediaAnswer, SourceMedium } from '@cxvault/plugin-api';
import { bodyChunks } from '../http/body.ts';
import type { Answer } from '../http/exchange.ts';
import { invalidResponse } from '../http/request-failure.ts';
import { mediumBody } from '../medium-outcome.ts';
import { base64File } from './base64-file.ts';
import { NoBase64File } from './base64-scanner.ts';
import { askPart, request } from './calls.ts';
import type { PartAnswer, PlatformCalls } from './calls.ts';
import { contentTypeOf, headBytes } from './content-type.ts';
import { peek } from './peek.ts';

/** Opens a file of `/files?fileName=`, which comes as base64 in JSON and is decoded as it comes. */
export async function openFile(
  calls: PlatformCalls,
  medium: SourceMedium,
  fileName: string,
  signal: AbortSignal | undefined,
): Promise<PartAnswer<MediaAnswer>> {
  const query = new URLSearchParams({ fileName });
  const call = { ...request(calls, 'acd', `/files?${query.toString()}`, signal), accept: 'application/json' };
  return askPart(calls, 'files', async () => {
    const response = await calls.client.open(call, (candidate) => {
      if (candidate.status !== 200 || isHtml(candidate)) throw invalidResponse(candidate);
    });
    const limits = { idleMs: calls.client.idleMs, ...(signal && { signal }) };
    const { head, body } = await peek(decoded(bodyChunks(response, limits), response), headBytes);
    return { body: mediumBody(body, medium), contentType: await contentTypeOf(head), size: undefined };
  });
}

async function* decoded(chunks: AsyncIterable<Uint8Array>, response: Answer): AsyncGenerator<Uint8Array> {
  try {
    yield* base64File(chunks);
  } catch (error) {
    throw error instanceof NoBase64File ? invalidResponse(response) : error;
  }
}

function isHtml({ headers }: Answer): boolean {
  return /^\s*text\/html/i.test(headers.get('content-type') ?? '');
}
