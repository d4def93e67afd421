import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { parseByteRange } from './byte-size.ts';

/** What `--help` prints. */
export const helpText = `cxone-simulator: a NICE CXone tenant on localhost

  --profile interactions|platform   which of the tenant's APIs (default interactions)
  --port N                    port to listen on (default: a free one)
  --interactions N            how many closed interactions, or master contacts, there are (default 100)
  --seed S                    what they are made from (default 1): same seed, same interactions
  --media none|wav|mixed      what they carry (default wav; profile interactions)
  --media-bytes SIZE[-SIZE]   size of each recording: 65536, 64KiB, 10MB, 1GB (default 16KiB-64KiB)
  --media-per-interaction N[-N]   how many (default 1; profile interactions)
  --faults JSON|FILE          what goes wrong, see the README
  --settings JSON|FILE        everything else, see the README; the options above win
  --help

CXONE_CLIENT_ID and CXONE_CLIENT_SECRET are the login (default demo-client, demo-secret); in the profile platform
also CXONE_ACCESS_KEY_ID and CXONE_ACCESS_KEY_SECRET (default demo-access-key, demo-access-secret).
Prints {"url":…} on stdout as soon as it listens. Ends on SIGTERM and SIGINT.
`;

const options = {
  profile: { type: 'string' },
  port: { type: 'string' },
  interactions: { type: 'string' },
  seed: { type: 'string' },
  media: { type: 'string' },
  'media-bytes': { type: 'string' },
  'media-per-interaction': { type: 'string' },
  faults: { type: 'string' },
  settings: { type: 'string' },
  help: { type: 'boolean' },
} as const;

const object = z.record(z.string(), z.unknown());

/**
 * The settings that a command line asks for, not yet checked; undefined when it asks for help. Throws a TypeError or
 * RangeError on what it cannot read, and the system's error for a file.
 */
export function readCommandLine(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, unknown> | undefined {
  const { values } = parseArgs({ args: [...args], options, allowPositionals: false });
  if (values.help === true) return undefined;
  const base = values.settings === undefined ? {} : readObject(values.settings, '--settings');
  const faults = values.faults === undefined ? base['faults'] : readObject(values.faults, '--faults');
  return defined({
    ...base,
    profile: values.profile ?? base['profile'],
    port: wholeNumber(values.port, '--port') ?? base['port'],
    seed: values.seed ?? base['seed'],
    faults,
    login: merged(base['login'], {
      clientId: environment['CXONE_CLIENT_ID'],
      clientSecret: environment['CXONE_CLIENT_SECRET'],
    }),
    platform: withAccessKey(base['platform'], environment),
    population: merged(base['population'], {
      interactions: wholeNumber(values.interactions, '--interactions'),
    }),
    media: merged(base['media'], {
      kind: values.media,
      bytes: values['media-bytes'] === undefined ? undefined : parseByteRange(values['media-bytes']),
      perInteraction: countRange(values['media-per-interaction']),
    }),
  });
}

/** The settings of the profile `platform`, with the access key of the environment. */
function withAccessKey(
  platform: unknown,
  environment: Readonly<Record<string, string | undefined>>,
): unknown {
  const known = object.safeParse(platform ?? {});
  if (!known.success) return platform;
  const login = merged(known.data['login'], {
    accessKeyId: environment['CXONE_ACCESS_KEY_ID'],
    accessKeySecret: environment['CXONE_ACCESS_KEY_SECRET'],
  });
  return { ...known.data, login };
}

/** JSON, given as such or as the name of a file. */
function readObject(text: string, option: string): Record<string, unknown> {
  const json = text.trimStart().startsWith('{') ? text : readFileSync(text, 'utf8');
  const read = object.safeParse(parseJson(json));
  if (!read.success) throw new TypeError(`${option} is not a JSON object`);
  return read.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function wholeNumber(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new RangeError(`${option} is not a whole number: ${text}`);
  return Number(text);
}

function countRange(text: string | undefined): readonly [number, number] | undefined {
  if (text === undefined) return undefined;
  const [low = '', high = low] = text.split('-', 2);
  const option = '--media-per-interaction';
  return [wholeNumber(low, option) ?? 0, wholeNumber(high, option) ?? 0];
}

function merged(base: unknown, over: Record<string, unknown>): unknown {
  const known = object.safeParse(base);
  return known.success || base === undefined ? { ...known.data, ...defined(over) } : base;
}

function defined(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
