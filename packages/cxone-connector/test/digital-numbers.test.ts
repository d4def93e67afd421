import { describe, expect, it } from '@jest/globals';
import { digitalNumbers, otherDigitalNumbers } from '../src/platform/digital.ts';
import { row } from './platform-rows.ts';

const digital = { mediaTypeId: 9, isLogged: false };
const unnamed = (id: string): ReturnType<typeof row> => row(id, digital);
const named = (id: string, caseId: string): ReturnType<typeof row> => row(id, { ...digital, caseId });

describe('the numbers of digital contacts', () => {
  it('are those that the legs name, each once', () => {
    expect(digitalNumbers([named('101', '7'), named('102', '7'), row('103')], '100')).toEqual(['7']);
  });

  it('are also the master contact, where a leg names none', () => {
    const legs = [named('101', '7'), named('102', '7'), unnamed('103')];
    expect(digitalNumbers(legs, '100')).toEqual(['7', '100']);
  });

  it('are those under which something was found', () => {
    const legs = [unnamed('101'), unnamed('102')];
    expect(digitalNumbers(legs, '100', { 102: {} })).toEqual(['102']);
    expect(digitalNumbers(legs, '100', { 100: {}, 102: {} })).toEqual(['100', '102']);
    expect(digitalNumbers(legs, '100', {})).toEqual(['100']);
  });

  it('may otherwise be those of the legs that name none, but for the master itself', () => {
    const legs = [unnamed('100'), unnamed('101'), named('102', '7'), row('103')];
    expect(otherDigitalNumbers(legs, '100')).toEqual(['101']);
  });
});
