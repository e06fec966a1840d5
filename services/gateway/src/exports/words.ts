import { londonTime, recommendationInWords, units } from '@definitivedx/contracts';

/** Codes as people read them, wherever they stand. What is not here is shown as it is. */
const words: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...recommendationInWords,
    'awaiting-advice': 'Awaiting advice',
    'awaiting-information': 'Awaiting information from the requester',
    'advice-given': 'Advice given',
    closed: 'Closed',
    cancelled: 'Cancelled',
    converted: 'Converted to a referral',
    routine: 'Routine',
    urgent: 'Urgent',
    female: 'Female',
    male: 'Male',
    'not-relevant': 'Not relevant',
    refer: 'To refer',
    'not-refer': 'Not to refer',
    unsure: 'Unsure',
    question: 'Question',
    advice: 'Advice',
    information: 'Information',
    note: 'Note',
    'moved-to-identified-route': 'Moved to a route on which the patient is named',
    safeguarding: 'Safeguarding concern',
    'intimate-image': 'Intimate image',
    'identified-records': 'Needs records that name the patient',
    patient: 'The patient',
    'parent-or-carer': 'A parent or carer',
    given: 'Given',
    'not-given': 'Not given',
  }),
);

/** Names of fields as people read them. A field that is not here is called by its own name, its words set apart. */
const labels: ReadonlyMap<string, string> = new Map(
  Object.entries({
    question: 'Question',
    history: 'History',
    flags: 'Marked as',
    endedAt: 'Ended',
    endedAs: 'Ended as',
    referralAllowed: 'The advice may end as a referral',
    recordedAt: 'Recorded',
    intendedAction: 'What the requester was about to do',
    ageBand: 'Age',
    answerBy: 'Answer due by',
    priority: 'Urgency',
  }),
);

/** What a code says, or the text itself. */
export const inWords = (code: string): string => words.get(code) ?? code;

/** What a field is called: `whatNext` becomes "What next". */
export function labelOf(field: string): string {
  const known = labels.get(field);
  if (known !== undefined) return known;
  const apart = field.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').replaceAll(/[-_.]/g, ' ');
  return apart.charAt(0).toUpperCase() + apart.slice(1).toLowerCase();
}

const unitsAsWritten = new Map<unknown, string>(units.map(({ code, display }) => [code, display]));

/** A unit as people write it; one that is not known, as it was given. */
export const unitAsWritten = (unit: string): string => unitsAsWritten.get(unit) ?? unit;

const moment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;

/** One value in words: a moment as London's clocks show it, a code as what it says, text as it was written. */
export function valueInWords(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value === 'number') return String(value);
  return moment.test(value) ? londonTime(new Date(value)) : inWords(value);
}
