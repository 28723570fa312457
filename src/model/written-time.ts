import type { EpochSeconds } from "./window.ts";

/** The last second of the year 9999. A larger number is a time in milliseconds, or no time at all. */
const LATEST = 253_402_300_799;

/** Reads a time as an answer writes it. NaN if it is unreadable: the answer fails then, and no match is dropped. */
export type ReadTime = (text: string) => EpochSeconds;

export function timeReader(form: "unix" | "iso"): ReadTime {
  return form === "unix" ? readUnix : readIso;
}

/** Whole seconds since 1970 in decimal digits, and nothing else. */
export function readUnix(text: string): EpochSeconds {
  if (text.length > 12) return NaN;
  const seconds = digits(text, 0, text.length);
  return seconds <= LATEST ? seconds : NaN;
}

/**
 * Reads a date and a time of day as RFC 3339 and ISO 8601 write them: 2025-06-11T15:59:19, with T, t or a blank between, without seconds, with a
 * fraction after a point or a comma (which is dropped), and with Z, z or an offset such as +02:00, +0200 or +02. Without any of these it is UTC.
 * 24:00 is the end of its day. NaN for anything else.
 *
 * The leap second 23:59:60 is the second 23:59:59: Unix time repeats that one, and so a match stays in the window of its day.
 */
export function readIso(text: string): EpochSeconds {
  if (text.length < 16 || !isMarked(text)) return NaN;
  const day = readDay(text);
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const hasSeconds = text.length > 16 && text.charCodeAt(16) === COLON;
  const fractionFrom = hasSeconds ? 19 : 16;
  const zoneFrom = endOfFraction(text, fractionFrom);
  const second = hasSeconds ? digits(text, 17, 19) : secondsOfFraction(text, fractionFrom, zoneFrom);
  const offset = readOffset(text, zoneFrom);
  // Written so that NaN fails each of them.
  if (!(hour <= 23 && minute <= 59 && second <= 59) && !isEndOfDay(text, hour, minute, second, zoneFrom) && !isLeapSecond(day, hour, minute, second, offset)) return NaN;
  const at = day * 86_400 + hour * 3600 + minute * 60 + Math.min(second, 59) - offset;
  return at >= 0 && at <= LATEST ? at : NaN;
}

/** The number that the digits in [from, to) write; NaN if there are none, or another character is among them. */
function digits(text: string, from: number, to: number): number {
  let value = from < to ? 0 : NaN;
  for (let at = from; at < to; at += 1) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return value;
}

const COMMA = 0x2c;
const DASH = 0x2d;
const POINT = 0x2e;
const PLUS = 0x2b;
const COLON = 0x3a;
const BLANK = 0x20;
const T = 0x54;
const Z = 0x5a;
const LOWER_CASE = 0x20;

function isMarked(text: string): boolean {
  const between = text.charCodeAt(10);
  return (
    text.charCodeAt(4) === DASH &&
    text.charCodeAt(7) === DASH &&
    (between === T || between === (T | LOWER_CASE) || between === BLANK) &&
    text.charCodeAt(13) === COLON
  );
}

/** Where the fraction that may stand at `from` ends: `from` without one, NaN if it has no digits. */
function endOfFraction(text: string, from: number): number {
  if (from >= text.length) return from;
  const mark = text.charCodeAt(from);
  if (mark !== POINT && mark !== COMMA) return from;
  let at = from + 1;
  while (text.charCodeAt(at) >= 0x30 && text.charCodeAt(at) <= 0x39) at += 1;
  return at > from + 1 ? at : NaN;
}

/** The fraction of a minute, in whole seconds. */
function secondsOfFraction(text: string, from: number, to: number): number {
  return from === to ? 0 : Math.floor(60 * Number(`0.${text.slice(from + 1, to)}`));
}

/** Seconds ahead of UTC; NaN for what is no offset. */
function readOffset(text: string, from: number): number {
  const left = text.length - from;
  if (left === 0) return 0;
  const sign = text.charCodeAt(from);
  if (left === 1) return (sign | LOWER_CASE) === (Z | LOWER_CASE) ? 0 : NaN;
  if (sign !== PLUS && sign !== DASH) return NaN;
  const hasColon = text.charCodeAt(from + 3) === COLON;
  if (left !== 3 && left !== (hasColon ? 6 : 5)) return NaN;
  const hours = digits(text, from + 1, from + 3);
  const minutes = left === 3 ? 0 : digits(text, text.length - 2, text.length);
  if (!(hours <= 23 && minutes <= 59)) return NaN;
  return (sign === PLUS ? 1 : -1) * (hours * 3600 + minutes * 60);
}

function isEndOfDay(text: string, hour: number, minute: number, second: number, zoneFrom: number): boolean {
  return hour === 24 && minute === 0 && second === 0 && !/[1-9]/.test(text.slice(16, zoneFrom));
}

/** A leap second ends a month of UTC, wherever its clock stands. */
function isLeapSecond(day: number, hour: number, minute: number, second: number, offset: number): boolean {
  if (!(second === 60 && hour <= 23 && minute <= 59)) return false;
  const next = day * 86_400 + hour * 3600 + minute * 60 + 60 - offset;
  return next % 86_400 === 0 && new Date(next * 1000).getUTCDate() === 1;
}

/** Days since 1970; NaN if the month has no such day. */
function readDay(text: string): number {
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month) ? daysBefore(year, month, day) : NaN;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysIn(year: number, month: number): number {
  return month === 2 && isLeap(year) ? 29 : DAYS_IN_MONTH[month - 1]!;
}

/** Days from 1970-01-01 to a date of the Gregorian calendar, counted in years that begin in March, so that a leap day is the last. */
function daysBefore(year: number, month: number, day: number): number {
  const years = month > 2 ? year : year - 1;
  const months = (month + 9) % 12;
  return years * 365 + Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400) + Math.floor((months * 306 + 5) / 10) + day - 719_469;
}
