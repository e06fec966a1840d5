import { shiftSuite } from './support/shift-suite.js';

shiftSuite({ cases: 60, changes: 12, within: 150_000 });
