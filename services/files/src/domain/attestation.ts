import { anonymisationDuty } from '@definitivedx/contracts';
import { conflict, invalidInput } from '@definitivedx/errors';

/** Which text about the duty to anonymise was shown and accepted for a file. */
export interface Attestation {
  readonly version: string;
  readonly hash: string;
}

/**
 * @throws AppError `invalid-input` without an attestation, `conflict` when it was given for another text than the one in
 * force: the member has then not seen what they would vouch for.
 */
export function checkAttestation(version: string | undefined, hash: string | undefined): Attestation {
  if (!version || !hash) {
    throw invalidInput('Please confirm for this file that it identifies nobody, before it is uploaded.', [
      { path: 'X-Attestation-Version', message: 'and X-Attestation-Hash name the text that was shown' },
    ]);
  }
  if (version === anonymisationDuty.version && hash === anonymisationDuty.hash) return { version, hash };
  throw conflict(
    'The text about the duty to anonymise has changed. Please read the current one and confirm it again.',
  );
}
