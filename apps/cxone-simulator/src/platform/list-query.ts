import type { PlatformSettings } from './settings.ts';

const time = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z)?$/;
const orders: Readonly<Record<string, ListQuery['order']>> = {
  contactstart: 'contactStart',
  contactstartdate: 'contactStart',
  lastupdatetime: 'lastUpdateTime',
};

/** A list request, understood. Times are milliseconds since 1970; both ends are inclusive. */
export interface ListQuery {
  readonly from: number;
  readonly to: number;
  readonly updatedSince: number | undefined;
  readonly mediaTypeId: number | undefined;
  readonly top: number;
  readonly skip: number;
  readonly order: 'contactStart' | 'lastUpdateTime';
  readonly descending: boolean;
  /** Lower case. */
  readonly fields: ReadonlySet<string> | undefined;
}

/** The request, or what is wrong with it. */
export function readQuery(
  query: URLSearchParams,
  settings: PlatformSettings['list'],
  now: number,
): ListQuery | string {
  const ask = (name: string) => query.get(name) ?? undefined;
  const dates = [ask('startDate'), ask('endDate'), ask('updatedSince')];
  const [start, end, since] = dates.map((text) =>
    text === undefined ? undefined : time.test(text) ? Date.parse(text) : Number.NaN,
  );
  if ([start, end, since].some(Number.isNaN)) return 'a date is not valid; write UTC with a literal Z';
  if ((start === undefined) !== (end === undefined)) return 'startDate and endDate go together';
  if (start === undefined && since === undefined) return 'startDate and endDate, or updatedSince, are needed';
  if (start !== undefined && end !== undefined) {
    if (end < start) return 'endDate is before startDate';
    if (end - start > settings.maxRangeMs) return 'the date range is too large';
  }
  const oldest = now - settings.updatedSinceMs;
  const tooOld = since !== undefined && since < oldest;
  if (tooOld && settings.oldUpdatedSince === 'refuse') return 'updatedSince is more than 30 days ago';
  const numbers = [ask('top') ?? settings.defaultTop, ask('skip') ?? 0].map(Number);
  const [top = 0, skip = 0] = numbers;
  if (!numbers.every(Number.isInteger) || top < 1 || skip < 0) return 'top or skip is not valid';
  const [column = '', way = 'asc', ...more] = (ask('orderBy') ?? 'contactStartDate asc').trim().split(/\s+/);
  const order = orders[column.toLowerCase()];
  if (order === undefined || more.length > 0 || !/^(asc|desc)$/i.test(way)) return 'orderBy is not valid';
  return {
    from: start ?? 0,
    to: end ?? Number.MAX_SAFE_INTEGER - 1,
    updatedSince: tooOld ? oldest : since,
    mediaTypeId: query.has('mediaTypeId') ? Number(ask('mediaTypeId')) : undefined,
    top: Math.min(top, settings.maxTop),
    skip,
    order,
    descending: way.toLowerCase() === 'desc',
    fields: fieldNames(query.get('fields')),
  };
}

/** Asked-for fields, in lower case; undefined: all. */
export function fieldNames(list: string | null): Set<string> | undefined {
  if (list === null || list === '') return undefined;
  return new Set(list.split(',').map((name) => name.trim().toLowerCase()));
}
