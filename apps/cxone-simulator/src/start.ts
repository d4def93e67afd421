import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { FrontDoor } from './front-door.ts';
import type { FaultSettings } from './fault-settings.ts';
import { InteractionsSite } from './interactions-site.ts';
import { InteractionsWorld } from './interactions-world.ts';
import { settingsSchema } from './settings.ts';
import type { Settings, SettingsInput } from './settings.ts';
import type { Site } from './site.ts';
import type { Stats } from './stats.ts';
import type { RowOptions, Truth, TruthRow } from './truth.ts';

const host = '127.0.0.1';

/** The settings of a tenant, and for tests a clock in place of this machine's (milliseconds since 1970). */
export interface SimulatorOptions extends SettingsInput {
  readonly now?: () => number;
}

/** What simulators of both profiles can do. */
export interface RunningSimulator {
  /** The API's address and the issuer's, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Replaces all faults; those that are not named are off. Throws a ZodError on a wrong setting. */
  configure(faults: FaultSettings): void;
  /** Lets the tenant's time pass. */
  advance(milliseconds: number): void;
  /** Ends at once, open connections too. */
  close(): Promise<void>;
}

/** A running simulator. */
export interface Simulator extends RunningSimulator {
  /** What a perfect archive would hold now. */
  truth(): Truth;
  /** The same, interaction by interaction. */
  truthRows(options?: Omit<RowOptions, 'values'>): Iterable<TruthRow>;
  /** What was asked of it so far. */
  stats(): Stats;
}

/**
 * Starts a tenant on 127.0.0.1. Throws a ZodError on a wrong setting, and the system's error when the port is not
 * free.
 */
export async function startSimulator({ now, ...input }: SimulatorOptions = {}): Promise<Simulator> {
  return startInteractions(settingsSchema.parse(input), now ?? Date.now);
}

/** {@link startSimulator} with settings that have been read already. */
export async function startInteractions(settings: Settings, now: () => number): Promise<Simulator> {
  const world = new InteractionsWorld(settings, now);
  const mediaHost = settings.media.origin === 'same' ? undefined : host;
  const running = await startSite(new InteractionsSite(world), mediaHost);
  return {
    ...running,
    truth: () => world.catchUp().truth.summary(),
    truthRows: (options) => world.catchUp().truth.rows(options),
    stats: () => world.stats.snapshot(),
  };
}

/**
 * Opens the API's port and, when there is a name for it, that of the media host. Both listen on 127.0.0.1.
 */
export async function startSite(site: Site, mediaHost: string | undefined): Promise<RunningSimulator> {
  const { world } = site;
  const door = new FrontDoor(site);
  const api = serve(door, false);
  const servers = mediaHost === undefined ? [api] : [api, serve(door, true)];
  const ports = [await listen(api, world.settings.port)];
  for (const server of servers.slice(1)) ports.push(await listen(server, 0));
  const [port = 0, mediaPort = port] = ports;
  const url = origin(host, port);
  world.origins = { api: url, media: origin(mediaHost ?? host, mediaPort) };
  return {
    url,
    port,
    configure: (faults) => {
      world.configure(faults);
    },
    advance: (milliseconds) => {
      world.advance(milliseconds);
    },
    close: async () => {
      door.close();
      await Promise.all(servers.map(end));
    },
  };
}

function origin(name: string, port: number): string {
  return `http://${name}:${String(port)}`;
}

/** A client that goes away in mid-request is its own affair; anything else is a defect and should be seen. */
function isClientGone(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ECONNRESET';
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
