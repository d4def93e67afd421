import { describe, expect, it } from '@jest/globals';
import type { StoredReport } from '@cxvault/core';
import { ServiceCounters } from '../src/telemetry/report-counters.ts';
import { quietReport } from '../../../packages/core/test/quiet-report.ts';
import type { Telemetry } from '../src/telemetry/telemetry.ts';

function reportOf(run: string, archived: number, calls: number, unchanged: number): StoredReport {
  return quietReport({
    total_interactions: archived,
    successful_archives: archived,
    run_id: run,
    unchanged,
    api_calls: { detail: { count: calls, throttled: 0, retried: 0 } },
  });
}

describe('the counters of a service', () => {
  it('have each interaction and call of its reports once, and never go back', () => {
    const counters: Record<string, number> = {};
    const telemetry: Telemetry = {
      enabled: true,
      begin: () => ({ end: () => {} }),
      span: (_name, _attributes, work) => work(),
      count: (name, value, attributes) => {
        expect(value).toBeGreaterThanOrEqual(0);
        const key = [name, ...Object.values(attributes ?? {})].join(' ');
        counters[key] = (counters[key] ?? 0) + value;
      },
      close: async () => {},
    };
    const service = new ServiceCounters();
    service.note(telemetry, reportOf('first', 3, 5, 4));
    service.note(telemetry, reportOf('first', 7, 12, 1));
    service.note(telemetry, reportOf('second', 1, 1, 0));
    expect(counters).toMatchObject({
      'cxvault.interactions archived': 8,
      'cxvault.interactions unchanged': 4,
      'cxvault.api.calls detail': 13,
    });
  });
});
