import type { ServiceContext } from '@definitivedx/bus';
import { thoseOwing } from '../data/acknowledgements.js';
import { thoseWhoMaySee } from './who-answers.js';

/** Of those who have still to acknowledge advice of a case, who may not see it any more and so never can. */
export async function thoseGone(service: ServiceContext, caseId: string): Promise<string[]> {
  const owing = await thoseOwing(service.db, caseId);
  const maySee = await thoseWhoMaySee(service, caseId, owing);
  return owing.filter((memberId) => !maySee.has(memberId));
}
