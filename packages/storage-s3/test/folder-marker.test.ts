import { expect, it } from '@jest/globals';

import { openS3 } from '../src/factory.ts';
import { bucket, env, startFakeS3 } from './fauxqs.ts';

it('passes over the empty object that a console leaves as the folder of the archive', async () => {
  const server = await startFakeS3();
  try {
    const archive = server.newArchive();
    const store = await openS3(archive, env);
    await store.put('journal/1', Buffer.from('entry'), {});
    const marker = await fetch(`${server.endpoint}/${bucket}${archive.pathname}/`, {
      method: 'PUT',
      body: '',
    });
    expect(marker.status).toBe(200);
    const keys: string[] = [];
    for await (const { key } of store.list('')) keys.push(key);
    expect(keys).toEqual(['journal/1']);
    await store.close();
  } finally {
    await server.stop();
  }
});
