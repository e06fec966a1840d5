import { killSuite } from './support/kill-suite.js';

killSuite({ total: 1_000, kills: 20, within: 240_000 });
