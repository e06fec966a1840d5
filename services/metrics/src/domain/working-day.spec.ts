import { describe, expect, it } from '@jest/globals';
import { oneWorkingDayAfter } from './working-day.js';

describe('one working day', () => {
  it.each([
    ['a Tuesday morning', '2025-03-04T09:30:00Z', '2025-03-05T09:30:00Z'],
    ['a Thursday night', '2025-03-06T23:50:00Z', '2025-03-07T23:50:00Z'],
    ['a Friday: Monday', '2025-03-07T15:00:00Z', '2025-03-10T15:00:00Z'],
    ['a Saturday: the end of Monday', '2025-03-08T11:00:00Z', '2025-03-11T00:00:00Z'],
    ['a Sunday: the end of Monday', '2025-03-09T23:00:00Z', '2025-03-11T00:00:00Z'],
    ['a Sunday night that is Monday in summer time', '2025-06-08T23:30:00Z', '2025-06-09T23:30:00Z'],
    ['the Friday before the clocks go forward', '2025-03-28T15:00:00Z', '2025-03-31T14:00:00Z'],
    ['the Saturday before the clocks go forward', '2025-03-29T12:00:00Z', '2025-03-31T23:00:00Z'],
    ['the Friday before the clocks go back', '2025-10-24T14:00:00Z', '2025-10-27T15:00:00Z'],
  ])('after %s', (_what, asked, end) => {
    expect(oneWorkingDayAfter(new Date(asked)).toISOString()).toBe(new Date(end).toISOString());
  });
});
