/**
 * What a failed hand-over to the mail server means for the mail:
 * `refused` the server will never take it; `later` it may take this one later;
 * `unreachable` the server, the network or our settings are at fault, so every other mail would fail too.
 */
export type SmtpFailure = 'refused' | 'later' | 'unreachable';

/** How SMTP clients report a failure: a code of their own, the server's reply code, the command it answered. */
export interface SmtpError {
  readonly code?: unknown;
  readonly responseCode?: unknown;
  readonly command?: unknown;
}

/**
 * Classifies by RFC 5321: 4yz is for now, 5yz for ever. Only a reply to the recipient or to the message itself speaks
 * about this mail; a 5yz to the greeting, the login or our sender address is a fault of ours that must lose nothing.
 */
export function classifySmtpError({ code, responseCode, command }: SmtpError): SmtpFailure {
  // The client itself will not offer it, such as for an address it cannot read: without this, one bad address would
  // look like a server that is away, and hold up everybody's mail.
  if (typeof responseCode !== 'number' && (code === 'EENVELOPE' || code === 'EMESSAGE')) return 'refused';
  if (typeof responseCode !== 'number' || responseCode === 421) return 'unreachable';
  if (command !== 'RCPT TO' && command !== 'DATA') return 'unreachable';
  return responseCode >= 500 && responseCode !== 503 ? 'refused' : 'later';
}

/** A short code of the failure for rows and logs, such as `smtp-450` or `ECONNECTION`; never the server's words. */
export function smtpErrorCode({ code, responseCode }: SmtpError): string {
  if (typeof responseCode === 'number') return `smtp-${String(responseCode)}`;
  return typeof code === 'string' && /^[A-Z_]{3,40}$/.test(code) ? code : 'unknown';
}
