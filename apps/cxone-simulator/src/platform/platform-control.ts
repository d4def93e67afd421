import { z } from 'zod';
import { addBody, which } from '../control-actions.ts';
import type { ControlProfile } from '../control-routes.ts';
import { contactEdits } from './contacts.ts';
import type { PlatformWorld } from './platform-world.ts';
import { shapeSchema } from './settings.ts';

const addContactBody = addBody.extend({ shape: shapeSchema.default({}) });
const editContactBody = which.extend({ change: z.enum(contactEdits).default('note') });

/** What a test can do to master contacts. */
export function platformControl({ contacts }: PlatformWorld): ControlProfile {
  return {
    rows: contacts,
    noun: 'contact',
    shown: (index) => ({ id: contacts.idOf(index) }),
    addition: (body) => {
      const { shape, ...addition } = addContactBody.parse(body);
      return {
        ...addition,
        prepare: () => {
          contacts.shapes.order(contacts.total, shape);
        },
      };
    },
    edit: (body) => {
      const { id, change } = editContactBody.parse(body);
      return {
        id,
        act: (index, now) => {
          contacts.edit(index, change, now);
        },
      };
    },
  };
}
