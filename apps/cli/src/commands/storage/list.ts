import { BaseCommand } from '../../base-command.ts';
import { presentStorages } from '../../present/storage.ts';
import type { StorageList } from '../../work/storage-list.ts';

/** `cxvault storage list` */
export class StorageListCommand extends BaseCommand {
  static override summary =
    'List the kinds of storage that can be used now, and the plugin that brings each.';
  static override description =
    'A kind of storage is the scheme of an archive address: s3 in s3://bucket/prefix. Others are installed with ' +
    'plugins install.';
  static override examples = [
    { description: 'What there is:', command: '<%= config.bin %> storage list' },
    { description: 'For a script:', command: '<%= config.bin %> storage list --json' },
  ];

  override async run(): Promise<StorageList> {
    const { flags } = await this.parse(StorageListCommand);
    const { storageList } = await import('../../work/storage-list.ts');
    const list = await storageList(await this.begin(flags));
    this.show(presentStorages(list));
    return list;
  }
}
