import { CxvaultError } from '@cxvault/plugin-api';
import { failureOf } from '../failure.ts';
import { writeMetrics } from './metrics-file.ts';
import { type RunMeasures, runSamples } from './run-samples.ts';

const everyMs = 15_000;

/** Keeps the metrics of a run in a file while it goes on; dispose of it to write them a last time. */
export class RunMetrics implements AsyncDisposable {
  readonly #file: string | undefined;
  readonly #measures: Omit<RunMeasures, 'now'>;
  readonly #warn: (text: string) => void;
  #known: Partial<RunMeasures> = {};
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();
  #complained = false;

  private constructor(
    file: string | undefined,
    measures: Omit<RunMeasures, 'now'>,
    warn: (text: string) => void,
  ) {
    this.#file = file;
    this.#measures = measures;
    this.#warn = warn;
  }

  /** Writes what is known at the start. Throws `CONFIG_INVALID` when the file cannot be written: better now than later. */
  static async start(
    file: string | undefined,
    measures: Pick<RunMeasures, 'archive' | 'budgets'>,
    warn: (text: string) => void,
  ): Promise<RunMetrics> {
    const metrics = new RunMetrics(file, measures, warn);
    if (file === undefined) return metrics;
    try {
      await metrics.#save(file);
    } catch (cause) {
      const { message, hint } = failureOf(cause);
      throw new CxvaultError('CONFIG_INVALID', message, { ...(hint !== undefined && { hint }), cause });
    }
    metrics.#timer = setInterval(() => void metrics.write(), everyMs);
    metrics.#timer.unref();
    return metrics;
  }

  note(known: Partial<RunMeasures>): void {
    this.#known = { ...this.#known, ...known };
  }

  /** Writes now. A file that fails later does not end the run: it is told once. */
  write(): Promise<void> {
    const file = this.#file;
    if (file === undefined) return Promise.resolve();
    return (this.#turn = this.#turn.then(async () => {
      try {
        await this.#save(file);
        this.#complained = false;
      } catch (error) {
        if (!this.#complained) this.#warn(failureOf(error).message);
        this.#complained = true;
      }
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.write();
  }

  async #save(file: string): Promise<void> {
    await writeMetrics(file, runSamples({ ...this.#measures, ...this.#known, now: Date.now() }));
  }
}
