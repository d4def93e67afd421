import { writeFile } from 'node:fs/promises';
import { type Simulator, type SimulatorOptions, startSimulator } from '@cxvault/cxone-simulator';
import { Desk } from './cli-process.ts';

/** The login of every such tenant; one that is started again in its place needs the same. */
export const clientSecret = 's3cret-of-the-client';
const password = 'the password of the archive';

/** A desk with a simulated tenant of its own, and the files `key` and `password` to lock an archive with. */
export class SimulatedDesk extends Desk {
  readonly simulator: Simulator;

  /** The environment that points at the tenant. */
  readonly source: Record<string, string>;

  /** What the file `password` holds. */
  readonly password = this.secret(password);

  private constructor(folder: string, simulator: Simulator) {
    super(folder);
    this.simulator = simulator;
    this.source = this.sourceAt(simulator.url, this.secret(clientSecret));
  }

  static async openWith(options: SimulatorOptions): Promise<SimulatedDesk> {
    const { folder } = await Desk.open();
    const login = { ...options.login, clientSecret };
    const desk = new SimulatedDesk(folder, await startSimulator({ ...options, login }));
    await writeFile(desk.path('key'), new Uint8Array(32).fill(9));
    await writeFile(desk.path('password'), `${password}\n`);
    return desk;
  }

  override async close(): Promise<void> {
    await this.simulator.close();
    await super.close();
  }
}
