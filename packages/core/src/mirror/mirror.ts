import { CxvaultError, isCxvaultError } from '@cxvault/plugin-api';
import type { ObjectStore, SourceLog } from '@cxvault/plugin-api';

import type { Archive } from '../archive.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { syncCatalog } from '../catalog/sync.ts';
import type { Clock } from '../clock.ts';
import type { Damage } from '../damage.ts';
import type { ArchiveLock, RunLockOptions } from '../lock.ts';
import { CopyTally } from '../replicate/copy-context.ts';
import { copyRings } from '../replicate/copy-rings.ts';
import { copyContent } from '../replicate/replicate.ts';
import { lookAt } from './look.ts';
import type { Look } from './look.ts';
import { MirrorLock } from './mirror-lock.ts';
import { MirroredStore } from './mirrored-store.ts';
import { Replica } from './replica.ts';
import type { ReplicaReport } from './replica.ts';

/** An address, and the store behind it. */
export interface MirrorPlace {
  readonly url: string;
  readonly store: ObjectStore;
}

export interface MirrorOptions {
  readonly clock: Clock;
  readonly log?: SourceLog;
  /** Told of each archive that is left out, once. */
  readonly onWarning: (message: string) => void;
  /** The command that copies one into another, for hints. */
  readonly copyCommand: (from: string, to: string) => string;
}

/** What catching up works with. */
export interface CatchUp {
  readonly archive: Archive;
  /** What the journals of all that can be reached say together. */
  readonly catalog: Catalog;
  readonly signal?: AbortSignal | undefined;
}

/** Milliseconds: what cannot be given to an archive now can hardly be given a minute later, and looking costs a listing. */
const lookAgainMs = 3_600_000;

type Found = Extract<Look, { archiveId: string }>;

/**
 * One archive that lies in several places. A run works on all that can be reached as on one; before that each is given
 * what the others have. Keys are never carried from one to another here: which of two is right only an operator knows.
 */
export class Mirror {
  /** Reads from the first that has it, writes to all. */
  readonly store: MirroredStore;
  readonly #replicas: readonly Replica[];
  readonly #options: MirrorOptions;
  /** Where no archive was found. */
  readonly #absent = new Map<Replica, unknown>();
  #lock: MirrorLock | undefined;
  readonly #leave = (replica: Replica, error: unknown): void => {
    this.#leaveOut(replica, isCxvaultError(error) ? error.message : String(error));
  };

  private constructor(places: readonly MirrorPlace[], options: MirrorOptions) {
    this.#replicas = places.map(({ url, store }) => new Replica(url, store));
    this.#options = options;
    this.store = new MirroredStore(this.#replicas, { clock: options.clock, onLeave: this.#leave });
  }

  /**
   * Looks at all places. Throws what the store said when none can be read, `ARCHIVE_NOT_FOUND` when there is an archive
   * in none, and `CONFIG_INVALID` when they are different archives.
   */
  static async open(places: readonly MirrorPlace[], options: MirrorOptions): Promise<Mirror> {
    const mirror = new Mirror(places, options);
    const looks = await Promise.all(mirror.#replicas.map(({ store }) => lookAt(store)));
    if (!looks.some((look) => 'archiveId' in look)) throw nothingFound(looks);
    for (const [at, replica] of mirror.#replicas.entries()) {
      const look = looks[at];
      if (look) mirror.#admit(replica, look, looks.find(isFound));
    }
    return mirror;
  }

  /** True when all of them have everything that was committed: only then may anything be marked in CXone. */
  get isWhole(): boolean {
    return this.#replicas.every(({ present, whole }) => present && whole);
  }

  reports(): ReplicaReport[] {
    return this.#replicas.map((replica) => replica.report());
  }

  /** Takes the run locks of all that can be reached. */
  async lock(options: RunLockOptions): Promise<ArchiveLock> {
    this.#lock = await MirrorLock.acquire(this.#replicas, options, this.#leave);
    return this.#lock;
  }

  /**
   * Gives each archive what it lacks and others have. Needs the locks. Returns what is damaged or missing in those that
   * have it. Throws `ARCHIVE_NOT_FOUND` for a place that never held this archive as far as this machine knows: it may
   * be misspelt.
   */
  async catchUp(work: CatchUp): Promise<Damage[]> {
    for (const [{ url, reason }, cause] of this.#absent) {
      if (!work.catalog.remembersPlace(url)) throw this.#neverThere(url, cause);
      this.#warnOf(url, `${reason ?? ''}; when it does not come back: ${this.#copyTo(url)}`);
    }
    const damage: Damage[] = [];
    for (const replica of this.#present()) damage.push(...(await this.#bring(replica, work)));
    return damage;
  }

  /**
   * Looks again for those that were left out, between two passes of a run that goes on. True when they are all whole now.
   */
  async recover(work: CatchUp): Promise<boolean> {
    const [sound] = this.#present();
    const reference = sound && (await lookAt(sound.store));
    let back = false;
    for (const replica of this.#replicas.filter(({ present }) => !present)) {
      this.#admit(
        replica,
        await lookAt(replica.store),
        reference && isFound(reference) ? reference : undefined,
      );
      if (!replica.present) continue;
      try {
        await this.#lock?.take(replica);
        back = true;
      } catch (error) {
        this.#leave(replica, error);
      }
    }
    // it may have what the others lack
    if (back) await syncCatalog(work.archive, work.catalog, work.signal);
    const due = this.#options.clock.now() - lookAgainMs;
    for (const replica of this.#present())
      if (back || (!replica.whole && replica.broughtAt <= due)) await this.#bring(replica, work);
    return this.isWhole;
  }

  #present(): readonly Replica[] {
    return this.#replicas.filter(({ present }) => present);
  }

  #admit(replica: Replica, look: Look, reference: Found | undefined): void {
    this.#absent.delete(replica);
    if ('failure' in look) {
      this.#leave(replica, look.failure);
      return;
    }
    if ('absent' in look) {
      this.#absent.set(replica, look.absent);
      replica.leave('there is no archive at this address');
      return;
    }
    replica.reached = true;
    if (reference && look.archiveId !== reference.archiveId) throw otherArchive(replica.url);
    if (reference && (look.keys !== reference.keys || look.descriptorSha256 !== reference.descriptorSha256)) {
      this.#leaveOut(
        replica,
        `its keys are not those of the others: ${this.#copyTo(replica.url)} makes them the same`,
      );
      return;
    }
    replica.present = true;
    replica.reason = undefined;
  }

  /** Warns once until it is back: a service looks again and again, and finds it away for one reason or another. */
  #leaveOut(replica: Replica, reason: string): void {
    const known = replica.reason;
    replica.leave(reason);
    if (known === undefined) this.#warnOf(replica.url, reason);
  }

  #warnOf(url: string, reason: string): void {
    this.#options.onWarning(`the archive ${url} is left out, and nothing is marked: ${reason}`);
    this.#options.log?.('info', 'archive.left_out', { archive: url, reason });
  }

  #copyTo(url: string): string {
    return this.#options.copyCommand(this.#present()[0]?.url ?? 'URL', url);
  }

  async #bring(replica: Replica, work: CatchUp): Promise<readonly Damage[]> {
    const { archive, catalog, signal } = work;
    const tally = new CopyTally();
    replica.whole = false;
    replica.broughtAt = this.#options.clock.now();
    const context = {
      from: archive,
      catalog,
      to: replica.store,
      clock: this.#options.clock,
      signal,
      tally,
      check: async () => this.#lock?.check(),
    };
    try {
      const { rootKeys: source, writingKey: current } = archive.keys;
      for (const { store } of this.#present()) {
        if (store === replica.store) continue;
        const from = { id: archive.id, store };
        await copyRings({ ...context, from }, { source, current, target: source }, false);
      }
      await copyContent(context);
      this.#noteWhole(replica, tally, catalog);
    } catch (error) {
      if (signal?.aborted || endsTheRun(error) || this.#present().length <= 1) throw error;
      this.#leave(replica, error);
    } finally {
      replica.caughtUp.objects += tally.objects.copied;
      replica.caughtUp.entries += tally.entries.copied;
      replica.caughtUp.bytes += tally.bytes;
    }
    return tally.damage;
  }

  #noteWhole(replica: Replica, { damage }: CopyTally, catalog: Catalog): void {
    const [first] = damage;
    replica.whole = first === undefined;
    if (first === undefined) {
      catalog.rememberPlace(replica.url);
      return;
    }
    replica.reason = `it cannot be given ${first.object_key}: ${first.detail}`;
    this.#options.onWarning(`the archive ${replica.url} lags, and nothing is marked: ${replica.reason}`);
  }

  #neverThere(url: string, cause: unknown): CxvaultError {
    return new CxvaultError('ARCHIVE_NOT_FOUND', `there is no archive at ${url}`, {
      hint: `correct the address, or make a copy of the other archive there first: ${this.#copyTo(url)}`,
      cause,
    });
  }
}

function isFound(look: Look): look is Found {
  return 'archiveId' in look;
}

/** Who could not be reached says more than who has nothing. */
function nothingFound(looks: readonly Look[]): unknown {
  const failed = looks.find((look) => 'failure' in look);
  if (failed) return failed.failure;
  const [first] = looks;
  return first && 'absent' in first ? first.absent : undefined;
}

function otherArchive(url: string): CxvaultError {
  return new CxvaultError('CONFIG_INVALID', `another archive lies at ${url}`, {
    hint: 'one run works on one archive and its copies: cxvault replicate makes a copy',
  });
}

function endsTheRun(error: unknown): boolean {
  return isCxvaultError(error) && ['ARCHIVE_LOCK_LOST', 'RETENTION_NOT_KEPT'].includes(error.code);
}
