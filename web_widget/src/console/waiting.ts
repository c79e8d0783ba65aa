/** Times in words: how long ago, and when exactly. Pure; the clock is an argument. */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Seconds between an RFC 3339 time and `now` (milliseconds since the epoch); never negative. */
export function secondsSince(at: string, now: number): number {
  return Math.max(0, Math.floor((now - Date.parse(at)) / 1000));
}

/**
 * A duration in words, as coarse as it is useful: seconds under a minute, minutes under an hour, then hours and
 * minutes, then days.
 */
export function duration(seconds: number): string {
  if (seconds < MINUTE) {
    return counted(Math.floor(seconds), "second");
  }
  if (seconds < HOUR) {
    return counted(Math.floor(seconds / MINUTE), "minute");
  }
  if (seconds < DAY) {
    const minutes = Math.floor((seconds % HOUR) / MINUTE);
    const hours = counted(Math.floor(seconds / HOUR), "hour");
    return minutes === 0 ? hours : `${hours} ${counted(minutes, "minute")}`;
  }
  return counted(Math.floor(seconds / DAY), "day");
}

/** The same in a few characters, for narrow places: `40 s`, `3 min`, `1 h 5 min`, `2 d`. */
export function shortDuration(seconds: number): string {
  if (seconds < MINUTE) {
    return `${Math.floor(seconds)} s`;
  }
  if (seconds < HOUR) {
    return `${Math.floor(seconds / MINUTE)} min`;
  }
  if (seconds < DAY) {
    const minutes = Math.floor((seconds % HOUR) / MINUTE);
    return minutes === 0
      ? `${Math.floor(seconds / HOUR)} h`
      : `${Math.floor(seconds / HOUR)} h ${minutes} min`;
  }
  return `${Math.floor(seconds / DAY)} d`;
}

/** `just now`, or `3 minutes ago`. */
export function ago(at: string, now: number): string {
  const seconds = secondsSince(at, now);
  return seconds < 10 ? "just now" : `${duration(seconds)} ago`;
}

/** The time of day, `14:03`; with the day in words when it is not today: `21 November, 14:03`. */
export function clockTime(at: string, now: number): string {
  const then = new Date(at);
  const time = `${two(then.getHours())}:${two(then.getMinutes())}`;
  return sameDay(then, new Date(now)) ? time : `${day(then, new Date(now))}, ${time}`;
}

/** The day in words: `Today`, `Yesterday`, `21 November`, or with the year when that differs. */
export function dayInWords(at: string, now: number): string {
  const then = new Date(at);
  const today = new Date(now);
  if (sameDay(then, today)) {
    return "Today";
  }
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  return sameDay(then, yesterday) ? "Yesterday" : day(then, today);
}

/** Day and time in full, for records: `21 November 2026, 14:03:22`. */
export function fullTime(at: string): string {
  const then = new Date(at);
  const time = `${two(then.getHours())}:${two(then.getMinutes())}:${two(then.getSeconds())}`;
  return `${then.getDate()} ${MONTHS[then.getMonth()]} ${then.getFullYear()}, ${time}`;
}

export const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

function counted(n: number, unit: string): string {
  return `${n} ${unit}${n === 1 ? "" : "s"}`;
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}

function sameDay(a: Date, b: Date): boolean {
  return a.toDateString() === b.toDateString();
}

function day(then: Date, today: Date): string {
  const year = then.getFullYear() === today.getFullYear() ? "" : ` ${then.getFullYear()}`;
  return `${then.getDate()} ${MONTHS[then.getMonth()]}${year}`;
}
