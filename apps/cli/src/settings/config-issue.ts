import { CxvaultError } from '@cxvault/plugin-api';
import { z } from 'zod';
import { nearest } from '../nearest.ts';
import { property } from '../property.ts';
import { configSchema } from './config-schema.ts';

type Issue = z.core.$ZodIssue;

/** Names that people try, and what they should use instead. */
const secretNames = /secret|password|encryptionkey|accesskey|token$/i;

/** One error for what is wrong in a configuration file; names every setting, and for a misspelt one the right name. */
export function configIssue(issues: readonly Issue[], file: string): CxvaultError {
  const found = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => unknownName(key, issue.path))
      : [{ message: `${pathOf(issue.path)}: ${lowerFirst(issue.message)}`, hint: undefined }],
  );
  const hints = found.map((one) => one.hint).filter((hint) => hint !== undefined);
  return new CxvaultError('CONFIG_INVALID', found.map((one) => one.message).join('; '), {
    context: { file },
    hint:
      hints.length === 0
        ? 'cxvault.config.schema.json, which ships with cxvault, lists the settings'
        : hints.join('; '),
  });
}

function unknownName(
  key: string,
  path: readonly PropertyKey[],
): { message: string; hint: string | undefined } {
  const message = `unknown setting ${pathOf([...path, key])}`;
  if (secretNames.test(key)) {
    return { message, hint: 'secrets do not belong into this file: use the environment or --password-file' };
  }
  const known = namesAt(path);
  const guess = nearest(key, known);
  return {
    message,
    hint: guess === undefined ? `known there: ${known.join(', ')}` : `did you mean ${guess}?`,
  };
}

/** The settings that the schema knows at a path. */
function namesAt(path: readonly PropertyKey[]): string[] {
  let schema: unknown = z.toJSONSchema(configSchema);
  for (const step of path) schema = child(schema, step);
  const words = property(property(schema, 'propertyNames'), 'enum');
  if (Array.isArray(words)) return words.map(String);
  const properties = property(schema, 'properties');
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
}

function child(schema: unknown, step: PropertyKey): unknown {
  return (
    property(property(schema, 'properties'), step) ??
    property(schema, 'additionalProperties') ??
    property(schema, 'items')
  );
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'the whole file' : path.map(String).join('.');
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
