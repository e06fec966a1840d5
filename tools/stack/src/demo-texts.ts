/** The texts that demo members are asked to accept. A real deployment publishes its own, approved by its lawyers. */
export const demoTexts = [
  {
    kind: 'terms-of-use',
    version: 'demo-1',
    title: 'Terms of Use (demonstration)',
    body: [
      'This is a demonstration of DefinitiveDx. Use invented cases only; never enter anything about a real patient.',
      'You anonymise every case and every file before you share it, and you say so each time.',
      'You decide who sees a case you share, down to one person, and may end that at any moment.',
      'Advice given here supports your own clinical judgement and does not replace it. Whoever sees the child remains responsible for the care given.',
      'This is not an emergency service. If a child is seriously ill, call.',
      'You sign in as yourself and let nobody else use your sign-in. What is read and done is recorded.',
    ].join('\n\n'),
  },
  {
    kind: 'privacy-policy',
    version: 'demo-1',
    title: 'Privacy Policy (demonstration)',
    body: [
      'About you as a member we keep your name, work e-mail address, organisation and roles, your sign-ins, what you accepted, and which cases you read or acted on.',
      'We keep it to let colleagues know who they speak with, to tell you about your cases, and to show who saw what.',
      'Cases are anonymised by those who share them; we hold nothing that is meant to identify a patient.',
      'In this demonstration everything stays on the machine it runs on, and e-mail goes to a local mailbox only.',
      'Ask the organisation that runs the system for a copy of what is kept about you, or for its correction.',
    ].join('\n\n'),
  },
] as const;
