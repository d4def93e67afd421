import { CxvaultError } from '@cxvault/plugin-api';
import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../base-command.ts';
import { archiveFlags, unlockFlags } from '../flags/archive-flags.ts';
import { presentDecrypt } from '../present/decrypt.ts';
import type { DecryptResult } from '../work/decrypt.ts';

/** `cxvault decrypt` */
export class Decrypt extends BaseCommand {
  static override summary =
    "Open one object, an archive's .cxv or the tutorial's envelope, to stdout or a file.";
  static override description =
    'Records come out as JSON lines, media as their original bytes. Of the archive only cxvault.json and keys/ are ' +
    'needed; which archive it is follows from the path, or is given with --archive. An envelope needs its password only.';
  static override usage = '<%= command.id %> OBJECT [FLAGS]';
  static override examples = [
    {
      description: 'A segment of records, one JSON document a line:',
      command:
        '<%= config.bin %> decrypt ./archive/data/records/2026/01/31/ID.cxv --password-file ./archive-password',
    },
    {
      description: 'A recording, by its name in the archive:',
      command:
        '<%= config.bin %> decrypt data/media/2026/01/31/ID.cxv --archive s3://my-bucket/cxone/archives --out call.wav',
    },
    {
      description: "One of the tutorial's envelopes:",
      command:
        'ARCHIVAL_ENCRYPTION_KEY=… <%= config.bin %> decrypt archive_0123456789abcdef0123456789abcdef.enc.gz',
    },
  ];
  static override args = {
    object: Args.string({
      required: true,
      description: 'File, address, or with --archive the name of an object in it.',
    }),
  };
  static override flags = {
    ...archiveFlags,
    ...unlockFlags,
    out: Flags.file({
      helpGroup: 'OUTPUT',
      helpValue: 'FILE',
      summary: 'Write the content there; an existing file is not replaced.',
    }),
  };

  override async run(): Promise<DecryptResult | undefined> {
    const { args, flags } = await this.parse(Decrypt);
    if (this.jsonEnabled() && flags.out === undefined) {
      throw new CxvaultError('USAGE', 'with --json the content cannot go to stdout', {
        hint: 'add --out FILE',
      });
    }
    const { decrypt } = await import('../work/decrypt.ts');
    const result = await decrypt(await this.begin(flags), args.object, flags);
    if (result !== undefined && flags.out !== undefined) this.show(presentDecrypt(result, flags.out));
    return result;
  }
}
