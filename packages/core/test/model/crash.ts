import type { InteractionSource, ObjectStore } from '@cxvault/plugin-api';

/** The process is gone: nothing that it calls is answered any more. */
export class Crash extends Error {
  constructor() {
    super('the process was killed');
  }
}

/** Kills a run at its n-th request, before or after the request has its effect. */
export class CrashPoint {
  #left: number;
  readonly #after: boolean;
  crashed = false;

  constructor(requests: number, after: boolean) {
    this.#left = requests;
    this.#after = after;
  }

  async around<T>(call: () => Promise<T>): Promise<T> {
    if (this.crashed) throw new Crash();
    this.#left -= 1;
    const here = this.#left <= 0;
    if (here && !this.#after) this.#kill();
    const result = await call();
    if (here) this.#kill();
    return result;
  }

  #kill(): never {
    this.crashed = true;
    throw new Crash();
  }
}

/** The store as a process sees it that is killed at the crash point. */
export function crashingStore(store: ObjectStore, point: CrashPoint): ObjectStore {
  return {
    capabilities: store.capabilities,
    put: (key, body, options) => point.around(() => store.put(key, body, options)),
    get: (key, options) => point.around(() => store.get(key, options)),
    stat: (key, options) => point.around(() => store.stat(key, options)),
    list: (prefix, options) => crashingList(store.list(prefix, options), point),
    remove: (key, options) => point.around(() => store.remove(key, options)),
    classify: (error) => (error instanceof Crash ? 'permanent' : store.classify(error)),
    close: () => store.close(),
  };
}

async function* crashingList<T>(list: AsyncIterable<T>, point: CrashPoint): AsyncIterable<T> {
  await point.around(() => Promise.resolve());
  yield* list;
}

/** The source as a process sees it that is killed at the crash point. */
export function crashingSource(source: InteractionSource, point: CrashPoint): InteractionSource {
  return {
    lanes: source.lanes,
    check: (options) => point.around(() => source.check(options)),
    now: () => source.now(),
    list: (window, options) => crashingList(source.list(window, options), point),
    fetch: (id, options) => point.around(() => source.fetch(id, options)),
    openMedia: (id, medium, options) => point.around(() => source.openMedia(id, medium, options)),
    mark: (id, status, options) => point.around(() => source.mark(id, status, options)),
    callCounts: () => source.callCounts(),
    close: () => source.close(),
  };
}
