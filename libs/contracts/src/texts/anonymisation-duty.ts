/**
 * The duty to anonymise, shown and acknowledged before a case is shared (domain.md, promise 1).
 * A changed text is a new version with a new hash; older attestations keep the version they were given for.
 * The hash is the SHA-256 of the body and is checked by a test, since the browser cannot compute it synchronously.
 */
export const anonymisationDuty = {
  version: '2026-11',
  title: 'Your duty to anonymise',
  body: [
    'You are about to share this case with colleagues outside your practice.',
    'Remove everything that could identify the child or the family: names, initials, dates of birth, addresses, postcodes, telephone numbers, e-mail addresses, NHS, CHI, H&C and hospital numbers, schools and nurseries, and rare facts that together single a child out.',
    'Give ages as bands and dates as intervals ("day 3 of fever"). Keep what matters clinically.',
    "You remain responsible for the child's care and for what you write here. Write the case code into the child's own record: it is the only link between the two.",
    'If the child is seriously ill, do not wait for a reply here: call.',
  ].join('\n\n'),
  hash: 'f69754d393131f57ef67eef7eaa403b35825fa664d5eb3d9f66d1f667a65cd6d',
} as const;
