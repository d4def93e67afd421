import type { RunReport } from '@cxvault/core';
import type { Failure } from '../../failure.ts';
import type { RunHistory } from '../../work/run-history.ts';
import { count, elapsed, place, plural, size } from '../layout.ts';
import { replicaWords, runHeadline } from '../run.ts';
import { moment, notice, type Tile, tiles } from './blocks.ts';
import { html, type Markup } from './markup.ts';
import { type Page, pageText } from './page.ts';
import { archiveSection, coverageSection, proofSection } from './run-archive.ts';
import { callSection } from './run-calls.ts';
import { failureSection, markSection } from './run-failures.ts';
import { mediaSection, thisRunSection } from './run-work.ts';

/** What a run's page is made of. */
export interface RunStory {
  /** With all failed interactions, whatever `--report-records` leaves out of the printed one. */
  readonly report: RunReport;
  readonly failure: Failure | undefined;
  readonly exit: number;
  readonly history: RunHistory;
  /** Name and version of the program. */
  readonly tool: string;
}

/** The completion report as one page. */
export function runPage(story: RunStory): string {
  const { report, exit, tool } = story;
  const [state, verdict] = stateOf(story);
  const page: Page = {
    title: `cxvault run ${report.run_id.slice(0, 8)}: ${verdict}`,
    state,
    verdict,
    headline: runHeadline(report),
    facts: [
      ...archiveFacts(report),
      ['run', html`<code>${report.run_id}</code>`],
      ['began', moment(Date.parse(report.generated_at) - report.duration_ms)],
      ['ended', moment(report.generated_at)],
      ['took', elapsed(report.duration_ms)],
      ['profile', report.profile],
      ['exit code', String(exit)],
    ],
    sections: [
      notices(story),
      tiles(tilesOf(report)),
      failureSection(report),
      thisRunSection(story),
      mediaSection(report),
      archiveSection(story.history),
      coverageSection(story),
      proofSection(story),
      markSection(report),
      callSection(story),
    ],
    maker: `Made by ${tool} on ${moment(report.generated_at)}.`,
  };
  return pageText(page);
}

/** The archive; of several each, and whether it has everything. */
function archiveFacts({ archive, archives }: RunReport): [string, Markup][] {
  if (archives === undefined) return [['archive', html`<code>${place(archive)}</code>`]];
  return archives.map((one) => ['archive', html`<code>${place(one.archive)}</code>: ${replicaWords(one)}`]);
}

function stateOf({ report, failure, exit }: RunStory): [Page['state'], string] {
  if (failure !== undefined) return ['bad', report.error === undefined ? 'Done, with an error' : 'Broke off'];
  if (report.journal_damage.length > 0) return ['bad', 'Done; the journal is damaged'];
  if (exit !== 0) return ['attention', 'Done, with failures'];
  const lags = report.archives?.some(({ state }) => state !== 'whole') ?? false;
  return lags ? ['attention', 'Done; not every archive has everything'] : ['good', 'Done'];
}

function notices({ report, failure, history }: RunStory): Markup {
  const { warnings, journal_damage: damage } = report;
  const all = [
    failure && notice('bad', 'Why:', failure.message, failure.hint),
    damage.length > 0 &&
      notice(
        'bad',
        `The journal has ${plural(damage.length, 'damage')}.`,
        damage
          .slice(0, 5)
          .map(({ object_key, detail }) => `${object_key}: ${detail}`)
          .join('; '),
        'run cxvault verify, which names what it costs',
      ),
    history.unreadable !== undefined &&
      notice('attention', 'What the archive holds could not be shown:', history.unreadable),
    ...warnings.map((warning) => notice('attention', 'Warning:', warning)),
  ].filter((one) => one !== undefined && one !== false);
  return html`${all}`;
}

function tilesOf({ media, bytes, marks, ...report }: RunReport): Tile[] {
  return [
    { value: count(report.successful_archives), name: 'interactions archived' },
    {
      value: count(report.failed_archives),
      name: 'failed',
      state: report.failed_archives > 0 ? 'bad' : undefined,
    },
    { value: count(report.unchanged), name: 'unchanged, archived before' },
    { value: count(media.archived), name: `media archived (${size(media.bytes)})` },
    { value: size(bytes.stored), name: `stored, of ${size(bytes.plaintext)}` },
    {
      value: count(marks.sent),
      name: marks.pending > 0 ? `marked, ${count(marks.pending)} pending` : 'marked in CXone',
      state: marks.failed.length > 0 ? 'attention' : undefined,
    },
  ];
}
