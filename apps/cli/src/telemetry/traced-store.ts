import type { ObjectStore } from '@cxvault/plugin-api';
import type { Telemetry } from './telemetry.ts';

/** What writing below a prefix is: the journal entry is the commit. */
const spanNames: readonly (readonly [prefix: string, name: string])[] = [
  ['data/records/', 'segment'],
  ['data/media/', 'media'],
  ['runs/', 'commit'],
];

/** A store whose writes of segments, media and journal entries are spans; a medium's lasts from its first byte on. */
export function tracedStore(store: ObjectStore, telemetry: Telemetry): ObjectStore {
  if (!telemetry.enabled) return store;
  return {
    get capabilities() {
      return store.capabilities;
    },
    put: (key, body, options) => {
      const name = spanNames.find(([prefix]) => key.startsWith(prefix))?.[1];
      const put = () => store.put(key, body, options);
      return name === undefined ? put() : telemetry.span(name, { 'cxvault.object_key': key }, put);
    },
    get: (key, options) => store.get(key, options),
    stat: (key, options) => store.stat(key, options),
    list: (prefix, options) => store.list(prefix, options),
    remove: (key, options) => store.remove(key, options),
    retentionProblem: async (options) => store.retentionProblem?.(options),
    classify: (error) => store.classify(error),
    close: () => store.close(),
  };
}
