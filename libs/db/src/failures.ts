import { AppError, unavailable } from '@definitivedx/errors';

interface PostgresFailure {
  readonly code?: string;
  readonly constraint?: string;
}

const asFailure = (error: unknown): PostgresFailure =>
  typeof error === 'object' && error !== null ? error : {};

/** Node and pg report a lost server in several ways; SQLSTATE classes 08, 53 and 57P are connection, resources, shutdown. */
const lostServer = /^(08|53|57P)|^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)$/;
const lostServerMessage =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error/;

/** True when the database, and not the query, is at fault: trying again later may help. */
export function isDatabaseUnreachable(error: unknown): boolean {
  if (lostServer.test(asFailure(error).code ?? '')) return true;
  if (error instanceof AggregateError) return error.errors.some(isDatabaseUnreachable);
  if (!(error instanceof Error)) return false;
  return (
    lostServerMessage.test(error.message) || (error.cause !== undefined && isDatabaseUnreachable(error.cause))
  );
}

/** True for a unique violation, of the named constraint or index when one is given. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  const failure = asFailure(error);
  return failure.code === '23505' && (constraint === undefined || failure.constraint === constraint);
}

/** True when a table does not exist, as in a database nothing was migrated in. */
export const isMissingTable = (error: unknown): boolean => asFailure(error).code === '42P01';

/** True when two transactions got in each other's way and running this one again is the cure. */
export const isSerialisationFailure = (error: unknown): boolean =>
  /^40(001|P01)$/.test(asFailure(error).code ?? '');

/** True when the server stopped a statement that took longer than it was given. */
export const isOutOfTime = (error: unknown): boolean => asFailure(error).code === '57014';

/** Lets errors of ours through and turns a lost server into `unavailable`. */
export function translate(error: unknown): unknown {
  if (error instanceof AppError) return error;
  return isDatabaseUnreachable(error) ? unavailable('The database', error) : error;
}
