import { BaseCommand } from '../base-command.ts';
import { runFlags } from '../flags/run-flags.ts';
import { presentRun } from '../present/run.ts';
import { presentRunPlan } from '../present/run-plan.ts';
import type { RunPlan, RunReport } from '../work/run.ts';

/** `cxvault run` */
export class Run extends BaseCommand {
  static override summary = 'Archive what is closed and not yet archived, mark it, and report.';
  static override description =
    'May be started again at any time: what is archived is not archived twice, and what failed is tried again. ' +
    'Ctrl-C or SIGTERM ends it after the current commit (exit code 130). Exit code 3: done, but some interactions failed.';
  static override examples = [
    {
      description: 'Into a folder, password in a file:',
      command: '<%= config.bin %> run --archive ./archive --password-file ./archive-password',
    },
    {
      description: 'The last seven days into a bucket, with a report for other programs:',
      command:
        '<%= config.bin %> run --archive s3://my-bucket/cxone/archives --since 7d --report report.json --json',
    },
  ];
  static override flags = runFlags;

  override async run(): Promise<RunReport | RunPlan> {
    const { flags } = await this.parse(Run);
    const { dryRun, run, withError } = await import('../work/run.ts');
    const context = await this.begin(flags);
    if (flags['dry-run']) {
      const plan = await dryRun(context, flags);
      this.show(presentRunPlan(plan, flags));
      return plan;
    }
    const { report, failure, exit } = await run(context, flags);
    this.show(presentRun(report, flags));
    if (failure !== undefined) this.complain(failure);
    process.exitCode = exit;
    return withError(report, failure);
  }
}
