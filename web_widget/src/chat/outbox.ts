/**
 * What the visitor wrote and the police have not stored yet. In memory only.
 *
 * Exactly once: one message is under way at a time. Its counter is always one more than the last counter that
 * the server stored for this client, so a resend after a lost connection carries the same counter, and a
 * message that was refused leaves no hole behind it.
 */

/** A message on its way. */
export interface Sending {
  readonly n: number;
  readonly text: string;
}

export interface Outbox {
  /** Texts, the oldest first. */
  readonly waiting: string[];
  add(text: string): void;
  /** The message to send now, which is then under way; nothing while another one is, or when all is sent. */
  next(): Sending | null;
  /** The server stored counter `n`. A second acknowledgement of the same message changes nothing. */
  acknowledged(n: number): void;
  /** The connection was lost: what was under way is to be sent again, with the same counter. */
  interrupted(): void;
  /** A new connection says which counter the server stored last: the message may have arrived unacknowledged. */
  resumed(stored: number): void;
  /** The server refused the message under way for what it is. Gives its text back to the writer. */
  refused(): string | null;
}

export function newOutbox(): Outbox {
  const waiting: string[] = [];
  let stored = 0;
  let underWay = false;

  const acknowledged = (n: number) => {
    if (n !== stored + 1) return;
    stored = n;
    underWay = false;
    waiting.shift();
  };

  return {
    waiting,
    add(text) {
      waiting.push(text);
    },
    next() {
      const text = waiting[0];
      if (!text || underWay) return null;
      underWay = true;
      return { n: stored + 1, text };
    },
    acknowledged,
    interrupted() {
      underWay = false;
    },
    resumed(n) {
      underWay = false;
      acknowledged(n);
      stored = n;
    },
    refused() {
      if (!underWay) return null;
      underWay = false;
      return waiting.shift() ?? null;
    },
  };
}
