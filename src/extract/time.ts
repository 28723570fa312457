import type { EpochSeconds } from "../model/window.ts";

/** Reads the time of a match. NaN if it is unreadable: the answer fails then, and no match is dropped. */
export type ReadTime = (text: string) => EpochSeconds;

/** The last second of the year 9999. A larger number is a time in milliseconds, or no time at all. */
const LATEST = 253_402_300_799;

export function timeReader(form: "unix" | "iso"): ReadTime {
  return form === "unix" ? readUnix : readIso;
}

/** Whole seconds since 1970 in decimal digits, and nothing else. */
export function readUnix(text: string): EpochSeconds {
  if (text.length > 12) return NaN;
  const seconds = digits(text, 0, text.length);
  return seconds <= LATEST ? seconds : NaN;
}

/** 2025-06-11T15:59:19, with a fraction (which is dropped) and with Z, or without; always UTC. */
export function readIso(text: string): EpochSeconds {
  if (text.length < 19 || !isMarked(text) || !isEnd(text)) return NaN;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const second = digits(text, 17, 19);
  // Written so that NaN fails each of them.
  if (!(year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return NaN;
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return NaN;
  return daysBefore(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
}

function digits(text: string, from: number, to: number): number {
  let value = from < to ? 0 : NaN;
  for (let at = from; at < to; at += 1) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return value;
}

const DASH = 0x2d;
const COLON = 0x3a;
const T = 0x54;
const BLANK = 0x20;

function isMarked(text: string): boolean {
  const between = text.charCodeAt(10);
  return (
    text.charCodeAt(4) === DASH &&
    text.charCodeAt(7) === DASH &&
    (between === T || between === BLANK) &&
    text.charCodeAt(13) === COLON &&
    text.charCodeAt(16) === COLON
  );
}

function isEnd(text: string): boolean {
  return text.length === 19 || /^(?:\.\d+)?Z?$/.test(text.slice(19));
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
