const KEPT_BYTES = 2048;

/** A longer line is passed on in pieces: nobody's buffer grows with what a program writes. */
const LONGEST_LINE = 64 * 1024;

/** How Node and V8 say that no memory was to be had, before they crash. */
const HEAP_EXHAUSTED = /heap out of memory|Fatal process out of memory|Array buffer allocation failed/;

/** Frames of native code say nothing to a reader, and would push out the sentence above them. */
const NATIVE_FRAME = /^\s*\d+: 0x[0-9a-f]+ |^-+ Native stack trace -+$/;

/** Cuts what a program writes into lines, passes them on, and keeps the last of them for the case that it crashes. */
export class LastLines {
  readonly #passOn: (line: string) => void;
  #begun = "";
  #kept = "";
  #heapExhausted = false;

  constructor(passOn: (line: string) => void) {
    this.#passOn = passOn;
  }

  write(text: string): void {
    const lines = (this.#begun + text).split("\n");
    this.#begun = lines.pop()!;
    for (const line of lines) this.#line(line);
    while (this.#begun.length > LONGEST_LINE) {
      this.#line(this.#begun.slice(0, LONGEST_LINE));
      this.#begun = this.#begun.slice(LONGEST_LINE);
    }
  }

  end(): void {
    if (this.#begun !== "") this.#line(this.#begun);
    this.#begun = "";
  }

  /** Did it say that V8's heap was exhausted? */
  get heapExhausted(): boolean {
    return this.#heapExhausted;
  }

  /** At most 2 KiB. */
  get text(): string {
    return this.#kept;
  }

  #line(line: string): void {
    this.#passOn(line);
    if (HEAP_EXHAUSTED.test(line)) this.#heapExhausted = true;
    if (line.trim() === "" || NATIVE_FRAME.test(line)) return;
    this.#kept = lastBytes(this.#kept === "" ? line : `${this.#kept}\n${line}`);
  }
}

function lastBytes(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= KEPT_BYTES) return text;
  let from = bytes.length - KEPT_BYTES;
  // Not in the middle of a character.
  while ((bytes[from]! & 0xc0) === 0x80) from += 1;
  return bytes.subarray(from).toString();
}
