import { v7 } from 'uuid';
import type { ServiceContext } from '@definitivedx/bus';
import type { Caller } from '@definitivedx/auth';
import type { InputOf, ReplyOf, registerOrganisation as contract } from '@definitivedx/contracts';
import { Organisation } from '../data/entities.js';

/** Registers an organisation by its ODS code; an existing one keeps its id and takes the new name and kind. */
export async function registerOrganisation(
  service: ServiceContext,
  _caller: Caller,
  input: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const { id } = await service.db.transaction((tx) =>
    tx.em.upsert(
      Organisation,
      { id: v7(), ...input },
      { onConflictFields: ['odsCode'], onConflictMergeFields: ['name', 'kind'] },
    ),
  );
  return { organisationId: id };
}
