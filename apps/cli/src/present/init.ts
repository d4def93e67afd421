import type { InitResult } from '../work/init.ts';
import { place, shellWord, table } from './layout.ts';
import { type CommonFlags, nextCommand } from './next.ts';

const slotWords = { password: 'password', keyfile: 'key file' } as const;

/** What a person should read after `init`. */
export function presentInit(result: InitResult, flags: CommonFlags): string {
  const address = place(result.archive);
  const ways = result.slots.map((slot) => slotWords[slot]);
  return [
    'The archive is ready.',
    '',
    table([
      ['archive', address],
      ['archive id', result.archive_id],
      ['unlocked by', ways.join(' or ') + (result.label === null ? '' : ` (${result.label})`)],
    ]),
    '',
    'Keep safe, apart from each other and from the archive:',
    `  the ${ways.join(' and the ')}: without ${ways.length === 1 ? 'it' : 'one of them'} nobody can read the archive, nor can we`,
    `  a copy of the folder ${shellWord(address.replace(/\?.*$/, '').replace(/\/$/, '') + '/keys')}: whoever deletes it destroys the archive`,
    '',
    `Next: ${nextCommand('doctor', flags)}`,
    `      ${nextCommand('run', flags)}`,
  ].join('\n');
}
