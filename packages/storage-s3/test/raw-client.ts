import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';

import type { S3Server } from '../../../tools/servers/s3-server.ts';

/** One version of an object; `marker`: it only says that the object was removed. */
export interface Version {
  readonly name: string;
  readonly id: string;
  readonly marker: boolean;
}

/** What an administrator can do with a server past cxvault. */
export class RawClient implements Disposable {
  readonly sdk: S3Client;

  constructor({ endpoint, env }: Pick<S3Server, 'endpoint' | 'env'>) {
    const credentials = { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY };
    this.sdk = new S3Client({ endpoint, forcePathStyle: true, region: env.AWS_REGION, credentials });
  }

  async createBucket(bucket: string, keeps: 'versions' | 'locks'): Promise<void> {
    await this.sdk.send(
      new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: keeps === 'locks' }),
    );
    if (keeps === 'locks') return;
    const enabled = { Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' as const } };
    await this.sdk.send(new PutBucketVersioningCommand(enabled));
  }

  async versions(bucket: string, prefix = ''): Promise<readonly Version[]> {
    const found = await this.sdk.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix }));
    const all = [
      ...(found.Versions ?? []).map((each) => ({ ...each, marker: false })),
      ...(found.DeleteMarkers ?? []).map((each) => ({ ...each, marker: true })),
    ];
    return all.map(({ Key = '', VersionId = '', marker }) => ({ name: Key, id: VersionId, marker }));
  }

  async removeVersion(bucket: string, { name, id }: Version): Promise<void> {
    const version = { Bucket: bucket, Key: name, VersionId: id, BypassGovernanceRetention: true };
    await this.sdk.send(new DeleteObjectCommand(version));
  }

  async unfinishedUploads(bucket: string, prefix: string): Promise<number> {
    const uploads = await this.sdk.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    return (uploads.Uploads ?? []).filter(({ Key = '' }) => Key.startsWith(prefix)).length;
  }

  [Symbol.dispose](): void {
    this.sdk.destroy();
  }
}
