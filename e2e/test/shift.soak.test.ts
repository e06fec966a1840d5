import { shiftSuite } from './support/shift-suite.js';

// `npm run test:soak`. Every open case passes from hand to hand at every change, so the work grows with their product.
shiftSuite({ cases: 200, changes: 24, within: 1_200_000 });
