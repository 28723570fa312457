/** The lease is not provably ours: nothing may be written. */
export class NotLeading extends Error {
  override readonly name = "NotLeading";
}

/** Called before every try of every write. @throws NotLeading */
export type WriteGate = () => void;
