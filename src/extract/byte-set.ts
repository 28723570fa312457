/** Which of the 256 bytes a place in a pattern takes: bit n stands for byte n. */
export type ByteSet = bigint;

export const NO_BYTE: ByteSet = 0n;
export const ANY_BYTE: ByteSet = (1n << 256n) - 1n;

export function oneByte(code: number): ByteSet {
  return 1n << BigInt(code);
}

/** Both ends included. */
export function byteRange(from: number, to: number): ByteSet {
  return ((1n << BigInt(to - from + 1)) - 1n) << BigInt(from);
}

export function allBut(set: ByteSet): ByteSet {
  return ANY_BYTE & ~set;
}

export const DIGIT = byteRange(0x30, 0x39);
export const WORD = DIGIT | byteRange(0x41, 0x5a) | byteRange(0x61, 0x7a) | oneByte(0x5f);
/** Space, \t, \n, \v, \f, \r: JavaScript's \s holds more, which in UTF-8 read as latin1 would be halves of letters. */
export const SPACE = oneByte(0x20) | byteRange(0x09, 0x0d);
/** The dot: what JavaScript's takes of latin1. */
export const NOT_LINE_END = allBut(oneByte(0x0a) | oneByte(0x0d));
