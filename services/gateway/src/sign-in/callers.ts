import { Injectable } from '@nestjs/common';
import { CallerSigner, type MemberCaller } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import { identifyMember, type ReplyOf } from '@definitivedx/contracts';

/** How long a caller whose account or place has ended may still get through, at the most, in milliseconds. */
const keepMs = 1_000;
const most = 10_000;

/** A verified sign-in: by a session's cookie or by a bearer token. */
export interface Credential {
  readonly sessionId: string;
  readonly issuer: string;
  readonly subject: string;
  /** The organisation to act for; the first that takes the sign-in when null. */
  readonly odsCode: string | null;
  /** What the token said of the place and role it is for; null when its issuer says nothing of either. */
  readonly organisations: readonly string[] | null;
  readonly roleCodes: readonly string[] | null;
  /** When it ends by itself: an access token's, which no row of ours could end. */
  readonly tokenEndsAt?: Date;
  /** Network address of the request. */
  readonly from?: string;
}

/** Who a credential stands for, and their signed caller. */
export interface KnownCaller {
  readonly caller: MemberCaller;
  readonly identity: ReplyOf<typeof identifyMember>;
  readonly credential: Credential;
}

/** What a verified sign-in says, as `identifyMember` is told. */
export const toldOf = ({ issuer, subject, odsCode, organisations, roleCodes, from }: Credential) => ({
  issuer,
  subject,
  from,
  ...(odsCode === null ? {} : { odsCode }),
  ...(organisations === null ? {} : { organisations: [...organisations] }),
  ...(roleCodes === null ? {} : { roleCodes: [...roleCodes] }),
});

interface Entry {
  readonly known: Promise<KnownCaller>;
  readonly until: number;
}

/**
 * Turns a verified sign-in into the caller that travels on the bus, kept for a second: what ends at access ends here,
 * on every replica, without a message that could be lost. A person who has yet to accept the texts is not kept, so that
 * accepting them counts from the very next request.
 */
@Injectable()
export class Callers {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly bus: Bus,
    private readonly signer: CallerSigner,
  ) {}

  /** @throws AppError `forbidden` for an identity without an active account, `unavailable` when access is away. */
  async of(credential: Credential): Promise<KnownCaller> {
    // Real time, as the signature's lifetime is.
    const now = Date.now();
    const key = `${credential.sessionId} ${credential.odsCode ?? ''} ${credential.from ?? ''}`;
    const entry = this.entries.get(key);
    if (entry && entry.until > now) return entry.known;
    const known = this.identify(credential);
    this.keep(key, { known, until: now + keepMs });
    try {
      const found = await known;
      if (!found.identity.consented) this.entries.delete(key);
      return found;
    } catch (error) {
      this.entries.delete(key);
      throw error;
    }
  }

  private async identify(credential: Credential): Promise<KnownCaller> {
    const { sessionId, from } = credential;
    const identity = await this.bus.request(identifyMember, await this.bus.self(), {
      ...toldOf(credential),
      signIn: false,
    });
    const { memberId, organisationId, roles, consented } = identity;
    return {
      identity,
      credential,
      caller: await this.signer.member({ memberId, organisationId, roles, consented, sessionId, from }),
    };
  }

  private keep(key: string, entry: Entry): void {
    this.entries.delete(key);
    this.entries.set(key, entry);
    // A Map iterates in the order of insertion: the first one is the oldest.
    if (this.entries.size > most) this.entries.delete(this.entries.keys().next().value ?? key);
  }
}
