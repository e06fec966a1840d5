export { caseTexts, tellingWords, tellingWordsIn } from './case-texts.js';
export {
  codeOf,
  describe,
  isTemporary,
  Session,
  whyUnreachable,
  type Answer,
  type Call,
  type Method,
} from './session.js';
export { signIn } from './sign-in.js';
