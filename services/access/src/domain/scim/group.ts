import { id, line } from '@definitivedx/contracts';
import { isObject, withSubNames, type Json, type JsonObject } from './attributes.js';
import { refusal } from './refusal.js';

/** A group as the directory keeps it: a panel. */
export interface ScimGroup {
  readonly displayName: string;
  readonly externalId: string | null;
  readonly memberIds: readonly string[];
}

function memberIn(written: Json): string {
  const value = isObject(written) ? withSubNames(written)['value'] : written;
  const parsed = id.safeParse(value);
  if (parsed.success) return parsed.data;
  throw refusal('invalidValue', 'Members of a group are named by the id of a user, in `value`.');
}

/** Reads a group. @throws AppError `invalid-input` with `invalidValue` */
export function readGroup(resource: JsonObject): ScimGroup {
  const displayName = line(200).safeParse(resource['displayName']);
  if (!displayName.success)
    throw refusal('invalidValue', 'A group needs a displayName of at most 200 characters.');
  const externalId = resource['externalId'] ?? null;
  if (externalId !== null && !line(255).safeParse(externalId).success)
    throw refusal('invalidValue', 'The attribute externalId is one line of at most 255 characters.');
  const members = resource['members'] ?? [];
  return {
    displayName: displayName.data.trim(),
    externalId: externalId as string | null,
    memberIds: [...new Set((Array.isArray(members) ? members : [members]).map(memberIn))],
  };
}
