import { consentKind } from '@definitivedx/contracts';

export type ConsentKind = (typeof consentKind.options)[number];

/** The newest text of a kind in force, and when a member accepted that very version. */
export interface TextInForce {
  readonly kind: ConsentKind;
  readonly acceptedAt: Date | null;
}

/** True when each kind has a text in force that the member accepted. Without a text in force there is no consent on record. */
export const consentIsCurrent = (inForce: readonly TextInForce[]): boolean =>
  consentKind.options.every((kind) => inForce.some((text) => text.kind === kind && text.acceptedAt !== null));
