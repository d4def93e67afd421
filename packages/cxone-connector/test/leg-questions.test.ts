import { describe, expect, it } from '@jest/globals';
import { legQuestions } from '../src/platform/leg-questions.ts';
import { startPlatform } from './platform-server.ts';
import { row } from './platform-rows.ts';
import { answer } from './tenant.ts';

const path = '/acd/contacts/100/hierarchy';

describe('questions for legs', () => {
  it('give the hierarchy as it is', async () => {
    await using tenant = await startPlatform();
    const hierarchy = { masterContactId: 100, childContacts: [{ contactId: 101 }] };
    tenant.on(path, answer(hierarchy));
    expect(await legQuestions(tenant.calls).hierarchy('100', undefined)).toEqual(hierarchy);
  });

  it.each([[[]], [null], ['none'], [7]])('take a hierarchy of %j for none', async (odd) => {
    await using tenant = await startPlatform();
    tenant.on(path, answer(odd));
    expect(await legQuestions(tenant.calls).hierarchy('100', undefined)).toBeUndefined();
  });

  it('give a contact that CXone has, and none that it has not', async () => {
    await using tenant = await startPlatform();
    tenant.on('/acd/contacts/101', answer({ contactId: { ...row('101').json, isActive: false } }));
    const questions = legQuestions(tenant.calls);
    expect((await questions.contact('101', undefined))?.contactId).toBe('101');
    expect(await questions.contact('102', undefined)).toBeUndefined();
  });

  it.each([403, 404, 410])('give no contact after a %d', async (status) => {
    await using tenant = await startPlatform();
    tenant.on('/acd/contacts/101', answer({}, status));
    expect(await legQuestions(tenant.calls).contact('101', undefined)).toBeUndefined();
  });
});
