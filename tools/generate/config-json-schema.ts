import { z } from 'zod';
import { configSchema } from '../../apps/cli/src/settings/config-schema.ts';

/** The JSON schema of the configuration file, for editors. */
export function configJsonSchema(): string {
  const { $schema, ...schema } = z.toJSONSchema(configSchema);
  return JSON.stringify({ $schema, title: 'Configuration of cxvault', ...schema });
}
