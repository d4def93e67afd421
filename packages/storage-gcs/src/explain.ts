import { CxvaultError } from '@cxvault/plugin-api';
import type { ErrorCode } from '@cxvault/plugin-api';

import type { BucketTraits } from './gcs-calls.ts';
import { GcsError } from './gcs-errors.ts';

interface Explanation {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

const bucket = 'Google Cloud console: Cloud Storage > Buckets > (the bucket)';

const right: Explanation = {
  code: 'STORE_DENIED',
  message: 'the login has not the right for this',
  hint: `${bucket} > Permissions > Grant access > Storage Object User (Storage Object Admin to lock objects)`,
};

const locked: Explanation = {
  code: 'STORE_DENIED',
  message: 'the object is locked by a retention or a hold',
  hint: `${bucket} > (the object) > Object overview > Protection says until when`,
};

const keyRight: Explanation = {
  code: 'STORE_DENIED',
  message: 'Cloud Storage may not use the Cloud KMS key',
  hint:
    'give its service agent (Google Cloud console: Cloud Storage > Settings > Project access) the role Cloud KMS ' +
    'CryptoKey Encrypter/Decrypter on the key (Security > Key Management), and see that the key is enabled',
};

const wrongKey: Explanation = {
  code: 'STORE_REFUSED',
  message: 'the Cloud KMS key does not exist, or lies in another location than the bucket',
  hint: 'Google Cloud console: Security > Key Management; the key must have the location of the bucket',
};

/** What to do about an error, in the words of the Google Cloud console, by Google's reason. */
const explanations: Readonly<Record<string, Explanation>> = {
  loginFailed: {
    code: 'STORE_DENIED',
    message: 'there is no login for Google Cloud, or Google does not accept it',
    hint:
      'sign in with gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS to the file of a ' +
      'service account or workload identity, or give the machine a service account',
  },
  authError: {
    code: 'STORE_DENIED',
    message: 'Google does not accept the login',
    hint: 'has it expired or been revoked, and does this machine have the right time?',
  },
  forbidden: right,
  insufficientPermissions: right,
  retentionPolicyNotMet: locked,
  objectUnderActiveHold: locked,
  accountDisabled: {
    code: 'STORE_DENIED',
    message: 'the project of the bucket is closed, or its billing account is',
    hint: 'Google Cloud console: Billing > Account management',
  },
  userProjectMissing: {
    code: 'STORE_REFUSED',
    message: 'the bucket lets the requester pay',
    hint: `turn that off: ${bucket} > Configuration > Requester pays`,
  },
};

/** There is no such bucket: never to be mistaken for an archive without objects. */
export function bucketMissing(name: string, cause: unknown): CxvaultError {
  return new CxvaultError('STORE_NOT_FOUND', 'the bucket does not exist', {
    context: { bucket: name },
    hint: 'create it first (Google Cloud console: Cloud Storage > Buckets > Create), or correct the archive address',
    cause,
  });
}

/** The error in the project's words where there is more to say than Google says; else the error itself. */
export function explained(error: unknown, where: { readonly bucket: string }): unknown {
  if (!(error instanceof GcsError)) return error;
  if (error.reason === 'bucketMissing') return bucketMissing(where.bucket, error);
  const explanation = explanationOf(error);
  if (explanation === undefined) return error;
  const { code, message, hint } = explanation;
  return new CxvaultError(code, message, {
    context: { bucket: where.bucket, reason: error.message },
    hint,
    cause: error,
  });
}

function explanationOf({ reason, status, message }: GcsError): Explanation | undefined {
  if (/\bkms\b|cryptokey/i.test(message) && status !== undefined && status < 500)
    return status === 403 ? keyRight : wrongKey;
  if (status === 400 && /retention/i.test(message))
    return { code: 'STORE_REFUSED', message: 'the bucket does not take the retention', hint: retentionHint };
  return explanations[reason] ?? (status === 401 ? explanations['authError'] : undefined);
}

/** Why a bucket would not lock objects as it is asked to; see `ObjectStore.retentionProblem`. */
export function whyNoRetention(name: string, traits: BucketTraits | undefined): string | undefined {
  if (traits?.retentionPolicy)
    return `the bucket ${name} has a retention policy, which keeps lock files, too: take it off (${bucket} > Protection)`;
  return traits?.retention === false
    ? `the bucket ${name} has no object retention: ${retentionHint}`
    : undefined;
}

const retentionHint = `${bucket} > Protection > Object retention > Enable object retention; or archive without retention`;
