import { z } from 'zod';

/** The tenant claim as NICE's tokens have it (cxone-api.md, "Login"). */
const tenantClaims = z.object({ tenantId: z.string().min(1).max(200) });

/**
 * The `tenantId` claim of an access token; undefined when the token is no JWT or has none. The signature is not
 * checked: the token came straight from the issuer, and nothing but the archive's identity follows from the claim.
 */
export function tenantOfToken(token: string): string | undefined {
  const parts = token.split('.');
  const payload = parts.length === 3 ? parts[1] : undefined;
  if (payload === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return tenantClaims.safeParse(claims).data?.tenantId;
  } catch {
    return undefined; // an opaque token with two dots in it
  }
}
