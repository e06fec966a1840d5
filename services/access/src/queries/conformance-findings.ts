import type { ServiceContext } from '@definitivedx/bus';
import { channelEvidence, type ReplyOf } from '@definitivedx/contracts';
import {
  provisionedBetween,
  signInBetween,
  type ScimEvidence,
  type SignInEvidence,
} from '../data/conformance-evidence.js';
import type { RunRow } from '../data/conformance.js';
import { scimUserNameOf, type Finding, type Findings } from '../domain/conformance.js';

type Channels = ReplyOf<typeof channelEvidence>;

/** What there is to show for a run since it began. @throws AppError `unavailable` when `notify` cannot be asked. */
export async function findingsOf(
  { bus, db }: ServiceContext,
  { organisationId, code, startedAt, expiresAt }: RunRow,
): Promise<{ findings: Findings; provisioned: ScimEvidence | undefined }> {
  const [channels, signIn, provisioned] = await Promise.all([
    bus.request(channelEvidence, await bus.self(), {
      organisationId,
      since: startedAt.toISOString(),
      until: expiresAt.toISOString(),
    }),
    signInBetween(db, organisationId, startedAt, expiresAt),
    provisionedBetween(db, organisationId, startedAt, expiresAt, scimUserNameOf(code)),
  ]);
  return {
    findings: {
      'sign-in': ofSignIn(signIn),
      scim: ofScim(provisioned),
      webhook: ofDelivery(channels.delivery),
      'test-page': ofPage(channels.page),
    },
    provisioned,
  };
}

function ofSignIn(found: SignInEvidence | undefined): Finding {
  if (!found) return undefined;
  const { memberId, issuer, own } = found;
  const what = { at: found.at.toISOString(), evidence: { memberId, issuer } };
  return own ? { passed: true, ...what } : { passed: false, why: 'other-issuer', ...what };
}

function ofScim(found: ScimEvidence | undefined): Finding {
  if (!found) return undefined;
  const { memberId, clientId, createdAt, disabledAt, place, removed } = found;
  const evidence = { memberId, clientId, createdAt: createdAt.toISOString() };
  const at = (disabledAt ?? createdAt).toISOString();
  if (disabledAt === null)
    return { passed: false, why: removed ? 'deleted-at-once' : 'still-active', at, evidence };
  return place === 'ended'
    ? { passed: true, at, evidence }
    : { passed: false, why: 'active-again', at, evidence };
}

function ofDelivery(found: Channels['delivery']): Finding {
  if (!found) return undefined;
  const { deliveryId, webhookId, type, at, delivered, status, code } = found;
  const evidence = {
    ...{ deliveryId, webhookId, type },
    ...(status === null ? {} : { status }),
    ...(code === null ? {} : { failure: code }),
  };
  return delivered ? { passed: true, at, evidence } : { passed: false, why: 'not-delivered', at, evidence };
}

function ofPage(found: Channels['page']): Finding {
  if (!found) return undefined;
  const { pageId, panelId, memberId, at, acknowledgedAt } = found;
  const evidence = { pageId, panelId, memberId };
  return acknowledgedAt === null
    ? { passed: false, why: 'not-acknowledged', at, evidence }
    : { passed: true, at: acknowledgedAt, evidence };
}
