import { CxvaultError, isCxvaultError } from '@cxvault/plugin-api';
import { property } from '../property.ts';
import type { Offered } from './offers.ts';
import { inPlugin } from './in-plugin.ts';

/**
 * Opens what a plugin brings. What is no error of cxvault, and a store or source without its methods, is a fault of
 * the plugin: `PLUGIN_FAILED` names it.
 */
export async function openFactory<Factory, Opened>(
  { plugin, factory }: Offered<Factory>,
  what: string,
  open: (factory: Factory) => Promise<Opened>,
  method: string & keyof Opened,
): Promise<Opened> {
  const opened = await inPlugin(plugin, async () => open(factory)).catch((error: unknown) => {
    if (isCxvaultError(error)) throw error;
    throw failed(plugin, what, error instanceof Error ? error.message : String(error), error);
  });
  if (typeof property(opened, method) === 'function') return opened;
  throw failed(plugin, what, `what it opened has no function ${method}`);
}

function failed(plugin: string, what: string, reason: string, cause?: unknown): CxvaultError {
  return new CxvaultError('PLUGIN_FAILED', `plugin ${plugin} could not open the ${what}: ${reason}`, {
    hint: `report it to those who make ${plugin}; cxvault plugins install ${plugin}@latest brings its newest version`,
    cause,
  });
}
