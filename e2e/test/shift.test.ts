import { shiftSuite } from './support/shift-suite.js';

shiftSuite({ cases: 40, changes: 8, within: 150_000 });
