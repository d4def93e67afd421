import { Movement } from '../movement.ts';
import { Refusals } from '../refusals.ts';
import type { Settings } from '../settings.ts';
import { World } from '../world.ts';
import { ContactShapes } from './contact-shape.ts';
import { Contacts } from './contacts.ts';
import { Digital } from './digital.ts';
import { Contents } from './contents.ts';
import type { Content } from './contents.ts';
import { Playback } from './playback.ts';
import { PlatformStatsKeeper } from './platform-stats.ts';
import { PlatformTokens } from './platform-tokens.ts';
import { PlatformTruthTeller } from './platform-truth.ts';

const second = 1000; // ms

/** The world of the profile `platform`. */
export class PlatformWorld extends World {
  readonly contacts: Contacts;
  readonly movement: Movement;
  readonly contents: Contents;
  readonly playback: Playback;
  readonly digital: Digital;
  readonly refusals: Refusals;
  readonly stats: PlatformStatsKeeper;
  readonly tokens: PlatformTokens;
  readonly truth: PlatformTruthTeller;

  /** @param real milliseconds since 1970 of the clock that drives the tenant's */
  constructor(settings: Settings, real: () => number) {
    super(settings, real);
    const { list, contacts, playbackLimit } = settings.platform;
    const idOf = (index: number) => this.contacts.idOf(index);
    this.contacts = new Contacts(this.population, this.clock, new ContactShapes(this.seed, contacts), list);
    this.movement = new Movement(this.contacts, settings.movement, this.start);
    this.contents = new Contents(this.contacts, settings.media.bytes);
    this.playback = new Playback(this.contacts, this.contents);
    this.digital = new Digital(this.contacts, this.contents);
    this.refusals = new Refusals(this.seed, () => this.faults, idOf);
    this.stats = new PlatformStatsKeeper(idOf, playbackLimit.seconds);
    this.tokens = new PlatformTokens(settings, this.tenantId, this.clock);
    this.truth = new PlatformTruthTeller(this);
  }

  /** A signed address on the media host. */
  signedUrl({ id }: Content): string {
    const until = this.clock.now() + this.settings.platform.urlSeconds * second;
    return `${this.origins.media}/recordings/${encodeURIComponent(id)}.mp4?${this.signer.query(id, until)}`;
  }

  /** Where an attachment is: with the API, or signed elsewhere. */
  attachmentUrl(content: Content): string {
    return this.digital.isWithApi(content)
      ? `${this.origins.api}/dfo/3.0/attachments/${encodeURIComponent(content.id)}`
      : this.signedUrl(content);
  }
}
