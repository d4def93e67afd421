import { BaseCommand } from '../../base-command.ts';
import { archiveFlags, unlockFlags } from '../../flags/archive-flags.ts';
import { sourceFlags } from '../../flags/source-flags.ts';
import { presentConfig } from '../../present/config-show.ts';
import type { EffectiveSetting } from '../../settings/effective-settings.ts';

/** `config show --json` */
export interface ConfigShown {
  /** The configuration file that was read. */
  readonly file: string | null;
  readonly settings: readonly EffectiveSetting[];
}

/** `cxvault config show` */
export class ConfigShow extends BaseCommand {
  static override summary = 'Print every setting as it holds now, and where it comes from.';
  static override description =
    'Flags win over the environment, the environment over the configuration file. Secrets are not shown. The flags ' +
    'of run and verify that have a setting are named as in the file: run.limit.';
  static override examples = [
    {
      description: 'What a scheduled run would use, with its environment:',
      command: '<%= config.bin %> config show --env-file /etc/cxvault.env --config /etc/cxvault.json',
    },
    {
      description: 'For a script: the archive, and what set it:',
      command: `<%= config.bin %> config show --json | jq '.settings[] | select(.name == "archive")'`,
    },
  ];
  static override flags = { ...archiveFlags, ...unlockFlags, ...sourceFlags };

  override async run(): Promise<ConfigShown> {
    const { flags } = await this.parse(ConfigShow);
    const { effectiveSettings } = await import('../../settings/effective-settings.ts');
    const { settings } = await this.begin(flags);
    const shown = effectiveSettings(settings, flags);
    this.show(presentConfig(shown));
    return { file: settings.file ?? null, settings: shown };
  }
}
