import { CxvaultError, isCxvaultError } from '@cxvault/plugin-api';

/** Why an object could not be opened, with its name and what to do; other errors come back as they are. */
export function decryptFailure(error: unknown, object: string): unknown {
  if (!isCxvaultError(error) || error.code !== 'FORMAT_INVALID') return error;
  const { layer, problem } = error.context;
  // An envelope cannot tell a wrong password from changed bytes; the password is the likelier one.
  if (layer === 'envelope' && problem === 'chunk') {
    return new CxvaultError('KEY_WRONG', 'the password does not open the envelope, or it was changed', {
      context: { object },
      hint: 'check the password; if it is right, compare the envelope with a copy',
      cause: error,
    });
  }
  return new CxvaultError('FORMAT_INVALID', error.message, {
    context: { object },
    hint: error.hint ?? 'compare it with a copy; cxvault verify names all that is damaged in an archive',
    cause: error,
  });
}
