import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { until } from '@definitivedx/testing';
import { House, minute } from './handing-over.js';

let house: House;
beforeAll(async () => {
  house = await House.open(0);
});
afterAll(() => house.world.stop());

it('a replica killed between taking a shift change up and committing it leaves it to be done once', async () => {
  const { world, cases } = house;
  world.clock.set(new Date());
  const notify = await world.startProgram('notify', { SMTP_URL: 'smtp://127.0.0.1:9' });
  const panel = await house.panel(() => []);
  await house.override(panel.panelId, panel.day, 10 * minute);
  const caseId = await house.share(panel);

  // Cases does not answer, so that the change is in hand for as long as its request may take.
  cases.kill('SIGSTOP');
  await house.override(panel.panelId, panel.night, 10 * minute, { settle: false });
  const taken = `select id from timer where kind = 'shift-change' and panel_id = $1 and claimed_until > now()`;
  await until(async () => (await house.sql(taken, [panel.panelId])).length === 1, 'a timer in hand');
  notify.kill('SIGKILL');
  cases.kill('SIGCONT');
  expect(await house.made(panel)).toEqual([]);

  await notify.untilReady();
  await until(async () => (await house.made(panel)).length > 0, 'the hand-over', 30_000);
  expect(await house.made(panel)).toEqual([
    { from: panel.day.memberId, to: panel.night.memberId, closed: false },
  ]);
  expect(await house.told(panel.night)).toEqual([['hand-over-waiting', caseId]]);
  const mails = `select 1 from mail where hand_over_id is not null and member_id = $1`;
  expect(await house.sql(mails, [panel.night.memberId])).toHaveLength(1);
});
