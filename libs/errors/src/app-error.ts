/** One thing wrong with the input: where (a JSON path such as `audience.0.panelId`) and what to do about it. */
export interface Issue {
  readonly path: string;
  readonly message: string;
}

/**
 * Every error that may cross a process boundary, by its stable code.
 * Clients decide on the code, people read the message, and neither ever sees the private cause.
 */
export const errorCodes = [
  'invalid-input',
  'not-signed-in',
  'forbidden',
  'consent-required',
  'not-found',
  'conflict',
  'emergency',
  'command-in-flight',
  'version-mismatch',
  'payload-too-large',
  'range-not-satisfiable',
  'unsupported-media-type',
  'idempotency-key-reused',
  'rate-limited',
  'unavailable',
  'internal',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** What an error looks like on the bus and, extended, at the HTTP door. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly issues?: readonly Issue[];
  readonly retryAfterSeconds?: number;
}

interface Details {
  readonly issues?: readonly Issue[];
  readonly retryAfterSeconds?: number;
  /** Kept for the log, never sent. */
  readonly cause?: unknown;
}

/** An error with a public message. The message is a sentence its reader can act on and holds nothing private. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly issues: readonly Issue[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, details: Details = {}) {
    super(message, { cause: details.cause });
    this.name = 'AppError';
    this.code = code;
    this.issues = details.issues;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }

  toWire(): WireError {
    return {
      code: this.code,
      message: this.message,
      ...(this.issues ? { issues: this.issues } : {}),
      ...(this.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: this.retryAfterSeconds }),
    };
  }
}

/** The same sentence for what does not exist and for what the caller may not see (security.md 8). */
export const notFound = (what = 'case'): AppError =>
  new AppError('not-found', `There is no such ${what}, or it is not shared with you.`);

export const invalidInput = (message: string, issues: readonly Issue[] = []): AppError =>
  new AppError('invalid-input', message, { issues });

export const forbidden = (message: string): AppError => new AppError('forbidden', message);

export const conflict = (message: string): AppError => new AppError('conflict', message);

export const unavailable = (what: string, cause?: unknown, retryAfterSeconds = 2): AppError =>
  new AppError(
    'unavailable',
    `${what} cannot be reached just now. Nothing was changed; please try again shortly.`,
    {
      retryAfterSeconds,
      cause,
    },
  );

/** Turns whatever was thrown into an AppError; the unknown becomes `internal` with nothing of it in the message. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  return new AppError(
    'internal',
    'Something went wrong on our side. It has been recorded; please try again.',
    {
      cause: thrown,
    },
  );
}

const isCode = (value: unknown): value is ErrorCode => (errorCodes as readonly unknown[]).includes(value);

/** Rebuilds an error that another service sent. */
export function fromWire(wire: unknown): AppError {
  if (typeof wire === 'object' && wire !== null && 'code' in wire && isCode(wire.code)) {
    const { code, message, issues, retryAfterSeconds } = wire as WireError;
    return new AppError(code, message, {
      ...(issues ? { issues } : {}),
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    });
  }
  return toAppError(new Error('unreadable error from the bus'));
}
