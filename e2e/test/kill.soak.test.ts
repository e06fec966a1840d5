import { killSuite } from './support/kill-suite.js';

// `npm run test:soak`
killSuite({ total: 10_000, kills: 20, within: 1_700_000 });
