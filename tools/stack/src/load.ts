// `npm run load -- --cases N [--mine N]`: fills the running system with cases, as they would be after two years.
import { parseArgs } from 'node:util';
import { Refusal, duration, explain } from '../../bootstrap/steps.mjs';
import { demoPeople, loadCases } from './load/load.js';

const usage = 'Usage: npm run load -- --cases N [--mine N], while npm start runs';
const most = 5_000_000;

function countIn(text: string, name: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count <= most) return count;
  throw new Refusal(`--${name} must be a number up to ${String(most)}, and is "${text}".\n${usage}`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { cases: { type: 'string' }, mine: { type: 'string' } } });
  const cases = countIn(values.cases ?? '', 'cases');
  if (cases === 0) throw new Refusal(usage);
  const mine = Math.min(countIn(values.mine ?? '20000', 'mine'), Math.floor(cases / 5));
  const [casesUrl, accessUrl] = [process.env['LOAD_CASES_URL'], process.env['LOAD_ACCESS_URL']];
  if (!casesUrl || !accessUrl)
    throw new Refusal('There is no running system to fill. Start it first: npm start');
  const started = performance.now();
  const plan = { cases, mine, whose: await demoPeople(accessUrl), now: new Date() };
  await loadCases({ casesUrl, accessUrl }, plan, (line) => {
    console.log(line);
  });
  console.log(
    `${String(cases)} cases in ${duration(performance.now() - started)}; the demo GP asked ${String(mine)} of them.`,
  );
}

try {
  await main();
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
