import { shiftSuite } from './support/shift-suite.js';

// `npm run test:soak`
shiftSuite({ cases: 1_000, changes: 60, within: 1_200_000 });
