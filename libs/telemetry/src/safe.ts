/** What may stand for something that was held back. */
export const REDACTED = '[redacted]';

const codePattern = /^[A-Za-z0-9_.:/+,=#~$>*{}-]{1,200}$/;
/** NHS, CHI and H&C numbers have ten digits, often written 3-3-4. */
const personNumber = /^\d{3}[-.]?\d{3}[-.]?\d{4}$/;

/**
 * True for ids, codes, subjects, versions and addresses: short, plain ASCII, no white space.
 * Prose, e-mail addresses, encoded text, other scripts and anything shaped like a patient's number are not.
 */
export function isCode(value: string): boolean {
  return codePattern.test(value) && !personNumber.test(value);
}

const serviceName = /^[a-z][a-z0-9-]{0,39}$/;

/** The name of this process in logs, spans and file names: OTEL_SERVICE_NAME, else the folder it was started from. */
export function currentService(): string {
  const named = process.env['OTEL_SERVICE_NAME'];
  if (named && serviceName.test(named)) return named;
  return /[/\\]services[/\\]([a-z][a-z0-9-]{0,39})[/\\]/.exec(process.argv[1] ?? '')?.[1] ?? 'unknown';
}
