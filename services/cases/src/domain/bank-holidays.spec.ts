import { describe, expect, it } from '@jest/globals';
import { bankHolidays } from './bank-holidays.js';

describe('the bank holidays of a year', () => {
  // As listed at https://www.gov.uk/bank-holidays, substitute days included.
  it.each([
    ['england-and-wales', 2024, '01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26'],
    ['england-and-wales', 2025, '01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26'],
    ['england-and-wales', 2026, '01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28'],
    ['england-and-wales', 2027, '01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28'],
    ['scotland', 2024, '01-01 01-02 03-29 05-06 05-27 08-05 12-02 12-25 12-26'],
    ['scotland', 2025, '01-01 01-02 04-18 05-05 05-26 08-04 12-01 12-25 12-26'],
    ['scotland', 2026, '01-01 01-02 04-03 05-04 05-25 06-15 08-03 11-30 12-25 12-28'],
    ['scotland', 2027, '01-01 01-04 03-26 05-03 05-31 08-02 11-30 12-27 12-28'],
    ['northern-ireland', 2024, '01-01 03-18 03-29 04-01 05-06 05-27 07-12 08-26 12-25 12-26'],
    ['northern-ireland', 2025, '01-01 03-17 04-18 04-21 05-05 05-26 07-14 08-25 12-25 12-26'],
    ['northern-ireland', 2026, '01-01 03-17 04-03 04-06 05-04 05-25 07-13 08-31 12-25 12-28'],
    ['northern-ireland', 2027, '01-01 03-17 03-26 03-29 05-03 05-31 07-12 08-30 12-27 12-28'],
    // Proclaimed for one year, and a spring holiday that was moved for it.
    ['england-and-wales', 2022, '01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27'],
    ['scotland', 2022, '01-03 01-04 04-15 05-02 06-02 06-03 08-01 09-19 11-30 12-26 12-27'],
    ['england-and-wales', 2023, '01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26'],
    ['england-and-wales', 2020, '01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28'],
  ] as const)('of %s in %i', (calendar, year, days) => {
    expect(bankHolidays(calendar, year)).toEqual(days.split(' ').map((day) => `${String(year)}-${day}`));
  });

  // Good Friday and Easter Monday around the earliest and the latest Easter of these centuries.
  it.each([
    [2000, '04-21', '04-24'],
    [2008, '03-21', '03-24'],
    [2038, '04-23', '04-26'],
    [2049, '04-16', '04-19'],
    [2076, '04-17', '04-20'],
  ])('has Easter of %i in its place', (year, friday, monday) => {
    const held = bankHolidays('england-and-wales', year);
    expect(held.slice(1, 3)).toEqual([`${String(year)}-${friday}`, `${String(year)}-${monday}`]);
  });

  it('never holds two on one day, nor one on a weekend', () => {
    for (const [calendar, count] of [
      ['england-and-wales', 8],
      ['scotland', 9],
      ['northern-ireland', 10],
    ] as const) {
      for (let year = 2027; year < 2127; year += 1) {
        const held = bankHolidays(calendar, year);
        expect(held).toHaveLength(count);
        for (const day of held) expect([0, 6]).not.toContain(new Date(day).getUTCDay());
      }
    }
  });
});
