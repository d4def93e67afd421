import { json } from '../answer.ts';
import type { Answer } from '../answer.ts';
import { ControlRoutes } from '../control-routes.ts';
import type { Call, Refuse, Site } from '../site.ts';
import { AcdRoutes } from './acd-routes.ts';
import { capabilities } from './capabilities.ts';
import type { Capability } from './capabilities.ts';
import { DigitalRoutes } from './digital-routes.ts';
import { refuser } from './errors.ts';
import { MarkRoutes } from './mark-routes.ts';
import { PlatformMedia } from './media-routes.ts';
import { platformControl } from './platform-control.ts';
import type { PlatformWorld } from './platform-world.ts';
import type { Rate } from './resource-watch.ts';
import { findRoute } from './routes.ts';
import type { PlatformMatch } from './routes.ts';

/** The profile `platform`: NICE's published APIs over one world of master contacts. */
export class PlatformSite implements Site {
  readonly world: PlatformWorld;
  readonly control: ControlRoutes;
  readonly #acd: AcdRoutes;
  readonly #media: PlatformMedia;
  readonly #digital: DigitalRoutes;
  readonly #marks: MarkRoutes;
  /** How often an error was prepared: it decides in which form the ACD writes the next one. */
  #calls = 0;

  constructor(world: PlatformWorld) {
    this.world = world;
    this.control = new ControlRoutes(world, platformControl(world));
    this.#acd = new AcdRoutes(world);
    this.#media = new PlatformMedia(world);
    this.#digital = new DigitalRoutes(world);
    this.#marks = new MarkRoutes(world);
  }

  find(method: string, path: string, query: URLSearchParams): PlatformMatch | undefined {
    const match = findRoute(method, path, query);
    if (match?.capability !== 'file') return match;
    // Files are counted under the id that the truth gives them.
    const file = this.world.contents.fileOf(match.id);
    return file === undefined ? match : { ...match, resource: `file ${file.id}` };
  }

  arrive(call: Call): Answer | undefined {
    const { clock, settings } = this.world;
    const { watch } = this.world.stats;
    watch.asked(call.resource);
    const rate = rateOf(call);
    const inWindow = rate === undefined ? 0 : watch.counted(rate, clock.now());
    if (rate !== 'playback') return undefined;
    const { requests } = settings.platform.playbackLimit;
    if (requests === 0 || inWindow <= requests) return undefined;
    return this.refuse(call)(429, 'THROTTLED', 'too many requests');
  }

  ended(call: Call, status: number | 'none', whole: boolean): void {
    this.world.stats.watch.ended(call.resource, status, whole);
  }

  answer(call: Call): Answer {
    const refuse = this.refuse(call);
    if (call.capability === 'login') return this.#login(call);
    if (call.capability === 'media') return this.#media.signed(call, !call.onMediaHost);
    if (!this.world.tokens.isGood(call.authorization)) return json(401, { message: 'Unauthorized' });
    const capability = capabilityOf(call.capability);
    if (capability !== undefined && this.world.faults.deniedCapabilities.includes(capability)) {
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

  /** The two ways to log in, and what leads to them. */
  #login(call: Call): Answer {
    const { tokens, origins } = this.world;
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

/** The budget that a call counts against. */
function rateOf({ family, capability }: Call): Rate | undefined {
  if (capability === 'business-data') return 'businessData';
  if (family === 'playback') return 'playback';
  return family === 'query' || family === 'detail' ? 'acd' : undefined;
}

/** The permission that a target needs; undefined for what needs none. */
function capabilityOf(target: string): Capability | undefined {
  const [family] = target === 'dfo-mark' ? [target] : target.split('-', 1);
  return capabilities.find((one) => one === target || (one === 'dfo' && family === 'dfo'));
}
