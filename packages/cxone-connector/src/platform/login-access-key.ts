import { z } from 'zod';
import { issuedToken, tokenAnswer } from '../http/issued-token.ts';
import type { LoginHints } from '../http/login-answer.ts';
import { loginError } from '../http/login-error.ts';
import { loginJson } from '../http/login-request.ts';
import type { LoginSurroundings } from '../http/login-request.ts';
import type { Login } from '../http/token-keeper.ts';
import type { AccessKey } from './settings.ts';

const answerSchema = z.object({
  access_token: z.string().min(1),
  // NaN, from what is no number, is as good as unknown
  expires_in: z.coerce.number().optional().catch(undefined),
  tenant_id: z.string().optional(),
});

/**
 * The older login with an access key alone. It has no refresh that could be relied on (other names, another host), so
 * that each token is a login of its own. Throws as `createLogin`.
 */
export function createAccessKeyLogin(
  { id, secret }: AccessKey,
  tokenUrl: URL,
  hints: LoginHints,
  surroundings: LoginSurroundings,
): Login {
  return async (signal) => {
    const sentAt = surroundings.clock.monotonic();
    try {
      const json = await loginJson(
        surroundings,
        {
          method: 'POST',
          url: tokenUrl,
          headers: { accept: 'application/json', 'content-type': 'application/json' },
          body: JSON.stringify({ accessKeyId: id.reveal(), accessKeySecret: secret.reveal() }),
          signal,
        },
        hints,
      );
      return issuedToken(answerSchema.parse(tokenAnswer(json)), sentAt);
    } catch (error) {
      signal.throwIfAborted();
      throw loginError(error, tokenUrl.host, hints);
    }
  };
}
