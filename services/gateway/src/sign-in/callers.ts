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
  /** Network address of the request. */
  readonly from?: string;
}

/** Who a credential stands for, and their signed caller. */
export interface KnownCaller {
  readonly caller: MemberCaller;
  readonly identity: ReplyOf<typeof identifyMember>;
}

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
    const key = `${credential.sessionId} ${credential.from ?? ''}`;
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

  private async identify({ sessionId, issuer, subject, from }: Credential): Promise<KnownCaller> {
    const identity = await this.bus.request(identifyMember, await this.bus.self(), {
      issuer,
      subject,
      signIn: false,
    });
    const { memberId, organisationId, roles, consented } = identity;
    return {
      identity,
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
