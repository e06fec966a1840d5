/** What is written in the demo. The child is invented; so are the findings. */
export const caseTexts = {
  question:
    'Recurrent wheezing despite an inhaled corticosteroid: would montelukast be worthwhile before spirometry?',
  history:
    'Toddler with five exacerbations since spring, nocturnal coughing between them, eczema, no stridor. ' +
    'Salbutamol through a spacer helps briefly; prednisolone was needed twice. Growing along the fiftieth centile, saturations normal, chest clear today.',
  questionBack: 'How many salbutamol puffs weekly, and are there carpets or feathers in the bedroom?',
  information: 'Eight puffs weekly. Carpets upstairs; feathers were banished last winter.',
  note: 'Leaning towards montelukast; spacer technique unclear.',
  advice:
    'Try montelukast at bedtime for six weeks and check spacer technique. Stop if nightmares occur. ' +
    'Bloodwork and allergen avoidance can wait; return early with hypoxia or feeding difficulty.',
  adviceAnew: 'Montelukast granules, not chewable tablets, at bedtime.',
  phrase: 'montelukast granules',
  safetyNet: 'Come back at once for grunting or a blue tinge.',
  comment: 'Saved a tedious journey.',
} as const;

/** The rest of the form, as the GP fills it in. */
export const answered = {
  question: caseTexts.question,
  history: caseTexts.history,
  ageBand: '2-5 years',
  sex: 'not-relevant',
  results: [{ name: 'CRP', value: 12, unit: 'mg/L', range: { high: 5 }, taken: 'day 3' }],
  intendedAction: 'refer',
  priority: 'routine',
  referralAllowed: true,
  consent: { sharing: 'parent-or-carer' },
} as const;

/** Words of six letters or more: none of them belongs into an e-mail, a log line or a span. */
export const tellingWords: readonly string[] = [
  ...new Set(
    Object.values(caseTexts)
      .join(' ')
      .toLowerCase()
      .match(/\p{L}{6,}/gu),
  ),
];

/** The telling words that occur in a text, as whole words. */
export function tellingWordsIn(text: string): string[] {
  const present = new Set(text.toLowerCase().match(/\p{L}{6,}/gu));
  return tellingWords.filter((word) => present.has(word));
}
