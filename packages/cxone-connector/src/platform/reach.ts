const hour = 3_600_000; // milliseconds
const day = 24 * hour;

/** `updatedSince` reaches back 30 days (cxone-api.md, "List"); an hour less, for clocks and for the way. */
export const updatedSinceReachMs = 30 * day - hour;

/**
 * What windows may count on, before their end: so much less that a window's settling lag, and the listing that comes
 * first, do not take its beginning out of reach.
 */
export const updatesReachBackMs = 29 * day;

/** "25 months of contact summary data" (NICE's help on report templates). `--since` asks for more. */
export const contactsKeptMs = 762 * day;
