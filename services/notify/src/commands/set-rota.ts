import type { InputOf, ReplyOf, setRota as contract } from '@definitivedx/contracts';
import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import { replaceRota } from '../data/rotas.js';
import { readWeeklyShifts } from '../domain/weekly-shifts.js';

/**
 * Replaces a panel's weekly rota.
 * @throws AppError `invalid-input` naming the shifts that overlap or cannot be read.
 */
export async function setRota(
  service: ServiceContext,
  _caller: Caller,
  input: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const { panelId, timeZone } = input;
  const shifts = readWeeklyShifts(timeZone, input.shifts);
  await service.db.transaction((tx) => replaceRota(tx, panelId, { timeZone, shifts }, service.clock.now()));
  return { shifts: shifts.length };
}
