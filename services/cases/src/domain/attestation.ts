import { anonymisationDuty } from '@definitivedx/contracts';
import { conflict } from '@definitivedx/errors';

/** Refuses an attestation of any other text than the one in force: what was not read cannot be attested. */
export function checkAttestation(given: { readonly version: string; readonly hash: string }): void {
  if (given.version === anonymisationDuty.version && given.hash === anonymisationDuty.hash) return;
  throw conflict(
    'The text of your duty to anonymise has changed since it was shown to you. Please read the current one and confirm it again.',
  );
}
