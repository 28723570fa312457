/** Timers that a test can trigger itself. Both functions return one that cancels the timer. */
export interface Timer {
  every(milliseconds: number, apply: () => void): () => void;
  after(milliseconds: number, apply: () => void): () => void;
}

export const realTimer: Timer = {
  every(milliseconds, apply) {
    const timer = setInterval(apply, milliseconds);
    return () => clearInterval(timer);
  },
  after(milliseconds, apply) {
    const timer = setTimeout(apply, milliseconds);
    return () => clearTimeout(timer);
  },
};
