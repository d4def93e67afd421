/** What is measured: by name, what it means. All are gauges: a run by itself counts from nothing each time. */
export const metricFamilies = {
  cxvault_run_last_success_timestamp_seconds:
    'When a run, or a pass of one with --every, last did all it was asked to.',
  cxvault_run_last_exit_code:
    'Exit code of the last run or pass: 0 done, 3 some failed, 20 CXone or the store is away.',
  cxvault_run_archived_interactions: 'Interactions archived by the current or last run.',
  cxvault_run_failed_interactions:
    'Interactions that failed in the current or last run and were not archived since.',
  cxvault_run_given_up_interactions: 'Interactions given up: refused or gone in several runs over a day.',
  cxvault_run_pending_marks: 'Archived interactions whose mark in CXone is still to be sent.',
  cxvault_run_media: 'Media archived by the current or last run.',
  cxvault_run_plaintext_bytes:
    'Bytes archived by the current or last run, before compression and encryption.',
  cxvault_run_stored_bytes: 'Bytes stored by the current or last run.',
  cxvault_run_low_water_mark_timestamp_seconds:
    'Up to here everything since the archive began is archived or named as failed.',
  cxvault_run_lag_seconds: 'How far the low-water mark lies behind the time at which this file was written.',
  cxvault_api_calls: 'API calls of the current or last run by family; kind: made, throttled or retried.',
  cxvault_api_budget_used: 'Requests of the API budget in use, by all processes of this machine.',
  cxvault_api_budget_limit: 'Requests that the API budget allows in its period.',
  cxvault_api_budget_wait_seconds: 'How long requests of the current or last run waited for their budget.',
  cxvault_verify_ok: '1 when the last verify found the archive whole as far as it looked, else 0.',
  cxvault_verify_last_timestamp_seconds: 'When a verify of the whole archive last ended, by depth.',
  cxvault_verify_objects: 'Objects of the last verify; state: checked, damaged, missing or leftover.',
  cxvault_verify_records: 'Records of the last verify; state: checked or damaged.',
  cxvault_verify_media: 'Media of the last verify; state: checked or damaged.',
  cxvault_verify_journal_entries: 'Journal entries of the last verify; state: checked or damaged.',
  cxvault_verify_read_bytes: 'Bytes that the last verify read.',
} as const;

export type MetricName = keyof typeof metricFamilies;

/** One measured value. */
export interface Sample {
  readonly name: MetricName;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
