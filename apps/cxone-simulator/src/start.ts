import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { FrontDoor } from './front-door.ts';
import type { FaultSettings } from './fault-settings.ts';
import { settingsSchema } from './settings.ts';
import type { Settings, SettingsInput } from './settings.ts';
import type { Stats } from './stats.ts';
import type { Truth, TruthRow } from './truth.ts';
import { World } from './world.ts';

const host = '127.0.0.1';

/** The settings of a tenant, and for tests a clock in place of this machine's (milliseconds since 1970). */
export interface SimulatorOptions extends SettingsInput {
  readonly now?: () => number;
}

/** A running simulator. */
export interface Simulator {
  /** The API's address and the issuer's, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** What a perfect archive would hold now. */
  truth(): Truth;
  /** The same, interaction by interaction. */
  truthRows(options?: { readonly hashes?: boolean; readonly hidden?: boolean }): Iterable<TruthRow>;
  stats(): Stats;
  /** Replaces all faults; those that are not named are off. Throws a ZodError on a wrong setting. */
  configure(faults: FaultSettings): void;
  /** Lets the tenant's time pass. */
  advance(milliseconds: number): void;
  /** Ends at once, open connections too. */
  close(): Promise<void>;
}

/**
 * Starts a tenant on 127.0.0.1. Throws a ZodError on a wrong setting, and the system's error when the port is not
 * free.
 */
export async function startSimulator({ now, ...input }: SimulatorOptions = {}): Promise<Simulator> {
  return startTenant(settingsSchema.parse(input), now ?? Date.now);
}

/** {@link startSimulator} with settings that have been read already. */
export async function startTenant(settings: Settings, now: () => number): Promise<Simulator> {
  const world = new World(settings, now);
  const door = new FrontDoor(world);
  const api = serve(door, false);
  const servers = settings.media.origin === 'same' ? [api] : [api, serve(door, true)];
  const ports = [await listen(api, settings.port)];
  for (const server of servers.slice(1)) ports.push(await listen(server, 0));
  const [port = 0, mediaPort = port] = ports;
  world.origins = { api: origin(port), media: origin(mediaPort) };
  return {
    url: origin(port),
    port,
    truth: () => caughtUp(world).truth.summary(),
    truthRows: (options) => caughtUp(world).truth.rows(options),
    stats: () => world.stats.snapshot(),
    configure: (faults) => {
      world.configure(faults);
    },
    advance: (milliseconds) => {
      world.clock.advance(milliseconds);
      world.movement.catchUp();
    },
    close: async () => {
      door.close();
      await Promise.all(servers.map(end));
    },
  };
}

function origin(port: number): string {
  return `http://${host}:${String(port)}`;
}

/** A client that goes away in mid-request is its own affair; anything else is a defect and should be seen. */
function isClientGone(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ECONNRESET';
}

function caughtUp(world: World): World {
  world.movement.catchUp();
  return world;
}

function serve(door: FrontDoor, onMediaHost: boolean): Server {
  const server = createServer((request, response) => {
    door.handle(request, response, onMediaHost).catch((error: unknown) => {
      if (!isClientGone(error)) console.error(error);
      response.destroy();
    });
  });
  server.keepAliveTimeout = 60_000; // ms; longer than clients keep theirs, so that no reset comes unasked for
  return server;
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function end(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
