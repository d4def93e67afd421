import { describe, expect, it } from '@jest/globals';
import { readSingleContact } from '../src/platform/single-contact.ts';

const contact = { contactId: '101', masterContactId: '100', mediaTypeId: 4 };

describe('a contact that is asked for by its id', () => {
  it.each([
    ['under the key contactId', { businessUnitId: 1, contactId: contact }],
    ['bare', contact],
  ])('is read %s', (_, json) => {
    expect(readSingleContact(json)).toMatchObject({
      contactId: '101',
      masterContactId: '100',
      json: contact,
    });
  });

  it('is, without what tells of now, the row that a list gives', () => {
    const moment = { isActive: false, isWarehoused: true, stateId: 12, digitalContactStateName: 'Closed' };
    expect(readSingleContact({ contactId: { ...contact, ...moment } })?.json).toEqual(contact);
  });

  it('is none yet while it is active', () => {
    expect(readSingleContact({ contactId: { ...contact, isActive: true } })).toBeUndefined();
  });
});
