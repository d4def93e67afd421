import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { CxvaultError, errorCatalogue } from '@cxvault/plugin-api';
import fc from 'fast-check';
import { exitCodes, firstExit } from '../src/exit-codes.ts';
import { failureOf } from '../src/failure.ts';
import { editDistance, nearest } from '../src/nearest.ts';

describe('exit codes', () => {
  it('are the ones of the contract, for every error', () => {
    expect(Object.keys(exitCodes).sort()).toEqual(Object.keys(errorCatalogue).sort());
    for (const exit of Object.values(exitCodes)) expect([1, 2, 3, 10, 11, 12, 20, 130]).toContain(exit);
  });

  it('of several, the first of 1, 12, 20, 130, 3', () => {
    expect(firstExit([])).toBe(0);
    expect(firstExit([0, 0])).toBe(0);
    expect(firstExit([3, 130, 0])).toBe(130);
    expect(firstExit([130, 20])).toBe(20);
    expect(firstExit([20, 12])).toBe(12);
    expect(firstExit([12, 1])).toBe(1);
    expect(firstExit([2, 10])).toBe(10);
  });
});

describe('failureOf', () => {
  it('keeps what an error of ours says', () => {
    const error = new CxvaultError('KEY_WRONG', 'no slot opens', { context: { slots: 2 }, hint: 'check it' });
    expect(failureOf(error)).toEqual({
      code: 'KEY_WRONG',
      message: 'no slot opens [slots=2]',
      hint: 'check it',
      exit: 12,
    });
  });

  it("knows errors of another copy of the contract, and survives codes it doesn't know", () => {
    const foreign = Object.assign(new Error('new trouble'), {
      [Symbol.for('cxvault.error')]: true,
      code: 'FROM_THE_FUTURE',
      hint: 'update',
    });
    expect(failureOf(foreign)).toEqual({ code: 'INTERNAL', message: 'new trouble', hint: 'update', exit: 1 });
  });

  it("gives a remedy where the error has none, and shows no signed address of other people's code", () => {
    const error = new CxvaultError('STORE_DENIED', 'PUT https://b.example/k?X-Amz-Signature=hunter2 failed');
    const failure = failureOf(error);
    expect(failure.hint).toContain('cxvault doctor');
    expect(failure.message).toBe('PUT https://b.example/k?X-Amz-Signature=**redacted** failed');
    expect(failureOf(new Error('at https://me:hunter2@host/')).message).toBe('at https://host/');
  });

  it('takes an abort for an interruption', () => {
    const controller = new AbortController();
    controller.abort();
    expect(failureOf(controller.signal.reason).exit).toBe(130);
  });

  it('explains anything else as a defect, in one line', () => {
    fc.assert(
      fc.property(fc.anything(), (thrown) => {
        const failure = failureOf(thrown);
        expect(failure).toMatchObject({ code: 'INTERNAL', exit: 1 });
        expect(failure.message).not.toMatch(/\n/);
      }),
    );
  });
});

describe('nearest', () => {
  it.each([
    ['archiv', 'archive'],
    ['ARCHIVE', 'archive'],
    ['verfiy', 'verify'],
    ['rnu', 'run'],
  ])('guesses what %s means', (word, meant) => {
    expect(nearest(word, ['archive', 'verify', 'run', 'restore'])).toBe(meant);
  });

  it('does not guess wildly', () => {
    expect(nearest('frobnicate', ['archive', 'run'])).toBeUndefined();
  });

  it('measures as Levenshtein does', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        const distance = editDistance(a, b);
        expect(distance).toBe(editDistance(b, a));
        expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
        expect(distance === 0).toBe(a === b);
      }),
    );
  });
});

describe('the bin', () => {
  it('is plain JavaScript that an old Node can parse', async () => {
    const text = await readFile(new URL('../bin/run.js', import.meta.url), 'utf8');
    // New syntax would fail there before the version is looked at.
    expect(text).not.toMatch(/\?\?|\?\.[a-z]|^\s*await |#[a-z]+\b(?!.*node)/m);
  });
});
