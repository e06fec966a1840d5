import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { ReplyOf, organisationSettings as contract } from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { checkActing, lookingUpActing } from '../data/directory.js';
import { findingDuties, settingsOf, type Duty } from '../data/governance.js';

/** What the organisation acted for has turned on, and who has which duty. */
export async function organisationSettings(
  service: ServiceContext,
  caller: Caller,
): Promise<ReplyOf<typeof contract>> {
  const admin = asMember(caller);
  const [acting, [settings], duties] = await service.db.runAll(
    lookingUpActing(admin),
    settingsOf(admin.organisationId),
    findingDuties(admin.organisationId),
  );
  checkActing(acting);
  if (!settings) throw notFound('organisation');
  const having = (duty: Duty) =>
    duties.filter((one) => one.duty === duty).map(({ memberId, name }) => ({ memberId, name }));
  return { ...settings, cover: having('cover'), governance: having('governance') };
}
