const day = 86_400_000; // milliseconds

/** `updatedSince` reaches back 30 days (cxone-api.md, "List"); a day less, because a run takes its time. */
export const updatesReachBackMs = 29 * day;

/** "25 months of contact summary data" (NICE's help on report templates). `--since` asks for more. */
export const contactsKeptMs = 762 * day;
