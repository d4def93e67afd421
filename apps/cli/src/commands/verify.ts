import { BaseCommand } from '../base-command.ts';
import type { Failure } from '../failure.ts';
import { verifyFlags } from '../flags/verify-flags.ts';
import { presentVerify } from '../present/verify.ts';
import type { VerifyReport } from '../work/verify.ts';

/** `cxvault verify` */
export class Verify extends BaseCommand {
  static override summary = 'Prove the archive whole by reading it back.';
  static override description =
    'Names every damaged object, what is wrong with it and the interactions that it costs (exit code 3). Goes on ' +
    'after damage, and where an interrupted verify stopped. Writes nothing to the archive.';
  static override examples = [
    {
      description: 'Everything, down to each record and medium:',
      command: '<%= config.bin %> verify --archive ./archive --password-file ./archive-password',
    },
    {
      description: 'A twentieth, every day, for a monitoring system:',
      command: '<%= config.bin %> verify --archive s3://my-bucket/cxone/archives --sample 5% --json',
    },
  ];
  static override flags = verifyFlags;

  override async run(): Promise<VerifyReport & { error?: Failure }> {
    const { flags } = await this.parse(Verify);
    const { verify } = await import('../work/verify.ts');
    const { report, failure, exit } = await verify(await this.begin(flags), flags);
    this.show(presentVerify(report, flags));
    if (failure !== undefined) this.complain(failure);
    process.exitCode = exit;
    return failure === undefined ? report : { ...report, error: failure };
  }
}
