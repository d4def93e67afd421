import { describe, expect, it } from '@jest/globals';
import { errorText } from '../src/http/error-text.ts';
import { answer, jwt } from './tenant.ts';
import { acdPath, startPlatform } from './platform-tenant.ts';

const noHeaders = { get: () => null };
const say = (text: string): string | undefined => errorText(noHeaders, JSON.stringify({ message: text }));

describe('the words of an error', () => {
  it.each<[unknown, string]>([
    [
      { error: 'invalid_request', error_description: 'endDate is before startDate' },
      'endDate is before startDate',
    ],
    [{ error: 'invalid_request', errorDescription: 'no such field' }, 'no such field'],
    [{ message: 'Rate exceeded', route: '/media-playback' }, 'Rate exceeded'],
    [{ internalCode: 'E1', message: 'Interaction Not Found' }, 'Interaction Not Found'],
    [{ errors: [{ field: 'ident', message: 'does not exist' }], uid: 'u' }, 'does not exist'],
    [{ error: 'denied', error_description: '' }, 'denied'],
    [{ error: { message: 'nested' } }, 'nested'],
  ])('are found in %j', (body, text) => {
    expect(errorText(noHeaders, JSON.stringify(body))).toBe(text);
  });

  it('may be in a header only', () => {
    const headers = { get: (name: string) => (name === 'icstatusdescription' ? 'Invalid contact id' : null) };
    expect(errorText(headers, '')).toBe('Invalid contact id');
    expect(errorText(headers, '<html>no</html>')).toBe('Invalid contact id');
  });

  it.each([
    '',
    '<html>Bad gateway</html>',
    '[]',
    '"text"',
    '{}',
    '{"message":12,"errors":[]}',
    '{"message":" "}',
  ])('are not found in %j', (body) => {
    expect(errorText(noHeaders, body)).toBeUndefined();
  });

  it('are cut, on one line and printable', () => {
    expect(say('a\u0000b\u001b[31m\r\nc\u202ed')).toBe('a b [31m c d');
    const long = say('word '.repeat(1000)) ?? '';
    expect(long).toHaveLength(200);
    expect(long.endsWith('…')).toBe(true);
  });

  it.each<[string, string]>([
    ['GET https://a.test/b.mp4?X-Amz-Signature=abc&x=1 failed', 'GET https://a.test/b.mp4?… failed'],
    ['/b?sig=abc#x=1 failed', '/b?… failed'],
    ['see https://me:pw@a.test/b', 'see https://a.test/b'],
    [`the token ${jwt({ tenantId: 'x' })} has expired`, 'the token … has expired'],
    ['Authorization: Bearer abc is wrong', 'Authorization: Bearer … is wrong'],
    ['accessKeySecret="hush" is wrong', 'accessKeySecret="…" is wrong'],
    ['key AKIA1234567890ABCDEF unknown', 'key … unknown'],
  ])('hold no secret: %s', (text, shown) => {
    expect(say(text)).toBe(shown);
  });

  it('keep ids', () => {
    expect(say('contact 698822631732001234 not found, v30.0')).toBe(
      'contact 698822631732001234 not found, v30.0',
    );
  });

  it('go to the log with what failed, and not into the reason', async () => {
    await using tenant = await startPlatform();
    tenant.api.on(
      `${acdPath}/any`,
      answer({ error_description: 'no such field' }, 400, { correlationid: 'c-1' }),
    );
    const connection = tenant.connect();
    const url = new URL(`${(await connection.addresses()).acd.href}/any`);
    const failed = connection.client.json({ family: 'acd', method: 'GET', url }, () => undefined);
    await expect(failed).rejects.toMatchObject({
      message: 'request failed: refused',
      detail: 'no such field',
      failure: { reason: 'refused', status: 400, requestId: 'c-1', permanent: false },
    });
    expect(tenant.logged).toContainEqual([
      'info',
      'request.failed',
      expect.objectContaining({ family: 'acd', status: 400, requestId: 'c-1', detail: 'no such field' }),
    ]);
  });
});
