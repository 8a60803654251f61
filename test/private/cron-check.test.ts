import { describe, expect, test } from 'vitest';
import { checkCron } from '../../src/private/cron-check';
import { renderProblem } from '../../src/private/problem';

const refusal = (expression: string) => checkCron(expression, 'trigger.schedule').map(renderProblem);
const line = (expression: string, why: string) => [`trigger.schedule: is not a schedule, got ${JSON.stringify(expression)}; ${why}`];

describe('a schedule', () => {
  test.each([
    '* * * * *', '0 6 * * 1-5', '*/15 * * * *', '5/15 * * * *', '*/90 * * * *', '0,30 8-18/2 1,15 jan-mar MON,fri', '? ? ? ? ?', '0 9 1-7 * 1', '59 23 31 12 6', '0 0 1 1 0', ' 0  0 * * * ',
    '00 09 * * *', '0 0 29 2 *', '0 0 31 feb,mar *', '0 0 30 2 1', '0 0 31 2 */2', '0 0 ?/3 * *',
    '@daily', '@yearly', 'TZ=Europe/Berlin 0 6 * * *', 'CRON_TZ=UTC 0 6 * * *', 'CRON_TZ=America/New_York @weekly',
  ])('may be %j', (expression) => {
    expect(refusal(expression)).toEqual([]);
  });

  const minutes = 'the minute has to be 0 to 59, a range such as 0-59, a step such as */2, or a list of these';
  const words = 'it has to be of five fields, or one of @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly';
  const weekdays = 'the day of week has to be 0 to 6 or sun to sat, a range such as 0-6, a step such as */2, or a list of these';
  test.each([
    ['', 'it has to be of five fields: minute, hour, day of month, month, day of week'],
    ['0 6 * *', 'it has to be of five fields: minute, hour, day of month, month, day of week'],
    ['0 0 6 * * *', 'it has to be of five fields: minute, hour, day of month, month, day of week; leave the seconds out'],
    ['@Daily', `${words}; write @daily`],
    ['@every 1h', words],
    ['TZ=Europe/Berlin', 'it has to be of five fields: minute, hour, day of month, month, day of week'],
    ['TZ=Europe/Berln 0 6 * * *', 'Europe/Berln is not a time zone; it has to be an IANA name such as Europe/Berlin'],
    ['TZ=+01:00 0 6 * * *', '+01:00 is not a time zone; it has to be an IANA name such as Europe/Berlin'],
    ['TZ= 0 6 * * *', 'nothing is not a time zone; it has to be an IANA name such as Europe/Berlin'],
    ['0 6 * * * TZ=UTC', 'it has to be of five fields: minute, hour, day of month, month, day of week; leave the seconds out'],
    ['60 * * * *', minutes],
    ['-1 * * * *', minutes],
    ['+5 * * * *', minutes],
    ['1,,2 * * * *', minutes],
    ['1.5 * * * *', minutes],
    ['mon * * * *', minutes],
    ['* 24 * * *', 'the hour has to be 0 to 23, a range such as 0-23, a step such as */2, or a list of these'],
    ['* * 0 * *', 'the day of month has to be 1 to 31, a range such as 1-31, a step such as */2, or a list of these'],
    ['* * L * *', 'the day of month has to be 1 to 31, a range such as 1-31, a step such as */2, or a list of these'],
    ['* * 1W * *', 'the day of month has to be 1 to 31, a range such as 1-31, a step such as */2, or a list of these'],
    ['* * * 13 *', 'the month has to be 1 to 12 or jan to dec, a range such as 1-12, a step such as */2, or a list of these'],
    ['* * * january *', 'the month has to be 1 to 12 or jan to dec, a range such as 1-12, a step such as */2, or a list of these'],
    ['* * * * 7', `${weekdays}; write Sunday as 0`],
    ['* * * * 5-7', `${weekdays}; write Sunday as 0`],
    ['* * * * 8', weekdays],
    ['* * * * 1#2', weekdays],
    ['22-2 * * * *', 'the range 22-2 of the minute ends before it begins; write 22-59,0-2'],
    ['*/0 * * * *', 'a step of the minute has to be at least 1'],
    ['0 0 31 2 *', 'none of these months has such a day'],
    ['0 0 30,31 2 ?', 'none of these months has such a day'],
    ['0 0 31 4,6,9,11 *', 'none of these months has such a day'],
  ])('is not %j', (expression, why) => {
    expect(refusal(expression)).toEqual(line(expression, why));
  });
});
