/** Times by cron, in a time zone. One that a change of clocks skips is taken when they have moved; one that comes twice, once. */
import { Cron } from 'croner';

export interface CronTimes {
  readonly cron: string;
  readonly timeZone: string;
}

/**
 * The first time after `afterMs`; undefined: never again.
 * @throws Error that says what is wrong with it.
 */
export function nextCronTime({ cron, timeZone }: CronTimes, afterMs: number): number | undefined {
  return new Cron(cron, { timezone: timeZone, mode: '5-part' }).nextRun(new Date(afterMs))?.getTime();
}
