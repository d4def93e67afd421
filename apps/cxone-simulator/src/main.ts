import { z } from 'zod';
import { helpText, readCommandLine } from './command-line.ts';
import { settingsSchema } from './settings.ts';
import { startPlatform } from './platform/start-platform.ts';
import { startInteractions } from './start.ts';

/** The bin: starts a simulator as the arguments say, and sets the exit code to 2 when they are wrong, 1 otherwise. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    const input = readCommandLine(args, process.env);
    if (input === undefined) {
      process.stdout.write(helpText);
      return;
    }
    await run(input);
  } catch (error) {
    process.exitCode = isUsage(error) ? 2 : 1;
    const text = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    process.stderr.write(`cxone-simulator: ${text}\nhint: see cxone-simulator --help\n`);
  }
}

async function run(input: Record<string, unknown>): Promise<void> {
  const settings = settingsSchema.parse(input);
  const start = settings.profile === 'platform' ? startPlatform : startInteractions;
  const simulator = await start(settings, Date.now);
  process.stdout.write(`${JSON.stringify({ url: simulator.url })}\n`);
  process.stderr.write(
    `a tenant with ${String(settings.population.interactions)} closed interactions listens on ${simulator.url}\n`,
  );
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      process.exit(0);
    });
  }
}

function isUsage(error: unknown): boolean {
  return error instanceof z.ZodError || error instanceof TypeError || error instanceof RangeError;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
