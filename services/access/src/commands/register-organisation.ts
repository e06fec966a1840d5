import { v7 } from 'uuid';
import type { ServiceContext } from '@definitivedx/bus';
import type { Caller } from '@definitivedx/auth';
import type { InputOf, ReplyOf, registerOrganisation as contract } from '@definitivedx/contracts';
import { Organisation } from '../data/entities.js';

/** Registers an organisation by its ODS code; an existing one keeps its id and takes what is given. */
export async function registerOrganisation(
  service: ServiceContext,
  _caller: Caller,
  { calendar, ...organisation }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const { id } = await service.db.transaction((tx) =>
    tx.em.upsert(
      Organisation,
      { id: v7(), ...organisation, ...(calendar && { calendar }) },
      { onConflictFields: ['odsCode'], onConflictExcludeFields: ['id'] },
    ),
  );
  return { organisationId: id };
}
