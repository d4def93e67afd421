// The pictures of the README, made again from a simulated tenant and a bucket on this machine: a run in a terminal,
// and its report in a browser. Needs tmux and Chromium. Run by `npm run pictures`.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { photographPage } from './page-picture.ts';
import { openStage } from './stage.ts';
import { typeInTerminal } from './terminal.ts';
import { terminalPicture } from './terminal-picture.ts';

const pictures = fileURLToPath(new URL('../../docs/pictures', import.meta.url));
const commands = ['cxvault run --since 30d --html report.html', 'cxvault verify'];

await mkdir(pictures, { recursive: true });
await using stage = await openStage();
const screen = await typeInTerminal(stage, commands);
await writeFile(
  join(pictures, 'run.svg'),
  terminalPicture(screen, 'cxvault run and cxvault verify in a terminal'),
);
await photographPage(join(stage.folder, 'report.html'), join(pictures, 'report.png'));
process.stdout.write(`pictures are in ${pictures}\n`);
