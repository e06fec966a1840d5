import type { Adviser, AdviserGrade, InputOf, PostKind, addPost } from '@definitivedx/contracts';
import { invalidInput, type Issue } from '@definitivedx/errors';

/** What only advice carries, beside its recommendation. */
export type AdviceParts = Pick<InputOf<typeof addPost>, 'adviser' | 'safetyNet' | 'links' | 'supersedes'>;

interface Grade {
  /** As a record shows it. */
  readonly words: string;
  readonly register: 'GMC' | 'NMC';
  /** Works under a supervising consultant, who is named with the advice. */
  readonly trainee: boolean;
}

const doctor = (words: string, trainee = false): Grade => ({ words, register: 'GMC', trainee });
const nurse = (words: string): Grade => ({ words, register: 'NMC', trainee: false });

export const grades: Readonly<Record<AdviserGrade, Grade>> = {
  consultant: doctor('consultant'),
  'specialist-grade': doctor('specialist-grade doctor'),
  'specialty-doctor': doctor('specialty doctor'),
  'specialty-registrar': doctor('specialty registrar', true),
  'core-trainee': doctor('core trainee', true),
  'nurse-consultant': nurse('nurse consultant'),
  'advanced-nurse-practitioner': nurse('advanced nurse practitioner'),
  'clinical-nurse-specialist': nurse('clinical nurse specialist'),
};

const registerOf = (professionalNumber: string): Grade['register'] =>
  /^\d+$/.test(professionalNumber) ? 'GMC' : 'NMC';

/** @throws AppError `invalid-input` for advice without an adviser, and for anything else with what only advice carries. */
export function checkAdvice(kind: PostKind, { adviser, safetyNet, links, supersedes }: AdviceParts): void {
  if (kind === 'advice') {
    checkAdviser(adviser);
    return;
  }
  const given = { adviser, safetyNet, links: links.length > 0 ? links : undefined, supersedes };
  const issues = Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([path]) => ({ path, message: 'Leave this out, or post it as advice.' }));
  if (issues.length > 0)
    throw invalidInput('Only advice carries an adviser, a safety net, links and what it supersedes.', issues);
}

function checkAdviser(adviser: Adviser | undefined): void {
  if (!adviser) {
    throw invalidInput('Advice needs its adviser.', [
      { path: 'adviser', message: 'Give your grade and your GMC or NMC number.' },
    ]);
  }
  const { grade, professionalNumber, supervisor } = adviser;
  const { register, trainee, words } = grades[grade];
  const issues: Issue[] = [];
  if (registerOf(professionalNumber) !== register)
    issues.push({
      path: 'adviser.professionalNumber',
      message: `A ${words} gives the number of the ${register} register.`,
    });
  if (trainee && !supervisor)
    issues.push({ path: 'adviser.supervisor', message: 'Name the consultant who supervises you.' });
  if (supervisor?.professionalNumber === professionalNumber)
    issues.push({
      path: 'adviser.supervisor.professionalNumber',
      message: 'Name somebody else: this is your own number.',
    });
  if (issues.length > 0) throw invalidInput('The adviser of this advice is not complete.', issues);
}
