import { addBody, editBody } from './control-actions.ts';
import type { ControlProfile } from './control-routes.ts';
import type { InteractionsWorld } from './interactions-world.ts';

/** What a test can do to interactions. */
export function interactionsControl({ tenant, details }: InteractionsWorld): ControlProfile {
  return {
    rows: tenant,
    noun: 'interaction',
    shown: (index) => details.row(index),
    addition: (body) => addBody.parse(body),
    edit: (body) => {
      const { id, change } = editBody.parse(body);
      return {
        id,
        act: (index, now) => {
          tenant.edit(index, change, now);
        },
      };
    },
  };
}
