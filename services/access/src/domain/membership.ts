import { forbidden, type AppError } from '@definitivedx/errors';

/**
 * The organisation a person acts as: the chosen one, else the first of theirs.
 * @returns an AppError `forbidden` when they do not belong to the chosen one, or to none at all.
 */
export function actingAs<M extends { readonly odsCode: string }>(
  memberships: readonly M[],
  chosen?: string,
): M | AppError {
  const found = chosen === undefined ? memberships[0] : memberships.find((m) => m.odsCode === chosen);
  if (found) return found;
  return forbidden(
    memberships.length === 0
      ? "Your account belongs to no organisation. Ask your organisation's administrator to add you."
      : `You are not a member of ${String(chosen)}. Choose one of your own organisations: ${memberships.map((m) => m.odsCode).join(', ')}.`,
  );
}
