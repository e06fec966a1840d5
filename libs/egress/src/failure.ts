import { AppError, unavailable } from '@definitivedx/errors';

/** Why an exchange failed, fit for rows and logs. */
export type EgressFailureCode =
  'address-refused' | 'timeout' | 'too-large' | 'name-unknown' | 'tls' | 'connection' | 'protocol';

/** The answer was longer than the caller wants to read. */
export class TooLarge extends Error {}

const timeouts = /^(UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT|ETIMEDOUT)$/;
const names = /^(ENOTFOUND|EAI_\w+|ENODATA)$/;
const tls = /^(ERR_TLS_\w+|ERR_SSL_\w+|CERT_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|UNABLE_TO_\w+|EPROTO)$/;
const connections = /^(E(CONN\w+|HOSTUNREACH|NETUNREACH|PIPE|ADDRNOTAVAIL|INVAL)|UND_ERR_SOCKET)$/;

/** The code of what an exchange threw. By shape, as some of it comes from the platform and not from our own classes. */
export function failureCodeOf(thrown: unknown): EgressFailureCode {
  if (thrown instanceof AppError) {
    return thrown.code === 'invalid-input' ? 'address-refused' : failureCodeOf(thrown.cause);
  }
  if (thrown instanceof TooLarge) return 'too-large';
  if (typeof thrown !== 'object' || thrown === null) return 'protocol';
  if ('name' in thrown && thrown.name === 'TimeoutError') return 'timeout';
  // Several addresses were tried: the first says as much as any.
  if ('errors' in thrown && Array.isArray(thrown.errors)) return failureCodeOf(thrown.errors[0]);
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
  if (timeouts.test(code)) return 'timeout';
  if (names.test(code)) return 'name-unknown';
  if (tls.test(code)) return 'tls';
  return connections.test(code) ? 'connection' : 'protocol';
}

/** What an exchange throws for whatever went wrong in it. */
export function egressError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  return thrown instanceof TooLarge
    ? new AppError('unavailable', 'The address answered with more than can be taken.', { cause: thrown })
    : unavailable('The address', thrown);
}
