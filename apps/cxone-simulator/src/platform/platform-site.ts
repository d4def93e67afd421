import { json } from '../answer.ts';
import type { Answer } from '../answer.ts';
import type { TenantClock } from '../clock.ts';
import type { FaultDice } from '../fault-dice.ts';
import type { Faults } from '../fault-settings.ts';
import type { Settings } from '../settings.ts';
import type { Call, Refuse, Site } from '../site.ts';
import type { StatsKeeper } from '../stats.ts';
import { AcdRoutes } from './acd-routes.ts';
import { capabilities } from './capabilities.ts';
import type { Capability } from './capabilities.ts';
import { DigitalRoutes } from './digital-routes.ts';
import { refuser } from './errors.ts';
import { MarkRoutes } from './mark-routes.ts';
import { PlatformMedia } from './media-routes.ts';
import { PlatformControl } from './platform-control.ts';
import { PlatformTruthTeller } from './platform-truth.ts';
import type { PlatformWorld } from './platform-world.ts';
import { findRoute } from './routes.ts';
import type { PlatformMatch } from './routes.ts';

/** The profile `platform`. */
export class PlatformSite implements Site {
  readonly truth: PlatformTruthTeller;
  readonly #world: PlatformWorld;
  readonly #acd: AcdRoutes;
  readonly #media: PlatformMedia;
  readonly #digital: DigitalRoutes;
  readonly #marks: MarkRoutes;
  readonly #control: PlatformControl;
  #calls = 0;

  constructor(world: PlatformWorld) {
    this.#world = world;
    this.#acd = new AcdRoutes(world);
    this.#media = new PlatformMedia(world);
    this.#digital = new DigitalRoutes(world);
    this.#marks = new MarkRoutes(world);
    this.truth = new PlatformTruthTeller(world, this.#acd);
    this.#control = new PlatformControl(world, this.truth);
  }

  get seed(): number {
    return this.#world.seed;
  }

  get clock(): TenantClock {
    return this.#world.clock;
  }

  get dice(): FaultDice {
    return this.#world.dice;
  }

  get stats(): StatsKeeper {
    return this.#world.stats;
  }

  get faults(): Faults {
    return this.#world.faults;
  }

  get settings(): Settings {
    return this.#world.settings;
  }

  get origins(): Site['origins'] {
    return this.#world.origins;
  }

  set origins(origins: Site['origins']) {
    this.#world.origins = origins;
  }

  find(method: string, path: string, query: URLSearchParams): PlatformMatch | undefined {
    const match = findRoute(method, path, query);
    if (match?.capability !== 'file') return match;
    // Files are counted under the id that the truth gives them.
    const file = this.#world.contents.fileOf(match.id);
    return file === undefined ? match : { ...match, resource: `file ${file.id}` };
  }

  arrive(call: Call): Answer | undefined {
    const { watch, clock, settings } = this.#world;
    watch.asked(call.resource);
    const rate = rateOf(call);
    const inWindow = rate === undefined ? 0 : watch.counted(rate, clock.now());
    if (rate !== 'playback') return undefined;
    const { requests } = settings.platform.playbackLimit;
    if (requests === 0 || inWindow <= requests) return undefined;
    return this.refuse(call)(429, 'THROTTLED', 'too many requests');
  }

  ended(call: Call, status: number | 'none', whole: boolean): void {
    this.#world.watch.ended(call.resource, status, whole);
  }

  answer(call: Call): Answer {
    const refuse = this.refuse(call);
    if (call.capability === 'login') return this.#login(call);
    if (call.capability === 'media') return this.#media.signed(call, !call.onMediaHost);
    if (!this.#world.tokens.isGood(call.authorization)) return json(401, { message: 'Unauthorized' });
    const capability = capabilityOf(call.capability);
    if (capability !== undefined && this.#world.faults.deniedCapabilities.includes(capability)) {
      return refuse(403, 'FORBIDDEN', 'the role of this user does not permit it');
    }
    switch (call.capability) {
      case 'playback':
        return this.#media.playback(call, refuse);
      case 'dfo-attachment':
        return this.#media.attachment(call, refuse);
      case 'dfo':
      case 'dfo-messages':
      case 'dfo-message':
        return this.#digital.answer(call, refuse);
      case 'dfo-mark':
        return this.#marks.customFields(call, refuse);
      case 'business-data':
        return this.#marks.businessData(call, refuse);
      default:
        return this.#acd.answer(call, refuse);
    }
  }

  refuse(call: Call): Refuse {
    this.#calls += 1;
    const capability = capabilityOf(call.capability) ?? (call.capability === 'media' ? 'media' : 'login');
    return refuser(capability, this.#calls);
  }

  control(method: string, path: string, query: URLSearchParams, body: string): Answer {
    return this.#control.answer(method, path, query, body);
  }

  configure(faults: unknown): void {
    this.#world.configure(faults);
  }

  catchUp(): void {
    this.#world.movement.catchUp();
  }

  #login(call: Call): Answer {
    const { tokens, origins } = this.#world;
    const [path = ''] = call.url.split('?', 1);
    switch (path) {
      case '/auth/token':
        return tokens.grant(new URLSearchParams(call.body), call.authorization, origins.api);
      case '/authentication/v1/token/access-key':
        return tokens.accessKey(call.body, origins.api);
      case '/public/user/refresh':
        return tokens.userRefresh(call.body, origins.api);
      case '/.well-known/cxone-configuration':
        return tokens.configuration(call.query.get('tenantId'), origins.api);
      default:
        return tokens.discovery(origins.api);
    }
  }
}

function rateOf({ family, capability }: Call): 'playback' | 'acd' | 'businessData' | undefined {
  if (capability === 'business-data') return 'businessData';
  if (family === 'playback') return 'playback';
  return family === 'query' || family === 'detail' ? 'acd' : undefined;
}

/** The permission that a target needs. */
function capabilityOf(target: string): Capability | undefined {
  const [family] = target === 'dfo-mark' ? [target] : target.split('-', 1);
  return capabilities.find((one) => one === target || (one === 'dfo' && family === 'dfo'));
}
