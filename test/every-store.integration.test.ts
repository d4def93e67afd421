import { describe, expect, it } from '@jest/globals';

import { env as s3Env, startFakeS3 } from '../packages/storage-s3/test/fauxqs.ts';
import { startAzurite } from '../packages/storage-azure/test/azurite.ts';
import { startGcsServer } from '../tools/servers/gcs-server.ts';
import { linkPlugins, losingHalfWay } from './support/copies.ts';
import { openTenantDesk } from './support/tenant-desk.ts';

const interactions = 60;

describe('one tenant in all four kinds of store', () => {
  it('is as whole in each as in the others, though one lost its data half way', async () => {
    await using servers = new AsyncDisposableStack();
    const s3 = await startFakeS3();
    servers.defer(() => s3.stop());
    const azure = await startAzurite();
    servers.defer(() => azure.stop());
    await azure.createContainer();
    const google = await startGcsServer();
    servers.defer(() => google.stop());
    await using place = await openTenantDesk({
      seed: 'every store',
      population: { interactions, newestAgeMs: 3_600_000 },
      media: { kind: 'mixed', bytes: [2_000, 50_000] },
    });
    const azureEnv = { AZURE_STORAGE_CONNECTION_STRING: azure.connectionString };
    Object.assign(place.desk.env, s3Env, azureEnv, google.env);
    await linkPlugins(place.desk, 'storage-azure', 'storage-gcs');
    const others = [s3.newArchive(), azure.newArchive(), google.archive('several')];
    const { states, marked, pending, verified, restored } = await losingHalfWay(
      place,
      others,
      interactions / 2,
    );
    expect(states).toEqual(['whole', 'whole', 'whole', 'whole']);
    expect({ marked, pending }).toEqual({ marked: interactions, pending: 0 });
    for (const one of verified) expect(one).toMatchObject({ ok: true, records: { checked: interactions } });
    for (const files of restored) expect(files).toEqual(restored[0]);
    expect(restored[0]?.size).toBeGreaterThan(interactions);
  }, 900_000);
});
