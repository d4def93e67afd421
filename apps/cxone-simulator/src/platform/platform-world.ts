import { TenantClock } from '../clock.ts';
import { FaultDice } from '../fault-dice.ts';
import { faultSchema } from '../fault-settings.ts';
import type { Faults } from '../fault-settings.ts';
import { guid, seedNumber } from '../hash.ts';
import { MediaBodies } from '../media-body.ts';
import { Movement } from '../movement.ts';
import { Population } from '../population.ts';
import { Refusals } from '../refusals.ts';
import type { Settings } from '../settings.ts';
import { UrlSigner } from '../signed-url.ts';
import { StatsKeeper } from '../stats.ts';
import { streams } from '../streams.ts';
import { clockOffset } from '../world.ts';
import { ContactShapes } from './contact-shape.ts';
import { masterId } from './contact-row.ts';
import { Contacts } from './contacts.ts';
import { Digital } from './digital.ts';
import { Contents } from './medium.ts';
import type { Content } from './medium.ts';
import { Playback } from './playback.ts';
import { PlatformTokens } from './platform-tokens.ts';
import { ResourceWatch } from './resource-watch.ts';

const second = 1000; // ms

/** Everything behind the routes of one tenant of the profile `platform`. */
export class PlatformWorld {
  readonly settings: Settings;
  readonly seed: number;
  readonly clock: TenantClock;
  readonly contacts: Contacts;
  readonly movement: Movement;
  readonly contents: Contents;
  readonly playback: Playback;
  readonly digital: Digital;
  readonly bodies: MediaBodies;
  readonly refusals: Refusals;
  readonly dice: FaultDice;
  readonly stats = new StatsKeeper();
  readonly watch: ResourceWatch;
  readonly tokens: PlatformTokens;
  readonly #signer: UrlSigner;
  /** Where the two servers listen; set as soon as they do. */
  origins = { api: '', media: '' };
  faults: Faults;

  /** @param real milliseconds since 1970 of the clock that drives the tenant's */
  constructor(settings: Settings, real: () => number) {
    const { platform } = settings;
    this.settings = settings;
    this.seed = seedNumber(settings.seed);
    this.faults = settings.faults;
    this.clock = new TenantClock(real, clockOffset(settings, real()));
    const start = this.clock.now();
    const population = new Population(settings.population, this.seed, start);
    const shapes = new ContactShapes(this.seed, platform.contacts);
    this.contacts = new Contacts(population, this.clock, shapes, platform.list);
    this.movement = new Movement(this.contacts, settings.movement, start);
    this.contents = new Contents(this.contacts, settings.media.bytes);
    this.playback = new Playback(this.contacts, this.contents);
    this.digital = new Digital(this.contacts, this.contents);
    this.bodies = new MediaBodies(this.seed);
    this.refusals = new Refusals(
      this.seed,
      () => this.faults,
      (index) => String(masterId(this.contacts, index)),
    );
    this.dice = new FaultDice(this.seed, () => this.faults);
    this.watch = new ResourceWatch(platform.playbackLimit.seconds * second);
    const tenantId = settings.login.tenantId ?? guid(this.seed, streams.token);
    this.tokens = new PlatformTokens(settings, tenantId, this.clock);
    this.#signer = new UrlSigner(settings.seed);
  }

  /** Replaces all faults; those that are not named are off. Throws a ZodError on a wrong setting. */
  configure(faults: unknown): void {
    this.faults = faultSchema.parse(faults);
  }

  /** A signed address on the media host. */
  signedUrl({ id }: Content): string {
    const until = this.clock.now() + this.settings.platform.urlSeconds * second;
    return `${this.origins.media}/recordings/${encodeURIComponent(id)}.mp4?${this.#signer.query(id, until)}`;
  }

  /** Where an attachment is: with the API, or signed elsewhere. */
  attachmentUrl(content: Content): string {
    return this.digital.isWithApi(content)
      ? `${this.origins.api}/dfo/3.0/attachments/${encodeURIComponent(content.id)}`
      : this.signedUrl(content);
  }

  checkSignature(id: string, query: URLSearchParams): 'good' | 'expired' | 'bad' {
    return this.#signer.check(id, query, this.clock.now());
  }
}
